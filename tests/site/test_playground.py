"""The Playground in a real Chromium, used as a person uses it: by mouse, by finger, by keys, by its address."""

import contextlib
import io
import json
import re
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
from ipywidgets.embed import embed_data
from playwright.sync_api import expect

import nnlib
from nnlib.widgets import Playground
from tests.site.conftest import serve

ASSETS = Path(__file__).parents[2] / "book" / "_assets"
PAGE = """<!doctype html><html lang="en" data-theme="light"><title>Playgrounds</title>
<style>main {{ max-width: 700px }}</style>
<script src="assets/vendor/requirejs/require.js"></script>
<script src="assets/vendor/html-manager/embed-amd.js"></script>
<script src="assets/widgets.js"></script>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
<main><h1>Playgrounds</h1>{views}</main><div style="height: 3000px"></div></html>
"""
VIEW = '<div class="cell_output"><script type="application/vnd.jupyter.widget-view+json">{}</script></div>'
WITH_MOTION = {"reduced_motion": "no-preference"}


@pytest.fixture
def publish(tmp_path):
    """Return a function that publishes Playgrounds in one page and returns its address."""
    (tmp_path / "assets").symlink_to(ASSETS)
    with serve(tmp_path) as address:

        def write(*playgrounds):
            embedded = embed_data(views=list(playgrounds), drop_defaults=False)
            views = "".join(VIEW.format(json.dumps(view)) for view in embedded["view_specs"])
            page = PAGE.format(state=json.dumps(embedded["manager_state"]).replace("</", "<\\/"), views=views)
            (tmp_path / "index.html").write_text(page)
            return f"{address}/index.html"

        yield write
        ipywidgets.Widget.close_all()


@pytest.fixture
def open_one(visit, publish):
    """Return a function that opens a page with one Playground; no request may leave it, no error may be seen."""
    opened = []

    def open_page(*arguments, window=WITH_MOTION, **settings):
        opened.append(visit(publish(Playground(*arguments, **settings)), **window))
        opened[-1].page.set_default_timeout(10_000)
        return opened[-1].page

    yield open_page
    for seen in opened:
        assert seen.outside == [] and seen.complaints == []


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def status(page):
    return page.locator(".pg-status").first.inner_text()


def epoch(page):
    return int(re.search(r"epoch ([\d,]+)", status(page))[1].replace(",", ""))


def wait_for_epoch(page, least):
    page.wait_for_function(
        """least => {
          const [, epoch] = document.querySelector(".pg-status").textContent.match(/epoch ([\\d,]+)/);
          return Number(epoch.replaceAll(",", "")) >= least;
        }""",
        arg=least,
    )


def picture(page, view):
    """Return what a canvas shows, as text."""
    return page.locator(f".pg-{view} canvas").first.evaluate("canvas => canvas.toDataURL()")


def as_python(page):
    """Return the lines of Python that the page gives for its run."""
    page.get_by_role("button", name=re.compile("^(Copy as Python|Copied)$")).click()  # it says so for two seconds
    return page.locator(".pg-code").inner_text()


def run_python(text):
    """Run the page's Python and return its names."""
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(text, names)
    return names


def outputs(page):
    """Return the outputs at the points, as the plane's description says them."""
    words = page.locator(".pg-boundary canvas").first.get_attribute("aria-label")
    return [float(number) for number in re.findall(r"([\d.]+) at \(", words)]


# ---- training by hand


def test_play_trains_pause_stops_and_all_views_move(open_one):
    page = open_one()
    views = ("boundary", "loss", "hidden", "network")
    before = [picture(page, view) for view in views]
    button(page, "Play").click()
    wait_for_epoch(page, 300)
    button(page, "Pause").click()
    assert all(picture(page, view) != old for view, old in zip(views, before, strict=True))
    stopped, shown = status(page), picture(page, "loss")
    page.wait_for_timeout(300)
    assert status(page) == stopped and picture(page, "loss") == shown


def test_what_the_page_shows_is_what_its_python_gives(open_one):
    page = open_one(hidden_size=2, learning_rate=3, seed=7)
    button(page, "Play").click()
    wait_for_epoch(page, 500)
    button(page, "Pause").click()
    names = run_python(as_python(page))
    assert f"epochs={epoch(page)}" in as_python(page)
    np.testing.assert_allclose(outputs(page), names["net"].forward(names["X"]).ravel(), atol=0.00501)
    assert f"loss {names['history'].loss[-1]:.3g}".rstrip("0") in status(page)
    assert nnlib.diagnose(names["net"].forward(names["X"])).sentence.split(":")[0] in status(page)


