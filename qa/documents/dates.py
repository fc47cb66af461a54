"""Dates as texts write them, dates as people read them; the precision stays what it was."""

import re
from datetime import date

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre "
    "noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
"""The months of the languages that the product speaks; babel takes 90 ms to import for them."""

_PATTERNS = {
    "de": ("{day}. {month} {year}", "{month} {year}"),
    "en": ("{day} {month} {year}", "{month} {year}"),
    "es": ("{day} de {month} de {year}", "{month} de {year}"),
    "fr": ("{day} {month} {year}", "{month} {year}"),
    "nl": ("{day} {month} {year}", "{month} {year}"),
}

_NUMBERS = {
    name: number
    for months in MONTHS.values()
    for number, month in enumerate(months.casefold().split(), 1)
    for name in (month, month[:3])
    if name != "jui"  # French, June as well as July
} | {"janv": 1, "févr": 2, "mrt": 3, "mrz": 3, "juil": 7, "sept": 9, "setiembre": 9}

_TIME = (
    r"[0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?"
    r"(?: ?(?:uur|uhr|h|am|pm|gmt|utc|cet|cest|z|[+-][0-9]{2}:?[0-9]{2}))?"
)
_ISO = re.compile(
    rf"([0-9]{{4}})(?:-([0-9][0-9]?)(?:-([0-9][0-9]?)(?:T[0-9][0-9].*| {_TIME})?)?)?", re.IGNORECASE
)
_DAY_FIRST = re.compile(r"([0-9][0-9]?)([-./])([0-9][0-9]?)\2([0-9]{4})")
_NAMED = re.compile(
    r"(?:[^\W\d_]+,? )??(?:(?P<day>[0-9]{1,2})(?:\.|er|st|nd|rd|th|º)? )?(?:de )?"
    r"(?P<month>[^\W\d_]{3,10})\.?(?: (?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?)?"
    rf",?(?: del?)? (?P<year>[0-9]{{4}})(?:,? {_TIME})?"
)


def parse_date(text: str | None) -> str | None:
    """Return the date that a text consists of, ISO 8601 at its own precision; None if it is none.

    Examples:
        >>> parse_date("1 maart 2025"), parse_date("March 2025"), parse_date("2025")
        ('2025-03-01', '2025-03', '2025')
    """
    plain = " ".join((text or "")[:100].split())
    if match := _ISO.fullmatch(plain):
        return _iso(*match.groups())
    if match := _DAY_FIRST.fullmatch(plain):
        day, sign, month, year = match.groups()
        # 03/04/2025 is March in one country and April in another: only the year is known.
        ambiguous = sign == "/" and int(day) <= 12 and day != month  # noqa: PLR2004
        return _iso(year) if ambiguous else _iso(year, month, day)
    if match := _NAMED.fullmatch(plain.casefold()):
        number = _NUMBERS.get(match["month"])
        return _iso(match["year"], str(number), match["day"] or match["day2"]) if number else None
    return None


def _iso(year: str, month: str | None = None, day: str | None = None) -> str | None:
    try:
        checked = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return checked[: 10 if day else 7 if month else 4]


def show_date(written: str | None, language: str) -> str:
    """Return an ISO 8601 date as people of that language read it; an empty string for None.

    A month stays a month and a year a year; a language without month names here gets English.

    Examples:
        >>> show_date("2025-03", "nl"), show_date("2025-03-01", "en"), show_date("2025", "de")
        ('maart 2025', '1 March 2025', '2025')
    """
    iso = parse_date(written)
    if iso is None or iso != written:
        return written or ""
    year, month, day = (*iso.split("-"), "", "")[:3]
    if not month:
        return str(int(year))
    with_day, without_day = _PATTERNS.get(language, _PATTERNS["en"])
    name = MONTHS.get(language, MONTHS["en"]).split()[int(month) - 1]
    if not day:
        return without_day.format(month=name, year=int(year))
    return with_day.format(day=int(day), month=name, year=int(year))
