"""What a document is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text file with its metadata; the offsets of every quote count in `text`."""

    path: str
    """Where the file is below the documents folder, with `/`: the document's identity."""
    text: str
    title: str
    date: str | None = None
    """ISO 8601 at the precision that is known: `2025`, `2025-03` or `2025-03-01`."""
    source: str | None = None
    language: str | None = None
    """ISO 639 code such as `nl`, where the file says it; it is never guessed."""
    sha256: str = ""
    """Of the file's bytes: the document's version."""
