"""Examining an index folder without changing a file in it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from qa.errors import IndexMissingError
from qa.index.changing import searched_texts
from qa.index.database import BUSY_SECONDS, Database, check_format, damaged
from qa.index.derived import Derived
from qa.index.layout import Layout
from qa.index.rows import (
    Embedding,
    Manifest,
    encode_gram,
    passage_checksum,
    read_arrays,
    read_embeddings,
    read_manifest,
)
from qa.index.snapshot import Snapshot
from qa.index.vectors import SLOTS, Vectors
from qa.index.words import grams
from qa.passages import Passage


class Inspection:
    """One state of an index, every part of which can be checked."""

    def __init__(self, layout: Layout, connection: sqlite3.Connection, manifest: Manifest) -> None:
        self.layout = layout
        self.manifest = manifest
        self.snapshot = Snapshot(Derived(layout), connection, manifest)
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator["Inspection"]:
        """Yield an inspection of the index in `folder`.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError: see `Index.open`.
        """
        layout = Layout(folder)
        if not layout.database.is_file():
            raise IndexMissingError(
                f"there is no index in {str(folder)!r}; make one with: qa build"
            )
        with Database(layout).translated(), closing(_look(layout)) as connection:
            check_format(connection, layout)
            manifest = read_manifest(connection)
            if manifest is None:
                raise IndexMissingError(f"the index in {str(folder)!r} was never finished")
            yield cls(layout, connection, manifest)

    def check_pages(self) -> None:
        """Raise IndexDamagedError unless SQLite finds its own file in order."""
        ((first, *_),) = self._connection.execute("PRAGMA integrity_check(1)").fetchall()
        if first != "ok":
            raise damaged(self.layout, str(first))
        if self._connection.execute("PRAGMA foreign_key_check").fetchone():
            raise damaged(self.layout, "rows belong to rows that are gone")

    def check_rows(self) -> int:
        """Raise IndexDamagedError unless each row holds what was written; return how many do."""
        dict(read_arrays(self._connection, self.layout))
        infos = self.snapshot.documents()
        for info in infos:
            self.snapshot.document(info.path)
            self._check_passages(info.path)
        keys = self._keys()
        for _ in read_embeddings(self._connection, keys, self.manifest.dimension, self.layout):
            pass
        return len(infos) + len(keys)

    def _check_passages(self, path: str) -> None:
        rows = self._connection.execute(
            "SELECT start, end, heading, sentences, passages.check_sum FROM passages "
            "JOIN documents ON documents.id = document WHERE path = ?",
            (path,),
        )
        for *place, check_sum in rows:
            if passage_checksum(path, *place) != check_sum:
                raise damaged(self.layout, f"a passage of {path!r} was altered")

    def check_words(self) -> None:
        """Raise IndexDamagedError unless the words are those of the texts, each in its place."""
        self._connection.execute(
            "CREATE VIRTUAL TABLE temp.placed USING fts5vocab(main, words, 'instance')"
        )
        # A sum over the words of each passage: a dictionary of all words would not fit.
        found: dict[int, int] = defaultdict(int)
        for term, key in self._connection.execute("SELECT term, doc FROM temp.placed"):
            found[key] += hash(term)
        wanted = {
            key: sum(hash(encode_gram(gram)) for gram in grams(text))
            for key, text in searched_texts(self._connection)
        }
        if dict(found) != {key: total for key, total in wanted.items() if total}:
            raise damaged(self.layout, "the words are not those of the texts")

    def check_vectors(self) -> str | None:
        """Return what is wrong with FAISS's file, if anything; it can always be made again."""
        row = self._connection.execute(
            "SELECT value FROM manifest WHERE key = 'vectors'"
        ).fetchone()
        dimension = self.manifest.dimension
        saved = row and Vectors.load(self.layout.vectors, dimension=dimension, expected=row[0])
        if not saved:
            return "is missing, or not the one that was written"
        held = dict(zip(saved.ids().tolist(), saved.rows(), strict=True))
        keys = {key // SLOTS for key in held} & set(self._keys())
        for key, embedding in read_embeddings(self._connection, keys, dimension, self.layout):
            for slot, vector in enumerate(embedding.vectors):
                if not np.array_equal(held.get(key * SLOTS + slot, ()), vector):
                    return f"holds other vectors of passage {key} than the database"
        return None

    def staged(self) -> int:
        """Return how many vectors a stopped build left."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM embeddings WHERE staged = 1"
        ).fetchone()
        return int(count)

    def sample(self, count: int) -> list[tuple[Passage, Embedding]]:
        """Return so many passages, evenly from the oldest to the newest, with their vectors."""
        keys = self._keys()
        chosen = keys[:: max(len(keys) // count, 1)][:count]
        found = self.snapshot.embeddings(chosen)
        hits = self.snapshot.hits(dict.fromkeys(chosen, 0.0))
        return [(hit.passage, found[key]) for key, hit in hits]

    def _keys(self) -> list[int]:
        rows = self._connection.execute("SELECT id FROM embeddings WHERE staged = 0 ORDER BY id")
        return [row[0] for row in rows]


def _look(layout: Layout) -> sqlite3.Connection:
    """Return a connection that writes nothing, neither at its beginning nor at its end.

    Where there is no write-ahead log nobody is using the file, and it is read as it lies there;
    where there is one, its index is there already and has to be used.
    """
    how = "mode=ro" if layout.logged else "immutable=1"
    connection = sqlite3.connect(
        f"{layout.database.absolute().as_uri()}?{how}",
        timeout=BUSY_SECONDS,
        uri=True,
        isolation_level=None,
    )
    connection.execute("PRAGMA cell_size_check = ON")
    return connection
