"""Labelled texts as the benchmarks use them: sentences and questions, encoded once.

The data is not part of the project: it is looked for in the folder that QA_EVALUATION_DATA names,
else in `../shared/data`.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.encoder import Model, TokenVectors
from qa.relevance import Calibration, Question, Sentence
from qa.retriever import as_asked

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as the data has it; a question without an answer is not answered by it."""

    article: int
    text: str
    sentences: Sequence[Span]
    questions: Sequence[tuple[str, Span | None]]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, and the article, paragraph and sentence that answer it."""

    question: Question
    article: int
    paragraph: int
    gold: int
    """The right sentence's number; -1 where the paragraph does not answer."""
    span: Span | None
    """First and last token of the answer in the right sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Everything of one collection; `sentences` know their article (document) and paragraph."""

    sentences: list[Sentence]
    asked: list[Asked]
    states: list[TokenVectors]
    """Of the paragraphs."""


def folder(name: str) -> Path:
    """Return where some of the data is, or end with a message where it is not."""
    found = Path(os.environ.get("QA_EVALUATION_DATA", "../shared/data")) / name
    if not found.is_dir():
        sys.exit(f"skipped: there is no {found}; set QA_EVALUATION_DATA to the evaluation data")
    return found


def encoded(paragraphs: Iterable[Paragraph], model: Model, calibration: Calibration) -> Language:
    """Return paragraphs and questions, encoded."""
    read = list(paragraphs)
    states = model.encode_document_tokens([paragraph.text for paragraph in read])
    texts = [own.text[start:end] for own in read for start, end in own.sentences]
    vectors = iter(model.encode_document(texts))
    questions = [question for own in read for question, _ in own.questions]
    queries = iter(model.encode_query_tokens(questions))
    sentences: list[Sentence] = []
    asked: list[Asked] = []
    for number, (own, state) in enumerate(zip(read, states, strict=True)):
        starts = state.offsets[:, 0]
        first = len(sentences)
        for start, end in own.sentences:
            inside = state.tokens[(starts >= start) & (starts < end)]
            tokens = calibration.kept(inside)
            said = own.text[start:end]
            sentences.append(Sentence(next(vectors), tokens, number, own.article, said))
        for text, answer in own.questions:
            place, span = _place(own, state, answer)
            gold = -1 if place is None else first + place
            question = as_asked(text, next(queries))
            asked.append(Asked(question, own.article, number, gold, span))
    return Language(sentences, asked, states)


def _place(
    paragraph: Paragraph, state: TokenVectors, answer: Span | None
) -> tuple[int | None, Span | None]:
    """Return which sentence holds an answer, and at which of its tokens."""
    for place, (start, end) in enumerate(paragraph.sentences if answer else ()):
        if answer and start <= answer[0] < end:
            starts, ends = state.offsets.T
            own = (starts >= start) & (starts < end)
            said = ((ends[own] > answer[0]) & (starts[own] < answer[1])).nonzero()[0]
            return place, (int(said[0]), int(said[-1])) if len(said) else None
    return None, None
