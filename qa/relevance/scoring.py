"""Which sentence answers: late interaction, then the reader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
import numpy.typing as npt

from qa.index import grams
from qa.reader import Bytes, Candidates, Floats, Reader, Span
from qa.relevance.background import SENTENCES
from qa.relevance.calibration import Calibration
from qa.relevance.confidence import Evidence, confidence
from qa.relevance.names import found, is_number

RARE, RARE_ACROSS = 3.0, 1.5
"""Power of a question token's rareness: words that match everywhere count little. Where question
and text are in two languages the lower one does as well on XQuAD-R's articles 0 to 23."""

NEAREST = 3.0
"""How much the cosine of a document's nearest sentence counts beside late interaction where a
document is chosen. On the articles, news and invented texts that the confidence is fitted on, 2 and
4 choose as well. Of 32 articles the right paragraph then comes first for 93 % of the questions, for
85 % of those that are asked in English of other languages (`python -m tests.benchmarks.refusal
--chosen --languages en,de,es,ru,ar,zh,el --step 4`, with `--same` and with `--asked en`)."""

CLEAR = 0.08
"""How far sentences of other documents stay behind the best one."""

WEIGHT = np.float32(0.8)
"""How much of what the reader says of the order counts, in every language. Chosen among a half,
four fifths and all on the articles on which the confidence is fitted."""

AHEAD = 0.0001
"""How far the sentence that the reader prefers is put before the next."""

READ = 12
"""Sentences that the reader reads, those that late interaction puts first: this bounds its cost."""

UNLIKE, MEANT = 0.6, 0.8
"""Cosine up to which a name's tokens match those of other names, and from which they are what it is
called in another language: on the articles that the confidence is fitted on nine of ten names that
do not stand in a text match it with less than .6, half of those that are called otherwise with more
than .62, and what matches with .8 is hardly ever another."""

STANDS = 0.5
"""How surely a name is found that is said to stand in a text."""

SPOKEN = 0.5
"""Share of a question's pieces of words, names apart, from which texts are in its language. How
often that is right: `python -m tests.benchmarks.refusal`."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The sentences of the candidates, scored."""

    scores: Floats
    """One for each sentence, in the order given; a higher one answers better."""
    confidence: float
    """Probability that the sentences that score best answer the question."""
    evidence: Evidence
    """What that follows from."""
    shared: bool
    """Whether question and text are in one language, as far as their words tell."""
    names: tuple[str, ...]
    """Those of the question that stand in the document, however its language spells them."""
    spans: dict[int, Span | None]
    """Short answers in sentences, by their place; of those that the reader read."""


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


def _weights(matches: Floats, power: float = RARE) -> Floats:
    """Return a weight for each question token: small where it matches many sentences well."""
    if not len(matches):
        return np.zeros(0, dtype=np.float32)
    weights: Floats = np.clip(1 - matches.mean(axis=1), 0, None) ** power + 1e-9
    normalised: Floats = weights / weights.sum()
    return normalised


