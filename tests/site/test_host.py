"""The host of the page's widgets: stills that wake, models that agree, nothing that moves."""

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.site.conftest import WIDGET, serve

ROOT = Path(__file__).parents[2]
FLIPBOOK = "book/08_the_training_loop.html"
PLAYED = "book/11_better_steps.html"

# How much of the page moves without a reader's doing, and what.
SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      window.shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? String(node))]);
    }
  }).observe({ type: "layout-shift", buffered: false });
}"""


@pytest.fixture
def asleep(browser):
    """Return a function that opens an address as a reader does, without waking what is there."""
    contexts = []

    def go(address, **settings):
        contexts.append(
            browser.new_context(viewport={"width": 1280, "height": 800})
            if not settings
            else browser.new_context(**settings)
        )
        page = contexts[-1].new_page()
        page.goto(address, wait_until="load")
        return page

    yield go
    for context in contexts:
        context.close()


# ---- pages of the book


@pytest.mark.parametrize("path", [FLIPBOOK])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_widgets_come_alive(asleep, site, path, width):
    page = asleep(f"{site}/{path}", viewport={"width": width, "height": 800})
    page.evaluate("document.fonts.ready")
    page.evaluate(SHIFTS)  # of the widgets alone, each of which wakes before the reader's eyes
    for figure in page.locator(WIDGET).all():
        figure.evaluate("figure => figure.scrollIntoView({ block: 'center', behavior: 'instant' })")
        expect(figure).to_have_attribute("data-alive", "")
        page.wait_for_timeout(100)
    moved = page.evaluate("window.shifts")
    assert sum(value for value, _ in moved) <= 0.01, moved


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_a_flipbook_fits_the_height_that_it_says(asleep, site, width):
    page = asleep(f"{site}/{FLIPBOOK}", viewport={"width": width, "height": 800})
    for figure in page.locator(f"{WIDGET}:has(.nn-still img + img)").all():
        kept = figure.evaluate("figure => figure.getBoundingClientRect().height")
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-alive", "")
        view, still = figure.locator(".nn-view"), figure.locator(".nn-still")
        assert kept - 40 <= view.bounding_box()["height"] <= kept
        assert figure.evaluate("figure => figure.getBoundingClientRect().height") == kept
        expect(still).to_be_hidden()


def test_the_button_that_turns_pages_stands_beside_its_slider(asleep, site):
    page = asleep(f"{site}/{PLAYED}", viewport={"width": 390, "height": 800})
    page.locator(f"{WIDGET}").first.scroll_into_view_if_needed()
    row = page.locator(".fb-row:has(.pg-button)")
    button, slider = row.locator(".pg-button").bounding_box(), row.locator("input").bounding_box()
    assert button["x"] + button["width"] < slider["x"]
    assert slider["x"] + slider["width"] <= 374


def test_code_comes_only_when_a_reader_does_and_only_once(asleep, site):
    page = asleep(f"{site}/{FLIPBOOK}")
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.rsplit("/", 1)[-1]))
    first, second = page.locator(f"{WIDGET}:has(.nn-still img + img)").all()
    assert first.get_attribute("data-code") == second.get_attribute("data-code")
    assert first.get_attribute("data-alive") is None
    first.scroll_into_view_if_needed()
    expect(first).to_have_attribute("data-alive", "")
    second.scroll_into_view_if_needed()
    expect(second).to_have_attribute("data-alive", "")
    assert sorted(name for name in loaded if name.endswith(".js")) == sorted(
        first.get_attribute(name).rsplit("/", 1)[-1] for name in ("data-code", "data-state")
    )


def test_the_page_works_from_a_disk(asleep, site, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    built = next(root / "site" / "_build" / "html" for root in (folder, folder.parent) if (root / "site").exists())
    page = asleep((built / FLIPBOOK).as_uri())
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    figure = page.locator(f"{WIDGET}:has(.nn-still img + img)").first
    figure.scroll_into_view_if_needed()
    slider = figure.get_by_role("slider")
    expect(figure.locator(".nn-view img").first).to_have_attribute("src", re.compile("."))
    before = figure.locator(".nn-view img").first.get_attribute("src")
    slider.focus()
    slider.press("ArrowRight")
    expect(figure.locator(".nn-view img").first).not_to_have_attribute("src", before)
    assert figure.locator(".nn-view img").first.evaluate("image => image.naturalWidth") == 640
    assert complaints == []


def test_pictures_of_frames_are_files_and_are_fetched_when_they_are_wanted(asleep, site):
    page = asleep(f"{site}/{FLIPBOOK}")
    figure = page.locator(f"{WIDGET}:has(.nn-still img + img)").first
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-alive", "")
    page.wait_for_load_state("networkidle")
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    figure.get_by_role("slider").focus()  # the first touch fetches the frames on both sides
    page.wait_for_load_state("networkidle")
    assert 2 <= len(fetched) <= 4 and all("/_images/" in address for address in fetched)
    fetched.clear()
    words = figure.get_by_role("slider").get_attribute("aria-valuetext")
    figure.get_by_role("slider").press("ArrowRight")
    expect(figure.get_by_role("slider")).not_to_have_attribute("aria-valuetext", words)
    expect(figure.get_by_role("status")).not_to_be_empty()  # what the new picture shows is said


def test_by_keyboard_the_focus_goes_into_what_it_woke(asleep, site):
    page = asleep(f"{site}/{FLIPBOOK}")
    figure = page.locator(f"{WIDGET}:has(.nn-still img + img)").last
    figure.evaluate("figure => figure.focus({ preventScroll: true })")
    expect(figure.locator(".nn-view :is(button, input)").first).to_be_focused()
    expect(page.locator(".nn-news")).to_have_text("The figure is ready.")
    assert figure.get_attribute("tabindex") is None


def test_without_scripts_each_widget_is_its_still(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/{FLIPBOOK}")
        stills = page.locator(f"{WIDGET} .nn-still img")
        assert stills.count() >= 4
        for still in stills.all():
            still.scroll_into_view_if_needed()
            expect(still).to_be_visible()
            assert len(still.get_attribute("alt")) >= 20


# ---- the host alone, with a widget that is nothing but a number


NUMBER = """
nnWidgets.define("number", ".n { font-weight: bold }", () => () => ({
  initialize({ model }) { model.began = (model.began ?? 0) + 1; },
  render({ model, el }) {
    const button = el.appendChild(document.createElement("button"));
    const show = () => { button.textContent = `${model.get("value")} begun ${model.began} times`; };
    button.addEventListener("click", () => { model.set("value", model.get("value") + 1); model.save_changes(); });
    model.on("change:value", show);
    show();
  },
}));
"""
FIGURE = (
    '<figure class="nn-widget" id="{mark}" data-kind="number" data-code="{code}" data-state="state.js"'
    ' data-model="{model}"><div class="nn-still">still</div></figure>'
)


@pytest.fixture
def number_page(tmp_path):
    """Return a function that serves a page of numbers (models a, b, c; two views of a) and returns its address."""
    shutil.copy(ROOT / "book" / "_assets" / "widgets.js", tmp_path)
    (tmp_path / "number.js").write_text(NUMBER)
    states = {name: {"value": value} for name, value in zip("abc", (1, 10, 100), strict=True)}
    links = [["a", "value", "b", "value", True], ["b", "value", "c", "value", False]]
    (tmp_path / "state.js").write_text(f"nnWidgets.know({json.dumps({'states': states, 'links': links})});")

    def write(code="number.js", gap="200vh"):
        figures = "".join(
            FIGURE.format(mark=mark, code=code, model=mark[0]) + f'<div style="height: {gap}"></div>'
            for mark in ("a1", "a2", "b1", "c1")
        )
        icon = '<link rel="icon" href="data:,">'
        page = f"<!doctype html>{icon}<div style='height: 300vh'></div>{figures}<script src=widgets.js></script>"
        (tmp_path / "index.html").write_text(page)

    with serve(tmp_path) as address:
        write()
        yield f"{address}/index.html", write


def test_views_of_a_model_agree_and_links_are_followed_even_by_what_is_asleep(asleep, number_page):
    page = asleep(number_page[0])
    first, second, linked, follower = (page.locator(f"#{mark}") for mark in ("a1", "a2", "b1", "c1"))
    for figure in (first, second):
        figure.dispatch_event("pointerenter")
        expect(figure.get_by_role("button")).to_have_text("1 begun 1 times")
    assert linked.get_attribute("data-alive") is None
    second.get_by_role("button").click()
    expect(first.get_by_role("button")).to_have_text("2 begun 1 times")
    for figure in (linked, follower):
        figure.dispatch_event("pointerdown")
        expect(figure.get_by_role("button")).to_have_text("2 begun 1 times")
    follower.get_by_role("button").click()  # which leads nowhere
    expect(linked.get_by_role("button")).to_have_text("2 begun 1 times")
    linked.get_by_role("button").click()
    for figure in (first, linked, follower):
        expect(figure.get_by_role("button")).to_have_text("3 begun 1 times")


def test_an_address_that_holds_a_run_wakes_what_may_read_it(asleep, number_page):
    page = asleep(f"{number_page[0]}#number:value=3")
    expect(page.locator("[data-alive]")).to_have_count(4)
    page = asleep(f"{number_page[0]}#heading")
    expect(page.locator("[data-alive]")).to_have_count(0)


def test_code_that_does_not_come_leaves_the_still_and_the_next_touch_tries_again(asleep, number_page):
    address, write = number_page
    write(code="late.js")
    page = asleep(address)
    figure = page.locator("#a1")
    figure.dispatch_event("pointerenter")
    expect(figure).not_to_have_attribute("aria-busy", "true")
    expect(figure.locator(".nn-still")).to_be_visible()
    page.route("**/late.js", lambda route: route.fulfill(body=NUMBER, content_type="text/javascript"))
    figure.dispatch_event("pointerdown")
    expect(figure.get_by_role("button")).to_have_text("1 begun 1 times")
