"""The page itself: Gradio components, and which event goes where.

A question goes one way. The script puts it into the conversation at once and sends it as the event
`submit`; `Events.answer` streams replies back through the component `mail`, whose value is data for
the script, not markup; the script shows each reply in its place. Of the conversation the server
keeps the last answer only, for as long as the page is open.
"""

from dataclasses import dataclass
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI
from gradio.events import api

from qa.bot import MAX_QUESTION
from qa.chat.asking import Ask, Asking
from qa.chat.events import Events

STYLE = files("qa.chat").joinpath("style.css").read_text(encoding="utf-8")
_SCRIPT = files("qa.chat").joinpath("page.js").read_text(encoding="utf-8")

_STATUS_EVERY = 10.0
"""Seconds between two looks at whether the index changed."""

_EVENTS_WAITING = 128
"""More than the gate lets wait, so that it is the gate's message that a full house gives."""


def mount(
    app: FastAPI, bot: Asking, ask: Ask, *, root_path: str = "", feedback: bool = False
) -> FastAPI:
    """Put the page at `/` of a web application, and return that.

    Args:
        app: gets the page and Gradio's own routes.
        bot: what is shown of the texts comes from here.
        ask: answers questions; may refuse with a `QAError` when there are too many.
        root_path: where a proxy shows the application, such as `/news`.
        feedback: whether readers may judge answers, at the route `api/feedback`.
    """
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        _blocks(Events(bot, ask, feedback=feedback)),
        path="/",
        root_path=root_path or None,
        show_error=False,
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        footer_links=[],
        max_file_size="1mb",
        allowed_paths=[],
        theme=_theme(),
        # Not through `css=` and `js=`: those arrive with the first event, after the first paint.
        head=f"<style>{STYLE}</style><script>{_SCRIPT}</script>",
    )
    return mounted


def _theme() -> gr.themes.Base:
    """Return a theme that asks for no font: the page uses those of the reader's machine."""
    sans = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        font=sans,
        font_mono=("ui-monospace", "monospace"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The components of the page."""

    header: gr.HTML
    status: gr.HTML
    welcome: gr.HTML
    turns: gr.HTML
    question: gr.Textbox
    period: gr.HTML
    panel: gr.HTML
    mail: gr.HTML
    seen: gr.State
    """The index version that the status line shows."""
    previous: gr.State
    """The last answer, which a follow-up question is completed from."""


def _blocks(events: Events) -> gr.Blocks:
    """Return the page."""
    blocks = gr.Blocks(title="qa", fill_height=True, fill_width=True, analytics_enabled=False)
    with blocks:
        _connect(blocks, _layout(), events)
    blocks.queue(max_size=_EVENTS_WAITING, api_open=False)
    return blocks


def _layout() -> _Parts:
    """Lay out header, conversation and question box, and the sources beside them."""
    with gr.Row(elem_id="qa-top"):
        header = _html("qa-header")
        status = _html("qa-status")
    with gr.Row(elem_id="qa-work"):
        with gr.Column(elem_id="qa-talk", scale=3):
            welcome = _html("qa-welcome")
            turns = _html("qa-turns", "qa.turns(element, trigger)")
            question = gr.Textbox(
                elem_id="qa-question",
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                max_length=MAX_QUESTION,
                submit_btn=True,
            )
            period = _html("qa-period")
        with gr.Column(elem_id="qa-side", scale=2, min_width=280):
            panel = _html("qa-panel", "qa.panel(element)")
    return _Parts(
        header=header,
        status=status,
        welcome=welcome,
        turns=turns,
        question=question,
        period=period,
        panel=panel,
        mail=gr.HTML(elem_id="qa-mail", html_template="", js_on_load="qa.mail(props, watch)"),
        seen=gr.State(0),
        previous=gr.State(None),
    )


def _connect(blocks: gr.Blocks, parts: _Parts, events: Events) -> None:
    """Connect what happens to what is done about it; only `ask` and `status` are public."""
    blocks.load(
        events.opened,
        None,
        [
            parts.header,
            parts.status,
            parts.seen,
            parts.welcome,
            parts.panel,
            parts.question,
            parts.period,
            parts.mail,
        ],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    gr.Timer(_STATUS_EVERY).tick(
        events.looked,
        parts.seen,
        [parts.status, parts.seen],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    parts.question.submit(
        None,
        parts.question,
        parts.question,
        js="text => qa.asked(text)",
        trigger_mode="multiple",
        api_visibility="private",
    )
    asking = parts.turns.submit(
        events.answer,
        parts.previous,
        [parts.mail, parts.previous],
        trigger_mode="multiple",
        concurrency_limit=None,
        show_progress="hidden",
        api_visibility="private",
    )
    asking.failure(None, js="() => qa.failed()", api_visibility="private")
    parts.turns.stop(None, cancels=[asking], api_visibility="private")
    api(events.public_ask, api_name="ask", concurrency_limit=None)
    api(events.public_status, api_name="status", queue=False)


def _html(name: str, script: str | None = None) -> gr.HTML:
    return gr.HTML("", elem_id=name, apply_default_css=False, js_on_load=script)
