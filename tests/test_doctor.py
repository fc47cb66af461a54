import json
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from qa import doctor
from qa.bot import Bot
from qa.build import build
from qa.doctor import Finding, State
from qa.encoder.packaged import Packaged
from qa.errors import EncoderError
from qa.index import Embedding, Index, Layout, Writer
from tests.disks import damage, disk, remount
from tests.fakes import GramEncoder
from tests.test_cli import run

NAMES = ["versions", "permissions", "space", "database", "rows", "words", "faiss", "leftovers"]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(30):
        (folder / f"n{number:02}.txt").write_text(
            f"Number {number} is a text about {number * 37} things.\n\nIt ends with {number}.\n"
        )
    return folder


@pytest.fixture
def index(docs: Path, tmp_path: Path) -> Path:
    build(docs, tmp_path / "the index", model=GramEncoder())
    return tmp_path / "the index"


def examine(index: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in doctor.examine(index, model=GramEncoder())}


def wrong(index: Path) -> dict[str, State]:
    return {name: found.state for name, found in examine(index).items() if found.state != "ok"}


def files(index: Path) -> dict[str, tuple[bytes, int]]:
    return {
        file.relative_to(index).as_posix(): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in index.rglob("*")
        if file.is_file()
    }


def edit(index: Path, *statements: str) -> None:
    connection = sqlite3.connect(Layout(index).database)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_sound_index_is_sound_and_not_touched(index: Path) -> None:
    before = files(index)
    found = examine(index)
    assert list(found) == [*NAMES, "model", "texts"]
    assert {finding.state for finding in found.values()} == {"ok"}
    assert not any(finding.remedy for finding in found.values())
    assert files(index) == before


def test_an_index_in_use_is_examined_and_not_touched(docs: Path, index: Path) -> None:
    with Bot.open(index, model=GramEncoder()) as bot:
        bot.ask("Which number?")
        (docs / "new.txt").write_text("Herring is caught in May.\n")
        build(docs, index, model=GramEncoder())
        before = files(index)
        assert "index.sqlite-wal" in before
        found = examine(index)
        after = files(index)
        assert {finding.state for finding in found.values()} == {"ok"}
        assert "31" in found["texts"].what
        # Readers note in the log's index how far they read; nothing else may change.
        assert {**after, "index.sqlite-shm": b""} == {**before, "index.sqlite-shm": b""}


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE documents SET text = replace(text, 'things', 'thongs')", "rows"),
        ("UPDATE documents SET title = 'x' WHERE id = 7", "rows"),
        ("UPDATE passages SET heading = 'x' WHERE id = 7", "rows"),
        ("UPDATE embeddings SET vectors = zeroblob(length(vectors)) WHERE id = 7", "rows"),
        ("UPDATE calibration SET data = zeroblob(length(data))", "rows"),
        ("INSERT INTO words (rowid, grams) VALUES (7, 'g61')", "words"),
        ("INSERT INTO words (words) VALUES ('delete-all')", "words"),
        ("DELETE FROM embeddings WHERE id = 7", "database"),
        ("UPDATE manifest SET value = 99 WHERE key = 'format'", "database"),
        ("DROP TABLE manifest", "database"),
    ],
)
def test_what_was_altered_is_found(index: Path, statement: str, name: str) -> None:
    edit(index, statement)
    before = files(index)
    found = examine(index)[name]
    assert found.state == "error"
    assert "qa " in found.remedy
    assert files(index) == before


