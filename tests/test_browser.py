"""The page in a real browser."""

import base64
import io
import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import docx
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Response, Route, expect
from reportlab.pdfgen.canvas import Canvas
from typing_extensions import override

from qa.bot import Bot
from qa.build import build
from qa.documents import Document
from qa.server import Login, Options, create_app
from qa.shelf import Shelf
from tests.fake_bot import ARTICLE, FakeBot, with_text
from tests.fakes import Floats, GramEncoder
from tests.hostile import STRINGS
from tests.serving import CHROMIUM, DESK, PHONE, Served, ask, chromium, open_page, proxied, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
]

# axe-core, as a package carries it: nothing of that package's Python is needed.
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

COST = "Hoeveel kostte het project?"
QUOTE = "Het project kostte 310 miljoen euro, 40 miljoen meer dan begroot."
TWO = "Wanneer staan de turbines weken stil en wat vreest de vissersbond voor haring?"
UNANSWERED = "Wat is de hoofdstad van Australië?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(create_app(FakeBot())) as running:
        yield running


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = open_page(browser, address)
    yield opened
    opened.context.close()


def box(page: Page) -> Locator:
    return page.locator("#qa-question textarea")


def test_an_answer_quotes_the_sentence_with_its_source(page: Page) -> None:
    ask(page, COST)
    quote = page.locator(".qa-quote")
    expect(quote.locator("blockquote")).to_have_text(f"{QUOTE}1")
    expect(quote.locator("figcaption")).to_have_text(f"{ARTICLE.title} · maart 2026")
    card = page.locator(".qa-card").first
    expect(card.locator("mark")).to_have_text(QUOTE)
    expect(card.locator("h3")).to_have_text(ARTICLE.title)
    expect(card).to_contain_text("Volgens de rekenkamer")
    expect(card).to_contain_text("maart 2026 · Kosten")
    expect(page.locator(".qa-card.qa-dimmed").first).to_contain_text("niet geciteerd")
    expect(box(page)).to_have_value("")
    expect(box(page)).to_be_focused()


def test_a_chip_selects_its_passage_of_its_own_answer(page: Page) -> None:
    ask(page, TWO)
    ask(page, COST)
    page.locator(".qa-turn").first.locator(".qa-chip").last.click()
    chosen = page.locator(".qa-card.qa-chosen")
    expect(chosen).to_have_count(1)
    expect(chosen).to_be_focused()
    expect(chosen).to_contain_text("drie weken stil")
    expect(page.locator(".qa-asked")).to_have_text(TWO)


def test_the_whole_text_opens_at_the_marked_sentence_and_closes_with_escape(page: Page) -> None:
    ask(page, COST)
    link = page.locator(".qa-card .qa-open").first
    link.click()
    mark = page.locator("dialog mark")
    expect(mark).to_have_text(QUOTE)
    expect(mark).to_be_in_viewport()
    expect(page.locator("dialog .qa-text")).to_contain_text("voorzitter Olav Brekke")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(link).to_be_focused()


def test_the_whole_text_is_a_page_of_its_own_too(page: Page) -> None:
    ask(page, COST)
    page.goto(page.locator(".qa-card .qa-open").first.evaluate("link => link.href"))
    expect(page.locator("mark")).to_have_text(QUOTE)
    expect(page.locator("mark")).to_be_in_viewport()
    page.get_by_role("link").click()
    expect(box(page)).to_be_visible()


def test_a_refusal_looks_different_and_helps(page: Page) -> None:
    ask(page, UNANSWERED)
    refusal = page.locator(".qa-refusal")
    expect(refusal).to_contain_text("Dat staat niet in de teksten.")
    expect(refusal).to_contain_text(UNANSWERED)
    expect(refusal.locator(".qa-nearest")).to_contain_text("die geen antwoord is")
    expect(page.locator(".qa-chip, .qa-quote, .qa-panel mark")).to_have_count(0)
    page.locator(".qa-turn .qa-example").first.click()
    expect(page.locator(".qa-quote")).to_contain_text(QUOTE)


