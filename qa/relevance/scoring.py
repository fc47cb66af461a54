"""Which sentence answers: late interaction, then the reader."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from qa.index import grams
from qa.language import FUNCTION_WORDS, SCRIPTS
from qa.reader import Candidates, Floats, Reader, Span
from qa.relevance.background import SENTENCES
from qa.relevance.calibration import Calibration
from qa.relevance.choosing import fits_of, lead_of
from qa.relevance.confidence import Evidence, confidence
from qa.relevance.matching import (
    APART,
    RARE_ACROSS,
    Background,
    Compared,
    backgrounds,
    compare,
    groups_of,
    weights_of,
)
from qa.relevance.named import Named, named_in, named_of, names_of
from qa.relevance.question import Name, Question, Sentence

CLEAR = 0.08
"""How far sentences of other documents stay behind the best one; as far as their document does,
where that is more."""

WEIGHT = np.float32(0.6)
"""How much of what the reader says of the order counts, in every language. Chosen among three
fifths and more on the articles on which the confidence is fitted."""

EVEN = 0.33
"""Share of late interaction that counts all words of the question alike, not the rare ones most.
Chosen with `WEIGHT`, among none, a third and three fifths."""

AHEAD = 0.0001
"""How far the sentence that the reader prefers is put before the next."""

READ = 12
"""Sentences that the reader reads, those that late interaction puts first: this bounds its cost."""

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
    compared = compare(question, sentences, calibration)
    similarities = compared.similarities
    weights = weights_of(compared.matches, RARE_ACROSS)
    late = weights @ compared.matches
    scores = wholes @ question.pooled
    groups = groups_of(sentences, calibration)
    unrelated = backgrounds(question, compared.tokens, calibration, groups.values())
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
    compared = compare(question, sentences, calibration)
    groups = groups_of(sentences, calibration)
    unrelated = backgrounds(question, compared.tokens, calibration, groups.values())
    apart = {document: unrelated[group] for document, group in groups.items()}
    names = names_of(question, calibration)
    named = named_in(names, sentences, compared.matches)
    fits = fits_of(sentences, compared, apart, named)
    best = max(fits, key=lambda each: fits[each])
    own = np.array([sentence.document == best for sentence in sentences])
    places = np.flatnonzero(own)
    document = [sentences[place] for place in places.tolist()]
    group = groups[best]
    said = _candidates(compared.only(own), document, unrelated[group], named[best])
    told = unread(question, said, group)
    spoken = [each for each in sentences if groups[each.document] == group]
    shared = not told.across or _spoken(question, spoken)
    weights = said.weights if shared else weights_of(compared.matches[:, own], RARE_ACROSS)
    weights = (1 - EVEN) * weights + np.float32(EVEN / max(1, len(weights)))
    scores = compared.similarities + weights @ compared.matches
    levels = {each: APART * background.score(weights) for each, background in unrelated.items()}
    scores += np.array([levels[group] - levels[groups[each.document]] for each in sentences])
    spans: dict[int, Span | None] = {}
    answers = None
    if reader is not None and len(compared.tokens):
        read = said.best(READ)
        reading = reader(said.only(read))
        scores[own] = reordered(scores[own], read, WEIGHT * reading.better)
        spans = dict(zip(places[read].tolist(), reading.spans, strict=True))
        answers = float(reading.answers.max())
    # What other documents say is shown behind the document that was chosen, if it fits as well.
    behind = [max(CLEAR, fits[best] - fits[each.document]) for each in sentences]
    scores[~own] = np.minimum(scores, scores[own].max() - np.array(behind))[~own]
    lead = lead_of(fits, sentences, sentences[int(scores.argmax())])
    evidence = replace(told, named=named[best].surely, lead=lead, answers=answers)
    return Ranking(
        scores=scores,
        confidence=confidence(evidence),
        evidence=evidence,
        shared=shared,
        names=named[best].names,
        spans=spans,
    )


def candidates(
    question: Question,
    names: Sequence[Name],
    document: Sequence[Sentence],
    calibration: Calibration,
    group: int,
) -> Candidates:
    """Return what late interaction says of the sentences of one document.

    Args:
        question: the question.
        names: its names, from `names_of`.
        document: its sentences, in order.
        calibration: the model's.
        group: from `group_of`.
    """
    compared = compare(question, document, calibration)
    unrelated = backgrounds(question, compared.tokens, calibration, [group])
    named = named_of(names, [sentence.text for sentence in document], compared.matches)
    return _candidates(compared, document, unrelated[group], named)


def group_of(document: Sequence[Sentence], calibration: Calibration) -> int:
    """Return which of the calibration's languages a document seems to be in."""
    return groups_of(document, calibration)[document[0].document]


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


def _candidates(
    compared: Compared, document: Sequence[Sentence], unrelated: Background, named: Named
) -> Candidates:
    similarities, matches = compared.similarities, compared.matches
    # Within a document, the words that all of its sentences share no longer count.
    weights = weights_of(matches)
    scores = similarities + weights @ matches
    passages = np.array([sentence.passage for sentence in document])
    nearest = similarities.copy()
    for passage in np.unique(passages):
        nearest[passages == passage] = similarities[passages == passage].max()
    onwards = np.diff(scores) * (np.diff(passages) == 0)
    around = np.zeros((len(scores), 2), np.float32)
    around[1:, 0], around[:-1, 1] = -onwards, onwards
    return Candidates(
        question=compared.tokens,
        weights=weights,
        matches=matches.max(axis=1),
        sentences=[sentence.tokens for sentence in document],
        scores=scores,
        middle=float(np.median(scores)),
        unrelated=unrelated.score(weights),
        similarities=similarities,
        nearest=nearest,
        around=around,
        named=named.tokens,
        named_in=named.tokens.max(axis=1),
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
