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
from PIL import Image
from playwright.sync_api import expect

import nnlib
from nnlib.widgets import Playground
from tests.site.conftest import serve

ASSETS = Path(__file__).parents[2] / "book" / "_assets"
PAGE = """<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>Playgrounds</title>
<link rel="stylesheet" href="assets/widgets.css"><style>main {{ max-width: 700px }}</style>
<main><h1>Playgrounds</h1>{figures}</main><div style="height: 3000px"></div>
<script src="assets/widgets.js"></script></html>
"""
FIGURE = (
    '<div class="nn-place"><figure class="nn-widget" data-kind="playground" data-code="code.js" data-state="state.js"'
    ' data-model="{}"><div class="nn-still"></div></figure></div>'
)
WITH_MOTION = {"reduced_motion": "no-preference"}


@pytest.fixture
def publish(tmp_path):
    """Return a function that publishes Playgrounds in one page, as the book does, and returns its address."""
    (tmp_path / "assets").symlink_to(ASSETS)
    with serve(tmp_path) as address:

        def write(*playgrounds):
            embedded = embed_data(views=list(playgrounds), drop_defaults=False)
            models = {name: model["state"] for name, model in embedded["manager_state"]["state"].items()}
            states = {name: state for name, state in models.items() if "_esm" in state}
            (tmp_path / "state.js").write_text(f"nnWidgets.know({json.dumps({'states': states, 'links': []})})")
            (tmp_path / "code.js").write_text(code_of(playgrounds[0]))
            figures = "".join(FIGURE.format(view["model_id"]) for view in embedded["view_specs"])
            (tmp_path / "index.html").write_text(PAGE.format(figures=figures))
            return f"{address}/index.html"

        yield write
        ipywidgets.Widget.close_all()


def code_of(playground):
    """Return the code of all Playgrounds, as their host takes it."""
    code = playground._esm.replace("export default ", "return ")
    return f'nnWidgets.define("playground", {json.dumps(playground._css)}, () => {{{code}}})'


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


# ---- what a person finds in a Playground; `place` is a page with one, or one of several


def button(place, name):
    return place.get_by_role("button", name=name, exact=True)


def slider(place, name):
    return place.get_by_role("slider", name=name, exact=True)


def handles(place):
    """Return the own points and the grips of lines."""
    return place.get_by_role("button", name=re.compile(r"^(Point \d|Line of unit \d)"))


def news(place):
    """Return what a screen reader is told."""
    return place.locator(".playground").get_by_role("status")


def status(place):
    return place.locator(".pg-status").first.inner_text()


def epoch(place):
    return int(re.search(r"epoch ([\d,]+)", status(place))[1].replace(",", ""))


def wait_for_epoch(page, least):
    page.wait_for_function(
        """least => {
          const [, epoch] = document.querySelector(".pg-status").textContent.match(/epoch ([\\d,]+)/);
          return Number(epoch.replaceAll(",", "")) >= least;
        }""",
        arg=least,
    )


def train(page, least):
    """Let it play at least so far, and stop it."""
    button(page, "Play").click()
    wait_for_epoch(page, least)
    button(page, "Pause").click()


def picture(place, view):
    """Return what a canvas shows, as text."""
    return place.locator(f".pg-{view} canvas").first.evaluate("canvas => canvas.toDataURL()")


def as_python(place):
    """Return the lines of Python that the page gives for its run."""
    button(place, "Copy as Python").click()
    sheet = place.get_by_role("group", name="Lines that repeat this run")
    text = sheet.get_by_label("The copied text").inner_text()
    button(sheet, "Close").click()
    return text


def run_python(text):
    """Run the page's Python and return its names."""
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(text, names)
    return names


def outputs(place):
    """Return the outputs at the points, as the plane's description says them."""
    words = place.locator(".pg-boundary canvas").first.get_attribute("aria-label")
    return [float(number) for number in re.findall(r"([\d.]+) at \(", words)]


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


def middle(handle):
    """Return where on the screen a handle is."""
    box = handle.bounding_box()
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def drag(page, start, *ends):
    """Move the mouse, its button held, from one place over others."""
    page.mouse.move(*start)
    page.mouse.down()
    for end in ends:
        page.mouse.move(*end, steps=3)
    page.mouse.up()


# ---- training by hand


def test_play_trains_pause_stops_and_all_views_move(open_one):
    page = open_one(until_solved=False)
    views = ("boundary", "loss", "hidden", "network")
    before = [picture(page, view) for view in views]
    train(page, 300)
    assert all(picture(page, view) != old for view, old in zip(views, before, strict=True))
    stopped, shown = status(page), picture(page, "loss")
    page.wait_for_timeout(300)
    assert status(page) == stopped and picture(page, "loss") == shown


def test_what_the_page_shows_is_what_its_python_gives(open_one):
    page = open_one(hidden_size=2, learning_rate=3, seed=7, until_solved=False)
    train(page, 500)
    text = as_python(page)
    names = run_python(text)
    assert f"epochs={epoch(page)}" in text
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
    page = open_one(until_solved=False)
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
    slider(page, "learning rate").press("ArrowRight")
    assert epoch(page) == 0 and "GradientDescent(1)" in as_python(page)


