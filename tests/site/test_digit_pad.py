"""The DigitPad in a real Chromium: it computes what nnlib computes, and mouse, finger and keys draw on it."""

import io
import re
from itertools import pairwise

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

import nnlib
from nnlib.widgets import DigitPad
from nnlib.widgets.scripts import read_module

READER = read_module("digit_pad/engine/reader.js")
X, Y = nnlib.datasets.digits()
CHAPTER = "book/16_handwritten_digits.html"

READ = """([text, sizes, hidden, inks]) => {
  const network = { sizes, hidden, theta: decodeTheta(text) };
  return inks.map((ink) => readInk(network, ink));
}"""
PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><title>A pad</title>
<style>body {{ margin: 16px; background: {paper} }} h1 {{ color: gray }} {css}</style>
<main><h1>A pad</h1>{places}</main></html>"""
# A model as anywidget gives it to its views: kept in the page, no Python behind it.
MOUNT = """async ([esm, state]) => {
  const { default: make } = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  const ears = [];
  window.model = {
    saved: 0,
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      for (const [event, action] of ears) if (event === `change:${name}`) action();
    },
    on: (event, action) => ears.push([event, action]),
    off: () => {},
    save_changes() { this.saved++ },
  };
  const widget = make();
  widget.initialize({ model: window.model });
  window.removals = [...document.querySelectorAll(".place")].map((el) => widget.render({ model: window.model, el }));
}"""


@pytest.fixture(scope="module")
def net():
    net = nnlib.NeuralNetwork(64, 32, 10, output="softmax", rng=0)
    options = {"maxiter": 80}
    nnlib.minimize(net, X[:1200], Y[:1200], loss="cross_entropy", method="L-BFGS-B", l2=3e-4, options=options)
    return net


@pytest.fixture
def mount(browser, net):
    """Return a function that puts a pad alone on a page, in one view or more, and returns the page."""
    contexts = []

    def put(theme="light", width=1000, pixels=None, n_views=1, with_examples=True):
        examples = (X[1200:], Y[1200:]) if with_examples else ()
        pad = DigitPad(net, *examples, pixels=pixels)
        names = ("pixels", "sizes", "hidden", "theta", "examples")
        state = {name: value for name, value in pad.get_state().items() if name in names}
        contexts.append(browser.new_context(viewport={"width": width, "height": 1000}, has_touch=True))
        page = contexts[-1].new_page()
        page.session = contexts[-1].new_cdp_session(page)  # one for all touches: it knows which are down
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        paper = "#121212" if theme == "dark" else "#ffffff"
        places = n_views * '<div class="place"></div>'
        page.set_content(PAGE.format(theme=theme, paper=paper, css=pad._css, places=places))
        page.evaluate(MOUNT, [pad._esm, state])
        pad.close()
        return page

    yield put
    for context in contexts:
        context.close()


# ---- the reader alone


def ask(browser, source, net, X):
    """Let the page's reader read X, and return its probabilities."""
    page = browser.new_page()
    page.add_script_tag(content=source)
    pad = DigitPad(net)
    probabilities = page.evaluate(READ, [pad.theta, pad.sizes, pad.hidden, (16 * X).tolist()])
    pad.close()
    page.close()
    return np.array(probabilities)


@pytest.mark.parametrize("sizes", [(64, 10), (64, 5, 10), (64, 7, 6, 10)], ids=str)
@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "relu", "softplus", "identity"])
def test_the_page_computes_what_nnlib_computes(browser, hidden, sizes):
    net = nnlib.NeuralNetwork(*sizes, hidden=hidden, output="softmax", rng=1)
    net.theta += np.random.default_rng(2).standard_normal(net.theta.size)
    probabilities = ask(browser, READER, net, X[:50])
    rounded = net.copy("float32").copy("float64")
    np.testing.assert_allclose(probabilities, rounded.forward(X[:50]), rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(probabilities, net.forward(X[:50]), rtol=0, atol=2e-5)


def test_a_trained_network_loses_nothing_on_its_way_to_the_page(browser, net):
    np.testing.assert_allclose(ask(browser, READER, net, X), net.forward(X), rtol=0, atol=1e-6)


def test_large_weights_do_not_overflow(browser):
    net = nnlib.NeuralNetwork(64, 5, 10, hidden="relu", output="softmax", rng=0)
    net.theta *= 1e4
    np.testing.assert_allclose(ask(browser, READER, net, X[:20]).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("value / FULL", "value"),
        ("at + j * nOut + k", "at + k * A.length + j"),
        ("at += (A.length + 1) * sizes[layer]", "at += A.length * sizes[layer]"),
        ("4 * k, true", "4 * k, false"),
        ("tanh: Math.tanh", "tanh: Math.sin"),
    ],
)
def test_a_fault_of_the_reader_is_caught(browser, net, right, wrong):
    assert READER.count(right) == 1
    probabilities = ask(browser, READER.replace(right, wrong), net, X[:20])
    assert not np.allclose(probabilities, net.forward(X[:20]), rtol=0, atol=1e-3)


