r"""Curvature: how the gradient turns when `theta` moves, exactly and at the cost of two gradients.

Pearlmutter's operator R (1994) differentiates both passes along one direction `v`, so that the Hessian times `v` is
had without the Hessian. Chapter 13 builds it; chapter 14 is about the methods that use it. `nnlib.derivatives` has all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.fast.ops import plan_activation, plan_slope
from nnlib.fast.passes import stacked
from nnlib.fast.plan import execute
from nnlib.losses import WeightedLoss
from nnlib.validation import Network, as_floats, check_array, check_finite, check_memory, check_network

BLOCK = 2**20  # numbers in one array of a block of directions, 8 MB: bounds what `hessian` adds to its result


def hessian_product(
    net: Network, X: ArrayLike, Y: ArrayLike, v: ArrayLike, loss: str = "mse", l2: float = 0.0
) -> np.ndarray:
    r"""Return the Hessian times a vector, $H v = \frac{d}{dt} \nabla L(\theta + t v)$ at $t = 0$, exactly.

    Pearlmutter's R-operator (Neural Computation 6, 1994): every line of the forward and the backward pass,
    differentiated along `v`. A ReLU is taken as straight, which it is off its kink.

    Parameters
    ----------
    net : NeuralNetwork
        Left as it was.
    X, Y, loss, l2
        As in `NeuralNetwork.loss_and_gradient`.
    v : array, shape (n_params,)
        The direction.

    Returns
    -------
    array, shape (n_params,)

    Raises
    ------
    ValueError
        As `NeuralNetwork.loss_and_gradient` does, or if `v` has another shape or is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> import nnlib
    >>> from nnlib.derivatives import hessian, hessian_product
    >>> X, Y = nnlib.datasets.xor()
    >>> net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
    >>> v = np.ones(17)
    >>> bool(np.allclose(hessian_product(net, X, Y, v), hessian(net, X, Y) @ v))
    True
    """
    check_network("net", net)
    problem, shape = net.check_problem(X, Y, loss, l2), net.theta.shape
    v = as_floats("v", v, f"this network takes {shape}")
    if v.shape != shape:
        raise ValueError(f"v has shape {v.shape}; this network takes {shape}")
    check_finite("v", v)
    return hessian_product_unchecked(net, v, *problem)


def hessian(net: Network, X: ArrayLike, Y: ArrayLike, loss: str = "mse", l2: float = 0.0) -> np.ndarray:
    r"""Return the Hessian, $H_{ij} = \partial^2 L / \partial\theta_i \partial\theta_j$, exactly.

    Row i is `hessian_product` along parameter i; the result is made symmetric to the last bit.

    Parameters
    ----------
    net : NeuralNetwork
        Left as it was.
    X, Y, loss, l2
        As in `NeuralNetwork.loss_and_gradient`.

    Returns
    -------
    array, shape (n_params, n_params)

    Raises
    ------
    ValueError
        As `NeuralNetwork.loss_and_gradient` does, or if it would take more than 8 GB.

    Examples
    --------
    Eight of the nine directions are flat for equal outputs of 1/2, at a start of zeros:

    >>> import numpy as np
    >>> import nnlib
    >>> from nnlib.derivatives import hessian
    >>> X, Y = nnlib.datasets.xor()
    >>> H = hessian(nnlib.NeuralNetwork(2, 2, 1, init="zeros"), X, Y)
    >>> H.shape, int(np.linalg.matrix_rank(H))
    ((9, 9), 1)
    """
    check_network("net", net)
    problem, n_params = net.check_problem(X, Y, loss, l2), len(net.theta)
    what = f"net has {n_params} parameters, and its Hessian"
    check_memory(what, 2 * n_params**2, "hessian_product(net, X, Y, v) gives H v without H")
    return hessian_unchecked(net, *problem)


def jacobian(net: Network, X: ArrayLike) -> np.ndarray:
    r"""Return the slope of every output by every parameter, $J_{iok} = \partial A_{io} / \partial \theta_k$, exactly.

    One backward pass for each output, all at once (Bishop 2006, section 5.3.4, has the recursion).

    Parameters
    ----------
    net : NeuralNetwork
        Left as it was.
    X : array, shape (n_samples, n_inputs)
        Samples.

    Returns
    -------
    array, shape (n_samples, n_outputs, n_params)

    Raises
    ------
    ValueError
        If X has another number of columns, or holds NaN or infinity, or if the result would take more than 8 GB.

    Examples
    --------
    >>> import nnlib
    >>> from nnlib.derivatives import jacobian
    >>> X, _ = nnlib.datasets.xor()
    >>> jacobian(nnlib.NeuralNetwork(2, 4, 1, rng=0), X).shape
    (4, 1, 17)
    """
    check_network("net", net)
    X = check_array("X", X, net.sizes[0], f"this network takes (n_samples, {net.sizes[0]})", dtype=net.theta.dtype)
    n_slopes = len(X) * net.sizes[-1] * len(net.theta)
    what = f"X has {len(X)} rows and net {len(net.theta)} parameters, and the Jacobian"
    check_memory(what, 2 * n_slopes, "jacobian(net, X[:100]) takes fewer rows at a time")
    tangent = Tangent(net, X)
    tangent.outputs()
    return np.ascontiguousarray(tangent.slopes().transpose(1, 2, 0))


def hessian_product_unchecked(
    net: Network, V: np.ndarray, X: np.ndarray, Y: np.ndarray, function: Callable, logits: bool, l2: float
) -> np.ndarray:
    """Do the work of `hessian_product` on what `check_problem` returned; V may be a stack, (..., n_params)."""
    layers, directions = net.layers, cut(V, net.sizes)
    A, RA, RZ, Q = _forward(layers, directions, X, logits)
    _, dQ = function(Q, Y)
    RdQ = RA[-1] * (1 / len(Q) if logits else 2 / Q.size)  # every loss here has dQ = c (A - Y), so R{dQ} = c R{A}
    if isinstance(function, WeightedLoss):
        RdQ *= Y[:, -1:]
    dZ, RdZ = (dQ, RdQ) if logits else _through(layers[-1].activation, A[-1], RA[-1], RZ[-1], dQ, RdQ)
    HV = np.empty(V.shape)  # not like V: trust-constr first tries an int8 vector
    products = cut(HV, net.sizes)
    for k in range(len(layers) - 1, -1, -1):
        W, V_W = layers[k].W, directions[k][0]
        RdW, Rdb = products[k]
        RdW[...] = RA[k].mT @ dZ + A[k].T @ RdZ
        if l2:
            RdW += l2 * V_W
        np.add.reduce(RdZ, axis=-2, out=Rdb)
        if k:
            dA, RdA = dZ @ W.T, RdZ @ W.T + dZ @ V_W.mT
            dZ, RdZ = _through(layers[k - 1].activation, A[k], RA[k], RZ[k - 1], dA, RdA)
    return HV


def hessian_unchecked(net: Network, *problem: Any) -> np.ndarray:
    """Do the work of `hessian` on what `check_problem` returned."""
    n_params, n_samples = len(net.theta), len(problem[0])
    n_rows = max(1, BLOCK // (n_samples * max(net.sizes)))
    H = np.empty((n_params, n_params))
    for start in range(0, n_params, n_rows):
        V = np.eye(min(n_rows, n_params - start), n_params, k=start)
        H[start : start + n_rows] = hessian_product_unchecked(net, V, *problem)
    H = H + H.T
    H /= 2
    return H


class Tangent:
    """The network's outputs at X and their slopes by theta, in arrays made once.

    Samples come last here, and below each layer's units stands a row of ones: W and b, neighbors in theta, are then one
    matrix, and what a call fills lies in one piece. Tiny networks take two thirds of the time so.
    """

    def __init__(self, net: Network, X: np.ndarray) -> None:
        n_samples, n_outputs, dtype = len(X), net.sizes[-1], net.theta.dtype
        ones = [np.ones((size + 1, n_samples), dtype) for size in net.sizes]
        ones[0][:-1] = X.T
        A = [array[:-1] for array in ones]
        dZ = [np.empty((size, n_samples, n_outputs), dtype) for size in net.sizes]
        self.JT = np.empty((len(net.theta), n_samples, n_outputs))
        W, dW, names = stacked(net.theta, net.sizes), stacked(self.JT, net.sizes), net.activations
        self.columns, self.forward = A[-1].T, []
        for k, (part, name) in enumerate(zip(W, names, strict=True)):
            self.forward.append((part.T.dot, (ones[k], A[k + 1])))
            self.forward += plan_activation(name, A[k + 1].T if name == "softmax" else A[k + 1])
        self.backward = _output_slopes(names[-1], A[-1], dZ[-1])
        for k in range(len(W) - 1, -1, -1):
            self.backward.append((np.multiply, (ones[k][:, None, :, None], dZ[k + 1], dW[k])))
            if k:
                dA, S = dZ[k].reshape(len(dZ[k]), -1), np.ones_like(A[k])
                self.backward += [(W[k][:-1].dot, (dZ[k + 1].reshape(len(dZ[k + 1]), -1), dA))]
                self.backward += [*plan_slope(names[k - 1], A[k], S), (np.multiply, (dZ[k], S[:, :, None], dZ[k]))]

    def outputs(self) -> np.ndarray:
        """Return the outputs at the present theta, (n_samples, n_outputs): this object's own array."""
        execute(self.forward)
        return self.columns

    def slopes(self) -> np.ndarray:
        """Return J^T at the last outputs, (n_params, n_samples, n_outputs): this object's own array."""
        execute(self.backward)
        return self.JT