def test_a_follow_up_is_completed_and_that_can_be_undone(page: Page) -> None:
    ask(page, COST)
    ask(page, "En begroot?")
    expect(page.locator(".qa-searched")).to_contain_text(f"Gezocht naar: {COST} En begroot?")
    expect(page.locator(".qa-turn").last.locator(".qa-quote")).to_contain_text(QUOTE)
    page.locator("[data-action=alone]").click()
    expect(page.locator(".qa-turn")).to_have_count(3)
    expect(page.locator(".qa-pending")).to_have_count(0)
    expect(page.locator(".qa-turn").last.locator(".qa-searched")).to_have_count(0)


def test_an_empty_index_says_so(browser: Browser) -> None:
    with served(create_app(FakeBot((), suggestions=()))) as address:
        page = open_page(browser, address)
        expect(page.locator(".qa-example")).to_have_count(0)
        ask(page, COST)
        expect(page.locator(".qa-refusal")).to_contain_text("Er zijn nog geen teksten.")
        page.context.close()


def test_an_example_is_asked_with_a_click(page: Page) -> None:
    page.locator("#qa-welcome .qa-example").first.click()
    expect(page.locator(".qa-quote")).to_contain_text(QUOTE)
    expect(page.locator("#qa-welcome")).to_be_hidden()


def test_a_link_to_an_answer_opens_it_again(page: Page, browser: Browser) -> None:
    ask(page, COST)
    page.locator("[data-action=link]").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    again = open_page(browser, link)
    expect(again.locator(".qa-quote")).to_contain_text(QUOTE)
    ask(again, "En begroot?")
    expect(again.locator(".qa-turn").last.locator("[data-action=alone]")).to_be_visible()
    assert parse_qs(urlsplit(again.url).query)["q"] == [f"{COST} En begroot?"]
    again.context.close()


def test_a_copied_answer_is_clean_text_with_its_sources(page: Page) -> None:
    ask(page, COST)
    page.locator("[data-action=copy]").click()
    expect(page.locator("#qa-toast")).to_have_text("Gekopieerd")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"“{QUOTE}” [1]\n\n[1] {ARTICLE.title}, maart 2026, {ARTICLE.path}"
    )


def period(page: Page, after: str = "", before: str = "") -> None:
    """Fill in the period."""
    if page.locator("#qa-period details:not([open])").count():
        page.locator("#qa-period summary").click()
    page.locator("[name=after]").fill(after)
    page.locator("[name=before]").fill(before)


def test_a_question_can_be_kept_to_the_texts_of_a_period(page: Page, browser: Browser) -> None:
    period(page, after="2026-02-01", before="2026-02-28")
    page.locator("[name=before]").press("Enter")
    expect(box(page)).to_be_focused()
    expect(page.locator("#qa-period summary")).to_have_text("1 feb 2026 – 28 feb 2026")
    ask(page, COST)  # the text of March says it
    turn = page.locator(".qa-turn").last
    expect(turn).to_contain_text(
        "Alleen teksten vanaf 1 februari 2026 tot en met 28 februari 2026."
    )
    expect(turn.locator(".qa-refusal")).to_be_visible()
    again = open_page(browser, page.url)
    expect(again.locator("#qa-period summary")).to_have_text("1 feb 2026 – 28 feb 2026")
    expect(again.locator(".qa-refusal")).to_be_visible()
    again.context.close()
    turn.get_by_role("button", name="Vraag het alle teksten").click()
    expect(page.locator(".qa-turn").last.locator(".qa-quote")).to_contain_text(QUOTE)
    expect(page.locator("#qa-period summary")).to_have_text("Elke datum")
    assert "after" not in page.url


def test_a_period_is_cleared_with_one_button(page: Page) -> None:
    period(page, after="2027-01-01")
    ask(page, COST)
    expect(page.locator(".qa-turn").last).to_contain_text("Uit deze periode zijn er geen teksten.")
    assert violations(page) == []
    page.get_by_role("button", name="Wis").click()
    expect(page.locator("#qa-period summary")).to_have_text("Elke datum")
    ask(page, COST)
    expect(page.locator(".qa-turn").last.locator(".qa-quote")).to_contain_text(QUOTE)
    expect(page.locator(".qa-turn").last.locator(".qa-searched")).to_have_count(0)


