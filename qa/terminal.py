"""What the terminal shows of an answer and of a build. Texts are shown, never obeyed."""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from qa import build
from qa.answer import Answer, Citation
from qa.documents import show_date
from qa.passages import Hit

RUNNERS_UP = 5
"""Sentences shown as reasons."""


def visible(text: str) -> str:
    """Return `text` without the characters that steer a terminal or turn the reading direction."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"})


def console(stream: TextIO) -> Console:
    """Return a console that colours in a terminal only, and never breaks a line in a pipe."""
    return Console(file=stream, highlight=False, markup=False, emoji=False)


def show_answer(answer: Answer) -> None:
    """Print an answer, its sources, or a refusal with the nearest passage."""
    out = console(sys.stdout)
    out.print(Text(visible(answer.text), style="bold"), soft_wrap=not out.is_terminal)
    if answer.searched_for != answer.question:
        out.print(Text(f"Searched for: {visible(answer.searched_for)}", style="dim"))
    for citation in answer.citations:
        hit = _hit_of(citation, answer)
        note = f" · {citation.note}" if citation.note else ""
        note += " · changed since it was indexed" if citation.stale else ""
        _source(out, f"[{citation.number}] ", hit, answer.language, note)
        _passage(out, hit, citation)
    if answer.outcome == "not_in_texts" and answer.passages:
        _source(out, "Nearest, not an answer: ", answer.passages[0], answer.language, "")
        _passage(out, answer.passages[0], None)


def _hit_of(citation: Citation, answer: Answer) -> Hit:
    return next(
        hit
        for hit in answer.passages
        if hit.passage.document == citation.document
        and hit.passage.start <= citation.start < hit.passage.end
    )


def _source(out: Console, label: str, hit: Hit, language: str, note: str) -> None:
    parts = [
        hit.title,
        show_date(hit.date, language),
        ", ".join([hit.passage.document, *hit.also_in]),
    ]
    line = Text(f"\n{label}").append(" · ".join(visible(part) for part in parts if part), "cyan")
    out.print(line.append(note, "yellow"), soft_wrap=not out.is_terminal)
    if hit.passage.heading:
        out.print(
            Text(f"    {visible(hit.passage.heading)}", "italic"), soft_wrap=not out.is_terminal
        )


def _passage(out: Console, hit: Hit, citation: Citation | None) -> None:
    text = hit.passage.text
    start, end = 0, 0
    if citation is not None:
        start, end = citation.start - hit.passage.start, citation.end - hit.passage.start
    shown = Text("    ")
    for part, style in ((text[:start], "dim"), (text[start:end], "bold"), (text[end:], "dim")):
        shown.append(visible(part).replace("\n", " "), style)
    out.print(shown, soft_wrap=not out.is_terminal)


def show_reasons(answer: Answer) -> None:
    """Print what an answer or a refusal rests on: confidence, words, and the runners-up."""
    out = console(sys.stdout)
    verdict = "answers" if answer.confidence >= answer.threshold else "refuses"
    out.print(
        f"\nconfidence {answer.confidence:.2f}, {verdict}: the threshold is {answer.threshold:.2f}"
    )
    for label, found in (("words found", answer.words_found), ("nowhere", answer.words_missing)):
        out.print(Text(f"{label}: {visible(' '.join(found)) or '-'}"), soft_wrap=True)
    ranked = sorted(
        (
            (score, hit.passage.text[start:end], hit.passage.document)
            for hit in answer.passages
            for score, (start, end) in zip(hit.sentence_scores, hit.passage.sentences, strict=True)
        ),
        reverse=True,
    )
    for score, sentence, document in ranked[:RUNNERS_UP]:
        line = Text(f"{score:6.3f}  ").append(visible(sentence).replace("\n", " "))
        out.print(line.append(f"  {visible(document)}", "dim"), soft_wrap=True)


def show_report(report: build.Report, *, dry_run: bool) -> None:
    """Print what a build did to stdout, and what could not be read to stderr."""
    out, err = console(sys.stdout), console(sys.stderr)
    for sign, style, paths in (
        ("+", "green", report.added),
        ("~", "yellow", report.changed),
        ("-", "red", report.removed),
        (">", "cyan", tuple(f"{old} > {new}" for old, new in report.renamed)),
    ):
        for path in paths:
            out.print(Text(f"{sign} {visible(path)}", style), soft_wrap=True)
    for path, reason in report.failed:
        err.print(Text(f"! {visible(path)}: {visible(reason)}", "red"), soft_wrap=True)
    counts = f"{report.unchanged} unchanged, {len(report.failed)} unreadable"
    counts += "; nothing written" if dry_run else f", {report.encoded} passages encoded"
    out.print(f"{report.summary} ({counts}; {report.seconds:.1f} s)", soft_wrap=True)


@contextmanager
def progress() -> Iterator[build.Progress]:
    """Yield a callback that draws a progress bar on stderr, in a terminal only."""
    err = console(sys.stderr)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        tasks = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield advance
