"""Texts that are added, removed and put back while the index is in use."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import shelf as room
from qa.bot import Bot
from qa.build import build, preview
from qa.errors import DocumentError, IndexMismatchError, StorageError
from qa.index import Layout
from qa.shelf import Shelf, safe_name
from tests.fakes import GramEncoder
from tests.hostile import STRINGS

TEXT = "De brug over de rivier is dinsdag geopend door de koning. Het regende de hele dag.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of texts with one text, and its index beside it."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "haven.txt").write_text("De haven is dicht door de storm van maandag.\n")
    return docs


@pytest.fixture
def bot(folder: Path) -> Iterator[Bot]:
    with Bot.build(folder, folder.parent / "index", model=GramEncoder()) as opened:
        yield opened


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    return Shelf(folder, folder.parent / "index", model=GramEncoder())


def paths(bot: Bot) -> list[str]:
    return [info.path for info in bot.documents()]


def test_an_added_text_is_seen_by_the_next_question(bot: Bot, shelf: Shelf, folder: Path) -> None:
    assert shelf.add("De brug.txt", TEXT.encode()) == "uploads/De brug.txt"
    assert (folder / "uploads/De brug.txt").read_text() == TEXT
    assert paths(bot) == ["haven.txt", "uploads/De brug.txt"]
    quotes = [hit.passage.text for hit in bot.ask("Wie opende de brug over de rivier?").passages]
    assert any("koning" in quote for quote in quotes)


def test_a_taken_name_gets_a_number(bot: Bot, shelf: Shelf) -> None:
    names = [shelf.add("a.txt", f"{TEXT} {number}".encode()) for number in range(3)]
    assert names == ["uploads/a.txt", "uploads/a (2).txt", "uploads/a (3).txt"]
    assert set(names) < set(paths(bot))


def test_removed_texts_and_judgements_outlast_a_change_of_format(
    shelf: Shelf, folder: Path
) -> None:
    index = folder.parent / "index"
    shelf.add("brug.txt", TEXT.encode())
    shelf.remove("haven.txt")
    (index / "feedback").mkdir()
    (index / "feedback" / "labelled.jsonl").write_text("{}\n")
    database = Layout(index).database
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE manifest SET value = 99 WHERE key = 'format'")
        connection.commit()
    with pytest.raises(IndexMismatchError, match=f"delete only {str(database)!r} and run"):
        build(folder, index, model=GramEncoder())
    database.unlink()
    build(folder, index, model=GramEncoder())
    shelf.restore("haven.txt")
    with Bot.open(index, model=GramEncoder()) as bot:
        assert paths(bot) == ["haven.txt", "uploads/brug.txt"]
    assert (index / "feedback" / "labelled.jsonl").read_text() == "{}\n"


REFUSED = [
    ("virus.exe", b"MZ", "only .docx"),
    ("noname", TEXT.encode(), "only .docx"),
    ("empty.txt", b"", "empty.txt"),
    ("fake.pdf", b"no pdf at all", "fake.pdf"),
    ("fake.docx", b"PK no zip", "fake.docx"),
    ("binary.txt", bytes(range(256)) * 40, "binary.txt"),
]


@pytest.mark.parametrize("refused", REFUSED)
def test_what_is_refused_says_why_and_leaves_nothing(
    bot: Bot, shelf: Shelf, folder: Path, refused: tuple[str, bytes, str]
) -> None:
    name, data, reason = refused
    with pytest.raises(DocumentError, match=reason):
        shelf.add(name, data)
    assert not (folder / "uploads").exists()
    assert paths(bot) == ["haven.txt"]


def test_too_large_and_too_much_are_refused(
    bot: Bot, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_UPLOAD", 100)
    with pytest.raises(DocumentError, match="is larger than"):
        shelf.add("a.txt", b"x" * 101)
    monkeypatch.setattr(room, "MAX_UPLOADS", 150)
    shelf.add("a.txt", TEXT.encode())
    with pytest.raises(DocumentError, match="remove some first"):
        shelf.add("b.txt", TEXT.encode())
    assert paths(bot) == ["haven.txt", "uploads/a.txt"]


def test_a_removed_text_is_gone_and_can_be_put_back(bot: Bot, shelf: Shelf, folder: Path) -> None:
    shelf.add("brug.txt", TEXT.encode())
    shelf.remove("uploads/brug.txt")
    assert paths(bot) == ["haven.txt"]
    assert not (folder / "uploads/brug.txt").exists()
    shelf.restore("uploads/brug.txt")
    assert paths(bot) == ["haven.txt", "uploads/brug.txt"]
    assert (folder / "uploads/brug.txt").read_text() == TEXT


def test_a_text_removed_into_an_index_among_the_texts_is_not_found_there(folder: Path) -> None:
    index = folder / "index"
    shelf = Shelf(folder, index, model=GramEncoder())
    with Bot.build(folder, index, model=GramEncoder()) as bot:
        shelf.add("brug.txt", TEXT.encode())
        shelf.remove("haven.txt")
        assert paths(bot) == ["uploads/brug.txt"]
        assert not preview(folder, index)
        build(folder, index, model=GramEncoder(), full=True)
        assert paths(bot) == ["uploads/brug.txt"]
        shelf.restore("haven.txt")
        assert paths(bot) == ["haven.txt", "uploads/brug.txt"]


def test_putting_back_overwrites_nothing(bot: Bot, shelf: Shelf, folder: Path) -> None:
    shelf.remove("haven.txt")
    assert paths(bot) == []
    (folder / "haven.txt").write_text(TEXT)
    with pytest.raises(DocumentError, match="another text"):
        shelf.restore("haven.txt")
    assert (folder / "haven.txt").read_text() == TEXT


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "path",
    [
        "../index/index.db",
        "/etc/passwd",
        "../secret.txt",
        "/etc/x.txt",
        "",
        ".",
        "a\0.txt",
        "haven",
    ],
)
def test_only_texts_below_the_folder_can_be_moved(shelf: Shelf, folder: Path, path: str) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    for move in (shelf.remove, shelf.restore):
        with pytest.raises(DocumentError, match="there is no text"):
            move(path)
    assert (folder.parent / "secret.txt").read_text() == "secret"


@pytest.mark.usefixtures("bot")
def test_a_text_that_is_not_there_cannot_be_moved(shelf: Shelf) -> None:
    for move in (shelf.remove, shelf.restore):
        with pytest.raises(DocumentError, match="there is no text"):
            move("nowhere.txt")
        with pytest.raises((DocumentError, StorageError)):
            move("a" * 300 + ".txt")


def test_a_text_is_removed_and_put_back_once(bot: Bot, shelf: Shelf) -> None:
    shelf.remove("haven.txt")
    with pytest.raises(DocumentError, match="there is no text"):
        shelf.remove("haven.txt")
    shelf.restore("haven.txt")
    with pytest.raises(DocumentError, match="there is no text"):
        shelf.restore("haven.txt")
    assert paths(bot) == ["haven.txt"]


def test_a_text_whose_file_went_before_leaves_the_index(
    bot: Bot, shelf: Shelf, folder: Path
) -> None:
    (folder / "haven.txt").unlink()
    shelf.remove("haven.txt")
    assert paths(bot) == []


def test_an_earlier_removed_text_of_the_same_name_is_kept(
    bot: Bot, shelf: Shelf, folder: Path
) -> None:
    for text in (TEXT, TEXT + "Anders.\n"):
        assert shelf.add("brug.txt", text.encode()) == "uploads/brug.txt"
        shelf.remove("uploads/brug.txt")
    shelf.restore("uploads/brug.txt")
    assert (folder / "uploads/brug.txt").read_text() == TEXT + "Anders.\n"
    shelf.restore("uploads/brug (2).txt")
    assert (folder / "uploads/brug (2).txt").read_text() == TEXT
    assert paths(bot) == ["haven.txt", "uploads/brug (2).txt", "uploads/brug.txt"]


def test_texts_and_index_may_be_on_two_disks(
    bot: Bot, shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def only_within(self: Path, target: Path) -> Path:
        if self.parent != target.parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", only_within)
    before = (folder / "haven.txt").read_bytes()
    shelf.remove("haven.txt")
    assert paths(bot) == []
    assert not (folder / "haven.txt").exists()
    shelf.restore("haven.txt")
    assert (folder / "haven.txt").read_bytes() == before


@pytest.mark.usefixtures("bot")
def test_a_link_out_of_the_folder_is_not_followed(shelf: Shelf, folder: Path) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    with pytest.raises(DocumentError, match="there is no text"):
        shelf.remove("link.txt")


@pytest.mark.usefixtures("bot")
def test_a_folder_that_is_a_file_is_said(shelf: Shelf, folder: Path) -> None:
    (folder / "uploads").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        shelf.add("a.txt", TEXT.encode())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\Nieuws.TXT", "Nieuws.txt"),
        ("Één artikel (2).md", "Één artikel (2).md"),
        ("con.txt", "_con.txt"),
        ("<b>x</b>.html", "b.html"),
        (".hidden.txt", "hidden.txt"),
        (".txt", "txt"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("", "text"),
        ("新闻.txt", "新闻.txt"),
        ("a\u202egpj.txt", "a gpj.txt"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
    ],
)
def test_a_name_becomes_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(st.characters(exclude_categories=()), max_size=120) | st.sampled_from(STRINGS))
def test_a_safe_name_is_one_name_on_every_system(name: str) -> None:
    safe = safe_name(name)
    assert safe_name(safe) == safe
    assert PurePosixPath(safe).name == PureWindowsPath(safe).name == safe
    assert not safe.startswith((".", " "))
    assert not safe.endswith((".", " "))
    assert not PureWindowsPath(safe).is_reserved()
    assert 0 < len(safe.encode()) <= 255
    assert not set(safe) & set('<>:"/\\|?*\0\u202e\n')
