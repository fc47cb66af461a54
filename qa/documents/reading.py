"""A file's bytes to a document, by the format of its name."""

import hashlib
import re
from dataclasses import replace
from pathlib import PurePosixPath

from qa.documents.content import Content, clean, label
from qa.documents.document import Document
from qa.documents.files import MAX_BYTES, SUFFIXES, SourceFile, load, too_large
from qa.documents.titles import first_title
from qa.errors import DocumentError

MAX_LINES = 1_000_000
"""A text of `MAX_BYTES` has 300,000 to 900,000; above that it is made to exhaust the memory."""

MANY_LINES, SHORT_LINE = 100_000, 16
"""Lines from which on they must have so many characters on average: shorter ones are no sentences,
and 3 MB of nothing else take up to 15 s to cut (`python -m tests.benchmarks.readers`)."""

MAX_REASON = 200
"""Characters of a library's own words that are passed on."""

_LINE_END = re.compile(r"\n\s*")


def read(file: SourceFile) -> Document:
    """Return the document in a file.

    Raises:
        DocumentError: it cannot be read; says which file and why.
    """
    return read_bytes(file.path, load(file))


def read_bytes(path: str, data: bytes) -> Document:
    """Return the document in a file's bytes.

    Args:
        path: where it is below the documents folder; its suffix says the format.
        data: the whole file.

    Raises:
        DocumentError: it is no text, too large, damaged, encrypted, a scan, or empty; says which
            file and why.
    """
    suffix = PurePosixPath(path).suffix.lower()
    try:
        content = _content(suffix, data)
    except DocumentError as error:
        raise DocumentError("{}: {}", path, error) from error.__cause__
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:MAX_REASON]
        raise DocumentError("{}: is damaged, or no {} file ({})", path, suffix, said) from error
    return Document(
        path=path,
        text=content.text,
        title=label(content.title) or label(first_title(content.text)) or path,
        date=content.date or content.made,
        source=label(content.source),
        language=content.language,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _content(suffix: str, data: bytes) -> Content:
    from qa.documents.metadata import leading_date

    if len(data) > MAX_BYTES:
        raise DocumentError(too_large(len(data)))
    if not data.strip():
        raise DocumentError("is empty")
    found = _extract(suffix, data)
    content = leading_date(replace(found, text=clean(found.text)))
    if not content.text:
        raise DocumentError("is empty: it has no text")
    lines = content.text.count("\n")
    if lines > MAX_LINES:
        raise DocumentError("has more than {:,} lines, as no text has; split it", MAX_LINES)
    if lines > MANY_LINES:
        written = len(_LINE_END.findall(content.text))
        if written > MANY_LINES and len(content.text) < SHORT_LINE * written:
            raise DocumentError("has {:,} lines too short to be sentences", written)
    return content


def _extract(suffix: str, data: bytes) -> Content:
    """Return what a file holds; a reader is imported when needed, as all of them take 1.5 s."""
    match suffix:
        case ".txt":
            from qa.documents import plain

            return plain.extract(data)
        case ".md":
            from qa.documents import markdown

            return markdown.extract(data)
        case ".html" | ".htm":
            from qa.documents import html

            return html.extract(data)
        case ".pdf":
            from qa.documents import pdf

            return pdf.extract(data)
        case ".docx":
            from qa.documents import word

            return word.extract(data)
        case _:
            raise DocumentError("is no text: its name must end in one of {}", sorted(SUFFIXES))
