"""One state of an index, from the first row to the last."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import islice

import numpy as np

from qa.documents import Document
from qa.errors import DocumentError
from qa.index.changing import Entry
from qa.index.database import damaged
from qa.index.derived import Derived
from qa.index.rows import (
    Array,
    DocumentInfo,
    Embedding,
    Manifest,
    document_checksum,
    encode_gram,
    passage_checksum,
    read_embeddings,
)
from qa.index.vectors import Floats, Ids
from qa.index.words import idf
from qa.passages import Hit, Passage

COMMON = 0.2
"""In an index of over `SMALL` passages, a gram found in more than this share of them is not
searched for: it would cost most of the time and, by its idf, decide almost nothing."""
SMALL = 1000


class Snapshot:
    """One state of an index. Every row is checked against its checksum before it is returned."""

    def __init__(
        self, derived: Derived, connection: sqlite3.Connection, manifest: Manifest
    ) -> None:
        self._derived = derived
        self._connection = connection
        self.manifest = manifest
        self._documents: frozenset[int] | None = None
        self._among: Ids | None = None

    def only(self, wanted: Callable[[str | None], bool]) -> None:
        """Look only at documents whose date is wanted."""
        rows = self._connection.execute("SELECT id, date FROM documents").fetchall()
        self._documents = frozenset(key for key, date in rows if wanted(date))
        pairs = self._connection.execute("SELECT DISTINCT embedding, document FROM passages")
        among = {embedding for embedding, document in pairs if document in self._documents}
        self._among = np.array(sorted(among), dtype=np.int64)

    def nearest(self, queries: Floats, count: int) -> list[int]:
        """Return the embeddings that own the `count` vectors nearest to any of the queries."""
        keys = self._derived.nearest(
            self._connection, self.manifest, queries, count, among=self._among
        )
        return [int(key) for key in keys]

    def counts(self) -> tuple[int, int]:
        """Return how many documents and passages there are."""
        (documents,) = self._connection.execute("SELECT count(*) FROM documents").fetchone()
        (passages,) = self._connection.execute("SELECT count(*) FROM passages").fetchone()
        return documents, passages

    def calibration(self) -> dict[str, Array]:
        """Return the arrays that the encoder's similarities are counted from, by name."""
        return self._derived.calibration(self._connection, self.manifest)

    def average_length(self) -> float:
        """Return the mean number of grams of a passage."""
        return self._derived.lengths(self._connection, self.manifest)[1]

    def weights(self, grams: Iterable[str]) -> dict[str, float]:
        """Return the idf of each gram; one that stands nowhere gets the highest."""
        total = self._derived.lengths(self._connection, self.manifest)[0]
        return {gram: idf(self.found_in(gram), total) for gram in dict.fromkeys(grams)}

    def found_in(self, gram: str) -> int:
        """Return how many different passages a gram stands in."""
        row = self._connection.execute(
            "SELECT doc FROM vocabulary WHERE term = ?", (encode_gram(gram),)
        ).fetchone()
        return int(row[0]) if row else 0

    def matching(self, grams: Iterable[str], count: int) -> list[int]:
        """Return the embeddings whose words match best by BM25 (FTS5's), best first."""
        total = self._derived.lengths(self._connection, self.manifest)[0]
        wanted = dict.fromkeys(grams)
        if total > SMALL:
            wanted = {gram: None for gram in wanted if self.found_in(gram) <= COMMON * total}
        if not wanted:
            return []
        query = " OR ".join(encode_gram(gram) for gram in wanted)
        rows = self._connection.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",
            (query, count if self._among is None else -1),
        )
        found = (int(row[0]) for row in rows)
        if self._among is not None:
            among = set(self._among.tolist())
            found = (key for key in found if key in among)
        return list(islice(found, count))

    def embeddings(self, keys: Sequence[int]) -> dict[int, Embedding]:
        """Return the vectors of the given embeddings."""
        return dict(
            read_embeddings(self._connection, keys, self.manifest.dimension, self._derived.layout)
        )

    def hits(self, scores: Mapping[int, float]) -> list[tuple[int, Hit]]:
        """Return a hit for each embedding, with its key, in the order given.

        A paragraph that stands in several documents is one hit, in the first document by path;
        the others are named in `also_in`.
        """
        found: list[tuple[int, Hit]] = []
        document = cache(self._document)
        for key, score in scores.items():
            rows = self._connection.execute(
                "SELECT document, start, end, heading, sentences, passages.check_sum "
                "FROM passages JOIN documents ON documents.id = document "
                "WHERE embedding = ? ORDER BY path, start",
                (key,),
            ).fetchall()
            if not rows:
                raise damaged(self._derived.layout, f"passage {key} is gone")
            if self._documents is not None:
                rows = [row for row in rows if row[0] in self._documents]
            documents = [document(row[0]) for row in rows]
            found.append((key, self._hit(rows[0], documents, score)))
        return found

    def _hit(
        self,
        row: tuple[int, int, int, str, bytes, int],
        documents: list[tuple[str, ...]],
        score: float,
    ) -> Hit:
        path, sha256, title, date, source, text = documents[0]
        passage = self._passage(path, text, row[1:])
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

    def _passage(self, path: str, text: str, row: tuple[int, int, str, bytes, int]) -> Passage:
        start, end, heading, sentences, check_sum = row
        if passage_checksum(path, start, end, heading, sentences) != check_sum:
            raise damaged(self._derived.layout, f"a passage of {path!r} was altered")
        spans = np.frombuffer(sentences, dtype=np.int32).reshape(-1, 2).tolist()
        return Passage(
            document=path,
            start=start,
            end=end,
            text=text[start:end],
            heading=heading,
            sentences=tuple((a, b) for a, b in spans),
        )

    def _document(self, key: int) -> tuple[str, ...]:
        row = self._connection.execute(
            "SELECT path, sha256, title, date, source, text, check_sum FROM documents WHERE id = ?",
            (key,),
        ).fetchone()
        if row is None or document_checksum(*row[:6]) != row[6]:
            raise damaged(self._derived.layout, f"document {key} was altered or is gone")
        return tuple(row[:6])

    def entry(self, path: str) -> tuple[Entry, dict[bytes, int]]:
        """Return a document as it was written, and the embedding of each hash.

        Raises:
            DocumentError: there is none under that path.
        """
        document = self.document(path)
        rows = self._connection.execute(
            "SELECT size, hash, embedding, start, end, heading, sentences, passages.check_sum "
            "FROM documents JOIN passages ON document = documents.id "
            "JOIN embeddings ON embeddings.id = embedding WHERE path = ? ORDER BY passages.id",
            (path,),
        ).fetchall()
        passages = tuple((self._passage(path, document.text, row[3:]), row[1]) for row in rows)
        size = rows[0][0] if rows else 0
        entry = Entry(document=document, size=size, passages=passages)
        return entry, {row[1]: row[2] for row in rows}

    def has(self, path: str) -> bool:
        """Return whether there is a document under that path."""
        found = self._connection.execute("SELECT 1 FROM documents WHERE path = ?", (path,))
        return found.fetchone() is not None

    def document(self, path: str) -> Document:
        """Return a whole document as it was indexed.

        Raises:
            DocumentError: there is none under that path.
        """
        row = self._connection.execute(
            "SELECT id, language FROM documents WHERE path = ?", (path,)
        ).fetchone()
        if row is None:
            raise DocumentError("{!r} is not in the index; to add it run: qa build", path)
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
