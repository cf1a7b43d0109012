"""Layers cut from `theta`, and the two passes over them: forward to the outputs, backward to the gradient.

These few lines are the book's mathematics: chapter 4 builds the first pass and chapter 6 the second.
Here they write into a `Memory` that is made once, so that training allocates next to nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from nnlib.activations import ACTIVATIONS, Activation

SLICE = 4096  # samples whose loss is taken at once


class Layer(NamedTuple):
    """One layer: `W` (n_in, n_out) and `b` (n_out,), both views into `theta`, and its activation."""

    W: np.ndarray
    b: np.ndarray
    activation: Activation


def unpack(theta: np.ndarray, sizes: Sequence[int], activations: Sequence[str]) -> list[Layer]:
    """Return the layers of `theta` as views: W then b, layer by layer, row-major.

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


class Memory:
    """The arrays that one forward and backward pass of `n_samples` writes into."""

    def __init__(self, dtype: DTypeLike, sizes: Sequence[int], n_samples: int) -> None:
        self.A, self.dA, self.slopes = (  # a list each, layer by layer; slopes are f'(Z)
            [np.empty((n_samples, n_out), dtype) for n_out in sizes[1:]] for _ in range(3)
        )


def forward_pass(
    layers: list[Layer], X: np.ndarray, out: Sequence[np.ndarray | None], logits: bool = False
) -> list[np.ndarray]:
    """Return every layer's outputs, written into the arrays `out`; with `logits`, the last before its activation.

    An entry of `out` may be None: that layer's outputs are then a new array.
    """
    A, outputs = X, []
    for layer, buffer in zip(layers, out, strict=True):
        Z = A.dot(layer.W, out=buffer)  # the method with out= costs half of A @ W on tiny arrays
        Z += layer.b
        A = Z if logits and layer is layers[-1] else layer.activation.value(Z, out=Z)
        outputs.append(A)
    return outputs


def mean_loss(layers: list[Layer], X: np.ndarray, Y: np.ndarray, function: Callable, logits: bool) -> float:
    """Return the loss alone, a slice of the samples at a time: data of any length need little memory."""
    total = 0.0
    for start in range(0, len(X), SLICE):
        part = slice(start, start + SLICE)
        Q = forward_pass(layers, X[part], [None] * len(layers), logits)[-1]
        total += function(Q, Y[part])[0].item() * (len(Q) / len(X))  # each loss is a mean over samples
    return total


def penalty(layers: list[Layer], l2: float) -> float:
    """Return what weight decay adds to the loss: half of `l2` times the sum of all squared weights."""
    return (0.5 * l2 * sum(W.ravel().dot(W.ravel()) for W, _, _ in layers)).item() if l2 else 0.0


def through_output(layers: list[Layer], A: np.ndarray, dA: np.ndarray, memory: Memory) -> np.ndarray:
    """Return dZ of the last layer from dA: times f'(Z), or through softmax's whole Jacobian."""
    derivative = layers[-1].activation.derivative
    if derivative is None:
        return A * (dA - (dA * A).sum(axis=1, keepdims=True))
    dA *= derivative(A, out=memory.slopes[-1])
    return dA


def backward_pass(layers: list[Layer], X: np.ndarray, dZ: np.ndarray, memory: Memory, dlayers: list[Layer]) -> None:
    """Fill `dlayers`, the views of the gradient, from dZ of the last layer back to the first."""
    for k in range(len(layers) - 1, -1, -1):
        A_in = memory.A[k - 1] if k else X
        dW, db, _ = dlayers[k]
        A_in.T.dot(dZ, out=dW)
        np.add.reduce(dZ, axis=0, out=db)
        if k:
            dA = dZ.dot(layers[k].W.T, out=memory.dA[k - 1])
            dA *= layers[k - 1].activation.derivative(A_in, out=memory.slopes[k - 1])
            dZ = dA
