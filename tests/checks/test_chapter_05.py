"""Answers to the exercises of chapter 5: how long a logit starves, the log-sum-exp, the slopes of the cross-entropy."""

import math

import numpy as np
import scipy.special

from tests.checks.cases import judged


def sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def walker(slope, limit=0.6, until=lambda a, limit: a > limit, first=0):
    """Return a `steps_to_learn` that walks along `slope(a, loss)`."""

    def steps_to_learn(z, loss, learning_rate=1.0):
        steps = first
        while not until(sigmoid(z), limit):
            z = z - learning_rate * slope(sigmoid(z), loss)
            steps += 1
        return steps

    return steps_to_learn


def right_slope(a, loss):
    return a - 1 if loss == "binary_cross_entropy" else 2 * (a - 1) * a * (1 - a)


def steps_by_for(z, loss, learning_rate=1.0):
    for steps in range(10**6):
        a = 1 / (1 + math.exp(-z))
        if a > 0.6:
            return np.float64(steps)
        dz = a - 1
        if loss == "mse":
            dz = -2 * a * (1 - a) ** 2
        z -= learning_rate * dz


def steps_by_recursion_of_lists(z, loss, learning_rate=1.0):
    path = [z]
    while sigmoid(path[-1]) <= 0.6:
        path.append(path[-1] - learning_rate * right_slope(sigmoid(path[-1]), loss))
    return len(path) - 1


def deaf_to_the_rate(z, loss, learning_rate=1.0):
    return walker(right_slope)(z, loss)


def rate_without_default(z, loss, learning_rate):
    return walker(right_slope)(z, loss, learning_rate)


def other_default(z, loss, learning_rate=0.5):
    return walker(right_slope)(z, loss, learning_rate)


def uphill(z, loss, learning_rate=1.0):
    """Never arrives."""
    while sigmoid(z) <= 0.6:
        z = max(z + learning_rate * right_slope(sigmoid(z), loss), -50.0)
    return 1


def lse(Z):
    largest = Z.max(axis=1)
    return largest + np.log(np.sum(np.exp(Z - largest[:, np.newaxis]), axis=1))


def lse_in_a_loop(Z):
    return [max(row) + math.log(sum(math.exp(z - max(row)) for z in row)) for row in Z.tolist()]


def lse_by_logaddexp(Z):
    return np.logaddexp.reduce(Z, axis=1)


def lse_by_the_largest_of_all(Z):
    with np.errstate(divide="ignore"):
        return Z.max() + np.log(np.sum(np.exp(Z - Z.max()), axis=1))


def lse_not_given_back(Z):
    return np.log(np.sum(np.exp(Z - Z.max(axis=1, keepdims=True)), axis=1))


def lse_as_a_column(Z):
    return lse(Z)[:, np.newaxis]


def lse_by_the_mean(Z):
    middle = Z.mean(axis=1)
    with np.errstate(over="ignore"):
        return middle + np.log(np.sum(np.exp(Z - middle[:, np.newaxis]), axis=1))


def lse_over_samples(Z):
    return lse(Z.T)


def lse_patched(Z):
    """Replace what broke by the largest entry."""
    with np.errstate(all="ignore"):
        naive = np.log(np.sum(np.exp(Z), axis=1))
    return np.where(np.isfinite(naive), naive, Z.max(axis=1))


def slopes(Z, Y):
    return (softmax(Z) - Y) / len(Z)


def slopes_in_loops(Z, Y):
    dZ = np.zeros_like(Z)
    for i in range(Z.shape[0]):
        e = np.exp(Z[i] - np.max(Z[i]))
        for k in range(Z.shape[1]):
            dZ[i, k] = (e[k] / e.sum() - Y[i, k]) / Z.shape[0]
    return dZ.tolist()


def slopes_of_one_hot(Z, Y):
    dZ = scipy.special.softmax(Z, axis=1)
    dZ[np.arange(len(Z)), Y.argmax(axis=1)] -= 1
    return dZ / Z.shape[0]


def slopes_of_the_sum(Z, Y):
    return softmax(Z) - Y


