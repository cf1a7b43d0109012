"""Every page of the built book in a real Chromium, with no kernel and no internet."""

import gzip
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.site.conftest import WIDGET_VIEW, once

ROOT = Path(__file__).parents[2]
CHAPTERS = re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text())
PAGES = [f"{chapter}.html" for chapter in CHAPTERS] + ["search.html", "genindex.html"]
THEMES = ["light", "dark"]
MEGABYTE = 1_000_000

# The picture that a reader sees in the widget around a slider.
FRAME = "*[contains(@class, 'flipbook-frame')]"
PICTURE = f"xpath=ancestor::*[.//{FRAME}][1]//{FRAME}//img"


def widgets_of(chapter):
    """Return the stored widgets of a chapter, as text."""
    path = ROOT / f"{chapter}.ipynb"
    return str(nbformat.read(path, as_version=4).metadata.get("widgets", "")) if path.exists() else ""


PLAYGROUND = "book/08_the_training_loop.html"  # where one stands with all its controls
ALIVE = [f"{chapter}.html" for chapter in CHAPTERS if widgets_of(chapter)]
PLAYGROUNDS = [f"{chapter}.html" for chapter in CHAPTERS if "'playground'" in widgets_of(chapter)]
FLIPBOOKS = [f"{chapter}.html" for chapter in CHAPTERS if "'flipbook'" in widgets_of(chapter)]


def test_a_faulty_page_is_caught(visit, faulty_page):
    seen = visit(faulty_page, width=390)
    seen.page.wait_for_load_state("networkidle")
    assert seen.outside == ["http://example.org/outside.png"]
    for fault in ("404 .*missing.js", "404 .*late.json", "a console error", "an uncaught error"):
        assert any(re.search(fault, complaint) for complaint in seen.complaints)
    assert images_without_alt(seen.page) == ['<img src="http://example.org/outside.png">']
    assert width(seen.page) > 390
    found = barriers(seen.page)
    assert {barrier.partition(":")[0] for barrier in found} == {"color-contrast", "image-alt"}
    assert sum('class="pale' in barrier for barrier in found) == 1  # for all pale words of the code
    assert barriers(seen.page, **COLORS) == [barrier for barrier in found if barrier.startswith("color")]


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


def images_without_alt(page):
    return page.eval_on_selector_all("img", "images => images.filter(i => !i.alt.trim()).map(i => i.outerHTML)")


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


@pytest.mark.parametrize("path", ALIVE)
def test_a_page_with_widgets_is_light(look, site, path):
    weights = {response.url: weigh(response) for response in look(f"{site}/{path}").responses}
    assert sum(weights.values()) <= 2 * MEGABYTE, weights


WEIGHTS = {}  # of files that many pages have


def weigh(response):
    """Return how many bytes go over the line for this response, where the server packs what is not packed."""
    address = response.url
    if address not in WEIGHTS:
        body = response.body() if response.status == 200 else b""
        packed = re.search(r"\.(woff2?|png|webp|jpe?g)$", address) or address.startswith("data:")
        WEIGHTS[address] = len(body) if packed else len(gzip.compress(body))
    return WEIGHTS[address]


# Axe looks at the contrast of each word by itself, and most words of a page are those of its code. Within a block those
# that look alike have one contrast: the first of them stands for the rest. The other rules see every word.
ONE_OF_EACH_LOOK = """() => {
  const looks = new Map();
  const bare = (word) => !word.childElementCount && [...word.attributes].every(({ name }) => name === "class");
  for (const word of [...document.querySelectorAll("span")].filter(bare)) {
    const block = word.closest("pre, dt") ?? word.parentElement;
    const { color, background, font, opacity, textShadow } = getComputedStyle(word);
    const seen = word.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
    const text = [word.textContent.trim().length > 1, /\\w/.test(word.textContent)]; // axe judges no single sign
    const look = [word.parentElement === block, color, background, font, opacity, textShadow, seen, ...text].join();
    const known = looks.get(block) ?? new Set();
    word.classList.toggle("looks-like-another", known.has(look));
    looks.set(block, known.add(look));
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "*:not(.looks-like-another)" }] });
}"""
COLORS = {"runOnly": ["cat.color"], "rules": {"color-contrast-enhanced": {"enabled": False}}}  # stricter than AA


def barriers(page, **options):
    """List what axe finds serious or critical: the rule and the element."""
    axe = Axe()
    page.evaluate(axe.axe_script)
    page.evaluate(ONE_OF_EACH_LOOK)
    axe.axe_script = "0"  # it is there
    found = axe.run(page, options={"resultTypes": ["violations"]} | options).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_barrier(look, site, path):
    assert barriers(look(f"{site}/{path}").page) == []


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_barrier_in_the_colors_of_the_dark(look, site, path):
    assert barriers(look(f"{site}/{path}", "dark").page, **COLORS) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_a_playground_with_all_its_settings(visit, site, theme, width):
    page = visit(f"{site}/{PLAYGROUND}", theme, width).page
    playground = page.locator(".playground")
    playground.get_by_role("button", name="all settings").click()
    playground.get_by_label("data", exact=True).select_option("own points")
    # What the page's theme does to a text that it finds hidden, whenever a window changes its size.
    playground.locator(".pg-code").evaluate("code => (code.tabIndex = -1)")
    playground.get_by_role("button", name="Copy as Python").click()
    violations = Axe().run(page, context=".playground").response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", [f"{CHAPTERS[0]}.html", f"{CHAPTERS[-1]}.html"])
