"""Texts that say nearly the same: press releases, second editions, copies under another name."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import combinations

RUN = 5
"""Words that must follow each other in both texts to count as shared."""

SHARE = 0.8
"""Of the shorter text's runs; with less, each text has something of its own."""

COMMON = 20
"""Texts. A run found in more is everybody's, such as a colophon, and tells nothing."""

_WORD = re.compile(r"\w+")


def near_duplicates(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of paths whose texts are nearly the same, sorted."""
    runs = {path: _runs(text) for path, text in texts.items()}
    holders: dict[int, list[str]] = defaultdict(list)
    for path in sorted(runs):
        for run in runs[path]:
            holders[run].append(path)
    shared = Counter(
        pair
        for paths in holders.values()
        if len(paths) <= COMMON
        for pair in combinations(paths, 2)
    )
    return tuple(
        sorted(
            (one, two)
            for (one, two), count in shared.items()
            if count >= SHARE * min(len(runs[one]), len(runs[two]))
        )
    )


def _runs(text: str) -> set[int]:
    words = _WORD.findall(text.casefold())
    return {hash(tuple(words[i : i + RUN])) for i in range(max(len(words) - RUN + 1, 1))}
