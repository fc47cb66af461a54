"""Bringing an index up to date with a folder of texts, at the cost of what is new."""

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from qa import documents, encoder, relevance
from qa.documents import Document, Found, SourceFile
from qa.encoder import Encoder, Model, TokenVectors
from qa.errors import DocumentError, IndexMissingError
from qa.index import Change, Embedding, Entry, Index, Manifest, Writer, content, keep
from qa.passages import Passage, split

Floats = npt.NDArray[np.float32]

BATCH = 32
"""Passages encoded between two commits: what a stopped build can lose."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did, or would do. Paths are below the documents folder."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    """Old and new path of each text that only moved; they are not among the three above."""
    failed: tuple[tuple[str, str], ...] = ()
    """Path and reason of each text that could not be read; its last good version, if any, stays."""
    unchanged: int = 0
    encoded: int = 0
    """Passages that went through the encoder."""
    version: int = 0
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """Return the change in short: `+3 ~1 -2`."""
        return f"+{len(self.added)} ~{len(self.changed)} -{len(self.removed)}"

    def __bool__(self) -> bool:
        """Return whether anything changes."""
        return bool(self.added or self.changed or self.removed or self.renamed)


def preview(texts: Path, folder: Path) -> Report:
    """Return what `build` would do, without writing anything.

    Whether a new text can be read is found out by reading it, so the failures are the real ones.
    """
    known: dict[str, str] = {}
    # Nothing is known where no build was ever finished.
    with (
        suppress(IndexMissingError),
        closing(Index.open(folder)) as index,
        index.snapshot() as snapshot,
    ):
        known = {info.path: info.sha256 for info in snapshot.documents()}
    return compare(texts, folder, known)


def compare(texts: Path, folder: Path, known: Mapping[str, str]) -> Report:
    """Return what `build` would change if the texts in `known` (path to sha256) are indexed."""
    started = time.perf_counter()
    report, files = _plan(documents.find(texts, folder), known)
    report, _ = _read(report, files)
    return replace(report, seconds=time.perf_counter() - started)


def build(
    texts: Path,
    folder: Path,
    *,
    model: str | Path | Encoder | None = None,
    full: bool = False,
    progress: Progress = lambda _what, _done, _total: None,
) -> Report:
    """Make the index in `folder` hold the texts in `texts`; return what changed.

    Only new and changed paragraphs are encoded. What cannot be looked at or read stays as it was
    indexed. Without `model` the index keeps the model that it was built with; with another one, or
    with `full`, everything is encoded again. Until the last step, one transaction, the index stays
    as it was; a build that is stopped goes on from the vectors it had made.

    Raises:
        DocumentError: there is no folder of texts.
        EncoderError: the model cannot be loaded.
        IndexBusyError, IndexDamagedError, IndexMismatchError, StorageError: see `qa.errors`.
    """
    return Builder(texts, folder, model=model, progress=progress).build(full=full)


class Builder:
    """Builds one index from one folder of texts, as often as asked; its model stays loaded."""

    def __init__(
        self,
        texts: Path,
        folder: Path,
        *,
        model: str | Path | Encoder | None = None,
        progress: Progress = lambda _what, _done, _total: None,
    ) -> None:
        self._texts = texts
        self._folder = folder
        self._model = model
        self._progress = progress
        self._named = lru_cache(maxsize=1)(encoder.load)

    def build(
        self, *, full: bool = False, settled: Callable[[SourceFile], bool] = lambda _file: True
    ) -> Report:
        """Make the index hold the texts; see the function `build`.

        Args:
            full: encode everything again.
            settled: whether a file is written to its end; one that is not is left as it was.
        """
        started = time.perf_counter()
        documents.check(self._texts)  # A missing folder is said before anything is made.
        with Writer.open(self._folder) as writer:
            manifest = writer.manifest()
            known, stamps = writer.documents()
            report, files = _plan(self._found(), known, settled, stamps, writer.stamp)
            if manifest is None or full or self._model is not None or report:
                report = self._write(writer, report, files, full=full)
            else:
                report = replace(report, version=manifest.version)
            if report.unchanged:  # They are here, wherever they were when they were indexed.
                writer.move(_documents_folder(self._texts, self._folder))
        return replace(report, seconds=time.perf_counter() - started)

    def _found(self) -> Found:
        return documents.find(self._texts, self._folder)

    def _loaded(self, name: str | None) -> Model:
        return self._named(name) if self._model is None else encoder.load(self._model)

    def _write(
        self, writer: Writer, report: Report, files: tuple[SourceFile, ...], *, full: bool
    ) -> Report:
        """Carry out what was planned; return the report of what was done."""
        manifest = writer.manifest()
        model = self._loaded(manifest.model if manifest else None)
        if full or (manifest is not None and not model.matches(manifest.fingerprint)):
            full = True
            files = self._found().files
        if full or manifest is None:
            # All that would show a damaged model is about to be made by it. Its fingerprint would
            # not do: it says nothing of the layers for tokens, nor of words that are not in it.
            model.mend()
        report, read = _read(report, files, self._progress)
        if full and manifest is not None:
            gone = {*report.removed, *(old for old, _ in report.renamed)}
            read += _kept(self._folder, gone | {document.path for document, _ in read})
        if manifest is not None and not report and not full:
            return replace(report, version=manifest.version)
        kept = None if full else manifest
        fingerprint = kept.fingerprint if kept else model.fingerprint
        entries = tuple(_entry(document, size, fingerprint) for document, size in read)
        arrays = writer.calibration() if kept else calibrate(model).arrays()
        encoded = _encode(
            writer,
            entries,
            Embedder(model, relevance.Calibration.from_arrays(arrays)),
            full=full,
            progress=self._progress,
        )
        change = Change(
            entries=entries,
            removed=(*report.removed, *(old for old, _ in report.renamed)),
            manifest=_manifest(model, fingerprint, self._texts, self._folder),
            calibration=None if kept else arrays,
        )
        keep(writer, change)
        return replace(report, encoded=encoded, version=writer.commit(change))


def _plan(
    found: Found,
    known: Mapping[str, str],
    settled: Callable[[SourceFile], bool] = lambda _file: True,
    stamps: Mapping[str, str] = MappingProxyType({}),
    remember: Callable[[Mapping[str, str]], None] = lambda _stamps: None,
) -> tuple[Report, tuple[SourceFile, ...]]:
    """Return what differs between what is found and what is known, and the files to read for it.

    A file that has the stamp it had is not read. What is known of others by now is handed over to
    be remembered: the stamps of those that are read and hold what they held.
    """
    failed = list(found.refused)
    sums: dict[str, str] = {}
    fresh: dict[str, str] = {}
    for file in filter(settled, found.files):
        if file.stamp and stamps.get(file.path) == file.stamp:
            sums[file.path] = known[file.path]
            continue
        try:
            sums[file.path] = documents.sha256(file)
        except DocumentError as error:
            failed.append((file.path, _reason(error, file.path)))
        else:
            if file.stamp and sums[file.path] == known.get(file.path):
                fresh[file.path] = file.stamp
    remember(fresh)
    present = {file.path for file in found.files}
    gone = {
        path: total
        for path, total in known.items()
        if path not in present and not found.hides(path)
    }
    moved = {total: path for path, total in gone.items()}
    added = [path for path in sums if path not in known]
    renamed = [(moved.pop(sums[path]), path) for path in added if sums[path] in moved]
    old, new = {pair[0] for pair in renamed}, {pair[1] for pair in renamed}
    changed = [path for path, total in sums.items() if path in known and known[path] != total]
    report = Report(
        added=tuple(path for path in added if path not in new),
        changed=tuple(changed),
        removed=tuple(path for path in gone if path not in old),
        renamed=tuple(renamed),
        failed=tuple(failed),
        unchanged=len(sums) - len(added) - len(changed),
    )
    touched = {*added, *changed}
    return report, tuple(file for file in found.files if file.path in touched)


def _reason(error: DocumentError, path: str) -> str:
    return str(error).removeprefix(f"{path}: ")


def _read(
    report: Report,
    files: Sequence[SourceFile],
    progress: Progress = lambda _what, _done, _total: None,
) -> tuple[Report, list[tuple[Document, int]]]:
    """Return the documents with their sizes, and the report without those that cannot be read."""
    read: list[tuple[Document, int]] = []
    failed = dict(report.failed)
    for done, file in enumerate(files):
        progress("reading", done, len(files))
        try:
            read.append((documents.read(file), file.size))
        except DocumentError as error:
            failed[file.path] = _reason(error, file.path)
    progress("reading", len(files), len(files))
    kept = replace(
        report,
        added=tuple(path for path in report.added if path not in failed),
        changed=tuple(path for path in report.changed if path not in failed),
        removed=(*report.removed, *(old for old, new in report.renamed if new in failed)),
        renamed=tuple(pair for pair in report.renamed if pair[1] not in failed),
        failed=tuple(sorted(failed.items())),
    )
    return kept, read


def _kept(folder: Path, done: set[str]) -> list[tuple[Document, int]]:
    """Return the indexed versions of the other texts: those that can no longer be read."""
    with closing(Index.open(folder)) as index, index.snapshot() as snapshot:
        return [
            (snapshot.document(info.path), info.size)
            for info in snapshot.documents()
            if info.path not in done
        ]


def _entry(document: Document, size: int, fingerprint: bytes) -> Entry:
    passages = tuple((passage, _hash(passage, fingerprint)) for passage in split(document))
    return Entry(document=document, size=size, passages=passages)


def _hash(passage: Passage, fingerprint: bytes) -> bytes:
    """Return the identity of a passage's vectors: what was encoded, how it was cut, and by what."""
    digest = hashlib.sha256(fingerprint)
    digest.update(np.array(passage.sentences, dtype=np.int32).tobytes())
    digest.update(content(passage).encode())
    return digest.digest()


