"""The wrapper, the windows and the folder in the cache: everything that needs no real model."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from qa import encoder
from qa.encoder import Encoder, TokenEncoder, TokenVectors, cache
from qa.encoder.network import columns, divisors
from qa.encoder.vectors import Vectors
from qa.encoder.windows import OVERLAP, windows
from qa.errors import EncoderError, StorageError
from tests.disks import disk, remount
from tests.fakes import GramEncoder


@dataclass(frozen=True)
class Fixed:
    """Gives the same row for every text, and another one for every question."""

    document: tuple[float, ...]
    query: tuple[float, ...]

    def encode_query(self, texts: Sequence[str], /) -> Vectors:
        return np.array([self.query for _ in texts], np.float32)

    def encode_document(self, texts: Sequence[str], /) -> Vectors:
        return np.array([self.document for _ in texts], np.float32)


class Failing:
    encode_document = GramEncoder().encode_document

    def encode_query(self, texts: Sequence[str], /) -> Vectors:
        raise ZeroDivisionError(f"no {texts[0]!r} here")


class Short:
    encode_query = GramEncoder().encode_query

    def encode_document(self, texts: Sequence[str], /) -> Vectors:
        return self.encode_query(texts)[1:]


class Nothing:
    """Has neither method."""


class WithTokens(GramEncoder):
    def encode_query_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        return self.encode_document_tokens(texts)

    def encode_document_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        rows = self.encode_document(texts)
        return [TokenVectors(row, row[None], np.array([[0, 1]], np.int32)) for row in rows]


def test_an_object_with_the_two_methods_is_an_encoder() -> None:
    given_one = GramEncoder(dimension=7)
    model = encoder.load(given_one)
    assert isinstance(given_one, Encoder)
    assert model.name == "GramEncoder"
    assert model.dimension == 7
    assert np.allclose(model.encode_query(["rood"]), given_one.encode_query(["rood"]), atol=1e-6)


def test_rows_are_brought_to_unit_length_and_float32() -> None:
    model = encoder.load(Fixed(document=(3, 4), query=(0, 9)))
    rows = model.encode_document(["a", "b"])
    assert rows.dtype == np.float32
    assert np.allclose(rows, [[0.6, 0.8], [0.6, 0.8]])


def test_no_texts_give_no_rows_of_the_right_width() -> None:
    assert encoder.load(GramEncoder(dimension=7)).encode_document([]).shape == (0, 7)


def test_progress_tells_how_many_texts_are_done() -> None:
    told: list[tuple[int, int]] = []
    model = encoder.load(GramEncoder())
    rows = model.encode_document(
        [str(number) for number in range(300)], progress=lambda *done: told.append(done)
    )
    assert len(rows) == 300
    assert len(told) > 1
    assert told[-1] == (300, 300)
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Fixed(document=(1, np.nan), query=(1, 0)), "finite"),
        (Fixed(document=(1, 0, 0), query=(1, 0)), "2 for questions and of 3"),
        (Short(), "where 1 rows"),
        (Failing(), "ZeroDivisionError: no 'Where"),
    ],
)
def test_what_an_encoder_does_wrong_is_said_by_name(wrong: Encoder, said: str) -> None:
    with pytest.raises(EncoderError, match=said) as caught:
        _ = encoder.load(wrong).dimension
    assert type(wrong).__name__ in str(caught.value)


def test_the_cause_of_a_foreign_error_is_kept() -> None:
    with pytest.raises(EncoderError) as caught:
        encoder.load(Failing()).encode_query(["x"])
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_object_without_the_methods_is_refused() -> None:
    with pytest.raises(EncoderError, match="'Nothing' is not an encoder"):
        encoder.load(Nothing())  # type: ignore[arg-type] # this is what is tested


def test_token_vectors_come_from_those_that_have_them() -> None:
    assert isinstance(WithTokens(), TokenEncoder)
    model = encoder.load(WithTokens())
    assert model.gives_tokens
    assert len(model.encode_document_tokens(["a", "b"])) == 2
    assert len(model.encode_query_tokens(["a"])) == 1
    plain = encoder.load(GramEncoder())
    assert not plain.gives_tokens
    with pytest.raises(EncoderError, match="gives no token vectors"):
        plain.encode_query_tokens(["a"])


class Spoilt(WithTokens):
    """Gives what `spoil` makes of its token vectors."""

    def __init__(self, spoil: Callable[[TokenVectors], TokenVectors]) -> None:
        super().__init__(dimension=2)
        self.spoil = spoil

    @override
    def encode_document_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        return [self.spoil(one) for one in super().encode_document_tokens(texts)]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda one: replace(one, pooled=one.pooled * np.nan), "finite numbers belong"),
        (lambda one: replace(one, pooled=np.ones(3)), "rows of 3 instead of 2"),
        (lambda one: replace(one, tokens=one.tokens * np.inf), "tokens that are no finite numbers"),
    ],
)
def test_token_vectors_are_checked_as_rows_are(
    spoil: Callable[[TokenVectors], TokenVectors], said: str
) -> None:
    with pytest.raises(EncoderError, match=said):
        encoder.load(Spoilt(spoil)).encode_document_tokens(["a"])


def test_the_vectors_beside_tokens_are_brought_to_unit_length() -> None:
    model = encoder.load(Spoilt(lambda one: replace(one, pooled=np.array([3, 4], np.float32))))
    (one,) = model.encode_query_tokens(["a"])
    assert np.allclose(one.pooled, [0.6, 0.8])
    assert model.encode_query_tokens([]) == []


def test_a_fingerprint_tells_models_apart_and_forgives_rounding() -> None:
    one, same = encoder.load(GramEncoder()), encoder.load(GramEncoder())
    other, wider = encoder.load(GramEncoder(salt="x")), encoder.load(GramEncoder(dimension=50))
    assert one.matches(same.fingerprint)
    assert not one.matches(other.fingerprint)
    assert not one.matches(wider.fingerprint)
    assert not one.matches(b"")
    near = encoder.load(Fixed(document=(1, 0.01), query=(0, 1)))
    assert near.matches(encoder.load(Fixed(document=(1, 0), query=(0, 1))).fingerprint)
    assert not near.matches(np.full(4, np.nan, np.float32).tobytes())


@given(st.integers(0, 3000), st.integers(1, 520))
def test_windows_keep_each_token_once_and_read_enough_around_it(tokens: int, room: int) -> None:
    found = list(windows(tokens, room))
    kept = [token for window in found for token in range(window.first, window.last)]
    assert kept == list(range(tokens))
    for window in found:
        assert 0 <= window.start <= window.first <= window.last <= window.end <= tokens
        assert window.end - window.start <= room
    for before, after in pairwise(found):
        assert before.start < after.start
        assert before.end - after.start >= min(OVERLAP, room // 2)


@given(st.integers(1, 6), st.integers(1, 40), st.integers(0, 2**32))
def test_eight_bits_never_overflow_a_pair(rows: int, pairs: int, seed: int) -> None:
    normal = np.random.default_rng(seed).normal(size=(rows, 2 * pairs))
    matrix = (normal**3 + 1e-6).astype(np.float32)
    codes, scales = columns(matrix)
    products = 255 * codes.astype(int).reshape(rows, pairs, 2)
    assert products.clip(min=0).sum(axis=2).max() < 2**15
    assert products.clip(max=0).sum(axis=2).min() >= -(2**15)
    assert np.all(np.abs(codes * scales[:, None] - matrix) <= 0.51 * scales[:, None])


@given(st.integers(1, 20), st.integers(2, 40), st.integers(0, 2**32))
def test_a_product_of_divided_values_is_the_same(tokens: int, width: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    state = (draw.normal(size=(tokens, width)) ** 5).astype(np.float32)
    state[:, 0] = 0
    matrix = draw.normal(size=(5, width)).astype(np.float32)
    by = divisors(matrix, np.array([state.min(axis=0), state.max(axis=0)]))
    assert by.min() > 0
    assert np.allclose((state / by) @ (matrix * by).T, state @ matrix.T, rtol=1e-3, atol=1e-3)


def _write_two(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "one.txt").write_text("one")
    (folder / "two.txt").write_text("two")


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QA_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_folder_is_built_once_and_says_so(
    cache_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = cache.ensure("m", _write_two)
    assert first == cache_folder / "m"
    assert "unpacking" in caplog.text
    written = (first / "two.txt").stat().st_mtime_ns
    assert cache.ensure("m", _write_two) == first
    assert (first / "two.txt").stat().st_mtime_ns == written
    assert caplog.text.count("unpacking") == 1
    assert sorted(path.name for path in cache_folder.iterdir()) == ["m", "m.lock"]


@pytest.mark.parametrize("damage", ["cut", "changed", "missing", "no manifest", "odd manifest"])
def test_a_damaged_folder_is_built_again(cache_folder: Path, damage: str) -> None:
    folder = cache.ensure("m", _write_two)
    one, manifest = folder / "deep" / "one.txt", folder / "manifest.json"
    match damage:
        case "cut":
            one.write_text("on")
        case "changed":
            one.write_text("ONE")
        case "missing":
            one.unlink()
        case "no manifest":
            manifest.unlink()
        case _:
            manifest.write_text('[{"path": 1}]')
    cache.ensure("m", _write_two)
    assert one.read_text() == "one"
    assert sorted(path.name for path in cache_folder.iterdir()) == ["m", "m.lock"]


def test_a_copied_folder_is_checked_and_kept(cache_folder: Path) -> None:
    folder = cache.ensure("m", _write_two)
    os.utime(folder / "two.txt", ns=(1, 1))

    def never(_: Path) -> None:
        raise AssertionError

    assert cache.ensure("m", never) == cache_folder / "m"
    assert (folder / "two.txt").stat().st_mtime_ns == 1


def test_a_copied_folder_that_cannot_be_written_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with disk(tmp_path / "disk", "1m") as folder:
        monkeypatch.setenv("QA_CACHE_DIR", str(folder))
        two = cache.ensure("m", _write_two) / "two.txt"
        os.utime(two, ns=(1, 1))
        (folder / "m.lock").unlink()
        remount(folder, "ro")
        assert cache.ensure("m", _write_two) == folder / "m"
        assert not cache.forget_if_damaged(folder / "m")
        remount(folder, "rw")
        two.write_text("TWO")
        remount(folder, "ro")
        with pytest.raises(StorageError, match="QA_CACHE_DIR"):
            cache.ensure("m", _write_two)


def test_damage_that_sizes_and_times_do_not_show_is_found_when_asked(cache_folder: Path) -> None:
    folder = cache.ensure("m", _write_two)
    two = folder / "two.txt"
    times = two.stat().st_mtime_ns
    assert not cache.forget_if_damaged(folder)
    two.write_text("TWO")
    os.utime(two, ns=(times, times))
    cache.ensure("m", _write_two)
    assert two.read_text() == "TWO"
    assert cache.forget_if_damaged(folder)
    assert not (cache_folder / "m").exists()


def test_a_stopped_build_leaves_nothing(cache_folder: Path) -> None:
    def stopped(folder: Path) -> None:
        _write_two(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.ensure("m", stopped)
    assert [path.name for path in cache_folder.iterdir()] == ["m.lock"]


def test_what_killed_processes_and_older_formats_left_is_removed(cache_folder: Path) -> None:
    for left in ("m-8.killed/new", "m-8.killed/old", "m-7", "m-7.killed/new", "m-6/deep"):
        (cache_folder / left).mkdir(parents=True)
    (cache_folder / "m-7.lock").touch()
    kept = [".hidden", "m-10", "m-8.backup/deep", "m-x", "n-7"]
    for other in kept:
        (cache_folder / other).mkdir(parents=True)
    cache.ensure("m-8", _write_two)
    assert {path.name for path in cache_folder.iterdir()} == {
        *(other.partition("/")[0] for other in kept),
        "m-8",
        "m-8.lock",
    }


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Hold a lock elsewhere: who waits for its own gets an error."""
    held = FileLock(lock)
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(held.acquire).result()
        try:
            yield
        finally:
            elsewhere.submit(held.release).result()


