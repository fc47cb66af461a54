"""PDF: the pages that pypdf reads."""

import logging
import re
import time
from collections import Counter
from collections.abc import Sequence
from io import BytesIO

from pypdf import PageObject, PdfReader, apply_configuration, get_configuration
from pypdf.errors import FileNotDecryptedError, WrongPasswordError

from qa.documents.content import Content, label, language_code
from qa.documents.lines import Line, by_column, paragraphs
from qa.documents.titles import is_title
from qa.errors import DocumentError

SECONDS = 3.0
SECONDS_PER_BYTE = 20e-6
"""Processor time that a file gets. A page of news costs 30 ms and 5 kB, so this is four times what
an honest file needs, and a small file made to be slow ends soon."""

_LIMITS = get_configuration().with_overwrites(
    zlib_maximum_output_length=8_000_000,
    lzw_maximum_output_length=8_000_000,
    run_length_maximum_output_length=8_000_000,
    brotli_maximum_output_length=8_000_000,
    array_based_stream_maximum_output_length=8_000_000,
    stream_decoding_work_maximum_length=30_000_000,
    stream_parsing_work_maximum_count=500_000,
    xmp_maximum_input_length=500_000,
    page_tree_maximum_entries=20_000,
    page_tree_maximum_page_entries=400_000,
    xform_maximum_invocations_per_extraction=500,
    jbig2dec_binary=None,
)
"""Bytes and counts, a quarter of pypdf's or less: a page of text has 50 kB and 5,000 operators."""

logging.getLogger("pypdf").addHandler(logging.NullHandler())


def extract(data: bytes) -> Content:
    """Return the text of a PDF, paragraph by paragraph.

    Raises:
        DocumentError: it is encrypted, has no text, or takes too long. Other errors are pypdf's.
    """
    end = time.thread_time() + SECONDS + SECONDS_PER_BYTE * len(data)
    with apply_configuration(_LIMITS):
        try:
            reader = PdfReader(BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise DocumentError(_ENCRYPTED)
            pages = [_lines(page, end) for page in reader.pages]
        except (FileNotDecryptedError, WrongPasswordError) as error:
            raise DocumentError(_ENCRYPTED) from error
        text = "\n\n".join(paragraphs(_unrepeated(pages)))
        if not text:
            raise DocumentError(
                "has no text on its {} pages, so it is probably a scan; "
                "have its text recognised first (OCR)",
                len(pages),
            )
        return _described(reader, text)


_DIGITS = re.compile(r"\d+")
_ENCRYPTED = "is encrypted; save it without a password"


def _lines(page: PageObject, end: float) -> Sequence[Line]:
    """Return the lines of a page as they are read, but for its number."""
    lines = [Line()]

    def check(*_: object) -> None:
        if time.thread_time() > end:
            raise DocumentError("takes too long to read; save its text as .txt")

    def collect(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        check()
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append(Line())
            if part.strip() and not lines[-1].text:
                lines[-1].x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
                lines[-1].y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
                lines[-1].size = (
                    abs(size) * max(abs(tm[2]), abs(tm[3])) * max(abs(cm[2]), abs(cm[3]))
                )
            lines[-1].parts.append(part)

    check()
    page.extract_text(visitor_operand_before=check, visitor_text=collect)
    written = [line for line in lines if line.text]
    return by_column(
        [
            line
            for line in written
            if line not in (written[0], written[-1]) or not line.text.isdigit()
        ]
    )


def _unrepeated(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """Return the lines of all pages but those at the edge of most: the paper's name, "page 2 of 3".

    They would stand in the middle of the sentence that goes on from one page to the next.
    """
    counts = Counter(place for page in pages for place in _edges(page))
    repeated = {place for place, count in counts.items() if count > 1 and 2 * count >= len(pages)}
    lines = [line for page in pages for line in page]
    return [line for line in lines if _place(line) not in repeated] or lines


def _edges(page: Sequence[Line]) -> set[tuple[str, int]]:
    """Return what stands in the two outer rows on either side of a page."""
    rows = sorted({round(line.y) for line in page})
    return {_place(line) for line in page if round(line.y) in {*rows[:2], *rows[-2:]}}


def _place(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("0", line.text), round(line.y)


def _described(reader: PdfReader, text: str) -> Content:
    """Return the content with what the file says of itself; damaged metadata says nothing."""
    try:
        metadata = reader.metadata
        title = label(metadata.title) if metadata else None
        created = metadata.creation_date if metadata else None
        language = reader.root_object.get("/Lang")
    except Exception:  # noqa: BLE001 - whatever is wrong with the metadata, the text was read
        return Content(text=text)
    return Content(
        text=text,
        title=title if title and is_title(title) else None,
        made=created.date().isoformat() if created else None,
        language=language_code(str(language)) if language else None,
    )
