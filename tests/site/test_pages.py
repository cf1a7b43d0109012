"""Every page of the built book in a real Chromium, with no kernel and no internet."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.site.conftest import WIDGET, once

ROOT = Path(__file__).parents[2]
CHAPTERS = re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text())
PAGES = [f"{chapter}.html" for chapter in CHAPTERS] + ["search.html", "genindex.html"]
THEMES = ["light", "dark"]


def widgets_of(chapter):
    """Return the stored widgets of a chapter, as text."""
    path = ROOT / f"{chapter}.ipynb"
    return str(nbformat.read(path, as_version=4).metadata.get("widgets", "")) if path.exists() else ""


PLAYGROUND = "book/08_the_training_loop.html"  # where one stands with all its controls
ALIVE = [f"{chapter}.html" for chapter in CHAPTERS if widgets_of(chapter)]
PLAYGROUNDS = [f"{chapter}.html" for chapter in CHAPTERS if "'hidden_size" in widgets_of(chapter)]
FLIPBOOKS = [f"{chapter}.html" for chapter in CHAPTERS if "'frames'" in widgets_of(chapter)]


def test_a_faulty_page_is_caught(visit, faulty_page):
    seen = visit(faulty_page, width=390)
    seen.page.wait_for_load_state("networkidle")
    assert seen.outside == ["http://example.org/outside.png"]
    for fault in ("404 .*missing.js", "404 .*late.json", "a console error", "an uncaught error"):
        assert any(re.search(fault, complaint) for complaint in seen.complaints)
    assert images_without_alt(seen.page) == ['<img src="http://example.org/outside.png">']
    assert width(seen.page) > 390


def test_one_builds_and_a_fault_is_told_to_all_who_wait(tmp_path):
    builders = []

    def build(folder):
        builders.append(folder)
        time.sleep(0.2)
        return "a fault"

    with ThreadPoolExecutor(3) as pool:
        built = [pool.submit(once, tmp_path / "book", build) for _ in range(3)]
    assert builders == [tmp_path / "book"]
    assert all("a fault" in str(one.exception()) for one in built)


# A picture beside the words of its link says nothing of its own: its alt text is there, and empty.
WITHOUT_ALT = """images => images
  .filter((image) => !image.alt.trim() && !(image.hasAttribute("alt") && image.closest("a")?.innerText.trim()))
  .map((image) => image.outerHTML)"""


def images_without_alt(page):
    return page.eval_on_selector_all("img", WITHOUT_ALT)


@pytest.mark.parametrize("path", PAGES)
def test_every_image_has_an_alt_text(look, site, path):
    assert images_without_alt(look(f"{site}/{path}").page) == []


@pytest.mark.parametrize("path", PAGES)
def test_numbers_begin_with_the_chapter_s_and_count_from_1(look, site, path):
    chapter = re.search(r"/0?(\d+|[a-z])_", path)
    numbers = look(f"{site}/{path}").page.locator("article :is(.caption-number, .eqno)").all_text_contents()
    found = [re.fullmatch(r"(\w* ?)\(?([\w.]+)[) #]*", number).groups() for number in numbers]
    assert chapter or not found
    for kind in {kind for kind, _ in found}:
        places = [number for other, number in found if other == kind]
        assert places == [f"{chapter[1].upper()}.{place}" for place in range(1, len(places) + 1)]


RIGHT_EDGES = "elements => elements.map(element => element.getBoundingClientRect().right)"


def width(page):
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_needs_no_sideways_scroll(look, site, path):
    page = look(f"{site}/{path}", width=390).page
    assert width(page) <= 390
    # These two would be cut off where the page ends, and it would not scroll.
    assert all(right <= 390 for right in page.locator(".prev-next-area a *").evaluate_all(RIGHT_EDGES))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", ["index.html", *PAGES])
def test_page_is_quiet_and_asks_nobody(look, site, path, theme):
    seen = look(f"{site}/{path}", theme)
    seen.page.wait_for_load_state("networkidle")  # what comes late is seen too, and so is what comes of another width
    assert seen.outside == []
    assert seen.complaints == []
    assert seen.page.locator("html").get_attribute("data-theme") == theme


CONTROL = ":is(input, select)"


def picture(book):
    """Return what a reader sees and what a screen reader says in this flipbook."""
    return book.locator(".fb-frame img").evaluate_all("images => [images.map(i => i.src), images.map(i => i.alt)]")


def wait_for_change(book, before):
    """Wait until the flipbook shows another picture with another alt text."""
    for _ in range(200):
        now = picture(book)
        if now[0] != before[0] and now[1] != before[1]:
            return now
        book.page.wait_for_timeout(25)
    raise AssertionError(f"still the picture {before[1]}" if now == before else f"only one changed: {now[1]}")


@pytest.mark.parametrize("path", ALIVE)
def test_every_control_has_a_name(look, site, path):
    for control in (
        look(f"{site}/{path}").page.locator(f"{WIDGET} :is({CONTROL}, button)").locator("visible=true").all()
    ):
        assert re.match(r'- \w+ "\w[^"]*"', control.aria_snapshot())


@pytest.mark.parametrize("path", FLIPBOOKS)
def test_every_flipbook_answers_the_arrow_keys_and_the_mouse(look, site, path):
    for book in look(f"{site}/{path}").page.locator(".flipbook").all():
        for control in book.locator(CONTROL).all():
            before = picture(book)
            use(control)
            wait_for_change(book, before)
        for slider in book.get_by_role("slider").all():
            drag(book, slider)


def use(control):
    """Go to another value by the keyboard, or by a click on a switch."""
    if control.get_attribute("type") == "checkbox":
        return control.click()
    last = control.evaluate("c => c.tagName === 'SELECT' ? c.selectedIndex === c.length - 1 : c.value === c.max")
    words = control.get_attribute("aria-valuetext")
    control.focus()
    control.press(
        "ArrowUp" if last and not words else "ArrowLeft" if last else "ArrowDown" if not words else "ArrowRight"
    )
    assert words is None or control.get_attribute("aria-valuetext") != words


def drag(book, slider):
    """Take the slider by the mouse to the end that is farther away."""
    page, before = slider.page, picture(book)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    done = slider.evaluate("slider => slider.value / slider.max")
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 11 + done * (box["width"] - 22), height)
    page.mouse.down()
    page.mouse.move(box["x"] + (box["width"] if done < 0.5 else 0), height, steps=8)
    page.mouse.up()
    wait_for_change(book, before)
    assert slider.evaluate("slider => slider.value / slider.max") == (done < 0.5)


@pytest.mark.parametrize("path", PLAYGROUNDS)
def test_every_playground_takes_a_step_and_goes_back(look, site, path):
    for playground in look(f"{site}/{path}").page.locator(".playground").all():
        status = playground.locator(".pg-status")
        playground.get_by_role("button", name="Step", exact=True).click()
        stepped = status.text_content()
        playground.get_by_role("button", name="Back to start").click()
        expect(status).not_to_have_text(stepped)


CUT_FORMULAS = """formulas => formulas.filter((formula) => formula.scrollWidth > formula.clientWidth + 1)
  .map((formula) => formula.querySelector("annotation").textContent)"""


BOXES = "article .admonition:is(.exercise, .proof):has(> .admonition-title)"
INDENTS = """boxes => boxes.flatMap((box) => [...box.children].slice(1).map((part) =>
  part.getBoundingClientRect().left - box.firstElementChild.getBoundingClientRect().left))"""
OWN_GROUND = "all => all.filter((one) => getComputedStyle(one).backgroundColor !== 'rgba(0, 0, 0, 0)').length"


@pytest.mark.parametrize("theme", THEMES)
def test_a_box_gives_its_words_its_whole_width_and_code_has_one_ground(look, site, theme):
    page = look(f"{site}/book/05_losses.html", theme).page
    assert set(page.locator(BOXES).evaluate_all(INDENTS)) == {0}
    assert page.locator("article .highlight").evaluate_all(OWN_GROUND) == 0
    page = look(f"{site}/book/07_never_trust_a_gradient.html", theme).page
    assert page.locator("article .admonition-title").evaluate_all(OWN_GROUND) == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_displayed_formula_fits_a_phone(look, site, path):
    page = look(f"{site}/{path}", width=390).page
    assert page.locator(".katex-display").evaluate_all(CUT_FORMULAS) == []


# The parts of a row of controls that lie on each other.
OVERLAPS = """rows => rows.flatMap((row) => {
  const boxes = [...row.children].map((part) => part.getBoundingClientRect());
  const across = (one, other) => one.left < other.right - 1 && other.left < one.right - 1;
  const down = (one, other) => one.top < other.bottom - 1 && other.top < one.bottom - 1;
  return boxes.flatMap((one, k) => boxes.slice(k + 1).filter((other) => across(one, other) && down(one, other)));
})"""
# How far below its switch the word stands that says whether it is on.
DROPS = """words => words.map((word) => {
  const middle = (part) => { const { top, bottom } = part.getBoundingClientRect(); return (top + bottom) / 2 };
  return Math.abs(middle(word) - middle(word.previousElementSibling));
})"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", FLIPBOOKS)
def test_the_parts_of_a_control_stand_beside_each_other(look, site, path, width):
    page = look(f"{site}/{path}", width=390).page
    page.set_viewport_size({"width": width, "height": 900})
    assert page.locator(".fb-row").evaluate_all(OVERLAPS) == []
    assert all(drop < 3 for drop in page.locator(".fb-switch > .fb-readout").evaluate_all(DROPS))


