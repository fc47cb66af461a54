"""Any sentence-transformers model, by name or folder, from this machine alone."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

# Before the libraries below are imported: some read it then, and only then. Without it the library
# of the hub asks the hub which programs may call it, even for a model that is on this machine.
os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import numpy as np
from huggingface_hub import constants
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from tokenizers import Encoding
from torch import Tensor
from transformers.utils.logging import disable_progress_bar

from qa.encoder.vectors import TokenVectors, Vectors, unit
from qa.encoder.windows import windows
from qa.errors import EncoderError

_BATCH = 16
_SPARE = 8
"""Tokens left free in a window: cut out of its text, it may come to some tokens more."""
_ROOM = 512
"""Tokens read at once by a model that states no limit."""
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

_States = tuple[Vectors, NDArray[np.int32]]
_Kind = Literal["query", "document"]
_PROMPTS: dict[_Kind, tuple[str, ...]] = {
    "query": ("query",),
    "document": ("document", "passage", "corpus"),
}


def open_model(name: str) -> "SentenceTransformerEncoder":
    """The model of that name or in that folder, if it is on this machine."""
    disable_progress_bar()  # type: ignore[no-untyped-call] # the library's own is not annotated
    constants.HF_HUB_OFFLINE = True  # gradio, or who calls this, may have imported it before
    try:
        model = SentenceTransformer(name, local_files_only=True)
    except Exception as error:  # the libraries below share no base error
        message = (
            f"the model {name!r} is not on this machine or cannot be opened,"
            " and nothing is downloaded: give the folder of a sentence-transformers model"
        )
        raise EncoderError(message) from error
    return SentenceTransformerEncoder(model)


def adopt(model: object) -> "SentenceTransformerEncoder":
    """The given object, which comes from sentence-transformers."""
    if not isinstance(model, SentenceTransformer):
        raise EncoderError(f"a {type(model).__qualname__!r} does not turn texts into vectors")
    return SentenceTransformerEncoder(model)


@dataclass(frozen=True, slots=True)
class _Part:
    """One window of one text; the tokens that begin from `first` to before `last` are kept."""

    number: int
    read: str
    start: int
    first: int
    last: int


class SentenceTransformerEncoder:
    """A loaded model; long texts are read in windows instead of being cut off."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model

    def encode_query(self, texts: Sequence[str], /) -> Vectors:
        """(texts, dimension) unit rows."""
        return np.array([text.pooled for text in self._read(texts, "query", keep=False)])

    def encode_document(self, texts: Sequence[str], /) -> Vectors:
        """(texts, dimension) unit rows."""
        return np.array([text.pooled for text in self._read(texts, "document", keep=False)])

    def encode_query_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """The vectors of each question."""
        return list(self._read(texts, "query", keep=True))

    def encode_document_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """The vectors of each text."""
        return list(self._read(texts, "document", keep=True))

    def _read(self, texts: Sequence[str], kind: _Kind, *, keep: bool) -> Iterator[TokenVectors]:
        clean = [text.translate(_SURROGATES) for text in texts]
        prompts = self._model.prompts
        prompt = next((prompts[name] or "" for name in _PROMPTS[kind] if name in prompts), "")
        parts = [
            part for number, text in enumerate(clean) for part in self._parts(number, text, prompt)
        ]
        parts.sort(key=lambda part: len(part.read))
        gathered: list[list[TokenVectors]] = [[] for _ in texts]
        for start in range(0, len(parts), _BATCH):
            batch = parts[start : start + _BATCH]
            for part, found in zip(batch, self._run(batch, kind), strict=True):
                one = TokenVectors.bare(_array(found, "sentence_embedding"))
                # A model that looks its words up in a table gives no tokens.
                if keep and "token_embeddings" in found:
                    one = TokenVectors(one.pooled, *self._states(part, prompt, found))
                gathered[part.number].append(one)
        return map(_joined, gathered)

    def _parts(self, number: int, text: str, prompt: str) -> Iterator[_Part]:
        """The windows of one text, in characters."""
        if not self._cuts:  # how long it is cannot be known: the model reads what it can
            yield _Part(number, text, 0, 0, len(text))
            return
        offsets = self._tokenized(text, special=False).offsets
        used = len(self._tokenized(prompt, special=True).offsets)
        room = max((self._model.max_seq_length or _ROOM) - used, 1)
        if len(offsets) <= room:
            yield _Part(number, text, 0, 0, len(text))
            return
        room = max(room - _SPARE, 1)
        edges = [start for start, _ in offsets] + [len(text)]
        for window in windows(len(offsets), room):
            start, end = edges[window.start], offsets[window.end - 1][1]
            # Before the first and after the last token there may be more text, without tokens.
            yield _Part(number, text[start:end], start, edges[window.first], edges[window.last])

    @property
    def _cuts(self) -> bool:
        """Whether its tokenizer tells where its tokens stand."""
        return bool(getattr(self._model.tokenizer, "is_fast", False))

    def _tokenized(self, text: str, *, special: bool) -> Encoding:
        if not self._cuts:
            message = (
                "the model's tokenizer does not say where its tokens stand in the text:"
                " take a model with a tokenizer.json"
            )
            raise EncoderError(message)
        encoding: Encoding = self._model.tokenizer(
            text, add_special_tokens=special, truncation=False, verbose=False
        ).encodings[0]
        return encoding

    def _run(self, batch: list[_Part], kind: _Kind) -> list[dict[str, Tensor]]:
        method = self._model.encode_query if kind == "query" else self._model.encode_document
        found = method(
            [part.read for part in batch],
            batch_size=_BATCH,
            output_value=None,
            show_progress_bar=False,
        )
        # With that output value it is always a list of one dictionary for each text.
        return cast("list[dict[str, Tensor]]", found)

    def _states(self, part: _Part, prompt: str, found: dict[str, Tensor]) -> _States:
        """The states of the tokens that the window keeps, and their offsets in the whole text."""
        states = _array(found, "token_embeddings")[_array(found, "attention_mask") > 0]
        encoding = self._tokenized(prompt + part.read, special=True)
        shift = part.start - len(prompt)
        kept = []
        spans = zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
        for place, ((start, end), special) in enumerate(spans):
            if special or end <= len(prompt) or place >= len(states):
                continue
            # Some tokenizers count the blank before a word as its own.
            word = (prompt + part.read)[max(start, len(prompt)) : end].lstrip()
            first = end + shift - len(word)
            if part.first <= first < part.last:
                kept.append((place, first, end + shift))
        offsets = np.array([place[1:] for place in kept], np.int32).reshape(-1, 2)
        return states[[place for place, _, _ in kept]], offsets


def _array(found: dict[str, Tensor], name: str) -> Vectors:
    values: Vectors = found[name].float().cpu().numpy()
    return values


def _joined(parts: list[TokenVectors]) -> TokenVectors:
    """One text from its windows, which the sorting may have left in another order."""
    total = np.sum([unit(part.pooled) for part in parts], axis=0)
    # Kept parts do not overlap: their first tokens are in the order of the text.
    ordered = sorted(parts, key=lambda part: part.offsets[0, 0] if len(part.offsets) else -1)
    return TokenVectors(
        unit(total),
        np.concatenate([part.tokens for part in ordered]),
        np.concatenate([part.offsets for part in ordered]),
    )
