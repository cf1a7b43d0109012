"""Answers to the exercises of chapter 8, right and wrong."""

import math

import numpy as np

import nnlib
from tests.checks.cases import judged

X, Y = nnlib.datasets.noisy_xor(40, noise=0.2, rng=1)


def by_permutation(net, X, Y, learning_rate, epochs, batch_size, rng):
    rng = np.random.default_rng(rng)
    losses = []
    for _ in range(epochs):
        order, total = rng.permutation(len(X)), 0
        for first in range(0, len(X), batch_size):
            batch = order[first : first + batch_size]
            loss, dtheta = net.loss_and_gradient(X[batch], Y[batch])
            net.theta -= learning_rate * dtheta
            total += loss * len(batch)
        losses.append(total / len(X))
    return losses


def by_shuffled_list(net, X, Y, learning_rate, epochs, batch_size, rng):
    rng = np.random.default_rng(rng)
    means = np.empty(epochs)
    rows = list(range(len(X)))
    for epoch in range(epochs):
        rng.shuffle(rows)
        shuffled_X, shuffled_Y = X[rows], Y[rows]
        seen = []
        while len(shuffled_X) > 0:
            x, shuffled_X = shuffled_X[:batch_size], shuffled_X[batch_size:]
            y, shuffled_Y = shuffled_Y[:batch_size], shuffled_Y[batch_size:]
            loss, dtheta = net.loss_and_gradient(x, y)
            net.theta[:] = net.theta - learning_rate * dtheta
            seen += len(x) * [loss]
        means[epoch] = np.mean(seen)
    return means


def by_random_keys(net, X, Y, learning_rate, epochs, batch_size, rng):
    rng = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng)
    losses = []
    for _ in range(epochs):
        order = np.argsort(rng.random(len(X)))
        parts = np.split(order, range(batch_size, len(X), batch_size))
        told = []
        for part in parts:
            loss, dtheta = net.loss_and_gradient(X[part], Y[part])
            np.subtract(net.theta, learning_rate * dtheta, out=net.theta)
            told.append((loss, len(part)))
        losses.append(np.average([loss for loss, _ in told], weights=[n for _, n in told]))
    return losses


def variant(order_of=None, step=None, mean=None, cut=None, generator=None):
    """Return the loop with one part of it exchanged."""

    def fit(net, X, Y, learning_rate, epochs, batch_size, rng):
        rng = (generator or np.random.default_rng)(rng)
        losses = []
        fixed = rng.permutation(len(X))
        for _ in range(epochs):
            order = order_of(rng, X, fixed) if order_of else rng.permutation(len(X))
            told = []
            for first in range(0, len(X), batch_size):
                batch = order[first : first + batch_size]
                if cut and len(batch) < batch_size <= len(X):
                    continue
                loss, dtheta = net.loss_and_gradient(X[batch], Y[batch])
                (step or descend)(net, learning_rate, dtheta, len(batch))
                told.append((loss, len(batch)))
            losses.append((mean or weighted)(told))
        return losses

    return fit


def descend(net, learning_rate, dtheta, n):
    net.theta -= learning_rate * dtheta


def climb(net, learning_rate, dtheta, n):
    net.theta += learning_rate * dtheta


def rebind(net, learning_rate, dtheta, n):
    net.theta = net.theta - learning_rate * dtheta


def divide_again(net, learning_rate, dtheta, n):
    net.theta -= learning_rate * dtheta / n


def weighted(told):
    return sum(loss * n for loss, n in told) / sum(n for _, n in told)


def unweighted(told):
    return sum(loss for loss, _ in told) / len(told)


def last(told):
    return told[-1][0]


def in_parts_apart(net, X, Y, learning_rate, epochs, batch_size, rng):
    rng = np.random.default_rng(rng)
    losses = []
    for _ in range(epochs):
        order, other, total = rng.permutation(len(X)), rng.permutation(len(X)), 0
        for first in range(0, len(X), batch_size):
            rows, targets = order[first : first + batch_size], other[first : first + batch_size]
            loss, dtheta = net.loss_and_gradient(X[rows], Y[targets])
            net.theta -= learning_rate * dtheta
            total += loss * len(rows)
        losses.append(total / len(X))
    return losses


def shuffles_the_data(net, X, Y, learning_rate, epochs, batch_size, rng):
    order = np.random.default_rng(rng).permutation(len(X))
    X[:], Y[:] = X[order], Y[order]
    return by_permutation(net, X, Y, learning_rate, epochs, batch_size, rng)


def draws_with_replacement(net, X, Y, learning_rate, epochs, batch_size, rng):
    draw = variant(order_of=lambda rng, X, fixed: rng.integers(0, len(X), len(X)))
    return draw(net, X, Y, learning_rate, epochs, batch_size, rng)


def tells_nothing(net, X, Y, learning_rate, epochs, batch_size, rng):
    by_permutation(net, X, Y, learning_rate, epochs, batch_size, rng)


