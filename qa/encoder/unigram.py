"""Text to the packaged model's tokens, each with its place in the original text.

The same as the folder's `tokenizer.json` gives (a test holds it). That takes 1.1 s and 282 MB to
load, and all 250,002 pieces in a dictionary take 0.1 s and 56 MB; so only those are read that begin
as something in the text does. Words repeat, so they are cached. Nothing here is written in C by us
or by the model's package, and every step is linear in the text.

unigram/pieces.txt      a piece a line, those that begin alike together
unigram/groups.txt      what each of these groups begins with, a line each
unigram/groups.npy      (2, groups + 1): its first byte and its first line in pieces.txt
unigram/numbers.npy     the number of each piece, by line
unigram/scores.npy      log-probabilities, by number
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DROPPED = "\x00-\x08\x0b\x0e-\x1f\x7f\x8f\x9f"
"""A regular expression's class of the characters that the model never saw: they are left out."""
BLANK = "\t\n\x0c\r \xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2581\u3000\ufeff\ufffd"
"""The class of those that separate words: for this model zero-width joiners too."""
UNKNOWN = 3
_FOLDER = "unigram"
_SPECIAL = (0, 1, 2, 3, 250001)
_MARK = "▁"
_LONGEST_PIECE = 16
_LONGEST_STRETCH = 1000
"""Code points looked at in one go: normalisation is quadratic in a run of combining marks."""
_CACHED_WORD = 32
_STRETCH = re.compile(f"[^{BLANK}\ud800-\udfff]{{1,{_LONGEST_STRETCH}}}")
_Piece = tuple[int, int, int]


def _members(characters: str) -> Iterator[int]:
    """The code points of a regular expression's class."""
    for first, last in re.findall("(.)(?:-(.))?", characters, re.DOTALL):
        yield from range(ord(first), ord(last or first) + 1)


