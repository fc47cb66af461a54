"""What is asked, and the sentences that may answer it, as arrays."""

from dataclasses import dataclass

from qa.reader import Bytes, Floats


@dataclass(frozen=True, slots=True)
class Name:
    """What may be a name or a number in a question."""

    word: str
    tokens: tuple[int, ...] = ()
    """Those of the question that make it up."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked."""

    pooled: Floats
    """(dimension,): unit length."""
    tokens: Floats
    """(tokens, dimension): as the encoder gives them."""
    language: str
    """ISO 639-1, or empty where it is not known."""
    names: tuple[Name, ...] = ()
    grams: frozenset[str] = frozenset()
    """Pieces of its other words, see `qa.index.grams`."""


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A candidate."""

    vector: Floats
    """(dimension,): unit length."""
    tokens: Bytes
    """(tokens, dimension): compressed."""
    passage: int
    document: int
    text: str = ""