def test_what_is_no_period_is_said_and_nothing_asked(page: Page) -> None:
    period(page, after="2026-03-02", before="2026-03-01")
    page.keyboard.press("Escape")
    expect(box(page)).to_be_focused()
    box(page).fill(COST)
    box(page).press("Enter")
    expect(page.locator("#qa-period .qa-wrong")).to_contain_text("Dit is geen periode")
    expect(page.locator("[name=before]")).to_be_focused()
    expect(box(page)).to_have_value(COST)
    expect(page.locator(".qa-turn")).to_have_count(0)
    assert violations(page) == []
    page.locator("[name=before]").fill("2026-03-31")
    expect(page.locator("#qa-period .qa-wrong")).to_have_count(0)
    box(page).press("Enter")
    expect(page.locator(".qa-quote")).to_contain_text(QUOTE)


@pytest.mark.parametrize(
    ("after", "before", "shown"),
    [
        ("2026-03", "", "Vanaf 1 mrt 2026"),
        ("", "2026", "Tot en met 31 dec 2026"),
        ("2026", "2026-03", "1 jan 2026 – 31 mrt 2026"),
        ("2026-03-01", "2026-03-01", "1 mrt 2026 – 1 mrt 2026"),
    ],
)
def test_a_link_may_name_years_and_months(
    browser: Browser, address: str, after: str, before: str, shown: str
) -> None:
    page = open_page(browser, f"{address}?q={COST}&after={after}&before={before}")
    expect(page.locator(".qa-quote")).to_contain_text(QUOTE)
    expect(page.locator("#qa-period summary")).to_have_text(shown)
    page.context.close()


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("after=toen", "'toen' is geen datum"),
        ("before=2026-02-30", "'2026-02-30' is geen datum"),
        ("after=2026&before=2025", "geen enkele dag valt na 2026 en voor 2025"),
    ],
)
def test_a_link_with_what_is_no_period_says_so(
    browser: Browser, address: str, ends: str, said: str
) -> None:
    page = open_page(browser, f"{address}?q={COST}&{ends}")
    expect(page.locator(".qa-failure")).to_contain_text(said)
    page.context.close()


def test_keyboard_only(page: Page) -> None:
    expect(box(page)).to_be_focused()
    page.keyboard.type("Hoeveel kostte")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("het project?")
    expect(page.locator(".qa-turn")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".qa-quote")).to_contain_text(QUOTE)
    page.keyboard.press("Shift+Tab")
    focused = []
    for _ in range(4):
        focused.append(
            page.evaluate("document.activeElement.className || document.activeElement.textContent")
        )
        page.keyboard.press("Shift+Tab")
    assert "qa-chip" in focused
    page.locator(".qa-chip").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".qa-card.qa-chosen")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box(page)).to_be_focused()


def test_a_blank_question_asks_nothing(page: Page) -> None:
    box(page).fill("   ")
    box(page).press("Enter")
    expect(box(page)).to_have_value("")
    expect(page.locator(".qa-turn")).to_have_count(0)


def test_escape_stops_and_the_question_can_be_asked_again(browser: Browser) -> None:
    bot = FakeBot(seconds=1.0)
    with served(create_app(bot)) as address:
        page = open_page(browser, address)
        box(page).fill(COST)
        box(page).press("Enter")
        expect(page.locator(".qa-thinking")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".qa-reply")).to_contain_text("Gestopt.")
        bot.seconds = 0
        page.wait_for_timeout(1200)
        expect(page.locator(".qa-quote")).to_have_count(0)
        page.locator(".qa-again").click()
        expect(page.locator(".qa-turn").last.locator(".qa-quote")).to_contain_text(QUOTE)
        page.context.close()


def test_a_button_stops_too(browser: Browser) -> None:
    with served(create_app(FakeBot(seconds=1.0))) as address:
        page = open_page(browser, address, size=PHONE)
        box(page).fill(COST)
        box(page).press("Enter")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".qa-reply")).to_contain_text("Gestopt.")
        page.context.close()


def test_questions_asked_meanwhile_are_answered_in_turn(browser: Browser) -> None:
    with served(create_app(FakeBot(seconds=0.3))) as address:
        page = open_page(browser, address)
        for question in (COST, UNANSWERED, TWO):
            box(page).fill(question)
            box(page).press("Enter")
            expect(box(page)).to_have_value("")
        expect(page.locator(".qa-turn")).to_have_count(3)
        expect(page.locator(".qa-turn").nth(0)).to_contain_text(QUOTE)
        expect(page.locator(".qa-turn").nth(1)).to_contain_text("Dat staat niet in de teksten.")
        expect(page.locator(".qa-turn").nth(2)).to_contain_text("drie weken stil")
        page.context.close()


