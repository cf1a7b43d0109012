"""What a right answer does, in the exercises of chapter 16, Handwritten digits."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.checks.answers import Answer, Wrong, as_array, as_number, frozen, require, require_close, unchanged
from nnlib.checks.registry import exercise
from nnlib.datasets import digits, split
from nnlib.losses import LossFunction, Problem
from nnlib.network import NeuralNetwork
from nnlib.optimizers import Adam, GradientDescent
from nnlib.training import train

BUDGET, TARGET, SPLITS = 5, 95.5, 10  # passes, percent, deals of the pictures
FAR_OVER = 40  # passes after which nobody waits for the end of a run
MOVES_AFTER = 0.1  # passes after which, in one more run, the pixels change places


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
        before = frozen((training, validation))
        net = NeuralNetwork(64, 10, 10, output="softmax", rng=seed)
        twin = net.copy()
        words = f"accuracy(net, training, validation, {scale}, {optimizer})"
        found = as_number(accuracy.in_place(net, training, validation, scale, optimizer), words)
        same = unchanged((training, validation), before)
        require(same, "accuracy changes the pictures that it is given. Multiply into a new array: scale * X.")
        require(0 <= found <= 1, f"{words} says {found:.3f}; a share lies between 0 and 1.")
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
    which pixels are neighbors. In one more run the order changes on the way. A network that learns by its own looks
    follows; what was found out early and learned elsewhere, where nobody counts, does not.
    """
    X, Y = digits()
    shares, spent = [], 0.0
    for seed in range(SPLITS):
        learning, (X_fresh, Y_fresh), _ = split(X, Y, rng=seed)
        meter = Meter(len(learning[0]), seed, X_fresh)
        theta = trained(read_on_a_budget, learning, meter, seed)
        spent = max(spent, meter.passes)
        shares.append(share_read(theta, X_fresh[:, meter.order], Y_fresh))
    share = 100 * np.mean(shares)
    require(share > 30, f"It reads {share:.1f} %: {NOT_THIS_NETWORK}")
    by_hand = " (Slopes by hand do not fit its first weights, whose pixels stand in another order.)"
    require(
        share >= TARGET,
        f"It spent {spent:.1f} passes and reads {share:.1f} % of the fresh pictures; {TARGET} % are asked for."
        f"{by_hand if share < 85 else ''}",
    )
    learning, (X_fresh, Y_fresh), _ = split(X, Y, rng=SPLITS)
    meter = Meter(len(learning[0]), SPLITS, X_fresh, moves_after=MOVES_AFTER)
    old = meter.order
    theta = trained(read_on_a_budget, learning, meter, SPLITS)
    follows = share_read(theta, X_fresh[:, meter.order], Y_fresh) - share_read(theta, X_fresh[:, old], Y_fresh)
    require(follows > 0.2, NOT_BY_LOOKING)  # it is 0.5 and more for what learns, 0.15 at most for what does not
    return f"It reads {share:.1f} % of the fresh pictures, for {spent:.1f} passes."


NOT_THIS_NETWORK = (
    "the network itself has learned hardly anything. It sees the pixels in an order of its own, so weights or slopes "
    "that were found without it are of no use to it. Train it by its own methods, or by nnlib's trainers."
)
NOT_BY_LOOKING = (
    "In one more run the pixels changed their places on the way. A network that learns by the looks that are counted "
    "follows them; this one did not. What was learned elsewhere was not paid for."
)


def trained(read_on_a_budget: Answer, learning: tuple[np.ndarray, np.ndarray], meter: "Meter", seed: int) -> np.ndarray:
    """Return the theta that an answer ends with; require that it was paid for."""
    net = metered(meter, seed)
    start = net.theta.copy()
    try:
        read_on_a_budget.in_place(net, *learning)
    except FarOver:
        raise Wrong(f"It was stopped at {FAR_OVER} passes, and still training; the budget is {BUDGET}.") from None
    theta = net.theta.copy()
    moved = not np.array_equal(theta, start)
    require(moved, "The network that it was given has not moved: it has to be trained in place.")
    require(
        not meter.saw_fresh,
        "The network was shown fresh pictures, which are to judge it. Learn from the X and Y that you are given.",
    )
    require(
        meter.looks <= BUDGET * meter.n_pictures,
        f"It spent {meter.passes:.1f} passes: {meter.looks:,} times the loss of a picture was taken, of "
        f"{meter.n_pictures:,} pictures. The budget is {BUDGET}.",
    )
    return theta


