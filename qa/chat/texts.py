"""The list of texts: what is indexed, and where texts are added and removed. Pure.

Filter, adding and removing need the script, so a page of its own shows the list only.
"""

from dataclasses import dataclass

from qa.chat.escaping import escape
from qa.chat.evidence import facts, text_link
from qa.chat.phrases import count_phrase, size_phrase
from qa.chat.surroundings import text_page
from qa.chat.words import Words
from qa.documents import show_date
from qa.index import DocumentInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """What may be added: suffixes of files, and bytes of each."""

    suffixes: tuple[str, ...]
    largest: int


def list_page(
    documents: tuple[DocumentInfo, ...], adding: Adding | None, words: Words, style: str
) -> str:
    """Return the list as a page; without `adding` nothing can be added or removed."""
    count = count_phrase(len(documents), words.one_text, words.many_texts, words)
    rows = "".join(_row(info, words, editable=adding is not None) for info in documents)
    body = (
        f'<div class="qa-shelf"><h1>{escape(words.texts)}</h1>'
        f'<p class="qa-facts">{escape(count)}</p>'
        f"{_add(adding, words) if adding else ''}{_filter(words)}"
        f'<ul class="qa-list">{rows}</ul>'
        f'<p class="qa-none" role="status" hidden>{escape(words.none_match)}</p></div>'
    )
    return text_page(words.texts, body, words, style)


def _add(adding: Adding, words: Words) -> str:
    kinds, size = " ".join(adding.suffixes), size_phrase(adding.largest, words)
    return (
        '<div class="qa-add qa-scripted"><label class="qa-button">'
        f"{escape(words.add_texts)}"
        f'<input class="qa-unseen" type="file" multiple accept="{",".join(adding.suffixes)}">'
        f"</label> <span>{escape(words.drop_here.format(kinds=kinds, size=size))}</span>"
        '<div role="status"><ul class="qa-uploads"></ul></div></div>'
    )


def _filter(words: Words) -> str:
    return (
        '<form class="qa-filter qa-scripted">'
        f'<input type="search" name="words" placeholder="{escape(words.filter)}" '
        f'aria-label="{escape(words.filter)}">'
        f'<label>{escape(words.since)} <input type="date" name="since"></label>'
        f'<label>{escape(words.until)} <input type="date" name="until"></label></form>'
    )


def _row(info: DocumentInfo, words: Words, *, editable: bool) -> str:
    passages = count_phrase(info.passages, words.one_passage, words.many_passages, words)
    date = show_date(info.date, words.language)
    remove = (
        f'<button type="button" class="qa-remove qa-scripted" '
        f'aria-label="{escape(words.remove)}: {escape(info.title)}">{escape(words.remove)}</button>'
    )
    return (
        f'<li data-path="{escape(info.path)}" data-date="{escape(info.date or "")}">'
        f'<div><a class="qa-open" dir="auto" lang="" target="_blank" rel="noopener" '
        f'href="{escape(text_link(info.path, 0, 0))}">{escape(info.title)}</a>'
        f'<p class="qa-facts">{facts(date, passages, size_phrase(info.size, words), info.path)}</p>'
        f"</div>{remove if editable else ''}</li>"
    )
