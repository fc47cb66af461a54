"""Questions whose answers are known: read from a file, or made from one's own texts."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.documents import Document
from qa.errors import QuestionError
from qa.index import words
from qa.passages import split

KEYWORDS = 5
"""Words of a sentence that make up a known-item question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A question and what a right answer holds."""

    question: str
    answers: tuple[str, ...]
    """Words that the right sentence holds, any of them; none if the texts do not answer."""
    document: str | None = None
    """The path of the document that holds the answer, if it matters."""


def read(path: Path) -> tuple[tuple[Labelled, ...], dict[str, str]]:
    """Return the questions of a file, and the texts that it brings along by name.

    Own format: a JSON object a line, `{"question": …, "answers": [words of the right sentence]}`,
    with an empty list where the texts do not answer; `document` may name the right text.
    SQuAD's format (1.1 and 2.0): one JSON object with `data`; its paragraphs are the texts.

    Raises:
        QuestionError: the file is not there or has neither format; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"the questions in {str(path)!r} cannot be read: {error}") from error
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        whole = None
    try:
        if isinstance(whole, dict) and "data" in whole:
            return _squad(whole["data"])
        return tuple(_lines(text)), {}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise QuestionError(
            f"{str(path)!r} holds no labelled questions ({type(error).__name__}: {error}); a line "
            'looks like {"question": "Who won?", "answers": ["Ada won"]}'
        ) from error


def _lines(text: str) -> Iterator[Labelled]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"line {number}: {error}") from error
            yield Labelled(
                question=str(record["question"]),
                answers=tuple(str(answer) for answer in record["answers"]),
                document=record.get("document"),
            )


def _squad(data: Sequence[dict[str, Any]]) -> tuple[tuple[Labelled, ...], dict[str, str]]:
    questions: list[Labelled] = []
    texts: dict[str, str] = {}
    for number, article in enumerate(data):
        name = f"{number:04}.txt"
        # A blank line is what parts two paragraphs, so there is none inside of one.
        paragraphs = [
            "\n".join(filter(str.strip, paragraph["context"].splitlines()))
            for paragraph in article["paragraphs"]
        ]
        texts[name] = "\n\n".join(paragraphs) + "\n"
        for paragraph in article["paragraphs"]:
            questions += [_squad_question(record, name, paragraph) for record in paragraph["qas"]]
    return tuple(questions), texts


def _squad_question(record: dict[str, Any], name: str, paragraph: dict[str, Any]) -> Labelled:
    answers: tuple[str, ...] = ()
    if not record.get("is_impossible"):
        answers = tuple(
            dict.fromkeys(_around(paragraph, answer) for answer in record.get("answers", []))
        )
    return Labelled(question=record["question"], answers=answers, document=name)


def _around(paragraph: dict[str, Any], answer: dict[str, Any]) -> str:
    """Return the answer with some words to both sides: "3" alone would stand in many sentences."""
    context: str = paragraph["context"]
    start = int(answer["answer_start"])
    end = start + len(answer["text"])
    for begin, finish in paragraph.get("sentence_breaks", []):
        if begin <= start and end <= finish:
            return context[max(begin, start - 12) : min(finish, end + 12)].strip()
    return str(answer["text"])


def from_texts(documents: Iterable[Document], count: int, *, seed: int = 0) -> tuple[Labelled, ...]:
    """Return known-item questions: the rarest words of sentences, to be found again.

    Args:
        documents: one's own texts.
        count: how many questions at the most.
        seed: the same seed makes the same questions from the same texts.
    """
    sentences = [
        (document.path, passage.text[start:end])
        for document in documents
        for passage in split(document)
        for start, end in passage.sentences
    ]
    known = Counter(word for _, sentence in sentences for word in set(words(sentence)))
    chosen = random.Random(seed).sample(sentences, min(count, len(sentences)))  # noqa: S311
    questions = []
    for path, sentence in chosen:
        own = list(dict.fromkeys(words(sentence)))
        rarest = set(sorted(own, key=lambda word: known[word])[:KEYWORDS])
        question = " ".join(word for word in own if word in rarest)
        if question:
            questions.append(Labelled(question=question, answers=(sentence,), document=path))
    return tuple(questions)