def share_read(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> float:
    """Return the share of pictures that a network of the judge's own reads by this theta."""
    reader = NeuralNetwork(64, 64, 10, output="softmax")
    reader.theta[:] = theta
    return float(np.mean(reader.predict(X) == Y.argmax(axis=1)))


class FarOver(BaseException):
    """The budget is overspent many times. No Exception, or SciPy's seam would take it for a refused option."""


class Meter:
    """Counts how often the loss of a picture is taken, whoever trains, and knows the order of the pixels.

    Parameters
    ----------
    n_pictures : int
        The pictures of a pass.
    seed : int, optional
        It draws the order.
    X_fresh : array, shape (n_samples, 64), optional
        Pictures that nobody may learn from; `saw_fresh` tells whether somebody has.
    moves_after : float, optional
        The passes after which the order changes, once.
    """

    def __init__(self, n_pictures: int, seed: int = 0, X_fresh: ArrayLike = (), moves_after: float = np.inf) -> None:
        self.n_pictures, self.looks, self.saw_fresh = n_pictures, 0, False
        self.rng = np.random.default_rng(1000 + seed)
        self.order = self.rng.permutation(64)
        self.fresh = {x.tobytes() for x in np.asarray(X_fresh, dtype=float)}
        self.moves_at = moves_after * n_pictures
        self.shown = np.empty((0, 64))

    @property
    def passes(self) -> float:
        """How often all pictures were looked at."""
        return self.looks / self.n_pictures

    def count(self, looks: int) -> None:
        """Add so many looks at a picture."""
        self.looks += looks
        if self.looks > FAR_OVER * self.n_pictures:
            raise FarOver
        if self.looks > self.moves_at:
            self.move()

    def show(self, X: np.ndarray) -> np.ndarray:
        """Return pictures with their pixels in order."""
        self.saw_fresh |= any(x.tobytes() in self.fresh for x in X.astype(float))
        return X[:, self.order]

    def move(self) -> None:
        """Change the order, also of the pictures that a training is going through."""
        places = self.rng.permutation(64)
        self.order, self.moves_at = self.order[places], np.inf
        self.shown[...] = self.shown[:, places]


def counted_loss(meter: Meter) -> Callable[[LossFunction], LossFunction]:
    """Return what makes of a loss one that counts its samples. Every trainer asks it, in each of its evaluations."""

    @cache
    def counted(function: LossFunction) -> LossFunction:
        def counting(Q: np.ndarray, Y: np.ndarray) -> tuple[np.floating, np.ndarray]:
            meter.count(len(Q))
            return function(Q, np.asarray(Y))

        return counting

    return counted


def counted_targets(meter: Meter) -> type[np.ndarray]:
    """Return targets that count how often they are subtracted from: Levenberg-Marquardt takes residuals, no loss."""

    class CountedTargets(np.ndarray):
        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
            """Do what NumPy does, on plain arrays; each residual has a gradient of its own."""
            if ufunc is np.subtract:
                meter.count(self.size)
            plain = [np.asarray(entry) if isinstance(entry, CountedTargets) else entry for entry in inputs]
            return getattr(ufunc, method)(*plain, **keywords)

    return CountedTargets


def metered(meter: Meter, seed: int, hidden_size: int = 64) -> NeuralNetwork:
    """Return the chapter's network at the start `seed`; all of its kind, copies too, share the meter.

    The meter is no attribute of anything that an answer is handed.
    """
    counted, targets = counted_loss(meter), counted_targets(meter)

    class MeteredNetwork(NeuralNetwork):
        """The chapter's network, each picture that it looks at counted, with the pixels in an order of its own."""

        def check_problem(self, X: ArrayLike, Y: ArrayLike, loss: str, l2: float) -> Problem:
            """Return the problem with its pixels in order and its loss counted: all training begins here."""
            X, Y, function, logits, l2 = super().check_problem(X, Y, loss, l2)
            if loss == "mse":
                Y = Y.view(targets)
            meter.shown = meter.show(X)
            return meter.shown, Y, counted(function), logits, l2

        def forward(self, X: ArrayLike) -> np.ndarray:
            """Return the outputs; counted, for whoever has them has half of a gradient."""
            X = meter.show(self._check_inputs(X))
            meter.count(len(X))
            return super().forward(X)

        def layer_outputs(self, X: ArrayLike) -> list[np.ndarray]:
            """Return the outputs of every layer, counted."""
            X = meter.show(self._check_inputs(X))
            meter.count(len(X))
            return super().layer_outputs(X)

        def copy(self, dtype: Any = None) -> NeuralNetwork:
            """Return a copy, whose looks are counted with these."""
            plain = super().copy(dtype)
            twin = object.__new__(type(self))
            twin.__setstate__(plain.__getstate__())
            return twin

        __copy__ = copy

    MeteredNetwork.__name__ = "NeuralNetwork"
    return MeteredNetwork(64, hidden_size, 10, output="softmax", rng=seed)
