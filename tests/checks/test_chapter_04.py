"""Answers to the exercises of chapter 4: pack and unpack, a stable sigmoid, the other convention."""

import numpy as np
from scipy.special import expit

from tests.checks.cases import judged


def pack(layers):
    return np.concatenate([part.ravel() for pair in layers for part in pair])


def pack_in_a_loop(layers):
    theta = []
    for W, b in layers:
        for row in W:
            theta.extend(row)
        theta.extend(b)
    return theta


def pack_with_hstack(layers):
    parts = []
    for W, b in layers:
        parts.append(np.reshape(W, -1))
        parts.append(b)
    return np.hstack(parts)


def unpack(theta, sizes):
    layers, start = [], 0
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        middle = start + n_in * n_out
        W = theta[start:middle].reshape(n_in, n_out)
        start = middle + n_out
        layers.append((W, theta[middle:start]))
    return layers


def unpack_by_cutting(theta, sizes):
    """Cut a piece off the front, again and again; lists where the book has pairs."""
    layers = []
    for k in range(len(sizes) - 1):
        n_in, n_out = sizes[k], sizes[k + 1]
        layers.append([np.reshape(theta[: n_in * n_out], (n_in, -1)), theta[n_in * n_out :][:n_out]])
        theta = theta[(n_in + 1) * n_out :]
    return tuple(layers)


def unpack_with_split(theta, sizes):
    ends = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        ends += [n_in * n_out, n_out]
    parts = np.split(theta, np.cumsum(ends)[:-1])
    return [(parts[2 * k].reshape(sizes[k], sizes[k + 1]), parts[2 * k + 1]) for k in range(len(sizes) - 1)]


def unpack_two_layers(theta, sizes):
    n_in, n_hidden, n_out = sizes
    return unpack(theta, (n_in, n_hidden, n_out))


def pack_two_layers(layers):
    (W1, b1), (W2, b2) = layers
    return np.concatenate([W1.ravel(), b1, W2.ravel(), b2])


def pack_by_column(layers):
    return np.concatenate([part.ravel("F") for pair in layers for part in pair])


def pack_weights_first(layers):
    return np.concatenate([W.ravel() for W, _ in layers] + [b for _, b in layers])


def unpack_copies(theta, sizes):
    return [(W.copy(), b.copy()) for W, b in unpack(theta, sizes)]


def unpack_units_first(theta, sizes):
    return [(W.T, b) for W, b in unpack(theta, sizes)]


def unpack_by_column(theta, sizes):
    return [(W.ravel().reshape(W.shape, order="F"), b) for W, b in unpack(theta, sizes)]


def unpack_biases_first(theta, sizes):
    layers, start = [], 0
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        middle = start + n_out
        end = middle + n_in * n_out
        layers.append((theta[middle:end].reshape(n_in, n_out), theta[start:middle]))
        start = end
    return layers


def unpack_biases_as_rows(theta, sizes):
    return [(W, b[np.newaxis]) for W, b in unpack(theta, sizes)]


def by_small(Z):
    small = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, small) / (1 + small)


def by_masks(Z):
    A = np.empty_like(Z)
    positive = Z >= 0
    A[positive] = 1 / (1 + np.exp(-Z[positive]))
    e = np.exp(Z[~positive])
    A[~positive] = e / (1 + e)
    return A


def by_minimum(Z):
    return np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))


def by_loop(Z):
    import math

    def one(z):
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

    return np.array([one(z) for z in Z.ravel()]).reshape(Z.shape)


def by_logaddexp(Z):
    return np.exp(-np.logaddexp(0, -Z))


def naive(Z):
    return 1 / (1 + np.exp(-Z))


def by_where(Z):
    return np.where(Z >= 0, 1 / (1 + np.exp(-Z)), np.exp(Z) / (1 + np.exp(Z)))


def clipped(Z):
    return 1 / (1 + np.exp(-np.clip(Z, -500, 500)))


