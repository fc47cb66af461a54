import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.bot import Bot
from qa.build import build
from qa.documents import Document
from qa.errors import QuestionError, StorageError
from qa.evaluation import Labelled, Outcome, evaluate, from_texts, measure, metrics, read, report
from qa.evaluation.metrics import auroc, calibration_error, risk_coverage
from qa.evaluation.picture import draw
from tests.fakes import GramEncoder


def _outcome(*, right: bool, confidence: float, answerable: bool = True, rank: int = 1) -> Outcome:
    answered = confidence >= 0.5
    return Outcome(
        question="?",
        answerable=answerable,
        answered=answered,
        rank=rank,
        best_right=right,
        quoted_right=right and answered,
        confidence=confidence,
        seconds=0.01,
    )


OUTCOMES = [
    _outcome(right=True, confidence=0.9),
    _outcome(right=True, confidence=0.8),
    _outcome(right=False, confidence=0.7, rank=2),
    _outcome(right=True, confidence=0.4),
    _outcome(right=False, confidence=0.6, answerable=False, rank=0),
    _outcome(right=False, confidence=0.1, answerable=False, rank=0),
]


def test_metrics_worked_out_by_hand() -> None:
    found = metrics(OUTCOMES)
    assert (found.questions, found.answerable) == (6, 4)
    assert found.passage_first == 0.75
    assert found.sentence_first == 0.75
    assert found.mean_reciprocal_rank == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert found.answered_right == 0.5
    assert found.refusal_precision == 0.5
    assert found.refusal_recall == 0.5
    assert found.auroc == pytest.approx(7 / 8)
    assert found.right_at_80 == pytest.approx(2 / 3 + (3 / 4 - 2 / 3) * 0.2)


def test_what_no_question_asks_for_is_none() -> None:
    found = metrics(OUTCOMES[4:])
    assert found.passage_first is None
    assert found.auroc is None
    assert found.right_at_80 is None
    assert "-" in report.table(OUTCOMES[4:])


@given(st.lists(st.floats(0, 1), min_size=1), st.lists(st.floats(0, 1), min_size=1))
def test_auroc_is_the_share_of_pairs_in_order(positive: list[float], negative: list[float]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    assert auroc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1))
def test_calibration_error_lies_between_nothing_and_all(pairs: list[tuple[bool, float]]) -> None:
    outcomes = [_outcome(right=right, confidence=sure) for right, sure in pairs]
    assert 0 <= calibration_error(outcomes) <= 1
    coverage, right = risk_coverage(outcomes)
    assert coverage[-1] == 1
    assert right[-1] == pytest.approx(sum(r for r, _ in pairs) / len(pairs))


def test_confidence_that_is_right_has_no_calibration_error() -> None:
    outcomes = [_outcome(right=True, confidence=1.0), _outcome(right=False, confidence=0.0)]
    assert calibration_error(outcomes) == 0


def test_the_figures_as_json() -> None:
    assert json.loads(report.as_json(OUTCOMES))["answerable"] == 4


def test_the_picture_is_written(tmp_path: Path) -> None:
    draw(OUTCOMES, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(StorageError, match="cannot be written"):
        draw(OUTCOMES, tmp_path / "folder.png")


@pytest.mark.parametrize("name", ["picture.nonsense", "picture.pgf", "picture", "nowhere/p.png"])
def test_where_no_picture_can_be_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match=name):
        draw(OUTCOMES, tmp_path / name)


