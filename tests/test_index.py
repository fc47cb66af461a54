import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.documents import Document
from qa.errors import (
    DocumentError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    QAError,
)
from qa.index import Change, Embedding, Entry, Index, Layout, Manifest, Writer, grams
from qa.passages import Passage
from tests.fakes import GramEncoder

DIMENSION = 48
MANIFEST = Manifest(
    version=0,
    model="grams",
    fingerprint=b"\x01\x02",
    dimension=DIMENSION,
    threshold=0.5,
    indexed_at="2026-01-01T00:00:00+00:00",
    documents_folder="../docs",
)
ENCODER = GramEncoder(DIMENSION)


def _document(path: str, text: str) -> Document:
    return Document(path=path, text=text, title=f"Title of {path}", date="2025-03", sha256=path * 2)


def _entry(document: Document) -> Entry:
    passages: list[tuple[Passage, bytes]] = []
    start = 0
    for line in document.text.split("\n"):
        end = start + len(line)
        if line:
            passage = Passage(
                document=document.path, start=start, end=end, text=line, sentences=((0, len(line)),)
            )
            passages.append((passage, line.encode()))
        start = end + 1
    return Entry(document=document, size=len(document.text), passages=tuple(passages))


def _embedding(text: str) -> Embedding:
    vectors = ENCODER.encode_document([text, text])
    return Embedding(
        vectors=vectors,
        tokens=np.full((1, 4), 7, dtype=np.int8),
        offsets=np.array([[0, len(text)]], dtype=np.int32),
    )


def write(folder: Path, *documents: Document, removed: tuple[str, ...] = ()) -> int:
    entries = tuple(_entry(document) for document in documents)
    with Writer.open(folder, wait=0) as writer:
        texts = {key: passage.text for entry in entries for passage, key in entry.passages}
        missing = writer.missing(texts, full=False)
        writer.stage([(key, _embedding(texts[key])) for key in missing])
        return writer.commit(Change(entries=entries, removed=removed, manifest=MANIFEST))


def contents(folder: Path) -> dict[str, str]:
    """Return what an index can be made to say: every document, and that each can be found."""
    index = Index.open(folder)
    try:
        with index.snapshot() as snapshot:
            found = {info.path: snapshot.document(info.path).text for info in snapshot.documents()}
            for text in found.values():
                for line in filter(None, text.split("\n")):
                    assert line in _nearest(index, line, 1)
                    assert not grams(line) or line in _matching(index, line)
        return found
    finally:
        index.close()


def _nearest(index: Index, text: str, count: int) -> list[str]:
    with index.snapshot() as snapshot:
        keys = snapshot.nearest(ENCODER.encode_query([text]), count)
        return [hit.passage.text for _, hit in snapshot.hits(dict.fromkeys(keys, 0.0))]


