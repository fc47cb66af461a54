"""Keeping an index up to date with a folder of texts while the folder changes.

The file system says at once that something changed (watchfiles); a sweep now and then finds what it
did not say, as on network drives. A file that is still being written is left as it was until it has
kept its size and time for a while; the others do not wait for it.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from watchfiles import Change
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from qa import documents
from qa.build import Builder, Report
from qa.documents import SUFFIXES
from qa.encoder import Encoder
from qa.errors import QAError

SETTLE = 0.5
"""Seconds without a change after which a file counts as written to its end."""

SWEEP = 30.0
"""Seconds after which the folder is looked through although nothing was said."""

_GROUP = 400
"""Milliseconds over which changes are gathered at the most: a folder that is copied in is said
piece by piece, and each piece costs a build."""
_QUIET = 50
"""Milliseconds without a change after which they are handed over earlier."""

_logger = logging.getLogger(__name__)

State = dict[str, tuple[int, int]]
"""Size and time of each file by path."""


class _StoppedError(Exception):
    """The watching was ended in the middle of a build; what was encoded is kept."""


class Watch:
    """Builds whenever the folder differs from what was built last."""

    def __init__(
        self,
        docs: Path,
        index: Path,
        *,
        model: str | Path | Encoder | None = None,
        report: Callable[[Report], None],
        sweep: float = SWEEP,
    ) -> None:
        self._docs = docs
        self._kept = index.resolve()
        self._report = report
        self._sweep = sweep
        self._stop = threading.Event()
        self._builder = Builder(docs, index, model=model, progress=self._go_on)
        self._built: State | None = None
        """The files of the last build; None where that failed."""
        self._said = ""
        self._failed: tuple[tuple[str, str], ...] = ()

    def run(self, stop: threading.Event) -> None:
        """Keep the index up to date until `stop` is set."""
        self._stop = stop
        try:
            while not stop.is_set():
                for sure in self._moments():
                    self._catch_up(sure=sure)
        except _StoppedError:
            _logger.info("stopped in the middle of a build; the next one goes on from there")

    def _go_on(self, _what: str, _done: int, _total: int) -> None:
        if self._stop.is_set():
            raise _StoppedError

    def _moments(self) -> Iterator[bool]:
        """Yield True when something changed, and False when it is time to look all the same.

        It ends with the sweep, or when another folder was put in this one's place.
        """
        try:
            folder = _identity(self._docs)
            with RustNotify([str(self._docs.resolve())], False, False, 0, True, True) as notify:  # noqa: FBT003 - its own signature
                yield False
                while isinstance(
                    said := notify.watch(_GROUP, _QUIET, round(self._sweep * 1000), self._stop), set
                ):
                    yield any(map(self._matters, said))
                    if _identity(self._docs) != folder:
                        return
        except (OSError, WatchfilesRustInternalError) as error:
            _logger.debug("the file system says nothing (%s): looking every second", error)
            yield False
            self._stop.wait(min(self._sweep, 1.0))

    def _matters(self, change: tuple[int, str]) -> bool:
        """Return whether it is about a text, or a folder that came or went; not what we wrote."""
        kind, path = change
        text = Path(path).suffix.lower() in SUFFIXES
        ours = Path(path).is_relative_to(self._kept)
        return (text or kind != Change.modified) and not ours

    def _catch_up(self, *, sure: bool) -> None:
        """Build what is written to its end, until nothing is left that was not.

        Args:
            sure: whether something did change; else the folder is compared by sizes and times.
        """
        before = self._state()
        if not sure and before == self._built:
            return
        while not self._stop.wait(SETTLE):
            now = self._state()
            settled = {path: stamp for path, stamp in now.items() if before.get(path) == stamp}
            if sure or settled != self._built:
                self._build(settled, {*now} - {*settled})
            if now == before:
                return
            before, sure = now, False

    def _state(self) -> State:
        try:
            found = documents.find(self._docs, self._kept)
        except QAError:  # The build says it.
            return {}
        # What is refused counts as well: what it hides may have gone once it can be looked at.
        refused = {path: (0, 0) for path, _ in found.refused}
        return refused | {file.path: (file.size, file.mtime_ns) for file in found.files}

    def _build(self, settled: State, unsettled: set[str]) -> None:
        self._built = None
        try:
            report = self._builder.build(settled=lambda file: file.path not in unsettled)
        except QAError as error:
            if str(error) != self._said:
                _logger.warning("not indexed, tried again at the next change: %s", error)
            self._said = str(error)
            return
        self._built = settled
        self._said = ""
        if report or report.failed != self._failed:
            self._failed = report.failed
            _logger.info("indexed: %s, version %s", report.summary, report.version)
            self._report(report)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def watch(
    docs: Path,
    index: Path,
    *,
    model: str | Path | Encoder | None = None,
    stop: threading.Event,
    report: Callable[[Report], None],
) -> None:
    """Keep the index up to date with the folder of texts until `stop` is set.

    What a build did is handed to `report`, if it did anything or if other texts than before could
    not be read. A build that fails is a warning of the logger `qa.watch`, said once, and is tried
    again at the next change or sweep.
    """
    Watch(docs, index, model=model, report=report).run(stop)


@contextmanager
def watching(
    docs: Path,
    index: Path,
    *,
    model: str | Path | Encoder | None = None,
    report: Callable[[Report], None],
) -> Iterator[None]:
    """Keep the index up to date in the background for as long as the context lasts."""
    stop = threading.Event()
    run = Watch(docs, index, model=model, report=report).run
    thread = threading.Thread(target=run, args=(stop,), name="qa watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def until_signal() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set; in the main thread only."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, old in before.items():
            signal.signal(number, old)
