"""The texts written to train on and to measure with."""

from tests.benchmarks.invented import LONG, PARTS, groups, paragraphs, records


def test_each_text_says_and_asks_the_same_in_every_language() -> None:
    for codes in groups():
        for record in records(codes):
            assert record["kind"] in LONG
            assert set(record["texts"]) == set(codes)
            (count,) = {len(said) for said in record["texts"].values()}
            for asked in record["questions"]:
                assert set(asked["texts"]) == set(codes)
                assert -1 <= asked["answer"] < count
                assert set(asked["short"]) == (set(codes) if asked["answer"] >= 0 else set())
                for code, short in asked["short"].items():
                    assert short in record["texts"][code][asked["answer"]]


def test_a_part_has_each_of_its_questions_once_with_what_answers_it() -> None:
    for codes in groups():
        code = codes[-1]
        kept = [one for n, one in enumerate(records(codes)) if PARTS[n % len(PARTS)] == "chosen"]
        read = [*paragraphs(codes, code, "chosen")]
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
