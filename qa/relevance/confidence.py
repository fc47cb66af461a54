"""How likely it is that a sentence answers, and from when on it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.relevance.calibration import Floats

THRESHOLD = 0.17
"""Confidence from which a question is answered. Chosen by hand, lower than .25, so that the first
article's "what did Rutte advise?" is answered in four languages; what it costs, see `_SAME`."""

_SAME = (-5.13, 5.29, 6.54, -0.44, 1.61), (-3.82, 5.87, 2.67, -0.53, 1.44, 0.63)
_ACROSS = (-4.43, 7.14, 7.53, -0.28, 1.3), (-3.32, 7.78, 2.31, -0.25, 1.36, 0.54)
"""Log-odds that what is quoted answers, where question and text share their language and where not:
the weights of `features`, without a reader and with one. One set for both fails: across languages
all lies lower. Fitted by `python -m tests.benchmarks.fit`."""


@dataclass(slots=True)
class Evidence:
    """What tells an answer from the nearest thing to one."""

    across: bool
    """Whether question and text are in two languages: then all scores are lower."""
    scores: Floats
    """(sentences,): of the document's sentences, by late interaction."""
    background: Floats
    """(sentences,): of unrelated sentences in the text's language."""
    names: Sequence[float]
    """How well each name of the question is matched anywhere in the document."""
    answers: float | None = None
    """Log-odds, not calibrated, that the reader gives the best sentence."""


def confidence(evidence: Evidence) -> float:
    """Return the probability that the best sentence answers."""
    weights = (_ACROSS if evidence.across else _SAME)[evidence.answers is not None]
    odds = np.array(weights) @ features(evidence)
    return float(1 / (1 + np.exp(-odds)))


def features(evidence: Evidence) -> list[float]:
    """Return what the log-odds are a weighted sum of.

    One, the best sentence's distance to unrelated sentences, its distance to the median sentence of
    the document, whether names are asked for, how well they are matched on average, and what the
    reader says, if it was asked.
    """
    scores, names = evidence.scores, evidence.names
    distance = float(scores.max() - evidence.background.mean())
    # A lone sentence has no others to stand out from.
    gap = float(scores.max() - np.median(scores)) if len(scores) > 1 else distance
    matched = sum(names) / len(names) - 0.6 if names else 0.0
    found = [1.0, distance, gap, float(bool(names)), matched]
    return found if evidence.answers is None else [*found, evidence.answers]
