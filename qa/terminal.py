"""What the terminal shows of an answer and of a build. Texts are shown, never obeyed."""

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from qa import build
from qa.answer import Answer, Citation
from qa.doctor import Finding
from qa.documents import show_date
from qa.index import Backup
from qa.passages import Hit
from qa.relevance import ERRORS, THRESHOLD
from qa.verify import Verdict

RUNNERS_UP = 5
"""Sentences shown as reasons."""


class Frame(NamedTuple):
    """What stands around quotes, in one language."""

    nearest: str
    searched: str
    stale: str


FRAMES = {
    "de": Frame("Am nächsten, keine Antwort", "Gesucht", "geändert, seit er eingelesen wurde"),
    "en": Frame("Nearest, not an answer", "Searched for", "changed since it was indexed"),
    "es": Frame("Lo más próximo, no una respuesta", "Se ha buscado", "cambió desde que se indexó"),
    "fr": Frame("Le plus proche, pas une réponse", "Recherché", "modifié depuis l'indexation"),
    "nl": Frame("Dichtstbij, geen antwoord", "Gezocht", "veranderd sinds het is ingelezen"),
}

QUOTED = 60
"""Characters shown of a quote that was checked."""


def visible(text: str) -> str:
    """Return `text` without the characters that steer a terminal or turn the reading direction."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"})


def console(stream: TextIO) -> Console:
    """Return a console that colours in a terminal only, and never breaks a line in a pipe."""
    return Console(file=stream, highlight=False, markup=False, emoji=False)


def show_answer(answer: Answer) -> None:
    """Print an answer with each quote in its passage, or a refusal with the nearest passage."""
    out = console(sys.stdout)
    frame = _frame(answer.language)
    for line in [quotation(citation) for citation in answer.citations] or [
        Text(answer.text, "bold")
    ]:
        out.print(line, soft_wrap=not out.is_terminal)
    if answer.searched_for != answer.question:
        out.print(Text(f"{frame.searched}: {visible(answer.searched_for)}", style="dim"))
    for hit in answer.passages:
        own = answer.quotes_in(hit.passage)
        if own:
            _source(out, "".join(f"[{citation.number}] " for citation in own), hit, answer.language)
            _passage(out, hit, own)
            for citation in own:
                _note(out, citation)
    if answer.outcome == "not_in_texts" and answer.passages:
        _source(out, f"{frame.nearest}: ", answer.passages[0], answer.language)
        _passage(out, answer.passages[0], ())


def _frame(language: str) -> Frame:
    return FRAMES.get(language, FRAMES["en"])


def quotation(citation: Citation) -> Text:
    """Return a quote with its number, and the words that answer underlined."""
    before, answer, after = map(_one_line, citation.parts)
    quote = Text("“", "bold").append(before).append(answer, "underline").append(after)
    return quote.append(f"” [{citation.number}]")


def _one_line(text: str) -> str:
    return visible(text).replace("\n", " ")


def _escaped(path: str) -> str:
    """Return a path on one line: a line break in a name may not pass for the end of a line."""
    return visible(path).replace("\n", "\\n")


def _source(out: Console, label: str, hit: Hit, language: str) -> None:
    parts = [
        hit.title,
        show_date(hit.date, language),
        ", ".join([hit.passage.document, *hit.also_in]),
        _frame(language).stale if hit.stale else "",
    ]
    line = Text(f"\n{label}").append(" · ".join(_one_line(part) for part in parts if part), "cyan")
    out.print(line, soft_wrap=not out.is_terminal)
    if hit.passage.heading:
        heading = Text(f"    {_one_line(hit.passage.heading)}", "italic")
        out.print(heading, soft_wrap=not out.is_terminal)


def _passage(out: Console, hit: Hit, quoted: Sequence[Citation]) -> None:
    shown = Text("    ")
    done = 0
    for citation in sorted(quoted, key=lambda citation: citation.start):
        start, end = (place - hit.passage.start for place in (citation.start, citation.end))
        shown.append(_one_line(hit.passage.text[done:start]), "dim")
        shown.append(_one_line(hit.passage.text[start:end]), "bold")
        done = end
    shown.append(_one_line(hit.passage.text[done:]), "dim")
    out.print(shown, soft_wrap=not out.is_terminal)


def _note(out: Console, citation: Citation) -> None:
    if citation.note:
        note = Text(f"    {_one_line(citation.note)}", "yellow")
        out.print(note, soft_wrap=not out.is_terminal)


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
        line = Text(f"{score:6.3f}  ").append(_one_line(sentence))
        out.print(line.append(f"  {_escaped(document)}", "dim"), soft_wrap=True)


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
            out.print(Text(f"{sign} {_escaped(path)}", style), soft_wrap=True)
    for path, reason in report.failed:
        err.print(Text(f"! {_escaped(path)}: {_escaped(reason)}", "red"), soft_wrap=True)
    counts = f"{report.unchanged} unchanged, {len(report.failed)} unreadable"
    counts += "; nothing written" if dry_run else f", {report.encoded} passages encoded"
    out.print(f"{report.summary} ({counts}; {report.seconds:.1f} s)", soft_wrap=True)
    if not dry_run and report:
        out.print(f"answered from confidence {THRESHOLD} on: {ERRORS}", soft_wrap=True)


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print a line for each citation of an answer that was checked."""
    out = console(sys.stdout)
    for verdict in verdicts:
        sign, style = ("ok", "green") if verdict.verified else ("no", "red")
        claim = verdict.claim
        quote = claim.quote if len(claim.quote) <= QUOTED else claim.quote[:QUOTED] + "…"
        line = f"{sign} [{claim.number}] {claim.document} {claim.start}-{claim.end}: "
        line += f"{verdict.reason}: “{quote}”"
        out.print(Text(visible(line).replace("\n", " "), style), soft_wrap=True)
    if not verdicts:
        out.print("the answer has no citations")


def show_findings(findings: Sequence[Finding]) -> None:
    """Print what was found in an index: a line for each thing, and below it what to do."""
    out = console(sys.stdout)
    styles = {"ok": "green", "warning": "yellow", "error": "red"}
    for finding in findings:
        line = Text(f"{finding.state:8}", styles[finding.state])
        line.append(f"{finding.name}: {visible(finding.what)}".replace("\n", " "), "default")
        out.print(line, soft_wrap=True)
        if finding.remedy:
            out.print(Text(f"{'':8}→ {visible(finding.remedy)}", "bold"), soft_wrap=True)


def show_backups(backups: Sequence[Backup]) -> None:
    """Print a line for each state of the index that is kept."""
    out = console(sys.stdout)
    for backup in backups:
        counts = f"{backup.documents} texts, {backup.passages} passages"
        size = f"{backup.size / 1024**2:.1f} MB"
        out.print(f"{backup.number:4}  {backup.indexed_at}  {counts}, {size}", soft_wrap=True)
    if not backups:
        out.print("nothing is kept yet: a build keeps what the index held before it")


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
