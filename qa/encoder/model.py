"""The one wrapper around every encoder: what comes out of it is checked here and nowhere else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from qa.encoder.vectors import Encoder, Progress, TokenEncoder, TokenVectors, Vectors, unit
from qa.errors import EncoderError, QAError

SENTENCES = (
    "Where does the river rise?",
    "The river rises in the mountains, 1,200 metres above the sea.",
)
"""Question and text whose vectors are a model's fingerprint."""
_SAME = 0.99
"""Cosine. The packaged model and the same weights in float32 agree to .999; unrelated models have
nothing in common."""
_SLAB = 128
"""Texts between two reports of progress: some seconds, and enough to find texts of one length."""

_T = TypeVar("_T")


class Unpacked(Protocol):
    """The files of a model that was unpacked on this machine."""

    @property
    def fingerprint(self) -> Vectors:
        """Its vectors of `SENTENCES` when it was unpacked."""

    def damaged(self) -> bool:
        """Whether a file is no longer as it was written."""

    def mend(self) -> None:
        """Have it unpacked again if it is damaged."""


class Model:
    """An encoder by name, with its fingerprint; its vectors are float32 and of unit length."""

    def __init__(self, name: str, encoder: Encoder, unpacked: Unpacked | None = None) -> None:
        """Wrap `encoder`, whose files are `unpacked` if it is the packaged one."""
        if not isinstance(encoder, Encoder):
            message = (
                f"{name!r} is not an encoder:"
                " it needs encode_query(texts) and encode_document(texts)"
            )
            raise EncoderError(message)
        self.name = name
        self._encoder = encoder
        self._unpacked = unpacked

    @property
    def gives_tokens(self) -> bool:
        """Whether there are token vectors."""
        return isinstance(self._encoder, TokenEncoder)

    @cached_property
    def dimension(self) -> int:
        """Columns of every row."""
        return int(self._landmarks.shape[1])

    @property
    def fingerprint(self) -> bytes:
        """What tells this model from another: to be kept, and given to `matches` later."""
        return self._landmarks.astype("<f4").tobytes()

    def matches(self, fingerprint: bytes) -> bool:
        """Whether that is the fingerprint of a model whose vectors mean the same as this one's."""
        mine = self._landmarks
        if len(fingerprint) != mine.size * 4:
            return False
        other = np.frombuffer(fingerprint, "<f4").reshape(mine.shape)
        return bool(np.all((mine * other).sum(axis=1) >= _SAME))

    def damaged(self) -> bool:
        """Whether its files are no longer what was unpacked; they are read to their end."""
        return self._unpacked is not None and self._unpacked.damaged()

    def mend(self) -> None:
        """Have it unpacked again if it is damaged."""
        if self._unpacked is not None:
            self._unpacked.mend()

    def encode_query(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """(texts, dimension) unit rows, for questions."""
        return self._rows(self._encoder.encode_query, texts, progress)

    def encode_document(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """(texts, dimension) unit rows, for texts that are searched."""
        return self._rows(self._encoder.encode_document, texts, progress)

    def encode_query_tokens(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> list[TokenVectors]:
        """The vectors of each question and of its tokens."""
        return self._tokens(self._token_encoder().encode_query_tokens, texts, progress)

    def encode_document_tokens(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> list[TokenVectors]:
        """The vectors of each text and of its tokens."""
        return self._tokens(self._token_encoder().encode_document_tokens, texts, progress)

    @property
    def _landmarks(self) -> Vectors:
        return self._measured if self._unpacked is None else self._unpacked.fingerprint

    @cached_property
    def _measured(self) -> Vectors:
        question, text = SENTENCES
        rows = [
            self._checked(self._slabs(method, [one], None), 1)
            for method, one in (
                (self._encoder.encode_query, question),
                (self._encoder.encode_document, text),
            )
        ]
        if rows[0].shape != rows[1].shape:
            message = (
                f"the encoder {self.name!r} gives rows of {rows[0].shape[1]} for questions"
                f" and of {rows[1].shape[1]} for texts"
            )
            raise EncoderError(message)
        return np.concatenate(rows)

    def _token_encoder(self) -> TokenEncoder:
        if isinstance(self._encoder, TokenEncoder):
            return self._encoder
        message = (
            f"the encoder {self.name!r} gives no token vectors:"
            " it needs encode_query_tokens(texts) and encode_document_tokens(texts)"
        )
        raise EncoderError(message)

    def _rows(
        self,
        method: Callable[[Sequence[str]], Vectors],
        texts: Sequence[str],
        progress: Progress | None,
    ) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return self._fitting(self._slabs(method, texts, progress), len(texts))

    def _tokens(
        self,
        method: Callable[[Sequence[str]], list[TokenVectors]],
        texts: Sequence[str],
        progress: Progress | None,
    ) -> list[TokenVectors]:
        if not texts:
            return []
        found = [one for slab in self._slabs(method, texts, progress) for one in slab]
        if len(found) != len(texts):
            message = (
                f"the encoder {self.name!r} gave the tokens of {len(found)} texts"
                f" instead of {len(texts)}"
            )
            raise EncoderError(message)
        rows = self._fitting(iter([[one.pooled for one in found]]), len(texts))
        if not all(np.isfinite(one.tokens).all() for one in found):
            raise EncoderError(f"the encoder {self.name!r} gave tokens that are no finite numbers")
        return [replace(one, pooled=row) for one, row in zip(found, rows, strict=True)]

    def _slabs(
        self, method: Callable[[Sequence[str]], _T], texts: Sequence[str], progress: Progress | None
    ) -> Iterator[_T]:
        for start in range(0, len(texts), _SLAB):
            try:
                yield method(texts[start : start + _SLAB])
            except QAError:
                raise
            except Exception as error:
                # Whatever a foreign encoder raises is about that encoder, not about this program.
                message = f"the encoder {self.name!r} failed: {type(error).__name__}: {error}"
                raise EncoderError(message) from error
            if progress:
                progress(min(start + _SLAB, len(texts)), len(texts))

    def _fitting(self, slabs: Iterator[ArrayLike], count: int) -> Vectors:
        """All rows, checked, and as wide as every row."""
        rows = self._checked(slabs, count)
        if rows.shape[1] != self.dimension:
            message = (
                f"the encoder {self.name!r} gave rows of {rows.shape[1]}"
                f" instead of {self.dimension}"
            )
            raise EncoderError(message)
        return rows

    def _checked(self, slabs: Iterator[ArrayLike], count: int) -> Vectors:
        """All rows, float32 and of unit length."""
        try:
            rows = np.concatenate([np.asarray(slab, np.float32) for slab in slabs])
        except (TypeError, ValueError) as error:
            message = f"the encoder {self.name!r} gave no rows of numbers: {error}"
            raise EncoderError(message) from error
        if rows.shape[:-1] != (count,) or not np.isfinite(rows).all():
            message = (
                f"the encoder {self.name!r} gave {rows.shape} where {count} rows"
                " of finite numbers belong"
            )
            raise EncoderError(message)
        return unit(rows)
