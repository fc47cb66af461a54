"""Labelled questions asked of pools of sentences, with what answers them and without."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qa.answer import CLOSE, MOST
from qa.reader import Reader, Span
from qa.relevance import Calibration, Ranking, Sentence, rank
from qa.relevance.matching import best_matches
from qa.retriever import SHORTLIST, SURE
from tests.benchmarks import invented, monolingual, news, xquad
from tests.benchmarks.labelled import Asked, Language

Pool = Sequence[tuple[int, Sentence]]
"""Sentences with their numbers."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question asked of one pool of sentences."""

    kind: str
    """The collection, and for XQuAD-R whether question and text are in one language."""
    pool: str
    """`article`, or `many` articles."""
    answerable: bool
    first: bool
    """Whether the right sentence comes first."""
    quoted: bool
    """Whether it is among those that would be quoted."""
    paragraph: bool
    """Whether the first sentence is of the right paragraph."""
    plain: bool
    """Whether the right sentence comes first by cosine alone."""
    late: bool
    """Whether it does by cosine and 1.5 times plain late interaction."""
    overlap: float | None
    """How far the words that are marked as the answer are the labelled ones: F1 of their tokens, if
    the right sentence comes first and has words marked."""
    near: bool
    """Whether it is one that no text answers, about what is in them."""
    gone: bool
    """Whether its article is taken away."""
    ranking: Ranking


class Asking:
    """Asks with the packaged calibration and reader, or without a reader."""

    def __init__(self, calibration: Calibration, reader: Reader | None) -> None:
        self._calibration = calibration
        self._reader = reader

    def parallel(
        self,
        part: Sequence[int],
        pairs: Sequence[tuple[str, str]],
        step: int,
        others: Sequence[int] = (),
    ) -> Iterator[Case]:
        """Yield XQuAD-R's questions in one language asked of texts in another, or in the same.

        Nothing is asked about the `others`: they are more articles to look through.
        """
        articles = [*part, *others]
        codes = {code for pair in pairs for code in pair}
        texts = {code: xquad.load(code, articles, self._calibration) for code in sorted(codes)}
        for here, there in pairs:
            kind = "same" if here == there else "across"
            asks = [one for one in _asked(texts[here], texts[there]) if one.article in part]
            for asked in asks[::step]:
                yield from self._cases(kind, asked, texts[there], many=True)

    def single(self, part: str, step: int) -> Iterator[Case]:
        """Yield the questions of the collections that have one language."""
        for load in (monolingual.squad, monolingual.norquad):
            text = load(part, self._calibration)
            for asked in text.asked[::step]:
                yield from self._cases(load.__name__, asked, text, many=False)

    def news(
        self,
        part: Sequence[int],
        step: int,
        there: Sequence[str] = news.TEXTS,
        many: Sequence[str] = (),
        path: Path = news.NEWS,
    ) -> Iterator[Case]:
        """Yield the invented news' questions in every language, asked of texts in some.

        All of it is looked through where the question is in one of `many`, or in the text's.
        """
        texts = news.load(part, self._calibration, path)
        yield from self._told(path.stem, texts, step, there, many)

    def invented(self, part: str, step: int, folder: Path = invented.INVENTED) -> Iterator[Case]:
        """Yield the invented texts' questions, asked of the texts in each of their languages."""
        for codes in invented.groups(folder, part):
            for number in invented.versions(folder):
                texts = invented.load(codes, part, self._calibration, folder, number)
                yield from self._told(folder.name, texts, step, codes, ())

    def _told(
        self,
        kind: str,
        texts: dict[str, Language],
        step: int,
        there: Sequence[str],
        many: Sequence[str],
    ) -> Iterator[Case]:
        for code in there:
            for here, own in texts.items():
                side = "same" if here == code else "across"
                wide = bool(many) and here in (code, *many)
                for asked in _asked(own, texts[code])[::step]:
                    yield from self._cases(f"{kind} {side}", asked, texts[code], many=wide)

    def _cases(self, kind: str, asked: Asked, text: Language, *, many: bool) -> Iterator[Case]:
        numbered = list(enumerate(text.sentences))
        own = _where(numbered, lambda sentence: sentence.document == asked.article)
        yield self._case(kind, "article", asked, own)
        if asked.gold >= 0:
            less = _where(own, lambda sentence: sentence.passage != asked.paragraph)
            yield self._case(kind, "article", asked, less)
        if many:
            yield self._case(kind, "many", asked, numbered)
            if asked.gold >= 0:
                others = _where(numbered, lambda sentence: sentence.document != asked.article)
                yield self._case(kind, "many", asked, others, gone=True)

    def _case(self, kind: str, pool: str, asked: Asked, pairs: Pool, *, gone: bool = False) -> Case:
        plain, late = _plainly(asked, [sentence for _, sentence in pairs], self._calibration)
        near = _nearest(asked, pairs)
        sentences = [sentence for _, sentence in near]
        ranking = rank(asked.question, sentences, self._calibration, self._reader)
        order = np.argsort(-ranking.scores, kind="stable")[:MOST]
        best = ranking.scores[order[0]]
        quoted = [near[place][0] for place in order if best - ranking.scores[place] < CLOSE]
        return Case(
            kind=kind,
            pool=pool,
            answerable=asked.gold >= 0 and any(number == asked.gold for number, _ in pairs),
            first=quoted[0] == asked.gold,
            quoted=asked.gold in quoted,
            paragraph=sentences[order[0]].passage == asked.paragraph,
            plain=pairs[plain][0] == asked.gold,
            late=pairs[late][0] == asked.gold,
            overlap=_overlap(ranking.spans.get(int(order[0])), asked, quoted[0]),
            near=asked.gold < 0,
            gone=gone,
            ranking=ranking,
        )


