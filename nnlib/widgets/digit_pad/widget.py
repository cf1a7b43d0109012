"""A pad of 8 x 8 cells to draw a digit on, read by a network in the page itself: the DigitPad.

Chapter 16 trains the network. Its numbers go to the page with the widget, so that no Python is needed there; where
there is a kernel, Python reads and sets the same pixels.
"""

from __future__ import annotations

import base64
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nnlib.network import NeuralNetwork
from nnlib.validation import as_floats, check_array, check_count, check_finite, type_name
from nnlib.widgets.scripts import read_module, read_text
from nnlib.widgets.still import draw_digit
from nnlib.widgets.traits import Checked, Fixed, Reported, as_they_come

FULL = 16  # ink of a full cell, as the page keeps it
N_PIXELS, N_DIGITS = 64, 10
MOST_MISTAKES = 20
EXAMPLES_A_ROW = 5  # on a phone
INKS = "0123456789abcdefg"  # one letter a pixel, 0 to 16


def check_pixels(name: str, value: Any) -> np.ndarray:
    """Return ink from 0 to 1 in a row of its own; ValueError if it is not that of 8 x 8 cells."""
    wanted = "the pad takes (64,) or (8, 8)"
    pixels = as_floats(name, value, wanted)
    if pixels.shape not in ((N_PIXELS,), (8, 8)):
        raise ValueError(f"{name} has shape {pixels.shape}; {wanted}")
    return _check_ink(name, pixels.ravel()).copy()


def as_pixels(ink: Any) -> Any:
    """Return the page's ink of 0 to 16 as pixels; what is none is left for the check to refuse."""
    try:
        return np.asarray(ink, float) / FULL
    except (TypeError, ValueError):
        return ink


class DigitPad(anywidget.AnyWidget):
    """A pad to draw a digit on with mouse, finger or keys; a network of yours reads it as you draw.

    The pen inks softly, as the pictures of `nnlib.datasets.digits` were made: a cell holds how many of 16 small
    pixels a stroke covers.

    Parameters
    ----------
    net : NeuralNetwork
        Takes 64 pixels and gives 10 probabilities (``output="softmax"``). The pad keeps a copy in float32.
    X : array, shape (n_samples, 64), optional
        Pictures to choose examples from, ink from 0 to 1; best those of the test data. Kept to sixteenths.
    Y : array, shape (n_samples, 10), optional
        Their one-hot targets.
    pixels : array, shape (64,) or (8, 8), optional
        What is on the pad at first; nothing by default.
    n_examples : int
        How many pictures of each digit that `net` reads rightly go behind its button. Up to 20 that it misreads
        go behind one button of their own.

    Attributes
    ----------
    pixels : array, shape (64,)
        The ink of each cell, row by row, from 0 to 1; set it to draw.
    probabilities : array, shape (10,)
        The network's answer to `pixels`.
    digit : int
        The likeliest digit.

    Raises
    ------
    ValueError
        If `net` does not read 8 x 8 digits, the examples do not fit or come without targets, or `pixels` has another
        shape or leaves the range from 0 to 1.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.digits()
    >>> net = nnlib.NeuralNetwork(64, 10, output="softmax", rng=0)
    >>> result = nnlib.minimize(net, X, Y, loss="cross_entropy", method="L-BFGS-B", options={"maxiter": 20})
    >>> pad = nnlib.widgets.DigitPad(net, X, Y, pixels=X[4])
    >>> pad
    DigitPad(NeuralNetwork(64, 10, hidden='tanh', output='softmax'), digit=4)
    >>> pad.pixels = X[7]
    >>> pad.digit
    7
    """

    _esm = read_module("digit_pad/page/digit_pad.js")
    _css = read_text("page/look.css") + read_text("digit_pad/page/digit_pad.css")

    pixels = Checked(check_pixels).tag(
        sync=True, to_json=lambda pixels, _: (FULL * pixels).tolist(), from_json=lambda ink, _: as_pixels(ink)
    )
    probabilities = Reported(as_they_come)
    digit = Reported(as_they_come)

    # what the page is told of the network and of the examples: [pixels, label, read rightly]
    sizes = Fixed(as_they_come).tag(sync=True)
    hidden = Fixed(as_they_come).tag(sync=True)
    theta = Fixed(as_they_come).tag(sync=True)
    examples = Fixed(as_they_come).tag(sync=True)

    # how high it is, from which width on: [[width, height], ...], in pixels
    size = Fixed(as_they_come).tag(sync=True)

    def __init__(
        self,
        net: NeuralNetwork,
        X: ArrayLike | None = None,
        Y: ArrayLike | None = None,
        *,
        pixels: ArrayLike | None = None,
        n_examples: int = 3,
    ) -> None:
        self._net = _check_reader(net).copy("float32").copy("float64")  # what the page reads with, to the last bit
        n_examples = check_count("n_examples", n_examples, smallest=0)
        examples = _choose_examples(self._net, X, Y, n_examples)
        super().__init__(
            sizes=list(net.sizes),
            hidden=net.hidden,
            theta=base64.b64encode(net.theta.astype("<f4").tobytes()).decode(),
            examples=examples,
            size=_measure(examples),
            pixels=np.zeros(N_PIXELS) if pixels is None else pixels,
        )

    def __repr__(self) -> str:
        """Return the same text for the same network and pixels in every run."""
        return f"DigitPad({self._net}, digit={self.digit})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add a still, for a PDF or a viewer that draws no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle and (bundle[0] | {"image/png": draw_digit(self.pixels, self.probabilities)}, *bundle[1:])

    @traitlets.observe("pixels")
    def _read(self, change: dict) -> None:
        """Let the network read what is on the pad now."""
        probabilities = self._net.forward(change["new"][None])[0]
        self.set_trait("probabilities", probabilities)
        self.set_trait("digit", int(probabilities.argmax()))


