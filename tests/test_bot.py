import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import qa
from qa.bot import Bot
from qa.encoder import Model
from qa.errors import DocumentError, IndexMissingError, QuestionError
from qa.index import Snapshot
from qa.retriever import Found, retrieve
from tests.fakes import GramEncoder

TEXTS = {
    "harbour.txt": "---\ntitle: The harbour\ndate: 2024-05\n---\n"
    "Opening hours\n\nThe harbour opens at six in the morning. Boats wait outside.\n\n"
    "The mayor is Ada Vestby. She pressed the button.\n",
    "bread.txt": "---\ndate: 2025-03-01\n---\nBread rises for an hour.\n\n"
    "Yesterday the oven was hot and the harbour was closed.\n",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for path, text in TEXTS.items():
        (folder / path).write_text(text)
    return folder


@pytest.fixture
def bot(docs: Path) -> Iterator[Bot]:
    with Bot.build(docs, docs.parent / "index", model=GramEncoder()) as opened:
        yield opened


def test_every_quote_is_the_document_at_its_place(bot: Bot) -> None:
    for question in ("When does the harbour open?", "Who is the mayor?", "bread", "button"):
        answer = bot.ask(question, threshold=0)
        assert answer.outcome == "answered"
        for citation in answer.citations:
            text = bot.document(citation.document).text
            assert text[citation.start : citation.end] == citation.quote
        for hit in answer.passages:
            text = bot.document(hit.passage.document).text
            assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_quotes_hold_in_a_text_of_twenty_megabytes(tmp_path: Path) -> None:
    filler = "De regen in Málaga hield aan, zei men 🌧. " * 20 + "\n\n"
    (tmp_path / "docs").mkdir()
    with (tmp_path / "docs" / "long.txt").open("w") as file:
        for number in range(20):
            file.write(filler * (1_000_000 // len(filler.encode())))
            file.write(f"Bridge {number} é was opened by mayor {number}. It rained.\n\n")
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Bot.build(tmp_path / "docs", tmp_path / "index", model=GramEncoder()) as bot:
        text = bot.document("long.txt").text
        assert len(text.encode()) > 19_900_000
        for number in (0, 7, 13, 19):
            answer = bot.ask(f"Who opened bridge {number}?", threshold=0)
            quote = f"Bridge {number} é was opened by mayor {number}."
            (citation,) = [one for one in answer.citations if one.quote == quote]
            assert text[citation.start : citation.end] == quote
            assert citation.start == text.index(quote)
            for hit in answer.passages:
                assert text[hit.passage.start : hit.passage.end] == hit.passage.text
    assert time.process_time() - began < 60
    # Only what was never needed by a test before counts.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


@pytest.mark.parametrize("question", ["", "  \n\t ", "x" * 1001])
def test_a_question_that_is_none_is_refused(bot: Bot, question: str) -> None:
    with pytest.raises(QuestionError):
        bot.ask(question)


@pytest.mark.parametrize("question", ["?", "\x00", "\u202e", "🤷", "SELECT * FROM documents; --"])
def test_a_strange_question_gets_an_answer_object(bot: Bot, question: str) -> None:
    assert bot.ask(question).outcome in {"answered", "not_in_texts"}


def test_status_and_lists(bot: Bot) -> None:
    status = bot.status()
    assert (status.documents, status.passages, status.index_version) == (2, 4, 1)
    assert status.model == "GramEncoder"
    assert [info.path for info in bot.documents()] == ["bread.txt", "harbour.txt"]
    assert [info.passages for info in bot.documents()] == [2, 2]
    assert bot.document("harbour.txt").title == "The harbour"
    with pytest.raises(DocumentError, match="nowhere"):
        bot.document("nowhere.txt")


def test_suggestions_come_from_the_texts(bot: Bot) -> None:
    suggested = bot.suggestions()
    assert suggested == bot.suggestions()
    assert len(set(suggested)) == len(suggested) <= 3
    assert all(bot.ask(question).outcome == "answered" for question in suggested)


def test_a_changed_text_is_stale(bot: Bot, docs: Path) -> None:
    assert not bot.ask("When does the harbour open?").passages[0].stale
    (docs / "harbour.txt").write_text("The harbour opens at seven.\n")
    answer = bot.ask("When does the harbour open?", threshold=0)
    assert answer.passages[0].stale
    assert answer.citations[0].stale
    assert "six" in answer.citations[0].quote
    (docs / "harbour.txt").unlink()
    assert bot.ask("When does the harbour open?").passages[0].stale


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_confidence_is_refused(bot: Bot, threshold: float) -> None:
    with pytest.raises(QuestionError, match=f"the threshold is {threshold}"):
        bot.ask("When does the harbour open?", threshold=threshold)


def test_a_follow_up_is_completed_and_shown(bot: Bot) -> None:
    first = bot.ask("Who is the mayor Vestby?", threshold=0)
    second = bot.ask("And Harbour?", previous=first)
    assert second.question == "And Harbour?"
    assert second.searched_for == "Who is the mayor Harbour?"
    assert bot.ask("When does the harbour open?", previous=first).searched_for == (
        "When does the harbour open?"
    )


def test_a_follow_up_that_could_be_in_several_languages_is_in_the_last_ones(bot: Bot) -> None:
    first = bot.ask("Wie is de burgemeester van Vestby?")
    assert bot.ask("En Trump?", previous=first).language == "nl"


def test_with_what_it_was_completed_to_a_follow_up_tells_its_language(bot: Bot) -> None:
    first = bot.ask("Wie kwamen samen?")  # German or Dutch
    assert bot.ask("En Starmer?", previous=first).language == "nl"


def test_what_was_quoted_before_lifts_no_refusal(bot: Bot) -> None:
    first = bot.ask("When does the harbour open in the morning?", threshold=0)
    assert first.outcome == "answered"
    second = bot.ask("Why?", previous=first, threshold=0.01)
    assert second.searched_for == "When does the harbour open in the morning? Why?"
    assert second.outcome == "not_in_texts"


def test_the_same_question_again_is_answered_as_before(bot: Bot) -> None:
    first = bot.ask("Who is the mayor Vestby?", threshold=0)
    again = bot.ask("And Vestby?", previous=first, threshold=0)
    assert again.searched_for == first.searched_for
    assert again.confidence == first.confidence


@pytest.mark.parametrize(("now", "outcome"), [((0, 3), "not_in_texts"), ((4, 7), "answered")])
def test_what_was_quoted_before_may_answer_with_other_words(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, now: tuple[int, int], outcome: str
) -> None:
    def answering(part: tuple[int, int]) -> Callable[..., Found]:
        def found(text: str, snapshot: Snapshot, model: Model) -> Found:
            real = retrieve(text, snapshot, model)
            best = real.hits[0]
            parts = (part,) * len(best.passage.sentences)
            return replace(real, hits=(replace(best, short_answers=parts),), confidence=0.9)

        return found

    monkeypatch.setattr("qa.bot.retrieve", answering((0, 3)))
    first = bot.ask("When does the harbour open in the morning?")
    assert first.citations[0].answer_start is not None
    monkeypatch.setattr("qa.bot.retrieve", answering(now))
    assert bot.ask("Why?", previous=first).outcome == outcome


def test_half_a_character_is_replaced(bot: Bot) -> None:
    assert bot.ask("Who is Ada \ud83d?").question == "Who is Ada \ufffd?"
    assert bot.ask("Who is Ada \ud83d\ude00?").question == "Who is Ada \U0001f600?"


def test_accents_written_as_characters_of_their_own_are_joined(bot: Bot) -> None:
    assert bot.ask("Qui est Pe\u0301rez ?").question == "Qui est P\u00e9rez ?"


def test_a_period_narrows_the_search(bot: Bot) -> None:
    assert bot.ask("harbour", after="2025").passages[0].passage.document == "bread.txt"
    assert bot.ask("harbour", before="2024-12").passages[0].passage.document == "harbour.txt"
    documents = {hit.passage.document for hit in bot.ask("harbour").passages}
    assert documents == {"bread.txt", "harbour.txt"}
    nothing = bot.ask("harbour", after="2030")
    assert (nothing.outcome, nothing.passages) == ("not_in_texts", ())
    with pytest.raises(QuestionError, match="last week"):
        bot.ask("harbour", after="last week")


def test_a_word_for_a_day_is_explained_outside_the_quote(bot: Bot) -> None:
    answer = bot.ask("Was the oven hot yesterday?", threshold=0)
    citation = answer.citations[0]
    assert citation.quote == "Yesterday the oven was hot and the harbour was closed."
    assert citation.note == "“Yesterday”: 28 February 2025"


def test_words_that_stand_nowhere_are_named(bot: Bot) -> None:
    answer = bot.ask("When does the harbour explode?")
    assert "harbour" in answer.words_found
    assert "explode" in answer.words_missing


def test_the_module_function_asks_the_folder_index(
    bot: Bot, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(docs)
    with pytest.raises(IndexMissingError, match="qa build"):
        qa.ask("Who?")
    assert bot.status().documents == 2


def test_the_front_door_is_a_decision() -> None:
    assert list(qa.__all__) == sorted(qa.__all__, key=lambda name: (name.islower(), name))
    assert all(hasattr(qa, name) for name in qa.__all__)
