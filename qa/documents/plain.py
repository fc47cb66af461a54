"""Plain text."""

from qa.documents.content import Content, clean
from qa.documents.decoding import decode
from qa.documents.metadata import front_matter


def extract(data: bytes) -> Content:
    """Return what a plain text holds.

    Raises:
        DocumentError: it is binary, or in an encoding that cannot be told.
    """
    return front_matter(clean(decode(data)))