def test_a_finger_trains_and_chooses(open_one):
    page = open_one(data="own", until_solved=False, window={**WITH_MOTION, "has_touch": True, "width": 390})
    button(page, "Play").tap()
    wait_for_epoch(page, 50)
    button(page, "Pause").tap()
    track = slider(page, "hidden units").bounding_box()
    page.touchscreen.tap(track["x"] + track["width"] * 0.99, track["y"] + track["height"] / 2)
    assert "NeuralNetwork(2, 16, 1" in as_python(page)
    page.touchscreen.tap(*spot(page, 0.5, 0.5))
    expect(handles(page)).to_have_count(5)
    assert re.fullmatch(r"0\.\d\d at \(0\.5., 0\.[45].\)", page.locator(".pg-readout").first.inner_text())


SLIDERS = {  # name: a key, and what the page's Python then says
    "learning rate": ("ArrowRight", "GradientDescent(1)"),
    "second layer": ("ArrowRight", "NeuralNetwork(2, 4, 1, 1"),
    "hidden units": ("End", "NeuralNetwork(2, 16,"),
    "weight decay": ("End", "l2=0.1"),
    "noise": ("Home", "noise=0,"),
    "batch size": ("ArrowRight", "batch_size=1,"),
}
LISTS = {
    "data": ("circles", "nnlib.datasets.circles("),
    "activation": ("ReLU", 'hidden="relu"'),
    "loss": ("cross-entropy", 'loss="binary_cross_entropy"'),
    "optimizer": ("Adam", "nnlib.Adam("),
}
IN_FRONT = ("data", "learning rate", "hidden units")


def show_settings(page):
    button(page, "all settings").click()
    return page.get_by_role("group", name="More settings")


def test_a_slider_answers_keys_and_mouse(open_one):
    page = open_one(data="moons")
    for name, (key, said) in SLIDERS.items():
        button(page, "Step").click()
        place = page if name in IN_FRONT else show_settings(page)
        control = slider(place, name)
        before = control.get_attribute("aria-valuetext")
        control.press(key)
        assert epoch(page) == 0  # a run has one setting
        assert control.get_attribute("aria-valuetext") != before
        control.scroll_into_view_if_needed()
        chosen, text = control.get_attribute("aria-valuetext"), as_python(page)
        assert said in text
        if name not in IN_FRONT:
            show_settings(page)  # one sheet at a time
        track = control.bounding_box()
        page.mouse.click(track["x"] + track["width"] * 0.4, track["y"] + track["height"] / 2)
        assert control.get_attribute("aria-valuetext") != chosen
        assert said not in as_python(page)


def test_a_list_answers_and_so_does_the_seed(open_one):
    page = open_one()
    for name, (chosen, said) in LISTS.items():
        button(page, "Step").click()
        assert said not in as_python(page)
        (page if name in IN_FRONT else show_settings(page)).get_by_label(name, exact=True).select_option(chosen)
        assert epoch(page) == 0
        assert said in as_python(page)
    field = show_settings(page).get_by_label("seed", exact=True)
    field.fill("77")
    field.press("Enter")
    assert "rng=77)" in as_python(page)


def test_settings_lie_over_the_pictures_and_close_again(open_one):
    page = open_one()
    opener = button(page, "all settings")
    for close in (lambda sheet: button(sheet, "Close").click(), lambda sheet: sheet.press("Escape")):
        sheet = show_settings(page)
        expect(sheet).to_be_visible()
        expect(opener).to_have_attribute("aria-expanded", "true")
        slider(sheet, "weight decay").press("ArrowRight")
        close(sheet)
        expect(sheet).to_be_hidden()
        expect(opener).to_be_focused()
    sheet = show_settings(page)
    sheet.get_by_text("More settings").click()
    expect(sheet).to_be_visible()
    page.get_by_role("heading", name="Playgrounds").click()
    expect(sheet).to_be_hidden()


def test_a_sheet_that_opens_upwards_is_wholly_seen(open_one):
    page = open_one()
    opener = button(page, "Own data…")
    opener.evaluate("opener => window.scrollTo(0, opener.getBoundingClientRect().top + scrollY - 100)")
    opener.evaluate("opener => opener.click()")  # as a finger does, without scrolling to it
    sheet = page.get_by_role("group", name="Own data", exact=True)
    expect(sheet).to_be_in_viewport(ratio=1)
    assert sheet.bounding_box()["y"] >= 60  # below the page's header


def test_speed_and_the_log_axis(open_one):
    page = open_one(speed=1, until_solved=False)
    button(page, "Play").click()
    page.wait_for_timeout(500)
    assert epoch(page) <= 1
    page.get_by_label("Speed").select_option("as fast as it can")
    wait_for_epoch(page, 2000)
    button(page, "Pause").click()
    before = picture(page, "loss")
    page.get_by_role("checkbox", name="log axis").check()
    assert picture(page, "loss") != before


