"""What a right answer does, in the exercises of chapter 14, Steps that know the curvature."""

from collections.abc import Iterator

import numpy as np

from nnlib.checks.answers import Answer, as_array, require, require_close
from nnlib.checks.matrices import turned
from nnlib.checks.registry import exercise

LEAST = 0.999  # the part of the best possible promise that a step has to reach


def promise(g: np.ndarray, H: np.ndarray, s: np.ndarray) -> float:
    """Return by how much the model says that the loss falls."""
    return -float(g @ s + s @ H @ s / 2)


def best_promise(g: np.ndarray, H: np.ndarray, radius: float) -> float:
    """Return the largest promise in the ball: by the eigenvalues, the hard case included."""
    kappa, Q = np.linalg.eigh(H)
    slopes = Q.T @ g
    size = max(np.abs(kappa).max(), np.linalg.norm(g) / radius, 1e-300)
    low = max(0.0, -kappa[0])

    def coefficients(mu: float) -> np.ndarray:
        bent = kappa + mu
        safe = np.where(bent > 1e-13 * size, bent, np.inf)  # what does not bend is for the edge
        return -slopes / safe

    s = coefficients(low)
    if np.linalg.norm(s) <= radius and np.all((np.abs(slopes) < 1e-12 * size * radius) | (kappa + low > 1e-13 * size)):
        if low > 0:  # a pass, and no slope along its way down
            s[0] += np.sqrt(radius**2 - s @ s)
        return promise(slopes, np.diag(kappa), s)
    high = low + np.linalg.norm(g) / radius
    for _ in range(200):
        mu = (low + high) / 2
        if np.linalg.norm(-slopes / np.maximum(kappa + mu, 1e-300)) > radius:
            low = mu
        else:
            high = mu
    return promise(slopes, np.diag(kappa), -slopes / np.maximum(kappa + high, 1e-300))


def cases(rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray, np.ndarray, float]]:
    """Yield where the step begins, g, H and a radius: slopes and passes, hard cases and none."""
    for n in (1, 2, 5, 8):
        for kappa in (rng.uniform(1, 4, n), rng.normal(size=n), -rng.uniform(0.5, 3, n)):
            H, g = turned(kappa, rng), rng.normal(size=n)
            for radius in (0.1, 1.0, 7.0):
                yield "on a slope", g, H, radius
    yield "in a bowl whose bottom is near", np.array([0.3, -0.2]), np.diag([2.0, 1.0]), 5.0
    yield "on the top of a pass (g = 0)", np.zeros(2), np.diag([1.0, -1.0]), 0.5
    yield "on the top of a pass (g = 0)", np.zeros(2), np.array([[1.0, 3.0], [3.0, 1.0]]), 2.0
    yield "on the top of a pass (g = 0)", np.zeros(6), turned(np.array([-2.0, -0.5, 0.0, 1, 2, 3]), rng), 1.5
    yield "on a ridge (no slope along the way down)", np.array([-1.0, 0.0]), np.diag([1.0, -1.0]), 2.0
    yield "on a ridge (no slope along the way down)", np.array([-1.0, 0.0]), np.diag([1.0, -1.0]), 0.3
    yield "on a ridge (no slope along the way down)", np.array([0.5, 0, 0, 1]), np.diag([2.0, -1.0, -1.0, 3.0]), 4.0
    kappa = np.array([-1.5, -0.3, 0.4, 1.0, 2.5])
    H = turned(kappa, rng)
    _, Q = np.linalg.eigh(H)
    for radius in (0.2, 2.0, 10.0):
        yield "on a ridge (no slope along the way down)", Q @ np.array([0.0, 0.2, -0.4, 0.3, 0.5]), H, radius
    yield "a hair beside a ridge", Q @ np.array([1e-9, 0.2, -0.4, 0.3, 0.5]), H, 2.0
    yield "on a slope without curvature (H = 0)", np.array([0.6, -0.8, 0.0]), np.zeros((3, 3)), 2.0
    yield (
        "at a place a thousand times as steep",
        1e3 * rng.normal(size=3),
        1e3 * turned(np.array([-1.0, 1, 2]), rng),
        1.0,
    )


