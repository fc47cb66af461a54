"""Which files an index folder has, and which index it holds."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of an index folder.

    ```
    index/
    ├── index.sqlite     the truth (SQLite adds -wal and -shm beside it while it is in use)
    ├── identity         which index it is: another one's database in its place is noticed
    ├── vectors.faiss    derived: which vectors are near
    ├── backups/         what it held before its last changes
    └── build.lock       held while one process builds
    ```
    """

    folder: Path

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / "index.sqlite"

    @property
    def log(self) -> Path:
        """SQLite's write-ahead log: changes that are not in the database file yet."""
        return self.folder / "index.sqlite-wal"

    @property
    def shared(self) -> Path:
        """What those who have the database open share of its log."""
        return self.folder / "index.sqlite-shm"

    @property
    def logged(self) -> bool:
        """Whether there are such changes."""
        return self.log.is_file() and self.log.stat().st_size > 0

    @property
    def vectors(self) -> Path:
        """The saved FAISS index."""
        return self.folder / "vectors.faiss"

    @property
    def identity(self) -> Path:
        """The file that says which index this is."""
        return self.folder / "identity"

    @property
    def backups(self) -> Path:
        """The folder of what the index held before."""
        return self.folder / "backups"

    @property
    def lock(self) -> Path:
        """The file that a building process locks."""
        return self.folder / "build.lock"


def identify(connection: sqlite3.Connection, layout: Layout) -> None:
    """Write down which index this is, where that is not said."""
    if stated_identity(layout) is None:
        aside = layout.identity.with_suffix(".new")
        aside.write_text(read_identity(connection))
        aside.replace(layout.identity)


def stated_identity(layout: Layout) -> str | None:
    """Return which index the folder is said to hold; None where nothing readable says it."""
    try:
        return UUID(layout.identity.read_text()).hex
    except (OSError, ValueError):
        return None


def read_identity(connection: sqlite3.Connection) -> str:
    """Return what tells this index from every other one."""
    row = connection.execute("SELECT value FROM manifest WHERE key = 'identity'").fetchone()
    return str(row[0]) if row else ""