def test_search_opens_one_field_and_finds_a_word(visit, site, path):
    seen = visit(f"{site}/{path}")
    page = seen.page
    page.get_by_role("button", name=re.compile("search", re.IGNORECASE)).locator("visible=true").first.click()
    field = page.locator("input[type=search]").locator("visible=true")
    assert field.count() == 1
    field.fill("plateau")
    field.press("Enter")
    page.wait_for_url(re.compile(r"search\.html\?q=plateau"))
    found = page.locator("#search-results ul.search li a")
    found.first.wait_for()
    assert any("book/" in link for link in found.evaluate_all("links => links.map(a => a.getAttribute('href'))"))
    assert page.locator("input[type=search]").locator("visible=true").count() == 1
    assert seen.outside == []
    assert seen.complaints == []


@pytest.mark.parametrize("words", ["ABNORMAL", "precision loss"])
def test_the_search_finds_the_chapter_that_explains_the_words_of_scipy(visit, site, words):
    seen = visit(f"{site}/search.html?q={words.replace(' ', '+')}")
    found = seen.page.locator("#search-results ul.search li a")
    found.first.wait_for()
    assert any("book/12_" in link for link in found.evaluate_all("links => links.map(a => a.getAttribute('href'))"))
    assert seen.complaints == []


def sliders(page, inside=".cell_output"):
    found = page.locator(inside).get_by_role("slider")
    found.first.wait_for()
    return found.all()


def picture(slider):
    """Return what a reader sees and what a screen reader says in the widget of this slider."""
    images = slider.locator(PICTURE).locator("visible=true")
    images.first.wait_for()
    return images.evaluate_all("images => [images.map(i => i.src), images.map(i => i.alt)]")


def wait_for_change(slider, before):
    """Wait until the widget of this slider shows another picture with another alt text."""
    page = slider.page
    for _ in range(200):
        now = picture(slider)
        if now[0] != before[0] and now[1] != before[1]:
            return now
        page.wait_for_timeout(25)
    raise AssertionError(f"still the picture {before[1]}" if now == before else f"only one changed: {now[1]}")


def place(slider):
    """Return the slider's value and the two ends of its range."""
    return [float(slider.get_attribute(f"aria-{name}")) for name in ("valuenow", "valuemin", "valuemax")]


@pytest.mark.parametrize("path", ALIVE)
def test_every_slider_has_a_name(look, site, path):
    for slider in sliders(look(f"{site}/{path}").page):
        assert re.match(r'- slider "\w[^"]*"', slider.aria_snapshot())


@pytest.mark.parametrize("path", FLIPBOOKS)
def test_every_flipbook_answers_the_arrow_keys_and_the_mouse(look, site, path):
    for slider in sliders(look(f"{site}/{path}").page, ".flipbook"):
        before, (value, _, end) = picture(slider), place(slider)
        slider.focus()
        slider.press("ArrowLeft" if value == end else "ArrowRight")
        wait_for_change(slider, before)
        assert place(slider)[0] != value
        drag(slider)


def drag(slider):
    """Take the slider by the mouse to the end that is farther away."""
    page, before, (value, start, end) = slider.page, picture(slider), place(slider)
    slider.scroll_into_view_if_needed()
    handle = slider.bounding_box()
    track = slider.locator("xpath=ancestor::*[contains(@class, 'noUi-target')]").bounding_box()
    to = track["x"] + (track["width"] if value - start < end - value else 0)
    height = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] / 2, height)
    page.mouse.down()
    page.mouse.move(to, height, steps=8)
    page.mouse.up()
    wait_for_change(slider, before)
    assert place(slider)[0] in (start, end)


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


@pytest.mark.parametrize("path", PAGES)
def test_a_displayed_formula_fits_a_phone(look, site, path):
    page = look(f"{site}/{path}", width=390).page
    assert page.locator(".katex-display").evaluate_all(CUT_FORMULAS) == []


@pytest.mark.parametrize("path", FLIPBOOKS)
def test_play_steps_and_pause_stops(look, site, path):
    page = look(f"{site}/{path}").page
    for play in page.locator(".widget-play").all():
        slider = play.locator("xpath=ancestor::*[.//*[@role='slider']][1]").get_by_role("slider").last
        page.clock.install()
        before = picture(slider)
        play.get_by_role("button").first.click()
        later = wait_for_change(slider, before)
        wait_for_change(slider, later)
        play.get_by_role("button").first.click()
        stopped = picture(slider)
        # The page's own clock is put forward: a widget that still ran would have moved on.
        page.clock.run_for(20_000)
        assert picture(slider) == stopped


@pytest.mark.parametrize("path", ALIVE)
def test_without_scripts_a_still_stands_for_each_widget(browser, site, path):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/{path}")
    views = page.locator(WIDGET_VIEW)
    stills = page.locator(f".cell_output:has({WIDGET_VIEW}) noscript img")
    assert stills.count() == views.count() > 0
    for still in stills.all():
        still.scroll_into_view_if_needed()
        assert still.evaluate("image => image.complete && image.naturalWidth > 200")
        assert len(still.get_attribute("alt")) >= 40
    page.context.close()
