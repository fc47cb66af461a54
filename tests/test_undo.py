import logging
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from qa import doctor
from qa.bot import Bot
from qa.build import build
from qa.errors import IndexDamagedError, IndexMissingError
from qa.index import Change, Inspection, Layout, Writer, backups, keep, restore
from tests.conftest import PROJECT
from tests.fakes import GramEncoder
from tests.test_cli import run


def write(docs: Path, *numbers: int, words: str = "is a text") -> None:
    """Make the folder of texts hold these and no others."""
    shutil.rmtree(docs, ignore_errors=True)
    docs.mkdir()
    for number in numbers:
        (docs / f"n{number}.txt").write_text(f"Number {number} {words}.\n\nIt ends at {number}.\n")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return tmp_path / "docs"


@pytest.fixture
def index(docs: Path, tmp_path: Path) -> Path:
    """Return an index of number 1 that then changed to numbers 1, 2 and then to 2, 3."""
    for numbers in ((1,), (1, 2), (2, 3)):
        write(docs, *numbers)
        build(docs, tmp_path / "index", model=GramEncoder())
    return tmp_path / "index"


def contents(index: Path, model: GramEncoder | None = None) -> set[int]:
    """Return the numbers that an index holds, having found it sound and each of them by search."""
    encoder = model or GramEncoder()
    states = {finding.name: finding for finding in doctor.examine(index, model=encoder)}
    assert {f.state for f in states.values() if f.name not in {"texts", "faiss"}} == {"ok"}
    with Bot.open(index, model=encoder) as bot:
        return found(bot)


def found(bot: Bot) -> set[int]:
    numbers = {int(info.path[1:-4]) for info in bot.documents()}
    for number in numbers:
        hits = bot.ask(f"Number {number}").passages
        assert f"n{number}.txt" in {hit.passage.document for hit in hits[:2]}
    return numbers


def test_each_change_keeps_what_was_there_before_it(index: Path) -> None:
    there = backups(index)
    assert [(one.number, one.documents) for one in there] == [(2, 2), (1, 1)]
    assert all(one.passages == 2 * one.documents and one.size for one in there)


def test_a_build_that_changes_nothing_keeps_nothing(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder())
    build(docs, index)
    assert len(backups(index)) == 2


def test_no_more_than_five_are_kept(docs: Path, index: Path) -> None:
    for number in range(4, 9):
        write(docs, number)
        build(docs, index, model=GramEncoder())
    assert [one.number for one in backups(index)] == [7, 6, 5, 4, 3]
    names = sorted(path.name for path in Layout(index).backups.iterdir())
    assert names == ["0003", "0004", "0005", "0006", "0007"]
    restore(index, 3)
    assert contents(index) == {2, 3}


@pytest.mark.parametrize(("number", "numbers"), [(None, {1, 2}), (2, {1, 2}), (1, {1})])
def test_a_state_is_restored(index: Path, number: int | None, numbers: set[int]) -> None:
    restored = restore(index, number)
    assert restored.documents == len(numbers)
    assert contents(index) == numbers


def test_restoring_is_undone_by_restoring(index: Path) -> None:
    for numbers in ({1, 2}, {2, 3}, {1, 2}, {2, 3}):
        restore(index)
        assert contents(index) == numbers
    assert len(backups(index)) == 5


def test_the_oldest_can_be_restored_though_keeping_pushes_it_out(docs: Path, index: Path) -> None:
    for number in range(4, 7):
        write(docs, number)
        build(docs, index, model=GramEncoder())
    assert restore(index, 1).number == 1
    assert contents(index) == {1}
    assert [one.number for one in backups(index)] == [6, 5, 4, 3, 2]
    restore(index)
    assert contents(index) == {6}


def test_a_backup_costs_what_the_change_took_away(docs: Path, index: Path) -> None:
    write(docs, *range(100, 300))
    build(docs, index, model=GramEncoder())
    (docs / "more.txt").write_text("Something more.\n")
    build(docs, index, model=GramEncoder())
    (docs / "more.txt").write_text("Something else.\n")
    build(docs, index, model=GramEncoder())
    added, changed = backups(index)[1], backups(index)[0]
    assert (added.added, added.replaced) == (("more.txt",), ())
    assert (changed.added, changed.replaced) == ((), ("more.txt",))
    assert added.size < 2000
    with Inspection.open(Layout(index).backups / "0005") as inspection:
        assert inspection.snapshot.counts() == (1, 1)
    restore(index, 4)
    assert contents_of_files(index) == {f"n{number}.txt" for number in range(100, 300)}


