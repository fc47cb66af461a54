"""Fit the weights of the confidence (`qa/relevance/confidence.py`) by logistic regression.

    python -m tests.benchmarks.fit [--step 2]

On XQuAD-R's articles 16 to 23 in four languages and on the articles of SQuAD 2.0 and NorQuAD that
`tests.benchmarks.monolingual` calls chosen: none of them trained the reader.
"""

import argparse
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped] # no types

from qa import encoder, reader
from qa.build import calibrate
from qa.relevance.confidence import features
from tests.benchmarks import xquad
from tests.benchmarks.cases import Asking, Case

CODES = ("en", "de", "es", "ru")


def fitted(cases: Sequence[Case]) -> list[float]:
    """Return the weights; each collection and pool counts as much as another."""
    groups = [(case.kind, case.pool, case.answerable) for case in cases]
    shares = [1 / groups.count(group) for group in groups]
    given = np.array([features(case.ranking.evidence) for case in cases])
    right = [case.quoted for case in cases]
    model = LogisticRegression(C=100.0, fit_intercept=False, max_iter=1000)
    scaled = np.array(shares) * len(cases) / sum(shares)
    model.fit(given, right, sample_weight=scaled)
    return [round(float(weight), 2) for weight in model.coef_[0]]


def main() -> None:
    """Print the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=2, help="ask every so many questions")
    options = parser.parse_args()
    calibration = calibrate(encoder.load(None))
    for read in (None, reader.load()):
        asking = Asking(calibration, read)
        cases = [*asking.parallel(xquad.CHOSEN, CODES, options.step)]
        cases += asking.single("chosen", options.step)
        same = [case for case in cases if case.kind != "across"]
        across = [case for case in cases if case.kind == "across"]
        print("with" if read else "without", "reader", fitted(same), fitted(across), flush=True)


if __name__ == "__main__":
    main()
