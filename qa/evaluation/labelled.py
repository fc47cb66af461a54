"""Questions whose answers are known: read from a file, or made from one's own texts."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, from_json

from qa.bot import MAX_QUESTION
from qa.dates import period
from qa.documents import Document
from qa.errors import QuestionError
from qa.index import words
from qa.passages import split

KEYWORDS = 5
"""Words of a sentence that make up a known-item question."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "is blank")
    return text


_Words = Annotated[str, AfterValidator(_not_blank)]
_Asked = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_QUESTION),
    AfterValidator(_not_blank),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A question and what a right answer holds."""

    question: _Asked
    answers: tuple[_Words, ...]
    """Words that the right sentence holds, any of them; none if the texts do not answer."""
    document: str | None = None
    """The path of the document that holds the answer, if it matters."""
    after: str | None = None
    before: str | None = None
    """The period that the question is kept to: `Bot.ask`."""


_LABELLED = TypeAdapter(Labelled)


class _Span(BaseModel):
    text: _Words
    answer_start: int


class _SquadQuestion(BaseModel):
    question: _Asked
    answers: list[_Span] = []
    is_impossible: bool = False


class _Paragraph(BaseModel):
    context: str
    qas: list[_SquadQuestion]
    sentence_breaks: list[tuple[int, int]] = []


class _Article(BaseModel):
    paragraphs: list[_Paragraph]


class _Squad(BaseModel):
    data: list[_Article]


def read(path: Path) -> tuple[tuple[Labelled, ...], dict[str, str]]:
    """Return the questions of a file, and the texts that it brings along by name.

    Own format: a JSON object a line, `{"question": …, "answers": [words of the right sentence]}`,
    with an empty list where the texts do not answer; `document` may name the right text, `after`
    and `before` the period that the question is kept to.
    SQuAD's format (1.1 and 2.0): one JSON object with `data`; its paragraphs are the texts.

    Raises:
        QuestionError: the file is not there, has neither format or no question, or a label is of
            the wrong type; names the line, or the place in SQuAD's object.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' editors write a mark before it
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"the questions in {str(path)!r} cannot be read: {error}") from error
    try:
        questions, texts = _squad(text) if _is_squad(text) else (tuple(_lines(text)), {})
    except ValueError as error:
        what = _first(error) if isinstance(error, ValidationError) else error
        raise QuestionError(
            f"{str(path)!r} holds no labelled questions ({what}); a line "
            'looks like {"question": "Who won?", "answers": ["Ada won"]}'
        ) from error
    if not questions:
        raise QuestionError(f"{str(path)!r} holds no question")
    for one in questions:
        period(one.after, one.before)
    return questions, texts


def _is_squad(text: str) -> bool:
    try:
        whole = from_json(text)
    except ValueError:  # several lines are no JSON
        return False
    return isinstance(whole, dict) and "data" in whole


def _first(error: ValidationError) -> str:
    """Return what is wrong first, and where."""
    first = error.errors(include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")


def _lines(text: str) -> Iterator[Labelled]:
    # Not `splitlines`, which cuts at U+2028, too: that may stand in a string of JSON.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _LABELLED.validate_json(line, strict=True)
            except ValidationError as error:
                # To the parser, which is given a line alone, each is the first.
                what = _first(error).replace("at line 1 column", "at column")
                raise ValueError(f"line {number}: {what}") from error


def _squad(text: str) -> tuple[tuple[Labelled, ...], dict[str, str]]:
    questions: list[Labelled] = []
    texts: dict[str, str] = {}
    for number, article in enumerate(_Squad.model_validate_json(text, strict=True).data):
        name = f"{number:04}.txt"
        # A blank line is what parts two paragraphs, so there is none inside of one.
        paragraphs = [
            "\n".join(filter(str.strip, paragraph.context.splitlines()))
            for paragraph in article.paragraphs
        ]
        texts[name] = "\n\n".join(paragraphs) + "\n"
        for paragraph in article.paragraphs:
            questions += [_squad_question(record, name, paragraph) for record in paragraph.qas]
    return tuple(questions), texts


def _squad_question(record: _SquadQuestion, name: str, paragraph: _Paragraph) -> Labelled:
    spans = [] if record.is_impossible else record.answers
    answers = tuple(dict.fromkeys(_around(paragraph, span) for span in spans))
    return Labelled(question=record.question, answers=answers, document=name)


def _around(paragraph: _Paragraph, span: _Span) -> str:
    """Return the answer with some words to both sides: "3" alone would stand in many sentences."""
    context, start = paragraph.context, span.answer_start
    end = start + len(span.text)
    if context[start:end] == span.text:  # else what stands around it is not known
        for begin, finish in paragraph.sentence_breaks:
            if begin <= start and end <= finish:
                return context[max(begin, start - 12) : min(finish, end + 12)].strip()
    return span.text


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
