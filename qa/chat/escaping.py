"""The one door from text to HTML: whatever was read or typed reaches the page through here."""

import html
import re
from collections.abc import Iterable

# C0 and C1 controls except tab and line feed; marks that turn the direction of what follows (a file
# name can read backwards by them); lone surrogates, which UTF-8 cannot carry; byte order marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def plain(text: str) -> str:
    """Return the text without the characters that a reader cannot see but a page would obey."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def escape(text: str) -> str:
    """Return the text as HTML that shows it and is nothing but text, in content and attributes."""
    return html.escape(plain(text), quote=True)


def marked(text: str, ranges: Iterable[tuple[int, int]], opening: str = "<mark>") -> str:
    """Return the text as HTML with the ranges (offsets in code points) inside `<mark>`.

    Ranges that overlap are marked once; what lies outside the text is cut off.
    """
    parts: list[str] = []
    done = 0
    for start, end in sorted(ranges):
        first, last = max(start, done), min(end, len(text))
        if first >= last:
            continue
        parts += [escape(text[done:first]), opening, escape(text[first:last]), "</mark>"]
        done = last
    return "".join((*parts, escape(text[done:])))
