"""Right and wrong answers to the exercises of chapter 14, Steps that know the curvature."""

import numpy as np
from scipy import optimize
from scipy.linalg import null_space

from tests.checks.cases import judged

# ---- 14-pass


def easy_step(g, H, radius):
    """The chapter's own, which breaks on a pass."""
    kappa, Q = np.linalg.eigh(H)
    slopes = Q.T @ g

    def step(mu):
        return -Q @ (slopes / (kappa + mu))

    if kappa[0] > 0 and np.linalg.norm(step(0)) <= radius:
        return step(0)
    low = max(0, -kappa[0])
    high = low + np.linalg.norm(g) / radius
    for _ in range(60):
        mu = (low + high) / 2
        low, high = (mu, high) if np.linalg.norm(step(mu)) > radius else (low, mu)
    return step(high)


def trust_step(g, H, radius):
    kappa, Q = np.linalg.eigh(H)
    slopes = Q.T @ g
    low = max(0, -kappa[0])
    bent = kappa + low > 1e-12 * (np.abs(kappa).max() + low)
    parts = np.zeros(len(g))
    parts[bent] = -slopes[bent] / (kappa[bent] + low)
    missing = radius**2 - parts @ parts
    if np.all(np.abs(slopes[~bent]) <= 1e-12 * np.abs(slopes).max()) and missing >= 0:
        if low > 0:
            parts[0] = np.sqrt(missing)
        return Q @ parts
    high = low + np.linalg.norm(g) / radius
    for _ in range(100):
        mu = (low + high) / 2
        low, high = (mu, high) if np.linalg.norm(slopes / (kappa + mu)) > radius else (low, mu)
    return -Q @ (slopes / (kappa + high))


def step_with_a_tiny_tilt(g, H, radius):
    """Tilt the slope by a hair along the lowest direction, and let SciPy find mu."""
    kappa, Q = np.linalg.eigh(H)
    size = np.abs(kappa).max() + np.linalg.norm(g) / radius
    if size == 0:
        return 0 * g
    slopes = Q.T @ g
    if kappa[0] > 0 and np.linalg.norm(slopes / kappa) <= radius:
        return (-Q @ (slopes / kappa)).tolist()
    slopes[0] += 1e-7 * size * radius * (1 if slopes[0] >= 0 else -1)

    def gap(lift):
        return np.linalg.norm(slopes / (kappa - kappa[0] + lift)) - radius

    lift = optimize.brentq(gap, 1e-12 * size, 1e3 * size, xtol=1e-15 * size, rtol=1e-14)
    s = -Q @ (slopes / (kappa - kappa[0] + lift))
    return (s * min(1, radius / np.linalg.norm(s))).tolist()


def newton(g, H, radius):
    return np.linalg.lstsq(H, -g, rcond=None)[0]


def newton_cut_short(g, H, radius):
    s = newton(g, H, radius)
    return s * min(1, radius / max(np.linalg.norm(s), 1e-300))


def downhill_to_the_edge(g, H, radius):
    return -g * radius / max(np.linalg.norm(g), 1e-300)


