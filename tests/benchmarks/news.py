"""Invented news (`tests/data/news.jsonl`): the same articles in five languages, with questions in
eight, some of which an article only comes near; those that are trained on have six more each, twins
of the others. And reports in which several people speak (`tests/data/reports.jsonl`): what somebody
advised or regretted, in other words than the text's, also of people whom it names less fully, and
some as a hurried reader types them. In a third (`tests/data/statements.jsonl`) one person says most
of it, each time something else: what was the advice, what the regret? All were written for the
project."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

from qa import encoder
from qa.relevance import Calibration
from tests.benchmarks.labelled import Language, Paragraph, Span, encoded

TEXTS, ASKED = ("nl", "en", "de", "fr", "es"), ("nl", "en", "de", "fr", "es", "ru", "ar", "zh")
FITTED, CHOSEN, HELD_OUT = range(72), range(72, 84), range(84, 96)
"""Articles that are trained on; that were chosen with; that figures are reported on."""
REPORTS_FITTED, REPORTS_HELD_OUT = range(120), range(120, 135)
STATEMENTS_FITTED, STATEMENTS_HELD_OUT = range(128), range(128, 144)
"""The same of the reports and of the statements; none was chosen with."""
DATA = Path(__file__).parents[1] / "data"
NEWS, REPORTS, STATEMENTS = (DATA / f"{name}.jsonl" for name in ("news", "reports", "statements"))
LONG = 3
"""Sentences of a paragraph."""


class Question(TypedDict):
    """A question in several languages."""

    texts: dict[str, str]
    answer: int
    """The sentence that answers it; -1 where none does."""
    short: dict[str, str]
    """The words of that sentence that answer, in each language of the text."""
    without: NotRequired[dict[str, str]]
    """What may stand in that sentence's place and does not answer, in each language of the text."""


class Record(TypedDict):
    """A text in several languages, sentence by sentence."""

    texts: dict[str, list[str]]
    questions: list[Question]


def load(
    articles: Sequence[int], calibration: Calibration, path: Path = NEWS
) -> dict[str, Language]:
    """Return some articles in every language, encoded by the packaged model."""
    model = encoder.load(None)
    return {code: encoded(paragraphs(code, articles, path), model, calibration) for code in ASKED}


def paragraphs(code: str, articles: Sequence[int], path: Path = NEWS) -> Iterator[Paragraph]:
    """Yield some articles with the questions of a language; what has no text in it has English."""
    lines = path.read_text(encoding="utf-8").splitlines()
    there = code if code in TEXTS else "en"
    for article in articles:
        yield from told(article, json.loads(lines[article]), code, there, LONG)


def told(article: int, record: Record, code: str, there: str, long: int) -> Iterator[Paragraph]:
    """Yield the paragraphs of a text in one language with the questions in another."""
    said = record["texts"][there]
    starts = range(0, len(said), long)
    for number, first in enumerate(starts):
        own = said[first : first + long]
        ends = [sum(map(len, own[: n + 1])) + n for n in range(len(own))]
        places = [(end - len(one), end) for one, end in zip(own, ends, strict=True)]
        questions: list[tuple[str, Span | None]] = []
        for place, asked in enumerate(record["questions"]):
            answer = asked["answer"] - first
            if 0 <= answer < len(own):
                short = asked["short"].get(there, "")
                start = places[answer][0] + own[answer].index(short)
                questions.append((asked["texts"][code], (start, start + len(short))))
            elif asked["answer"] < 0 and place % len(starts) == number:
                questions.append((asked["texts"][code], None))
        yield Paragraph(article, " ".join(own), places, questions)
