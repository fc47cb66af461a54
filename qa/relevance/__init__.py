"""Which sentence answers a question, and how likely it is that one does. Arrays in, numbers out.

Late interaction: each token of the question looks for the token of the sentence that is most like
it. Token vectors are centred first (the mean of all of them says nothing), which is what makes it
work between languages.
"""

from qa.relevance.background import QUESTIONS, SENTENCES
from qa.relevance.scoring import (
    THRESHOLD,
    Bytes,
    Calibration,
    Question,
    Ranking,
    Sentence,
    compress,
    packaged_means,
    passage_score,
    rank,
)

__all__ = [
    "QUESTIONS",
    "SENTENCES",
    "THRESHOLD",
    "Bytes",
    "Calibration",
    "Question",
    "Ranking",
    "Sentence",
    "compress",
    "packaged_means",
    "passage_score",
    "rank",
]
