"""Draw every figure now, turn the pages with sliders later: a flipbook of plots.

A published page has no Python behind it. So `flipbook` calls your function once for each combination
of choices, keeps the pictures as small images with a description each, and joins the sliders to them
by links that the browser follows on its own: the same object works with a kernel and without one.
"""

from __future__ import annotations

import base64
import html
import inspect
import io
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets.widgets.widget_string import HTMLStyle
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from nnlib.plotting import describe
from nnlib.validation import short
from nnlib.widgets.controls import looks, number_in_words, width_of
from nnlib.widgets.play import Play
from nnlib.widgets.traits import Reported, as_they_come

CSS_PIXELS = 100  # of the page, for an inch of the figure
IMAGE_PIXELS = 150  # in the image, for an inch of the figure: one and a half, to stay crisp on fine screens
COLORS = 32  # of the palette of one panel; measured: a panel of 3.6 x 3 inches takes 3 to 6 kB
PLAYING_TIME = 6000  # milliseconds from the first value to the last

Choices = dict[str, list]  # name of each slider to its values

# Panels stand side by side where two of them fit, one below the other on a phone.
MOST_FRAMES = 2000  # pictures in one notebook's outputs: some 20 MB
FRAME_STYLE = "display:flex;flex-wrap:wrap;gap:8px;align-items:flex-start;line-height:0"
PANEL_STYLE = "flex:1 1 auto;width:{least}px;max-width:{width}px;height:auto;background:#fff"


class Flipbook(widgets.VBox):
    """Sliders above the pictures that they choose; made by `flipbook`.

    Attributes
    ----------
    choices : dict
        Name of each slider to the list of its values.
    opening : PIL.Image.Image
        The frame shown first, panels side by side; where widgets cannot be drawn it stands for them.
    """

    choices = Reported(as_they_come)
    opening = Reported(as_they_come)

    def __init__(
        self, controls: Sequence[widgets.Widget], frames: widgets.Widget, choices: Choices, opening: Image.Image
    ) -> None:
        super().__init__([*controls, frames])
        self.set_trait("choices", choices)
        self.set_trait("opening", opening)
        self.add_class("flipbook")

    def __repr__(self) -> str:
        """Return the same text for the same flipbook in every run."""
        sizes = ", ".join(f"{name}: {len(values)}" for name, values in self.choices.items())
        return f"Flipbook({sizes}; {math.prod(map(len, self.choices.values()))} frames)"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict:
        """Add a still of the opening frame, for a PDF or a viewer that draws no widgets."""
        still = encode(self.opening, "PNG", optimize=True)
        return super()._repr_mimebundle_(**kwargs) | {"image/png": still}


def flipbook(
    render: Callable[..., Figure | Sequence[Figure]],
    *,
    start: dict[str, Any] | None = None,
    play: str | None = None,
    **choices: Any,
) -> Flipbook:
    """Show `render(**choice)` behind sliders, for every combination of choices.

    Parameters
    ----------
    render : callable
        Takes one keyword argument for each choice; returns a Matplotlib figure, or a sequence of
        figures that are shown side by side. The figures are closed.
    start : dict, optional
        The combination shown first: name of a choice to one of its values. A name left out starts at its
        first value.
    play : str, optional
        The choice that also gets buttons to play, pause and stop.
    **choices : list
        The values of each slider, in the order of the sliders.

    Returns
    -------
    Flipbook
        A widget; its sliders work with no kernel too.

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
    frames = {
        place: render_frame(render, {name: choices[name][k] for name, k in zip(choices, place, strict=True)})
        for place in itertools.product(*(range(len(values)) for values in choices.values()))
    }
    controls, sliders = make_controls(choices, opening, play)
    layout, style = widgets.Layout(flex="1 1 0%", min_width="0"), HTMLStyle()  # one for all: each goes to the page
    pages = {place: widgets.HTML(frame, layout=layout, style=style) for place, (frame, _) in frames.items()}
    return Flipbook(controls, stack_pages(pages, sliders, layout), choices, beside(frames[opening][1]))


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


def render_frame(render: Callable, choice: dict[str, Any]) -> tuple[str, list[Image.Image]]:
    """Draw one combination; return its HTML and its panels."""
    drawn = render(**choice)
    figures: Sequence[Figure] = [drawn] if isinstance(drawn, Figure) else list(drawn) if np.iterable(drawn) else []
    if not figures or not all(isinstance(figure, Figure) for figure in figures):
        raise ValueError(f"render returned {short(drawn)}; it may return a Matplotlib figure or a list of them")
    panels = [paint(figure) for figure in figures]
    words = ", ".join(f"{name.replace('_', ' ')} {number_in_words(value)}" for name, value in choice.items())
    images = "".join(panel_html(panel, figure, words) for panel, figure in zip(panels, figures, strict=True))
    for figure in figures:
        plt.close(figure)
    return f'<div class="flipbook-frame" style="{FRAME_STYLE}">{images}</div>', panels


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
    return image.quantize(count, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)


def panel_html(panel: Image.Image, figure: Figure, words: str) -> str:
    """Return a panel as an `<img>` that carries its picture and says what it shows, or at least the choice."""
    width, height = (round(CSS_PIXELS * inches) for inches in figure.get_size_inches())
    # Lossless WebP of the palette's colors: two thirds of the bytes of the same picture as PNG.
    data = encode(panel.convert("RGB"), "WEBP", lossless=True, quality=50, method=4)
    style = PANEL_STYLE.format(least=round(0.7 * width), width=width)
    return (
        f'<img alt="{html.escape(describe(figure) or words)}" width="{width}" height="{height}" style="{style}"'
        f' src="data:image/webp;base64,{data}">'
    )


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


def make_controls(choices: Choices, opening: tuple[int, ...], play: str | None) -> tuple[list, list]:
    """Return the rows of controls, and the slider of each choice in order."""
    label_width = width_of(list(choices))
    sliders = [
        make_slider(name, values, k, label_width) for (name, values), k in zip(choices.items(), opening, strict=True)
    ]
    rows = [add_play(slider) if name == play else slider for name, slider in zip(choices, sliders, strict=True)]
    return rows, sliders


def make_slider(name: str, values: list, index: int, label_width: str) -> widgets.SelectionSlider:
    """Return the slider of one choice: a label, a track, and the value in words."""
    options = [(number_in_words(value), value) for value in values]
    look = looks(name.replace("_", " "), label_width)
    return widgets.SelectionSlider(options=options, index=index, equals=same, **look)


def add_play(slider: widgets.SelectionSlider) -> widgets.VBox:
    """Return the slider below buttons that move it from its first value to its last, once."""
    last = len(slider.options) - 1
    interval = min(600, max(150, PLAYING_TIME // (last + 1)))
    play = Play(value=slider.index, last=last, interval=interval)
    widgets.jslink((play, "value"), (slider, "index"))
    return widgets.VBox([play, slider])


def stack_pages(pages: dict, sliders: Sequence, layout: widgets.Layout, place: tuple[int, ...] = ()) -> widgets.Widget:
    """Return the pages below `place` as Stacks within Stacks, each joined to the slider of its depth."""
    if len(place) == len(sliders):
        return pages[place]
    slider = sliders[len(place)]
    children = [stack_pages(pages, sliders, layout, (*place, k)) for k in range(len(slider.options))]
    stack = widgets.Stack(children, selected_index=slider.index, layout=layout)
    widgets.jslink((slider, "index"), (stack, "selected_index"))
    return stack