def test_step_back_to_start_and_new_start(open_one):
    page = open_one()
    start = outputs(page)
    for _ in range(3):
        button(page, "Step").click()
    assert epoch(page) == 3 and outputs(page) != start
    button(page, "Back to start").click()
    assert epoch(page) == 0 and outputs(page) == start
    button(page, "New start").click()
    assert epoch(page) == 0 and outputs(page) != start
    assert "rng=1)" in as_python(page)


def test_the_keys_alone_train_and_choose(open_one):
    page = open_one()
    button(page, "Play").focus()
    page.keyboard.press("Space")
    wait_for_epoch(page, 50)
    page.keyboard.press("Enter")
    stopped = epoch(page)
    page.wait_for_timeout(200)
    assert epoch(page) == stopped
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert epoch(page) == stopped + 1  # Step is the next stop of Tab
    page.get_by_role("slider", name="learning rate").focus()
    page.keyboard.press("ArrowRight")
    assert epoch(page) == 0 and "GradientDescent(1)" in as_python(page)


def test_a_finger_trains_and_chooses(open_one):
    page = open_one(data="own", window={**WITH_MOTION, "has_touch": True, "width": 390})
    button(page, "Play").tap()
    wait_for_epoch(page, 50)
    button(page, "Pause").tap()
    track = page.locator(".widget-slider:has([aria-label='hidden units']) .noUi-base").bounding_box()
    page.touchscreen.tap(track["x"] + track["width"] * 0.99, track["y"] + track["height"] / 2)
    assert "NeuralNetwork(2, 16, 1" in as_python(page)
    page.touchscreen.tap(*spot(page, 0.5, 0.5))
    expect(page.locator(".pg-handle")).to_have_count(5)


SLIDERS = {  # name: a key, and what the page's Python then says
    "learning rate": ("ArrowRight", "GradientDescent(1)"),
    "hidden units": ("End", "NeuralNetwork(2, 16, 1"),
    "second layer": ("ArrowRight", "NeuralNetwork(2, 4, 1, 1"),
    "weight decay": ("End", "l2=0.1"),
    "noise": ("Home", "noise=0,"),
    "batch size": ("ArrowRight", "batch_size=1,"),
}
LISTS = {
    "data": ("circles", "nnlib.datasets.circles("),
    "activation": ("ReLU", 'hidden="relu"'),
    "loss": ("cross-entropy", 'loss="binary_cross_entropy"'),
    "optimizer": ("Adam", "nnlib.Adam(0.5)"),
}


@pytest.mark.parametrize("name", SLIDERS)
def test_a_slider_answers_keys_and_mouse(open_one, name):
    page = open_one(data="moons")
    button(page, "all settings").click()
    key, said = SLIDERS[name]
    button(page, "Step").click()
    handle = page.get_by_role("slider", name=name)
    before = handle.get_attribute("aria-valuetext")
    handle.press(key)
    assert epoch(page) == 0  # a run has one setting
    assert handle.get_attribute("aria-valuetext") != before
    assert said in as_python(page)
    handle.scroll_into_view_if_needed()
    track = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box()
    chosen = handle.get_attribute("aria-valuetext")
    page.mouse.click(track["x"] + track["width"] * 0.4, track["y"] + track["height"] / 2)
    assert handle.get_attribute("aria-valuetext") != chosen
    assert said not in as_python(page)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_answers(open_one, name):
    page = open_one()
    button(page, "all settings").click()
    chosen, said = LISTS[name]
    button(page, "Step").click()
    assert said not in as_python(page)
    page.get_by_label(name, exact=True).select_option(chosen)
    assert epoch(page) == 0
    assert said in as_python(page)


def test_the_seed_answers(open_one):
    page = open_one()
    button(page, "all settings").click()
    before = outputs(page)
    field = page.get_by_label("seed", exact=True)
    field.fill("77")
    field.press("Enter")
    assert "rng=77)" in as_python(page) and outputs(page) != before


def test_speed_and_the_log_axis(open_one):
    page = open_one(speed=1)
    button(page, "Play").click()
    page.wait_for_timeout(500)
    assert epoch(page) <= 1
    page.get_by_label("Speed").select_option("as fast as it can")
    wait_for_epoch(page, 2000)
    button(page, "Pause").click()
    before = picture(page, "loss")
    page.get_by_label("log axis").check()
    assert picture(page, "loss") != before


