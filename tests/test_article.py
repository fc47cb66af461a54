"""The main job, on the first article, with the packaged model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.bot import Bot

pytestmark = pytest.mark.model

ADVICE = 'Volgens Rutte moet Zelensky nu "een manier vinden om de relatie met Trump te herstellen".'


@pytest.fixture(scope="module")
def bot(article_index: Path) -> Iterator[Bot]:
    with Bot.open(article_index) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("what did Rutte advise?", "en"),
        ("Wat adviseerde Rutte?", "nl"),
        ("Was hat Rutte Selenskyj geraten?", "de"),
        ("¿Qué aconsejó Rutte?", "es"),
    ],
)
def test_the_advice_is_quoted_whatever_the_language(bot: Bot, question: str, language: str) -> None:
    answer = bot.ask(question)
    assert answer.outcome == "answered"
    assert ADVICE in [citation.quote for citation in answer.citations]
    assert answer.language == language
    citation = answer.citations[0]
    document = bot.document(citation.document)
    assert document.text[citation.start : citation.end] == citation.quote
    assert (citation.document, citation.date) == ("rutte-zelensky-trump.txt", "2025-03")
    assert not citation.stale
    json.dumps(answer.as_dict())


@pytest.mark.parametrize(
    "question",
    ["What did Macron say?", "What is the capital of Australia?", "How do I bake bread?"],
)
def test_what_the_article_does_not_say_is_refused(bot: Bot, question: str) -> None:
    answer = bot.ask(question)
    assert answer.outcome == "not_in_texts"
    assert answer.citations == ()
    assert answer.passages
    assert answer.confidence < answer.threshold


@pytest.mark.parametrize(
    "question",
    [
        "Was hat Macron gesagt?",
        "Was hat Macron über Selenskyj gesagt?",
        "What did Macron say about Zelensky?",
        "¿Qué dijo Macron sobre Trump?",
        "Que pense Scholz de Rutte ?",
        "Wat zei Wilders over Trump?",
    ],
)
def test_what_somebody_else_is_asked_to_have_said_is_refused(bot: Bot, question: str) -> None:
    assert bot.ask(question).outcome == "not_in_texts"


def test_who_is_called_by_his_whole_name_is_found_by_its_last(bot: Bot) -> None:
    asked = bot.ask("What did Mark Rutte advise?")
    assert asked.outcome == "answered"
    assert ADVICE in [citation.quote for citation in asked.citations]
    assert bot.ask("What did Mark Zuckerberg advise?").outcome == "not_in_texts"
    assert bot.ask("¿Qué aconsejó Melania Trump?").outcome == "not_in_texts"


def test_a_name_spelt_otherwise_is_among_the_words_found(bot: Bot) -> None:
    answer = bot.ask("Was hat Macron über Selenskyj gesagt?")
    assert "selenskyj" in answer.words_found
    assert "macron" in answer.words_missing


def test_headings_are_shown_and_never_quoted(bot: Bot) -> None:
    answer = bot.ask("Harde clash")
    headings = {hit.passage.heading for hit in answer.passages}
    assert "Harde clash" in headings
    assert all("Harde clash" not in hit.passage.text for hit in answer.passages)
    assert all(citation.quote != "Harde clash" for citation in answer.citations)


def test_the_date_before_the_first_word_is_no_part_of_the_text(bot: Bot) -> None:
    document = bot.document("rutte-zelensky-trump.txt")
    assert document.text.startswith("De Oekraïense president Zelensky")
    assert document.date == "2025-03"
