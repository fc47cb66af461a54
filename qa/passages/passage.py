"""What a passage is, and what is found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One searchable paragraph of a document."""

    document: str
    """The document's path below the documents folder."""
    start: int
    end: int
    """Offsets (code points) in the document's text: `document.text[start:end] == text`."""
    text: str
    heading: str = ""
    """What stands above it; of several headings one below the other all, ` · ` between them."""
    sentences: tuple[tuple[int, int], ...] = ()
    """Start and end of each sentence, counted from the passage's own start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that was found, with what is shown about its document."""

    passage: Passage
    score: float
    """How well the passage's best sentence answers; comparable within one answer only."""
    title: str
    date: str | None = None
    source: str | None = None
    sha256: str = ""
    stale: bool = False
    also_in: tuple[str, ...] = ()
    """Paths of other documents that hold the same paragraph."""
    sentence_scores: tuple[float, ...] = ()
    """One for each of the passage's sentences."""
    short_answers: tuple[tuple[int, int] | None, ...] = ()
    """For each sentence where its words that answer stand, from the passage's own start; None where
    that is not sure. Empty where nobody looked for them."""

    @property
    def best(self) -> tuple[int, int]:
        """Start and end of the sentence with the highest score, from the passage's own start."""
        scores = self.sentence_scores
        return self.passage.sentences[scores.index(max(scores))]
