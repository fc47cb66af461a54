"""Cutting documents into passages and sentences."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents import Document, read_bytes
from qa.documents.titles import is_headline
from qa.passages import Passage, split
from qa.passages.cutting import MAX_PASSAGE, MAX_SENTENCES
from qa.passages.languages import language_of
from qa.passages.sentences import MAX_SENTENCE, sentences

ARTICLE = Path(__file__).parent.parent / "docs" / "rutte-zelensky-trump.txt"
SENTENCE = "Rutte sprak met Trump over de vrede in Europa. "


def document(text: str, language: str | None = None) -> Document:
    return Document(path="a.txt", text=text, title="", language=language)


def passages(text: str) -> list[tuple[str, str]]:
    """Return heading and text of each passage."""
    return [(passage.heading, passage.text) for passage in split(document(text))]


def cut(text: str, language: str = "nl") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


def test_the_article() -> None:
    found = split(read_bytes(ARTICLE.name, ARTICLE.read_bytes()))
    assert [passage.heading for passage in found] == [
        *[""] * 3,
        *["Harde clash"] * 4,
        "Morgen Europese top in Londen",
    ]
    second = found[1]
    start, end = second.sentences[2]
    assert second.text[start:end] == (
        'Volgens Rutte moet Zelensky nu "een manier vinden om de relatie met Trump te herstellen".'
    )
    assert [len(passage.sentences) for passage in found] == [2, 3, 2, 2, 1, 2, 4, 3]


def test_headings_belong_to_the_passages_below() -> None:
    assert passages("Titel\n\nKop\n\nEen zin.\n\nNog een.\n\nAndere kop\n\nDerde.") == [
        ("Titel · Kop", "Een zin."),
        ("Titel · Kop", "Nog een."),
        ("Andere kop", "Derde."),
    ]


def test_a_heading_with_nothing_below_it_is_a_passage() -> None:
    assert passages("Een zin.\n\nSlot") == [("", "Een zin."), ("", "Slot")]


def test_a_document_of_headings_gives_its_lines() -> None:
    assert passages("Een\n\nTwee\n\nDrie") == [("", "Een"), ("", "Twee"), ("", "Drie")]


def test_many_headings_are_a_list() -> None:
    assert passages("Een\n\nTwee\n\nDrie\n\nVier\n\nEen zin.") == [
        ("", "Een"),
        ("", "Twee"),
        ("", "Drie"),
        ("Vier", "Een zin."),
    ]


@pytest.mark.parametrize(
    "line",
    ["- een punt", '"Een citaat"', "会议结束。", "متى؟", "यह वाक्य है।", "Waarom?", "De lijst:"],
)
def test_what_is_no_heading_is_a_passage(line: str) -> None:
    assert passages(f"Een zin.\n\n{line}\n\nNog een.")[1] == ("", line)


def test_line_breaks_within_a_paragraph_stay() -> None:
    text = "Een zin die\nop twee regels staat.\n \t\nNog een."
    assert [text for _, text in passages(text)] == [
        "Een zin die\nop twee regels staat.",
        "Nog een.",
    ]


def test_lines_are_paragraphs_where_nothing_is_blank() -> None:
    text = "Kop\nEen zin over iets. En nog een.\nDe tweede alinea is deze."
    assert passages(text) == [
        ("Kop", "Een zin over iets. En nog een."),
        ("Kop", "De tweede alinea is deze."),
    ]


def test_lines_that_a_program_broke_are_one_paragraph() -> None:
    text = (
        "Een lange zin die door een programma is afgebroken omdat\n"
        "hij niet op de regel paste die zeventig tekens lang is en\n"
        "daarom hier verder gaat tot zijn einde."
    )
    assert passages(text) == [("", text)]


def test_a_long_paragraph_becomes_passages_of_like_length() -> None:
    found = split(document(SENTENCE * 100))
    lengths = [len(passage.text) for passage in found]
    assert len(found) == 4
    assert max(lengths) - min(lengths) <= 2 * len(SENTENCE)
    assert max(lengths) <= MAX_PASSAGE + len(SENTENCE)


def test_chinese_passages_are_shorter() -> None:
    found = split(document("总统说会议将于明天在北京举行。" * 100))
    assert all(len(passage.text) <= 420 for passage in found)


def test_a_passage_has_a_bounded_number_of_sentences() -> None:
    assert max(len(p.sentences) for p in split(document("A!\n" + "B! " * 1000))) <= MAX_SENTENCES


def test_a_sentence_without_end_is_cut_between_its_clauses() -> None:
    text = "een stuk van de zin zonder einde, en dan nog een stuk " * 40
    found = cut(text)
    assert all(len(sentence) <= MAX_SENTENCE for sentence in found)
    assert found[0].endswith(",")
    assert all(len(sentence) <= MAX_SENTENCE for sentence in cut("a" * 10_000))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "nl",
            ["Dhr. Jansen, drs. P. van Dijk en mr. A. de Boer kwamen o.a. met 3.500 euro.", "Ja."],
        ),
        ("nl", ['Hij zei: "Dat is zo. En dat ook."', "Daarna ging hij."]),
        ("nl", ["Nr. 5 won om 10.30 uur.", "'s Avonds kwam hij."]),
        ("nl", ["“Dat is zo.”", "“Dat niet.”"]),
        ("en", ["Mr. Smith paid $3.5 million.", "He left the U.S. on Jan. 5."]),
        # What sentencex takes for an abbreviation, or for the beginning of a quotation.
        ("nl", ["Rutte sprak met de pers.", "Macron weet dat.", "Hij is ook op de top.", "Ja."]),
        ("nl", ["'s Avonds was het stil.", "Zij zei: 'Ga weg.'", "Daarna liep ze door."]),
        ("en", ["In '97 Blair won.", "The voters' choice was clear.", "It was 'a dawn'."]),
        ("es", ["Sánchez dijo que no.", "El PP votó en contra.", "Vox se abstuvo."]),
        ("fr", ["La police enquête sur un vol.", "Mgr. Dupont a parlé.", "Oui."]),
        ("de", ["Es gab Krawalle aller Art.", "Nach Art. 5 gilt das.", "Er sah mich.", "Ja."]),
        ("it", ["Il sig. Rossi parla.", "Poi va."]),
        ("el", ["Ο Αλ. Τσίπρας μίλησε.", "Μετά έφυγε."]),
        ("ar", ["مع د. أحمد علي اليوم.", "ثم ذهب."]),
        ("hi", ["डॉ. मनमोहन सिंह ने कहा।", "वे आए।"]),
        ("th", ["พล.อ. ประยุทธ์ มา 5 มี.ค. 2568"]),
        ("de", ["Am 3. Mai kam Dr. Müller.", "Im 19. Jahrhundert nicht."]),
        ("fr", ["M. Dupont est venu le 1er mai.", "Il a dit « Oui. Non. » puis est parti."]),
        ("es", ["¿Qué dijo el Sr. García?", "¡Nada!"]),
        ("ru", ["Г. Иванов и т. д. пришли.", "Он сказал: «Да. Нет.»"]),
        ("el", ["Τι είπε ο κ. Παπαδόπουλος;", "Τίποτα."]),
        ("ar", ["هل جاء الرئيس؟", "نعم، جاء أمس."]),
        ("hi", ["यह पहला वाक्य है।", "यह दूसरा है।"]),
        ("vi", ["Tôi đi chợ.", "Hôm nay trời đẹp."]),
        ("tr", ["Dr. Ali 3. kez geldi.", "Hava güzel."]),
        ("zh", ["总统来了。", "他说：“好。”"]),
    ],
)
def test_sentences(language: str, expected: list[str]) -> None:
    glue = "" if language == "zh" else " "
    assert cut(glue.join(expected), language) == expected


def test_a_long_quotation_is_cut_within() -> None:
    quotation = '"' + SENTENCE * 6 + 'Dat is alles."'
    assert len(cut(f"Hij zei: {quotation}")) == 7


def test_lines_of_a_list_are_sentences() -> None:
    assert cut("- Een punt\n- Twee punten") == ["- Een punt", "- Twee punten"]


def test_a_quotation_mark_stays_with_its_words() -> None:
    text = 'Dat is "mooi", zei hij. "We gaan door." Zij: "Goed." Klaar.'
    assert cut(text) == ['Dat is "mooi", zei hij.', '"We gaan door."', 'Zij: "Goed."', "Klaar."]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De president heeft niet op het voorstel gereageerd.", "nl"),
        ("Der Präsident hat auf den Vorschlag nicht reagiert.", "de"),
        ("The president has not answered to the proposal.", "en"),
        ("Президент не ответил.", "ru"),
        ("大統領は会議が開かれると述べた。", "ja"),
        ("总统没有回答。", "zh"),
        ("대통령은 말했다.", "ko"),
        ("", "en"),
    ],
)
def test_the_language_is_told_by_script_or_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_language_of_the_document_counts() -> None:
    text = "Dhr. Jansen kwam. Hij ging."
    assert len(split(document(text, "nl"))[0].sentences) == 2


def test_nothing_gives_nothing() -> None:
    assert split(document("")) == ()
    assert split(document(" \n\n\t")) == ()


WORDS = 'Een zin. |Kop|\n|\n\n| |\t|- punt|"|“|”|Dr. |...|？|。|\u200b|😀|e\u0301|\u2003|1. |[x]|ﷺ'
PIECES = st.sampled_from([*WORDS.split("|"), "A.B. ", "a" * 700, "b, " * 300])
TEXTS = st.lists(PIECES | st.text(max_size=20), max_size=60).map("".join)


@given(TEXTS, st.sampled_from([None, "nl", "zh", "xx"]))
def test_every_word_is_in_one_sentence_or_in_a_heading(text: str, language: str | None) -> None:
    found = split(document(text, language))
    covered = [False] * len(text)
    end = 0
    for passage in found:
        assert passage.start >= end
        end = passage.end
        assert text[passage.start : passage.end] == passage.text == passage.text.strip()
        check_sentences(passage)
        covered[passage.start : passage.end] = [True] * len(passage.text)
    headings = {part for passage in found for part in passage.heading.split(" · ")}
    rest = "".join(char if not seen else "\n" for char, seen in zip(text, covered, strict=True))
    for line in filter(None, map(str.strip, rest.split("\n"))):
        assert is_headline(line)
        assert set(line.split(" · ")) <= headings


def check_sentences(passage: Passage) -> None:
    last = 0
    assert 1 <= len(passage.sentences) <= MAX_SENTENCES
    for start, end in passage.sentences:
        assert 0 < end - start <= MAX_SENTENCE
        assert not passage.text[last:start].strip()
        assert passage.text[start:end] == passage.text[start:end].strip()
        last = end
    assert last == len(passage.text)


@pytest.mark.parametrize(
    "piece",
    ["“", "« ", '"a. ', "「あ。", "'", "(", ". ", "a", "\n", "Kop\n\n", "`` ", "- a\n", "ﷺ"],
)
def test_hostile_texts_are_cut_in_time(piece: str) -> None:
    started = time.process_time()
    split(document(piece * (200_000 // len(piece))))
    assert time.process_time() - started < 5
