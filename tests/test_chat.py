"""What the page shows: words, phrases, escaping, and the rendering of answers."""

import ast
import html
import os
import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from qa.bot import Status
from qa.chat.environment import SILENT
from qa.chat.escaping import escape, marked, plain
from qa.chat.evidence import evidence, text_link
from qa.chat.messages import DUTCH as MESSAGES
from qa.chat.messages import message
from qa.chat.phrases import (
    confidence_phrase,
    count_phrase,
    duration_phrase,
    match_phrase,
    nearness,
    percentage,
    size_phrase,
)
from qa.chat.replies import clean_text, examples, failure, stream
from qa.chat.surroundings import missing_text, no_sources, status_line, welcome, whole_text
from qa.chat.texts import Adding, list_page
from qa.chat.words import DUTCH, ENGLISH, LANGUAGES, Words, words_for
from qa.chat.words import __file__ as words_file
from qa.documents import read_bytes
from qa.errors import DocumentError, IndexBusyError, QAError, QuestionError
from tests.fake_bot import ARTICLE, FakeBot, passages, with_text
from tests.hostile import STRINGS

COST = "Hoeveel kostte het project?"
QUOTE = "Het project kostte 310 miljoen euro, 40 miljoen meer dan begroot."
ANSWER = FakeBot().ask(COST)
TWO = FakeBot().ask(
    "Wanneer staan de turbines weken stil en wat vreest de vissersbond voor haring?"
)
REFUSAL = FakeBot().ask("Wat is de hoofdstad van Australië?")

anything = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(STRINGS)


