"""Hostile files through every reader and into an index: crashes, hangs, memory, half indexed texts.

python -m tests.benchmarks.readers [--inputs 100000] [--seed 1] [--kinds docx,pdf,…]

Bytes at random in real files of every format, Hypothesis's texts, bytes and front matter, and what
makes a reader slow: some piece repeated up to 3 MB. A process of its own reads them in batches, and
is killed where it says nothing for five minutes. Ends with 1 at a crash, at more than 5 s of
processor time for one input, more than 1 GB of memory, or a text that is not indexed whole.
"""

import argparse
import random
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import count as numbers
from itertools import islice
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from qa.build import build
from qa.index import Index, Inspection
from qa.passages import split
from tests.fakes import Floats
from tests.test_documents_formats import encrypted, raw_pdf, repacked
from tests.test_documents_fuzz import SEEDS, WORDS, mutated, mutated_part

SECONDS = 5.0
MEGABYTES = 1024
SILENCE = 300.0
"""Seconds without a word after which a process counts as hung."""
BATCH = 100
ROUND = 2000
"""Inputs that one process reads."""

Inputs = Iterator[tuple[str, bytes]]


class LengthEncoder:
    """A real encoder that costs nothing: what is measured here are the readers."""

    def encode_query(self, texts: Sequence[str], /) -> Floats:
        return self.encode_document(texts)

    def encode_document(self, texts: Sequence[str], /) -> Floats:
        lengths = np.array([len(text) for text in texts], dtype=np.float32)
        return np.stack([np.cos(lengths), np.sin(lengths)], axis=1)


def damaged(suffix: str, data: bytes) -> Callable[[random.Random, int], Inputs]:
    def inputs(chance: random.Random, count: int) -> Inputs:
        for number in range(count):
            change = mutated_part if suffix == "docx" and number % 3 else mutated
            yield suffix, change(chance, data)

    return inputs


PIECES = st.sampled_from([word.decode(errors="replace") for word in WORDS]) | st.text(max_size=30)
MATTER = st.builds(
    "---\n{}\n---\n{}".format,
    st.lists(
        st.builds(
            "{}: {}".format,
            st.sampled_from(["title", "date", "source", "language", "&a", "? ", "- "]) | st.text(),
            st.sampled_from(["2025-02-30", "[" * 30, "*a", "!!python/none", "{a: ", "| ", "'"])
            | st.text(),
        ),
        max_size=6,
    ).map("\n".join),
    PIECES,
)


