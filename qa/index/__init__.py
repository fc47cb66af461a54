"""The files in `index/`: SQLite holds the truth, FAISS is derived from it.

Readers take a `Snapshot`: one consistent state, from the first row to the last. Writers stage
vectors as they are made and put everything else into one transaction, so that a process that is
killed leaves the old index or the new one.
"""

from qa.index.changing import Entry
from qa.index.checking import Inspection
from qa.index.layout import Layout
from qa.index.opening import Index
from qa.index.rows import DocumentInfo, Embedding, Manifest, content
from qa.index.snapshot import Snapshot
from qa.index.undo import Backup, backups, keep, restore
from qa.index.words import coverage, grams, idf, word_grams, words
from qa.index.writing import Change, Writer

__all__ = [
    "Backup",
    "Change",
    "DocumentInfo",
    "Embedding",
    "Entry",
    "Index",
    "Inspection",
    "Layout",
    "Manifest",
    "Snapshot",
    "Writer",
    "backups",
    "content",
    "coverage",
    "grams",
    "idf",
    "keep",
    "restore",
    "word_grams",
    "words",
]