# ---- failing, and succeeding


def test_a_bad_rate_fails_and_a_good_one_succeeds(open_one):
    page = open_one(learning_rate=100, seed=1)
    button(page, "Play").click()
    wait_for_epoch(page, 500)
    assert "saturated: sure and wrong" in status(page)
    slider = page.get_by_role("slider", name="learning rate")
    slider.focus()
    while slider.get_attribute("aria-valuetext") != "3":
        page.keyboard.press("ArrowLeft")
    wait_for_epoch(page, 1000)  # it goes on playing, from epoch 0
    assert "4 of 4 right · solved" in status(page)


def test_divergence_is_named_and_stops_the_run(open_one):
    page = open_one("moons", learning_rate=1e4, activation="relu", loss="binary_cross_entropy")
    button(page, "Play").click()
    expect(page.locator(".pg-status")).to_contain_text("Diverged: the loss became infinite at epoch")
    expect(button(page, "Play")).to_be_visible()
    assert "the learning rate 10000 is too large" in status(page) and "NaN" not in status(page)
    assert "rows" in page.locator(".pg-boundary canvas").evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.every((value, k) => k % 4 < 3 || value === 255) ? "rows are opaque" : "holes";
        }"""
    )


def test_a_start_that_is_stuck_is_called_by_its_plateau(open_one):
    stuck = next(seed for seed in range(200) if plateau_of(seed) == "plateau 1/8")
    page = open_one(hidden_size=2, learning_rate=3, seed=stuck, epochs=3000)
    wait_for_epoch(page, 3000)
    assert "on the 1/8 plateau:" in status(page) and "share the output 0.50" in status(page)


def plateau_of(seed):
    net = nnlib.NeuralNetwork(2, 2, 1, rng=seed)
    nnlib.train(net, *nnlib.datasets.xor(), optimizer=nnlib.GradientDescent(3), epochs=3000)
    return nnlib.diagnose(net.forward(nnlib.datasets.xor()[0])).name


# ---- own points, lines, weights, races


def place_of(point):
    """Return an own point's class and coordinates as a screen reader is told them."""
    said = re.search(r"(class \d), at \((.*?), (.*?)\)", point.get_attribute("aria-label"))
    return said[1], [float(said[2]), float(said[3])]


def spot(page, across, down):
    """Return where on the screen a place of the plane is, as shares of its sides."""
    plane = page.locator(".pg-layer")
    plane.scroll_into_view_if_needed()
    area = plane.bounding_box()
    return area["x"] + across * area["width"], area["y"] + down * area["height"]


def test_own_points_by_mouse(open_one):
    page = open_one("own", name="mine")
    points, last = page.locator(".pg-handle"), page.locator(".pg-handle").last
    page.mouse.click(*spot(page, 0.5, 0.25))
    expect(points).to_have_count(5)
    assert place_of(last) == ("class 1", pytest.approx([0.5, 1], abs=0.02))
    page.get_by_role("radio", name="class 0").check()
    page.mouse.click(*spot(page, 0.25, 0.5))
    assert place_of(last) == ("class 0", pytest.approx([0, 0.5], abs=0.02))
    page.mouse.move(*spot(page, 0.25, 0.5))
    page.mouse.down()
    page.mouse.move(*spot(page, 0.5, 0.5), steps=4)
    page.mouse.up()
    assert place_of(last) == ("class 0", pytest.approx([0.5, 0.5], abs=0.02))
    expect(points).to_have_count(6)
    last.dblclick()
    expect(points).to_have_count(5)
    names = run_python(as_python(page))
    assert len(names["X"]) == 5 and names["X"][-1] == pytest.approx([0.5, 1], abs=0.02)


def test_another_button_of_the_mouse_moves_no_point(open_one):
    page = open_one("own")
    point = page.locator(".pg-handle").first
    before = place_of(point)
    page.mouse.move(*middle(point))
    page.mouse.down(button="right")
    page.mouse.move(*(middle(point) + 40), steps=3)
    page.mouse.up(button="right")
    assert place_of(point) == before


def test_a_click_on_a_point_changes_its_class_and_a_drag_does_not(open_one):
    page = open_one("own")
    point = page.locator(".pg-handle").nth(1)
    assert "class 1" in point.get_attribute("aria-label")
    point.click()
    assert "class 0" in point.get_attribute("aria-label")
    page.mouse.move(*middle(point))
    page.mouse.down()
    page.mouse.move(*(middle(point) + 40), steps=3)
    page.mouse.up()
    assert "class 0" in point.get_attribute("aria-label")
    expect(page.locator(".pg-handle")).to_have_count(4)