# ---- drawing


def arc(x, y, rx, ry, start, end):
    angles = np.radians(np.linspace(start, end, 16))
    return list(zip(x + rx * np.cos(angles), y + ry * np.sin(angles), strict=True))


# Strokes in cells, y down, as a hand might write them.
DIGITS = {
    0: [arc(4, 4, 2, 3.3, -90, 270)],
    1: [[(3, 2), (4.2, 0.8), (4.2, 7.2)]],
    2: [arc(4, 2.5, 1.9, 1.8, -170, 40) + [(2.2, 7.1), (6, 7.1)]],
    3: [arc(3.7, 2.4, 1.8, 1.7, -150, 80) + arc(3.8, 5.6, 2, 1.7, -80, 150)],
    4: [[(4.5, 0.8), (2, 5), (6, 5)], [(5, 3), (5, 7.3)]],
    5: [[(6, 0.9), (3, 0.9), (2.7, 3.6), *arc(3.9, 5.3, 2, 1.9, -110, 130)]],
    6: [[(4.6, 0.7), (3, 3), *arc(4, 5.4, 1.8, 1.8, -180, 180)]],
    7: [[(2, 0.9), (5.8, 0.9), (3.6, 7.2)], [(2.6, 4), (5.4, 4)]],
    8: [arc(4, 2.4, 1.6, 1.6, 90, 450) + arc(4, 5.6, 1.8, 1.7, -90, 270)],
    9: [[*arc(4, 2.6, 1.7, 1.8, 0, 360), (5.7, 2.6), (5.3, 5), (4.4, 7.3)]],
}


def on_screen(page, points):
    area = page.get_by_role("grid").first.bounding_box()
    return [(area["x"] + x / 8 * area["width"], area["y"] + y / 8 * area["height"]) for x, y in points]


def draw_by_mouse(page, strokes):
    for stroke in strokes:
        first, *others = on_screen(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for point in others:
            page.mouse.move(*point)
        page.mouse.up()


def touch(page, kind, *places):
    """Let fingers be at these places of the pad: "touchStart", "touchMove", "touchEnd" or "touchCancel"."""
    points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(on_screen(page, places))]
    page.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def draw_by_finger(page, strokes):
    for first, *others in strokes:
        touch(page, "touchStart", first)
        for place in others:
            touch(page, "touchMove", place)
        touch(page, "touchEnd")


def move_pen(page, kind, place):
    """Let a pen do a "mouseMoved" (it is near), "mousePressed", "mouseDragged" or "mouseReleased"."""
    ((x, y),) = on_screen(page, [place])
    down = kind in ("mousePressed", "mouseDragged")
    event = {"type": kind.replace("Dragged", "Moved"), "x": x, "y": y, "pointerType": "pen", "buttons": int(down)}
    button = "none" if kind == "mouseMoved" else "left"
    page.session.send("Input.dispatchMouseEvent", event | {"button": button, "clickCount": 1})


def draw_by_pen(page, strokes):
    for first, *others in strokes:
        move_pen(page, "mouseMoved", first)
        move_pen(page, "mousePressed", first)
        for place in others:
            move_pen(page, "mouseDragged", place)
        move_pen(page, "mouseReleased", place)


def verdict(page):
    return page.locator(".dp-verdict").inner_text()


def digit_read(page):
    return int(re.search(r"(?:reads|says) (\d)", verdict(page))[1])


def ink(page):
    return np.array(page.evaluate("model.get('pixels')"))


