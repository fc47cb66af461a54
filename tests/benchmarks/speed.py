"""What one more text costs, and what opening costs, in a small index and in a large one.

python -m tests.benchmarks.speed [--sizes 2650,50000] [--rounds 7] [--keep FOLDER]

Vectors of what is there are made up (384 dimensions, a token for every four letters); the one text
is encoded by the packaged model. Ratios of one run, each the median of alternating rounds; raw
FAISS adds as many vectors to an index in memory and writes its file aside.
"""

import argparse
import hashlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from qa import encoder
from qa.build import Builder, Embedder, build, calibrate
from qa.documents import read_bytes
from qa.encoder import TokenVectors
from qa.encoder.model import SENTENCES
from qa.index import Index, Layout
from qa.passages import split
from qa.relevance import Calibration
from tests.fakes import Floats

Times = npt.NDArray[np.float64]
"""Seconds by the clock, and of processor time."""

DIMENSION = 384
PARAGRAPHS = 5
"""In each text, each of some four sentences and 500 letters."""


class Given:
    """An encoder of 384 dimensions that costs nearly nothing; `real`, once set, does its work."""

    def __init__(self) -> None:
        self.real: encoder.Model | None = None
        self._pool = np.random.default_rng(1).normal(size=(5000, DIMENSION)).astype(np.float32)

    def encode_query(self, texts: Sequence[str], /) -> Floats:
        return self.encode_document(texts)

    def encode_document(self, texts: Sequence[str], /) -> Floats:
        # The model's fingerprint stays that of the vectors that are there.
        if self.real and not {*texts} & {*SENTENCES}:
            return self.real.encode_document(texts)
        return np.stack([np.random.default_rng(_seed(t)).normal(size=DIMENSION) for t in texts])

    def encode_query_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        return self.encode_document_tokens(texts)

    def encode_document_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        if self.real:
            return self.real.encode_document_tokens(texts)
        found = []
        for text, row in zip(texts, self.encode_document(texts), strict=True):
            starts = np.arange(0, len(text), 4, dtype=np.int32)
            tokens = self._pool[(starts + _seed(text) % 5000) % 5000]
            offsets = np.stack([starts, np.minimum(starts + 4, len(text))], axis=1)
            unit = (row / np.linalg.norm(row)).astype(np.float32)
            found.append(TokenVectors(unit, tokens, offsets.astype(np.int32)))
        return found


def now() -> Times:
    """Return the clock's time and the processor's."""
    return np.array([time.perf_counter(), time.process_time()])


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


SYLLABLES = [a + b for a in "bdfghjklmnprstvz" for b in ("a", "e", "ij", "o", "u")]


