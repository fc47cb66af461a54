"""The terminal: arguments, streams and exit codes. Each command imports what it needs."""

import errno
import json
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from io import TextIOWrapper
from math import isnan
from pathlib import Path
from typing import Annotated, TextIO

import typer

from qa.errors import AnswerError, QAError, QuestionError

NOT_IN_TEXTS = 3
"""Exit code of a question that the texts do not answer."""

UNWRITABLE = (errno.EBADF, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC)
"""What standard output can fail with; a closed pipe is typer's, and the rooms name their files."""

app = typer.Typer(
    name="qa",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask a folder of texts a question, in any language; get the sentence that answers it, "
    "quoted word for word, or be told that the texts do not say.",
)

IndexOption = Annotated[Path, typer.Option("--index", "-i", help="The index folder.")]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A sentence-transformers model that is on this machine, by folder or by name. "
        "Without it: the one the index was built with, at first the packaged multilingual one.",
    ),
]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In any language; - reads it from a pipe.")],
    index: IndexOption = Path("index"),
    threshold: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Answer from this confidence on; else the index's."),
    ] = None,
    after: Annotated[
        str | None, typer.Option(help="Only texts of this year, month or day, or later.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(help="Only texts of this year, month or day, or earlier.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show why.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer object.")] = False,
) -> None:
    """Ask one question.

    Exit codes: 0 answered, 3 not in the texts, 1 error, 2 usage.
    """
    from qa.bot import Bot
    from qa.terminal import show_answer, show_reasons

    if threshold is not None and isnan(threshold):  # it is in every range
        raise typer.BadParameter("nan is no confidence", param_hint="'--threshold'")
    with Bot.open(index) as bot:
        text = _piped_question() if question == "-" else question
        answer = bot.ask(text, threshold=threshold, after=after, before=before)
        if as_json:
            _print_json(answer.as_dict())
        else:
            show_answer(answer)
            if explain:
                show_reasons(answer)
    if answer.outcome != "answered":
        raise typer.Exit(NOT_IN_TEXTS)


def _piped_question() -> str:
    try:
        return _standard_input().read()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"the question in the pipe cannot be read: {error}") from error


def _standard_input() -> TextIO:
    """Return standard input, or fail like a file that cannot be read."""
    if sys.stdin is None:  # so Python says that it was closed
        raise OSError("standard input is closed")
    return sys.stdin


@app.command()
def build(
    docs: Annotated[Path, typer.Argument(help="The folder of texts.")] = Path("docs"),
    index: IndexOption = Path("index"),
    model: ModelOption = None,
    full: Annotated[bool, typer.Option("--full", help="Encode everything again.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be done; write nothing.")
    ] = False,
) -> None:
    """Bring the index up to date with the texts: only what is new is encoded.

    Exit code 1 when a text could not be read; the others are indexed all the same.
    """
    from qa import terminal
    from qa.build import build as run
    from qa.build import preview

    if dry_run:
        report = preview(docs, index)
    else:
        with terminal.progress() as progress:
            report = run(docs, index, model=model, full=full, progress=progress)
    terminal.show_report(report, dry_run=dry_run)
    if report.failed:
        raise typer.Exit(1)


