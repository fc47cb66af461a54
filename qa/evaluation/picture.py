"""The picture of an evaluation: is the confidence reliable, what would refusing more bring."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from qa.errors import StorageError
from qa.evaluation.measuring import Outcome
from qa.evaluation.metrics import reliability, risk_coverage

FORMATS = (".png", ".svg", ".pdf")
"""What a picture can be; matplotlib's others need LaTeX or are seldom wanted."""


def check(path: Path) -> None:
    """Refuse a file that no picture can be written to, before there is anything to draw.

    Raises:
        StorageError: its suffix names no format, or its folder is not there.
    """
    if path.suffix.lower() not in FORMATS:
        raise StorageError(f"the picture {str(path)!r} must end in {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise StorageError(f"the picture {str(path)!r} has no folder; make it first")


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write the picture to a file; its suffix, one of `FORMATS`, says the format.

    Raises:
        StorageError: the file cannot be written.
    """
    check(path)
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    bins = reliability(outcomes)
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    left.plot([sure for sure, _, _ in bins], [share for _, share, _ in bins], marker="o")
    left.set(
        title="Reliability", xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1)
    )
    coverage, share = risk_coverage([outcome for outcome in outcomes if outcome.answerable])
    right.plot(coverage, 1 - share)
    right.set(title="Risk and coverage", xlabel="share answered", ylabel="share wrong", xlim=(0, 1))
    right.set_ylim(bottom=0)
    try:
        figure.savefig(path)
    except OSError as error:
        raise StorageError(f"the picture {str(path)!r} cannot be written: {error}") from error
