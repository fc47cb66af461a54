"""Checking an answer long after it was given: does each quote still stand where it says it does?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from qa import documents
from qa.documents import SourceFile
from qa.errors import AnswerError, DocumentError
from qa.index import Index, Snapshot

MAX_CHARACTERS = 16 * 1024 * 1024
"""Of an answer object; a real one has some thousands."""

_T = TypeVar("_T", str, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a citation says: `quote` is `text[start:end]` of the file with that hash."""

    number: int
    document: str
    start: int
    end: int
    quote: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a claim."""

    claim: Claim
    verified: bool
    reason: str
    """Where it was found, or what is wrong."""


def read_claims(text: str) -> tuple[Claim, ...]:
    """Return the citations of an answer object as `qa ask --json` prints it.

    Raises:
        AnswerError: it is something else.
    """
    if len(text) > MAX_CHARACTERS:
        raise AnswerError(
            f"the answer has more than {MAX_CHARACTERS:,} characters; none is so long"
        )
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AnswerError(
            f"the answer is not JSON ({error}); make one with: qa ask --json"
        ) from error
    citations = answer.get("citations") if isinstance(answer, dict) else None
    if not isinstance(citations, list):
        raise AnswerError(
            "the JSON is no answer: it has no citations; make one with: qa ask --json"
        )
    return tuple(_claim(values, place) for place, values in enumerate(citations, 1))


def _claim(values: object, place: int) -> Claim:
    if not isinstance(values, dict):
        raise AnswerError(f"citation {place} is no object; make the answer with: qa ask --json")
    return Claim(
        number=_field(values, "number", int, place),
        document=_field(values, "document", str, place),
        start=_field(values, "start", int, place),
        end=_field(values, "end", int, place),
        quote=_field(values, "quote", str, place),
        sha256=_field(values, "sha256", str, place),
    )


def _field(values: Mapping[str, object], name: str, kind: type[_T], place: int) -> _T:
    value = values.get(name)
    # A half surrogate, which JSON can write, stands in no text and can be printed nowhere.
    if type(value) is not kind or not _is_text(str(value)):
        raise AnswerError(
            f"citation {place} has no {name!r}, or not of the right kind; "
            "make the answer with: qa ask --json"
        )
    return value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def verify(claims: Sequence[Claim], index: Path) -> tuple[Verdict, ...]:
    """Return for each claim whether its quote stands in the text of its hash.

    That text is looked up in the index, under whatever path it is now, and in the file on disk
    while that still has the hash. Where both are there, both must hold the quote.

    Raises:
        QAError: what opening or reading the index raises.
    """
    opened = Index.open(index)
    try:
        with opened.snapshot() as snapshot:
            files = _files(index / snapshot.manifest.documents_folder)
            indexed: dict[str, list[str]] = {}
            for info in snapshot.documents():
                indexed.setdefault(info.sha256, []).append(info.path)
            return tuple(_verdict(claim, snapshot, indexed, files) for claim in claims)
    finally:
        opened.close()


def _files(folder: Path) -> dict[str, SourceFile]:
    try:
        return {file.path: file for file in documents.find(folder).files}
    except DocumentError:  # An index is good without its texts.
        return {}


def _verdict(
    claim: Claim,
    snapshot: Snapshot,
    indexed: Mapping[str, Sequence[str]],
    files: Mapping[str, SourceFile],
) -> Verdict:
    texts: list[tuple[str, str]] = []
    # The same bytes are another text as .txt than as .md.
    paths = sorted(indexed.get(claim.sha256, ()), key=lambda path: path != claim.document)
    texts.extend((f"index as {path!r}", snapshot.document(path).text) for path in paths[:1])
    for path in dict.fromkeys([claim.document, *paths]):
        text = _read(files.get(path), claim.sha256)
        if text is not None:
            texts.append((f"file {path!r}", text))
            break
    if not texts:
        reason = "that version of the text is neither in the index nor on the disk"
        return Verdict(claim=claim, verified=False, reason=reason)
    wrong = [place for place, text in texts if not _stands(claim, text)]
    places = " and ".join(f"in the {place}" for place in wrong or [place for place, _ in texts])
    reason = f"other words stand there {places}" if wrong else f"it stands {places}"
    return Verdict(claim=claim, verified=not wrong, reason=reason)


def _read(file: SourceFile | None, sha256: str) -> str | None:
    """Return the text of a file if it has that hash and can be read."""
    if file is None:
        return None
    try:
        document = documents.read(file)
    except DocumentError:
        return None
    return document.text if document.sha256 == sha256 else None


def _stands(claim: Claim, text: str) -> bool:
    # Python counts negative offsets from the end, and an empty quote stands everywhere.
    inside = 0 <= claim.start < claim.end <= len(text)
    return inside and text[claim.start : claim.end] == claim.quote
