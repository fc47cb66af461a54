"""What readers say of an answer, kept on this machine as JSON lines.

```
FOLDER/
├── labelled.jsonl     questions whose right sentence a reader named: `qa eval` reads it as it is
└── complaints.jsonl   answers that a reader called wrong, or quoted from the wrong place
```
"""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from qa import chat
from qa.dates import period
from qa.errors import DocumentError, QAError, StorageError

LABELLED = "labelled.jsonl"
COMPLAINTS = "complaints.jsonl"

LARGEST = 10_000_000
"""Bytes of one of the files; whoever may ask may judge, and shall not fill the disk."""


class NoFeedbackError(QAError):
    """Judgements are not kept here."""


class Judgement(BaseModel):
    """What a reader says of the answer to a question.

    `right` names the sentence that answers it, or none where the texts rightly do not say.
    """

    question: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)
    ]
    verdict: Literal["right", "wrong", "wrong_source"]
    document: str | None = Field(default=None, max_length=4096)
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)
    after: str = ""
    before: str = ""
    """The period that the question was kept to: outside of it the texts may say something else."""


def routes(bot: chat.Asking, folder: Path | None) -> APIRouter:
    """Return the route that takes judgements; without a folder it refuses them."""
    router = APIRouter()
    lock = threading.Lock()

    @router.post("/api/feedback")
    def judge(judgement: Judgement) -> dict[str, str]:
        if folder is None:
            raise NoFeedbackError("judgements are not kept here")
        with lock:
            _append(folder / _file(judgement), _line(bot, judgement))
        return {"status": "kept"}

    return router


def _file(judgement: Judgement) -> str:
    return LABELLED if judgement.verdict == "right" else COMPLAINTS


def _line(bot: chat.Asking, judgement: Judgement) -> str:
    """Return one line of JSON; the quote is cut from the text as indexed, never what was sent."""
    quote = ""
    if judgement.document is not None:
        quote = bot.document(judgement.document).text[judgement.start : judgement.end]
        if not quote.strip():  # as a label, it would say that the texts do not answer
            raise DocumentError("no words of {!r} are named", judgement.document)
    after, before = period(judgement.after or None, judgement.before or None)
    return json.dumps(
        {
            "question": judgement.question,
            "answers": [quote] if quote else [],
            "document": judgement.document,
            "after": after,
            "before": before,
            "verdict": judgement.verdict,
            "index_version": bot.status().index_version,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )


def _append(file: Path, line: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as opened:
            if opened.tell() > LARGEST:
                raise StorageError("{!r} is full; move it away to keep more judgements", str(file))
            opened.write(line + "\n")
    except OSError as error:
        raise StorageError("{!r} cannot be written ({})", str(file), error.strerror) from error