def ink_of(strokes, pen=1.5):
    """How many of each cell's 16 pixels the strokes cover, by the distance of its middle from them."""
    middles = np.stack(np.meshgrid(np.arange(8) + 0.5, np.arange(8) + 0.5), axis=-1).reshape(-1, 2)
    near = np.full(64, np.inf)
    for stroke in strokes:
        for start, end in [(stroke[0], stroke[0]), *pairwise(stroke)]:
            way = np.subtract(end, start)
            t = np.clip((middles - start) @ way / (way @ way or 1), 0, 1)[:, None]
            near = np.minimum(near, np.linalg.norm(middles - start - t * way, axis=1))
    return 16 * np.clip((pen + 1) / 2 - near, 0, 1)


@pytest.mark.parametrize("draw", [draw_by_mouse, draw_by_finger, draw_by_pen])
def test_ten_digits_drawn_by_hand_are_read(mount, net, draw):
    page = mount()
    for digit, strokes in DIGITS.items():
        page.get_by_role("button", name="Clear").click()
        draw(page, strokes)
        assert digit_read(page) == digit
        assert np.abs(ink(page) - ink_of(strokes)).max() <= 1  # a screen has whole pixels
        assert digit_read(page) == net.predict(ink(page)[None] / 16)[0]


def shown(page):
    """Return the ten probabilities as the page writes them, and the width of their bars."""
    texts = page.locator(".dp-percent").all_inner_texts()
    return texts, page.eval_on_selector_all(".dp-bar", "bars => bars.map(bar => parseFloat(bar.style.width))")


def test_texts_and_bars_are_the_probabilities(mount, net):
    page = mount(pixels=X[5])
    draw_by_mouse(page, DIGITS[4])
    texts, widths = shown(page)
    probabilities = net.forward(ink(page)[None] / 16)[0]
    np.testing.assert_allclose(np.array(widths) / 100, probabilities, atol=1e-6)
    for text, p in zip(texts, probabilities, strict=True):
        assert text == ("> 99.9 %" if p > 0.9995 else "< 0.1 %" if p < 0.0005 else f"{100 * p:.1f} %")
    assert page.locator(".dp-best").count() == 1
    assert page.locator(".dp-best .dp-digit").inner_text() == str(probabilities.argmax())


def test_keys_draw_what_the_mouse_draws(mount):
    page = mount()
    page.locator(".dp-cell[tabindex='0']").focus()
    for key in ["Home", *["ArrowUp"] * 5, *["ArrowRight"] * 2]:  # Home does nothing; the cursor stops at the edge
        page.keyboard.press(key)
    focused = page.locator(".dp-cell:focus")
    assert focused.get_attribute("aria-label") == "row 1, column 6, ink 0 of 16"
    page.keyboard.press("Space")
    assert focused.get_attribute("aria-label") == "row 1, column 6, ink 16 of 16"
    for key, times in [("Left", 3), ("Down", 3), ("Right", 3), ("Down", 4), ("Left", 3)]:
        for _ in range(times):
            page.keyboard.press(f"Shift+Arrow{key}")
    assert digit_read(page) == 5
    corners = [(5.5, 0.5), (2.5, 0.5), (2.5, 3.5), (5.5, 3.5), (5.5, 7.5), (2.5, 7.5)]
    np.testing.assert_array_equal(ink(page), ink_of([corners]).round())
    page.keyboard.press("Delete")
    assert ink(page)[58] == 0 and ink(page)[59] == 16
    page.keyboard.press("Enter")
    assert ink(page)[58] == 16
    assert page.locator(".dp-cell[tabindex='0']").count() == 1


def test_tab_enters_the_pad_once_and_leaves_it(mount):
    page = mount()
    draw_by_mouse(page, DIGITS[1])  # which leaves the focus in a cell
    names = []
    for key in ["Tab"] * 3 + ["Shift+Tab"] * 3:
        page.keyboard.press(key)
        name = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
        names.append(page.evaluate(name))
    assert names[:5] == ["Clear", "Undo", "Fit", "Undo", "Clear"] and names[5].startswith("row ")


def test_an_empty_pad_says_that_the_network_answers_all_the_same(mount, net):
    page = mount()
    assert re.match(r"The pad is empty\. The network still says \d \(\d+\.\d %\)", verdict(page))
    assert digit_read(page) == net.predict(np.zeros((1, 64)))[0]


