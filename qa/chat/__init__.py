"""The chat page: layout, rendering, escaping. `mount` puts it into a web application."""

from qa.chat.asking import Asking
from qa.chat.environment import SILENT
from qa.chat.page import STYLE, mount
from qa.chat.surroundings import missing_text, whole_text
from qa.chat.texts import Adding, list_page
from qa.chat.words import words_for

__all__ = [
    "SILENT",
    "STYLE",
    "Adding",
    "Asking",
    "list_page",
    "missing_text",
    "mount",
    "whole_text",
    "words_for",
]
