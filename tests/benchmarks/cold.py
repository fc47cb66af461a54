"""What a whole `qa ask` costs beside a bare script that does the least such a program must do.

    python -m tests.benchmarks.cold [index] [--runs N]

The bare script imports faiss and the model's engine, opens a saved index and embeds one question.
Both run in turn, so that what else the machine does falls on both; the ratio of the medians counts.
Modules are compiled once, as an installation does. The very first `qa ask` on a machine, which
unpacks the model, is run once, with an empty cache.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import sys
import faiss
import numpy as np
from qa import encoder
index = faiss.read_index(sys.argv[1])
index.search(encoder.load(None).encode_query(["what did Rutte advise?"]), 5)
"""


def run(*command: str) -> tuple[float, float]:
    """Return the wall seconds and the CPU seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def resident(*command: str, **variables: str) -> float:
    """Return the largest resident memory of one process, in MB."""
    environment = os.environ | variables
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, env=environment
    ) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return usage.ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", nargs="?", type=Path, default=Path("index"))
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    ask = ("-m", "qa", "ask", "what did Rutte advise?", "--index", str(options.index))
    bare = ("-c", BARE, str(options.index / "vectors.faiss"))
    run(*ask)
    run(*bare)
    pairs = [(run(*ask), run(*bare)) for _ in range(options.runs)]
    for number, what in enumerate(("wall", "CPU")):
        ours = statistics.median(pair[0][number] for pair in pairs)
        theirs = statistics.median(pair[1][number] for pair in pairs)
        print(f"{what:5} qa ask {ours:.3f} s, bare {theirs:.3f} s, ratio {ours / theirs:.2f}")
    print(f"largest resident memory of qa ask: {resident(*ask):.0f} MB")
    with tempfile.TemporaryDirectory() as empty:
        first = resident(*ask, QA_CACHE_DIR=empty)
    print(f"of the first one, which unpacks the model: {first:.0f} MB")


if __name__ == "__main__":
    main()
