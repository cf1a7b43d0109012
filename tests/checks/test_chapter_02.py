"""Answers to the exercises of chapter 2."""

import numpy as np

from nnlib.activations import sigmoid
from tests.checks.cases import judged


def slopes(theta, X, Y):
    a = sigmoid(X @ theta[:2] + theta[2])
    dz = 2 * (a - Y[:, 0]) * a * (1 - a) / len(X)
    return np.array([*(X.T @ dz), dz.sum()])


def slopes_by_loops(theta, X, Y):
    w1, w2, b = theta
    total = [0.0, 0.0, 0.0]
    for (x1, x2), (y,) in zip(X, Y, strict=True):
        a = 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))
        common = (a - y) * (a - a * a) * 2
        total[0] += common * x1
        total[1] += common * x2
        total[2] += common
    return [entry / len(X) for entry in total]


def slopes_of_columns(theta, X, Y):
    inputs = np.hstack([X, np.ones((len(X), 1))])
    A = sigmoid(inputs @ theta[:, np.newaxis])
    return np.mean(2 * (A - Y) * A * (1 - A) * inputs, axis=0)


def two_forgotten(theta, X, Y):
    return slopes(theta, X, Y) / 2


def mean_forgotten(theta, X, Y):
    return slopes(theta, X, Y) * len(X)


def link_forgotten(theta, X, Y):
    a = sigmoid(X @ theta[:2] + theta[2])
    dz = 2 * (a - Y[:, 0]) / len(X)
    return np.array([*(X.T @ dz), dz.sum()])


def error_forgotten(theta, X, Y):
    a = sigmoid(X @ theta[:2] + theta[2])
    dz = 2 * a * (1 - a) / len(X)
    return np.array([*(X.T @ dz), dz.sum()])


def error_squared(theta, X, Y):
    a = sigmoid(X @ theta[:2] + theta[2])
    dz = (a - Y[:, 0]) ** 2 * a * (1 - a) / len(X)
    return np.array([*(X.T @ dz), dz.sum()])


def against(theta, X, Y):
    return -slopes(theta, X, Y)


def flat_against_column(theta, X, Y):
    a = sigmoid(X @ theta[:2] + theta[2])
    dz = 2 * (a - Y) * a * (1 - a) / len(X)
    return np.array([np.sum(dz * X[:, 0]), np.sum(dz * X[:, 1]), np.sum(dz)])


def bias_first(theta, X, Y):
    return slopes(theta, X, Y)[[2, 0, 1]]


def a_column(theta, X, Y):
    return slopes(theta, X, Y)[:, np.newaxis]


def by_angles(X):
    angles = np.linspace(0, np.pi, 10_001)
    return 2 / np.mean(2 * (X * np.cos(angles) + np.sin(angles)) ** 2, axis=0).max()


def by_degrees(X):
    largest = 0.0
    for degrees in range(180):
        phi = np.radians(degrees)
        c = 0.0
        for (x,) in X:
            c += 2 * (x * np.cos(phi) + np.sin(phi)) ** 2 / len(X)
        largest = max(largest, c)
    return 2 / largest


def by_eigenvalues(X):
    inputs = np.hstack([X, np.ones_like(X)])
    return 1 / np.linalg.eigvalsh(inputs.T @ inputs / len(X)).max()


def along_w(X):
    return 1 / max(np.mean(X**2), 1e-9)


def no_two(X):
    return by_angles(X) / 2


def sum_for_mean(X):
    return by_angles(X) / len(X)


def the_smallest(X):
    angles = np.linspace(0, np.pi, 1001)
    return 2 / np.mean(2 * (X * np.cos(angles) + np.sin(angles)) ** 2, axis=0).min()


def run(rate, X, Y, n_steps):
    w = b = 0.0
    for _ in range(n_steps):
        error = w * X + b - Y
        w, b = w - rate * np.mean(2 * error * X), b - rate * np.mean(2 * error)
    return np.mean((w * X + b - Y) ** 2)


def halving(X, Y, n_steps):
    low, high = 0.0, 1.0
    start = np.mean(Y**2)
    while high - low > 1e-4:
        middle = (low + high) / 2
        if run(middle, X, Y, n_steps) <= start:
            low = middle
        else:
            high = middle
    return low


