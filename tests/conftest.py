"""What several test files use; nothing here ever asks the network."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

# A busy machine is no finding.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

os.environ["HF_HUB_OFFLINE"] = "1"

# The model is unpacked anew for each run, as on a machine that never ran it.
CACHE = tempfile.mkdtemp(prefix="qa-cache-")
os.environ["QA_CACHE_DIR"] = CACHE
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def article_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of the project's own `docs/`, by the packaged model."""
    from qa.build import build  # noqa: PLC0415 - only where a model runs

    folder = tmp_path_factory.mktemp("article") / "index"
    build(PROJECT / "docs", folder)
    return folder
