"""The figures of an evaluation as text."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from qa.evaluation.measuring import Outcome
from qa.evaluation.metrics import metrics


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the figures, one a line."""
    figures = asdict(metrics(outcomes))
    width = max(map(len, figures))
    return "".join(
        f"{name.replace('_', ' '):{width}}  {_shown(value)}\n" for name, value in figures.items()
    )


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Return the figures as one JSON object."""
    return json.dumps(asdict(metrics(outcomes)), indent=2) + "\n"


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
