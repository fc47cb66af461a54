"""A document to passages, with their headings."""

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from statistics import median

from qa.documents import Document
from qa.documents.punctuation import is_closed
from qa.documents.titles import is_headline
from qa.passages.languages import language_of
from qa.passages.passage import Passage
from qa.passages.sentences import MAX_SENTENCE, Span, sentences

MAX_PASSAGE = 1200
"""Characters of a paragraph above which it becomes several passages: about 300 of the 512 tokens
that an encoder reads."""

DENSE = 3
"""Times as many tokens a character has in Chinese and Japanese; passages are as much shorter."""

MAX_SENTENCES = 200

MAX_HEADINGS = 3
"""Headings right below each other that still are headings; more of them are a list."""

WRAPPED = range(40, 131)
"""Usual length of a line where long lines were broken by a program, and are no paragraphs."""

_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_BLANK = re.compile(r"\n[^\S\n]*\n")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or a heading."""

    start: int
    end: int
    heading: bool


def split(document: Document) -> tuple[Passage, ...]:
    """Return the passages of a document, in order; every word is in one or in a heading.

    A paragraph is what stands between blank lines; where a text has none, each of its lines. A
    heading (`qa.documents.titles.is_headline`) is no passage but goes with those below it. One with
    nothing below it, and each but the last of more than `MAX_HEADINGS` right below each other,
    would be lost to searching, so it is a passage. A paragraph of more than `MAX_PASSAGE`
    characters or `MAX_SENTENCES` sentences becomes several passages of like length.
    """
    text = document.text
    language = document.language or language_of(text)
    passages: list[Passage] = []
    heading = ""
    for headings, block in _sections(_blocks(text)):
        if headings:
            heading = " · ".join(text[part.start : part.end] for part in headings)
        for start, end, spans in _pieces(text, block, language):
            passages.append(
                Passage(
                    document=document.path,
                    start=start,
                    end=end,
                    text=text[start:end],
                    heading=heading,
                    sentences=spans,
                )
            )
    return tuple(passages)


def _sections(blocks: Iterable[_Block]) -> Iterator[tuple[list[_Block], _Block]]:
    """Yield each block that becomes passages, with the headings right above it."""
    waiting: list[_Block] = []
    for block in blocks:
        if block.heading:
            waiting.append(block)
            continue
        if len(waiting) > MAX_HEADINGS:
            yield from (([], listed) for listed in waiting[:-1])
            waiting = waiting[-1:]
        yield waiting, block
        waiting = []
    yield from (([], left) for left in waiting)


def _blocks(text: str) -> Iterator[_Block]:
    """Yield the paragraphs and headings of a text, in order."""
    if _BLANK.search(text.strip()) or _is_wrapped(text):
        groups = _groups_of_lines(text)
    else:
        groups = ((*line, 1) for line in _lines(text))
    for start, end, count in groups:
        yield _Block(start, end, heading=count == 1 and is_headline(text[start:end]))


def _groups_of_lines(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield what stands between blank lines: start, end and number of lines."""
    start = end = count = 0
    for first, last in _lines(text):
        if count and text.count("\n", end, first) > 1:
            yield start, end, count
            count = 0
        start, end, count = first if count == 0 else start, last, count + 1
    if count:
        yield start, end, count


def _lines(text: str) -> Iterator[Span]:
    """Yield each line that is not blank, without outer white space."""
    return (match.span() for match in _LINE.finditer(text))


def _is_wrapped(text: str) -> bool:
    """Return whether lines without a blank one between them are one paragraph."""
    closed = sum(is_closed(text[max(start, end - 8) : end]) for start, end in _lines(text))
    lengths = array("l", (end - start for start, end in _lines(text)))
    return closed * 2 < len(lengths) and int(median(lengths)) in WRAPPED


def _pieces(text: str, block: _Block, language: str) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
    """Yield the passages of a block: start, end, and the sentences counted from the start."""
    paragraph = text[block.start : block.end]
    dense = not paragraph.isascii() and len(_WIDE.findall(paragraph)) * 2 > len(paragraph)
    scale = DENSE if dense else 1
    spans = sentences(paragraph, language, MAX_SENTENCE // scale)
    if len(spans) == 1:
        ((start, end),) = spans
        yield block.start + start, block.start + end, _whole(end - start)
        return
    for group in _groups(spans, MAX_PASSAGE // scale):
        start, end = group[0][0], group[-1][1]
        yield (
            block.start + start,
            block.start + end,
            tuple((first - start, last - start) for first, last in group),
        )


@cache
def _whole(length: int) -> tuple[Span, ...]:
    """Return the sentences of a passage that is one: the same object for each of its length.

    In a text of nothing but short lines that saves a third of the memory that its passages take
    (`python -m tests.benchmarks.sentences`).
    """
    return ((0, length),)


def _groups(spans: list[Span], most: int) -> Iterator[list[Span]]:
    """Yield runs of sentences of about the same length, none much longer than `most`."""
    length = spans[-1][1] - spans[0][0]
    target = length / -(-length // most)
    group: list[Span] = []
    for start, end in spans:
        if group and ((start + end) / 2 - group[0][0] > target or len(group) == MAX_SENTENCES):
            yield group
            group = []
        group.append((start, end))
    yield group
