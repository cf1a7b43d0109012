"""Answers to the exercises of chapter 1."""

import numpy as np

from tests.checks.cases import judged


def lines(gate):
    halfway = {"AND": (1, 1, -1.5), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)}
    return 8 * np.array(halfway[gate])


def huge(gate):
    return {"AND": [2000, 2000, -3000], "OR": [2000, 2000, -1000], "NAND": [-2000, -2000, 3000]}[gate]


def uneven(gate):
    if gate == "AND":
        return (30.0, 7.0, -33.5)
    if gate == "OR":
        return (30.0, 7.0, -3.5)
    return (-30.0, -7.0, 33.5)


def unsure(gate):
    return lines(gate) / 2


def bias_first(gate):
    w1, w2, b = lines(gate)
    return b, w1, w2


def nand_for_all(gate):
    return lines("NAND")


def not_flipped(gate):
    return lines("AND" if gate == "NAND" else gate)


def two_numbers(gate):
    return lines(gate)[:2]


def arrow(p, q, r, a):
    p, q, r = np.asarray(p), np.asarray(q), np.asarray(r)
    d1, d2 = q - p
    w = np.array([-d2, d1])
    theta = np.array([w[0], w[1], -(w @ p)])
    return np.log(a / (1 - a)) / (w @ (r - p)) * theta


def other_arrow(p, q, r, a):
    w1, w2 = p[1] - q[1], q[0] - p[0]
    b = -w1 * q[0] - w2 * q[1]
    z = w1 * r[0] + w2 * r[1] + b
    factor = -np.log(1 / a - 1) / z
    return [factor * w1, factor * w2, factor * b]


def three_equations(p, q, r, a):
    points = np.array([[*p, 1], [*q, 1], [*r, 1]])
    return np.linalg.solve(points, [0, 0, np.log(a) - np.log(1 - a)])


def no_factor(p, q, r, a):
    w = np.array([p[1] - q[1], q[0] - p[0]])
    return np.array([*w, -(w @ p)])


def no_turning(p, q, r, a):
    theta = no_factor(p, q, r, a)
    z = theta[:2] @ r + theta[2]
    return abs(np.log(a / (1 - a)) / z) * theta


def along(p, q, r, a):
    w = q - p
    return np.array([*w, -(w @ p)])


def a_itself(p, q, r, a):
    theta = no_factor(p, q, r, a)
    return a / (theta[:2] @ r + theta[2]) * theta


def slope_and_intercept(p, q, r, a):
    m = (q[1] - p[1]) / (q[0] - p[0])
    theta = np.array([-m, 1.0, m * p[0] - p[1]])
    return np.log(a / (1 - a)) / (theta[:2] @ r + theta[2]) * theta


def by_hand(theta):
    w1, w2, b = theta
    return np.array([-b, w2 + b, w1 + b, -(w1 + w2 + b)])


def by_sign(theta):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    signs = np.array([-1, 1, 1, -1])
    return list(signs * (X @ theta[:2] + theta[2]))


def twice(theta):
    return [2 * margin for margin in by_hand(theta)]


def flipped(theta):
    return -by_hand(theta)


def middle_exchanged(theta):
    return by_hand(theta)[[0, 2, 1, 3]]


def z_alone(theta):
    w1, w2, b = theta
    return np.array([b, w2 + b, w1 + b, w1 + w2 + b])


def uneven_margins(theta):
    return by_hand(theta) * [1, 2, 1, 1]


def last_forgot_the_bias(theta):
    w1, w2, b = theta
    return np.array([-b, w2 + b, w1 + b, -(w1 + w2)])


def signs_only(theta):
    return np.sign(by_hand(theta))


RIGHT = {
    "01-gates": {"halfway": (lines,), "far too sure": (huge,), "a slanted line": (uneven,)},
    "01-line": {"arrow": (arrow,), "the other arrow": (other_arrow,), "three equations": (three_equations,)},
    "01-xor": {"by hand": (by_hand,), "by sign": (by_sign,), "twice": (twice,)},
}

WRONG = {
    "01-gates": {
        "not sure": ("are they sure?", unsure),
        "bias first": ("wrong side", bias_first),
        "the gate ignored": ("For AND the output", nand_for_all),
        "not flipped": ("For NAND the output", not_flipped),
        "two numbers": ("has shape (2,); it needs (3,)", two_numbers),
        "no numbers": ("has to be an array of numbers", lambda gate: gate),
        "not finite": ("finite", lambda gate: [np.inf, np.inf, -np.inf]),
    },
    "01-line": {
        "no factor": ("the output at r", no_factor),
        "the factor's sign lost": ("the output at r", no_turning),
        "the arrow along the line": ("the output at q", along),
        "a for z": ("the output at r", a_itself),
        "slope and intercept": ("This line is upright", slope_and_intercept),
    },
    "01-xor": {
        "flipped": ("your margin at (0, 0)", flipped),
        "the middle rows exchanged": ("your margin at (0, 1)", middle_exchanged),
        "z alone": ("XOR asks for z below 0", z_alone),
        "uneven": ("measured alike", uneven_margins),
        "a bias forgotten": ("your margin at (1, 1)", last_forgot_the_bias),
        "signs": ("measured alike", signs_only),
        "a single number": ("has shape ()", lambda theta: 0.0),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
