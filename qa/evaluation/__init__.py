"""How good the answers are: labelled questions, metrics, a report."""

from qa.evaluation.labelled import Labelled, from_texts, read
from qa.evaluation.measuring import Outcome, evaluate, measure
from qa.evaluation.metrics import Metrics, metrics

__all__ = ["Labelled", "Metrics", "Outcome", "evaluate", "from_texts", "measure", "metrics", "read"]
