"""Layers cut from `theta`, and the pass over them to the outputs: chapter 4 builds it.

`nnlib.plain` has the whole way in plain lines; the passes that train are in `nnlib.fast`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nnlib.activations import ACTIVATIONS, Activation


class Layer(NamedTuple):
    """One layer: `W` (n_in, n_out) and `b` (n_out,), both views into `theta`, and its activation."""

    W: np.ndarray
    b: np.ndarray
    activation: Activation


def unpack(theta: np.ndarray, sizes: Sequence[int], activations: Sequence[str]) -> list[Layer]:
    """Return the layers of `theta` as views: W then b, layer by layer, row-major.

    >>> import numpy as np
    >>> from nnlib.layers import unpack
    >>> first, last = unpack(np.arange(9.0), (2, 2, 1), ("tanh", "sigmoid"))
    >>> first.W.tolist(), last.b.tolist()
    ([[0.0, 1.0], [2.0, 3.0]], [8.0])
    """
    layers, start = [], 0
    for n_in, n_out, name in zip(sizes[:-1], sizes[1:], activations, strict=True):
        end = start + n_in * n_out
        W = theta[start:end].reshape(n_in, n_out)
        layers.append(Layer(W, theta[end : end + n_out], ACTIVATIONS[name]))
        start = end + n_out
    return layers


def forward_pass(layers: list[Layer], X: np.ndarray) -> list[np.ndarray]:
    """Return every layer's outputs, each a new array."""
    A, outputs = X, []
    for W, b, activation in layers:
        Z = A.dot(W)
        Z += b
        A = activation.value(Z, out=Z)
        outputs.append(A)
    return outputs
