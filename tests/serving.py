"""A running server and a browser on its page, for the tests and for the screenshots."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

from qa.server.listening import Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""Debian's browser: Playwright's own would have to be downloaded."""

PATIENCE = 40_000
"""Milliseconds that are waited for what is to come: on a busy machine a page takes seconds."""
expect.set_options(timeout=PATIENCE)

PHONE = (390, 844)
DESK = (1280, 800)


class Served:
    """An application that answers on a port of its own until it is stopped."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._server = Server.of(app)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application and give its address."""
    server = Served(app)
    try:
        yield server.address
    finally:
        server.stop()


_NGINX_CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location /news/ {{
      proxy_pass {address}/;
      proxy_set_header Host $http_host;
      proxy_buffering off;
    }}
  }}
}}
"""


@contextmanager
def proxied(address: str, folder: Path) -> Iterator[str]:
    """Put nginx before an address and give the one under which it shows that: `…/news/`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(_NGINX_CONFIG.format(folder=folder, port=port, address=address))
    process = subprocess.Popen(["nginx", "-e", f"{folder}/error.log", "-c", str(config)])
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/news/"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        try:
            yield browser
        finally:
            browser.close()


def open_page(
    browser: Browser,
    address: str,
    *,
    size: tuple[int, int] = DESK,
    dark: bool = False,
    language: str = "nl-NL",
) -> Page:
    """Give the page once it can be asked."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale=language,
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
        has_touch=size == PHONE,
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    page.locator("#qa-status time").wait_for(state="attached")
    return page


def ask(page: Page, question: str) -> None:
    """Type a question and wait until it is answered."""
    turns = page.locator(".qa-turn").count()
    page.locator("#qa-question textarea").fill(question)
    page.locator("#qa-question textarea").press("Enter")
    page.locator(".qa-turn").nth(turns).wait_for()
    page.locator(".qa-pending").wait_for(state="detached")
