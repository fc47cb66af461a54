"""How often the right sentence is quoted, and how often a refusal is right.

    python -m tests.benchmarks.refusal [--languages en,de,es] [--same | --asked en] [--step 3]
        [--no-reader]
    python -m tests.benchmarks.refusal --news
    python -m tests.benchmarks.refusal --invented | --plain | --alike | --contrast

On articles that neither reader nor confidence was fitted on: XQuAD-R's 24 to 31, each question
asked of its article and of all 32, in every pair of the languages (with --same in one at a time,
with --asked in that one of all others);
SQuAD 2.0's and NorQuAD's that `tests.benchmarks.monolingual` calls held out. Each with what answers
it and without. M is late interaction unweighted. With --chosen: on the articles between. With
--news: on invented news, in every language; with --invented, --plain, --alike,
--contrast: on the texts of `tests.benchmarks.invented`. What these do not answer is asked about
their own people and events.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from qa import encoder, reader
from qa.build import calibrate
from qa.evaluation.metrics import auroc
from qa.relevance import THRESHOLD
from tests.benchmarks import news, xquad
from tests.benchmarks.cases import Asking, Case, of
from tests.benchmarks.news import DATA

ONLY = {
    "news": "invented news",
    "reports": "invented reports",
    "statements": "invented statements",
    "invented": "invented texts",
    "plain": "plain invented news",
    "alike": "texts of like sentences",
    "contrast": "texts with answers taken out",
}
"""What may be asked about alone, by its name in `tests/data/`."""
TOLD = {
    "news": (news.NEWS, news.CHOSEN, news.HELD_OUT),
    "reports": (news.REPORTS, news.REPORTS_HELD_OUT, news.REPORTS_HELD_OUT),
    "statements": (news.STATEMENTS, news.STATEMENTS_HELD_OUT, news.STATEMENTS_HELD_OUT),
}
"""The file of each, what was chosen on, and what is held out; of two none was chosen on."""


def print_all(cases: Sequence[Case]) -> None:
    """Print the figures of each kind of question and pool."""
    for kind, pool in sorted({(case.kind, case.pool) for case in cases}):
        report(f"{kind} {pool}", of(cases, kind, pool))


def report(name: str, cases: Sequence[Case]) -> None:
    """Print the figures of one kind of question and pool."""
    asked = [case for case in cases if case.answerable]
    missing = [case for case in cases if not case.answerable]
    near = [case for case in cases if case.near]
    right = [case for case in asked if case.quoted]
    marked = [case.overlap for case in asked if case.overlap is not None] or [0.0]
    sure = sorted(asked, key=lambda case: -case.ranking.confidence)
    area = auroc(_confidences(asked), _confidences(missing))
    print(
        f"{name:15} {len(asked):4} questions: right first {_share(asked, 'first'):.1f}"
        f" (cosine {_share(asked, 'plain'):.1f}, + 1.5 M {_share(asked, 'late'):.1f})"
        f", quoted {_share(asked, 'quoted'):.1f}, paragraph {_share(asked, 'paragraph'):.1f}"
        f", first at 80 % coverage {_share(sure[: round(0.8 * len(sure))], 'first'):.1f};"
        f" answered where found {_answered(right):.1f}, where missing {_answered(missing):.1f};"
        f" AUROC {100 * (area or 0):.1f}{_near(asked, near)};"
        f" words marked in {len(marked)}, F1 {np.mean(marked):.2f},"
        f" {100 * np.mean(np.array(marked) > 0):.0f} % overlap; taken for one language"
        f" {100 * np.mean([case.ranking.shared for case in asked]):.1f}",
        flush=True,
    )


def _near(asked: Sequence[Case], near: Sequence[Case]) -> str:
    area = auroc(_confidences(asked), _confidences(near))
    return f" (near the topic {100 * area:.1f}, answered {_answered(near):.1f})" if area else ""


def _confidences(cases: Sequence[Case]) -> list[float]:
    return [case.ranking.confidence for case in cases]


def _share(cases: Sequence[Case], what: str) -> float:
    return 100 * float(np.mean([getattr(case, what) for case in cases]))


def _answered(cases: Sequence[Case]) -> float:
    return 100 * float(np.mean([sure >= THRESHOLD for sure in _confidences(cases)]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default="en,de,es")
    parser.add_argument("--same", action="store_true", help="question and text in one language")
    parser.add_argument("--asked", help="the language of all questions")
    parser.add_argument("--step", type=int, default=3, help="ask every so many questions")
    parser.add_argument("--no-reader", action="store_true", help="late interaction alone")
    parser.add_argument("--chosen", action="store_true", help="what was chosen on, not reported on")
    for name, what in ONLY.items():
        parser.add_argument(
            f"--{name}", dest="only", action="store_const", const=name, help=f"on {what} alone"
        )
    options = parser.parse_args()
    asking = Asking(calibrate(encoder.load(None)), None if options.no_reader else reader.load())
    name = "chosen" if options.chosen else "held out"
    if options.only in TOLD:
        path, chosen, held_out = TOLD[options.only]
        part = chosen if options.chosen else held_out
        print_all([*asking.news(part, options.step, path=path)])
        return
    if options.only:
        print_all([*asking.invented(name, options.step, DATA / options.only)])
        return
    articles = xquad.CHOSEN if options.chosen else xquad.HELD_OUT
    others = sorted({*xquad.FITTED, *xquad.CHOSEN, *xquad.HELD_OUT} - {*articles})
    cases = [*asking.single(name, options.step)]
    codes = options.languages.split(",")
    pairs = [(one, two) for one in codes for two in codes if one == two or not options.same]
    if options.asked:
        pairs = [(options.asked, code) for code in codes if code != options.asked]
    cases += asking.parallel(articles, pairs, options.step, others)
    print_all(cases)


if __name__ == "__main__":
    main()
