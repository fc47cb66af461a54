"""Finding the files below a folder of texts."""

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from qa.errors import DocumentError

SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".pdf", ".docx"})

MAX_BYTES = 64 * 1024 * 1024
"""Size of the largest file that is read. A text of 20 MB is a shelf of books; what is larger than
three of those is a data dump under a text's name."""

_SETTLED = 3_000_000_000
"""Nanoseconds. A file that changed less than so long ago may change again without its time showing
it: file systems count in steps, FAT's of 2 s."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may hold a document."""

    path: str
    """Below the folder, with forward slashes."""
    folder: Path
    size: int
    """Bytes."""
    mtime_ns: int
    stamp: str = ""
    """What differs once the content does, as git has it: size, times and number of the file. Empty
    where it changed just now, so that this cannot be said."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str
    unseen: bool = False
    """Whether it could not be looked at, so that what was there may be there all the same."""


class Found(NamedTuple):
    """What a folder of texts holds, sorted by path."""

    files: tuple[SourceFile, ...]
    """Those that may hold documents."""
    refused: tuple[tuple[str, str], ...]
    """Path and reason."""
    unseen: frozenset[str]
    """The refused ones that could not be looked at: files, folders, or `.` for the whole."""

    def hides(self, path: str) -> bool:
        """Return whether a path that was not found may be there all the same."""
        place = PurePosixPath(path)
        return not self.unseen.isdisjoint(map(str, (place, *place.parents)))


def check(folder: Path) -> None:
    """Raise DocumentError unless there is such a folder."""
    try:
        there = folder.is_dir()
    except OSError as error:
        raise DocumentError(
            f"the folder {str(folder)!r} cannot be looked at: {error.strerror}"
        ) from error
    if not there:
        raise DocumentError(
            f"there is no folder {str(folder)!r} with texts; make it and put your texts in it, "
            "or name another folder"
        )


def find(folder: Path, index: Path | None = None) -> Found:
    """Return the files of a folder that may hold documents, and those refused with the reason.

    Hidden files and folders, files of other suffixes and links to folders within the folder are
    left out; so is the index folder, where removed texts are kept. Refused are links that lead out
    of the folder, what is not a regular file, names that are not Unicode, and folders that cannot
    be listed.

    Raises:
        DocumentError: there is no such folder.
    """
    check(folder)
    found: list[SourceFile] = []
    refused: list[tuple[str, str]] = []
    unseen: set[str] = set()
    root = folder.resolve()
    for path, outcome in _walk(root, "", str(index.resolve()) if index else ""):
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(path).decode(errors="backslashreplace")
            refused.append((shown, "its name is not Unicode; rename it"))
            continue
        if isinstance(outcome, SourceFile):
            found.append(outcome)
        else:
            refused.append((path, outcome.reason))
            if outcome.unseen:
                unseen.add(path)
    found.sort(key=lambda file: file.path)
    return Found(tuple(found), tuple(sorted(refused)), frozenset(unseen))


def _walk(root: Path, folder: str, index: str) -> Iterator[tuple[str, SourceFile | _Refusal]]:
    """Yield the path of each candidate with its file, or with the reason against it.

    By names rather than by `Path`s, which for 10,000 texts take ten times as long: 1.6 s.
    """
    try:
        with os.scandir(root / folder) as listed:
            entries = list(listed)
    except OSError as error:
        why = _Refusal(f"cannot be listed: {error.strerror}", unseen=True)
        yield folder.rstrip("/") or ".", why
        return
    for entry in entries:
        path = folder + entry.name
        if entry.name.startswith(".") or _target(entry) == index:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, f"{path}/", index)
        elif _suffix(entry.name) in SUFFIXES or _links_to_folder(entry):
            outcome = _examine(entry, root, path)
            if outcome is not None:
                yield path, outcome


def _suffix(name: str) -> str:
    return name[name.rfind(".") :].lower()


def _target(entry: os.DirEntry[str]) -> str:
    return os.path.realpath(entry.path) if entry.is_symlink() else entry.path


def _links_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        return False


def _examine(entry: os.DirEntry[str], root: Path, path: str) -> SourceFile | _Refusal | None:
    try:
        if entry.is_symlink() and not Path(entry.path).resolve(strict=True).is_relative_to(root):
            return _Refusal("is a link out of the folder; copy the text into it")
        status = entry.stat()
    except (OSError, RuntimeError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        # A link to nothing was looked at: its text is gone.
        return _Refusal(reason, unseen=not isinstance(error, FileNotFoundError))
    if stat.S_ISDIR(status.st_mode):
        return None if entry.is_symlink() else _Refusal("is a folder")
    if not stat.S_ISREG(status.st_mode):
        return _Refusal("is not a regular file")
    return SourceFile(path, root, status.st_size, status.st_mtime_ns, _stamp(status))


def _stamp(status: os.stat_result) -> str:
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    if abs(time.time_ns() - changed) < _SETTLED:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def load(file: SourceFile) -> bytes:
    """Return the bytes of a file.

    Raises:
        DocumentError: it cannot be read, or is larger than `MAX_BYTES`.
    """
    try:
        with (file.folder / file.path).open("rb") as opened:
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
