"""From hits to an answer."""

from dataclasses import dataclass
from typing import Literal

from qa.passages import Hit

Outcome = Literal["answered", "not_in_texts", "index_empty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One quoted sentence and where it stands: `quote` is `text[start:end]` of the document as indexed."""

    number: int
    document: str
    title: str
    date: str | None
    start: int
    end: int
    quote: str
    score: float
    stale: bool
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the asker gets, and what it stands on."""

    question: str
    searched_for: str
    outcome: Outcome
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    passages: tuple[Hit, ...]
    """The passages that were looked at, best first; those without a citation are not quoted."""
    index_version: int
    seconds: float
