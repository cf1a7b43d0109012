"""The two passes of `nnlib.layers` over many networks at once: the same lines with one more axis, the network's.

It is the last axis, so that the same weight of all networks lies side by side in memory and one call of NumPy
serves them all. The letters in `einsum`: sample s, unit h, unit m of the next layer, network k. Chapter 9 uses it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nnlib.activations import ACTIVATIONS, Activation


class Layer(NamedTuple):
    """One layer of K networks: `W` (n_in, n_out, K), `b` (n_out, K), their activation, and all in a `block`.

    The block, shape (n_in + 1, n_out * K), is W with b as its last row: what a column of ones in X multiplies.
    All three are views into `theta`.
    """

    W: np.ndarray
    b: np.ndarray
    activation: Activation
    block: np.ndarray


def unpack(theta: np.ndarray, sizes: Sequence[int], activations: Sequence[str]) -> list[Layer]:
    """Return the layers of `theta`, shape (n_params, K), as views.

    >>> first, last = unpack(np.arange(18.0).reshape(9, 2), (2, 2, 1), ("tanh", "sigmoid"))
    >>> first.W.shape, first.block.shape, last.b.tolist()
    ((2, 2, 2), (3, 4), [[16.0, 17.0]])
    """
    layers, start = [], 0
    for (n_in, n_out), name in zip(pairwise(sizes), activations, strict=True):
        end = start + (n_in + 1) * n_out
        rows = theta[start:end].reshape(n_in + 1, n_out, -1)
        layers.append(Layer(rows[:-1], rows[-1], ACTIVATIONS[name], rows.reshape(n_in + 1, -1)))
        start = end
    return layers


class Memory:
    """The arrays, shape (n_samples, n_out, n_networks), that a forward and a backward pass write into."""

    def __init__(self, sizes: Sequence[int], n_samples: int, n_networks: int) -> None:
        self.A, self.slopes = (  # a list each, layer by layer; slopes are f'(Z)
            [np.empty((n_samples, n_out, n_networks)) for n_out in sizes[1:]] for _ in range(2)
        )


def forward_pass(layers: list[Layer], X: np.ndarray, memory: Memory) -> np.ndarray:
    """Fill `memory.A` layer by layer and return the last before its activation, Z; X ends with a column of ones."""
    Z = memory.A[0]
    X.dot(layers[0].block, out=Z.reshape(len(Z), -1))  # all networks share X: one product serves them all
    for before, layer, out in zip(layers[:-1], layers[1:], memory.A[1:], strict=True):
        A = before.activation.value(Z, out=Z)
        Z = np.einsum("shk,hmk->smk", A, layer.W, out=out)
        Z += layer.b
    return Z


def activate_output(layers: list[Layer], Z: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return A of the last layer, written into `out`."""
    # softmax works along the last axis; to the other activations any axis is as good
    layers[-1].activation.value(Z.transpose(0, 2, 1), out=out.transpose(0, 2, 1))
    return out


def through_output(layers: list[Layer], A: np.ndarray, dA: np.ndarray, memory: Memory) -> np.ndarray:
    """Return dZ of the last layer from dA: times f'(Z), or through softmax's whole Jacobian."""
    derivative = layers[-1].activation.derivative
    if derivative is None:
        return A * (dA - (dA * A).sum(axis=1, keepdims=True))
    dA *= derivative(A, out=memory.slopes[-1])
    return dA


def backward_pass(layers: list[Layer], X: np.ndarray, dZ: np.ndarray, memory: Memory, dlayers: list[Layer]) -> None:
    """Fill `dlayers`, the views of the gradient, from dZ of the last layer back to the first.

    The outputs of the hidden layers are overwritten by their gradients, for memory that stays in cache is faster.
    """
    for k in range(len(layers) - 1, 0, -1):
        A, slopes = memory.A[k - 1], memory.slopes[k - 1]
        np.einsum("shk,smk->hmk", A, dZ, out=dlayers[k].W)
        np.add.reduce(dZ, axis=0, out=dlayers[k].b)
        layers[k - 1].activation.derivative(A, out=slopes)
        W = layers[k].W
        if W.shape[1] == 1:  # with one output there is nothing to sum, and a plain product is faster
            dZ = np.multiply(dZ, W[:, 0], out=A)
        else:
            dZ = np.einsum("smk,hmk->shk", dZ, W, out=A)
        dZ *= slopes
    X.T.dot(dZ.reshape(len(dZ), -1), out=dlayers[0].block)
