"""What is wrong with an index, and the command that mends it; nothing is changed by looking."""

import os
import platform
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np

from qa import encoder, relevance
from qa.build import Embedder, build, compare
from qa.duplicates import near_duplicates
from qa.encoder import Encoder
from qa.errors import IndexBusyError, IndexMissingError, QAError, StorageError
from qa.index import Inspection, Layout, Writer

SAMPLE = 16
"""Passages that are encoded again."""

SAME = 0.99
"""Cosine between a vector and its like made again; what batches and processors change is less."""

NAMED = 3
"""Texts named in one finding."""

UNKNOWN = "<folder of texts>"
"""Stands in a command where neither the index nor who asks says which folder that is."""

LIBRARIES = ("faiss-cpu", "numpy", "onnxruntime", "qa")

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: State
    what: str
    remedy: str = ""
    """The command, or what else to do; empty where nothing is wrong."""


def examine(
    index: Path, docs: Path | None = None, *, model: Encoder | None = None
) -> tuple[Finding, ...]:
    """Return what was found in an index folder and its texts; no file in the index changes.

    Args:
        index: the index folder.
        docs: the folder of texts; else the one recorded in the index.
        model: the encoder, where the index was built with an object rather than a name.
    """
    examination = _Examination(index, docs, model)
    findings = tuple(examination.findings())
    stamp = examination.stamp()
    # Read without locks: a build that wrote meanwhile can make two halves seem not to fit.
    return findings if examination.began == stamp else tuple(examination.findings())


def repair(
    index: Path, docs: Path | None = None, *, model: Encoder | None = None
) -> tuple[Finding, ...]:
    """Mend what can be mended without losing anything; return what is found afterwards.

    That is: what is derived from texts and vectors is made again, a damaged model is unpacked
    again, vectors of a stopped build are dropped, and texts that changed are indexed by an ordinary
    build. A database that does not hold what was written is left alone.

    Raises:
        QAError: what a build raises.
    """
    before = examine(index, docs, model=model)
    if any(finding.name == "unpacked" for finding in before):
        encoder.load().mend()
        before = examine(index, docs, model=model)
    wrong = {finding.name for finding in before if finding.state != "ok"}
    if wrong & {"database", "rows", "unpacked", "model", "encoding"}:
        return before
    if wrong & {"words", "faiss", "leftovers"}:
        with Writer.open(index) as writer:
            writer.clear_staged()
            writer.mend()
    if "texts" in wrong:
        with Inspection.open(index) as inspection:
            folder = docs or index / inspection.manifest.documents_folder
        build(folder, index, model=model)
    return examine(index, docs, model=model)


