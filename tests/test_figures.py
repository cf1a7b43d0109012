"""The figures that the notebooks store: small, legible on a phone, with their place in the page."""

import gzip
import re
from types import SimpleNamespace

import nbformat
import pytest
from PIL import Image

from book._extensions import figures
from tools import clone, svg

CHAPTERS = clone.chapters()
PHONE = 358  # pixels of a page for a figure on a phone of 390
WIDEST = 5.4 * 72  # points
LEAST_LETTER = 10.9  # pixels: 12 points of a figure as wide as may be are 11
MOST_BYTES = 300_000  # of a chapter's figures, gzipped
LETTERS = re.compile(r"scale\(([\d.]+) -[\d.]+\)")  # Matplotlib draws 100 points and scales

DRAWING = """<?xml version="1.0"?>
<svg width="288pt" height="216pt" viewBox="0 0 288 216">
 <metadata><date>2026-11-29</date></metadata>
 <!-- Loss -->
 <path d="M 1.23456 -0.00001 L 100 7.125"/>
 <g transform="translate(1.98765 2) scale(0.12 -0.12)"/><path transform="scale(0.015625)"/>
 <image href="data:image/png;base64,AA1.23456"/>
</svg>
"""


def drawings(path):
    """List the SVGs that a notebook stores."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output.data["image/svg+xml"] for output in outputs if "image/svg+xml" in output.get("data", {})]


def faults(drawing):
    """Name what is wrong with an SVG for a page that is read on a phone."""
    width, _ = sizes(drawing)
    found = ["wider than 5.4 inches"] * (width > WIDEST + 0.1)
    shrunk = min(1, PHONE / (width * figures.POINT))
    letters = [100 * float(scale) * figures.POINT * shrunk for scale in LETTERS.findall(drawing)]
    found += [f"letters of {min(letters):.1f} px"] * (bool(letters) and min(letters) < LEAST_LETTER)
    return found + ["not tidy"] * (svg.tidy(drawing) != drawing)


def sizes(drawing):
    found = dict(figures.POINTS.findall(drawing[:1000]))
    return float(found["width"]), float(found["height"])


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_figures_are_legible_on_a_phone_and_light(path):
    found = drawings(path)
    assert [faults(drawing) for drawing in found] == [[]] * len(found)
    assert sum(len(gzip.compress(drawing.encode())) for drawing in found) < MOST_BYTES


def test_planted_faults_are_named():
    good = svg.tidy(DRAWING)
    assert faults(good) == []
    assert faults(good.replace("288pt", "432pt")) == ["wider than 5.4 inches", "letters of 9.9 px"]
    assert faults(good.replace("0.12 -0.12", "0.08 -0.08")) == ["letters of 9.9 px"]
    assert faults(DRAWING) == ["not tidy"]


def test_a_tidy_drawing_is_the_same_drawing():
    tidied = svg.tidy(DRAWING)
    assert "metadata" not in tidied and "Loss" not in tidied
    assert 'd="M 1.23 -0 L 100 7.12"' in tidied
    assert "translate(1.99 2) scale(0.12 -0.12)" in tidied
    assert "scale(0.015625)" in tidied
    assert "AA1.23456" in tidied
    assert svg.tidy(tidied) == tidied


def test_a_figure_has_its_size_and_all_but_the_first_wait(tmp_path):
    (tmp_path / "one.svg").write_text(DRAWING)
    Image.new("RGB", (20, 10)).save(tmp_path / "two.png")
    images = {str(tmp_path / name): name for name in ("one.svg", "two.png")}
    app = SimpleNamespace(srcdir=tmp_path, builder=SimpleNamespace(images=images))
    body = '<img alt="A" src="../_images/one.svg"> <img src="_images/two.png" /> '
    context = {"body": f'{body}<img src="logo.svg"> <img width="3" src="one.svg">'}
    figures.keep_places(app, "page", "page.html", context, None)
    assert context["body"] == (
        '<img width="384" height="288" decoding="async" alt="A" src="../_images/one.svg"> '
        '<img width="20" height="10" decoding="async" loading="lazy" src="_images/two.png" /> '
        '<img src="logo.svg"> <img width="3" src="one.svg">'
    )
