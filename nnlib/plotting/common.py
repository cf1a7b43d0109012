"""What all plots share: colors, a place to draw, and words for those who do not see it.

Every function that draws adds its sentences with `add_description`; `describe` reads them back as alt text.
"""

from weakref import WeakKeyDictionary

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure, SubFigure

BLUE, ORANGE = "#0072B2", "#D55E00"  # class 0 and class 1; Okabe and Ito's, safe for color-blind readers
SIGNS = LinearSegmentedColormap.from_list("signs", [BLUE, "#FFFFFF", ORANGE])  # negative, 0, positive
MAX_LISTED = 8  # more points or units than this are counted in the alt text, not listed

descriptions: WeakKeyDictionary[Axes, list[str]] = WeakKeyDictionary()  # to sentences


def set_description(ax: Axes, text: str) -> None:
    """Keep `text` as the alt text of `ax`, for `describe`; use it for what you draw by hand."""
    descriptions[ax] = [text]


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

    Examples
    --------
    >>> from nnlib.plotting import describe, loss_curve
    >>> ax = loss_curve([0.25, 0.125, 0.01])
    >>> describe(ax)
    'The loss falls from 0.25 to 0.01 over 2 epochs.'
    >>> plt.close(ax.figure)
    """
    if not isinstance(drawing, Axes | Figure | SubFigure):
        raise ValueError(f"drawing is {type(drawing).__name__}; it may be an Axes or a Figure")
    if isinstance(drawing, Figure | SubFigure):
        return " ".join(filter(None, map(describe, drawing.axes)))
    sentences = descriptions.get(drawing, [])
    title = drawing.get_title()
    return " ".join([f"{title}:", *sentences] if title and sentences else sentences)


def add_description(ax: Axes, text: str) -> None:
    """Add a sentence to the alt text of `ax`."""
    descriptions.setdefault(ax, []).append(text)


def axes_or_new(ax: Axes | None) -> Axes:
    """Return `ax`, or the axes of a new figure where it is None."""
    return plt.subplots()[1] if ax is None else ax
