r"""Losses: one number that says how wrong, and its exact gradient.

`mse` takes outputs `A`; the cross-entropies take pre-activations `Z` (logits), where they are
stable. Each returns the value and the gradient by what it was given, and the gradient is the exact derivative
of that value for any number of outputs. A single axis holds the samples of one output, or for `cross_entropy`
the classes of one sample. Chapter 5 builds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib.activations import sigmoid, softmax, softplus
from nnlib.validation import as_values, first_entry

LossFunction = Callable[[np.ndarray, np.ndarray], tuple[np.floating, np.ndarray]]  # (A or Z, Y) to value and gradient
Problem = tuple[np.ndarray, np.ndarray, LossFunction, bool, float]  # X, Y, function, whether it takes logits, l2


def mse(A: ArrayLike, Y: ArrayLike) -> tuple[np.floating, np.ndarray]:
    r"""Mean squared error over samples and outputs, $L = \frac{1}{nm} \sum (a - y)^2$.

    Parameters
    ----------
    A, Y : array, shape (n_samples, n_outputs)
        Outputs and targets.

    Returns
    -------
    value : float
    dA : array, shape (n_samples, n_outputs)
        $\partial L / \partial A = 2 (A - Y) / (nm)$.

    Examples
    --------
    >>> from nnlib.losses import mse
    >>> value, dA = mse([[1.0], [3.0]], [[0.0], [3.0]])
    >>> float(value), dA.tolist()
    (0.5, [[1.0], [0.0]])
    """
    A, Y = _as_pair("A", A, Y)
    dA = A - Y
    flat = dA.ravel()
    value = flat.dot(flat) / flat.size  # a dot, not np.mean: four times cheaper for small arrays
    dA *= 2 / flat.size
    return value, dA


def binary_cross_entropy(Z: ArrayLike, Y: ArrayLike) -> tuple[np.floating, np.ndarray]:
    r"""Cross-entropy of sigmoid outputs, from logits: $L = \frac1n \sum \log(1 + e^z) - y z$.

    Summed over outputs, averaged over samples.

    Parameters
    ----------
    Z : array, shape (n_samples, n_outputs)
        Logits: what goes into the sigmoid.
    Y : array, shape (n_samples, n_outputs)
        Targets between 0 and 1.

    Returns
    -------
    value : float
    dZ : array, shape (n_samples, n_outputs)
        $\partial L / \partial Z = (\sigma(Z) - Y) / n$.

    Examples
    --------
    >>> from nnlib.losses import binary_cross_entropy
    >>> value, dZ = binary_cross_entropy([[0.0]], [[1.0]])
    >>> round(float(value), 4), dZ.tolist()
    (0.6931, [[-0.5]])
    """
    Z, Y = _as_pair("Z", Z, Y)
    _check_range(Y, "binary_cross_entropy takes targets between 0 and 1", 0, 1)
    n_samples = Z.shape[0] if Z.ndim else 1
    value = (softplus(Z) - Y * Z).sum() / n_samples
    dZ = sigmoid(Z)
    dZ -= Y
    dZ /= n_samples
    return value, dZ


def cross_entropy(Z: ArrayLike, Y: ArrayLike) -> tuple[np.floating, np.ndarray]:
    r"""Cross-entropy of softmax outputs, from logits.

    $L = \frac1n \sum_i (\log \sum_k e^{z_{ik}} - \sum_k y_{ik} z_{ik})$, summed over classes, averaged over samples.

    Parameters
    ----------
    Z : array, shape (n_samples, n_classes)
        Logits: what goes into the softmax.
    Y : array, shape (n_samples, n_classes)
        One row a sample, 1 in sum: one-hot, or probabilities.

    Returns
    -------
    value : float
    dZ : array, shape (n_samples, n_classes)
        $\partial L / \partial Z = (\mathrm{softmax}(Z) - Y) / n$.

    Examples
    --------
    >>> from nnlib.losses import cross_entropy
    >>> value, dZ = cross_entropy([[0.0, 0.0]], [[1.0, 0.0]])
    >>> round(float(value), 4), dZ.tolist()
    (0.6931, [[-0.5, 0.5]])
    """
    Z, Y = _as_pair("Z", Z, Y)
    if not Z.ndim:
        raise ValueError(f"Z is the number {Z}; it may be (n_samples, n_classes), or (n_classes,) for one sample")
    _check_range(Y, "cross_entropy takes targets between 0 and 1", 0, 1)
    _check_sums(Y, "cross_entropy")
    n_samples = Z.size // Z.shape[-1]
    shifted = Z - Z.real.max(axis=-1, keepdims=True)  # the real part: the complex step passes here too
    log_sum = np.log(np.exp(shifted).sum(axis=-1))
    value = (log_sum - (Y * shifted).sum(axis=-1)).sum() / n_samples
    dZ = softmax(Z)
    dZ -= Y
    dZ /= n_samples
    return value, dZ


def _as_pair(name: str, Q: ArrayLike, Y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays of floats; refuse two shapes, for (4, 1) - (4,) would be a (4, 4) of no meaning."""
    Q, Y = as_values(name, Q), as_values("Y", Y)
    if Q.shape != Y.shape:
        raise ValueError(f"{name} has shape {Q.shape} and Y has {Y.shape}; both may be (n_samples, n_outputs)")
    if Q.size == 0:
        raise ValueError(f"{name} has shape {Q.shape}; it may hold 1 sample and 1 output or more")
    return Q, Y


