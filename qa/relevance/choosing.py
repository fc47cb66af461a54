"""Which document a question is about."""

from collections.abc import Mapping, Sequence

import numpy as np

from qa.relevance.matching import APART, RARE_ACROSS, Background, Compared, weights_of
from qa.relevance.named import Named
from qa.relevance.question import Sentence

NEAREST, NAMED = 3.0, 0.3
"""How much the cosine of a document's nearest sentence and its names count, beside late
interaction. Chosen by `python -m tests.benchmarks.folders --chosen`."""

AGREES = 0.9
"""Cosine from which two sentences say the same: those of rewritten and of nine in ten translated
news lie above, of the next best document's best ones not one in a hundred."""


def fits_of(
    sentences: Sequence[Sentence],
    compared: Compared,
    unrelated: Mapping[int, Background],
    named: Mapping[int, Named],
) -> dict[int, float]:
    """Return how well each document fits.

    By the cosine of its nearest sentence, by how much of the question late interaction finds in one
    of its sentences and in all of them, each counted from unrelated sentences in its language, and
    by the question's names.

    Args:
        sentences: of all documents, which they name by number.
        compared: the question beside them.
        unrelated: for each document what unrelated sentences in its language have of it.
        named: for each document what it says of the question's names.
    """
    matches = compared.matches
    weights = weights_of(matches, RARE_ACROSS)
    late = weights @ matches
    documents = np.array([sentence.document for sentence in sentences])
    fits = {}
    for document, background in unrelated.items():
        own = documents == document
        nearest = float(compared.similarities[own].max()) - APART * background.similarity
        found = float(late[own].max() + weights @ matches[:, own].max(axis=1))
        found -= APART * 2 * float(weights @ background.matches)
        fits[document] = NEAREST * nearest + found + NAMED * (named[document].surely or 0.0)
    return fits


def lead_of(
    fits: Mapping[int, float], sentences: Sequence[Sentence], first: Sentence
) -> float | None:
    """Return how much better a document fits than the next that says something else.

    Args:
        fits: from `fits_of`.
        sentences: of all documents.
        first: the sentence of the best one that is shown.
    """
    agree = {each.document for each in sentences if each.vector @ first.vector >= AGREES}
    agree.add(first.document)
    others = [fit for each, fit in fits.items() if each not in agree]
    return max(fits.values()) - max(others) if others else None
