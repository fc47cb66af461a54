"""What is derived from the database and kept in memory: FAISS, lengths, the calibration."""

import sqlite3
import threading

import numpy as np

from qa.index.layout import Layout, read_identity
from qa.index.rows import Array, Manifest, read_arrays, read_embeddings
from qa.index.vectors import SLOTS, Floats, Ids, Vectors


class Derived:
    """Kept equal to the state that a connection reads, for many threads at once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._lock = threading.RLock()
        self._state = ("", -1)
        """Which index, and which of its versions."""
        self._vectors: Vectors | None = None
        self._passages = 0
        self._average_length = 0.0
        self._calibration: tuple[tuple[str, int], dict[str, Array]] = (("", -1), {})

    def nearest(
        self,
        connection: sqlite3.Connection,
        manifest: Manifest,
        queries: Floats,
        count: int,
        *,
        among: Ids | None = None,
    ) -> Ids:
        """Return the embeddings whose passage or sentence is near, from this connection's state."""
        with self._lock:
            vectors = self._synchronised(connection, manifest)
            _, ids = vectors.search(queries, count, among=among)
        return np.unique(ids // SLOTS)

    def _synchronised(self, connection: sqlite3.Connection, manifest: Manifest) -> Vectors:
        """Bring FAISS to the state that this connection reads; only the difference is loaded.

        A thread may hold a snapshot older than the one FAISS was brought to. Row ids are never used
        twice, so going back is the same difference the other way.
        """
        state = (read_identity(connection), manifest.version)
        if self._vectors is not None and self._state == state:
            return self._vectors
        vectors = self._vectors if self._state[0] == state[0] else None
        if vectors is None or vectors.dimension != manifest.dimension:
            vectors = load_vectors(connection, self.layout, manifest.dimension)
        bring_up(vectors, connection, self.layout)
        self._vectors, self._state = vectors, state
        self._passages, grams = connection.execute(
            "SELECT count(*), total(gram_count) FROM embeddings WHERE staged = 0"
        ).fetchone()
        self._average_length = grams / max(self._passages, 1)
        return vectors

    def calibration(self, connection: sqlite3.Connection, manifest: Manifest) -> dict[str, Array]:
        """Return the arrays that the encoder's similarities are counted from, by name."""
        state = (read_identity(connection), manifest.version)
        known, arrays = self._calibration
        if known != state:
            arrays = dict(read_arrays(connection, self.layout))
            self._calibration = (state, arrays)
        return arrays

    def lengths(self, connection: sqlite3.Connection, manifest: Manifest) -> tuple[int, float]:
        """Return the number of different passages and their mean number of grams."""
        with self._lock:
            self._synchronised(connection, manifest)
            return self._passages, self._average_length


def load_vectors(connection: sqlite3.Connection, layout: Layout, dimension: int) -> Vectors:
    """Return the saved FAISS index, or an empty one where it cannot be believed."""
    row = connection.execute("SELECT value FROM manifest WHERE key = 'vectors'").fetchone()
    saved = None
    if row is not None:
        saved = Vectors.load(layout.vectors, dimension=dimension, expected=row[0])
    return saved or Vectors(dimension)


def bring_up(vectors: Vectors, connection: sqlite3.Connection, layout: Layout) -> None:
    """Make FAISS hold exactly the embeddings in use; only the difference is loaded."""
    # All of them as one text: a row for each of 50,000 would take most of the time here.
    ((keys,),) = connection.execute(
        "SELECT ifnull(group_concat(id), '') FROM embeddings WHERE staged = 0"
    )
    wanted = np.fromstring(keys, dtype=np.int64, sep=",")
    held = vectors.keys()
    # That both are without repetitions makes it ten times as fast as numpy is by itself.
    gone = np.setdiff1d(held, wanted, assume_unique=True)
    new = np.setdiff1d(wanted, held, assume_unique=True).tolist()
    loaded = {
        key: embedding.vectors
        for key, embedding in read_embeddings(connection, new, vectors.dimension, layout)
    }
    vectors.update(gone=gone, new=loaded)