@pytest.mark.parametrize(
    ("statement", "recorded"),
    [
        ("DELETE FROM embeddings WHERE id = 7", True),
        ("UPDATE documents SET title = 'x' WHERE id = 7", True),
        ("UPDATE manifest SET value = 99 WHERE key = 'format'", False),
        ("DELETE FROM manifest WHERE key = 'contents'", False),
    ],
)
def test_a_build_that_is_advised_names_the_folder_of_texts(
    docs: Path, index: Path, statement: str, *, recorded: bool
) -> None:
    edit(index, statement)
    for given in (None, docs):
        found = doctor.examine(index, given, model=GramEncoder())
        remedies = [f.remedy.split("&& ")[-1] for f in found if "qa build" in f.remedy]
        assert remedies
        for words in map(shlex.split, remedies):
            assert words[:2] == ["qa", "build"]
            assert words[-2:] == ["--index", str(index)]
            if given or recorded:
                assert Path(words[2]).resolve() == docs
            else:
                assert words[2] == doctor.UNKNOWN


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_a_database_cut_off_is_found(index: Path, share: float) -> None:
    database = Layout(index).database
    data = database.read_bytes()
    database.write_bytes(data[: int(len(data) * share)])
    found = wrong(index)
    assert "error" in found.values()


def test_noise_anywhere_in_the_database_is_found(index: Path) -> None:
    database = Layout(index).database
    whole = database.read_bytes()
    connection = sqlite3.connect(database)
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    connection.close()
    missed = 0
    offsets = range(0, len(whole), 4096)
    for offset in offsets:
        data = bytearray(whole)
        # A page is filled from its end; in front of that may be room that nothing uses.
        data[offset + 2048 : offset + 4096] = np.random.default_rng(offset).bytes(2048)
        database.write_bytes(data)
        missed += "error" not in wrong(index).values()
    assert missed <= free
    assert len(offsets) > 20


def _remove(index: Path) -> None:
    Layout(index).vectors.unlink()


def _damage(index: Path) -> None:
    Layout(index).vectors.write_bytes(b"noise" * 100)


def _hide_words(index: Path) -> None:
    edit(index, "INSERT INTO words (words) VALUES ('delete-all')")


def _leave_staged(index: Path) -> None:
    vector = GramEncoder().encode_document(["x"])
    empty = np.zeros((0, 1), np.int8), np.zeros((0, 2), np.int32)
    with Writer.open(index) as writer:
        writer.stage([(b"x", Embedding(vector, *empty))])


def _change_texts(index: Path) -> None:
    docs = index.parent / "docs"
    (docs / "n00.txt").write_text("Something else.\n")
    (docs / "n01.txt").unlink()
    (docs / "n02.txt").rename(docs / "m02.txt")
    (docs / "new.txt").write_text("A new text.\n")


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (_remove, "faiss"),
        (_damage, "faiss"),
        (_hide_words, "words"),
        (_leave_staged, "leftovers"),
        (_change_texts, "texts"),
    ],
)
def test_what_is_safe_is_repaired(index: Path, harm: Callable[[Path], None], name: str) -> None:
    harm(index)
    assert list(wrong(index)) == [name]
    assert {finding.state for finding in doctor.repair(index, model=GramEncoder())} == {"ok"}
    assert wrong(index) == {}
    with Bot.open(index, model=GramEncoder()) as bot:
        hits = bot.ask("Which text is about 111 things?").passages
    assert hits[0].passage.text == "Number 3 is a text about 111 things."


def test_texts_that_differ_are_counted_and_named(index: Path) -> None:
    _change_texts(index)
    what = examine(index)["texts"].what
    assert "1 changed ('n00.txt')" in what
    assert "1 gone ('n01.txt')" in what
    assert "1 renamed ('m02.txt')" in what
    assert "1 not indexed yet ('new.txt')" in what


def test_a_damaged_database_is_not_repaired(index: Path) -> None:
    edit(index, "UPDATE documents SET title = 'x'")
    before = files(index)
    assert "error" in {finding.state for finding in doctor.repair(index, model=GramEncoder())}
    assert files(index) == before


def test_near_duplicates_and_unreadable_texts_are_named(docs: Path, index: Path) -> None:
    (docs / "copy.txt").write_text((docs / "n07.txt").read_text())
    (docs / "bad.txt").write_bytes(b"\x00\x01" * 100)
    build(docs, index, model=GramEncoder())
    found = examine(index)
    assert found["duplicates"].what == "'copy.txt' and 'n07.txt' say nearly the same"
    assert found["unreadable"].what.startswith("bad.txt: ")