def _asked(here: Language, there: Language) -> list[Asked]:
    """Return what is asked in one language of the same texts in another.

    The same questions stand in every language, in the same order.
    """
    both = zip(here.asked, there.asked, strict=True)
    return [replace(theirs, question=mine.question) for mine, theirs in both]


def _overlap(said: Span | None, asked: Asked, first: int) -> float | None:
    if said is None or said.likelihood < SURE or asked.span is None or first != asked.gold:
        return None
    start, end = asked.span
    both = min(said.last, end) - max(said.first, start) + 1
    return 2 * max(both, 0) / (said.last - said.first + end - start + 2)


def _where(pairs: Pool, wanted: Callable[[Sentence], bool]) -> Pool:
    return [pair for pair in pairs if wanted(pair[1])]


def _plainly(
    asked: Asked, sentences: Sequence[Sentence], calibration: Calibration
) -> tuple[int, int]:
    """Return which sentence is best by cosine, and which with late interaction unweighted."""
    similarities = np.stack([each.vector for each in sentences]) @ asked.question.pooled
    tokens = calibration.asked(asked.question.tokens)
    late = best_matches(tokens, [each.tokens for each in sentences]).mean(axis=0)
    return int(similarities.argmax()), int((similarities + 1.5 * late).argmax())


def _nearest(asked: Asked, pairs: Pool) -> Pool:
    """Return the sentences of as many passages as the product compares token by token."""
    best: dict[int, float] = {}
    for _, sentence in pairs:
        similarity = float(sentence.vector @ asked.question.pooled)
        best[sentence.passage] = max(best.get(sentence.passage, -1.0), similarity)
    near = set(sorted(best, key=lambda passage: -best[passage])[:SHORTLIST])
    return _where(pairs, lambda sentence: sentence.passage in near)


def of(cases: Iterable[Case], kind: str, pool: str) -> list[Case]:
    """Return the cases of one kind and pool."""
    return [case for case in cases if (case.kind, case.pool) == (kind, pool)]
