"""A real browser, and the book built afresh and served from this machine."""

import contextlib
import functools
import http.server
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tools.browser import BROWSER
from tools.browser import serve as serve_by

ROOT = Path(__file__).parents[2]
WIDGET = "figure.nn-widget"  # asleep, as its still; with data-alive as soon as it answers
WAKE = """widgets => document.querySelectorAll(widgets).forEach((w) => w.dispatchEvent(new Event("pointerenter")))"""
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nobody outside can be reached
]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Build the book as `make book` does and return the folder."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # shared by the workers of this run: one of them builds, the others wait
    once(folder / "site", build_book)
    return folder / "site" / "_build"


@pytest.fixture(scope="session")
def site(built):
    """Serve the book and yield its address.

    The address ends in a folder, as it does where a project's pages are published: a link to `/` would break.
    """
    with serve(built) as address:
        yield f"{address}/html"


def once(folder, make):
    """Let the first process that comes make what is in `folder`, and the others wait; a fault is told to all."""
    told = folder.with_suffix(".told")
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(3000):
            if told.exists():
                break
            time.sleep(0.1)
    else:
        fault = "its maker did not come to an end"
        try:
            fault = make(folder)
        finally:
            unfinished = told.with_suffix(".part")
            unfinished.write_text(fault)
            unfinished.rename(told)  # whole, or not there
    assert told.exists(), f"{folder} is not made after 5 minutes"
    assert told.read_text() == ""


def build_book(folder):
    """Build the book in `folder` and return what went wrong."""
    build = [Path(sys.executable).with_name("jupyter-book"), "build", str(ROOT), "--path-output", str(folder)]
    built = subprocess.run([*build, "-W", "-n", "--keep-going"], capture_output=True, text=True)
    return "" if built.returncode == 0 else built.stderr[-3000:] or "jupyter-book failed without a word"


@pytest.fixture
def faulty_page(tmp_path):
    """Serve a page with one fault of each kind that the tests look for, and yield its address."""
    faults = """
      <img src="http://example.org/outside.png">
      <script src="missing.js"></script>
      <script>console.error("a console error"); setTimeout(() => { throw Error("an uncaught error") })</script>
      <script>setTimeout(() => fetch("late.json"), 300)</script>
      <div style="width: 500px; color: #999; background: #aaa">too wide, too pale</div>
      <style>.pale { color: #ccc }</style>
      <pre><span class="pale">f</span> <span class="pale">of</span> <span class="pale">it</span></pre>
    """
    (tmp_path / "index.html").write_text(f"<!doctype html><html lang='en'><title>x</title>{faults}</html>")
    with serve(tmp_path) as address:
        yield f"{address}/index.html"


class Host(http.server.SimpleHTTPRequestHandler):
    """Serves files as they are, and says nothing."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        # A browser asks the host itself for the icon of a page that names none, such as a redirection.
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


serve = functools.partial(serve_by, host=Host)


@pytest.fixture(scope="module")
def browser():
    """Yield a Chromium; without one, fail where REQUIRE_BROWSER is set and skip elsewhere."""
    if BROWSER is None:
        why = "there is no Chromium or Chrome on this machine, so nothing here was tested in a browser"
        pytest.fail(why) if os.environ.get("REQUIRE_BROWSER") else pytest.skip(why)
    # Closed after each module: Playwright's event loop would be in the way of the notebooks' kernels.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Return a function that opens an address in a new window, for a test that needs one as it is at first."""
    with contextlib.ExitStack() as stack:
        yield functools.partial(open_window, browser, stack)


@pytest.fixture(scope="module")
def look(browser):
    """Return a function that opens an address once in each theme, for all tests that take it as they find it.

    The light window opens on a phone and is then made wider, the dark one opens on a desktop. The windows of an address
    are closed when another is asked for.
    """
    windows = {}
    with contextlib.ExitStack() as stack:

        def once_in_each_theme(address, theme="light", width=1280):
            if not any(opened == address for opened, _ in windows):
                stack.close()
                windows.clear()
            window = (address, theme)
            if window not in windows:
                windows[window] = open_window(browser, stack, *window, width=390 if theme == "light" else 1280)
            page = windows[window].page
            if page.viewport_size["width"] != width:
                page.set_viewport_size({"width": width, "height": 900})
            return windows[window]

        yield once_in_each_theme


def open_window(browser, stack, address, theme="light", width=1280, **settings):
    """Open the address in a new window, wait for its widgets and return what happens there from now on."""
    settings = {"viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"} | settings
    context = stack.enter_context(browser.new_context(**settings))
    # What the page's own theme switch stores.
    context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
    page = context.new_page()
    seen = SimpleNamespace(page=page, responses=[], outside=[], complaints=[])
    listen(seen, urlsplit(address).netloc)
    page.goto(address)
    wake(page)
    return seen


def wake(page):
    """Wake the page's widgets, wherever they stand, and wait until all are alive."""
    page.evaluate(WAKE, WIDGET)
    page.wait_for_function("widget => !document.querySelector(`${widget}:not([data-alive])`)", arg=WIDGET)


def listen(seen, host):
    """Note requests to other hosts (which the browser cannot reach), failures, console errors and uncaught errors."""

    def on_request(request):
        if urlsplit(request.url).netloc not in ("", host):
            seen.outside.append(request.url)

    def on_response(response):
        seen.responses.append(response)
        if response.status >= 400:
            seen.complaints.append(f"{response.status} {response.url}")

    def on_console(message):
        if message.type == "error":
            seen.complaints.append(f"console: {message.text} {message.location.get('url', '')}")

    # Not by a route of Playwright's: each request would wait for Python, and the browser would cache nothing.
    seen.page.on("request", on_request)
    seen.page.on("response", on_response)
    seen.page.on("requestfailed", lambda request: seen.complaints.append(f"failed: {request.url}"))
    seen.page.on("pageerror", lambda error: seen.complaints.append(f"error: {error}"))
    seen.page.on("console", on_console)