def test_the_verdict_is_said_when_the_pen_is_lifted(mount):
    page = mount()
    line = page.locator(".dp-verdict")
    assert line.get_attribute("aria-live") == "polite"
    first, last = on_screen(page, [(4, 1), (4, 7)])
    before, saved = line.inner_text(), page.evaluate("model.saved")
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=5)
    assert line.get_attribute("aria-live") == "off" and line.inner_text() != before
    assert page.evaluate("model.saved") == saved
    page.mouse.up()
    assert line.get_attribute("aria-live") == "polite" and page.evaluate("model.saved") == saved + 1


def test_undo_takes_back_and_clear_empties(mount):
    page = mount(pixels=X[3])
    undo, clear = (page.get_by_role("button", name=name) for name in ("Undo", "Clear"))
    expect(undo).to_be_disabled()
    draw_by_mouse(page, DIGITS[4])
    after_four = ink(page)
    draw_by_mouse(page, DIGITS[1])
    undo.click()
    np.testing.assert_array_equal(ink(page), after_four)
    undo.click()
    undo.click()
    np.testing.assert_array_equal(ink(page), 16 * X[3])
    assert verdict(page).endswith("it is 3.") or "reads" in verdict(page)
    expect(undo).to_be_disabled()
    clear.click()
    assert not ink(page).any()
    undo.click()
    np.testing.assert_array_equal(ink(page), 16 * X[3])


def undo(page):
    page.get_by_role("button", name="Undo").click()


ACTIONS = {
    "a stroke": lambda page: draw_by_mouse(page, DIGITS[1]),
    "Fit": lambda page: page.get_by_role("button", name="Fit").click(),
    "Clear": lambda page: page.get_by_role("button", name="Clear").click(),
    "an example": lambda page: page.get_by_role("button", name="3", exact=True).click(),
    "a mistake": lambda page: page.get_by_role("button", name="Mistakes").click(),
    "a key": lambda page: page.locator(".dp-cell[tabindex='0']").press("Space"),
    "an erased cell": lambda page: page.locator(".dp-cell[tabindex='0']").press("Delete"),
}


def test_undo_takes_back_whatever_was_done_last(mount):
    page, states = mount(), []
    draw_by_mouse(page, [[(0.5 * x, 0.5 * y) for x, y in stroke] for stroke in DIGITS[4]])
    for name in ("Fit", "a stroke", "Clear", "an example", "a stroke", "a mistake", "a key", "an erased cell", "Clear"):
        states.append((ink(page).tolist(), verdict(page)))
        ACTIONS[name](page)
        assert ink(page).tolist() != states[-1][0], name
    for state in reversed(states):
        undo(page)
        assert (ink(page).tolist(), verdict(page)) == state
    page.locator(".dp-cell[tabindex='0']").press("ControlOrMeta+z")  # the strokes before Fit
    page.locator(".dp-cell[tabindex='0']").press("ControlOrMeta+z")
    assert not ink(page).any()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_what_changes_nothing_is_nothing_to_undo(mount):
    page = mount()
    undo_button = page.get_by_role("button", name="Undo")
    ACTIONS["Clear"](page)
    ACTIONS["an erased cell"](page)
    page.locator(".dp-cell[tabindex='0']").press("ControlOrMeta+z")
    expect(undo_button).to_be_disabled()
    assert page.evaluate("model.saved") == 0
    ACTIONS["a key"](page)
    ACTIONS["a key"](page)
    undo(page)
    assert not ink(page).any()
    expect(undo_button).to_be_disabled()


def test_undo_while_a_stroke_is_drawn_takes_that_stroke(mount):
    page = mount()
    draw_by_mouse(page, DIGITS[1])
    before = ink(page)
    page.mouse.move(*on_screen(page, [(1, 4)])[0])
    page.mouse.down()
    page.mouse.move(*on_screen(page, [(7, 4)])[0], steps=3)
    page.keyboard.press("ControlOrMeta+z")
    page.mouse.move(*on_screen(page, [(7, 7)])[0], steps=3)
    page.mouse.up()
    np.testing.assert_array_equal(ink(page), before)


def test_what_python_sets_cannot_be_undone(mount):
    page = mount()
    draw_by_mouse(page, DIGITS[1])
    page.evaluate("ink => model.set('pixels', ink)", (16 * X[7]).tolist())
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


# ---- palms, second fingers, and pointers that get lost


