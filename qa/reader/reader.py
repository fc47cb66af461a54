"""The network, run by ONNX Runtime, and what it says of each sentence."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from qa.reader.inputs import MOST_QUESTION, MOST_SENTENCE, Candidates, Floats, inputs

LONGEST = 16
"""Tokens of the longest short answer."""


@dataclass(frozen=True, slots=True)
class Span:
    """A short answer in a sentence."""

    first: int
    """Its first token, counted in the sentence."""
    last: int
    likelihood: float
    """That these are the words, if the sentence answers."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the reader says of each sentence."""

    better: Floats
    """(sentences,): to be added to their scores."""
    answers: Floats
    """(sentences,): the higher, the likelier that it answers at all."""
    spans: tuple[Span | None, ...]
    """The likeliest short answer in each sentence; None in one without tokens."""


class Reader:
    """Reads a question together with sentences, token by token; works on the packaged model's."""

    def __init__(self) -> None:
        import onnxruntime  # type: ignore[import-untyped] # the library ships no types

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the work is less than waking a thread
        # Optimising so small a network takes longer than it saves a question.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            files(__package__).joinpath("reader.onnx").read_bytes(),
            options,
            providers=["CPUExecutionProvider"],
        )

    def __call__(self, candidates: Candidates) -> Reading:
        """Return what the sentences, one at least, say to the question."""
        names = ["better", "answers", "ends"]
        better, answers, ends = self._session.run(names, inputs(candidates))
        first = 1 + len(candidates.question[:MOST_QUESTION])
        lengths = (len(tokens[:MOST_SENTENCE]) for tokens in candidates.sentences)
        spans = (_span(own[first : first + n]) for own, n in zip(ends, lengths, strict=True))
        return Reading(better=better, answers=answers, spans=tuple(spans))


def _span(ends: Floats) -> Span | None:
    """Return the likeliest short answer by (tokens, 2) logits of its first and last token."""
    if not len(ends):
        return None
    odds = np.exp(ends - ends.max(axis=0))
    first, last = (odds / odds.sum(axis=0)).T
    both = np.triu(first[:, None] * last[None, :])
    both -= np.triu(both, LONGEST)
    start, end = np.unravel_index(int(both.argmax()), both.shape)
    return Span(int(start), int(end), float(both[start, end]))


@lru_cache(maxsize=1)
def load() -> Reader:
    """Return the packaged reader; it is loaded once."""
    return Reader()
