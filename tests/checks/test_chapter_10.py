"""Answers to the exercises of chapter 10, right and wrong."""

import numpy as np

import nnlib
from tests.checks.cases import judged

X, Y = nnlib.datasets.xor()
X_deep = np.random.default_rng(1).normal(size=(200, 100))


def started(value, noise, seed=0):
    net = nnlib.NeuralNetwork(2, 8, 1, init="zeros")
    net.theta[:] = value
    net.theta += noise * np.random.default_rng(seed).normal(size=33)
    return net


def trained(epochs, value, noise, learning_rate, seed=0):
    net = started(value, noise, seed)
    nnlib.train(net, X, Y, optimizer=nnlib.GradientDescent(learning_rate), epochs=epochs)
    return net


def by_peaks(epochs, value, noise=0.0, learning_rate=0.5):
    net = trained(epochs, value, noise, learning_rate)
    first, second = net.layers
    return np.ptp(np.vstack([first.W, first.b, second.W.T]), axis=1).max(), net


def by_pairs(epochs, value, noise=0.0, learning_rate=0.5):
    net = started(value, noise)
    for _ in range(epochs):
        _, dtheta = net.loss_and_gradient(X, Y)
        net.theta[:] = net.theta - learning_rate * dtheta
    spread = 0
    for j in range(8):
        for k in range(j):
            for i in range(2):
                spread = max(spread, abs(net.layers[0].W[i, j] - net.layers[0].W[i, k]))
            spread = max(spread, abs(net.layers[0].b[j] - net.layers[0].b[k]))
            spread = max(spread, abs(net.layers[1].W[j, 0] - net.layers[1].W[k, 0]))
    return [spread, net]


def over(*rows):
    """Return an answer that looks at some of a unit's four numbers alone."""

    def spread_after(epochs, value, noise=0.0, learning_rate=0.5):
        net = trained(epochs, value, noise, learning_rate)
        units = np.vstack([net.layers[0].W, net.layers[0].b, net.layers[1].W.T])
        return np.ptp(units[list(rows)], axis=1).max(), net

    return spread_after


def of_all_numbers(epochs, value, noise=0.0, learning_rate=0.5):
    net = trained(epochs, value, noise, learning_rate)
    return np.ptp(net.theta), net


def deep(scale):
    net = nnlib.NeuralNetwork(*[100] * 11, 1, hidden="tanh", output="identity", init="zeros")
    rng = np.random.default_rng(0)
    for layer in net.layers:
        layer.W[:] = scale / np.sqrt(len(layer.W)) * rng.normal(size=layer.W.shape)
    return net


def limit(n_in, n_out):
    return np.sqrt(6 / (n_in + n_out))


def limit_from_variance(n_in, n_out):
    variance = 2 / (n_in + n_out)
    return float((3 * variance) ** 0.5)


def healthy(scale):
    a = deep(scale).layer_outputs(X_deep)[9]
    return a.std() >= 0.3 and np.mean(np.abs(a) > 0.95) <= 0.05


def healthy_by_hand(scale):
    A = X_deep
    for layer in deep(scale).layers[:10]:
        A = np.tanh(A @ layer.W + layer.b)
    inside = np.count_nonzero((A >= -0.95) & (A <= 0.95)) / A.size
    return not (np.sqrt(np.mean((A - A.mean()) ** 2)) < 0.3 or inside < 0.95)


def by_layer(layer, spread=0.3, share=0.05, one_sided=False):
    def healthy(scale):
        a = deep(scale).layer_outputs(X_deep)[layer]
        return a.std() >= spread and np.mean((a if one_sided else np.abs(a)) > 0.95) <= share

    return healthy


def count_dead(net, X):
    dead = 0
    for A in net.layer_outputs(X)[:-1]:
        dead += np.sum(np.all(A == 0, axis=0))
    return dead


def count_by_hand(net, X):
    A, dead = np.asarray(X), 0
    for layer in net.layers[:-1]:
        A = np.maximum(A @ layer.W + layer.b, 0)
        for column in A.T:
            dead += not column.any()
    return int(dead)


def born_dead(X):
    nets = [nnlib.NeuralNetwork(2, 8, 1, hidden="relu", init="he", rng=seed) for seed in range(200)]
    return sum(count_dead(net, X) for net in nets) / 1600


