r"""Activation functions: value and derivatives side by side, so that one can be read against the other.

Each value is a function of the pre-activation `Z`; each derivative is written in the output `A`,
which the forward pass has at hand. Each takes a number, a list or an array and gives the same kind of thing back.
Value and first derivative also take `out=`, an array for the result, and then allocate nothing and check nothing.
Chapter 4 builds the stable sigmoid, chapter 6 the derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib.validation import as_values


def _takes_numbers(function: Callable) -> Callable:
    """Let a function that is written for an array of floats take a number, a list and whole numbers too."""

    @wraps(function)
    def activation(Q: ArrayLike, out: np.ndarray | None = None) -> Any:
        if out is not None:
            return function(Q, out)
        values = as_values("A" if "derivative" in function.__name__ else "Z", Q)
        return function(values) if values.ndim else function(values.reshape(1))[0]

    return activation


@_takes_numbers
def identity(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return Z itself: the activation of a linear output, $f(z) = z$.

    >>> from nnlib.activations import identity
    >>> identity([-2.0, 3.0]).tolist()
    [-2.0, 3.0]
    """
    return np.positive(Z, out=out)


@_takes_numbers
def identity_derivative(A: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return $f'(z) = 1$ for each output.

    >>> from nnlib.activations import identity_derivative
    >>> identity_derivative([-2.0, 3.0]).tolist()
    [1.0, 1.0]
    """
    out = np.empty_like(A) if out is None else out
    out[...] = 1
    return out


@_takes_numbers
def identity_second_derivative(A: np.ndarray) -> np.ndarray:
    """Return $f''(z) = 0$ for each output.

    >>> from nnlib.activations import identity_second_derivative
    >>> identity_second_derivative([-2.0, 3.0]).tolist()
    [0.0, 0.0]
    """
    return np.zeros_like(A)


@_takes_numbers
def sigmoid(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    r"""Return the logistic function, $f(z) = 1 / (1 + e^{-z}) = (1 + \tanh(z / 2)) / 2$.

    The second form never overflows and takes complex numbers (Higham 2002, chapter 1, on stable forms). Below about
    -37 it is exactly 0, where the true value is $e^z$: take a logarithm of it from Z, as `nnlib.losses` do.

    >>> from nnlib.activations import sigmoid
    >>> sigmoid([-1000.0, 0.0, 1000.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    out = np.multiply(Z, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1
    out *= 0.5
    return out


@_takes_numbers
def sigmoid_derivative(A: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return $f'(z) = a (1 - a)$ from the output a = sigmoid(z).

    >>> from nnlib.activations import sigmoid_derivative
    >>> sigmoid_derivative([0.5, 1.0]).tolist()
    [0.25, 0.0]
    """
    out = np.subtract(1, A, out=out)
    out *= A
    return out


@_takes_numbers
def sigmoid_second_derivative(A: np.ndarray) -> np.ndarray:
    """Return $f''(z) = a (1 - a) (1 - 2a)$ from the output a = sigmoid(z).

    >>> from nnlib.activations import sigmoid_second_derivative
    >>> sigmoid_second_derivative([0.5, 0.25]).tolist()
    [0.0, 0.09375]
    """
    return A * (1 - A) * (1 - 2 * A)


@_takes_numbers
def tanh(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return the hyperbolic tangent, between -1 and 1.

    >>> from nnlib.activations import tanh
    >>> tanh([-1000.0, 0.0]).tolist()
    [-1.0, 0.0]
    """
    return np.tanh(Z, out=out)


@_takes_numbers
def tanh_derivative(A: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return $f'(z) = 1 - a^2$ from the output a = tanh(z).

    >>> from nnlib.activations import tanh_derivative
    >>> tanh_derivative([0.0, 0.5]).tolist()
    [1.0, 0.75]
    """
    out = np.multiply(A, A, out=out)
    return np.subtract(1, out, out=out)


@_takes_numbers
def tanh_second_derivative(A: np.ndarray) -> np.ndarray:
    """Return $f''(z) = -2a (1 - a^2)$ from the output a = tanh(z).

    >>> from nnlib.activations import tanh_second_derivative
    >>> tanh_second_derivative([0.0, 0.5]).tolist()
    [-0.0, -0.75]
    """
    return -2 * A * (1 - A * A)


@_takes_numbers
def relu(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return the rectifier, $f(z) = max(z, 0)$.

    >>> from nnlib.activations import relu
    >>> relu([-2.0, 3.0]).tolist()
    [0.0, 3.0]
    """
    return np.maximum(Z, 0, out=out)


@_takes_numbers
def relu_derivative(A: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return 1 where the output is above 0, else 0; at the kink z = 0 this takes the left slope, 0.

    >>> from nnlib.activations import relu_derivative
    >>> relu_derivative([0.0, 3.0]).tolist()
    [0.0, 1.0]
    """
    return np.greater(A, 0, out=np.empty_like(A) if out is None else out)


@_takes_numbers
def relu_second_derivative(A: np.ndarray) -> np.ndarray:
    """Return 0 for each output: a rectifier is straight on both sides of its kink.

    >>> from nnlib.activations import relu_second_derivative
    >>> relu_second_derivative([0.0, 3.0]).tolist()
    [0.0, 0.0]
    """
    return np.zeros_like(A)


@_takes_numbers
def softplus(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    r"""Return the smooth rectifier, $f(z) = \log(1 + e^z) = \max(z, 0) + \log(1 + e^{-|z|})$.

    >>> from nnlib.activations import softplus
    >>> softplus([-1000.0, 1000.0]).tolist()
    [0.0, 1000.0]
    """
    positive = Z.real > 0  # written with -z and z, not |z|, so that the complex step can pass
    tail = np.log1p(np.exp(np.where(positive, -Z, Z)))
    return np.add(np.where(positive, Z, 0), tail, out=out)


@_takes_numbers
def softplus_derivative(A: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return $f'(z) = 1 - e^{-a}$ from the output a = softplus(z): the sigmoid of z.

    >>> from nnlib.activations import softplus_derivative
    >>> softplus_derivative([0.0, 1000.0]).tolist()
    [0.0, 1.0]
    """
    out = np.negative(A, out=out)
    np.expm1(out, out=out)
    return np.negative(out, out=out)


@_takes_numbers
def softplus_second_derivative(A: np.ndarray) -> np.ndarray:
    """Return $f''(z) = e^{-a} (1 - e^{-a})$ from the output a = softplus(z): the sigmoid's slope at z.

    >>> from nnlib.activations import softplus_second_derivative
    >>> softplus_second_derivative([0.0, 1000.0]).tolist()
    [0.0, 0.0]
    """
    return -np.exp(-A) * np.expm1(-A)


@_takes_numbers
def softmax(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    r"""Return $e^{z_k} / \sum_j e^{z_j}$ in each row: positive, and 1 in sum.

    The largest entry is subtracted first; the result is the same and nothing overflows.

    >>> from nnlib.activations import softmax
    >>> softmax([[0.0, 0.0], [1000.0, 0.0]]).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    if Z.shape[-1] == 0:
        raise ValueError(f"Z has shape {Z.shape}; a row of softmax may hold 1 entry or more")
    out = np.subtract(Z, Z.real.max(axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=-1, keepdims=True)
    return out


class Activation(NamedTuple):
    """A value with its first and second derivative; softmax has neither, for it mixes a row's entries."""

    value: Callable[..., np.ndarray]
    derivative: Any = None  # a function like `value`, but for softmax
    second_derivative: Any = None


ACTIVATIONS = {
    "identity": Activation(identity, identity_derivative, identity_second_derivative),
    "sigmoid": Activation(sigmoid, sigmoid_derivative, sigmoid_second_derivative),
    "tanh": Activation(tanh, tanh_derivative, tanh_second_derivative),
    "relu": Activation(relu, relu_derivative, relu_second_derivative),
    "softplus": Activation(softplus, softplus_derivative, softplus_second_derivative),
    "softmax": Activation(softmax),
}
