"""Which of a question's names stand in a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from qa.reader import Floats
from qa.relevance.calibration import Calibration
from qa.relevance.names import STANDS, beside_another, found, is_abbreviation, is_number
from qa.relevance.question import Name, Question, Sentence

UNLIKE, MEANT = 0.6, 0.8
"""Cosine up to which a name's tokens match those of other names, and from which they are what it is
called in another language: on the articles that the confidence is fitted on nine of ten names that
do not stand in a text match it with less than .6, half of those that are called otherwise with more
than .62, and what matches with .8 is hardly ever another."""

ABBREVIATED = 0.1
"""How much less is enough for an abbreviation: of 55 pairs of what eight organisations are called
in two of four languages 41 match with .63, of 504 pairs of two of them 7."""

UNSAID = 0.5
"""How surely a text means the rest of a name of which it says a part and never another: a text in
which "Rutte" says something may speak of Mark Rutte, and of another Rutte."""


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """What a document says of a question's names."""

    names: tuple[str, ...]
    """Those that stand in it, however its language spells them."""
    surely: float | None
    """How surely the one that does least stands in it; None without any that can be told."""
    tokens: Floats
    """(tokens of the question, sentences): from -1 to 1, how surely the name that a token is of
    stands in a sentence; 0 where it is of none, or where the text leaves that part out."""


def names_of(question: Question, calibration: Calibration) -> list[Name]:
    """Return the names and the numbers of a question: not every word with a capital is a name."""
    return [
        name
        for name in question.names
        if is_number(name.word) or calibration.names(question.tokens[list(name.tokens)])
    ]


def named_of(names: Sequence[Name], texts: Sequence[str], matches: Floats) -> Named:
    """Return what a document says of a question's names.

    Args:
        names: from `names_of`.
        texts: the document's sentences.
        matches: (tokens of the question, sentences): from `best_matches`.
    """
    tokens = np.zeros(matches.shape, np.float32)
    told: list[tuple[Name, Floats]] = []
    for name, spelt in zip(names, found([name.word for name in names], texts), strict=True):
        if spelt is None:  # nothing tells of it
            continue
        less = ABBREVIATED if is_abbreviation(name.word) else 0.0
        meant = 0.0 if is_number(name.word) else _meant(matches[list(name.tokens)], UNLIKE - less)
        told.append((name, np.maximum(spelt, meant)))
        tokens[list(name.tokens)] = 2 * told[-1][1] - 1
    standing = [name.word for name, stands in told if stands.max() > STANDS]
    surely = []
    for whole in _wholes(told):
        unsaid = _unsaid(whole, texts)
        for name in unsaid:
            tokens[list(name.tokens)] = 0
        each = [UNSAID if name in unsaid else float(stands.max()) for name, stands in whole]
        surely.append(fmean(each))
    return Named(tuple(dict.fromkeys(standing)), min(surely, default=None), tokens)


def named_in(
    names: Sequence[Name], sentences: Sequence[Sentence], matches: Floats
) -> dict[int, Named]:
    """Return what each document says of a question's names."""
    documents = np.array([sentence.document for sentence in sentences])
    found_in = {}
    for document in dict.fromkeys(documents.tolist()):
        own = np.flatnonzero(documents == document)
        found_in[document] = named_of(
            names, [sentences[n].text for n in own.tolist()], matches[:, own]
        )
    return found_in


def _wholes(told: Sequence[tuple[Name, Floats]]) -> list[list[tuple[Name, Floats]]]:
    """Return the words of each whole name: those that follow each other. A number is by itself."""
    wholes: list[list[tuple[Name, Floats]]] = []
    after = -1
    for name, stands in told:
        apart = is_number(name.word) or not name.tokens
        if not apart and name.tokens[0] == after:
            wholes[-1].append((name, stands))
        else:
            wholes.append([(name, stands)])
        after = -1 if apart else name.tokens[-1] + 1
    return wholes


def _unsaid(whole: Sequence[tuple[Name, Floats]], texts: Sequence[str]) -> list[Name]:
    """Return the words of a name that a document leaves out, if none it says is somebody else's."""
    words = [name.word for name, _ in whole]
    said = [name.word for name, stands in whole if stands.max() > STANDS]
    rest = [name for name, stands in whole if stands.max() <= STANDS]
    if not said or not rest or beside_another(said, words, texts):
        return []
    return rest


def _meant(matches: Floats, unlike: float) -> Floats:
    """Return how surely each sentence calls by a name what a question does.

    Args:
        matches: (tokens of the name, sentences): what they match there.
        unlike: what other names match with.
    """
    best = matches.mean(axis=0) if len(matches) else np.zeros(matches.shape[1], np.float32)
    meant: Floats = np.clip((best - unlike) / (MEANT - UNLIKE), 0, 1)
    return meant
