"""The packaged model: multilingual-e5-small in 4 bits, run by onnxruntime without torch.

Nothing is unpacked or loaded before the first use.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby, islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnxruntime  # type: ignore[import-untyped] # the library ships no types
from typing_extensions import override

from qa.encoder import cache
from qa.encoder.unigram import Tokens, Unigram
from qa.encoder.vectors import TokenVectors, Vectors, unit
from qa.encoder.windows import Window, windows
from qa.errors import EncoderError

_T = TypeVar("_T")

_FOLDER = "multilingual-e5-small-q4-8"
"""The number is the format of what is in it: raised when that changes."""
_DIMENSION = 384
_POSITIONS = 512
_BEGIN, _END = 0, 2
_BATCH_TOKENS = 256
"""Of all rows; with more of them a token takes as long, and memory grows."""


class Packaged:
    """Encodes with the packaged model."""

    def encode_query(self, texts: Sequence[str], /) -> Vectors:
        """(texts, 384) unit rows."""
        return _pooled(self._read(texts, "query:", keep=False))

    def encode_document(self, texts: Sequence[str], /) -> Vectors:
        """(texts, 384) unit rows."""
        return _pooled(self._read(texts, "passage:", keep=False))

    def encode_query_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """The vectors of each question."""
        return [text.vectors() for text in self._read(texts, "query:", keep=True)]

    def encode_document_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """The vectors of each text."""
        return [text.vectors() for text in self._read(texts, "passage:", keep=True)]

    @cached_property
    def folder(self) -> Path:
        """The sentence-transformers model folder, unpacked on first use."""
        return cache.ensure(_FOLDER, _unpack)

    @cached_property
    def fingerprint(self) -> Vectors:
        """(2, 384): what the model made of the two fixed sentences when it was unpacked."""
        return self._opened(_fingerprint)

    def damaged(self) -> bool:
        """Whether a byte of the folder is not as it was written; as slow as reading it."""
        return not cache.intact(self.folder)

    def mend(self) -> None:
        """Have the folder unpacked again if it is damaged."""
        if cache.forget_if_damaged(self.folder):
            self._forget()

    def _forget(self) -> None:
        vars(self).clear()  # all there is was read from the folder

    @cached_property
    def _tokens(self) -> Unigram:
        return self._opened(Unigram)

    @cached_property
    def _network(self) -> onnxruntime.InferenceSession:
        return self._opened(partial(_session, "unpadded.onnx"))

    @cached_property
    def _token_layers(self) -> onnxruntime.InferenceSession:
        return self._opened(partial(_session, "tokens.onnx"))

    def _opened(self, read: Callable[[Path], _T]) -> _T:
        """What `read` makes of the folder, unpacked again if it turns out to be damaged."""
        folder = self.folder
        try:
            return _loaded(read, folder)
        except EncoderError:
            if not cache.forget_if_damaged(folder):
                raise
        self._forget()
        return _loaded(read, self.folder)

    def _read(self, texts: Sequence[str], prompt: str, *, keep: bool) -> "list[_Text]":
        """Each text with its vectors gathered."""
        before = [_BEGIN, *self._tokens(prompt).ids]
        read = [_Text(self._tokens(text), keep=keep) for text in texts]
        parts = [
            _Part(text, window, [*before, *text.tokens.ids[window.start : window.end], _END])
            for text in read
            for window in windows(len(text.tokens), _POSITIONS - len(before) - 1)
        ]
        for batch, states in self._states(list(_batches(parts)), tokens=keep):
            for part, rows in zip(batch, states, strict=True):
                part.text.add(part.window, rows, len(before))
        return read

    def _states(
        self, batches: "list[list[_Part]]", *, tokens: bool
    ) -> "Iterator[tuple[list[_Part], Vectors]]":
        """Each batch with its states; few results wait at a time."""
        run = partial(_run, self._network, self._token_layers if tokens else None)
        if len(batches) == 1:
            yield batches[0], run(batches[0])
            return
        with ThreadPoolExecutor(_processors()) as pool:
            waiting = deque[tuple[list[_Part], Future[Vectors]]]()
            for batch in batches:
                waiting.append((batch, pool.submit(run, batch)))
                if len(waiting) > 2 * _processors():
                    first, future = waiting.popleft()
                    yield first, future.result()
            for batch, future in waiting:
                yield batch, future.result()


class _Unpacking(Packaged):
    """The model in a folder that is being written: what does not open there is not mended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @override
    def _opened(self, read: Callable[[Path], _T]) -> _T:
        return _loaded(read, self.folder)