class _Examination:
    def __init__(self, index: Path, docs: Path | None, model: Encoder | None) -> None:
        self.layout = Layout(index)
        self._docs = docs
        self._model = model
        self.began = self.stamp()

    def stamp(self) -> tuple[int, ...]:
        """Return what changes when somebody writes into the database."""
        files = (self.layout.database, self.layout.log)
        return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)

    def findings(self) -> Iterator[Finding]:
        """Yield everything, the simplest first."""
        yield _versions()
        yield self._permissions()
        yield self._space()
        try:
            with Inspection.open(self.layout.folder) as inspection:
                yield from self._inside(inspection)
        except IndexMissingError as error:
            yield Finding(name="database", state="error", what=str(error), remedy=self._build())
        except (IndexBusyError, StorageError) as error:
            yield Finding(name="database", state="error", what=str(error))
        except QAError as error:
            yield Finding(name="database", state="error", what=str(error), remedy=self._anew())

    def _inside(self, inspection: Inspection) -> Iterator[Finding]:
        self._docs = self._docs or self.layout.folder / inspection.manifest.documents_folder
        anew = self._anew()
        yield _checked("database", "SQLite finds its file in order", inspection.check_pages, anew)
        rows = _checked("rows", "every row holds what was written", inspection.check_rows, anew)
        yield rows
        if rows.state != "ok":
            return
        mend = self._command("doctor", "--repair")
        yield _checked("words", "those of the texts", inspection.check_words, mend)
        what = inspection.check_vectors()
        yield Finding(
            name="faiss",
            state="warning" if what else "ok",
            what=f"its file {what}; until then it is made in memory" if what else "as the database",
            remedy=mend if what else "",
        )
        yield self._leftovers(inspection.staged(), mend)
        yield self._fingerprint(inspection)
        yield from self._texts(inspection, self._docs)

    def _leftovers(self, staged: int, remedy: str) -> Finding:
        if not staged:
            return Finding(name="leftovers", state="ok", what="none")
        what = f"vectors of {staged} passages from a build that was stopped; the next one uses them"
        return Finding(name="leftovers", state="warning", what=what, remedy=remedy)

    def _fingerprint(self, inspection: Inspection) -> Finding:
        full = self._build("--full")
        manifest = inspection.manifest
        try:
            model = encoder.load(self._model or manifest.model)
            if model.damaged():
                what = f"files of {model.name!r} in the cache are not what was unpacked"
                mend = self._command("doctor", "--repair")
                return Finding(name="unpacked", state="error", what=what, remedy=mend)
            if not model.matches(manifest.fingerprint):
                what = f"{model.name!r} gives other vectors than when the index was built"
                return Finding(name="model", state="error", what=what, remedy=full)
            arrays = inspection.snapshot.calibration()
            embedder = Embedder(model, relevance.Calibration.from_arrays(arrays))
            pairs = inspection.sample(SAMPLE)
            again = embedder([passage for passage, _ in pairs]) if pairs else []
        except QAError as error:
            return Finding(name="model", state="error", what=str(error), remedy=full)
        for (passage, kept), made in zip(pairs, again, strict=True):
            if kept.vectors.shape != made.vectors.shape or np.any(
                np.sum(kept.vectors * made.vectors, axis=1) < SAME
            ):
                what = f"the vectors of a passage of {passage.document!r} are not those of its text"
                return Finding(name="encoding", state="error", what=what, remedy=full)
        what = f"{model.name}; {len(pairs)} passages encoded again give the vectors that are kept"
        return Finding(name="model", state="ok", what=what)

    def _texts(self, inspection: Inspection, docs: Path) -> Iterator[Finding]:
        infos = inspection.snapshot.documents()
        try:
            report = compare(docs, self.layout.folder, {info.path: info.sha256 for info in infos})
        except QAError as error:
            remedy = "put the texts back, or go on asking without them"
            yield Finding(name="texts", state="warning", what=str(error), remedy=remedy)
        else:
            behind = [
                f"{len(paths)} {how} ({_named(paths)})"
                for how, paths in (
                    ("changed", report.changed),
                    ("gone", report.removed),
                    ("not indexed yet", report.added),
                    ("renamed", [new for _, new in report.renamed]),
                )
                if paths
            ]
            what = "; ".join(behind) or f"all {len(infos)} are indexed as they are"
            state: State = "warning" if behind else "ok"
            remedy = self._build() if behind else ""
            yield Finding(name="texts", state=state, what=what, remedy=remedy)
            for path, reason in report.failed:
                remedy = "mend it, or take it out of the folder"
                what = f"{path}: {reason}"
                yield Finding(name="unreadable", state="warning", what=what, remedy=remedy)
        snapshot = inspection.snapshot
        for one, two in near_duplicates((i.path, snapshot.document(i.path).text) for i in infos):
            what = f"{one!r} and {two!r} say nearly the same"
            yield Finding(name="duplicates", state="warning", what=what, remedy="keep one of them")

    def _permissions(self) -> Finding:
        layout = self.layout
        for path in (layout.folder, layout.database, layout.vectors, layout.lock):
            if path.exists() and not os.access(path, os.R_OK | os.W_OK):
                what = f"{str(path)!r} cannot be written; asking works, building does not"
                remedy = f"chmod u+rwX {shlex.quote(str(path))}"
                return Finding(name="permissions", state="warning", what=what, remedy=remedy)
        return Finding(name="permissions", state="ok", what="the index can be read and written")

    def _space(self) -> Finding:
        folder = self.layout.folder.absolute()
        there = next(path for path in (folder, *folder.parents) if path.is_dir())
        free = shutil.disk_usage(there).free
        database = self.layout.database
        # A full rebuild holds the old vectors and the new ones at once, and writes each twice.
        needed = 4 * database.stat().st_size if database.is_file() else 2**24
        what = f"{free // 2**20} MB free, {needed // 2**20} MB needed for a full rebuild"
        if free >= needed:
            return Finding(name="space", state="ok", what=what)
        return Finding(name="space", state="warning", what=what, remedy="make room on the disk")

    def _command(self, *words: str) -> str:
        return shlex.join(["qa", *words, "--index", str(self.layout.folder)])

    def _build(self, *options: str) -> str:
        # Of another folder than the index was built of, all its texts would leave it.
        return self._command("build", str(self._docs or UNKNOWN), *options)

    def _anew(self) -> str:
        """Return the way out of a database that cannot be believed."""
        return f"rm {shlex.quote(str(self.layout.database))} && {self._build()}"


def _versions() -> Finding:
    found = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return Finding(name="versions", state="ok", what=f"Python {platform.python_version()}, {found}")


def _checked(name: str, fine: str, check: Callable[[], object], remedy: str) -> Finding:
    try:
        check()
    except IndexBusyError:
        raise
    except QAError as error:
        return Finding(name=name, state="error", what=str(error), remedy=remedy)
    return Finding(name=name, state="ok", what=fine)


def _named(paths: Sequence[str]) -> str:
    more = ", …" if len(paths) > NAMED else ""
    return ", ".join(map(repr, paths[:NAMED])) + more
