"""How the packaged model's token vectors are centred and projected before anything is trained.

The mean over languages of each language's mean, and the principal components of the last and the
middle layer, each divided by the mean length of its centred vectors, then weighted.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa import encoder
from qa.encoder import unit
from qa.reader import Floats
from tests.benchmarks.xquad import FITTED, paragraphs

LANGUAGES = ("en", "de", "es", "ru")
WIDTH = 384
"""Of one layer."""
KEPT = 256
"""Of 768 numbers; with 384 of them nothing is found better."""
MIDDLE = 0.6
"""How much the middle layer counts beside the last. As much as that one it finds as many right
sentences, and tells less well that none is right."""


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """What `qa/relevance/means.npz` holds; rows and numbers are of the last layer, the middle one
    and that of the layers for tokens."""

    question: Floats
    """(width,)"""
    text: Floats
    """(width,)"""
    projection: Floats
    """(width, kept)"""


def save(means: Means, path: Path) -> None:
    """Write the file."""
    np.savez(
        path,
        question_mean=means.question.astype(np.float32),
        text_mean=means.text.astype(np.float32),
        projection=means.projection.astype(np.float16),
    )


def measured() -> Means:
    """Return them as they are measured; the layers for tokens count nothing."""
    model = encoder.load(None)
    questions: list[Floats] = []
    texts: list[Floats] = []
    for code in LANGUAGES:
        read = list(paragraphs(code, FITTED))
        asked = model.encode_query_tokens([text for own in read for text, _ in own.questions])
        found = model.encode_document_tokens([own.text for own in read])
        for side, every in ((questions, asked), (texts, found)):
            side.append(np.concatenate([np.split(one.tokens, [2 * WIDTH], 1)[0] for one in every]))
    question_mean = np.mean([rows.mean(axis=0) for rows in questions], axis=0)
    text_mean = np.mean([rows.mean(axis=0) for rows in texts], axis=0)
    sides = (questions, question_mean), (texts, text_mean)
    scale = _scale(np.concatenate(texts) - text_mean)
    # Questions have far fewer tokens: each side gives half of the products.
    products = sum(_products(unit((np.concatenate(rows) - mean) * scale)) for rows, mean in sides)
    components = scale[:, None] * np.linalg.eigh(products)[1][:, -KEPT:]
    return Means(
        question=np.pad(question_mean, (0, WIDTH)),
        text=np.pad(text_mean, (0, WIDTH)),
        projection=np.pad(components, ((0, WIDTH), (0, 0))),
    )


def _scale(centred: Floats) -> Floats:
    """Return what each column is multiplied by."""
    last, middle = (np.linalg.norm(part, axis=1).mean() for part in np.split(centred, 2, axis=1))
    layers = np.array([1 / last, MIDDLE / middle], np.float32)
    return np.repeat(layers, centred.shape[1] // 2)


def _products(rows: Floats) -> Floats:
    return np.asarray(rows.T @ rows / len(rows), np.float32)