def test_where_data_are_not_to_be_chosen_points_are_moved_and_not_added(open_one):
    page = open_one("own", controls=["weights"], hidden_size=0, show=["status", "boundary"])
    expect(button(page, "Add a point")).to_be_hidden()
    page.mouse.click(*spot(page, 0.5, 0.3))
    expect(page.locator(".pg-handle")).to_have_count(4)
    page.locator(".pg-handle").first.press("ArrowRight")
    assert "at (0.04, 0)" in page.locator(".pg-handle").first.get_attribute("aria-label")


def test_own_points_by_keys(open_one):
    page = open_one("own")
    button(page, "Add a point").press("Enter")
    point = page.locator(".pg-handle").last
    expect(point).to_be_focused()
    assert "Point 5 of 5, class 1, at (0.5, 0.5)" in point.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert "at (0.54, 0.7)" in point.get_attribute("aria-label")
    page.keyboard.press("Enter")
    assert "class 0" in point.get_attribute("aria-label")
    page.keyboard.press("Delete")
    expect(page.locator(".pg-handle")).to_have_count(4)


def test_lines_are_dragged(open_one):
    theta = [1, -1, 1, 1, -0.5, -0.5, 1, 1, 0]
    page = open_one(hidden_size=2, theta=theta, show=["boundary", "hidden"], controls=["lines"])
    grips, before = page.locator(".pg-handle"), [picture(page, view) for view in ("boundary", "hidden")]
    assert grips.count() == 4
    place = grips.first.bounding_box()
    page.mouse.move(place["x"] + 15, place["y"] + 15)
    page.mouse.down()
    page.mouse.move(place["x"] + 60, place["y"] - 20, steps=3)
    page.mouse.up()
    moved = [picture(page, view) for view in ("boundary", "hidden")]
    assert moved[0] != before[0] and moved[1] != before[1]
    grips.last.press("ArrowLeft")
    assert picture(page, "boundary") != moved[0]
    button(page, "Back to start").click()
    assert [picture(page, view) for view in ("boundary", "hidden")] == before  # as the author gave them


def test_a_line_turns_about_the_grip_that_is_not_held(open_one):
    theta = [1, 0, 1, -1, -0.5, 0.5, 1, 1, 0]
    page = open_one(hidden_size=2, theta=theta, show=["boundary"], controls=["lines"])
    held, pivot = page.locator(".pg-handle").nth(2), page.locator(".pg-handle").nth(3)
    page.locator(".pg-layer").scroll_into_view_if_needed()
    start, (x, y) = middle(held), middle(pivot)
    page.mouse.move(*start)
    page.mouse.down()
    corner = spot(page, 0.97, 0.3)  # past a corner of the box, where the line meets another of its sides
    for share in (0.25, 0.5, 0.75, 1):
        page.mouse.move(*(start + share * (np.array(corner) - start)))
    page.mouse.up()
    assert np.hypot(*middle(held) - np.array(corner)) < np.hypot(*middle(pivot) - np.array(corner))
    area = page.locator(".pg-layer").bounding_box()
    net = run_python(as_python(page))["net"]  # the button may scroll the page
    W, b = net.layers[0].W[:, 1], net.layers[0].b[1]
    for across, down in ((x, y), corner):  # the line goes through both, to a pixel or so
        point = [1.5 * (across - area["x"]) / area["width"] - 0.25, 1.25 - 1.5 * (down - area["y"]) / area["height"]]
        assert abs(W @ point + b) / np.hypot(*W) < 0.03


def middle(handle):
    """Return where on the screen a handle is."""
    box = handle.bounding_box()
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def test_weights_have_sliders_and_move_with_the_training(open_one):
    page = open_one(hidden_size=0, controls=["weights"], show=["status", "boundary"])
    before = outputs(page)
    weight = page.get_by_role("slider", name="w1")
    for _ in range(3):
        weight.press("ArrowRight")
    assert outputs(page) != before
    said = weight.get_attribute("aria-valuetext")
    button(page, "Play").click()
    wait_for_epoch(page, 200)
    button(page, "Pause").click()
    assert weight.get_attribute("aria-valuetext") != said


