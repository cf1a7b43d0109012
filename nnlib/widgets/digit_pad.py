"""A pad of 8 x 8 cells to draw a digit on, read by a network in the page itself: the DigitPad.

Chapter 15 trains the network. Its numbers go to the page with the widget, so that no Python is needed there; where
there is a kernel, Python reads and sets the same pixels.
"""

import base64
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nnlib.network import NeuralNetwork
from nnlib.validation import as_floats, check_array, check_count, check_finite
from nnlib.widgets.stage import read_scripts, read_text
from nnlib.widgets.still import draw_digit

FULL = 16  # ink of a full cell, as the page keeps it
N_PIXELS, N_DIGITS = 64, 10
MOST_MISTAKES = 20
INKS = "0123456789abcdefg"  # one letter a pixel, 0 to 16


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

    _esm = read_scripts(["digit_reader.js", "digit_pad.js"])
    _css = read_text("playground.css") + read_text("digit_pad.css")

    pixels = traitlets.Any().tag(
        sync=True,
        to_json=lambda pixels, _: (FULL * pixels).tolist(),
        from_json=lambda ink, _: np.array(ink, float) / FULL,
    )
    probabilities = traitlets.Any()
    digit = traitlets.Int()

    # what the page is told of the network and of the examples: [pixels, label, read rightly]
    sizes = traitlets.List().tag(sync=True)
    hidden = traitlets.Unicode().tag(sync=True)
    theta = traitlets.Unicode().tag(sync=True)
    examples = traitlets.List().tag(sync=True)

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
        super().__init__(
            sizes=list(net.sizes),
            hidden=net.hidden,
            theta=base64.b64encode(net.theta.astype("<f4").tobytes()).decode(),
            examples=_choose_examples(self._net, X, Y, n_examples),
            pixels=np.zeros(N_PIXELS) if pixels is None else pixels,
        )

    def __repr__(self) -> str:
        """Return the same text for the same network and pixels in every run."""
        return f"DigitPad({self._net}, digit={self.digit})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add a still, for a PDF or a viewer that draws no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle and (bundle[0] | {"image/png": draw_digit(self.pixels, self.probabilities)}, *bundle[1:])

    @traitlets.validate("pixels")
    def _check_pixels(self, proposal: dict) -> np.ndarray:
        wanted = "the pad takes (64,) or (8, 8)"
        pixels = as_floats("pixels", proposal["value"], wanted)
        if pixels.shape not in ((N_PIXELS,), (8, 8)):
            raise ValueError(f"pixels has shape {pixels.shape}; {wanted}")
        return _check_ink("pixels", pixels.ravel()).copy()

    @traitlets.observe("pixels")
    def _read(self, change: dict) -> None:
        """Let the network read what is on the pad now."""
        self.probabilities = self._net.forward(change["new"][None])[0]
        self.digit = int(self.probabilities.argmax())


def _check_reader(net: Any) -> NeuralNetwork:
    """Return `net`; ValueError if it does not read 8 x 8 digits."""
    wanted = f"it may be a NeuralNetwork({N_PIXELS}, ..., {N_DIGITS}, output='softmax')"
    if not isinstance(net, NeuralNetwork):
        raise ValueError(f"net is {type(net).__name__}; {wanted}")
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
    ink, labels = np.rint(FULL * X).astype(int), Y.argmax(axis=1)
    right = net.predict(ink / FULL) == labels
    chosen = [row for digit in range(N_DIGITS) for row in np.flatnonzero(right & (labels == digit))[:n_examples]]
    chosen += np.flatnonzero(~right)[:MOST_MISTAKES].tolist()
    return [["".join(INKS[value] for value in ink[row]), int(labels[row]), bool(right[row])] for row in chosen]
