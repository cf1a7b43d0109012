"""A chapter that was just opened prints whole, as a browser's own print writes it."""

import re
import time

import pytest

CHAPTERS = ["book/05_losses", "book/13_curvature", "book/appendix/b_mathematics"]
FOLDED = "book/07_never_trust_a_gradient"  # some of its cells are

CUT = "all => all.map(code => code.scrollWidth > code.clientWidth + 1)"


def late(route):
    """Let a font come as over a slow line: one that is asked for by the print itself is not there in time."""
    time.sleep(0.1)
    route.continue_()


@pytest.fixture
def open_page(browser, site):
    """Return a function that opens a chapter in a new window and returns the moment it is loaded."""

    def go(chapter, theme="light"):
        page = context.new_page()
        page.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
        page.route("**/embed-amd.js*", lambda route: route.abort())  # widgets are drawn later; here it is about text
        page.route("**/*.woff", late)
        page.goto(f"{site}/{chapter}.html", wait_until="load")
        return page

    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield go


def printed(page):
    """Print the page, with the colors that a screen has, and return the PDF without the time it was made."""
    return re.sub(rb"/\w+Date \([^)]*\)", b"", page.pdf(print_background=True))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_first_print_has_all_formulas(open_page, chapter):
    page = open_page(chapter)
    unset = page.locator(".math:not(:has(mjx-math))")
    assert unset.count() > 0  # most are still to be set
    first = printed(page)
    assert unset.count() == 0
    page.evaluate("document.fonts.ready")
    assert first == printed(page)


def test_a_print_is_unfolded_and_dark_on_white_and_the_page_is_then_as_it_was(open_page):
    page = open_page(FOLDED, "dark")
    cell = page.locator("details.hide").first
    page.evaluate("addEventListener('beforeprint', () => { unfolded = document.querySelector('details.hide').open })")
    assert printed(page) == printed(open_page(FOLDED, "light"))
    assert page.evaluate("unfolded") is True
    assert cell.get_attribute("open") is None
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_print_cuts_no_code(open_page):
    page = open_page(CHAPTERS[0])
    page.set_viewport_size({"width": 640, "height": 900})  # narrower than its code
    code = page.locator(".cell_input pre")
    assert any(code.evaluate_all(CUT))
    page.emulate_media(media="print")
    assert not any(code.evaluate_all(CUT))
