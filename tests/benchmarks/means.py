"""Make `qa/relevance/means.npz`: the packaged model's mean token vectors of questions and of texts.

python -m tests.benchmarks.means FILE
"""

import sys
from pathlib import Path

import numpy as np

from tests.benchmarks.xquad import FITTED, load

LANGUAGES = ("en", "de", "es", "ru")


def main(path: Path) -> None:
    """Write the file: the mean over languages of each language's mean."""
    languages = [load(code, FITTED) for code in LANGUAGES]
    questions = [np.concatenate([a.question.tokens for a in one.asked]) for one in languages]
    texts = [np.concatenate([state.tokens for state in one.states]) for one in languages]
    np.savez(
        path,
        question_mean=np.mean([rows.mean(axis=0) for rows in questions], axis=0),
        text_mean=np.mean([rows.mean(axis=0) for rows in texts], axis=0),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