def test_a_race_runs_by_one_clock(open_one):
    racers = [{"optimizer": "gd", "label": "plain"}, {"optimizer": "adam", "learning_rate": 0.03, "label": "Adam"}]
    page = open_one(race=racers, show=["status", "boundary", "loss"], controls=["seed"])
    button(page, "Play").click()
    wait_for_epoch(page, 200)
    button(page, "Pause").click()
    lines = status(page).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["plain", "Adam"]
    assert len({re.search(r"epoch [\d,]+", line)[0] for line in lines}) == 1
    assert len({re.search(r"loss [\d.]+", line)[0] for line in lines}) == 2
    expect(page.locator(".pg-boundary canvas")).to_have_count(2)


# ---- the address


def test_the_address_brings_the_whole_state_back(visit, publish):
    address = publish(Playground("own", name="mine"), Playground(name="other"))
    first = visit(address, **WITH_MOTION).page
    mine, other = first.locator(".playground").all()
    mine.get_by_role("button", name="all settings").click()
    mine.get_by_label("activation").select_option("sigmoid")
    mine.get_by_role("slider", name="second layer").press("ArrowRight")
    mine.get_by_role("button", name="Add a point").click()
    for _ in range(5):
        mine.get_by_role("button", name="Step").click()
    assert "#mine:" in first.url
    second = visit(first.url, **WITH_MOTION).page
    again, untouched = second.locator(".playground").all()
    expect(again.locator(".pg-status")).to_have_text(mine.locator(".pg-status").inner_text())
    for found, kept in ((again, mine), (untouched, other)):
        for playground in (found, kept):
            playground.get_by_role("button", name="Copy as Python").click()
        expect(found.locator(".pg-code")).to_have_text(kept.locator(".pg-code").inner_text())


@pytest.mark.parametrize(
    "fragment",
    [
        "#x",
        "#playground:",
        "#playground:data=nonsense&seed=-3&epoch=x",
        "#playground:points=1_2&start=NaN_1&batch_size=9",
    ],
)
def test_an_address_that_makes_no_sense_does_no_harm(visit, publish, fragment):
    seen = visit(publish(Playground()) + fragment, **WITH_MOTION)
    assert seen.complaints == [] and "epoch 0" in status(seen.page)
    assert "nnlib.datasets.xor()" in as_python(seen.page)


# ---- in the page


def test_two_playgrounds_do_not_disturb_each_other(visit, publish):
    page = visit(publish(Playground(name="a"), Playground(name="b", seed=4)), **WITH_MOTION).page
    first, second = page.locator(".playground").all()
    before = second.locator(".pg-status").inner_text()
    first.get_by_role("button", name="Play").click()
    wait_for_epoch(page, 100)
    first.get_by_role("slider", name="hidden units").press("ArrowRight")
    first.get_by_role("button", name="Pause").click()
    assert second.locator(".pg-status").inner_text() == before
    second.get_by_role("button", name="Step").click()
    assert "epoch 1 " in second.locator(".pg-status").inner_text()


def drawn(playground):
    """Return what a view shows: its words, its pictures, its handles and the state of its buttons."""
    state = "all => all.map((e) => [e.tagName, e.toDataURL?.() ?? e.ariaLabel ?? e.textContent, e.value, e.checked])"
    return playground.locator(".pg-status, canvas, button, input, select").evaluate_all(state)


def test_two_views_are_one_playground(visit, publish):
    playground = Playground("own", log_loss=True, name="twice")
    seen = visit(publish(playground, playground), **WITH_MOTION)
    first, second = seen.page.locator(".playground").all()

    def agree():
        shown = [drawn(view) for view in (first, second)]
        assert shown[0] == shown[1]
        return shown[0]

    states = [agree()]
    for view, name in ((first, "Step"), (second, "Step"), (first, "New start"), (second, "Add a point")):
        view.get_by_role("button", name=name).click()
        states.append(agree())
        assert states[-1] != states[-2]
    second.get_by_role("radio", name="class 0").check()
    first.get_by_role("button", name="Add a point").click()
    assert "class 0" in second.locator(".pg-handle").last.get_attribute("aria-label")
    first.get_by_label("log axis").uncheck()
    second.get_by_label("Speed").select_option("as fast as it can")
    agree()
    first.get_by_role("button", name="Play").click()
    expect(second.get_by_role("button", name="Pause")).to_be_visible()
    wait_for_epoch(seen.page, 2000)
    second.get_by_role("button", name="Pause").click()
    stopped = agree()
    seen.page.wait_for_timeout(200)
    assert agree() == stopped
    second.get_by_role("button", name="Back to start").click()
    assert agree() != stopped
    assert seen.complaints == []


