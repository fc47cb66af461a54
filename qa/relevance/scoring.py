"""Which sentence answers: late interaction, then the reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import fmean

import numpy as np
import numpy.typing as npt

from qa.index import grams
from qa.language import FUNCTION_WORDS, SCRIPTS
from qa.reader import Bytes, Candidates, Floats, Reader, Span
from qa.relevance.background import SENTENCES
from qa.relevance.calibration import Calibration
from qa.relevance.confidence import Evidence, confidence
from qa.relevance.names import found, is_number

RARE, RARE_ACROSS = 3.0, 1.5
"""Power of a question token's rareness: words that match everywhere count little. Where question
and text are in two languages the lower one does as well on XQuAD-R's articles 0 to 23."""

NEAREST, NAMED, APART = 3.0, 0.3, 0.7
"""Where a document is chosen: how much the cosine of its nearest sentence and its names count,
beside late interaction, and how much of what unrelated sentences in its language have of each is
taken off. Chosen by `python -m tests.benchmarks.folders --chosen`. With all of it taken off more
questions find what another language says, and fewer what their own does."""

CLEAR = 0.08
"""How far sentences of other documents stay behind the best one; as far as their document does,
where that is more."""

AGREES = 0.9
"""Cosine from which two sentences say the same: those of rewritten and of nine in ten translated
news lie above, of the next best document's best ones not one in a hundred."""

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


def passage_scores(
    question: Question, sentences: Sequence[Sentence], wholes: Floats, calibration: Calibration
) -> Floats:
    """Return how well each passage fits: itself and its best sentence, also token by token.

    Counted from unrelated sentences in its language: in one and the same language everything is
    more alike.

    Args:
        question: the question.
        sentences: of all passages, which they name by number.
        wholes: (passages, dimension): the vector of each.
        calibration: the model's.
    """
    tokens, similarities, matches = _compared(question, sentences, calibration)
    weights = _weights(matches, RARE_ACROSS)
    late = weights @ matches
    scores = wholes @ question.pooled
    groups = _groups(sentences, calibration)
    unrelated = _backgrounds(question, tokens, calibration, groups.values())
    passages = np.array([sentence.passage for sentence in sentences])
    for passage in np.unique(passages).tolist():
        own = np.flatnonzero(passages == passage)
        background = unrelated[groups[sentences[own[0]].document]]
        scores[passage] += similarities[own].max() + late[own].max()
        scores[passage] -= APART * (2 * background.similarity + weights @ background.matches)
    return scores


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
    groups = _groups(sentences, calibration)
    unrelated = _backgrounds(question, tokens, calibration, groups.values())
    apart = {document: unrelated[group] for document, group in groups.items()}
    named = _named_in(question, sentences, matches, calibration)
    fits = _fits(similarities, matches, sentences, apart, named)
    best = max(fits, key=lambda each: fits[each])
    own = np.array([sentence.document == best for sentence in sentences])
    places = np.flatnonzero(own)
    document = [sentences[place] for place in places.tolist()]
    group = groups[best]
    compared = tokens, similarities[own], matches[:, own]
    said = _candidates(compared, document, unrelated[group])
    told = unread(question, said, group)
    spoken = [each for each in sentences if groups[each.document] == group]
    shared = not told.across or _spoken(question, spoken)
    weights = said.weights if shared else _weights(matches[:, own], RARE_ACROSS)
    scores = similarities + weights @ matches
    levels = {each: APART * background.score(weights) for each, background in unrelated.items()}
    scores += np.array([levels[group] - levels[groups[each.document]] for each in sentences])
    spans: dict[int, Span | None] = {}
    answers = None
    if reader is not None and len(tokens):
        read = said.best(READ)
        reading = reader(said.only(read))
        scores[own] = reordered(scores[own], read, WEIGHT * reading.better)
        spans = dict(zip(places[read].tolist(), reading.spans, strict=True))
        answers = float(reading.answers.max())
    # What other documents say is shown behind the document that was chosen, if it fits as well.
    behind = [max(CLEAR, fits[best] - fits[each.document]) for each in sentences]
    scores[~own] = np.minimum(scores, scores[own].max() - np.array(behind))[~own]
    names, surely = named[best]
    said_first = sentences[int(scores.argmax())].vector
    agree = {best, *(each.document for each in sentences if each.vector @ said_first >= AGREES)}
    lead = min((fits[best] - fit for each, fit in fits.items() if each not in agree), default=None)
    evidence = replace(told, named=surely, lead=lead, answers=answers)
    return Ranking(
        scores=scores,
        confidence=confidence(evidence),
        evidence=evidence,
        shared=shared,
        names=names,
        spans=spans,
    )


def candidates(
    question: Question, document: Sequence[Sentence], calibration: Calibration, group: int
) -> Candidates:
    """Return what late interaction says of the sentences of one document.

    Args:
        question: the question.
        document: its sentences, in order.
        calibration: the model's.
        group: from `group_of`.
    """
    compared = _compared(question, document, calibration)
    unrelated = _backgrounds(question, compared[0], calibration, [group])
    return _candidates(compared, document, unrelated[group])


def group_of(document: Sequence[Sentence], calibration: Calibration) -> int:
    """Return which of the calibration's languages a document seems to be in."""
    return _groups(document, calibration)[document[0].document]


