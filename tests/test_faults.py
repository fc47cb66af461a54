"""What can happen to an index from outside; the long version is `tests/benchmarks/faults.py`."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from qa import doctor
from qa.bot import Bot
from qa.build import build, preview
from qa.errors import IndexBusyError, IndexMismatchError, IndexMissingError, QAError, StorageError
from qa.index import Layout, Writer, backups, restore
from qa.verify import read_claims, verify
from tests.conftest import PROJECT
from tests.disks import disk, remount
from tests.fakes import GramEncoder

ODD = "ïndex of José №1 #2 50%41 ? & 日本"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / ODD / "docs"
    folder.mkdir(parents=True)
    (folder / "harbour.txt").write_text("The harbour opens at six.\n")
    (folder / "hér ring.txt").write_text("Herring is caught in May.\n")
    return folder


@pytest.fixture
def index(docs: Path) -> Path:
    build(docs, docs.parent / "index", model=GramEncoder())
    return docs.parent / "index"


def first(index: Path, question: str) -> str:
    with Bot.open(index, model=GramEncoder()) as bot:
        return bot.ask(question).passages[0].passage.text


def sound(index: Path, docs: Path) -> bool:
    found = doctor.examine(index, docs, model=GramEncoder())
    return not [finding for finding in found if finding.state == "error"]


def test_every_room_works_below_an_odd_name(docs: Path, index: Path) -> None:
    (docs / "herring.txt").write_text("Herring is dear.\n")
    assert preview(docs, index).added == ("herring.txt",)
    build(docs, index, model=GramEncoder())
    with Bot.open(index, model=GramEncoder()) as bot:
        assert sound(index, docs)
        answer = bot.ask("When is herring caught?", threshold=0.0)
    claims = read_claims(json.dumps(answer.as_dict()))
    assert all(verdict.verified for verdict in verify(claims, index))
    restore(index)
    assert sound(index, docs)
    assert first(index, "When is herring caught?") == "Herring is caught in May."


LOCKED = textwrap.dedent(
    """
    import sqlite3, sys, time
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM documents")
    print("locked", flush=True)
    time.sleep(float(sys.argv[2]))
    connection.rollback()
    """
)


@contextmanager
def locked(index: Path, seconds: float) -> Iterator[None]:
    """Have another process keep the database locked for so long, counted from now."""
    command = [sys.executable, "-c", LOCKED, str(Layout(index).database), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
        assert process.wait() == 0


def test_another_process_that_locks_the_database_for_ten_seconds_is_waited_for(
    docs: Path, index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    started = time.monotonic()
    with locked(index, 10):
        assert first(index, "When does the harbour open?") == "The harbour opens at six."
        assert sound(index, docs)
        assert time.monotonic() - started < 8
        assert caplog.messages == []
        (docs / "bread.txt").write_text("Bread rises for an hour.\n")
        assert build(docs, index, model=GramEncoder()).added == ("bread.txt",)
        assert time.monotonic() - started > 10
    (said,) = caplog.messages
    assert said.endswith("is locked by another process: waiting for it, 30 seconds at most")
    assert first(index, "How long does bread rise?") == "Bread rises for an hour."
    assert sound(index, docs)


def test_a_lock_that_outlasts_the_waiting_is_an_error_and_costs_nothing(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.index.database.BUSY_SECONDS", 0.1)
    (docs / "bread.txt").write_text("Bread rises for an hour.\n")
    with locked(index, 1), pytest.raises(IndexBusyError, match=r"by another process; try again"):
        build(docs, index, model=GramEncoder())
    assert first(index, "When does the harbour open?") == "The harbour opens at six."
    assert sound(index, docs)
    assert build(docs, index, model=GramEncoder()).added == ("bread.txt",)
    assert first(index, "How long does bread rise?") == "Bread rises for an hour."


def test_first_builders_make_one_index_together(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def make(folder: Path) -> str:
        together.wait()
        with Writer.open(folder):
            return Layout(folder).identity.read_text()

    with ThreadPoolExecutor(4) as builders:
        for number in range(12):
            assert len({*builders.map(make, [tmp_path / str(number)] * 4)}) == 1


def test_a_clock_that_jumps_back_has_no_effect(docs: Path, index: Path) -> None:
    future = time.time() + 10 * 365 * 86400
    for file in index.iterdir():
        os.utime(file, (future, future))
    with Bot.open(index, model=GramEncoder()) as bot:
        for number, hour in enumerate(("seven", "eight"), 1):
            (docs / "harbour.txt").write_text(f"The harbour opens at {hour}.\n")
            os.utime(docs / "harbour.txt", (number, number))
            assert build(docs, index, model=GramEncoder()).changed == ("harbour.txt",)
            answer = bot.ask("When does the harbour open?")
            assert answer.passages[0].passage.text == f"The harbour opens at {hour}."
    assert [one.number for one in backups(index)] == [2, 1]
    restore(index)
    assert first(index, "When does the harbour open?") == "The harbour opens at seven."


@contextmanager
def read_only(folder: Path, place: Path) -> Iterator[Path]:
    """Put a copy of a folder on a disk that cannot be written."""
    with disk(place, "4m") as mounted:
        shutil.copytree(folder, mounted / folder.name)
        remount(mounted, "ro")
        yield mounted / folder.name


def test_an_index_that_cannot_be_written_answers_and_says_so_when_built(
    docs: Path, index: Path, tmp_path: Path
) -> None:
    (docs / "bread.txt").write_text("Bread rises for an hour.\n")
    with read_only(index, tmp_path / "disk") as fixed:
        before = {file.name: file.read_bytes() for file in fixed.iterdir()}
        assert first(fixed, "When does the harbour open?") == "The harbour opens at six."
        assert sound(fixed, docs)
        with pytest.raises(StorageError, match="cannot write"):
            build(docs, fixed, model=GramEncoder())
        assert {file.name: file.read_bytes() for file in fixed.iterdir()} == before


def test_changes_in_a_log_that_cannot_be_read_are_not_left_out(
    docs: Path, index: Path, tmp_path: Path
) -> None:
    with Bot.open(index, model=GramEncoder()) as bot:
        bot.status()
        (docs / "harbour.txt").write_text("The harbour opens at seven.\n")
        build(docs, index, model=GramEncoder())
        copy = shutil.copytree(index, tmp_path / "copy")
    assert Layout(copy).logged
    (copy / "index.sqlite-shm").unlink()
    with read_only(copy, tmp_path / "disk") as fixed:
        with pytest.raises(StorageError, match="its log"):
            first(fixed, "When does the harbour open?")
        (found,) = [f for f in doctor.examine(fixed, docs) if f.state == "error"]
        assert "rm" not in found.remedy
    assert first(copy, "When does the harbour open?") == "The harbour opens at seven."


@pytest.mark.parametrize("pragma", ["user_version = 0", "journal_mode = WAL"])
def test_a_first_build_killed_while_it_made_the_database_is_mended_by_the_next(
    docs: Path, tmp_path: Path, pragma: str
) -> None:
    index = tmp_path / "index"
    index.mkdir()
    connection = sqlite3.connect(Layout(index).database)
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    with pytest.raises(IndexMissingError, match="qa build"):
        Bot.open(index, model=GramEncoder())
    build(docs, index, model=GramEncoder())
    assert first(index, "When does the harbour open?") == "The harbour opens at six."


BUILDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from qa.build import build
    from tests.fakes import GramEncoder
    docs, index, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    for number in range(8):
        (docs / f"{name}{number}.txt").write_text(f"Text {number} was written by {name}.\\n")
        build(docs, index, model=GramEncoder())
    """
)


