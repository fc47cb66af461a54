"""The database file: its schema, its connections, and what SQLite's errors mean to a user."""

import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from qa.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    StorageError,
)
from qa.index.layout import Layout, identify, read_identity, stated_identity

FORMAT = 5
"""Version of the schema below; an index of another version is refused, never guessed at."""

BUSY_SECONDS = 30.0
"""How long to wait for another process's write before giving up."""

QUIET_SECONDS = 3.0
"""How long to wait before saying what for."""

SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE calibration (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL,
    check_sum INTEGER NOT NULL
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    title TEXT NOT NULL, date TEXT, source TEXT, language TEXT,
    stamp TEXT NOT NULL DEFAULT '', text TEXT NOT NULL, check_sum INTEGER NOT NULL
);
CREATE INDEX documents_known ON documents(path, sha256, stamp);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, heading TEXT NOT NULL, sentences BLOB NOT NULL,
    embedding INTEGER NOT NULL REFERENCES embeddings(id), check_sum INTEGER NOT NULL
);
CREATE INDEX passages_of_document ON passages(document);
CREATE INDEX passages_of_embedding ON passages(embedding);
CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL, staged INTEGER NOT NULL,
    vector_count INTEGER NOT NULL, gram_count INTEGER NOT NULL,
    vectors BLOB NOT NULL, tokens BLOB NOT NULL, offsets BLOB NOT NULL, check_sum INTEGER NOT NULL,
    UNIQUE (hash, staged)
);
CREATE INDEX embeddings_in_use ON embeddings(staged, id, vector_count, gram_count);
CREATE VIRTUAL TABLE words USING fts5(grams, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
"""

_logger = logging.getLogger(__name__)


@contextmanager
def waiting(what: str, seconds: float) -> Iterator[None]:
    """Say what is waited for, and how long at most, where that takes long."""
    said = ("%s: waiting for it, %.0f seconds at most", what, seconds)
    timer = threading.Timer(QUIET_SECONDS, _logger.warning, said)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Database:
    """Connections to one database file, as many as are in use at once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._lock = threading.Lock()
        self._free: list[sqlite3.Connection] = []
        self._file: tuple[int, int] | None = None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._follow()
            file = self._file
            found = self._free.pop() if self._free else None
        with self.translated():
            connection = found or _connect(self.layout)
            try:
                yield connection
            finally:
                with self._lock:
                    self._free.append(connection)
                    if file != self._file:
                        self._drop()

    def _follow(self) -> None:
        """Leave a database that was deleted, once there is another one in its place."""
        try:
            status = self.layout.database.stat()
        except OSError:
            return
        if self._file != (status.st_dev, status.st_ino):
            self._file = (status.st_dev, status.st_ino)
            self._drop()

    def _drop(self) -> None:
        while self._free:
            self._free.pop().close()

    def close(self) -> None:
        """Close every connection that is not in use."""
        with self._lock:
            self._drop()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one state of the index from beginning to end."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose changes are kept together at the end, or not at all."""
        with self._connection() as connection:
            with waiting(_locked(self.layout), BUSY_SECONDS):
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn SQLite's errors into ours, with the way out."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _translate(error, self.layout) from error


def _connect(layout: Layout) -> sqlite3.Connection:
    path = layout.database
    if not path.is_file():
        raise IndexMissingError(
            f"there is no index in {str(path.parent)!r}; make one with: qa build"
        )
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        with waiting(_locked(layout), BUSY_SECONDS):
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorname not in {"SQLITE_CANTOPEN", "SQLITE_READONLY_DIRECTORY"}:
            raise
        # A write-ahead log needs a writable folder even to read; a folder nobody can write to is
        # one that nobody is changing. What is in the log would be left out.
        if layout.logged:
            raise StorageError(
                f"the last changes of the index in {str(layout.folder)!r} are in its log, which "
                "can be read only where the folder can be written; copy it to such a place"
            ) from error
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?immutable=1",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
    except BaseException:
        connection.close()
        raise
    return connection


def create(layout: Layout) -> None:
    """Make an empty database, unless there is one with a schema already."""
    try:
        if not layout.database.exists():
            # Who still has one open that was deleted may not share its log with the new one.
            layout.log.unlink(missing_ok=True)
            layout.shared.unlink(missing_ok=True)
        connection = sqlite3.connect(layout.database, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            with waiting(_locked(layout), BUSY_SECONDS):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                layout.identity.unlink(missing_ok=True)
                for statement in SCHEMA.strip().split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO manifest VALUES ('format', ?)", (FORMAT,))
                connection.execute("INSERT INTO manifest VALUES ('version', 0)")
                connection.execute("INSERT INTO manifest VALUES ('identity', ?)", (uuid4().hex,))
            connection.commit()
            identify(connection, layout)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise _translate(error, layout) from error
    except OSError as error:
        raise StorageError(f"cannot write in {str(layout.folder)!r}: {error.strerror}") from error


def check_format(connection: sqlite3.Connection, layout: Layout) -> None:
    """Raise unless the database is one of ours, in this version's format.

    Raises:
        IndexMissingError: it is empty, as where the first build was killed while it made it.
        IndexDamagedError, IndexMismatchError: it is another program's, or another version's.
    """
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if not tables:
        raise IndexMissingError(
            f"the index in {str(layout.folder)!r} is empty, or was never finished; run: qa build"
        )
    if "manifest" not in tables:
        raise IndexDamagedError(_damaged(layout, "it is another program's database"))
    row = connection.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()
    if row is None or row[0] != FORMAT:
        found = row[0] if row else None
        raise IndexMismatchError(
            f"the index in {str(layout.folder)!r} has format {found!r}, this version reads "
            f"{FORMAT!r}; delete only {str(layout.database)!r} and run: qa build (texts removed on "
            "the page and readers' judgements are kept beside it)"
        )
    if stated_identity(layout) not in {None, read_identity(connection)}:
        raise IndexMismatchError(
            f"{str(layout.database)!r} is the database of another index; to take it for this one "
            f"delete {str(layout.identity)!r}, to make this one again delete the database and run: "
            "qa build"
        )


def damaged(layout: Layout, what: str) -> IndexDamagedError:
    """Return the error for an index that does not hold what was written."""
    return IndexDamagedError(_damaged(layout, what))


def _damaged(layout: Layout, what: str) -> str:
    return (
        f"the index file {str(layout.database)!r} is damaged ({what}); "
        "delete it and run: qa build (the texts are not touched; backups are of no help, as they "
        "hold only what changes took from this file)"
    )


_NOT_WRITABLE = (
    "SQLITE_FULL",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_PERM",
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_FSYNC",
    "SQLITE_IOERR_DIR_FSYNC",
    "SQLITE_IOERR_TRUNCATE",
    "SQLITE_IOERR_SHM",
)


def _locked(layout: Layout) -> str:
    return f"the index in {str(layout.folder)!r} is locked by another process"


def _translate(error: sqlite3.DatabaseError, layout: Layout) -> Exception:
    name = getattr(error, "sqlite_errorname", "") or ""
    folder = str(layout.folder)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return IndexBusyError(f"{_locked(layout)}; try again")
    if name.startswith(_NOT_WRITABLE):
        free = shutil.disk_usage(layout.folder).free // 2**20 if layout.folder.is_dir() else 0
        return StorageError(
            f"cannot write to the index in {folder!r}: {error} ({free} MB free); "
            "nothing was changed"
        )
    return damaged(layout, str(error))
