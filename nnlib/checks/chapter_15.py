"""What a right answer does, in the exercises of chapter 15, Learning that generalizes."""

import math

import numpy as np
from numpy.typing import ArrayLike

from nnlib.checks.answers import Answer, Wrong, as_number, as_parts, brief, require, require_close
from nnlib.checks.registry import exercise
from nnlib.losses import binary_cross_entropy


@exercise(
    "15-patience",
    "Fill: patience",
    "stop_early(losses, patience) -> (best, stopped)",
    hints=(
        "After each epoch, what do you have to know of all the epochs before it?",
        "Walk through the losses with `enumerate` and remember the epoch of the best one so far.",
        "Stop where `epoch - best` has reached the patience; where that never happens, the last epoch is the end.",
    ),
)
def judge_patience(stop_early: Answer) -> str:
    """Right is: no epoch before the stop had used up the patience, and the best is the first lowest loss up to it."""
    cases = [([5, 4, 3, 4, 5, 2, 1], 2), ([5, 4, 3, 4, 5, 2, 1], 3), ([1, 2, 3, 4], 1), ([2, 2, 2, 2, 1], 3), ([7], 5)]
    cases += [([4, 3, 2, 1], 1), ([3, 2, 5, 6], 2), ([3, 2, 5, 6], 4)]
    rng = np.random.default_rng(15)
    cases += [(rng.integers(1, 9, rng.integers(2, 30)).tolist(), int(rng.integers(1, 6))) for _ in range(200)]
    for losses, patience in cases:
        call = f"stop_early({losses}, patience={patience})"
        parts = as_parts(stop_early(list(losses), patience), call, 2)
        best, stopped = (as_number(part, f"an epoch of {call}") for part in parts)
        for epoch in (best, stopped):
            known = epoch == int(epoch) and 0 <= epoch < len(losses) if math.isfinite(epoch) else False
            require(known, f"{call} returns the epoch {epoch:g}; the epochs are 0 to {len(losses) - 1}.")
        judge_stop(call, losses, patience, int(best), int(stopped))
    return f"In {len(cases)} runs it stops when the patience is used up, and goes back to the best epoch."


def judge_stop(call: str, losses: list, patience: int, best: int, stopped: int) -> None:
    """Require the best epoch up to the stop, and the first epoch at which the patience is used up."""
    waits = [epoch - losses.index(min(losses[: epoch + 1])) for epoch in range(stopped + 1)]
    early = [epoch for epoch in range(stopped) if waits[epoch] >= patience]
    require(
        not early,
        f"{call} stops at epoch {stopped}. At epoch {early[0] if early else 0} there had been "
        f"{patience} without a new best already.",
    )
    require(
        stopped == len(losses) - 1 or waits[stopped] >= patience,
        f"{call} stops at epoch {stopped}, after {waits[stopped]} without a new best; it has the patience for more.",
    )
    require(
        best <= stopped,
        f"{call} calls epoch {best} the best, and stops at {stopped}: it cannot know what comes after its stop.",
    )
    found = losses[best]
    require(
        found == min(losses[: stopped + 1]),
        f"{call} calls epoch {best} the best; its loss is {found}, and up to epoch {stopped} there is a lower one.",
    )
    require(
        found not in losses[:best],
        f"{call} calls epoch {best} the best. The same loss stood there before: an equal one is no new best.",
    )


