"""A folder of files that is made once, in the user's cache, and made again when it is damaged.

<cache>/<name>/          what `build` wrote, and
    manifest.json        the size, time and checksum of each file
<cache>/<name>.lock      held while it is being made
<cache>/<name>.<any>/    new and old, what is being made and what it replaces

A name ends with the number of its format: when a folder is made, older ones are removed.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_dir

from qa.errors import StorageError

_MANIFEST = "manifest.json"
_QUIET_SECONDS = 3.0
"""How long it is waited without a word; unpacking takes longer."""
_LOCK_SECONDS = 600.0
"""How long it is waited for another process that unpacks."""
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    size: int
    modified: int
    sha256: str


def root() -> Path:
    """Where unpacked models are kept: `QA_CACHE_DIR`, or the user's cache directory."""
    return Path(os.environ.get("QA_CACHE_DIR") or user_cache_dir("qa"))


def ensure(name: str, build: Callable[[Path], None]) -> Path:
    """The folder `name` in the cache, with all that `build` writes into an empty folder."""
    folder = root() / name
    if not _unchanged(folder) and not _restored(folder):
        with _storage(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with _locked(folder):
                _repair(folder, build)
    return folder


def forget_if_damaged(folder: Path) -> bool:
    """Remove the folder if a checksum is wrong, and say so; for when its files do not load."""
    if intact(folder):  # asked before the lock: a folder that cannot be written has none
        return False
    with _storage(folder), _locked(folder):
        if intact(folder):  # another process was first
            return False
        shutil.rmtree(folder, ignore_errors=True)
    return True


def _lock(folder: Path) -> FileLock:
    return FileLock(_lock_file(folder))


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name + ".lock")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = _lock(folder)
    try:
        lock.acquire(timeout=_QUIET_SECONDS)
    except Timeout:
        said = "another process unpacks the model into %s: waiting for it, %.0f seconds at most"
        _logger.warning(said, folder, _LOCK_SECONDS)
        _wait(lock)
    try:
        yield
    finally:
        lock.release()


def _wait(lock: FileLock) -> None:
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as error:
        message = (
            f"another process has kept {lock.lock_file!r} for {_LOCK_SECONDS:.0f} seconds;"
            " try again later, or set QA_CACHE_DIR to another folder"
        )
        raise StorageError(message) from error


def _restored(folder: Path) -> bool:
    """Whether the folder was copied: same bytes, other times, which are noted if they can be."""
    if not intact(folder):
        return False
    with suppress(OSError), _lock(folder).acquire(timeout=0):
        _write_manifest(folder)
    return True


def _repair(folder: Path, build: Callable[[Path], None]) -> None:
    if intact(folder):  # another process was first
        return
    _clear(folder)
    # A warning, so that it is seen on stderr by those who have not set up any logging.
    _logger.warning("unpacking the model into %s (once, some seconds)", folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=folder.name + ".") as made:
        fresh = Path(made) / "new"
        fresh.mkdir()
        build(fresh)
        _write_manifest(fresh)
        if folder.exists():
            folder.rename(Path(made) / "old")
        fresh.rename(folder)


def _clear(folder: Path) -> None:
    """Remove what killed processes left of the folder, and older formats of it."""
    _remove_parts(folder)
    kind, number = _format(folder.name)
    for name in {path.name.partition(".")[0] for path in folder.parent.iterdir()}:
        before, older = _format(name)
        if before == kind and older < number:
            other = folder.with_name(name)
            with suppress(OSError), _lock(other).acquire(timeout=0):
                _remove_parts(other)
                shutil.rmtree(other, ignore_errors=True)
                _lock_file(other).unlink()


def _format(name: str) -> tuple[str, int]:
    kind, _, number = name.rpartition("-")
    return (kind, int(number)) if number.isdecimal() else (name, 0)


def _remove_parts(folder: Path) -> None:
    """Remove what is left of its making; nobody else makes it, as its lock is held."""
    for part in folder.parent.glob(folder.name + ".*/"):
        if {path.name for path in part.iterdir()} <= {"new", "old"}:
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = (
            f"the model cannot be unpacked into {str(folder)!r} ({error});"
            " set QA_CACHE_DIR to a folder that can be written and has 400 MB free"
        )
        raise StorageError(message) from error


def _unchanged(folder: Path) -> bool:
    """Whether sizes and times are those recorded: some stat calls, cheap enough for every start."""
    return _all(folder, lambda path, file: path.stat().st_mtime_ns == file.modified)


def intact(folder: Path) -> bool:
    """Whether every byte is as it was written."""
    return _all(folder, lambda path, file: _sha256(path) == file.sha256)


def _all(folder: Path, same: Callable[[Path, _File], bool]) -> bool:
    try:
        recorded = [_File(**file) for file in json.loads((folder / _MANIFEST).read_bytes())]
        return bool(recorded) and all(
            (folder / file.path).stat().st_size == file.size and same(folder / file.path, file)
            for file in recorded
        )
    except (OSError, ValueError, TypeError):
        return False


def _write_manifest(folder: Path) -> None:
    manifest = folder / _MANIFEST
    paths: Iterable[Path] = (path for path in sorted(folder.rglob("*")) if path.is_file())
    recorded = [asdict(_record(folder, path)) for path in paths if path != manifest]
    fresh = manifest.with_suffix(".new")
    fresh.write_text(json.dumps(recorded, indent=1), encoding="utf-8")
    fresh.replace(manifest)


def _record(folder: Path, path: Path) -> _File:
    stat = path.stat()
    name = path.relative_to(folder).as_posix()
    return _File(name, stat.st_size, stat.st_mtime_ns, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
