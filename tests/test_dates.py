import pytest

from qa.dates import note, period, within
from qa.errors import QuestionError


@pytest.mark.parametrize(
    ("quote", "written", "language", "expected"),
    [
        ("Zij kwamen gisteren samen.", "2025-03-01", "nl", "“gisteren”: 28 februari 2025"),
        ("Morgen is er een top.", "2025-03-01", "en", "“Morgen”: 2 March 2025"),
        ("He said so yesterday.", "2025-03-01", "fr", "« yesterday » : 28 février 2025"),
        ("Das war vorgestern.", "2025-03-01", "de", "„vorgestern“: 27. Februar 2025"),
        ("Lo dijo ayer.", "2025-03-01", "es", "«ayer»: 28 de febrero de 2025"),
        ("Afgelopen maandag regende het.", "2025-03-01", "en", "“maandag”: 24 February 2025"),
        ("The next Monday it rained.", "2025-03-01", "en", "“Monday”: 3 March 2025"),
        ("Het regende zaterdag.", "2025-03-01", "en", "“zaterdag”: 1 March 2025"),
        ("Es war Montag.", "2025-03-01", "en", "“Montag”: 24 February 2025 or 3 March 2025"),
        (
            "Zij kwamen gisteren samen.",
            "2025-03",
            "en",
            "“gisteren”: counted from the date of the text (March 2025)",
        ),
        ("gisteren", None, "en", "“gisteren”: counted from the date of the text (unknown)"),
        (
            "gisteren en vandaag",
            "2025-03-01",
            "en",
            "“gisteren”: 28 February 2025; “vandaag”: 1 March 2025",
        ),
        ("Gisteren, ja gisteren.", "2025-03-01", "en", "“Gisteren”: 28 February 2025"),
        ("Por la mañana llueve, y de morgen ook.", "2025-03-01", "en", ""),
        ("Eergisterenavond is geen van de woorden.", "2025-03-01", "en", ""),
        ("Niets over tijd.", "2025-03-01", "nl", ""),
    ],
)
def test_note(quote: str, written: str | None, language: str, expected: str) -> None:
    assert note(quote, written, language=language) == expected


@pytest.mark.parametrize(
    ("written", "after", "before", "expected"),
    [
        ("2025-03", None, None, True),
        (None, None, None, True),
        (None, "2025", None, False),
        ("2025-03", "2025-03-15", None, True),
        ("2025-03", "2025-04", None, False),
        ("2025-03", "2025", "2025", True),
        ("2025-03-31", None, "2025-03", True),
        ("2025-04-01", None, "2025-03", False),
        ("2025", "2025-12-31", None, True),
        ("2025-03-01", "2025-03-01", "2025-03-01", True),
    ],
)
def test_within(
    written: str | None, after: str | None, before: str | None, *, expected: bool
) -> None:
    assert within(written, after, before) is expected


@pytest.mark.parametrize("end", [None, "2025", "2025-03", "2025-03-01"])
def test_a_period_is_given_back(end: str | None) -> None:
    assert period(end, None) == (end, None)
    assert period(None, end) == (None, end)
    assert period(end, end) == (end, end)


@pytest.mark.parametrize("end", ["", "25", "2025-13", "2025-02-30", "20250301", "2025-W10-1", "x"])
def test_what_is_no_date_is_no_end_of_a_period(end: str) -> None:
    for ends in ((end, None), (None, end)):
        with pytest.raises(QuestionError, match="is not a date"):
            period(*ends)


def test_a_period_ends_where_it_begins_or_later() -> None:
    assert period("2025-03-15", "2025-03") == ("2025-03-15", "2025-03")
    for after, before in (("2025-04", "2025-03"), ("2025-03-02", "2025-03-01"), ("2026", "2025")):
        with pytest.raises(QuestionError, match=f"no day is after {after} and before {before}"):
            period(after, before)
