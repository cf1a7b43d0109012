"""The pictures that stand for a Playground and a DigitPad where no widget can be drawn: in print, in a plain viewer."""

from __future__ import annotations

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.plotting import decision_boundary, network_diagram
from nnlib.validation import Network


def draw_still(net: Network, X: np.ndarray, Y: np.ndarray) -> str:
    """Return the plane and the network side by side, a PNG as base64 text."""
    with plt.style.context("nnlib.book"):  # whatever the page uses: without it the labels do not fit
        figure, (plane, diagram) = plt.subplots(1, 2, figsize=(6.4, 3.0))
        decision_boundary(net, X, Y, ax=plane)
        network_diagram(net, ax=diagram)
        return _encode(figure)


def draw_digit(pixels: np.ndarray, probabilities: np.ndarray) -> str:
    """Return the 8 x 8 pixels and the probabilities beside them, a PNG as base64 text."""
    figure, (pad, bars) = plt.subplots(1, 2, figsize=(6.4, 3.0), layout="constrained")
    pad.imshow(pixels.reshape(8, 8), cmap="Greys", vmin=0, vmax=1)
    pad.set(xticks=[], yticks=[])
    pad.spines[:].set_visible(True)  # the book's style hides two of them
    digits = np.arange(len(probabilities))
    best = digits == probabilities.argmax()
    bars.barh(digits[~best], probabilities[~best], color="gray")
    bars.barh(digits[best], probabilities[best])
    bars.set(xlim=(0, 1), yticks=digits, xlabel="probability", title=f"The network reads {probabilities.argmax()}")
    bars.invert_yaxis()
    return _encode(figure)


def _encode(figure: Figure) -> str:
    """Close a figure and return it as a PNG in base64."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    plt.close(figure)
    return base64.b64encode(file.getvalue()).decode()