def unread(question: Question, said: Candidates, group: int) -> Evidence:
    """Return what late interaction says of one document: names and the reader are not asked.

    Args:
        question: the question.
        said: from `candidates`.
        group: from `group_of`.
    """
    best = float(said.scores.max())
    distance = best - said.unrelated
    return Evidence(
        distance=distance,
        # A lone sentence has no others to stand out from.
        gap=best - said.middle if len(said.sentences) > 1 else distance,
        named=None,
        sentences=len(said.sentences),
        lead=None,
        answers=None,
        # Where only words tell that the language is one, the weights for two refuse better.
        across=question.language != (_languages()[group] or None),
    )


@cache
def _languages() -> tuple[str, ...]:
    """Return what `qa.language` takes a question in each of the calibration's languages for.

    That is another one where they share a script that tells: Ukrainian is taken for Russian. Empty
    where nothing tells.
    """
    scripts = {
        code: next((name for name, script in SCRIPTS.items() if script.search("".join(said))), "")
        for code, said in SENTENCES.items()
    }
    return tuple(code if code in FUNCTION_WORDS else scripts[code] for code in SENTENCES)


def _groups(sentences: Sequence[Sentence], calibration: Calibration) -> dict[int, int]:
    """Return which of the calibration's languages each document seems to be in."""
    documents: dict[int, list[Floats]] = {}
    for sentence in sentences:
        documents.setdefault(sentence.document, []).append(sentence.vector)
    means = np.stack([np.mean(vectors, axis=0) for vectors in documents.values()])
    return dict(zip(documents, calibration.nearest_groups(means).tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Background:
    """How alike a question is to unrelated sentences of one language."""

    similarity: float
    """The mean cosine."""
    matches: Floats
    """(tokens,): each token's mean highest cosine with a token of one of them."""

    def score(self, weights: Floats) -> float:
        """Return their mean score, as a sentence is scored with these weights of the tokens."""
        return self.similarity + float(weights @ self.matches)


def _backgrounds(
    question: Question, tokens: Floats, calibration: Calibration, groups: Iterable[int]
) -> dict[int, _Background]:
    found = {}
    for group in set(groups):
        unrelated = calibration.only(group)
        similarity = float((unrelated.vectors @ question.pooled).mean())
        matches = best_matches(tokens, unrelated.tokens).mean(axis=1)
        found[group] = _Background(similarity, matches)
    return found


def _compared(
    question: Question, sentences: Sequence[Sentence], calibration: Calibration
) -> tuple[Floats, Floats, Floats]:
    """Return the question's tokens, its cosine with each sentence, and their best matches."""
    tokens = calibration.asked(question.tokens)
    similarities = np.stack([sentence.vector for sentence in sentences]) @ question.pooled
    return tokens, similarities, best_matches(tokens, [each.tokens for each in sentences])


def _candidates(
    compared: tuple[Floats, Floats, Floats], document: Sequence[Sentence], unrelated: _Background
) -> Candidates:
    tokens, similarities, matches = compared
    # Within a document, the words that all of its sentences share no longer count.
    weights = _weights(matches)
    scores = similarities + weights @ matches
    passages = np.array([sentence.passage for sentence in document])
    nearest = similarities.copy()
    for passage in np.unique(passages):
        nearest[passages == passage] = similarities[passages == passage].max()
    onwards = np.diff(scores) * (np.diff(passages) == 0)
    around = np.zeros((len(scores), 2), np.float32)
    around[1:, 0], around[:-1, 1] = -onwards, onwards
    return Candidates(
        question=tokens,
        weights=weights,
        matches=matches.max(axis=1),
        sentences=[sentence.tokens for sentence in document],
        scores=scores,
        middle=float(np.median(scores)),
        unrelated=unrelated.score(weights),
        similarities=similarities,
        nearest=nearest,
        around=around,
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


def _spoken(question: Question, sentences: Iterable[Sentence]) -> bool:
    """Return whether sentences are in a question's language, told by its words."""
    said = frozenset(gram for sentence in sentences for gram in grams(sentence.text))
    return len(question.grams & said) > SPOKEN * len(question.grams)


def _named_in(
    question: Question, sentences: Sequence[Sentence], matches: Floats, calibration: Calibration
) -> dict[int, tuple[tuple[str, ...], float | None]]:
    """Return which of a question's names stand in each document, and how surely the least does."""
    documents = np.array([sentence.document for sentence in sentences])
    found_in = {}
    for document in dict.fromkeys(documents.tolist()):
        own = np.flatnonzero(documents == document)
        texts = [sentences[place].text for place in own.tolist()]
        named = _named(question, calibration, texts, matches[:, own])
        names = tuple(dict.fromkeys(name.word for name, surely in named if surely > STANDS))
        found_in[document] = names, min(_whole(named, texts), default=None)
    return found_in


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


def _fits(
    similarities: Floats,
    matches: Floats,
    sentences: Sequence[Sentence],
    unrelated: Mapping[int, _Background],
    named: Mapping[int, tuple[tuple[str, ...], float | None]],
) -> dict[int, float]:
    """Return how well each document fits.

    By the cosine of its nearest sentence, by how much of the question late interaction finds in one
    of its sentences and in all of them, each counted from unrelated sentences in its language, and
    by the question's names.
    """
    weights = _weights(matches, RARE_ACROSS)
    late = weights @ matches
    documents = np.array([sentence.document for sentence in sentences])
    fits = {}
    for document, background in unrelated.items():
        own = documents == document
        nearest = float(similarities[own].max()) - APART * background.similarity
        found = float(late[own].max() + weights @ matches[:, own].max(axis=1))
        found -= APART * 2 * float(weights @ background.matches)
        fits[document] = NEAREST * nearest + found + NAMED * (named[document][1] or 0.0)
    return fits
