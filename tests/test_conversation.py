from types import EllipsisType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.conversation import complete, is_follow_up


@pytest.mark.parametrize(
    ("question", "previous", "expected"),
    [
        ("En Trump?", "Wat adviseerde Rutte?", "Wat adviseerde Trump?"),
        ("And Zelensky?", "What did Rutte advise?", "What did Zelensky advise?"),
        ("Y Trump?", "¿Qué aconsejó Rutte?", "¿Qué aconsejó Trump?"),
        # Two names: which one is meant is not for us to guess.
        (
            "Und Trump?",
            "Was hat Rutte Selenskyj geraten?",
            "Was hat Rutte Selenskyj geraten? Und Trump?",
        ),
        ("Why?", "What did Rutte advise?", "What did Rutte advise? Why?"),
        ("when was that?", "Who won?", "Who won? when was that?"),
        ("Waarom zei hij dat toen?", "Wie won?", "Wie won? Waarom zei hij dat toen?"),
        ("Was machte er danach?", "Wer gewann?", "Wer gewann? Was machte er danach?"),
        # Several words are one name, where they cannot be two people.
        ("And Donald Trump?", "What did Mark Rutte advise?", "What did Donald Trump advise?"),
        ("Und Donald Trump?", "Was hat Rutte geraten?", "Was hat Donald Trump geraten?"),
        ("And Trump?", "What did Rutte's party say?", "What did Trump's party say?"),
        ("And what about Trump?", "What did Rutte advise?", "What did Trump advise?"),
        ("En hoe zit het met Trump?", "Wat adviseerde Rutte?", "Wat adviseerde Trump?"),
        ("En de EU?", "Wat wil de NAVO?", "Wat wil de EU?"),
        # A place for a place, a year for a year; else both are searched.
        ("And in Paris?", "Who leads the summit in London?", "Who leads the summit in Paris?"),
        ("And in 2024?", "What happened in 2025?", "What happened in 2024?"),
        ("And Rutte?", "Who leads the summit in London?", ...),
        ("and in 2025?", "What did Rutte advise?", ...),
        ("And Trump?", "What happened in 2025?", ...),
        ("为什么?", "谁会见了马克龙?", ...),
        ("لماذا؟", "ماذا قال ترامب؟", ...),
        # These stand on their own.
        ("And who is Starmer?", "What did Rutte advise?", None),
        ("who is starmer?", "What did Rutte advise?", None),
        ("市长王芳宣布了什么?", "谁会见了马克龙?", None),
        ("من هو روته؟", "ماذا قال ترامب؟", None),
        ("What did Macron say?", "What did Rutte advise?", "What did Macron say?"),
        ("Who leads the summit in London?", "What did Rutte advise?", None),
        ("Hoeveel kost een brood van de bakker?", "Wat adviseerde Rutte?", None),
        ("What happened in 2019?", "Who won?", None),
        ("Wat gebeurde er in het witte huis?", "Wie won?", None),
        ("¿Cuál es el precio del pan?", "¿Quién ganó?", None),
    ],
)
def test_complete(question: str, previous: str, expected: str | EllipsisType | None) -> None:
    together = f"{previous} {question}"
    assert complete(question, previous) == (together if expected is ... else expected or question)


def test_the_first_question_is_never_touched() -> None:
    assert complete("Why?", None) == "Why?"


@given(st.text(), st.text())
def test_what_is_searched_comes_from_what_was_asked(question: str, previous: str) -> None:
    found = complete(question, previous)
    if is_follow_up(question):
        assert found != question or previous in {"", question}
    else:
        assert found == question
