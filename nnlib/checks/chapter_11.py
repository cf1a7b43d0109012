"""What a right answer does, in the exercises of chapter 11, Better steps."""

from typing import Any

import numpy as np

from nnlib.checks.answers import Answer, Wrong, as_array, as_number, require, require_close
from nnlib.checks.registry import exercise

GOOD_FACTOR = 0.68  # at kappa = 25, where 2 / 3 is the best


@exercise(
    "11-adam",
    "Fill: write Adam",
    "adam_step(theta, dtheta, m, v, t, learning_rate, beta1, beta2, eps)",
    hints=(
        "Which of the four arrays does one step change, and which one does it only read?",
        "Take the four lines of the equation in their order. The hats are numbers of this step alone: "
        "nothing keeps them for the next one.",
        "`x *= a` and `x += b` change the caller's own array; `x = a * x + b` makes a new one. "
        "Move m and v first, then theta by what they are divided by their shares.",
    ),
)
def judge_adam(adam_step: Answer) -> str:
    """Right is: step by step the numbers of the equation, in the caller's arrays, for any settings and length."""
    rng = np.random.default_rng(11)
    for n_params, settings in [
        (3, (0.001, 0.9, 0.999, 1e-8)),
        (5, (0.3, 0.0, 0.5, 0.1)),
        (17, (0.1, 0.7, 0.95, 1e-8)),
    ]:
        theta = rng.normal(size=n_params)
        ours = {"theta": theta.copy(), "m": np.zeros(n_params), "v": np.zeros(n_params)}
        theirs = {name: array.copy() for name, array in ours.items()}
        for t in range(1, 41):
            dtheta = rng.normal(size=n_params)
            given = dtheta.copy()
            adam_step.in_place(theirs["theta"], dtheta, theirs["m"], theirs["v"], t, *settings)
            require(np.array_equal(dtheta, given), f"{adam_step.name} changes dtheta, the gradient that it is given.")
            adam(ours, dtheta, t, *settings)
            if t == 1:
                check_moved(theirs, theta)
            for name in ("m", "v", "theta"):
                rate, beta1, beta2, eps = settings
                with_settings = f"with rate {rate}, beta1 {beta1}, beta2 {beta2}, eps {eps}"
                what = f"After step {t} {with_settings}, {name}"
                require_close(theirs[name], ours[name], what, rtol=1e-6, atol=1e-12)
    return "Forty steps in a row are those of the equation, with three settings and three lengths of theta."


def adam(
    arrays: dict[str, np.ndarray], g: np.ndarray, t: int, rate: float, beta1: float, beta2: float, eps: float
) -> None:
    """Take one step of Adam, the slow and sure way."""
    arrays["m"] = beta1 * arrays["m"] + (1 - beta1) * g
    arrays["v"] = beta2 * arrays["v"] + (1 - beta2) * g**2
    m_hat = arrays["m"] / (1 - beta1**t)
    v_hat = arrays["v"] / (1 - beta2**t)
    arrays["theta"] = arrays["theta"] - rate * m_hat / (np.sqrt(v_hat) + eps)


def check_moved(arrays: dict[str, np.ndarray], theta: np.ndarray) -> None:
    """Require that the step has changed the arrays themselves."""
    started = {"theta": theta, "m": np.zeros(len(theta)), "v": np.zeros(len(theta))}
    still = [name for name, start in started.items() if np.array_equal(arrays[name], start)]
    require(
        not still,
        f"The first step has not moved {' and '.join(still)} of the caller. A new array under the same name is "
        "not the caller's, and what the step found is lost.",
    )