# ---- back to any moment, and to an end


def test_the_scrubber_goes_back_and_it_trains_on_from_there(open_one):
    page = open_one(learning_rate=1, until_solved=False)
    start = outputs(page)
    train(page, 300)
    end, last = epoch(page), outputs(page)
    scrubber = slider(page, "epoch")
    scrubber.press("Home")
    assert epoch(page) == 0 and outputs(page) == start
    scrubber.press("End")
    assert epoch(page) == end and outputs(page) == last
    track = scrubber.bounding_box()
    drag(
        page, (track["x"] + 0.9 * track["width"], track["y"] + 14), (track["x"] + 0.5 * track["width"], track["y"] + 14)
    )
    back = epoch(page)
    assert 0.3 * end < back < 0.7 * end
    assert scrubber.get_attribute("aria-valuetext") == f"epoch {back:,} of {end:,}"
    button(page, "Step").click()
    assert epoch(page) == back + 1
    assert scrubber.get_attribute("aria-valuetext") == f"epoch {back + 1:,} of {back + 1:,}"  # what was ahead has gone
    names = run_python(as_python(page))
    np.testing.assert_allclose(outputs(page), names["net"].forward(names["X"]).ravel(), atol=0.00501)
    expect(page.get_by_text("the run before")).to_be_visible()  # and stays to be seen


def test_it_stops_when_solved_unless_that_is_switched_off(open_one):
    page = open_one(learning_rate=3)
    button(page, "Play").click()
    expect(page.locator(".pg-status")).to_contain_text("solved")
    expect(button(page, "Play")).to_be_visible()
    solved = epoch(page)
    assert solved < 1000
    train(page, solved + 100)  # who plays on is not stopped again
    button(page, "Back to start").click()
    page.get_by_role("checkbox", name="stop when solved").uncheck()
    train(page, 1000)


def test_the_curve_of_the_run_before_stays(open_one):
    page = open_one(until_solved=False)
    ghost = page.get_by_text("the run before")
    train(page, 200)
    expect(ghost).to_have_count(0)
    button(page, "New start").click()
    expect(ghost).to_be_visible()
    with_ghost = picture(page, "loss")
    slider(page, "learning rate").press("ArrowRight")
    assert picture(page, "loss") == with_ghost  # nothing was run in between: it is still the run before


def last_tick(page):
    """Return the last number that is written below the loss when it is drawn again."""
    return page.locator(".pg-loss canvas").evaluate(
        """async canvas => {
          const pen = canvas.getContext("2d");
          const written = [];
          pen.fillText = (text, x, y) => y > canvas.clientHeight - 15 && written.push(Number(text));
          document.documentElement.dataset.theme = "light";
          while (!written.length) await new Promise(requestAnimationFrame);
          delete pen.fillText;
          return Math.max(...written.filter(Number.isFinite));
        }"""
    )


def test_the_run_before_is_whole_beside_a_short_one(open_one):
    page = open_one(until_solved=False, speed=1000)
    train(page, 600)
    rate = slider(page, "learning rate")
    rate.press("ArrowRight")
    assert last_tick(page) >= 400
    button(page, "Step").click()
    assert last_tick(page) >= 400
    rate.press("ArrowRight")
    page.get_by_label("Speed").select_option("0")
    train(page, 3000)
    button(page, "New start").click()
    assert 400 <= last_tick(page) <= 1000  # of a long one the beginning, or this run would be a speck


def test_enter_on_a_slider_plays_and_stops(open_one):
    page = open_one(until_solved=False)
    for place, name in ((page, "learning rate"), (show_settings(page), "weight decay")):
        control = slider(place, name)
        control.press("Enter")
        wait_for_epoch(page, 1)
        control.press("Enter")
        expect(button(page, "Play")).to_be_visible()
        expect(control).to_be_focused()


# ---- failing, and succeeding


def test_a_bad_rate_fails_and_a_good_one_succeeds(open_one):
    page = open_one(learning_rate=100, seed=1, until_solved=False)
    button(page, "Play").click()
    wait_for_epoch(page, 500)
    assert "saturated: sure and wrong" in status(page)
    rate = slider(page, "learning rate")
    while rate.get_attribute("aria-valuetext") != "3":
        rate.press("ArrowLeft")
    # It goes on playing, from epoch 0.
    expect(page.locator(".pg-status")).to_contain_text("4 of 4 right · solved")


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


# ---- own points


def test_own_points_by_mouse(open_one):
    page = open_one("own", name="mine")
    points, last = handles(page), handles(page).last
    page.mouse.click(*spot(page, 0.5, 0.25))
    expect(points).to_have_count(5)
    assert place_of(last) == ("class 1", pytest.approx([0.5, 1], abs=0.02))
    page.get_by_role("radio", name="class 0").check()
    page.mouse.click(*spot(page, 0.25, 0.5))
    assert place_of(last) == ("class 0", pytest.approx([0, 0.5], abs=0.02))
    drag(page, spot(page, 0.25, 0.5), spot(page, 0.5, 0.5))
    assert place_of(last) == ("class 0", pytest.approx([0.5, 0.5], abs=0.02))
    expect(points).to_have_count(6)
    last.click()
    button(page, "Remove").click()
    expect(points).to_have_count(5)
    names = run_python(as_python(page))
    assert len(names["X"]) == 5 and names["X"][-1] == pytest.approx([0.5, 1], abs=0.02)


