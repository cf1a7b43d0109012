"""W1: one epoch of XOR, 2-4-1, all four samples, gradient descent on the mean squared error; each loss is kept."""

import numpy as np
from scipy.linalg.blas import dgemm

import nnlib
from benchmarks import peers
from benchmarks.measure import build, check_same_way, compare, interleave

WORK = "W1: an epoch of XOR, 2-4-1"
RATE, LINEAR_RATE = 0.5, 0.05
GOALS = {
    "naive NumPy / nnlib": {"at_least": 4},
    "PyTorch eager / nnlib": {"at_least": 25},
    "nnlib / fewest calls": {"at_most": 1.7},
    "JAX, all epochs compiled / nnlib": {},
}
SKLEARN_GOALS = {"scikit-learn / nnlib": {"at_least": 12}}


def rows(quick):
    """Return the rows of W1."""
    epochs, repeats = (20, 2) if quick else (1000, 31)
    X, Y = nnlib.datasets.xor()
    found = []
    for label, makers, goals, output in (
        ("", MAKERS, GOALS, "sigmoid"),
        (", linear output", REGRESSORS, SKLEARN_GOALS, "identity"),
        (", cross-entropy", CLASSIFIERS, SKLEARN_GOALS, "sigmoid"),
    ):
        net = nnlib.NeuralNetwork(2, 4, 1, output=output, rng=1)
        functions, reasons = build(makers, net, X, Y, epochs)
        check_same_way(net.theta, {name: function() for name, function in functions.items()}, {})
        found += compare(WORK + label, interleave(functions, repeats), reasons, goals)
    return found


def train_nnlib(net, X, Y, epochs, loss="mse", rate=RATE):
    """Train as a reader would."""

    def run():
        trained = net.copy()
        nnlib.train(trained, X, Y, loss=loss, optimizer=nnlib.GradientDescent(rate), epochs=epochs)
        return trained.theta

    return run


def train_naive(net, X, Y, epochs):
    """Train by the formulas, as they are first written."""

    def sigmoid(Z):
        return 1 / (1 + np.exp(-Z))

    def run():
        (W1, b1, _), (W2, b2, _) = net.copy().layers
        losses = []
        for _ in range(epochs):
            A1 = np.tanh(X @ W1 + b1)
            A2 = sigmoid(A1 @ W2 + b2)
            losses.append(np.mean((A2 - Y) ** 2))
            dZ2 = 2 * (A2 - Y) / Y.size * A2 * (1 - A2)
            dZ1 = dZ2 @ W2.T * (1 - A1**2)
            dW2, db2 = A1.T @ dZ2, np.sum(dZ2, axis=0)
            dW1, db1 = X.T @ dZ1, np.sum(dZ1, axis=0)
            W1, b1, W2, b2 = W1 - RATE * dW1, b1 - RATE * db1, W2 - RATE * dW2, b2 - RATE * db2
        return np.concatenate([W1.ravel(), b1, W2.ravel(), b2])

    return run


def train_with_fewest_calls(net, X, Y, epochs):
    """Train with as few calls as were found, eleven, for this one network alone: a floor. No loss is kept.

    Rows over the four samples hold 2 x1, 2 x2, 2, 1, the hidden outputs, and t, where a = (1 + t) / 2. The first
    layer's weights are kept halved for the 2, the second's so that t = tanh(z). One call then takes the slopes
    1 - A^2 of both layers, and one product moves both by the same rate (and entries of `theta` that no layer uses).
    """
    (W1, b1, _), (W2, b2, _) = net.layers
    block, theta, slopes, dZ = np.ones((9, 4)), np.zeros((5, 8)), np.empty((5, 4)), np.empty((5, 4))
    block[:2], block[2] = 2 * X.T, 2
    signs, ones = 2 * Y.T - 1, np.ones((5, 4))
    A0, A1, A1_and_one, t, outputs = block[:3], block[4:8], block[3:8], block[8:], block[4:]
    first, second, W2_column = theta[:4, :3], theta[4:, 3:], theta[4, 4:, None]
    dZ1, dZ2, slopes1, slopes2 = dZ[:4], dZ[4:], slopes[:4], slopes[4:]
    columns = block[:8].T, dZ.T, 1.0, theta.T  # Fortran's order

    def run():
        first[:, :2], first[:, 2] = W1.T / 2, b1 / 2
        second[0, 0], second[0, 1:] = b2[0] / 2, W2[:, 0] / 2
        for _ in range(epochs):
            first.dot(A0, out=A1)
            np.tanh(A1, out=A1)
            second.dot(A1_and_one, out=t)
            np.tanh(t, out=t)
            np.multiply(outputs, outputs, out=slopes)
            np.subtract(ones, slopes, out=slopes)
            np.subtract(t, signs, out=dZ2)
            np.multiply(dZ2, slopes2, out=dZ2)
            np.multiply(W2_column, dZ2, out=dZ1)
            np.multiply(dZ1, slopes1, out=dZ1)
            dgemm(-RATE / 32, *columns, trans_a=True, overwrite_c=True)
        return np.concatenate([2 * first[:, :2].T.ravel(), 2 * first[:, 2], 2 * second[0, 1:], 2 * second[0, :1]])

    return run