@exercise(
    "15-choose",
    "Build: choose the decay without touching the test data",
    "choose_decay(fit, X, Y, decays, n_folds=5, rng=0) -> decay",
    hints=(
        "Which points may judge a network, if it has learned from all folds but one?",
        "Shuffle the row numbers first and cut them by `np.array_split`. "
        "`np.setdiff1d(order, fold)` holds the rows of all the other folds.",
        "For each decay: a list of `fit(X[rest], Y[rest], l2=...).loss(X[fold], Y[fold], BCE)`, and its mean.",
    ),
)
def judge_choose(choose_decay: Answer) -> str:
    """Right is: each point judges one network for each decay, one that has not seen it; the lowest mean loss wins."""
    rng = np.random.default_rng(15)
    for n_samples, n_folds, n_decays in [(30, 5, 7), (23, 4, 3), (41, 3, 5), (17, 17, 4), (20, 5, 2)]:
        X = rng.normal(size=(n_samples, 2))
        Y = (np.arange(n_samples) >= n_samples // 2).astype(float)[:, None]  # one class first: folds want shuffling
        decays = np.sort(10 ** rng.uniform(-5, 0, n_decays)).tolist()
        order = rng.permutation(n_decays)  # how bad each decay is on points that were left out
        badness = dict(zip(decays, order.tolist(), strict=True))
        lab = Laboratory(X, badness)
        decay = as_number(choose_decay(lab.fit, X, Y, decays, n_folds, 3), "choose_decay(...)")
        lab.judge(n_folds)
        judge_seed(choose_decay, lab, (X, Y, decays, n_folds))
        require(
            min(abs(decay - candidate) for candidate in decays) < 1e-12,
            f"choose_decay returned {decay:g}, which is none of the decays that it was given: {brief(decays)}.",
        )
        wanted = decays[int(order.argmin())]
        require(
            math.isclose(decay, wanted),
            f"With {n_samples} points and {n_folds} folds choose_decay returned {decay:.3g}. The lowest mean loss on "
            f"the folds that were left out was that of {wanted:.3g}.",
        )
    return "Each point judged once for each decay, and never a network that had seen it."


def judge_seed(choose_decay: Answer, lab: "Laboratory", data: tuple) -> None:
    """Require the same folds from the same seed, and others from another."""
    if data[3] == len(data[0]):  # each fold is a point: there is nothing to deal
        return
    deals = []
    for seed in (3, 4):
        again = Laboratory(data[0], lab.badness)
        choose_decay(again.fit, *data, seed)
        deals.append(again.folds(data[2][0]))
    require(deals[0] == lab.folds(data[2][0]), "Two runs with rng=3 dealt different folds: shuffle by rng, once.")
    require(deals[1] != deals[0], "rng=3 and rng=4 dealt the same folds: shuffle by the rng that you are given.")


class Laboratory:
    """Stands in for training: what it returns knows its own points by heart, the better the smaller the decay.

    `badness` ranks the decays from 0, the best. The second best is good on all points but one, and its mean is not.
    """

    def __init__(self, X: np.ndarray, badness: dict[float, int]) -> None:
        self.rows = {x.tobytes(): row for row, x in enumerate(X)}
        self.badness = badness
        self.trained: list[Memory] = []

    def fit(self, X: ArrayLike, Y: ArrayLike, l2: float = 0.0) -> "Memory":
        """Return a network that has learned these points with this decay."""
        X, Y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
        require(X.ndim == 2 and len(X) == len(Y), "fit got an X and a Y that do not belong together, row by row.")
        require(
            any(math.isclose(l2, decay) for decay in self.badness),
            f"fit was called with the decay {brief(l2)}, which is none of the decays to choose from.",
        )
        memory = Memory(self, self.find(X), l2)
        self.trained.append(memory)
        return memory

    def find(self, X: ArrayLike) -> list[int]:
        """Return the numbers of these rows of the learning data."""
        try:
            return [self.rows[x.tobytes()] for x in np.asarray(X, dtype=float)]
        except KeyError:
            raise Wrong("A row of X came to fit or loss that is none of the learning data.") from None

    def judge(self, n_folds: int) -> None:
        """Require that the folds were dealt and used as they have to be."""
        n_samples, everyone = len(self.rows), set(range(len(self.rows)))
        require(self.trained, "choose_decay never called fit.")
        for decay in self.badness:
            networks = [memory for memory in self.trained if math.isclose(memory.l2, decay) and memory.judges]
            judges = [row for memory in networks for row in memory.judges]
            require(
                not any(set(memory.judges) & memory.seen for memory in networks),
                f"With the decay {decay:.3g} a network was judged by points that it had learned from.",
            )
            require(
                sorted(judges) == sorted(everyone),
                f"With the decay {decay:.3g} the loss was taken {len(judges)} times on {len(set(judges))} different "
                f"points; each of the {n_samples} points has to judge once.",
            )
            require(
                len(networks) == n_folds,
                f"With the decay {decay:.3g}, {len(networks)} networks were judged; {n_folds} folds make {n_folds}.",
            )
            require(
                all(memory.seen | set(memory.judges) == everyone for memory in networks),
                f"With the decay {decay:.3g} a network learned from fewer points than all the other folds hold.",
            )
            sizes = [len(memory.judges) for memory in networks]
            require(max(sizes) - min(sizes) <= 1, f"The folds hold {sizes} points; they have to be equal, or nearly.")
        deals = [self.folds(decay) for decay in self.badness]
        require(
            all(deal == deals[0] for deal in deals),
            "The decays were not judged by the same folds. Deal once, before the loops, so that none is lucky.",
        )
        self.judge_shuffling(n_folds)

    def folds(self, decay: float) -> set[frozenset[int]]:
        """Return the folds that judged a decay."""
        return {frozenset(memory.judges) for memory in self.trained if math.isclose(memory.l2, decay) and memory.judges}

    def judge_shuffling(self, n_folds: int) -> None:
        """Require that not every fold is a stretch of the data."""
        folds = [sorted(memory.judges) for memory in self.trained if memory.judges]
        stretches = all(fold == list(range(fold[0], fold[-1] + 1)) for fold in folds)
        require(
            not stretches or n_folds == len(self.rows),
            "Every fold is a stretch of the data as they came. These came one class after the other: shuffle first.",
        )


class Memory:
    """A network of the laboratory: right about the points it has seen, and else as sure and wrong as it was told."""

    def __init__(self, laboratory: Laboratory, seen: list[int], l2: float) -> None:
        self.laboratory, self.seen, self.l2 = laboratory, set(seen), float(l2)
        self.judges: list[int] = []

    def loss(self, X: ArrayLike, Y: ArrayLike, loss: str = "mse", l2: float = 0.0) -> float:
        """Return the binary cross-entropy on these points; they have judged."""
        require(
            loss == "binary_cross_entropy",
            f"The loss was taken as {loss!r}; name the cross-entropy, BCE, for that is what the networks learn by.",
        )
        require(
            l2 == 0, "The loss on a fold was taken with the decay in it, and so the decays pay for themselves: no l2."
        )
        rows = self.laboratory.find(X)
        self.judges += rows
        rank = next(rank for decay, rank in self.laboratory.badness.items() if math.isclose(decay, self.l2))
        known = np.array([row in self.seen for row in rows])[:, None]
        unseen = np.full((len(rows), 1), -0.3 * (1 + rank))
        if rank == 1:
            unseen = np.array([[-len(self.laboratory.rows) if row == 0 else 0.5] for row in rows])
        toward = np.where(known, 9.0 - math.log10(self.l2), unseen)  # sure of what it has seen
        Y = np.asarray(Y, dtype=float)
        require(Y.shape == (len(rows), 1), f"loss got a Y of shape {Y.shape} for {len(rows)} points.")
        return float(binary_cross_entropy(toward * (2 * Y - 1), Y)[0])

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Refuse: few points cannot tell two decays by the share that is right."""
        raise Wrong("A fold judges by its loss here, net.loss(X, Y, BCE), and not by what the network answers.")

    forward = predict


@exercise(
    "15-optimism",
    "Break: choose by the test data",
    "optimism(scores, truth) -> number",
    hints=(
        "In one data set, who is the winner, and which two numbers belong to it?",
        "`scores.argmin(axis=0)` names a winner for each data set. Its truth stands in the same row and column.",
        "With `each = np.arange(n_data_sets)`, `scores[winner, each]` are the winners' scores.",
    ),
)
def judge_optimism(optimism: Answer) -> str:
    """Right is: the mean over data sets of the truth of each one's own winner less the winner's score."""
    rng = np.random.default_rng(15)
    for n_candidates, n_sets in [(2, 3), (7, 200), (3, 1), (1, 4), (5, 2), (4, 50)]:
        scores = rng.uniform(0.2, 1, size=(n_candidates, n_sets))
        truth = rng.uniform(0.2, 1, size=(n_candidates, n_sets))
        total = 0.0
        for one_scores, one_truth in zip(scores.T.tolist(), truth.T.tolist(), strict=True):
            best = min(one_scores)
            total += one_truth[one_scores.index(best)] - best
        found = as_number(optimism(scores, truth), "optimism(scores, truth)")
        what = f"The optimism of {n_candidates} candidates on {n_sets} data sets"
        require_close(found, total / n_sets, what, rtol=1e-9)
    return "Each data set has its own winner, and is asked for that winner's truth."
