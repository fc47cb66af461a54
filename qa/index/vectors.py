"""Which vectors are near: FAISS, kept equal to the database."""

from collections.abc import Mapping
from io import RawIOBase
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import xxhash
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # the library ships none

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

SLOTS = 256
"""Vectors an embedding may have: a row id is `embedding * SLOTS + slot`; slot 0 is the passage."""

RECENT = 0.05
"""Share of the vectors up to which new ones are kept in a FAISS index of their own, searched along
with the large one: that moves all of its memory when it grows, 0.3 s for 50,000 passages."""

_BLOCK = 1 << 20

_Reader = faiss.PyCallbackIOReader  # type: ignore[attr-defined] # its types leave it out
"""Reads from a file that is open, whatever its name."""


# One question is one thread's work: several questions share the processors better than the threads
# of one, which on a busy machine wait for each other. Those of NumPy's OpenBLAS stay awake for some
# 20 ms after each product: on two processors a question took three times the CPU time
# (`python -m tests.benchmarks.load`). Both settings are the process's: there are none for a thread.
faiss.omp_set_num_threads(1)
threadpool_limits(1, user_api="blas")


def row_ids(embedding: int, count: int) -> Ids:
    """Return the row ids of an embedding's vectors."""
    return np.arange(embedding * SLOTS, embedding * SLOTS + count, dtype=np.int64)


def row_size(dimension: int) -> int:
    """Return the bytes that a vector takes in the saved file, with its row id."""
    return 4 * dimension + 8


class Vectors:
    """An exact inner-product index over unit vectors with stable row ids."""

    def __init__(self, dimension: int, index: faiss.IndexIDMap | None = None) -> None:
        self.dimension = dimension
        self._index = index or _empty(dimension)
        self._recent = _empty(dimension)

    def __len__(self) -> int:
        return int(self._index.ntotal + self._recent.ntotal)

    def ids(self) -> Ids:
        """Return the row ids, in storage order."""
        parts = [faiss.vector_to_array(part.id_map) for part in (self._index, self._recent)]
        return np.concatenate(parts)

    def rows(self, places: Ids) -> Floats:
        """Return the vectors at these places in storage order."""
        self._merge()
        rows: Floats = self._index.index.reconstruct_batch(places)
        return rows

    def keys(self) -> Ids:
        """Return the embeddings whose vectors are here."""
        ids = self.ids()
        keys: Ids = ids[ids % SLOTS == 0] // SLOTS
        return keys

    def update(self, *, gone: Ids, new: Mapping[int, Floats]) -> None:
        """Remove the vectors of embeddings, then add those of others."""
        if len(gone):
            held = self.ids()
            selector = faiss.IDSelectorBatch(held[np.isin(held // SLOTS, gone)])
            self._index.remove_ids(selector)
            self._recent.remove_ids(selector)
        if new:
            ids = np.concatenate([row_ids(key, len(rows)) for key, rows in new.items()])
            self._recent.add_with_ids(np.concatenate(list(new.values())), ids)
        if self._recent.ntotal > RECENT * self._index.ntotal:
            self._merge()

    def _merge(self) -> None:
        ids = faiss.vector_to_array(self._recent.id_map)
        if len(ids):
            self._index.add_with_ids(self._recent.index.reconstruct_n(0, len(ids)), ids)
            self._recent = _empty(self.dimension)

    def search(
        self, queries: Floats, count: int, *, among: Ids | None = None
    ) -> tuple[Floats, Ids]:
        """Return scores and row ids, both (queries, k), best first; k = min(count, rows).

        With `among`, only rows of those embeddings are looked at.
        """
        k = min(count, len(self))
        parameters = faiss.SearchParameters()
        if among is not None:
            held = self.ids()
            allowed = held[np.isin(held // SLOTS, among)]
            k = min(count, len(allowed))
            selector = faiss.IDSelectorBatch(allowed)
            parameters.sel = selector
        parts = (self._index, self._recent)
        found = [part.search(queries, max(k, 1), params=parameters) for part in parts]
        # Where one has fewer rows than asked for, FAISS fills up with the lowest of scores.
        scores = np.concatenate([scores for scores, _ in found], axis=1)
        ids = np.concatenate([ids for _, ids in found], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, best, 1), np.take_along_axis(ids, best, 1)

    def save(self, path: Path) -> int:
        """Write the file beside its place, move it there whole, and return its checksum."""
        self._merge()
        data = faiss.serialize_index(self._index)
        aside = path.with_suffix(".new")
        aside.write_bytes(data.data)
        aside.replace(path)
        return checksum(data.data)

    @classmethod
    def load(cls, path: Path, *, dimension: int, expected: int) -> "Vectors | None":
        """Return the saved index, or None where the file is missing, old, damaged or another's."""
        try:
            with path.open("rb", buffering=0) as file:
                # FAISS itself would load noise without a word, so nothing reaches it unchecked.
                # To check a copy in memory takes 1.5 times as long as to read the file twice.
                if _file_checksum(file) != expected:
                    return None
                file.seek(0)
                index = faiss.read_index(_Reader(file.read, _BLOCK))
        except (OSError, RuntimeError):
            return None
        if not isinstance(index, faiss.IndexIDMap) or index.d != dimension:
            return None
        return cls(dimension, index)


def _empty(dimension: int) -> faiss.IndexIDMap:
    return faiss.IndexIDMap(faiss.IndexFlatIP(dimension))


def _file_checksum(file: RawIOBase) -> int:
    """Return the checksum of a whole file."""
    block = bytearray(_BLOCK)
    digest = xxhash.xxh3_64()
    while count := file.readinto(block):
        digest.update(memoryview(block)[:count])
    digest.update(b"\0")
    return digest.intdigest() >> 1


def checksum(*parts: memoryview | bytes | str) -> int:
    """Return a 63-bit checksum (XXH3) over the parts; it finds damage, it does not stop forgery."""
    digest = xxhash.xxh3_64()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.intdigest() >> 1
