r"""Losses: one number that says how wrong, and its exact gradient.

`mse` takes outputs `A`; the cross-entropies take pre-activations `Z` (logits), where they are
stable. Each returns the value and the gradient by what it was given, and the gradient is the exact derivative
of that value for any number of outputs. Chapter 5 builds them.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nnlib.activations import sigmoid, softmax, softplus

LossFunction = Callable[[np.ndarray, np.ndarray], tuple[np.floating, np.ndarray]]  # (A or Z, Y) to value and gradient
Problem = tuple[np.ndarray, np.ndarray, LossFunction, bool, float]  # X, Y, function, whether it takes logits, l2


def mse(A: np.ndarray, Y: np.ndarray) -> tuple[np.floating, np.ndarray]:
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
    >>> value, dA = mse(np.array([[1.0], [3.0]]), np.array([[0.0], [3.0]]))
    >>> float(value), dA.tolist()
    (0.5, [[1.0], [0.0]])
    """
    _check_shapes("A", A, Y)
    dA = A - Y
    flat = dA.ravel()
    value = flat.dot(flat) / flat.size  # a dot, not np.mean: four times cheaper for small arrays
    dA *= 2 / flat.size
    return value, dA


def binary_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[np.floating, np.ndarray]:
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
    >>> value, dZ = binary_cross_entropy(np.array([[0.0]]), np.array([[1.0]]))
    >>> round(float(value), 4), dZ.tolist()
    (0.6931, [[-0.5]])
    """
    _check_shapes("Z", Z, Y)
    value = (softplus(Z) - Y * Z).sum() / len(Z)
    dZ = sigmoid(Z)
    dZ -= Y
    dZ /= len(Z)
    return value, dZ


def cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[np.floating, np.ndarray]:
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
    >>> value, dZ = cross_entropy(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))
    >>> round(float(value), 4), dZ.tolist()
    (0.6931, [[-0.5, 0.5]])
    """
    _check_shapes("Z", Z, Y)
    shifted = Z - Z.real.max(axis=1, keepdims=True)  # the real part: the complex step passes here too
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    value = (log_sum - (Y * shifted).sum(axis=1)).sum() / len(Z)
    dZ = softmax(Z)
    dZ -= Y
    dZ /= len(Z)
    return value, dZ


def _check_shapes(name: str, Q: np.ndarray, Y: np.ndarray) -> None:
    if Q.shape != Y.shape:  # or (4, 1) - (4,) would be a (4, 4) of no meaning
        raise ValueError(f"{name} has shape {Q.shape} and Y has {Y.shape}; both may be (n_samples, n_outputs)")


class Loss(NamedTuple):
    """A loss; `output` names the activation whose pre-activation it takes, or is None if it takes outputs."""

    function: LossFunction
    output: str | None


LOSSES = {
    "mse": Loss(mse, None),
    "binary_cross_entropy": Loss(binary_cross_entropy, "sigmoid"),
    "cross_entropy": Loss(cross_entropy, "softmax"),
}


def check_targets(Y: np.ndarray, loss: str, output: str) -> None:
    """Refuse an `output` activation that a cross-entropy does not go with, and targets that are no probabilities."""
    needed = LOSSES[loss].output
    if output != needed:
        raise ValueError(f"loss is {loss!r}, which takes output={needed!r}; this network's output is {output!r}")
    if Y.min() < 0 or Y.max() > 1:
        raise ValueError(f"Y holds {Y.min() if Y.min() < 0 else Y.max():g}; {loss} takes targets between 0 and 1")
    sums = Y.sum(axis=1)
    if needed == "softmax" and not np.allclose(sums, 1):
        row = int(np.abs(sums - 1).argmax())
        raise ValueError(f"Y[{row}] has the sum {sums[row]:g}; {loss} takes rows of sum 1, such as one-hot")
