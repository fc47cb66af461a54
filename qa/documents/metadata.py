"""What a text says about itself: front matter, a date before the first word, a title."""

import re
from dataclasses import replace

from yaml import BaseLoader, YAMLError

from qa.documents.content import Content, language_code
from qa.documents.dates import parse_date

MAX_FRONT_MATTER = 20_000
"""Characters; a longer block is text."""

HEAD = 200
"""Characters in which a date before the first word is looked for."""

KEYS = {
    "title": ("title", "titel", "headline"),
    "date": ("date", "datum", "published"),
    "source": ("source", "bron", "url"),
    "language": ("language", "lang", "taal"),
}

_BLOCK = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"([A-Za-z]+)[ \t]*:[ \t]+(.*\S)")
_WORD = r"(?:date|datum|fecha|data)"
_DATE_FIRST = re.compile(
    # A bare `date 2025-03` before the first word needs its month: "Date 2025 …" may be a sentence.
    rf"\s*{_WORD}[ \t]*:?[ \t]*([0-9]{{4}}-[0-9]{{2}}(?:-[0-9]{{2}})?)(?![\w-]|[.,][0-9])[ \t]*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(['\"])((?:(?!\1).)*)\1")
_DATE_LINE = re.compile(
    rf"\s*(?:{_WORD}[ \t]*:?[ \t]*)?([^\n]{{4,40}}?)[ \t]*(?:\n|\Z)", re.IGNORECASE
)


def front_matter(text: str) -> Content:
    """Return a text without its YAML front matter, and with what that says.

    A block that is no mapping is text. Hostile YAML has nothing to hold on to: every scalar stays a
    string, nothing is constructed, aliases are shared and not copied, and the block is small.
    """
    match = _BLOCK.match(text[: MAX_FRONT_MATTER + 10])
    fields = _fields(match[1]) if match else None
    if match is None or fields is None:
        return Content(text=text)
    known = {
        name: next((fields[key] for key in keys if fields.get(key)), None)
        for name, keys in KEYS.items()
    }
    return Content(
        text=text[match.end() :],
        title=known["title"],
        date=parse_date(known["date"]),
        source=known["source"],
        language=language_code(known["language"]),
    )


def _fields(block: str) -> dict[str, str] | None:
    """Return the scalars of a YAML mapping, or None if it is none."""
    try:
        loaded = BaseLoader(block).get_single_data()
    except (YAMLError, RecursionError, ValueError):
        # People write `title: Rutte: "Samenwerken"`, which is no YAML; each line still says it.
        lines = [line for line in block.splitlines() if line.strip()]
        matches = [_LINE.fullmatch(line.strip()) for line in lines]
        if not lines or matches[0] is None:
            return None
        loaded = {match[1]: _unquoted(match[2]) for match in matches if match}
    if not isinstance(loaded, dict):
        return None
    fields = {
        key.lower(): value
        for key, value in loaded.items()
        if isinstance(key, str) and isinstance(value, str)
    }
    # "Update: the minister resigns" between two rules is a mapping too, and is text.
    return fields if any(name in fields for names in KEYS.values() for name in names) else None


def _unquoted(value: str) -> str:
    match = _QUOTED.fullmatch(value)
    return match[2] if match else value


def leading_date(content: Content) -> Content:
    """Return a text without the date that stands before its first word, and with that date.

    Taken off are `date 2025-03` or `datum: 2025-03-01` before the first word, and a first line
    that is nothing but a date, with or without such a word before it.
    """
    head = content.text[:HEAD]
    for pattern in (_DATE_LINE, _DATE_FIRST):
        match = pattern.match(head)
        if match and (date := parse_date(match[1])):
            text = content.text[match.end() :].strip()
            return replace(content, text=text, date=content.date or date)
    return content
