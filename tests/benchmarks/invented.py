"""Texts written for the project (`tests/data/invented/`), half news, half as in an encyclopedia.

Each is in English and two other languages, eleven in all, and asked in the same three; a third of
the questions it does not answer. Those that are trained on have twelve more each: twins of the
first ones in nearly the same words, of which one is answered and the other not, and questions in
quite other words than the text's, as short and vague as readers ask. Nearly all people in the news
are invented; what is said of the world was not looked up."""

import json
from collections.abc import Iterator
from pathlib import Path

from qa import encoder
from qa.relevance import Calibration
from tests.benchmarks.labelled import Language, Paragraph, encoded
from tests.benchmarks.news import Record, told

FOLDER = Path(__file__).parents[1] / "data" / "invented"
PARTS = ("fitted",) * 8 + ("chosen", "held out")
"""What each of ten texts is for: training, choosing, or figures that are reported."""
LONG = {"news": 3, "wiki": 5}
"""Sentences of a paragraph."""


class Invented(Record):
    """A text, and whether it is `news` or `wiki`."""

    kind: str


def groups() -> list[tuple[str, ...]]:
    """Return the languages of each group of texts."""
    return [tuple(path.stem.split("-")) for path in sorted(FOLDER.glob("*.jsonl"))]


def records(codes: tuple[str, ...]) -> list[Invented]:
    """Return the texts of one group."""
    lines = (FOLDER / f"{'-'.join(codes)}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def load(codes: tuple[str, ...], part: str, calibration: Calibration) -> dict[str, Language]:
    """Return a part of one group's texts in each of its languages, encoded."""
    model = encoder.load(None)
    return {code: encoded(paragraphs(codes, code, part), model, calibration) for code in codes}


def paragraphs(codes: tuple[str, ...], code: str, part: str) -> Iterator[Paragraph]:
    """Yield a part of one group's texts in one of its languages, with the questions in it."""
    for article, record in enumerate(records(codes)):
        if PARTS[article % len(PARTS)] == part:
            yield from told(article, record, code, code, LONG[record["kind"]])
