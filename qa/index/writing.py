"""Writing an index: vectors are staged as they are made, the rest is one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from qa.errors import IndexBusyError, IndexMissingError, StorageError
from qa.index.changing import (
    Entry,
    calibrate,
    drop_unused,
    insert,
    promote,
    remove,
    rewrite_words,
)
from qa.index.database import Database, check_format, create, waiting
from qa.index.derived import bring_up, load_vectors
from qa.index.layout import Layout
from qa.index.rows import (
    Array,
    Embedding,
    Manifest,
    keep_manifest,
    read_arrays,
    read_embeddings,
    read_manifest,
)
from qa.index.vectors import Vectors, row_size

SAVE_SHARE = 0.02
"""FAISS's file is written again when the rows that came after it are more than this share of its
own; fewer are read from the database when opening, so that adding one text to a large index does
not cost rewriting the whole file. So many of 50,000 passages, with their tokens, are read in a
tenth of the time that FAISS takes for the file."""

LOCK_SECONDS = 600.0
"""How long a build waits for another one to end."""


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
            with (
                suppress(IndexMissingError),
                _opened(layout) as database,
                database.reading() as connection,
            ):
                check_format(connection, layout)
        with _held(layout, wait):
            create(layout)
            writer = cls(layout)
            try:
                yield writer
            finally:
                writer._database.close()

    def manifest(self) -> Manifest | None:
        """Return what the index says of itself, or None before its first build."""
        with self._database.reading() as connection:
            return read_manifest(connection, self.layout)

    def calibration(self) -> dict[str, Array]:
        """Return the arrays of the last build."""
        with self._database.reading() as connection:
            return dict(read_arrays(connection, self.layout))

    def documents(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the sha256 of each indexed document by path, and the stamp its file had."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT path, sha256, stamp FROM documents").fetchall()
        return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}

    def stamp(self, stamps: Mapping[str, str]) -> None:
        """Remember the stamps of files whose content is as it was."""
        if stamps:
            with self._database.writing() as connection:
                connection.executemany(
                    "UPDATE documents SET stamp = ? WHERE path = ?",
                    [(stamp, path) for path, stamp in stamps.items()],
                )

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
            loose = [pair for path in gone for pair in remove(connection, path)]
            fresh: dict[int, str] = {}
            for entry in change.entries:
                fresh |= insert(connection, entry)
            drop_unused(connection, loose)
            promote(connection, fresh)
            # Read back, before anything takes the place of what was there.
            for _ in read_embeddings(connection, fresh, change.manifest.dimension, self.layout):
                pass
            if change.calibration is not None:
                calibrate(connection, change.calibration)
            connection.execute("UPDATE manifest SET value = value + 1 WHERE key = 'version'")
            ((version,),) = connection.execute("SELECT value FROM manifest WHERE key = 'version'")
            keep_manifest(connection, replace(change.manifest, version=version))
        self._save_vectors(change.manifest.dimension)
        return int(version)

    def move(self, documents_folder: str) -> None:
        """Write down where the texts are now, which is no change of what is indexed."""
        manifest = self.manifest()
        if manifest is None or manifest.documents_folder == documents_folder:
            return
        with self._database.writing() as connection:
            keep_manifest(connection, replace(manifest, documents_folder=documents_folder))

    def size(self) -> int:
        """Return how many bytes the database takes."""
        with self._database.reading() as connection:
            ((pages,),) = connection.execute("PRAGMA page_count")
            ((each,),) = connection.execute("PRAGMA page_size")
        return int(pages * each)

    def mend(self) -> None:
        """Make again what is derived from the texts and vectors: the words, and FAISS's file."""
        with self._database.writing() as connection:
            rewrite_words(connection)
            connection.execute("DELETE FROM manifest WHERE key IN ('vectors', 'vectors_upto')")
            manifest = read_manifest(connection, self.layout)
        if manifest is not None:
            self._save_vectors(manifest.dimension)

    def _save_vectors(self, dimension: int) -> None:
        """Write FAISS's file again if it lags far behind: everything in it is in the database."""
        with self._database.reading() as connection:
            newer, last = connection.execute(
                "SELECT total(vector_count), (SELECT ifnull(max(id), 0) FROM embeddings "
                "WHERE staged = 0) FROM embeddings WHERE staged = 0 "
                "AND id > ifnull((SELECT value FROM manifest WHERE key = 'vectors_upto'), 0)"
            ).fetchone()
            file = self.layout.vectors
            if file.is_file() and newer <= SAVE_SHARE * file.stat().st_size / row_size(dimension):
                return
            vectors = load_vectors(connection, self.layout, dimension)
            bring_up(vectors, connection, self.layout)
        self._publish(vectors, upto=last)

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
def _held(layout: Layout, wait: float) -> Iterator[None]:
    """Keep other builds from a folder, made when it is not there."""
    folder = str(layout.folder)
    try:
        layout.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make the index folder {folder!r}: {error.strerror}") from error
    try:
        lock = FileLock(layout.lock)
        with waiting(f"another build keeps {folder!r}", wait):
            lock.acquire(timeout=wait)
    except Timeout as error:
        raise IndexBusyError(
            f"another build has kept {folder!r} for {wait:.0f} seconds; try again later"
        ) from error
    except OSError as error:
        raise StorageError(f"cannot write in {folder!r}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


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