def test_two_builders_lose_no_text_while_people_ask(docs: Path, index: Path) -> None:
    stop = threading.Event()
    wrong: list[str] = []

    def ask(bot: Bot) -> None:
        while not stop.is_set():
            text = bot.ask("When does the harbour open?").passages[0].passage.text
            if text != "The harbour opens at six.":
                wrong.append(text)

    with Bot.open(index, model=GramEncoder()) as bot:
        threads = [threading.Thread(target=ask, args=(bot,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        builders = [
            subprocess.Popen(
                [sys.executable, "-c", BUILDER, str(docs), str(index), name],
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
            )
            for name in ("Ada", "Bob")
        ]
        assert [builder.wait() for builder in builders] == [0, 0]
        stop.set()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert bot.status().documents == 18
    assert sound(index, docs)


def test_every_file_of_another_index_or_damaged_gives_no_wrong_answer(
    docs: Path, index: Path
) -> None:
    other = index.parent / "away" / "index"
    texts = index.parent / "away" / "texts"
    texts.mkdir(parents=True)
    (texts / "other.txt").write_text("The harbour never opens, says the other index.\n")
    build(texts, other, model=GramEncoder())
    for name in ("vectors.faiss", "build.lock"):
        shutil.copy(other / name, index / name)
        assert first(index, "When does the harbour open?") == "The harbour opens at six."
        (index / name).unlink()
        (index / name).mkdir()
        assert first(index, "When does the harbour open?") == "The harbour opens at six."
        (index / name).rmdir()
    whole = Layout(index).database.read_bytes()
    Layout(index).database.unlink()
    Layout(index).database.mkdir()
    with pytest.raises(QAError):
        first(index, "When does the harbour open?")
    Layout(index).database.rmdir()
    own = Layout(index).database.with_name("own")
    own.write_bytes(whole)
    shutil.copy(Layout(other).database, Layout(index).database)
    for use in (lambda: first(index, "Harbour?"), lambda: build(docs, index, model=GramEncoder())):
        with pytest.raises(IndexMismatchError, match="the database of another index"):
            use()
    assert not sound(index, docs)
    # Whoever says that it is this index now gets its texts, and that they are not those on disk.
    Layout(index).identity.unlink()
    with Bot.open(index, model=GramEncoder()) as bot:
        assert all(hit.stale for hit in bot.ask("When does the harbour open?").passages)
    found = {f.name: f.state for f in doctor.examine(index, docs, model=GramEncoder())}
    assert found["texts"] == "warning"
    build(docs, index, model=GramEncoder())
    assert first(index, "When does the harbour open?") == "The harbour opens at six."
    own.replace(Layout(index).database)
    with pytest.raises(IndexMismatchError, match="the database of another index"):
        first(index, "When does the harbour open?")


@pytest.mark.parametrize("said", [b"", b"\xff\xfe noise", b"0123", None])
def test_an_identity_that_cannot_be_read_says_nothing_and_is_written_again(
    docs: Path, index: Path, said: bytes | None
) -> None:
    identity = Layout(index).identity
    right = identity.read_text()
    if said is None:
        identity.unlink()
    else:
        identity.write_bytes(said)
    assert first(index, "When does the harbour open?") == "The harbour opens at six."
    build(docs, index, model=GramEncoder())
    assert identity.read_text() == right


def test_a_database_that_was_deleted_is_made_again_as_another(docs: Path, index: Path) -> None:
    before = Layout(index).identity.read_text()
    Layout(index).database.unlink()
    build(docs, index, model=GramEncoder())
    assert Layout(index).identity.read_text() != before
    assert first(index, "When does the harbour open?") == "The harbour opens at six."


def test_a_bot_that_is_open_follows_to_the_database_made_in_place_of_a_deleted_one(
    docs: Path, index: Path
) -> None:
    with Bot.open(index, model=GramEncoder()) as bot, Bot.open(index, model=GramEncoder()) as other:
        for one in (bot, other):
            one.suggestions()
            assert one.ask("Herring?").passages[0].passage.text == "Herring is caught in May."
        Layout(index).database.unlink()
        assert bot.ask("Herring?").passages[0].passage.text == "Herring is caught in May."
        for file in docs.iterdir():
            file.unlink()
        for number, text in enumerate(("Bread rises for an hour.", "The herring is sold out.")):
            (docs / f"{number}.txt").write_text(f"{text}\n")
        assert build(docs, index, model=GramEncoder()).version == bot.status().index_version == 1
        answers = [one.ask("Herring?") for one in (bot, other)]
        assert {a.passages[0].passage.text for a in answers} == {"The herring is sold out."}
        assert {hit.passage.document for a in answers for hit in a.passages} <= {"0.txt", "1.txt"}
        assert sound(index, docs)
        (docs / "0.txt").write_text("Bread rises for two hours.\n")
        build(docs, index, model=GramEncoder())
        assert bot.ask("Bread?").passages[0].passage.text == "Bread rises for two hours."
        assert sound(index, docs)