def halving_a_vector(X, Y, n_steps):
    inputs = np.hstack([X, np.ones_like(X)])
    low, high = 0.0, 1.0
    for _ in range(20):
        rate, theta = (low + high) / 2, np.zeros((2, 1))
        for _ in range(n_steps):
            theta = theta - rate * 2 / len(X) * inputs.T @ (inputs @ theta - Y)
            if not np.isfinite(theta).all():
                break
        broken = not np.mean((inputs @ theta - Y) ** 2) <= np.mean(Y**2)
        low, high = (low, rate) if broken else (rate, high)
    return np.array([low])


def halving_blind_to_nan(X, Y, n_steps):
    low, high = 0.0, 1.0
    start = np.mean(Y**2)
    while high - low > 1e-4:
        middle = (low + high) / 2
        if run(middle, X, Y, n_steps) > start:
            high = middle
        else:
            low = middle
    return low


def not_measured(X, Y, n_steps):
    return by_angles(X)


def from_another_start(X, Y, n_steps):
    return halving(X, Y - X - 1, n_steps)


def centered(X):
    middle = X - X.mean()
    return middle / np.sqrt(np.mean(middle**2))


def by_std(X):
    return (X - np.mean(X, axis=0)) / np.std(X, axis=0)


def by_loops(X):
    values = [float(x) for (x,) in X]
    mean = sum(values) / len(values)
    size = (sum((x - mean) ** 2 for x in values) / len(values)) ** 0.5
    return [[(x - mean) / size] for x in values]


def by_sample_std(X):
    return (X - X.mean()) / X.std(ddof=1)


def only_centered(X):
    return X - X.mean()


def scaled_first(X):
    scaled = X / np.sqrt(np.mean(X**2))
    return scaled - scaled.mean()


def to_unit_interval(X):
    return (X - X.min()) / (X.max() - X.min())


def flat(X):
    return centered(X)[:, 0]


def in_place(X):
    X -= X.mean()
    return X / np.sqrt(np.mean(X**2))


RIGHT = {
    "02-derive": {"flat": (slopes,), "loops": (slopes_by_loops,), "columns": (slopes_of_columns,)},
    "02-limit": {
        "angles and halving": (by_angles, halving),
        "degrees and a vector": (by_degrees, halving_a_vector),
        "eigenvalues": (by_eigenvalues, halving),
    },
    "02-units": {
        "centered": (centered, 0.5),
        "std": (by_std, 1 / 2),
        "loops": (by_loops, np.array([0.5])),
    },
}

WRONG = {
    "02-derive": {
        "no 2": ("half of it", two_forgotten),
        "no mean": ("by the number of samples", mean_forgotten),
        "a link forgotten": ("the slope of the sigmoid", link_forgotten),
        "the wrong way": ("Only the sign", against),
        "(n,) against (n, 1)": ("a table of n times n", flat_against_column),
        "no error": ("A link is missing: the error", error_forgotten),
        "the square of the error": ("dtheta is", error_squared),
        "bias first": ("The order is", bias_first),
        "a column": ("has shape (3, 1); it needs (3,)", a_column),
    },
    "02-limit": {
        "not measured": ("and 3 steps measured_rate is 0.238", by_angles, not_measured),
        "nan unseen": ("runs end in nan", by_angles, halving_blind_to_nan),
        "from another start": ("and 3 steps", by_angles, from_another_start),
        "along w alone": ("In the direction of", along_w, halving),
        "1 divided by c": ("critical_rate is", no_two, halving),
        "a sum": ("critical_rate is", sum_for_mean, halving),
        "the smallest curvature": ("critical_rate is", the_smallest, halving),
        "always 1,000 steps": ("and 3 steps", by_angles, lambda X, Y, n_steps: halving(X, Y, 1000)),
        "half of it": ("measured_rate is", by_angles, lambda X, Y, n_steps: halving(X, Y, n_steps) / 2),
        "zero": ("above 0", by_angles, lambda X, Y, n_steps: 0.0),
    },
    "02-units": {
        "divided by n - 1": ("mean of the squares", by_sample_std, 0.5),
        "only centered": ("mean of the squares", only_centered, 0.5),
        "scaled first": ("mean of the squares", scaled_first, 0.5),
        "from 0 to 1": ("the mean is", to_unit_interval, 0.5),
        "flat": ("has shape (4,); it needs (4, 1)", flat, 0.5),
        "in place": ("changes what it is given", in_place, 0.5),
        "the limit": ("by -1", centered, 1.0),
        "of the taxi": ("multiplies the distance", centered, 1 / 7),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
