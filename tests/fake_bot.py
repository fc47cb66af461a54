"""A small real bot for the tests of page and server: it answers by shared words."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

from qa.answer import Answer, Citation
from qa.bot import Status
from qa.dates import period, within
from qa.documents import Document
from qa.errors import DocumentError, QuestionError
from qa.index import DocumentInfo
from qa.passages import Hit, Passage

ARTICLE = Document(
    path="haven-larnsund.txt",
    title="Havenstad Larnsund opent getijdencentrale na negen jaar bouwen",
    date="2026-03",
    text=(
        "De havenstad Larnsund heeft zaterdag haar getijdencentrale in gebruik genomen, negen jaar "
        "na de eerste metingen in de fjord. De centrale van 42 megawatt levert stroom aan ongeveer "
        "31.000 huizen, een kwart van de gemeente.\n\n"
        "Burgemeester Ingrid Vestby drukte om 11.40 uur op de startknop, voor het oog van zo'n "
        '4.000 inwoners. "Men zei dat de stroming te koud, te sterk en te noordelijk was", zei '
        'zij. "Vandaag betaalt die stroming onze rekeningen."\n\n'
        "Kosten\n\n"
        "Het project kostte 310 miljoen euro, 40 miljoen meer dan begroot. Volgens de rekenkamer "
        "kwam dat door duurder staal en door een winter waarin niet gebouwd kon worden.\n\n"
        "Vissers\n\n"
        "De vissersbond vreest voor de haring. In april staan de turbines drie weken stil, zodat "
        'de vis ongehinderd kan paaien. "Dat is te kort", zegt voorzitter Olav Brekke.'
    ),
)
SECOND = Document(
    path="archief/storm.md",
    title="Storm legt veerdienst naar Larnsund stil",
    date="2026-02-11",
    source="Kustkrant",
    text=(
        "De veerdienst naar Larnsund is woensdag uitgevallen door een storm uit het noordwesten. "
        "Volgens de rederij varen de schepen donderdag weer.\n\n"
        "In de haven raakten twee vissersboten los. Niemand raakte gewond."
    ),
)
QUESTIONS = ("Hoeveel kostte het project?", "Wie drukte op de startknop?", "Kosten", "Vissers")

_WORD = re.compile(r"\w{3,}")
_SENTENCE = re.compile(r"\S.*?[.?!]\"?(?=\s|$)|\S.*$", re.DOTALL)
_ENOUGH = 0.3


class FakeBot:
    """Answers with the sentences that share most words with the question."""

    def __init__(
        self,
        documents: tuple[Document, ...] = (ARTICLE, SECOND),
        *,
        suggestions: tuple[str, ...] = QUESTIONS,
        seconds: float = 0.0,
        stale: bool = False,
    ) -> None:
        self.texts = {document.path: document for document in documents}
        self.seconds = seconds
        self.stale = stale
        self.version = 3
        self._suggestions = suggestions

    def ask(
        self,
        question: str,
        *,
        previous: Answer | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> Answer:
        ends = period(after, before)
        if not question.strip():
            raise QuestionError("the question is blank")
        if len(question) > 1000:
            raise QuestionError(
                "the question has {} characters; at most {} are searched for", len(question), 1000
            )
        time.sleep(self.seconds)
        searched = question
        if previous is not None and question.startswith("En "):
            searched = f"{previous.searched_for} {question}"
        hits = [hit for hit in self._hits(searched) if within(hit.date, *ends)]
        hits = sorted(hits, key=lambda hit: -hit.score)[:4]
        best = max((hit.score for hit in hits), default=0.0)
        found = best >= _ENOUGH
        citations = tuple(_citations(searched, hits)) if found else ()
        return Answer(
            question=question,
            searched_for=searched,
            language="nl",
            outcome="answered" if found else "not_in_texts" if self.texts else "index_empty",
            text=" ".join(f"“{c.quote}” [{c.number}]" for c in citations) or "Not in the texts.",
            citations=citations,
            confidence=best,
            threshold=_ENOUGH,
            words_found=tuple(word for word in _WORD.findall(searched) if self._stands(word)),
            words_missing=tuple(word for word in _WORD.findall(searched) if not self._stands(word)),
            passages=tuple(hits),
            index_version=self.version,
            seconds=0.042,
        )

    def status(self) -> Status:
        return Status(
            documents=len(self.texts),
            passages=sum(1 for _ in self._hits("")),
            indexed_at="2026-03-14T12:00:00+00:00",
            index_version=self.version,
            model="fake",
        )

    def document(self, path: str, /) -> Document:
        if path not in self.texts:
            raise DocumentError("{!r} is not in the index; to add it run: qa build", path)
        return self.texts[path]

    def documents(self) -> tuple[DocumentInfo, ...]:
        return tuple(
            DocumentInfo(
                path=document.path,
                title=document.title,
                date=document.date,
                size=len(document.text.encode(errors="replace")),
                passages=sum(1 for _ in passages(document)),
                sha256="",
            )
            for document in self.texts.values()
        )

    def suggestions(self) -> tuple[str, ...]:
        return self._suggestions

    def _stands(self, word: str) -> bool:
        return any(word.lower() in document.text.lower() for document in self.texts.values())

    def _hits(self, question: str) -> Iterator[Hit]:
        for document in self.texts.values():
            for passage in passages(document):
                yield Hit(
                    passage=passage,
                    score=max(
                        (_overlap(question, passage.text[a:b]) for a, b in passage.sentences),
                        default=0.0,
                    ),
                    title=document.title,
                    date=document.date,
                    source=document.source,
                    stale=self.stale,
                )


def passages(document: Document) -> Iterator[Passage]:
    """Yield the paragraphs; a short one without a full stop is the heading of those below it."""
    heading = ""
    for match in re.finditer(r"\S(?:.|\n(?!\n))*", document.text):
        text = match[0]
        if len(text) < 20 and not text.endswith("."):
            heading = text
            continue
        sentences = tuple((found.start(), found.end()) for found in _SENTENCE.finditer(text))
        yield Passage(
            document=document.path,
            start=match.start(),
            end=match.end(),
            text=text,
            heading=heading,
            sentences=sentences,
        )


def _overlap(question: str, sentence: str) -> float:
    wanted = set(_WORD.findall(question.lower()))
    return len(wanted & set(_WORD.findall(sentence.lower()))) / max(1, len(wanted))


def _citations(question: str, hits: list[Hit]) -> Iterator[Citation]:
    scored = [
        (_overlap(question, hit.passage.text[start:end]), hit, start, end)
        for hit in hits
        for start, end in hit.passage.sentences
    ]
    scored.sort(key=lambda item: -item[0])
    chosen = [item for item in scored[:2] if item[0] > scored[0][0] - 0.2]
    for number, (score, hit, start, end) in enumerate(chosen, 1):
        text = hit.passage.text[start:end]
        yield Citation(
            number=number,
            document=hit.passage.document,
            title=hit.title,
            date=hit.date,
            start=hit.passage.start + start,
            end=hit.passage.start + end,
            quote=text,
            score=score,
            stale=hit.stale,
            sha256="",
            note="morgen = 12 maart 2026" if "morgen" in text else "",
        )


def with_text(text: str, *, title: str = "A title", path: str = "a.txt") -> Document:
    """Return a document with that text."""
    return replace(ARTICLE, text=text, title=title, path=path)
