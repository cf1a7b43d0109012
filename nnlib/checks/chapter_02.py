"""What a right answer does, in the exercises of chapter 2, A neuron learns."""

import numpy as np

from nnlib.activations import sigmoid
from nnlib.checks.answers import Answer, Wrong, as_array, as_number, brief, require, require_close
from nnlib.checks.registry import exercise

EXACT = 0.01  # of a rate that was asked for
EPS = 1e-6


def neuron_loss(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> float:
    """Return the mean squared error of a neuron with two inputs and a sigmoid."""
    return float(np.mean((sigmoid(X @ theta[:2] + theta[2]) - Y[:, 0]) ** 2))


def measured_slopes(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the slope of the loss by each entry of theta, by central differences."""
    nudges = EPS * np.eye(len(theta))
    return np.array([neuron_loss(theta + n, X, Y) - neuron_loss(theta - n, X, Y) for n in nudges]) / (2 * EPS)


def known_mistake(dtheta: np.ndarray, theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> str:
    """Return what was probably done, if these slopes are those of a frequent mistake."""
    a = sigmoid(X @ theta[:2] + theta[2])
    error = a - Y[:, 0]
    inputs = np.column_stack([X, np.ones(len(X))])
    right = inputs.T @ (2 * error * a * (1 - a)) / len(X)
    mistakes = [
        (right / 2, "They are half of it: what is the slope of a square?"),
        (-right, "Only the sign is wrong: is the error output minus target?"),
        (right * len(X), "They are too large by the number of samples: the loss is a mean."),
        (inputs.T @ (2 * error) / len(X), "A link is missing: the slope of the sigmoid."),
        (inputs.T @ (2 * a * (1 - a)) / len(X), "A link is missing: the error."),
        (right[[2, 0, 1]], "The order is w1, w2, b."),
    ]
    said = [advice for slopes, advice in mistakes if np.allclose(dtheta, slopes, rtol=1e-5, atol=1e-8)]
    spread = (a - Y) * a * (1 - a)  # n x n, where a of shape (n,) meets Y of shape (n, 1)
    if len(X) > 1 and np.isclose(dtheta[2], [2 * np.mean(spread), 2 * np.sum(spread) / len(X)], rtol=1e-5).any():
        said.append("Y has the shape (n, 1): a flat array minus Y is a table of n times n.")
    return said[0] if said else ""


@exercise(
    "02-derive",
    "Fill: one more link",
    "neuron_gradient(theta, X, Y) -> dtheta",
    hints=(
        "Three links lie between a weight and the loss. What is the slope of each?",
        "The links are 2 (a - y) / n, then a (1 - a), then what z grows by. Which shapes have a and Y?",
        "With Y[:, 0] all factors have the shape (n,). Each slope is a sum of their product times what z grows by.",
    ),
)
def judge_derive(neuron_gradient: Answer) -> str:
    """Right is: the slopes of the mean squared error, as differences measure them, and finite where z is large."""
    rng = np.random.default_rng(2)
    for n_samples in (1, 4, 7, 10):
        for scale in (0.0, 1.0, 3.0):
            theta = scale * rng.normal(size=3)
            X, Y = rng.normal(size=(n_samples, 2)), rng.uniform(size=(n_samples, 1))
            dtheta = as_array(neuron_gradient(theta, X, Y), "neuron_gradient(theta, X, Y)", (3,))
            what = f"With {n_samples} sample{'s' if n_samples > 1 else ''}, dtheta"
            try:
                require_close(dtheta, measured_slopes(theta, X, Y), what, rtol=1e-5, atol=1e-8)
            except Wrong as wrong:
                raise Wrong(f"{wrong} {known_mistake(dtheta, theta, X, Y)}".rstrip()) from None
    theta, X, Y = np.array([1000.0, -1000.0, 1.0]), rng.normal(size=(5, 2)), np.ones((5, 1))
    dtheta = as_array(neuron_gradient(theta, X, Y), "neuron_gradient(theta, X, Y)", (3,))
    require(np.all(np.isfinite(dtheta)), f"With weights of 1000 dtheta is {brief(dtheta)}: no finite numbers.")
    return "The slopes agree with differences, for 1 to 10 samples and with weights from 0 to 1000."


def curvature(X: np.ndarray, angle: float) -> float:
    """Return c in this direction of the (w, b) plane."""
    return float(np.mean(2 * (X * np.cos(angle) + np.sin(angle)) ** 2))


def steepest(X: np.ndarray) -> tuple[float, float]:
    """Return the largest curvature, and its direction in degrees."""
    second = 2 * np.array([[np.mean(X * X), np.mean(X)], [np.mean(X), 1.0]])
    values, directions = np.linalg.eigh(second)
    w, b = directions[:, -1]
    return float(values[-1]), float(np.degrees(np.arctan2(b, w))) % 180


def as_rate(value: object, name: str) -> float:
    """Return a rate as a float that is finite and above 0."""
    rate = as_number(value, name)
    require(np.isfinite(rate) and rate > 0, f"{name} is {rate:g}; a learning rate is a number above 0.")
    return rate


@exercise(
    "02-limit",
    "Build: the rate at which it breaks",
    "critical_rate(X) -> rate, measured_rate(X, Y, n_steps) -> rate",
    hints=(
        "In which direction of the map does descent break first, and what is the curvature there?",
        "c(angle) for a thousand angles from 0 to pi gives a thousand curvatures. One of them counts.",
        "Halving: keep low, where a run stays below its start, and high, where it does not. A nan is not below.",
    ),
)
def judge_limit(critical_rate: Answer, measured_rate: Answer) -> str:
    """Right is: 2 divided by the largest curvature, and the rate where runs begin to end above their start."""
    judge_critical_rate(critical_rate)
    rng = np.random.default_rng(3)
    taxi = np.array([[0.0], [1.0], [2.0], [3.0]])
    for X, Y, n_steps in [
        (taxi, np.array([[3.2], [4.8], [7.1], [9.0]]), 1000),
        (taxi, np.array([[3.0], [2.0], [1.0], [0.0]]), 3),
        (taxi, np.array([[3.0], [2.0], [1.0], [0.0]]), 10),
        (rng.normal(1, 2, size=(6, 1)), rng.normal(2, 3, size=(6, 1)), 1000),
    ]:
        rate = as_rate(measured_rate(X, Y, n_steps), "measured_rate(X, Y, n_steps)")
        expected = breaking_rate(X, Y, n_steps)
        exploded = "Do its runs end in nan? nan > 3 is False, and so is nan < 3." if rate > 0.98 else ""
        require(
            abs(rate / expected - 1) < EXACT,
            f"For X = {brief(X.ravel())}, Y = {brief(Y.ravel())} and {n_steps} steps measured_rate is {rate:.4g}, but "
            f"runs from w = b = 0 begin to end above their start at {expected:.4g}. {exploded}".rstrip(),
        )
    return "Both are right to 1 %, also after few steps, where the two differ."


def breaking_rate(X: np.ndarray, Y: np.ndarray, n_steps: int) -> float:
    """Return the rate at which runs from w = b = 0 begin to end above their start.

    Along each axis of the ellipses a step multiplies the distance by 1 - rate * curvature. So the loss after the
    run is a convex function of the rate, and above the start from one rate on.
    """
    inputs = np.hstack([X, np.ones_like(X)])
    curvatures, axes = np.linalg.eigh(2 * inputs.T @ inputs / len(X))
    parts = curvatures * (axes.T @ np.linalg.lstsq(inputs, Y[:, 0])[0]) ** 2
    low, high = 0.0, 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        with np.errstate(over="ignore"):
            rises = np.sum(parts * ((1 - middle * curvatures) ** (2 * n_steps) - 1)) > 0
        low, high = (low, middle) if rises else (middle, high)
    return low


def judge_critical_rate(critical_rate: Answer) -> None:
    """Require 2 divided by the largest curvature, whichever way the ellipses lie."""
    rng = np.random.default_rng(4)
    cases = [np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([[-2.0], [2.0]]), np.zeros((3, 1))]
    cases += [rng.normal(mean, 2, size=(n, 1)) for n, mean in ((1, 1), (5, 2), (7, -1), (10, 0))]
    for X in cases:
        rate = as_rate(critical_rate(X), "critical_rate(X)")
        c, degrees = steepest(X)
        require(
            abs(rate * c / 2 - 1) < EXACT,
            f"For X = {brief(X.ravel())} critical_rate is {rate:.4g}. In the direction of {degrees:.0f} degrees the "
            f"curvature is {c:.4g}: what does the factor say there?",
        )


@exercise(
    "02-units",
    "Break and mend: kilometers become meters",
    "standardize(X) -> X, one_step_rate: a number",
    hints=(
        "Two things are wanted, so two moves: which makes the mean 0, and which leaves it there?",
        "Put mean 0 and mean square 1 into the formula of c. What is left of it?",
        "Center first, then divide by the root of the mean square of what is left. One step is the factor 0.",
    ),
)
def judge_units(standardize: Answer, one_step_rate: object) -> str:
    """Right is: mean 0 and mean square 1 by a shift and a scale, and a rate that needs one step from any start."""
    rate = as_rate(one_step_rate, "one_step_rate")
    rng = np.random.default_rng(5)
    for X in [
        1000 * np.array([[0.0], [1.0], [2.0], [3.0]]),
        rng.normal(-50, 0.1, size=(7, 1)),
        rng.uniform(3, 4, size=(10, 1)),
        np.array([[5.0], [-1.0]]),
    ]:
        Z = as_array(standardize(X), "standardize(X)", X.shape)
        mean, square = float(np.mean(Z)), float(np.mean(Z**2))
        says = f"For X = {brief(X.ravel())}"
        require(abs(mean) < 1e-9, f"{says} the mean is {mean:.4g} afterwards; it has to be 0.")
        require(abs(square - 1) < 1e-9, f"{says} the mean of the squares is {square:.6g} afterwards; it has to be 1.")
        centered = X - np.mean(X)
        scaled = centered / np.sqrt(np.mean(centered**2))
        require(np.allclose(Z, scaled) or np.allclose(Z, -scaled), f"{says} more is done than to shift and to scale.")
    # On standardized inputs the slopes are 2 (w - w*) and 2 (b - b*).
    factor = 1 - 2 * rate
    require(
        abs(factor) < 1e-9,
        f"On standardized inputs a step at rate {rate:g} multiplies the distance to the lowest point by {factor:.3g}, "
        "so one step does not lead there.",
    )
    return "Mean 0 and mean square 1, and at this rate one step leads to the lowest point."
