"""What a right answer does, in the exercises of chapter 16, Handwritten digits."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.checks.answers import Answer, Wrong, as_array, as_number, require, require_close
from nnlib.checks.registry import exercise
from nnlib.datasets import digits, split
from nnlib.losses import LossFunction, Problem
from nnlib.network import NeuralNetwork
from nnlib.optimizers import Adam, GradientDescent
from nnlib.training import train

BUDGET, TARGET, SPLITS = 5, 95.5, 10  # passes, percent, deals of the pictures
FAR_OVER = 40  # passes after which nobody waits for the end of a run


@exercise(
    "16-confusion",
    "Fill: who is taken for whom",
    "confusions(digits, read) -> counts, shape (10, 10)",
    hints=(
        "Which entry of the table grows by one when a 4 is read as a 9?",
        "Start from `np.zeros((10, 10), dtype=int)` and walk through both arrays together, with `zip`.",
        "The row is the digit that was written, the column the one that was read.",
    ),
)
def judge_confusion(confusions: Answer) -> str:
    """Right is: entry (i, j) counts the pictures of an i that were read as a j."""
    rng = np.random.default_rng(16)
    few = rng.integers(0, 5, 6), rng.integers(0, 5, 6)  # the digits 5 to 9 never come up
    cases = [(np.array([4]), np.array([9])), few]
    cases += [(rng.integers(0, 10, n), rng.integers(0, 10, n)) for n in (30, 400)]
    for written, read in cases:
        counts = as_array(confusions(written, read), "confusions(digits, read)", (10, 10))
        for i, row in enumerate(counts):
            for j, count in enumerate(row):
                seen = sum(a == i and b == j for a, b in zip(written.tolist(), read.tolist(), strict=True))
                require(
                    count == seen,
                    f"Of {len(written)} pictures, {seen} of a {i} were read as {j}; entry [{i}, {j}] says {count:g}.",
                )
    return "Every picture is counted once: its row is what was written, its column what was read."


@exercise(
    "16-sixteen",
    "Break: forget the 16",
    "saturated(net, X), accuracy(net, training, validation, scale, optimizer) -> numbers",
    hints=(
        "Where in the network do the inputs go first, and what has `layer_outputs` to do with it?",
        "`net.layer_outputs(X)[0]` holds the hidden outputs. A share is the mean of a comparison.",
        "What learns from `scale * X` has to read `scale * X`, too. `net.predict` returns digits, and Y holds rows.",
    ),
    seconds=20,
)
def judge_sixteen(saturated: Answer, accuracy: Answer) -> str:
    """Right are: the share of hidden outputs beyond 0.99, and what the network reads after the training asked for."""
    rng = np.random.default_rng(16)
    for sizes, spread in [((3, 4, 2), 1.0), ((64, 20, 10), 4.0), ((5, 3, 2), 30.0), ((2, 6, 3), 0.0)]:
        net = NeuralNetwork(*sizes, output="softmax", rng=rng)
        X = spread * rng.normal(size=(7, sizes[0]))
        Z = X @ net.layers[0].W + net.layers[0].b
        share = sum(abs(np.tanh(z)) > 0.99 for z in Z.ravel()) / Z.size
        require_close(as_number(saturated(net, X), "saturated(net, X)"), share, "saturated(net, X)")
    for seed, scale, optimizer in [(0, 16, GradientDescent(0.3)), (1, 16, Adam(0.01)), (2, 0.5, GradientDescent(0.1))]:
        training, validation, _ = split(*digits(), validation=0.1, test=0.6, rng=seed)
        net = NeuralNetwork(64, 10, 10, output="softmax", rng=seed)
        twin = net.copy()
        words = f"accuracy(net, training, validation, {scale}, {optimizer})"
        found = as_number(accuracy.in_place(net, training, validation, scale, optimizer), words)
        train(twin, scale * training[0], training[1], "cross_entropy", optimizer, epochs=10, batch_size=32)
        right = float(np.mean(twin.predict(scale * validation[0]) == validation[1].argmax(axis=1)))
        require(
            abs(found - right) < 1.5 / len(validation[0]),
            f"{words} says {found:.3f}. A network that learns for 10 epochs in batches of 32, from seed 0, and then "
            f"reads pictures of the same scale, has {right:.3f}.",
        )
    return "The shares agree, and so do the readings after ten epochs."


@exercise(
    "16-budget",
    "Build: a reader on a budget",
    "read_on_a_budget(net, X, Y), which trains net in place",
    hints=(
        "With a fixed rate, which rate is best in the first epoch, and which in the last?",
        "You know how many steps you have. What did chapter 11 do with a rate that is too rough at the end?",
        "`nnlib.schedules.cosine(rate, n_steps)` in the place of the rate; n_steps is the number of all batches.",
    ),
    seconds=30,
)
def judge_budget(read_on_a_budget: Answer) -> str:
    """Right is: 95.5 % of 10 x 360 validation pictures read, each network for at most 5 passes over its pictures.

    The network sees the pixels in an order of its own. To one that learns it makes no difference: nothing tells it
    which pixels are neighbors. But what was learned elsewhere, where nobody counts, is of no use here.
    """
    X, Y = digits()
    scores, spent = [], 0.0
    for seed in range(SPLITS):
        (X_learn, Y_learn), (X_fresh, Y_fresh), _ = split(X, Y, rng=seed)
        meter = Meter(len(X_learn))
        net = metered(meter, seed)
        start = net.theta.copy()
        try:
            read_on_a_budget.in_place(net, X_learn, Y_learn)
        except FarOver:
            raise Wrong(f"It was stopped at {FAR_OVER} passes, and still training; the budget is {BUDGET}.") from None
        passes = meter.passes
        spent = max(spent, passes)
        moved = not np.array_equal(net.theta, start)
        require(moved, "The network that it was given has not moved: it has to be trained in place.")
        require(
            meter.looks <= BUDGET * len(X_learn),
            f"It spent {passes:.1f} passes: {meter.looks:,} times the loss of a picture was taken, of "
            f"{len(X_learn):,} pictures. The budget is {BUDGET}.",
        )
        scores.append(np.mean(net.predict(X_fresh) == Y_fresh.argmax(axis=1)))
    share = 100 * np.mean(scores)
    require(share > 30, f"It reads {share:.1f} %: {NOT_THIS_NETWORK}")
    require(
        share >= TARGET,
        f"It spent {spent:.1f} passes and reads {share:.1f} % of the fresh pictures; {TARGET} % are asked for.",
    )
    return f"It reads {share:.1f} % of the fresh pictures, for {spent:.1f} passes."


NOT_THIS_NETWORK = (
    "the network itself has learned hardly anything. It sees the pixels in an order of its own, so weights or slopes "
    "that were found without it are of no use to it. Train it by its own methods, or by nnlib's trainers."
)


class FarOver(BaseException):
    """The budget is overspent many times. No Exception, or SciPy's seam would take it for a refused option."""