def article(number: int) -> str:
    """Return a text of made-up words, some of them frequent and most of them rare."""
    chance = random.Random(number)  # noqa: S311 - no secret

    def word() -> str:
        rank = int(chance.paretovariate(0.8))
        parts = random.Random(rank % 40_000)  # noqa: S311 - no secret
        return "".join(parts.choice(SYLLABLES) for _ in range(2 + rank.bit_length() // 6))

    def sentence() -> str:
        return " ".join(word() for _ in range(chance.randrange(12, 25))).capitalize() + "."

    return "\n\n".join(
        " ".join(sentence() for _ in range(chance.randrange(3, 6))) for _ in range(PARAGRAPHS)
    )


class Place:
    """An index of so many paragraphs, its texts, and raw FAISS with the same vectors."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size = size
        self.docs, self.index = folder / f"docs {size}", folder / f"index {size}"
        self.model = Given()
        self._number = 1_000_000 + random.SystemRandom().randrange(1_000_000)
        if not self.docs.is_dir():
            self.docs.mkdir(parents=True)
            for number in range(size // PARAGRAPHS):
                (self.docs / f"{number:06}.txt").write_text(article(number))
        started = now()
        build(self.docs, self.index, model=self.model)
        print(f"{size} paragraphs: built in {(now() - started)[0]:.0f} s", flush=True)
        self.builder = Builder(self.docs, self.index, model=self.model)
        self.opened = Index.open(self.index)
        self.raw_file = folder / f"raw {size}.faiss"
        shutil.copy(Layout(self.index).vectors, self.raw_file)
        self.raw = faiss.read_index(str(self.raw_file))
        self.search(self.opened)

    def search(self, opened: Index) -> int:
        """Search among all passages; return how many there are."""
        with opened.snapshot() as snapshot:
            snapshot.nearest(np.ones((1, DIMENSION), np.float32), 10)
            return snapshot.counts()[1]

    def add(self) -> Times:
        """Return the seconds until a new text is on disk and found by an index that was open."""
        self._number += 1
        (self.docs / f"{self._number}.txt").write_text(article(self._number))
        before = self.search(self.opened)
        started = now()
        report = self.builder.build()
        after = self.search(self.opened)
        taken = now() - started
        if (len(report.added), after - before) != (1, PARAGRAPHS):
            raise AssertionError(report)
        return taken

    def write(self) -> Times:
        """Return the seconds that raw FAISS takes to add a text's vectors and write its file."""
        rows = np.random.default_rng(1).normal(size=(PARAGRAPHS * 5, DIMENSION)).astype(np.float32)
        aside = self.raw_file.with_suffix(".new")
        started = now()
        self.raw.add_with_ids(rows, np.arange(len(rows)) + 2**50)
        faiss.write_index(self.raw, str(aside))
        aside.replace(self.raw_file)
        return now() - started

    def open(self) -> Times:
        """Return the seconds until an index is open and has been searched once."""
        started = now()
        with closing(Index.open(self.index)) as opened:
            self.search(opened)
        return now() - started

    def read(self) -> Times:
        """Return the seconds until FAISS has read its file and searched once."""
        started = now()
        read = faiss.read_index(str(Layout(self.index).vectors))
        read.search(np.ones((1, DIMENSION), np.float32), 10)
        return now() - started


def encode(model: encoder.Model, calibration: Calibration, number: int) -> tuple[Times, Times]:
    """Return the seconds to encode a text as the index does, and its paragraphs alone."""
    passages = split(read_bytes("a.txt", article(number).encode()))
    started = now()
    Embedder(model, calibration)(passages)
    whole = now() - started
    started = now()
    model.encode_document([passage.text for passage in passages])
    return whole, now() - started


_EXAMINE = """
import re
import sys
from pathlib import Path
from qa.doctor import examine
from tests.benchmarks.speed import Given
found = examine(Path(sys.argv[1]), model=Given())
# What the system counts for a process includes the one that it was forked from; this does not.
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
print(", ".join(finding.name for finding in found if finding.state != "ok") or "nothing")
"""


def examined(place: Place) -> str:
    """Return what examining an index takes, in a process of its own."""
    started = now()[0]
    command = [sys.executable, "-c", _EXAMINE, str(place.index)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    memory, wrong = said.splitlines()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        f"qa doctor on {place.size}: {now()[0] - started:.0f} s by the clock, "
        f"{used.ru_utime + used.ru_stime:.0f} s CPU, {int(memory) // 1024} MB; wrong: {wrong}"
    )


def medians(rounds: int, **actions: Callable[[], Times]) -> dict[str, Times]:
    """Return the median of what each action returns, taken in turns."""
    found: dict[str, list[Times]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            found[name].append(action())
    return {name: np.median(values, axis=0) for name, values in found.items()}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="2650,50000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="make the indexes here, or use those made before")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        small, large = (Place(folder, int(size)) for size in options.sizes.split(","))
        real = encoder.load()
        calibration = Calibration.from_arrays(calibrate(real).arrays())
        number = count(5_000_000)

        def add(place: Place) -> Times:
            place.model.real = real
            try:
                return place.add()
            finally:
                place.model.real = None

        found = medians(
            options.rounds,
            encode=lambda: encode(real, calibration, next(number))[0],
            paragraphs=lambda: encode(real, calibration, next(number))[1],
            write=small.write,
            added=lambda: add(small),
            added_large=lambda: add(large),
            alone=small.add,
            alone_large=large.add,
            write_large=large.write,
            opened=large.open,
            read=large.read,
        )
        print(examined(large), flush=True)
    for name, seconds in found.items():
        print(f"{name:12} {seconds[0] * 1000:8.1f} ms by the clock {seconds[1] * 1000:8.1f} ms CPU")
    one, two = found["added"], found["added_large"]
    for title, ratio in {
        f"a text more in {small.size} / raw FAISS and the same encoding (bar 2)": one
        / (found["write"] + found["encode"]),
        "the same / raw FAISS and its paragraphs encoded only": one
        / (found["write"] + found["paragraphs"]),
        f"a text more in {large.size} / in {small.size} (bar 2)": two / one,
        "the same without encoding": found["alone_large"] / found["alone"],
        f"a text more in {large.size} without encoding / raw FAISS writing": found["alone_large"]
        / found["write_large"],
        f"opening {large.size} / FAISS reading its file (bar 1.5)": found["opened"] / found["read"],
    }.items():
        print(f"{title:75} {ratio[0]:5.2f} clock {ratio[1]:5.2f} CPU")


if __name__ == "__main__":
    main()
