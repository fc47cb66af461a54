from qa.documents import Document
from qa.suggestions import questions


def test_names_that_stand_often_come_first() -> None:
    text = "De premier Rutte sprak met Rutte en met Trump. Morgen spreekt Rutte weer."
    found = questions([Document(path="a", title="a", text=text)])
    assert found[:2] == ["Wat zegt Rutte?", "Wat zegt Trump?"]
    assert not any("Morgen" in question for question in found)


def test_questions_are_in_the_language_of_the_text() -> None:
    text = "The mayor of London spoke, and the mayor of Paris did not."
    assert "What does London say?" in questions([Document(path="a", title="a", text=text)])


def test_a_text_in_a_language_without_forms_gives_no_questions() -> None:
    text = "Президент Зеленский встретился с канцлером Мерцем. Потом Зеленский уехал."
    assert questions([Document(path="a", title="a", text=text)]) == []


def test_no_names_no_questions() -> None:
    assert questions([Document(path="a", title="a", text="it rains.")]) == []