def by_hypothesis(suffixes: str, data: st.SearchStrategy[bytes]) -> Callable[..., Inputs]:
    def inputs(chance: random.Random, count: int) -> Inputs:
        made: list[bytes] = []

        @seed(chance.random())
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(data)
        def collect(one: bytes) -> None:
            made.append(one)

        collect()
        for one in (made * (count // len(made) + 1))[:count]:
            yield chance.choice(suffixes.split()), one

    return inputs


def long(chance: random.Random, count: int) -> Inputs:
    """Yield pieces repeated up to 3 MB, as a text, a page, a Word document or a PDF."""
    for _ in range(count):
        pieces = [
            chance.choice(WORDS).decode(errors="replace") for _ in range(chance.choice([1, 2]))
        ]
        pieces.append(chance.choice(["", " ", "\n", "\n\n", "a", ". ", "é ", "字", "\n> ", "\n- "]))
        size = chance.choice([10_000, 100_000, 1_000_000, 3_000_000])
        piece = "".join(pieces) or "a"
        data = (piece * (size // len(piece.encode()) + 1)).encode()
        suffix = chance.choice(["txt", "md", "html", "docx", "pdf"])
        if suffix == "docx":
            inner = chance.choice([b"<w:p>", b"<w:tbl>", b"<w:p/>", b"<w:r><w:t>a</w:t></w:r>"])
            data = repacked(_WORD + inner * (size // 10) + b"</w:body></w:document>")
        elif suffix == "pdf":
            inner = chance.choice([b"q ", b"BT ", b"(a) Tj ", b"[(a) 1] TJ ", b"/F1 1 Tf ", b"<< "])
            data = raw_pdf(b"BT /F1 9 Tf " + inner * (size // 10), pages=chance.choice([1, 9]))
        yield suffix, data


_WORD = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
)

KINDS: dict[str, tuple[int, Callable[[random.Random, int], Inputs]]] = {
    **{suffix: (14, damaged(suffix, data)) for suffix, data in SEEDS.items()},
    "encrypted pdf": (2, damaged("pdf", encrypted("geheim"))),
    "utf-16": (3, damaged("txt", SEEDS["txt"].decode().encode("utf-16"))),
    "windows-1252": (3, damaged("txt", SEEDS["txt"].decode().encode("cp1252"))),
    "texts": (8, by_hypothesis("txt md html", st.lists(PIECES).map("".join).map(str.encode))),
    "matter": (6, by_hypothesis("txt md", MATTER.map(str.encode))),
    "bytes": (7, by_hypothesis("txt md html pdf docx", st.binary(max_size=2000))),
    "long": (1, long),
}
"""Per cent of the inputs, and what makes them."""


def work(kind: str, number: int, count: int) -> None:
    """Read `count` inputs in batches, and say what came of each."""
    chance = random.Random(f"{kind} {number}")  # noqa: S311 - the same damage in every run
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        inputs = KINDS[kind][1](chance, count)
        for first in numbers():
            batch = tuple(islice(inputs, 5 if kind == "long" else BATCH))
            if not batch:
                break
            index(place, first, batch)
            print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


def index(place: Path, first: int, batch: tuple[tuple[str, bytes], ...]) -> None:
    """Bring an index up to date with these inputs, and say what is not as it should be."""
    docs = place / "docs"
    docs.mkdir(exist_ok=True)
    for file in docs.iterdir():
        file.unlink()
    for number, (suffix, data) in enumerate(batch):
        (docs / f"{first}-{number}.{suffix}").write_bytes(data)
    names = sorted(file.name for file in docs.iterdir())
    started = time.thread_time()

    def progress(what: str, done: int, total: int) -> None:
        nonlocal started
        if what == "reading" and done:
            slow(names[done - 1], started)
        if what == "reading" and done < total:
            print(f"reading {names[done]}", flush=True)
        started = time.thread_time()

    report = build(docs, place / "index", model=LengthEncoder(), progress=progress)
    print(f"refused {len(report.failed)}")
    whole(place / "index", names, {path for path, _ in report.failed})
    if first % 10 == 0:
        with Inspection.open(place / "index") as inspection:
            inspection.check_pages()
            inspection.check_rows()
            inspection.check_words()


def whole(index: Path, names: list[str], failed: set[str]) -> None:
    """Say which inputs are neither refused nor indexed with all of their passages."""
    with closing(Index.open(index)) as opened, opened.snapshot() as snapshot:
        infos = snapshot.documents()
        if sorted([*failed, *(info.path for info in infos)]) != names:
            print(f"HALF {names[0]}: neither indexed nor refused")
        for info in infos:
            print(f"cutting {info.path}", flush=True)
            started = time.thread_time()
            if len(split(snapshot.document(info.path))) != info.passages:
                print(f"HALF {info.path}: {info.passages} passages")
            slow(info.path, started)


def slow(name: str, started: float) -> None:
    taken = time.thread_time() - started
    print(f"SLOW {name}: {taken:.1f} s" if taken > SECONDS else f"seconds {taken:.3f}")


def watched(kind: str, number: int, count: int) -> Iterator[str]:
    """Yield what a process that reads inputs says, and how it ended if not well."""
    command = [sys.executable, "-m", "tests.benchmarks.readers", "--work", kind, str(number)]
    with subprocess.Popen([*command, str(count)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = "nothing"
        while select.select([process.stdout], [], [], SILENCE)[0]:
            line = process.stdout.readline()
            if not line:
                break
            last = line.strip()
            yield last
        else:
            process.kill()
            yield f"HANG after {last!r}"
        if process.wait() > 0 or process.returncode < -9:
            yield f"CRASH {process.returncode} after {last!r}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--work", nargs=3)
    options = parser.parse_args()
    if options.work:
        kind, number, count = options.work
        work(kind, int(number), int(count))
        return
    kinds = options.kinds.split(",")
    bad = sum(
        findings(kind, options.inputs * KINDS[kind][0] // 100, options.seed) for kind in kinds
    )
    print(f"{bad} findings")
    sys.exit(1 if bad else 0)


def findings(kind: str, left: int, start: int) -> int:
    """Have so many inputs of a kind read, print what came of them, return how often it was bad."""
    counts: Counter[str] = Counter()
    most = {"seconds": 0.0, "memory": 0.0}
    number = 1000 * start
    while left > 0:
        count = min(left, ROUND)
        for line in watched(kind, number, count):
            word, _, rest = line.partition(" ")
            if word in most:
                most[word] = max(most[word], float(rest))
                continue
            counts[word] += int(rest) if word == "refused" else 1
            if word.isupper():
                print(f"{kind} {number}: {line}", flush=True)
        left, number = left - count, number + 1
    print(
        f"{kind:14} {counts['reading']:6} inputs, {counts['refused']:6} refused, longest "
        f"{most['seconds']:.2f} s, most {most['memory']:.0f} MB",
        flush=True,
    )
    slow_or_broken = sum(count for word, count in counts.items() if word.isupper())
    return slow_or_broken + (most["memory"] > MEGABYTES)


if __name__ == "__main__":
    main()