class Elements(HTMLParser):
    """Collects what a browser would make of HTML: its elements with their attributes, its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


def replies(question: str, bot: FakeBot, words: Words = DUTCH) -> tuple[str, str]:
    """The finished reply and its panel."""
    *_, reply = stream(1, bot.ask(question), words, bot.suggestions())
    return reply.reply, reply.evidence


# Words


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-US,en;q=0.9,nl;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,nl;q=0.5,en;q=0.3", "nl"),
        ("de", "en"),
        ("", "en"),
        ("NL-be", "nl"),
        ("en;q=0.2, nl;q=0.7", "nl"),
        ("nl;q=nonsense, en;q=0.1", "en"),
        ("nl;q=nan, en;q=0.1", "en"),
        ("nl;q=7, en;q=0.1", "en"),
    ],
)
def test_the_interface_follows_the_preferred_language(header: str, language: str) -> None:
    assert words_for(header).language == language


@given(st.text())
def test_any_language_header_gives_an_interface(header: str) -> None:
    assert words_for(header) in LANGUAGES


def test_no_text_of_the_interface_is_missing_or_left_untranslated() -> None:
    alike = {"sources", "stop", "link", "one_passage", "many_passages"}
    for field in fields(Words):
        english, dutch = getattr(ENGLISH, field.name), getattr(DUTCH, field.name)
        assert english
        assert dutch
        assert (english != dutch) or field.name in alike, field.name


def test_every_text_of_the_interface_is_used() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(words_file).parent.iterdir()
        if path.suffix in {".py", ".js"} and path.name != "words.py"
    )
    for field in fields(Words):
        assert re.search(rf"words\.{field.name}\b", sources), field.name


# Phrases


def test_counts_and_durations_are_written_as_the_language_does() -> None:
    assert count_phrase(1, DUTCH.one_text, DUTCH.many_texts, DUTCH) == "1 tekst"
    assert count_phrase(0, DUTCH.one_text, DUTCH.many_texts, DUTCH) == "0 teksten"
    assert count_phrase(12345, DUTCH.one_text, DUTCH.many_texts, DUTCH) == "12.345 teksten"
    assert count_phrase(12345, ENGLISH.one_text, ENGLISH.many_texts, ENGLISH) == "12,345 texts"
    assert size_phrase(10, DUTCH) == "1 kB"
    assert size_phrase(1_250_000, DUTCH) == "1,2 MB"
    assert duration_phrase(0.0421, DUTCH) == "42 ms"
    assert duration_phrase(0.0, DUTCH) == "1 ms"
    assert duration_phrase(1.25, DUTCH) == "1,2 s"
    assert duration_phrase(1.25, ENGLISH) == "1.2 s"


def test_confidence_and_match_have_a_word() -> None:
    assert confidence_phrase(0.93, ENGLISH) == "high confidence, 93%"
    assert confidence_phrase(0.6, ENGLISH) == "fair confidence, 60%"
    assert confidence_phrase(0.1, ENGLISH) == "low confidence, 10%"
    assert match_phrase(nearness(1.3, 1.3), ENGLISH) == "closest"
    assert match_phrase(nearness(1.26, 1.3), ENGLISH) == "close"
    assert match_phrase(nearness(1.1, 1.3), ENGLISH) == "further off"


@given(st.floats(0, 10), st.floats(0, 10))
def test_nearness_is_a_share_and_grows_with_the_score(score: float, other: float) -> None:
    low, high = sorted((score, other))
    assert 0 <= nearness(low, high) <= nearness(high, high) <= 1
    assert nearness(low, 0) == 0


@given(st.floats())
def test_a_share_is_always_a_percentage(share: float) -> None:
    assert 0 <= percentage(share) <= 100


# Escaping


@given(anything)
def test_escaped_text_is_only_that_text(text: str) -> None:
    for source in (f"<p>{escape(text)}</p>", f'<p title="{escape(text)}">x</p>'):
        assert Elements(source).found in ([("p", ())], [("p", ("title",))])
    assert html.unescape(escape(text)) == plain(text)


@given(anything)
def test_what_cannot_be_seen_is_left_out_and_the_rest_kept(text: str) -> None:
    shown = plain(text)
    shown.encode()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", shown)
    assert plain(shown) == shown
    ordinary = [letter for letter in text if letter.isalnum()]
    assert [letter for letter in shown if letter.isalnum()] == ordinary


@given(anything, st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=4))
def test_marks_change_no_letter_and_close(text: str, ranges: list[tuple[int, int]]) -> None:
    source = marked(text, [(max(0, start), end) for start, end in ranges])
    assert source.count("<mark>") == source.count("</mark>")
    assert html.unescape(re.sub("</?mark>", "", source)) == plain(text)


def test_a_mark_holds_exactly_its_range_counted_in_code_points() -> None:
    assert marked("a\U0001f600<b> c", [(1, 3)]) == "a<mark>\U0001f600&lt;</mark>b&gt; c"
    assert marked("abcdef", [(3, 5), (0, 2), (1, 4)]) == (
        "<mark>ab</mark><mark>cd</mark><mark>e</mark>f"
    )


# Errors

ROOMS = Path(words_file).parent.parent
SOURCES = (
    *(path for path in (ROOMS / "documents").glob("*.py") if path.name != "files.py"),
    *(ROOMS / "server" / name for name in ("texts.py", "gate.py", "login.py")),
    *(ROOMS / name for name in ("shelf.py", "dates.py")),
)
"""Where errors are raised that a reader of the page meets; a missing file is a build's business."""

