"""The first sight: the front page above the fold, its chapters, and the look of a page of text."""

import re
import time
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.site.test_head import CHAPTERS

ROOT = Path(__file__).parents[2]
NUMBERED = [chapter for chapter in CHAPTERS if re.match(r"book/\d\d_", chapter)]


def minutes_of(chapter):
    cells = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4).cells
    return int(re.search(r"About (\d+) minutes", "".join(cell.source for cell in cells[:4]))[1])


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_one_sentence_and_the_network_stand_above_the_fold(visit, site, width, height):
    page = visit(f"{site}/index.html", viewport={"width": width, "height": height}, width=width).page
    box = page.locator(".pg-main canvas").first.bounding_box()
    assert 0 < box["y"] < box["y"] + box["height"] < height
    words = page.locator(".front h1 + p").inner_text()
    assert words.count(".") == 1
    lines = page.locator(".front h1 + p").evaluate("p => p.clientHeight / parseFloat(getComputedStyle(p).lineHeight)")
    assert width < 500 or round(lines) == 2  # a third would push the network out of the first view
    first = page.locator(".front > section > *").evaluate_all(
        "parts => parts.map(part => part.className || part.localName)"
    )
    assert first[:2] == ["h1", "p"] and "cell" in first[2]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_each_chapter_has_its_part_minutes_and_picture(look, site):
    page = look(f"{site}/index.html").page
    rows = page.locator("ol.chapters li")
    assert rows.count() == len(NUMBERED) == 17
    shown = rows.locator(".chapter-minutes").all_text_contents()
    assert shown == [f"{minutes_of(chapter)} minutes" for chapter in NUMBERED]
    links = rows.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href').split('#')[0])")
    assert links == [f"{chapter}.html" for chapter in NUMBERED]
    parts = re.findall(r"caption: (.*)", (ROOT / "_toc.yml").read_text())[:-1]
    assert page.locator(".front h3:has(+ ol.chapters)").all_text_contents() == parts
    for picture in rows.locator("img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 100
        assert len(picture.evaluate("image => image.src")) < 200  # a file, loaded when it is near


def test_the_button_of_the_contents_shows_and_hides_them(visit, site):
    page = visit(f"{site}/index.html").page
    contents = page.locator(".bd-sidebar-primary")
    expect(contents).to_be_hidden()
    page.locator(".primary-toggle").click()
    expect(contents).to_be_visible()
    page.locator(".primary-toggle").click()
    expect(contents).to_be_hidden()
    page.locator(".bd-header-article .search-button__button").click()
    expect(page.locator(".search-button__wrapper input")).to_be_focused()


def test_a_menu_and_the_contents_work_without_bootstrap(visit, site):
    seen = visit(f"{site}/book/appendix/c_notation.html")
    page, button = seen.page, seen.page.get_by_role("button", name="Download this page")
    menu = page.locator(".dropdown-download-buttons .dropdown-menu")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.mouse.click(500, 600)
    expect(menu).to_be_hidden()
    for heading in ("Signs", "Greek letters"):
        page.evaluate(
            "name => [...document.querySelectorAll('h2')].find(h => h.innerText.includes(name)).scrollIntoView()",
            heading,
        )
        expect(page.locator(".bd-toc-nav a.active")).to_have_text(heading)
    assert seen.complaints == []


def test_the_button_of_the_colors_says_which_are_chosen(visit, site):
    page = visit(f"{site}/{NUMBERED[0]}.html").page
    button = page.locator(".bd-header-article .theme-switch-button")
    written = "button => getComputedStyle(button, '::after').content"
    found = []
    for _ in range(3):
        word = button.evaluate(written).strip('"')
        expect(button).to_have_accessible_name(f"Colors: {word}")
        expect(button).to_have_attribute("title", f"Colors: {word}")
        assert word == page.evaluate("document.documentElement.dataset.mode")
        found.append(word)
        button.click()
    assert sorted(found) == ["auto", "dark", "light"]


def test_what_the_network_is_told_with_is_explained_beside_it(look, site):
    page = look(f"{site}/index.html").page
    words = page.locator(".front > section > p:has(em)").first.inner_text()
    for name in ("hidden units", "epoch", "learning rate", "loss", "1/4, 1/6 or 1/8"):
        assert name in words
    assert "book" in page.locator(".front h1 + p").inner_text()


LETTERS_A_LINE = """() => {
  const lines = [];
  for (const text of document.querySelectorAll(".bd-article section > p")) {
    if (text.querySelector("code, .math, .katex")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const rows = new Set([...range.getClientRects()].map((one) => Math.round(one.top / 20))).size;
    if (rows > 3) lines.push(text.innerText.length / (rows - 0.5)); // the last is half full
  }
  return lines.reduce((sum, one) => sum + one, 0) / lines.length;
}"""


def test_a_line_has_65_to_75_letters_and_code_goes_with_it(look, site):
    page = look(f"{site}/book/09_when_xor_refuses.html", "dark").page
    page.evaluate("document.fonts.ready")
    assert 65 <= page.evaluate(LETTERS_A_LINE) <= 75
    size = "element => [parseFloat(getComputedStyle(element).fontSize), element.getBoundingClientRect().width]"
    text, measure = page.locator(".bd-article section > p").nth(3).evaluate(size)
    code, wide = page.locator(".bd-article .cell_input pre").first.evaluate(size)
    assert code >= 0.75 * text
    assert wide > 1.2 * measure


SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifts += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_when_the_faces_come_late(browser, site, width):
    page = browser.new_page(viewport={"width": width, "height": 850})
    page.add_init_script(SHIFTS)

    def late(route):
        time.sleep(0.3)
        route.continue_()

    page.route("**/*.woff2", late)
    page.goto(f"{site}/book/appendix/e_teachers.html")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    loaded = page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)")
    assert {"Source Serif 4", "IBM Plex Sans"} <= {family.strip('"') for family in loaded}
    assert page.evaluate("shifts") <= 0.02
    page.close()


@pytest.mark.parametrize("path", ["book/01_one_neuron.html"])
def test_code_that_goes_on_sideways_shows_it(look, site, path):
    page = look(f"{site}/{path}", width=390).page
    attachments = page.locator(".bd-article .cell_input pre").evaluate_all(
        "blocks => blocks.map(block => getComputedStyle(block).backgroundAttachment)"
    )
    assert attachments and all(found.startswith("local, local, scroll, scroll") for found in attachments)