def test_another_button_of_the_mouse_moves_no_point(open_one):
    page = open_one("own")
    point = handles(page).first
    before = place_of(point)
    page.mouse.move(*middle(point))
    page.mouse.down(button="right")
    page.mouse.move(*(middle(point) + 40), steps=3)
    page.mouse.up(button="right")
    assert place_of(point) == before


def test_a_tap_chooses_a_point_to_place_it_or_to_change_its_class(open_one):
    page = open_one("own")
    point = handles(page).nth(1)
    assert place_of(point)[0] == "class 1"
    point.click()
    expect(point).to_have_attribute("aria-pressed", "true")
    assert place_of(point)[0] == "class 1"
    point.click()
    assert place_of(point)[0] == "class 0"
    page.get_by_role("radio", name="class 1").check()
    assert place_of(point)[0] == "class 1"
    page.mouse.click(*spot(page, 0.5, 0.5))
    assert place_of(point) == ("class 1", pytest.approx([0.5, 0.5], abs=0.02))
    expect(point).to_have_attribute("aria-pressed", "false")
    drag(page, middle(point), middle(point) + 40)
    assert place_of(point)[0] == "class 1"  # to drag is not to tap
    point.dblclick()
    assert place_of(point)[0] == "class 0"  # two taps, however quick
    expect(handles(page)).to_have_count(4)


def test_where_data_are_not_to_be_chosen_points_are_moved_and_not_added(open_one):
    page = open_one("own", controls=["weights"], hidden_size=0, show=["status", "boundary"])
    expect(button(page, "Add a point")).to_be_hidden()
    page.mouse.click(*spot(page, 0.5, 0.3))
    expect(handles(page)).to_have_count(4)
    handles(page).first.press("ArrowRight")
    assert "at (0.04, 0)" in handles(page).first.get_attribute("aria-label")


def test_own_points_by_keys(open_one):
    page = open_one("own")
    button(page, "Add a point").press("Enter")
    point = handles(page).last
    expect(point).to_be_focused()
    assert "Point 5 of 5, class 1, at (0.5, 0.5)" in point.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert "at (0.54, 0.7)" in point.get_attribute("aria-label")
    page.keyboard.press("Enter")
    assert "class 0" in point.get_attribute("aria-label")
    page.keyboard.press("Delete")
    expect(handles(page)).to_have_count(4)


def test_what_is_done_to_points_can_be_undone(open_one):
    page = open_one("own")
    undo = button(page, "Undo")
    expect(undo).to_be_disabled()
    states = [places(page)]

    def then(action):
        action()
        states.append(places(page))
        assert states[-1] != states[-2]

    then(lambda: page.mouse.click(*spot(page, 0.5, 0.25)))
    then(lambda: drag(page, spot(page, 0.5, 0.25), spot(page, 0.6, 0.4), spot(page, 0.3, 0.4)))
    then(lambda: handles(page).first.press("Enter"))
    then(lambda: handles(page).nth(2).press("Delete"))
    for before in states[-2:0:-1]:
        undo.click()
        assert places(page) == before
    handles(page).first.press("Control+z")
    assert places(page) == states[0]
    expect(undo).to_be_disabled()


def places(page):
    return [place_of(point) for point in handles(page).all()]


def own_data(page):
    button(page, "Own data…").click()
    return page.get_by_role("group", name="Own data", exact=True)


def test_own_data_are_pasted_as_a_table_and_a_bad_line_is_refused_in_words(open_one):
    page = open_one()
    sheet = own_data(page)
    table = sheet.get_by_label("Points, one a line")
    table.fill("0.5, 1.2, 0\n0.1, east, 1")
    button(sheet, "Use table").click()
    expect(sheet.get_by_role("alert")).to_have_text("Line 2: “east” is not a number.")
    assert "datasets.xor()" in as_python(page)
    own_data(page)
    table.fill("x1,x2,kind\n0.5,1.2,cat\n-3\t0.25\tdog\n2 1 dog\n")
    button(sheet, "Use table").click()
    expect(sheet).to_be_hidden()
    assert places(page) == [("class 0", [0.5, 1.2]), ("class 1", [-3, 0.25]), ("class 1", [2, 1])]
    area = page.locator(".pg-layer").bounding_box()
    for point in handles(page).all():
        assert all(0 <= at - area[side] <= area["width"] for at, side in zip(middle(point), "xy", strict=True))
    expect(news(page)).to_contain_text("3 points.")
    button(page, "Undo").click()
    assert "datasets.xor()" in as_python(page)


