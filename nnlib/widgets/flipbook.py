"""Draw every figure now, turn the pages with controls later: a flipbook of plots.

A published page has no Python behind it. So `flipbook` calls your function once for each combination
of choices and keeps the pictures as small images with a description each; the page's part of it needs
nothing else, so the same object works with a kernel and without one.
"""

from __future__ import annotations

import base64
import inspect
import io
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import anywidget
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from nnlib.plotting import describe
from nnlib.validation import short
from nnlib.widgets.scripts import read_module, read_text
from nnlib.widgets.traits import Checked, Fixed, Reported, as_they_come, check_flag, check_up_to

CSS_PIXELS = 100  # of the page, for an inch of the figure
IMAGE_PIXELS = 200  # in the image, for an inch of the figure: two, for the screens of phones and good laptops
COLORS = 32  # of the palette of one panel; measured: a panel of 3.6 x 3 inches takes 4 to 8 kB
PLAYING_TIME = 6000  # milliseconds from the first value to the last
MOST_FRAMES = 2000  # pictures in one notebook's outputs: some 20 MB

# The heights of flipbook.css, for `size`.
GAP = 8
ROW, NARROW_ROW, NARROW = 44, 68, 480
LEAST_SHARE = 0.7  # of its width, that a panel takes beside another
STEP = 16  # pixels of width between two heights

Choices = dict[str, list]  # name of each control to its values
Panel = tuple[str, str]  # the picture as a data URL, and its alt text


