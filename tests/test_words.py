import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.index import coverage, grams, idf, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wat zéí Rutte?", ["wat", "zei", "rutt", "utte"]),
        ("grondstoffendeal", [f"{'grondstoffendeal'[i : i + 4]}" for i in range(13)]),
        ("Straße ﬁn", ["stra", "tras", "rass", "asse", "fin"]),
        ("1.250 euro", ["1", "250", "euro"]),
        ("北京大学", ["北京", "京大", "大学"]),
        ("हिन्दी", ["हिन्", "िन्द", "न्दी"]),
        ("Ελλάδα", ["ελλα", "λλαδ", "λαδα"]),
        ("", []),
        ("?! …", []),
    ],
)
def test_grams(text: str, expected: list[str]) -> None:
    assert grams(text) == expected


def test_a_dutch_compound_meets_its_parts() -> None:
    compound = set(grams("grondstoffendeal"))
    assert set(grams("grondstoffen")) <= compound
    assert "deal" in compound


@given(st.text())
def test_grams_never_fail_and_hold_no_spaces(text: str) -> None:
    assert all(gram and not any(c.isspace() for c in gram) for gram in grams(text))


@given(st.text(alphabet="abcdefé ", max_size=40))
def test_case_and_accents_do_not_matter(text: str) -> None:
    assert words(text.upper()) == words(text.replace("é", "e"))


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True),
    st.lists(st.sampled_from("abcdefghijk"), max_size=60),
)
def test_coverage_lies_between_nothing_and_all(question: list[str], text: list[str]) -> None:
    weights = {gram: idf(index, 20) for index, gram in enumerate(question)}
    found = coverage(weights, text, average_length=10)
    assert 0 <= found <= 1
    assert (found == 0) == (not set(question) & set(text))


def test_rare_words_weigh_more() -> None:
    weights = {"de": idf(19, 20), "javelin": idf(1, 20)}
    assert coverage(weights, ["javelin"], average_length=1) > 0.4
    assert coverage(weights, ["de"], average_length=1) < 0.1


def test_idf_is_the_probabilistic_one() -> None:
    assert idf(3, 10) == pytest.approx(math.log(1 + 7.5 / 3.5))