def _output_slopes(name, A, dZ):
    """Return the calls that fill dZ, (n_outputs, n_samples, n_outputs), with the slope of each output by each Z."""
    S, one = np.ones_like(A), np.eye(len(A), dtype=A.dtype)[:, None]
    if name == "softmax":  # diag(a) - a a^T
        others = np.empty_like(dZ)
        return [(np.subtract, (one, A.T, others)), (np.multiply, (A[:, :, None], others, dZ))]
    if len(A) == 1:  # one output, and S can be written in place
        dZ[...] = 1
        return plan_slope(name, A, dZ[:, :, 0])
    return [*plan_slope(name, A, S), (np.multiply, (S[:, :, None], one, dZ))]


def cut(V: np.ndarray, sizes: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return views of V (..., n_params), a pair each layer: (..., n_in, n_out) for W and (..., n_out) for b."""
    parts, start = [], 0
    for n_in, n_out in pairwise(sizes):
        end = start + n_in * n_out
        W = V[..., start:end].reshape(*V.shape[:-1], n_in, n_out)
        parts.append((W, V[..., end : end + n_out]))
        start = end + n_out
    return parts


def _forward(layers, directions, X, logits):
    """Return A with X first, R{A}, R{Z} layer by layer, and what the loss takes."""
    A, RA, RZ = [X], [np.zeros_like(X)], []
    for (W, b, activation), (V_W, V_b) in zip(layers, directions, strict=True):
        Z = A[-1] @ W + b
        RZ.append(RA[-1] @ W + A[-1] @ V_W + V_b[..., None, :])
        A.append(activation.value(Z))
        RA.append(_slope_product(activation, A[-1], RZ[-1]))
    return A, RA, RZ, Z if logits else A[-1]


def _slope_product(activation, A, Q):
    """Return f'(Z) times Q; for softmax its whole Jacobian, diag(a) - a a^T, which is symmetric."""
    if activation.derivative is None:
        return A * (Q - (A * Q).sum(axis=-1, keepdims=True))
    return activation.derivative(A) * Q


def _through(activation, A, RA, RZ, dA, RdA):
    """Return dZ = f'(Z) dA and R{dZ} = f'(Z) R{dA} + f''(Z) R{Z} dA; for softmax, the same by its Jacobian."""
    dZ, RdZ = _slope_product(activation, A, dA), _slope_product(activation, A, RdA)
    if activation.derivative is None:  # R{diag(a) - a a^T} dA
        shift = (A * dA).sum(axis=-1, keepdims=True)
        return dZ, RdZ + RA * (dA - shift) - A * (RA * dA).sum(axis=-1, keepdims=True)
    return dZ, RdZ + activation.second_derivative(A) * RZ * dA
