"""Predictions are boxes whose results can be covered; solutions and folded cells open by bars with names."""

import re
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from tests.site.test_access import violations
from tests.site.test_pages import CHAPTERS, THEMES

ROOT = Path(__file__).parents[2]
NOTEBOOKS = [chapter for chapter in CHAPTERS if (ROOT / f"{chapter}.ipynb").exists()]
CHAPTER = "book/01_one_neuron.html"
OTHER = "book/08_the_training_loop.html"


def source_of(site, chapter):
    """Return the page as the server sends it."""
    with urlopen(f"{site}/{chapter}.html") as response:
        return response.read().decode()


def predictions_in(soup):
    return [box for box in soup.select(".predict") if not box.find_parent(class_=["exercise", "solution"])]


def left_open(html):
    """Name what a covered page would show of a result before it is asked for, and what it covers without need."""
    soup, faults, results = BeautifulSoup(html, "html.parser"), [], []
    for box in predictions_in(soup):
        name, output, *behind = box["id"], *from_the_first_output_on(box)
        if output is None:
            continue
        results += [output, *behind]
        button = output.find_previous_sibling(class_="predict-cover")
        if not button or button.button["data-shows"] != name:
            faults.append(f"{name}: no button")
        covered = [part for part in [output, *behind] if f"{name}-result" in part.get("class", [])]
        faults += [f"{name}: left open: {told(part)}" for part in [output, *behind] if part not in covered]
    faults += [f"too much: {told(part)}" for part in soup.select(".predict-result") if part not in results]
    questions = soup.select(".predict-result :is(.predict, .exercise, .solution, h2, h3)")
    faults += [f"a question is covered: {told(part)}" for part in questions]
    return faults


def from_the_first_output_on(box):
    """Return the first output behind a prediction, or None, and what follows up to a stop."""
    stops, found = ["predict", "exercise", "solution"], [None]
    for part in box.find_next_siblings():
        kinds = part.get("class", [])
        if part.name == "section" or set(stops) & set(kinds):
            break
        if found[0] is not None:
            found.append(part)
        elif "cell" in kinds:
            found = [part.select_one(".cell_output")]
    return found


def told(part):
    return repr(part.get_text().strip()[:60])


@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_all_that_follows_a_first_output_is_covered_up_to_the_next_question(site, chapter):
    html = source_of(site, chapter)
    assert left_open(html) == []
    cells = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4).cells
    written = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert len(predictions_in(BeautifulSoup(html, "html.parser"))) == written.count(":::{predict}")
    assert not re.search(r"\*\*predict", written, re.IGNORECASE)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("predict-2-result", "", "predict-2: left open: "),
        ('data-shows="predict-3"', 'data-shows="predict-2"', "predict-3: no button"),
        ("<p>Read it as a vote.", '<p class="predict-result">Read it as a vote.', "too much: 'Read it"),
        ("<p>For the last row alone", "<h3>It</h3><p>For the last row alone", "a question is covered: 'It'"),
    ],
)
def test_a_faulty_cover_is_caught(site, right, wrong, said):
    html = source_of(site, CHAPTER.removesuffix(".html"))
    assert right in html
    assert any(re.match(said, fault) for fault in left_open(html.replace(right, wrong)))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_bar_has_a_name_of_its_own(site, chapter):
    soup = BeautifulSoup(source_of(site, chapter), "html.parser")
    names = [bar.get_text() for bar in soup.select("article summary")]
    assert len(set(names)) == len(names)
    number = re.search(r"/0?(\d+|[a-z])_|$", chapter)[1]
    expected = rf"Solution to Exercise {number}\.\d+ \(.*\)|The code (that draws Figure {number}\.\d+|of cell \d+)"
    assert [name for name in names if not re.fullmatch(expected, name, re.IGNORECASE)] == []
    for solution in soup.select("details.solution"):
        assert not solution.has_attr("open")
        (back,) = solution.select(".back-to-exercise a")
        assert "exercise" in soup.select_one(back["href"])["class"]


# ---- the switch and the buttons, in a browser


def results(page):
    """Return for each part that can be covered whether it can be seen."""
    return page.locator(".predict-result").evaluate_all("all => all.map((part) => part.checkVisibility())")


def buttons(page):
    return page.get_by_role("button", name="Show the result")


def switches(page):
    return page.get_by_role("switch", name="Cover results until I have predicted")


def switch(page):
    return switches(page).first


def test_at_first_nothing_is_covered_and_the_switch_is_remembered(visit, site):
    seen = visit(f"{site}/{CHAPTER}")
    page = seen.page
    assert all(results(page)) and buttons(page).count() == 0
    expect(switch(page)).not_to_be_checked()
    height = page.evaluate("document.body.scrollHeight")
    switch(page).focus()
    page.keyboard.press("Space")
    assert not any(results(page)) and buttons(page).count() > 5
    page.goto(f"{site}/{OTHER}")
    expect(switch(page)).to_be_checked()
    assert not any(results(page))
    switch(page).uncheck()
    assert all(results(page)) and buttons(page).count() == 0
    page.goto(f"{site}/{CHAPTER}")
    expect(switch(page)).not_to_be_checked()
    assert all(results(page)) and page.evaluate("document.body.scrollHeight") == height
    assert seen.complaints == []


