import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader import Candidates, Reader, inputs, load
from qa.reader.inputs import CLOSED, MOST_QUESTION, MOST_SENTENCE
from qa.relevance import reordered
from qa.relevance.scoring import AHEAD

WIDTH = 256


def _unit(count: int, seed: int) -> npt.NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, WIDTH))
    unit: npt.NDArray[np.float32] = np.divide(rows, np.linalg.norm(rows, axis=1, keepdims=True))
    return unit.astype(np.float32)


def _candidates(lengths: list[int], asked: int = 5) -> Candidates:
    return Candidates(
        question=_unit(asked, 0),
        weights=np.linspace(1, 2, asked, dtype=np.float32),
        matches=np.full(asked, 0.6, np.float32),
        sentences=[
            np.rint(_unit(n, seed) * 127).astype(np.int8) for seed, n in enumerate(lengths, 1)
        ],
        scores=np.linspace(1.2, 1.0, len(lengths), dtype=np.float32),
        middle=1.05,
        unrelated=0.8,
        similarities=np.linspace(0.9, 0.8, len(lengths), dtype=np.float32),
        nearest=np.full(len(lengths), 0.9, np.float32),
        around=np.zeros((len(lengths), 2), np.float32),
        named=np.zeros((asked, len(lengths)), np.float32),
        named_in=np.zeros(asked, np.float32),
    )


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def test_a_sentence_is_read_the_same_beside_longer_ones(reader: Reader) -> None:
    candidates = _candidates([4, 30, 9])
    together = reader(candidates)
    for place in range(3):
        alone = candidates.only(np.array([place]))
        # How far it is behind the best of those read is something that it is told.
        given = inputs(candidates)["whole"][place]
        assert np.array_equal(inputs(alone)["whole"][0][[0, 3, 4]], given[[0, 3, 4]])
    without = reader(candidates.only(np.array([0, 2])))
    assert np.allclose(without.better, together.better[[0, 2]], atol=1e-5)
    assert [span and span.first for span in without.spans] == [
        span and span.first for span in (together.spans[0], together.spans[2])
    ]


def test_short_answers_lie_in_their_sentences(reader: Reader) -> None:
    lengths = [1, 2, 17, 60, MOST_SENTENCE + 20, 0]
    reading = reader(_candidates(lengths))
    assert reading.spans[-1] is None
    for length, span in zip(lengths, reading.spans[:-1], strict=False):
        assert span is not None
        assert 0 <= span.first <= span.last < min(length, MOST_SENTENCE)
        assert 0 < span.likelihood <= 1


def test_long_questions_and_sentences_are_read_in_part(reader: Reader) -> None:
    candidates = _candidates([500, 2], asked=300)
    given = inputs(candidates)
    assert given["states"].shape == (2, 1 + MOST_QUESTION + MOST_SENTENCE, WIDTH)
    assert np.isfinite(reader(candidates).better).all()


def test_padding_is_closed() -> None:
    mask = inputs(_candidates([3, 1]))["mask"]
    assert (mask[0] == 0).all()
    assert mask[1].tolist() == [0.0] * 7 + [CLOSED] * 2


@given(
    st.lists(st.floats(0, 2, width=32), min_size=1, max_size=8),
    st.lists(st.floats(-3, 3, width=32), min_size=8, max_size=8),
    st.integers(1, 8),
)
def test_the_sentence_that_the_reader_prefers_comes_first_and_none_falls(
    values: list[float], better: list[float], count: int
) -> None:
    scores = np.array(values, np.float32)
    read = np.argsort(-scores, kind="stable")[:count]
    gains = np.array(better[: len(read)], np.float32)
    found = reordered(scores, read, gains)
    assert np.argmax(found) == read[np.argmax(scores[read] + gains)]
    assert (found >= scores).all()
    assert found.max() <= scores.max() + AHEAD + 1e-6
    unread = np.setdiff1d(np.arange(len(scores)), read)
    assert (found[unread] == scores[unread]).all()
