"""How likely it is that a sentence answers, and from when on it is shown."""

from collections.abc import Sequence

import numpy as np

from qa.reader import Floats

THRESHOLD = 0.17
"""Confidence from which a question is answered. Chosen by hand, lower than .25, so that the first
article's "what did Rutte advise?" is answered in four languages; what it costs: `ERRORS`."""

ERRORS = (
    "of questions whose answer is found 4 % are refused, 20 % where question and text are in two "
    "languages; of questions that a text only comes near 14 % are answered, 18 % in two languages, "
    "and 57 % of those that were written to mislead"
)
"""What the threshold stands for, measured on XQuAD-R's articles 24 to 31 in seven languages, and on
SQuAD 2.0, on parts on which nothing was fitted (`python -m tests.benchmarks.refusal --languages
en,de,es,ru,ar,zh,el`, with `--same` and with `--asked en`)."""

_SAME, _ACROSS = (-5.72, 6.75, 7.04, -0.73, 4.36), (-5.41, 7.93, 8.47, -0.23, 2.24)
"""Log-odds that what is quoted answers, where question and text share their language and where not:
the weights of what `confidence` counts. One set for both fails: across languages all lies lower.

Fitted on articles 0 to 15 of XQuAD-R in en, de, es and ru (logistic regression), each question
asked of its article with and without its paragraph, and of many articles with and without its own.
What the reader says of a sentence made refusals no better: it helped on NorQuAD, not on XQuAD-R,
and its weight moved questions in other words than the text's below the threshold."""

FEW, CROWDED = 30, 1.5
"""Of many sentences one comes near by chance: where there are more than so many, as many log-odds
are taken off for each time that they are e times as many. XQuAD-R's articles have no more. On two
articles of SQuAD 2.0 with some seventy (`python -m tests.benchmarks.refusal --chosen`) this refuses
a third of the questions that were answered wrongly, and 3 % of those answered rightly."""


def confidence(
    scores: Floats, background: Floats, names: Sequence[float], *, across: bool
) -> float:
    """Return the probability that the sentences that score best answer.

    From the best one's distance to unrelated sentences, its distance to the median sentence of its
    document, whether names are asked for, and how well they are matched on average.

    Args:
        scores: of the document's sentences, by late interaction.
        background: of unrelated sentences in the text's language.
        names: how well each name of the question is matched anywhere in the document.
        across: whether question and text are in two languages.
    """
    distance = float(scores.max() - background.mean())
    # A lone sentence has no others to stand out from.
    gap = float(scores.max() - np.median(scores)) if len(scores) > 1 else distance
    matched = sum(names) / len(names) - 0.6 if names else 0.0
    features = [1.0, distance, gap, float(bool(names)), matched]
    odds = np.array(_ACROSS if across else _SAME) @ features
    odds -= CROWDED * max(0.0, np.log(len(scores) / FEW))
    return float(1 / (1 + np.exp(-odds)))