def test_two_views_train_while_one_of_them_is_seen(visit, publish):
    playground = Playground(show=["status"], controls=[])
    page = visit(publish(playground, playground), **WITH_MOTION).page
    page.add_style_tag(content=".playground { margin-bottom: 2000px }")
    button(page, "Play").first.click()
    for place in ("first", "last"):
        getattr(page.locator(".playground"), place).scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        text = getattr(page.locator(".pg-status"), place).inner_text()
        page.wait_for_timeout(300)
        assert getattr(page.locator(".pg-status"), place).inner_text() != text


def test_the_theme_changes_the_pictures_at_once(open_one):
    page = open_one()
    before = [picture(page, view) for view in ("boundary", "loss", "network")]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    after = [picture(page, view) for view in ("boundary", "loss", "network")]
    assert all(new != old for new, old in zip(after, before, strict=True))


def test_it_rests_while_nobody_sees_it(open_one):
    page = open_one()
    button(page, "Play").click()
    wait_for_epoch(page, 50)
    page.evaluate("scrollTo({ top: 3000, behavior: 'instant' })")
    page.wait_for_timeout(200)
    away = epoch(page)
    page.wait_for_timeout(300)
    assert epoch(page) == away
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    wait_for_epoch(page, away + 50)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    page.wait_for_timeout(100)
    hidden = epoch(page)
    page.wait_for_timeout(300)
    assert epoch(page) == hidden


COUNT_DRAWINGS = """() => new Promise((finish) => {
  let drawings = 0;
  new MutationObserver(() => drawings++).observe(document.querySelector(".pg-status"), { childList: true });
  setTimeout(() => finish(drawings), 1500);
})"""


@pytest.mark.parametrize(("motion", "least", "most"), [("reduce", 1, 2), ("no-preference", 10, 200)])
def test_less_motion_means_no_autoplay_and_steps_of_a_second(open_one, motion, least, most):
    page = open_one(window={"reduced_motion": motion})
    page.wait_for_timeout(200)
    assert epoch(page) == 0
    button(page, "Play").click()
    assert least <= page.evaluate(COUNT_DRAWINGS) <= most


def test_a_screen_reader_hears_the_state_when_it_rests(open_one):
    page = open_one()
    news = page.locator(".pg-aside")
    assert news.get_attribute("role") == "status"
    button(page, "Play").click()
    wait_for_epoch(page, 100)
    assert news.inner_text() == ""  # not frame after frame
    button(page, "Pause").click()
    expect(news).to_have_text(status(page))
    page.get_by_role("slider", name="hidden units").press("ArrowRight")
    expect(news).to_have_text(status(page))
    assert "epoch 0" in news.inner_text() and "not trained yet" in news.inner_text()


def test_a_verdict_that_stands_is_heard_while_it_trains(open_one):
    page = open_one(learning_rate=100, seed=1)
    button(page, "Play").click()
    expect(page.locator(".pg-aside")).to_contain_text("saturated at epoch")


def test_of_drawn_data_only_a_verdict_is_heard(open_one):
    page = open_one("circles", learning_rate=3, noise=0.05, n_samples=60)
    button(page, "Play").click()
    news = page.locator(".pg-aside")
    expect(news).to_contain_text("at epoch", timeout=20_000)
    assert re.fullmatch(r"solved at epoch \d+", news.inner_text())


def test_a_lists_readout_takes_no_text(open_one):
    page = open_one()
    assert not page.locator(".playground .widget-readout").first.evaluate("readout => readout.isContentEditable")


def test_the_output_units_line_parts_a_solved_hidden_layer(open_one):
    page = open_one(hidden_size=6, learning_rate=3, epochs=2000)
    wait_for_epoch(page, 2000)
    assert "solved" in status(page)
    colors = page.locator(".pg-hidden canvas").evaluate(
        """canvas => {
          const row = canvas.getContext("2d").getImageData(0, 5, canvas.width, 1).data;
          const warm = (k) => row[4 * k] > row[4 * k + 2];  // orange, not blue
          return [warm(3), warm(canvas.width - 4)];
        }"""
    )
    assert colors == [True, False]  # orange on the left of an upright line, blue on its right
    for view in ("boundary", "loss", "hidden", "network"):
        assert len(page.locator(f".pg-{view} canvas").get_attribute("aria-label")) > 40
