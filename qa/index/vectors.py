"""Which vectors are near: FAISS, kept equal to the database."""

from collections.abc import Mapping
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


# One question is one thread's work: several questions share the processors better than the threads
# of one, which on a busy machine wait for each other. Those of NumPy's OpenBLAS stay awake for some
# 20 ms after each product: on two processors a question took three times the CPU time
# (`python -m tests.benchmarks.load`). Both settings are the process's: there are none for a thread.
faiss.omp_set_num_threads(1)
threadpool_limits(1, user_api="blas")


def row_ids(embedding: int, count: int) -> Ids:
    """Return the row ids of an embedding's vectors."""
    return np.arange(embedding * SLOTS, embedding * SLOTS + count, dtype=np.int64)


class Vectors:
    """An exact inner-product index over unit vectors with stable row ids."""

    def __init__(self, dimension: int, index: faiss.IndexIDMap | None = None) -> None:
        self.dimension = dimension
        self._index = index or faiss.IndexIDMap(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def ids(self) -> Ids:
        """Return the row ids, in storage order."""
        return faiss.vector_to_array(self._index.id_map)

    def rows(self) -> Floats:
        """Return the vectors, in storage order."""
        rows: Floats = self._index.index.reconstruct_n(0, len(self))
        return rows

    def update(self, *, gone: Ids, new: Mapping[int, Floats]) -> None:
        """Remove rows by id, then add each embedding's vectors."""
        if len(gone):
            self._index.remove_ids(faiss.IDSelectorBatch(gone))
        if new:
            ids = np.concatenate([row_ids(key, len(rows)) for key, rows in new.items()])
            self._index.add_with_ids(np.concatenate(list(new.values())), ids)

    def search(
        self, queries: Floats, count: int, *, among: Ids | None = None
    ) -> tuple[Floats, Ids]:
        """Return scores and row ids, both (queries, k), best first; k = min(count, rows).

        With `among`, only rows of those embeddings are looked at.
        """
        if among is not None:
            held = self.ids()
            allowed = held[np.isin(held // SLOTS, among)]
            selector = faiss.IDSelectorBatch(allowed)
            parameters = faiss.SearchParameters()
            parameters.sel = selector
            k = min(count, len(allowed))
            scores, ids = self._index.search(queries, max(k, 1), params=parameters)
            return scores[:, :k], ids[:, :k]
        k = min(count, len(self))
        if not k:
            empty = np.zeros((len(queries), 0))
            return empty.astype(np.float32), empty.astype(np.int64)
        scores, ids = self._index.search(queries, k)
        return scores, ids

    def save(self, path: Path) -> int:
        """Write the file beside its place, move it there whole, and return its checksum."""
        data = faiss.serialize_index(self._index)
        aside = path.with_suffix(".new")
        data.tofile(aside)
        aside.replace(path)
        return checksum(data.data)

    @classmethod
    def load(cls, path: Path, *, dimension: int, expected: int) -> "Vectors | None":
        """Return the saved index, or None where the file is missing, old, damaged or another's."""
        try:
            data = np.fromfile(path, dtype=np.uint8)
        except OSError:
            return None
        # FAISS itself would load noise without a word, so nothing reaches it unchecked.
        if checksum(data.data) != expected:
            return None
        index = faiss.deserialize_index(data)
        if not isinstance(index, faiss.IndexIDMap) or index.d != dimension:
            return None
        return cls(dimension, index)


def checksum(*parts: memoryview | bytes | str) -> int:
    """Return a 63-bit checksum (XXH3) over the parts; it finds damage, it does not stop forgery."""
    digest = xxhash.xxh3_64()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.intdigest() >> 1
