"""What a right answer does, in the exercises of chapter 9, When XOR refuses."""

from itertools import combinations
from typing import Any

import numpy as np

from nnlib.checks.answers import Answer, NotAttempted, as_array, as_number, brief, require, same_array
from nnlib.checks.registry import exercise
from nnlib.datasets import xor
from nnlib.diagnosis import solved
from nnlib.population import train_many

TARGETS = np.array([0.0, 1.0, 1.0, 0.0])
LEVELS = {2: "1/8", 3: "1/6", 4: "1/4"}


@exercise(
    "09-name",
    "Predict and fill: name the plateau",
    "name_plateau(outputs) -> str or None",
    hints=(
        "Which corners are right, and what do the others have in common?",
        "Mark the corners that are at least 0.05 off their target. What is the mean of their targets?",
        "If all marked outputs lie within 0.05 of that mean, their number gives the name: 2, 3 or 4 corners.",
    ),
)
def judge_name(name_plateau: Answer) -> str:
    """Right is: named by the corners that share the mean of their targets, wherever they are; None for all else."""
    cases = [*plateaus(), *no_plateaus()]
    named = []
    for outputs, _, _ in cases:
        given = outputs.copy()
        named.append(name_plateau.run(given))
        require(same_array(given, outputs), "name_plateau changes the outputs that it is given. Work on a copy.")
    if all(name is None or name is Ellipsis for name in named):
        raise NotAttempted
    for (outputs, expected, why), name in zip(cases, named, strict=True):
        shown = "[" + ", ".join(f"{value:g}" for value in outputs[:, 0].round(3)) + "]"
        right = (name is None) if expected is None else (isinstance(name, str) and name == expected)
        require(right, f"For {shown} it returns {brief(name)}; {why}.")
    return f"It names {len(cases)} sets of outputs, plateaus and others."


def plateaus() -> list[tuple]:
    """Return outputs on every plateau: (outputs, name, why)."""
    rng, cases = np.random.default_rng(9), []
    for size, level in LEVELS.items():
        for shared in map(list, combinations(range(4), size)):
            fair = TARGETS[shared].mean()
            if 0 < fair < 1:
                outputs = TARGETS + rng.uniform(0.002, 0.04, 4) * np.where(TARGETS > 0, -1, 1)
                outputs[shared] = fair + rng.uniform(-0.04, 0.04, size)
                why = f"{size} corners share about {fair:.2f} and the others are right: {level}"
                cases.append((outputs[:, np.newaxis], level, why))
    return cases


def no_plateaus() -> list[tuple]:
    """Return outputs on no plateau: (outputs, None, why)."""
    cases = [
        ([0.01, 0.98, 0.99, 0.03], "all four are right"),
        ([0, 1, 1, 0], "all four are right"),
        ([0, 1, 1, 1], "three are right, and one corner alone shares nothing (its loss, 1/4, is no proof)"),
        ([1, 1, 1, 1], "the two that are not right give 1, and the mean of their targets is 0"),
        ([0, 0, 0, 0], "the two that are not right give 0, and the mean of their targets is 1"),
        ([0.02, 0.5, 0.97, 0.03], "one corner alone shares nothing"),
        ([0.4, 0.98, 0.4, 0.02], "the two that are not right share 0.4, and the mean of their targets is 0.5"),
        ([0.98, 0.02, 0.97, 0.01], "the two that are not right differ widely"),
        ([0.3, 0.7, 0.7, 0.3], "all four are 0.3 off, and none is near 1/2"),
        ([0.12, 0.5, 0.97, 0.5], "three corners are not right, and they do not share one answer"),
        ([0.5, 0.5, 0.97, 0.12], "three corners are not right, and they do not share one answer"),
        ([0.5, 0.02, 0.98, 0.5], "three corners are not right, and they do not share one answer"),
    ]
    return [(np.array(outputs, float)[:, np.newaxis], None, f"{why}: None") for outputs, why in cases]


@exercise(
    "09-restarts",
    "Build: a promise of 99 %",
    "restarts_needed(p, wanted) -> int; kept(k, attempts) -> Rate",
    hints=(
        "If one start fails with probability 1 - p, how probable is it that k of them fail?",
        "Take logarithms of (1 - p) ** k <= 1 - wanted. Both are negative: what happens to the sign?",
        "For kept, put the results of attempts * k starts into rows of k; np.any tells whether a row has a success.",
    ),
)
def judge_restarts(restarts_needed: Answer, kept: Answer) -> str:
    """Right is: the smallest k that keeps the promise; the share of attempts in which a start learns, of fresh ones."""
    rng = np.random.default_rng(9)
    cases = [(0.5, 0.99), (0.65, 0.99), (0.582, 0.99), (0.01, 0.5), (0.99, 0.5), (1.0, 0.99), (0.995, 0.99)]
    cases += [(float(p), float(wanted)) for p, wanted in rng.uniform(0.02, 0.98, (40, 2)).round(3)]
    for p, wanted in cases:
        k = as_number(restarts_needed(p, wanted), f"restarts_needed({p:g}, {wanted:g})")
        promised = 1 - (1 - p) ** k
        said = f"restarts_needed({p:g}, {wanted:g}) is {k:g}"
        require(k >= 1 and k == int(k), f"{said}; a number of starts is a whole number, at least 1.")
        require(promised > wanted - 1e-9, f"{said}. So many starts succeed with {promised:.4f}, which is too little.")
        fewer = 1 - (1 - p) ** (k - 1)
        require(k == 1 or fewer < wanted + 1e-9, f"{said}. One start fewer succeeds with {fewer:.4f}: enough.")
    for wanted, exact in [(0.5, 1), (0.75, 2), (0.875, 3)]:  # powers of 1/2 are exact
        k = as_number(restarts_needed(0.5, wanted), f"restarts_needed(0.5, {wanted:g})")
        require(
            k == exact,
            f"restarts_needed(0.5, {wanted:g}) is {k:g}. With {exact} the promise is exactly kept.",
        )
    learned = fresh_starts(100)
    for k, attempts in [(1, 60), (2, 50), (3, 30)]:
        result = kept(k, attempts)
        name = f"kept({k}, {attempts})"
        share = as_number(getattr(result, "rate", result), f"{name}, the rate")
        expected = np.mean([learned[j * k : (j + 1) * k].any() for j in range(attempts)])
        require(
            abs(share - expected) < 1e-9,
            f"{name} is {share:.4f}. Of {attempts} attempts with the seeds from 200 on, {k} for each, "
            f"the share in which at least one start learns is {expected:.4f}.",
        )
        counted = getattr(result, "n", attempts)
        require(counted == attempts, f"{name} counts {counted} cases; there are {attempts} attempts.")
    return "It finds the smallest number of starts, and counts attempts with fresh ones."


