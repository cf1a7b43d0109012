"""Activations and losses as calls for a plan: the same values and slopes as theirs, with nothing allocated.

Those of tanh and sigmoid are spelled out, for a function of Python's costs a tiny array more than its numbers. Losses
have the samples last. What a loss takes, outputs or logits, is called Q.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nnlib.activations import ACTIVATIONS, softplus
from nnlib.fast.plan import Call, inner_product, number, scale
from nnlib.losses import LossFunction, binary_cross_entropy, cross_entropy, mse

NO_SLOPE = ("identity", "softmax")  # nothing to multiply by, or more than a product


def plan_activation(name: str, Z: np.ndarray) -> list[Call]:
    """Return the calls that put f(Z) in place of Z; softmax wants its outputs on the last axis."""
    if name == "identity":
        return []
    if name == "sigmoid":
        return [*_tanh_of_half(Z), (np.add, (Z, number(1, Z), Z)), scale(Z, 0.5)]
    return [(np.tanh if name == "tanh" else ACTIVATIONS[name].value, (Z, Z))]


def _tanh_of_half(Z):
    return [scale(Z, 0.5), (np.tanh, (Z, Z))]


def plan_slope(name: str, A: np.ndarray, S: np.ndarray) -> list[Call]:
    """Return the calls that fill S with f'(Z) from A; none for those of `NO_SLOPE`."""
    one = number(1, A)
    if name == "tanh":
        return [(np.multiply, (A, A, S)), (np.subtract, (one, S, S))]
    if name == "sigmoid":
        return [(np.subtract, (one, A, S)), (np.multiply, (S, A, S))]
    if name == "relu":  # a comparison straight into numbers takes twice as long
        above = np.empty(A.shape, bool)
        return [(np.greater, (A, number(0, A), above)), (np.copyto, (S, above))]
    return [] if name in NO_SLOPE else [(ACTIVATIONS[name].derivative, (A, S))]


class PlannedLoss(NamedTuple):
    """A loss as calls.

    Attributes
    ----------
    forward, backward : list of Call
        What finds the value from Q, and what fills `dQ` after that.
    terms : list of (float, Call)
        The value is the sum of each number times what its call returns.
    dQ : array
        The slope by Q.
    output, slope : str
        The activations by which the last Z becomes Q, and dQ becomes dZ: "identity" for logits.
    after_load : list of Call
        What to do when targets have come.
    """

    forward: list[Call]
    terms: list[tuple[float, Call]]
    dQ: np.ndarray
    backward: list[Call]
    output: str = "identity"
    slope: str = "identity"
    after_load: list[Call] = []  # noqa: RUF012


def plan_loss(function: LossFunction, logits: bool, output: str, Q: np.ndarray, Y: np.ndarray) -> PlannedLoss:
    """Return the calls of a loss; Q and Y, shape (n_outputs, n_samples), are the arrays that it will read."""
    if function is mse:
        return _mse_of_sigmoid(Q, Y) if output == "sigmoid" else _mse(Q, Y, output)
    if function is binary_cross_entropy:
        return _binary_cross_entropy(Q, Y)
    if function is cross_entropy:
        return _cross_entropy(Q, Y)
    return _other(function, Q, Y, "identity" if logits else output)


def _mse(A, Y, output):
    E = np.empty_like(A)
    return PlannedLoss(
        [(np.subtract, (A, Y, E))], [(1 / A.size, inner_product(E, E))], E, [scale(E, 2 / A.size)], output, output
    )


def _mse_of_sigmoid(Z, Y):
    """The sigmoid is (1 + t) / 2 with t = tanh(z / 2), so its error is half of that of t: two calls fewer."""
    S, E = np.empty_like(Y), np.empty_like(Z)
    forward = [*_tanh_of_half(Z), (np.subtract, (Z, S, E))]
    terms = [(0.25 / Z.size, inner_product(E, E))]
    return PlannedLoss(forward, terms, E, [scale(E, 0.25 / Z.size)], slope="tanh", after_load=_signs(Y, S))


def _signs(Y, S):
    """Return the calls that fill S with 2 Y - 1, the targets of t."""
    return [(np.add, (Y, Y, S)), (np.subtract, (S, number(1, S), S))]


def _binary_cross_entropy(Z, Y):
    n_samples, (values, part, E, S) = Z.shape[1], (np.empty_like(Z) for _ in range(4))
    real = Z.dtype.kind == "f"  # the complex step passes through softplus, and not through logaddexp
    forward = [
        (np.logaddexp, (number(0, Z), Z, values)) if real else (softplus, (Z, values)),
        (np.multiply, (Y, Z, part)),
        (np.subtract, (values, part, values)),
    ]
    terms = [(1 / n_samples, inner_product(np.ones_like(Z), values))]
    backward = [*_tanh_of_half(Z), (np.subtract, (Z, S, E)), scale(E, 0.5 / n_samples)]
    return PlannedLoss(forward, terms, E, backward, after_load=_signs(Y, S))


def _cross_entropy(Z, Y):
    shifted, dZ, n_samples = np.empty_like(Z), np.empty_like(Z), Z.shape[1]
    top, total, logs = np.empty((3, n_samples), Z.dtype)
    forward = [
        (np.maximum.reduce, (Z, 0, None, top)),
        (np.subtract, (Z, top, shifted)),
        (np.exp, (shifted, dZ)),
        (np.add.reduce, (dZ, 0, None, total)),
        (np.log, (total, logs)),
    ]
    terms = [(1 / n_samples, inner_product(np.ones_like(logs), logs)), (-1 / n_samples, inner_product(Y, shifted))]
    backward = [(np.divide, (dZ, total, dZ)), (np.subtract, (dZ, Y, dZ)), scale(dZ, 1 / n_samples)]
    return PlannedLoss(forward, terms, dZ, backward)


def _other(function, Q, Y, output):
    """Return a loss that has no calls of its own here."""
    dQ, value = np.empty_like(Q), number(0, Q)

    def call():
        value[...], dQ.T[...] = function(Q.T, Y.T)

    return PlannedLoss([(call, ())], [(1.0, (value.item, ()))], dQ, [], output, output)