@pytest.mark.parametrize("path", FLIPBOOKS)
def test_play_steps_and_pause_stops(look, site, path):
    page = look(f"{site}/{path}").page
    for book in page.locator(".flipbook:has(.fb-row > .pg-button)").all():
        page.clock.install()
        before = picture(book)
        book.get_by_role("button", name="Play").click()
        later = wait_for_change(book, before)
        wait_for_change(book, later)
        book.get_by_role("button", name="Pause").click()
        stopped = picture(book)
        # The page's own clock is put forward: a widget that still ran would have moved on.
        page.clock.run_for(20_000)
        assert picture(book) == stopped


@pytest.mark.parametrize("path", ALIVE)
def test_without_scripts_a_still_stands_for_each_widget(browser, site, path):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/{path}")
    for figure in page.locator(WIDGET).all():
        assert len(figure.get_attribute("aria-label")) >= 40
        frame = figure.locator(".nn-still").bounding_box()
        assert figure.bounding_box()["height"] < frame["height"] + 100  # it keeps no room for what no script will bring
        for still in figure.locator("img").all():
            still.scroll_into_view_if_needed()
            expect(still).to_be_visible()
            page.wait_for_function("image => image.complete && image.naturalWidth > 200", arg=still.element_handle())
    page.context.close()