OF_EACH_SAMPLE: dict[LossFunction, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {  # each loss is their mean
    mse: lambda A, Y: ((A - Y) ** 2).mean(axis=1),
    binary_cross_entropy: lambda Z, Y: (softplus(Z) - Y * Z).sum(axis=1),
    cross_entropy: lambda Z, Y: np.logaddexp.reduce(Z, axis=1) - (Y * Z).sum(axis=1),
}


@dataclass(frozen=True)
class WeightedLoss:
    r"""A loss in which each sample counts by its weight, $L = \frac1n \sum_i w_i L_i$.

    The weights are the last column of its Y, behind the targets, so that they go wherever the targets go: into a batch
    or a slice.

    Parameters
    ----------
    function : callable
        `mse`, `binary_cross_entropy` or `cross_entropy`: the mean of the $L_i$.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib.losses import WeightedLoss, mse
    >>> A, Y, weights = np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]]), np.array([[2.0], [0.0]])
    >>> value, dA = WeightedLoss(mse)(A, np.hstack([Y, weights]))
    >>> float(value), dA.tolist()
    (1.0, [[2.0], [0.0]])
    """

    function: LossFunction

    def __call__(self, Q: np.ndarray, Y: np.ndarray) -> tuple[np.floating, np.ndarray]:
        """Return the value and the gradient by Q, as the loss itself does."""
        Y, w = Y[:, :-1], Y[:, -1]
        value = w.dot(OF_EACH_SAMPLE[self.function](Q, Y)) / len(Q)
        _, dQ = self.function(Q, Y)
        return value, w[:, None] * dQ


class Loss(NamedTuple):
    """A loss; `output` names the activation whose pre-activation it takes, or is None if it takes outputs."""

    function: LossFunction
    output: str | None


LOSSES = {
    "mse": Loss(mse, None),
    "binary_cross_entropy": Loss(binary_cross_entropy, "sigmoid"),
    "cross_entropy": Loss(cross_entropy, "softmax"),
}


REACH = {"sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "relu": (0, np.inf), "softplus": (0, np.inf)}
ROUNDING = 1e-6  # a target this far outside is a rounded one, in float32 too


def check_targets(Y: np.ndarray, loss: str, output: str) -> None:
    """Refuse an `output` activation that the loss does not go with, and targets that this output cannot reach."""
    needed = LOSSES[loss].output
    if needed not in (None, output):
        raise ValueError(f"loss is {loss!r}, which takes output={needed!r}; this network's output is {output!r}")
    if output in REACH:
        low, high = REACH[output]
        reach = f"between {low} and {high}" if high < np.inf else f"of {low} or more"
        remedy = "scale Y" if needed else "scale Y, or take output='identity'"
        _check_range(Y, f"a {output} output reaches values {reach}: {remedy}", low, high)
    if output == "softmax":
        _check_sums(Y, "a softmax output")


def _check_range(Y: np.ndarray, rule: str, low: float, high: float) -> None:
    if Y.min() < low - ROUNDING or Y.max() > high + ROUNDING:
        outside = (Y < low - ROUNDING) | (Y > high + ROUNDING)
        raise ValueError(f"{first_entry('Y', Y, outside)}; {rule}")


def _check_sums(Y: np.ndarray, what: str) -> None:
    sums = np.atleast_1d(Y.sum(axis=-1))
    if not np.allclose(sums, 1):
        row = int(np.abs(sums - 1).argmax())
        raise ValueError(f"Y[{row}] has the sum {sums[row]:g}; {what} takes rows of sum 1, such as one-hot")