def step_that_stands_still(g, H, radius):
    """Takes what is not a number for no step at all."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(easy_step(g, H, radius))


def step_along_the_lowest_only(g, H, radius):
    """On a pass it goes down the lowest direction and forgets the slope beside it."""
    with np.errstate(all="ignore"):
        s = easy_step(g, H, radius)
    return s if np.isfinite(s).all() else radius * np.linalg.eigh(H)[1][:, 0]


def step_by_the_hard_case_everywhere(g, H, radius):
    """Takes every place that bends down for a ridge, and never looks for a slope along the way down."""
    kappa, Q = np.linalg.eigh(H)
    if kappa[0] >= 0:
        return trust_step(g, H, radius)
    slopes = Q.T @ g
    bent = kappa - kappa[0] > 1e-12
    parts = np.zeros(len(g))
    parts[bent] = -slopes[bent] / (kappa[bent] - kappa[0])
    parts[0] = np.sqrt(max(radius**2 - parts @ parts, 0))
    return Q @ parts


def step_that_forgets_to_look_for_a_bowl(g, H, radius):
    """Adds the missing piece at the bottom of a bowl, too."""
    kappa, Q = np.linalg.eigh(H)
    s = trust_step(g, H, radius)
    missing = radius**2 - s @ s
    return s + np.sqrt(max(missing, 0)) * Q[:, 0]


# ---- 14-refuses and 14-dual


def idle_of_length_two(J):
    return 2 * null_space(J)[:, 0]


def idle_by_projection(J):
    s = np.random.default_rng(0).normal(size=J.shape[1])
    s -= np.linalg.lstsq(J, J @ s, rcond=None)[0]
    return s / np.linalg.norm(s)


def idle_is_largest(J):
    return np.linalg.eigh(J.T @ J)[1][:, -1]


def lm_by_the_small_system(J, r, mu):
    return J.T @ np.linalg.solve(J @ J.T + mu * np.eye(len(r)), r)


def lm_by_singular_values(J, r, mu):
    U, s, Vt = np.linalg.svd(J, full_matrices=False)
    return (Vt.T @ (s / (s**2 + mu) * (U.T @ r))).tolist()


def lm_by_least_squares(J, r, mu):
    if mu < 1e-12:
        return np.linalg.lstsq(J, r, rcond=None)[0]
    tall = np.vstack([J, np.sqrt(mu) * np.eye(J.shape[1])])
    return np.linalg.lstsq(tall, np.append(r, np.zeros(J.shape[1])), rcond=None)[0]


def lm_by_the_large_system(J, r, mu):
    return np.linalg.solve(J.T @ J + mu * np.eye(J.shape[1]), J.T @ r)


def lm_with_the_wrong_sign(J, r, mu):
    return -lm_by_the_small_system(J, r, mu)


def lm_without_damping(J, r, mu):
    return np.linalg.pinv(J) @ r


def lm_with_a_damped_diagonal(J, r, mu):
    small = J @ J.T
    return J.T @ np.linalg.solve(small + mu * np.diag(np.diag(small)), r)


RIGHT = {
    "14-pass": {"the hard case by itself": (trust_step,), "a tiny tilt": (step_with_a_tiny_tilt,)},
    "14-refuses": {
        "an eigenvector": (lambda J: np.linalg.eigh(J.T @ J)[1][:, 0],),
        "the null space": (lambda J: null_space(J)[:, -1],),
        "a random step without what J sees of it": (idle_by_projection,),
        "the last row of the SVD": (lambda J: np.linalg.svd(J)[2][-1].tolist(),),
    },
    "14-dual": {
        "the small system": (lm_by_the_small_system,),
        "singular values": (lm_by_singular_values,),
        "least squares": (lm_by_least_squares,),
    },
}

WRONG = {
    "14-pass": {
        "the chapter's own": ("Is something divided by 0?", easy_step),
        "Newton's step": ("it leaves the ball", newton),
        "Newton's step cut short": ("step in the ball can promise", newton_cut_short),
        "the gradient": ("step in the ball can promise", downhill_to_the_edge),
        "standing still on a pass": ("On the top of a pass (g = 0), with n = 2", step_that_stands_still),
        "the lowest direction only": ("On a ridge (no slope along the way down)", step_along_the_lowest_only),
        "the hard case everywhere": ("step in the ball can promise", step_by_the_hard_case_everywhere),
        "to the edge from a bowl": ("it leaves the ball", step_that_forgets_to_look_for_a_bowl),
    },
    "14-refuses": {
        "of length 2": ("your step has the length 2; it has to be 1", idle_of_length_two),
        "the largest eigenvalue": ("changes a residual", idle_is_largest),
        "a thin SVD": ("changes a residual", lambda J: np.linalg.svd(J, full_matrices=False)[2][-1]),
        "a column of the SVD": ("changes a residual", lambda J: np.linalg.svd(J)[2][:, -1]),
        "no step at all": ("the length 0", lambda J: np.zeros(J.shape[1])),
        "as long as the residuals": ("has shape (4,)", lambda J: np.linalg.eigh(J @ J.T)[1][:, 0]),
    },
    "14-dual": {
        "nine equations": ("mu = 0", lm_by_the_large_system),
        "mu on every entry": ("mu on every entry", lambda J, r, mu: J.T @ np.linalg.solve(J @ J.T + mu, r)),
        "a column": ("has shape (9, 1)", lambda J, r, mu: lm_by_the_small_system(J, r, mu).reshape(-1, 1)),
        "uphill": ("Look at its sign", lm_with_the_wrong_sign),
        "no damping": ("With J of shape (4, 9) and mu = 0.1", lm_without_damping),
        "Marquardt's diagonal": ("With J of shape (4, 9) and mu = 0.1", lm_with_a_damped_diagonal),
        "the gradient": ("With J of shape (4, 9) and mu = 0.1", lambda J, r, mu: J.T @ r / mu if mu else J.T @ r),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)