def fresh_starts(number: int) -> np.ndarray:
    """Say of each start from seed 200 on whether it learns, as the exercise has it."""
    X, Y = xor()
    seeds = range(200, 200 + number)
    population = train_many((2, 2, 1), X, Y, learning_rates=2.0, seeds=seeds, epochs=500, n_records=2)
    return np.asarray(solved(population.outputs(X), Y))


@exercise(
    "09-patience",
    "Build: when to give up",
    "cost_of_success(learned_at, patience) -> float; best_patience(learned_at) -> int",
    hints=(
        "What does a start cost that learns at epoch 70, if you give up at 100? And one that never learns?",
        "The smaller of two numbers, for each start: np.minimum. It is no trouble if one of them is infinite.",
        "Divide the sum of what is paid by the count of learned_at <= patience; try every patience from 20 to 2,000.",
    ),
)
def judge_patience(cost_of_success: Answer, best_patience: Answer) -> str:
    """Right is: the epochs of all starts by the count of those that learn in time; the patience where that is least."""
    rng = np.random.default_rng(9)
    cases: list[tuple[Any, int]] = [
        ([10, np.inf], 30),
        ([10, 30], 30),
        ([10, 31], 30),
        ([50, np.inf, 70], 20),
        ([np.inf, np.inf], 100),
    ]
    for size in (3, 7, 40):
        times = rng.integers(20, 400, size).astype(float)
        times[rng.random(size) < 0.4] = np.inf
        cases += [(times, int(patience)) for patience in rng.integers(20, 500, 6)]
    for learning_times, patience in cases:
        learned_at = np.array(learning_times, float)
        cost = as_number(cost_of_success(learned_at, patience), "cost_of_success(learned_at, patience)")
        expected = plain_cost(learned_at, patience)
        require(
            cost == expected or abs(cost - expected) < 1e-9 * expected,
            f"cost_of_success is {cost:.6g} for {brief(learned_at)} and patience {patience}; "
            f"{told(learned_at, patience, expected)}",
        )
    ends = [np.array([20.0, np.inf, 900.0]), np.array([np.inf, 2000.0, 2000.0])]  # the first and the last are allowed
    for learned_at in [*(mixed_starts(seed) for seed in range(4)), *ends]:
        found = as_number(best_patience(learned_at), "best_patience(learned_at)")
        require(20 <= found <= 2000, f"best_patience is {found:g}; it has to be from 20 to 2,000.")
        costs = {patience: plain_cost(learned_at, patience) for patience in range(20, 2001)}
        best = min(costs, key=lambda patience: costs[patience])
        require(
            plain_cost(learned_at, found) <= costs[best] * (1 + 1e-9),
            f"For {len(learned_at)} starts best_patience is {found:g}, at {plain_cost(learned_at, found):.4g} epochs "
            f"for each success. A patience of {best} costs {costs[best]:.4g}.",
        )
    return f"It agrees with counting by hand in {len(cases)} cases, and finds the cheapest patience."


def mixed_starts(seed: int) -> np.ndarray:
    """Return when 25 starts learn, infinity for those that never do."""
    rng = np.random.default_rng(seed)
    learned_at = rng.integers(30, 900, 25).astype(float)
    learned_at[rng.random(25) < 0.4] = np.inf
    return learned_at


def plain_cost(learned_at: np.ndarray, patience: float) -> float:
    """Return the cost, counted start by start."""
    paid = successes = 0.0
    for time in as_array(learned_at, "learned_at"):
        paid += min(time, patience)
        successes += time <= patience
    return paid / successes if successes else np.inf


def told(learned_at: np.ndarray, patience: int, expected: float) -> str:
    """Say how a cost comes about."""
    learned = int(np.sum(learned_at <= patience))
    if learned == 0:
        return "no start learns in that time, so it has to be infinite."
    return f"{np.minimum(learned_at, patience).sum():g} epochs are paid and {learned} learn in time: {expected:.6g}."
