"""Which day a quote means by "gisteren" or "Montag": said outside the quote, never in it.

A text's own date is the only anchor; today's date never plays a part.
"""

import re
from datetime import date, timedelta
from functools import cache

from qa.documents import show_date
from qa.errors import QuestionError

DAYS: dict[str, dict[str, int]] = {
    "de": {"vorgestern": -2, "gestern": -1, "heute": 0, "morgen": 1, "übermorgen": 2},
    "en": {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1},
    "es": {"anteayer": -2, "ayer": -1, "hoy": 0, "mañana": 1, "pasado mañana": 2},
    "fr": {
        "avant-hier": -2,
        "hier": -1,
        "aujourd'hui": 0,
        "aujourd’hui": 0,
        "demain": 1,
        "après-demain": 2,
    },
    "nl": {
        "eergisteren": -2,
        "gisteren": -1,
        "gisteravond": -1,
        "vandaag": 0,
        "vanavond": 0,
        "vanmiddag": 0,
        "vanmorgen": 0,
        "vanochtend": 0,
        "vannacht": 0,
        "morgen": 1,
        "morgenavond": 1,
        "overmorgen": 2,
    },
}
"""Words for a day, by language, and their distance in days from the day of the text."""

WEEKDAYS: dict[str, tuple[str, ...]] = {
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
}
"""Monday first."""

_BEFORE = {"afgelopen", "vorige", "last", "letzten", "vergangenen", "dernier", "pasado"}
_AFTER = {
    "komende",
    "volgende",
    "aanstaande",
    "next",
    "nächsten",
    "kommenden",
    "prochain",
    "próximo",
}

_NOTES = {
    "de": ("„{word}“: {day}", "„{word}“: vom Datum des Textes aus gerechnet ({day})", "oder"),
    "en": ("“{word}”: {day}", "“{word}”: counted from the date of the text ({day})", "or"),
    "es": ("«{word}»: {day}", "«{word}»: contado desde la fecha del texto ({day})", "o"),
    "fr": ("« {word} » : {day}", "« {word} » : compté à partir de la date du texte ({day})", "ou"),
    "nl": ("“{word}”: {day}", "“{word}”: gerekend vanaf de datum van de tekst ({day})", "of"),
}
_FIRST = {4: "{}-01-01", 7: "{}-01", 10: "{}"}
_LAST = {4: "{}-12-31", 7: "{}-31", 10: "{}"}

_MORNING = r"(?<!\bla )(?<!\bam )(?<!\bde )(?<!\bder )"
"""What stands before "mañana" or "morgen" where it is the morning and not the day."""

_UNKNOWN = {
    "de": "unbekannt",
    "en": "unknown",
    "es": "desconocida",
    "fr": "inconnue",
    "nl": "onbekend",
}


def period(after: str | None, before: str | None) -> tuple[str | None, str | None]:
    """Return both ends of a period as they were given: years, months or days, ISO 8601.

    Raises:
        QuestionError: one is none of the three, or the period ends before it begins.
    """
    for end in (after, before):
        if end is not None and not _is_date(end):
            raise QuestionError(
                "{!r} is not a date; write a year, a month or a day: 2025, 2025-03, 2025-03-01", end
            )
    if after and before and _LAST[len(before)].format(before) < _FIRST[len(after)].format(after):
        raise QuestionError("no day is after {} and before {}; turn them round", after, before)
    return after, before


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(_FIRST[len(text)].format(text))
    except (KeyError, ValueError):
        return False
    return "W" not in text  # the day of a week is a date in ISO 8601 as well, but of no text here


def within(written: str | None, after: str | None, before: str | None) -> bool:
    """Return whether a text's date may lie in a period, both ends included.

    A text known to be of March is within 15 to 20 March; one without a date is within none.
    """
    if after is None and before is None:
        return True
    if written is None or len(written) not in _FIRST:
        return False
    # Dates compare as letters do, once they are filled up to a day.
    first, last = _FIRST[len(written)].format(written), _LAST[len(written)].format(written)
    return (after is None or last >= _FIRST[len(after)].format(after)) and (
        before is None or first <= _LAST[len(before)].format(before)
    )


def note(quote: str, written: str | None, *, language: str) -> str:
    """Return what the words for days in a quote mean, or an empty string where it has none.

    Args:
        quote: the quoted words.
        written: the text's date, ISO 8601 at the precision that is known, or None.
        language: the language to say it in.
    """
    said, relative, either = _NOTES.get(language, _NOTES["en"])
    notes: dict[str, str] = {}
    for match in _pattern().finditer(quote):
        word = match.group()
        days = _days(match, quote, written)
        if days:
            shown = f" {either} ".join(show_date(day.isoformat(), language) for day in days)
            notes.setdefault(word.casefold(), said.format(word=word, day=shown))
        else:
            shown = show_date(written, language) or _UNKNOWN.get(language, _UNKNOWN["en"])
            notes.setdefault(word.casefold(), relative.format(word=word, day=shown))
    return "; ".join(notes.values())


@cache
def _pattern() -> re.Pattern[str]:
    found = {word for name in DAYS for word in (*DAYS[name], *WEEKDAYS[name])}
    longest_first = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
    return re.compile(rf"(?<!\w){_MORNING}(?:{longest_first})(?!\w)", re.IGNORECASE)


def _days(match: re.Match[str], quote: str, written: str | None) -> list[date]:
    """Return the day that is meant, two if the direction is not said, none if it is not known."""
    try:
        anchor = date.fromisoformat(written or "")
    except ValueError:
        return []
    word = match.group().casefold()
    distances = {distance for days in DAYS.values() if (distance := days.get(word)) is not None}
    if distances:
        return [anchor + timedelta(days=distances.pop())]
    weekday = next(names.index(word) for names in WEEKDAYS.values() if word in names)
    return _weekday(anchor, weekday, {*re.findall(r"\w+", quote.casefold())})


def _weekday(anchor: date, weekday: int, around: set[str]) -> list[date]:
    ahead = (weekday - anchor.weekday()) % 7
    if not ahead:
        return [anchor]
    before, after = anchor + timedelta(days=ahead - 7), anchor + timedelta(days=ahead)
    if around & _BEFORE:
        return [before]
    if around & _AFTER:
        return [after]
    return [before, after]
