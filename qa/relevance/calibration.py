"""What a model's similarities are counted from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from qa.encoder import unit
from qa.reader import Bytes, Floats

WHOLE: Floats = np.empty((0, 0), np.float32)
"""The projection of a model whose token vectors are compared as they are."""

ANY: Floats = np.empty(0, np.float32)
"""The `naming` of a model whose token vectors are not known to tell names."""

REMOVED = 0.85
"""How much is taken away of what tells a question's language. In folders of several languages as
many of the nearest vectors are then of what answers in another one as with all of it taken away,
and more are of what answers in the question's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What a model's similarities are counted from; made once for each model."""

    question_mean: Floats
    """(width,): mean token vector of questions."""
    text_mean: Floats
    """(width,): mean token vector of texts."""
    projection: Floats
    """(width, kept): what of a centred token vector is compared, or `WHOLE`."""
    vectors: Floats
    """(sentences, dimension): unrelated sentences, unit length."""
    tokens: tuple[Bytes, ...]
    """For each unrelated sentence its compressed token vectors."""
    groups: npt.NDArray[np.int64]
    """(sentences,): which of them share a language."""
    naming: Floats = field(default_factory=lambda: ANY)
    """(width + 1,): weights of a word's mean token vector and a constant, positive for a name."""

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the same as arrays to store."""
        return {
            "question_mean": self.question_mean,
            "text_mean": self.text_mean,
            "projection": self.projection,
            "vectors": self.vectors,
            "tokens": np.concatenate(self.tokens),
            "lengths": np.array([len(tokens) for tokens in self.tokens], dtype=np.int64),
            "groups": self.groups,
            "naming": self.naming,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Return what `arrays` gave."""
        ends = np.cumsum(arrays["lengths"])[:-1]
        return cls(
            question_mean=arrays["question_mean"],
            text_mean=arrays["text_mean"],
            projection=arrays["projection"],
            vectors=arrays["vectors"],
            tokens=tuple(np.split(arrays["tokens"], ends)),
            groups=arrays["groups"],
            naming=arrays["naming"],
        )

    def asked(self, tokens: Floats) -> Floats:
        """Return a question's token vectors as they are compared: (tokens, kept), unit length."""
        return compared(tokens - self.question_mean, self.projection)

    def kept(self, tokens: Floats) -> Bytes:
        """Return a text's token vectors as they are compared, in bytes: (tokens, kept)."""
        return compress(compared(tokens - self.text_mean, self.projection))

    def names(self, tokens: Floats) -> bool:
        """Return whether a word of a question, given by its token vectors, is a name.

        In German every noun has a capital. Where nothing tells names, every word may be one.
        """
        if not self.naming.size or not len(tokens):
            return True
        return bool(tokens.mean(axis=0) @ self.naming[:-1] + self.naming[-1] > 0)

    def nearest_groups(self, vectors: Floats) -> npt.NDArray[np.int64]:
        """Return the number of the language that each mean of a text's sentences seems to be in."""
        means = self._means()
        # Uncentred, one language is nearest to texts of every other.
        middle = means.mean(axis=0)
        nearest: npt.NDArray[np.int64] = ((vectors - middle) @ (means - middle).T).argmax(axis=1)
        return nearest

    def without_language(self, vector: Floats) -> Floats:
        """Return a question's vector without most of what tells languages apart.

        Texts in the question's own language are nearer to it than what answers in another. The
        languages' means span what they differ by; its part in there is made small (language
        information removal: Yang et al. 2021). It is not at unit length.
        """
        apart = self._means()
        apart -= apart.mean(axis=0)
        return (vector - REMOVED * (np.linalg.pinv(apart) @ (apart @ vector))).astype(np.float32)

    def _means(self) -> Floats:
        count = int(self.groups.max()) + 1
        return np.stack([self.vectors[self.groups == group].mean(axis=0) for group in range(count)])

    def only(self, group: int) -> "Calibration":
        """Return the same with the unrelated sentences of one language."""
        chosen = np.flatnonzero(self.groups == group)
        return replace(
            self,
            vectors=self.vectors[chosen],
            tokens=tuple(self.tokens[place] for place in chosen),
            groups=np.zeros(len(chosen), dtype=np.int64),
        )


def packaged() -> tuple[Floats, Floats, Floats]:
    """Return the packaged model's `question_mean`, `text_mean` and `projection`.

    Learned together with the layers for tokens (`python -m tests.benchmarks.tokens`); the last
    layer counts nothing. Other models are centred by the few sentences that are shipped.
    """
    mean, other, projection = _shipped("means.npz", "question_mean", "text_mean", "projection")
    return mean, other, projection


def packaged_naming() -> Floats:
    """Return the packaged model's `naming` (`python -m tests.benchmarks.names`)."""
    (naming,) = _shipped("names.npz", "naming")
    return naming


def _shipped(file: str, *names: str) -> list[Floats]:
    with (files(__package__) / file).open("rb") as opened:
        arrays = np.load(opened, allow_pickle=False)
        return [arrays[name].astype(np.float32) for name in names]


def compared(centred: Floats, projection: Floats) -> Floats:
    """Return centred token vectors as they are compared, at unit length."""
    return unit(centred @ projection if projection.size else centred)


def compress(tokens: Floats) -> Bytes:
    """Return token vectors of unit length in steps of 1/127: int8 loses nothing here."""
    compressed: Bytes = np.rint(tokens * 127).astype(np.int8)
    return compressed
