"""Undo: what the index held before its last changes.

```
index/backups/
├── 0007/                 what the change from version 7 to 8 took away
│   ├── change.json       which texts it touched, and what the index said of itself
│   └── index.sqlite      those that it replaced or removed: itself an index
└── .new/                 being written
```

A change costs what it changes, so does its backup, and to go back is to undo one change after the
other, from the last one on.
"""

import json
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, QAError
from qa.index.changing import Entry
from qa.index.checking import Inspection
from qa.index.layout import Layout
from qa.index.opening import Index
from qa.index.rows import Array, Manifest, dump_manifest, parse_manifest
from qa.index.snapshot import Snapshot
from qa.index.writing import Change, Writer

KEPT = 5
"""Backups; the oldest go."""

LIMIT = 4 * 1024**3
"""Bytes that all of them may take; `qa build --full` of 50,000 passages replaces 2.8 GB."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A state of the index that can be restored."""

    number: int
    """The version that it had."""
    manifest: Manifest
    documents: int
    passages: int
    size: int
    """Bytes that are kept for it."""
    replaced: tuple[str, ...]
    """Texts that the change after it replaced or removed."""
    added: tuple[str, ...]
    """Texts that the change after it added."""
    calibrated: bool
    """Whether that change was of the model too."""

    @property
    def indexed_at(self) -> str:
        """When that state was made."""
        return self.manifest.indexed_at


def keep(writer: Writer, change: Change, *, limit: int = LIMIT) -> None:
    """Keep what a change will take away. Who has no room for that may have it for a text."""
    manifest = writer.manifest()
    if manifest is None:
        return
    layout = writer.layout
    fresh = layout.backups / ".new"
    try:
        _drop(fresh)
        fresh.mkdir(parents=True)
        _write(writer, manifest, change, fresh, limit)
        place = _folder(layout, manifest.version)
        _drop(place)
        fresh.rename(place)
    except (OSError, QAError) as error:
        _drop(fresh)
        _logger.warning("no backup could be made: %s", error)
    _prune(layout, manifest.version, limit)


def backups(folder: Path) -> tuple[Backup, ...]:
    """Return what can be restored, the newest first.

    What is older than one that cannot be read is left out, as it can no longer be reached.

    Raises:
        IndexMissingError: there is no index.
    """
    with closing(Index.open(folder)) as index:
        return tuple(_backups(Layout(folder), index.identity(), index.manifest().version))


def restore(folder: Path, number: int | None = None) -> Backup:
    """Make the index hold what it held before, by default before its last change.

    That is a change like any other: one transaction, a version higher than any before, and what it
    takes away is kept, so that restoring can itself be undone.

    Raises:
        IndexMissingError: there is no such backup.
        IndexDamagedError: the backup does not hold what was written; the index stays as it was.
        IndexBusyError, StorageError: see `Writer.open`.
    """
    if not Index.exists(folder):
        what = "no backup"
        if _numbers(Layout(folder)):
            what = "only what changes took from an index that is gone"
        raise IndexMissingError(f"{what} in {str(folder)!r}; to make the index: qa build")
    with Writer.open(folder) as writer:
        there = backups(folder)
        chosen = next((one for one in there if number in {None, one.number}), None)
        if chosen is None:
            which = "no backup" if number is None else f"no backup {number}"
            raise IndexMissingError(
                f"{which} in {str(folder)!r}; to see what is there: qa index list"
            )
        change = _undoing(writer, [one for one in there if one.number >= chosen.number])
        keep(writer, change)
        writer.commit(change)
    return chosen


def _undoing(writer: Writer, chain: Iterable[Backup]) -> Change:
    """Return the change that undoes those of the backups, given the newest first."""
    where: dict[str, int] = {}
    """The backup that holds each text as it was; 0 where there was none."""
    arrays: Mapping[str, Array] | None = None
    chain = list(chain)
    for backup in chain:
        where |= dict.fromkeys(backup.replaced, backup.number) | dict.fromkeys(backup.added, 0)
    entries: list[Entry] = []
    for backup in chain:
        wanted = [path for path, number in where.items() if number == backup.number]
        if not wanted and not backup.calibrated:
            continue
        folder = _folder(writer.layout, backup.number)
        _check(folder)
        with Inspection.open(folder) as inspection:
            entries += _carry(inspection.snapshot, writer, wanted)
            if backup.calibrated:
                arrays = inspection.snapshot.calibration()
    return Change(
        entries=tuple(entries),
        removed=tuple(path for path, number in where.items() if not number),
        manifest=chain[-1].manifest,
        calibration=arrays,
    )


