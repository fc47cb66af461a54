"""What stands around the conversation: header, status line, welcome, and the whole text. Pure."""

from qa.bot import Status
from qa.chat.escaping import escape, marked
from qa.chat.evidence import facts
from qa.chat.phrases import count_phrase
from qa.chat.replies import examples
from qa.chat.words import Words
from qa.documents import Document, show_date


def header(words: Words) -> str:
    """Return the name of the product and what it does."""
    return f'<h1><span aria-hidden="true">❞</span> qa</h1><p>{escape(words.tagline)}</p>'


def status_line(status: Status, words: Words) -> str:
    """Return how much is indexed and since when; the script turns the time into "2 minutes ago"."""
    texts = count_phrase(status.documents, words.one_text, words.many_texts, words)
    passages = count_phrase(status.passages, words.one_passage, words.many_passages, words)
    when = escape(status.indexed_at)
    return (
        f'<p class="qa-status" title="{escape(status.model)}">'
        '<span class="qa-dot" aria-hidden="true"></span>'
        f'<a class="qa-open" href="texts">{escape(texts)}</a> · {escape(passages)}'
        f'<span class="qa-when"> · {escape(words.indexed)} '
        f'<time datetime="{when}">{when}</time></span></p>'
    )


def welcome(suggestions: tuple[str, ...], words: Words) -> str:
    """Return what an empty conversation shows."""
    return (
        f"<h2>{escape(words.welcome)}</h2><p>{escape(words.welcome_more)}</p>"
        f"{examples(suggestions, words)}"
    )


def period_form(words: Words) -> str:
    """Return where a question can be kept to the texts of a period; the script names the period."""
    return (
        f"<details><summary>{escape(words.any_date)}</summary>"
        f'<form id="qa-ends"><label>{escape(words.since)} <input type="date" name="after"></label> '
        f'<label>{escape(words.until)} <input type="date" name="before"></label>'
        f'<p class="qa-note" role="status">{escape(words.undated)}</p></form></details>'
        f'<button type="reset" form="qa-ends">{escape(words.clear)}</button>'
    )


def no_sources(words: Words) -> str:
    """Return what the sources panel shows before the first answer."""
    return (
        f'<div class="qa-no-sources"><h2>{escape(words.sources)}</h2>'
        f"<p>{escape(words.sources_empty)}</p></div>"
    )


def whole_text(document: Document, start: int, end: int, words: Words, style: str) -> str:
    """Return a page of its own with the whole text, `text[start:end]` of it marked as `#quote`."""
    about = facts(show_date(document.date, words.language), document.source or "", document.path)
    text = marked(document.text, [(start, end)], '<mark id="quote">')
    body = (
        f'<article><h1 dir="auto" lang="">{escape(document.title)}</h1>'
        f'<p class="qa-facts">{about}</p>'
        f'<div class="qa-text" dir="auto" lang="">{text}</div></article>'
    )
    return text_page(document.title, body, words, style)


def missing_text(message: str, words: Words, style: str) -> str:
    """Return a page of its own that says that there is no such text."""
    body = f"<h1>{escape(words.text_gone)}</h1><p>{escape(message)}</p>"
    return text_page(words.text_gone, body, words, style)


def refused_page(message: str, words: Words, style: str) -> str:
    """Return a page of its own that says why somebody is not let in."""
    return text_page(
        words.no_entry, f"<h1>{escape(words.no_entry)}</h1><p>{escape(message)}</p>", words, style
    )


def text_page(title: str, body: str, words: Words, style: str) -> str:
    """Return a page of its own; `body` is HTML."""
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f'<body class="qa-text-page"><nav><a href="./">{escape(words.back)}</a></nav>'
        f"<main>{body}</main></body></html>"
    )
