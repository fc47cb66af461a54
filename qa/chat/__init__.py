"""The chat page: layout, rendering, escaping. `mount` puts it into a web application."""

from qa.chat.asking import ALWAYS, Asking, Period
from qa.chat.environment import SILENT
from qa.chat.messages import message
from qa.chat.page import STYLE, mount
from qa.chat.surroundings import missing_text, refused_page, whole_text
from qa.chat.texts import Adding, list_page
from qa.chat.words import words_for

__all__ = [
    "ALWAYS",
    "SILENT",
    "STYLE",
    "Adding",
    "Asking",
    "Period",
    "list_page",
    "message",
    "missing_text",
    "mount",
    "refused_page",
    "whole_text",
    "words_for",
]
