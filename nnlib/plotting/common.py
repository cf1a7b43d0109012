"""What all plots share: colors, a place to draw, and words for those who do not see it.

Every function that draws adds its sentences with `add_description`; `describe` reads them back as alt text.
"""

from __future__ import annotations

from typing import Any, Literal
from weakref import WeakKeyDictionary

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch
from matplotlib.ticker import AutoLocator

from nnlib.validation import as_floats, type_name

MAX_LISTED = 8  # more points or units than this are counted in the alt text, not listed
LOSSES_OF = {  # what holds losses, and where
    "History": "history.loss",
    "OptimizeResult": "result.losses",
    "Population": "population.losses[:, 0]",
    "NNClassifier": "classifier.loss_curve_",
    "NNRegressor": "regressor.loss_curve_",
}
SHOWN = {"log": (0.0, np.inf), "logit": (0.0, 1.0)}  # what a scale can show, both ends left out; others show all

# The background of each axes to its sentences: `ax.clear()` puts a new one there, and what it wiped off is forgotten.
descriptions: WeakKeyDictionary[Patch, list[str]] = WeakKeyDictionary()


def set_description(ax: Axes, text: str) -> None:
    """Keep `text` as the alt text of `ax`, for `describe`; use it for what you draw by hand.

    Parameters
    ----------
    ax : matplotlib Axes
        Of any projection.
    text : str
        Replaces what was kept.

    Raises
    ------
    ValueError
        If `ax` is no Axes or `text` no string.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from nnlib.plotting import describe, set_description
    >>> figure, ax = plt.subplots()
    >>> set_description(ax, "A straight line down.")
    >>> describe(ax)
    'A straight line down.'
    >>> plt.close(figure)
    """
    _check_axes(ax)
    if not isinstance(text, str):
        raise ValueError(f"text is {type_name(text)}; it may be a string")
    descriptions[ax.patch] = [text]


def describe(drawing: Axes | Figure | SubFigure) -> str:
    """Return the alt text of an Axes or a Figure, computed from the data when it was drawn.

    Parameters
    ----------
    drawing : matplotlib Axes or Figure
        A Figure is described by its axes, in order, each led by its title.

    Returns
    -------
    str
        Sentences; empty where nothing that nnlib drew or `set_description` described is there.

    Raises
    ------
    ValueError
        If `drawing` is neither.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from nnlib.plotting import describe, loss_curve
    >>> ax = loss_curve([0.25, 0.125, 0.01])
    >>> describe(ax)
    'The loss falls from 0.25 to 0.01 over 2 epochs.'
    >>> plt.close(ax.figure)
    """
    if not isinstance(drawing, Axes | Figure | SubFigure):
        raise ValueError(f"drawing is {type_name(drawing)}; it may be an Axes or a Figure")
    if isinstance(drawing, Figure | SubFigure):
        every: list[Any] = [part for ax in drawing.axes for part in (ax, *ax.child_axes)]  # the children are insets
        return " ".join(filter(None, map(describe, every)))
    sentences = descriptions.get(drawing.patch, [])
    title = drawing.get_title()
    return " ".join([f"{title}:", *sentences] if title and sentences else sentences)


def add_description(ax: Axes, text: str) -> None:
    """Add a sentence to the alt text of `ax`."""
    descriptions.setdefault(ax.patch, []).append(text)


def axes_or_new(ax: Axes | None) -> Axes:
    """Return `ax`, or the axes of a new figure where it is None; refuse what a plot of x and y cannot be drawn on."""
    if ax is None:
        return plt.subplots()[1]
    _check_axes(ax)
    if ax.name != "rectilinear":
        raise ValueError(f"ax is an Axes of projection {ax.name!r}; it may be one without, such as plt.subplots()[1]")
    if ax.figure is None:
        raise ValueError("ax is an Axes that was removed from its figure; it may be one such as plt.subplots()[1]")
    return ax


def _check_axes(ax: Any) -> None:
    """Refuse all but an Axes, with the way to one where `ax` holds some."""
    remedy = "plt.gca()"
    if isinstance(ax, np.ndarray) and ax.size:
        remedy = f"axes[{', '.join('0' * ax.ndim)}]"
    elif isinstance(ax, dict) and ax:
        remedy = f"axes[{next(iter(ax))!r:.20}]"
    elif isinstance(ax, tuple) and ax and isinstance(ax[0], Figure):
        remedy = "that of figure, ax = plt.subplots()"
    elif isinstance(ax, list | tuple) and ax:
        remedy = "axes[0]"
    elif isinstance(ax, Figure | SubFigure):
        remedy = "figure.axes[0]" if ax.axes else "figure.subplots()"
    if not isinstance(ax, Axes):
        raise ValueError(f"ax is {type_name(ax)}; it may be one Axes, such as {remedy}")


