import pytest

from qa.language import language, without_names


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Rutte advise?", "en"),
        ("Wat adviseerde Rutte?", "nl"),
        ("Was hat Rutte Selenskyj geraten?", "de"),
        ("¿Qué aconsejó Rutte?", "es"),
        ("Qu'a conseillé Rutte ?", "fr"),
        ("Wie is de vicepresident?", "nl"),
        ("Wie heißt der Vizepräsident?", "de"),
        ("Que dit Zelensky ?", "fr"),
        ("WAAR KOMEN ZE SAMEN", "nl"),
        ("Rutte?", "en"),
        ("谁赢了?", "zh"),
        ("Кто выиграл?", "ru"),
        ("", "en"),
    ],
)
def test_language(question: str, expected: str) -> None:
    assert language(question) == expected


def test_what_tells_nothing_is_the_default() -> None:
    assert language("Rutte", default="nl") == "nl"


@pytest.mark.parametrize("default", ["nl", "fr", "es"])
def test_what_begins_a_question_in_several_languages_is_the_default(default: str) -> None:
    assert language("En Trump?", default=default) == default
    assert language("Wat zei Trump?", default=default) == "nl"


def test_names_are_left_out() -> None:
    assert without_names("Wat zei Rutte in 2025 over Oekraïne?").split() == [
        "Wat",
        "zei",
        "in",
        "over",
        "?",
    ]
