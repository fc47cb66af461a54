import json
from dataclasses import replace
from pathlib import Path

import pytest
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st

from qa.bot import Bot
from qa.build import build
from qa.errors import AnswerError, IndexMissingError
from qa.verify import Claim, Verdict, read_claims, verify
from tests.fakes import GramEncoder
from tests.test_cli import run
from tests.test_documents_formats import (
    ARTICLE,
    TEXT,
    TITLE,
    article,
    encrypted,
    page,
    pdf,
    word,
)

TEXTS = {
    "harbour.txt": "The harbour opens at six.\n\nThe mayor pressed the button on Monday.\n",
    "sub/café.md": "# Café\n\nIt was 𝒽𝑜𝓉 — “very” hot.\n\nNobody came.\n",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    for path, text in TEXTS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index(docs: Path, tmp_path: Path) -> Path:
    build(docs, tmp_path / "index", model=GramEncoder())
    return tmp_path / "index"


def asked(index: Path, question: str) -> tuple[Claim, ...]:
    with Bot.open(index, model=GramEncoder()) as bot:
        answer = bot.ask(question, threshold=0.0)
    assert answer.citations
    return read_claims(json.dumps(answer.as_dict()))


def only(verdicts: tuple[Verdict, ...]) -> Verdict:
    (verdict,) = verdicts
    return verdict


@pytest.mark.parametrize("question", ["When does the harbour open?", "Was it very hot?"])
def test_what_was_just_answered_is_verified_in_index_and_file(index: Path, question: str) -> None:
    verdicts = verify(asked(index, question), index)
    assert all(verdict.verified for verdict in verdicts)
    assert all("index" in verdict.reason and "file" in verdict.reason for verdict in verdicts)


def changed(document: Word) -> None:
    article(document)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Land", "Nederland"
    words = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')}>{words.format('Dit is ')}<w:del w:id='1' w:author='x'><w:r>"
            f"<w:delText>oud </w:delText></w:r></w:del><w:ins w:id='2' w:author='x'>"
            f"{words.format('nieuw.')}</w:ins></w:p>"
        ),
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("windows.txt", ARTICLE.encode("cp1252")),
        ("wide.txt", ARTICLE.encode("utf-16")),
        ("'\"$(rm)` №1\n中 😀.txt", ARTICLE.encode()),
        ("matter.md", f"---\ntitle: a\n---\n# {TITLE}\n\n{TEXT}".encode()),
        ("page.html", page()),
        ("columns.pdf", pdf(2)),
        ("locked.pdf", encrypted("")),
        ("changed.docx", word(changed)),
    ],
    ids=["windows-1252", "utf-16", "odd name", "markdown", "page", "columns", "locked", "word"],
)
def test_the_quotes_of_every_format_hold(name: str, data: bytes, tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    docs.mkdir()
    (docs / name).write_bytes(data)
    build(docs, index, model=GramEncoder())
    claims = asked(index, "Wat zei de Oekraïense president Zelensky volgens Rutte?")
    assert any("Zelensky" in claim.quote for claim in claims)
    for verdict in verify(claims, index):
        assert verdict.reason == f"it stands in the index as {name!r} and in the file {name!r}"


CLAIM = Claim(number=1, document="a", start=0, end=1, quote="x", sha256="0")


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "The harbour opens at ten."},
        {"start": 1},
        {"end": 3},
        {"start": -100},
        {"end": 10**30},
        {"start": 5, "end": 5, "quote": ""},
        {"sha256": "0" * 64},
    ],
)
def test_what_was_altered_is_not(index: Path, change: dict[str, str | int]) -> None:
    claim = asked(index, "When does the harbour open?")[0]
    altered = read_claims(json.dumps({"citations": [_values(claim) | change]}))
    assert not only(verify(altered, index)).verified


def _values(claim: Claim) -> dict[str, str | int]:
    return {name: getattr(claim, name) for name in Claim.__slots__}


def test_a_text_that_changed_is_verified_as_long_as_the_index_holds_its_version(
    docs: Path, index: Path
) -> None:
    claim = asked(index, "When does the harbour open?")[0]
    (docs / "harbour.txt").write_text("The harbour is closed.\n")
    verdict = only(verify([claim], index))
    assert verdict.verified
    assert "file" not in verdict.reason
    build(docs, index, model=GramEncoder())
    verdict = only(verify([claim], index))
    assert not verdict.verified
    assert "neither in the index nor on the disk" in verdict.reason


