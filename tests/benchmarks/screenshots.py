"""Pictures of the page's main states, for a person to look at.

python -m tests.benchmarks.screenshots FOLDER
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page

from qa.server import Login, Options, create_app
from qa.shelf import MAX_UPLOAD, Shelf
from tests.fake_bot import ARTICLE, SECOND, FakeBot, with_text
from tests.fakes import GramEncoder
from tests.serving import DESK, PHONE, ask, chromium, open_page, served

HOSTILE = with_text(
    "<img src=x onerror=alert(1)> is **niet** [vet](javascript:alert(1)) en ${7*7} {{7*7}} "
    "hoort hier $$x^2$$ letterlijk te staan, ook al is het eennietafgebrokenwoord" + "lang" * 30,
    title='<script>alert(1)</script> \u202egpj.exe & "titel" ' + "Zeerlangetitel" * 6,
    path="../../<b>hostile</b>.txt",
)


ARABIC = with_text(
    "افتتحت مدينة الميناء محطة المد والجزر يوم السبت. كم كلف المشروع؟ كلف المشروع 310 ملايين يورو.",
    title="مدينة الميناء تفتتح محطة المد والجزر",
    path="ميناء.txt",
)
CHINESE = with_text(
    "这座港口城市于周六启用了潮汐电站。这个项目花了多少钱？ 这个项目花了 3.1 亿欧元。",
    title="港口城市启用潮汐电站",
    path="港口.txt",
)


def picture(page: Page, path: Path) -> None:
    page.wait_for_timeout(150)
    page.screenshot(path=path)


def states(
    browser: Browser, address: str, prefix: Path, size: tuple[int, int], *, dark: bool
) -> None:
    """Write the pictures of one size and one colour scheme; `prefix` is the path's beginning."""
    page = open_page(browser, address, size=size, dark=dark)
    picture(page, prefix.with_name(prefix.name + "1-empty.png"))
    ask(page, "Hoeveel kostte het project?")
    picture(page, prefix.with_name(prefix.name + "2-answer.png"))
    ask(page, "Wanneer staan de turbines weken stil en wat vreest de vissersbond voor haring?")
    picture(page, prefix.with_name(prefix.name + "3-two-quotes.png"))
    page.locator(".qa-chip").last.click()
    picture(page, prefix.with_name(prefix.name + "4-cited.png"))
    page.keyboard.press("Escape")
    ask(page, "Wat is de hoofdstad van Australië?")
    picture(page, prefix.with_name(prefix.name + "5-refusal.png"))
    page.locator(".qa-nearest .qa-open").click()
    page.locator("dialog mark").wait_for()
    picture(page, prefix.with_name(prefix.name + "6-whole-text.png"))
    page.keyboard.press("Escape")
    ask(page, "Wat hoort hier letterlijk te staan, ook al is het lang? <b>vet</b>")
    picture(page, prefix.with_name(prefix.name + "7-hostile.png"))
    ask(page, "En wat vreest de vissersbond voor de haring?")
    picture(page, prefix.with_name(prefix.name + "8-follow-up.png"))
    page.locator("#qa-status a").click()
    page.locator("dialog .qa-list").wait_for()
    page.locator("dialog input[type=file]").set_input_files([
        FilePayload(name="storm.txt", mimeType="", buffer=b"De storm is voorbij.\n"),
        FilePayload(name="oude brief.doc", mimeType="", buffer=b"x"),
        FilePayload(name="leeg.txt", mimeType="", buffer=b" "),
        FilePayload(name="kapot.pdf", mimeType="", buffer=b"no pdf"),
        FilePayload(name="groot.txt", mimeType="", buffer=b"x" * (MAX_UPLOAD + 1)),
    ])  # fmt: skip
    page.locator(".qa-refused").nth(3).wait_for()
    picture(page, prefix.with_name(prefix.name + "9-texts.png"))
    page.keyboard.press("Escape")
    page.locator("#qa-period summary").click()
    page.locator("[name=after]").fill("2026-03-01")
    page.locator("[name=before]").fill("2026-02-01")
    ask_in_vain(page)
    picture(page, prefix.with_name(prefix.name + "10-no-period.png"))
    page.locator("[name=before]").fill("2026-03-31")
    page.keyboard.press("Escape")
    ask(page, "Hoeveel kostte het project?")
    picture(page, prefix.with_name(prefix.name + "11-period.png"))
    page.goto(f"{address}?q=Wat kost dat?&before=2019")
    page.locator(".qa-refusal").wait_for()
    picture(page, prefix.with_name(prefix.name + "12-empty-period.png"))
    page.context.close()


def ask_in_vain(page: Page) -> None:
    page.locator("#qa-question textarea").fill("Wat vreest de vissersbond?")
    page.locator("#qa-question textarea").press("Enter")
    page.locator(".qa-wrong").wait_for()


def foreign(browser: Browser, address: str, prefix: Path) -> None:
    """Write the pictures of answers in other scripts, one written from right to left."""
    page = open_page(browser, address, size=PHONE)
    for number, question in enumerate(("كم كلف المشروع؟", "这个项目花了多少钱？")):
        ask(page, question)
        picture(page, prefix.with_name(f"{prefix.name}{number}-answer.png"))
        page.locator(".qa-turn").last.locator(".qa-chip").first.click()
        picture(page, prefix.with_name(f"{prefix.name}{number}-cited.png"))
        page.keyboard.press("Escape")
    page.context.close()


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as aside, chromium() as browser:
        texts, index = Path(aside) / "docs", Path(aside) / "index"
        texts.mkdir()
        shelf = Shelf(texts, index, model=GramEncoder())
        options = Options(shelf=shelf, feedback=index)
        with served(create_app(FakeBot((ARTICLE, SECOND, HOSTILE)), options)) as address:
            for name, size in (("wide", DESK), ("phone", PHONE)):
                for shade in ("light", "dark"):
                    prefix = folder / f"{name}-{shade}-"
                    states(browser, address, prefix, size, dark=shade == "dark")
        with served(create_app(FakeBot((ARABIC, CHINESE)))) as address:
            foreign(browser, address, folder / "foreign-")
        with served(create_app(FakeBot(), Options(login=Login.of("a:b")))) as address:
            # A browser shows this to who gives up; one without a window shows an error instead.
            page = browser.new_context(locale="nl-NL").new_page()
            page.set_content(page.request.get(address, headers={"accept": "text/html"}).text())
            picture(page, folder / "login.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
