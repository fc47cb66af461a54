"""Many people asking at once, with the real engine: the server's share, waiting, refusing, memory.

python -m tests.benchmarks.load [--clients 32] [--seconds 30]

The server runs in a process of its own; the clients here do little but wait. One question is timed
before and after the crowd, since other work on the machine slows down both. What that cannot touch
is the processor time of a question, which is to be the same alone and in a crowd.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
BURST = 200
"""Clients that come at the same moment: more than are let wait."""

_PROGRAM = """
import sys
from qa.bot import Bot
from qa.server import serve
with Bot.build(*sys.argv[1:3]) as bot:
    serve(bot, port=0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One question's way: HTTP status, seconds waited, seconds that the bot says it took."""

    status: int
    waited: float
    answering: float


@contextmanager
def running() -> Iterator[tuple[int, int]]:
    """Give process id and port of a server over `docs/`."""
    with tempfile.TemporaryDirectory() as index:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(DOCS), index],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        line = next(line for line in process.stderr if "chat at" in line)
        found = re.search(r":(\d+)/", line)
        assert found is not None
        try:
            yield process.pid, int(found[1])
        finally:
            process.terminate()
            process.wait()
            process.stderr.close()


class Client:
    """One person who asks over one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, number: int) -> Reply:
        """Ask a question that was not asked before."""
        body = json.dumps({"question": f"Wat adviseerde Rutte aan Zelensky, keer {number}?"})
        started = time.perf_counter()
        self._connection.request(
            "POST", "/api/ask", body=body, headers={"Content-Type": "application/json"}
        )
        response = self._connection.getresponse()
        answer = json.load(response)
        return Reply(
            status=response.status,
            waited=time.perf_counter() - started,
            answering=answer.get("seconds", 0.0),
        )


def alone(port: int, questions: int = 60) -> list[Reply]:
    """Ask one question after another."""
    client = Client(port)
    return [client.ask(number) for number in range(questions)][10:]


def together(port: int, clients: int, seconds: float) -> list[Reply]:
    """Let many ask, each the next as soon as the last is answered."""
    numbers = count(1000)
    end = time.monotonic() + seconds

    def person(_: int) -> list[Reply]:
        client = Client(port)
        replies = []
        while time.monotonic() < end:
            replies.append(client.ask(next(numbers)))
        return replies

    with ThreadPoolExecutor(clients) as threads:
        return [reply for replies in threads.map(person, range(clients)) for reply in replies]


def burst(port: int) -> Counter[int]:
    """Let more ask at the same moment than may wait; return the statuses."""
    with ThreadPoolExecutor(BURST) as threads:
        replies = threads.map(lambda number: Client(port).ask(9000 + number), range(BURST))
        return Counter(reply.status for reply in replies)


def processor_time(process: int) -> float:
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> int:
    """Return a process's resident memory in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(clients: int, seconds: float) -> None:
    """Measure and print."""
    with running() as (process, port):
        alone(port)
        used = processor_time(process)
        single = alone(port)
        busy = (processor_time(process) - used) / (len(single) + 10)
        together(port, clients, seconds / 3)
        before, used = memory(process), processor_time(process)
        replies = together(port, clients, seconds)
        crowded = (processor_time(process) - used) / len(replies)
        after = memory(process)
        single += alone(port)
        one = statistics.median(reply.waited for reply in single)
        own = statistics.median(reply.waited - reply.answering for reply in single)
        say(f"one question: {one * 1000:.1f} ms; the server's share: {own * 1000:.1f} ms (bar 10)")
        say(f"processor time: {busy * 1000:.1f} ms alone, {crowded * 1000:.1f} ms in the crowd")
        waits = sorted(reply.waited for reply in replies)
        bar = 3 * one * clients / (os.cpu_count() or 1)
        statuses = dict(Counter(reply.status for reply in replies))
        rate = len(replies) / seconds
        say(f"{clients} clients, {seconds:.0f} s: {rate:.1f} questions/s, {statuses}")
        say(
            f"waited: median {waits[len(waits) // 2]:.2f} s, most {waits[-1]:.2f} s (bar {bar:.2f})"
        )
        say(f"memory: {before} MB before, {after} MB after")
        say(f"{BURST} at the same moment: {dict(burst(port))}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    main(options.clients, options.seconds)
