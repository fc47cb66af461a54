"""Which day a quote means by "gisteren" or "Montag": said outside the quote, never in it.

A text's own date is the only anchor; today's date never plays a part.
"""

import re
from datetime import date, timedelta
from functools import cache

from qa.documents import show_date
from qa.errors import QuestionError

_DAYS = {
    "de": {-2: "vorgestern", -1: "gestern", 0: "heute", 1: "morgen", 2: "übermorgen"},
    "en": {
        -2: "the day before yesterday",
        -1: "yesterday",
        0: "today|tonight",
        1: "tomorrow",
        2: "the day after tomorrow",
    },
    "es": {-2: "anteayer|antes de ayer", -1: "ayer", 0: "hoy", 1: "mañana", 2: "pasado mañana"},
    "fr": {
        -2: "avant-hier",
        -1: "hier",
        0: "aujourd'hui|aujourd’hui",
        1: "demain",
        2: "après-demain",
    },
    "nl": {
        -2: "eergisteren",
        -1: "gisteren|gisterochtend|gistermorgen|gistermiddag|gisteravond|gisternacht",
        0: "vandaag|vanmorgen|vanochtend|vanmiddag|vanavond",
        1: "morgen|morgenochtend|morgenmiddag|morgenavond",
        2: "overmorgen",
    },
}
DAYS: dict[str, dict[str, int]] = {
    name: {word: distance for distance, words in told.items() for word in words.split("|")}
    for name, told in _DAYS.items()
}
"""Words for a day, by language, and their distance in days from the day of the text."""

_WEEKDAYS = {
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
}
WEEKDAYS = {name: tuple(words.split()) for name, words in _WEEKDAYS.items()}
"""Monday first."""

_PARTS = {"de": "|morgen|vormittag|mittag|nachmittag|abend", "nl": "|ochtend|morgen|middag|avond"}
"""What is written behind a weekday as one word with it."""

_CAPITALS = {"de", "en"}
"""Where weekdays have a capital. Elsewhere, and in all other words for a day, one inside a sentence
is a name: "Plácido Domingo", "USA Today"; in German "der Morgen" is the morning."""

_PAST = "afgelopen vorige last letzten letzter vergangenen vergangener dernier pasado"
_COMING = (
    "komende volgende aanstaande aanstaand next coming nächsten nächster kommenden kommender "
    "prochain próximo"
)
_LAST, _NEXT = frozenset(_PAST.split()), frozenset(_COMING.split())
_BEHIND = {"es", "fr"}
"""Where "last" and "next" stand behind the weekday as well."""

_WEEK = re.compile(r"\b(?:week|woche|semaine|semana)\b", re.IGNORECASE)
"""Says of which week a weekday is, in more ways than can be told apart."""

_EVERY = "jeden jeder jedem every each elke iedere chaque tous les cada los"
_FEASTS = "ash bloody black cyber easter good goede holy palm shrove super whit"
_NO_DAY = frozenset([*_EVERY.split(), *_FEASTS.split()])
"""What stands before a weekday that is no single one, or is a feast."""

_MORNING = {
    "mañana": "la esta una cada el toda misma aquella",
    "morgen": "am guten jeden de elke iedere goede deze die een",
}
"""What stands before these words where they are the morning; so does another word for a day."""

_NUMBERED = re.compile(
    r"[^\w.;:!?]+(?:(?:the|den|dem|de|el|le)\s+)?"
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?\s+)?\d",
    re.IGNORECASE,
)
"""Behind a weekday: the date is said with it."""

_BEGINNING = re.compile(r"(?:^|[.!?:\"“”„«»‘’(\[–—])\s*$")
"""What stands before the first word of a sentence, or of what is quoted in it."""

_NOTES = {
    "de": ("„{word}“: {day}", "„{word}“: vom Datum des Textes aus gerechnet ({day})", "oder"),
    "en": ("“{word}”: {day}", "“{word}”: counted from the date of the text ({day})", "or"),
    "es": ("«{word}»: {day}", "«{word}»: contado desde la fecha del texto ({day})", "o"),
    "fr": ("« {word} » : {day}", "« {word} » : compté à partir de la date du texte ({day})", "ou"),
    "nl": ("“{word}”: {day}", "“{word}”: gerekend vanaf de datum van de tekst ({day})", "of"),
}
_START = {4: "{}-01-01", 7: "{}-01", 10: "{}"}
_END = {4: "{}-12-31", 7: "{}-31", 10: "{}"}

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
    if after and before and _END[len(before)].format(before) < _START[len(after)].format(after):
        raise QuestionError("no day is after {} and before {}; turn them round", after, before)
    return after, before


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(_START[len(text)].format(text))
    except (KeyError, ValueError):
        return False
    return "W" not in text  # the day of a week is a date in ISO 8601 as well, but of no text here