@exercise(
    "11-ravine",
    "Build: the best momentum for a ravine",
    "slowest_factor(learning_rate, momentum, kappa) -> number; best = (learning_rate, momentum)",
    hints=(
        "There are two directions, with the slopes 1 and kappa, and each has an equation of its own. "
        "Which of the two holds the other up?",
        "np.roots takes the three coefficients, the highest power first. The roots may be complex: "
        "their size is what np.abs gives.",
        "Two lists inside each other give every pair of a rate and a momentum; "
        "min(pairs, key=...) finds the pair with the smallest factor.",
    ),
)
def judge_ravine(slowest_factor: Answer, best: Any) -> str:
    """Right is: the size of the largest of all four roots; and a setting for 25 that is as good as it gets."""
    rng = np.random.default_rng(25)
    cases = [(2 / 26, 0.0, 25.0), (0.02, 0.9, 25.0), (0.01, 0.0, 4.0), (0.05, 0.5, 1.0), (0.3, 0.0, 10.0)]
    for _ in range(60):
        kappa = 10 ** rng.uniform(0, 3)
        cases.append((rng.uniform(0.05, 4) / kappa, rng.uniform(0, 0.99), kappa))
    for rate, momentum, kappa in cases:
        floor, wall = factor(rate, momentum, 1), factor(rate, momentum, kappa)
        name = f"slowest_factor({rate:.4g}, {momentum:.3g}, {kappa:.4g})"
        told = as_number(slowest_factor(rate, momentum, kappa), name)
        if not np.isclose(told, max(floor, wall), rtol=1e-4, atol=0):
            turning = (1 + momentum - rate * (kappa if wall >= floor else 1)) ** 2 < 4 * momentum
            raise Wrong(
                f"{name} is {told:.5g}. Along the floor a step multiplies the distance by {floor:.5g}, "
                f"across it by {wall:.5g}; the slower of the two counts."
                + " The roots are complex here: it is their size that counts."
                * turning
            )
    rate, momentum = as_array(best, "best", (2,))
    found = max(factor(rate, momentum, 1), factor(rate, momentum, 25))
    require(
        found < GOOD_FACTOR,
        f"Your factor is right. At your best setting, rate {rate:.4g} and momentum {momentum:.3g}, it is {found:.3f} "
        f"for kappa = 25; there are settings below {GOOD_FACTOR}. A wider or a finer grid finds them.",
    )
    return f"In {len(cases)} settings yours is the factor, and your best one has {found:.3f}."


def factor(rate: float, momentum: float, steepness: float) -> float:
    """Return by how much a step multiplies the distance, in the long run, from the two steps before it."""
    matrix = np.array([[1 + momentum - rate * steepness, -momentum], [1.0, 0.0]])
    return float(np.abs(np.linalg.eigvals(matrix)).max())


@exercise(
    "11-bias",
    "Break: Adam without bias correction",
    "overshoot(t, beta1, beta2) -> number; worst: a number",
    hints=(
        "With a constant slope g, how large is m after one step, and after two? What share of g is that?",
        "m is the share 1 - beta1**t of the slope, and v a like share of its square. "
        "The step has m above the fraction bar and the root of v below it.",
        "The corrected step has no shares at all. So what is left of the ratio is one share, "
        "divided by the root of the other.",
    ),
)
def judge_bias(overshoot: Answer, worst: Any) -> str:
    """Right is: the ratio of both steps, found by taking them, at any step with any shares; and its worst step."""
    for beta1, beta2 in [(0.9, 0.999), (0.5, 0.8), (0.0, 0.99), (0.95, 0.9)]:
        for t in (1, 2, 3, 12, 40, 1500):
            name = f"overshoot({t}, {beta1}, {beta2})"
            told = as_number(overshoot(t, beta1, beta2), name)
            require_close(told, measured_overshoot(t, beta1, beta2), name, rtol=1e-6)
    steps = range(1, 200)
    expected = max(steps, key=lambda t: measured_overshoot(t, 0.9, 0.999))
    told = as_number(worst, "worst")
    is_step = told.is_integer() and 1 <= told <= 10_000
    require(is_step, f"Your function is right. worst is {told:g}; it has to be the number of a step: 1, 2, ...")
    require(
        told == expected,
        f"Your function is right. worst is {told:g}, and there the step is {measured_overshoot(int(told)):.3f} "
        "times too long; another step is worse.",
    )
    return f"It agrees with steps taken, for four pairs of shares. Step {expected} is the worst one."


def measured_overshoot(t: int, beta1: float = 0.9, beta2: float = 0.999) -> float:
    """Take t steps at a constant slope; return the last one's length in lengths with the correction."""
    m = v = 0.0
    for _ in range(t):
        m = beta1 * m + (1 - beta1) * 3.0
        v = beta2 * v + (1 - beta2) * 9.0
    corrected = (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t))
    return float(m / np.sqrt(v) / corrected)
