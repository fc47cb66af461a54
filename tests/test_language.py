import pytest

from qa.language import begins_with_pronoun, language, whole_words, without_names


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
        ("Que veut Macron ?", "fr"),
        ("Was sagte Macron?", "de"),
        ("Was macht Merkel?", "de"),
        ("Was it Trump?", "en"),
        ("Was Trump ziek, zei hij?", "nl"),
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


def test_a_pronoun_is_one_in_its_own_language() -> None:
    assert begins_with_pronoun("Er kommt morgen.", "de")
    assert begins_with_pronoun("“Hij komt”, zei ze.", "nl")
    assert not begins_with_pronoun("Er komt een brug.", "nl")
    assert not begins_with_pronoun("Он придёт.", "ru")


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("мультикультурным городом", "мультикультур", "мультикультурным"),
        ("كان لدى فريقين هنا", "ين ", "فريقين "),
        ("Pe\u0301rez vino", "Pe", "Pe\u0301rez"),
        ("on 3 March", "3", "3"),
        ("六月开通新线", "六月", "六月"),
        ("Ann, Bo", "Ann", "Ann"),
        ("", "", ""),
    ],
)
def test_whole_words(text: str, part: str, expected: str) -> None:
    start = text.index(part)
    first, last = whole_words(text, (start, start + len(part)), (0, len(text)))
    assert text[first:last] == expected


def test_words_are_made_whole_within_their_sentence() -> None:
    assert whole_words("One.Two.Three", (5, 6), (4, 8)) == (4, 7)
    assert whole_words("abcdef", (2, 3), (1, 5)) == (1, 5)
