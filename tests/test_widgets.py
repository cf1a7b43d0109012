import base64
import io
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
from nnlib.widgets.flipbook import with_few_colors


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


def shown(book):
    """Return the panels (picture, alt text) of the frame at the flipbook's indices, found as the page finds it."""
    number = 0
    for control in book.controls:
        number = number * len(control["words"]) + getattr(book, f"{control['name']}_index")
    return [(book.pictures[picture], alt) for picture, alt in book.frames[number]]


def open_picture(data):
    """Return the picture in a base64 text."""
    return Image.open(io.BytesIO(base64.b64decode(data)))


def pixels_of(address):
    """Return the picture in a data URL."""
    return open_picture(address.removeprefix("data:image/webp;base64,"))


def alts(panels):
    return [alt for _, alt in panels]


def test_every_combination_becomes_a_frame_with_its_own_alt_text():
    book = flipbook(draw, slope=[1, 2.5, 3], power=[1, 2])
    frames = [alts(frame) for frame in book.frames]
    assert len(frames) == 6
    assert all(len(frame) == 2 for frame in frames)
    assert frames[3] == ['Slope "2.5" & power 2.'] * 2
    assert len({tuple(frame) for frame in frames}) == 6


def test_a_figure_without_description_is_named_by_its_choice():
    book = flipbook(lambda learning_rate: plt.figure(figsize=(2, 2)), learning_rate=[0.25, 1.0])
    assert alts(shown(book)) == ["learning rate 0.25"]


def test_images_are_small_sharp_and_sized_for_the_page():
    book = flipbook(draw, slope=[1])
    assert book.panels == [(360, 300)] * 2
    for picture, _ in shown(book):
        assert len(picture) < 8000
        assert pixels_of(picture).size == (720, 600)


def test_a_picture_that_many_frames_have_is_kept_once():
    book = flipbook(lambda slope, unused: draw(slope), slope=[1, 2], unused=[1, 2, 3])
    assert (len(book.frames), len(book.pictures)) == (6, 2)


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
        book = flipbook(draw_plane_and_lines, seed=[35, 36, 37])
    for picture in book.pictures:
        pixels = np.array(pixels_of(picture).convert("RGB"), dtype=int).reshape(-1, 3)
        for color in (CLASS_0, CLASS_1):
            wanted = 255 * np.array(to_rgb(color))
            assert np.abs(pixels - wanted).max(axis=1).min() <= 4


def test_every_place_of_the_controls_shows_its_own_frame():
    book = flipbook(draw, slope=[1, 2], power=[1, 2, 3])
    for i in range(2):
        for k in range(3):
            book.slope_index, book.power_index = i, k
            assert alts(shown(book))[0] == f'Slope "{i + 1}" & power {k + 1}.'
            assert book.value == {"slope": i + 1, "power": k + 1}


def test_it_opens_at_start_and_at_the_first_value_of_the_rest():
    book = flipbook(draw, start={"power": 2}, slope=[3, 4], power=[1, 2])
    assert book.value == {"slope": 3, "power": 2}
    assert alts(shown(book))[0] == 'Slope "3" & power 2.'


def test_it_is_observed_and_linked_like_any_widget():
    book, other = flipbook(draw, slope=[1, 2, 3]), ipywidgets.IntSlider(max=2)
    seen = []
    book.observe(lambda change: seen.append(change["new"]), "value")
    ipywidgets.link((book, "slope_index"), (other, "value"))
    other.value = 2
    book.set_state({"slope_index": 1})  # as the page does
    assert seen == [{"slope": 3}, {"slope": 2}]
    assert other.value == 1


@pytest.mark.parametrize("wrong", [3, -1, None, 1.5])
def test_an_index_beyond_the_values_is_refused(wrong):
    book = flipbook(draw, slope=[1, 2, 3], start={"slope": 2})
    with pytest.raises(ValueError, match="slope_index .* it may be from 0 to 2"):
        book.slope_index = wrong
    assert book.value == {"slope": 2}


