"""An open index folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from qa.errors import IndexMissingError
from qa.index.database import Database, check_format
from qa.index.derived import Derived
from qa.index.layout import Layout, read_identity
from qa.index.rows import Manifest, read_manifest
from qa.index.snapshot import Snapshot


class Index:
    """An open index folder; safe to share between threads."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._database = Database(layout)
        self._derived = Derived(layout)
        self._checked = ""
        """Which index was found to be this one: another may have come in the place of it."""

    @staticmethod
    def exists(folder: Path) -> bool:
        """Return whether there is an index in `folder`, sound or not."""
        return Layout(folder).database.is_file()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the index in `folder`.

        Raises:
            IndexMissingError: nothing was ever built there.
            IndexDamagedError: its files were altered or cut off.
            IndexMismatchError: it has another format version.
        """
        index = cls(Layout(folder))
        try:
            with index._database.reading() as connection:
                check_format(connection, index.layout)
                index._manifest(connection)
        except BaseException:
            index.close()
            raise
        return index

    def close(self) -> None:
        """Give back the files."""
        self._database.close()

    def manifest(self) -> Manifest:
        """Return what the index says of itself now."""
        with self._database.reading() as connection:
            return self._manifest(connection)

    def _manifest(self, connection: sqlite3.Connection) -> Manifest:
        identity = read_identity(connection)
        if identity != self._checked:
            check_format(connection, self.layout)
            self._checked = identity
        manifest = read_manifest(connection, self.layout)
        if manifest is None:
            raise IndexMissingError(
                f"the index in {str(self.layout.folder)!r} was never finished; run: qa build"
            )
        return manifest

    def identity(self) -> str:
        """Return what tells this index from every other one."""
        with self._database.reading() as connection:
            return read_identity(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Yield one state of the index; a build that ends meanwhile shows in the next snapshot."""
        with self._database.reading() as connection:
            manifest = self._manifest(connection)
            yield Snapshot(self._derived, connection, manifest)