def seen_ink(page):
    """Return the ink that the cells show, of a stroke that is being drawn, too."""
    return np.array(page.locator(".dp-cell").evaluate_all("cells => cells.map((cell) => cell.ink)"))


def test_a_pen_wins_over_the_palm_that_holds_it(mount):
    page = mount()
    touch(page, "touchStart", (6, 7))
    touch(page, "touchMove", (6.5, 7))
    assert seen_ink(page).any()
    draw_by_pen(page, DIGITS[1])
    alone = ink(page)
    assert np.abs(alone - ink_of(DIGITS[1])).max() <= 1  # nothing of the palm's
    touch(page, "touchMove", (6.5, 3))
    draw_by_pen(page, DIGITS[7])
    touch(page, "touchEnd")
    np.testing.assert_array_equal(seen_ink(page), ink(page))
    assert np.abs(ink(page) - ink_of(DIGITS[1] + DIGITS[7])).max() <= 1
    for _ in DIGITS[7]:
        undo(page)
    np.testing.assert_array_equal(ink(page), alone)


def test_a_pen_that_is_near_keeps_fingers_away_and_one_that_has_gone_does_not(mount):
    page = mount()
    touch(page, "touchStart", (2, 2))
    move_pen(page, "mouseMoved", (5, 5))
    assert not seen_ink(page).any()
    touch(page, "touchEnd")
    draw_by_finger(page, DIGITS[1])
    assert not seen_ink(page).any()
    move_pen(page, "mouseMoved", (12, 12))
    draw_by_finger(page, DIGITS[1])
    assert np.abs(ink(page) - ink_of(DIGITS[1])).max() <= 1


def test_a_second_finger_draws_nothing(mount):
    page = mount()
    touch(page, "touchStart", (2, 2))
    touch(page, "touchStart", (2, 2), (6, 6))
    touch(page, "touchMove", (2, 5), (6, 2))
    touch(page, "touchEnd")
    assert np.abs(ink(page) - ink_of([[(2, 2), (2, 5)]])).max() <= 1


def test_a_stroke_that_the_system_cancels_is_taken_back(mount):
    page = mount()
    draw_by_finger(page, DIGITS[1])
    before = ink(page)
    touch(page, "touchStart", (1, 6))
    touch(page, "touchMove", (7, 6))
    assert (seen_ink(page) != before).any()
    touch(page, "touchCancel")
    np.testing.assert_array_equal(seen_ink(page), before)
    np.testing.assert_array_equal(ink(page), before)
    draw_by_finger(page, [[(1, 6), (7, 6)]])
    assert (ink(page) != before).any()


def test_a_stroke_whose_pointer_is_lost_is_kept_and_blocks_nothing(mount):
    page = mount()
    release = "id => document.querySelector('.dp-pad').releasePointerCapture(id)"
    page.mouse.move(*on_screen(page, [(4, 1)])[0])
    page.mouse.down()
    page.mouse.move(*on_screen(page, [(4, 7)])[0], steps=3)
    page.evaluate(release, 1)  # the mouse
    page.mouse.move(*on_screen(page, [(7, 7)])[0], steps=3)
    np.testing.assert_array_equal(ink(page), ink_of([[(4, 1), (4, 7)]]).round())
    page.mouse.up()
    draw_by_mouse(page, [[(1, 1), (1, 7)]])
    assert ink(page)[::8].all()


def test_a_stroke_leaves_the_pad_and_comes_back_without_inking_the_edge(mount):
    page = mount()
    draw_by_mouse(page, [[(3, 1.5), (-3, 1.5), (-3, 6.5), (3, 6.5)]])
    rows = ink(page).reshape(8, 8)
    assert rows[1, :3].all() and rows[6, :3].all() and not rows[3:5].any()
    ACTIONS["Fit"](page)
    assert ink(page).any()


@pytest.mark.parametrize("button", ["right", "middle"])
def test_only_the_first_button_draws(mount, button):
    page = mount()
    first, last = on_screen(page, [(1, 4), (7, 4)])
    page.mouse.move(*first)
    page.mouse.down(button=button)
    page.mouse.move(*last)
    page.mouse.up(button=button)
    assert not seen_ink(page).any()
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.down(button=button)
    page.mouse.up()
    page.mouse.move(*last, steps=3)  # the other button is still down
    page.mouse.up(button=button)
    assert seen_ink(page)[24:40].reshape(2, 8)[:, 4:].sum() == 0
    draw_by_mouse(page, DIGITS[1])  # and the pad is not blocked
    assert ink(page).any()


