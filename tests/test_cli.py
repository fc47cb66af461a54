"""The terminal, as a person or a script meets it: real processes on the real article."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qa.index import Layout
from tests.conftest import PROJECT

pytestmark = pytest.mark.model


def run(
    *arguments: str, cwd: Path = PROJECT, stdin: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more, "PYTHONPATH": str(PROJECT), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "qa", *arguments],
        cwd=cwd,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
        input=stdin,
    )


def test_an_answer_in_a_pipe(article_index: Path) -> None:
    done = run("ask", "what did Rutte advise?", "--index", str(article_index))
    assert (done.returncode, done.stderr) == (0, "")
    assert '"een manier vinden om de relatie met Trump te herstellen"' in done.stdout
    assert "March 2025" in done.stdout
    assert "rutte-zelensky-trump.txt" in done.stdout
    assert "\x1b" not in done.stdout
    # Nothing is broken into lines: the passage can be searched for.
    assert 'weigerde dieper in te gaan op de ruzie. "Wat ik Zelensky heb verteld' in done.stdout


def test_an_answer_in_a_terminal_has_colour(article_index: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "qa", "ask", "what did Rutte advise?", "-i", str(article_index)],
        stdout=theirs,
        cwd=PROJECT,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 65536):
            shown += more
    except OSError:  # how Linux says that the other side has closed
        pass
    os.close(ours)
    assert process.wait() == 0
    assert b"\x1b[1m" in shown


def test_an_answer_as_json(article_index: Path) -> None:
    done = run("ask", "Wat adviseerde Rutte?", "--json", "-i", str(article_index))
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert answer["outcome"] == "answered"
    assert {"question", "searched_for", "text", "citations", "confidence", "passages"} < set(answer)
    assert answer["citations"][0]["date"] == "2025-03"


@pytest.mark.parametrize(
    ("question", "encoding"),
    [
        ("Что посоветовал Рютте?", "cp1252"),
        ("Что посоветовал Рютте?", "ascii"),
        (os.fsdecode(b"Qu\xe9 aconsej\xf3 Rutte?"), "utf-8:strict"),
        (os.fsdecode(b"Qu\xe9 aconsej\xf3 Rutte?"), "utf-8:surrogateescape"),
    ],
)
def test_json_is_utf_8_whatever_the_terminal_writes(
    article_index: Path, question: str, encoding: str
) -> None:
    arguments = ("-i", str(article_index))
    done = run("ask", question, "--json", *arguments, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.sub("[\ud800-\udfff]", "\ufffd", question)
    assert json.loads(done.stdout)["question"] == shown
    assert run("verify", "-", *arguments, stdin=done.stdout).returncode == 0


def test_what_the_terminal_cannot_write_is_replaced(article_index: Path) -> None:
    asked = ("ask", "Что сказал Рютте?", "--explain", "-i", str(article_index))
    done = run(*asked, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Oekra?ne" in done.stdout


def test_a_refusal_has_its_own_exit_code_and_shows_the_nearest(article_index: Path) -> None:
    done = run("ask", "Was kostet ein Brot?", "-i", str(article_index))
    assert done.returncode == 3
    assert done.stdout.startswith("Das steht nicht in den Texten.")
    assert "Am nächsten, keine Antwort: " in done.stdout


def test_a_threshold_can_be_set(article_index: Path) -> None:
    done = run("ask", "Wat adviseerde Rutte?", "--threshold", "1", "-i", str(article_index))
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", "   "], 1, "blank"),
        (["ask", "x" * 1001], 1, "1001 characters"),
        (["ask", "Wie?", "--index", "nowhere"], 1, "qa build"),
        (["build", "nowhere"], 1, "nowhere"),
        (["ask"], 2, "Missing argument"),
        (["fly"], 2, "No such command"),
        (["ask", "Wie?", "--threshold", "2"], 2, "threshold"),
        (["ask", "Wie?", "--threshold", "nan"], 2, "threshold"),
        (["eval", "--own", "-5"], 2, "own"),
        (["eval", os.devnull], 1, "no question"),
        (["eval", "--own", "3", "--picture", "p.xyz"], 1, "'p.xyz'"),
        (["eval", "--own", "3", "--picture", "nowhere/p.png"], 1, "'nowhere/p.png'"),
    ],
)
def test_what_goes_wrong_is_one_line(
    article_index: Path, arguments: list[str], code: int, message: str
) -> None:
    if "--index" not in arguments and arguments[0] == "ask":
        arguments = [*arguments, "--index", str(article_index)]
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["ask", "verify"])
@pytest.mark.parametrize(
    ("pipe", "message"),
    [("<&-", "closed"), ("<<< $'Qu\\xe9 aconsej\\xf3 Rutte?'", "codec")],
)
def test_a_pipe_that_cannot_be_read_is_named(
    article_index: Path, command: str, pipe: str, message: str
) -> None:
    done = subprocess.run(
        ["bash", "-c", f'"$0" -m qa {command} - -i "$1" {pipe}', sys.executable, article_index],
        cwd=PROJECT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert message in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("shown", [("ask", "Wat?"), ("ask", "Wat?", "--json"), ("--help",)])
def test_a_full_disk_is_one_line(
    article_index: Path, shown: tuple[str, ...], unbuffered: str
) -> None:
    command = [sys.executable, "-m", "qa", *shown]
    if shown[0] == "ask":
        command += ["-i", str(article_index)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            text=True,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    message = "qa: the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_a_damaged_index_is_named(tmp_path: Path) -> None:
    Layout(tmp_path).database.write_bytes(b"noise" * 1000)
    done = run("ask", "Wie?", "--index", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "damaged" in done.stderr
    assert "qa build" in done.stderr


def test_a_build_prints_what_changed(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("De haven gaat om zes uur open.\n")
    (docs / "b.txt").write_bytes(b"\x00\x01")
    first = run("build", "--dry-run", cwd=tmp_path)
    assert first.returncode == 1
    assert "+ a.txt" in first.stdout
    assert not (tmp_path / "index").exists()
    second = run("build", cwd=tmp_path)
    assert second.returncode == 1
    assert "+1 ~0 -0" in second.stdout
    assert "b.txt" in second.stderr
    (docs / "b.txt").unlink()
    third = run("build", cwd=tmp_path)
    assert third.returncode == 0
    assert "+0 ~0 -0" in third.stdout
    assert "0 passages encoded" in third.stdout
    assert run("ask", "Hoe laat gaat de haven open?", cwd=tmp_path).returncode == 0


def test_hostile_text_does_not_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    text = "The password is \x1b[2J\x1b]0;owned\x07 secret [red]word[/red] \u202etxet."
    (tmp_path / "docs" / "a.txt").write_text(text + "\n")
    run("build", cwd=tmp_path)
    done = run("ask", "What is the password?", "--threshold", "0", cwd=tmp_path)
    assert "[red]word[/red]" in done.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)


def test_a_line_break_in_a_name_does_not_make_up_a_line(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a\n+ fake.txt").write_text("De haven gaat om zes uur open.\n")
    (tmp_path / "docs" / "b\n! fake.txt").write_bytes(b"\x00\x01\x02" * 100)
    done = run("build", "--dry-run", cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "+ a\\n+ fake.txt"
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr.startswith("! b\\n! fake.txt: ")
    assert len(done.stderr.splitlines()) == 1


HEAVY = ("torch", "sentence_transformers", "gradio", "transformers", "fastapi")


@pytest.mark.parametrize(
    "code",
    [
        "import qa",
        "sys.argv = ['qa', '--help']; from qa.cli import app; app(standalone_mode=False)",
        "import qa; qa.Bot.open(sys.argv[1]).ask('Wat adviseerde Rutte?')",
    ],
)
def test_the_heavy_libraries_stay_out(article_index: Path, code: str) -> None:
    program = f"import sys\n{code}\nprint([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program, str(article_index)],
        cwd=PROJECT,
        text=True,
        capture_output=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", [(), ("ask",), ("build",), ("chat",)])
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_the_reasons_are_shown(article_index: Path) -> None:
    done = run("ask", "What did Macron say?", "--explain", "-i", str(article_index))
    assert done.returncode == 3
    assert "refuses: the threshold is" in done.stdout
    assert "nowhere: " in done.stdout
    assert "macron" in done.stdout


def test_a_period_narrows_the_search(article_index: Path) -> None:
    question = ("ask", "what did Rutte advise?", "-i", str(article_index))
    assert run(*question, "--after", "2025-03", "--before", "2025").returncode == 0
    assert run(*question, "--after", "2025-04").returncode == 3
    wrong = run(*question, "--after", "yesterday")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)


def test_answers_are_measured(article_index: Path, tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "Wat adviseerde Rutte?", "answers": ["een manier vinden"]}\n')
    picture = tmp_path / "p.svg"
    done = run("eval", str(file), "-i", str(article_index), "--picture", str(picture))
    assert done.returncode == 0
    assert "sentence first" in done.stdout
    assert picture.read_text().lstrip().startswith("<?xml")
    figures = json.loads(run("eval", "--own", "3", "--json", "-i", str(article_index)).stdout)
    assert figures["questions"] == 3
    assert run("eval", "-i", str(article_index)).returncode == 2
    # What was asked is not lost with the picture.
    taken = tmp_path / "taken.png"
    taken.mkdir()
    undrawn = run("eval", str(file), "--json", "-i", str(article_index), "--picture", str(taken))
    assert (undrawn.returncode, undrawn.stderr.count("\n")) == (1, 1)
    assert json.loads(undrawn.stdout)["questions"] == 1


def test_the_chat_builds_says_its_address_and_ends_cleanly(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("De haven gaat om zes uur open.\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "qa", "chat", "--port", "47860"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    # Where this is the first to use the model, unpacking it is said before.
    assert any("http://127.0.0.1:47860/" in line for line in process.stderr)
    second = run("chat", "--port", "47860", cwd=tmp_path)
    assert second.returncode == 1
    assert "47860" in second.stderr
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "+1 ~0 -0" in shown
