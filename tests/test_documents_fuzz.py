"""Bytes at random in real files of every format: read, or refused with a reason, and soon."""

import io
import random
import time
import zipfile

import pytest

from qa.documents import read_bytes
from qa.errors import DocumentError
from qa.passages import split
from tests.test_documents_formats import ARTICLE, TEXT, TITLE, article, page, pdf, word

ROUNDS = 100
"""Of each format here; 8,000 of each, 40,000 in all, were run without a finding."""

SEEDS = {
    "txt": f"---\ntitle: {TITLE}\ndate: 2025-03\n---\n{ARTICLE}".encode(),
    "md": f"# {TITLE}\n\n- a\n- b\n\n| a |\n|---|\n| 1 |\n\n> {TEXT}\n\n[a](b)".encode(),
    "html": page(body="<ul><li>a</li></ul><table><tr><td>a</td></tr></table>"),
    "pdf": pdf(2),
    "docx": word(article),
}
WORDS = [
    b"\0",
    b"\xff\xfe",
    b"\n---\n",
    "“".encode() * 50,
    b"&#xD800;",
    b"&#0;",
    b"<",
    b"<!--",
    b"> " * 200,
    b"[" * 50,
    b"*" * 99,
    b"<div>" * 300,
    b"<meta charset=idna>",
    b"<w:p>",
    b"/Kids",
    b"endobj",
    b"<<",
    b">>",
    b"/Length 99999999",
    b"0 0 R",
    b"-1",
    b"/Prev 9",
    b"PK",
]


def mutated(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 4, 16, 64])):
        place = chance.randrange(len(changed) + 1)
        length = chance.choice([0, 1, 4, 50, 1000])
        start = chance.randrange(len(data))
        new = chance.choice(
            [chance.randbytes(1), b"", chance.choice(WORDS), data[start : start + length]]
        )
        changed[place : place + chance.choice([0, length])] = new
    return bytes(changed)


def mutated_part(chance: random.Random, data: bytes) -> bytes:
    """Return a zip file one of whose parts is changed; a change of the whole ends at its sums."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        chosen = chance.choice(
            [name for name in old.namelist() if name.endswith((".xml", ".rels"))]
        )
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, mutated(chance, part) if name == chosen else part)
    return file.getvalue()


@pytest.mark.parametrize("suffix", SEEDS)
def test_damaged_files_are_read_or_refused(suffix: str) -> None:
    chance = random.Random(f"{suffix} 1")  # noqa: S311 - the same damage in every run
    outcomes = {True: 0, False: 0}
    for number in range(ROUNDS):
        change = mutated_part if suffix == "docx" and number % 3 else mutated
        data = change(chance, SEEDS[suffix])
        started = time.thread_time()
        outcomes[is_read(f"a.{suffix}", data)] += 1
        assert time.thread_time() - started < 5
    assert all(outcomes.values()), "some are read and some are refused, or the damage is none"


def is_read(path: str, data: bytes) -> bool:
    try:
        document = read_bytes(path, data)
    except DocumentError as error:
        return not str(error).startswith(f"{path}: ")
    assert document.text.encode()
    assert document.title.encode()
    for passage in split(document):
        assert document.text[passage.start : passage.end] == passage.text
    return True
