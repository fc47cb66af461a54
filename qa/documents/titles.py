"""Which line is a headline, and what a text without one is called."""

import re

from qa.documents.punctuation import CLOSERS, OPENERS, STOPS

MAX_HEADLINE = 100
"""Characters of the longest line that may be a heading."""

MAX_TITLE = 80
"""Characters to which a first sentence is cut where it must serve as a title."""

_NOT_LAST = f"{STOPS}:;,：；，、؛،"
_MAY_FOLLOW = f"{CLOSERS}*_ \t"
_QUOTED = re.compile(f"[{re.escape(OPENERS)}]")
_ITEM = re.compile(r"\s*(?:[-*+•‣▪–—·>|]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s")
_SENTENCE = re.compile(rf".{{20,{MAX_TITLE}}}?(?=[.!?…][{re.escape(CLOSERS)}]*(?:\s|$)|[。！？؟।])")
_NO_TITLES = {"untitled", "anonymous", "unspecified", "title", "titel", "naamloos", "unknown"}


def is_headline(line: str) -> bool:
    """Return whether a line, standing alone, reads as a heading.

    It is short, has a letter, no closing punctuation, no quotation mark at its start, and is no
    list item.
    """
    text = line.strip()
    if len(text) > MAX_HEADLINE or text.rstrip(_MAY_FOLLOW)[-1:] in _NOT_LAST:
        return False
    return any(map(str.isalpha, text)) and not _QUOTED.match(text) and not _ITEM.match(text)


def first_title(text: str) -> str:
    """Return what to call a text: its first line if that is a headline, else its first words."""
    first, _, rest = text.partition("\n")
    if is_headline(first) and (not rest.strip() or rest[:1] == "\n"):
        return first.strip()
    block = " ".join(re.split(r"\n\s*\n", text[: 4 * MAX_TITLE], maxsplit=1)[0].split())
    if match := _SENTENCE.match(block):
        return match[0]
    if len(block) <= MAX_TITLE:
        return block
    cut = block[:MAX_TITLE]
    if " " in cut and block[MAX_TITLE] != " ":
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–—-") + "…"


def is_title(title: str) -> bool:
    """Return whether a title is one, and not what a program wrote there for want of one."""
    plain = title.strip("()[]<> ").casefold()
    return (
        any(map(str.isalpha, plain))
        and plain not in _NO_TITLES
        and not plain.startswith(("microsoft word", "document", "word document"))
        and not plain.endswith((".doc", ".docx", ".pdf", ".indd", ".tex", ".txt", ".qxd", ".odt"))
    )
