"""What a right answer does, in the exercises of chapter 5, Losses."""

import numpy as np
from scipy.special import logsumexp

from nnlib.activations import sigmoid
from nnlib.checks.answers import Answer, Wrong, as_array, as_number, require, require_close
from nnlib.checks.registry import exercise

LEARNED = 0.6  # the output at which a logit with target 1 counts as learned


@exercise(
    "05-starving",
    "Predict and fill: how long does it starve?",
    "steps_to_learn(z, loss, learning_rate=1.0) -> number of steps",
    hints=(
        "Which slope belongs to which loss? Both stand in this chapter, with a for the sigmoid of z.",
        "A while loop: as long as the output is not above 0.6, move z against the slope and count. Compute the output "
        "anew in each round.",
        'For "mse" the slope holds three factors besides the 2: `a - 1`, and the two of the sigmoid.',
    ),
    seconds=10,
)
def judge_starving(steps_to_learn: Answer) -> str:
    """Right is: the count of the stated walk, from any logit, for both losses, at any rate."""
    rng = np.random.default_rng(5)
    for loss in ("binary_cross_entropy", "mse"):
        require_count(steps_to_learn, 1.0, loss, 1.0)
        for z in (-4.0, 0.0, -1.0, *rng.uniform(-5, 0.3, size=6).round(2)):
            for learning_rate in (1.0, 0.37, 2.3):
                require_count(steps_to_learn, float(z), loss, learning_rate)
    for z in (-8.0, -30.0):
        require_count(steps_to_learn, z, "binary_cross_entropy", 1.0)
    require_count(steps_to_learn, -8.0, "mse", 1.0)
    near = as_number(steps_to_learn(-4.0, "mse"), "steps_to_learn(-4, 'mse')")
    require(
        near == count_steps(-4.0, "mse", 1.0)[0],
        f"Without a learning rate it counts {near:g} steps from -4; the learning rate is 1 unless it is given.",
    )
    return "It counts the steps of both losses, from every start and at every rate that was tried."


def require_count(steps_to_learn: Answer, z: float, loss: str, learning_rate: float) -> None:
    """Require the count of one walk; the message tells where its first step leads."""
    right, second, sharp = count_steps(z, loss, learning_rate)
    if sharp:  # an output within rounding of 0.6: two right answers may differ
        return
    steps = as_number(
        steps_to_learn(z, loss, learning_rate=learning_rate), f"steps_to_learn({z:g}, {loss!r}, {learning_rate:g})"
    )
    if steps != right:
        first = f" The first step leads to {second:.4f}." if right else " There the output is above 0.6 already."
        raise Wrong(
            f"From {z:g} with loss {loss!r} and learning rate {learning_rate:g} you count {steps:g} steps; "
            f"the walk takes {right}.{first}"
        )


def count_steps(z: float, loss: str, learning_rate: float) -> tuple[int, float, bool]:
    """Return the steps, where the first one leads, and whether an output comes within rounding of 0.6."""
    steps, second, sharp = 0, z, False
    while True:
        a = sigmoid(z)
        sharp |= abs(a - LEARNED) < 1e-9
        if a > LEARNED:
            return steps, second, sharp
        z -= learning_rate * ((a - 1) if loss == "binary_cross_entropy" else 2 * (a - 1) * a * (1 - a))
        steps += 1
        second = z if steps == 1 else second


