"""The two passes of `nnlib.fast.passes` over many networks at once: the same calls with one more axis, the network's.

It is the last axis, so that the same weight of all networks lies side by side in memory and one call of NumPy
serves them all. The letters in `einsum`: sample s, unit h, unit m of the next layer, network k. Chapter 9 uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nnlib.fast.ops import NO_SLOPE, plan_activation, plan_slope
from nnlib.fast.plan import Call


class Layer(NamedTuple):
    """One layer of K networks: `W` (n_in, n_out, K), `b` (n_out, K), and both in a `block`.

    The block, shape (n_in + 1, n_out * K), is W with b as its last row: what a column of ones in X multiplies.
    All three are views into `theta`.
    """

    W: np.ndarray
    b: np.ndarray
    block: np.ndarray


def unpack(theta: np.ndarray, sizes: Sequence[int]) -> list[Layer]:
    """Return the layers of `theta`, shape (n_params, K), as views.

    >>> import numpy as np
    >>> from nnlib.fast.population_passes import unpack
    >>> first, last = unpack(np.arange(18.0).reshape(9, 2), (2, 2, 1))
    >>> first.W.shape, first.block.shape, last.b.tolist()
    ((2, 2, 2), (3, 4), [[16.0, 17.0]])
    """
    layers, start = [], 0
    for n_in, n_out in pairwise(sizes):
        end = start + (n_in + 1) * n_out
        rows = theta[start:end].reshape(n_in + 1, n_out, -1)
        layers.append(Layer(rows[:-1], rows[-1], rows.reshape(n_in + 1, -1)))
        start = end
    return layers


class Memory:
    """The arrays, shape (n_samples, n_out, n_networks), that a forward and a backward pass write into."""

    def __init__(self, sizes: Sequence[int], n_samples: int, n_networks: int, dtype: np.dtype) -> None:
        self.A, self.S = (  # a list each, layer by layer; S is f'(Z)
            [np.empty((n_samples, n_out, n_networks), dtype) for n_out in sizes[1:]] for _ in range(2)
        )


def plan_forward(layers: list[Layer], X: np.ndarray, memory: Memory, hidden: str) -> list[Call]:
    """Return the calls that fill `memory.A`, the last before its activation; X ends with a column of ones."""
    Z = memory.A[0]
    plan: list[Call] = [(X.dot, (layers[0].block, Z.reshape(len(Z), -1)))]  # all networks share X: one product
    for layer, out in zip(layers[1:], memory.A[1:], strict=True):
        plan += plan_activation(hidden, Z)
        plan += [(partial(np.einsum, out=out), ("shk,hmk->smk", Z, layer.W)), (np.add, (out, layer.b, out))]
        Z = out
    return plan


def plan_output(name: str, Z: np.ndarray) -> list[Call]:
    """Return the calls that put the outputs in place of the last Z."""
    return plan_activation(name, Z.transpose(0, 2, 1) if name == "softmax" else Z)


def plan_through_output(name: str, A: np.ndarray, dA: np.ndarray, S: np.ndarray) -> list[Call]:
    """Return the calls that make dZ of dA, in its place: times f'(Z), or through softmax's whole Jacobian."""
    if name == "softmax":
        return [(_through_softmax, (A, dA))]
    return [] if name == "identity" else [*plan_slope(name, A, S), (np.multiply, (dA, S, dA))]


def _through_softmax(A, dA):
    dA -= (dA * A).sum(axis=1, keepdims=True)
    dA *= A


def plan_backward(
    layers: list[Layer], X: np.ndarray, dZ: np.ndarray, memory: Memory, dlayers: list[Layer], hidden: str
) -> list[Call]:
    """Return the calls that fill `dlayers`, the views of the gradient, from dZ of the last layer back to the first.

    The outputs of the hidden layers are overwritten by their gradients, for memory that stays in cache is faster.
    """
    plan: list[Call] = []
    for k in range(len(layers) - 1, 0, -1):
        A, S, W = memory.A[k - 1], memory.S[k - 1], layers[k].W
        plan.append((partial(np.einsum, out=dlayers[k].W), ("shk,smk->hmk", A, dZ)))
        plan.append((np.add.reduce, (dZ, 0, None, dlayers[k].b)))
        plan += plan_slope(hidden, A, S)
        if W.shape[1] == 1:  # with one output there is nothing to sum, and a plain product is faster
            plan.append((np.multiply, (dZ, W[:, 0], A)))
        else:
            plan.append((partial(np.einsum, out=A), ("smk,hmk->shk", dZ, W)))
        dZ = A
        plan += [] if hidden in NO_SLOPE else [(np.multiply, (dZ, S, dZ))]
    plan.append((X.T.dot, (dZ.reshape(len(dZ), -1), dlayers[0].block)))
    return plan
