"""Answers to the exercises of chapter 9, right and wrong."""

import math

import numpy as np

import nnlib
from nnlib.diagnosis import diagnose, solved, success_rate
from tests.checks.cases import judged

X, Y = nnlib.datasets.xor()


def by_masks(outputs):
    wrong = np.abs(outputs - Y) >= 0.05
    if wrong.sum() < 2:
        return None
    fair = Y[wrong].mean()
    if np.abs(outputs[wrong] - fair).max() >= 0.05:
        return None
    return {2: "1/8", 3: "1/6", 4: "1/4"}[int(wrong.sum())]


def by_loops(outputs):
    others = []
    for a, y in zip(outputs, Y, strict=True):
        if abs(a[0] - y[0]) >= 0.05:
            others.append((a[0], y[0]))
    if len(others) in (0, 1):
        return None
    mean = sum(y for _, y in others) / len(others)
    for a, _ in others:
        if abs(a - mean) >= 0.05:
            return None
    return "1/" + str(16 // len(others) if len(others) != 3 else 6) if len(others) < 4 else "1/4"


def by_diagnosis(outputs):
    name = diagnose(outputs).name
    return name.removeprefix("plateau ") if name.startswith("plateau") else None


def by_loss(outputs):
    loss = np.mean((outputs - Y) ** 2)
    for name, level in (("1/4", 1 / 4), ("1/6", 1 / 6), ("1/8", 1 / 8)):
        if abs(loss - level) < 0.03:
            return name
    return None


def by_count(outputs):
    wrong = np.abs(outputs - Y) >= 0.05
    return {0: None, 1: None, 2: "1/8", 3: "1/6", 4: "1/4"}[int(wrong.sum())]


def by_halves(outputs):
    halves = int(np.sum(np.abs(outputs - 0.5) < 0.05))
    return {2: "1/8", 4: "1/4"}.get(halves)


def by_equal_outputs(outputs):
    wrong = np.abs(outputs - Y) >= 0.05
    if wrong.sum() < 2 or np.ptp(outputs[wrong]) > 0.1:
        return None
    return {2: "1/8", 3: "1/6", 4: "1/4"}[int(wrong.sum())]


def by_logarithm(p, wanted=0.99):
    if p >= wanted:
        return 1
    return int(np.ceil(np.log(1 - wanted) / np.log(1 - p)))


def by_trying(p, wanted=0.99):
    k = 1
    while 1 - (1 - p) ** k < wanted:
        k += 1
    return k


def crowd(seeds, epochs=500):
    return nnlib.train_many((2, 2, 1), X, Y, learning_rates=2, seeds=seeds, epochs=epochs)


def by_rows(k, attempts=2000):
    learned = solved(crowd(range(200, 200 + attempts * k)).outputs(X), Y)
    return success_rate(learned.reshape(attempts, k).any(axis=1))


def by_single_trainings(k, attempts=2000):
    good = 0
    for attempt in range(attempts):
        population = crowd(200 + attempt * k + np.arange(k))
        good += any(solved(A, Y) for A in population.outputs(X))
    return good / attempts


def other_starts(first=0, how=np.any, group=True):
    def kept(k, attempts=2000):
        learned = solved(crowd(range(first, first + attempts * k)).outputs(X), Y)
        return success_rate(how(learned.reshape(attempts, k), axis=1) if group else learned)

    return kept


def by_minimum(learned_at, patience):
    successes = np.sum(learned_at <= patience)
    if successes == 0:
        return np.inf
    return np.minimum(learned_at, patience).sum() / successes


def by_start(learned_at, patience):
    paid, successes = 0, 0
    for epoch in learned_at:
        if epoch <= patience:
            paid += epoch
            successes += 1
        else:
            paid += patience
    return paid / successes if successes else math.inf


def best_of_all(learned_at):
    costs = [by_minimum(learned_at, patience) for patience in range(20, 2001)]
    return 20 + int(np.argmin(costs))


def best_of_the_learned(learned_at):
    """The cost falls only where one more start learns."""
    candidates = [20, *sorted(int(t) for t in learned_at if 20 <= t <= 2000)]
    return min(candidates, key=lambda patience: by_start(learned_at, patience))


def priced(cost):
    """Return a cost and the best patience by the right one."""
    return cost, best_of_all


RIGHT = {
    "09-name": {"masks": (by_masks,), "loops": (by_loops,), "diagnose": (by_diagnosis,)},
    "09-restarts": {
        "the logarithm": (by_logarithm, by_rows),
        "one by one": (by_trying, by_single_trainings),
        "both mixed": (lambda p, wanted=0.99: float(by_trying(p, wanted)), by_rows),
    },
    "09-patience": {"minimum": (by_minimum, best_of_all), "start by start": (by_start, best_of_the_learned)},
}
WRONG = {
    "09-name": {
        "by the loss": ("its loss, 1/4, is no proof", by_loss),
        "by the count of wrong ones": ("it returns", by_count),
        "halves only": ("1/6", by_halves),
        "by equal outputs": ("the mean of their targets is", by_equal_outputs),
        "with the word": ("it returns 'plateau 1/8'", lambda outputs: diagnose(outputs).name),
        "always": ("it returns '1/8'", lambda outputs: "1/8"),
    },
    "09-restarts": {
        "rounded down": (
            "too little",
            lambda p, wanted=0.99: max(1, int(math.log(1 - wanted) / math.log(1 - min(p, 1 - 1e-16)))),
            by_rows,
        ),
        "not rounded": (
            "a whole number",
            lambda p, wanted=0.99: math.log(1 - wanted) / math.log(1 - min(p, 1 - 1e-16)),
            by_rows,
        ),
        "one too many": ("enough", lambda p, wanted=0.99: by_trying(p, wanted) + 1, by_rows),
        "one more where the logarithms divide": (
            "is exactly kept",
            lambda p, wanted=0.99: 1 if p == 1 else int(math.log(1 - wanted) / math.log(1 - p)) + 1,
            by_rows,
        ),
        "99 % whatever is wanted": ("restarts_needed(0.01, 0.5)", lambda p, wanted=0.99: by_trying(p), by_rows),
        "no answer at p = 1": (
            "stops with ValueError",
            lambda p, wanted=0.99: math.ceil(math.log(1 - wanted) / math.log(1 - p)),
            by_rows,
        ),
        "the starts of the map": ("the seeds from 200 on", by_logarithm, other_starts(first=0)),
        "all of them": ("at least one start learns", by_logarithm, other_starts(first=200, how=np.all)),
        "starts, not attempts": ("kept(2, 50)", by_logarithm, other_starts(first=200, group=False)),
        "the formula": ("kept(1, 60)", by_logarithm, lambda k, attempts=2000: 1 - 0.406**k),
    },
    "09-patience": {
        "per start": ("learn in time", *priced(lambda t, c: np.minimum(t, c).mean())),
        "the patience for all": ("learn in time", *priced(lambda t, c: len(t) * c / max(1, np.sum(t <= c)))),
        "those that learned alone": ("learn in time", *priced(lambda t, c: t[t <= c].sum() / max(1, np.sum(t <= c)))),
        "earlier than patience": (
            "40 epochs are paid and 2",
            *priced(lambda t, c: np.minimum(t, c).sum() / max(1e-9, np.sum(t < c))),
        ),
        "zero where none learns": ("infinite", *priced(lambda t, c: by_minimum(t, c) if np.any(t <= c) else 0)),
        "the book's patience": ("A patience of", by_minimum, lambda t: 110),
        "the dearest": ("best_patience is", by_minimum, lambda t: 2000),
        "without the last": (
            "For 3 starts best_patience",
            by_minimum,
            lambda t: min(range(20, 2000), key=lambda c: by_minimum(t, c)),
        ),
        "without the first": (
            "For 3 starts best_patience",
            by_minimum,
            lambda t: min(range(21, 2001), key=lambda c: by_minimum(t, c)),
        ),
        "the cost": ("best_patience is", by_minimum, lambda t: min(by_minimum(t, c) for c in range(20, 2001))),
    },
}
test_right, test_wrong = judged(RIGHT, WRONG)
