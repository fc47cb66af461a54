"""What an index survives: kill -9 at random moments, damage, two builders, askers beside a builder.

python -m tests.benchmarks.faults [--kills 200] [--seconds 60] [--seed 1]

Ends with 1 if anything was lost, wrong or mixed. The encoder is a small real one, so that the time
goes into the index, where the faults are to fall.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from qa import doctor
from qa.bot import Bot
from qa.build import build
from qa.errors import IndexMissingError, QAError
from qa.index import Index, restore
from qa.watch import watch
from tests.fakes import GramEncoder
from tests.test_faults import locked

ASKERS = 16
TEXTS = 40


def write(docs: Path, state: int) -> None:
    """Make the folder hold the texts of a state: some are new, some changed, some gone."""
    docs.mkdir(exist_ok=True)
    for file in docs.iterdir():
        file.unlink()
    for number in range(state, state + TEXTS):
        text = f"Number {number} stands here.\n\nIn state {state if number % 3 else 0} it was so.\n"
        (docs / f"n{number}.txt").write_text(text)


def texts(index: Path) -> dict[str, str]:
    """Return what an index holds; nothing where it was never finished."""
    try:
        opened = Index.open(index)
    except IndexMissingError:
        return {}
    try:
        with opened.snapshot() as snapshot:
            return {info.path: snapshot.document(info.path).text for info in snapshot.documents()}
    finally:
        opened.close()


def answers(index: Path) -> bool:
    """Return whether every text is found by its words and by its meaning."""
    with Bot.open(index, model=GramEncoder()) as bot:
        return all(
            info.path
            in {hit.passage.document for hit in bot.ask(f"Number {info.path[1:-4]}").passages}
            for info in bot.documents()
        )


def sound(index: Path, docs: Path) -> bool:
    found = doctor.examine(index, docs, model=GramEncoder())
    return all(finding.state != "error" for finding in found)


def fork(action: Callable[[], object]) -> int:
    """Run something in a process of its own; return its id."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    return process


class Kills:
    """Runs each kind of work on copies of one prepared folder, and kills it."""

    def __init__(self, place: Path, chance: random.Random) -> None:
        self._place = place
        self._chance = chance
        self._states: list[dict[str, str]] = [{}]
        for state in (10, 20, 30):
            write(place / "docs", state)
            build(place / "docs", place / "index", model=GramEncoder())
            self._states.append(texts(place / "index"))
        write(place / "docs", 40)
        build(place / "docs", place / "after", model=GramEncoder())
        self._states.append(texts(place / "after"))

    def run(self, kills: int) -> Counter[str]:
        """Kill so many times; return how often what came of it."""
        docs = self._place / "docs"
        index = self._place / "copy"
        kinds: dict[str, tuple[Callable[[], object], tuple[int, ...]]] = {
            "build": (lambda: build(docs, index, model=GramEncoder()), (0, 4)),
            "update": (lambda: build(docs, index, model=GramEncoder()), (3, 4)),
            "watch": (lambda: self._watch(docs, index), (3, 4)),
            "restore": (lambda: restore(index, 1), (3, 1)),
        }
        lasts = {kind: self._time(kind, action) for kind, (action, _) in kinds.items()}
        counts: Counter[str] = Counter()
        for number in range(kills):
            kind = list(kinds)[number % len(kinds)]
            action, (old, new) = kinds[kind]
            self._prepare(kind)
            process = fork(action)
            time.sleep(self._chance.uniform(0, 1.1 * lasts[kind]))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            held = texts(index)
            outcome = {True: "new"}.get(held == self._states[new], "")
            outcome = outcome or {True: "old"}.get(held == self._states[old], "WRONG")
            counts[f"{kind}: {outcome}"] += 1
            if held and not sound(index, docs):
                counts[f"{kind}: DAMAGED"] += 1
            build(docs, index, model=GramEncoder())
            if texts(index) != self._states[4] or not answers(index) or not sound(index, docs):
                counts[f"{kind}: NOT MENDED BY THE NEXT BUILD"] += 1
        return counts

    def _watch(self, docs: Path, index: Path) -> None:
        stop = threading.Event()
        watch(docs, index, model=GramEncoder(), stop=stop, report=lambda _report: stop.set())

    def _prepare(self, kind: str) -> None:
        shutil.rmtree(self._place / "copy", ignore_errors=True)
        if kind != "build":
            shutil.copytree(self._place / "index", self._place / "copy")

    def _time(self, kind: str, action: Callable[[], object]) -> float:
        self._prepare(kind)
        started = time.perf_counter()
        os.waitpid(fork(action), 0)
        return time.perf_counter() - started


def damage(place: Path) -> Counter[str]:
    """Damage every file in every way; return how often what came of it."""
    docs, index, copy = place / "docs", place / "index", place / "copy"
    right = texts(index)
    other = place / "other"
    for state in (500, 510, 520):
        write(place / "others", state)
        build(place / "others", other, model=GramEncoder())
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(index, copy)
    restore(copy, 1)
    first = texts(copy)
    counts: Counter[str] = Counter()
    for file in sorted(path for path in index.rglob("*") if path.is_file()):
        name = file.relative_to(index)
        whole = file.read_bytes()
        middle = len(whole) // 2
        noise = np.random.default_rng(1).bytes(4096)
        ways = {
            "half": whole[:middle],
            "empty": b"",
            "noise": whole[:middle] + noise + whole[middle + len(noise) :],
            "another's": (other / name).read_bytes(),
        }
        for way, data in ways.items():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(index, copy)
            (copy / name).write_bytes(data)
            counts[f"{name} {way}: {_outcome(copy, docs, right)}"] += 1
            if "backups" in name.parts:
                counts[f"{name} {way}, restored: {_restored(copy, right, first)}"] += 1
    return counts


