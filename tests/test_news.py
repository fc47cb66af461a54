"""The invented news that the reader is trained and refusals near the topic are measured on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.news import (
    ASKED,
    CHOSEN,
    FITTED,
    HELD_OUT,
    NEWS,
    REPORTS,
    REPORTS_FITTED,
    REPORTS_HELD_OUT,
    STATEMENTS,
    STATEMENTS_FITTED,
    STATEMENTS_HELD_OUT,
    TEXTS,
    paragraphs,
)


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (NEWS, (FITTED, CHOSEN, HELD_OUT)),
        (REPORTS, (REPORTS_FITTED, REPORTS_HELD_OUT)),
        (STATEMENTS, (STATEMENTS_FITTED, STATEMENTS_HELD_OUT)),
    ],
)
def test_each_article_says_and_asks_the_same_in_every_language(
    path: Path, parts: tuple[range, ...]
) -> None:
    records = _records(path)
    assert [number for part in parts for number in part] == list(range(len(records)))
    for record in records:
        assert set(record["texts"]) == set(TEXTS)
        (count,) = {len(said) for said in record["texts"].values()}
        for asked in record["questions"]:
            assert set(asked["texts"]) == set(ASKED)
            assert -1 <= asked["answer"] < count
            for code, short in asked["short"].items():
                assert short in record["texts"][code][asked["answer"]]


def test_questions_stand_with_the_paragraph_that_answers_them() -> None:
    article = HELD_OUT[0]
    record, read = _records(NEWS)[article], [*paragraphs("nl", [article])]
    said = [text for own in read for text, answer in own.questions if answer]
    assert sorted(said) == sorted(
        asked["texts"]["nl"] for asked in record["questions"] if asked["answer"] >= 0
    )
    assert sum(len(own.questions) for own in read) == len(record["questions"])
    for own in read:
        for text, answer in own.questions:
            (asked,) = (one for one in record["questions"] if one["texts"]["nl"] == text)
            if answer:
                start = next(a for a, b in own.sentences if a <= answer[0] < b)
                assert own.text[start:].startswith(record["texts"]["nl"][asked["answer"]])
                assert own.text[slice(*answer)] == asked["short"].get("nl", "")
