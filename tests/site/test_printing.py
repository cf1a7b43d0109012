"""A chapter that was just opened prints whole: what stands in the PDF that the browser's own print writes."""

import io
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
from docutils import nodes
from playwright.sync_api import expect

from tests.site.conftest import WIDGET, wake

sys.path.append(str(Path(__file__).parents[2] / "book/_extensions"))
from widgets import PlaceWidgets

FLIPBOOKS = "book/08_the_training_loop"  # with a Playground, and code that draws
PAD = "book/16_handwritten_digits"
CHAPTERS = [FLIPBOOKS, "book/13_curvature", PAD]
PAGES = [*CHAPTERS, "book/appendix/b_mathematics", "book/intro"]

INTERFACE = [
    "Search this book", "Cover results until", "Show the result", "Print solutions", "Back to Exercise",
    "The code that draws", "The code of cell", "previous", "By the authors", "Skip to", "Contents",
]  # fmt: skip
# What the browser has kept of the reader's choices, when the page is opened.
FIRST_VISIT = (
    "if (!sessionStorage.open) { localStorage.clear(); Object.assign(localStorage, %s); sessionStorage.open = 1 }"
)
PRINTS = {}  # of pages that were just opened
CODE = "article pre:not(details.hide:not([open]) *)"
HIGH = 96 * (11 - 38 / 25.4)  # pixels of a page's text: the lines are counted on from page to page
UNSEEN = re.compile(r"[\s\u200b]")


def late(route):
    """Let a file come as over a slow line: one that is asked for by the print itself is not there at once."""
    time.sleep(0.05)
    route.continue_()


@pytest.fixture(scope="module")
def window(browser):
    """Yield a window for all pages of a kind of reader: one who has seen nothing of the book."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        yield context


@pytest.fixture
def open_page(window, site):
    """Return a function that opens a page and returns the moment it is loaded."""
    pages = []

    def go(path, theme="light", **kept):
        pages.append(window.new_page())
        pages[-1].add_init_script(FIRST_VISIT % json.dumps({"mode": theme, "theme": theme} | kept))
        pages[-1].route("**/*.woff2", late)
        pages[-1].route("**/_images/*", late)
        pages[-1].goto(f"{site}/{path}.html", wait_until="load")
        return pages[-1]

    yield go
    for page in pages:
        page.close()


@pytest.fixture
def fresh_print(open_page):
    """Return a function that gives the print of a page that was just opened, made once for all tests."""

    def of(path):
        if path not in PRINTS:
            PRINTS[path] = read(printed(open_page(path)))
        return PRINTS[path]

    return of


def printed(page):
    """Print the page, with the colors that a screen has, and return the PDF without the time it was made."""
    pdf = page.pdf(print_background=True, prefer_css_page_size=True)
    return re.sub(rb"Date \([^)]*\)", lambda date: b" " * len(date[0]), pdf)


def read(pdf):
    """Return what stands in a PDF: its text, the letters in the faces of formulas, and each page's last line."""
    letters, ends = Counter(), []

    def note(text, matrix, place, font, _size):
        if font and "KaTeX" in font["/BaseFont"]:
            letters.update(solid(text))
        if matrix[4]:  # the page's number stands outside of the text, at no distance from the paper's edge
            line = round(place[5])
            lines[line] = lines.get(line, "") + solid(text)

    texts = []
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(pdf)).pages):
        lines = {}
        texts.append(re.sub(r"^\d+ / \d+\n", "", page.extract_text(visitor_text=note)))
        last = max(line for line, words in lines.items() if words)
        ends.append((last / HIGH - number, lines[last]))
    return SimpleNamespace(pdf=pdf, text="\n".join(texts), letters=letters, ends=ends)


def solid(text):
    """Return a text without what a line's end, or a page's, puts into it."""
    return UNSEEN.sub("", text)


def solid_print(page):
    """Return the text of the page's print without its spaces."""
    return solid(read(printed(page)).text)


def sizes_of_pictures(pdf):
    """Return the sizes of a PDF's pictures of pixels."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return {picture.image.size for page in pages for picture in page.images}


def sizes_of_stills(page):
    """Return the sizes of the pictures that the widgets' stills are made of, as they are in their files."""
    sizes = "images => images.map((image) => [image.naturalWidth, image.naturalHeight])"
    return set(map(tuple, page.locator(".nn-still img").evaluate_all(sizes)))


# ---- a page that was just opened


@pytest.mark.parametrize("path", PAGES)
def test_the_first_print_is_whole_whatever_the_theme(open_page, path):
    page = open_page(path)
    first = PRINTS[path] = read(printed(page))
    formulas = page.locator(".katex-html").all_text_contents()
    assert first.letters == Counter(solid("".join(formulas)))
    assert sizes_of_stills(page) <= sizes_of_pictures(first.pdf)
    text = solid(first.text)
    ends = [solid(block)[-60:] for block in page.locator(CODE).all_text_contents()]
    assert [end for end in ends if end not in text] == []
    assert printed(page) == first.pdf  # now that everything has come
    assert printed(open_page(path, "dark")) == first.pdf


@pytest.mark.parametrize("path", [FLIPBOOKS, PAD])
def test_the_page_is_afterwards_as_it_was(open_page, path):
    page = open_page(path, "dark")
    wake(page)
    page.evaluate("scrollTo({ top: document.body.scrollHeight / 2, behavior: 'instant' })")
    page.wait_for_load_state("networkidle")
    state = "() => [document.documentElement.outerHTML, scrollY, document.activeElement.tagName]"
    before = page.evaluate(state)
    printed(page)
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate(state) == before