def _check_reader(net: Any) -> NeuralNetwork:
    """Return `net`; ValueError if it does not read 8 x 8 digits."""
    wanted = f"it may be a NeuralNetwork({N_PIXELS}, ..., {N_DIGITS}, output='softmax')"
    if not isinstance(net, NeuralNetwork):
        remedy = "it may be the estimator's network, estimator.network_" if hasattr(net, "network_") else wanted
        raise ValueError(f"net is {type_name(net)}; {remedy}")
    if (net.sizes[0], net.sizes[-1], net.output) != (N_PIXELS, N_DIGITS, "softmax"):
        raise ValueError(f"net is {net}; {wanted}")
    check_finite("net.theta", net.theta)
    return net


def _check_ink(name: str, pixels: np.ndarray) -> np.ndarray:
    """Return pixels that are finite and from 0 to 1; ValueError otherwise."""
    check_finite(name, pixels)
    if pixels.min() < 0 or pixels.max() > 1:
        raise ValueError(f"{name} goes from {pixels.min():g} to {pixels.max():g}; ink may be from 0 to 1")
    return pixels


def _choose_examples(net: NeuralNetwork, X: Any, Y: Any, n_examples: int) -> list[list]:
    """Return the first pictures of each digit that `net` reads rightly, then those that it misreads."""
    if (X is None) != (Y is None):
        raise ValueError(f"{'X' if X is None else 'Y'} is None; it may be None only together with the other")
    if X is None:
        return []
    X = _check_ink("X", check_array("X", X, N_PIXELS, f"the pad takes (n_samples, {N_PIXELS})"))
    Y = check_array("Y", Y, N_DIGITS, f"the pad takes (n_samples, {N_DIGITS})", n_rows=len(X))
    if not np.array_equal(np.sort(Y, axis=1), np.sort(np.eye(N_DIGITS)[Y.argmax(axis=1)], axis=1)):
        raise ValueError("Y has rows that are not one-hot; each may hold one 1, as np.eye(10)[labels] does")
    ink, labels = np.rint(FULL * X).astype(int), Y.argmax(axis=1)
    right = net.predict(ink / FULL) == labels
    chosen = [row for digit in range(N_DIGITS) for row in np.flatnonzero(right & (labels == digit))[:n_examples]]
    chosen += np.flatnonzero(~right)[:MOST_MISTAKES].tolist()
    return [["".join(INKS[value] for value in ink[row]), int(labels[row]), bool(right[row])] for row in chosen]


def _measure(examples: list[list]) -> list[list[int]]:
    """Return how high the pad is, narrow and wide, as digit_pad.css lays it out."""
    n_digits = len({label for _, label, right in examples if right})
    n_rows = -(-n_digits // EXAMPLES_A_ROW) + any(not right for _, _, right in examples)
    return [[0, 752 + (30 + 52 * n_rows if examples else 0)], [640, 444 + (82 if examples else 0)]]
