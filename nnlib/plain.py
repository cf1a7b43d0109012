"""The whole network on one page: what chapters 2 to 8 build.

With it come weight decay (chapter 15) and the seam to SciPy (chapter 12). Plain NumPy, in
the chapters' words and nothing hidden: read it from top to bottom. It checks nothing and is
in no hurry. `nnlib` gives the same numbers to twelve digits; its tests compare the two.

X is (n_samples, n_in) and Y (n_samples, n_out), never flat; W is (n_in, n_out), b (n_out,).
Of any Q, dQ is the slope of the loss by Q, in the shape of Q. Write `net.theta[:] = ...`,
never `net.theta = ...`, or the layers are views of the old vector (chapter 4).
"""

import numpy as np


def sigmoid(Z):
    """Return 1 / (1 + exp(-Z)) in the form that never overflows (chapter 4)."""
    return (1 + np.tanh(Z / 2)) / 2


def softplus(Z):
    """Return log(1 + exp(Z)) in the form that never overflows (chapter 5)."""
    return np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))


def softmax(Z):
    """Return exp(Z) / sum(exp(Z)) of each row (chapter 5)."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))  # the largest becomes exp(0) = 1
    return E / E.sum(axis=1, keepdims=True)


def log_sum_exp(Z):
    """Return log(sum(exp(Z))) of each row, its largest taken out first (chapter 5)."""
    largest = Z.max(axis=1)
    return largest + np.log(np.sum(np.exp(Z - largest[:, np.newaxis]), axis=1))


# Of each activation its value, from Z, and its slope, read off the output A = value(Z),
# entry by entry (chapter 6).
ACTIVATIONS = {
    "identity": (lambda Z: Z, lambda A: np.ones(A.shape)),
    "sigmoid": (sigmoid, lambda A: A * (1 - A)),
    "tanh": (np.tanh, lambda A: 1 - A**2),
    # at the kink its slope is 0 (chapter 7)
    "relu": (lambda Z: np.maximum(Z, 0), lambda A: np.where(A > 0, 1, 0)),
    # its slope is sigmoid(Z), for exp(-A) = 1 / (1 + exp(Z))
    "softplus": (softplus, lambda A: 1 - np.exp(-A)),
    # each output hangs on its whole row of Z: only cross_entropy knows the way back
    "softmax": (softmax, None),
}


def mse(A, Y):
    """Return the mean squared error of the outputs A, and dA (chapters 2 and 6)."""
    return np.mean((A - Y) ** 2), 2 * (A - Y) / Y.size


def binary_cross_entropy(Z, Y):
    """Return the cross-entropy of sigmoid outputs from logits Z, and dZ (chapter 5)."""
    value = np.sum(softplus(Z) - Y * Z) / len(Z)
    return value, (sigmoid(Z) - Y) / len(Z)


def cross_entropy(Z, Y):
    """Return the cross-entropy of softmax outputs from logits Z, and dZ (chapter 5)."""
    value = np.sum(log_sum_exp(Z) - np.sum(Y * Z, axis=1)) / len(Z)
    return value, (softmax(Z) - Y) / len(Z)


FROM_LOGITS = {
    "binary_cross_entropy": binary_cross_entropy,
    "cross_entropy": cross_entropy,
}


def unpack(theta, sizes):
    """Return [(W, b), ...], views into theta; sizes: (3, 4, 2), say (chapter 4)."""
    layers, start = [], 0
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        middle = start + n_in * n_out
        W = theta[start:middle].reshape(n_in, n_out)
        start = middle + n_out
        layers.append((W, theta[middle:start]))
    return layers


def layer_backward(dZ, A, W):
    """Return dW, db and dA of the layer Z = A @ W + b (chapter 6)."""
    return A.T @ dZ, dZ.sum(axis=0), dZ @ W.T


class NeuralNetwork:
    """Chapter 8's network, with any number of layers (chapter 6)."""

    def __init__(self, *sizes, hidden="tanh", output="sigmoid", rng=None):
        pairs = zip(sizes[:-1], sizes[1:])
        n_params = sum(n_in * n_out + n_out for n_in, n_out in pairs)
        self.theta = np.zeros(n_params)
        self.layers = unpack(self.theta, sizes)
        self.activations = [hidden for _ in self.layers[1:]] + [output]  # one a layer
        rng = np.random.default_rng(rng)
        for W, _ in self.layers:  # W is a view into theta; the biases stay 0 (chapter 8)
            W[:] = rng.uniform(-1, 1, W.shape) * np.sqrt(6 / sum(W.shape))

    def forward(self, X):
        """Return the outputs of the last layer."""
        outputs, _ = self.forward_all(X)
        return outputs[-1]

    def forward_all(self, X):
        """Return [X, A1, A2, ...], for the way back, and the last Z, the logits."""
        outputs = [X]
        for (W, b), name in zip(self.layers, self.activations):
            activation, _ = ACTIVATIONS[name]
            Z = outputs[-1] @ W + b
            outputs.append(activation(Z))
        return outputs, Z

    def backward(self, outputs, dZ, l2):
        """Go from dZ of the last layer back to the first; return dtheta."""
        parts = []
        for k in reversed(range(len(self.layers))):  # outputs[k] went into layer k
            W, _ = self.layers[k]
            dW, db, dA = layer_backward(dZ, outputs[k], W)
            parts += [db, (dW + l2 * W).ravel()]  # l2 * W is the slope of l2 / 2 * W**2
            if k > 0:  # outputs[k] came out of layer k - 1, and the inputs out of none
                _, slope = ACTIVATIONS[self.activations[k - 1]]
                dZ = dA * slope(outputs[k])
        return np.concatenate(parts[::-1])  # in the order of theta

    def loss_and_gradient(self, X, Y, loss="mse", l2=0.0):
        """Return the loss and its gradient, dtheta.

        Weight decay adds l2 / 2 times the sum of all squared weights (chapter 15).
        """
        outputs, Z = self.forward_all(X)
        if loss == "mse":
            value, dA = mse(outputs[-1], Y)
            _, slope = ACTIVATIONS[self.activations[-1]]
            dZ = dA * slope(outputs[-1])
        else:  # these step over the last activation
            value, dZ = FROM_LOGITS[loss](Z, Y)
        value += l2 / 2 * sum(np.sum(W**2) for W, _ in self.layers)
        return value, self.backward(outputs, dZ, l2)


def train(
    net, X, Y, loss="mse", learning_rate=0.5, epochs=2000, batch_size=None, rng=0, l2=0.0
):
    """Train net in place; return each epoch's mean loss (chapter 8, `fit`)."""
    rng = np.random.default_rng(rng)
    if batch_size is None:
        batch_size = len(X)  # one batch: its order changes no more than last digits
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
    """Return the loss and its gradient at theta, as SciPy wants them (chapter 12).

    result = minimize(objective, net.theta.copy(), args=(net, X, Y), jac=True)
    net.theta[:] = result.x
    """
    net.theta[:] = theta
    return net.loss_and_gradient(X, Y, loss, l2)


def central_difference(net, X, Y, loss="mse", l2=0.0, eps=1e-5):
    """Return the gradient from losses alone, to hold the other against (chapter 7)."""
    start = net.theta.copy()
    dtheta = np.zeros(len(start))
    for i in range(len(start)):
        net.theta[i] = start[i] + eps
        above, _ = net.loss_and_gradient(X, Y, loss, l2)
        net.theta[i] = start[i] - eps
        below, _ = net.loss_and_gradient(X, Y, loss, l2)
        net.theta[i] = start[i]
        dtheta[i] = (above - below) / (2 * eps)
    return dtheta