def test_a_link_for_a_class_covers_and_each_result_is_asked_for_by_itself(visit, site):
    page = visit(f"{site}/{CHAPTER}?predict=cover").page
    expect(switch(page)).to_be_checked()
    n_covered = buttons(page).count()
    told = "For the last row alone"
    assert told not in page.locator("article").aria_snapshot()
    buttons(page).first.focus()
    page.keyboard.press("Enter")
    assert buttons(page).count() == n_covered - 1
    focused = page.locator(":focus")
    assert "predict-1-result" in focused.get_attribute("class") and "z = -6" in focused.inner_text()
    assert told in page.locator("article").aria_snapshot()
    assert results(page).count(False) > 0
    switch(page).uncheck()
    switch(page).check()  # covered once more, the first too
    assert not any(results(page))
    page.goto(f"{site}/{OTHER}")
    assert not any(results(page))


@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_a_switch_stands_where_something_is_covered_and_nowhere_else(site, chapter):
    soup = BeautifulSoup(source_of(site, chapter), "html.parser")
    for box in soup.select(".predict"):
        covers = bool(box.get("id")) and bool(soup.select(f".{box['id']}-result"))
        assert len(box.select(".predict-switch input")) == covers, told(box)


@pytest.mark.parametrize("place", [0, 2, -1])
def test_each_switch_is_for_all_and_stays_where_it_is_touched(visit, site, place):
    page = visit(f"{site}/{CHAPTER}").page
    one = switches(page).nth(place)
    one.scroll_into_view_if_needed()
    for covered in (True, False):
        before = one.bounding_box()["y"]
        one.click()
        page.wait_for_timeout(200)  # a browser that anchors what it scrolls has done so, too
        assert one.bounding_box()["y"] == pytest.approx(before, abs=2)
        assert switches(page).evaluate_all("all => all.map((one) => one.checked)") == [covered] * switches(page).count()
        assert any(results(page)) != covered


def test_a_switch_is_seen_to_cover_what_stands_below_it(visit, site):
    page = visit(f"{site}/{CHAPTER}", viewport={"width": 1280, "height": 800}).page
    page.locator(".predict").first.evaluate("box => box.scrollIntoView()")
    switch(page).click()
    expect(buttons(page).first).to_be_in_viewport()


def test_the_question_describes_its_button(visit, site):
    page = visit(f"{site}/{CHAPTER}?predict=cover").page
    for button in buttons(page).all():
        box = page.locator(f"#{button.get_attribute('aria-describedby')}")
        assert box.is_visible() and "?" in box.inner_text()


def test_a_link_to_what_is_covered_asks_for_it(visit, site):
    page = visit(f"{site}/{CHAPTER}?predict=cover").page
    figure = page.locator(".predict-result figure").first
    assert not figure.is_visible()
    page.evaluate("id => { location.hash = id }", figure.get_attribute("id"))
    expect(figure).to_be_in_viewport()
    assert results(page).count(True) < len(results(page))


def test_what_is_to_be_covered_is_never_painted(visit, site):
    page = visit(f"{site}/{CHAPTER}?predict=cover").page
    page.route("**/predict.js*", lambda route: route.abort())  # as if it were still on its way
    page.goto(f"{site}/{CHAPTER}", wait_until="domcontentloaded")
    assert not any(results(page))


def test_nothing_is_covered_in_print_or_without_scripts(visit, browser, site):
    page = visit(f"{site}/{CHAPTER}?predict=cover").page
    page.emulate_media(media="print")
    assert all(results(page))
    assert not page.locator(".predict-cover, .predict-switch").locator("visible=true").count()
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/{CHAPTER}?predict=cover")
        for part in page.locator(".predict-result:not(:empty)").all()[:10]:
            expect(part).to_be_visible()
        assert not page.locator(".predict-cover, .predict-switch").locator("visible=true").count()


@pytest.mark.parametrize("theme", THEMES)
def test_a_covered_page_has_no_barrier_and_fits_a_phone(visit, site, theme):
    page = visit(f"{site}/{CHAPTER}?predict=cover", theme, width=320).page
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for target in (buttons(page).first, switch(page)):
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24


# ---- solutions


def test_the_whole_bar_opens_a_solution_and_a_key_too(visit, site):
    page = visit(f"{site}/{OTHER}", width=390).page
    first, second = page.locator("details.solution").all()[:2]
    answer = first.locator(".cell_output").first
    assert not answer.is_visible()
    bar = first.locator("summary")
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box["height"] >= 44
    at = page.evaluate("scrollY")
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3)
    assert answer.is_visible() and page.evaluate("scrollY") == at
    bar.press("Enter")
    assert not answer.is_visible()
    second.locator("summary").press("Space")
    second.locator(".back-to-exercise a").click()
    expect(page.locator(second.locator(".back-to-exercise a").get_attribute("href"))).to_be_in_viewport()
    assert second.get_attribute("open") is not None