def _matching(index: Index, text: str) -> list[str]:
    with index.snapshot() as snapshot:
        keys = snapshot.matching(grams(text), 1000)
        return [hit.passage.text for _, hit in snapshot.hits(dict.fromkeys(keys, 0.0))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "the index of José"


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    write(folder, _document("a.txt", "alpha one\nbeta two"), _document("b.txt", "beta two\ngamma"))
    opened = Index.open(folder)
    yield opened
    opened.close()


def test_what_was_written_is_read(index: Index) -> None:
    with index.snapshot() as snapshot:
        assert snapshot.counts() == (2, 4)
        assert snapshot.manifest.version == 1
        assert [info.path for info in snapshot.documents()] == ["a.txt", "b.txt"]
        assert snapshot.document("a.txt").text == "alpha one\nbeta two"
        with pytest.raises(DocumentError, match=r"c\.txt"):
            snapshot.document("c.txt")


def test_the_same_paragraph_is_one_hit_with_both_documents(index: Index) -> None:
    with index.snapshot() as snapshot:
        keys = snapshot.nearest(ENCODER.encode_query(["beta two"]), 1)
        ((_, hit),) = snapshot.hits({keys[0]: 0.5})
    assert (hit.passage.document, hit.also_in) == ("a.txt", ("b.txt",))
    assert hit.passage.text == "beta two"
    assert hit.score == 0.5


def test_nothing_is_found_by_words_that_stand_nowhere(index: Index) -> None:
    assert _matching(index, "omega") == []
    assert _matching(index, "") == []
    assert _matching(index, 'alpha" OR (NEAR* words:') == ["alpha one"]


def test_a_change_shows_in_the_next_snapshot_and_not_in_this_one(
    index: Index, folder: Path
) -> None:
    with index.snapshot() as snapshot:
        assert snapshot.counts() == (2, 4)
        thread = threading.Thread(
            target=write, args=(folder, _document("c.txt", "delta")), kwargs={"removed": ("a.txt",)}
        )
        thread.start()
        thread.join()
        assert snapshot.counts() == (2, 4)
        keys = snapshot.nearest(ENCODER.encode_query(["alpha one"]), 1)
        assert [hit.passage.text for _, hit in snapshot.hits(dict.fromkeys(keys, 0.0))] == [
            "alpha one"
        ]
    assert contents(folder) == {"b.txt": "beta two\ngamma", "c.txt": "delta"}
    assert _nearest(index, "delta", 1) == ["delta"]
    assert "alpha one" not in _nearest(index, "alpha one", 100)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "c", "d"]),
            st.lists(
                st.sampled_from(["red fox", "blue whale", "green frog", "x", "?", "één dag"]),
                min_size=1,
                max_size=4,
            ).map("\n".join),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_history_ends_in_what_was_written_last(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    before: dict[str, str] = {}
    for number, state in enumerate(states, 1):
        removed = tuple(sorted(set(before) - set(state)))
        changed = [_document(p, t) for p, t in state.items() if before.get(p) != t]
        assert write(folder, *changed, removed=removed) == number
        assert contents(folder) == state
        before = state
    connection = sqlite3.connect(Layout(folder).database)
    lines = {line for text in before.values() for line in text.split("\n")}
    assert connection.execute("SELECT count(*) FROM embeddings").fetchone() == (len(lines),)
    words = {gram for line in lines for gram in grams(line)}
    assert connection.execute("SELECT count(*) FROM vocabulary").fetchone() == (len(words),)
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    connection.close()


def test_faiss_gives_what_numpy_gives(folder: Path) -> None:
    lines = [f"line {number} of {number * 7 % 11} words" for number in range(300)]
    write(folder, _document("many.txt", "\n".join(lines)))
    index = Index.open(folder)
    rows = ENCODER.encode_document(lines)
    for query in ("line 17", "words of nothing", "8 of 8"):
        exact = np.argsort(-(rows @ ENCODER.encode_query([query])[0]))[:5]
        # Each line owns two equal vectors, so ten rows are five lines.
        assert set(_nearest(index, query, 10)) == {lines[i] for i in exact}
    assert len(_nearest(index, "line", 10_000)) == 300
    index.close()


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "noise", "another's", "text"])
def test_a_faiss_file_that_cannot_be_believed_is_made_again(folder: Path, damage: str) -> None:
    texts = {f"{n}.txt": f"text number {n}" for n in range(30)}
    write(folder, *(_document(path, text) for path, text in texts.items()))
    file = Layout(folder).vectors
    data = bytearray(file.read_bytes())
    if damage == "another's":
        other = folder.parent / "other"
        write(other, _document("o.txt", "something else"))
        data = bytearray(Layout(other).vectors.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = {"noise": b"\x7f" * 64}.get(
        damage, bytes(data[len(data) // 2 : len(data) // 2 + 64])
    )
    file.write_bytes(
        {"empty": b"", "half": bytes(data[: len(data) // 2]), "text": b"not faiss"}.get(
            damage, bytes(data)
        )
    )
    if damage == "missing":
        file.unlink()
    assert contents(folder) == texts


def _database(folder: Path) -> Path:
    return Layout(folder).database


def _edit(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(_database(folder))
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET text = replace(text, 'beta', 'BETA')",
        "UPDATE documents SET title = 'Another'",
        "UPDATE documents SET date = '1999'",
        "UPDATE passages SET start = start + 1",
        "UPDATE passages SET heading = 'Rutte resigns'",
        "UPDATE passages SET sentences = zeroblob(8)",
        "UPDATE embeddings SET vectors = zeroblob(length(vectors))",
        "UPDATE embeddings SET tokens = zeroblob(length(tokens))",
        "UPDATE embeddings SET vectors = substr(vectors, 1, 10)",
        "UPDATE embeddings SET offsets = substr(offsets, 1, 5)",
        "UPDATE manifest SET value = replace(value, '0.', '9.') WHERE key = 'contents'",
        "UPDATE manifest SET value = replace(value, 'thr', 'Thr') WHERE key = 'contents'",
        "UPDATE manifest SET value = substr(value, 2) WHERE key = 'contents'",
        "UPDATE manifest SET value = x'00' WHERE key = 'contents'",
        "UPDATE manifest SET value = value + 1 WHERE key = 'version'",
        "DELETE FROM manifest WHERE key = 'contents'",
        "DELETE FROM manifest WHERE key = 'version'",
        "DELETE FROM passages",
    ],
)
def test_an_altered_row_is_an_error_and_never_an_answer(
    index: Index, folder: Path, statement: str
) -> None:
    Layout(folder).vectors.unlink()
    _edit(folder, statement)
    with pytest.raises(IndexDamagedError, match="qa build"):
        _nearest(index, "beta two", 100)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.9])
def test_a_database_cut_off_is_an_error(folder: Path, share: float) -> None:
    write(folder, *(_document(f"{n}.txt", f"text number {n} " * 50) for n in range(50)))
    data = _database(folder).read_bytes()
    _database(folder).write_bytes(data[: int(len(data) * share)])
    with pytest.raises((IndexDamagedError, IndexMissingError)):
        contents(folder)


def test_noise_in_the_database_is_never_a_wrong_answer(folder: Path, tmp_path: Path) -> None:
    texts = {f"{n}.txt": f"text number {n} " * 30 for n in range(40)}
    write(folder, *(_document(path, text) for path, text in texts.items()))
    Layout(folder).vectors.unlink()
    whole = _database(folder).read_bytes()
    generator = np.random.default_rng(1)
    noticed = 0
    for offset in range(0, len(whole), 8192):
        copy = tmp_path / f"copy{offset}"
        shutil.copytree(folder, copy)
        data = bytearray(whole)
        data[offset : offset + 2048] = generator.bytes(len(data[offset : offset + 2048]))
        _database(copy).write_bytes(data)
        try:
            assert contents(copy) == texts
        except QAError:
            noticed += 1
        except AssertionError:
            # Words are not under a checksum: noise there may hide a passage from the word search,
            # but may not change what is said of it.
            index = Index.open(copy)
            with index.snapshot() as snapshot:
                for info in snapshot.documents():
                    assert snapshot.document(info.path).text == texts[info.path]
            index.close()
    assert noticed > 10


def test_no_index_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="qa build"):
        Index.open(tmp_path / "nowhere")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    _edit(tmp_path, "CREATE TABLE theirs (x)")
    before = _database(tmp_path).read_bytes()
    with pytest.raises(IndexDamagedError, match="another program"):
        Index.open(tmp_path)
    with pytest.raises(IndexDamagedError, match="another program"):
        write(tmp_path, _document("a.txt", "alpha"))
    assert _database(tmp_path).read_bytes() == before


def test_another_format_is_refused_by_name(index: Index, folder: Path) -> None:
    index.close()
    _edit(folder, "UPDATE manifest SET value = 99 WHERE key = 'format'")
    with pytest.raises(IndexMismatchError, match="99"):
        Index.open(folder)
    with pytest.raises(IndexMismatchError, match="99"):
        write(folder, _document("a.txt", "alpha"))


def test_an_index_from_before_manifests_had_a_checksum_is_read(index: Index, folder: Path) -> None:
    index.close()
    _edit(folder, "DELETE FROM manifest WHERE key = 'check_sum'")
    opened = Index.open(folder)
    assert opened.manifest().version == 1
    opened.close()


def test_a_second_builder_waits_and_says_so(folder: Path) -> None:
    with Writer.open(folder), pytest.raises(IndexBusyError, match="another build"):
        write(folder, _document("a.txt", "alpha"))


def test_an_error_in_the_middle_of_a_commit_changes_nothing(index: Index, folder: Path) -> None:
    before = contents(folder)
    entry = _entry(_document("c.txt", "delta"))
    with pytest.raises(ValueError, match="not enough values"), Writer.open(folder) as writer:
        writer.commit(Change(entries=(entry,), removed=("a.txt",), manifest=MANIFEST))
    assert contents(folder) == before
    assert index.manifest().version == 1


def test_staged_vectors_are_kept_for_the_next_build_and_show_nowhere(
    index: Index, folder: Path
) -> None:
    with Writer.open(folder) as writer:
        writer.stage([(b"delta", _embedding("delta"))])
    assert "delta" not in _nearest(index, "delta", 100)
    with Writer.open(folder) as writer:
        assert writer.missing([b"delta", b"epsilon"], full=False) == {b"epsilon"}


def _ask_until(stop: threading.Event, index: Index, wrong: list[str]) -> None:
    while not stop.is_set():
        with index.snapshot() as snapshot:
            keys = snapshot.nearest(ENCODER.encode_query(["counter"]), 1)
            ((_, hit),) = snapshot.hits({keys[0]: 0.0})
            if hit.passage.text != f"counter {snapshot.manifest.version}":
                wrong.append(hit.passage.text)


def test_threads_ask_while_another_writes(folder: Path) -> None:
    write(folder, _document("counter.txt", "counter 1"))
    index = Index.open(folder)
    stop = threading.Event()
    wrong: list[str] = []
    # pytest turns an exception in a thread into a failure of this test.
    threads = [threading.Thread(target=_ask_until, args=(stop, index, wrong)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 30):
        write(folder, _document("counter.txt", f"counter {number}"))
    stop.set()
    for thread in threads:
        thread.join()
    index.close()
    assert wrong == []
