"""The words of a text, in any language, and how much of a question a text covers.

Nothing here knows a language: words of up to four letters are kept whole, longer ones are cut into
overlapping runs of four letters, so that inflections and Dutch compounds meet their parts; scripts
written without spaces are cut into pairs of characters.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from qa.language import UNSPACED

GRAM = 4
"""Letters in a run: short enough for inflections to share some, long enough to tell words apart."""

K1, B = 1.2, 0.75
"""BM25's usual saturation and length constants (Robertson and Zaragoza 2009)."""

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e][^\W_]*)*")


def words(text: str) -> list[str]:
    """Return the words of `text`, case-folded and without accents, in order."""
    folded = text.casefold()
    if folded.isascii():
        return _WORD.findall(folded)
    decomposed = unicodedata.normalize("NFKD", folded)
    # Accents go; the vowel signs of Indic scripts are marks too, but carry the meaning: they stay.
    plain = "".join(c for c in decomposed if c < "\u0300" or not _is_accent(c))
    return _WORD.findall(plain)


def _is_accent(character: str) -> bool:
    return unicodedata.category(character) == "Mn" and not "\u0900" <= character <= "\u0eff"


def word_grams(word: str) -> list[str]:
    """Return the pieces by which one word is searched."""
    size = GRAM if word.isascii() or not UNSPACED.search(word) else 2
    if len(word) <= size:
        return [word]
    return [word[i : i + size] for i in range(len(word) - size + 1)]


def grams(text: str) -> list[str]:
    """Return the pieces by which `text` is searched, repeated as often as they stand in it."""
    return [gram for word in words(text) for gram in word_grams(word)]


def idf(containing: int, total: int) -> float:
    """Return the inverse document frequency of a gram found in `containing` of `total` passages."""
    return math.log(1 + (total - containing + 0.5) / (containing + 0.5))


def coverage(weights: Mapping[str, float], text: Iterable[str], *, average_length: float) -> float:
    """Return how much of a question a text covers, in [0, 1].

    BM25 over grams, divided by the most that the question could have scored, so that the figure
    means the same for every question and corpus.

    Args:
        weights: the idf of each gram of the question.
        text: the grams of the text.
        average_length: the mean number of grams of a text in the index.
    """
    counts = Counter(text)
    length = sum(counts.values())
    most = sum(weights.values()) * (K1 + 1)
    if not most or not length:
        return 0.0
    norm = K1 * (1 - B + B * length / max(average_length, 1.0))
    score = sum(
        weight * counts[gram] * (K1 + 1) / (counts[gram] + norm)
        for gram, weight in weights.items()
        if gram in counts
    )
    return score / most