@app.command("eval")
def evaluate(
    questions: Annotated[
        Path | None, typer.Argument(help="Labelled questions: JSON lines, or SQuAD's format.")
    ] = None,
    index: IndexOption = Path("index"),
    own: Annotated[
        int, typer.Option(min=0, help="Make so many questions from the indexed texts themselves.")
    ] = 0,
    picture: Annotated[
        Path | None, typer.Option(help="Draw reliability, risk and coverage (.png, .svg, .pdf).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure the answers on labelled questions.

    A line of the file: {"question": "Who won?", "answers": ["Ada won"]}, with an empty list where
    the texts do not answer. SQuAD's format brings its own texts: they are indexed aside.
    """
    from qa import terminal
    from qa.evaluation import evaluate as run
    from qa.evaluation import report

    if (questions is None) == (own == 0):
        raise typer.BadParameter("give either a file of questions or --own N")
    if picture is not None:  # the asking can take hours: what would fail after it fails now
        from qa.evaluation.picture import check

        check(picture)
    with terminal.progress() as progress:
        outcomes = run(questions, index, own=own, progress=progress)
    typer.echo((report.as_json if as_json else report.table)(outcomes), nl=False)
    if picture is not None:
        from qa.evaluation.picture import draw

        draw(outcomes, picture)


@app.command()
def chat(
    docs: Annotated[Path, typer.Argument(help="The folder of texts.")] = Path("docs"),
    index: IndexOption = Path("index"),
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the browser.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Index texts as they are added or changed.")
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Let nobody add or remove texts on the page.")
    ] = False,
    auth: Annotated[
        str, typer.Option(metavar="USER:PASSWORD", envvar="QA_AUTH", help="Ask for a login.")
    ] = "",
    root_path: Annotated[
        str, typer.Option(help="Where a proxy shows the page, such as /news.")
    ] = "",
) -> None:
    """Bring the index up to date with the texts, then start the chat page on it."""
    from qa import terminal
    from qa.bot import Bot
    from qa.build import build as run
    from qa.index import Index
    from qa.server import Login, Options, serve
    from qa.shelf import Shelf

    options = Options(
        root_path=root_path,
        shelf=None if read_only else Shelf(docs, index),
        feedback=index / "feedback",
        login=Login.of(auth) if auth else None,
    )

    # An index without its texts is still good to ask; no index and no texts is an error.
    if docs.is_dir() or not Index.exists(index):
        with terminal.progress() as progress:
            report = run(docs, index, progress=progress)
        terminal.show_report(report, dry_run=False)
    with Bot.open(index) as bot, _watching(docs, index) if watch else nullcontext():
        serve(bot, host=host, port=port, open_browser=open_browser, options=options)


def _watching(docs: Path, index: Path) -> AbstractContextManager[None]:
    from qa import terminal
    from qa.watch import watching

    return watching(docs, index, report=partial(terminal.show_report, dry_run=False))


@app.command()
def watch(
    docs: Annotated[Path, typer.Argument(help="The folder of texts.")] = Path("docs"),
    index: IndexOption = Path("index"),
) -> None:
    """Index texts within two seconds of being added, changed, renamed or deleted.

    Ctrl-C or SIGTERM ends it. `qa chat --watch` does the same while the chat is running.
    """
    from qa import terminal
    from qa.watch import until_signal
    from qa.watch import watch as run

    with until_signal() as stop:
        sys.stderr.write(f"qa: watching {str(docs)!r} (Ctrl-C stops it)\n")
        run(docs, index, stop=stop, report=partial(terminal.show_report, dry_run=False))


undo = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(undo, name="index", help="See what the index held before, and go back to it.")


@undo.command("list")
def list_backups(index: IndexOption = Path("index")) -> None:
    """List the states that can be restored, the newest first."""
    from qa.index import backups
    from qa.terminal import show_backups

    show_backups(backups(index))


@undo.command("restore")
def restore_backup(
    number: Annotated[
        int | None, typer.Argument(help="Which, as listed; without it the newest.")
    ] = None,
    index: IndexOption = Path("index"),
) -> None:
    """Go back to what the index held before its last change, or to an older state.

    The state that is left is kept: to undo this, restore again. The texts are not touched; the next
    build brings the index up to date with them.
    """
    from qa.index import restore
    from qa.terminal import show_backups

    show_backups([restore(index, number)])
    sys.stderr.write("qa: restored; the next `qa build` follows the texts again\n")


@app.command()
def doctor(
    index: IndexOption = Path("index"),
    docs: Annotated[
        Path | None, typer.Option(help="The folder of texts; else the one the index was built of.")
    ] = None,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Do what is safe: derived files, the model, texts that changed."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is wrong with an index, and the command that mends it.

    Without --repair no file in the index is changed. Exit code 1 when something is an error.
    """
    from dataclasses import asdict

    from qa import doctor as room
    from qa.terminal import show_findings

    findings = (room.repair if repair else room.examine)(index, docs)
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        show_findings(findings)
    if any(finding.state == "error" for finding in findings):
        raise typer.Exit(1)


@app.command()
def verify(
    answer: Annotated[Path, typer.Argument(help="What `qa ask --json` printed; - reads a pipe.")],
    index: IndexOption = Path("index"),
) -> None:
    """Check that each quote of an answer still stands at its place in the text of its hash.

    Exit code 0 when all do, 1 when one does not or its text is gone.
    """
    from qa.terminal import show_verdicts
    from qa.verify import read_claims
    from qa.verify import verify as run

    try:
        piped = str(answer) == "-"
        data = _standard_input().buffer.read() if piped else answer.read_bytes()
        claims = read_claims(data.decode())
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerError(f"the answer in {str(answer)!r} cannot be read: {error}") from error
    verdicts = run(claims, index)
    show_verdicts(verdicts)
    if not all(verdict.verified for verdict in verdicts):
        raise typer.Exit(1)


def _print_json(value: object) -> None:
    """Print JSON in UTF-8, whatever the terminal writes; half a character becomes `?`."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2).encode(errors="replace"))


def main() -> None:
    """Run the command line; an error that is the user's to mend is one line on stderr, exit 1."""
    if isinstance(sys.stdout, TextIOWrapper):  # else it is closed
        sys.stdout.reconfigure(errors="replace")  # a sentence with a `?` says more than none
    try:
        app()
    except QAError as error:
        sys.stderr.write(f"qa: {' '.join(str(error).split())}\n")
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        sys.stderr.write(f"qa: the output cannot be written: {error.strerror}\n")
        # What is left of it goes nowhere: Python would fail with it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("qa: stopped\n")
        raise SystemExit(130) from None