def test_controls_say_their_name_and_values_in_words_and_are_of_their_kind():
    book = flipbook(
        lambda **_: draw(1),
        learning_rate=[0.1, 30.0, 1e-4],
        method=["CG", "BFGS"],
        bias=["off", "on"],
        at=["a"],
        play="at",
    )
    assert [(control["label"], control["kind"], control["words"]) for control in book.controls] == [
        ("learning rate", "range", ["0.1", "30", "0.0001"]),
        ("method", "list", ["CG", "BFGS"]),
        ("bias", "switch", ["off", "on"]),
        ("at", "range", ["a"]),
    ]


def test_play_is_of_the_named_control():
    book = flipbook(draw, play="power", slope=[1, 2], power=[1, 2, 3])
    assert (book.played, book.playing, book.interval) == ("power", False, 600)
    assert flipbook(draw, slope=[1]).played is None
    with pytest.raises(ValueError, match="playing is 1; it may be True or False"):
        book.playing = 1


def test_its_height_is_known_for_each_width():
    def height(book, width):
        return max((least, height) for least, height in book.size if least <= width)[1]

    one = flipbook(lambda slope: draw(slope, panels=1), slope=[1, 2])
    assert height(one, 1000) == 300 + 8 + 44  # the panel, a gap, and one row of controls
    assert height(one, 400) == 300 + 8 + 68
    two = flipbook(draw, slope=[1], power=[1, 2])
    assert height(two, 1000) == 300 + 8 + 2 * 44
    assert height(two, 400) == 300 + 8 + 300 + 8 + 2 * 68  # one below the other


def test_figures_are_closed():
    flipbook(draw, slope=[1, 2])
    assert plt.get_fignums() == []


def test_two_runs_give_the_same_bytes():
    first, second = (flipbook(draw, slope=[1, 2], start={"slope": 2}) for _ in range(2))
    assert first.get_state(["pictures", "frames", "size"]) == second.get_state(["pictures", "frames", "size"])
    assert bundle_of(first)["image/png"] == bundle_of(second)["image/png"]


def bundle_of(book):
    data, _ = book._repr_mimebundle_()
    return data


def test_a_viewer_without_widgets_shows_the_opening_frame():
    bundle = bundle_of(flipbook(draw, slope=[1, 2], power=[1, 2], start={"slope": 2}))
    assert bundle["text/plain"] == "Flipbook(slope: 2, power: 2; 4 frames)"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["image/png"] == bundle_of(flipbook(draw, slope=[2]))["image/png"]
    still = open_picture(bundle["image/png"])
    assert (still.format, still.size) == ("PNG", (1440, 600))


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
    "more figures than before": (lambda panels: draw(1, panels=panels), {"panels": [1, 2]}, "returned 1 figures and 2"),
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
    assert book.X_index == 1 and alts(shown(book))[0] == 'Slope "4.0" & power 1.'
    book.X_index = 0
    assert book.value["X"] is arrays[0]


def test_render_may_return_its_figures_one_by_one():
    book = flipbook(lambda slope: (figure for figure in draw(slope)), slope=[1])
    assert len(alts(shown(book))) == 2 and plt.get_fignums() == []


@pytest.mark.parametrize("name", ["choices", "opening", "value"])
def test_what_a_flipbook_holds_is_not_set_from_outside(name):
    book = flipbook(draw, slope=[1, 2])
    before = repr(book)
    with pytest.raises(ValueError, match=f"{name} is what the widget reports"):
        setattr(book, name, None)
    assert repr(book) == before


def test_importing_nnlib_loads_no_widgets():
    code = "import sys, nnlib; sys.exit(bool({'ipywidgets', 'matplotlib', 'PIL'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_vendored_browser_files_are_those_that_were_fetched():
    tool = Path(__file__).parents[1] / "tools" / "vendor.py"
    checked = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_a_frames_ground_stays_white_beside_many_pale_shades():
    shades = np.full((64, 64, 3), 255, dtype=np.uint8)
    shades[1:, 1:] = np.random.default_rng(0).integers(200, 256, size=(63, 63, 3))
    few = with_few_colors(Image.fromarray(shades), 16).convert("RGB")
    assert few.getpixel((0, 0)) == (255, 255, 255)