def train_torch(net, X, Y, epochs):
    """Train with modules, autograd and SGD."""
    import torch

    model = peers.load_torch(net)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    X, Y = torch.from_numpy(X), torch.from_numpy(Y)

    def run():
        peers.reset_torch(model, net)
        losses = []
        for _ in range(epochs):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(torch.sigmoid(model(X)), Y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return peers.torch_theta(model)

    return run


def train_jax(net, X, Y, epochs):
    """Train with all epochs in one compiled loop."""
    import jax

    start = peers.load_jax(net.theta, net.sizes)

    def loss(layers):
        (W1, b1), (W2, b2) = layers
        return jax.numpy.mean((jax.nn.sigmoid(jax.numpy.tanh(X @ W1 + b1) @ W2 + b2) - Y) ** 2)

    def epoch(layers, _):
        value, slopes = jax.value_and_grad(loss)(layers)
        return jax.tree.map(lambda part, slope: part - RATE * slope, layers, slopes), value

    @jax.jit
    def train(layers):
        return jax.lax.scan(epoch, layers, length=epochs)

    return lambda: peers.jax_theta(jax.block_until_ready(train(start))[0])


def train_nnlib_linear(net, X, Y, epochs):
    """Train a linear output; the small rate keeps it from diverging."""
    return train_nnlib(net, X, Y, epochs, rate=LINEAR_RATE)


def train_nnlib_cross_entropy(net, X, Y, epochs):
    """Train on the cross-entropy."""
    return train_nnlib(net, X, Y, epochs, loss="binary_cross_entropy")


def train_regressor(net, X, Y, epochs):
    """Train scikit-learn's regressor; its loss is half the mean squared error, so its rate is doubled."""
    return _train_sklearn("MLPRegressor", net, X, Y, epochs, 2 * LINEAR_RATE)


def train_classifier(net, X, Y, epochs):
    """Train scikit-learn's classifier, whose loss is the cross-entropy."""
    return _train_sklearn("MLPClassifier", net, X, Y, epochs, RATE)


def _train_sklearn(kind, net, X, Y, epochs, rate):
    settings = {"solver": "sgd", "momentum": 0, "batch_size": 4, "shuffle": False, "tol": 0, "n_iter_no_change": np.inf}
    model = peers.load_sklearn(kind, net, X, Y.ravel(), learning_rate_init=rate, max_iter=epochs, **settings)

    def run():
        peers.reset_sklearn(model, net)
        peers.quietly(model.fit, X, Y.ravel())
        return peers.sklearn_theta(model)

    return run


MAKERS = {
    "nnlib": train_nnlib,
    "naive NumPy": train_naive,
    "PyTorch eager": train_torch,
    "fewest calls": train_with_fewest_calls,
    "JAX, all epochs compiled": train_jax,
}
REGRESSORS = {"nnlib": train_nnlib_linear, "scikit-learn": train_regressor}
CLASSIFIERS = {"nnlib": train_nnlib_cross_entropy, "scikit-learn": train_classifier}
