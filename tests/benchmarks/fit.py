"""Fit the weights of `qa.relevance.confidence`.

    python -m tests.benchmarks.fit

On what neither the reader nor the layers for tokens were trained on and nothing is reported on: of
XQuAD-R's articles 16 to 23 every fourth question, in seven languages and between them, asked of its
article and of all 32; the news that `tests.benchmarks.news` calls chosen, in three languages and
asked in eight; the texts of each kind that are called so in `tests.benchmarks.invented`; every
second question of SQuAD 2.0's and NorQuAD's chosen parts. Each with its answer, with its paragraph
taken away, and, where many articles are looked through, with its article taken away. Logistic
regression: first whether the texts speak of what is asked, in the collections that have several
languages and without what is only near the topic, then what the reader says. With the packaged
weights it prints what each threshold gains.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped] # ships no types

from qa import encoder, reader
from qa.build import calibrate
from tests.benchmarks import invented, news, xquad
from tests.benchmarks.cases import Asking, Case

CODES = ("en", "de", "es", "ru", "ar", "zh", "el")
PAIRS = (
    *((code, code) for code in CODES),
    *(("en", code) for code in CODES[1:]),
    *(("ar", "de"), ("ru", "es"), ("de", "en"), ("zh", "ru"), ("el", "en")),
)
TEXTS, MANY = ("nl", "en", "es"), ("nl", "zh")
"""Languages of the news that is asked about, and those in which all of it is looked through; so is
what is asked in the text's own."""
COUNT = {"news same": 1.5, "news across": 0.4}
COUNT |= {f"{folder.name} same": 0.5 for folder in invented.FOLDERS}
COUNT |= {f"{folder.name} across": 0.25 for folder in invented.FOLDERS}
"""What a question counts; 1 for the others."""
PARALLEL = ("same", "across", "news same", "news across", "invented same", "invented across")
"""What tells of the topic. With plain texts and those that are alike a missing article is told
worse."""
GONE, MISSING = (2.0, 10.0), (1.0, 2.0)
"""What one counts times that whose article is gone, or whose paragraph: for the topic, and for what
the reader says. The more they count there, the better near-topic questions are told, too: the
reader is trusted more, and is stricter."""
TOPIC = 0.1
"""What news and invented texts count times that for the topic. The more, the worse a missing
article is told; the less, the more questions in other words than the text's are refused."""
NAMES = 1.3
"""Times which names count more than is fitted to questions in one language: the collections have
few questions about an article's people and one who is not in it."""
THRESHOLDS = (0.18, 0.22, 0.26, 0.28, 0.3, 0.33, 0.4, 0.5)
SMALL = 1e-4
"""Times the sum of the squared weights that is added to the loss."""

Floats = NDArray[np.float64]


def main() -> None:
    """Print the weights."""
    asking = Asking(calibrate(encoder.load(None)), reader.load())
    others = sorted({*xquad.FITTED, *xquad.HELD_OUT})
    cases = [
        *asking.parallel(xquad.CHOSEN, PAIRS, 4, others),
        *asking.news(news.CHOSEN, 1, TEXTS, MANY),
        *(
            case
            for folder in invented.FOLDERS
            for case in asking.invented("chosen", len(invented.versions(folder)), folder)
        ),
        *asking.single("chosen", 2),
    ]
    about = [case for case in cases if case.kind in PARALLEL and not case.near]
    one = [case for case in about if not case.ranking.evidence.across]
    names = NAMES * fitted_topic(one, None)[4:]
    for across in (False, True):
        topic = fitted_topic([c for c in about if c.ranking.evidence.across == across], names)
        side = [case for case in cases if case.ranking.evidence.across == across]
        print("across" if across else "same", topic.round(2), fitted_answers(side, topic).round(2))
    for threshold in THRESHOLDS:
        print(f"from {threshold} on: {100 * gained(cases, threshold):.1f}")


def gained(cases: Sequence[Case], threshold: float) -> float:
    """Return how far the share answered where found lies above that where missing.

    On average over the kinds of questions, each asked of its own text; missing is what is only near
    the topic, where there is such.
    """
    inside = [case for case in cases if case.pool == "article"]
    shares = []
    for kind in sorted({case.kind for case in inside}):
        own = [case for case in inside if case.kind == kind]
        missing = [case for case in own if case.near] or [c for c in own if not c.answerable]
        found = [case for case in own if case.answerable and case.quoted]
        shares.append(_answered(found, threshold) - _answered(missing, threshold))
    return float(np.mean(shares))


def _answered(cases: Sequence[Case], threshold: float) -> float:
    return float(np.mean([case.ranking.confidence >= threshold for case in cases]))


def fitted_topic(cases: Sequence[Case], names: Floats | None) -> Floats:
    """Return the weights of what is counted; those of names as they are given, if they are."""
    counted = np.array([case.ranking.evidence.counted() for case in cases])
    crowd = np.array([case.ranking.evidence.crowd() for case in cases])
    written = np.array([case.kind in COUNT for case in cases])
    count = np.array([_count(case, 0) for case in cases]) * np.where(written, TOPIC, 1)

    def loss(weights: Floats) -> float:
        whole = weights if names is None else np.concatenate([weights, names])
        return _loss(_likely(counted @ whole - crowd), cases, count, weights)

    found = minimize(loss, np.zeros(6 if names is None else 4), method="L-BFGS-B").x
    return np.asarray(found if names is None else np.concatenate([found, names]))


def fitted_answers(cases: Sequence[Case], topic: Floats) -> Floats:
    """Return the constant and the weight of what the reader says."""
    counted = np.array([case.ranking.evidence.counted() for case in cases])
    crowd = np.array([case.ranking.evidence.crowd() for case in cases])
    said = np.array([case.ranking.evidence.answers or 0.0 for case in cases])
    count = np.array([_count(case, 1) for case in cases])
    on_topic = _likely(counted @ topic - crowd)

    def loss(weights: Floats) -> float:
        likely = on_topic * _likely(weights[0] + weights[1] * said)
        return _loss(likely, cases, count, weights)

    return np.asarray(minimize(loss, np.array([2.0, 0.8]), method="L-BFGS-B").x)


def _count(case: Case, stage: int) -> float:
    times = GONE[stage] if case.gone else 1.0 if case.answerable or case.near else MISSING[stage]
    return COUNT.get(case.kind, 1.0) * times


def _loss(likely: Floats, cases: Sequence[Case], count: Floats, weights: Floats) -> float:
    right = np.array([case.answerable and case.quoted for case in cases])
    likely = likely.clip(1e-6, 1 - 1e-6)
    mean = -np.average(np.log(np.where(right, likely, 1 - likely)), weights=count)
    return float(mean + SMALL * np.square(weights).sum())


def _likely(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)))


if __name__ == "__main__":
    main()
