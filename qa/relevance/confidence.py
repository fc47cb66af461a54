"""How likely it is that a sentence answers, and from when on it is shown."""

from dataclasses import dataclass

import numpy as np

THRESHOLD = 0.28
"""Confidence from which a question is answered. On what the weights are fitted on, the share of
questions answered where the answer is found lies farthest above that where it is missing from .26
to .33, on average over the kinds of text (`python -m tests.benchmarks.fit`). What it costs is
`ERRORS`. The first article's "what did Rutte advise?" lies at .38 and above in five languages, what
it is asked about people of whom no name is in it at .06 and below."""

ERRORS = (
    "of questions whose answer is found 7 % are refused, 16 % where question and text are in two "
    "languages; of questions whose paragraph is missing 20 % are answered, and 40 % of those that "
    "were written to mislead"
)
"""What the threshold stands for, measured on XQuAD-R's articles 24 to 31 in seven languages, and on
SQuAD 2.0, on parts on which nothing was fitted (`python -m tests.benchmarks.refusal --step 1
--languages en,de,es,ru,ar,zh,el`, with `--same` and with `--asked en`)."""

_TOPIC_SAME = (-4.36, 7.74, 7.67, 7.55, -0.58, 3.45)
_TOPIC_ACROSS = (-4.76, 12.05, 8.76, 7.62, -0.58, 3.45)
_READ_SAME, _READ_ACROSS = (2.72, 1.12), (1.98, 0.89)
"""Log-odds that the texts speak of what is asked, and, if they do, that what the reader takes for
an answer is one: a constant and its weight. Their product is sure only where both are. In one sum
of all the distance counts for less, and a missing article is told worse: a question about an
article's own people that it does not answer has more of its words in it than one that it answers in
others. Where question and text are in two languages all lies lower. They were fitted to the reader
before this one; fitted to this one they tell no better.

Fitted one after the other by `python -m tests.benchmarks.fit` on articles on which nothing else was
fitted: the first on answers and on what had its paragraph or article taken away, the second on what
is only near the topic as well. Names count in two languages what they do in one, and in both more
than fitted: some are called otherwise in another language, but one that stands nowhere must be
missed."""

LEAD = 0.2
"""Lead of a document from which on no other may be meant. On the articles, news and texts that the
weights are fitted on; with .4 more answers in a folder are refused, right and wrong ones."""

FEW, CROWDED = 30, 1.5
"""Of many sentences one comes near by chance: where there are more than so many, as many log-odds
are taken off for each time that they are e times as many. XQuAD-R's articles have no more. On two
articles of SQuAD 2.0 with some seventy (`python -m tests.benchmarks.refusal --chosen`) this refuses
a third of the questions that were answered wrongly, and 3 % of those answered rightly."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells whether the sentences that score best answer."""

    distance: float
    """The best one's score above unrelated sentences' in the text's language."""
    gap: float
    """Above the median sentence's of its document."""
    named: float | None
    """How surely that of the question's names stands in the document that does least; None without
    any. What is said of somebody is no answer to what another one said of him."""
    sentences: int
    """Of the document, that were compared."""
    lead: float | None
    """How much better the document fits than the next that says something else; None where there
    is no other. Of two documents that fit alike either may be meant."""
    answers: float | None
    """The highest that the reader says; None where none read."""
    across: bool
    """Whether question and text are in two languages."""

    def counted(self) -> list[float]:
        """Return what the weights of the topic are for."""
        matched = 0.0 if self.named is None else self.named - 0.6
        behind = 0.0 if self.lead is None else min(self.lead, LEAD) - LEAD
        return [1.0, self.distance, self.gap, behind, float(self.named is not None), matched]

    def crowd(self) -> float:
        """Return the log-odds that are taken off for many sentences."""
        return CROWDED * max(0.0, float(np.log(self.sentences / FEW)))


def confidence(evidence: Evidence) -> float:
    """Return the probability that the sentences that score best answer."""
    weights = _TOPIC_ACROSS if evidence.across else _TOPIC_SAME
    counted = zip(weights, evidence.counted(), strict=True)
    topic = _likely(sum(weight * value for weight, value in counted) - evidence.crowd())
    if evidence.answers is None:
        return topic
    constant, weight = _READ_ACROSS if evidence.across else _READ_SAME
    return topic * _likely(constant + weight * evidence.answers)


def _likely(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
