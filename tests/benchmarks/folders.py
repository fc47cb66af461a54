"""The whole product over folders of many texts: in one language, and each in one of several.

    python -m tests.benchmarks.folders [--chosen] [--step 1]

All texts of a collection are indexed, and those that nothing was fitted on are asked about
(with --chosen: those that were chosen with), in every language that there are questions in. Many
questions were written for one text and could be asked of others as well ("What did the mayor
say?"): no figure here can come near to 100.
"""

import argparse
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.bot import Bot
from qa.evaluation import Labelled, Metrics, measure, metrics
from tests.benchmarks import invented, news, xquad
from tests.benchmarks.labelled import Paragraph

XQUAD = ("en", "de", "es", "ru", "ar", "zh", "el")


@dataclass(frozen=True, slots=True)
class Text:
    """A text, and what it is asked in several languages."""

    name: str
    language: str
    paragraphs: Sequence[Paragraph]
    asked: Sequence[tuple[str, Labelled]]
    """The language of each question; none of a text that is only to be looked through."""


def text(
    name: str,
    language: str,
    paragraphs: Sequence[Paragraph],
    asked: Mapping[str, Sequence[Paragraph]],
) -> Text:
    """Return a text with the questions that its paragraphs have in each language."""
    labelled = []
    for code, others in asked.items():
        for own, other in zip(paragraphs, others, strict=True):
            for (question, _), (_, place) in zip(other.questions, own.questions, strict=True):
                sentences = (own.text[slice(*each)] for each in own.sentences)
                starts = [start for start, _ in own.sentences]
                right = [
                    sentence.strip()
                    for start, sentence in zip(starts, sentences, strict=True)
                    if place and start <= place[0] < start + len(sentence)
                ]
                found = Labelled(question=question, answers=tuple(right), document=f"{name}.txt")
                labelled.append((code, found))
    return Text(name, language, paragraphs, labelled)


def spread(
    name: str,
    paragraphs: Mapping[str, Sequence[Paragraph]],
    languages: Sequence[str],
    asked: Sequence[str],
    part: Container[int],
) -> Iterator[Text]:
    """Yield each article in the next of some languages; a part is asked about."""
    for article in dict.fromkeys(each.article for each in paragraphs[languages[0]]):
        own = {
            code: [each for each in said if each.article == article]
            for code, said in paragraphs.items()
        }
        language = languages[article % len(languages)]
        questions = {code: own[code] for code in asked if article in part}
        yield text(f"{name}-{article}", language, own[language], questions)


def told(part: Sequence[int], languages: Sequence[str], every: Sequence[int]) -> Iterator[Text]:
    """Yield invented news."""
    paragraphs = {code: [*news.paragraphs(code, every)] for code in {*languages, *news.ASKED}}
    yield from spread("news", paragraphs, languages, news.ASKED, part)


def encyclopedia(part: Sequence[int]) -> Iterator[Text]:
    """Yield XQuAD-R's articles."""
    paragraphs = {code: [*xquad.paragraphs(code, range(xquad.HELD_OUT.stop))] for code in XQUAD}
    yield from spread("article", paragraphs, XQUAD, XQUAD, part)


def written(part: str) -> Iterator[Text]:
    """Yield the invented texts."""
    for codes in invented.groups():
        for each in dict.fromkeys(invented.PARTS):
            paragraphs = {code: [*invented.paragraphs(codes, code, each)] for code in codes}
            asked = codes if each == part else ()
            every = range(len(invented.records(codes)))
            yield from spread("-".join(codes), paragraphs, codes, asked, every)


def asked_of(texts: Sequence[Text], folder: Path, step: int = 1) -> dict[str, Metrics]:
    """Index the texts, ask their questions, and return what became of them.

    By whether question and text are in one language: `same`, `across`.
    """
    (folder / "docs").mkdir(parents=True)
    for each in texts:
        said = "\n\n".join(paragraph.text for paragraph in each.paragraphs)
        (folder / "docs" / f"{each.name}.txt").write_text(said + "\n", encoding="utf-8")
    sides: dict[str, list[Labelled]] = {"same": [], "across": []}
    for each in texts:
        for code, question in each.asked:
            sides["same" if code == each.language else "across"].append(question)
    with Bot.build(folder / "docs", folder / "index") as bot:
        return {side: metrics(measure(bot, questions[::step])) for side, questions in sides.items()}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chosen", action="store_true", help="what was chosen on, not reported on")
    parser.add_argument("--step", type=int, default=1, help="ask every so many questions")
    options = parser.parse_args()
    numbers, articles = (
        (news.CHOSEN, xquad.CHOSEN) if options.chosen else (news.HELD_OUT, xquad.HELD_OUT)
    )
    every = range(news.HELD_OUT.stop)
    collections = {
        "96 Dutch news": told(numbers, ["nl"], every),
        "96 news in five languages": told(numbers, news.TEXTS, every),
        "32 articles in seven languages": encyclopedia(articles),
        "715 texts in eleven languages": written("chosen" if options.chosen else "held out"),
    }
    for name, texts in collections.items():
        with tempfile.TemporaryDirectory() as folder:
            for side, found in asked_of([*texts], Path(folder), options.step).items():
                print(f"{name}, {side}: {_line(found)}", flush=True)


def _line(found: Metrics) -> str:
    shares = {
        "right first": found.sentence_first,
        "answered rightly": found.answered_right,
        "refused where not answered": found.refusal_recall,
        "AUROC": found.auroc,
    }
    said = (f"{what} {100 * share:.1f}" for what, share in shares.items() if share is not None)
    return (
        f"{found.questions} questions, {', '.join(said)},"
        f" calibration error {100 * found.calibration_error:.1f}, {1000 * found.seconds:.0f} ms"
    )


if __name__ == "__main__":
    main()
