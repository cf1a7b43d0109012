"""Answers to the exercises of chapter 11: one step of Adam, the ravine's factor, and Adam uncorrected."""

import numpy as np

from tests.checks.cases import judged


def adam_in_place(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m *= beta1
    m += (1 - beta1) * dtheta
    v *= beta2
    v += (1 - beta2) * dtheta**2
    theta -= learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)


def adam_by_slices(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m[:] = beta1 * m + (1 - beta1) * dtheta
    v[:] = beta2 * v + (1 - beta2) * dtheta * dtheta
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta[:] = theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return theta, m, v


def adam_by_entries(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    for i in range(len(theta)):
        m[i] += (1 - beta1) * (dtheta[i] - m[i])
        v[i] += (1 - beta2) * (dtheta[i] ** 2 - v[i])
        step = m[i] / (1 - beta1**t) / ((v[i] / (1 - beta2**t)) ** 0.5 + eps)
        theta[i] -= learning_rate * step


def adam_with_new_names(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * dtheta
    v = beta2 * v + (1 - beta2) * dtheta**2
    theta -= learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)


def adam_that_returns(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * dtheta
    v = beta2 * v + (1 - beta2) * dtheta**2
    return theta - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def adam_uncorrected(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m[:] = beta1 * m + (1 - beta1) * dtheta
    v[:] = beta2 * v + (1 - beta2) * dtheta**2
    theta -= learning_rate * m / (np.sqrt(v) + eps)


def adam_from_step_two(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    adam_in_place(theta, dtheta, m, v, t + 1, learning_rate, beta1, beta2, eps)


def adam_without_squares(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m[:] = beta1 * m + (1 - beta1) * dtheta
    v[:] = beta2 * v + (1 - beta2) * np.abs(dtheta)
    theta -= learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)


def adam_eps_inside(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m[:] = beta1 * m + (1 - beta1) * dtheta
    v[:] = beta2 * v + (1 - beta2) * dtheta**2
    theta -= learning_rate * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps)


def adam_hats_kept(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m[:] = (beta1 * m + (1 - beta1) * dtheta) / (1 - beta1**t)
    v[:] = (beta2 * v + (1 - beta2) * dtheta**2) / (1 - beta2**t)
    theta -= learning_rate * m / (np.sqrt(v) + eps)


def adam_uphill(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    adam_in_place(theta, -dtheta, m, v, t, learning_rate, beta1, beta2, eps)


def adam_of_fixed_shares(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    adam_in_place(theta, dtheta, m, v, t, learning_rate)


def adam_that_squares_in_place(theta, dtheta, m, v, t, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    adam_in_place(theta, dtheta, m, v, t, learning_rate, beta1, beta2, eps)
    dtheta **= 2


def factor_by_roots(learning_rate, momentum, kappa):
    factors = []
    for steepness in (1, kappa):
        middle = 1 + momentum - learning_rate * steepness
        factors.append(np.abs(np.roots([1, -middle, momentum])).max())
    return max(factors)


def factor_by_formula(learning_rate, momentum, kappa):
    def size(steepness):
        half = (1 + momentum - learning_rate * steepness) / 2
        inside = half**2 - momentum
        return momentum**0.5 if inside < 0 else abs(half) + inside**0.5

    return np.array([max(size(1), size(kappa))])


def factor_of_the_floor(learning_rate, momentum, kappa):
    return np.abs(np.roots([1, -(1 + momentum - learning_rate), momentum])).max()


def factor_of_the_faster(learning_rate, momentum, kappa):
    return min(
        np.abs(np.roots([1, -(1 + momentum - learning_rate * steepness), momentum])).max() for steepness in (1, kappa)
    )


def factor_of_real_parts(learning_rate, momentum, kappa):
    return max(
        np.abs(np.roots([1, -(1 + momentum - learning_rate * steepness), momentum]).real).max()
        for steepness in (1, kappa)
    )


def factor_of_the_larger_real_part(learning_rate, momentum, kappa):
    return max(
        np.roots([1, -(1 + momentum - learning_rate * steepness), momentum]).real.max() for steepness in (1, kappa)
    )


def factor_as_a_root(learning_rate, momentum, kappa):
    roots = [np.roots([1, -(1 + momentum - learning_rate * steepness), momentum]) for steepness in (1, kappa)]
    return max(np.concatenate(roots), key=np.abs)


def factor_of_roots_upside_down(learning_rate, momentum, kappa):
    return max(
        np.abs(np.roots([momentum, -(1 + momentum - learning_rate * steepness), 1])).max() for steepness in (1, kappa)
    )


def factor_of_plain_descent(learning_rate, momentum, kappa):
    return max(abs(1 - learning_rate), abs(1 - learning_rate * kappa))


POLYAK = (4 / 36, 4 / 9)
ON_A_GRID = min(
    [(rate / 1000, share / 100) for rate in range(70, 150, 2) for share in range(30, 60, 2)],
    key=lambda setting: factor_by_roots(*setting, 25),
)


def overshoot_by_shares(t, beta1=0.9, beta2=0.999):
    return (1 - beta1**t) / np.sqrt(1 - beta2**t)


def overshoot_by_steps(t, beta1=0.9, beta2=0.999):
    m, v = 0, 0
    for _ in range(t):
        m = beta1 * m + (1 - beta1)
        v = beta2 * v + (1 - beta2)
    return m / v**0.5  # a slope of 1, and the corrected step is 1


def overshoot_upside_down(t, beta1=0.9, beta2=0.999):
    return 1 / overshoot_by_shares(t, beta1, beta2)


RIGHT = {
    "11-adam": {
        "in place": (adam_in_place,),
        "by slices, and returned too": (adam_by_slices,),
        "entry by entry": (adam_by_entries,),
    },
    "11-ravine": {
        "roots, and a grid": (factor_by_roots, ON_A_GRID),
        "the formula, and Polyak's": (factor_by_formula, list(POLYAK)),
    },
    "11-bias": {
        "shares": (overshoot_by_shares, 12),
        "steps": (overshoot_by_steps, np.int64(12)),
    },
}

WRONG = {
    "11-adam": {
        "new arrays": ("has not moved m and v of the caller", adam_with_new_names),
        "everything returned": ("theta and m and v of the caller", adam_that_returns),
        "uncorrected": ("After step 1 with rate 0.001", adam_uncorrected),
        "t counted from 2": ("After step 1 with rate 0.001", adam_from_step_two),
        "no squares": ("After step 1 with rate 0.001, beta1 0.9, beta2 0.999, eps 1e-08, v is", adam_without_squares),
        "eps inside the root": ("eps 0.1, theta is", adam_eps_inside),
        "corrected means kept": ("After step 1 with rate 0.001, beta1 0.9, beta2 0.999, eps 1e-08, m", adam_hats_kept),
        "uphill": (", m is", adam_uphill),
        "fixed shares": ("with rate 0.3, beta1 0.0, beta2 0.5, eps 0.1, m", adam_of_fixed_shares),
        "the gradient is spoiled": ("changes dtheta", adam_that_squares_in_place),
    },
    "11-ravine": {
        "kappa ignored": ("the slower of the two counts", factor_of_the_floor, POLYAK),
        "the faster direction": ("the slower of the two counts", factor_of_the_faster, POLYAK),
        "real parts": ("the slower of the two counts", factor_of_real_parts, POLYAK),
        "the larger real part": ("it is their size that counts", factor_of_the_larger_real_part, POLYAK),
        "a root and no size": ("has to be real; it is complex", factor_as_a_root, POLYAK),
        "the lowest power first": ("the slower of the two counts", factor_of_roots_upside_down, POLYAK),
        "momentum ignored": ("the slower of the two counts", factor_of_plain_descent, POLYAK),
        "a poor setting": ("Your factor is right. At your best setting", factor_by_roots, (0.02, 0.9)),
        "a coarse grid": ("a finer grid", factor_by_roots, (0.11, 0.5)),
        "the factor in the pair": ("best has shape (3,)", factor_by_roots, (0.67, 0.11, 0.45)),
        "no pair": ("best has shape ()", factor_by_roots, 0.1),
    },
    "11-bias": {
        "upside down": ("it has to be 3.16228", overshoot_upside_down, 12),
        "step 1 only": ("overshoot(2, 0.9, 0.999)", lambda t, beta1, beta2: (1 - beta1) / (1 - beta2) ** 0.5, 12),
        "no root": ("overshoot(1, 0.9, 0.999)", lambda t, beta1, beta2: (1 - beta1**t) / (1 - beta2**t), 12),
        "fixed shares": ("overshoot(1, 0.5, 0.8)", lambda t, beta1, beta2: overshoot_by_shares(t), 12),
        "worst step missed": ("another step is worse", overshoot_by_shares, 1),
        "worst counted from 0": ("another step is worse", overshoot_by_shares, 11),
        "worst as a factor": ("the number of a step", overshoot_by_shares, 6.57),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