def _encode(
    writer: Writer,
    entries: Sequence[Entry],
    embedder: "Embedder",
    *,
    full: bool,
    progress: Progress,
) -> int:
    """Stage the vectors of every passage that has none; return how many were encoded."""
    if full:
        writer.clear_staged()
    passages = {key: passage for entry in entries for passage, key in entry.passages}
    missing = writer.missing(passages, full=full)
    todo = [(key, passage) for key, passage in passages.items() if key in missing]
    # Passages of like length share a batch, so that little is spent on padding.
    todo.sort(key=lambda pair: len(pair[1].text))
    for start in range(0, len(todo), BATCH):
        progress("encoding", start, len(todo))
        some = todo[start : start + BATCH]
        embeddings = embedder([passage for _, passage in some])
        writer.stage(list(zip([key for key, _ in some], embeddings, strict=True)))
    progress("encoding", len(todo), len(todo))
    return len(todo)


class Embedder:
    """Turns passages into what the index keeps of them."""

    def __init__(self, model: Model, calibration: relevance.Calibration) -> None:
        self._model = model
        self._calibration = calibration

    def __call__(self, passages: Sequence[Passage]) -> list[Embedding]:
        """Return the vectors of each passage, of its sentences and of its tokens."""
        wholes = token_vectors(self._model, [content(passage) for passage in passages])
        sentences = [p.text[start:end] for p in passages for start, end in p.sentences]
        rows = iter(self._model.encode_document(sentences))
        return [
            self._embedding(passage, whole, [next(rows) for _ in passage.sentences])
            for passage, whole in zip(passages, wholes, strict=True)
        ]

    def _embedding(
        self, passage: Passage, whole: TokenVectors, sentences: list[Floats]
    ) -> Embedding:
        # The heading was read along with the text; its own tokens are nobody's answer.
        skipped = len(content(passage)) - len(passage.text)
        inside = whole.offsets[:, 0] >= skipped
        return Embedding(
            vectors=np.stack([whole.pooled, *sentences]),
            tokens=self._calibration.kept(whole.tokens[inside]),
            offsets=np.ascontiguousarray(whole.offsets[inside] - skipped),
        )