# ---- two views


def test_two_views_show_one_drawing_and_one_can_go(mount):
    page = mount(n_views=2)
    views = page.locator(".place")

    def shown():
        state = "all => all.map((e) => [e.ink, e.textContent, e.disabled])"
        return [view.locator(".dp-cell, .dp-verdict, button").evaluate_all(state) for view in views.all()]

    def agree():
        first, *others = shown()
        assert all(other == first for other in others)
        return first

    seen = [agree()]
    draw_by_mouse(page, DIGITS[4])
    for name in ("Fit", "3", "3", "Undo", "Clear", "Undo"):
        seen.append(agree())
        views.last.get_by_role("button", name=name, exact=True).click()
        assert agree() != seen[-1]
    page.evaluate("ink => model.set('pixels', ink)", (16 * X[7]).tolist())
    agree()
    page.evaluate("() => { removals[1](); document.querySelectorAll('.place')[1].remove() }")
    draw_by_mouse(page, DIGITS[1])
    np.testing.assert_array_equal(seen_ink(page), ink(page))


def test_fit_brings_a_small_digit_to_the_size_of_the_data(mount):
    page, fitted = mount(), []
    fit = page.get_by_role("button", name="Fit")
    expect(fit).to_be_disabled()
    for corner in (0.7, 4.2):
        page.get_by_role("button", name="Clear").click()
        draw_by_mouse(page, [[(corner + 0.4 * x, corner + 0.4 * y) for x, y in stroke] for stroke in DIGITS[0]])
        before = digit_read(page)
        fit.click()
        fitted.append(ink(page))
        assert digit_read(page) == 0
        assert before != 0  # small and in a corner, the same strokes were misread
    assert np.abs(fitted[0] - fitted[1]).max() <= 2
    assert fitted[0].reshape(8, 8)[[0, 7]].max(axis=1).min() >= 8  # from the first row to the last


def test_each_example_button_shows_its_digit(mount, net):
    page = mount()
    for digit in range(10):
        button = page.get_by_role("group", name="Examples").get_by_role("button", name=str(digit), exact=True)
        seen = []
        for _ in range(4):
            button.click()
            assert digit_read(page) == digit
            assert verdict(page).endswith(f"Right: it is {digit}.")
            seen.append(ink(page).tobytes())
        assert len(set(seen)) == 3 and seen[0] == seen[3]


def test_mistakes_are_mistakes(mount, net):
    page = mount()
    page.get_by_role("button", name="Mistakes").click()
    said = re.search(r"reads (\d).* Wrong: it is (\d)\.$", verdict(page))
    assert said[1] != said[2]
    (row,) = np.flatnonzero((X == ink(page) / 16).all(axis=1))
    assert Y[row].argmax() == int(said[2]) and net.predict(X[row : row + 1])[0] == int(said[1])
    draw_by_mouse(page, DIGITS[1])
    assert "it is" not in verdict(page)  # it is no longer the example


def test_python_sets_what_is_on_the_pad(mount, net):
    page = mount()
    page.evaluate("ink => model.set('pixels', ink)", (16 * X[7]).tolist())
    assert digit_read(page) == net.predict(X[7:8])[0]
    assert (
        page.locator(".dp-cell").nth(3).get_attribute("aria-label") == f"row 1, column 4, ink {16 * X[7, 3]:.0f} of 16"
    )


