"""Answers to the exercises of chapter 3: a second solution, the collapse, the eight equivalent networks."""

import itertools

import numpy as np

from tests.checks.cases import judged


def in_order(unit_1, unit_2, output):
    """Return theta from three neurons, as the chapter's `nine_numbers` does."""
    W = np.column_stack([unit_1[:2], unit_2[:2]])
    return np.concatenate([W.ravel(), [unit_1[2], unit_2[2]], output])


def neurons(*three):
    return (lambda: in_order(*three),)


def collapse_by_matrices(theta):
    W, b, v, c = theta[:4].reshape(2, 2), theta[4:6], theta[6:8], theta[8]
    return np.append(W @ v, b @ v + c)


def collapse_by_hand(theta):
    w11, w12, w21, w22, b1, b2, v1, v2, c = theta
    return [v1 * w11 + v2 * w12, v1 * w21 + v2 * w22, v1 * b1 + v2 * b2 + c]


def collapse_by_asking(theta):
    """Measure the network's sum at three corners."""
    w11, w12, w21, w22, b1, b2, v1, v2, c = theta

    def z(x1, x2):
        return v1 * (w11 * x1 + w21 * x2 + b1) + v2 * (w12 * x1 + w22 * x2 + b2) + c

    return z(1, 0) - z(0, 0), z(0, 1) - z(0, 0), z(0, 0)


def collapse_with_exchanged_indices(theta):
    w11, w12, w21, w22, b1, b2, v1, v2, c = theta
    return v1 * w11 + v2 * w21, v1 * w12 + v2 * w22, v1 * b1 + v2 * b2 + c


def collapse_without_c(theta):
    w1, w2, _ = collapse_by_hand(theta)
    return w1, w2, theta[4] * theta[6] + theta[5] * theta[7]


def collapse_with_added_biases(theta):
    w1, w2, _ = collapse_by_hand(theta)
    return w1, w2, theta[4] + theta[5] + theta[8]


def collapse_into_the_theta(theta):
    theta *= 2
    return collapse_by_hand(theta)


def units_of(theta):
    w11, w12, w21, w22, b1, b2, v1, v2, c = theta
    return np.array([w11, w21, b1, v1]), np.array([w12, w22, b2, v2]), c


def joined(unit_1, unit_2, c):
    return in_order(unit_1[:3], unit_2[:3], [unit_1[3], unit_2[3], c])


def eight_by_units(theta):
    one, two, c = units_of(theta)
    found = []
    for first, second in ((one, two), (two, one)):
        for s in (1, -1):
            for t in (1, -1):
                found.append(joined(s * first, t * second, c))
    return found


def eight_signs_first(theta):
    """Go through the signs first and exchange last, so that the order of the rows is another."""
    one, two, c = units_of(theta)
    signs = list(itertools.product((1, -1), repeat=2))
    rows = [joined(s * one, t * two, c) for s, t in signs]
    rows += [joined(t * two, s * one, c) for s, t in reversed(signs)]
    return np.array(rows)


def eight_by_matrices(theta):
    rows = []
    for order in ([0, 1], [1, 0]):
        for signs in ([1, 1], [1, -1], [-1, -1], [-1, 1]):
            W = theta[:4].reshape(2, 2)[:, order] * signs
            b = theta[4:6][order] * signs
            v = theta[6:8][order] * signs
            rows.append([*W.ravel(), *b, *v, theta[8]])
    return rows


def four_twice(theta):
    one, two, c = units_of(theta)
    return [joined(s * one, t * two, c) for s in (1, -1) for t in (1, -1)] * 2


def turned_without_the_bias(theta):
    one, two, c = units_of(theta)
    flip = np.array([-1, -1, 1, -1])
    rows = [joined(a, b, c) for a in (one, flip * one) for b in (two, flip * two)]
    return rows + [joined(b, a, c) for a in (one, flip * one) for b in (two, flip * two)]


def turned_with_c(theta):
    one, two, c = units_of(theta)
    rows = [joined(s * one, t * two, s * t * c) for s in (1, -1) for t in (1, -1)]
    return rows + [joined(t * two, s * one, s * t * c) for s in (1, -1) for t in (1, -1)]


RIGHT = {
    "03-second": {
        "as the book": neurons((10, -10, -5), (-10, 10, -5), (10, 10, -5)),
        "squares that do not fall on one point": neurons((10, -15, -5), (-15, 10, -5), (10, 10, -5)),
        "a third of the weights each": neurons((8, -10, -4), (-10, 8, -4), (12, 12, -6)),
        "units exchanged": neurons((-10, 10, -5), (10, -10, -5), (10, 10, -5)),
        "soft": neurons((6, -6, -3), (-6, 6, -3), (8, 8, -4)),
        "a list": (lambda: [20, -20, -20, 20, -10, -10, 30, 30, -15],),
    },
    "03-collapse": {
        "matrices": (collapse_by_matrices,),
        "by hand": (collapse_by_hand,),
        "by asking at three corners": (collapse_by_asking,),
    },
    "03-eight": {
        "unit by unit": (eight_by_units,),
        "another order of the rows": (eight_signs_first,),
        "matrices": (eight_by_matrices,),
    },
}

WRONG = {
    "03-second": {
        "the first solution": ("exactly one corner", *neurons((10, 10, -5), (-10, -10, 15), (10, 10, -15))),
        "AND in the place of OR": ("XOR is 1", *neurons((10, -10, -5), (-10, 10, -5), (10, 10, -15))),
        "no hurdle": ("exactly one corner", *neurons((10, -10, 0.1), (-10, 10, 0.1), (10, 10, -5))),
        "the same unit twice": ("a unit of its own", *neurons((10, -10, -5), (10, -10, -5), (10, 10, -5))),
        "unit after unit": ("Hidden unit", lambda: [10, -10, -5, -10, 10, -5, 10, 10, -5]),
        "too soft": ("XOR is", *neurons((2, -2, -1), (-2, 2, -1), (2, 2, -1))),
        "three tuples": ("it needs (9,)", lambda: [(10, -10, -5), (-10, 10, -5), (10, 10, -5)]),
        "stub numbers": ("has to be an array of numbers", lambda: [...] * 9),
        "infinite": ("finite", lambda: [np.inf] * 9),
    },
    "03-collapse": {
        "indices exchanged": ("at (1, 0)", collapse_with_exchanged_indices),
        "c forgotten": ("at (0, 0)", collapse_without_c),
        "biases added, not weighted": ("at (0, 0)", collapse_with_added_biases),
        "only two numbers": ("it needs (3,)", lambda theta: collapse_by_hand(theta)[:2]),
        "changes theta": ("changes what it is given", collapse_into_the_theta),
    },
    "03-eight": {
        "four vectors twice": ("only 4 of the 8", four_twice),
        "the bias not turned": ("is another network", turned_without_the_bias),
        "c turned, too": ("is another network", turned_with_c),
        "theta eight times": ("only 1 of the 8", lambda theta: [theta] * 8),
        "theta not first": ("first row is to be theta itself", lambda theta: eight_by_units(theta)[::-1]),
        "four vectors": ("it needs (8, 9)", lambda theta: eight_by_units(theta)[:4]),
        "exchanged without the output's weights": (
            "is another network",
            lambda theta: [theta[[*order, 6, 7, 8]] for order in [range(6), [1, 0, 3, 2, 5, 4]] * 4],
        ),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
