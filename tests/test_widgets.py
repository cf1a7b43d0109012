import base64
import html
import io
import re
import subprocess
import sys
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

import nnlib
from nnlib.plotting import decision_boundary, set_description
from nnlib.plotting.palette import CLASS_0, CLASS_1, UNIT
from nnlib.widgets import flipbook
from nnlib.widgets.play import Play


@pytest.fixture(autouse=True)
def no_widgets_left():
    yield
    ipywidgets.Widget.close_all()
    plt.close("all")


def draw(slope, power=1, panels=2):
    figures = []
    for _ in range(panels):
        figure, ax = plt.subplots(figsize=(3.6, 3))
        ax.plot([0, 1, 2], [0, slope, slope * 2**power])
        set_description(ax, f'Slope "{slope}" & power {power}.')
        figures.append(figure)
    return figures


def descend(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from descend(child)


def all_of(book, kind):
    return [widget for widget in descend(book) if isinstance(widget, kind)]


def links():
    """Return the pairs ((widget, trait), (widget, trait)) that the browser keeps equal."""
    alive = ipywidgets.widgets.widget._instances.values()
    return [(link.source, link.target) for link in alive if isinstance(link, ipywidgets.widgets.widget_link.Link)]


def shown(book):
    """Follow the stacks as a browser does, and return the HTML of the frame that is on top."""
    widget = book.children[-1]
    while isinstance(widget, ipywidgets.Stack):
        widget = widget.children[widget.selected_index]
    return widget.value


def open_picture(data):
    """Return the picture in a base64 text."""
    return Image.open(io.BytesIO(base64.b64decode(data)))


def move(slider, index):
    """Move a slider and let the links follow, as the browser does with no kernel."""
    slider.index = index
    for (source, trait), (target, other) in links():
        if source is slider:
            setattr(target, other, getattr(source, trait))


def alts(text):
    return [html.unescape(alt) for alt in re.findall(r'<img alt="([^"]*)"', text)]


def test_every_combination_becomes_a_frame_with_its_own_alt_text():
    book = flipbook(draw, slope=[1, 2.5, 3], power=[1, 2])
    frames = [alts(frame.value) for frame in all_of(book, ipywidgets.HTML)]
    assert len(frames) == 6
    assert all(len(frame) == 2 for frame in frames)
    assert frames[3] == ['Slope "2.5" & power 2.'] * 2
    assert len({tuple(frame) for frame in frames}) == 6


def test_a_figure_without_description_is_named_by_its_choice():
    book = flipbook(lambda learning_rate: plt.figure(figsize=(2, 2)), learning_rate=[0.25, 1.0])
    assert alts(shown(book)) == ["learning rate 0.25"]


def test_images_are_small_sharp_and_sized_for_the_page():
    book = flipbook(draw, slope=[1])
    images = re.findall(r'width="(\d+)" height="(\d+)" [^>]*src="data:image/webp;base64,([^"]+)"', shown(book))
    assert [(width, height) for width, height, _ in images] == [("360", "300")] * 2
    for *_, data in images:
        assert len(base64.b64decode(data)) < 6000
        assert open_picture(data).size == (540, 450)


def draw_plane_and_lines(seed):
    """Draw a trained network's plane and, in a third color, the line of each hidden unit."""
    X, Y = nnlib.datasets.xor()
    net = nnlib.NeuralNetwork(2, 4, 1, rng=seed)
    nnlib.train(net, X, Y, epochs=2000)
    figure, ax = plt.subplots(figsize=(3.6, 3.2))
    decision_boundary(net, X, Y, ax=ax)
    side = np.linspace(-0.25, 1.25, 50)
    Z = np.stack(np.meshgrid(side, side), axis=-1) @ net.layers[0].W + net.layers[0].b
    for z in np.moveaxis(Z, -1, 0):
        ax.contour(side, side, z, [0], colors=UNIT, linestyles="dashed")
    return figure


def test_a_frame_of_many_colors_keeps_those_of_both_classes():
    with plt.style.context("nnlib.book"):
        frames = all_of(flipbook(draw_plane_and_lines, seed=[35, 36, 37]), ipywidgets.HTML)
    for data in re.findall(r"base64,([^\"]+)", "".join(frame.value for frame in frames)):
        pixels = np.array(open_picture(data).convert("RGB"), dtype=int).reshape(-1, 3)
        for color in (CLASS_0, CLASS_1):
            wanted = 255 * np.array(to_rgb(color))
            assert np.abs(pixels - wanted).max(axis=1).min() <= 4


def test_sliders_turn_the_pages_through_links_alone():
    book = flipbook(draw, slope=[1, 2], power=[1, 2, 3])
    slope, power = all_of(book, ipywidgets.SelectionSlider)
    stacks = all_of(book, ipywidgets.Stack)
    joined = [target for _, target in links() if target[1] == "selected_index"]
    assert [sum(stack is target for target, _ in joined) for stack in stacks] == [1] * 3
    for i in range(2):
        for k in range(3):
            move(slope, i)
            move(power, k)
            assert alts(shown(book))[0] == f'Slope "{i + 1}" & power {k + 1}.'


def test_it_opens_at_start_and_at_the_first_value_of_the_rest():
    book = flipbook(draw, start={"power": 2}, slope=[3, 4], power=[1, 2])
    slope, power = all_of(book, ipywidgets.SelectionSlider)
    assert (slope.value, power.value) == (3, 2)
    assert alts(shown(book))[0] == 'Slope "3" & power 2.'


def test_sliders_say_their_name_and_value_in_words():
    book = flipbook(lambda **_: draw(1), learning_rate=[0.1, 30.0, 1e-4], method=["CG"])
    rate, method = all_of(book, ipywidgets.SelectionSlider)
    assert rate.description == "learning rate"
    assert [label for label, _ in rate.options] == ["0.1", "30", "0.0001"]
    assert [label for label, _ in method.options] == ["CG"]


def test_play_moves_the_named_slider_once_from_its_first_to_its_last_value():
    book = flipbook(draw, play="power", slope=[1, 2], power=[1, 2, 3], start={"power": 2})
    (play,) = all_of(book, Play)
    power = all_of(book, ipywidgets.SelectionSlider)[1]
    assert (play.value, play.last, play.playing) == (1, 2, False)
    assert ((play, "value"), (power, "index")) in links()
    assert not all_of(flipbook(draw, slope=[1]), Play)


def test_figures_are_closed():
    flipbook(draw, slope=[1, 2])
    assert plt.get_fignums() == []


def test_two_runs_give_the_same_bytes():
    first, second = (flipbook(draw, slope=[1, 2], start={"slope": 2}) for _ in range(2))
    assert [f.value for f in all_of(first, ipywidgets.HTML)] == [f.value for f in all_of(second, ipywidgets.HTML)]
    assert first._repr_mimebundle_()["image/png"] == second._repr_mimebundle_()["image/png"]


def test_a_viewer_without_widgets_shows_the_opening_frame():
    bundle = flipbook(draw, slope=[1, 2], power=[1, 2], start={"slope": 2})._repr_mimebundle_()
    assert bundle["text/plain"] == "Flipbook(slope: 2, power: 2; 4 frames)"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["image/png"] == flipbook(draw, slope=[2])._repr_mimebundle_()["image/png"]
    still = open_picture(bundle["image/png"])
    assert (still.format, still.size) == ("PNG", (1080, 450))


BAD_INPUT = {
    "no choices": (draw, {}, "no choices"),
    "an empty list": (draw, {"slope": []}, r"slope is \[\]"),
    "a word for a list": (draw, {"slope": "CG"}, "slope is 'CG'"),
    "a number for a list": (draw, {"slope": 4}, "slope is 4"),
    "start of an unknown choice": (draw, {"slope": [1], "start": {"size": 1}}, "start names 'size'.*slope"),
    "a choice named start": (draw, {"slope": [1], "start": [0, 1]}, r"start is \[0, 1\]; it may be a dict of choices"),
    "start at an unknown value": (draw, {"slope": [1, 2], "start": {"slope": 3}}, r"slope=3.*\[1, 2\]"),
    "play of an unknown choice": (draw, {"slope": [1], "play": "epoch"}, "play is 'epoch'.*slope"),
    "an empty tuple": (draw, {"slope": ()}, r"slope is \(\); it may be any list of at least one value"),
    "no values": (draw, {"slope": None}, "slope is None; it may be any list"),
    "a start that is none": (draw, {"slope": [1], "start": []}, r"start is \[\]; it may be a dict of choices"),
    "play of several": (draw, {"slope": [1], "play": ["slope"]}, r"play is \['slope'\]; it may be one of \['slope'\]"),
    "render that is none": (3, {"slope": [1]}, "render is 3; it may be a function that takes slope and returns"),
    "a figure for render": (Figure(), {"slope": [1]}, "render is <Figure .*; it may be a function"),
    "render of another choice": (draw, {"size": [1]}, "render does not take these choices .*'slope'.*takes size"),
    "render of too little": (lambda: None, {"slope": [1]}, "render does not take these choices .*slope"),
    "a word": (lambda slope: "figure", {"slope": [1]}, "render returned 'figure'; it may return a Matplotlib figure"),
    "much": (lambda slope: np.zeros(5000), {"slope": [1]}, "render returned an array of float64"),
    "no figure": (lambda slope: None, {"slope": [1]}, "render returned None"),
    "no figures": (lambda slope: [], {"slope": [1]}, r"render returned \[\]"),
    "an Axes": (lambda slope: plt.subplots()[1], {"slope": [1]}, "render returned"),
    "a figure and an Axes": (lambda slope: plt.subplots(), {"slope": [1]}, "render returned"),
}


@pytest.mark.parametrize(("render", "arguments", "message"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input(render, arguments, message):
    with pytest.raises(ValueError, match=message) as refused:
        flipbook(render, **arguments)
    assert len(str(refused.value)) < 300


def test_choices_are_any_values_in_any_list():
    book = flipbook(draw, slope=(slope for slope in (1, 2)), power=np.array([1, 2]), start={"power": np.int64(2)})
    assert [len(values) for values in book.choices.values()] == [2, 2]
    arrays = [np.array([0.0, 1.0]), np.array([2.0, 3.0, 4.0])]
    book = flipbook(lambda X: draw(X.max()), X=arrays, start={"X": arrays[1].copy()})
    (slider,) = all_of(book, ipywidgets.SelectionSlider)
    assert slider.index == 1 and alts(shown(book))[0] == 'Slope "4.0" & power 1.'
    slider.index = 0
    assert slider.value is arrays[0]


def test_render_may_return_its_figures_one_by_one():
    book = flipbook(lambda slope: (figure for figure in draw(slope)), slope=[1])
    assert len(alts(shown(book))) == 2 and plt.get_fignums() == []


@pytest.mark.parametrize("name", ["choices", "opening"])
def test_what_a_flipbook_holds_is_not_set_from_outside(name):
    book = flipbook(draw, slope=[1, 2])
    before = repr(book)
    with pytest.raises(ValueError, match=f"{name} is what the widget reports"):
        setattr(book, name, None)
    assert repr(book) == before


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("value", 3), ("value", -1), ("value", None), ("last", 5), ("interval", 0), ("interval", None), ("playing", 1)],
)
def test_play_refuses_what_makes_no_sense_and_stays_where_it_was(name, wrong):
    play = Play(value=1, last=2, interval=300)
    before = play.get_state()
    with pytest.raises(ValueError, match=name):
        setattr(play, name, wrong)
    with pytest.raises(ValueError, match=name):
        play.set_state({"playing": True} | {name: wrong})
    assert play.get_state() == before


def test_importing_nnlib_loads_no_widgets():
    code = "import sys, nnlib; sys.exit(bool({'ipywidgets', 'matplotlib', 'PIL'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_vendored_browser_files_are_those_that_were_fetched():
    tool = Path(__file__).parents[1] / "tools" / "vendor.py"
    checked = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