@pytest.mark.parametrize("width", [1000, 390, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits(mount, theme, width):
    page = mount(theme, width, pixels=X[0])
    draw_by_mouse(page, DIGITS[0])
    found = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 44


# What is said in most words, what is in doubt, and the surest answers.
STATES = ["Clear", *"0123456789", "Mistakes", "Mistakes", "Mistakes"]
HEIGHTS = "() => [...document.querySelectorAll('.place, .dp > *, .dp-bars > li')].map((e) => e.offsetHeight)"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_it_is_as_high_as_it_says_whatever_is_drawn(mount, net, width):
    page = mount(width=width, pixels=X[3])
    place = page.locator(".place").bounding_box()
    promised = [height for least, height in DigitPad(net, X[1200:], Y[1200:]).size if least <= place["width"]][-1]
    heights = page.evaluate(HEIGHTS)
    assert place["height"] == promised
    for name in STATES:
        page.get_by_role("button", name=name, exact=True).click()
        assert page.evaluate(HEIGHTS) == heights, name
    draw_by_mouse(page, DIGITS[7])
    assert page.evaluate(HEIGHTS) == heights


def test_a_pad_without_examples_is_as_high_as_it_says(mount):
    for width in (390, 1280):
        page = mount(width=width, with_examples=False)
        height = page.locator(".place").bounding_box()["height"]
        assert height in [height for _, height in DigitPad(nnlib.NeuralNetwork(64, 10, output="softmax")).size]


def test_a_pad_that_promises_another_height_is_caught(mount, net):
    page = mount(width=390, pixels=X[3])
    page.add_style_tag(content=".pg .dp-bars li { height: 27px }")
    promised = DigitPad(net, X[1200:], Y[1200:]).size[0][1]
    assert page.locator(".place").bounding_box()["height"] == promised + 10


def test_the_surest_answer_stays_on_one_line_in_any_face(mount):
    page = mount(width=320, pixels=X[3])
    page.add_style_tag(content=".pg { font-family: monospace; letter-spacing: 0.02em }")
    for text in page.locator(".dp-percent").all():
        text.evaluate("span => (span.textContent = '> 99.9 %')")
        assert text.evaluate("span => span.getClientRects().length === 1 && span.offsetHeight < 30")


def darkness(page):
    """Return how dark each cell of the pad is on a picture of the page."""
    shot = Image.open(io.BytesIO(page.locator(".dp-pad").screenshot())).convert("L")
    return 255 - np.asarray(shot.resize((64, 64), Image.Resampling.BOX).resize((8, 8), Image.Resampling.BOX), int)


@pytest.mark.parametrize("media", [{"media": "print"}, {"forced_colors": "active"}], ids=str)
def test_what_is_drawn_is_seen_in_print_and_in_forced_colors(mount, media):
    page = mount(pixels=X[3])
    page.emulate_media(**media)
    seen, drawn = darkness(page).ravel(), X[3]
    assert np.corrcoef(seen, drawn)[0, 1] > 0.95
    widths = page.locator(".dp-bar").evaluate_all("bars => bars.map((bar) => getComputedStyle(bar).backgroundColor)")
    assert len(set(widths)) == 2  # the likeliest is told from the others


def test_a_print_without_backgrounds_has_what_is_drawn(mount):
    page, sizes = mount(pixels=X[3]), []
    for name in (None, "Clear"):
        if name:
            page.get_by_role("button", name=name).click()
        sizes.append(len(page.pdf(print_background=False)))
    assert sizes[0] > sizes[1] + 300  # each inked cell is drawn


def test_the_picture_shows_what_is_drawn_and_read(mount):
    page = mount("dark", pixels=X[3])
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save picture").click()
    assert saved.value.suggested_filename == "digit.png"
    picture = np.asarray(Image.open(saved.value.path()).convert("L"), int)
    middles = 40 + 60 * np.arange(8) + 30
    ink = 255 - picture[np.ix_(middles, middles)].ravel()
    assert np.corrcoef(ink, X[3])[0, 1] > 0.999
    lengths = [(picture[40 + 48 * digit + 24, 600:960] < 200).sum() / 360 for digit in range(10)]
    widths = page.eval_on_selector_all(".dp-bar", "bars => bars.map(bar => parseFloat(bar.style.width) / 100)")
    np.testing.assert_allclose(lengths, widths, atol=0.01)


def test_a_finger_on_the_pad_does_not_scroll_the_page(mount):
    page = mount(width=390)
    page.evaluate("document.body.style.height = '3000px'")
    draw_by_finger(page, [[(4, 7), (4, 1)]])
    assert page.evaluate("scrollY") == 0 and ink(page).any()


# ---- in the book


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chapters_pad_answers_without_a_kernel(visit, site, theme):
    seen = visit(f"{site}/{CHAPTER}", theme, width=390)
    page = seen.page
    page.get_by_role("grid").scroll_into_view_if_needed()
    page.get_by_role("button", name="Clear").click()
    draw_by_mouse(page, DIGITS[7])
    assert digit_read(page) == 7
    page.get_by_role("button", name="Mistakes").click()
    assert "Wrong" in verdict(page)
    assert seen.complaints == [] and seen.outside == []