def one_generator(seed):
    rng = np.random.default_rng(seed)
    net = nnlib.NeuralNetwork(2, 4, 1, rng=rng)
    nnlib.train(net, X, Y, epochs=5, batch_size=20, rng=rng)
    return net.theta.tobytes()


def two_generators(seed):
    net = nnlib.NeuralNetwork(2, 4, 1, rng=seed)
    nnlib.train(net, X, Y, epochs=5, batch_size=20, rng=np.random.default_rng(seed + 1))
    return bytes(net.theta)


def with_fit(seed):
    net = nnlib.NeuralNetwork(2, 4, 1, rng=np.random.default_rng(seed))
    by_permutation(net, X, Y, 0.5, 5, 20, seed)
    return net.theta.tobytes()


def old_seed_alone(seed):
    np.random.seed(seed)  # noqa: NPY002
    net = nnlib.NeuralNetwork(2, 4, 1, rng=None)
    nnlib.train(net, X, Y, epochs=5, batch_size=20, rng=np.random.default_rng())
    return net.theta.tobytes()


def start_alone(seed):
    net = nnlib.NeuralNetwork(2, 4, 1, rng=seed)
    nnlib.train(net, X, Y, epochs=5, batch_size=20, rng=np.random.default_rng())
    return net.theta.tobytes()


def always_zero(seed):
    return one_generator(0)


ONE_FOR_ALL = np.random.default_rng(0)


def one_for_all(seed):
    net = nnlib.NeuralNetwork(2, 4, 1, rng=ONE_FOR_ALL)
    nnlib.train(net, X, Y, epochs=5, batch_size=20, rng=ONE_FOR_ALL)
    return net.theta.tobytes()


RIGHT = {
    "08-steps": {
        "rounds up": (lambda n_samples, batch_size, epochs: epochs * math.ceil(n_samples / batch_size),),
        "minus twice": (lambda n_samples, batch_size, epochs: epochs * -(-n_samples // batch_size),),
        "counts": (lambda n_samples, batch_size, epochs: np.array([epochs * len(range(0, n_samples, batch_size))]),),
    },
    "08-fit": {
        "permutation": (by_permutation,),
        "a shuffled list": (by_shuffled_list,),
        "random keys": (by_random_keys,),
    },
    "08-repeat": {
        "one generator": (one_generator,),
        "two generators": (two_generators,),
        "with the reader's fit": (with_fit,),
    },
}
WRONG = {
    "08-steps": {
        "rounds down": ("n_steps(200, 32, 10) is 60", lambda n, b, e: e * (n // b)),
        "rounds up too late": ("is 63", lambda n, b, e: math.ceil(e * n / b)),
        "one too many": ("n_steps(200, 200, 10) is 20", lambda n, b, e: e * (n // b + 1)),
        "one epoch": ("is 7.", lambda n, b, e: -(-n // b)),
        "a fraction": ("is 62.5", lambda n, b, e: e * n / b),
        "the example's answer": ("n_steps(200, 200, 10) is 70", lambda n, b, e: 70),
    },
    "08-fit": {
        "uphill": ("what theta moves by in step 1", variant(step=climb)),
        "a new vector": ("net.theta is a new vector", variant(step=rebind)),
        "divides by n again": ("what theta moves by", variant(step=divide_again)),
        "an unweighted mean": ("the mean loss of an epoch", variant(mean=unweighted)),
        "the last loss": ("the mean loss of an epoch", variant(mean=last)),
        "drops the smaller batch": ("there have to be 9 steps", variant(cut=True)),
        "never shuffles": ("in the order of X", variant(order_of=lambda rng, X, fixed: np.arange(len(X)))),
        "shuffles once": ("Every epoch has the same order", variant(order_of=lambda rng, X, fixed: fixed)),
        "an unseeded generator": ("the seed 5 see", variant(generator=lambda rng: np.random.default_rng())),
        "always seed 0": ("The seeds 5 and 6", variant(generator=lambda rng: np.random.default_rng(0))),
        "targets of other samples": ("the target of another sample", in_parts_apart),
        "shuffles the data": ("fit changes X or Y", shuffles_the_data),
        "draws with replacement": ("leaves out", draws_with_replacement),
        "tells nothing": ("returns nothing", tells_nothing),
    },
    "08-repeat": {
        "the old seed": ("different bytes", old_seed_alone),
        "the start alone": ("different bytes", start_alone),
        "one for all": ("different bytes", one_for_all),
        "always the seed 0": ("Different seeds return the same", always_zero),
        "not trained": ("has not been trained", lambda seed: nnlib.NeuralNetwork(2, 4, 1, rng=seed).theta.tobytes()),
        "the array": ("has to return net.theta.tobytes()", lambda seed: np.frombuffer(one_generator(seed))),
    },
}
test_right, test_wrong = judged(RIGHT, WRONG)
