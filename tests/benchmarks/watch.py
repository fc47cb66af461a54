"""How soon a bot that is open answers from a text that came, changed, was renamed or went.

python -m tests.benchmarks.watch [--rounds 5]

With the packaged model, loaded, over the project's own `docs/`. The bar is two seconds.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from qa.bot import Bot
from qa.watch import watching

DOCS = Path(__file__).parents[2] / "docs"
BAR = 2.0
PATIENCE = 60.0


def seconds(reached: Callable[[], bool]) -> float:
    """Return how long it took until something is so."""
    started = time.perf_counter()
    while not reached():
        time.sleep(0.01)
        if time.perf_counter() - started > PATIENCE:
            raise TimeoutError
    return time.perf_counter() - started


def measured(bot: Bot, docs: Path, number: int) -> dict[str, float]:
    """Return the seconds of each kind of change."""
    first, second = docs / f"{number}.txt", docs / f"{number} moved.txt"
    question = f"Who opened bridge {number}?"

    def said(words: str, path: Path) -> bool:
        hits = bot.ask(question).passages
        return any(words in h.passage.text and h.passage.document == path.name for h in hits)

    found = {}
    first.write_text(f"Bridge {number} was opened by the mayor of Delft on Monday.\n")
    found["added"] = seconds(lambda: said("Delft", first))
    first.write_text(f"Bridge {number} was opened by the mayor of Gouda on Sunday.\n")
    found["changed"] = seconds(lambda: said("Gouda", first))
    first.rename(second)
    found["renamed"] = seconds(lambda: said("Gouda", second))
    second.unlink()
    found["deleted"] = seconds(lambda: not said("Gouda", second))
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        docs, index = Path(folder) / "docs", Path(folder) / "index"
        shutil.copytree(DOCS, docs)
        with (
            Bot.build(docs, index) as bot,
            watching(docs, index, report=lambda _report: None),
        ):
            measured(bot, docs, 0)  # The watch loads its model at its first build.
            rounds = [measured(bot, docs, number) for number in range(1, options.rounds + 1)]
    for kind in rounds[0]:
        taken = [one[kind] for one in rounds]
        print(f"{kind:8} median {statistics.median(taken):.2f} s, longest {max(taken):.2f} s")
    print(f"bar {BAR:.0f} s; load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
