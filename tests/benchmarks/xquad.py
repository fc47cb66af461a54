"""XQuAD-R as the benchmarks use it: paragraphs with gold sentences, questions, encoded once.

The data is not part of the project: it is looked for in the folder that QA_EVALUATION_DATA names,
else in `../shared/data`.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa import encoder
from qa.build import calibrate
from qa.encoder import TokenVectors
from qa.language import names
from qa.relevance import Calibration, Question, Sentence, compress

FITTED, HELD_OUT = range(16), range(24, 32)
"""Articles on which constants were fitted, and articles on which they are reported; what was chosen
among several, such as the features of the confidence, was chosen on those between."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, the article and paragraph that answer it, and the right sentence's number."""

    question: Question
    article: int
    paragraph: int
    gold: int


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Everything of one language; `sentences` know their article (document) and paragraph."""

    sentences: list[Sentence]
    asked: list[Asked]
    states: list[TokenVectors]
    """Of the paragraphs."""


def folder() -> Path:
    """Return where the data is, or end with a message where it is not."""
    found = Path(os.environ.get("QA_EVALUATION_DATA", "../shared/data")) / "xquad-r"
    if not found.is_dir():
        sys.exit(f"skipped: there is no {found}; set QA_EVALUATION_DATA to the evaluation data")
    return found


def load(code: str, articles: Sequence[int], calibration: Calibration | None = None) -> Language:
    """Return some articles of one language, encoded by the packaged model."""
    model = encoder.load(None)
    calibration = calibration or calibrate(model)
    data = json.loads((folder() / f"{code}.json").read_text())["data"]
    paragraphs = [(a, p) for a in articles for p in data[a]["paragraphs"]]
    states = model.encode_document_tokens([p["context"] for _, p in paragraphs])
    spans = [[(int(s), int(e)) for s, e in p["sentence_breaks"]] for _, p in paragraphs]
    texts = [
        p["context"][s:e] for (_, p), own in zip(paragraphs, spans, strict=True) for s, e in own
    ]
    vectors = iter(model.encode_document(texts))
    sentences: list[Sentence] = []
    asked: list[Asked] = []
    for number, ((article, paragraph), state) in enumerate(zip(paragraphs, states, strict=True)):
        first = len(sentences)
        starts = state.offsets[:, 0]
        for start, end in spans[number]:
            inside = state.tokens[(starts >= start) & (starts < end)]
            tokens = compress(inside, calibration.text_mean)
            sentences.append(Sentence(next(vectors), tokens, number, article))
        for record in paragraph["qas"]:
            at = record["answers"][0]["answer_start"]
            gold = [first + i for i, (s, e) in enumerate(spans[number]) if s <= at < e]
            (query,) = model.encode_query_tokens([record["question"]])
            asked += [Asked(_question(record["question"], query, code), article, number, gold[0])]
    return Language(sentences, asked, states)


def _question(text: str, query: TokenVectors, code: str) -> Question:
    starts, ends = query.offsets.T
    groups = (
        tuple(((starts >= a) & (ends <= b) & (ends > starts)).nonzero()[0].tolist())
        for a, b in names(text)
    )
    return Question(query.pooled, query.tokens, code, tuple(filter(None, groups)))
