import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from qa import documents
from qa.bot import Bot
from qa.build import Report, build, preview
from qa.documents import SourceFile, sha256
from qa.errors import (
    DocumentError,
    EncoderError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    StorageError,
)
from qa.index import Index, Layout, Writer
from tests.disks import disk, unlistable
from tests.fakes import Floats, GramEncoder

ARTICLES = {
    "harbour.txt": "The harbour opens at six.\n\nThe mayor pressed the button on Monday.\n",
    "bread.txt": "Bread rises for an hour.\n\nThe oven is hot.\n",
    "sub/stars.md": "# Stars\n\nThe astronomer counted 4,000 stars.\n",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    for path, text in ARTICLES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def ask(index: Path, question: str, encoder: GramEncoder | None = None) -> str:
    """Return the text of the passage that comes first."""
    with Bot.open(index, model=encoder or GramEncoder()) as bot:
        return bot.ask(question).passages[0].passage.text


def test_the_first_build_adds_everything(docs: Path, index: Path) -> None:
    report = build(docs, index, model=GramEncoder())
    assert report.added == ("bread.txt", "harbour.txt", "sub/stars.md")
    assert (report.summary, report.encoded, report.version) == ("+3 ~0 -0", 5, 1)
    assert ask(index, "When does the harbour open?") == "The harbour opens at six."


def test_a_second_build_encodes_nothing_and_takes_less_than_a_second(
    docs: Path, index: Path
) -> None:
    build(docs, index, model=GramEncoder())
    encoder = GramEncoder()
    report = build(docs, index, model=encoder)
    assert not report
    assert (report.encoded, report.unchanged, report.version) == (0, 3, 1)
    assert len(encoder.encoded) <= 1  # the fingerprint
    assert report.seconds < 1


def test_only_what_is_new_is_encoded(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder())
    (docs / "bread.txt").write_text("Bread rises for two hours.\n\nThe oven is hot.\n")
    (docs / "harbour.txt").unlink()
    (docs / "new.txt").write_text("Herring is caught in May.\n")
    (docs / "sub/stars.md").rename(docs / "moved.md")
    encoder = GramEncoder()
    report = build(docs, index, model=encoder)
    assert (report.added, report.changed, report.removed) == (
        ("new.txt",),
        ("bread.txt",),
        ("harbour.txt",),
    )
    assert report.renamed == (("sub/stars.md", "moved.md"),)
    assert report.encoded == 2
    assert not any("oven" in text or "astronomer" in text for text in encoder.encoded)
    assert ask(index, "How long does bread rise?") == "Bread rises for two hours."
    assert "harbour" not in ask(index, "When does the harbour open?")
    with Bot.open(index, model=GramEncoder()) as bot:
        hit = bot.ask("Who counted the stars?").passages[0]
    assert hit.passage.document == "moved.md"


def test_a_text_renamed_to_what_cannot_be_read_is_removed(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder())
    (docs / "bread.txt").rename(docs / "bread.pdf")
    report = build(docs, index, model=GramEncoder())
    assert (report.removed, report.renamed) == (("bread.txt",), ())
    assert [path for path, _ in report.failed] == ["bread.pdf"]
    assert paths(index) == ["harbour.txt", "sub/stars.md"]


def test_a_file_is_read_again_only_where_it_may_have_changed(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(file: SourceFile) -> str:
        read.append(file.path)
        return sha256(file)

    monkeypatch.setattr(documents, "sha256", noted)
    text = docs / "slow.txt"
    text.write_text("It was so before.\n")
    build(docs, index, model=GramEncoder())
    time.sleep(3.1)  # Until then a file may change without its time showing it.
    build(docs, index, model=GramEncoder())
    read.clear()
    build(docs, index, model=GramEncoder())
    assert read == []
    status = text.stat()
    text.write_text("It is so  by now.\n")
    os.utime(text, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert text.stat().st_size == status.st_size
    assert build(docs, index, model=GramEncoder()).changed == ("slow.txt",)
    assert read == ["slow.txt"]


def test_a_preview_says_the_same_and_writes_nothing(docs: Path, index: Path) -> None:
    assert preview(docs, index).added == ("bread.txt", "harbour.txt", "sub/stars.md")
    assert not index.exists()
    build(docs, index, model=GramEncoder())
    (docs / "bread.txt").write_text("Bread rises for two hours.\n")
    before = {file.name: file.read_bytes() for file in index.iterdir()}
    foreseen = preview(docs, index)
    assert {file.name: file.read_bytes() for file in index.iterdir()} == before
    done = build(docs, index, model=GramEncoder())
    assert foreseen.summary == done.summary == "+0 ~1 -0"
    assert foreseen.changed == done.changed


def test_a_preview_after_a_first_build_that_was_stopped_adds_everything(
    docs: Path, index: Path
) -> None:
    with Writer.open(index):
        pass
    assert preview(docs, index).added == ("bread.txt", "harbour.txt", "sub/stars.md")
    Layout(index).database.write_bytes(b"")
    assert preview(docs, index).added == ("bread.txt", "harbour.txt", "sub/stars.md")


def test_an_unreadable_text_is_named_and_the_rest_is_indexed(docs: Path, index: Path) -> None:
    (docs / "bad.txt").write_bytes(b"\x00\x01\x02" * 100)
    report = build(docs, index, model=GramEncoder())
    assert [path for path, _ in report.failed] == ["bad.txt"]
    assert len(report.added) == 3
    assert ask(index, "How long does bread rise?") == "Bread rises for an hour."


@pytest.mark.parametrize("full", [False, True])
def test_a_text_that_can_no_longer_be_read_keeps_its_last_good_version(
    docs: Path, index: Path, *, full: bool
) -> None:
    build(docs, index, model=GramEncoder())
    (docs / "bread.txt").write_bytes(b"\x00\x01\x02" * 100)
    report = build(docs, index, model=GramEncoder(), full=full)
    assert [path for path, _ in report.failed] == ["bread.txt"]
    with Bot.open(index, model=GramEncoder()) as bot:
        hit = bot.ask("How long does bread rise?").passages[0]
    assert hit.passage.text == "Bread rises for an hour."
    assert hit.stale


def paths(index: Path) -> list[str]:
    with closing(Index.open(index)) as opened, opened.snapshot() as snapshot:
        return [info.path for info in snapshot.documents()]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("folder", [".", "sub"])
def test_texts_in_a_folder_that_cannot_be_listed_stay(
    docs: Path, index: Path, *, folder: str, full: bool
) -> None:
    build(docs, index, model=GramEncoder())
    (docs / "bread.txt").unlink()
    with unlistable(docs / folder):
        report = build(docs, index, model=GramEncoder(48, salt="other" * full), full=full)
    assert report.failed == ((folder, "cannot be listed: Permission denied"),)
    assert report.removed == (() if folder == "." else ("bread.txt",))
    assert paths(index) == [path for path in sorted(ARTICLES) if path not in report.removed]
    encoder = GramEncoder(48, salt="other" * full)
    assert ask(index, "Who counted 4,000?", encoder) == "The astronomer counted 4,000 stars."
    build(docs, index, model=encoder)
    assert paths(index) == ["harbour.txt", "sub/stars.md"]


@pytest.mark.parametrize("full", [False, True])
def test_a_text_that_became_a_link_out_of_the_folder_is_removed(
    docs: Path, index: Path, *, full: bool
) -> None:
    build(docs, index, model=GramEncoder())
    (docs / "bread.txt").replace(docs.parent / "bread.txt")
    (docs / "bread.txt").symlink_to("../bread.txt")
    report = build(docs, index, model=GramEncoder(), full=full)
    assert report.removed == ("bread.txt",)
    assert [path for path, _ in report.failed] == ["bread.txt"]
    assert paths(index) == ["harbour.txt", "sub/stars.md"]


def test_the_same_text_twice_is_indexed_once_and_cited_with_both(docs: Path, index: Path) -> None:
    shutil.copy(docs / "bread.txt", docs / "copy.txt")
    encoder = GramEncoder()
    report = build(docs, index, model=encoder)
    assert report.encoded == 5
    with Bot.open(index, model=encoder) as bot:
        hits = bot.ask("How long does bread rise?").passages
        assert bot.status().documents == 4
    assert (hits[0].passage.document, hits[0].also_in) == ("bread.txt", ("copy.txt",))
    assert len({hit.passage.text for hit in hits}) == len(hits)


def test_another_model_encodes_everything_again(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder(48))
    other = GramEncoder(32, salt="other")
    report = build(docs, index, model=other)
    assert (report.encoded, report.version, report.unchanged) == (5, 2, 3)
    assert ask(index, "When does the harbour open?", other) == "The harbour opens at six."
    with pytest.raises(IndexMismatchError, match="other vectors"):
        Bot.open(index, model=GramEncoder(48))


def test_a_full_build_encodes_everything_again(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder())
    report = build(docs, index, model=GramEncoder(), full=True)
    assert (report.encoded, report.version) == (5, 2)
    assert ask(index, "When does the harbour open?") == "The harbour opens at six."


def test_a_running_bot_answers_from_the_new_index(docs: Path, index: Path) -> None:
    with Bot.build(docs, index, model=GramEncoder()) as bot:
        assert bot.ask("herring").index_version == 1
        (docs / "fish.txt").write_text("Herring is caught in May.\n")
        build(docs, index, model=GramEncoder())
        answer = bot.ask("When is herring caught?")
        assert answer.index_version == 2
        assert answer.passages[0].passage.text == "Herring is caught in May."


def stale(index: Path) -> bool:
    with Bot.open(index, model=GramEncoder()) as bot:
        return any(hit.stale for hit in bot.ask("When does the harbour open?").passages)


def test_texts_that_moved_are_found_where_they_are(docs: Path, index: Path) -> None:
    (docs / "bad.txt").write_bytes(b"\x00\x01\x02" * 100)
    build(docs, index, model=GramEncoder())
    assert not stale(index)
    moved = docs.rename(docs.parent / "texts")
    assert stale(index)
    report = build(moved, index, model=GramEncoder())
    assert (bool(report), report.encoded, report.version) == (False, 0, 1)
    assert not stale(index)


def test_a_folder_that_cannot_be_listed_is_not_taken_for_that_of_the_texts(
    docs: Path, index: Path
) -> None:
    build(docs, index, model=GramEncoder())
    other = docs.parent / "other"
    other.mkdir()
    with unlistable(other):
        build(other, index, model=GramEncoder())
    assert not stale(index)


def test_the_texts_are_found_from_a_linked_index(docs: Path, index: Path) -> None:
    away = docs.parent / "far" / "away"
    away.mkdir(parents=True)
    index.symlink_to(away)
    build(docs, index, model=GramEncoder())
    assert not stale(index)
    assert not stale(away)


def test_an_empty_folder_is_an_empty_index(tmp_path: Path, index: Path) -> None:
    (tmp_path / "none").mkdir()
    with Bot.build(tmp_path / "none", index, model=GramEncoder()) as bot:
        answer = bot.ask("Is anybody there?")
    assert (answer.outcome, answer.passages) == ("index_empty", ())


def test_no_folder_of_texts_is_an_error_and_makes_nothing(tmp_path: Path, index: Path) -> None:
    with pytest.raises(DocumentError, match="nowhere"):
        build(tmp_path / "nowhere", index, model=GramEncoder())
    assert not index.exists()


def test_a_model_that_is_not_there_is_named(docs: Path, index: Path) -> None:
    with pytest.raises(EncoderError, match="no/such-model"):
        build(docs, index, model="no/such-model")
    with pytest.raises(IndexMissingError, match="qa build"):
        Bot.open(index)


def test_a_damaged_index_is_named_and_not_overwritten(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder())
    database = Layout(index).database
    database.write_bytes(b"not a database at all" * 100)
    with pytest.raises(IndexDamagedError, match="qa build"):
        build(docs, index, model=GramEncoder())
    assert database.read_bytes().startswith(b"not a database")


class _Broken:
    """Fails after some passages, as a machine does that is switched off."""

    def __init__(self) -> None:
        self._whole = GramEncoder()

    def encode_query(self, texts: Sequence[str], /) -> Floats:
        return self._whole.encode_query(texts)

    def encode_document(self, texts: Sequence[str], /) -> Floats:
        if any("fail here" in text for text in texts):
            raise EncoderError("switched off")
        return self._whole.encode_document(texts)


def test_a_build_that_fails_leaves_the_old_index_and_goes_on_from_there(
    docs: Path, index: Path
) -> None:
    build(docs, index, model=GramEncoder())
    for number in range(40):
        (docs / f"n{number:02}.txt").write_text(f"Number {number} is a short text.\n")
    (docs / "z.txt").write_text("Please fail here, in a text longer than all the other ones.\n")
    with pytest.raises(EncoderError, match="switched off"):
        build(docs, index, model=_Broken())
    assert Index.open(index).manifest().version == 1
    report = build(docs, index, model=GramEncoder())
    assert len(report.added) == 41
    assert 0 < report.encoded < 41


KILLED = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from qa.build import build
    from tests.fakes import GramEncoder
    print("ready", flush=True)
    build(Path(sys.argv[1]), Path(sys.argv[2]), model=GramEncoder())
    """
)


def test_a_killed_build_leaves_the_old_index_or_the_new_one(docs: Path, index: Path) -> None:
    build(docs, index, model=GramEncoder())
    for number in range(60):
        (docs / f"n{number:02}.txt").write_text(f"Number {number} is new here.\n\nAnd {number}.\n")
    seen = set()
    for attempt in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(docs), str(index)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.02 * attempt**2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with Bot.open(index, model=GramEncoder()) as bot:
            status = bot.status()
            assert bot.ask("When does the harbour open?").passages
        assert (status.documents, status.passages) in {(3, 5), (63, 125)}
        seen.add(status.documents)
    assert 3 in seen
    report = build(docs, index, model=GramEncoder())
    assert isinstance(report, Report)
    with Bot.open(index, model=GramEncoder()) as bot:
        assert bot.status().documents == 63


def test_a_folder_that_cannot_be_made_is_named(docs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot make"):
        build(docs, tmp_path / "file" / "index", model=GramEncoder())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 600 kB."""
    with disk(tmp_path / "disk", "600k") as folder:
        yield folder


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_vectors_that_find_no_room_are_said_and_made_again(docs: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    aside = Layout(index).vectors.with_suffix(".new")
    aside.symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"the texts are indexed, but .*: No space left"):
        build(docs, index, model=GramEncoder())
    aside.unlink()
    assert ask(index, "When does the harbour open?") == "The harbour opens at six."


def test_a_full_disk_is_said_and_nothing_is_lost(docs: Path, small_disk: Path) -> None:
    index = small_disk / "index"
    (docs / "sub" / "stars.md").unlink()
    build(docs, index, model=GramEncoder())
    text = "\n\n".join(f"Paragraph number {number} of a long text." for number in range(3000))
    (docs / "long.txt").write_text(text)
    with pytest.raises(StorageError, match=r"MB free|could not be written"):
        build(docs, index, model=GramEncoder())
    assert ask(index, "When does the harbour open?") == "The harbour opens at six."
    (docs / "long.txt").unlink()
    assert not build(docs, index, model=GramEncoder()).failed
    with Bot.open(index, model=GramEncoder()) as bot:
        assert bot.status().documents == 2
