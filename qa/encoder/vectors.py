"""What an encoder gives and what it must be able to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Told how many texts of how many are done."""


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text: its vector, and the state of each of its tokens."""

    pooled: Vectors
    """(dimension,), unit length; for a long text the normalised mean over its windows."""
    tokens: Vectors
    """(tokens, width): last hidden states of its own tokens, neither centred nor normalised; behind
    them, where the encoder gives them, those of a middle layer and those made for tokens."""
    offsets: NDArray[np.int32]
    """(tokens, 2): each token's start and end in the original text (code points); neither falls."""

    @classmethod
    def bare(cls, pooled: Vectors) -> Self:
        """Return the vectors of a text of which the model gives no tokens."""
        return cls(pooled, np.zeros((0, len(pooled)), np.float32), np.zeros((0, 2), np.int32))

    def inside(self, start: int, end: int) -> list[int]:
        """Return which tokens make up a part of the text; those that hold no character are none."""
        starts, ends = self.offsets.T
        places: list[int] = np.flatnonzero(
            (starts >= start) & (ends <= end) & (ends > starts)
        ).tolist()
        return places


@runtime_checkable
class Encoder(Protocol):
    """What a user may hand in; every `SentenceTransformer` is one. Rows are texts, float32."""

    def encode_query(self, texts: Sequence[str], /) -> Vectors:
        """One row for each question."""

    def encode_document(self, texts: Sequence[str], /) -> Vectors:
        """One row for each text."""


@runtime_checkable
class TokenEncoder(Protocol):
    """What an encoder that also gives token vectors can do besides."""

    def encode_query_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """The vectors of each question."""

    def encode_document_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """The vectors of each text."""


def unit(vectors: Vectors) -> Vectors:
    """The rows at unit length; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    rows: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return rows
