"""Pictures of the page's main states, for a person to look at.

python -m tests.benchmarks.screenshots FOLDER
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from qa.server import Options, create_app
from qa.shelf import Shelf
from tests.fake_bot import ARTICLE, SECOND, FakeBot, with_text
from tests.serving import DESK, PHONE, ask, chromium, open_page, served

HOSTILE = with_text(
    "<img src=x onerror=alert(1)> is **niet** [vet](javascript:alert(1)) en ${7*7} {{7*7}} "
    "hoort hier $$x^2$$ letterlijk te staan, ook al is het eennietafgebrokenwoord" + "lang" * 30,
    title='<script>alert(1)</script> \u202egpj.exe & "titel" ' + "Zeerlangetitel" * 6,
    path="../../<b>hostile</b>.txt",
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
    picture(page, prefix.with_name(prefix.name + "9-texts.png"))
    page.context.close()


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    bot = FakeBot((ARTICLE, SECOND, HOSTILE))
    shelf = Shelf(folder, folder)  # nothing is added to it: it is only for the looks
    with (
        served(create_app(bot, Options(shelf=shelf, feedback=folder))) as address,
        chromium() as browser,
    ):
        for name, size in (("wide", DESK), ("phone", PHONE)):
            for shade in ("light", "dark"):
                states(browser, address, folder / f"{name}-{shade}-", size, dark=shade == "dark")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