def test_an_older_format_that_is_being_written_is_left_alone(cache_folder: Path) -> None:
    (cache_folder / "m-7.now" / "new").mkdir(parents=True)
    with _held(cache_folder / "m-7.lock"):
        cache.ensure("m-8", _write_two)
    assert (cache_folder / "m-7.now" / "new").is_dir()


def test_who_waits_for_another_process_says_so_and_gives_up(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cache, "_QUIET_SECONDS", 0.1)
    monkeypatch.setattr(cache, "_LOCK_SECONDS", 1.0)
    cache_folder.mkdir()
    with (
        _held(cache_folder / "m.lock"),
        pytest.raises(StorageError, match=r"has kept .*m\.lock' for 1 seconds; try again later"),
    ):
        cache.ensure("m", _write_two)
    assert caplog.messages[0].endswith("m: waiting for it, 1 seconds at most")
    assert (cache.ensure("m", _write_two) / "two.txt").is_file()


def test_a_cache_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QA_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="QA_CACHE_DIR"):
        cache.ensure("m", _write_two)


def _slow(folder: Path) -> None:
    with (folder.parent.parent / "builds").open("a") as log:
        log.write("x")
    time.sleep(0.3)
    _write_two(folder)


def _ensure_slow(root: str) -> None:
    os.environ["QA_CACHE_DIR"] = root
    assert (cache.ensure("m", _slow) / "two.txt").read_text() == "two"


def test_of_two_processes_that_start_at_once_one_builds(cache_folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    starters = [spawn.Process(target=_ensure_slow, args=(str(cache_folder),)) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert [starter.exitcode for starter in starters] == [0, 0, 0]
    assert (cache_folder / "builds").read_text() == "x"