_TRANSLATION: dict[int, str | None] = {
    **dict.fromkeys(_members(DROPPED)),
    **dict.fromkeys(_members(BLANK), " "),
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pieces of one text: numbers, and where each starts and ends in the text (code points)."""

    ids: "array[int]"
    starts: "array[int]"
    ends: "array[int]"

    def __len__(self) -> int:
        return len(self.ids)


class Unigram:
    """Pieces with their log-probabilities; a word is cut where their sum is highest."""

    def __init__(self, folder: Path) -> None:
        """Open the vocabulary that `write` left in a model folder."""
        folder /= _FOLDER
        scores = np.load(folder / "scores.npy")
        self._unknown = float(scores.min()) - 10
        # An array's items are Python's own numbers, and quick to get.
        self._scores = array("f", scores.tobytes())
        self._order = array("i", np.load(folder / "numbers.npy").tobytes())
        self._text = (folder / "pieces.txt").read_bytes()
        self._edges = np.load(folder / "groups.npy")
        groups = (folder / "groups.txt").read_text(encoding="utf-8").split("\n")
        self._unread = dict(zip(groups, range(len(groups)), strict=True))
        self._numbers: dict[str, int] = {}
        self._read(_MARK)
        self._cached = lru_cache(maxsize=1 << 15)(self._cut_stretch)

    def _read(self, beginning: str) -> None:
        """Take in the pieces of one group, if there is one and it is not read yet."""
        group = self._unread.get(beginning)
        if group is not None:
            (start, end), (first, last) = self._edges[:, group : group + 2].tolist()
            pieces = self._text[start : end - 1].decode().split("\n")
            self._numbers.update(zip(pieces, self._order[first:last], strict=True))
            self._unread.pop(beginning, None)  # another thread may have done the same

    def __call__(self, text: str) -> Tokens:
        """All tokens of a text of any length and content, in order."""
        tokens = Tokens(array("i"), array("i"), array("i"))
        before = -1
        for match in _STRETCH.finditer(text):
            start, stretch = match.start(), match.group()
            cut = self._cached if len(stretch) <= _CACHED_WORD else self._cut_stretch
            for number, first, last in cut(stretch, new_word=start != before):
                tokens.ids.append(number)
                tokens.starts.append(start + first)
                tokens.ends.append(start + last)
            before = match.end()
        return tokens

    def _cut_stretch(self, stretch: str, *, new_word: bool) -> tuple[_Piece, ...]:
        text, spans = _normalise(stretch)
        pieces: list[_Piece] = []
        for match in re.finditer("[^ ]+", text):
            mark = _MARK if new_word or match.start() else ""
            places = spans[match.start() : match.end()]
            for number, first, last in self._best(mark + match.group()):
                start = places[max(first - len(mark), 0)][0]
                end = places[last - len(mark) - 1][1] if last > len(mark) else start
                pieces.append((number, start, end))
        return tuple(pieces)

    def _best(self, word: str) -> Iterator[_Piece]:
        """The most probable cut; neighbouring characters without a piece are one unknown token."""
        for beginning in {word[:2], *word}:
            self._read(beginning)
        length = len(word)
        best = [0.0] + [-1e30] * length
        came_from = [(0, UNKNOWN)] * (length + 1)
        for start in range(length):
            so_far = best[start]
            if so_far + self._unknown > best[start + 1] and word[start] not in self._numbers:
                best[start + 1] = so_far + self._unknown
                came_from[start + 1] = (start, UNKNOWN)
            for end in range(start + 1, min(start + _LONGEST_PIECE, length) + 1):
                number = self._numbers.get(word[start:end])
                if number is not None and so_far + self._scores[number] > best[end]:
                    best[end] = so_far + self._scores[number]
                    came_from[end] = (start, number)
        return _walk_back(came_from)


def write(pieces: Sequence[str], scores: NDArray[np.float32], folder: Path) -> None:
    """Write the vocabulary into a model folder."""
    folder /= _FOLDER
    folder.mkdir()
    # Text that spells `</s>` is text, not the end of it.
    own = sorted((piece, number) for number, piece in enumerate(pieces) if number not in _SPECIAL)
    groups = [(name, [piece for piece, _ in group]) for name, group in groupby(own, _beginning)]
    sizes = [[sum(len(piece.encode()) + 1 for piece in g), len(g)] for _, g in groups]
    edges = np.cumsum([[0, 0], *sizes], axis=0, dtype=np.int32)
    for name, lines in (
        ("pieces.txt", [piece for piece, _ in own]),
        ("groups.txt", [beginning for beginning, _ in groups]),
    ):
        (folder / name).write_text("\n".join(lines), encoding="utf-8", newline="\n")
    np.save(folder / "groups.npy", edges.T)
    np.save(folder / "numbers.npy", np.array([number for _, number in own], np.int32))
    np.save(folder / "scores.npy", scores)


def _beginning(piece: tuple[str, int]) -> str:
    """Half of all pieces begin a word: those are told apart by the letter after the mark."""
    text = piece[0]
    return text[: 2 if text[0] == _MARK else 1]


def _walk_back(came_from: list[tuple[int, int]]) -> Iterator[_Piece]:
    pieces: list[_Piece] = []
    end = len(came_from) - 1
    while end > 0:
        start, number = came_from[end]
        if number == UNKNOWN and pieces and pieces[-1][0] == UNKNOWN:
            pieces[-1] = (UNKNOWN, start, pieces[-1][2])
        else:
            pieces.append((number, start, end))
        end = start
    return reversed(pieces)


def _normalise(text: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """The text in NFKC and the model's own blanks, and where each of its characters came from."""
    if unicodedata.is_normalized("NFKC", text):
        kept = text.translate(_TRANSLATION)
        if len(kept) == len(text):
            return kept, [(place, place + 1) for place in range(len(text))]
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end in _segments(text):
        normal = unicodedata.normalize("NFKC", text[start:end]).translate(_TRANSLATION)
        characters.append(normal)
        spans += [(start, end)] * len(normal)
    return "".join(characters), spans


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Stretches whose normal forms side by side are the normal form of the whole."""
    start = 0
    for place in range(1, len(text)):
        if _stands_alone(text[place]):
            yield start, place
            start = place
    yield start, len(text)


@lru_cache(maxsize=1 << 12)
def _stands_alone(character: str) -> bool:
    """Whether normalisation never joins this character to the one before it."""
    first = unicodedata.normalize("NFKD", character)[0]
    joins = (
        unicodedata.combining(first)
        or unicodedata.category(first).startswith("M")
        or "\u1160" <= first <= "\u11ff"  # Hangul vowels and finals
        or "\U00016d63" <= first <= "\U00016d6a"  # Kirat Rai vowels
    )
    return not joins
