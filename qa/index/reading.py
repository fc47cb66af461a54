"""Reading an index: one consistent state at a time, every row checked before it is believed."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from qa.documents import Document
from qa.errors import DocumentError, IndexMissingError
from qa.index.database import Database, Layout, check_format, damaged
from qa.index.vectors import SLOTS, Floats, Ids, Vectors, checksum
from qa.index.words import idf
from qa.passages import Hit, Passage

COMMON = 0.2
"""In an index of over `SMALL` passages, a gram found in more than this share of them is not
searched for: it would cost most of the time and, by its idf, decide almost nothing."""
SMALL = 1000

Bytes = npt.NDArray[np.int8]
Offsets = npt.NDArray[np.int32]
Array = npt.NDArray[np.generic]


def content(passage: Passage) -> str:
    """Return what is searched of a passage: its heading and its text."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """What the encoder made of one passage's content."""

    vectors: Floats
    """(1 + sentences, dimension), unit length: the passage, then each sentence."""
    tokens: Bytes
    """(tokens, width): centred token vectors, unit length times 127."""
    offsets: Offsets
    """(tokens, 2): where each token stands in the passage's text."""

    def checksum(self) -> int:
        """Return what is stored beside the vectors, to notice damage."""
        return checksum(self.vectors.data, self.tokens.data, self.offsets.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an index says of itself."""

    version: int
    """Counts the changes; 0 before the first build."""
    model: str
    fingerprint: bytes
    dimension: int
    threshold: float
    indexed_at: str
    """When the last change was made: ISO 8601, UTC."""
    documents_folder: str
    """Where the texts are, relative to the index folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """One line of the list of indexed texts."""

    path: str
    title: str
    date: str | None
    size: int
    passages: int
    sha256: str


class Index:
    """An open index folder; safe to share between threads."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._database = Database(layout)
        self._lock = threading.RLock()
        self._version = -1
        self._vectors: Vectors | None = None
        self._passages = 0
        self._average_length = 0.0
        self._calibration: tuple[int, dict[str, Array]] = (-1, {})

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
        manifest = read_manifest(connection)
        if manifest is None:
            raise IndexMissingError(
                f"the index in {str(self.layout.folder)!r} was never finished; run: qa build"
            )
        return manifest

    @contextmanager
    def snapshot(self) -> Iterator["Snapshot"]:
        """Yield one state of the index; a build that ends meanwhile shows in the next snapshot."""
        with self._database.reading() as connection:
            manifest = self._manifest(connection)
            yield Snapshot(self, connection, manifest)

    def nearest(self, connection: sqlite3.Connection, queries: Floats, count: int) -> Ids:
        """Return the embeddings whose passage or sentence is near, from this connection's state."""
        with self._lock:
            manifest = self._manifest(connection)
            vectors = self._synchronised(connection, manifest)
            _, ids = vectors.search(queries, count)
        return np.unique(ids // SLOTS)

    def _synchronised(self, connection: sqlite3.Connection, manifest: Manifest) -> Vectors:
        """Bring FAISS to the state that this connection reads; only the difference is loaded.

        A thread may hold a snapshot older than the one FAISS was brought to. Row ids are never used
        twice, so going back is the same difference the other way.
        """
        if self._vectors is not None and self._version == manifest.version:
            return self._vectors
        vectors = self._vectors
        if vectors is None or vectors.dimension != manifest.dimension:
            vectors = load_vectors(connection, self.layout, manifest.dimension)
        rows = connection.execute(
            "SELECT id, vector_count, gram_count FROM embeddings WHERE staged = 0"
        ).fetchall()
        bring_up(vectors, connection, [(row[0], row[1]) for row in rows], self.layout)
        self._vectors, self._version = vectors, manifest.version
        self._passages = len(rows)
        self._average_length = sum(row[2] for row in rows) / max(len(rows), 1)
        return vectors

    def calibration(self, connection: sqlite3.Connection, manifest: Manifest) -> dict[str, Array]:
        """Return the arrays that the encoder's similarities are counted from, by name."""
        version, arrays = self._calibration
        if version != manifest.version:
            arrays = dict(read_arrays(connection, self.layout))
            self._calibration = (manifest.version, arrays)
        return arrays

    def lengths(self, connection: sqlite3.Connection, manifest: Manifest) -> tuple[int, float]:
        """Return the number of different passages and their mean number of grams."""
        with self._lock:
            self._synchronised(connection, manifest)
            return self._passages, self._average_length


class Snapshot:
    """One state of an index. Every row is checked against its checksum before it is returned."""

    def __init__(self, index: Index, connection: sqlite3.Connection, manifest: Manifest) -> None:
        self._index = index
        self._connection = connection
        self.manifest = manifest

    def nearest(self, queries: Floats, count: int) -> list[int]:
        """Return the embeddings that own the `count` vectors nearest to any of the queries."""
        return [int(key) for key in self._index.nearest(self._connection, queries, count)]

    def counts(self) -> tuple[int, int]:
        """Return how many documents and passages there are."""
        (documents,) = self._connection.execute("SELECT count(*) FROM documents").fetchone()
        (passages,) = self._connection.execute("SELECT count(*) FROM passages").fetchone()
        return documents, passages

    def calibration(self) -> dict[str, Array]:
        """Return the arrays that the encoder's similarities are counted from, by name."""
        return self._index.calibration(self._connection, self.manifest)

    def average_length(self) -> float:
        """Return the mean number of grams of a passage."""
        return self._index.lengths(self._connection, self.manifest)[1]

    def weights(self, grams: Iterable[str]) -> dict[str, float]:
        """Return the idf of each gram; one that stands nowhere gets the highest."""
        total = self._index.lengths(self._connection, self.manifest)[0]
        return {gram: idf(self.found_in(gram), total) for gram in dict.fromkeys(grams)}

    def found_in(self, gram: str) -> int:
        """Return how many different passages a gram stands in."""
        row = self._connection.execute(
            "SELECT doc FROM vocabulary WHERE term = ?", (encode_gram(gram),)
        ).fetchone()
        return int(row[0]) if row else 0

    def matching(self, grams: Iterable[str], count: int) -> list[int]:
        """Return the embeddings whose words match best by BM25 (FTS5's), best first."""
        total = self._index.lengths(self._connection, self.manifest)[0]
        wanted = dict.fromkeys(grams)
        if total > SMALL:
            wanted = {gram: None for gram in wanted if self.found_in(gram) <= COMMON * total}
        if not wanted:
            return []
        query = " OR ".join(encode_gram(gram) for gram in wanted)
        rows = self._connection.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (query, count)
        )
        return [int(row[0]) for row in rows]

    def embeddings(self, keys: Sequence[int]) -> dict[int, Embedding]:
        """Return the vectors of the given embeddings."""
        return dict(
            read_embeddings(self._connection, keys, self.manifest.dimension, self._index.layout)
        )

    def hits(self, scores: Mapping[int, float]) -> list[tuple[int, Hit]]:
        """Return a hit for each embedding, with its key, in the order given.

        A paragraph that stands in several documents is one hit, in the first document by path;
        the others are named in `also_in`.
        """
        found: list[tuple[int, Hit]] = []
        texts: dict[int, tuple[str, ...]] = {}
        for key, score in scores.items():
            rows = self._connection.execute(
                "SELECT document, start, end, heading, sentences, passages.check_sum "
                "FROM passages JOIN documents ON documents.id = document "
                "WHERE embedding = ? ORDER BY path, start",
                (key,),
            ).fetchall()
            if not rows:
                raise damaged(self._index.layout, f"passage {key} is gone")
            documents = [texts.setdefault(row[0], self._document(row[0])) for row in rows]
            found.append((key, self._hit(rows[0], documents, score)))
        return found

    def _hit(
        self,
        row: tuple[int, int, int, str, bytes, int],
        documents: list[tuple[str, ...]],
        score: float,
    ) -> Hit:
        _, start, end, heading, sentences, check_sum = row
        path, sha256, title, date, source, text = documents[0]
        if passage_checksum(path, start, end, heading, sentences) != check_sum:
            raise damaged(self._index.layout, f"a passage of {path!r} was altered")
        spans = np.frombuffer(sentences, dtype=np.int32).reshape(-1, 2).tolist()
        passage = Passage(
            document=path,
            start=start,
            end=end,
            text=text[start:end],
            heading=heading,
            sentences=tuple((a, b) for a, b in spans),
        )
        others = dict.fromkeys(other[0] for other in documents if other[0] != path)
        return Hit(
            passage=passage,
            score=score,
            title=title,
            date=date,
            source=source,
            sha256=sha256,
            also_in=tuple(others),
        )

    def _document(self, key: int) -> tuple[str, ...]:
        row = self._connection.execute(
            "SELECT path, sha256, title, date, source, text, check_sum FROM documents WHERE id = ?",
            (key,),
        ).fetchone()
        if row is None or document_checksum(*row[:6]) != row[6]:
            raise damaged(self._index.layout, f"document {key} was altered or is gone")
        return tuple(row[:6])

    def document(self, path: str) -> Document:
        """Return a whole document as it was indexed.

        Raises:
            DocumentError: there is none under that path.
        """
        row = self._connection.execute(
            "SELECT id, language FROM documents WHERE path = ?", (path,)
        ).fetchone()
        if row is None:
            raise DocumentError(f"{path!r} is not in the index; to add it run: qa build")
        _, sha256, title, date, source, text = self._document(row[0])
        return Document(
            path=path,
            text=text,
            title=title,
            date=date,
            source=source,
            language=row[1],
            sha256=sha256,
        )

    def documents(self) -> tuple[DocumentInfo, ...]:
        """Return what is indexed, by path."""
        rows = self._connection.execute(
            "SELECT path, title, date, size, sha256, "
            "(SELECT count(*) FROM passages WHERE document = documents.id) "
            "FROM documents ORDER BY path"
        )
        return tuple(
            DocumentInfo(path=p, title=t, date=d, size=s, sha256=h, passages=n)
            for p, t, d, s, h, n in rows
        )

    def headings(self, count: int) -> list[str]:
        """Return up to `count` different headings and titles, newest documents first."""
        rows = self._connection.execute(
            "SELECT title FROM documents ORDER BY date DESC, id DESC LIMIT ?", (count,)
        ).fetchall()
        rows += self._connection.execute(
            "SELECT DISTINCT heading FROM passages WHERE heading != '' ORDER BY id DESC LIMIT ?",
            (count,),
        ).fetchall()
        return [row[0] for row in rows]


def read_manifest(connection: sqlite3.Connection) -> Manifest | None:
    """Return the manifest, or None before the first build has ended."""
    row = connection.execute("SELECT value FROM manifest WHERE key = 'contents'").fetchone()
    if row is None:
        return None
    values = json.loads(row[0])
    (version,) = connection.execute("SELECT value FROM manifest WHERE key = 'version'").fetchone()
    return Manifest(
        **values | {"version": version, "fingerprint": bytes.fromhex(values["fingerprint"])}
    )


def read_arrays(connection: sqlite3.Connection, layout: Layout) -> Iterator[tuple[str, Array]]:
    """Yield the arrays that the encoder's similarities are counted from, each checked."""
    for name, kind, shape, data, check_sum in connection.execute("SELECT * FROM calibration"):
        if checksum(name, kind, shape, data) != check_sum:
            raise damaged(layout, f"the calibration {name!r} was altered")
        yield name, np.frombuffer(data, dtype=kind).reshape(json.loads(shape))


def load_vectors(connection: sqlite3.Connection, layout: Layout, dimension: int) -> Vectors:
    """Return the saved FAISS index, or an empty one where it cannot be believed."""
    row = connection.execute("SELECT value FROM manifest WHERE key = 'vectors'").fetchone()
    saved = None
    if row is not None:
        saved = Vectors.load(layout.vectors, dimension=dimension, expected=row[0])
    return saved or Vectors(dimension)


def bring_up(
    vectors: Vectors,
    connection: sqlite3.Connection,
    rows: Sequence[tuple[int, int]],
    layout: Layout,
) -> int:
    """Make FAISS hold exactly the given embeddings; return how many rows had to change."""
    keys = np.array(rows, dtype=np.int64).reshape(-1, 2)
    starts = np.repeat(keys[:, 0] * SLOTS, keys[:, 1])
    firsts = np.repeat(np.cumsum(keys[:, 1]) - keys[:, 1], keys[:, 1])
    wanted = starts + np.arange(len(starts)) - firsts
    held = vectors.ids()
    gone = np.setdiff1d(held, wanted)
    new = np.unique(np.setdiff1d(wanted, held) // SLOTS).tolist()
    loaded = {
        key: embedding.vectors
        for key, embedding in read_embeddings(connection, new, vectors.dimension, layout)
    }
    vectors.update(gone=gone, new=loaded)
    return len(gone) + sum(map(len, loaded.values()))


def read_embeddings(
    connection: sqlite3.Connection, keys: Iterable[int], dimension: int, layout: Layout
) -> Iterator[tuple[int, Embedding]]:
    """Yield embeddings by key, each checked.

    Raises:
        IndexDamagedError: one is gone, or does not hold what was written.
    """
    for key in keys:
        row = connection.execute(
            "SELECT vectors, tokens, offsets, check_sum FROM embeddings WHERE id = ?", (key,)
        ).fetchone()
        if row is None:
            raise damaged(layout, f"the vectors of passage {key} are gone")
        offsets = np.frombuffer(row[2], dtype=np.int32).reshape(-1, 2)
        flat = np.frombuffer(row[1], dtype=np.int8)
        embedding = Embedding(
            vectors=np.frombuffer(row[0], dtype=np.float32).reshape(-1, dimension),
            tokens=flat.reshape(len(offsets), -1) if len(offsets) else flat.reshape(0, 1),
            offsets=offsets,
        )
        if embedding.checksum() != row[3]:
            raise damaged(layout, f"the vectors of passage {key} were altered")
        yield key, embedding


def encode_gram(gram: str) -> str:
    """Return a gram in letters that FTS5 neither splits, folds nor reads as its query language."""
    return "g" + gram.encode("utf-8", "surrogatepass").hex()


def encode_grams(grams: Iterable[str]) -> str:
    """Return grams as FTS5 is given them."""
    return " ".join(map(encode_gram, grams))


def document_checksum(*columns: str | None) -> int:
    """Return the checksum kept beside a document's path, sha256, title, date, source and text."""
    return checksum(*(column or "" for column in columns))


def passage_checksum(path: str, start: int, end: int, heading: str, sentences: bytes) -> int:
    """Return the checksum kept beside a passage."""
    return checksum(path, f"{start}:{end}", heading, sentences)