def token_vectors(model: Model, texts: Sequence[str]) -> list[TokenVectors]:
    """Return the vectors of texts; no tokens where the model gives none."""
    if model.gives_tokens:
        return model.encode_document_tokens(texts)
    return [TokenVectors.bare(row) for row in model.encode_document(texts)]


def calibrate(model: Model) -> relevance.Calibration:
    """Return what the model's similarities are counted from: some seconds' work, once an index."""
    languages = relevance.SENTENCES.values()
    encoded = token_vectors(model, [text for texts in languages for text in texts])
    questions = (
        model.encode_query_tokens(relevance.QUESTIONS) if model.gives_tokens else encoded[:1]
    )
    question_mean, text_mean, projection = _mean(questions), _mean(encoded), relevance.WHOLE
    naming = relevance.ANY
    if model.name == encoder.DEFAULT_MODEL:
        question_mean, text_mean, projection = relevance.packaged()
        naming = relevance.packaged_naming()
    calibration = relevance.Calibration(
        question_mean=question_mean,
        text_mean=text_mean,
        projection=projection,
        vectors=np.stack([text.pooled for text in encoded]),
        tokens=(),
        groups=np.repeat(np.arange(len(languages)), [len(texts) for texts in languages]),
        naming=naming,
    )
    return replace(calibration, tokens=tuple(calibration.kept(text.tokens) for text in encoded))


def _mean(encoded: Sequence[TokenVectors]) -> Floats:
    rows = np.concatenate([text.tokens for text in encoded])
    mean: Floats = rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1], np.float32)
    return mean


def _manifest(model: Model, fingerprint: bytes, texts: Path, folder: Path) -> Manifest:
    return Manifest(
        version=0,
        model=model.name,
        fingerprint=fingerprint,
        dimension=model.dimension,
        threshold=relevance.THRESHOLD,
        indexed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        documents_folder=_documents_folder(texts, folder),
    )


def _documents_folder(texts: Path, folder: Path) -> str:
    # From where a linked index folder really is: there `..` leads, whatever the link's place.
    return os.path.relpath(texts.resolve(), folder.resolve())