@dataclass(frozen=True, slots=True)
class Name:
    """What may be a name or a number in a question."""

    word: str
    tokens: tuple[int, ...] = ()
    """Those of the question that make it up."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked."""

    pooled: Floats
    """(dimension,): unit length."""
    tokens: Floats
    """(tokens, dimension): as the encoder gives them."""
    language: str
    """ISO 639-1, or empty where it is not known."""
    names: tuple[Name, ...] = ()
    grams: frozenset[str] = frozenset()
    """Pieces of its other words, see `qa.index.grams`."""


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A candidate."""

    vector: Floats
    """(dimension,): unit length."""
    tokens: Bytes
    """(tokens, dimension): compressed."""
    passage: int
    document: int
    text: str = ""


def rank(
    question: Question,
    sentences: Sequence[Sentence],
    calibration: Calibration,
    reader: Reader | None = None,
) -> Ranking:
    """Return a score for each sentence, and the probability that the best one answers.

    Args:
        question: the question.
        sentences: the candidates, one at least.
        calibration: the model's.
        reader: where it knows the model's token vectors.
    """
    tokens, similarities, matches = _compared(question, sentences, calibration)
    own = _own_document(similarities, matches, sentences)
    places = np.flatnonzero(own)
    document = [sentences[place] for place in places.tolist()]
    said = _candidates(tokens, similarities[own], matches[:, own], document)
    group = group_of(document, calibration)
    texts = [each.text for each in document]
    named = _named(question, calibration, texts, matches[:, own])
    told = unread(question, said, calibration, group)
    shared = not told.across or _spoken(question, sentences, calibration, group)
    weights = said.weights if shared else _weights(matches[:, own], RARE_ACROSS)
    scores = similarities + weights @ matches
    spans: dict[int, Span | None] = {}
    answers = None
    if reader is not None and len(tokens):
        read = said.best(READ)
        reading = reader(said.only(read))
        scores[own] = reordered(scores[own], read, WEIGHT * reading.better)
        spans = dict(zip(places[read].tolist(), reading.spans, strict=True))
        answers = float(reading.answers.max())
    # What other documents say is shown behind the document that was chosen.
    scores[~own] = np.minimum(scores[~own], scores[own].max() - CLEAR)
    evidence = replace(told, named=min(_whole(named, texts), default=None), answers=answers)
    return Ranking(
        scores=scores,
        confidence=confidence(evidence),
        evidence=evidence,
        shared=shared,
        names=tuple(dict.fromkeys(name.word for name, surely in named if surely > STANDS)),
        spans=spans,
    )


def candidates(
    question: Question, document: Sequence[Sentence], calibration: Calibration
) -> Candidates:
    """Return what late interaction says of the sentences of one document."""
    return _candidates(*_compared(question, document, calibration), document)


def group_of(document: Sequence[Sentence], calibration: Calibration) -> int:
    """Return which of the calibration's languages a document seems to be in."""
    return calibration.nearest_group(np.stack([sentence.vector for sentence in document]))


def unread(question: Question, said: Candidates, calibration: Calibration, group: int) -> Evidence:
    """Return what late interaction says of one document: names and the reader are not asked.

    Args:
        question: the question.
        said: from `candidates`.
        calibration: the model's.
        group: from `group_of`.
    """
    unrelated = calibration.only(group)
    background = unrelated.vectors @ question.pooled
    background += said.weights @ best_matches(said.question, unrelated.tokens)
    distance = float(said.scores.max() - background.mean())
    return Evidence(
        distance=distance,
        # A lone sentence has no others to stand out from.
        gap=float(said.scores.max() - said.middle) if len(said.sentences) > 1 else distance,
        named=None,
        sentences=len(said.sentences),
        answers=None,
        # Where only words tell that the language is one, the weights for two refuse better.
        across=question.language != tuple(SENTENCES)[group],
    )


def _compared(
    question: Question, sentences: Sequence[Sentence], calibration: Calibration
) -> tuple[Floats, Floats, Floats]:
    """Return the question's tokens, its cosine with each sentence, and their best matches."""
    tokens = calibration.asked(question.tokens)
    similarities = np.stack([sentence.vector for sentence in sentences]) @ question.pooled
    return tokens, similarities, best_matches(tokens, [each.tokens for each in sentences])


def _candidates(
    tokens: Floats, similarities: Floats, matches: Floats, document: Sequence[Sentence]
) -> Candidates:
    # Within a document, the words that all of its sentences share no longer count.
    weights = _weights(matches)
    scores = similarities + weights @ matches
    return Candidates(
        question=tokens,
        weights=weights,
        matches=matches.max(axis=1),
        sentences=[sentence.tokens for sentence in document],
        scores=scores,
        middle=float(np.median(scores)),
    )