AT_START = "a login is written USER:PASSWORD, with something on both sides"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_error_that_a_reader_meets_is_said_in_dutch(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if re.fullmatch(r"\w+Error|_checked", call.func.id):
            for argument in call.args:
                # Filled in already, it could not be found.
                assert not isinstance(argument, ast.JoinedStr), ast.unparse(call)
                said = argument.value if isinstance(argument, ast.Constant) else None
                assert not isinstance(said, str) or said in {*MESSAGES, AT_START}


@pytest.mark.parametrize("english", MESSAGES)
def test_a_message_is_filled_in_alike_in_both_languages(english: str) -> None:
    values = [7 if field.endswith(":,") else "x" for field in re.findall(r"{(.*?)}", english)]
    error = QAError(english, *values)
    assert message(error, ENGLISH) == str(error) == english.format(*values)
    said = message(error, DUTCH)
    assert "{" not in said
    assert len(re.findall("{.*?}", MESSAGES[english])) == len(values)


def test_a_message_within_a_message_is_said_in_dutch_too() -> None:
    with pytest.raises(DocumentError) as caught:
        read_bytes("map/{x}.txt", b" ")
    assert str(caught.value) == "map/{x}.txt: is empty"
    assert message(caught.value, DUTCH) == "map/{x}.txt: is leeg"


def test_what_only_the_keeper_can_mend_is_said_so() -> None:
    error = IndexBusyError("the index in 'i' is locked by another process; try again")
    assert message(error, DUTCH).startswith("er is iets mis op deze server; wie hem beheert")
    assert message(error, DUTCH).endswith(str(error))
    assert message(error, ENGLISH) == str(error)
    assert message(QuestionError("the question is odd"), DUTCH) == "the question is odd"
    assert message(QAError(), DUTCH) == message(QAError(""), DUTCH)


# The sources panel


def test_the_panel_marks_the_quote_in_its_passage_and_dims_the_others() -> None:
    panel = evidence(ANSWER, DUTCH)
    assert re.findall("<mark>(.*?)</mark>", panel) == [QUOTE]
    first, *others = panel.split('<li class="qa-card')[1:]
    assert "qa-dimmed" not in first
    assert "maart 2026 · Kosten" in first
    assert all("qa-dimmed" in card and "niet geciteerd" in card for card in others)
    assert len(others) == len(ANSWER.passages) - 1


def test_every_quote_of_an_answer_is_marked_in_a_card_that_carries_its_number() -> None:
    panel = evidence(TWO, DUTCH)
    assert len(TWO.citations) == 2
    assert re.findall("<mark>(.*?)</mark>", panel) == [
        quote.quote for quote in sorted(TWO.citations, key=lambda quote: quote.start)
    ]
    numbers = " ".join(re.findall('data-numbers="([^"]+)"', panel)).split()
    assert sorted(numbers) == ["1", "2"]


def test_the_words_that_answer_are_marked_in_the_quote() -> None:
    (citation,) = ANSWER.citations
    for word in (citation.quote.split()[1], citation.quote.split()[-1]):
        start = citation.start + citation.quote.rindex(word)
        sure = replace(citation, answer_start=start, answer_end=start + len(word))
        *_, whole = stream(1, replace(ANSWER, citations=(sure,)), DUTCH, ())
        assert f'<mark class="qa-words">{escape(word)}</mark>' in whole.reply
    *_, unsure = stream(1, ANSWER, DUTCH, ())
    assert "<mark" not in unsure.reply


def test_a_quote_belongs_to_the_passage_of_its_own_document_only() -> None:
    (passage,) = (hit.passage for hit in ANSWER.passages if "310" in hit.passage.text)
    assert ANSWER.quotes_in(passage) == ANSWER.citations
    assert ANSWER.quotes_in(replace(passage, document="other.txt")) == ()


def test_a_stale_text_and_its_copies_are_named() -> None:
    answer = FakeBot(stale=True).ask(COST)
    hit = replace(answer.passages[0], also_in=("copy <1>.txt", "copy 2.txt"))
    panel = evidence(replace(answer, passages=(hit,)), DUTCH)
    assert DUTCH.stale in panel
    assert "Ook in: copy &lt;1&gt;.txt, copy 2.txt" in panel
    assert DUTCH.stale not in evidence(ANSWER, DUTCH)
    reply, _ = replies(COST, FakeBot(stale=True))
    assert DUTCH.stale in reply


def test_a_text_link_carries_any_path() -> None:
    link = text_link("a b/\u00e9&x=1#?.txt\ud800", 3, 9)
    assert link == "text?document=a+b%2F%C3%A9%26x%3D1%23%3F.txt%3F&start=3&end=9#quote"


# Replies


def test_an_answer_grows_and_is_whole_at_the_end() -> None:
    parts = tuple(stream(7, TWO, DUTCH, ()))
    assert [part.done for part in parts] == [False, False, True]
    assert [part.reply.count("<blockquote") for part in parts] == [0, 1, 2]
    assert {part.turn for part in parts} == {7}
    assert {part.evidence for part in parts} == {evidence(TWO, DUTCH)}
    assert "data-action" not in parts[1].reply
    assert parts[2].reply.count('data-action="copy"') == 1
    for earlier, later in pairwise(parts):
        assert later.reply.startswith(earlier.reply)


def test_a_reply_quotes_with_number_title_date_and_note() -> None:
    quote = replace(ANSWER.citations[0], note="morgen = 2 <maart> 2025")
    (*_, reply) = stream(1, replace(ANSWER, citations=(quote,)), DUTCH, ())
    assert f"{QUOTE}1" in Elements(reply.reply).text
    assert f"{ARTICLE.title} · maart 2026" in reply.reply
    assert "morgen = 2 &lt;maart&gt; 2025" in reply.reply
    assert 'data-number="1"' in reply.reply


@given(anything)
def test_a_shown_quote_is_the_quote(text: str) -> None:
    quote = replace(ANSWER.citations[0], quote=text)
    (*_, reply) = stream(1, replace(ANSWER, citations=(quote,)), DUTCH, ())
    shown = re.search("<blockquote[^>]*><p>(.*?)<button", reply.reply, re.DOTALL)
    assert shown is not None
    assert html.unescape(re.sub("<span[^>]*>", "", shown[1])) == plain(text)


def test_a_refusal_quotes_nothing_and_shows_what_came_nearest() -> None:
    reply, panel = replies("Wat is de hoofdstad van Australië?", FakeBot())
    assert "<blockquote" not in reply
    assert "qa-chip" not in reply
    assert "<mark>" not in panel
    assert DUTCH.not_in_texts in reply
    assert "Wat is de hoofdstad van Australië?" in reply
    assert DUTCH.nearest in reply
    assert escape(REFUSAL.passages[0].passage.text) in reply
    assert "Wie drukte op de startknop?" in reply


def test_a_refusal_names_the_words_that_stand_nowhere() -> None:
    reply, _ = replies("Wat is de <hoofdstad> van Australië?", FakeBot())
    assert f"<dt>{DUTCH.nowhere}</dt>" in reply
    assert "hoofdstad, Australië" in reply
    none_missing = replace(REFUSAL, words_missing=())
    (*_, shown) = stream(1, none_missing, DUTCH, ())
    assert DUTCH.nowhere not in shown.reply


def test_a_completed_question_is_shown_with_a_way_back() -> None:
    follow_up = FakeBot().ask("En <euro>?", previous=ANSWER)
    (*_, reply) = stream(1, follow_up, DUTCH, ())
    assert f"{DUTCH.searched_for}: <q>{COST} En &lt;euro&gt;?</q>" in reply.reply
    assert 'data-action="alone"' in reply.reply
    (*_, reply) = stream(1, ANSWER, DUTCH, ())
    assert "qa-searched" not in reply.reply
    assert 'data-action="alone"' not in reply.reply


def test_an_empty_index_says_what_to_do() -> None:
    reply, panel = replies(COST, FakeBot(()))
    assert DUTCH.index_empty in reply
    assert DUTCH.index_empty_more in reply
    assert panel == ""


def test_a_failure_shows_its_message_as_text() -> None:
    reply = failure(3, "the question is <b>blank</b>", ENGLISH)
    assert "the question is &lt;b&gt;blank&lt;/b&gt;" in reply.reply
    assert reply.done


def test_a_copied_answer_names_its_sources_and_a_refusal_is_one_line() -> None:
    assert clean_text(ANSWER, ENGLISH) == (
        f"“{QUOTE}” [1]\n\n[1] {ARTICLE.title}, March 2026, {ARTICLE.path}"
    )
    assert clean_text(REFUSAL, ENGLISH) == REFUSAL.text
    assert examples((), ENGLISH) == ""


@given(anything, anything, anything, anything)
def test_no_text_title_path_or_question_becomes_markup(
    text: str, title: str, path: str, question: str
) -> None:
    document = with_text(f"Gewoon {text} woord.", title=title, path=path)
    harmless = with_text("Gewoon woord.", title="t", path="p")
    # With what the text has of paragraphs, sentences and marks the counts differ, the kinds do not.
    allowed = kinds("gewoon woord", FakeBot((harmless,), stale=True)) | {
        ("p", ("class", "dir", "lang")),
        ("mark", ()),
    }
    allowed |= kinds("zzz", FakeBot((harmless,), stale=True))
    assert kinds(f"gewoon {question}", FakeBot((document,), stale=True)) <= allowed


def kinds(question: str, bot: FakeBot) -> set[tuple[str, tuple[str, ...]]]:
    """The elements of reply and panel, each with the names of its attributes."""
    reply, panel = replies(question, bot)
    return set(Elements(reply).found) | set(Elements(panel).found)


# Around the conversation


def test_the_status_line_says_how_much_and_since_when() -> None:
    line = status_line(FakeBot().status(), ENGLISH)
    assert Elements(line).text == "2 texts · 6 passages · indexed 2026-03-14T12:00:00+00:00"
    status = Status(
        documents=1, passages=1, indexed_at='"><script>', index_version=1, model='"><img>'
    )
    assert Elements(status_line(status, ENGLISH)).text.startswith("1 text · 1 passage · indexed ")
    assert {tag for tag, _ in Elements(status_line(status, ENGLISH)).found} == {
        *("p", "span", "a", "time"),
    }


def test_the_welcome_offers_the_suggestions_only_where_there_are_some() -> None:
    assert welcome(("Wie <b>is</b> dat?",), DUTCH).count("<button") == 1
    assert "Wie &lt;b&gt;is&lt;/b&gt; dat?" in welcome(("Wie <b>is</b> dat?",), DUTCH)
    assert DUTCH.examples not in welcome((), DUTCH)
    assert DUTCH.sources_empty in no_sources(DUTCH)


def test_a_whole_text_is_whole_with_the_quote_marked() -> None:
    (quote,) = ANSWER.citations
    page = whole_text(ARTICLE, quote.start, quote.end, DUTCH, "")
    assert f'<mark id="quote">{QUOTE}</mark>' in page
    assert plain(ARTICLE.text) in Elements(page).text
    assert "maart 2026 · haven-larnsund.txt" in page


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 2), (10**9, 10**9 + 5)])
def test_a_whole_text_without_such_a_stretch_marks_nothing(start: int, end: int) -> None:
    page = whole_text(ARTICLE, start, end, DUTCH, "")
    assert "<mark" not in page
    assert plain(ARTICLE.text) in Elements(page).text


