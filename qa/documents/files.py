"""Finding the files below a folder of texts."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.errors import DocumentError

SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".pdf", ".docx"})

MAX_BYTES = 64 * 1024 * 1024
"""Size of the largest file that is read. A text of 20 MB is a shelf of books; what is larger than
three of those is a data dump under a text's name."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may hold a document."""

    path: str
    """Below the folder, with forward slashes."""
    absolute: Path
    size: int
    """Bytes."""
    mtime_ns: int


def find(folder: Path) -> tuple[tuple[SourceFile, ...], tuple[tuple[str, str], ...]]:
    """Return the files of a folder that may hold documents, and those refused with the reason.

    Both are sorted by path. Hidden files and folders, files of other suffixes and links to folders
    within the folder are left out. Refused are links that lead out of the folder, what is not a
    regular file, names that are not Unicode, and folders that cannot be listed.

    Raises:
        DocumentError: there is no such folder.
    """
    if not folder.is_dir():
        raise DocumentError(
            f"there is no folder {str(folder)!r} with texts; make it and put your texts in it, "
            "or name another folder"
        )
    found: list[SourceFile] = []
    refused: list[tuple[str, str]] = []
    root = folder.resolve()
    for path, outcome in _walk(root, root):
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(path).decode(errors="backslashreplace")
            refused.append((shown, "its name is not Unicode; rename it"))
            continue
        if isinstance(outcome, SourceFile):
            found.append(outcome)
        else:
            refused.append((path, outcome))
    return tuple(sorted(found, key=lambda file: file.path)), tuple(sorted(refused))


def _walk(folder: Path, root: Path) -> Iterator[tuple[str, SourceFile | str]]:
    """Yield the path of each candidate with its file, or with the reason against it."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield folder.relative_to(root).as_posix(), f"cannot be listed: {error.strerror}"
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), root)
        elif Path(entry.name).suffix.lower() in SUFFIXES or (entry.is_symlink() and _is_dir(entry)):
            outcome = _examine(Path(entry.path), root)
            if outcome is not None:
                yield Path(entry.path).relative_to(root).as_posix(), outcome


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _examine(path: Path, root: Path) -> SourceFile | str | None:
    try:
        target = path.resolve(strict=True)
        status = target.stat()
    except (OSError, RuntimeError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if not target.is_relative_to(root):
        return "is a link out of the folder; copy the text into it"
    if stat.S_ISDIR(status.st_mode):
        return None if path.is_symlink() else "is a folder"
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    relative = path.relative_to(root).as_posix()
    return SourceFile(relative, path, status.st_size, status.st_mtime_ns)


def load(file: SourceFile) -> bytes:
    """Return the bytes of a file.

    Raises:
        DocumentError: it cannot be read, or is larger than `MAX_BYTES`.
    """
    try:
        with file.absolute.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"{file.path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{file.path}: {too_large(file.size)}")
    return data


def too_large(size: int) -> str:
    """Return why a file of so many bytes is not read."""
    return f"has {size / 1024**2:.0f} MB and at most {MAX_BYTES // 1024**2} MB are read; split it"


def sha256(file: SourceFile) -> str:
    """Return the hash of a file's bytes, in hexadecimal.

    Raises:
        DocumentError: it cannot be read, or is larger than `MAX_BYTES`.
    """
    return hashlib.sha256(load(file)).hexdigest()
