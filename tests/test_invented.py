"""The texts written to train on and to measure with."""

from pathlib import Path

import pytest

from tests.benchmarks.invented import (
    CONTRAST,
    FOLDERS,
    LONG,
    groups,
    paragraphs,
    part_of,
    records,
    version,
)

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)


@each_folder
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


@each_folder
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


def test_each_answer_is_taken_out_in_one_of_two_versions() -> None:
    for codes in groups(CONTRAST):
        for record in records(codes, CONTRAST):
            changed = [version(record, number) for number in (1, 2)]
            for place, asked in enumerate(record["questions"]):
                kept = [text["questions"][place]["answer"] for text in changed]
                assert sorted(kept) == sorted([asked["answer"], -1])
                for text, answer in zip(changed, kept, strict=True):
                    for code in codes if asked["answer"] >= 0 else ():
                        whole = record["texts"][code][asked["answer"]]
                        less = asked["without"][code]
                        assert whole != less
                        now = text["texts"][code][asked["answer"]]
                        assert now == (whole if answer >= 0 else less)
