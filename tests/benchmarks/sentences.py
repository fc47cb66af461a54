"""How often our sentences end where people say they do, and what cutting 20 MB costs.

    python -m tests.benchmarks.sentences FOLDER

The folder holds XQuAD-R (LAReQA), a file `<language>.json` for each language. It is not part of the
project; without it only the time is measured. The end of a paragraph does not count, as nobody can
miss it. "As it comes" is sentencex alone, with the language told.
"""

import json
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped] # ships no types

from qa.documents import Document
from qa.passages import split
from qa.passages.languages import language_of
from qa.passages.sentences import sentences

Paragraph = tuple[str, list[tuple[int, int]]]


def load(path: Path) -> list[Paragraph]:
    data = json.loads(path.read_text())["data"]
    found = [paragraph for article in data for paragraph in article["paragraphs"]]
    return [(one["context"], one["sentence_breaks"]) for one in found]


def ends(text: str, spans: list[tuple[int, int]]) -> set[int]:
    """Return where sentences end, white space aside."""
    return {len(text[:end].rstrip()) for _, end in spans} - {len(text.rstrip())}


def bare(text: str, language: str) -> list[tuple[int, int]]:
    found = get_sentence_boundaries(language, text)
    return [(one["start_index"], one["end_index"]) for one in found]


def score(paragraphs: list[Paragraph], ours: list[list[tuple[int, int]]]) -> str:
    """Return precision, recall and their harmonic mean, in per cent."""
    right = wanted = given = 0
    for (text, gold), spans in zip(paragraphs, ours, strict=True):
        true, found = ends(text, gold), ends(text, spans)
        right, wanted, given = right + len(true & found), wanted + len(true), given + len(found)
    parts = (right / given, right / wanted, 2 * right / (wanted + given))
    return " ".join(f"{100 * part:5.1f}" for part in parts)


def agreement(folder: Path) -> None:
    print("          ours (language found)   as it comes (language told)")
    print("          prec. recall     F      prec. recall     F")
    for path in sorted(folder.glob("*.json")):
        paragraphs = load(path)
        ours = [sentences(text, language_of(text)) for text, _ in paragraphs]
        plain = [bare(text, path.stem) for text, _ in paragraphs]
        print(f"{path.stem:8}", score(paragraphs, ours), "    ", score(paragraphs, plain))


def speed(each: int) -> str:
    """Return what it costs to cut 20 MB of paragraphs of so many sentences, each on one line."""
    paragraph = " ".join(["Rutte sprak met Trump."] * each)
    text = "\n".join([paragraph] * (20_000_000 // (len(paragraph) + 1)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    passages = split(Document(path="a.txt", text=text, title=""))
    seconds = time.process_time() - started
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    return (
        f"20 MB, {each:2} sentences a line, to {len(passages):,} passages: "
        f"{seconds:.1f} s CPU, {memory} MB"
    )


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder is None or not any(folder.glob("*.json")):
        print("skipped: agreement with XQuAD-R, as its folder was not given or is empty")
    else:
        agreement(folder)
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        print(*processes.map(speed, (12, 3, 1)), sep="\n")


if __name__ == "__main__":
    main()
