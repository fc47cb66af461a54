"""Small real implementations for unit tests."""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa.index import grams

Floats = npt.NDArray[np.float32]


class GramEncoder:
    """An encoder of a dozen lines: a text is the sum of fixed random vectors, one for each gram."""

    def __init__(self, dimension: int = 48, salt: str = "") -> None:
        self.dimension = dimension
        self.salt = salt
        self.encoded: list[str] = []

    def encode_query(self, texts: Sequence[str], /) -> Floats:
        return np.stack([self._vector(text) for text in texts])

    def encode_document(self, texts: Sequence[str], /) -> Floats:
        self.encoded.extend(texts)
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Floats:
        total = np.zeros(self.dimension) + 1e-3
        for gram in grams(text):
            seed = int.from_bytes(hashlib.sha256((self.salt + gram).encode()).digest()[:8])
            total += np.random.default_rng(seed).normal(size=self.dimension)
        return (total / np.linalg.norm(total)).astype(np.float32)
