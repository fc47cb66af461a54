"""The folder of texts, while people ask about it: texts are added, removed and put back.

Each change is followed by a build, so the next question sees it. What is added lands in
`docs/uploads/` under a name that is safe on every system; what is removed is kept beside the index,
in `index/removed/`, until it is put back.
"""

import errno
import os
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from qa.build import build
from qa.documents import SUFFIXES, read_bytes
from qa.encoder import Encoder
from qa.errors import DocumentError, StorageError

UPLOADS = "uploads"
"""Where added texts land, below the folder of texts."""

MAX_UPLOAD = 10_000_000
"""Bytes of one added file."""

MAX_UPLOADS = 200_000_000
"""Bytes of all added files together: whoever may upload shall not fill the disk."""

_LONGEST = 80
"""Characters of a name without its suffix."""

_MOST_BYTES = 200
"""File systems take 255, and some letters take 4."""

_UNSAFE = re.compile(r"[^\w .,()'+-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Shelf:
    """Adds texts to a folder, removes them, puts them back, and brings the index up to date."""

    def __init__(self, texts: Path, index: Path, *, model: Encoder | None = None) -> None:
        """Take the folder of texts, its index, and the encoder if that was built with an object."""
        self._texts = texts
        self._index = index
        self._model = model
        self._lock = threading.Lock()

    def add(self, name: str, data: bytes) -> str:
        """Write a file below `uploads/`, index it, and return its path below the folder of texts.

        Raises:
            DocumentError: it is too large, of another kind, or no readable text; nothing is kept.
            StorageError: it cannot be written.
            QAError: what a build raises.
        """
        safe = safe_name(name)
        if PurePosixPath(safe).suffix not in SUFFIXES:
            raise DocumentError("{}: only {} files can be read", safe, ", ".join(sorted(SUFFIXES)))
        if len(data) > MAX_UPLOAD:
            raise DocumentError("{}: is larger than {} MB", safe, MAX_UPLOAD // 1_000_000)
        read_bytes(safe, data)
        with self._lock:
            folder = self._texts / UPLOADS
            if sum(file.stat().st_size for file in _files(folder)) + len(data) > MAX_UPLOADS:
                raise DocumentError(
                    "{}: the added texts would take more than {} MB; remove some first",
                    safe,
                    MAX_UPLOADS // 1_000_000,
                )
            file = _free(folder / safe)
            _write(file, data)
            build(self._texts, self._index, model=self._model)
        return f"{UPLOADS}/{file.name}"

    def remove(self, path: str) -> None:
        """Take a text out of the folder and the index; `restore` puts it back.

        Raises:
            DocumentError: there is no such text.
            StorageError: it cannot be moved.
            QAError: what a build raises.
        """
        with self._lock:
            here, there = _inside(self._texts, path), _inside(self._kept, path)
            with _moving(path):
                moved = here.exists()
                if moved and there.exists():  # an earlier text of that name is kept too
                    there.replace(_free(there))
                if moved:
                    _move(here, there)
            report = build(self._texts, self._index, model=self._model)
        if not moved and path not in report.removed:  # its file went before, and it only now
            raise DocumentError("there is no text {!r}", path)

    def restore(self, path: str) -> None:
        """Put a removed text back where it was.

        Raises:
            DocumentError: no such text was removed, or there is another one there now.
            StorageError: it cannot be moved.
            QAError: what a build raises.
        """
        with self._lock:
            here, there = _inside(self._kept, path), _inside(self._texts, path)
            with _moving(path):
                if not here.exists():
                    raise DocumentError("there is no text {!r}", path)
                if there.exists():
                    raise DocumentError(
                        "there is another text at {!r} now; rename or remove it", path
                    )
                _move(here, there)
            build(self._texts, self._index, model=self._model)

    @property
    def _kept(self) -> Path:
        return self._index / "removed"


@contextmanager
def _moving(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError("{!r} cannot be moved ({})", path, error.strerror) from error


def _move(here: Path, there: Path) -> None:
    """Move a file, onto another disk too."""
    there.parent.mkdir(parents=True, exist_ok=True)
    try:
        here.replace(there)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _write(there, here.read_bytes())
        here.unlink()


def safe_name(name: str) -> str:
    """Return a file name that is a name, and no path, on every system; its suffix in lower case."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = " ".join(_UNSAFE.sub(" ", last).split()).strip(" .")
    suffix = PurePosixPath(clean).suffix
    known = suffix.lower() if suffix.lower() in SUFFIXES else ""
    stem = clean.removesuffix(suffix) if known else clean
    short = stem[:_LONGEST].encode()[:_MOST_BYTES].decode(errors="ignore")
    stem = short.strip(" .") or "text"
    return f"_{stem}{known}" if _RESERVED.fullmatch(stem) else stem + known


def _inside(folder: Path, path: str) -> Path:
    """Return the file at a path below a folder, wherever links lead; another path is an error."""
    root = folder.resolve()
    file = root / path
    try:
        outside = not file.resolve().is_relative_to(root)
    except (OSError, ValueError):
        outside = True
    if outside or file.suffix.lower() not in SUFFIXES:
        raise DocumentError("there is no text {!r}", path)
    return file


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []


def _free(file: Path) -> Path:
    """Return the file, or one with a number in its name where that name is taken."""
    number = 1
    free = file
    while free.exists():
        number += 1
        free = file.with_name(f"{file.stem} ({number}){file.suffix}")
    return free


def _write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise StorageError("{!r} cannot be written ({})", file.name, error.strerror) from error
