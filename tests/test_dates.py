import pytest

from qa.dates import note, period, within
from qa.errors import QuestionError

DAY = "2025-03-01"
"""A Saturday."""
LAST = "31 December 9999"


@pytest.mark.parametrize(
    ("quote", "written", "language", "expected"),
    [
        ("Zij kwamen gisteren samen.", DAY, "nl", "“gisteren”: 28 februari 2025"),
        ("Zij kwamen gisteren samen.", DAY, "fr", "« gisteren » : 28 février 2025"),
        ("Zij kwamen gisteren samen.", DAY, "de", "„gisteren“: 28. Februar 2025"),
        ("Zij kwamen gisteren samen.", DAY, "es", "«gisteren»: 28 de febrero de 2025"),
        (
            "Zij kwamen gisteren samen.",
            "2025-03",
            "en",
            "“gisteren”: counted from the date of the text (March 2025)",
        ),
        ("gisteren", None, "en", "“gisteren”: counted from the date of the text (unknown)"),
        (
            "gisteren en vandaag",
            DAY,
            "en",
            "“gisteren”: 28 February 2025; “vandaag”: 1 March 2025",
        ),
        ("Gisteren, ja gisteren.", DAY, "en", "“Gisteren”: 28 February 2025"),
        # What exporters write for no date: there is no day before the first, none behind the last.
        (
            "gisteren",
            "0001-01-01",
            "en",
            "“gisteren”: counted from the date of the text (1 January 1)",
        ),
        *(
            (word, "9999-12-31", "en", f"“{word}”: counted from the date of the text ({LAST})")
            for word in ("morgen", "maandag")
        ),
    ],
)
def test_note(quote: str, written: str | None, language: str, expected: str) -> None:
    assert note(quote, written, spoken="nl", language=language) == expected


@pytest.mark.parametrize(
    ("spoken", "quote", "expected"),
    [
        ("nl", "Morgen is er een top.", "“Morgen”: 2 March 2025"),
        ("nl", "De gisteren gekozen voorzitter komt.", "“gisteren”: 28 February 2025"),
        ("nl", "Afgelopen maandag regende het.", "“maandag”: 24 February 2025"),
        ("nl", "Het regende zaterdag.", "“zaterdag”: 1 March 2025"),
        ("nl", "Het regende vrijdagavond.", "“vrijdagavond”: 28 February 2025 or 7 March 2025"),
        (
            "nl",
            "De volgende top is maandag.",
            "“maandag”: 24 February 2025 or 3 March 2025",
        ),
        ("en", "He said so yesterday.", "“yesterday”: 28 February 2025"),
        (
            "en",
            "The day before yesterday it rained.",
            "“The day before yesterday”: 27 February 2025",
        ),
        ("en", "The next Monday it rained.", "“Monday”: 3 March 2025"),
        (
            "en",
            "Last year lost, Monday won.",
            "“Monday”: 24 February 2025 or 3 March 2025",
        ),
        (
            "en",
            "He came last Saturday and goes next Saturday.",
            "“Saturday”: 22 February 2025; “Saturday”: 8 March 2025",
        ),
        (
            "en",
            "Tuesday of last week it rained.",
            "“Tuesday”: counted from the date of the text (1 March 2025)",
        ),
        ("de", "Das war vorgestern.", "“vorgestern”: 27 February 2025"),
        ("de", "Es war Montag.", "“Montag”: 24 February 2025 or 3 March 2025"),
        ("de", "Am Montagabend regnete es.", "“Montagabend”: 24 February 2025 or 3 March 2025"),
        ("de", "Er kommt heute Morgen.", "“heute”: 1 March 2025"),
        ("de", "Er sagte: „Morgen komme ich.“", "“Morgen”: 2 March 2025"),
        ("es", "Lo dijo ayer.", "“ayer”: 28 February 2025"),
        ("es", "Viene pasado mañana.", "“pasado mañana”: 3 March 2025"),
        ("es", "Vino el lunes pasado.", "“lunes”: 24 February 2025"),
        ("fr", "Il est venu hier.", "“hier”: 28 February 2025"),
        ("fr", "Il viendra lundi prochain.", "“lundi”: 3 March 2025"),
    ],
)
def test_a_word_for_a_day(spoken: str, quote: str, expected: str) -> None:
    assert note(quote, DAY, spoken=spoken, language="en") == expected


@pytest.mark.parametrize(
    ("spoken", "quote"),
    [
        ("nl", "Niets over tijd."),
        ("nl", "De fabriek staat hier al dertig jaar."),
        ("nl", "De morgen was koud."),
        ("nl", "Plácido Domingo zong op Goede Vrijdag."),
        ("nl", "De vergadering is op maandag 17 maart."),
        ("nl", "Eergisterenavond is geen van de woorden."),
        ("de", "Hier in Dresden regnet es."),
        ("de", "Guten Morgen, sagte er."),
        ("de", "Der Morgen war kalt, gestern-heute auch."),
        ("de", "Montag, den 3. März"),
        ("en", "USA Today wrote on Good Friday."),
        ("en", "It is closed every Monday."),
        ("en", "On Monday, March 3, and on Monday, 3 February 2025"),
        ("es", "Llegó esta mañana, y por la mañana llueve."),
        ("es", "Cierra los lunes."),
        ("fr", "C'est fermé tous les lundi."),
        ("pl", "morgen, Monday, hier"),
    ],
)
def test_a_word_that_is_no_day_or_one_that_is_said_beside_it(spoken: str, quote: str) -> None:
    assert note(quote, DAY, spoken=spoken, language="en") == ""


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
