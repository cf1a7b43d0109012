r"""The passes that train: forward to the loss and back to its gradient, as a plan for one network and one batch.

What chapters 4 to 6 build is here a list of calls (`nnlib.fast.plan`), for each layer $Z = W^T A + b$ and its way back.
Samples come last, and below each layer's outputs stands a row of ones: W and b, neighbors in `theta`, are then one
matrix, so that a product adds the bias, another sums its gradient, and all that a call fills lies in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, groupby, pairwise
from typing import Any

import numpy as np

from nnlib.fast.ops import NO_SLOPE, plan_activation, plan_loss, plan_slope
from nnlib.fast.plan import add_scaled, execute, inner_product
from nnlib.losses import LossFunction, WeightedLoss
from nnlib.validation import Network

WIDE = 256  # inputs from which a column of ones costs more in copies than it saves in calls
SLICE = 256  # samples whose loss is taken at once: data of any length need little memory, and that stays in the cache


class Pass:
    """The loss of a network on a batch of `n_samples`, and with `dtheta` its gradient.

    Parameters
    ----------
    net : Network
        Its `theta` is read anew at every call.
    n_samples : int
        Samples that `load` fills in.
    function, logits, l2
        As `NeuralNetwork.check_problem` returns them.
    dtheta : array, shape (n_params,), optional
        Where the gradient goes.
    """

    dtheta: Any

    def __init__(self, net: Network, n_samples: int, function: LossFunction, logits: bool, l2: float,
                 dtheta: np.ndarray | None = None) -> None:  # fmt: skip
        self.n_samples, self.dtheta = n_samples, dtheta
        A, rows, edges = _arrays(net, n_samples)
        W = stacked(net.theta, net.sizes)
        *hidden, output = net.activations
        n_targets = net.sizes[-1] + isinstance(function, WeightedLoss)  # behind the targets come the weights
        self.X = A[0].T[:, : net.sizes[0]]
        self.Y = np.empty((n_targets, n_samples), rows.dtype)
        loss = plan_loss(function, logits, output, A[-1][:-1], self.Y)
        self.after_load = loss.after_load
        self.forward = _forward(W, A, (*hidden, loss.output)) + loss.forward
        self.terms = loss.terms + [(0.5 * l2, inner_product(part[:-1], part[:-1])) for part in W if l2]
        if dtheta is not None:
            dW = stacked(dtheta, net.sizes)
            slopes = np.empty_like(rows)
            S = [slopes[start : end - 1] for start, end in pairwise(edges)]
            names = (*hidden, loss.slope)
            self.backward = _slopes(names, rows, slopes, edges) + loss.backward + _backward(W, A, S, loss.dQ, dW, names)
            self.backward += [add_scaled(to[:-1], l2, part[:-1]) for to, part in zip(dW, W, strict=True) if l2]

    def load(self, X: np.ndarray, Y: np.ndarray, rows: np.ndarray | None = None) -> Pass:
        """Copy samples and targets in, all or those in `rows`, both with the samples first; return this pass."""
        if rows is None:
            self.X[...], self.Y.T[...] = X, Y
        else:  # mode="clip" lets NumPy write into its place at once; the rows are in range
            np.take(X, rows, 0, self.X, "clip")
            np.take(Y, rows, 0, self.Y.T, "clip")
        execute(self.after_load)
        return self

    def loss(self) -> float:
        """Return the loss at the present `theta`."""
        execute(self.forward)
        value = 0.0
        for factor, (function, arguments) in self.terms:
            value += factor * function(*arguments)
        return value

    def loss_and_gradient(self) -> float:
        """Return the loss, and fill `dtheta`."""
        value = self.loss()
        execute(self.backward)
        return value


def bind(net: Network, X: np.ndarray, Y: np.ndarray, function: LossFunction, logits: bool, l2: float) -> Pass:
    """Return the pass of `net` over what `check_problem` returned, loaded, with a `dtheta` of its own."""
    return Pass(net, len(X), function, logits, l2, np.empty_like(net.theta)).load(X, Y)


def bind_loss(net: Network, X: np.ndarray, Y: np.ndarray, *terms: Any) -> Callable[[], float]:
    """Return a function that gives the loss alone at the present `theta`, for what `check_problem` returned."""
    if len(X) <= SLICE:
        return Pass(net, len(X), *terms).load(X, Y).loss

    places = {n: Pass(net, n, *terms) for n in {SLICE, len(X) % SLICE} if n}

    def loss():
        total = 0.0
        for start in range(0, len(X), SLICE):
            part = slice(start, start + SLICE)
            place = places[len(X[part])].load(X[part], Y[part])
            total += place.loss() * (place.n_samples / len(X))  # each loss is a mean over samples
        return total

    return loss


def outputs(net: Network, X: np.ndarray) -> np.ndarray:
    """Return the outputs for many samples, (n_samples, n_outputs), by the same calls.

    They go by slices, so that what lies between the layers stays in the processor's cache: half the time for a picture.
    """
    dtype, sizes = net.theta.dtype, net.sizes
    length = min(len(X), max(SLICE, 2**18 // (max(sizes) * dtype.itemsize)))
    A = [np.ones((size + 1, length), dtype) for size in sizes]
    A_in, A_out = A[0][:-1].T, A[-1][:-1].T  # samples first
    plan = _forward(stacked(net.theta, sizes), A, net.activations)
    found = np.empty((len(X), sizes[-1]), dtype)
    for start in range(0, len(X), length):
        start = min(start, len(X) - length)  # the last slice goes over a part of the one before: one plan for all
        A_in[...] = X[start : start + length]
        execute(plan)
        found[start : start + length] = A_out
    return found


def stacked(V: np.ndarray, sizes: Sequence[int]) -> list[np.ndarray]:
    """Return views of V (n_params, ...), one a layer: (n_in + 1, n_out, ...), W with b as its last row.

    >>> import numpy as np
    >>> from nnlib.fast.passes import stacked
    >>> [part.tolist() for part in stacked(np.arange(7.0), (2, 1, 2))]
    [[[0.0], [1.0], [2.0]], [[3.0, 4.0], [5.0, 6.0]]]
    """
    parts, start = [], 0
    for n_in, n_out in pairwise(sizes):
        end = start + (n_in + 1) * n_out
        parts.append(V[start:end].reshape(n_in + 1, n_out, *V.shape[1:]))
        start = end
    return parts


def _arrays(net, n_samples):
    """Return X and every layer's outputs, each above a row of ones; all but X are `rows`, cut at `edges`."""
    n_inputs, dtype = net.sizes[0], net.theta.dtype
    X = np.ones((n_samples, n_inputs + (n_inputs < WIDE)), dtype)  # samples first, as they are copied in
    edges = [0, *accumulate(size + 1 for size in net.sizes[1:])]
    rows = np.ones((edges[-1], n_samples), dtype)
    return [X.T, *(rows[start:end] for start, end in pairwise(edges))], rows, edges


