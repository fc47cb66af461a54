"""The answer in the conversation: the quotes, a refusal or an error, and what is copied. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from qa.answer import Answer, Citation
from qa.chat.asking import ALWAYS, Period
from qa.chat.escaping import escape, marked, plain
from qa.chat.evidence import evidence, facts, stretch, text_link
from qa.chat.phrases import confidence_phrase, count_phrase, period_phrase
from qa.chat.words import Words
from qa.documents import show_date
from qa.passages import Hit

_WORDS = '<mark class="qa-words">'
"""What the words of a quote that answer stand in."""
_LONG_WORD = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the page shows of one question, as HTML that holds nothing but escaped text."""

    turn: int
    """The question's number on the page that asked it."""
    reply: str
    evidence: str
    done: bool
    searched: str = ""
    """What was searched for: what a judgement of it and a link to it are about."""


def stream(
    turn: int,
    answer: Answer,
    words: Words,
    suggestions: tuple[str, ...],
    period: Period = ALWAYS,
) -> Iterator[Reply]:
    """Yield the reply as it grows: first the sources, then quote after quote, each whole so far."""
    panel = evidence(answer, words)
    within = _within(period, words)
    made = partial(Reply, turn=turn, searched=answer.searched_for)
    if answer.outcome == "answered":
        for count in range(len(answer.citations)):
            part = _answered(answer, answer.citations[:count], words, complete=False)
            yield made(reply=within + part, evidence=panel, done=False)
        whole = _answered(answer, answer.citations, words, complete=True)
    elif answer.outcome == "index_empty":
        whole = _nothing(words.index_empty, words.index_empty_more)
    elif answer.passages or not period:
        whole = _refused(answer, words, suggestions)
    else:
        whole = _nothing(words.period_empty, words.undated)
    panel = panel if answer.passages else ""
    yield made(reply=within + whole, evidence=panel, done=True)


def failure(turn: int, message: str, words: Words) -> Reply:
    """Return the reply to a question that could not be asked."""
    body = (
        f'<div class="qa-failure" role="alert"><p class="qa-verdict">{escape(words.failed)}</p>'
        f'<p dir="auto">{escape(message)}</p></div>'
    )
    return Reply(turn=turn, reply=body, evidence="", done=True)


def clean_text(answer: Answer, words: Words) -> str:
    """Return the answer as plain text with its sources, for the clipboard."""
    if not answer.citations:
        return plain(answer.text)
    quotes = "\n".join(f"“{quote.quote}” [{quote.number}]" for quote in answer.citations)
    sources = "\n".join(
        f"[{quote.number}] " + ", ".join(filter(None, _source(quote, words)))
        for quote in answer.citations
    )
    return plain(f"{quotes}\n\n{sources}")


def examples(suggestions: tuple[str, ...], words: Words) -> str:
    """Return buttons that ask the suggested questions, or nothing when there are none."""
    if not suggestions:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="qa-example" dir="auto" lang="">{escape(text)}</button>'
        for text in suggestions
    )
    return f'<p class="qa-label">{escape(words.examples)}</p><ul class="qa-examples">{buttons}</ul>'


def _source(quote: Citation, words: Words) -> tuple[str, ...]:
    return quote.title, show_date(quote.date, words.language), quote.document


def _answered(answer: Answer, quotes: tuple[Citation, ...], words: Words, *, complete: bool) -> str:
    shown = "".join(_quote(quote, words) for quote in quotes)
    sure = confidence_phrase(answer.confidence, words)
    actions = _actions(answer, words) if complete else ""
    return (
        f"{_searched(answer, words)}"
        f'<p class="qa-label">{escape(words.says)} <span class="qa-sure">{escape(sure)}</span></p>'
        f"{shown}{actions}"
    )


def _quote(quote: Citation, words: Words) -> str:
    label = f"{words.sources} {quote.number}: {quote.title}"
    stale = f'<span class="qa-stale">{escape(words.stale)}</span>' if quote.stale else ""
    note = f'<p class="qa-note" dir="auto">{escape(quote.note)}</p>' if quote.note else ""
    # The number stays on the line of the last word, unless that is as long as a line itself.
    before, space, end = quote.quote.rpartition(" ")
    if len(end) > _LONG_WORD:
        before, space, end = quote.quote, "", ""
    head = before + space
    first = len(quote.parts[0])
    last = first + len(quote.parts[1])
    return (
        '<figure class="qa-quote"><blockquote dir="auto" lang=""><p>'
        f"{marked(head, [(first, last)], _WORDS)}"
        f'<span class="qa-end">{marked(end, [(first - len(head), last - len(head))], _WORDS)}'
        f'<button type="button" class="qa-chip" data-number="{quote.number}" '
        f'aria-label="{escape(label)}">{quote.number}</button></span></p></blockquote>'
        f"<figcaption>{facts(quote.title, show_date(quote.date, words.language))} {stale}{note}"
        "</figcaption></figure>"
    )