@exercise(
    "14-pass",
    "Break and mend: a step that survives a pass",
    "trust_step(g, H, radius) -> s",
    hints=(
        "If the step is too short even at the smallest mu, in which direction can you go on without any slope?",
        "Leave out the eigenvectors whose kappa + mu is 0. If the rest is too short, add a piece of the first one.",
        "t times Q[:, 0] has to bring the length to the radius: t squared is radius squared minus that of the rest.",
    ),
)
def judge_pass(trust_step: Answer) -> str:
    """Right is: inside the ball, with 99.9 % of the best promise there, on slopes, ridges and passes."""
    rng = np.random.default_rng(14)
    number = 0
    for name, g, H, radius in cases(rng):
        s = as_array(trust_step(g, H, radius), "trust_step(g, H, radius)", g.shape)
        where = f"{name[0].upper()}{name[1:]}, with n = {len(g)} and radius {radius:g},"
        require(np.isfinite(s).all(), f"{where} your step is {np.round(s, 3).tolist()}. Is something divided by 0?")
        length = np.linalg.norm(s)
        require(length <= radius * (1 + 1e-6), f"{where} your step has the length {length:.4g}: it leaves the ball.")
        best, ours = best_promise(g, H, radius), promise(g, H, s)
        require(
            ours >= LEAST * best,
            f"{where} your step promises a fall of {ours:.4g}. A step in the ball can promise {best:.4g}; "
            f"yours has the length {length:.4g}.",
        )
        number += 1
    bottom = as_array(trust_step(np.zeros(2), np.diag([1.0, 2.0]), 1.0), "trust_step(g, H, radius)", (2,))
    require_close(bottom, np.zeros(2), "At the bottom of a bowl (g = 0) the step", atol=1e-6)
    level = as_array(trust_step(np.zeros(2), np.zeros((2, 2)), 1.0), "trust_step(g, H, radius)", (2,))
    fine = np.isfinite(level).all() and np.linalg.norm(level) <= 1 + 1e-6
    require(fine, f"Where g = 0 and H = 0 any step in the ball will do; yours is {level.tolist()}.")
    return f"It finds the lowest point of the ball in {number} cases, ridges and passes among them."


@exercise(
    "14-refuses",
    "Predict and fill: why lm refuses",
    "idle_step(J) -> s",
    hints=(
        "For which s is J @ s = 0, and what does that make of the length of J @ s, squared?",
        "It is s @ (J.T @ J) @ s. Which eigenvector of J.T @ J has the eigenvalue 0?",
        "np.linalg.eigh(J.T @ J) sorts its eigenvalues in growing order, and its columns have length 1.",
    ),
)
def judge_refuses(idle_step: Answer) -> str:
    """Right is: of length 1, and no residual answers to it, for any J with fewer rows than columns."""
    rng = np.random.default_rng(49)
    jacobians = [rng.normal(size=shape) for shape in [(4, 9), (1, 2), (3, 4), (5, 12)]]
    jacobians.append(np.outer([1.0, -2.0, 0.5], rng.normal(size=6)))  # rows that say the same
    jacobians.append(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    jacobians.append(np.zeros((2, 3)))
    jacobians.append(1e-3 * rng.normal(size=(4, 9)))
    for J in jacobians:
        s = as_array(idle_step(J), "idle_step(J)", (J.shape[1],))
        where = f"For J of shape {J.shape}"
        length = np.linalg.norm(s)
        require(abs(length - 1) < 1e-6, f"{where} your step has the length {length:.4g}; it has to be 1.")
        change = np.abs(J @ s).max()
        require(
            change <= 1e-6 * max(np.abs(J).max(), 1e-12),
            f"{where} your step changes a residual by {change:.3g}; it has to change none.",
        )
    return f"No residual answers to its step, for {len(jacobians)} matrices. So nothing tells how far to go along it."


@exercise(
    "14-dual",
    "Fill: four equations instead of nine",
    "lm_step(J, r, mu) -> s",
    hints=(
        "Multiply the identity by both inverses, one from each side. What is J.T @ (J @ J.T + mu I)^-1 equal to?",
        "The small matrix is J @ J.T + mu I. How many rows has it, and what stands on the right side of its equations?",
        "Solve the small system for y with the right side r; the step is J.T @ y.",
    ),
)
def judge_dual(lm_step: Answer) -> str:
    """Right is: the damped step to six digits; at mu = 0 the shortest step that removes all residuals."""
    rng = np.random.default_rng(94)
    for n_residuals, n_params in [(4, 9), (1, 3), (2, 7), (6, 6), (8, 3)]:
        J, r = rng.normal(size=(n_residuals, n_params)), rng.normal(size=n_residuals)
        for mu in (0.1, 3.0, 100.0):
            expected = np.linalg.solve(J.T @ J + mu * np.eye(n_params), J.T @ r)
            s = as_array(lm_step(J, r, mu), "lm_step(J, r, mu)", (n_params,))
            where = f"With J of shape {J.shape} and mu = {mu:g}"
            require(not np.allclose(s, -expected), f"{where} your step is the right one backward. Look at its sign.")
            if len(r) > 1:
                everywhere = J.T @ np.linalg.pinv(J @ J.T + mu) @ r
                said = (
                    f"{where} your step comes from a mu on every entry. On which entries of the matrix does mu I stand?"
                )
                require(not np.allclose(s, everywhere), said)
            require_close(s, expected, f"{where} the step", rtol=1e-6)
    for n_residuals, n_params in [(4, 9), (1, 3), (3, 40)]:
        J, r = rng.normal(size=(n_residuals, n_params)), rng.normal(size=n_residuals)
        expected = np.linalg.pinv(J) @ r
        for mu in (0.0, 1e-13):
            s = as_array(lm_step(J, r, mu), "lm_step(J, r, mu)", (n_params,))
            what = f"With J of shape {J.shape} and mu = {mu:g}"
            left = np.abs(r - J @ s).max()
            require(left < 1e-6, f"{what} your step leaves a residual of {left:.3g}; it has to remove them all.")
            require_close(s, expected, f"{what} the step, which has to be the shortest,", rtol=1e-5, atol=1e-8)
    return "It is the damped step, and it needs no damping: at mu = 0 it removes all residuals by the shortest step."
