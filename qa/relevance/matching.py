"""How alike a question and sentences are, token by token and as wholes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from qa.reader import Bytes, Floats
from qa.relevance.calibration import Calibration
from qa.relevance.question import Question, Sentence

APART = 0.7
"""How much of what unrelated sentences in a document's language score is taken off. With all of it
taken off more questions find what another language says, and fewer what their own does. Chosen by
`python -m tests.benchmarks.folders --chosen`."""

RARE, RARE_ACROSS = 3.0, 1.5
"""Power of a question token's rareness: words that match everywhere count little. Where question
and text are in two languages the lower one does as well on XQuAD-R's articles 0 to 23."""


def best_matches(question: Floats, sentences: Sequence[Bytes]) -> Floats:
    """Return each question token's highest cosine with a token of a sentence, a column each."""
    found = np.zeros((len(question), len(sentences)), dtype=np.float32)
    filled = [place for place, tokens in enumerate(sentences) if len(tokens)]
    if not filled or not len(question):
        return found
    joined = np.concatenate([sentences[place] for place in filled]).astype(np.float32) / 127
    starts = np.cumsum([0, *(len(sentences[place]) for place in filled[:-1])])
    found[:, filled] = np.maximum.reduceat(question @ joined.T, starts, axis=1)
    return found


def weights_of(matches: Floats, power: float = RARE) -> Floats:
    """Return a weight for each question token: small where it matches many sentences well."""
    if not len(matches):
        return np.zeros(0, dtype=np.float32)
    weights: Floats = np.clip(1 - matches.mean(axis=1), 0, None) ** power + 1e-9
    normalised: Floats = weights / weights.sum()
    return normalised


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A question beside some sentences."""

    tokens: Floats
    """(tokens, dimension): the question's, as they are compared."""
    similarities: Floats
    """(sentences,): cosines."""
    matches: Floats
    """(tokens, sentences): each token's highest cosine with a token of a sentence."""

    def only(self, own: npt.NDArray[np.bool_]) -> Self:
        """Return the same of some sentences."""
        return replace(self, similarities=self.similarities[own], matches=self.matches[:, own])


def compare(
    question: Question, sentences: Sequence[Sentence], calibration: Calibration
) -> Compared:
    """Return a question beside some sentences."""
    tokens = calibration.asked(question.tokens)
    similarities = np.stack([sentence.vector for sentence in sentences]) @ question.pooled
    return Compared(tokens, similarities, best_matches(tokens, [s.tokens for s in sentences]))


def groups_of(sentences: Sequence[Sentence], calibration: Calibration) -> dict[int, int]:
    """Return which of the calibration's languages each document seems to be in."""
    documents: dict[int, list[Floats]] = {}
    for sentence in sentences:
        documents.setdefault(sentence.document, []).append(sentence.vector)
    means = np.stack([np.mean(vectors, axis=0) for vectors in documents.values()])
    return dict(zip(documents, calibration.nearest_groups(means).tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """How alike a question is to unrelated sentences of one language."""

    similarity: float
    """The mean cosine."""
    matches: Floats
    """(tokens,): each token's mean highest cosine with a token of one of them."""

    def score(self, weights: Floats) -> float:
        """Return their mean score, as a sentence is scored with these weights of the tokens."""
        return self.similarity + float(weights @ self.matches)


def backgrounds(
    question: Question, tokens: Floats, calibration: Calibration, groups: Iterable[int]
) -> dict[int, Background]:
    """Return how alike a question is to the unrelated sentences of some languages."""
    found = {}
    for group in set(groups):
        unrelated = calibration.only(group)
        similarity = float((unrelated.vectors @ question.pooled).mean())
        matches = best_matches(tokens, unrelated.tokens).mean(axis=1)
        found[group] = Background(similarity, matches)
    return found
