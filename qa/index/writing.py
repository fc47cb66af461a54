"""Writing an index: vectors are staged as they are made, the rest is one transaction."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from sqlite3 import Connection

import numpy as np
from filelock import FileLock, Timeout

from qa.documents import Document
from qa.errors import IndexBusyError, StorageError
from qa.index.database import Database, Layout, check_format, create
from qa.index.reading import (
    Array,
    Embedding,
    Manifest,
    bring_up,
    content,
    document_checksum,
    encode_grams,
    load_vectors,
    passage_checksum,
    read_arrays,
    read_manifest,
)
from qa.index.vectors import Vectors, checksum
from qa.index.words import grams
from qa.passages import Passage

SAVE_SHARE = 0.1
"""FAISS's file is written again when more than this share of its rows has changed since; smaller
differences are read from the database when opening, so that adding one text to a large index does
not cost rewriting the whole file."""

LOCK_SECONDS = 600.0
"""How long a build waits for another one to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document to write: its passages, each with the hash under which its vectors are kept."""

    document: Document
    size: int
    passages: tuple[tuple[Passage, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Everything one build changes."""

    entries: tuple[Entry, ...]
    removed: tuple[str, ...]
    manifest: Manifest
    calibration: Mapping[str, Array] | None = None
    """What the encoder's similarities are counted from; None keeps what is there."""


