"""Layers cut from `theta`, and the two passes over them: forward to the outputs, backward to the gradient.

These few lines are the book's mathematics: chapter 4 builds the first pass and chapter 6 the second.
Here they write into a `Memory` that is made once, so that training allocates next to nothing.
"""

from typing import NamedTuple

import numpy as np

from nnlib.activations import ACTIVATIONS, Activation


class Layer(NamedTuple):
    """One layer: `W` (n_in, n_out) and `b` (n_out,), both views into `theta`, and its activation."""

    W: np.ndarray
    b: np.ndarray
    activation: Activation


def unpack(theta, sizes, activations):
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

    def __init__(self, theta, sizes, activations, n_samples):
        self.A, self.dA, self.slopes = (  # a list each, layer by layer; slopes are f'(Z)
            [np.empty((n_samples, n_out), theta.dtype) for n_out in sizes[1:]] for _ in range(3)
        )
        self.dtheta = np.empty_like(theta)
        self.dlayers = unpack(self.dtheta, sizes, activations)


def forward_pass(layers, X, memory, logits):
    """Fill `memory.A` layer by layer and return the last; with `logits`, its pre-activation."""
    A = X
    for layer, out in zip(layers, memory.A, strict=True):
        Z = A.dot(layer.W, out=out)  # the method with out= costs half of A @ W on tiny arrays
        Z += layer.b
        A = Z if logits and layer is layers[-1] else layer.activation.value(Z, out=Z)
    return A


def through_output(layers, A, dA, memory):
    """Return dZ of the last layer from dA: times f'(Z), or through softmax's whole Jacobian."""
    derivative = layers[-1].activation.derivative
    if derivative is None:
        return A * (dA - (dA * A).sum(axis=1, keepdims=True))
    dA *= derivative(A, out=memory.slopes[-1])
    return dA


def backward_pass(layers, X, dZ, memory):
    """Fill `memory.dtheta` from dZ of the last layer, back to the first."""
    for k in range(len(layers) - 1, -1, -1):
        A_in = memory.A[k - 1] if k else X
        dW, db, _ = memory.dlayers[k]
        A_in.T.dot(dZ, out=dW)
        np.add.reduce(dZ, axis=0, out=db)
        if k:
            dA = dZ.dot(layers[k].W.T, out=memory.dA[k - 1])
            dA *= layers[k - 1].activation.derivative(A_in, out=memory.slopes[k - 1])
            dZ = dA