def test_texts_that_are_gone_altogether_are_a_warning(docs: Path, index: Path) -> None:
    shutil.rmtree(docs)
    assert wrong(index) == {"texts": "warning"}


def test_no_index(tmp_path: Path) -> None:
    found = examine(tmp_path / "nowhere")
    assert found["database"].state == "error"
    assert "qa build" in found["database"].remedy
    assert not (tmp_path / "nowhere").exists()


def test_an_index_that_was_never_finished(docs: Path, tmp_path: Path) -> None:
    with Writer.open(tmp_path / "index"):
        pass
    assert "never finished" in examine(tmp_path / "index")["database"].what
    build(docs, tmp_path / "index", model=GramEncoder())
    assert wrong(tmp_path / "index") == {}


class _Other(GramEncoder):
    """Gives the fingerprint of another encoder, and other vectors for all else."""

    @override
    def _vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return super()._vector(text if "river" in text else text[::-1])


class _Failing(GramEncoder):
    @override
    def _vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        raise EncoderError(f"cannot encode {text}")


@pytest.mark.parametrize(
    ("model", "name"),
    [(GramEncoder(salt="other"), "model"), (_Other(), "encoding"), (_Failing(), "model")],
)
def test_another_model_is_found(index: Path, model: GramEncoder, name: str) -> None:
    found = {finding.name: finding for finding in doctor.examine(index, model=model)}
    assert found[name].state == "error"
    words = shlex.split(found[name].remedy)
    assert words == ["qa", "build", f"{index}/../docs", "--full", "--index", str(index)]


@pytest.fixture
def fixed_disk(index: Path, tmp_path: Path) -> Iterator[Path]:
    """Return the index on a small disk that cannot be written."""
    with disk(tmp_path / "disk", "700k") as folder:
        shutil.copytree(index, folder / "index")
        (folder / "filled").write_bytes(bytes(200_000))
        remount(folder, "ro")
        yield folder / "index"


def test_a_full_disk_and_a_read_only_folder_are_warnings(docs: Path, fixed_disk: Path) -> None:
    found = {f.name: f for f in doctor.examine(fixed_disk, docs, model=GramEncoder())}
    assert {name for name, finding in found.items() if finding.state != "ok"} == {
        "permissions",
        "space",
    }


def test_the_index_is_opened_as_ever_afterwards(index: Path) -> None:
    examine(index)
    opened = Index.open(index)
    assert opened.manifest().version == 1
    opened.close()


@pytest.mark.model
def test_a_damaged_model_is_unpacked_again_and_the_index_is_kept(
    article_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Packaged().folder
    monkeypatch.setenv("QA_CACHE_DIR", str(tmp_path))
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    damage(copy / "onnx" / "model.onnx.data", 2**25, 4096)
    before = files(article_index)
    (found,) = (f for f in doctor.examine(article_index) if f.name in {"unpacked", "model"})
    assert (found.name, found.state) == ("unpacked", "error")
    assert "doctor --repair" in found.remedy
    assert {finding.state for finding in doctor.repair(article_index)} == {"ok"}
    assert files(article_index) == before


@pytest.mark.model
def test_the_command(article_index: Path, tmp_path: Path) -> None:
    done = run("doctor", "--index", str(article_index))
    assert (done.returncode, done.stderr) == (0, "")
    assert "model: multilingual-e5-small-q4; " in done.stdout
    assert not {"warning", "error"} & {line.split()[0] for line in done.stdout.splitlines()}
    copy = tmp_path / "copy"
    shutil.copytree(article_index, copy)
    edit(copy, "UPDATE documents SET title = 'x'")
    done = run("doctor", "--index", str(copy), "--json")
    assert done.returncode == 1
    states = {finding["name"]: finding["state"] for finding in json.loads(done.stdout)}
    assert (states["database"], states["rows"]) == ("ok", "error")
