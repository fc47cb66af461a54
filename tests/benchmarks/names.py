"""Fit what tells names from other nouns in a question (`qa/relevance/names.npz`).

    python -m tests.benchmarks.names FILE

In German every noun has a capital, in other languages only names have. So in the German questions
of XQuAD-R's articles 0 to 15 and of the news of `tests.benchmarks.news` that are trained on, a word
is called a name if what it stands for in the same question in English, and in Spanish or Dutch, has
one: the word whose token vectors are most like its own, or one that sounds like it. Only the states
of the middle layer are weighed; with those of the others nothing is told better. Prints how often
it is right on the articles that are held out.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped] # has no types
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped] # has no types

from qa import encoder
from qa.build import calibrate
from qa.encoder import TokenVectors
from qa.language import name_spans
from qa.reader import Floats
from qa.relevance import Calibration
from qa.relevance.names import sounds
from tests.benchmarks import news, xquad
from tests.benchmarks.means import WIDTH

LAYER = slice(WIDTH, 2 * WIDTH)
ALIKE = 80
"""Per cent of the letters of two words that sound alike."""
STRENGTH = 0.01
"""Of the fit to the questions against small weights; ten times more or less tells no better."""

_WORD = re.compile(r"\w[\w'\u2019-]*")

Word = tuple[str, bool, Floats]
"""A word of a question, whether a capital marks a name, and its token vectors."""


@dataclass(frozen=True, slots=True, eq=False)
class Noun:
    """A German word with a capital."""

    states: Floats
    """(width,): the mean of its tokens'."""
    name: bool


def main() -> None:
    """Fit, print how well it tells, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    fitted = [*_nouns(xquad.FITTED, "es"), *_nouns(news.FITTED, "nl")]
    states = np.stack([noun.states[LAYER] for noun in fitted])
    mean, spread = states.mean(axis=0), states.std(axis=0)
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit((states - mean) / spread, [noun.name for noun in fitted])
    weights = model.coef_[0] / spread
    naming = np.zeros(3 * WIDTH + 1, np.float32)
    naming[LAYER], naming[-1] = weights, model.intercept_[0] - weights @ mean
    np.savez(options.file, naming=naming)
    for part in (_nouns(xquad.HELD_OUT, "es"), _nouns(news.HELD_OUT, "nl")):
        held = list(part)
        names = np.array([noun.name for noun in held])
        odds = np.array([noun.states @ naming[:-1] + naming[-1] for noun in held])
        area, right = roc_auc_score(names, odds), ((odds > 0) == names).mean()
        print(f"{len(held)} nouns, {names.mean():.0%} names: AUROC {area:.3f}, right {right:.1%}")


def _nouns(articles: Sequence[int], third: str) -> Iterator[Noun]:
    """Yield the capitalised words of the German questions; `third` is a language beside English."""
    read = xquad.paragraphs if third == "es" else news.paragraphs
    model = encoder.load(None)
    calibration = calibrate(model)
    asked = [
        [text for own in read(code, articles) for text, _ in own.questions]
        for code in ("de", "en", third)
    ]
    encoded = [model.encode_query_tokens(texts) for texts in asked]
    for texts, vectors in zip(zip(*asked, strict=True), zip(*encoded, strict=True), strict=True):
        german, *others = [list(_words(*each)) for each in zip(texts, vectors, strict=True)]
        known = [word for words in others for word in words]
        for text, capital, states in german:
            if capital and not any(letter.isdigit() for letter in text):
                named = _stands_for_a_name(text, states, known, calibration)
                yield Noun(states.mean(axis=0), named)


def _stands_for_a_name(
    text: str, states: Floats, others: Sequence[Word], calibration: Calibration
) -> bool:
    mine = calibration.asked(states)
    best, named = 0.0, False
    for other, capital, theirs in others:
        if capital and fuzz.ratio(sounds(text), sounds(other)) >= ALIKE:
            return True
        alike = float((mine @ calibration.asked(theirs).T).max(axis=1).mean())
        if alike > best:
            best, named = alike, capital
    return named


def _words(text: str, vectors: TokenVectors) -> Iterator[Word]:
    capitals = {start for start, _ in name_spans(text)}
    for word in _WORD.finditer(text):
        inside = vectors.inside(*word.span())
        if inside:
            yield word[0], word.start() in capitals, vectors.tokens[inside]


if __name__ == "__main__":
    main()
