"""What the reader's network is given, as arrays. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]

MOST_QUESTION, MOST_SENTENCE = 40, 90
"""Tokens read of a question and of a sentence; almost none has more."""

STATE = 4.0
"""Times which token vectors of unit length are taken: their numbers are small for a network."""

CLOSED = -1e4
"""What is added to the attention to places that are padding."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """A question and the sentences that may answer it."""

    question: Floats
    """(tokens, dimension): centred, unit length."""
    weights: Floats
    """(tokens,): how much each token of the question counts."""
    matches: Floats
    """(tokens,): each one's highest cosine with any token of the document."""
    sentences: Sequence[Bytes]
    """Of each sentence its tokens, (tokens, dimension): centred, unit length times 127."""
    scores: Floats
    """(sentences,): by late interaction."""
    middle: float
    """The median score of the document's sentences."""
    unrelated: float
    """The mean score of unrelated sentences."""
    similarities: Floats
    """(sentences,): cosines with the question."""
    nearest: Floats
    """(sentences,): the highest one in the passage that a sentence is in."""
    around: Floats
    """(sentences, 2): how much better than it the sentences before and after it in its passage
    score; 0 where there is none."""
    named: Floats
    """(tokens, sentences): from -1 to 1, how surely the name that a token of the question is of
    stands in a sentence; 0 where it is of none."""
    named_in: Floats
    """(tokens,): the same of the document."""

    def best(self, count: int) -> npt.NDArray[np.int64]:
        """Return the places of the sentences with the highest scores, best first."""
        return np.argsort(-self.scores, kind="stable")[:count]

    def only(self, places: npt.NDArray[np.int64]) -> Self:
        """Return the same question with some of the sentences."""
        return replace(
            self,
            sentences=[self.sentences[place] for place in places],
            scores=self.scores[places],
            similarities=self.similarities[places],
            nearest=self.nearest[places],
            around=self.around[places],
            named=self.named[:, places],
        )


def inputs(candidates: Candidates) -> dict[str, npt.NDArray[np.generic]]:
    """Return the network's inputs: a row for each sentence, padded to the longest.

    A row has one place for the sentence as a whole, then the question's tokens, then the
    sentence's. Beside the vectors go what late interaction says of each token and of the whole.
    """
    asked = candidates.question[:MOST_QUESTION]
    said = [rows[:MOST_SENTENCE].astype(np.float32) / 127 for rows in candidates.sentences]
    first = 1 + len(asked)
    count, length = len(said), first + max(map(len, said))
    weights = candidates.weights[: len(asked)] / candidates.weights.max()
    states = np.zeros((count, length, asked.shape[1]), np.float32)
    states[:, 1:first] = asked
    kinds = np.full((count, length), 2, np.int64)
    kinds[:, :first] = [0] + [1] * len(asked)
    hints = np.zeros((count, length, 5), np.float32)
    hints[:, 1:first, 0] = weights
    hints[:, 1:first, 3] = candidates.named.T[:, : len(asked)]
    hints[:, 1:first, 4] = candidates.named_in[: len(asked)]
    mask = np.full((count, length), CLOSED, np.float32)
    for row, tokens in enumerate(said):
        last = first + len(tokens)
        states[row, first:last] = tokens
        mask[row, :last] = 0
        if len(tokens):
            cosines = asked @ tokens.T
            best = cosines.max(axis=1)
            hints[row, 1:first, 1] = best
            hints[row, 1:first, 2] = best - candidates.matches[: len(asked)]
            hints[row, first:last, 0] = (weights[:, None] * cosines).max(axis=0)
            hints[row, first:last, 1] = cosines.max(axis=0)
            hints[row, first:last, 2] = weights @ cosines / weights.sum()
    return {
        "states": STATE * states,
        "kinds": kinds,
        "hints": hints,
        "whole": _whole(candidates, [len(tokens) for tokens in said]),
        "cosines": states @ states.transpose(0, 2, 1),
        "mask": mask,
    }


def _whole(candidates: Candidates, lengths: Sequence[int]) -> Floats:
    """Return what is known of each sentence as a whole: (sentences, 9)."""
    scores = candidates.scores
    behind = scores - scores.max()
    columns = [
        scores - candidates.middle,
        behind,
        behind == 0,
        np.array(lengths) / 300,
        scores - candidates.unrelated,
        candidates.similarities - candidates.similarities.max(),
        candidates.nearest - candidates.nearest.max(),
        *candidates.around.T,
    ]
    return 10 * np.stack(columns, axis=1).astype(np.float32)
