"""From a question to hits: near in meaning or alike in words, scored sentence by sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from qa import reader, relevance
from qa.encoder import DEFAULT_MODEL, Model, TokenVectors
from qa.index import Embedding, Snapshot, content, coverage, grams, word_grams, words
from qa.language import is_function_word, language, name_spans, whole_words, without_names
from qa.passages import Hit

NEAR = 150
"""Vectors looked at in FAISS."""
MATCHING = 32
"""Passages looked at for their words."""
COUNTED, COVERED = 32, 0.5
"""Passages whose words are looked at, those that fit best, and how much it counts there that the
question's stand in them."""
SHORTLIST = 12
"""Passages that are looked at closely: this bounds the cost of a question."""
SHOWN = 6
"""Passages returned."""
SURE = 0.25
"""Likelihood from which words in a sentence are marked as the short answer; how often, and how far
they are the labelled ones: `python -m tests.benchmarks.refusal`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found for a question."""

    hits: tuple[Hit, ...]
    """Best first; `sentence_scores` tell which of a passage's sentences answers best."""
    confidence: float
    """Probability that the sentences that score best answer the question."""
    words: dict[str, bool]
    """The question's words but for function words, and whether each stands in some text; a name
    does however it is spelt there."""


def retrieve(question: str, snapshot: Snapshot, model: Model) -> Found:
    """Return the passages that may answer a question, best first, and how sure that is."""
    query = _encoded(question, model)
    asked = as_asked(question, query)
    wanted = grams(question)
    calibration = relevance.Calibration.from_arrays(snapshot.calibration())
    near = calibration.without_language(query.pooled)[np.newaxis]
    keys = dict.fromkeys([*snapshot.nearest(near, NEAR), *snapshot.matching(wanted, MATCHING)])
    if not keys:
        return Found(hits=(), confidence=0.0, words={})
    candidates = _shortlist(asked, calibration, wanted, snapshot, list(keys))
    read = reader.load() if model.name == DEFAULT_MODEL else None
    hits, ranking = _ranked(asked, calibration, candidates, read)
    names = {word for name in ranking.names for word in words(name)}
    asked_for = dict.fromkeys(word for word in words(question) if not is_function_word(word))
    known = {word: word in names or _stands(word, snapshot) for word in asked_for}
    return Found(hits=hits, confidence=ranking.confidence, words=known)


def as_asked(question: str, query: TokenVectors) -> relevance.Question:
    """Return a question with what its words tell, beside its vectors."""
    return relevance.Question(
        pooled=query.pooled,
        tokens=query.tokens,
        language=language(question, default=""),
        names=tuple(_names(question, query)),
        grams=frozenset(grams(without_names(question))),
    )


def _stands(word: str, snapshot: Snapshot) -> bool:
    """Return whether a word stands in some text, whole or inside a longer one."""
    return all(snapshot.found_in(gram) for gram in word_grams(word))


def _encoded(question: str, model: Model) -> TokenVectors:
    if model.gives_tokens:
        return model.encode_query_tokens([question])[0]
    return TokenVectors.bare(model.encode_query([question])[0])


def _names(question: str, query: TokenVectors) -> Iterator[relevance.Name]:
    """Yield what may be a name; a single letter is none."""
    for start, end in name_spans(question):
        word = question[start:end]
        if len(word) > 1 or word.isdigit():
            yield relevance.Name(word, tuple(query.inside(start, end)))


def _shortlist(
    asked: relevance.Question,
    calibration: relevance.Calibration,
    wanted: list[str],
    snapshot: Snapshot,
    keys: list[int],
) -> list[tuple[Hit, Embedding]]:
    """Return the passages that fit best as wholes."""
    embeddings = snapshot.embeddings(keys)
    found = snapshot.hits(dict.fromkeys(keys, 0.0))
    candidates = [(hit, embeddings[key]) for key, hit in found]
    wholes = np.stack([embedding.vectors[0] for _, embedding in candidates])
    scores = relevance.passage_scores(asked, _sentences(candidates), wholes, calibration)
    best = np.argsort(-scores, kind="stable")[:COUNTED]
    weights = snapshot.weights(wanted)
    average = snapshot.average_length()
    for place in best.tolist():
        said = grams(content(candidates[place][0].passage))
        scores[place] += COVERED * coverage(weights, said, average_length=average)
    best = best[np.argsort(-scores[best], kind="stable")]
    return [candidates[place] for place in best[:SHORTLIST].tolist()]


def _sentences(candidates: list[tuple[Hit, Embedding]]) -> list[relevance.Sentence]:
    """Return the sentences of all passages, in order; each passage is named by its place."""
    documents = {hit.passage.document: number for number, (hit, _) in enumerate(candidates)}
    return [
        relevance.Sentence(
            vector=vector,
            tokens=embedding.tokens[_inside(embedding, span)],
            passage=number,
            document=documents[hit.passage.document],
            text=hit.passage.text[slice(*span)],
        )
        for number, (hit, embedding) in enumerate(candidates)
        for vector, span in zip(embedding.vectors[1:], hit.passage.sentences, strict=True)
    ]


def _ranked(
    asked: relevance.Question,
    calibration: relevance.Calibration,
    candidates: list[tuple[Hit, Embedding]],
    read: reader.Reader | None,
) -> tuple[tuple[Hit, ...], relevance.Ranking]:
    sentences = _sentences(candidates)
    ranking = relevance.rank(asked, sentences, calibration, read)
    scored = enumerate(ranking.scores.tolist())
    hits = []
    for hit, embedding in candidates:
        scores, answers = [], []
        for span in hit.passage.sentences:
            place, score = next(scored)
            scores.append(score)
            answer = _answer(embedding, span, ranking.spans.get(place))
            answers.append(answer and whole_words(hit.passage.text, answer, span))
        own, short = tuple(scores), tuple(answers)
        hits.append(replace(hit, score=max(own), sentence_scores=own, short_answers=short))
    hits.sort(key=lambda hit: -hit.score)
    return tuple(hits[:SHOWN]), ranking


def _inside(embedding: Embedding, span: tuple[int, int]) -> slice:
    """Return which tokens are of one sentence: those that begin in it."""
    first, last = np.searchsorted(embedding.offsets[:, 0], span)
    return slice(int(first), int(last))


def _answer(
    embedding: Embedding, sentence: tuple[int, int], found: reader.Span | None
) -> tuple[int, int] | None:
    """Return where in its passage the short answer of a sentence stands, if it surely is one."""
    if found is None or found.likelihood < SURE:
        return None
    tokens = embedding.offsets[_inside(embedding, sentence)]
    start, end = int(tokens[found.first, 0]), int(tokens[found.last, 1])
    return start, min(end, sentence[1])
