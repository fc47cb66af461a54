import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qa.answer import EMPTY, REFUSALS, Ask, compose, quotes
from qa.passages import Hit, Passage
from qa.terminal import quotation

ASK = Ask(question="Wie?", searched_for="Wie?", language="nl")


def _hit(document: str, sentences: list[str], scores: list[float], start: int = 0) -> Hit:
    text, spans = "", []
    for sentence in sentences:
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence + " "
    passage = Passage(
        document=document,
        start=start,
        end=start + len(text.rstrip()),
        text=text.rstrip(),
        sentences=tuple(spans),
    )
    return Hit(
        passage=passage,
        score=max(scores),
        title=f"Title of {document}",
        date="2025-03",
        sentence_scores=tuple(scores),
    )


def _compose(hits: list[Hit], confidence: float = 0.9, ask: Ask = ASK) -> "tuple[list[str], str]":
    answer = compose(ask, hits, confidence=confidence, threshold=0.5, index_version=3)
    return [citation.quote for citation in answer.citations], answer.outcome


def test_the_best_sentence_is_quoted() -> None:
    hits = [_hit("a", ["Een.", "Twee.", "Drie."], [0.1, 0.7, 0.3]), _hit("b", ["Vier."], [0.2])]
    assert _compose(hits) == (["Twee."], "answered")


def test_sentences_close_behind_are_quoted_too_best_first() -> None:
    hits = [
        _hit("a", ["Een.", "Twee."], [0.70, 0.68]),
        _hit("b", ["Drie.", "Vier."], [0.69, 0.1]),
        _hit("c", ["Vijf."], [0.675]),
        _hit("d", ["Zes."], [0.672]),
        _hit("e", ["Zeven."], [0.671]),
    ]
    assert _compose(hits) == (["Een.", "Drie.", "Twee.", "Vijf.", "Zes."], "answered")


def test_the_rest_of_a_quotation_follows_its_best_sentence() -> None:
    told = ["Hij lachte.", "“Ik kom.", "Morgen al.", "Of later”, zei Ada.", "Toen ging zij."]
    scores = [0.1, 0.2, 0.9, 0.3, 0.1]
    assert _compose([_hit("a", told, scores)])[0] == [
        "Morgen al.",
        "Of later”, zei Ada.",
        "“Ik kom.",
    ]


def test_words_that_answer_are_told_apart_where_that_is_sure() -> None:
    hit = replace(
        _hit("a", ["Een.", "Ada won."], [0.1, 0.9], start=40), short_answers=(None, (5, 8))
    )
    (citation,) = compose(ASK, [hit], confidence=1, threshold=0, index_version=1).citations
    assert (citation.answer_start, citation.answer_end) == (45, 48)
    assert citation.parts == ("", "Ada", " won.")
    assert replace(citation, answer_start=None).parts == ("Ada won.", "", "")
    shown = quotation(citation)
    assert shown.plain == "“Ada won.” [1]"
    assert [(span.start, span.end) for span in shown.spans if span.style == "underline"] == [(1, 4)]


def test_marks_that_do_not_pair_up_say_nothing() -> None:
    told = ["“Ik kom.", "Morgen al.", "Toen ging zij."]
    assert _compose([_hit("a", told, [0.1, 0.9, 0.1])])[0] == ["Morgen al."]


def test_what_a_text_says_twice_is_quoted_once() -> None:
    hits = [_hit(name, ["Ada won.", "Ada won."], [0.9, 0.88]) for name in ("a", "b")]
    assert [quote.hit.passage.document for quote in quotes(hits)] == ["a", "b"]


def test_whom_a_pronoun_means_is_quoted_behind_it() -> None:
    before = _hit("a", ["Er was feest.", "Ada won de prijs."], [0.1, 0.2])
    best = _hit("a", ["Zij was blij.", "Bob niet."], [0.9, 0.2], start=before.passage.end + 20)
    other = _hit("b", ["Iemand anders."], [0.3])
    assert _compose([best, other, before])[0] == ["Zij was blij.", "Ada won de prijs."]
    assert _compose([best, other])[0] == ["Zij was blij."]


def test_what_was_said_stands_next_to_who_said_so_before_others() -> None:
    told = ["Er komt een brug.", "Dat zegt Ada.", "Ada lachte.", "Ada zweeg.", "Ada ging."]
    hit = _hit("a", told, [0.1, 0.9, 0.89, 0.88, 0.87])
    other = _hit("b", ["Ada kwam."], [0.89])
    quoted, _ = _compose([hit, other])
    assert quoted[:3] == ["Dat zegt Ada.", "Er komt een brug.", "Ada lachte."]
    assert len(quoted) == 5


def test_citations_are_numbered_and_placed() -> None:
    hit = _hit("a", ["Een.", "Twee."], [0.1, 0.7], start=100)
    answer = compose(ASK, [hit], confidence=0.9, threshold=0.5, index_version=3)
    (citation,) = answer.citations
    assert (citation.number, citation.start, citation.end) == (1, 105, 110)
    assert (citation.document, citation.title, citation.date) == ("a", "Title of a", "2025-03")
    assert answer.text == "“Twee.” [1]"
    assert (answer.index_version, answer.threshold, answer.confidence) == (3, 0.5, 0.9)


def test_below_the_threshold_nothing_is_quoted_and_the_nearest_is_shown() -> None:
    hit = _hit("a", ["Een."], [0.9])
    answer = compose(ASK, [hit], confidence=0.49, threshold=0.5, index_version=3)
    assert answer.outcome == "not_in_texts"
    assert answer.citations == ()
    assert answer.passages == (hit,)
    assert answer.text == REFUSALS["nl"]


def test_no_texts_at_all_is_another_outcome() -> None:
    ask = Ask(question="Wie?", searched_for="Wie?", language="nl", indexed=False)
    answer = compose(ask, [], confidence=0.9, threshold=0.5, index_version=3)
    assert (answer.outcome, answer.text, answer.confidence) == ("index_empty", EMPTY["nl"], 0)


def test_a_language_without_words_of_its_own_is_refused_in_english() -> None:
    ask = Ask(question="?", searched_for="?", language="xx")
    answer = compose(
        ask, [_hit("a", ["Een."], [0.9])], confidence=0, threshold=0.5, index_version=1
    )
    assert answer.text == REFUSALS["en"]


@given(
    st.lists(
        st.lists(
            st.tuples(st.text(min_size=1).map(str.strip).filter(bool), st.floats(-1, 2)),
            min_size=1,
            max_size=5,
        ),
        min_size=1,
        max_size=4,
    ),
    st.floats(0, 1),
)
def test_every_quote_is_the_text_at_its_place(
    passages: list[list[tuple[str, float]]], confidence: float
) -> None:
    texts: dict[str, str] = {}
    hits = []
    for number, sentences in enumerate(passages):
        hit = _hit(f"d{number}", [s for s, _ in sentences], [v for _, v in sentences], start=7)
        texts[f"d{number}"] = "x" * 7 + hit.passage.text + " "
        hits.append(hit)
    answer = compose(ASK, hits, confidence=confidence, threshold=0.5, index_version=1)
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert bool(answer.citations) == (answer.outcome == "answered") == (confidence >= 0.5)
    for citation in answer.citations:
        assert texts[citation.document][citation.start : citation.end] == citation.quote
    json.dumps(answer.as_dict())
