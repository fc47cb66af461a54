"""A document to passages, with their headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


def _sections(blocks: Sequence[_Block]) -> Iterator[tuple[list[_Block], _Block]]:
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


def _blocks(text: str) -> list[_Block]:
    """Return the paragraphs and headings of a text, in order."""
    groups: list[list[Span]] = [[]]
    for line in _lines(text):
        if line is None:
            groups.append([])
        else:
            groups[-1].append(line)
    groups = [group for group in groups if group]
    if len(groups) == 1 and not _is_wrapped(text, groups[0]):
        groups = [[line] for line in groups[0]]
    return [
        _Block(
            group[0][0],
            group[-1][1],
            heading=len(group) == 1 and is_headline(text[slice(*group[0])]),
        )
        for group in groups
    ]


def _lines(text: str) -> Iterator[Span | None]:
    """Yield each line without outer white space, None for a blank one."""
    start = 0
    for line in text.split("\n"):
        words = line.strip()
        if words:
            first = start + len(line) - len(line.lstrip())
            yield first, first + len(words)
        else:
            yield None
        start += len(line) + 1


def _is_wrapped(text: str, lines: Sequence[Span]) -> bool:
    """Return whether lines without a blank one between them are one paragraph."""
    closed = sum(is_closed(text[max(start, end - 8) : end]) for start, end in lines)
    usual = median(end - start for start, end in lines)
    return closed * 2 < len(lines) and int(usual) in WRAPPED


def _pieces(text: str, block: _Block, language: str) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
    """Yield the passages of a block: start, end, and the sentences counted from the start."""
    paragraph = text[block.start : block.end]
    dense = len(_WIDE.findall(paragraph)) * 2 > len(paragraph)
    scale = DENSE if dense else 1
    spans = sentences(paragraph, language, MAX_SENTENCE // scale)
    for group in _groups(spans, MAX_PASSAGE // scale):
        start, end = group[0][0], group[-1][1]
        yield (
            block.start + start,
            block.start + end,
            tuple((first - start, last - start) for first, last in group),
        )


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
