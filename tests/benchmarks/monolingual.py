"""SQuAD 2.0 (English; half of the questions are not answered) and NorQuAD (Norwegian news and
encyclopedia), as they are split for training, fitting and reporting."""

import json
from collections.abc import Iterator
from pathlib import Path

from qa import encoder
from qa.passages.sentences import sentences
from qa.relevance import Calibration
from tests.benchmarks.labelled import Language, Paragraph, Span, encoded, folder

CHOSEN = ("Harvard_University", "Immune_system")
HELD_OUT = ("Yuan_dynasty", "Scottish_Parliament", "Islamism", "French_and_Indian_War")
"""SQuAD's articles of which XQuAD-R has paragraphs that the reader was not trained on."""

FITTED_PART, CHOSEN_PART, HELD_OUT_PART = (1, 2, 3, 4, 6, 7, 8, 9), (5,), (0,)
"""NorQuAD's articles by the last digit of their number."""


def squad(part: str, calibration: Calibration) -> Language:
    """Return the part `fitted`, `chosen` or `held out` of SQuAD 2.0, encoded."""
    return encoded(squad_paragraphs(part), encoder.load(None), calibration)


def squad_paragraphs(part: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of that part."""
    data = json.loads((folder("squad2-dev-half") / "squad2.json").read_text())["data"]
    parts = {"chosen": CHOSEN, "held out": HELD_OUT}
    others = CHOSEN + HELD_OUT
    chosen = [
        a
        for a in data
        if (a["title"] in parts.get(part, ())) or (part == "fitted" and a["title"] not in others)
    ]
    for number, article in enumerate(chosen):
        for own in article["paragraphs"]:
            text = own["context"]
            yield Paragraph(number, text, sentences(text, "en"), list(_answers(own)))


def norquad(part: str, calibration: Calibration) -> Language:
    """Return the part `fitted`, `chosen` or `held out` of NorQuAD, encoded."""
    return encoded(norquad_paragraphs(part), encoder.load(None), calibration)


def norquad_paragraphs(part: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of that part: its articles cut at lines."""
    digits = {"fitted": FITTED_PART, "chosen": CHOSEN_PART, "held out": HELD_OUT_PART}[part]
    for name in ("news.json", "wiki.json"):
        yield from _lines(folder("norquad") / name, digits)


def _lines(path: Path, digits: tuple[int, ...]) -> Iterator[Paragraph]:
    for number, article in enumerate(json.loads(path.read_text())["data"]):
        if number % 10 in digits:
            (whole,) = article["paragraphs"]
            asked = list(_answers(whole))
            place = 0
            for line in whole["context"].splitlines(keepends=True):
                start, text = place, line.rstrip()
                place += len(line)
                own = [
                    (question, (answer[0] - start, answer[1] - start))
                    for question, answer in asked
                    if answer and start <= answer[0] < place
                ]
                if text:
                    # Negative: two collections count their articles apart.
                    key = number if path.stem == "news" else -1 - number
                    yield Paragraph(key, text, sentences(text, "no"), own)


def _answers(paragraph: dict[str, list[dict[str, object]]]) -> Iterator[tuple[str, Span | None]]:
    for record in paragraph["qas"]:
        answers = record["answers"]
        assert isinstance(answers, list)
        first = None if record.get("is_impossible") or not answers else answers[0]
        span = first and (first["answer_start"], first["answer_start"] + len(first["text"]))
        yield str(record["question"]), span