class Writer:
    """An index folder, held for writing: one process at a time."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._database = Database(layout)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, *, wait: float = LOCK_SECONDS) -> Iterator["Writer"]:
        """Yield a writer for `folder`, made when it is not there.

        Raises:
            IndexBusyError: another build kept the folder for longer than `wait` seconds.
            StorageError: the folder cannot be written.
            IndexDamagedError: there is a database, but not a sound one; it is not touched.
            IndexMismatchError: it has another format version; it is not touched.
        """
        layout = Layout(folder)
        if layout.database.is_file() and layout.database.stat().st_size:
            with _opened(layout) as database, database.reading() as connection:
                check_format(connection, layout)
        create(layout)
        lock = FileLock(layout.lock)
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise IndexBusyError(
                f"another build has kept {str(folder)!r} for {wait:.0f} seconds; try again later"
            ) from error
        except OSError as error:
            raise StorageError(f"cannot write in {str(folder)!r}: {error.strerror}") from error
        try:
            writer = cls(layout)
            try:
                yield writer
            finally:
                writer._database.close()
        finally:
            lock.release()

    def manifest(self) -> Manifest | None:
        """Return what the index says of itself, or None before its first build."""
        with self._database.reading() as connection:
            return read_manifest(connection)

    def calibration(self) -> dict[str, Array]:
        """Return the arrays of the last build."""
        with self._database.reading() as connection:
            return dict(read_arrays(connection, self.layout))

    def documents(self) -> dict[str, str]:
        """Return the sha256 of each indexed document by path."""
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT path, sha256 FROM documents"))

    def missing(self, hashes: Iterable[bytes], *, full: bool) -> set[bytes]:
        """Return the hashes that have no vectors yet; with `full`, none that were staged."""
        with self._database.reading() as connection:
            where = "AND staged = 1" if full else ""
            return {
                key
                for key in hashes
                if not connection.execute(
                    f"SELECT 1 FROM embeddings WHERE hash = ? {where}",  # noqa: S608 - two constants
                    (key,),
                ).fetchone()
            }

    def stage(self, embeddings: Sequence[tuple[bytes, Embedding]]) -> None:
        """Keep vectors for a build to come: a build that is stopped starts from them again."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO embeddings (hash, staged, vector_count, gram_count, "
                "vectors, tokens, offsets, check_sum) VALUES (?, 1, ?, 0, ?, ?, ?, ?)",
                [(key, len(e.vectors), *_blobs(e), e.checksum()) for key, e in embeddings],
            )

    def clear_staged(self) -> None:
        """Forget vectors that a stopped build left."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM embeddings WHERE staged = 1")

    def commit(self, change: Change) -> int:
        """Put a change in place, whole or not at all; return the index's new version."""
        with self._database.writing() as connection:
            gone = [entry.document.path for entry in change.entries] + list(change.removed)
            loose = [pair for path in gone for pair in _remove(connection, path)]
            fresh: dict[int, str] = {}
            for entry in change.entries:
                fresh |= _insert(connection, entry)
            _drop_unused(connection, loose)
            _promote(connection, fresh)
            if change.calibration is not None:
                _calibrate(connection, change.calibration)
            connection.execute("UPDATE manifest SET value = value + 1 WHERE key = 'version'")
            values = asdict(change.manifest)
            del values["version"]
            values["fingerprint"] = change.manifest.fingerprint.hex()
            connection.execute(
                "INSERT OR REPLACE INTO manifest VALUES ('contents', ?)", (json.dumps(values),)
            )
            ((version,),) = connection.execute("SELECT value FROM manifest WHERE key = 'version'")
        self._save_vectors(change.manifest.dimension)
        return int(version)

    def _save_vectors(self, dimension: int) -> None:
        """Write FAISS's file again if it lags far behind: everything in it is in the database."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, vector_count FROM embeddings WHERE staged = 0"
            ).fetchall()
            total = sum(row[1] for row in rows)
            saved = connection.execute(
                "SELECT value FROM manifest WHERE key = 'vectors_upto'"
            ).fetchone()
            newer = sum(row[1] for row in rows if saved is None or row[0] > saved[0])
            if newer <= SAVE_SHARE * total and self.layout.vectors.is_file():
                return
            vectors = load_vectors(connection, self.layout, dimension)
            bring_up(vectors, connection, rows, self.layout)
        self._publish(vectors, upto=max((row[0] for row in rows), default=0))

    def _publish(self, vectors: Vectors, *, upto: int) -> None:
        try:
            check_sum = vectors.save(self.layout.vectors)
        except OSError as error:
            # The build itself is safe in the database; the next start is only a little slower.
            raise StorageError(
                f"the texts are indexed, but {str(self.layout.vectors)!r} could not be written: "
                f"{error.strerror}"
            ) from error
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO manifest VALUES (?, ?)",
                [("vectors", check_sum), ("vectors_upto", upto)],
            )


@contextmanager
def _opened(layout: Layout) -> Iterator[Database]:
    database = Database(layout)
    try:
        yield database
    finally:
        database.close()


def _blobs(embedding: Embedding) -> tuple[bytes, bytes, bytes]:
    return (
        embedding.vectors.astype(np.float32).tobytes(),
        embedding.tokens.astype(np.int8).tobytes(),
        embedding.offsets.astype(np.int32).tobytes(),
    )


def _calibrate(connection: Connection, arrays: Mapping[str, Array]) -> None:
    connection.execute("DELETE FROM calibration")
    for name, array in arrays.items():
        kind, shape, data = array.dtype.str, json.dumps(array.shape), array.tobytes()
        connection.execute(
            "INSERT INTO calibration VALUES (?, ?, ?, ?, ?)",
            (name, kind, shape, data, checksum(name, kind, shape, data)),
        )


def _remove(connection: Connection, path: str) -> list[tuple[int, str]]:
    """Delete a document; return the embedding and the searched text of each of its passages."""
    row = connection.execute("SELECT id, text FROM documents WHERE path = ?", (path,)).fetchone()
    if row is None:
        return []
    key, text = row
    passages = connection.execute(
        "SELECT embedding, start, end, heading FROM passages WHERE document = ?", (key,)
    ).fetchall()
    connection.execute("DELETE FROM documents WHERE id = ?", (key,))
    return [
        (embedding, f"{heading}\n{text[start:end]}" if heading else text[start:end])
        for embedding, start, end, heading in passages
    ]


def _insert(connection: Connection, entry: Entry) -> dict[int, str]:
    """Insert a document; return the searched text of each embedding that it uses."""
    document = entry.document
    values = (
        document.path,
        document.sha256,
        document.title,
        document.date,
        document.source,
        document.text,
    )
    cursor = connection.execute(
        "INSERT INTO documents (path, sha256, title, date, source, text, language, size, "
        "check_sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, document.language, entry.size, document_checksum(*values)),
    )
    used: dict[int, str] = {}
    for passage, key in entry.passages:
        ((embedding,),) = connection.execute(
            "SELECT id FROM embeddings WHERE hash = ? ORDER BY staged DESC LIMIT 1", (key,)
        )
        spans = np.array(passage.sentences, dtype=np.int32).tobytes()
        place = (passage.start, passage.end, passage.heading, spans)
        connection.execute(
            "INSERT INTO passages (document, start, end, heading, sentences, embedding, check_sum) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (cursor.lastrowid, *place, embedding, passage_checksum(document.path, *place)),
        )
        used[embedding] = content(passage)
    return used


def _drop_unused(connection: Connection, loose: Iterable[tuple[int, str]]) -> None:
    for key, text in dict(loose).items():
        if connection.execute("SELECT 1 FROM passages WHERE embedding = ?", (key,)).fetchone():
            continue
        connection.execute(
            "INSERT INTO words (words, rowid, grams) VALUES ('delete', ?, ?)",
            (key, encode_grams(grams(text))),
        )
        connection.execute("DELETE FROM embeddings WHERE id = ?", (key,))


def _promote(connection: Connection, fresh: dict[int, str]) -> None:
    for key, text in fresh.items():
        found = grams(text)
        promoted = connection.execute(
            "UPDATE embeddings SET staged = 0, gram_count = ? WHERE id = ? AND staged = 1",
            (len(found), key),
        ).rowcount
        if promoted:
            connection.execute(
                "INSERT INTO words (rowid, grams) VALUES (?, ?)", (key, encode_grams(found))
            )
    connection.execute("DELETE FROM embeddings WHERE staged = 1")