def test_a_text_that_the_index_does_not_hold_yet_is_verified_in_its_file(
    docs: Path, index: Path
) -> None:
    claim = asked(index, "When does the harbour open?")[0]
    text = (docs / "harbour.txt").read_bytes()
    (docs / "harbour.txt").write_text("The harbour is closed.\n")
    build(docs, index, model=GramEncoder())
    (docs / "harbour.txt").write_bytes(text)
    verdict = only(verify([claim], index))
    assert verdict.verified
    assert "index" not in verdict.reason


def test_a_renamed_text_is_found_by_its_hash(docs: Path, index: Path) -> None:
    claim = asked(index, "When does the harbour open?")[0]
    (docs / "harbour.txt").rename(docs / "port.txt")
    build(docs, index, model=GramEncoder())
    verdict = only(verify([claim], index))
    assert verdict.verified
    assert "'port.txt'" in verdict.reason


def test_an_index_without_its_texts_is_enough(docs: Path, index: Path) -> None:
    claim = asked(index, "When does the harbour open?")[0]
    docs.rename(docs.with_name("elsewhere"))
    assert only(verify([claim], index)).verified


def test_the_same_bytes_may_be_two_texts(docs: Path, tmp_path: Path) -> None:
    for name in ("nieuws.md", "nieuws.txt"):
        (docs / name).write_text("# Top\n\nStarmer leidt *de top* in Londen.\n")
    build(docs, tmp_path / "index", model=GramEncoder())
    claims = asked(tmp_path / "index", "Wie leidt de top in Londen?")
    assert {"nieuws.md", "nieuws.txt"} <= {claim.document for claim in claims}
    assert all(verdict.verified for verdict in verify(claims, tmp_path / "index"))


def test_a_path_out_of_the_folder_is_not_followed(index: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"
    claim = replace(CLAIM, document="../secret.txt", sha256=sha256)
    assert not only(verify([claim], index)).verified


def test_no_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="qa build"):
        verify([CLAIM], tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        '{"citations": ' * 100_000,
        "null",
        "3",
        "[]",
        "{}",
        '{"citations": {}}',
        '{"citations": [1]}',
        '{"citations": [{}]}',
        '{"citations": [{"number": true}]}',
        '{"citations": [{"number": 1' + "0" * 5000 + "}]}",
        json.dumps({"citations": [_values(CLAIM) | {"start": "0"}]}),
        json.dumps({"citations": [_values(CLAIM) | {"start": 0.0}]}),
        json.dumps({"citations": [_values(CLAIM) | {"quote": "\ud800"}]}),
        " " * (16 * 1024 * 1024 + 1),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_answer_is_one_clear_error(text: str) -> None:
    with pytest.raises(AnswerError):
        read_claims(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["citations", *Claim.__slots__]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_claims_or_that_error(value: object) -> None:
    try:
        claims = read_claims(json.dumps(value))
    except AnswerError:
        return
    assert isinstance(claims, tuple)
    assert all(type(claim.start) is int and type(claim.quote) is str for claim in claims)


@pytest.mark.model
def test_the_command(article_index: Path, tmp_path: Path) -> None:
    arguments = ("--index", str(article_index))
    answer = run("ask", "what did Rutte advise?", "--json", *arguments).stdout
    file = tmp_path / "answer.json"
    file.write_text(answer)
    done = run("verify", str(file), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ok [1] rutte-zelensky-trump.txt ")
    changed = json.loads(answer)
    changed["citations"][0]["quote"] += "!"
    piped = run("verify", "-", *arguments, stdin=json.dumps(changed))
    assert piped.returncode == 1
    assert piped.stdout.startswith("no [1] rutte-zelensky-trump.txt ")
    for wrong in ("", "{", '{"a": "\x1b[2J"}'):
        failed = run("verify", "-", *arguments, stdin=wrong)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert failed.stderr.count("\n") == 1
    missing = run("verify", "nowhere.json", *arguments)
    assert missing.returncode == 1
    assert "nowhere.json" in missing.stderr