def test_a_question_asked_before_the_page_is_ready_is_answered(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    waiting: list[Route] = []

    def held(route: Route) -> None:
        waiting.append(route)

    page.route("**/gradio_api/run/predict*", held)
    page.goto(address)
    typed = page.locator("#qa-question textarea")
    typed.fill(COST)
    typed.press("Enter")
    expect(typed).to_have_value("")
    for route in waiting:
        route.continue_()
    page.unroute("**/gradio_api/run/predict*")
    expect(page.locator(".qa-turn")).to_contain_text(QUOTE)
    page.close()


def test_too_many_questions_are_told_to_come_back(browser: Browser) -> None:
    options = Options(at_once=1, waiting=0)
    with served(create_app(FakeBot(seconds=2), options)) as address:
        first, second = open_page(browser, address), open_page(browser, address)
        box(first).fill(COST)
        box(first).press("Enter")
        first.wait_for_timeout(300)
        ask(second, COST)
        expect(second.locator(".qa-failure")).to_contain_text("er wachten al 0 vragen")
        expect(first.locator(".qa-quote")).to_contain_text(QUOTE)
        first.context.close()
        second.context.close()


def test_a_server_that_went_away_and_came_back(browser: Browser) -> None:
    server = Served(create_app(FakeBot()))
    page = open_page(browser, server.address)
    ask(page, COST)
    server.stop()
    ask(page, UNANSWERED)
    lost = page.locator(".qa-turn").last
    expect(lost).to_contain_text("Er kwam geen antwoord.")
    again = Served(create_app(FakeBot()), server.port)
    page.locator(".qa-again").click()
    expect(page.locator(".qa-refusal")).to_be_visible(timeout=20_000)
    page.context.close()
    again.stop()


def test_the_status_line_follows_the_index(browser: Browser) -> None:
    bot = FakeBot()
    with served(create_app(bot)) as address:
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.clock.install()
        page.goto(address)
        expect(page.locator("#qa-status")).to_contain_text("2 texts · 6 passages · indexed ")
        bot.texts["new.txt"] = with_text("One more text. With two sentences.", path="new.txt")
        bot.version += 1
        page.clock.run_for(11_000)
        expect(page.locator("#qa-status")).to_contain_text("3 texts · 7 passages")
        context.close()


@pytest.mark.parametrize(
    ("language", "lang", "welcome"),
    [
        ("nl-BE", "nl", "Wat wil je weten?"),
        ("en-US", "en", "What would you like to know?"),
        ("fr-FR", "en", "What would you like to know?"),
    ],
)
def test_the_interface_speaks_the_browsers_language(
    browser: Browser, address: str, language: str, lang: str, welcome: str
) -> None:
    page = open_page(browser, address, language=language)
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator("h2").first).to_have_text(welcome)
    assert box(page).get_attribute("placeholder") == page.get_by_role("textbox").get_attribute(
        "placeholder"
    )
    page.context.close()


