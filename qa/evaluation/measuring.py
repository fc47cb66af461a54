"""Asking labelled questions and noting what came back."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.answer import Answer
from qa.bot import Bot
from qa.build import Progress
from qa.errors import QuestionError
from qa.evaluation.labelled import Labelled, from_texts, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one labelled question."""

    question: str
    answerable: bool
    answered: bool
    rank: int
    """Of the first passage that holds the answer, from 1; 0 if none does."""
    best_right: bool
    """Whether the best sentence holds the answer, shown or not."""
    quoted_right: bool
    """Whether one of the quoted sentences does."""
    confidence: float
    seconds: float


def evaluate(
    path: Path | None,
    index: Path,
    *,
    own: int = 0,
    progress: Progress = lambda _what, _done, _total: None,
) -> tuple[Outcome, ...]:
    """Return what becomes of the questions in a file, or of `own` ones made from indexed texts.

    Raises:
        QuestionError: the file holds no labelled questions, or the texts make none.
        IndexMissingError and the like: see `qa.errors`.
    """
    if path is None:
        with Bot.open(index) as bot:
            documents = [bot.document(info.path) for info in bot.documents()]
            made = from_texts(documents, own)
            if not made:
                raise QuestionError(f"no text in the index {str(index)!r} makes a question")
            return measure(bot, made, progress)
    questions, texts = read(path)
    if not texts:
        with Bot.open(index) as bot:
            return measure(bot, questions, progress)
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside)
        (folder / "docs").mkdir()
        for name, text in texts.items():
            (folder / "docs" / name).write_text(text, encoding="utf-8")
        with Bot.build(folder / "docs", folder / "index", progress=progress) as bot:
            return measure(bot, questions, progress)


def measure(
    bot: Bot,
    questions: Sequence[Labelled],
    progress: Progress = lambda _what, _done, _total: None,
) -> tuple[Outcome, ...]:
    """Return what becomes of each question."""
    outcomes = []
    for done, labelled in enumerate(questions):
        progress("asking", done, len(questions))
        answer = bot.ask(labelled.question, after=labelled.after, before=labelled.before)
        outcomes.append(judge(labelled, answer))
    progress("asking", len(questions), len(questions))
    return tuple(outcomes)


def judge(labelled: Labelled, answer: Answer) -> Outcome:
    """Return whether an answer is right."""
    ranks = [
        number
        for number, hit in enumerate(answer.passages, 1)
        if _holds(hit.passage.text, labelled)
        and labelled.document in {None, hit.passage.document, *hit.also_in}
    ]
    return Outcome(
        question=labelled.question,
        answerable=bool(labelled.answers),
        answered=answer.outcome == "answered",
        rank=ranks[0] if ranks else 0,
        best_right=_holds(best_sentence(answer), labelled),
        quoted_right=any(_holds(citation.quote, labelled) for citation in answer.citations),
        confidence=answer.confidence,
        seconds=answer.seconds,
    )


def best_sentence(answer: Answer) -> str:
    """Return the sentence that was, or would have been, quoted first."""
    if not answer.passages:
        return ""
    start, end = answer.passages[0].best
    return answer.passages[0].passage.text[start:end]


def _holds(text: str, labelled: Labelled) -> bool:
    folded = " ".join(text.casefold().split())
    return any(" ".join(answer.casefold().split()) in folded for answer in labelled.answers)
