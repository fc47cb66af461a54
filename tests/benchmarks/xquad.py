"""XQuAD-R: the same paragraphs and questions in several languages, with gold sentences."""

import json
from collections.abc import Iterator, Sequence

from qa import encoder
from qa.build import calibrate
from qa.relevance import Calibration
from tests.benchmarks.labelled import Language, Paragraph, encoded, folder

FITTED, CHOSEN, HELD_OUT = range(16), range(16, 24), range(24, 32)
"""Articles on which the reader was fitted; on which the confidence was fitted, and on which was
chosen among several; on which figures are reported."""


def load(code: str, articles: Sequence[int], calibration: Calibration | None = None) -> Language:
    """Return some articles of one language, encoded by the packaged model."""
    model = encoder.load(None)
    return encoded(paragraphs(code, articles), model, calibration or calibrate(model))


def paragraphs(code: str, articles: Sequence[int]) -> Iterator[Paragraph]:
    """Yield some articles of one language."""
    data = json.loads((folder("xquad-r") / f"{code}.json").read_text())["data"]
    for article in articles:
        for paragraph in data[article]["paragraphs"]:
            breaks = [(int(start), int(end)) for start, end in paragraph["sentence_breaks"]]
            answers = [(each["question"], each["answers"][0]) for each in paragraph["qas"]]
            questions = [
                (text, (answer["answer_start"], answer["answer_start"] + len(answer["text"])))
                for text, answer in answers
            ]
            yield Paragraph(article, paragraph["context"], breaks, questions)
