"""Make `qa/relevance/means.npz`: how the packaged model's token vectors are centred and projected.

python -m tests.benchmarks.means FILE
"""

import sys
from pathlib import Path

import numpy as np

from qa import encoder
from qa.encoder import unit
from qa.reader import Floats
from tests.benchmarks.xquad import FITTED, paragraphs

LANGUAGES = ("en", "de", "es", "ru")
KEPT = 256
"""Of 768 numbers; with 384 of them nothing is found better."""
MIDDLE = 0.6
"""How much the middle layer counts beside the last. As much as that one it finds as many right
sentences, and tells less well that none is right."""


def main(path: Path) -> None:
    """Write the file: the mean over languages of each language's mean, and principal components.

    Each layer is divided by the mean length of its centred vectors, then weighted.
    """
    model = encoder.load(None)
    questions, texts = [], []
    for code in LANGUAGES:
        read = list(paragraphs(code, FITTED))
        asked = model.encode_query_tokens([text for own in read for text, _ in own.questions])
        found = model.encode_document_tokens([own.text for own in read])
        questions.append(np.concatenate([one.tokens for one in asked]))
        texts.append(np.concatenate([one.tokens for one in found]))
    question_mean = np.mean([rows.mean(axis=0) for rows in questions], axis=0)
    text_mean = np.mean([rows.mean(axis=0) for rows in texts], axis=0)
    sides = (questions, question_mean), (texts, text_mean)
    scale = _scale(np.concatenate(texts) - text_mean)
    # Questions have far fewer tokens: each side gives half of the products.
    products = sum(_products(unit((np.concatenate(rows) - mean) * scale)) for rows, mean in sides)
    components = np.linalg.eigh(products)[1][:, -KEPT:]
    np.savez(
        path,
        question_mean=question_mean,
        text_mean=text_mean,
        projection=(scale[:, None] * components).astype(np.float16),
    )


def _scale(centred: Floats) -> Floats:
    """Return what each column is multiplied by."""
    last, middle = (np.linalg.norm(part, axis=1).mean() for part in np.split(centred, 2, axis=1))
    layers = np.array([1 / last, MIDDLE / middle], np.float32)
    return np.repeat(layers, centred.shape[1] // 2)


def _products(rows: Floats) -> Floats:
    return np.asarray(rows.T @ rows / len(rows), np.float32)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
