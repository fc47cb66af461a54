"""Which sentences are quoted: the best, those close behind, and what belongs to it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.language import begins_with_pronoun
from qa.passages import Hit, language_of

CLOSE, MOST = 0.12, 5
"""How far behind the first a sentence may be to be quoted too, and sentences quoted at the most. On
XQuAD-R's articles 24 to 31 the first holds the answer for 87 % of the questions, one of the quoted
for 96 % (seven languages, `python -m tests.benchmarks.refusal --same --step 1`; asked in English of
the six others 80 and 96 %)."""

NEAR = 200
"""Characters between two paragraphs that follow each other: a heading may stand there."""

_MARKS = frozenset('"“”„‟«»「」『』')


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence of a passage that was found."""

    hit: Hit
    start: int
    """Of the sentence in its document."""
    end: int
    score: float
    answer: tuple[int, int] | None = None
    """Where in the document its words that answer stand, if that is sure."""

    @property
    def text(self) -> str:
        """The sentence, word for word."""
        first = self.hit.passage.start
        return self.hit.passage.text[self.start - first : self.end - first]

    def follows(self, other: "Quote") -> bool:
        """Return whether it stands behind another in the same text, with little between them."""
        same = self.hit.passage.document == other.hit.passage.document
        return same and 0 <= self.start - other.end <= NEAR


def quotes(hits: Sequence[Hit]) -> tuple[Quote, ...]:
    """Return what is quoted of the hits, of which there is one at least: the best first.

    Behind it stand those without which it cannot be understood, the rest of its quotation and the
    sentence before its "he", then the others that score as well.
    """
    found = sorted(_sentences(hits), key=lambda quote: -quote.score)
    best = found[0]
    close = (quote for quote in found if best.score - quote.score < CLOSE)
    told: dict[tuple[str, str], Quote] = {}  # what a text says twice is quoted once
    for quote in (best, *_belonging(best, found), *close):
        told.setdefault((quote.hit.passage.document, quote.text), quote)
    return tuple(told.values())[:MOST]


def _sentences(hits: Sequence[Hit]) -> Iterator[Quote]:
    for hit in hits:
        first = hit.passage.start
        spans = hit.passage.sentences
        answers = hit.short_answers or (None,) * len(spans)
        for score, (start, end), answer in zip(hit.sentence_scores, spans, answers, strict=True):
            inside = answer and (first + answer[0], first + answer[1])
            yield Quote(hit, first + start, first + end, score, inside)


def _belonging(best: Quote, found: Sequence[Quote]) -> Iterator[Quote]:
    """Yield the rest of the quotation that a sentence is part of, then whom its pronoun means."""
    passage = sorted((q for q in found if q.hit is best.hit), key=lambda quote: quote.start)
    place = passage.index(best)
    inside = _inside_quotation([quote.text for quote in passage])
    first, last = place, place
    while inside[first]:
        first -= 1
    while inside[last + 1]:
        last += 1
    yield from passage[place + 1 : last + 1]
    yield from reversed(passage[first:place])
    if begins_with_pronoun(best.text, language_of(best.hit.passage.text)):
        before = [quote for quote in found if best.follows(quote)]
        yield from sorted(before, key=lambda quote: -quote.end)[:1]


def _inside_quotation(sentences: Sequence[str]) -> list[bool]:
    """Return for each cut between sentences, the outer two included, whether a quotation is open.

    Marks are counted, not told apart: one country's closing mark is another's opening one. Where
    they do not pair up, nothing is known.
    """
    inside = [False]
    for sentence in sentences:
        inside.append(inside[-1] ^ (sum(c in _MARKS for c in sentence) % 2 == 1))
    return [False] * len(inside) if inside[-1] else inside
