"""Examining an index folder without changing a file in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

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
from qa.index.vectors import SLOTS, Ids, Vectors, row_ids
from qa.index.words import word_grams, words
from qa.passages import Passage

Sums = npt.NDArray[np.uint64]


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
            manifest = read_manifest(connection, layout)
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
        keys = np.array(self._keys(), dtype=np.int64)
        if not np.array_equal(self._words_found(keys), self._words_wanted(keys)):
            raise damaged(self.layout, "the words are not those of the texts")

    def _words_found(self, keys: Ids) -> Sums:
        """Return for each passage a sum over its words; a dictionary of all would not fit."""
        self._connection.execute(
            "CREATE VIRTUAL TABLE temp.placed USING fts5vocab(main, words, 'instance')"
        )
        sums = np.zeros(len(keys), dtype=np.uint64)
        # A row for each word, and not for each of its places: those are millions.
        for term, places in self._connection.execute(
            "SELECT term, group_concat(doc) FROM temp.placed GROUP BY term"
        ):
            found = self._find(keys, np.fromstring(places, dtype=np.int64, sep=","))
            np.add.at(sums, found, np.uint64(hash(term) % 2**64))
        return sums

    def _words_wanted(self, keys: Ids) -> Sums:
        @lru_cache(1 << 18)
        def weight(word: str) -> int:
            return sum(hash(encode_gram(gram)) for gram in word_grams(word))

        sums = np.zeros(len(keys), dtype=np.uint64)
        for key, text in searched_texts(self._connection):
            (place,) = self._find(keys, np.array([key]))
            sums[place] = sum(map(weight, words(text))) % 2**64
        return sums

    def _find(self, keys: Ids, wanted: Ids) -> Ids:
        """Return where these stand among the keys, which are sorted."""
        places = np.searchsorted(keys, wanted)
        if not np.array_equal(keys[places[places < len(keys)]], wanted):
            raise damaged(self.layout, "there are words of passages that are gone")
        return places

    def check_vectors(self) -> str | None:
        """Return what is wrong with FAISS's file, if anything; it can always be made again."""
        row = self._connection.execute(
            "SELECT value FROM manifest WHERE key = 'vectors'"
        ).fetchone()
        dimension = self.manifest.dimension
        saved = row and Vectors.load(self.layout.vectors, dimension=dimension, expected=row[0])
        if not saved:
            return "is missing, or not the one that was written"
        ids = saved.ids()
        order = np.argsort(ids)
        ids = ids[order]
        keys = np.intersect1d(ids // SLOTS, self._keys()).tolist()
        for key, embedding in read_embeddings(self._connection, keys, dimension, self.layout):
            first, last = np.searchsorted(ids, [key * SLOTS, (key + 1) * SLOTS])
            same = np.array_equal(ids[first:last], row_ids(key, len(embedding.vectors)))
            # One passage's vectors at a time: all of them at once are as large as FAISS itself.
            if not same or not np.array_equal(saved.rows(order[first:last]), embedding.vectors):
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
