"""Floors of quality on the project's own questions; a change that lowers them does not land unseen.

100 questions about the first article in five languages, written before anything was tuned: 60 it
answers, 40 it does not, most of those about its own people and events. And invented news on which
nothing was fitted: Dutch texts, each asked about by itself, in five languages, and a folder of
texts in as many, asked in eight.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from qa.build import build
from qa.evaluation import Outcome, evaluate, metrics
from tests.benchmarks import folders
from tests.benchmarks.news import HELD_OUT, LONG, NEWS, TEXTS

pytestmark = pytest.mark.model

QUESTIONS = Path(__file__).parent / "data" / "article_questions.jsonl"
DIGEST = "b94efa8b08dfcbd21215e8ef6deed2c309bec92ee354901417c99df66361f181"
THERE = "nl"
"""The language of the news that is asked about."""
NEWS_DIGEST = "397621bf0596ad876b7db86d6f3424d10f177cf9ec1ea22faf3e285c4bbe3b29"


def test_the_floors_hold(article_index: Path) -> None:
    assert hashlib.sha256(QUESTIONS.read_bytes()).hexdigest() == DIGEST
    found = metrics(evaluate(QUESTIONS, article_index))
    assert (found.questions, found.answerable) == (100, 60)
    # Measured .82, .93, .90, .97: some lie near the edge, and processors round differently.
    assert (found.sentence_first or 0) >= 0.76
    assert (found.answered_right or 0) >= 0.87
    assert (found.refusal_recall or 0) >= 0.83
    assert (found.auroc or 0) >= 0.94


def test_the_floors_hold_on_news(tmp_path: Path) -> None:
    assert hashlib.sha256(NEWS.read_bytes()).hexdigest() == NEWS_DIGEST
    records = [json.loads(line) for line in NEWS.read_text(encoding="utf-8").splitlines()]
    outcomes = [
        outcome
        for number in HELD_OUT[::3]
        for outcome in _asked(tmp_path / str(number), records[number])
    ]
    found = metrics(outcomes)
    assert (found.questions, found.answerable) == (230, 130)
    # Measured .80, .70, .76, .84: what is near the topic is hard to tell.
    assert (found.sentence_first or 0) >= 0.75
    assert (found.answered_right or 0) >= 0.66
    assert (found.refusal_recall or 0) >= 0.69
    assert (found.auroc or 0) >= 0.79


def test_the_floors_hold_in_a_folder_of_texts_in_five_languages(tmp_path: Path) -> None:
    texts = folders.told(HELD_OUT, TEXTS, range(72, 96))
    found = folders.asked_of([*texts], tmp_path, step=2)
    same, across = found["same"], found["across"]
    assert (same.answerable, across.answerable) == (37, 262)
    # Measured .70, .62 of 24 texts, with "the president" and "the mayor" in several of them; .53
    # before the question's own language was taken off what is near to it.
    assert (same.sentence_first or 0) >= 0.64
    assert (across.sentence_first or 0) >= 0.58
    assert (across.refusal_recall or 0) >= 0.75


def _asked(folder: Path, record: dict[str, Any]) -> list[Outcome]:
    """Return what comes of a text's questions in every language, asked of that text alone."""
    texts, said = folder / "texts", record["texts"][THERE]
    texts.mkdir(parents=True)
    paragraphs = (" ".join(said[at : at + LONG]) for at in range(0, len(said), LONG))
    (texts / "news.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    questions = [
        json.dumps(
            {
                "question": asked["texts"][code],
                "answers": [said[asked["answer"]]] if asked["answer"] >= 0 else [],
            }
        )
        for asked in record["questions"]
        for code in TEXTS
    ]
    path = folder / "questions.jsonl"
    path.write_text("\n".join(questions), encoding="utf-8")
    build(texts, folder / "index")
    return list(evaluate(path, folder / "index"))
