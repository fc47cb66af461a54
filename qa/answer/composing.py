"""The answer object, and how it is composed of hits."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from qa.answer.quoting import quotes
from qa.dates import note
from qa.passages import Hit, Passage, language_of

Outcome = Literal["answered", "not_in_texts", "index_empty"]

REFUSALS = {
    "de": "Das steht nicht in den Texten.",
    "en": "The texts do not say.",
    "es": "Los textos no lo dicen.",
    "fr": "Les textes ne le disent pas.",
    "nl": "Dat staat niet in de teksten.",
}
EMPTY = {
    "de": "Es gibt noch keine Texte, in denen gesucht werden kann.",
    "en": "There are no texts to search in yet.",
    "es": "Todavía no hay textos en los que buscar.",
    "fr": "Il n'y a pas encore de textes où chercher.",
    "nl": "Er zijn nog geen teksten om in te zoeken.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One quoted sentence: `quote` is `text[start:end]` of the document as indexed."""

    number: int
    document: str
    """The document's path below the documents folder."""
    title: str
    date: str | None
    """ISO 8601 at the precision that is known: `2025`, `2025-03` or `2025-03-01`."""
    start: int
    end: int
    quote: str
    score: float
    """Of this sentence against the question; comparable within one answer only."""
    stale: bool
    """Whether the file changed, or went, since it was indexed."""
    sha256: str
    """Of the file as indexed."""
    answer_start: int | None = None
    """Where in the document the words of the quote stand that answer, if that is sure."""
    answer_end: int | None = None
    note: str
    """Which days its "yesterday" or "Monday" are, counted from the text's date; mostly empty."""

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote before, in and behind the words that answer; unsure, all is before."""
        if self.answer_start is None or self.answer_end is None:
            return self.quote, "", ""
        first, last = self.answer_start - self.start, self.answer_end - self.start
        return self.quote[:first], self.quote[first:last], self.quote[last:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the asker gets, and what it stands on."""

    question: str
    searched_for: str
    """The question as it was searched; another one only where a follow-up was completed."""
    language: str
    """The question's, of those the interface speaks (ISO 639-1): refusal and notes are in it."""
    outcome: Outcome
    text: str
    """The quotes with their citation numbers, or a refusal in the question's language."""
    citations: tuple[Citation, ...]
    """Empty unless `outcome` is `answered`."""
    confidence: float
    """Probability that what is quoted, or would have been, answers the question; in [0, 1]."""
    threshold: float
    """The confidence below which the outcome is `not_in_texts`."""
    words_found: tuple[str, ...]
    """Words of the question that stand in some text, folded to lower case without accents."""
    words_missing: tuple[str, ...]
    """Words of the question that stand in no text."""
    passages: tuple[Hit, ...]
    """The passages that were found, best first. Those without a citation are not answers."""
    index_version: int
    seconds: float

    def quotes_in(self, passage: Passage) -> tuple[Citation, ...]:
        """Return the citations that stand in a passage, best first."""
        return tuple(
            citation
            for citation in self.citations
            if citation.document == passage.document
            and passage.start <= citation.start
            and citation.end <= passage.end
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question on its way: what was asked and is searched, its language, its words."""

    question: str
    searched_for: str
    language: str = "en"
    words_found: tuple[str, ...] = ()
    words_missing: tuple[str, ...] = ()
    indexed: bool = True
    """Whether there are any texts."""


def compose(
    ask: Ask,
    hits: Sequence[Hit],
    *,
    confidence: float,
    threshold: float,
    index_version: int,
) -> Answer:
    """Return the answer that the hits allow; `seconds` is left at 0 for the caller to fill in."""
    answered = bool(hits) and confidence >= threshold
    citations = _citations(hits, ask.language) if answered else ()
    if answered:
        text = " ".join(f"“{c.quote}” [{c.number}]" for c in citations)
    elif ask.indexed:
        text = REFUSALS.get(ask.language, REFUSALS["en"])
    else:
        text = EMPTY.get(ask.language, EMPTY["en"])
    return Answer(
        question=ask.question,
        searched_for=ask.searched_for,
        language=ask.language,
        outcome="answered" if answered else "not_in_texts" if ask.indexed else "index_empty",
        text=text,
        citations=citations,
        confidence=confidence if hits else 0.0,
        threshold=threshold,
        words_found=ask.words_found,
        words_missing=ask.words_missing,
        passages=tuple(hits),
        index_version=index_version,
        seconds=0.0,
    )


def _citations(hits: Sequence[Hit], language: str) -> tuple[Citation, ...]:
    return tuple(
        Citation(
            number=number,
            document=quote.hit.passage.document,
            title=quote.hit.title,
            date=quote.hit.date,
            start=quote.start,
            end=quote.end,
            quote=quote.text,
            answer_start=quote.answer and quote.answer[0],
            answer_end=quote.answer and quote.answer[1],
            score=quote.score,
            stale=quote.hit.stale,
            sha256=quote.hit.sha256,
            note=note(
                quote.text,
                quote.hit.date,
                spoken=language_of(quote.hit.passage.text),
                language=language,
            ),
        )
        for number, quote in enumerate(quotes(hits), 1)
    )