def contents_of_files(index: Path) -> set[str]:
    with Bot.open(index, model=GramEncoder()) as bot:
        return {info.path for info in bot.documents()}


def test_what_changed_unkept_cannot_be_gone_back_over(docs: Path, index: Path) -> None:
    shutil.rmtree(Layout(index).backups / "0002")
    assert backups(index) == ()
    write(docs, 4)
    build(docs, index, model=GramEncoder())
    assert [one.number for one in backups(index)] == [3]


def test_backups_of_an_index_that_was_deleted_are_not_those_of_the_next(
    docs: Path, index: Path
) -> None:
    Layout(index).database.write_bytes(b"noise" * 1000)
    with pytest.raises(IndexDamagedError, match=r"run: qa build .* backups are of no help"):
        restore(index)
    Layout(index).database.unlink()
    with pytest.raises(IndexMissingError, match=r"only what changes took .* qa build"):
        restore(index)
    for number in (7, 8, 9, 10):
        write(docs, number)
        build(docs, index, model=GramEncoder())
    assert [one.number for one in backups(index)] == [3, 2, 1]
    restore(index, 1)
    assert contents(index) == {7}


def test_a_build_follows_the_texts_again(docs: Path, index: Path) -> None:
    restore(index)
    report = build(docs, index, model=GramEncoder())
    assert (report.added, report.removed) == (("n3.txt",), ("n1.txt",))
    assert contents(index) == {2, 3}


def test_a_bot_that_is_running_answers_from_what_was_restored(docs: Path, index: Path) -> None:
    with Bot.open(index, model=GramEncoder()) as bot:
        assert found(bot) == {2, 3}
        version = bot.status().index_version
        restore(index)
        assert found(bot) == {1, 2}
        assert bot.status().index_version == version + 1
        write(docs, 7, 8, 9, words="came later")
        build(docs, index, model=GramEncoder())
        assert found(bot) == {7, 8, 9}
        restore(index)
        assert found(bot) == {1, 2}
        restore(index)
        assert found(bot) == {7, 8, 9}
        assert "came later" in bot.ask("Number 8 came later").passages[0].passage.text


def test_no_number_of_a_vector_is_used_twice(docs: Path, index: Path) -> None:
    seen: dict[int, bytes] = {}
    for numbers in ((2, 3), (), (5,), (), (6, 1), ()):
        if numbers:
            write(docs, *numbers, words=f"is like {numbers}")
            build(docs, index, model=GramEncoder())
        else:
            restore(index)
        connection = sqlite3.connect(Layout(index).database)
        for key, vectors in connection.execute("SELECT id, vectors FROM embeddings"):
            assert seen.setdefault(key, vectors) == vectors
        connection.close()
    assert len(seen) > 10


def test_another_model_is_undone(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder(32, salt="other"))
    assert contents(index, GramEncoder(32, salt="other")) == {2, 3}
    restore(index)
    assert contents(index) == {2, 3}


def test_a_damaged_backup_is_refused_and_changes_nothing(index: Path) -> None:
    database = Layout(Layout(index).backups / "0002").database
    connection = sqlite3.connect(database)
    connection.execute("UPDATE documents SET title = 'x'")
    connection.commit()
    connection.close()
    with pytest.raises(IndexDamagedError, match=r"0002.* the index stays as it was"):
        restore(index)
    assert contents(index) == {2, 3}
    database.write_bytes(b"noise" * 1000)
    with pytest.raises(IndexDamagedError, match=r"0002.* the index stays as it was"):
        restore(index)
    assert contents(index) == {2, 3}
    for about in (b"noise", b"", b"[]", b'{"identity": "other"}', b"\xff"):
        (database.parent / "change.json").write_bytes(about)
        assert backups(index) == ()


@pytest.mark.parametrize("number", [0, 3, -1, 10**30])
def test_a_backup_that_is_not_there_is_named(index: Path, number: int) -> None:
    with pytest.raises(IndexMissingError, match=rf"no backup {number} .*qa index list"):
        restore(index, number)