@pytest.mark.parametrize("path", PAGES)
def test_there_is_no_interface_on_paper(fresh_print, path):
    assert [words for words in INTERFACE if words in fresh_print(path).text] == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_filled_and_no_heading_ends_one(open_page, fresh_print, path):
    headings = {
        solid(text).removesuffix("#") for text in open_page(path).locator("article :is(h1, h2, h3)").all_text_contents()
    }
    for number, (depth, words) in enumerate(fresh_print(path).ends[:-1], start=1):
        assert depth > 0.5, f"page {number} is filled to {depth:.0%}: {words}"
        assert words not in headings, f"page {number} ends with a heading: {words}"


@pytest.mark.parametrize("kind", ["figure", ".nn-place", ".predict", "div.math:has(> .eqno)", "div.short"])
def test_what_is_one_thing_stays_on_one_page(open_page, kind):
    page = open_page(FLIPBOOKS)
    page.emulate_media(media="print")
    breaks = page.locator(f"article {kind}").evaluate_all("all => all.map((one) => getComputedStyle(one).breakInside)")
    assert set(breaks) == {"avoid"}


@pytest.mark.parametrize("path", [*PAGES, "book/appendix/d_terms"])
def test_nothing_is_wider_than_the_paper(open_page, path):
    page = open_page(path)
    page.set_viewport_size({"width": 658, "height": 900})  # what the margins leave of A4, in pixels
    page.emulate_media(media="print")
    cut = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
    assert page.locator("article :is(pre, .text_html, .katex-display)").evaluate_all(cut) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 658


# ---- widgets


@pytest.mark.parametrize("path", [*CHAPTERS, "book/intro"])
def test_a_line_under_each_still_says_where_the_figure_is_alive(open_page, fresh_print, path):
    page, text = open_page(path), solid(fresh_print(path).text)
    assert text.count(solid("This figure is alive on the published page:")) == page.locator(WIDGET).count() > 0
    expect(page.locator(".nn-alive").first).to_be_hidden()


def test_where_it_is_alive_is_an_address_when_the_site_has_one():
    def line(address):
        env = SimpleNamespace(docname=FLIPBOOKS, titles={FLIPBOOKS: nodes.title("", "The training loop")})
        transform = SimpleNamespace(env=env, config=SimpleNamespace(html_baseurl=address))
        return PlaceWidgets.where_alive(transform, "widget-2")

    assert line("") == "This figure is alive on the published page: 8. The training loop"
    address = "https://example.org/book/book/08_the_training_loop.html#widget-2"
    assert line("https://example.org/book/") == f"This figure is alive at {address}"


def test_widgets_that_are_alive_print_their_stills(open_page, fresh_print):
    page = open_page(FLIPBOOKS)
    wake(page)
    assert printed(page) == fresh_print(FLIPBOOKS).pdf
    expect(page.locator(".nn-view").first).to_be_visible()


def test_a_pad_prints_what_is_drawn_on_it(open_page):
    page = open_page(PAD)
    wake(page)
    still = page.locator(f"{WIDGET}:has(.dp-pad) .nn-still img")
    size = tuple(int(still.get_attribute(side)) for side in ("width", "height"))
    bars = solid(page.locator(".dp-percent").first.text_content())
    drawn = printed(page)
    assert bars in solid(read(drawn).text) and size not in sizes_of_pictures(drawn)
    page.get_by_role("button", name="Clear").click()
    cleared = printed(page)
    assert size in sizes_of_pictures(cleared)


# ---- what is folded, and what is covered


def test_solutions_stand_at_the_end(open_page, fresh_print):
    page, text = open_page(FLIPBOOKS), solid(fresh_print(FLIPBOOKS).text)
    names = page.locator("details.solution > summary").all_text_contents()
    places = [text.index(solid(name)) for name in ["What you have now", *names]]
    assert len(names) == 3 and places == sorted(places)
    assert solid(page.locator("details.solution pre").last.text_content()) in text


def test_solutions_are_left_out_where_a_reader_says_so_and_it_is_remembered(open_page, site):
    page = open_page(FLIPBOOKS)
    page.get_by_role("button", name="Download this page").click()
    choice = page.get_by_role("checkbox", name="Print solutions")
    expect(choice).to_be_checked()
    choice.uncheck()
    for path in (FLIPBOOKS, "book/13_curvature"):
        page.goto(f"{site}/{path}.html")
        text = solid_print(page)
        assert "Exercise" in text and "Solution" not in text
    page.get_by_role("button", name="Download this page").click()
    expect(choice).not_to_be_checked()
    choice.check()
    assert "SolutiontoExercise" in solid_print(page)


def test_a_page_without_solutions_asks_nothing(open_page):
    page = open_page("book/appendix/b_mathematics")
    page.get_by_role("button", name="Download this page").click()
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_what_a_prediction_covers_is_printed(open_page, fresh_print):
    page = open_page(FLIPBOOKS, predict="cover")
    expect(page.locator(".predict-result").first).to_be_hidden()
    assert printed(page) == fresh_print(FLIPBOOKS).pdf


def test_code_that_draws_is_printed_where_it_was_opened(open_page, fresh_print):
    page = open_page(FLIPBOOKS)
    folded = page.locator("details.hide").first
    code = solid(folded.locator("pre").text_content())
    assert code not in solid(fresh_print(FLIPBOOKS).text)
    folded.locator("summary").click()
    assert code in solid_print(page)
