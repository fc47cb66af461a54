"""What a format's reader hands over, and cleaning it."""

import re
from dataclasses import dataclass

MAX_LABEL = 200
"""Characters of a title or source; more is not one."""

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\ufeff]")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file holds, as its format says; anything may be missing or odd."""

    text: str
    title: str | None = None
    date: str | None = None
    """ISO 8601 at the precision that is known."""
    made: str | None = None
    """When the file was made, ISO 8601: the text's date where nothing else tells it."""
    source: str | None = None
    language: str | None = None


def clean(text: str) -> str:
    """Return a text as it is read: lines end in a line feed, and what nobody sees is gone.

    That is control characters, soft hyphens, half surrogates (shown as a replacement character),
    and what is blank around the text.
    """
    lined = _BREAKS.sub("\n", text)
    return _HALF.sub("\ufffd", _UNWANTED.sub("", lined)).strip()


def label(text: str | None) -> str | None:
    """Return a title or source on one line, None where there is none."""
    line = " ".join(clean((text or "")[: 4 * MAX_LABEL]).split())
    if len(line) > MAX_LABEL:
        line = line[:MAX_LABEL].rsplit(" ", 1)[0] + "…"
    return line or None


def language_code(text: str | None) -> str | None:
    """Return `nl` for `nl`, `nl-NL` or `nl_BE`; None for what is no language code."""
    match = re.fullmatch(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]{1,20})?\s*", text or "")
    return match[1].lower() if match else None
