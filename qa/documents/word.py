"""Word documents: paragraphs and tables in order, then notes; tracked changes as if accepted."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from qa.documents.content import Content, label, language_code
from qa.documents.titles import is_title
from qa.documents.tree import Element
from qa.errors import DocumentError

MAX_XML = 16 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes after unpacking: of the text's own parts, which lxml turns into 15 times as much memory,
and of everything. A novel has 3 MB of the former."""

MAX_PARTS = 5_000

_SIGNS: dict[object, str] = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
_WORDS, _PARAGRAPH, _TABLE = qn("w:t"), qn("w:p"), qn("w:tbl")
_ROW, _CELL, _BOX = qn("w:tr"), qn("w:tc"), qn("w:txbxContent")
_SKIPPED = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:pPr"),
    qn("w:rPr"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
"""What was deleted or moved away, properties, and the second copy of every text box."""

_NOTES = {RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES}

_TEMPLATE = "2013-12-23"
"""When the empty document that python-docx starts from was made: no date of a text."""


def extract(data: bytes) -> Content:
    """Return the text of a Word document.

    Raises:
        DocumentError: it is encrypted, no such document, or unpacks to too much. Other errors are
            python-docx's.
    """
    _check(data)
    document = docx.Document(BytesIO(data))
    properties = document.core_properties
    created = properties.created.date().isoformat() if properties.created else None
    title = label(properties.title)
    return Content(
        text="\n\n".join(filter(None, [*_blocks(document.element.body), *_notes(document)])),
        title=title if title and is_title(title) else None,
        made=None if created == _TEMPLATE else created,
        language=language_code(properties.language),
    )


def _check(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(
            "is encrypted, or in Word's old format; save it as .docx without a password"
        )
    try:
        with ZipFile(BytesIO(data)) as parts:
            infos = parts.infolist()
    except BadZipFile as error:
        raise DocumentError("is damaged, or no .docx file") from error
    xml = sum(info.file_size for info in infos if info.filename.lower().endswith((".xml", ".rels")))
    if len(infos) > MAX_PARTS or xml > MAX_XML or sum(i.file_size for i in infos) > MAX_UNPACKED:
        raise DocumentError("unpacks to more than a text can be; save it as .txt")


def _notes(document: Document) -> Iterator[str]:
    """Yield the footnotes and endnotes, which are in parts of their own."""
    for relation in document.part.rels.values():
        if relation.reltype in _NOTES and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                if note.get(qn("w:type")) is None:  # Else it is the line above the notes.
                    yield from _blocks(note)


def _blocks(parent: Element) -> Iterator[str]:
    """Yield paragraphs and tables, also those within content controls and insertions."""
    begun = ""
    for child in _within(parent, {_PARAGRAPH, _TABLE}):
        if child.tag == _TABLE:
            yield "\n".join(_row(row) for row in _within(child, {_ROW}))
            continue
        begun += _words(child)
        # A deleted paragraph mark joins the paragraph with the next one.
        if child.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is None:
            yield begun.strip()
            begun = ""
        for box in _within(child, {_BOX}):
            yield from _blocks(box)
    yield begun.strip()


def _row(row: Element) -> str:
    cells = (" ".join(" ".join(_blocks(cell)).split()) for cell in _within(row, {_CELL}))
    return " | ".join(cells)


def _words(paragraph: Element) -> str:
    found = _within(paragraph, {_WORDS, *_SIGNS}, without={_BOX})
    return "".join(_SIGNS.get(part.tag) or part.text or "" for part in found)


def _within(
    parent: Element, wanted: AbstractSet[object], without: AbstractSet[object] = frozenset()
) -> Iterator[Element]:
    """Yield the wanted elements below one, in order, but not those within others of them.

    So a table's rows are its own, and files in which tables nest 60 deep end in time.
    """
    waiting = list(parent)[::-1]
    while waiting:
        element = waiting.pop()
        if element.tag in wanted:
            yield element
        elif element.tag not in _SKIPPED and element.tag not in without:
            waiting.extend(list(element)[::-1])