def _loaded(read: Callable[[Path], _T], folder: Path) -> _T:
    try:
        return read(folder)
    except Exception as error:  # onnxruntime's share no base error
        message = f"the packaged model in {str(folder)!r} cannot be loaded: {error}"
        raise EncoderError(message) from error


def _pooled(texts: "list[_Text]") -> Vectors:
    return unit(np.array([text.total for text in texts], np.float32).reshape(-1, _DIMENSION))


def _fingerprint(folder: Path) -> Vectors:
    vectors: Vectors = np.load(folder / "fingerprint.npy")
    return vectors


def _session(name: str, folder: Path) -> onnxruntime.InferenceSession:
    """One of the networks, to be run by one processor for each batch.

    Several processors on one batch wait for each other at every step, and are awake meanwhile: two
    took twice the CPU time for a question, and on a busy machine twice the time.
    """
    options = onnxruntime.SessionOptions()
    # The file is written as it is to run: nothing is left to optimise.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(str(folder / "onnx" / name), options, providers=providers)


def _run(
    network: onnxruntime.InferenceSession,
    token_layers: onnxruntime.InferenceSession | None,
    batch: "Sequence[_Part]",
) -> Vectors:
    """(parts, tokens, dimension), for parts of one length; with those of its tokens behind."""
    ids = np.array([part.ids for part in batch], np.int64)
    names = ["last_hidden_state", "middle_hidden_state"][: 2 if token_layers else 1]
    states: list[Vectors] = network.run(names, {"input_ids": ids})
    if token_layers:
        states += token_layers.run(None, {"middle_hidden_state": states[1]})
    return np.concatenate(states, axis=-1)


def _processors() -> int:
    """How many this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class _Text:
    """Gathers the vectors of one text from its windows."""

    def __init__(self, tokens: Tokens, *, keep: bool) -> None:
        self.tokens = tokens
        self.total = np.zeros(_DIMENSION, np.float32)
        self._states = np.empty((len(tokens) if keep else 0, 3 * _DIMENSION), np.float32)

    def add(self, window: Window, states: Vectors, before: int) -> None:
        """Take the states of one window, the first `before` of which are not the text's."""
        self.total += unit(states[:, :_DIMENSION].mean(axis=0))
        if len(self._states):
            shift = before - window.start
            kept = states[shift + window.first : shift + window.last]
            self._states[window.first : window.last] = kept

    def vectors(self) -> TokenVectors:
        offsets = np.array([self.tokens.starts, self.tokens.ends], np.int32).T
        return TokenVectors(unit(self.total), self._states, offsets)


@dataclass(frozen=True, slots=True)
class _Part:
    """One window of one text, as the network reads it."""

    text: _Text
    window: Window
    ids: list[int]


def _batches(parts: list[_Part]) -> Iterator[list[_Part]]:
    """Parts of one length together: nothing is padding, and a batch's memory is bounded."""
    for length, alike in groupby(sorted(parts, key=_length), key=_length):
        while batch := list(islice(alike, max(1, _BATCH_TOKENS // length))):
            yield batch


def _length(part: _Part) -> int:
    return len(part.ids)


def _unpack(empty: Path) -> None:
    from qa.encoder import model_files
    from qa.encoder.model import SENTENCES

    model_files.write(empty)
    model = _Unpacking(empty)
    question, text = ([sentence] for sentence in SENTENCES)
    vectors = np.concatenate([model.encode_query(question), model.encode_document(text)])
    np.save(empty / "fingerprint.npy", vectors)
