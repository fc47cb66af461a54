"""How a text that is longer than a model reads at once is read in overlapping windows."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

OVERLAP = 64
"""Tokens that two neighbouring windows share, so that each is read with what stands around it."""


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens `start` to `end` are read together; the states of `first` to `last` are kept."""

    start: int
    end: int
    first: int
    last: int


def windows(tokens: int, room: int) -> Iterator[Window]:
    """Windows of at most `room` tokens, nearly equal, whose kept parts cover each token once."""
    if tokens <= room:
        yield Window(0, tokens, 0, tokens)
        return
    overlap = min(OVERLAP, room // 2)
    count = -(-(tokens - overlap) // (room - overlap))
    size = -(-(tokens + overlap * (count - 1)) // count)
    starts = [(tokens - size) * place // (count - 1) for place in range(count)]
    edges = [
        0,
        *((start + before + size) // 2 for before, start in pairwise(starts)),
        tokens,
    ]
    for place, start in enumerate(starts):
        yield Window(start, start + size, edges[place], edges[place + 1])