def test_own_format(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(
        '{"question": "Who?", "answers": ["Ada"]}\n\n{"question": "Why?", "answers": []}\n'
    )
    questions, texts = read(file)
    assert questions == (
        Labelled(question="Who?", answers=("Ada",)),
        Labelled(question="Why?", answers=()),
    )
    assert texts == {}


@pytest.mark.parametrize("between", ["\u2028", "\u2029", "\x85"])
def test_a_line_ends_at_a_line_feed_alone(tmp_path: Path, between: str) -> None:
    file = tmp_path / "q.jsonl"
    lines = [{"question": f"Who{between}won?", "answers": []}, {"question": "Why?", "answers": []}]
    text = "\r\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    file.write_text(text, encoding="utf-8-sig")  # with the mark that Windows' editors write
    assert [labelled.question for labelled in read(file)[0]] == [f"Who{between}won?", "Why?"]


SQUAD = {
    "data": [
        {
            "paragraphs": [
                {
                    "context": "The harbour opens at six.\n\nThe mayor is Ada Vestby.",
                    "qas": [
                        {
                            "question": "When does the harbour open?",
                            "answers": [{"text": "six", "answer_start": 21}],
                        },
                        {"question": "Who baked?", "answers": [], "is_impossible": True},
                    ],
                }
            ]
        }
    ]
}


def test_squads_format(tmp_path: Path) -> None:
    file = tmp_path / "squad.json"
    file.write_text(json.dumps(SQUAD))
    questions, texts = read(file)
    assert [(q.answers, q.document) for q in questions] == [
        (("six",), "0000.txt"),
        ((), "0000.txt"),
    ]
    assert texts == {"0000.txt": "The harbour opens at six.\nThe mayor is Ada Vestby.\n"}


def test_an_answer_at_a_wrong_place_is_taken_without_what_stands_there(tmp_path: Path) -> None:
    paragraph = {
        "context": "The harbour opens at six.",
        "qas": [{"question": "When?", "answers": [{"text": "six", "answer_start": 99}]}],
        "sentence_breaks": [[0, 1000]],
    }
    file = tmp_path / "squad.json"
    file.write_text(json.dumps({"data": [{"paragraphs": [paragraph]}]}))
    assert read(file)[0][0].answers == ("six",)


def _own(**record: object) -> str:
    return json.dumps({"question": "Who?", "answers": ["Ada"]} | record)


def _squad(context: str = "Ada won.", **record: object) -> str:
    asked = {"question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]} | record
    return json.dumps({"data": [{"paragraphs": [{"context": context, "qas": [asked]}]}]})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{nonsense", "line 1"),
        ('{"question": "Who?"}', "answers"),
        ("[1, 2]", "labelled"),
        ('{"data": [1]}', "labelled"),
        ("\xff", "cannot be read"),
        ("", "no question"),
        ('{"data": []}', "no question"),
        ('{"data": [{"paragraphs": []}]}', "no question"),
        ("[" * 100_000, "line 1: .*recursion"),
        (f"{_own()}\n{{nonsense", "line 2: .*at column 2"),
        (_own(more=0).replace("0", "1" * 5000), "line 1: .*out of range"),
        (_own(question=None), "line 1: question: "),
        (f"{_own()}\n{_own(question=' ')}", "line 2: question: is blank"),
        (_own(question="\x1c"), "line 1: question: is blank"),
        (_own(question="x" * 1001), "line 1: question: .*1000 characters"),
        (_own(question="\ud800"), "line 1: .*hex escape"),
        (_own(answers="Zelensky"), "line 1: answers: "),
        (_own(answers=["Ada", ""]), "line 1: answers.1: is blank"),
        (_own(answers=[None]), "line 1: answers.0: "),
        (_own(document=["a"]), "line 1: document: "),
        (_squad("\ud800"), "hex escape"),
        (_squad(question="\n"), "data.0.paragraphs.0.qas.0.question: is blank"),
        (_squad(answers=[{"text": "", "answer_start": 0}]), "answers.0.text: is blank"),
        (_squad(answers=[None]), "answers.0: "),
        (_squad(is_impossible="false"), "is_impossible: .*boolean"),
    ],
    ids=lambda value: value[:20],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(QuestionError, match=message):
        read(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="nowhere"):
        read(tmp_path / "nowhere")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    text = "The harbour opens at six. Boats wait.\n\nThe mayor is Ada Vestby.\n"
    (tmp_path / "docs" / "a.txt").write_text(text)
    Bot.build(tmp_path / "docs", tmp_path / "index", model=GramEncoder()).close()
    return tmp_path / "index"


def test_measuring(index: Path) -> None:
    labelled = [
        Labelled(question="When does the harbour open?", answers=("opens at SIX",)),
        Labelled(question="Who is the mayor?", answers=("Vestby",), document="b.txt"),
        Labelled(question="Quid nunc?", answers=()),
    ]
    with Bot.open(index, model=GramEncoder()) as bot:
        first, second, third = measure(bot, labelled)
    assert (first.rank, first.best_right, first.answerable) == (1, True, True)
    assert (second.rank, second.best_right) == (0, True)
    assert not third.answerable


def test_known_items_are_the_same_for_the_same_seed() -> None:
    document = Document(
        path="a.txt", title="A", text="The harbour opens at six. Boats wait.\n\nAda is the mayor."
    )
    questions = from_texts([document], 2, seed=1)
    assert questions == from_texts([document], 2, seed=1)
    assert len(questions) == 2
    assert all(question.answers[0] in document.text for question in questions)
    assert all(question.question for question in from_texts([document], 50))


@pytest.mark.model
def test_squads_texts_are_indexed_aside(tmp_path: Path) -> None:
    file = tmp_path / "squad.json"
    file.write_text(json.dumps(SQUAD))
    outcomes = evaluate(file, tmp_path / "no index here")
    assert [outcome.rank for outcome in outcomes] == [1, 0]


@pytest.mark.model
def test_an_index_without_texts_makes_no_questions(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    build(tmp_path / "docs", tmp_path / "index")
    with pytest.raises(QuestionError, match="index"):
        evaluate(None, tmp_path / "index", own=5)


@pytest.mark.model
def test_known_items_are_found(article_index: Path) -> None:
    found = metrics(evaluate(None, article_index, own=15))
    assert found.sentence_first is not None
    assert found.sentence_first > 0.7
