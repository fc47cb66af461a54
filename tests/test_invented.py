"""The texts written to train on and to measure with."""

from pathlib import Path

import pytest

from tests.benchmarks.invented import FOLDERS, LONG, groups, paragraphs, part_of, records

pytestmark = pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)


def test_each_text_says_and_asks_the_same_in_every_language(folder: Path) -> None:
    assert groups(folder)
    for codes in groups(folder):
        for record in records(codes, folder):
            assert record["kind"] in LONG
            assert set(record["texts"]) == set(codes)
            (count,) = {len(said) for said in record["texts"].values()}
            for asked in record["questions"]:
                assert set(asked["texts"]) == set(codes)
                assert -1 <= asked["answer"] < count
                assert set(asked["short"]) == (set(codes) if asked["answer"] >= 0 else set())
                for code, short in asked["short"].items():
                    assert short in record["texts"][code][asked["answer"]]


def test_a_part_has_each_of_its_questions_once_with_what_answers_it(folder: Path) -> None:
    for codes in groups(folder):
        code = codes[-1]
        every = enumerate(records(codes, folder))
        kept = [one for number, one in every if part_of(codes, number, folder) == "chosen"]
        read = [*paragraphs(codes, code, "chosen", folder)]
        said = sorted(
            (text, own.text[slice(*answer)] if answer else "")
            for own in read
            for text, answer in own.questions
        )
        assert said == sorted(
            (asked["texts"][code], asked["short"].get(code, ""))
            for record in kept
            for asked in record["questions"]
        )
