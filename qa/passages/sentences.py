"""A paragraph to sentences, by sentencex; every sentence is bounded, nothing is lost."""

import re
from collections.abc import Iterable, Iterator

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped] # ships no types

from qa.documents.punctuation import CLOSERS, OPENERS, STOPS

Span = tuple[int, int]
"""Start and end."""

MAX_SENTENCE = 600
"""Characters above which a sentence is cut between its clauses."""

LONG_QUOTATION = 0.4
"""Share of the longest sentence above which one is cut within its quotation marks too: sentencex
keeps a quotation whole, and one of five sentences answers no question in particular."""

WINDOW = 4000
"""Characters that sentencex gets at a time. It needs time quadratic in the quotation marks that
nothing closes: 5 s for 100,000 of them."""

MOST_QUOTES = 0.1
"""Share of quotation marks above which they are noise, and are hidden from sentencex."""

_MARKS = re.compile(f"[{re.escape(OPENERS + CLOSERS)}`(\\[（《》〈〉【]")
_CLOSING = re.compile(rf"[{re.escape(CLOSERS)}]+(?=\s|$)|\[[^\[\]\n]{{1,40}}\]")
_OPENED = re.compile(rf"\s[{re.escape(OPENERS)}([]$")
_ORDINAL = re.compile(
    r"\b(?:i[mn]|am|zum|vom|bis|d[eia][rnsme]|des|und|\w+en) \d{1,2}\.$", re.IGNORECASE
)
_INITIAL = re.compile(r"(?<![^\s.(-])([^\W\d_])\.$")
_ELISION = re.compile(r"(?<!\w)'(?=(?:[stnkmr]|ns)\b|\d\d\b)")
"""An apostrophe and no quotation: Dutch 's avonds, '97."""

_NO_ABBREVIATIONS = {
    name: re.compile(rf"(?<![\w.])(?:{words})(?=\.\s+[^\W\d_])")
    for name, words in {
        "de": "mich|Art",
        "es": "no|contra|bien|para|sobre|tras|entre|ante|con|extra",
        "fr": "vol|sec",
        "nl": "dat|pas|hand|me|vol|best|pers|top|bel|app|ver",
    }.items()
}
"""Words that sentencex takes for abbreviations, and that end sentences every day."""

_ABBREVIATIONS = {
    name: re.compile(rf"(?:^|[\s(«’'])(?:{words})\.$", re.IGNORECASE)
    for name, words in {
        "ar": "د|أ|م",
        "el": "αλ|χρ|λεωφ|αρ",
        "fr": "mgr|gén|st|ste|bd",
        "hi": "डॉ|प्रो|पं|श्री",
        "it": "sig|dott|on|prof|avv|mons",
        "th": r".*",
    }.items()
}
"""Those that it does not know. In Thai a full stop ends no sentence."""

_ONE = re.compile(r"\w[\w ,'’-]*+(?<=\w)[.!?]?")
"""What is one sentence at sight, as single lines mostly are: no mark within it can end one."""

_STOP = re.compile(rf"[{re.escape(STOPS)}]\s*|\n")
_CLAUSE = re.compile(rf"[;:,،؛、，；：—–][{re.escape(CLOSERS)}]*\s*|\s-\s")
_SPACE = re.compile(r"\s+")


def sentences(text: str, language: str, most: int = MAX_SENTENCE) -> list[Span]:
    """Return the sentences of a paragraph, in order and without overlap.

    Every character that is not white space is in one, and none begins or ends with white space.

    Args:
        text: the paragraph.
        language: ISO 639-1, for its abbreviations; an unknown one does no harm.
        most: characters of the longest sentence.
    """
    if len(text) <= most and _ONE.fullmatch(text):
        return [(0, len(text))]
    return [
        piece
        for window in _windows(text)
        for sentence in _divided(text, window, language)
        for part in _unquoted(text, sentence, language, most)
        for piece in _bounded(text, part, most)
    ]


def _windows(text: str) -> Iterator[Span]:
    start = 0
    while len(text) - start > WINDOW:
        end = _cut(text, start, start + WINDOW, _STOP)
        yield start, end
        start = end
    yield start, len(text)


def _divided(text: str, span: Span, language: str, *, quotes: bool = True) -> Iterator[Span]:
    """Yield the sentences of a part of a text; quotations stay whole unless `quotes` is false."""
    start, end = span
    shown = text[start:end]
    if not quotes or len(_MARKS.findall(shown)) > MOST_QUOTES * len(shown):
        shown = _MARKS.sub(" ", shown)
    shown = _ELISION.sub("’", shown)
    if language in _NO_ABBREVIATIONS:  # another word of that length stands in
        shown = _NO_ABBREVIATIONS[language].sub(lambda word: "q" * len(word[0]), shown)
    found = get_sentence_boundaries(language, shown)
    cuts = [_moved(text, start + one["end_index"]) for one in found[:-1]]
    kept = [cut for cut in cuts if start < cut < end and not _goes_on(text, cut, language)]
    yield from _spans(text, [start, *sorted(set(kept)), end])


def _spans(text: str, cuts: Iterable[int]) -> Iterator[Span]:
    """Yield what lies between cuts, without outer white space, where anything does."""
    start: int | None = None
    for cut in cuts:
        if start is not None:
            piece = text[start:cut]
            if words := piece.strip():
                first = start + len(piece) - len(piece.lstrip())
                yield first, first + len(words)
        start = cut


def _moved(text: str, cut: int) -> int:
    """Return a cut that leaves closing marks to what is before, and an opening one to the next."""
    if not text[cut - 1].isspace() and (closing := _CLOSING.match(text, cut)):
        return closing.end()
    if not text[cut : cut + 1].isspace() and _OPENED.search(text, max(0, cut - 2), cut):
        return cut - 1
    return cut


def _goes_on(text: str, cut: int, language: str) -> bool:
    """Return whether nothing ends at a cut.

    So it is before a small letter, and after an abbreviation, an initial or, in German, an ordinal
    number.
    """
    before, after = text[max(0, cut - 40) : cut], text[cut : cut + 40]
    ended, begun = before.rstrip(), after.lstrip()
    if "\n" in before[len(ended) :] or "\n" in after[: len(after) - len(begun)]:
        return False
    if begun[:1].islower():
        return True
    if language in _ABBREVIATIONS and _ABBREVIATIONS[language].search(ended):
        return True
    if initial := _INITIAL.search(ended[-3:]):
        return initial[1].isupper()
    return language == "de" and bool(_ORDINAL.search(ended))


def _unquoted(text: str, span: Span, language: str, most: int) -> Iterable[Span]:
    if span[1] - span[0] <= LONG_QUOTATION * most:
        return (span,)
    return _divided(text, span, language, quotes=False)


def _bounded(text: str, span: Span, most: int) -> Iterable[Span]:
    """Return a sentence, in pieces where it is longer than it may be."""
    start, end = span
    if end - start <= most:
        return (span,)
    cuts = [start]
    while end - cuts[-1] > most:
        cuts.append(_cut(text, cuts[-1], cuts[-1] + most, _CLAUSE))
    return _spans(text, [*cuts, end])


def _cut(text: str, start: int, end: int, wanted: re.Pattern[str]) -> int:
    """Return the last place for a cut in the second half of a span: wanted, a space, or its end."""
    middle = (start + end) // 2
    for pattern in (wanted, _SPACE):
        places = [match.end() for match in pattern.finditer(text, middle, end)]
        if places:
            return places[-1]
    return end