def _check(backup: Path) -> None:
    """Raise unless a backup holds what was written; the index itself may be in order."""
    try:
        with Inspection.open(backup) as inspection:
            inspection.check_pages()
            inspection.check_rows()
    except (IndexDamagedError, IndexMismatchError, IndexMissingError) as error:
        raise IndexDamagedError(
            f"the backup {str(backup)!r} does not hold what was written, so that there is no going "
            "back to it or over it; the index stays as it was"
        ) from error


def _carry(source: Snapshot, target: Writer, paths: Iterable[str]) -> Iterator[Entry]:
    """Yield texts of one index to write into another, where their vectors are staged already."""
    for path in paths:
        entry, keys = source.entry(path)
        missing = target.missing(keys, full=False)
        found = source.embeddings([keys[key] for key in missing])
        target.stage([(key, found[keys[key]]) for key in missing])
        yield entry


def _write(writer: Writer, manifest: Manifest, change: Change, folder: Path, limit: int) -> None:
    """Write what a change will take away into an empty folder."""
    paths = [*(entry.document.path for entry in change.entries), *change.removed]
    with closing(Index.open(writer.layout.folder)) as index, index.snapshot() as snapshot:
        identity = index.identity()
        counts = snapshot.counts()
        there = {path: snapshot.has(path) for path in paths}
        replaced = [path for path, was in there.items() if was]
        size = writer.size() * len(replaced) // max(counts[0], 1)
        free = shutil.disk_usage(folder).free
        if size > min(limit, free // 2):
            raise OSError(f"it would take {size // 2**20} MB; {free // 2**20} MB are free")
        if replaced or change.calibration is not None:
            with Writer.open(folder) as target:
                kept = Change(
                    entries=tuple(_carry(snapshot, target, replaced)),
                    removed=(),
                    manifest=manifest,
                    calibration=snapshot.calibration() if change.calibration is not None else None,
                )
                target.commit(kept)
    about = {
        "identity": identity,
        "manifest": dump_manifest(manifest),
        "counts": counts,
        "replaced": replaced,
        "added": [path for path, was in there.items() if not was],
        "calibrated": change.calibration is not None,
    }
    (folder / "change.json").write_text(json.dumps(about))


def _backups(layout: Layout, identity: str, version: int) -> Iterator[Backup]:
    """Yield the backups from the one before `version` on, as far as they follow each other."""
    while _folder(layout, version - 1).is_dir():
        version -= 1
        backup = _read(_folder(layout, version), identity, version)
        if backup is None:
            return
        yield backup


def _read(folder: Path, identity: str, version: int) -> Backup | None:
    try:
        about = json.loads((folder / "change.json").read_text())
        if about["identity"] != identity:
            return None
        return Backup(
            number=version,
            manifest=parse_manifest(about["manifest"], version),
            documents=about["counts"][0],
            passages=about["counts"][1],
            size=_size(folder),
            replaced=tuple(about["replaced"]),
            added=tuple(about["added"]),
            calibrated=about["calibrated"],
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        _logger.warning("backup %s cannot be restored: %s", version, error)
        return None


def _prune(layout: Layout, version: int, limit: int) -> None:
    """Delete what is older than the last `KEPT` or too much, and what an index before this left."""
    total = 0
    for number in sorted(_numbers(layout), reverse=True):
        folder = _folder(layout, number)
        total += _size(folder) if number <= version else 0
        if not version - KEPT < number <= version or total > limit:
            _drop(folder)


def _drop(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def _folder(layout: Layout, number: int) -> Path:
    return layout.backups / f"{number:04}"


def _numbers(layout: Layout) -> list[int]:
    if not layout.backups.is_dir():
        return []
    return [int(entry.name) for entry in layout.backups.iterdir() if entry.name.isdecimal()]