def test_nothing_to_restore(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="no backup in"):
        restore(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_what_is_too_large_is_not_kept_and_that_is_logged(
    docs: Path, index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(docs, 5)
    with Writer.open(index) as writer, caplog.at_level(logging.WARNING, "qa.index.undo"):
        manifest = writer.manifest()
        assert manifest is not None
        change = Change(entries=(), removed=("n2.txt", "n3.txt"), manifest=manifest)
        keep(writer, change, limit=1000)
        assert "no backup could be made: it would take" in caplog.text
        assert not (Layout(index).backups / "0003").exists()
        keep(writer, change)
        assert (Layout(index).backups / "0003").exists()
    assert backups(index) == (), "what is older than what is not kept cannot be reached"


def test_a_backup_that_cannot_be_made_holds_up_no_build(
    docs: Path, index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(Layout(index).backups)
    Layout(index).backups.write_text("a file in the way")
    write(docs, 4)
    build(docs, index, model=GramEncoder())
    assert "no backup could be made" in caplog.text
    assert contents(index) == {4}


def test_what_a_killed_build_left_of_a_backup_is_in_nobodys_way(docs: Path, index: Path) -> None:
    fresh = Layout(index).backups / ".new"
    fresh.mkdir()
    (fresh / "index.sqlite").write_bytes(b"half")
    (Layout(index).backups / "0003").mkdir()
    (Layout(index).backups / "0009").mkdir()
    assert [one.number for one in backups(index)] == [2, 1]
    write(docs, 4)
    build(docs, index, model=GramEncoder())
    assert [one.number for one in backups(index)] == [3, 2, 1]
    assert not fresh.exists()


RESTORED = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from qa.index import restore
    print("ready", flush=True)
    restore(Path(sys.argv[1]))
    """
)


def test_a_killed_restore_leaves_the_old_content_or_the_new(docs: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    many, few = set(range(150)), set(range(200, 220))
    for numbers in (many, few):
        write(docs, *numbers)
        build(docs, index, model=GramEncoder())
    chance = random.Random(3)  # noqa: S311 - not a secret
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", RESTORED, str(index)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with Inspection.open(index) as inspection:
            inspection.check_pages()
            inspection.check_rows()
            inspection.check_words()
            numbers = {int(info.path[1:-4]) for info in inspection.snapshot.documents()}
        assert numbers in (many, few)
    before = numbers
    restore(index)
    with Bot.open(index, model=GramEncoder()) as bot:
        now = {int(info.path[1:-4]) for info in bot.documents()}
    assert now in (many, few)
    assert len(backups(index)) >= 1
    assert before in (many, few)


def test_threads_ask_while_states_are_restored(index: Path) -> None:
    stop = threading.Event()
    wrong: list[str] = []

    def ask(bot: Bot) -> None:
        while not stop.is_set():
            answer = bot.ask("Number 2 is a text", threshold=0.0)
            texts = {hit.passage.document for hit in answer.passages}
            if not {"n2.txt"} <= texts or {"n1.txt", "n3.txt"} <= texts:
                wrong.append(str(texts))

    with Bot.open(index, model=GramEncoder()) as bot:
        # pytest turns an exception in a thread into a failure of this test.
        threads = [threading.Thread(target=ask, args=(bot,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(10):
            restore(index)
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []


@pytest.mark.model
def test_the_commands(article_index: Path, tmp_path: Path) -> None:
    copy = tmp_path / "index"
    shutil.copytree(article_index, copy)
    write(tmp_path / "docs", 1)
    none = run("index", "list", cwd=tmp_path)
    assert (none.returncode, none.stdout[:7]) == (0, "nothing")
    assert run("build", cwd=tmp_path).returncode == 0
    listed = run("index", "list", cwd=tmp_path)
    assert listed.stdout.startswith("   1  2")
    assert "1 texts, " in listed.stdout
    assert run("ask", "what did Rutte advise?", cwd=tmp_path).returncode == 3
    restored = run("index", "restore", cwd=tmp_path)
    assert (restored.returncode, restored.stdout) == (0, listed.stdout)
    assert run("ask", "what did Rutte advise?", cwd=tmp_path).returncode == 0
    failed = run("index", "restore", "77", cwd=tmp_path)
    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)


def test_where_there_is_no_index_nothing_is_listed(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="qa build"):
        backups(tmp_path / "index")
