"""Texts written for the project, in four folders of `tests/data/`.

`invented/` is half news, half as in an encyclopedia. Each text is in English and two other
languages, eleven in all, and asked in the same three; a third of the questions it does not answer.
Those that are trained on have twelve more each: twins of the first ones in nearly the same words,
of which one is answered and the other not, and questions in quite other words than the text's, as
short and vague as readers ask. Nearly all people in the news are invented; what is said of the
world was not looked up.

`plain/` is short news in plain sentences, asked in much the same words: who opened the tunnel, and
when? Two in five questions are as near as can be, and not answered: who designed it? What
`alike/` has is longer, and its sentences share people and things, so that only what they say of
them tells which one answers; most questions are in other words. In `contrast/` there is for each
sentence that answers another one to stand in its place: it speaks of just what is asked, and does
not answer it (a contrast set: Gardner et al. 2020). All three are in three languages, asked in the
same."""

import json
from collections.abc import Iterator
from pathlib import Path

from qa import encoder
from qa.relevance import Calibration
from tests.benchmarks.labelled import Language, Paragraph, encoded
from tests.benchmarks.news import DATA, Question, Record, told

FOLDERS = [DATA / name for name in ("invented", "plain", "alike", "contrast")]
INVENTED, PLAIN, ALIKE, CONTRAST = FOLDERS
PARTS = ("fitted",) * 8 + ("chosen", "held out")
"""What each of ten texts is for: training, choosing, or figures that are reported."""
LATER = ("fitted",) * 7 + ("chosen",)
"""The same in the later folders; what is reported on is in a file of its own, by another hand."""
UNSEEN = ("en", "nl", "fr")
"""The languages of that file."""
LONG = {"news": 3, "wiki": 5}
"""Sentences of a paragraph."""


class Invented(Record):
    """A text, and whether it is `news` or `wiki`."""

    kind: str


def groups(folder: Path = INVENTED, part: str | None = None) -> list[tuple[str, ...]]:
    """Return the languages of each group of texts, or of those that have some of a part."""
    every = [tuple(path.stem.split("-")) for path in sorted(folder.glob("*.jsonl"))]
    return [codes for codes in every if part is None or part in _parts(codes, folder)]


def _parts(codes: tuple[str, ...], folder: Path) -> set[str]:
    return {part_of(codes, number, folder) for number in range(len(records(codes, folder)))}


def records(codes: tuple[str, ...], folder: Path = INVENTED) -> list[Invented]:
    """Return the texts of one group."""
    lines = (folder / f"{'-'.join(codes)}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def part_of(codes: tuple[str, ...], number: int, folder: Path = INVENTED) -> str:
    """Return what a text of a group is for."""
    if folder == INVENTED:
        return PARTS[number % len(PARTS)]
    return "held out" if codes == UNSEEN else LATER[number % len(LATER)]


def versions(folder: Path) -> tuple[int, ...]:
    """Return the numbers of the versions in which a folder's texts are used."""
    return (1, 2) if folder == CONTRAST else (0,)


def version(record: Invented, number: int) -> Invented:
    """Return a text as it is (0), or with every second question's answer taken out (1, 2)."""
    if number == 0:
        return record
    texts = {code: [*said] for code, said in record["texts"].items()}
    questions: list[Question] = []
    answered = 0
    for asked in record["questions"]:
        without = asked.get("without")
        answered += 1 if without else 0
        if without and answered % 2 == number % 2:
            for code, said in without.items():
                texts[code][asked["answer"]] = said
            questions.append({"texts": asked["texts"], "answer": -1, "short": {}})
        else:
            questions.append(asked)
    return {"kind": record["kind"], "texts": texts, "questions": questions}


def load(
    codes: tuple[str, ...],
    part: str,
    calibration: Calibration,
    folder: Path = INVENTED,
    number: int = 0,
) -> dict[str, Language]:
    """Return a part of one group's texts, in one version, in each of its languages, encoded."""
    model = encoder.load(None)
    return {
        code: encoded(paragraphs(codes, code, part, folder, number), model, calibration)
        for code in codes
    }


def paragraphs(
    codes: tuple[str, ...], code: str, part: str, folder: Path = INVENTED, number: int = 0
) -> Iterator[Paragraph]:
    """Yield a part of one group's texts in one of its languages, with the questions in it."""
    for article, record in enumerate(records(codes, folder)):
        if part_of(codes, article, folder) == part:
            yield from told(article, version(record, number), code, code, LONG[record["kind"]])