def slopes_by_the_largest_of_all(Z, Y):
    E = np.exp(Z - Z.max())
    return (E / E.sum(axis=1, keepdims=True) - Y) / len(Z)


def slopes_by_feeling(Z, Y, h=1e-6):
    dZ = np.zeros_like(Z)
    for place in np.ndindex(Z.shape):
        step = np.zeros_like(Z)
        step[place] = h
        higher, lower = lse(Z + step) - np.sum(Y * (Z + step), axis=1), lse(Z - step) - np.sum(Y * (Z - step), axis=1)
        dZ[place] = np.mean(higher - lower) / (2 * h)
    return dZ


def naive_softmax(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


RIGHT = {
    "05-starving": {
        "while": (walker(right_slope),),
        "for, and a float": (steps_by_for,),
        "the path's length": (steps_by_recursion_of_lists,),
    },
    "05-log-sum-exp": {
        "as the book": (lse,),
        "row by row": (lse_in_a_loop,),
        "logaddexp": (lse_by_logaddexp,),
        "SciPy's": (lambda Z: scipy.special.logsumexp(Z, axis=1),),
    },
    "05-slopes": {
        "as the book": (slopes,),
        "loops": (slopes_in_loops,),
        "only the right class": (slopes_of_one_hot,),
    },
}

WRONG = {
    "05-starving": {
        "the 2 forgotten": (
            "with loss 'mse'",
            walker(lambda a, loss: right_slope(a, loss) / (2 if loss == "mse" else 1)),
        ),
        "stops at 1/2": ("you count", walker(right_slope, limit=0.5)),
        "counts one too many": ("above 0.6 already", walker(right_slope, first=1)),
        "one step is always taken": (
            "above 0.6 already",
            lambda z, loss, learning_rate=1.0: max(1, steps_by_for(z, loss)),
        ),
        "the losses exchanged": (
            "the walk takes",
            walker(lambda a, loss: right_slope(a, "mse" if loss != "mse" else "binary_cross_entropy")),
        ),
        "the rate ignored": ("learning rate 0.37", deaf_to_the_rate),
        "no default for the rate": ("stops with TypeError", rate_without_default),
        "another default": ("the learning rate is 1 unless", other_default),
        "the sigmoid's slope forgotten": (
            "with loss 'mse'",
            walker(lambda a, loss: (2 if loss == "mse" else 1) * (a - 1)),
        ),
    },
    "05-log-sum-exp": {
        "naive": ("For the row (1000, 999, 0) it says inf", lambda Z: np.log(np.sum(np.exp(Z), axis=1))),
        "the largest of the batch": ("from -1001 to 1000", lse_by_the_largest_of_all),
        "not given back": ("it says", lse_not_given_back),
        "a column": ("it needs (4,)", lse_as_a_column),
        "the mean taken out": ("it says inf", lse_by_the_mean),
        "over the samples": ("has shape (3,)", lse_over_samples),
        "only the maximum": ("it says", lambda Z: Z.max(axis=1)),
        "patched": ("For the row (1000, 999, 0) it says 1000", lse_patched),
    },
    "05-slopes": {
        "the mean forgotten": ("it has to be", slopes_of_the_sum),
        "a mean over all entries": ("it has to be", lambda Z, Y: slopes_of_the_sum(Z, Y) / Z.size),
        "the sign": ("it has to be", lambda Z, Y: -slopes(Z, Y)),
        "softmax over the samples": ("it has to be", lambda Z, Y: (softmax(Z.T).T - Y) / len(Z)),
        "sigmoids": ("it has to be", lambda Z, Y: (sigmoid(Z) - Y) / len(Z)),
        "overflows": ("With logits of 1000", lambda Z, Y: (naive_softmax(Z) - Y) / len(Z)),
        "the largest of the batch": ("of -1000 in one batch", slopes_by_the_largest_of_all),
        "measured": ("of -1000 in one batch, dZ is", slopes_by_feeling),
        "one sum": ("it needs (4, 3)", lambda Z, Y: slopes(Z, Y).sum(axis=1)),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
