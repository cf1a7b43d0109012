"""What a right answer does, in the exercises of chapter 8, The training loop."""

from typing import Any

import numpy as np

from nnlib.checks.answers import Answer, NotAttempted, Wrong, as_array, as_number, brief, require, require_close
from nnlib.checks.registry import exercise
from nnlib.network import NeuralNetwork


@exercise(
    "08-steps",
    "Predict: how many steps?",
    "n_steps(n_samples, batch_size, epochs) -> int",
    hints=(
        "Cut 200 samples into batches of 32 on paper. How many batches are there, and how large is the last?",
        "Count the steps of one epoch first. Batches never reach into the next epoch.",
        "Full batches are n_samples // batch_size; n_samples % batch_size tells whether one more is needed.",
    ),
)
def judge_steps(n_steps: Answer) -> str:
    """Right is: one step for each batch of each epoch, the last and smaller one too, for any three whole numbers."""
    rng = np.random.default_rng(8)
    cases = [(200, 32, 10), (200, 200, 10), (4, 3, 1), (7, 1, 3), (5, 20, 4), (1, 1, 1), (60, 20, 7)]
    cases += [(int(n), int(size), int(epochs)) for n, size, epochs in rng.integers(1, 300, (40, 3))]
    for n_samples, batch_size, epochs in cases:
        said = as_number(n_steps(n_samples, batch_size, epochs), f"n_steps({n_samples}, {batch_size}, {epochs})")
        batches = len(range(0, n_samples, batch_size))
        sizes = f"{batches} batches" if batches > 1 else "one batch"
        require(
            said == epochs * batches,
            f"n_steps({n_samples}, {batch_size}, {epochs}) is {said:g}. Each epoch cuts {n_samples} samples "
            f"into {sizes} of at most {batch_size}, and each takes one step.",
        )
    return f"It counts the steps in {len(cases)} cases, with a smaller last batch and without."