def _restored(copy: Path, right: dict[str, str], first: dict[str, str]) -> str:
    """Return what comes of going back over a backup that is damaged."""
    try:
        restore(copy, 1)
    except QAError as error:
        return type(error).__name__ if texts(copy) == right and answers(copy) else "WRONG"
    return "as it was" if texts(copy) == first and answers(copy) else "WRONG"


def _outcome(copy: Path, docs: Path, right: dict[str, str]) -> str:
    try:
        held = texts(copy)
        fine = answers(copy)
    except QAError as error:
        return f"{type(error).__name__}"
    if held == right and fine:
        return "right answers"
    return "noticed by doctor" if not sound(copy, docs) else "WRONG"


def two_builders(place: Path, rounds: int = 20) -> str:
    """Let two processes add texts and build; return what was lost."""
    docs, index = place / "two", place / "two index"
    docs.mkdir()

    def work(name: str) -> None:
        for number in range(rounds):
            (docs / f"{name}{number}.txt").write_text(f"Text {number} of {name}.\n")
            build(docs, index, model=GramEncoder())

    codes = [os.waitpid(process, 0)[1] for process in [fork(lambda n=n: work(n)) for n in "ab"]]  # type: ignore[misc] # mypy takes no default in a lambda
    lost = 2 * rounds - len(texts(index))
    return f"{2 * rounds} texts, {lost} lost, {sum(map(bool, codes))} builders failed" + (
        " WRONG" if lost or any(codes) else ""
    )


def locked_out(place: Path, seconds: float) -> str:
    """Keep the database locked while a question is asked and a text added; return what came."""
    docs, index = place / "docs", place / "index"
    write(docs, 50)
    before = texts(index)
    started = time.monotonic()
    with locked(index, seconds):
        fine = texts(index) == before and answers(index)
        asked = time.monotonic() - started
        build(docs, index, model=GramEncoder())
        built = time.monotonic() - started
    fine = fine and texts(index) != before and answers(index) and sound(index, docs)
    verdict = "right" if fine and asked < seconds < built else "WRONG"
    return f"asked after {asked:.1f} s, built after {built:.1f} s, {verdict}"


def asking(index: Path, seconds: float) -> tuple[list[float], Counter[str]]:
    """Let many ask; return the seconds each answer took, and what came of them."""
    end = time.monotonic() + seconds
    took: list[float] = []
    counts: Counter[str] = Counter()

    def person(bot: Bot) -> None:
        while time.monotonic() < end:
            started = time.perf_counter()
            try:
                answer = bot.ask("What does the counter show?")
            except QAError as error:
                counts[f"ERROR {error}"] += 1
                continue
            took.append(time.perf_counter() - started)
            shown = {
                hit.passage.text.split()[-1]
                for hit in answer.passages
                if hit.passage.document.startswith("counter")
            }
            counts["one state" if len(shown) == 1 else f"MIXED {sorted(shown)}"] += 1

    with Bot.open(index, model=GramEncoder()) as bot:
        threads = [threading.Thread(target=person, args=(bot,)) for _ in range(ASKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return took, counts


def beside_a_builder(place: Path, seconds: float) -> tuple[float, float, int, Counter[str]]:
    """Return the 95th percentile without and with a builder, its builds, and what was answered.

    All of it shares one processor. Left free on two, 16 threads of one Python hinder each other so
    much (57 answers a second; 182 on one) that anything which takes a processor away from them, a
    builder or an empty loop, makes them quicker: 0.43 times, a figure that says nothing of builds.
    """
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        return _beside_a_builder(place, seconds)
    finally:
        os.sched_setaffinity(0, processors)


def _beside_a_builder(place: Path, seconds: float) -> tuple[float, float, int, Counter[str]]:
    docs, index = place / "counting", place / "counting index"
    write(docs, 0)

    def count(number: int) -> int:
        for name in ("counter one", "counter two"):
            (docs / f"{name}.txt").write_text(f"The {name} shows the number {number}\n")
        return build(docs, index, model=GramEncoder()).version

    count(0)
    alone, _ = asking(index, seconds / 3)

    def work() -> None:
        for number in range(1, sys.maxsize):
            count(number)

    process = fork(work)
    busy, counts = asking(index, seconds)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    opened = Index.open(index)
    version = opened.manifest().version
    opened.close()
    return float(np.percentile(alone, 95)), float(np.percentile(busy, 95)), version, counts


def show(title: str, counts: Counter[str]) -> None:
    print(f"\n{title}")
    for what, count in sorted(counts.items()):
        print(f"{count:6}  {what}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        killed = Kills(place, random.Random(options.seed)).run(options.kills)  # noqa: S311 - no secret
        show(f"kill -9 at {options.kills} random moments", killed)
        damaged = damage(place)
        show("each file damaged", damaged)
        builders = two_builders(place)
        print(f"\ntwo builders at once: {builders}")
        waited = locked_out(place, 10)
        print(f"\nlocked by another process for 10 s: {waited}")
        alone, busy, builds, counts = beside_a_builder(place, options.seconds)
        show(f"{ASKERS} askers for {options.seconds:.0f} s beside {builds} builds", counts)
        print(
            f"95th percentile: {alone * 1000:.0f} ms without a builder, {busy * 1000:.0f} ms with "
            f"one, {busy / alone:.2f} times (bar 3)"
        )
    said = " ".join([*killed, *damaged, builders, waited, *counts])
    bad = any(word in said for word in ("WRONG", "DAMAGED", "NOT MENDED", "MIXED", "ERROR "))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
