"""The error tree: everything that can go wrong with input, files, models and ports.

QAError
├── QuestionError          blank, too long, or cannot be read
├── DocumentError          a text that cannot be read; says which and why
├── AnswerError            an answer object that is handed in is none
├── EncoderError           a model that cannot be found, loaded or run
├── IndexMissingError      no index in that folder yet
├── IndexDamagedError      the index was altered or cut off
├── IndexMismatchError     made by another encoder or another format version
├── IndexBusyError         another process keeps the index locked
├── StorageError           the disk is full, or the folder is not writable
└── ServerError            the address cannot be listened on

Each message names the thing, its value and the way out. `cli.main` turns a `QAError` into one line
on stderr; any other exception is a bug and shows its traceback.
"""

from typing_extensions import override


class QAError(Exception):
    """Any error whose cause is outside this program.

    What is given after the message is filled into its `{}`: apart, a page can say it in its own
    language (`qa.chat.messages`).
    """

    @override
    def __str__(self) -> str:
        message, *values = self.args or ("",)
        return str(message).format(*values) if values else str(message)


class QuestionError(QAError):
    """The question is blank or too long, or cannot be read."""


class DocumentError(QAError):
    """A text cannot be read."""


class AnswerError(QAError):
    """An answer object that is handed in is none."""


class EncoderError(QAError):
    """A model cannot be found, loaded or run."""


class IndexMissingError(QAError):
    """There is no index in that folder."""


class IndexDamagedError(QAError):
    """The files of the index were altered or cut off."""


class IndexMismatchError(QAError):
    """The index was made by another encoder or another format version."""


class IndexBusyError(QAError):
    """Another process keeps the index locked."""


class StorageError(QAError):
    """The disk is full, or the folder is not writable."""


class ServerError(QAError):
    """The address cannot be listened on."""