class Recorder:
    """A linear neuron with `theta` and `loss_and_gradient`, as the chapter's network; it notes what it is shown.

    `W` is a view into the first `theta`, so a new vector in its place moves nothing.
    """

    def __init__(self, n_in: int, seed: int) -> None:
        self.theta = np.random.default_rng(seed).normal(size=n_in)
        self.W = self.first = self.theta
        self.batches: list[np.ndarray] = []
        self.calls: list[tuple] = []

    def loss_and_gradient(self, X: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean squared error and its gradient; note what was shown."""
        X, Y = as_array(X, "the X that fit hands to loss_and_gradient"), as_array(Y, "its Y")
        require(
            X.ndim == 2 and X.shape[1] == len(self.W) and Y.shape == (len(X), 1) and len(X) > 0,
            f"fit calls loss_and_gradient with X of shape {X.shape} and Y of shape {Y.shape}; "
            f"this network takes X (n_samples, {len(self.W)}) and Y (n_samples, 1), at least one sample.",
        )
        error = X @ self.W - Y[:, 0]
        value, dtheta = float(np.mean(error**2)), 2 * error @ X / len(X)
        self.calls.append((X.copy(), Y.copy(), self.theta.copy(), value, dtheta.copy()))
        return value, dtheta


@exercise(
    "08-fit",
    "Fill: write fit",
    "fit(net, X, Y, learning_rate, epochs, batch_size, rng) -> losses",
    hints=(
        "Two loops, one inside the other: what does the outer one count, and what the inner one?",
        "Shuffle an order of row numbers, not the data: an order cuts X and Y in the same way.",
        "A batch is order[first : first + batch_size], and its loss counts len(batch) times in the epoch's mean.",
    ),
)
def judge_fit(fit: Answer) -> str:
    """Right is: each epoch sees every pair once in a new order, steps into theta after each batch, tells its mean."""
    for n_samples, n_in, batch_size, epochs, learning_rate in [
        (10, 3, 4, 3, 0.05),
        (12, 2, 5, 4, 0.1),
        (9, 4, 3, 2, 0.03),
        (6, 2, 1, 3, 0.02),
        (7, 3, 20, 2, 0.1),
    ]:
        judge_one_fit(fit, n_samples, n_in, batch_size, epochs, learning_rate)
    judge_the_chance_in_fit(fit)
    net = NeuralNetwork(2, 3, 1, rng=0)
    X, Y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    losses = fit.in_place(net, X, Y, 0.5, 2000, 4, 0)
    require(losses[-1] < losses[0], f"On XOR its losses go from {losses[0]:.4f} to {losses[-1]:.4f} in 2,000 epochs.")
    return "Every epoch sees each sample once, each step is gradient descent's, and a seed repeats the run."


def judge_one_fit(fit: Answer, n_samples: int, n_in: int, batch_size: int, epochs: int, learning_rate: float) -> None:
    """Hold one run against what its network noted."""
    net, (X, Y) = Recorder(n_in, n_samples), pairs(n_samples, n_in)
    losses = run_fit(fit, net, X, Y, learning_rate, epochs, batch_size, 1)
    batches = len(range(0, n_samples, batch_size))
    case = f"With {n_samples} samples, batches of {batch_size} and {epochs} epochs"
    sizes = [len(call[0]) for call in net.calls]
    expected_sizes = epochs * [*(n_samples // batch_size * [batch_size]), *([n_samples % batch_size] or [])]
    expected_sizes = [size for size in expected_sizes if size > 0]
    require(
        len(sizes) == epochs * batches,
        f"{case} there have to be {epochs * batches} steps; loss_and_gradient was called {len(sizes)} times.",
    )
    require(
        sizes == expected_sizes,
        f"{case} the batches of an epoch have the sizes {expected_sizes[:batches]}; yours have {sizes[:batches]}.",
    )
    for epoch in range(epochs):
        calls = net.calls[epoch * batches : (epoch + 1) * batches]
        judge_one_epoch(calls, X, Y, case, epoch)
    for k, (_, _, theta, _, dtheta) in enumerate(net.calls):
        after = net.calls[k + 1][2] if k + 1 < len(net.calls) else net.theta
        require(net.theta is net.first, REBOUND)
        require_close(
            after - theta,
            -learning_rate * dtheta,
            f"{case}, what theta moves by in step {k + 1}",
            rtol=1e-6,
            atol=1e-12,
        )
    weighted = [
        sum(len(call[0]) * call[3] for call in net.calls[epoch * batches : (epoch + 1) * batches]) / n_samples
        for epoch in range(epochs)
    ]
    told = as_array(losses, "what fit returns")
    require(told.shape == (epochs,), f"{case} fit has to return {epochs} losses; it returns {brief(losses)}.")
    require_close(told, weighted, f"{case}, the mean loss of an epoch over its samples", rtol=1e-9)


REBOUND = (
    "net.theta is a new vector after your step. The layers are views of the old one and did not move. "
    "Write the step into the vector that is there."
)


def judge_one_epoch(calls: list[tuple], X: np.ndarray, Y: np.ndarray, case: str, epoch: int) -> None:
    """Require that the batches of an epoch hold every pair of X and Y once."""
    seen = np.column_stack([np.concatenate([call[0] for call in calls]), np.concatenate([call[1] for call in calls])])
    rows = [tuple(row) for row in seen[:, :-1]]
    missing = sum(tuple(row) not in rows for row in X)
    require(
        sorted(rows) == sorted(map(tuple, X)),
        f"{case}, epoch {epoch + 1} leaves out {missing} of the samples and shows others more than once.",
    )
    target = {tuple(x): y for x, y in zip(X, Y[:, 0], strict=True)}
    require(
        all(target[tuple(row[:-1])] == row[-1] for row in seen),
        f"{case}, some samples meet the target of another sample: X and Y have to be cut by the same order.",
    )


def judge_the_chance_in_fit(fit: Answer) -> None:
    """Require a fresh order in each epoch, which a seed repeats and a generator goes on with."""

    def orders(rng: int | np.random.Generator) -> list[tuple]:
        net, (X, Y) = Recorder(2, 0), pairs(30, 2)
        run_fit(fit, net, X, Y, 0.01, 3, 10, rng)
        shown = np.concatenate([call[0][:, 0] for call in net.calls])
        return [tuple(shown[30 * epoch : 30 * (epoch + 1)]) for epoch in range(3)]

    X, _ = pairs(30, 2)
    first = orders(5)
    require(tuple(X[:, 0]) not in first, "An epoch shows the samples in the order of X: shuffle them.")
    require(len(set(first)) == 3, "Every epoch has the same order: shuffle before each of them.")
    require(
        orders(5) == first,
        "Two runs from the seed 5 see the samples in different orders: shuffle by rng.",
    )
    require(orders(6) != first, "The seeds 5 and 6 give the same orders: shuffle by rng.")
    require(
        orders(np.random.default_rng(5)) != orders(np.random.default_rng(6)),
        "Two different generators give the same orders: np.random.default_rng(rng) takes a seed and a generator.",
    )
    generator = np.random.default_rng(5)
    require(orders(generator) != orders(generator), "A generator that is handed over twice starts again each time.")


def pairs(n_samples: int, n_in: int) -> tuple[np.ndarray, np.ndarray]:
    """Return samples that are all different, and their targets."""
    rng = np.random.default_rng(n_samples + n_in)
    return rng.normal(size=(n_samples, n_in)), rng.normal(size=(n_samples, 1))


def run_fit(fit: Answer, net: Recorder, X: np.ndarray, Y: np.ndarray, *settings: object) -> object:
    """Run the reader's loop; require that it leaves the data alone and returns something."""
    data = X.copy(), Y.copy()
    losses = fit.in_place(net, X, Y, *settings)
    require(
        np.array_equal(X, data[0]) and np.array_equal(Y, data[1]), "fit changes X or Y. Shuffle an order, not the data."
    )
    if losses is None or losses is Ellipsis:
        if not net.calls:
            raise NotAttempted
        raise Wrong("fit trains, and returns nothing; it has to return one loss for each epoch.")
    return losses


@exercise(
    "08-repeat",
    "Break and mend: the run that never repeats",
    "repeatable(seed) -> bytes",
    hints=(
        "Where does chance come in? Find the two calls that draw numbers.",
        "What do rng=None and default_rng() without an argument begin from?",
        "Make one generator, np.random.default_rng(seed), and hand it to both.",
    ),
)
def judge_repeat(repeatable: Answer) -> str:
    """Right is: the bytes of a trained 2-4-1 theta that hang on the seed, and on nothing else that is drawn."""
    first = {}
    for seed in (0, 1, 7, 2):
        first[seed] = trained_bytes(repeatable(seed), seed)
        require(
            repeatable(seed) == first[seed],
            f"Two calls of repeatable({seed}) return different bytes. Something in it still draws from elsewhere.",
        )
    require(repeatable(0) == first[0], "repeatable(0) returns other bytes after calls with other seeds.")
    require(len(set(first.values())) == 4, "Different seeds return the same bytes: the seed has to decide the run.")
    return "The same seed gives the same bytes, and another seed others."


def trained_bytes(value: Any, seed: int) -> bytes:
    """Require the bytes of the theta of a 2-4-1 network that was trained."""
    require(
        isinstance(value, bytes), f"repeatable({seed}) has to return net.theta.tobytes(); it returns {brief(value)}."
    )
    require(
        len(value) == 17 * 8,
        f"repeatable({seed}) returns {len(value)} bytes; the 17 numbers of a 2-4-1 network are {17 * 8}.",
    )
    theta = np.frombuffer(value)
    require(
        np.isfinite(theta).all() and theta[8:12].any() and theta[16],
        f"The biases in the bytes of repeatable({seed}) are still 0: the network has not been trained.",
    )
    return bytes(value)
