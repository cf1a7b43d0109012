"""Right and wrong answers to the exercises of chapter 13, Curvature."""

import numpy as np

import nnlib
from nnlib import derivatives
from nnlib.activations import sigmoid
from tests.checks.cases import judged

XOR = nnlib.datasets.xor()

# ---- 13-shape


def shape(H, flat):
    kappa = np.linalg.eigvalsh(H)
    if np.all(kappa > flat):
        return "bowl"
    if np.all(kappa < -flat):
        return "peak"
    return "pass" if np.any(kappa > flat) and np.any(kappa < -flat) else "plain"


def shape_by_counting(H, flat):
    up = down = 0
    for kappa in np.linalg.eig(np.array(H))[0].real.tolist():
        up += kappa > flat
        down += kappa < -flat
    names = {(len(H), 0): "bowl", (0, len(H)): "peak"}
    return names.get((up, down), "pass" if up and down else "plain")


def shape_by_the_diagonal(H, flat):
    return shape(np.diag(np.diag(H)), flat)


def shape_by_the_determinant(H, flat):
    return "bowl" if np.linalg.det(H) > 0 else "pass"


def shape_without_plain(H, flat):
    kappa = np.linalg.eigvalsh(H)
    return "bowl" if kappa[0] > flat else "peak" if kappa[-1] < -flat else "pass"


def shape_with_zero_for_flat(H, flat):
    return shape(H, 0)


def shape_with_a_plain_too_early(H, flat):
    """Looks for a level direction before it looks for a pass."""
    return "plain" if np.any(np.abs(np.linalg.eigvalsh(H)) <= flat) else shape(H, flat)


def shape_with_the_threshold_counted(H, flat):
    kappa = np.linalg.eigvalsh(H)
    return "bowl" if np.all(kappa >= flat) else shape(H, flat)


def shape_with_one_sided_threshold(H, flat):
    kappa = np.linalg.eigvalsh(H)
    return "pass" if kappa[0] < flat < kappa[-1] else shape(H, flat)


# ---- 13-hessp


def unpack(theta, n_inputs):
    hidden_size = (len(theta) - 1) // (n_inputs + 2)
    n_W1 = n_inputs * hidden_size
    W1 = theta[:n_W1].reshape(n_inputs, hidden_size)
    return W1, theta[n_W1 : n_W1 + hidden_size], theta[n_W1 + hidden_size : -1].reshape(-1, 1), theta[-1:]


def make_hessp(forgotten=""):
    """Return Pearlmutter's operator, with one term left out if that is said."""

    def hessp(theta, v, X, Y):
        W1, b1, W2, b2 = unpack(theta, X.shape[1])
        V1, c1, V2, c2 = unpack(v, X.shape[1])
        A1 = np.tanh(X @ W1 + b1)
        S1 = 1 - A1**2
        RA1 = S1 * (X @ V1 + c1)
        RS1 = 0 if forgotten == "the slope of tanh moves" else -2 * A1 * RA1
        A2 = sigmoid(A1 @ W2 + b2)
        S2 = A2 * (1 - A2)
        RA2 = S2 * (RA1 @ W2 + A1 @ V2 + c2)
        RS2 = 0 if forgotten == "the slope of the sigmoid moves" else (1 - 2 * A2) * RA2
        n = 4 if forgotten == "n" else Y.size
        dZ2 = 2 / n * (A2 - Y) * S2
        RdZ2 = 2 / n * (RA2 * S2 + (A2 - Y) * RS2)
        RdA1 = RdZ2 @ W2.T + (0 if forgotten == "V2 on the way back" else dZ2 @ V2.T)
        RdZ1 = RdA1 * S1 + dZ2 @ W2.T * RS1
        RdW2 = A1.T @ RdZ2 + (0 if forgotten == "the inputs of layer 2 move" else RA1.T @ dZ2)
        parts = [X.T @ RdZ1, RdZ1.sum(axis=0), RdW2, RdZ2.sum(axis=0)]
        return np.concatenate([part.ravel() for part in parts])

    return hessp


