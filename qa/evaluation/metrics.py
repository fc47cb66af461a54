"""What the figures mean. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.evaluation.measuring import Outcome

BINS = 10
"""Of confidence, for the calibration error (Naeini et al. 2015)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Shares between 0 and 1; None where no question asks for it."""

    questions: int
    answerable: int
    passage_first: float | None
    """Of the answerable: the first passage holds the answer, whether or not it was shown."""
    sentence_first: float | None
    """Of the answerable: the best sentence holds the answer, whether or not it was shown."""
    mean_reciprocal_rank: float | None
    """Of the first passage that holds the answer, over those that were returned."""
    answered_right: float | None
    """Of the answerable: answered, and a quoted sentence holds the answer."""
    refusal_precision: float | None
    """Of the refused: the texts do not answer, or a wrong sentence would have been shown."""
    refusal_recall: float | None
    """Of the unanswerable: refused."""
    auroc: float | None
    """Probability that an answerable question gets the higher confidence (area under the ROC)."""
    right_at_80: float | None
    """Right among the 80 % of the answerable questions with the highest confidence."""
    calibration_error: float
    """Mean distance of confidence and share right, over ten bins weighted by their questions."""
    seconds: float
    """Median of a question."""


def metrics(outcomes: Sequence[Outcome]) -> Metrics:
    """Return the figures for a set of questions; there must be one at least."""
    answerable = [outcome for outcome in outcomes if outcome.answerable]
    refused = [outcome for outcome in outcomes if not outcome.answered]
    impossible = [outcome for outcome in outcomes if not outcome.answerable]
    coverage, right = risk_coverage(answerable)
    return Metrics(
        questions=len(outcomes),
        answerable=len(answerable),
        passage_first=_share(o.rank == 1 for o in answerable),
        sentence_first=_share(o.best_right for o in answerable),
        mean_reciprocal_rank=_share(1 / o.rank if o.rank else 0.0 for o in answerable),
        answered_right=_share(o.answered and o.quoted_right for o in answerable),
        refusal_precision=_share(not o.best_right for o in refused),
        refusal_recall=_share(not o.answered for o in impossible),
        auroc=auroc([o.confidence for o in answerable], [o.confidence for o in impossible]),
        right_at_80=float(np.interp(0.8, coverage, right)) if answerable else None,
        calibration_error=calibration_error(outcomes),
        seconds=float(np.median([o.seconds for o in outcomes])),
    )


def _share(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return the area under the ROC curve (Mann-Whitney), ties counting half."""
    if not positive or not negative:
        return None
    both = np.array([*positive, *negative])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    rank_sum = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(rank_sum / (len(positive) * len(negative)))


def risk_coverage(
    outcomes: Sequence[Outcome],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return shares of questions answered, surest first, and the share right among them."""
    ordered = sorted(outcomes, key=lambda outcome: -outcome.confidence)
    right = np.cumsum([outcome.best_right for outcome in ordered], dtype=float)
    count = np.arange(1, len(ordered) + 1, dtype=float)
    return count / max(len(ordered), 1), right / count


def reliability(outcomes: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """Return, for each bin that is not empty, mean confidence, share right and number."""
    bins: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        bins.setdefault(min(int(outcome.confidence * BINS), BINS - 1), []).append(outcome)
    return [
        (
            sum(o.confidence for o in own) / len(own),
            sum(o.best_right for o in own) / len(own),
            len(own),
        )
        for _, own in sorted(bins.items())
    ]


def calibration_error(outcomes: Sequence[Outcome]) -> float:
    """Return the expected calibration error."""
    return sum(abs(sure - right) * n for sure, right, n in reliability(outcomes)) / len(outcomes)
