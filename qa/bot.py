"""The bot: opening or building an index folder, wiring, `ask`."""

import hashlib
import logging
import threading
import time
import unicodedata
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from qa import encoder
from qa.answer import Answer, Ask, compose, quotes
from qa.build import Progress, build
from qa.conversation import complete
from qa.dates import period, within
from qa.documents import Document
from qa.encoder import Encoder, Model
from qa.errors import IndexMismatchError, QuestionError
from qa.index import DocumentInfo, Index, Manifest
from qa.language import language
from qa.passages import Hit
from qa.retriever import retrieve
from qa.suggestions import questions

_logger = logging.getLogger(__name__)

SUGGESTED = 3
"""Questions offered to begin with."""

MAX_QUESTION = 1000
"""Characters; a longer question is refused, not cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a bot answers from."""

    documents: int
    passages: int
    indexed_at: str
    """When the index last changed: ISO 8601, UTC."""
    index_version: int
    model: str


class Bot:
    """Answers questions from one index folder; safe to share between threads.

    A build that ends while a bot is open, in this process or another, shows in its next answer.

    Examples:
        >>> import qa
        >>> with qa.Bot.build("docs", "index") as bot:
        ...     print(bot.ask("What did Rutte advise?").citations[0].quote)
        Volgens Rutte moet Zelensky nu "een manier vinden om de relatie met Trump te herstellen".
    """

    def __init__(self, index: Index, model: Model) -> None:
        self._index = index
        self._model = model
        self._suggested: tuple[Manifest | None, tuple[str, ...]] = (None, ())
        self._suggesting = threading.Lock()

    @classmethod
    def open(cls, index: str | Path = "index", *, model: Encoder | None = None) -> Self:
        """Return a bot over the index in a folder.

        Args:
            index: the index folder.
            model: the encoder, where the index was built with an object rather than a name.

        Raises:
            IndexMissingError: there is no index.
            IndexDamagedError: the index was altered or cut off.
            IndexMismatchError: it was made by another encoder or another format version.
            EncoderError: the model that it was built with cannot be loaded.
        """
        opened = Index.open(Path(index))
        try:
            manifest = opened.manifest()
            return cls(opened, _model(manifest, model))
        except BaseException:
            opened.close()
            raise

    @classmethod
    def build(
        cls,
        docs: str | Path = "docs",
        index: str | Path = "index",
        *,
        model: str | Path | Encoder | None = None,
        full: bool = False,
        progress: Progress = lambda _what, _done, _total: None,
    ) -> Self:
        """Bring the index in a folder up to date with a folder of texts, and return a bot over it.

        Args:
            docs: the folder of texts.
            index: the index folder; made when it is not there.
            model: a sentence-transformers model by name or folder, or any `Encoder`; without it
                the one the index was built with, at first the packaged multilingual one.
            full: encode everything again.
            progress: called with what is being done, how many are done, and how many there are.

        Raises:
            DocumentError: there is no folder of texts. A text that cannot be read is no error:
                it is skipped and named in a warning of the logger `qa.bot`.
            EncoderError, IndexBusyError, IndexDamagedError, IndexMismatchError, StorageError:
                see `qa.errors`.
        """
        report = build(Path(docs), Path(index), model=model, full=full, progress=progress)
        for path, reason in report.failed:
            _logger.warning("not indexed: %s: %s", path, reason)
        return cls.open(index, model=None if isinstance(model, str | Path) else model)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the index's files."""
        self._index.close()

    def ask(
        self,
        question: str,
        *,
        threshold: float | None = None,
        previous: Answer | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> Answer:
        """Return the answer to a question in any language.

        Args:
            question: at most `MAX_QUESTION` characters.
            threshold: answer from this confidence on; else from the one recorded in the index.
            previous: the answer before this one in a conversation. A question that cannot be
                understood alone ("And Trump?", "Why?") is completed from it; what was searched is
                in the answer's `searched_for`. What was quoted there is no evidence here.
            after: only texts of this year, month or day (ISO 8601), or later.
            before: only texts of this year, month or day, or earlier.

        Raises:
            QuestionError: the question is blank or too long, the dates are no period, or the
                threshold is no confidence.
            IndexDamagedError: what was read from the index is not what was written.
            IndexMismatchError: the index was rebuilt with an encoder that is not at hand.
        """
        started = time.perf_counter()
        asked = _checked(question)
        if threshold is not None and not 0 <= threshold <= 1:  # nor nan
            raise QuestionError("the threshold is {}; it lies between 0 and 1", threshold)
        ends = period(after, before)
        text = complete(asked, previous.searched_for if previous else None)[-MAX_QUESTION:]
        with self._index.snapshot() as snapshot:
            manifest = snapshot.manifest
            if not self._model.matches(manifest.fingerprint):
                self._model = _model(manifest, None)
            indexed = snapshot.counts()[0] > 0
            if ends != (None, None):
                snapshot.only(lambda written: within(written, *ends))
            found = retrieve(text, snapshot, self._model)
        hits = [replace(hit, stale=self._stale(hit, manifest)) for hit in found.hits]
        # Said before is not said in answer to this: an earlier quote lifts no refusal, unless other
        # words of it answer now.
        repeated = (
            previous is not None
            and text not in (asked, previous.searched_for)
            and _leads_again(hits, previous)
        )
        answer = compose(
            Ask(
                question=asked,
                searched_for=text,
                language=_spoken(asked, text, previous),
                indexed=indexed,
                words_found=tuple(word for word, stands in found.words.items() if stands),
                words_missing=tuple(word for word, stands in found.words.items() if not stands),
            ),
            hits,
            confidence=0.0 if repeated else found.confidence,
            threshold=manifest.threshold if threshold is None else threshold,
            index_version=manifest.version,
        )
        return replace(answer, seconds=time.perf_counter() - started)

    def status(self) -> Status:
        """Return how much is indexed, since when, and by which model."""
        with self._index.snapshot() as snapshot:
            documents, passages = snapshot.counts()
            manifest = snapshot.manifest
        return Status(
            documents=documents,
            passages=passages,
            indexed_at=manifest.indexed_at,
            index_version=manifest.version,
            model=manifest.model,
        )

    def documents(self) -> tuple[DocumentInfo, ...]:
        """Return what is indexed, by path."""
        with self._index.snapshot() as snapshot:
            return snapshot.documents()

    def document(self, path: str) -> Document:
        """Return a whole document as it was indexed.

        Raises:
            DocumentError: there is none under that path.
        """
        with self._index.snapshot() as snapshot:
            return snapshot.document(path)

    def suggestions(self) -> tuple[str, ...]:
        """Return a few questions about the newest texts, each of which the texts answer."""
        with self._suggesting:  # many open the page at once; one of them does the asking
            with self._index.snapshot() as snapshot:
                manifest = snapshot.manifest
                if self._suggested[0] == manifest:
                    return self._suggested[1]
                infos = sorted(snapshot.documents(), key=lambda info: info.date or "", reverse=True)
                newest = [snapshot.document(info.path) for info in infos[:SUGGESTED]]
            answered = (text for text in questions(newest) if self.ask(text).outcome == "answered")
            self._suggested = (manifest, tuple(islice(answered, SUGGESTED)))
            return self._suggested[1]

    def _stale(self, hit: Hit, manifest: Manifest) -> bool:
        """Return whether the file of a hit is no longer the one that was indexed."""
        path = self._index.layout.folder / manifest.documents_folder / hit.passage.document
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() != hit.sha256
        except OSError:
            return True


def _spoken(question: str, completed: str, previous: Answer | None) -> str:
    """Return a question's language; where several fit, that of what it was completed to."""
    whole = language(completed, default=previous.language if previous else "en")
    return language(question, default=whole)


def _leads_again(hits: list[Hit], previous: Answer) -> bool:
    """Return whether the best sentence was quoted before, and nothing else in it answers now."""
    if not hits:
        return False
    best = quotes(hits)[0]
    place = best.hit.passage.document, best.start
    return any(
        place == (before.document, before.start)
        and best.answer in (None, (before.answer_start, before.answer_end))
        for before in previous.citations
    )


def _checked(question: str) -> str:
    whole = question.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFC", whole).strip()
    if not text:
        raise QuestionError("the question is blank; ask, for example: What did Rutte advise?")
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            "the question has {} characters; at most {} are searched for", len(text), MAX_QUESTION
        )
    return text


def _model(manifest: Manifest, given: Encoder | None) -> Model:
    model = encoder.load(given if given is not None else manifest.model)
    if not model.matches(manifest.fingerprint):
        raise IndexMismatchError(
            f"the index was built with {manifest.model!r}, and {model.name!r} gives other vectors; "
            "either hand in that model, or run: qa build <folder of texts> --full"
        )
    return model
