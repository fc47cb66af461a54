"""Undo: what the index held before its last changes.

```
index/backups/
├── 0007/index.sqlite   the whole index before a change, itself an index folder
└── .new/               being written
```
"""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from qa.errors import IndexDamagedError, IndexMissingError, QAError, StorageError
from qa.index.checking import Inspection
from qa.index.database import Layout
from qa.index.writing import Writer

KEPT = 3
"""Backups; the oldest go."""

LIMIT = 64 * 1024 * 1024
"""Bytes of the largest database that is kept. Copying so many takes 0.4 s; with more, a build would
cost what is there rather than what is new."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A state of the index that can be restored."""

    number: int
    version: int
    indexed_at: str
    documents: int
    passages: int
    size: int
    """Bytes."""


def keep(writer: Writer, *, limit: int = LIMIT) -> None:
    """Keep what the index holds now, unless that is kept already, or is too large."""
    if _copy(writer, limit):
        _prune(writer.layout)


def backups(folder: Path) -> tuple[Backup, ...]:
    """Return what can be restored, the newest first; what cannot be read is left out and logged."""
    found = []
    for number in _numbers(Layout(folder)):
        layout = _layout(folder, number)
        try:
            with Inspection.open(layout.folder) as inspection:
                documents, passages = inspection.snapshot.counts()
                found.append(
                    Backup(
                        number=number,
                        version=inspection.manifest.version,
                        indexed_at=inspection.manifest.indexed_at,
                        documents=documents,
                        passages=passages,
                        size=layout.database.stat().st_size,
                    )
                )
        except QAError as error:
            _logger.warning("backup %s cannot be restored: %s", number, error)
    return tuple(reversed(found))


def restore(folder: Path, number: int | None = None) -> Backup:
    """Make the index hold what a backup holds, by default the newest; return that backup.

    What it held before is kept, so that restoring can itself be undone. It is one transaction: a
    bot that is running sees the old content or the new, under a version higher than any before.

    Raises:
        IndexMissingError: there is no such backup.
        IndexDamagedError: the backup does not hold what was written; the index stays as it was.
        IndexBusyError, StorageError: see `Writer.open`.
    """
    there = backups(folder)
    chosen = next((one for one in there if number in {None, one.number}), None)
    if chosen is None:
        which = "no backup" if number is None else f"no backup {number}"
        raise IndexMissingError(f"{which} in {str(folder)!r}; to see what is there: qa index list")
    source = _layout(folder, chosen.number)
    with Writer.open(folder) as writer:
        with Inspection.open(source.folder) as inspection:
            inspection.check_pages()
            inspection.check_rows()
        try:
            _copy(writer, LIMIT)
        except IndexDamagedError as error:
            # That is what is being undone.
            _logger.warning("what is replaced is not kept: %s", error)
        writer.bring_back(source.database, above=max(one.version for one in there))
        _prune(writer.layout)
    return chosen


def _copy(writer: Writer, limit: int) -> bool:
    """Return whether a backup was made."""
    manifest = writer.manifest()
    if manifest is None:
        return False
    layout = writer.layout
    size = writer.size()
    if size > limit:
        _logger.info("no backup: the index has %s bytes, more than %s", size, limit)
        return False
    newest = next(iter(backups(layout.folder)), None)
    if newest and (newest.version, newest.indexed_at) == (manifest.version, manifest.indexed_at):
        return False
    fresh = Layout(layout.backups / ".new")
    try:
        shutil.rmtree(fresh.folder, ignore_errors=True)
        fresh.folder.mkdir(parents=True)
        writer.copy(fresh.database)
        number = max(_numbers(layout), default=0) + 1
        fresh.folder.rename(_layout(layout.folder, number).folder)
    except (OSError, StorageError) as error:
        # Whoever has no room for a backup may have it for a text.
        shutil.rmtree(fresh.folder, ignore_errors=True)
        _logger.warning("no backup could be made: %s", error)
        return False
    return True


def _prune(layout: Layout) -> None:
    for number in _numbers(layout)[:-KEPT]:
        shutil.rmtree(_layout(layout.folder, number).folder, ignore_errors=True)


def _layout(folder: Path, number: int) -> Layout:
    return Layout(Layout(folder).backups / f"{number:04}")


def _numbers(layout: Layout) -> list[int]:
    """Return the numbers of the backups, the oldest first."""
    if not layout.backups.is_dir():
        return []
    return sorted(
        int(entry.name)
        for entry in layout.backups.iterdir()
        if entry.name.isdecimal() and Layout(entry).database.is_file()
    )
