"""The steps of one change to the database; the transaction around them is the caller's."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from sqlite3 import Connection

import numpy as np

from qa.documents import Document
from qa.index.rows import (
    Array,
    content,
    document_checksum,
    encode_grams,
    passage_checksum,
    searched,
)
from qa.index.vectors import checksum
from qa.index.words import grams
from qa.passages import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document to write: its passages, each with the hash under which its vectors are kept."""

    document: Document
    size: int
    passages: tuple[tuple[Passage, bytes], ...]


def calibrate(connection: Connection, arrays: Mapping[str, Array]) -> None:
    """Put these arrays in the place of those that were there."""
    connection.execute("DELETE FROM calibration")
    for name, array in arrays.items():
        kind, shape, data = array.dtype.str, json.dumps(array.shape), array.tobytes()
        connection.execute(
            "INSERT INTO calibration VALUES (?, ?, ?, ?, ?)",
            (name, kind, shape, data, checksum(name, kind, shape, data)),
        )


def remove(connection: Connection, path: str) -> list[tuple[int, str]]:
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
        (embedding, searched(heading, text[start:end]))
        for embedding, start, end, heading in passages
    ]


def insert(connection: Connection, entry: Entry) -> dict[int, str]:
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


def drop_unused(connection: Connection, loose: Iterable[tuple[int, str]]) -> None:
    """Delete those embeddings that no passage uses any more, and their words."""
    for key, text in dict(loose).items():
        if connection.execute("SELECT 1 FROM passages WHERE embedding = ?", (key,)).fetchone():
            continue
        connection.execute(
            "INSERT INTO words (words, rowid, grams) VALUES ('delete', ?, ?)",
            (key, encode_grams(grams(text))),
        )
        connection.execute("DELETE FROM embeddings WHERE id = ?", (key,))


def promote(connection: Connection, fresh: dict[int, str]) -> None:
    """Bring the staged embeddings that are used into the index; forget the others."""
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


def searched_texts(connection: Connection) -> Iterator[tuple[int, str]]:
    """Yield each embedding in use with the text that is searched of it."""
    rows = connection.execute(
        "SELECT embedding, heading, text, start, end FROM passages "
        "JOIN documents ON documents.id = document GROUP BY embedding"
    )
    for key, heading, text, start, end in rows:
        yield key, searched(heading, text[start:end])


def rewrite_words(connection: Connection) -> None:
    """Write the words of all passages anew."""
    connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
    for key, text in list(searched_texts(connection)):
        found = grams(text)
        connection.execute("UPDATE embeddings SET gram_count = ? WHERE id = ?", (len(found), key))
        connection.execute(
            "INSERT INTO words (rowid, grams) VALUES (?, ?)", (key, encode_grams(found))
        )