def network(theta, X):
    net = nnlib.NeuralNetwork(X.shape[1], (len(theta) - 1) // (X.shape[1] + 2), 1)
    net.theta = theta
    return net


def hessp_by_differences(theta, v, X, Y):
    net, h = network(theta, X), 1e-5
    net.theta = theta + h * v
    above = net.loss_and_gradient(X, Y)[1]
    net.theta = theta - h * v
    return ((above - net.loss_and_gradient(X, Y)[1]) / (2 * h)).tolist()


def hessp_by_the_table(theta, v, X, Y):
    return derivatives.hessian(network(theta, X), X, Y) @ v


def hessp_is_the_gradient(theta, v, X, Y):
    return network(theta, X).loss_and_gradient(X, Y)[1]


def hessp_of_gauss_newton(theta, v, X, Y):
    J = derivatives.jacobian(network(theta, X), X)[:, 0]
    return 2 / len(X) * J.T @ (J @ v)


def hessp_out_of_order(theta, v, X, Y):
    """Lays the weights first and then the biases."""
    n_W1 = X.shape[1] * ((len(theta) - 1) // (X.shape[1] + 2))
    W1, rest = np.split(make_hessp()(theta, v, X, Y), [n_W1])
    b1, W2, b2 = np.split(rest, [len(rest) // 2, len(rest) - 1])
    return np.concatenate([W1, W2, b1, b2])


# ---- 13-decay


def lowest(b, decay):
    X, Y = XOR
    one = nnlib.NeuralNetwork(2, 1, 1)
    one.theta = np.array([2.78, 2.78, -0.36, 2.38, -1.69])
    nnlib.minimize(one, X, Y, method="trust-exact", l2=decay, tol=1e-10)
    w1, w2, b1, w, c = one.theta
    net = nnlib.NeuralNetwork(2, 2, 1)
    net.theta = np.array([w1, 0, w2, 0, b1, b, w, 0, c])
    kept = np.delete(np.arange(9), 5)
    return np.linalg.eigvalsh(derivatives.hessian(net, X, Y, l2=decay)[np.ix_(kept, kept)])[0]


def decay_by_halving(b, low=1e-10, high=1e-2, ratio=1.001):
    if lowest(b, high) < 0:
        return np.inf
    while high / low > ratio:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if lowest(b, middle) < 0 else (low, middle)
    return high


def decay_by_the_exact_formula(b):
    """Solve decay = q (1 - tanh^2 b) with the q of that decay, step by step."""
    X, Y = XOR
    decay = 1e-4
    for _ in range(40):
        one = nnlib.NeuralNetwork(2, 1, 1)
        one.theta = np.array([2.78, 2.78, -0.36, 2.38, -1.69])
        nnlib.minimize(one, X, Y, method="trust-exact", l2=decay, tol=1e-10)
        A = one.forward(X)
        q = np.linalg.norm(X.T @ (2 / 4 * (A - Y) * A * (1 - A)))
        decay = min(q / np.cosh(b) ** 2, 1.01e-2)
    return decay if decay < 1e-2 else np.inf


def decay_by_the_limit(b):
    return np.sqrt(2) / 27 * (1 - np.tanh(b) ** 2)


def decay_with_a_silent_limit(b):
    low, high = 1e-10, 1e-2
    for _ in range(40):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if lowest(b, middle) < 0 else (low, middle)
    return high


def decay_the_wrong_way(b):
    if lowest(b, 1e-2) < 0:
        return np.inf
    low, high = 1e-10, 1e-2
    for _ in range(40):
        middle = np.sqrt(low * high)
        low, high = (low, middle) if lowest(b, middle) < 0 else (middle, high)
    return high


RIGHT = {
    "13-shape": {"with all and any": (shape,), "by counting": (shape_by_counting,)},
    "13-hessp": {
        "line by line": (make_hessp(),),
        "two gradients": (hessp_by_differences,),
        "the whole table": (hessp_by_the_table,),
    },
    "13-decay": {
        "halving": (decay_by_halving,),
        "in finer steps": (lambda b: decay_by_halving(b, ratio=1.00001),),
        "the formula with the q of its decay": (decay_by_the_exact_formula,),
    },
}

WRONG = {
    "13-shape": {
        "the diagonal": ("it is a pass; you call it a bowl", shape_by_the_diagonal),
        "the determinant": ("it is a peak; you call it a bowl", shape_by_the_determinant),
        "no plain": ("it is a plain; you call it a pass", shape_without_plain),
        "no threshold": ("it is a plain", shape_with_zero_for_flat),
        "a plain before a pass": ("it is a pass; you call it a plain", shape_with_a_plain_too_early),
        "level counts as up": ("it is a plain; you call it a bowl", shape_with_the_threshold_counted),
        "flat for -flat": ("it is a plain; you call it a pass", shape_with_one_sided_threshold),
        "another word": ("has to return one of", lambda H, flat: "saddle"),
    },
    "13-hessp": {
        "the slope of tanh stands still": ("H @ v for b1", make_hessp("the slope of tanh moves")),
        "the slope of the sigmoid stands still": ("H @ v for b2", make_hessp("the slope of the sigmoid moves")),
        "V2 forgotten on the way back": ("H @ v for b1", make_hessp("V2 on the way back")),
        "the inputs of layer 2 stand still": ("H @ v for W2", make_hessp("the inputs of layer 2 move")),
        "four samples, always": ("With 3 inputs, 5 hidden units and 7 samples", make_hessp("n")),
        "the parts out of order": ("H @ v for W2", hessp_out_of_order),
        "one column": ("it needs (9,)", lambda theta, v, X, Y: make_hessp()(theta, v, X, Y).reshape(-1, 1)),
        "the gradient": ("H @ v", hessp_is_the_gradient),
        "Gauss-Newton": ("H @ v", hessp_of_gauss_newton),
        "one number": ("has shape ()", lambda theta, v, X, Y: 0.5),
    },
    "13-decay": {
        "the limit of the formula": ("critical_decay(2.0) is 0.003701. But 1 % below", decay_by_the_limit),
        "the upper end comes back": ("critical_decay(0.0) is 0.01. But at 1e-2", decay_with_a_silent_limit),
        "the wrong half": ("critical_decay(2.0)", decay_the_wrong_way),
        "the bias forgotten": ("critical_decay(2.0) is inf", lambda b: decay_by_halving(0)),
        "a coarse interval": ("critical_decay(", lambda b: decay_by_halving(b, ratio=1.2)),
        "one answer for all": ("critical_decay(", lambda b: 1e-3),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
