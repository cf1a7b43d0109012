"""Problems that several tests share."""

import numpy as np

from nnlib import NeuralNetwork

HIDDEN = ("identity", "sigmoid", "tanh", "relu", "softplus")
ENDS = (  # every output with every loss that it may have
    *((output, "mse") for output in (*HIDDEN, "softmax")),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "cross_entropy"),
)
# No two equal dimensions, n_samples included: a missing transpose or a sum over the wrong axis cannot hide.
SHAPES = (((2, 3, 1), 5), ((4, 5, 3, 2), 7))


def sizes_for(output, sizes):
    """Return `sizes`; a softmax of one unit is refused, so it gets as many as no other dimension has."""
    return (*sizes[:-1], 4) if output == "softmax" and sizes[-1] == 1 else tuple(sizes)


def draw_problem(sizes, n_samples, output, rng):
    """Return X and targets Y that suit every loss: between 0 and 1, and rows of sum 1 for softmax."""
    X = rng.standard_normal((n_samples, sizes[0]))
    Y = rng.uniform(0.05, 1, (n_samples, sizes_for(output, sizes)[-1]))
    return X, Y / Y.sum(axis=1, keepdims=True) if output == "softmax" else Y


def pre_activations(net, X):
    """Return Z of every layer, written here once more without the library."""
    values, A = [], X
    for W, b, activation in net.layers:
        values.append(A @ W + b)
        A = activation.value(values[-1])
    return values


def draw_network(sizes, n_samples, hidden="tanh", output="sigmoid", seed=0):
    """Return a network, X and Y, with every pre-activation away from the kink that ReLU has at 0."""
    for rng in map(np.random.default_rng, range(1000 * seed, 1000 * seed + 1000)):
        net = NeuralNetwork(*sizes_for(output, sizes), hidden=hidden, output=output, init="normal", rng=rng)
        X, Y = draw_problem(sizes, n_samples, output, rng)
        if min(np.abs(Z).min() for Z in pre_activations(net, X)) > 2e-3:
            return net, X, Y
    raise AssertionError("no start away from the kink")
