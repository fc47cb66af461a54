"""What a follow-up question asks about. Pure: no model, no index.

"En Trump?" after "Wat adviseerde Rutte?" is searched as "Wat adviseerde Trump?"; "Why?" is searched
together with the question before it. What was searched is always shown (`Answer.searched_for`), and
a question that stands on its own is never touched.
"""

import re

from qa.language import language, names

_WORD = re.compile(r"[\w'\u2019-]+")

_OPENINGS = "and but or en maar of und aber oder et mais ou y e pero o"
OPENINGS = frozenset(_OPENINGS.split())
"""A question of a few words that begins with one of these goes on from the one before it."""

_POINTERS = {
    "en": "he she it they him her them his their that this those these there then",
    "nl": "hij zij ze hem haar hun hen dat die dit deze daar toen ervan erover",
    "de": "er sie es ihm ihn ihr ihnen das dies diese da dort damals davon darüber",
    "fr": "il elle ils elles lui leur cela ça ce celui y en alors",
    "es": "él ella ellos ellas eso esto ese esa entonces allí",
}
POINTERS = {name: frozenset(words.split()) for name, words in _POINTERS.items()}
"""Words that stand for something said before, by language: what is "he" in one ("er" in German) is
next to nothing in another (Dutch: "Wat gebeurde er?")."""

SHORT = 3
"""A question of so few words, none of them a name or a number, asks about the one before it."""


def complete(question: str, previous: str | None) -> str:
    """Return what is to be searched for `question`, asked after `previous`.

    Args:
        question: as it was asked.
        previous: what was searched for the question before it, or None at the beginning.
    """
    if previous is None or not is_follow_up(question):
        return question
    new, old = names(question), names(previous)
    if len(new) == len(old) == 1 and _opening(question):
        return re.sub(rf"(?<!\w){re.escape(old[0])}(?!\w)", new[0], previous)
    return f"{previous} {question}"


def is_follow_up(question: str) -> bool:
    """Return whether a question cannot be understood without the one before it."""
    words = _WORD.findall(question)
    if _opening(question):
        return len(words) <= SHORT + 1
    if names(question):
        return False
    pointers = POINTERS.get(language(question, default=""), frozenset())
    return len(words) <= SHORT or any(word.casefold() in pointers for word in words)


def _opening(question: str) -> bool:
    words = _WORD.findall(question)
    return bool(words) and words[0].casefold() in OPENINGS
