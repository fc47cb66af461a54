"""Which sentence answers a question, and how likely it is that one does. Arrays in, numbers out.

Late interaction: each token of the question looks for the token of the sentence that is most like
it. Token vectors are centred first (the mean of all of them says nothing), which is what makes it
work between languages.
"""

from qa.reader import Bytes
from qa.relevance.background import QUESTIONS, SENTENCES
from qa.relevance.calibration import ANY, WHOLE, Calibration, packaged, packaged_naming
from qa.relevance.confidence import ERRORS, THRESHOLD, confidence
from qa.relevance.named import names_of
from qa.relevance.question import Name, Question, Sentence
from qa.relevance.scoring import (
    Ranking,
    candidates,
    group_of,
    passage_scores,
    rank,
    reordered,
    unread,
)

__all__ = [
    "ANY",
    "ERRORS",
    "QUESTIONS",
    "SENTENCES",
    "THRESHOLD",
    "WHOLE",
    "Bytes",
    "Calibration",
    "Name",
    "Question",
    "Ranking",
    "Sentence",
    "candidates",
    "confidence",
    "group_of",
    "names_of",
    "packaged",
    "packaged_naming",
    "passage_scores",
    "rank",
    "reordered",
    "unread",
]