def _forward(W, A, names):
    """Return the calls that fill A layer by layer."""
    plan = []
    for part, A_in, A_out, name in zip(W, A[:-1], A[1:], names, strict=True):
        Z = A_out[:-1]
        if len(A_in) == len(part):
            plan.append((part.T.dot, (A_in, Z)))
        else:  # no row of ones, for the inputs are wide
            plan += [(part[:-1].T.dot, (A_in, Z)), (np.add, (Z, part[-1][:, None], Z))]
        plan += plan_activation(name, Z.T if name == "softmax" else Z)
    return plan


def _backward(W, A, S, dA, dW, names):
    """Return the calls that fill dW from the last layer to the first; S holds the slopes f'(Z)."""
    plan = []
    for k in range(len(W) - 1, -1, -1):
        if names[k] == "softmax":
            plan.append((_through_softmax, (A[k + 1][:-1], dA)))
        elif names[k] not in NO_SLOPE:
            plan.append((np.multiply, (dA, S[k], dA)))
        dZ = dA
        plan.append((A[k].dot, (dZ.T, dW[k][: len(A[k])])))
        if len(A[k]) < len(dW[k]):
            plan.append((np.add.reduce, (dZ, 1, None, dW[k][-1])))
        if k:
            dA = np.empty_like(A[k][:-1])
            plan.append((W[k][:-1].dot, (dZ, dA)))
    return plan


def _slopes(names, rows, slopes, edges):
    """Return the calls that fill `slopes` from `rows`; neighbors of one name are one piece, for one call."""
    plan = []
    for name, group in groupby(range(len(names)), names.__getitem__):
        layers = list(group)
        piece = slice(edges[layers[0]], edges[layers[-1] + 1] - 1)
        plan += plan_slope(name, rows[piece], slopes[piece])
    return plan


def _through_softmax(A, dA):
    """Make dZ of dA, in its place, by softmax's whole Jacobian."""
    dA -= (dA * A).sum(axis=0)
    dA *= A