def _refused(answer: Answer, words: Words, suggestions: tuple[str, ...]) -> str:
    nearest = _nearest(answer.passages[0], words) if answer.passages else ""
    searched = _entry(words.searched_for, answer.searched_for)
    nowhere = _entry(words.nowhere, ", ".join(answer.words_missing))
    return (
        f'<div class="qa-refusal"><p class="qa-verdict">{escape(words.not_in_texts)}</p>'
        f"<p>{escape(words.not_in_texts_more)}</p>"
        f"<dl>{searched}{nowhere}</dl>{_alone(answer, words)}{nearest}</div>"
        f"{examples(suggestions, words)}{_actions(answer, words)}"
    )


def _entry(term: str, text: str) -> str:
    return f'<dt>{escape(term)}</dt><dd dir="auto">{escape(text)}</dd>' if text else ""


def _searched(answer: Answer, words: Words) -> str:
    """Return what a follow-up question was completed to, and the way back."""
    alone = _alone(answer, words)
    if not alone:
        return ""
    return (
        f'<p class="qa-searched" dir="auto">{escape(words.searched_for)}: '
        f"<q>{escape(answer.searched_for)}</q>{alone}</p>"
    )


def _alone(answer: Answer, words: Words) -> str:
    """Return a button that asks a completed question again as it was typed."""
    if answer.searched_for.strip() == answer.question.strip():
        return ""
    return f' <button type="button" data-action="alone">{escape(words.alone)}</button>'


def _nearest(hit: Hit, words: Words) -> str:
    passage = hit.passage
    link = text_link(passage.document, passage.start, passage.end)
    return (
        f'<figure class="qa-nearest"><p class="qa-label">{escape(words.nearest)}</p>'
        f'<p class="qa-passage" dir="auto" lang="">{escape(passage.text)}</p>'
        f"<figcaption>{facts(hit.title, show_date(hit.date, words.language))} · "
        f'<a class="qa-open" href="{escape(link)}" target="_blank" rel="noopener">'
        f"{escape(words.open_text)}</a></figcaption></figure>"
    )


def _nothing(verdict: str, more: str) -> str:
    return (
        f'<div class="qa-refusal"><p class="qa-verdict">{escape(verdict)}</p>'
        f"<p>{escape(more)}</p></div>"
    )


def _within(period: Period, words: Words) -> str:
    """Return which texts were looked at where it was not all, and the way to all."""
    if not period:
        return ""
    only = words.only_texts.format(period=period_phrase(period, words))
    return (
        f'<p class="qa-searched">{escape(only)} '
        f'<button type="button" data-action="always">{escape(words.all_texts)}</button></p>'
    )


def _actions(answer: Answer, words: Words) -> str:
    count = count_phrase(len(answer.passages), words.one_passage, words.many_passages, words)
    return (
        '<p class="qa-actions">'
        f'<button type="button" data-action="copy" data-text="{escape(clean_text(answer, words))}">'
        f"{escape(words.copy)}</button>"
        f'<button type="button" data-action="link">{escape(words.link)}</button>'
        f'<button type="button" data-action="sources">{escape(words.sources)} '
        f'<span class="qa-facts">{escape(count)}</span></button>{_verdicts(answer, words)}</p>'
    )


def _verdicts(answer: Answer, words: Words) -> str:
    """Return the buttons that judge an answer by its first quote; shown where that is kept."""
    verdicts = [("right", words.right), ("wrong", words.wrong)]
    if answer.citations:
        verdicts.append(("wrong_source", words.wrong_source))
    where = stretch(*_first(answer)) if answer.citations else ""
    return "".join(
        f'<button type="button" class="qa-judge" data-verdict="{verdict}"{where}>'
        f"{escape(word)}</button>"
        for verdict, word in verdicts
    )


def _first(answer: Answer) -> tuple[str, int, int]:
    quote = answer.citations[0]
    return quote.document, quote.start, quote.end