class Flipbook(anywidget.AnyWidget):
    """Pictures, and the controls that choose them; made by `flipbook`.

    Each choice has a trait, its name with `_index` behind it: the place of its value, to be read, observed, set and
    joined to other widgets by `jslink`.

    Attributes
    ----------
    choices : dict
        Name of each control to the list of its values.
    value : dict
        Name of each control to the value that is chosen.
    playing : bool
        Whether the pages turn by themselves.
    opening : PIL.Image.Image
        The frame shown first, panels side by side; where widgets cannot be drawn it stands for them.
    """

    _esm = read_module("page/flipbook.js")
    _css = read_text("page/look.css") + read_text("page/flipbook.css")

    choices = Reported(as_they_come)
    value = Reported(as_they_come)
    opening = Reported(as_they_come)
    playing = Checked(check_flag, False).tag(sync=True)

    # what the page is told: of each control its name, label, kind and the words of its values; of each frame the number
    # and the alt text of each of its pictures; the CSS pixels of each panel, and the height of all for each width
    controls = Fixed(as_they_come).tag(sync=True)
    pictures = Fixed(as_they_come).tag(sync=True)
    frames = Fixed(as_they_come).tag(sync=True)
    panels = Fixed(as_they_come).tag(sync=True)
    played = Fixed(as_they_come).tag(sync=True)
    interval = Fixed(as_they_come).tag(sync=True)
    size = Fixed(as_they_come).tag(sync=True)

    def __init__(
        self,
        choices: Choices,
        start: tuple[int, ...],
        frames: Sequence[Sequence[Panel]],
        panels: list[tuple[int, int]],
        opening: Image.Image,
        play: str | None,
    ) -> None:
        indices = {
            f"{name}_index": Checked(partial(check_up_to, smallest=0, largest=len(values) - 1), k).tag(sync=True)
            for (name, values), k in zip(choices.items(), start, strict=True)
        }
        self.add_traits(**indices)
        pictures = list(dict.fromkeys(picture for frame in frames for picture, _ in frame))
        number = {picture: k for k, picture in enumerate(pictures)}
        super().__init__(
            controls=[describe_control(name, values, name == play) for name, values in choices.items()],
            pictures=pictures,
            frames=[[(number[picture], alt) for picture, alt in frame] for frame in frames],
            panels=panels,
            played=play,
            interval=min(600, max(150, PLAYING_TIME // len(choices[play]))) if play else None,
            size=heights(panels, len(choices)),
        )
        self.set_trait("choices", choices)
        self.set_trait("opening", opening)
        self._choose()
        self.observe(self._choose, list(indices))

    def _choose(self, _: object = None) -> None:
        """Tell Python's observers what is chosen."""
        self.set_trait("value", {name: values[getattr(self, f"{name}_index")] for name, values in self.choices.items()})

    def __repr__(self) -> str:
        """Return the same text for the same flipbook in every run."""
        sizes = ", ".join(f"{name}: {len(values)}" for name, values in self.choices.items())
        return f"Flipbook({sizes}; {len(self.frames)} frames)"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add a still of the opening frame, for a PDF or a viewer that draws no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle and (bundle[0] | {"image/png": encode(self.opening, "PNG", optimize=True)}, *bundle[1:])


def flipbook(
    render: Callable[..., Figure | Sequence[Figure]],
    *,
    start: dict[str, Any] | None = None,
    play: str | None = None,
    **choices: Any,
) -> Flipbook:
    """Show `render(**choice)` behind controls, for every combination of choices.

    Parameters
    ----------
    render : callable
        Takes one keyword argument for each choice; returns a Matplotlib figure, or a sequence of
        figures that are shown side by side. The figures are closed.
    start : dict, optional
        The combination shown first: name of a choice to one of its values. A name left out starts at its
        first value.
    play : str, optional
        The choice that also gets a button to play and pause.
    **choices : list
        The values of each control, in the order of the controls. Numbers get a slider, words a list, and
        ``["off", "on"]`` gets a switch; what plays gets a slider.

    Returns
    -------
    Flipbook
        A widget; its controls work with no kernel too.

    Raises
    ------
    ValueError
        If there are no choices, a choice has no values, `start` or `play` names something
        that is not there, or `render` returns anything but figures.

    Examples
    --------
    >>> import matplotlib.pyplot as plt, nnlib
    >>> def slope(w):
    ...     figure, ax = plt.subplots(figsize=(3.6, 3))
    ...     ax.plot([0, 1], [0, w])
    ...     return figure
    >>> nnlib.widgets.flipbook(slope, w=[-1, 0, 1], start={"w": 1})
    Flipbook(w: 3; 3 frames)
    """
    choices = check_choices(choices)
    opening = check_start({} if start is None else start, choices)
    if play is not None and (not isinstance(play, str) or play not in choices):
        raise ValueError(f"play is {short(play)}; it may be one of {list(choices)}, or None")
    check_render(render, choices)
    drawn = {
        place: render_frame(render, {name: choices[name][k] for name, k in zip(choices, place, strict=True)})
        for place in itertools.product(*(range(len(values)) for values in choices.values()))
    }
    frames, panels = [frame for frame, _ in drawn.values()], [images for _, images in drawn.values()]
    first = drawn[opening][1]
    return Flipbook(choices, opening, frames, common_sizes(panels), beside(first), play)


def same(one: Any, other: Any) -> bool:
    """Return whether two values of a choice, which may be arrays, are one."""
    return one is other or np.array_equal(one, other)


def check_render(render: Any, choices: Choices) -> None:
    """Refuse what cannot be called with one keyword argument for each choice."""
    remedy = f"it may be a function that takes {', '.join(choices)} and returns a figure"
    if not callable(render):
        raise ValueError(f"render is {short(render)}; {remedy}")
    try:
        inspect.signature(render).bind(**{name: values[0] for name, values in choices.items()})
    except TypeError as error:
        raise ValueError(f"render does not take these choices ({error}); {remedy}") from None
    except ValueError:
        pass  # a function without a signature, written in C: the call itself will tell


def check_choices(choices: dict[str, Any]) -> Choices:
    """Return the choices with each one's values as a list; ValueError if there is nothing to choose."""
    if not choices:
        raise ValueError("flipbook has no choices; give at least one list of values, as epoch=[0, 10, 100]")
    checked = {}
    for name, values in choices.items():
        checked[name] = list(values) if np.iterable(values) and not isinstance(values, str | bytes) else []
        if not checked[name]:
            raise ValueError(f"{name} is {short(values)}; it may be any list of at least one value")
    n_frames = math.prod(map(len, checked.values()))
    if n_frames > MOST_FRAMES:
        raise ValueError(f"{', '.join(checked)} have {n_frames:,} combinations; each is drawn, up to {MOST_FRAMES:,}")
    return checked


def check_start(start: Any, choices: Choices) -> tuple[int, ...]:
    """Return the opening combination as a tuple of indices, one for each choice."""
    if not isinstance(start, dict):
        raise ValueError(f"start is {short(start)}; it may be a dict of choices (a slider needs another name)")
    for name in start:
        if name not in choices:
            raise ValueError(f"start names {name!r}; the choices are {list(choices)}")
    return tuple(find(start[name], name, values) if name in start else 0 for name, values in choices.items())


def find(value: Any, name: str, values: list) -> int:
    """Return the place of `value` among the values of a choice, which may be arrays."""
    for k, known in enumerate(values):
        if same(known, value):
            return k
    raise ValueError(f"start has {name}={short(value)}; it may be one of {short(values)}")


def render_frame(render: Callable, choice: dict[str, Any]) -> tuple[list[Panel], list[Image.Image]]:
    """Draw one combination; return its panels for the page, and their images."""
    drawn = render(**choice)
    figures: Sequence[Figure] = [drawn] if isinstance(drawn, Figure) else list(drawn) if np.iterable(drawn) else []
    if not figures or not all(isinstance(figure, Figure) for figure in figures):
        raise ValueError(f"render returned {short(drawn)}; it may return a Matplotlib figure or a list of them")
    images = [paint(figure) for figure in figures]
    words = ", ".join(f"{in_words(name)} {number_in_words(value)}" for name, value in choice.items())
    panels = [(as_address(image), describe(figure) or words) for image, figure in zip(images, figures, strict=True)]
    for figure in figures:
        plt.close(figure)
    return panels, images


def paint(figure: Figure) -> Image.Image:
    """Return a figure as an image of few colors."""
    figure.set_dpi(IMAGE_PIXELS)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    return with_few_colors(pixels, COLORS)


def with_few_colors(image: Image.Image, count: int) -> Image.Image:
    """Return the image with a palette of `count` colors."""
    # Median cut would give a small marker's color away for one more shade of a large plane.
    few = image.quantize(count, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    # A color is the mean of what it stands for. The ground stays what it was, or the picture would lie on a slab.
    palette = np.array(few.getpalette()).reshape(-1, 3)
    palette[np.asarray(few)[0, 0]] = np.asarray(image)[0, 0]
    few.putpalette(palette.ravel().tolist())
    return few


def as_address(image: Image.Image) -> str:
    """Return an image as a data URL."""
    # Lossless WebP of the palette's colors: two thirds of the bytes of the same picture as PNG.
    return f"data:image/webp;base64,{encode(image.convert('RGB'), 'WEBP', lossless=True, quality=50, method=4)}"


def encode(image: Image.Image, kind: str, **options: Any) -> str:
    """Return an image file as base64 text."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return base64.b64encode(file.getvalue()).decode()


def beside(panels: Sequence[Image.Image]) -> Image.Image:
    """Return one picture of all panels, side by side on white."""
    widths, heights = zip(*(panel.size for panel in panels), strict=True)
    row = Image.new("RGB", (sum(widths), max(heights)), "white")
    for panel, left in zip(panels, itertools.accumulate(widths, initial=0), strict=False):
        row.paste(panel.convert("RGB"), (left, 0))
    return with_few_colors(row, 2 * COLORS)


def common_sizes(frames: Sequence[Sequence[Image.Image]]) -> list[tuple[int, int]]:
    """Return the CSS pixels of each panel, those of the largest; ValueError if not all frames have as many."""
    counts = {len(images) for images in frames}
    if len(counts) > 1:
        raise ValueError(f"render returned {min(counts)} figures and {max(counts)}; it may return as many each time")
    pixels = np.array([[image.size for image in images] for images in frames]).max(axis=0)
    return [(round(width), round(height)) for width, height in pixels * CSS_PIXELS / IMAGE_PIXELS]


def in_words(name: str) -> str:
    """Return the name of a choice as a reader sees it."""
    return name.replace("_", " ")


def describe_control(name: str, values: list, plays: bool) -> dict[str, Any]:
    """Return what the page is told of a control: a switch, a list, or a slider for what has an order."""
    words = [number_in_words(value) for value in values]
    listed = not plays and all(isinstance(value, str) for value in values)
    kind = "switch" if words == ["off", "on"] else "list" if listed else "range"
    return {"name": name, "label": in_words(name), "kind": kind, "words": words}


def heights(panels: list[tuple[int, int]], n_controls: int) -> list[list[int]]:
    """Return the height of a flipbook for each width of the column: pairs [from this width on, so high]."""
    widest = sum(width for width, _ in panels) + GAP * (len(panels) - 1)
    known: list[list[int]] = []
    for start in (0, *range(15 * STEP, max(widest, NARROW) + STEP + 1, STEP)):
        widths = range(max(1, start), start + STEP if start else 15 * STEP)
        row = NARROW_ROW if start < NARROW else ROW
        height = math.ceil(max(panels_height(panels, width) for width in widths)) + GAP + row * n_controls
        if not known or known[-1][1] != height:
            known.append([start, height])
    return known


def panels_height(panels: list[tuple[int, int]], width: int) -> float:
    """Return how high the panels stand in a column of this width: beside each other where there is room."""
    lines = list(break_lines(panels, width))
    return sum(map(partial(line_height, width), lines)) + GAP * (len(lines) - 1)


def break_lines(panels: list[tuple[int, int]], width: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the panels line by line, each at least at its least width, as a browser's flex box breaks them."""
    line: list[tuple[int, int]] = []
    for panel in panels:
        if line and sum(round(LEAST_SHARE * one) + GAP for one, _ in line) + round(LEAST_SHARE * panel[0]) > width:
            yield line
            line = []
        line.append(panel)
    yield line


def line_height(width: int, line: list[tuple[int, int]]) -> float:
    """Return the height of panels in one line, which shrink alike."""
    room = width - GAP * (len(line) - 1)
    return max(height for _, height in line) * min(1, room / sum(wide for wide, _ in line))


def number_in_words(value: object) -> str:
    """Return a value as a slider reads it out."""
    return f"{value:g}" if isinstance(value, float | np.floating) else str(value)
