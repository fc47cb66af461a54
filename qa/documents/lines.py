"""Lines on a page, put together into the paragraphs that they were."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from operator import itemgetter
from statistics import median

from qa.documents.punctuation import is_closed

_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u2010]$")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")

WIDER = 1.2
"""Times the usual distance of lines from which on a distance parts paragraphs."""

SHORT = 0.7
"""Times the usual length of lines below which a closed line ends its paragraph."""


FULL = 20
"""Characters from which on a line may be one of a column; what is shorter is the cell of a table,
or the number of an item."""

ROWS = 3
"""Lines right of others, all beginning at one place, that make a column."""

INDENT = 50
"""Points that the first line of a paragraph may be indented; no column is so narrow."""


@dataclass(slots=True)
class Line:
    """A line on a page; where it begins and the size of its letters, in points from below left."""

    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words, one space between them."""
        return " ".join("".join(self.parts).split())


def by_column(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page column by column, where they were written across the columns.

    Most programs write one column after the other. Where a line follows the one to its left, again
    and again, sentences of two columns would run into each other: from there to where the writing
    goes up again, or a line runs across, what is in one column stays together.
    """
    places = Counter(round(right.x) for left, right in pairwise(lines) if _beside(left, right))
    edges: list[float] = []
    for place in sorted(place for place, count in places.items() if count >= ROWS):
        if not edges or place > edges[-1] + INDENT:
            edges.append(place)
    found: list[Line] = []
    block: list[tuple[int, Line]] = []
    for line in lines:
        column = bisect(edges, line.x + line.size)
        across = line.x + 0.35 * line.size * len(line.text) > [*edges, inf][column]
        if block and (across or line.y > block[-1][1].y + 0.3 * line.size):
            found += _sorted(block)
            block = []
        if across:
            found.append(line)
        else:
            block.append((column, line))
    return found + _sorted(block)


def _beside(left: Line, right: Line) -> bool:
    """Return whether a line stands right of another that fills the room between their starts."""
    return (
        abs(left.y - right.y) < 0.3 * left.size
        and min(len(left.text), len(right.text)) >= FULL
        and 0 < right.x - left.x < left.size * len(left.text)
    )


def _sorted(block: Sequence[tuple[int, Line]]) -> list[Line]:
    return [line for _, line in sorted(block, key=itemgetter(0))]


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Return the paragraphs that lines in reading order make up.

    A paragraph ends where the letters change their size, where the distance to the next line is
    larger than usual, and at a line that closes a sentence and is short. It goes on across columns
    and pages otherwise.
    """
    if not lines:
        return []
    gaps = [_gap(above, below) for above, below in pairwise(lines)]
    usual = [gap for gap in gaps if 0.5 < gap < 3]  # noqa: PLR2004 - overprinted, another block
    leading = median(usual) if usual else 1.2
    length = median(len(line.text) for line in lines)
    found = [lines[0].text]
    for (above, below), gap in zip(pairwise(lines), gaps, strict=True):
        if _ends(above, below, gap, leading, length):
            found.append(below.text)
        else:
            found[-1] = glue(found[-1], below.text)
    return found


def _gap(above: Line, below: Line) -> float:
    """Return the distance of two lines, in sizes of their letters; negative in a new column."""
    return (above.y - below.y) / (max(above.size, below.size) or 1.0)


def _ends(above: Line, below: Line, gap: float, leading: float, length: float) -> bool:
    if abs(above.size - below.size) > 0.08 * max(above.size, below.size) or gap > WIDER * leading:
        return True
    if not is_closed(above.text):
        return False
    return gap < 0 or len(above.text) < SHORT * length


def glue(above: str, below: str) -> str:
    """Return two lines as one; a word that was hyphenated at the line's end becomes whole.

    The hyphen stays where it is the word's own: before a capital or a digit (`Sint-Maarten`), and
    after an abbreviation (`NAVO-baas`).
    """
    if above.endswith("\u00ad"):
        return above[:-1] + below
    if _HYPHENATED.search(above):
        word = re.split(r"[\s-]", above[:-1])[-1]
        kept = not below[:1].islower() or (len(word) > 1 and word.isupper())
        return above + below if kept else above[:-1] + below
    if _WIDE.match(above[-1:]) and _WIDE.match(below[:1]):
        return above + below
    return f"{above} {below}"
