"""The packaged weights in a safetensors file, by the names that `transformers` gives them.

The library for this format wants all tensors at once, 235 MB; here they are written one by one.
An 8-byte length, a header in JSON that may end in blanks, and the numbers behind it are all there
is to the format (a test reads the file with the library).
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.encoder.weights import Weights

_HEADER = 1 << 16
"""Bytes kept free for the header, which is written last."""
_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}

_Tensor = tuple[str, Sequence[int], Iterator[NDArray[np.float16]]]
"""Name, shape, and the numbers in parts."""


def write(weights: Weights, path: Path) -> None:
    """Write all tensors as float16.

    Scale times code does not always fit it (error below 2^-11), but it is half the size of float32.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    with path.open("wb") as file:
        file.write((_HEADER - 8).to_bytes(8, "little").ljust(_HEADER))
        for name, shape, parts in _tensors(weights):
            start = file.tell() - _HEADER
            for part in parts:
                file.write(part.astype("<f2", copy=False).data)
            offsets = [start, file.tell() - _HEADER]
            header[name] = {"dtype": "F16", "shape": shape, "data_offsets": offsets}
        file.seek(8)
        file.write(json.dumps(header).encode())


def _tensors(weights: Weights) -> Iterator[_Tensor]:
    width = weights.width
    yield _matrix(weights, "emb.word", weights.vocabulary, "embeddings.word_embeddings")
    yield _plain(weights, "emb.pos", "embeddings.position_embeddings.weight", width)
    yield _plain(weights, "emb.type", "embeddings.token_type_embeddings.weight", width)
    yield from _norm(weights, "emb.ln", "embeddings.LayerNorm")
    for layer in range(weights.layers):
        before = f"encoder.layer.{layer}."
        for ours, theirs in _NAMES.items():
            bias = _plain(weights, f"l{layer}.{ours}.b", f"{before}{theirs}.bias")
            yield bias
            yield _matrix(weights, f"l{layer}.{ours}.w", bias[1][0], before + theirs)
        for ours, theirs in _NORMS.items():
            yield from _norm(weights, f"l{layer}.{ours}", before + theirs)
    # Not used; without it every opening would warn that it is missing.
    for name, shape in (("weight", (width, width)), ("bias", (width,))):
        yield f"pooler.dense.{name}", shape, iter([np.zeros(shape, np.float16)])


def _matrix(weights: Weights, ours: str, rows: int, theirs: str) -> _Tensor:
    blocks = weights.blocks(ours, rows)
    shape = rows, blocks.halves[0].size * 2
    return f"{theirs}.weight", shape, blocks.parts(np.float16)


def _plain(weights: Weights, ours: str, theirs: str, *last: int) -> _Tensor:
    values = weights.plain(ours).reshape(-1, *last).astype(np.float16)
    return theirs, values.shape, iter([values])


def _norm(weights: Weights, ours: str, theirs: str) -> Iterator[_Tensor]:
    yield _plain(weights, f"{ours}.w", f"{theirs}.weight")
    yield _plain(weights, f"{ours}.b", f"{theirs}.bias")
