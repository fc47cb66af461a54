"""Every claim of the README that can be run is run."""

import hashlib
import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.test_cli import run

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path, article_index: Path) -> Path:
    """Return a folder like a fresh copy of the project, its index built."""
    (tmp_path / "docs").symlink_to(PROJECT / "docs")
    (tmp_path / "index").symlink_to(article_index)
    return tmp_path


@pytest.mark.model
@pytest.mark.parametrize("block", _blocks("console"), ids=lambda block: block.splitlines()[0])
def test_a_command_prints_what_the_readme_shows(project: Path, block: str) -> None:
    command, _, shown = block.partition("\n")
    done = run(*shlex.split(command.removeprefix("$ qa ")), cwd=project)
    times = re.compile(r"\d+\.\d s\)")
    assert times.sub("s)", shown).strip() in times.sub("s)", done.stdout)


@pytest.mark.model
def test_the_python_example_runs(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = _blocks("python")
    monkeypatch.chdir(project)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own README
    shown = capsys.readouterr().out
    assert shown.startswith("answered 0.")
    assert "rutte-zelensky-trump.txt" in shown
    assert shown.endswith("What did Trump advise?\n")


def test_ci_runs_the_readmes_test_command() -> None:
    assert "grep -m1 '&& pytest' README.md" in (PROJECT / ".ci" / "run").read_text()
    assert '\npip install -e ".[dev]" && pytest --cov\n' in README
    assert "\npip install . && qa chat\n" in README


def test_the_first_article_is_there_byte_for_byte() -> None:

    article = (PROJECT / "docs" / "rutte-zelensky-trump.txt").read_bytes()
    assert hashlib.sha256(article).hexdigest() == ARTICLE


ARTICLE = "e4fe12d2f5b682325f1313645d9988354dd4d1b0fc31257ab7d0293ac2852326"
