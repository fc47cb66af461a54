"""What a document is; finding, reading and validating files.

document    Document: one text with its metadata
dates       dates as texts write them, dates as people read them
files       finding the files below a folder
reading     a file's bytes to a Document, by the format of its name
content     what a format's reader hands over; cleaning it
decoding    bytes to text
metadata    front matter, a date before the first word, a title
plain, markdown, html, pdf, word   one reader each, imported when a file needs it
"""

from qa.documents.dates import show_date
from qa.documents.document import Document
from qa.documents.files import MAX_BYTES, SUFFIXES, Found, SourceFile, check, find, sha256
from qa.documents.reading import read, read_bytes

__all__ = [
    "MAX_BYTES",
    "SUFFIXES",
    "Document",
    "Found",
    "SourceFile",
    "check",
    "find",
    "read",
    "read_bytes",
    "sha256",
    "show_date",
]