@exercise(
    "05-log-sum-exp",
    "Break and mend: the log-sum-exp",
    "log_sum_exp(Z) -> array (n_samples,)",
    hints=(
        "Which number of the row is too large, or makes all exponentials 0? What may be subtracted from a whole row?",
        "Subtract the largest entry of each row before exp, and give it back after the logarithm.",
        "`Z.max(axis=1)` has the shape (n_samples,). To subtract it from Z it needs a second axis: `keepdims=True`, or "
        "`[:, np.newaxis]`.",
    ),
)
def judge_log_sum_exp(log_sum_exp: Answer) -> str:
    """Right is: SciPy's numbers without a warning, for rows of every size, side by side in one batch."""
    rng = np.random.default_rng(5)
    extreme = np.array([[0.0, 0.0, 0.0], [1000.0, 999.0, 0.0], [-1000.0, -1000.0, -1001.0], [800.0, -800.0, 0.0]])
    cases = [
        rng.normal(size=(4, 3)),
        rng.normal(scale=5, size=(2, 6)),
        extreme,
        rng.normal(scale=500, size=(7, 2)),
        np.array([[3.0], [-2000.0]]),
        rng.normal(size=(1, 5)),
    ]
    for Z in cases:
        found = as_array(log_sum_exp(Z.copy()), f"log_sum_exp of an array of shape {Z.shape}", (len(Z),))
        for row, value, right in zip(Z, found, logsumexp(Z, axis=1), strict=True):
            shown = ", ".join(f"{z:.4g}" for z in row)
            batch = f" (Its batch reaches from {Z.min():.4g} to {Z.max():.4g}.)" if len(Z) > 1 else ""
            require(
                np.isclose(value, right, rtol=1e-10, atol=1e-10),
                f"For the row ({shown}) it says {value:.6g}; the logarithm of that sum is {right:.6g}.{batch}",
            )
        require(
            not log_sum_exp.warned,
            f"The numbers are right, but NumPy warns: {(log_sum_exp.warned or [''])[0]}.",
        )
    return "Every row comes right, beside rows a thousand times larger, and without a warning."


@exercise(
    "05-slopes",
    "Build: the slopes of the cross-entropy",
    "cross_entropy_slopes(Z, Y) -> dZ",
    hints=(
        "How does log(u) change with u, and how does the sum of exponentials change with one of its logits?",
        "The first part of the loss brings the softmax, the second the target. Then think of the mean: over what?",
        "The `softmax` of this chapter is yours to use, and so is `len(Z)`.",
    ),
)
def judge_slopes(cross_entropy_slopes: Answer) -> str:
    """Right is: each slope foretells how the loss moves when its logit moves; finite for large logits, too."""
    rng = np.random.default_rng(5)
    for n_samples, n_classes in ((4, 3), (2, 5), (6, 2), (1, 4)):
        Z = rng.normal(scale=2, size=(n_samples, n_classes))
        Y = np.eye(n_classes)[rng.integers(n_classes, size=n_samples)]
        what = f"For {n_samples} samples and {n_classes} classes, dZ"
        dZ = as_array(cross_entropy_slopes(Z.copy(), Y.copy()), what, Z.shape)
        require_close(dZ, measured_slopes(Z, Y), f"{what} (beside it: measured by moving that logit)", 1e-5, 1e-7)
    Z = np.array([[1000.0, 0.0, -1000.0], [2.0, 1002.0, 1001.0], [-1000.0, -1800.0, -1001.0]])
    Y = np.eye(3)[[1, 2, 0]]
    dZ = as_array(cross_entropy_slopes(Z, Y), "dZ for logits of 1000 and -1000", Z.shape)
    e = np.exp(-1)
    small = e / (1 + e)
    expected = np.array([[1, -1, 0], [0, 1 - small, small - 1], [-small, 0, small]]) / 3
    require_close(dZ, expected, "With logits of 1000 and of -1000 in one batch, dZ", 1e-9)
    require(
        not cross_entropy_slopes.warned,
        f"With logits of 1000 and of -1000 in one batch NumPy warns: {(cross_entropy_slopes.warned or [''])[0]}.",
    )
    return "Your slopes foretell how the loss moves, for two to five classes, and hold for logits of 1000 beside -1000."


def measured_slopes(Z: np.ndarray, Y: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the slope of the mean cross-entropy by each logit, from two losses nearby."""
    slopes = np.zeros(Z.shape)
    for place in np.ndindex(Z.shape):
        step = np.zeros(Z.shape)
        step[place] = h
        slopes[place] = (mean_cross_entropy(Z + step, Y) - mean_cross_entropy(Z - step, Y)) / (2 * h)
    return slopes


def mean_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> float:
    """Return the cross-entropy of softmax outputs, the mean over samples."""
    return float(np.mean(logsumexp(Z, axis=1) - np.sum(Y * Z, axis=1)))
