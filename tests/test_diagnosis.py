from itertools import combinations

import numpy as np
import pytest

from nnlib import NeuralNetwork, datasets, diagnose, train_many
from nnlib.diagnosis import NEAR, solved, success_rate

_, Y = datasets.xor()
TARGETS = Y[:, 0]
MIXED = [
    list(group) for size in (2, 3, 4) for group in combinations(range(4), size) if 0 < TARGETS[list(group)].mean() < 1
]
NAMES = {2: "plateau 1/8", 3: "plateau 1/6", 4: "plateau 1/4"}
LOSSES = {2: 1 / 8, 3: 1 / 6, 4: 1 / 4}


def sharing(group):
    """Return outputs where the corners of `group` share the mean of their targets and all others are right."""
    outputs = TARGETS.copy()
    outputs[group] = TARGETS[group].mean()
    return outputs


def test_there_are_four_pairs_four_triples_and_one_whole():
    assert [len(group) for group in MIXED] == [2] * 4 + [3] * 4 + [4]


@pytest.mark.parametrize("group", MIXED, ids=str)
def test_each_plateau_is_named_and_has_the_loss_in_its_name(group):
    found = diagnose(sharing(group)[:, None])
    assert found.name == NAMES[len(group)]
    assert found.loss == pytest.approx(LOSSES[len(group)], rel=1e-15)
    for corner, name in enumerate(["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"]):
        assert (name in found.sentence) == (corner in group)
    assert f"{TARGETS[group].mean():.2f}" in found.sentence


@pytest.mark.parametrize("group", MIXED, ids=str)
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("corner", range(4))
def test_a_plateau_ends_where_its_tolerance_ends(group, sign, corner):
    near, far = sharing(group), sharing(group)
    near[corner] += sign * 0.99 * NEAR
    far[corner] += sign * 1.01 * NEAR
    assert diagnose(near[:, None]).name == NAMES[len(group)]
    assert diagnose(far[:, None]).name == "on its way"


@pytest.mark.parametrize(
    ("outputs", "name", "n_right"),
    [
        ([0, 1, 1, 0], "solved", 4),
        ([0.39, 0.61, 0.61, 0.39], "solved", 4),
        ([0.41, 0.61, 0.61, 0.39], "on its way", 4),
        ([0, 1, 1, 1], "saturated", 3),
        ([1, 0, 0, 1], "saturated", 0),
        ([0.02, 0.98, 0.03, 0.01], "saturated", 3),
        ([0.2, 0.7, 0.4, 0.3], "on its way", 3),
        ([0, 1.45, 1, 0], "on its way", 4),
        ([5, 1, 1, 0], "on its way", 3),
        ([-1, 1, 1, 0], "on its way", 4),
        ([np.nan, 1, 1, 0], "diverged", 0),
        ([0, np.inf, 1, 0], "diverged", 0),
        ([0, 1, -np.inf, 0], "diverged", 0),
    ],
)
def test_the_other_states(outputs, name, n_right):
    found = diagnose(np.array(outputs, dtype=float)[:, None])
    assert (found.name, found.n_right) == (name, n_right)
    assert found.sentence.startswith(name)


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        ([0.1, 0.9, 0.75, 0], "solved: each of the four outputs is within 0.25 of its target"),
        ([0, 1, 1, 1], "saturated: sure and wrong at (1, 1)"),
        ([1, 0, 1, 1], "saturated: sure and wrong at (0, 0), (0, 1) and (1, 1)"),
        ([0.2, 0.7, 0.4, 0.3], "on its way: 3 of 4 right, loss 0.145"),
        ([0, 0.67, 0.66, 0.67], "on the 1/6 plateau: (0, 1), (1, 0) and (1, 1) share the output 0.67"),
        ([0.5] * 4, "on the 1/4 plateau: (0, 0), (0, 1), (1, 0) and (1, 1) share the output 0.50"),
        ([np.nan] * 4, "diverged: an output is not a finite number"),
    ],
)
def test_the_sentence_says_what_the_outputs_say(outputs, sentence):
    assert diagnose(np.array(outputs)[:, None]).sentence == sentence


def test_every_output_within_reach_is_named_without_an_error():
    for outputs in np.random.default_rng(0).uniform(-0.6, 1.6, (2000, 4)):
        found = diagnose(outputs[:, None])
        assert (found.name == "solved") == solved(outputs[:, None], Y)
        assert found.loss == pytest.approx(np.mean((outputs - TARGETS) ** 2))


def test_solved_is_fahlmans_margin():
    assert solved(Y + [[0.39], [-0.39], [0.39], [-0.39]], Y) is True
    assert solved(Y + [[0.41], [0], [0], [0]], Y) is False
    assert solved(np.full((4, 1), np.nan), Y) is False


def test_solved_reads_many_networks_at_once():
    A = np.stack([Y, 1 - Y, Y + 0.3, np.where(Y == 0, np.nan, Y)])
    assert solved(A, Y).tolist() == [True, False, True, False]
    assert solved(A.reshape(2, 2, 4, 1), Y).tolist() == [[True, False], [True, False]]


@pytest.mark.parametrize(
    ("n_solved", "n", "low", "high"),
    [
        (0, 10, 0, 0.2775328),  # z^2 / (n + z^2)
        (10, 10, 0.7224672, 1),
        (8, 10, 0.4901625, 0.9433178),
        (5, 10, 0.2365931, 0.7634069),
        (199, 200, 0.9722, 0.9991),
        (1, 1, 0.2065493, 1),
    ],
)
def test_the_interval_is_wilsons(n_solved, n, low, high):
    found = success_rate([True] * n_solved + [False] * (n - n_solved))
    assert (found.rate, found.n) == (n_solved / n, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5 if n == 200 else 5e-8)
    # Wilson's interval holds the rates p whose distance from the found rate is z standard errors of p itself
    for p in {found.low, found.high} - {0.0, 1.0}:
        assert (found.rate - p) ** 2 == pytest.approx(1.959964**2 * p * (1 - p) / n, rel=1e-6)


