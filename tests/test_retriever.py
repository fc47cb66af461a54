from collections.abc import Iterator
from pathlib import Path

import pytest

from qa import encoder, retriever
from qa.build import build
from qa.index import Index
from tests.fakes import GramEncoder


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(40):
        (docs / f"{number:02}.txt").write_text(f"Boat number {number} left. It was day {number}.\n")
    (docs / "mayor.txt").write_text(
        "Kop\n\nThe mayor is Ada Vestby. She likes grondstoffendeals.\n"
    )
    build(docs, tmp_path / "index", model=GramEncoder())
    opened = Index.open(tmp_path / "index")
    yield opened
    opened.close()


def _retrieve(index: Index, question: str) -> retriever.Found:
    with index.snapshot() as snapshot:
        return retriever.retrieve(question, snapshot, encoder.load(GramEncoder()))


def test_the_passage_that_answers_comes_first_with_a_score_for_each_sentence(index: Index) -> None:
    found = _retrieve(index, "Who is the mayor?")
    first = found.hits[0]
    assert first.passage.text.startswith("The mayor is Ada Vestby.")
    assert first.passage.heading == "Kop"
    assert len(first.sentence_scores) == len(first.passage.sentences) == 2
    assert first.score == max(first.sentence_scores) == max(hit.score for hit in found.hits)
    assert len(found.hits) == retriever.SHOWN


def test_part_of_a_compound_finds_it(index: Index) -> None:
    assert "grondstoffendeals" in _retrieve(index, "grondstoffen").hits[0].passage.text


def test_words_are_looked_up_without_those_that_say_nothing(index: Index) -> None:
    found = _retrieve(index, "Who is the mayor of Atlantis?")
    assert found.words == {"mayor": True, "atlantis": False}


def test_scores_fall(index: Index) -> None:
    scores = [hit.score for hit in _retrieve(index, "boat number 7").hits]
    assert scores == sorted(scores, reverse=True)