def test_a_formula_gives_points_their_classes(open_one):
    page = open_one()
    sheet = own_data(page)
    formula = sheet.get_by_label("A formula")
    formula.fill("y > launch(x)")
    formula.press("Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("“launch” is not known here")
    formula.fill("y > x^2 - 0.5")
    formula.press("Enter")
    expect(sheet).to_be_hidden()
    names = run_python(as_python(page))
    X, Y = np.array(names["X"]), np.array(names["Y"]).ravel()
    assert X.shape == (200, 2) and abs(X).max() <= 1
    sure = abs(X[:, 1] - X[:, 0] ** 2 + 0.5) > 0.005  # the points are rounded
    np.testing.assert_array_equal(Y[sure], (X[:, 1] > X[:, 0] ** 2 - 0.5)[sure])


# ---- lines, weights, races


THETA = [1, -1, 1, 1, -0.5, -0.5, 1, 1, 0]


def test_lines_are_dragged_and_undone(open_one):
    page = open_one(hidden_size=2, theta=THETA, show=["boundary", "hidden"], controls=["lines"])
    views = ("boundary", "hidden")
    grips, before = handles(page), [picture(page, view) for view in views]
    assert grips.count() == 4
    place = middle(grips.first)
    drag(page, place, place + [20, -10], place + [45, -35])
    moved = [picture(page, view) for view in views]
    assert moved[0] != before[0] and moved[1] != before[1]
    grips.last.press("ArrowLeft")
    assert picture(page, "boundary") != moved[0]
    page.evaluate("document.activeElement.blur()")
    button(page, "Undo").click()
    assert [picture(page, view) for view in views] == moved
    button(page, "Undo").click()
    assert [picture(page, view) for view in views] == before
    expect(button(page, "Undo")).to_be_disabled()
    grips.last.press("ArrowLeft")
    button(page, "Back to start").click()
    assert [picture(page, view) for view in views] == before  # as the author gave them


def distance_to_line(page, unit, *at):
    """Return how far from the line of a unit a place on the screen is, in the plane's coordinates."""
    area = page.locator(".pg-layer").bounding_box()
    net = run_python(as_python(page))["net"]
    W, b = net.layers[0].W[:, unit], net.layers[0].b[unit]
    (x, y), side = at, area["width"]
    point = [1.5 * (x - area["x"]) / side - 0.25, 1.25 - 1.5 * (y - area["y"]) / side]
    return abs(W @ point + b) / np.hypot(*W)


def test_a_line_is_moved_without_dragging(open_one):
    page = open_one(hidden_size=2, theta=THETA, show=["boundary"], controls=["lines"])
    grip, pivot = handles(page).nth(0), middle(handles(page).nth(1))
    grip.click()
    expect(grip).to_have_attribute("aria-pressed", "true")
    aim = spot(page, 0.6, 0.5)
    assert distance_to_line(page, 0, *aim) > 0.1
    page.mouse.click(*aim)
    expect(grip).to_have_attribute("aria-pressed", "false")
    assert distance_to_line(page, 0, *aim) < 0.03 and distance_to_line(page, 0, *pivot) < 0.03
    page.mouse.click(*spot(page, 0.8, 0.55))  # nothing is chosen now
    assert distance_to_line(page, 0, *aim) < 0.03


def test_a_line_turns_about_the_grip_that_is_not_held(open_one):
    page = open_one(hidden_size=2, theta=[1, 0, 1, -1, -0.5, 0.5, 1, 1, 0], show=["boundary"], controls=["lines"])
    held, pivot = handles(page).nth(2), handles(page).nth(3)
    page.locator(".pg-layer").scroll_into_view_if_needed()
    start, about = middle(held), middle(pivot)
    corner = np.array(spot(page, 0.97, 0.3))  # past a corner of the box, where the line meets another of its sides
    drag(page, start, *(start + share * (corner - start) for share in (0.25, 0.5, 0.75, 1)))
    assert np.hypot(*(middle(held) - corner)) < np.hypot(*(middle(pivot) - corner))
    for place in (about, corner):  # the line goes through both, to a pixel or so
        assert distance_to_line(page, 1, *place) < 0.03


def test_weights_have_sliders_and_move_with_the_training(open_one):
    page = open_one(hidden_size=0, controls=["weights"], show=["status", "boundary"])
    before = outputs(page)
    weight, field = slider(page, "w1"), page.get_by_role("spinbutton", name="w1, as a number")
    for _ in range(3):
        weight.press("ArrowRight")
    assert outputs(page) != before
    assert weight.get_attribute("aria-valuetext") == f"{float(field.input_value()):.2f}"
    field.fill("-2.25")
    field.press("Enter")
    assert weight.get_attribute("aria-valuetext") == "-2.25"
    said = weight.get_attribute("aria-valuetext")
    train(page, 200)
    assert weight.get_attribute("aria-valuetext") != said


RACERS = [{"optimizer": "gd", "label": "plain"}, {"optimizer": "adam", "learning_rate": 0.03, "label": "Adam"}]


def test_a_race_runs_by_one_clock(open_one):
    page = open_one(race=RACERS, show=["status", "boundary", "loss"], controls=["seed"], until_solved=False)
    train(page, 200)
    lines = status(page).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["plain", "Adam"]
    assert len({re.search(r"epoch [\d,]+", line)[0] for line in lines}) == 1
    assert len({re.search(r"loss [\d.]+", line)[0] for line in lines}) == 2
    expect(page.locator(".pg-boundary canvas")).to_have_count(2)
    strokes = page.locator(".pg-stroke line").evaluate_all("all => all.map((l) => l.getAttribute('stroke-dasharray'))")
    assert len(set(strokes)) == 2  # told apart without their colors


# ---- values, pictures, the whole screen


def test_the_value_under_the_pointer_is_said(open_one):
    page = open_one(epochs=200)
    wait_for_epoch(page, 200)
    net = run_python(as_python(page))["net"]
    page.mouse.move(*spot(page, 0.25, 0.25))
    value, x, y = map(float, re.findall(r"-?\d\.\d\d", page.locator(".pg-boundary .pg-readout").inner_text()))
    assert [x, y] == pytest.approx([0.125, 0.875], abs=0.01)
    assert value == pytest.approx(net.forward([[x, y]])[0, 0], abs=0.02)
    page.mouse.move(5, 5)
    assert page.locator(".pg-boundary .pg-readout").inner_text() == ""
    box = page.locator(".pg-loss canvas").bounding_box()
    page.mouse.move(box["x"] + 50 + (box["width"] - 78) / 2, box["y"] + 40)
    assert re.fullmatch(r"loss 0\.\d+ at epoch (99|100|101)", page.locator(".pg-loss .pg-readout").inner_text())


def test_the_picture_is_saved(open_one):
    page = open_one(learning_rate=3, epochs=5, name="mine")
    with page.expect_download() as download:
        button(page, "Save picture").click()
    assert download.value.suggested_filename == "mine-epoch-5.png"
    saved = Image.open(download.value.path()).convert("RGB")
    widths = page.locator("canvas").evaluate_all("all => all.map((canvas) => canvas.clientWidth)")
    assert saved.width == sum(widths) + 16 * (len(widths) + 1)
    assert len(saved.getcolors(2**24)) > 100


def test_it_takes_the_whole_screen_and_gives_it_back(open_one):
    page = open_one()
    canvas = page.locator(".pg-boundary canvas")
    before = canvas.bounding_box()["width"]
    button(page, "Full screen").click()
    expect(button(page, "Leave full screen")).to_be_visible()
    assert canvas.bounding_box()["width"] > 1.2 * before
    assert page.locator(".pg-loss canvas").bounding_box()["y"] < page.evaluate("innerHeight")
    button(page, "Leave full screen").click()
    expect(button(page, "Full screen")).to_be_visible()
    page.wait_for_function("width => document.querySelector('.pg-boundary canvas').clientWidth === width", arg=before)


# ---- the address


def test_the_address_brings_the_whole_state_back(visit, publish):
    address = publish(Playground("own", name="mine"), Playground(name="other"))
    first = visit(address, **WITH_MOTION).page
    mine, other = first.locator(".playground").all()
    settings = show_settings(mine)
    settings.get_by_label("activation").select_option("sigmoid")
    slider(settings, "second layer").press("ArrowRight")
    button(settings, "Close").click()
    button(mine, "Add a point").click()
    for _ in range(5):
        button(mine, "Step").click()
    assert "#mine:" in first.url
    second = visit(first.url, **WITH_MOTION).page
    again, untouched = second.locator(".playground").all()
    expect(again.locator(".pg-status")).to_have_text(mine.locator(".pg-status").inner_text())
    expect(again.get_by_role("group", name="More settings")).to_be_visible()  # what the link is about
    expect(button(again, "Play")).to_be_in_viewport()
    expect(untouched.get_by_role("group", name="More settings")).to_be_hidden()
    button(again, "Close").first.click()
    for found, kept in ((again, mine), (untouched, other)):
        assert as_python(found) == as_python(kept)


def test_a_link_to_what_stands_in_front_opens_no_sheet(visit, publish):
    first = visit(publish(Playground()), **WITH_MOTION).page
    slider(first, "hidden units").press("ArrowRight")
    button(first, "Copy link").click()
    sheet = first.get_by_role("group", name="An address that leads to this run")
    link = sheet.get_by_label("The copied text").inner_text()
    assert link == first.url
    second = visit(link, **WITH_MOTION).page
    assert slider(second, "hidden units").get_attribute("aria-valuetext") == "5"
    expect(second.get_by_role("group", name="More settings")).to_be_hidden()


FRAGMENTS = [
    "#x",
    "#playground:",
    "#playground:data=nonsense&seed=-3&epoch=x",
    "#playground:points=1_2&start=NaN_1&batch_size=9",
]


def test_an_address_that_makes_no_sense_does_no_harm(visit, publish):
    address = publish(Playground())
    for fragment in FRAGMENTS:
        seen = visit(address + fragment, **WITH_MOTION)
        assert seen.complaints == [] and "epoch 0" in status(seen.page), fragment
        assert "nnlib.datasets.xor()" in as_python(seen.page), fragment


# ---- in the page


def test_two_playgrounds_do_not_disturb_each_other(visit, publish):
    page = visit(publish(Playground(name="a", until_solved=False), Playground(name="b", seed=4)), **WITH_MOTION).page
    first, second = page.locator(".playground").all()
    before = status(second)
    button(first, "Play").click()
    wait_for_epoch(page, 100)
    slider(first, "hidden units").press("ArrowRight")
    button(first, "Pause").click()
    assert status(second) == before
    button(second, "Step").click()
    assert epoch(second) == 1


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
        button(view, name).click()
        states.append(agree())
        assert states[-1] != states[-2]
    second.get_by_role("radio", name="class 0").check()
    button(first, "Add a point").click()
    assert place_of(handles(second).last)[0] == "class 0"
    first.get_by_role("checkbox", name="log axis").uncheck()
    second.get_by_role("checkbox", name="stop when solved").uncheck()
    second.get_by_label("Speed").select_option("as fast as it can")
    agree()
    button(first, "Play").click()
    expect(button(second, "Pause")).to_be_visible()
    wait_for_epoch(seen.page, 2000)
    button(second, "Pause").click()
    stopped = agree()
    seen.page.wait_for_timeout(200)
    assert agree() == stopped
    button(second, "Back to start").click()
    assert agree() != stopped
    assert seen.complaints == []


def test_two_views_train_while_one_of_them_is_seen(visit, publish):
    playground = Playground(show=["status"], controls=[], until_solved=False)
    page = visit(publish(playground, playground), **WITH_MOTION).page
    page.add_style_tag(content=".playground { margin-bottom: 2000px }")
    button(page, "Play").first.click()
    for place in (page.locator(".playground").first, page.locator(".playground").last):
        place.scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        text = status(place)
        page.wait_for_timeout(300)
        assert status(place) != text


def test_the_theme_changes_the_pictures_at_once(open_one):
    page = open_one()
    before = [picture(page, view) for view in ("boundary", "loss", "network")]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    after = [picture(page, view) for view in ("boundary", "loss", "network")]
    assert all(new != old for new, old in zip(after, before, strict=True))


def test_it_rests_while_nobody_sees_it(open_one):
    page = open_one(until_solved=False)
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


# Out of sight and back within one frame: the observer's entries come together.
AWAY_AND_BACK = """() => {
  const seen = IntersectionObserver.prototype;
  document.querySelector("main").style.marginTop = "5000px";
  requestAnimationFrame(() => setTimeout(() => (document.querySelector("main").style.marginTop = "")));
  const until = performance.now() + 150;
  return new Promise((finish) => setTimeout(() => {
    while (performance.now() < until);
    finish();
  }));
}"""


def test_a_window_made_small_and_large_again_does_not_freeze_it(open_one):
    page = open_one(until_solved=False)
    button(page, "Play").click()
    wait_for_epoch(page, 50)
    for _ in range(3):
        page.set_viewport_size({"width": 1280, "height": 300})
        page.set_viewport_size({"width": 1280, "height": 900})
        page.evaluate(AWAY_AND_BACK)
    wait_for_epoch(page, epoch(page) + 100)


COUNT_DRAWINGS = """() => new Promise((finish) => {
  let drawings = 0;
  new MutationObserver(() => drawings++).observe(document.querySelector(".pg-status"), { childList: true });
  setTimeout(() => finish(drawings), 1500);
})"""


@pytest.mark.parametrize(("motion", "least", "most"), [("reduce", 1, 2), ("no-preference", 10, 200)])
def test_less_motion_means_steps_of_a_second(open_one, motion, least, most):
    page = open_one(until_solved=False, window={"reduced_motion": motion})
    page.wait_for_timeout(200)
    assert epoch(page) == 0
    button(page, "Play").click()
    assert least <= page.evaluate(COUNT_DRAWINGS) <= most


def test_a_screen_reader_hears_the_state_when_it_rests(open_one):
    page = open_one(until_solved=False)
    button(page, "Play").click()
    wait_for_epoch(page, 100)
    assert news(page).inner_text() == ""  # not frame after frame
    button(page, "Pause").click()
    expect(news(page)).to_have_text(status(page))
    slider(page, "hidden units").press("ArrowRight")
    expect(news(page)).to_have_text(status(page))
    assert "epoch 0" in news(page).inner_text() and "not trained yet" in news(page).inner_text()


def test_a_verdict_that_stands_is_heard_while_it_trains(open_one):
    page = open_one(learning_rate=100, seed=1)
    button(page, "Play").click()
    expect(news(page)).to_contain_text("saturated at epoch")


def test_of_drawn_data_only_a_verdict_is_heard(open_one):
    page = open_one("circles", learning_rate=3, noise=0.05, n_samples=60, until_solved=False)
    button(page, "Play").click()
    expect(news(page)).to_contain_text("at epoch", timeout=20_000)
    assert re.fullmatch(r"solved at epoch \d+", news(page).inner_text())


ENDS_OF_A_ROW = """canvas => {
  const ratio = canvas.width / canvas.clientWidth;
  const side = Math.min(canvas.clientWidth - 40, canvas.clientHeight - 30);
  const pen = canvas.getContext("2d");
  const warm = (x) => {
    const [red, , blue] = pen.getImageData(Math.round(x * ratio), Math.round(12 * ratio), 1, 1).data;
    return red > blue; // orange, not blue
  };
  return [warm(34 + 3), warm(34 + side - 4)];
}"""


def test_the_output_units_line_parts_a_solved_hidden_layer(open_one):
    page = open_one(hidden_size=6, learning_rate=3, epochs=2000)
    wait_for_epoch(page, 2000)
    assert "solved" in status(page)
    ends = page.locator(".pg-hidden canvas").evaluate(ENDS_OF_A_ROW)
    assert ends == [True, False]  # orange on the left of an upright line, blue on its right
    for view in ("boundary", "loss", "hidden", "network"):
        assert len(page.locator(f".pg-{view} canvas").get_attribute("aria-label")) > 40


# ---- in the book


CHAPTERS = [
    "01_one_neuron",
    "03_a_hidden_layer_folds_the_plane",
    "08_the_training_loop",
    "09_when_xor_refuses",
    "11_better_steps",
]
PLACES = """figure => [figure, ...figure.querySelectorAll(".pg-lab > *, .pg-panel, canvas, .pg-controls > .pg-control")]
  .filter((part) => !part.hidden)
  .map((part) => {
    const { top, height } = part.getBoundingClientRect();
    return [part.className || part.tagName, Math.round(top - figure.getBoundingClientRect().top), Math.round(height)];
  })"""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_it_has_the_height_that_its_page_keeps_and_nothing_in_it_moves(visit, site, chapter):
    page = visit(f"{site}/book/{chapter}.html", **WITH_MOTION).page
    figures = page.locator("figure.nn-widget:has(.playground)").all()
    assert figures
    for width in (390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for figure in figures:
            stays_at_its_height(figure)


def stays_at_its_height(figure):
    kept = figure.evaluate("figure => parseFloat(getComputedStyle(figure).minHeight)")
    assert figure.locator(".playground").bounding_box()["height"] == pytest.approx(kept, abs=1)
    assert figure.locator(".pg-lab").bounding_box()["height"] == pytest.approx(kept, abs=1)
    assert figure.locator(".pg-keys").evaluate_all("all => all.every((keys) => keys.scrollHeight <= keys.clientHeight)")
    before = figure.evaluate(PLACES)
    button(figure, "Play").click()
    figure.page.wait_for_timeout(250)
    assert figure.evaluate(PLACES) == before
    if button(figure, "Pause").is_visible():
        button(figure, "Pause").click()
    for name in ("all settings", "Own data…", "Copy as Python"):
        opener = button(figure, name)
        if opener.is_visible():
            opener.click()
            assert figure.evaluate(PLACES) == before, name
            button(figure, "Close").click()


# ---- on the front page


def test_on_the_front_page_it_learns_by_itself_stops_and_invites(visit, site):
    page = visit(f"{site}/index.html", viewport={"width": 1280, "height": 800}, **WITH_MOTION).page
    page.set_default_timeout(20_000)
    expect(button(page, "Pause")).to_be_visible()
    invitation = page.locator(".pg-invitation")
    expect(invitation).to_contain_text("Watch it bend")
    expect(invitation).to_contain_text("Now break it", timeout=20_000)
    expect(button(page, "Play")).to_be_visible()
    solved = epoch(page)
    page.wait_for_timeout(300)
    assert epoch(page) == solved
    rate = slider(page, "learning rate")
    track = rate.bounding_box()
    page.mouse.click(track["x"] + track["width"] - 4, track["y"] + track["height"] / 2)
    expect(invitation).to_have_text("This is a new run, with the settings as they are now: press Play.")
    rate.press("ArrowLeft")
    rate.press("End")
    expect(invitation).to_contain_text("as they are now: press Enter.")
    rate.press("Enter")
    expect(invitation).to_contain_text("set the learning rate to 0.2, and press Enter", timeout=20_000)
    button(page, "Play").wait_for()  # broken, it has stopped by itself
    while rate.get_attribute("aria-valuetext") != "3":
        rate.press("ArrowLeft")
    button(page, "Play").click()
    expect(invitation).to_contain_text("Mended", timeout=20_000)
    units = slider(page, "hidden units")
    while units.get_attribute("aria-valuetext") != "1":
        units.press("ArrowLeft")
    button(page, "Play").click()
    expect(invitation).to_contain_text("Take 2 units or more")


def test_where_less_motion_is_asked_for_it_waits_on_the_front_page(visit, site):
    page = visit(f"{site}/index.html", viewport={"width": 1280, "height": 800}).page
    expect(page.locator(".pg-invitation")).to_contain_text("Press Play")
    page.wait_for_timeout(1000)
    assert epoch(page) == 0
