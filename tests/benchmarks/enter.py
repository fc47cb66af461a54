"""From pressing Enter to the answer on the page, with the real engine, in a real browser.

python -m tests.benchmarks.enter
"""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from qa.bot import Bot
from qa.server import create_app
from tests.serving import chromium, open_page, served

DOCS = Path(__file__).parents[2] / "docs"

# Milliseconds from the key to the question, and to the finished answer, each painted.
_MEASURE = """
() => new Promise(resolve => {
  const turns = document.querySelectorAll('.qa-turn').length;
  const start = performance.now();
  let asked = 0;
  const look = () => {
    const turn = document.querySelectorAll('.qa-turn')[turns];
    if (turn && !asked) asked = performance.now() - start;
    if (turn && !turn.querySelector('.qa-pending')) resolve([asked, performance.now() - start]);
    else requestAnimationFrame(look);
  };
  document.querySelector('#qa-question textarea').dispatchEvent(
    new KeyboardEvent('keypress', {key: 'Enter', bubbles: true, cancelable: true}));
  look();
})
"""


def measure(page: Page, bot: Bot, times: int) -> None:
    """Ask, and print medians."""
    asked, answered, own = [], [], []
    for number in range(times):
        question = f"Wat adviseerde Rutte aan Zelensky, keer {number}?"
        page.locator("#qa-question textarea").fill(question)
        shown, done = page.evaluate(_MEASURE)
        asked.append(shown)
        answered.append(done)
        own.append(bot.ask(question).seconds * 1000)
    sys.stdout.write(
        f"question shown after {statistics.median(asked):.0f} ms, answer after "
        f"{statistics.median(answered):.0f} ms (most {max(answered):.0f}); "
        f"of these the bot takes {statistics.median(own):.0f} ms\n"
    )


def main() -> None:
    """Measure on `docs/`."""
    with (
        tempfile.TemporaryDirectory() as index,
        Bot.build(DOCS, index) as bot,
        served(create_app(bot)) as address,
        chromium() as browser,
    ):
        page = open_page(browser, address)
        measure(page, bot, 30)


if __name__ == "__main__":
    main()