def check_losses(losses: Any) -> np.ndarray:
    """Return `losses` as an array, shape (n,); of what only holds some, name the losses."""
    names = {kind.__name__ for kind in type(losses).__mro__}
    remedy = next((remedy for name, remedy in LOSSES_OF.items() if name in names), None)
    if losses is None or remedy:
        raise ValueError(f"losses is {type_name(losses)}; it may be (n,), such as {remedy or 'history.loss'}")
    losses = as_floats("losses", losses, "it may be (n,), n at least 1")
    if losses.ndim != 1 or not losses.size:
        remedy = ", such as a column, losses[:, 0]" if losses.ndim == 2 and losses.size else ""
        raise ValueError(f"losses has shape {losses.shape}; it may be (n,), n at least 1{remedy}")
    return losses


def lay_linear(ax: Axes) -> None:
    """Give both axes of `ax` a linear scale with all in view, for what has coordinates of its own."""
    if ax.get_xscale() != "linear":  # setting it would take the ticks away
        ax.set_xscale("linear")
    if ax.get_yscale() != "linear":
        ax.set_yscale("linear")
    ax.autoscale()


def clear_for_cells(ax: Axes) -> None:
    """Take from `ax` what a table has none of: frame, grid, tick marks, limits and scales that somebody chose."""
    lay_linear(ax)
    ax.grid(False)
    ax.minorticks_off()
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def shown(name: str, values: np.ndarray, scale: str) -> np.ndarray:
    """Return those of `values` that a scale can show; refuse where it is none."""
    low, high = SHOWN.get(scale, (-np.inf, np.inf))
    inside = values[(values > low) & (values < high)]
    if not inside.size:
        span = f"{name} goes from {values.min():g} to {values.max():g}"
        raise ValueError(f"{span}; a {scale} scale shows nothing of that, and a linear scale does")
    return inside


def window(ax: Axes, X: np.ndarray, n: int) -> list[np.ndarray]:
    """Return x and y, n places each: around the points with a margin, evenly spread on the scales of `ax`."""
    axes = (ax.xaxis, ax.yaxis)
    ends = []
    for k, axis in enumerate(axes):
        points = shown(f"X[:, {k}]", X[:, k], axis.get_scale())
        ends.append(axis.get_transform().transform(np.array([points.min(), points.max()])))
    low, high = np.transpose(ends)
    margin = 0.25 * (high - low)
    if equal_aspect(ax) == "equal":
        margin = margin.max()
    margin = np.where(margin > 0, margin, 1.0)
    places = np.linspace(low - margin, high + margin, n).T
    return [axis.get_transform().inverted().transform(row) for axis, row in zip(axes, places, strict=True)]


def set_window(ax: Axes, x: np.ndarray, y: np.ndarray) -> None:
    """Let `ax` reach from the first to the last of `x` and of `y`, both ascending; an inverted axis stays inverted."""
    left, right = x[[-1, 0]] if ax.xaxis_inverted() else x[[0, -1]]
    bottom, top = y[[-1, 0]] if ax.yaxis_inverted() else y[[0, -1]]
    ax.set(xlim=(left, right), ylim=(bottom, top))


def tune_ticks(axis: Axis, **options: Any) -> None:
    """Pass `options` to Matplotlib's own choice of ticks; what somebody else chose stays."""
    locator = axis.get_major_locator()
    if isinstance(locator, AutoLocator):
        locator.set_params(**options)


def ink(ax: Axes) -> Any:
    """Return the color of words beside `ax`: that of the style it was made in, whatever the style is now."""
    return ax.title.get_color()


def legend_colors(ax: Axes) -> dict[str, Any]:
    """Return the colors of a legend that is read on `ax`."""
    return {"labelcolor": ink(ax), "facecolor": ax.get_facecolor()}


def equal_aspect(ax: Axes) -> Literal["equal", "auto"]:
    """Return "equal" where one step can be as long up as to the right: not for twins, nor on other scales."""
    linear = ax.get_xscale() == ax.get_yscale() == "linear"
    return "equal" if linear and ax.get_adjustable() == "box" else "auto"


def grid(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return every point of the grid x by y, shape (len(x) * len(y), 2), rows of equal y together."""
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