def test_a_rate_reads_as_a_sentence():
    assert str(success_rate([True] * 199 + [False])) == "99.5 % (97.2 to 99.9 %, n = 200)"
    assert f"{success_rate(np.ones(200, dtype=bool))}" == "100.0 % (98.1 to 100.0 %, n = 200)"


def test_a_rate_is_brief_in_a_table():
    assert success_rate([True] * 199 + [False]).brief() == "99.5 (97-100)"
    assert success_rate([True] * 979 + [False] * 21).brief() == "97.9 (96.8-98.6)"


def test_the_interval_holds_the_true_rate_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = []
    for share in (0.5, 0.9, 0.98):
        for n_solved in rng.binomial(100, share, 300):
            found = success_rate(np.arange(100) < n_solved)
            held.append(found.low <= share <= found.high)
    assert 0.92 < np.mean(held) < 0.98


@pytest.mark.parametrize("dtype", [bool, int, np.uint8, np.float16, np.float32, float])
@pytest.mark.parametrize("shape", [(4, 1), (1, 4), (4,)])
def test_four_outputs_are_read_in_any_dtype_as_a_column_or_a_row(dtype, shape):
    outputs = np.array([0, 1, 1, 1], dtype=dtype).reshape(shape)
    for given in (outputs, outputs.tolist()):
        assert diagnose(given) == diagnose([[0.0], [1.0], [1.0], [1.0]])
        assert diagnose(given).name == "saturated"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, float])
def test_a_margin_is_judged_in_the_numbers_that_were_given(dtype):
    below, above = dtype(0.4) - np.finfo(dtype).eps, dtype(0.4) + np.finfo(dtype).eps
    assert solved(np.full((1, 1), below, dtype), [[0]])
    assert not solved(np.full((1, 1), above, dtype), [[0]])
    assert solved(np.array([[0], [1], [1], [0]], dtype), Y.astype(int))


def test_outputs_too_large_for_a_loss_have_diverged():
    found = diagnose([1e200, 1, 1, 0])
    assert (found.name, found.loss, found.n_right) == ("diverged", np.inf, 3)
    assert found.sentence == "diverged: the loss is too large for a number"
    assert solved([[1.7e308]], [[-1.7e308]]) is False


NET = NeuralNetwork(2, 2, 1, rng=0)
FOUR, PAIRS = "it may be (4, 1), the outputs at XOR's four corners", "it may be (n_samples, n_outputs)"
SOLVED = "it may be (n,) of True and False, n at least 1"
BAD = [
    (lambda: diagnose(NET), f"A is a NeuralNetwork; {FOUR}, such as net.forward(X)"),
    (
        lambda: diagnose(train_many((2, 2, 1), datasets.xor()[0], Y, learning_rates=[0.5], seeds=[0], epochs=1)),
        f"A is a Population; {FOUR}, such as population.outputs(X)",
    ),
    (lambda: diagnose(np.zeros((7, 4, 1))), f"A has shape (7, 4, 1); {FOUR}, such as A[0]"),
    (lambda: diagnose(np.zeros((4, 2))), f"A has shape (4, 2); {FOUR}, such as A[:, [1]]"),
    (lambda: diagnose([[0, 1], [1, 0]]), f"A has shape (2, 2); {FOUR}"),
    (lambda: diagnose([]), f"A has shape (0,); {FOUR}"),
    (lambda: diagnose(0.5), f"A has shape (); {FOUR}"),
    (lambda: diagnose(np.zeros(5000)), f"A has shape (5000,); {FOUR}"),
    (lambda: diagnose([[0], [1, 2]]), f"A has rows of different lengths; {FOUR}"),
    (lambda: solved(NET, Y), "A is a NeuralNetwork; it may be (..., n_samples, n_outputs), such as net.forward(X)"),
    (
        lambda: solved(Y[:, 0], Y),
        "A has shape (4,); with Y of shape (4, 1) it may be (..., 4, 1), such as np.reshape(A, Y.shape)",
    ),
    (lambda: solved(np.zeros((3, 1)), Y), "A has shape (3, 1); with Y of shape (4, 1) it may be (..., 4, 1)"),
    (lambda: solved(Y, Y[:, 0]), f"Y has shape (4,); {PAIRS}, such as Y[:, None]"),
    (lambda: solved(Y[:0], Y[:0]), f"Y has shape (0, 1); {PAIRS}"),
    (lambda: solved(Y, Y * np.nan), "Y[0, 0] is nan; every entry may be a finite number"),
    (
        lambda: success_rate([1, 0, 1]),
        f"solved has shape (3,) and type int64; {SOLVED}, such as np.asarray(solved).ravel() == 1",
    ),
    (
        lambda: success_rate([[True], [False]]),
        f"solved has shape (2, 1) and type bool; {SOLVED}, such as np.asarray(solved).ravel() == 1",
    ),
    (lambda: success_rate(True), f"solved has shape () and type bool; {SOLVED}"),
    (lambda: success_rate([]), f"solved has shape (0,) and type float64; {SOLVED}"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_bad_arguments_are_refused_with_the_way_to_the_right_ones(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