def test_a_missing_text_is_said() -> None:
    page = missing_text("there is no document '<b>'", DUTCH, "")
    assert DUTCH.text_gone in page
    assert "&lt;b&gt;" in page


def test_the_list_of_texts_shows_what_is_indexed() -> None:
    adding = Adding(suffixes=(".md", ".txt"), largest=10_000_000)
    page = list_page(FakeBot().documents(), adding, DUTCH, "")
    assert "2 teksten" in page
    assert "maart 2026 · 4 passages · 1 kB · haven-larnsund.txt" in page
    assert page.count('class="qa-remove') == 2
    assert "of sleep ze hierheen: .md .txt, hooguit 10 MB per stuk" in page
    assert "qa-remove" not in list_page(FakeBot().documents(), None, DUTCH, "")
    assert 'type="file"' not in list_page(FakeBot().documents(), None, DUTCH, "")


@given(anything, anything)
def test_no_title_or_path_becomes_markup_in_the_list(title: str, path: str) -> None:
    adding = Adding(suffixes=(".txt",), largest=1)
    plain_page = list_page(FakeBot((with_text("x"),)).documents(), adding, DUTCH, "")
    hostile = FakeBot((with_text("x", title=title, path=path),)).documents()
    page = list_page(hostile, adding, DUTCH, "")
    assert Elements(page).found == Elements(plain_page).found


def test_gradio_is_told_to_stay_silent() -> None:
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert {os.environ[name] for name in SILENT} <= {"False", "1", "True"}


def test_the_fake_bot_cuts_passages_at_their_offsets() -> None:
    for passage in passages(ARTICLE):
        assert ARTICLE.text[passage.start : passage.end] == passage.text