def test_on_a_phone_the_sources_are_a_sheet(browser: Browser, address: str) -> None:
    page = open_page(browser, address, size=PHONE)
    ask(page, TWO)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    expect(page.locator("#qa-side")).to_be_hidden()
    page.locator(".qa-chip").last.click()
    expect(page.locator(".qa-card.qa-chosen mark").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#qa-side")).to_be_hidden()
    expect(page.locator(".qa-chip").last).to_be_focused()
    page.locator("[data-action=sources]").click()
    page.locator("#qa-panel .qa-close").click()
    expect(page.locator("#qa-side")).to_be_hidden()
    page.context.close()


def test_under_a_finger_there_is_room_and_the_keyboard_leaves(
    browser: Browser, address: str
) -> None:
    page = open_page(browser, address, size=PHONE)
    expect(box(page)).not_to_be_focused()  # or the keyboard would come up unasked
    ask(page, TWO)
    expect(box(page)).not_to_be_focused()
    for target in page.locator("button:visible, summary:visible").all():
        if target.get_attribute("class") != "qa-chip":
            bounds = target.bounding_box()
            assert bounds is not None
            assert bounds["height"] >= 38, target.inner_html()
    chip = page.locator(".qa-chip").first.bounding_box()
    assert chip is not None
    page.touchscreen.tap(chip["x"] + chip["width"] / 2, chip["y"] + chip["height"] + 7)
    expect(page.locator(".qa-card.qa-chosen")).to_be_in_viewport()
    page.context.close()


ARABIC = with_text(
    "افتتحت المدينة المحطة يوم السبت. كلف المشروع 310 ملايين يورو.",
    title="مدينة الميناء",
    path="ميناء.txt",
)
CHINESE = with_text(
    "该项目花了 3.1 亿欧元，比预算多出四千万欧元，工期长达九年。",
    title="港口城市" * 30,
    path="港口.txt",
)
LONG = with_text("Een woord als dit: " + "zeer" * 60 + ".", title="Titel" * 40, path="a" * 90)


@pytest.mark.parametrize(
    ("question", "direction"),
    [
        ("كم كلف المشروع 310 ملايين يورو؟", "rtl"),
        ("该项目花了 3.1 亿欧元？", "ltr"),
        ("Een woord als dit?", "ltr"),
    ],
)
def test_any_script_reads_in_its_direction_and_fits(
    browser: Browser, question: str, direction: str
) -> None:
    with served(create_app(FakeBot((ARABIC, CHINESE, LONG)))) as address:
        page = open_page(browser, address, size=PHONE)
        ask(page, question)
        page.locator(".qa-chip").first.click()
        for place in (
            ".qa-question [dir]",
            ".qa-quote blockquote",
            ".qa-card .qa-passage >> nth=0",
        ):
            shown = page.locator(place).evaluate("place => getComputedStyle(place).direction")
            assert shown == direction, place
        page.keyboard.press("Escape")
        page.locator("#qa-status a").click()
        expect(page.locator("dialog .qa-list > li")).to_have_count(3)
        for wide in page.locator("html, #qa-turns, #qa-panel, dialog").all():
            assert wide.evaluate("box => box.scrollWidth <= box.clientWidth"), wide
        page.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_nothing_jumps_while_an_answer_comes(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    page = open_page(browser, address, size=size)
    ask(page, COST)
    page.evaluate(
        "window.shifted = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries()) window.shifted += entry.value;"
        "}).observe({type: 'layout-shift'})"
    )
    ask(page, TWO)
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") < 0.1  # what the web vitals call good
    top = page.locator(".qa-turn").last.evaluate("turn => turn.getBoundingClientRect().top")
    assert 0 <= top < 120
    page.context.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_axe_finds_nothing(
    browser: Browser, address: str, size: tuple[int, int], *, dark: bool
) -> None:
    page = open_page(browser, address, size=size, dark=dark)
    found = violations(page)
    ask(page, TWO)
    found += violations(page)
    page.locator(".qa-chip").last.click()
    found += violations(page)
    page.keyboard.press("Escape")
    ask(page, UNANSWERED)
    found += violations(page)
    page.locator(".qa-nearest .qa-open").click()
    page.locator("dialog mark").wait_for()
    found += violations(page)
    assert found == []
    page.context.close()


def violations(page: Page) -> list[str]:
    """What axe-core complains of in the page as it is now."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(
        "async () => (await axe.run({rules: {'target-size': {enabled: true}}})).violations.flatMap("
        "rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}`))"
    )
    return found


def test_axe_would_find_something(page: Page) -> None:
    ask(page, COST)
    page.add_style_tag(content=".qa-quote blockquote { color: #ccc !important }")
    page.evaluate("document.querySelector('.qa-chip').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('.qa-chip').textContent = ''")
    found = " ".join(violations(page))
    assert "color-contrast" in found
    assert "button-name" in found


def test_the_page_asks_no_other_host_and_breaks_no_rule_of_its_own(
    browser: Browser, address: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []

    def refused(response: Response) -> None:
        if response.status >= 400:
            complaints.append(response.url)

    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", refused)
    page.goto(address)
    page.locator("#qa-status time").wait_for(state="attached")
    ask(page, COST)
    page.locator(".qa-card .qa-open").first.click()
    page.locator("dialog mark").wait_for()
    assert len(requests) > 10
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []
    assert complaints == []
    context.close()


def test_texts_are_filtered_added_removed_and_put_back(browser: Browser, tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    docs.mkdir()
    (docs / "haven.txt").write_text("date 2025-03 De haven is dicht door de storm van maandag.\n")
    with Bot.build(docs, index, model=GramEncoder()) as bot:
        shelf = Shelf(docs, index, model=GramEncoder())
        with served(create_app(bot, Options(shelf=shelf))) as address:
            page = open_page(browser, address)
            page.locator("#qa-status a").click()
            texts = page.locator("dialog")
            expect(texts.locator(".qa-list > li")).to_have_count(1)
            texts.locator("input[type=file]").set_input_files([
                FilePayload(name="brug.txt", mimeType="text/plain", buffer=b"De brug is open.\n"),
                FilePayload(name="fout.pdf", mimeType="application/pdf", buffer=b"no pdf"),
            ])  # fmt: skip
            expect(texts.locator(".qa-accepted")).to_have_text("brug.txt: toegevoegd")
            expect(texts.locator(".qa-refused")).to_contain_text("fout.pdf: ")
            expect(texts.locator(".qa-list > li")).to_have_count(2)
            assert violations(page) == []
            check_filter(texts)
            texts.locator("[data-path='uploads/brug.txt'] .qa-remove").click()
            expect(texts).to_contain_text("Verwijderd.")
            assert not (docs / "uploads/brug.txt").exists()
            expect(texts.locator(".qa-undo")).to_be_focused()
            texts.locator(".qa-undo").click()
            expect(texts.locator("[data-path='uploads/brug.txt'] .qa-remove")).to_be_visible()
            assert (docs / "uploads/brug.txt").exists()
            # What is done to one text leaves the way back of another.
            texts.locator("[data-path='haven.txt'] .qa-remove").click()
            texts.locator("[data-path='uploads/brug.txt'] .qa-remove").dblclick()
            expect(texts.locator(".qa-undo")).to_have_count(2)
            texts.locator("[data-path='uploads/brug.txt'] .qa-undo").dblclick()
            expect(texts.locator("[data-path='uploads/brug.txt'] .qa-remove")).to_be_visible()
            texts.locator("[data-path='haven.txt'] .qa-undo").click()
            expect(texts.locator("[data-path='haven.txt'] .qa-remove")).to_be_visible()
            expect(page.locator("#qa-toast.qa-shown")).to_have_count(0)
            page.keyboard.press("Escape")
            ask(page, "Is de brug open?")
            expect(page.locator("#qa-panel")).to_contain_text("De brug is open.")
            page.context.close()


def check_filter(texts: Locator) -> None:
    rows = texts.locator(".qa-list > li:visible")
    texts.locator("[name=words]").fill("brug")
    expect(rows).to_have_count(1)
    texts.locator("[name=words]").fill("nergens")
    expect(rows).to_have_count(0)
    expect(texts.locator(".qa-none")).to_be_visible()
    texts.locator("[name=words]").fill("")
    for since, until, count in (
        ("2025-03-31", "", 1),
        ("2025-04-01", "", 0),
        ("", "2025-03-01", 1),
        ("", "2025-02-28", 0),
        ("", "", 2),
    ):
        texts.locator("[name=since]").fill(since)
        texts.locator("[name=until]").fill(until)
        expect(rows).to_have_count(count)


def test_every_format_can_be_dropped_on_the_page(browser: Browser, tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    docs.mkdir()
    (docs / "haven.txt").write_text("De haven is dicht door de storm van maandag.\n")
    with Bot.build(docs, index, model=GramEncoder()) as bot:
        shelf = Shelf(docs, index, model=GramEncoder())
        with served(create_app(bot, Options(shelf=shelf))) as address:
            page = open_page(browser, address)
            page.locator("#qa-status a").click()
            texts = page.locator("dialog")
            texts.locator(".qa-list").wait_for()
            files = {name: base64.b64encode(data).decode() for name, data in formats().items()}
            page.evaluate(DROP, files)
            expect(texts.locator(".qa-accepted")).to_have_count(len(files), timeout=30_000)
            expect(texts.locator(".qa-list > li")).to_have_count(len(files) + 1)
            page.keyboard.press("Escape")
            for name in files:
                ask(page, f"Wat staat er in {name}?")
                expect(page.locator("#qa-panel")).to_contain_text(f"In {name} staat dat de brug")
            page.context.close()


DROP = """
files => {
  const transfer = new DataTransfer();
  for (const [name, data] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  document.querySelector('dialog').dispatchEvent(
    new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}
"""


def formats() -> dict[str, bytes]:
    """A file of each kind, whose one sentence names it."""

    def sentence(name: str) -> str:
        return f"In {name} staat dat de brug sinds gisteren weer helemaal open is voor verkeer."

    page, word = io.BytesIO(), io.BytesIO()
    canvas = Canvas(page)
    canvas.drawString(72, 720, sentence("pagina.pdf"))
    canvas.save()
    document = docx.Document()
    document.add_paragraph(sentence("brief.docx"))
    document.save(word)
    html = f"<!doctype html><title>T</title><article><p>{sentence('web.html')}</p></article>"
    return {
        "kaal.txt": sentence("kaal.txt").encode(),
        "notitie.md": f"# Kop\n\n{sentence('notitie.md')}\n".encode(),
        "web.html": html.encode(),
        "pagina.pdf": page.getvalue(),
        "brief.docx": word.getvalue(),
    }


class SlowEncoder(GramEncoder):
    """Waits, while it encodes texts, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.waits, self.go = threading.Event(), threading.Event()

    @override
    def encode_document(self, texts: Sequence[str], /) -> Floats:
        self.waits.set()
        self.go.wait()
        return super().encode_document(texts)


def test_a_page_is_reloaded_and_asked_while_the_index_is_rebuilt(
    browser: Browser, tmp_path: Path
) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    docs.mkdir()
    (docs / "haven.txt").write_text("De haven is dicht door de storm van maandag.\n")
    with (
        Bot.build(docs, index, model=GramEncoder()) as bot,
        served(create_app(bot)) as address,
        ThreadPoolExecutor(1) as builder,
    ):
        page = open_page(browser, address)
        (docs / "brug.txt").write_text("De brug is open sinds dinsdag.\n")
        encoder = SlowEncoder()
        building = builder.submit(build, docs, index, model=encoder)
        encoder.waits.wait()
        page.reload()
        page.locator("#qa-status time").wait_for(state="attached")
        expect(page.locator("#qa-status")).to_contain_text("1 tekst")
        ask(page, "Is de brug open?")
        expect(page.locator("#qa-panel")).not_to_contain_text("De brug is open")
        encoder.go.set()
        building.result()
        ask(page, "Is de brug open?")
        expect(page.locator("#qa-panel")).to_contain_text("De brug is open")
        page.reload()
        expect(page.locator("#qa-status")).to_contain_text("2 teksten")
        expect(page.locator("#qa-panel")).to_contain_text("De brug is open")  # by its address
        page.context.close()


def test_the_page_works_behind_a_login(browser: Browser) -> None:
    app = create_app(FakeBot(), Options(login=Login.of("lezer:geheim")))
    with served(app) as address:
        context = browser.new_context(
            locale="nl-NL", http_credentials={"username": "lezer", "password": "geheim"}
        )
        page = context.new_page()
        page.goto(f"{address}?q={COST}")
        expect(page.locator(".qa-quote")).to_contain_text(QUOTE)
        page.locator(".qa-card .qa-open").first.click()
        expect(page.locator("dialog mark")).to_have_text(QUOTE)
        context.close()


def test_a_read_only_page_offers_no_change(page: Page) -> None:
    page.locator("#qa-status a").click()
    texts = page.locator("dialog")
    expect(texts.locator(".qa-list > li")).to_have_count(2)
    expect(texts.locator("input[type=file], .qa-remove")).to_have_count(0)
    assert violations(page) == []


def test_a_reader_judges_an_answer(browser: Browser, tmp_path: Path) -> None:
    with served(create_app(FakeBot(), Options(feedback=tmp_path))) as address:
        page = open_page(browser, address)
        ask(page, COST)
        page.get_by_role("button", name="Verkeerde bron").click()
        expect(page.locator("#qa-toast")).to_contain_text("Dank je")
        card = page.locator(".qa-card").nth(1)
        card.locator("summary").click()
        assert violations(page) == []
        sentence = card.locator("[data-verdict=right]").first
        wanted = sentence.inner_text()
        sentence.click()
        expect(sentence).to_have_class("qa-judged")
        page.context.close()
    labelled, complaints = (
        json.loads((tmp_path / name).read_text(encoding="utf-8"))
        for name in ("labelled.jsonl", "complaints.jsonl")
    )
    assert (labelled["question"], labelled["answers"]) == (COST, [wanted])
    assert (complaints["verdict"], complaints["answers"]) == ("wrong_source", [QUOTE])


def test_a_judgement_is_of_what_was_searched_for(browser: Browser, tmp_path: Path) -> None:
    with served(create_app(FakeBot(), Options(feedback=tmp_path))) as address:
        page = open_page(browser, address)
        ask(page, COST)
        ask(page, "En begroot?")
        turn = page.locator(".qa-turn").last
        expect(turn.locator("[data-action=alone]")).to_be_visible()
        turn.locator("[data-verdict=right]").click()
        expect(turn.locator("[data-verdict=right]")).to_have_class("qa-judge qa-judged")
        period(page, before="2026-02-28")
        ask(page, COST)
        turn = page.locator(".qa-turn").last
        turn.locator("[data-verdict=right]").click()
        expect(turn.locator("[data-verdict=right]")).to_have_class("qa-judge qa-judged")
        page.context.close()
    follow_up, limited = (
        json.loads(line)
        for line in (tmp_path / "labelled.jsonl").read_text(encoding="utf-8").splitlines()
    )
    assert (follow_up["question"], follow_up["before"]) == (f"{COST} En begroot?", None)
    assert (limited["question"], limited["before"]) == (COST, "2026-02-28")


def test_without_feedback_there_is_nothing_to_judge_with(page: Page) -> None:
    ask(page, COST)
    expect(page.locator(".qa-judge").first).to_be_attached()
    assert page.locator(".qa-judge:visible").count() == 0


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here: apt-get install nginx")
def test_behind_a_proxy_under_a_path(browser: Browser, tmp_path: Path) -> None:
    app = create_app(FakeBot(), Options(root_path="/news"))
    with served(app) as inner, proxied(inner, tmp_path) as address:
        page = browser.new_context(locale="nl-NL").new_page()
        missed: list[str] = []

        def noted(response: Response) -> None:
            if response.status >= 400 or not response.url.startswith(address):
                missed.append(response.url)

        page.on("response", noted)
        page.goto(f"{address}?q={COST}")
        expect(page.locator(".qa-quote")).to_contain_text(QUOTE)
        page.locator(".qa-card .qa-open").first.click()
        expect(page.locator("dialog mark")).to_have_text(QUOTE)
        page.keyboard.press("Escape")
        page.locator("#qa-status a").click()
        expect(page.locator("dialog .qa-list > li")).to_have_count(2)
        assert missed == []
        page.context.close()


HOSTILE = tuple(
    with_text(
        f"Zeeslang{number} begint hier en {text} staat er letterlijk bij.",
        title=f"Titel {number} {text}",
        path=f"map {number}/{text}",
    )
    for number, text in enumerate(STRINGS)
)


@pytest.fixture(scope="module")
def hostile_address() -> Iterator[str]:
    bot = FakeBot(HOSTILE, suggestions=STRINGS[:6], stale=True)
    with served(create_app(bot, Options(policy=False))) as running:
        yield running


def test_hostile_texts_are_only_text_without_the_policy(
    browser: Browser, hostile_address: str
) -> None:
    page = open_page(browser, hostile_address)
    requests: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for number, (text, document) in enumerate(zip(STRINGS, HOSTILE, strict=True)):
        ask(page, f"zeeslang{number} begint hier letterlijk {text}"[:1000])
        check_inert(page, document)
    assert page.locator(".qa-turn").count() == len(STRINGS)
    assert [url for url in requests if not url.startswith(hostile_address)] == []
    assert dialogs == []
    assert page.url.startswith(hostile_address)
    page.context.close()


def check_inert(page: Page, document: Document) -> None:
    """The text is shown whole, opens whole, and none of it became an element or ran."""
    shown = page.locator(".qa-turn").last
    assert shown.locator(".qa-quote, .qa-refusal, .qa-failure").count() >= 1
    link = page.locator(".qa-card .qa-open").first
    link.click()
    page.locator("dialog .qa-text").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    foreign = page.locator(
        "main :is(img, script, iframe, object, embed, video, audio, form, input, style, link, base,"
        " meta, details:not(.qa-judge), math, div[style*=fixed]):not(#qa-period *)"
    )
    assert foreign.count() == 0, document.text
    assert page.locator("[id=qa-turns], [id=qa-panel]").count() == 2
    assert page.evaluate("window.pwned") is None, document.text