def born_dead_mean(X):
    return np.mean(
        [count_by_hand(nnlib.NeuralNetwork(2, 8, 1, hidden="relu", init="he", rng=s), X) / 8 for s in range(200)]
    )


def counting(layers=slice(None, -1), axis=0, how=np.all):
    def count_dead(net, X):
        return sum(int(np.sum(how(A == 0, axis=axis))) for A in net.layer_outputs(X)[layers])

    return count_dead


def born(init="he", seeds=range(200), hidden="relu", units=8):
    def born_dead(X):
        nets = [nnlib.NeuralNetwork(2, 8, 1, hidden=hidden, init=init, rng=seed) for seed in seeds]
        return sum(count_dead(net, X) for net in nets) / (len(seeds) * units)

    return born_dead


RIGHT = {
    "10-equal": {"peak to peak": (by_peaks,), "every pair, an own loop": (by_pairs,)},
    "10-scale": {"the root": (limit, healthy), "from the variance, by hand": (limit_from_variance, healthy_by_hand)},
    "10-dead": {"layer outputs": (count_dead, born_dead), "by hand": (count_by_hand, born_dead_mean)},
}
WRONG = {
    "10-equal": {
        "always 0": ("says that its units are 0.0000", lambda e, v, n=0.0, r=0.5: (0, trained(e, v, n, r))),
        "without the outgoing weights": ("in the outgoing weight", over(0, 1, 2)),
        "without the biases": ("in the bias", over(0, 1, 3)),
        "the first weights alone": ("in an incoming weight", over(0)),
        "over all numbers": ("says that its units are", of_all_numbers),
        "no noise": ("theta of the network", lambda e, v, n=0.0, r=0.5: by_peaks(e, v, 0, r)),
        "another seed": (
            "theta of the network",
            lambda e, v, n=0.0, r=0.5: (by_peaks(e, v, n, r)[0], trained(e, v, n, r, seed=1)),
        ),
        "its own rate": ("theta of the network", lambda e, v, n=0.0, r=0.5: by_peaks(e, v, n)),
        "not trained": ("theta of the network", lambda e, v, n=0.0, r=0.5: (0.0, started(v, n))),
        "the spread alone": ("has to return 2 things", lambda e, v, n=0.0, r=0.5: by_peaks(e, v, n, r)[0]),
    },
    "10-scale": {
        "the variance": ("the variance", lambda n_in, n_out: 2 / (n_in + n_out), healthy),
        "the spread": ("the variance", lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)), healthy),
        "by the inputs alone": ("the variance", lambda n_in, n_out: np.sqrt(3 / n_in), healthy),
        "layer 9": ("Layer 10 has a spread of", limit, by_layer(8)),
        "the outputs of the network": ("Layer 10 has a spread of", limit, by_layer(10)),
        "the spread is enough": ("outputs are below", limit, by_layer(9, share=1)),
        "the share is enough": ("Layer 10 has a spread of", limit, by_layer(9, spread=0)),
        "above 0.95 alone": ("outputs are below", limit, by_layer(9, one_sided=True)),
        "always": ("outputs are below", limit, lambda scale: scale >= 1.07),
        "a number": ("has to be True or False", limit, lambda scale: deep(scale).layer_outputs(X_deep)[9].std()),
    },
    "10-dead": {
        "the first layer alone": ("one after the other", counting(slice(0, 1)), born_dead),
        "the output too": ("one after the other", counting(slice(None)), born_dead),
        "samples, not units": ("one after the other", counting(axis=1), born_dead),
        "zero somewhere": ("one after the other", counting(how=np.any), born_dead),
        "a share": ("one after the other", lambda net, X: count_dead(net, X) / 8, born_dead),
        "a percentage": ("born_dead says", count_dead, lambda X: 100 * born_dead(X)),
        "the sum": ("born_dead says", count_dead, born(units=1)),
        "Glorot": ("born_dead says", count_dead, born(init="glorot")),
        "other seeds": ("born_dead says", count_dead, born(seeds=range(1, 201))),
        "a quarter": ("inputs 0 and 1", count_dead, lambda X: 0.25),
    },
}
test_right, test_wrong = judged(RIGHT, WRONG)
