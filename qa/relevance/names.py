"""Whether the names of a question stand in a text, however its language spells them. Pure.

"Selenskyj" is "Zelensky" in another language and "Зеленский" in its own. What a model finds alike
are things of one kind: to it "Macron" is as near to "Zelensky" as "Selenskyj" is. So names are
compared by their letters, those that languages write for one sound taken as one. anyascii knows how
every script is written in Latin letters, rapidfuzz how many of two words' letters agree.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

import numpy as np
from anyascii import anyascii
from rapidfuzz import fuzz

from qa.language import script

ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Scripts that write the sounds of a name, all of them. Others are compared with themselves."""

ALIKE, BLUR = 0.78, 0.06
"""Share of the letters from which two words are one name, and how far around it that is unsure:
"London" and "Londen" share .83, "NATO" and "NAVO" .75, "Macron" and "Marokko" .73. Thresholds of
.75 to .85 tell as well whether a name is there (`python -m tests.benchmarks.fit`'s articles)."""

ENOUGH = 200
"""Characters of texts that tell their script."""

_WORD = re.compile(r"\w[\w'\u2019-]*")
_APOSTROPHE = re.compile(r"['\u2019-]")
_ONE_SOUND = (("sch", "s"), ("sh", "s"), ("oe", "u"), ("ou", "u"), ("ph", "f"), ("h", ""))
_ONE_LETTER = str.maketrans("cqzxvwyjdbg", "kkssffiitpk")
_OTHER = re.compile(r"[^a-z0-9]")
_TWICE = re.compile(r"([a-z])\1+")


def found(names: Sequence[str], texts: Sequence[str], *, alone: bool = False) -> list[float | None]:
    """Return for each name how surely it stands in texts of one language, 0 to 1.

    None for one whose script does not tell how it would be written there. With `alone` only where
    it stands by itself, as "Rutte" does in "says Rutte" but "Mark" does not in "says Mark Rutte".
    """
    if not names:
        return []
    theirs = script(" ".join(texts)[:ENOUGH])
    told = [_comparable(script(name), theirs) for name in names]
    words = (
        {sound for text in texts for sound in _sounds(text, alone=alone)} if any(told) else set()
    )
    return [
        _likely(name, words) if known else None for name, known in zip(names, told, strict=True)
    ]


@lru_cache(10_000)
def sounds(word: str) -> str:
    """Return a word as it sounds, roughly: what is spelt alike in no language may be equal."""
    letters = _OTHER.sub("", anyascii(word).casefold())
    for spelt, sound in _ONE_SOUND:
        letters = letters.replace(spelt, sound)
    return _TWICE.sub(r"\1", letters.translate(_ONE_LETTER))


def is_number(word: str) -> bool:
    """Return whether it is one, or has one in it."""
    return any(letter.isdigit() for letter in word)


def _comparable(mine: str, theirs: str) -> bool:
    """Return whether two scripts write names alike; a number has none."""
    return not mine or mine == theirs or {mine, theirs} <= ALPHABETS


def _sounds(text: str, *, alone: bool) -> Iterable[str]:
    """Yield what may be names in a text, and what their parts are: no word in small letters."""
    names = [match for match in _WORD.finditer(text) if not match[0][0].islower()]
    between = [
        text[one.end() : other.start()].isspace() for one, other in itertools.pairwise(names)
    ]
    for name, before, behind in zip(names, [False, *between], [*between, False], strict=False):
        if not (alone and (before or behind)):
            yield from filter(None, map(sounds, {name[0], *_APOSTROPHE.split(name[0])}))


def _likely(name: str, words: Collection[str]) -> float:
    sound = sounds(name)
    if is_number(name):
        return float(sound in words)  # another number is another number
    share = max((fuzz.ratio(sound, word) for word in words), default=0.0) / 100
    return float(1 / (1 + np.exp((ALIKE - share) / BLUR)))
