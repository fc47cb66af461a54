"""From hits to an answer: choosing the words, numbering the citations, saying "not in the texts".

Everything here is pure. A quote is cut out of a passage by offsets and by nothing else, so no code
path can put words into one.
"""

from qa.answer.composing import EMPTY, REFUSALS, Answer, Ask, Citation, Outcome, compose
from qa.answer.quoting import CLOSE, MOST, quotes

__all__ = [
    "CLOSE",
    "EMPTY",
    "MOST",
    "REFUSALS",
    "Answer",
    "Ask",
    "Citation",
    "Outcome",
    "compose",
    "quotes",
]
