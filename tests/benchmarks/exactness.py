"""The packaged model beside its own weights in float32: cosines of all texts, and what is found.

    python -m tests.benchmarks.exactness [--articles N]

Every paragraph, sentence and question of XQuAD-R is encoded by both, in turn. Then each question
looks for its paragraph by cosine (P), and for the sentence that answers it by cosine (S) and with
late interaction (S + M) among all sentences of its language; questions in English among those of
each other language too. The interval of a difference is over resampled articles.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qa import encoder
from qa.encoder.packaged import Packaged
from qa.encoder.vectors import TokenVectors, Vectors, unit
from tests.benchmarks.labelled import folder

Right = NDArray[np.bool_]
"""(questions,): what stood first was right."""

_SLAB = 50
"""Questions compared with all tokens at once: 100 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """One language; the same questions, in the same order, as every other."""

    paragraphs: list[str]
    sentences: list[tuple[int, int, int]]
    """Paragraph, start, end."""
    questions: list[str]
    articles: NDArray[np.int64]
    """Of the questions, as are the next two."""
    paragraph: NDArray[np.int64]
    sentence: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """What one of the two made of a language; tokens are centred by their mean, unit length."""

    paragraphs: Vectors
    sentences: Vectors
    questions: Vectors
    tokens: list[Vectors]
    """Of the sentences."""
    asked: list[Vectors]
    """Tokens of the questions."""


def read(code: str, articles: int | None) -> Texts:
    """Return the first articles of a language."""
    paragraphs: list[str] = []
    sentences: list[tuple[int, int, int]] = []
    asked: list[tuple[str, int, int, int]] = []
    data = json.loads((folder("xquad-r") / f"{code}.json").read_text(encoding="utf-8"))["data"]
    for article, content in enumerate(data[:articles]):
        for paragraph in content["paragraphs"]:
            place, first = len(paragraphs), len(sentences)
            paragraphs.append(paragraph["context"])
            spans = [(int(start), int(end)) for start, end in paragraph["sentence_breaks"]]
            sentences += [(place, *span) for span in spans]
            for record in paragraph["qas"]:
                at = record["answers"][0]["answer_start"]
                right = next(n for n, (_, end) in enumerate(spans) if at < end)
                asked.append((record["question"], article, place, first + right))
    questions, *numbers = zip(*asked, strict=True)
    return Texts(paragraphs, sentences, list(questions), *map(np.array, numbers))


def encode(model: encoder.Model, texts: Texts) -> Encoded:
    """Return all vectors of a language."""
    states = model.encode_document_tokens(texts.paragraphs)
    asked = model.encode_query_tokens(texts.questions)
    text_mean, question_mean = (
        np.concatenate([last(one) for one in found]).mean(axis=0) for found in (states, asked)
    )
    tokens = []
    for place, start, end in texts.sentences:
        starts = states[place].offsets[:, 0]
        inside = last(states[place])[(starts >= start) & (starts < end)]
        tokens.append(unit(inside - text_mean))
    return Encoded(
        np.stack([one.pooled for one in states]),
        model.encode_document(
            [texts.paragraphs[p][start:end] for p, start, end in texts.sentences]
        ),
        np.stack([one.pooled for one in asked]),
        tokens,
        [unit(last(one) - question_mean) for one in asked],
    )


def last(text: TokenVectors) -> Vectors:
    """Return the states of the last layer: only the packaged model gives others behind them."""
    return text.tokens[:, : len(text.pooled)]


def late_interaction(questions: list[Vectors], sentences: list[Vectors]) -> Vectors:
    """(questions, sentences): the mean over the question's tokens of the highest cosine."""
    joined = np.concatenate(sentences).T
    starts = np.cumsum([0, *(len(tokens) for tokens in sentences[:-1])])
    rows = []
    for first in range(0, len(questions), _SLAB):
        slab = questions[first : first + _SLAB]
        best = np.maximum.reduceat(np.concatenate(slab) @ joined, starts, axis=1)
        edges = np.cumsum([0, *map(len, slab)])
        rows += [best[start:end].mean(axis=0) for start, end in pairwise(edges)]
    return np.array(rows)


def searched(asked: Encoded, found: Encoded, texts: Texts) -> Iterator[tuple[str, Right]]:
    """Yield which questions find the right thing first, by each score."""
    yield "paragraph P", (asked.questions @ found.paragraphs.T).argmax(axis=1) == texts.paragraph
    scores = asked.questions @ found.sentences.T
    yield "sentence S", scores.argmax(axis=1) == texts.sentence
    scores += late_interaction(asked.asked, found.tokens)
    yield "sentence S + M", scores.argmax(axis=1) == texts.sentence


def interval(differences: NDArray[np.float64], articles: NDArray[np.int64]) -> tuple[float, float]:
    """Return the middle 95 % of the mean over resampled articles."""
    draw = np.random.default_rng(0)
    own = [differences[articles == article] for article in np.unique(articles)]
    sums, counts = np.array([part.sum() for part in own]), np.array([len(part) for part in own])
    drawn = draw.integers(0, len(own), (2000, len(own)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def show_cosines(cosines: dict[str, list[Vectors]]) -> None:
    """Print how near the vectors are."""
    for what, found in cosines.items():
        rows = np.concatenate(found)
        low = np.percentile(rows, 1)
        print(
            f"cosine with float32, {len(rows):5} {what:10}: mean {rows.mean():.5f},"
            f" lowest 1 % below {low:.5f}, worst {rows.min():.5f}"
        )


def show_right(right: dict[str, list[tuple[Right, Right]]], articles: NDArray[np.int64]) -> None:
    """Print how often each finds the right thing first."""
    print("right one first, %                    float32  packaged  difference [95 % of articles]")
    for name, pairs in right.items():
        exact, ours = 100 * np.array(pairs, float).mean(axis=0)
        low, high = interval(ours - exact, articles)
        difference = ours.mean() - exact.mean()
        print(
            f"{name:36} {exact.mean():8.2f}  {ours.mean():8.2f}  {difference:+10.2f}"
            f" [{low:+.2f}, {high:+.2f}]"
        )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=None, help="only the first so many")
    options = parser.parse_args()
    models = [encoder.load(str(Packaged().folder)), encoder.load()]
    codes = sorted(
        (path.stem for path in folder("xquad-r").glob("*.json")), key=lambda code: code != "en"
    )
    everything = {code: read(code, options.articles) for code in codes}
    cosines: dict[str, list[Vectors]] = {"paragraphs": [], "sentences": [], "questions": []}
    right: dict[str, list[tuple[Right, Right]]] = {}
    english: list[Encoded] = []
    for texts in everything.values():
        both = [encode(model, texts) for model in models]
        for what, found in cosines.items():
            exact, ours = (getattr(one, what) for one in both)
            found.append((exact * ours).sum(axis=1))
        askers = {"same language": both} | ({"English -> other": english} if english else {})
        for where, asking in askers.items():
            pairs = [dict(searched(*pair, texts)) for pair in zip(asking, both, strict=True)]
            for score in pairs[0]:
                found_by = (pairs[0][score], pairs[1][score])
                right.setdefault(f"{score}, {where}", []).append(found_by)
        english = english or both
    show_cosines(cosines)
    show_right(right, everything[codes[0]].articles)


if __name__ == "__main__":
    main()
