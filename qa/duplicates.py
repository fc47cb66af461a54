"""Texts that say nearly the same: press releases, second editions, copies under another name."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import combinations

import numpy as np
import numpy.typing as npt

Runs = npt.NDArray[np.uint64]

RUN = 5
"""Words that must follow each other in both texts to count as shared."""

SHARE = 0.8
"""Of the shorter text's runs; with less, each text has something of its own."""

COMMON = 20
"""Texts. A run found in more is everybody's, such as a colophon, and tells nothing."""

_FACTORS = np.random.default_rng(1).integers(2**63, 2**64, RUN, dtype=np.uint64) | np.uint64(1)
"""The place of a word within a run tells in its hash."""

_WORD = re.compile(r"\w+")


def near_duplicates(texts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of paths whose texts are nearly the same, sorted.

    Of texts that are the same to the letter each is named with the first alone.

    Args:
        texts: each path with its text; one is looked at after the other and not kept.
    """
    paths: list[str] = []
    runs: list[Runs] = [np.zeros(0, dtype=np.uint64)]
    firsts: dict[bytes, str] = {}
    same: list[tuple[str, str]] = []
    for path, text in texts:
        first = firsts.setdefault(sha256(text.encode()).digest(), path)
        if first != path:
            same.append((first, path))
            continue
        paths.append(path)
        runs.append(_runs(text))
    sizes = [len(some) for some in runs[1:]]
    shared = Counter(
        pair
        for holders in _groups(np.concatenate(runs), np.repeat(np.arange(len(paths)), sizes))
        for pair in combinations(holders, 2)
    )
    near = [
        (paths[one], paths[two])
        for (one, two), count in shared.items()
        if count >= SHARE * min(sizes[one], sizes[two])
    ]
    return tuple(sorted((min(pair), max(pair)) for pair in same + near))


def _groups(runs: Runs, holders: npt.NDArray[np.intp]) -> Iterator[list[int]]:
    """Yield, sorted, those who hold a run, for each that a few do."""
    order = np.argsort(runs, kind="stable")
    runs, holders = runs[order], holders[order]
    starts = np.flatnonzero(np.diff(runs, prepend=~runs[:1]))
    counts = np.diff(starts, append=len(runs))
    few = (counts > 1) & (counts <= COMMON)
    for start, count in zip(starts[few].tolist(), counts[few].tolist(), strict=True):
        yield holders[start : start + count].tolist()


def _runs(text: str) -> Runs:
    """Return the hashes of the runs of a text, each once."""
    words = _WORD.findall(text.casefold())
    hashes = np.zeros(len(words) + RUN, dtype=np.int64)
    hashes[: len(words)] = [hash(word) for word in words]
    count = max(len(words) - RUN + 1, 1)
    terms = [hashes.view(np.uint64)[i : i + count] * _FACTORS[i] for i in range(RUN)]
    return np.unique(np.sum(terms, axis=0, dtype=np.uint64))