def reordered(scores: Floats, read: npt.NDArray[np.int64], better: Floats) -> Floats:
    """Return a document's scores with what the reader says of those that it read.

    The sentence that the reader prefers comes first. The others keep the higher of their two
    scores: what either of both holds close to the best is quoted, and none falls for it.
    """
    theirs = scores[read] + better
    theirs += scores.max() - theirs.max()
    found = scores.copy()
    found[read] = np.maximum(scores[read], theirs)
    found[read[theirs.argmax()]] += AHEAD
    return found


def _spoken(
    question: Question, sentences: Sequence[Sentence], calibration: Calibration, group: int
) -> bool:
    """Return whether texts in the language of a group are in the question's, told by its words."""
    documents: dict[int, list[Sentence]] = {}
    for sentence in sentences:
        documents.setdefault(sentence.document, []).append(sentence)
    said = frozenset(
        gram
        for own in documents.values()
        if group_of(own, calibration) == group
        for sentence in own
        for gram in grams(sentence.text)
    )
    return len(question.grams & said) > SPOKEN * len(question.grams)


def _named(
    question: Question, calibration: Calibration, texts: Sequence[str], matches: Floats
) -> list[tuple[Name, float]]:
    """Return how surely each name of the question stands in a document, or what it is called there.

    Not every word with a capital is a name. Those are left out, and names that nothing tells of.
    """
    names = [
        name
        for name in question.names
        if is_number(name.word) or calibration.names(question.tokens[list(name.tokens)])
    ]
    words = [name.word for name in names]
    return [
        (name, surely if is_number(name.word) else max(surely, _meant(matches[list(name.tokens)])))
        for name, surely in zip(names, found(words, texts), strict=True)
        if surely is not None
    ]


def _whole(named: Sequence[tuple[Name, float]], texts: Sequence[str]) -> list[float]:
    """Return how surely each whole name stands in a document: words that follow each other are one.

    Half way between what its words do on average and what one of them does by itself: a text in
    which "Rutte" says something may speak of "Mark Rutte", and one in which "Trump" does may not of
    "Melania Trump"; one in which "Mark Rutte" does says nothing of "Mark Twain".
    """
    wholes: list[list[tuple[Name, float]]] = []
    after = -1
    for name, surely in named:
        apart = is_number(name.word) or not name.tokens
        if not apart and name.tokens[0] == after:
            wholes[-1].append((name, surely))
        else:
            wholes.append([(name, surely)])
        after = -1 if apart else name.tokens[-1] + 1
    if len(wholes) == len(named):
        return [surely for _, surely in named]
    words = [name.word for name, _ in named]
    alone = dict(zip(words, found(words, texts, alone=True), strict=True))
    means = [fmean(surely for _, surely in whole) for whole in wholes]
    return [
        fmean((mean, max(mean, *(alone[name.word] or 0.0 for name, _ in whole))))
        for whole, mean in zip(wholes, means, strict=True)
    ]


def _meant(matches: Floats) -> float:
    """Return how surely something is called by a name, from the matches of the name's tokens."""
    best = matches.mean(axis=0).max() if matches.size else 0.0
    return float(np.clip((best - UNLIKE) / (MEANT - UNLIKE), 0, 1))


def _own_document(
    similarities: Floats, matches: Floats, sentences: Sequence[Sentence]
) -> npt.NDArray[np.bool_]:
    """Return which sentences are of the document that fits best.

    By the cosine of its nearest sentence, and by how much of the question late interaction finds in
    one of its sentences and in all of them.
    """
    weights = _weights(matches, RARE_ACROSS)
    documents = np.array([sentence.document for sentence in sentences])
    found = weights @ matches
    fits: dict[int, float] = {}
    for document in np.unique(documents).tolist():
        own = documents == document
        whole = float(weights @ matches[:, own].max(axis=1))
        fits[document] = NEAREST * float(similarities[own].max()) + float(found[own].max()) + whole
    best: npt.NDArray[np.bool_] = documents == max(fits, key=lambda document: fits[document])
    return best
