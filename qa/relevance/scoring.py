"""The scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from qa.relevance.background import SENTENCES

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]

RARE = 3.0
"""Power of a question token's rareness: words that match everywhere count little."""

THRESHOLD = 0.17
"""Confidence from which a question is answered. Chosen by hand, lower than .25, so that the first
article's "what did Rutte advise?" is answered in four languages; what it costs, see `_SAME`."""

_SAME, _ACROSS = (-5.72, 6.75, 7.04, -0.73, 4.36), (-5.41, 7.93, 8.47, -0.23, 2.24)
"""Log-odds that what is quoted answers, where question and text share their language and where not:
a constant, and the weights of `_features`. One set for both fails: across languages all lies lower.

Fitted on articles 0 to 15 of XQuAD-R in en, de, es and ru (logistic regression), each question
asked of its article with and without its paragraph, and of many articles with and without its own.
On articles 24 to 31 (`python -m tests.benchmarks.refusal`), same language and across: of the
questions whose answer is found 95 and 94 % are answered; of those whose paragraph is missing 22 and
42 %, of those whose article is missing 1 and 7 %; area under the ROC 96.1 and 89.9 within an
article, 99.8 and 96.9 over many."""

CLEAR = 0.05
"""How far sentences of other documents stay behind the best one."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What a model's similarities are counted from; made once for each model."""

    question_mean: Floats
    """(dimension,): mean token vector of questions."""
    text_mean: Floats
    """(dimension,): mean token vector of texts."""
    vectors: Floats
    """(sentences, dimension): unrelated sentences, unit length."""
    tokens: tuple[Bytes, ...]
    """For each unrelated sentence its compressed token vectors."""
    groups: npt.NDArray[np.int64]
    """(sentences,): which of them share a language."""

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the same as arrays to store."""
        return {
            "question_mean": self.question_mean,
            "text_mean": self.text_mean,
            "vectors": self.vectors,
            "tokens": np.concatenate(self.tokens),
            "lengths": np.array([len(tokens) for tokens in self.tokens], dtype=np.int64),
            "groups": self.groups,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Return what `arrays` gave."""
        ends = np.cumsum(arrays["lengths"])[:-1]
        return cls(
            question_mean=arrays["question_mean"],
            text_mean=arrays["text_mean"],
            vectors=arrays["vectors"],
            tokens=tuple(np.split(arrays["tokens"], ends)),
            groups=arrays["groups"],
        )

    def nearest_group(self, vectors: Floats) -> int:
        """Return the number of the language that the given sentences seem to be in."""
        count = int(self.groups.max()) + 1
        means = np.stack(
            [self.vectors[self.groups == group].mean(axis=0) for group in range(count)]
        )
        # Uncentred, one language is nearest to texts of every other.
        middle = means.mean(axis=0)
        return int(np.argmax((means - middle) @ (vectors.mean(axis=0) - middle)))

    def only(self, group: int) -> "Calibration":
        """Return the same with the unrelated sentences of one language."""
        chosen = np.flatnonzero(self.groups == group)
        return replace(
            self,
            vectors=self.vectors[chosen],
            tokens=tuple(self.tokens[place] for place in chosen),
            groups=np.zeros(len(chosen), dtype=np.int64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The sentences of the candidates, scored."""

    scores: Floats
    """One for each sentence, in the order given; a higher one answers better."""
    confidence: float
    """Probability that the sentences that score best answer the question."""


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Floats = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


def packaged_means() -> tuple[Floats, Floats]:
    """Return the packaged model's mean token vectors, (dimension,) each: of questions, of texts.

    From articles 0 to 15 of XQuAD-R in en, de, es and ru (`python -m tests.benchmarks.means`). The
    few sentences that are shipped give a poorer mean: other models have only those.
    """
    with (files(__package__) / "means.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return arrays["question_mean"], arrays["text_mean"]


def compress(tokens: Floats, mean: Floats) -> Bytes:
    """Return token vectors centred, at unit length, in steps of 1/127: int8 loses nothing here."""
    compressed: Bytes = np.rint(_unit(tokens - mean) * 127).astype(np.int8)
    return compressed


def passage_score(similarities: Floats, coverage: float) -> float:
    """Return how well a passage fits: itself, its best sentence, and the question's words in it.

    Args:
        similarities: cosines of the question with the passage and with each of its sentences.
        coverage: see `qa.index.coverage`.
    """
    return float(similarities[0] + similarities.max() + 0.3 * coverage)


def best_matches(question: Floats, sentences: Sequence[Bytes]) -> Floats:
    """Return each question token's highest cosine with a token of a sentence, a column each."""
    found = np.zeros((len(question), len(sentences)), dtype=np.float32)
    filled = [place for place, tokens in enumerate(sentences) if len(tokens)]
    if not filled or not len(question):
        return found
    joined = np.concatenate([sentences[place] for place in filled]).astype(np.float32) / 127
    starts = np.cumsum([0, *(len(sentences[place]) for place in filled[:-1])])
    found[:, filled] = np.maximum.reduceat(question @ joined.T, starts, axis=1)
    return found


def _weights(matches: Floats) -> Floats:
    """Return a weight for each question token: small where it matches many sentences well."""
    if not len(matches):
        return np.zeros(0, dtype=np.float32)
    weights: Floats = np.clip(1 - matches.mean(axis=1), 0, None) ** RARE + 1e-9
    normalised: Floats = weights / weights.sum()
    return normalised


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked."""

    pooled: Floats
    """(dimension,): unit length."""
    tokens: Floats
    """(tokens, dimension): as the encoder gives them."""
    language: str
    """ISO 639-1, or empty where it is not known."""
    names: tuple[tuple[int, ...], ...] = ()
    """For each name in the question, its tokens."""


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A candidate."""

    vector: Floats
    """(dimension,): unit length."""
    tokens: Bytes
    """(tokens, dimension): compressed."""
    passage: int
    document: int


def rank(question: Question, sentences: Sequence[Sentence], calibration: Calibration) -> Ranking:
    """Return a score for each sentence, and the probability that the best one answers.

    Args:
        question: the question.
        sentences: the candidates, one at least.
        calibration: the model's.
    """
    tokens = _unit(question.tokens - calibration.question_mean)
    similarities = np.stack([sentence.vector for sentence in sentences]) @ question.pooled
    matches = best_matches(tokens, [sentence.tokens for sentence in sentences])
    own = _own_document(similarities, matches, sentences)
    group = calibration.nearest_group(np.stack([s.vector for s in sentences])[own])
    unrelated = calibration.only(group)
    # Within a document, the words that all of its sentences share no longer count.
    weights = _weights(matches[:, own])
    scores = similarities + weights @ matches
    background = unrelated.vectors @ question.pooled
    background += weights @ best_matches(tokens, unrelated.tokens)
    # What other documents say is shown behind the document that was chosen.
    scores[~own] = np.minimum(scores[~own], scores[own].max() - CLEAR)
    across = question.language != tuple(SENTENCES)[group]
    weights = np.array(_ACROSS if across else _SAME)
    odds = weights @ _features(scores[own], background, _found(question, matches[:, own]))
    return Ranking(scores=scores, confidence=float(1 / (1 + np.exp(-odds))))


def _found(question: Question, matches: Floats) -> list[float]:
    """Return how well each of the question's names is matched anywhere in the document."""
    return [float(matches[list(name)].mean(axis=0).max()) for name in question.names]


def _features(scores: Floats, background: Floats, names: Sequence[float]) -> list[float]:
    """Return what tells an answer from the nearest thing to one.

    One, the best sentence's distance to unrelated sentences, its distance to the median sentence of
    the document, whether names are asked for, and how well they are matched on average.
    """
    distance = float(scores.max() - background.mean())
    # A lone sentence has no others to stand out from.
    gap = float(scores.max() - np.median(scores)) if len(scores) > 1 else distance
    return [1.0, distance, gap, float(bool(names)), sum(names) / len(names) - 0.6 if names else 0.0]


def _own_document(
    similarities: Floats, matches: Floats, sentences: Sequence[Sentence]
) -> npt.NDArray[np.bool_]:
    """Return which sentences are of the document that fits best: its sentence and its passage."""
    weights = _weights(matches)
    passages = np.array([sentence.passage for sentence in sentences])
    documents = np.array([sentence.document for sentence in sentences])
    whole = np.zeros(len(sentences), dtype=np.float32)
    for passage in np.unique(passages):
        same = passages == passage
        whole[same] = weights @ matches[:, same].max(axis=1)
    best = int(np.argmax(similarities + weights @ matches + whole))
    own: npt.NDArray[np.bool_] = documents == documents[best]
    return own
