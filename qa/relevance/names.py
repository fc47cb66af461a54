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
from qa.reader import Floats

ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Scripts that write the sounds of a name, all of them. Others are compared with themselves."""

ALIKE, BLUR = 0.78, 0.06
"""Share of the letters from which two words are one name, and how far around it that is unsure:
"London" and "Londen" share .83, "NATO" and "NAVO" .75, "Macron" and "Marokko" .73. Thresholds of
.75 to .85 tell as well whether a name is there (`python -m tests.benchmarks.fit`'s articles)."""

LETTERS = 0.68
"""The same of abbreviations, in any order: "NATO" is "OTAN" and "NAVO", "EU" is "UE"."""

STANDS = 0.5
"""How surely a name is found that is said to stand in a text."""

ENOUGH = 200
"""Characters of texts that tell their script."""

_WORD = re.compile(r"\w[\w'\u2019-]*")
_APOSTROPHE = re.compile(r"['\u2019-]")
_ONE_SOUND = (("sch", "s"), ("sh", "s"), ("oe", "u"), ("ou", "u"), ("ph", "f"), ("h", ""))
_ONE_LETTER = str.maketrans("cqzxvwyjdbg", "kkssffiitpk")
_OTHER = re.compile(r"[^a-z0-9]")
_TWICE = re.compile(r"([a-z])\1+")


def found(names: Sequence[str], texts: Sequence[str]) -> list[Floats | None]:
    """Return for each name how surely it stands in each of some texts of one language, 0 to 1.

    None for one whose script does not tell how it would be written there.
    """
    if not names:
        return []
    theirs = script(" ".join(texts)[:ENOUGH])
    told = [_comparable(script(name), theirs) for name in names]
    words = [set(_sounds(text)) if any(told) else set() for text in texts]
    return [
        np.array([_likely(name, said) for said in words], np.float32) if known else None
        for name, known in zip(names, told, strict=True)
    ]


def beside_another(names: Iterable[str], whole: Collection[str], texts: Iterable[str]) -> bool:
    """Return whether one of some names stands right beside another that is not of the whole.

    Where a text says "Jan Rutte", "Rutte" is not Mark; where it says "Rutte" or "NATO chief Rutte",
    he may be. The first word of a sentence has a capital anyhow, and is not counted.
    """
    wanted, own = ({sounds(name) for name in some} for some in (names, whole))
    return any(
        _is(name[0], wanted) and _personal(beside[0]) and not _is(beside[0], own)
        for text in texts
        for one, other in itertools.pairwise(_WORD.finditer(text))
        if text[one.end() : other.start()].isspace()
        for name, beside in ((one, other), (other, one))
        if _WORD.search(text, 0, beside.start())
    )


def _is(word: str, names: Collection[str]) -> bool:
    return word[0].isupper() and _likely(word, names) > STANDS


def _personal(word: str) -> bool:
    """Return whether a word is written like a first or a last name, not "NATO" or "NATO-chief"."""
    last = _APOSTROPHE.split(word)[-1]
    return word[0].isupper() and last[:1].isupper() and not word.isupper()


@lru_cache(10_000)
def sounds(word: str) -> str:
    """Return a word as it sounds, roughly: what is spelt alike in no language may be equal."""
    letters = _OTHER.sub("", anyascii(word).casefold())
    for spelt, sound in _ONE_SOUND:
        letters = letters.replace(spelt, sound)
    return _TWICE.sub(r"\1", letters.translate(_ONE_LETTER))


def is_abbreviation(word: str) -> bool:
    """Return whether it is in capitals alone: what languages translate, as "NATO" or "UN"."""
    return len(word) > 1 and word.isupper()


def is_number(word: str) -> bool:
    """Return whether it is one, or has one in it."""
    return any(letter.isdigit() for letter in word)


def _comparable(mine: str, theirs: str) -> bool:
    """Return whether two scripts write names alike; a number has none."""
    return not mine or mine == theirs or {mine, theirs} <= ALPHABETS


def _sounds(text: str) -> Iterable[str]:
    """Yield what may be names in a text, and what their parts are: no word in small letters."""
    for name in _WORD.findall(text):
        if not name[0].islower():
            parts = {name, *_APOSTROPHE.split(name)}
            yield from filter(None, map(sounds, parts))
            yield from map(_letters, filter(is_abbreviation, parts))


def _likely(name: str, words: Collection[str]) -> float:
    sound = sounds(name)
    if is_number(name):
        return float(sound in words)  # another number is another number
    likely = _alike(sound, words, ALIKE)
    if is_abbreviation(name):
        letters = _letters(name)
        as_long = (word for word in words if len(word) == len(letters))
        return max(likely, _alike(letters, as_long, LETTERS))
    return likely


def _alike(name: str, words: Iterable[str], enough: float) -> float:
    share = max((fuzz.ratio(name, word) for word in words), default=0.0) / 100
    return float(1 / (1 + np.exp((enough - share) / BLUR)))


def _letters(abbreviation: str) -> str:
    """Return the letters of an abbreviation in their order, large ones: unlike any sound."""
    return "".join(sorted(anyascii(abbreviation).upper()))