class Meter:
    """Counts how often the loss of a picture is taken, whoever trains."""

    def __init__(self, n_pictures: int) -> None:
        self.n_pictures, self.looks = n_pictures, 0

    @property
    def passes(self) -> float:
        """How often all pictures were looked at."""
        return self.looks / self.n_pictures

    def count(self, looks: int) -> None:
        """Add so many looks at a picture."""
        self.looks += looks
        if self.looks > FAR_OVER * self.n_pictures:
            raise FarOver


@dataclass(frozen=True)
class CountedLoss:
    """A loss that counts the samples it is asked about. Every trainer asks it, in each of its evaluations."""

    function: LossFunction
    meter: Meter

    def __call__(self, Q: np.ndarray, Y: np.ndarray) -> tuple[np.floating, np.ndarray]:
        """Return what the loss itself returns."""
        self.meter.count(len(Q))
        return self.function(Q, np.asarray(Y))


class CountedTargets(np.ndarray):
    """Targets that count how often outputs are subtracted from them: Levenberg-Marquardt takes residuals, no loss."""

    meter: Meter

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        """Do what NumPy does, on plain arrays; each residual has a gradient of its own."""
        if ufunc is np.subtract:
            self.meter.count(self.size)
        plain = [np.asarray(entry) if isinstance(entry, CountedTargets) else entry for entry in inputs]
        return getattr(ufunc, method)(*plain, **keywords)


class MeteredNetwork(NeuralNetwork):
    """The chapter's network, each picture that it looks at counted, with the pixels in an order of its own."""

    meter: Meter
    order: np.ndarray

    def check_problem(self, X: ArrayLike, Y: ArrayLike, loss: str, l2: float) -> Problem:
        """Return the problem with its pixels in order and its loss counted: all training begins here."""
        X, Y, function, logits, l2 = super().check_problem(X, Y, loss, l2)
        if loss == "mse":
            Y = Y.view(CountedTargets)
            Y.meter = self.meter
        return X[:, self.order], Y, CountedLoss(function, self.meter), logits, l2

    def forward(self, X: ArrayLike) -> np.ndarray:
        """Return the outputs; counted, for whoever has them has half of a gradient."""
        X = self._check_inputs(X)
        self.meter.count(len(X))
        return super().forward(X[:, self.order])

    def layer_outputs(self, X: ArrayLike) -> list[np.ndarray]:
        """Return the outputs of every layer, counted."""
        X = self._check_inputs(X)
        self.meter.count(len(X))
        return super().layer_outputs(X[:, self.order])

    def copy(self, dtype: Any = None) -> NeuralNetwork:
        """Return a copy, whose looks are counted with these."""
        plain = super().copy(dtype)
        twin = object.__new__(type(self))
        twin.__setstate__(plain.__getstate__())
        return twin

    __copy__ = copy


def metered(meter: Meter, seed: int, hidden_size: int = 64) -> MeteredNetwork:
    """Return the chapter's network at the start `seed`; all of its kind, copies too, share the meter."""
    order = np.random.default_rng(1000 + seed).permutation(64)
    kind = type("NeuralNetwork", (MeteredNetwork,), {"meter": meter, "order": order})
    return kind(64, hidden_size, 10, output="softmax", rng=seed)
