"""Numbers and scores as people say them. Pure."""

import math

from qa.chat.asking import Period
from qa.chat.words import Words
from qa.documents import show_date

# A confidence is a probability: below this it is a guess, above the other it can be relied on.
_FAIR = 0.5
_HIGH = 0.8

# Scores compare within one answer only, so a passage is measured against the best one beside it.
# With the packaged model, what has nothing to do with a question scores 0.6 to 0.7 of what answers.
_FAR = 0.6
_CLOSE = 0.9

_MEGABYTE = 1_000_000


def count_phrase(count: int, one: str, many: str, words: Words) -> str:
    """Return `1 text` or `1,234 texts`."""
    return one if count == 1 else many.format(count=f"{count:,}".replace(",", words.thousands))


def duration_phrase(seconds: float, words: Words) -> str:
    """Return `42 ms` below a second, `1.2 s` above."""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.1f} s".replace(".", words.decimal)


def size_phrase(size: int, words: Words) -> str:
    """Return a number of bytes as `2 kB` or `1.2 MB`."""
    if size < _MEGABYTE:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / _MEGABYTE:.1f} MB".replace(".0 ", " ").replace(".", words.decimal)


def confidence_phrase(confidence: float, words: Words) -> str:
    """Return how sure an answer is: `high confidence, 93%`."""
    word = words.confidence[(confidence >= _FAIR) + (confidence >= _HIGH)]
    return f"{word}, {percentage(confidence)}%"


def nearness(score: float, best: float) -> float:
    """Return how near a passage comes beside the best one: 1 for that one, 0 for far off."""
    share = score / best if best > 0 else 0.0
    return max(0.0, (share - _FAR) / (1 - _FAR))


def match_phrase(near: float, words: Words) -> str:
    """Return a nearness in words."""
    return words.match[(near >= _CLOSE) + (near >= 1)]


def period_phrase(period: Period, words: Words) -> str:
    """Return `from 1 March 2025 until 2026`."""
    ends = ((words.since, period.after), (words.until, period.before))
    return " ".join(
        f"{word.lower()} {show_date(date, words.language)}" for word, date in ends if date
    )


def percentage(share: float) -> int:
    """Return a share as a whole percentage between 0 and 100; what is no number is 0."""
    return 0 if math.isnan(share) else round(100 * min(1.0, max(0.0, share)))
