"""How often the right sentence is quoted, and how often a refusal is right, on XQuAD-R.

    python -m tests.benchmarks.refusal [--languages en,de,es] [--step 3]

Each question is asked of its article and of many articles, with and without what answers it, on
articles that no constant was fitted on. Text languages are tried with questions of every language.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qa import encoder
from qa.answer import CLOSE, MOST
from qa.build import calibrate
from qa.evaluation.metrics import auroc
from qa.relevance import THRESHOLD, Calibration, Sentence, rank
from tests.benchmarks.xquad import HELD_OUT, Asked, Language, load


@dataclass(frozen=True, slots=True)
class Case:
    """One question asked of one pool of sentences."""

    pool: str
    answerable: bool
    first: bool
    quoted: bool
    confidence: float


def cases(asked: Asked, text: Language, calibration: Calibration) -> Iterator[Case]:
    """Yield the question asked of its article and of all, with its answer and without."""
    numbered = list(enumerate(text.sentences))
    article = [pair for pair in numbered if pair[1].document == asked.article]
    yield _case("article", asked, article, calibration)
    without = [pair for pair in article if pair[1].passage != asked.paragraph]
    yield _case("article", asked, without, calibration)
    yield _case("many", asked, numbered, calibration)
    others = [pair for pair in numbered if pair[1].document != asked.article]
    yield _case("many", asked, others, calibration)


def _case(
    pool: str, asked: Asked, pairs: Sequence[tuple[int, Sentence]], calibration: Calibration
) -> Case:
    ranking = rank(asked.question, [sentence for _, sentence in pairs], calibration)
    order = np.argsort(-ranking.scores)[:MOST]
    best = ranking.scores[order[0]]
    quoted = [pairs[place][0] for place in order if best - ranking.scores[place] < CLOSE]
    answerable = any(number == asked.gold for number, _ in pairs)
    first, found = quoted[0] == asked.gold, asked.gold in quoted
    return Case(pool, answerable, first, found, ranking.confidence)


def report(name: str, found: Sequence[Case]) -> None:
    """Print the figures of one kind of pair."""
    for pool in ("article", "many"):
        own = [case for case in found if case.pool == pool]
        asked = [case for case in own if case.answerable]
        missing = [case for case in own if not case.answerable]
        right = [case for case in asked if case.quoted]
        area = auroc([c.confidence for c in asked], [c.confidence for c in missing])
        print(
            f"{name:6} {pool:8} {len(asked):5} questions: right first {_share(asked, 'first'):5.1f}"
            f", quoted {_share(asked, 'quoted'):5.1f}; answered where found {_answered(right):5.1f}"
            f", where missing {_answered(missing):5.1f}; AUROC {100 * (area or 0):5.1f}"
        )


def _share(found: Sequence[Case], what: str) -> float:
    return 100 * float(np.mean([getattr(case, what) for case in found]))


def _answered(found: Sequence[Case]) -> float:
    return 100 * float(np.mean([case.confidence >= THRESHOLD for case in found]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default="en,de,es")
    parser.add_argument("--step", type=int, default=3, help="ask every so many questions")
    options = parser.parse_args()
    calibration = calibrate(encoder.load(None))
    codes = options.languages.split(",")
    languages = {code: load(code, HELD_OUT, calibration) for code in codes}
    found: dict[str, list[Case]] = {"same": [], "across": []}
    for one in codes:
        for other in codes:
            kind = "same" if one == other else "across"
            # The same questions stand in every language, in the same order.
            pairs = zip(languages[one].asked, languages[other].asked, strict=True)
            for theirs, here in list(pairs)[:: options.step]:
                asked = replace(here, question=theirs.question)
                found[kind] += cases(asked, languages[other], calibration)
    for name, own in found.items():
        if own:
            report(name, own)


if __name__ == "__main__":
    main()