def within(written: str | None, after: str | None, before: str | None) -> bool:
    """Return whether a text's date may lie in a period, both ends included.

    A text known to be of March is within 15 to 20 March; one without a date is within none.
    """
    if after is None and before is None:
        return True
    if written is None or len(written) not in _START:
        return False
    # Dates compare as letters do, once they are filled up to a day.
    first, last = _START[len(written)].format(written), _END[len(written)].format(written)
    return (after is None or last >= _START[len(after)].format(after)) and (
        before is None or first <= _END[len(before)].format(before)
    )


def note(quote: str, written: str | None, *, spoken: str, language: str) -> str:
    """Return what the words for days in a quote mean, or an empty string where it has none.

    Nothing is said where a word may be another: "hier" is a day in French only.

    Args:
        quote: the quoted words.
        written: the text's date, ISO 8601 at the precision that is known, or None.
        spoken: the text's language; there are words for German, English, Spanish, French, Dutch.
        language: the language to say it in.
    """
    if spoken not in DAYS:
        return ""
    said, relative, either = _NOTES.get(language, _NOTES["en"])
    notes: dict[tuple[str, str], str] = {}
    for match in _pattern(spoken).finditer(quote):
        if not _is_day(match, spoken):
            continue
        days = _days(match, spoken, written)
        if days:
            shown = f" {either} ".join(show_date(day.isoformat(), language) for day in days)
            form = said
        else:
            shown = show_date(written, language) or _UNKNOWN.get(language, _UNKNOWN["en"])
            form = relative
        key = match[0].casefold(), shown
        notes.setdefault(key, form.format(word=match[0], day=shown))
    return "; ".join(notes.values())


@cache
def _pattern(spoken: str) -> re.Pattern[str]:
    days, weekdays = (
        "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        for words in (DAYS[spoken], WEEKDAYS[spoken])
    )
    part = _PARTS.get(spoken, "")
    return re.compile(
        rf"(?<![\w-])(?:(?P<day>{days})|(?P<weekday>{weekdays})(?:{part}))(?![\w-])", re.IGNORECASE
    )


def _is_day(match: re.Match[str], spoken: str) -> bool:
    """Return whether a word is a day that can be counted, as far as its neighbours tell."""
    quote, start = match.string, match.start()
    capital = match["weekday"] is not None and spoken in _CAPITALS
    if match[0][0].isupper() != capital and not _BEGINNING.search(quote[:start]):
        return False
    before = _word_before(match)
    if match["weekday"]:
        return before not in _NO_DAY and not _NUMBERED.match(quote, match.end())
    other = _MORNING.get(match[0].casefold())
    return other is None or not (before in other.split() or _pattern(spoken).fullmatch(before))


def _word_before(match: re.Match[str]) -> str:
    found = re.search(r"(\w+)\s+$", match.string[: match.start()])
    return found[1].casefold() if found else ""


def _word_behind(match: re.Match[str]) -> str:
    found = re.match(r"\s+(\w+)", match.string[match.end() :])
    return found[1].casefold() if found else ""


def _days(match: re.Match[str], spoken: str, written: str | None) -> list[date]:
    """Return the day that is meant, two if the direction is not said, none if it is not known."""
    try:
        anchor = date.fromisoformat(written or "")
        if match["day"]:
            return [anchor + timedelta(days=DAYS[spoken][match["day"].casefold()])]
        if _WEEK.search(match.string):
            return []
        weekday = WEEKDAYS[spoken].index(match["weekday"].casefold())
        around = {_word_before(match), _word_behind(match) if spoken in _BEHIND else ""}
        return _weekday(anchor, weekday, around)
    except (ValueError, OverflowError):  # the month only, or a day of no year
        return []


def _weekday(anchor: date, weekday: int, around: set[str]) -> list[date]:
    ahead = (weekday - anchor.weekday()) % 7
    if around & _LAST:
        return [anchor + timedelta(days=ahead - 7)]
    if around & _NEXT:
        return [anchor + timedelta(days=ahead or 7)]
    if not ahead:
        return [anchor]
    return [anchor + timedelta(days=ahead - 7), anchor + timedelta(days=ahead)]
