"""The rows of the database as values, each checked before it is believed."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from qa.index.database import damaged
from qa.index.layout import Layout
from qa.index.vectors import Floats, checksum
from qa.passages import Passage

Bytes = npt.NDArray[np.int8]
Offsets = npt.NDArray[np.int32]
Array = npt.NDArray[np.generic]


def content(passage: Passage) -> str:
    """Return what is searched of a passage: its heading and its text."""
    return searched(passage.heading, passage.text)


def searched(heading: str, text: str) -> str:
    """Return what is searched of a passage with that heading and text."""
    return f"{heading}\n{text}" if heading else text


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
    """The confidence from which a question is answered."""
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


def read_manifest(connection: sqlite3.Connection, layout: Layout) -> Manifest | None:
    """Return the manifest, or None before the first build has ended.

    Raises:
        IndexDamagedError: it is not what was written.
    """
    kept = dict(connection.execute("SELECT key, value FROM manifest").fetchall())
    if "contents" not in kept and kept.get("version") == 0:
        return None
    try:
        own = _manifest_checksum(kept["contents"], kept["version"])
        manifest = parse_manifest(kept["contents"], kept["version"])
    except (AttributeError, KeyError, TypeError, ValueError):
        own, manifest = None, None
    if manifest is None or kept.get("check_sum", own) != own:
        raise damaged(layout, "what it says of itself was altered")
    return manifest


def keep_manifest(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Write the manifest of a version that is there."""
    contents = dump_manifest(manifest)
    rows = {"contents": contents, "check_sum": _manifest_checksum(contents, manifest.version)}
    connection.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?)", rows.items())


def _manifest_checksum(contents: str, version: int) -> int:
    """Return what is stored beside a manifest, to notice damage; older indexes have none."""
    return checksum(contents, str(version))


def dump_manifest(manifest: Manifest) -> str:
    """Return a manifest as it is kept: JSON of everything but the version."""
    values = asdict(manifest) | {"fingerprint": manifest.fingerprint.hex()}
    del values["version"]
    return json.dumps(values)


def parse_manifest(text: str, version: int) -> Manifest:
    """Return the manifest that was kept as `text`."""
    values = json.loads(text)
    return Manifest(
        **values | {"version": version, "fingerprint": bytes.fromhex(values["fingerprint"])}
    )


def read_arrays(connection: sqlite3.Connection, layout: Layout) -> Iterator[tuple[str, Array]]:
    """Yield the arrays that the encoder's similarities are counted from, each checked."""
    for name, kind, shape, data, check_sum in connection.execute("SELECT * FROM calibration"):
        if checksum(name, kind, shape, data) != check_sum:
            raise damaged(layout, f"the calibration {name!r} was altered")
        yield name, np.frombuffer(data, dtype=kind).reshape(json.loads(shape))


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
        if checksum(*row[:3]) != row[3]:
            raise damaged(layout, f"the vectors of passage {key} were altered")
        offsets = np.frombuffer(row[2], dtype=np.int32).reshape(-1, 2)
        flat = np.frombuffer(row[1], dtype=np.int8)
        embedding = Embedding(
            vectors=np.frombuffer(row[0], dtype=np.float32).reshape(-1, dimension),
            tokens=flat.reshape(len(offsets), -1) if len(offsets) else flat.reshape(0, 1),
            offsets=offsets,
        )
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