def clipped_where_exp_ends(Z):
    return 1 / (1 + np.exp(-np.clip(Z, -709, 709)))


def muted(Z):
    with np.errstate(over="ignore"):
        return naive(Z)


def one_minus(Z):
    small = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1 / (1 + small), 1 - 1 / (1 + small))


def even(Z):
    return 1 / (1 + np.exp(-np.abs(Z)))


def transposed(W1, b1, W2, b2):
    return W1.T, b1.ravel(), W2.T, b2.ravel()


def swapped(W1, b1, W2, b2):
    return [np.swapaxes(W1, 0, 1), b1[:, 0], np.einsum("ki->ik", W2), b2.squeeze(axis=1)]


def as_lists(W1, b1, W2, b2):
    return tuple(part.tolist() for part in transposed(W1, b1, W2, b2))


def reshaped(W1, b1, W2, b2):
    return W1.reshape(W1.shape[::-1]), b1.ravel(), W2.reshape(W2.shape[::-1]), b2.ravel()


def columns_turned_to_rows(W1, b1, W2, b2):
    return W1.T, b1.T, W2.T, b2.T


def first_forgotten(W1, b1, W2, b2):
    return W1, b1.ravel(), W2.T, b2.ravel()


RIGHT = {
    "04-pack": {
        "as the book": (pack, unpack),
        "in loops": (pack_in_a_loop, unpack_by_cutting),
        "by NumPy's own": (pack_with_hstack, unpack_with_split),
    },
    "04-sigmoid": {
        "one exponential": (by_small,),
        "masks": (by_masks,),
        "minimum": (by_minimum,),
        "entry by entry": (by_loop,),
        "logaddexp": (by_logaddexp,),
        "SciPy's": (lambda Z: expit(Z),),
        "clipped where exp ends": (clipped_where_exp_ends,),
        "muted": (muted,),
    },
    "04-conventions": {
        "T and ravel": (transposed,),
        "other words": (swapped,),
        "lists": (as_lists,),
    },
}

WRONG = {
    "04-pack": {
        "two layers only": ("stops with ValueError", pack, unpack_two_layers),
        "packs two layers only": ("stops with ValueError", pack_two_layers, unpack),
        "column by column": ("in order", pack_by_column, unpack),
        "weights before biases": ("in order", pack_weights_first, unpack),
        "copies": ("copies", pack, unpack_copies),
        "units first": ("has shape", pack, unpack_units_first),
        "unpacks column by column": ("W of layer 1", pack, unpack_by_column),
        "biases before weights": ("W of layer 1", pack, unpack_biases_first),
        "biases with two axes": ("b of layer 1", pack, unpack_biases_as_rows),
        "one flat list": ("has to return", pack, lambda theta, sizes: theta),
    },
    "04-sigmoid": {
        "naive": ("NumPy warns at -1000", naive),
        "where computes both": ("NumPy warns at -1000", by_where),
        "by tanh": ("At -40 it says 0", lambda Z: (1 + np.tanh(Z / 2)) / 2),
        "clipped": ("At -1000 it says", clipped),
        "digits lost by subtraction": ("At -40 it says 0", one_minus),
        "the sign forgotten": ("At -1000 it says 1", even),
        "one number": ("has shape ()", lambda Z: 0.5),
        "flat": ("has shape (10,)", lambda Z: by_small(Z).ravel()),
    },
    "04-conventions": {
        "reshaped": ("same input and the same unit", reshaped),
        "biases as rows": ("b1 has shape (1, 3)", columns_turned_to_rows),
        "W1 forgotten": ("W1 has shape (3, 2)", first_forgotten),
        "as they came": ("W1 has shape (3, 2)", lambda W1, b1, W2, b2: (W1, b1, W2, b2)),
        "weights only": ("return 4 things", lambda W1, b1, W2, b2: (W1.T, W2.T)),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
