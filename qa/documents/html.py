"""Web pages: the article without menus and advertisements, by trafilatura."""

import logging
import re
from collections.abc import Iterator

from trafilatura import bare_extraction, html2txt

from qa.documents.content import Content, language_code
from qa.documents.dates import parse_date
from qa.documents.decoding import decode
from qa.documents.tree import Element
from qa.errors import DocumentError

MAX_PAGE = 8 * 1024 * 1024
MAX_TAGS = 60_000
"""Bytes and tags of the largest page: trafilatura needs up to 4 s for so many, and its time
grows with their square. A long news page has 1 MB and 15,000."""

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
_ROOT = re.compile(r"<html\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z_-]{2,20})", re.IGNORECASE)

for _name in ("trafilatura", "htmldate"):
    # A page that is no page is reported by an exception; a line of the library's own is not wanted.
    logging.getLogger(_name).addHandler(logging.NullHandler())


def extract(data: bytes) -> Content:
    """Return the article of a web page.

    Raises:
        DocumentError: the page is too large, holds no text, or is in an unknown encoding.
    """
    if len(data) > MAX_PAGE or data.count(b"<") > MAX_TAGS:
        raise DocumentError(
            "is a page of more than {} MB or {:,} tags; save it as text",
            MAX_PAGE // 1024**2,
            MAX_TAGS,
        )
    declared = _CHARSET.search(data[:4096])
    page = decode(data, declared[1].decode("ascii") if declared else None)
    if not _ROOT.search(page):  # trafilatura takes what has none for no page, browsers do not
        page = f"<html>{page}</html>"
    found = bare_extraction(
        page,
        with_metadata=True,
        include_comments=False,
        # What the page says of itself; a year in some footer is not the date of the article.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    language = _LANGUAGE.search(page[:4096])
    said = {} if found is None or isinstance(found, dict) else found.as_dict()
    return Content(
        text=_plain(said.get("body")) or html2txt(page),
        title=said.get("title"),
        date=parse_date(said.get("date")),
        source=said.get("url") or said.get("sitename"),
        language=language_code(language[1] if language else None),
    )


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


def _plain(body: Element | None) -> str:
    """Return an article's blocks with a blank line between them, an item or a row on a line."""
    if body is None:
        return ""
    # Between its paragraphs an article may have text that is in none.
    blocks = [_squeezed(body.text)]
    for child in body:
        blocks += [_block(child), _squeezed(child.tail)]
    return "\n\n".join(block for block in blocks if block)


def _block(element: Element) -> str:
    match element.tag:
        case "list":
            items = map(_words, element.iter("item"))
            return "\n".join(f"- {item}" for item in items if item)
        case "table":
            rows = ([_words(cell) for cell in row.iter("cell")] for row in element.iter("row"))
            return "\n".join(" | ".join(row) for row in rows)
        case "quote" if not (element.text or "").strip() and _all_paragraphs(element):
            return "\n\n".join(map(_words, element))
        case _:
            return _words(element)


def _all_paragraphs(element: Element) -> bool:
    return all(part.tag == "p" and not (part.tail or "").strip() for part in element)


def _words(element: Element) -> str:
    lines = (" ".join(line.split()) for line in "".join(_parts(element)).split("\v"))
    return "\n".join(line for line in lines if line)


def _parts(element: Element) -> Iterator[str]:
    """Yield the words of an element; a vertical tab is a line break.

    A list within an item is left out, as its items come by themselves.
    """
    yield element.text or ""
    for part in element:
        if part.tag in {"lb", "p", "item"}:
            yield "\v"
        if isinstance(part.tag, str) and (part.tag, element.tag) != ("list", "item"):
            yield from _parts(part)
        if part.tag in {"p", "item", "list"} and (part.tail or "").strip():
            yield "\v"
        yield part.tail or ""
