"""Markdown to the plain text that people read."""

import re
from dataclasses import replace
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.documents import plain
from qa.documents.content import Content, clean
from qa.documents.decoding import decode
from qa.documents.metadata import front_matter

MAX_BYTES = 500_000
MAX_LINES = 50_000
MAX_BRACKETS = 10_000
"""Of a text whose marks are read: markdown-it takes up to 4 s for so many bytes, and for brackets a
time that grows with their square. What has more is no article, and is read as it stands."""

_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^<>]{1,2000}>", re.DOTALL)


def extract(data: bytes) -> Content:
    """Return what a Markdown text holds; a heading that it starts with is its title.

    Raises:
        DocumentError: it is binary, or in an encoding that cannot be told.
    """
    if len(data) > MAX_BYTES or data.count(b"\n") > MAX_LINES or data.count(b"[") > MAX_BRACKETS:
        return plain.extract(data)
    content = front_matter(clean(decode(data)))
    tokens = MarkdownIt("commonmark").enable("table").parse(content.text)
    title = content.title
    if title is None and tokens and tokens[0].type == "heading_open":
        title = _inline(tokens[1])
    return replace(content, text=_Plain().render(tokens), title=title)


class _Plain:
    """Markdown's blocks as plain text: a blank line between blocks, a line for each item or row."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.nested = 0
        """Lists and tables that are open."""
        self.mark = ""
        """What stands before the next text: the bullet or number of its item."""
        self.cells: list[str] | None = None
        """Of the table row that is open."""

    def render(self, tokens: list[Token]) -> str:
        for token in tokens:
            kind = token.type
            if kind in {"bullet_list_open", "ordered_list_open", "table_open"}:
                self._open()
            elif kind in {"bullet_list_close", "ordered_list_close", "table_close"}:
                self.nested -= 1
            elif kind == "list_item_open":
                self.mark = f"{token.info}{token.markup} " if token.info else "- "
            elif kind == "tr_open":
                self.cells = []
            elif kind == "tr_close":
                self._add(" | ".join(self._row()))
            else:
                self._leaf(token)
        return re.sub("\n{3,}", "\n\n", "".join(self.parts))

    def _open(self) -> None:
        if not self.nested:
            self.parts.append("\n\n")
        self.nested += 1

    def _row(self) -> list[str]:
        cells, self.cells = self.cells or [], None
        return cells

    def _leaf(self, token: Token) -> None:
        if token.type == "inline":
            text = _inline(token)
        elif token.type in {"fence", "code_block"}:
            text = token.content.strip("\n")
        elif token.type == "html_block":
            text = unescape(_TAG.sub(" ", _CODE.sub(" ", token.content))).strip()
        else:
            return
        if self.cells is not None:
            self.cells.append(text)
        elif text:
            self._add(text)

    def _add(self, text: str) -> None:
        self.parts.append(("\n" if self.nested else "\n\n") + self.mark + text)
        self.mark = ""


def _inline(token: Token) -> str:
    """Return a paragraph's words; a hard line break stays one, a wrapped line does not."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"text", "code_inline", "image"}:
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak" or _BREAK.match(child.content):
            parts.append("\n")
    return "".join(parts).strip()
