"""The sources panel: the passages that were found, with the quoted sentences marked. Pure."""

from urllib.parse import urlencode

from qa.answer import Answer, Citation
from qa.chat.escaping import escape, marked
from qa.chat.phrases import (
    count_phrase,
    duration_phrase,
    match_phrase,
    nearness,
    percentage,
)
from qa.chat.words import Words
from qa.documents import show_date
from qa.passages import Hit, Passage


def evidence(answer: Answer, words: Words) -> str:
    """Return the panel of an answer: quoted passages first, then the others, each best first."""
    best = max((hit.score for hit in answer.passages), default=0.0)
    quoted = [(hit, answer.quotes_in(hit.passage)) for hit in answer.passages]
    cards = "".join(
        _card(hit, quotes, best, words)
        for hit, quotes in sorted(quoted, key=lambda item: not item[1])
    )
    count = count_phrase(len(answer.passages), words.one_passage, words.many_passages, words)
    return (
        f'<header class="qa-panel-head"><h2>{escape(words.sources)}</h2>'
        f'<p class="qa-facts">{escape(count)} · {escape(duration_phrase(answer.seconds, words))}'
        f'</p></header><p class="qa-asked" dir="auto">{escape(answer.question)}</p>'
        f'<ol class="qa-cards">{cards}</ol>'
    )


def text_link(path: str, start: int, end: int) -> str:
    """Return the address, below the page's own, of a whole text with a stretch of it marked."""
    return (
        "text?"
        + urlencode({"document": path, "start": start, "end": end}, errors="replace")
        + "#quote"
    )


def facts(*parts: str) -> str:
    """Return the parts that say something, escaped, with dots between them."""
    return " · ".join(escape(part) for part in parts if part)


def _card(hit: Hit, quotes: tuple[Citation, ...], best: float, words: Words) -> str:
    passage = hit.passage
    marks = [(quote.start - passage.start, quote.end - passage.start) for quote in quotes]
    first = quotes[0] if quotes else passage
    numbers = "".join(f'<span class="qa-number">{quote.number}</span>' for quote in quotes)
    badges = f'<div class="qa-numbers">{numbers}</div>' if quotes else ""
    return (
        f'<li class="qa-card{"" if quotes else " qa-dimmed"}" tabindex="-1" '
        f'data-numbers="{" ".join(str(quote.number) for quote in quotes)}">'
        f'<div class="qa-card-head">{badges}<div class="qa-card-title">'
        f'<h3 dir="auto" lang="">{escape(hit.title)}</h3>'
        f'<p class="qa-facts">{_facts(hit, quotes, words)}</p></div>'
        f"{_score(hit.score, best, words)}</div>"
        f"{_stale(hit, words)}"
        f'<p class="qa-passage" dir="auto" lang="">{marked(passage.text, marks)}</p>'
        f"{_also_in(hit, words)}"
        f'<a class="qa-open" href="{escape(text_link(passage.document, first.start, first.end))}" '
        f'target="_blank" rel="noopener">{escape(words.open_text)}</a>'
        f"{_sentences(passage, words)}</li>"
    )


def stretch(path: str, start: int, end: int) -> str:
    """Return the attributes that name a stretch of a text."""
    return f' data-document="{escape(path)}" data-start="{start}" data-end="{end}"'


def _sentences(passage: Passage, words: Words) -> str:
    """Return a passage's sentences, one of which a reader may call the right one."""
    buttons = "".join(
        '<li><button type="button" data-verdict="right" dir="auto" lang=""'
        f"{stretch(passage.document, passage.start + start, passage.start + end)}>"
        f"{escape(passage.text[start:end])}</button></li>"
        for start, end in passage.sentences
    )
    return (
        f'<details class="qa-judge"><summary>{escape(words.which)}</summary>'
        f"<ol>{buttons}</ol></details>"
    )


def _facts(hit: Hit, quotes: tuple[Citation, ...], words: Words) -> str:
    return facts(
        show_date(hit.date, words.language),
        hit.passage.heading,
        hit.source or "",
        "" if quotes else words.not_quoted,
    )


def _score(score: float, best: float, words: Words) -> str:
    near = nearness(score, best)
    return (
        f'<div class="qa-score" title="{score:.3f}"><span>'
        f"{escape(match_phrase(near, words))}</span>"
        f'<span class="qa-bar" style="--share:{percentage(near)}%" aria-hidden="true"></span></div>'
    )


def _stale(hit: Hit, words: Words) -> str:
    return f'<p class="qa-stale">{escape(words.stale)}</p>' if hit.stale else ""


def _also_in(hit: Hit, words: Words) -> str:
    if not hit.also_in:
        return ""
    return f'<p class="qa-note">{escape(words.also_in)}: {escape(", ".join(hit.also_in))}</p>'
