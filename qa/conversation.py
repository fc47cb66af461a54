"""What a follow-up question asks about. Pure: no model, no index.

"En Trump?" after "Wat adviseerde Rutte?" is searched as "Wat adviseerde Trump?"; "Why?" is searched
together with the question before it. What was searched is always shown (`Answer.searched_for`), and
a question that stands on its own is never touched.
"""

import re

from qa.language import UNSPACED, is_function_word, language, name_spans

_WORD = re.compile(r"[\w'\u2019-]+")
_POSSESSIVE = re.compile(r"['\u2019]s?$")

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

_BEFORE = {
    "en": "in at on to from of for with by about during",
    "nl": "in op te met voor door bij naar uit over aan van tijdens",
    "de": "in im an am auf mit von vom zu zum zur bei nach über für aus",
    "fr": "à au aux en dans sur pour par avec de du des d",
    "es": "en con para por sobre de del a al",
}
BEFORE = {name: frozenset(words.split()) for name, words in _BEFORE.items()}
"""Words before a name that is a place or a time more often than somebody, by language."""

_ARTICLES = "the a an de het een der die das den dem le la les l el los las"
ARTICLES = frozenset(_ARTICLES.split())
ABOUT = frozenset(["what", "hoe", "zit", "was", "ist", "qué", "hay"])
"""Of "and what about", in several languages: nothing is asked by it."""

SHORT = 3
"""A question of so few words, none of them a name or a number, asks about the one before it."""
UNSPACED_SHORT = 4
"""Letters that are as little in a script without spaces: 什么时候."""

_SIDE_BY_SIDE = frozenset(["de", "nl"])
"""Where two names that follow each other may be two people: Was hat Rutte Selenskyj geraten?"""


def complete(question: str, previous: str | None) -> str:
    """Return what is to be searched for `question`, asked after `previous`.

    Args:
        question: as it was asked.
        previous: what was searched for the question before it, or None at the beginning.
    """
    if previous is None or not is_follow_up(question):
        return question
    new = _names(question)
    old = _names(previous, apart=language(previous) in _SIDE_BY_SIDE)
    if len(new) == len(old) == 1 and _opening(question):
        (first, last), (start, end) = new[0], old[0]
        if _fits(question, first, previous, start):
            return previous[:start] + question[first:last] + previous[end:]
    return f"{previous} {question}"


def is_follow_up(question: str) -> bool:
    """Return whether a question cannot be understood without the one before it."""
    words = _words(question)
    names = name_spans(question)
    if _opening(question):
        # "And who is Starmer?" stands on its own, "And in London?" does not.
        return not _asked(question) if names else len(words) <= SHORT + 1
    if names:
        return False
    pointers = POINTERS.get(language(question, default=""), frozenset())
    return any(word in pointers for word in words) or _is_short(question, words)


def _is_short(question: str, words: list[str]) -> bool:
    if UNSPACED.search(question):
        return sum(map(str.isalpha, question)) <= UNSPACED_SHORT
    if question.upper() == question.lower():  # where no letter is a capital, no name is seen
        return len(words) <= 1
    if len(words) == SHORT and language(question, default="") in POINTERS:
        return all(map(is_function_word, words))  # "who is starmer?" has a name after all
    return len(words) <= SHORT


def _asked(question: str) -> list[str]:
    """Return the words behind the opening that are neither names nor say how a name stands."""
    little = BEFORE.get(language(question), frozenset()) | ARTICLES | ABOUT
    names = name_spans(question)
    return [
        word[0]
        for word in list(_WORD.finditer(question))[1:]
        if word[0].casefold() not in little
        and not any(start <= word.start() < end for start, end in names)
    ]


def _fits(question: str, new: int, previous: str, old: int) -> bool:
    """Return whether a name may stand where the other did: a time for a time, a place for one."""
    said = _words(question[:new])[1:]
    place = not ABOUT.intersection(said) and _is_place(said, question)
    alike = question[new].isdigit() == previous[old].isdigit()
    return alike and place == _is_place(_words(previous[:old]), previous)


def _is_place(before: list[str], question: str) -> bool:
    """Return whether the word before a name, but for articles, makes it a place or a time."""
    words = [word for word in before if word not in ARTICLES]
    return bool(words) and words[-1] in BEFORE.get(language(question), frozenset())


def _names(question: str, *, apart: bool = False) -> list[tuple[int, int]]:
    """Return where its names stand, without "'s"; words that follow each other are one or apart."""
    names: list[tuple[int, int]] = []
    for start, end in name_spans(question):
        shorter = start + len(_POSSESSIVE.sub("", question[start:end]))
        follows = names and not apart and start == names[-1][1] + 1
        names.append((names.pop()[0] if follows else start, shorter))
    return names


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _opening(question: str) -> bool:
    words = _words(question)
    return bool(words) and words[0] in OPENINGS
