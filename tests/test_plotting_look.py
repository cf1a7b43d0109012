"""The look of the figures: their face, their colors, and the format that a notebook shows them in."""

import hashlib
import itertools
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_rgb

from nnlib.plotting import loss_curve, palette
from nnlib.plotting.look import FONTS

SHA256 = {  # of the files in npm's @expo-google-fonts/ibm-plex-sans 0.4.1
    "IBMPlexSans-Italic.ttf": "e19b5bbc2e981e56a8ddee321146b0a207c3c60a2cb940b4ff7c42c5e6c0718e",
    "IBMPlexSans-Regular.ttf": "8685116dfbcfa639621631c4af0ad62e52ddeb9979acbec0007ccef2e4801a27",
    "IBMPlexSans-SemiBold.ttf": "659f916ce1922bd4fecac7cd5f26018817a2946327a5dd00169c8bab14ae2c58",
}
MEANINGS = {
    "class 0": [palette.CLASS_0],
    "class 1": [palette.CLASS_1],
    "signs": [palette.POSITIVE, palette.NEGATIVE],
    "hidden unit": [palette.UNIT],
    "curves": [palette.INK, palette.TEAL, palette.OCHRE, palette.ROSE, palette.GRAY],
}
COLORS = [color for colors in MEANINGS.values() for color in colors]
# CSS's hue-rotate(180deg), of book/_assets/figures.css; invert(1) comes before it.
HALF_TURN = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])


def turned_over(color):
    """Return a color as a dark page shows it."""
    return np.clip(HALF_TURN @ (1 - np.array(to_rgb(color))), 0, 1)


def luminance(color):
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def hue(color):
    red, green, blue = to_rgb(color)
    return np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)


def test_the_fonts_are_those_that_were_fetched_and_their_license_stands_beside():
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.ttf")} == SHA256
    assert "SIL Open Font License, Version 1.1" in (FONTS / "LICENSE-IBMPlexSans.txt").read_text()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("IBM Plex Sans", "IBMPlexSans-Regular.ttf"),
        ("IBM Plex Sans:semibold", "IBMPlexSans-SemiBold.ttf"),
        ("IBM Plex Sans:italic", "IBMPlexSans-Italic.ttf"),
    ],
)
def test_each_cut_of_the_face_is_found(words, name):
    assert font_manager.findfont(words, fallback_to_default=False) == str(FONTS / name)


def test_words_and_formulas_are_set_in_the_face(caplog):
    with plt.style.context("nnlib.book"):
        figure, ax = plt.subplots()
        ax.set(title="Loss", xlabel=r"$\theta_1$ and $\kappa$, $\mathcal{L}$", yscale="log", ylim=(1e-6, 1))
        figure.canvas.draw()
    plt.close(figure)
    assert not caplog.records  # findfont complains to the log


@pytest.mark.parametrize("color", COLORS)
def test_a_color_holds_on_white_paper_and_turned_over_on_black(color):
    assert contrast(color, "white") >= 3
    assert contrast(turned_over(color), "black") >= 3


@pytest.mark.parametrize("color", set(COLORS) - {palette.INK, palette.GRAY})
def test_a_color_keeps_its_hue_in_the_dark(color):
    turn = np.angle(np.exp(1j * (hue(turned_over(color)) - hue(color))))
    assert abs(np.degrees(turn)) < 25


def test_no_color_has_two_meanings():
    for one, other in itertools.combinations(COLORS, 2):
        assert np.linalg.norm(np.subtract(to_rgb(one), to_rgb(other))) > 0.2, (one, other)


def test_the_style_draws_curves_in_the_colors_of_curves():
    with plt.style.context("nnlib.book"):
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert cycle == MEANINGS["curves"]


def test_the_map_of_amounts_darkens_evenly():
    lightness = [116 * np.cbrt(luminance(palette.AMOUNTS(x)[:3])) - 16 for x in np.linspace(0, 1, 17)]
    steps = -np.diff(lightness)
    assert steps.min() > 0
    assert steps.max() < 1.25 * steps.min()


def test_many_curves_differ_by_dash():
    ax = None
    for k in range(len(palette.CURVE_DASHES)):
        ax = loss_curve([2, 1 + k], ax=ax)
    assert len({str(line._unscaled_dash_pattern) for line in ax.lines}) == len(palette.CURVE_DASHES)
    plt.close(ax.figure)


SHELL = """
import sys
import nnlib.plotting
assert "IPython" not in sys.modules and "matplotlib_inline" not in sys.modules
from IPython.core.interactiveshell import InteractiveShell
from matplotlib_inline.config import InlineBackend
from nnlib.plotting.look import draw_as_svg, running_kernel
shell = InteractiveShell.instance()
assert running_kernel() is None  # a terminal's shell has no kernel
{choice}
draw_as_svg(shell)
print(sorted(InlineBackend.instance(parent=shell).figure_formats))
"""


@pytest.mark.parametrize(
    ("choice", "formats"),
    [
        ("", ["retina", "svg"]),
        ("shell.config.InlineBackend.figure_formats = {'png'}", ["png"]),
        ("InlineBackend.instance(parent=shell).figure_formats = {'retina'}", ["retina"]),
    ],
    ids=["nothing chosen", "in the configuration", "by %config"],
)
def test_a_notebook_shows_svg_and_pixels_unless_its_reader_chose_a_format(choice, formats):
    run = subprocess.run([sys.executable, "-c", SHELL.format(choice=choice)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == str(formats)
