"""The whole network on one page: what chapters 4 to 8 build, and the objective that chapter 12 hands to SciPy.

Plain NumPy, with the chapters' own names and nothing hidden: read it from top to bottom to see how a network learns.
It checks nothing and is in no hurry. `nnlib` gives the same numbers, which tests hold equal to these.
"""

import numpy as np


def sigmoid(Z):
    """Return 1 / (1 + exp(-Z)) in the form that never overflows (chapter 4)."""
    return (1 + np.tanh(Z / 2)) / 2


def softplus(Z):
    """Return log(1 + exp(Z)) in the form that never overflows (chapter 5)."""
    return np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))


def softmax(Z):
    """Return exp(Z) / sum(exp(Z)) of each row; the largest entry becomes exp(0) = 1 (chapter 5)."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


# Of each activation its value, taken from Z, and its slope, taken from the output A (chapters 4 and 6).
# Softmax has no slope of its own: `cross_entropy` goes through it.
VALUE = {
    "identity": lambda Z: Z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda Z: np.maximum(Z, 0),
    "softplus": softplus,
    "softmax": softmax,
}
SLOPE = {
    "identity": lambda A: np.ones(A.shape),
    "sigmoid": lambda A: A * (1 - A),
    "tanh": lambda A: 1 - A**2,
    "relu": lambda A: A > 0,
    "softplus": lambda A: 1 - np.exp(-A),
}


def mse(A, Y):
    """Return the mean squared error of the outputs A, and its slope dA (chapter 5)."""
    return np.mean((A - Y) ** 2), 2 * (A - Y) / Y.size


def binary_cross_entropy(Z, Y):
    """Return the cross-entropy of sigmoid outputs from their logits Z, and its slope dZ (chapter 5)."""
    return np.sum(softplus(Z) - Y * Z) / len(Z), (sigmoid(Z) - Y) / len(Z)


def cross_entropy(Z, Y):
    """Return the cross-entropy of softmax outputs from their logits Z, and its slope dZ (chapter 5)."""
    largest = Z.max(axis=1, keepdims=True)
    log_sum_exp = largest + np.log(np.sum(np.exp(Z - largest), axis=1, keepdims=True))
    return np.sum(Y * (log_sum_exp - Z)) / len(Z), (softmax(Z) - Y) / len(Z)


def unpack(theta, sizes):
    """Return [(W, b), ...], views into the one vector theta (chapter 4)."""
    layers, start = [], 0
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        middle = start + n_in * n_out
        W = theta[start:middle].reshape(n_in, n_out)
        start = middle + n_out
        layers.append((W, theta[middle:start]))
    return layers


def layer_backward(dZ, A, W):
    """Return dW, db and dA of one layer, Z = A @ W + b, from its dZ (chapter 6)."""
    return A.T @ dZ, dZ.sum(axis=0), dZ @ W.T


class NeuralNetwork:
    """A network of any depth: all its numbers in one vector, theta (chapter 8)."""

    def __init__(self, *sizes, hidden="tanh", output="sigmoid", rng=None):
        n_params = sum((n_in + 1) * n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))
        self.theta = np.zeros(n_params)
        self.layers = unpack(self.theta, sizes)
        self.activations = [hidden] * (len(sizes) - 2) + [output]
        rng = np.random.default_rng(rng)
        for W, _ in self.layers:  # the biases stay 0
            W[:] = rng.uniform(-1, 1, W.shape) * np.sqrt(6 / sum(W.shape))

    def forward(self, X):
        """Return the outputs of all layers, [X, A1, A2, ...], and the last Z."""
        outputs = [X]
        for (W, b), name in zip(self.layers, self.activations, strict=True):
            Z = outputs[-1] @ W + b
            outputs.append(VALUE[name](Z))
        return outputs, Z

    def loss_and_gradient(self, X, Y, loss="mse", l2=0.0):
        """Return the loss with weight decay l2, and its slope by every entry of theta."""
        outputs, Z = self.forward(X)
        if loss == "mse":
            value, dA = mse(outputs[-1], Y)
            dZ = dA * SLOPE[self.activations[-1]](outputs[-1])
        elif loss == "binary_cross_entropy":
            value, dZ = binary_cross_entropy(Z, Y)
        else:
            value, dZ = cross_entropy(Z, Y)
        value += l2 / 2 * sum(np.sum(W**2) for W, _ in self.layers)
        return value, self.backward(outputs, dZ, l2)

    def backward(self, outputs, dZ, l2):
        """Go from dZ of the last layer back to the first; return dtheta, in the order of theta."""
        parts = []
        for k in reversed(range(len(self.layers))):
            W, _ = self.layers[k]
            dW, db, dA = layer_backward(dZ, outputs[k], W)
            dW += l2 * W
            parts = [dW.ravel(), db, *parts]
            if k > 0:
                dZ = dA * SLOPE[self.activations[k - 1]](outputs[k])
        return np.concatenate(parts)


def train(net, X, Y, loss="mse", learning_rate=0.5, epochs=2000, batch_size=None, rng=0, l2=0.0):
    """Take gradient steps with `net` in place; return the mean loss of each epoch (chapter 8)."""
    rng = np.random.default_rng(rng)
    if batch_size is None:
        batch_size = len(X)
    losses = []
    for _ in range(epochs):
        order, total = rng.permutation(len(X)), 0
        for first in range(0, len(X), batch_size):
            batch = order[first : first + batch_size]
            value, dtheta = net.loss_and_gradient(X[batch], Y[batch], loss, l2)
            net.theta -= learning_rate * dtheta
            total += value * len(batch)
        losses.append(total / len(X))
    return losses


def objective(theta, net, X, Y, loss="mse", l2=0.0):
    """Return loss and gradient at theta: what `scipy.optimize.minimize(..., jac=True)` asks for (chapter 12)."""
    net.theta[:] = theta
    return net.loss_and_gradient(X, Y, loss, l2)
