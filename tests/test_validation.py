"""Bad input: each public function refuses it with the argument, what it was and what it may be."""

import math
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlib import GradientDescent, NeuralNetwork, check_gradient, datasets, diagnose, minimize, train
from nnlib.derivatives import central_difference, complex_step
from nnlib.diagnosis import solved, success_rate
from nnlib.plotting import decision_boundary, describe, hidden_space, loss_curve

X, Y = datasets.xor()
WITH_NAN = np.where(X + Y == 2, np.nan, X)  # NaN at [1, 1] and [2, 0]
WITH_INF = np.where(X + Y == 2, -np.inf, X)


def net(*sizes, **options):
    return NeuralNetwork(*(sizes or (2, 4, 1)), rng=0, **options)


def assign(theta):
    net().theta = theta


# Data that no network function takes, and what each says. X is tried in all of them, Y in those that take it.
BAD_X = [
    (X[:, :1], "X has shape (4, 1); this network takes (n_samples, 2)"),
    (X[0], "X has shape (2,); this network takes (n_samples, 2), such as X[None, :]"),
    (X[None], "X has shape (1, 4, 2); this network takes (n_samples, 2)"),
    (1.0, "X has shape (); this network takes (n_samples, 2)"),
    (X[:0], "X has shape (0, 2); it may hold 1 sample or more"),
    ([], "X has shape (0,); this network takes (n_samples, 2)"),
    (WITH_NAN, "X[1, 1] is nan; every entry may be a finite number"),
    (WITH_INF, "X[1, 1] is -inf; every entry may be a finite number"),
    (X * 1j, "X holds complex128, not real numbers; this network takes (n_samples, 2)"),
    ([["0", "1"]], "X holds str32, not real numbers; this network takes (n_samples, 2)"),
    ("xor", "X is a str, not real numbers; this network takes (n_samples, 2)"),
    (None, "X is None, not real numbers; this network takes (n_samples, 2)"),
    ([[0, 1], [1]], "X has rows of different lengths; this network takes (n_samples, 2)"),
]
BAD_Y = [
    (Y[:, 0], "Y has shape (4,); this network takes (n_samples, 1), such as Y[:, None]"),
    (np.hstack([Y, Y]), "Y has shape (4, 2); this network takes (n_samples, 1)"),
    (Y[:3], "Y has 3 rows; X has 4, and each sample takes one row in both"),
    (Y * np.nan, "Y[0, 0] is nan; every entry may be a finite number"),
    (np.where(Y == 1, np.inf, Y), "Y[1, 0] is inf; every entry may be a finite number"),
    (Y * 1j, "Y holds complex128, not real numbers; this network takes (n_samples, 1)"),
    ([["no"], ["yes"], ["yes"], ["no"]], "Y holds str96, not real numbers; this network takes (n_samples, 1)"),
]
BAD_PROBLEM = [
    ({"loss": "hinge"}, "loss is 'hinge'; it may be one of 'mse', 'binary_cross_entropy', 'cross_entropy'"),
    ({"loss": None}, "loss is None; it may be one of 'mse', 'binary_cross_entropy', 'cross_entropy'"),
    (
        {"loss": "cross_entropy"},
        "loss is 'cross_entropy', which takes output='softmax'; this network's output is 'sigmoid'",
    ),
    ({"l2": -0.1}, "l2 is -0.1; it may be a finite number, 0 or more"),
    ({"l2": math.nan}, "l2 is nan; it may be a finite number, 0 or more"),
    ({"l2": math.inf}, "l2 is inf; it may be a finite number, 0 or more"),
    ({"l2": "0"}, "l2 is '0'; it may be a finite number, 0 or more"),
    ({"l2": True}, "l2 is True; it may be a finite number, 0 or more"),
    ({"l2": 1j}, "l2 is 1j; it may be a finite number, 0 or more"),
    ({"l2": None}, "l2 is None; it may be a finite number, 0 or more"),
]
TAKE_X = (
    NeuralNetwork.forward, NeuralNetwork.layer_outputs, NeuralNetwork.predict,
    lambda net, X: hidden_space(net, X, Y),
)  # fmt: skip
TAKE_A_PROBLEM = (
    NeuralNetwork.loss, NeuralNetwork.loss_and_gradient, train, minimize, check_gradient, central_difference,
    complex_step,
)  # fmt: skip


def assert_refused(message, function, *args, **kwargs):
    with pytest.raises(ValueError) as caught:
        function(*args, **kwargs)
    assert str(caught.value) == message
    assert not plt.get_fignums(), "a figure was opened before the input was checked"


@pytest.mark.parametrize("function", TAKE_X)
@pytest.mark.parametrize(("bad", "message"), BAD_X, ids=[message for _, message in BAD_X])
def test_bad_inputs(function, bad, message):
    assert_refused(message, function, net(), bad)


@pytest.mark.parametrize("function", TAKE_A_PROBLEM)
@pytest.mark.parametrize(("bad", "message"), BAD_X, ids=[message for _, message in BAD_X])
def test_bad_inputs_of_a_problem(function, bad, message):
    assert_refused(message, function, net(), bad, Y)


@pytest.mark.parametrize("function", [*TAKE_A_PROBLEM, decision_boundary, hidden_space])
@pytest.mark.parametrize(("bad", "message"), BAD_Y, ids=[message for _, message in BAD_Y])
def test_bad_targets(function, bad, message):
    assert_refused(message, function, net(), X, bad)


@pytest.mark.parametrize("function", TAKE_A_PROBLEM)
@pytest.mark.parametrize(("bad", "message"), BAD_PROBLEM, ids=[message for _, message in BAD_PROBLEM])
def test_bad_terms(function, bad, message):
    assert_refused(message, function, net(), X, Y, **bad)


@pytest.mark.parametrize("function", TAKE_A_PROBLEM)
def test_targets_that_are_no_probabilities(function):
    message = "Y[1, 0] is 2.0; a sigmoid output reaches values between 0 and 1: scale Y"
    assert_refused(message, function, net(), X, 2 * Y, "binary_cross_entropy")
    message = "Y[0, 0] is -1.0; a sigmoid output reaches values between 0 and 1: scale Y"
    assert_refused(message, function, net(), X, 2 * Y - 1, "binary_cross_entropy")
    softmax, classes = net(2, 3, 2, output="softmax"), np.eye(2)[[0, 1, 1, 0]]
    message = "Y[0, 0] is 3.0; a softmax output reaches values between 0 and 1: scale Y"
    assert_refused(message, function, softmax, X, 3 * classes, "cross_entropy")
    classes[2] = [0.5, 0.25]
    message = "Y[2] has the sum 0.75; a softmax output takes rows of sum 1, such as one-hot"
    assert_refused(message, function, softmax, X, classes, "cross_entropy")
    message = "loss is 'binary_cross_entropy', which takes output='sigmoid'; this network's output is 'softmax'"
    assert_refused(message, function, softmax, X, classes, "binary_cross_entropy")


METHOD_NAMES = (
    "'Nelder-Mead', 'Powell', 'CG', 'BFGS', 'Newton-CG', 'L-BFGS-B', 'TNC', 'COBYLA', 'COBYQA', 'SLSQP', "
    "'trust-constr', 'dogleg', 'trust-ncg', 'trust-exact', 'trust-krylov', 'basin-hopping', 'differential-evolution'"
)
CORNERS = "it may be (4, 1), the outputs at XOR's four corners"
FLAGS = "it may be (n,) of True and False, n at least 1"
SEED = "it may be a seed (0 or more), a numpy.random.Generator or None"
ACTIVATION = "it may be one of 'identity', 'sigmoid', 'tanh', 'relu', 'softplus'"
CASES = [
    # sizes
    (lambda: net(2), "sizes is (2,); it may be two sizes or more, input first and output last"),
    (lambda: NeuralNetwork(), "sizes is (); it may be two sizes or more, input first and output last"),
    (lambda: net(2, 0, 1), "sizes[1] is 0; it may be a whole number, 1 or more"),
    (lambda: net(2, 4, -1), "sizes[2] is -1; it may be a whole number, 1 or more"),
    (lambda: net(2.0, 4, 1), "sizes[0] is 2.0; it may be a whole number, 1 or more"),
    (lambda: net(2, "4", 1), "sizes[1] is '4'; it may be a whole number, 1 or more"),
    (lambda: net(2, True, 1), "sizes[1] is True; it may be a whole number, 1 or more"),
    (lambda: net(2, None, 1), "sizes[1] is None; it may be a whole number, 1 or more"),
    (lambda: net((2, 4), 1), "sizes[0] is (2, 4); it may be a whole number, 1 or more"),
    # names and seeds of a network
    (lambda: net(hidden="Tanh"), f"hidden is 'Tanh'; {ACTIVATION}"),
    (lambda: net(hidden="softmax"), f"hidden is 'softmax'; {ACTIVATION}"),
    (lambda: net(hidden=np.tanh), f"hidden is {np.tanh!r}; {ACTIVATION}"),
    (lambda: net(output="cosine"), f"output is 'cosine'; {ACTIVATION}, 'softmax'"),
    (lambda: net(init="xavier"), "init is 'xavier'; it may be one of 'normal', 'glorot', 'he', 'zeros'"),
    (lambda: NeuralNetwork(2, 1, rng=-1), f"rng is -1; {SEED}"),
    (lambda: NeuralNetwork(2, 1, rng=0.5), f"rng is 0.5; {SEED}"),
    (lambda: NeuralNetwork(2, 1, rng="0"), f"rng is '0'; {SEED}"),
    (lambda: NeuralNetwork(2, 1, rng=True), f"rng is True; {SEED}"),
    # theta
    (lambda: assign(np.ones(16)), "theta has shape (16,); this network takes (17,)"),
    (lambda: assign(np.ones((17, 1))), "theta has shape (17, 1); this network takes (17,)"),
    (lambda: assign(0.0), "theta has shape (); this network takes (17,)"),
    (lambda: assign(np.ones(17) * 1j), "theta holds complex128, not real numbers; this network takes (17,)"),
    (lambda: assign(["a"] * 17), "theta holds str32, not real numbers; this network takes (17,)"),
    (lambda: assign([[1], [1, 2]]), "theta has rows of different lengths; this network takes (17,)"),
    # data sets
    (lambda: datasets.noisy_xor(0), "n_samples is 0; it may be a whole number, 1 or more"),
    (lambda: datasets.noisy_xor(2.5), "n_samples is 2.5; it may be a whole number, 1 or more"),
    (lambda: datasets.noisy_xor(True), "n_samples is True; it may be a whole number, 1 or more"),
    (lambda: datasets.noisy_xor(noise=-1), "noise is -1; it may be a finite number, 0 or more"),
    (lambda: datasets.noisy_xor(noise=math.nan), "noise is nan; it may be a finite number, 0 or more"),
    (lambda: datasets.noisy_xor(noise="a"), "noise is 'a'; it may be a finite number, 0 or more"),
    (lambda: datasets.noisy_xor(rng=-3), f"rng is -3; {SEED}"),
    # learning rates
    *(
        (lambda rate=rate: GradientDescent(rate), f"learning_rate is {rate!r}; it may be a finite number above 0")
        for rate in (0, 0.0, -0.5, math.nan, math.inf, "0.5", None, True, 1j, [0.5])
    ),
    # train
    (lambda: train(net(), X, Y, epochs=-1), "epochs is -1; it may be a whole number, 0 or more"),
    (lambda: train(net(), X, Y, epochs=10.0), "epochs is 10.0; it may be a whole number, 0 or more"),
    (lambda: train(net(), X, Y, epochs=True), "epochs is True; it may be a whole number, 0 or more"),
    (lambda: train(net(), X, Y, batch_size=0), "batch_size is 0; it may be a whole number, 1 or more"),
    (lambda: train(net(), X, Y, batch_size=1.5), "batch_size is 1.5; it may be a whole number, 1 or more"),
    (lambda: train(net(), X, Y, rng="a"), f"rng is 'a'; {SEED}"),
    (lambda: train(net(), X, Y, optimizer="adam"), "optimizer is 'adam'; it may be one such as GradientDescent(0.5)"),
    (lambda: train(net(), X, Y, optimizer=0.5), "optimizer is 0.5; it may be one such as GradientDescent(0.5)"),
    (
        lambda: train(net(), X, Y, optimizer=GradientDescent),
        "optimizer is the class GradientDescent; it may be one such as GradientDescent(0.5)",
    ),
    (lambda: train(net(), X, Y, callback=3), "callback is 3; it may be a function of (epoch, net)"),
    (
        lambda: train(net(), X, Y, patience=3),
        "patience is 3 without validation; it may be given with validation=(X, Y)",
    ),
    (
        lambda: train(net(), X, Y, patience=0, validation=(X, Y)),
        "patience is 0; it may be a whole number, 1 or more",
    ),
    (lambda: train(net(), X, Y, validation=3), "validation is int; it may be a pair (X, Y)"),
    (lambda: train(net(), X, Y, validation=X), "validation is ndarray; it may be a pair (X, Y)"),
    (
        lambda: train(net(), X, Y, validation=(WITH_NAN, Y)),
        "validation does not fit: its X[1, 1] is nan; every entry may be a finite number",
    ),
    (
        lambda: train(net(), X, Y, validation=(X, Y[:2])),
        "validation does not fit: its Y has 2 rows; X has 4, and each sample takes one row in both",
    ),
    # minimize
    (lambda: minimize(net(), X, Y, method="Adam"), f"method is 'Adam'; it may be one of {METHOD_NAMES}"),
    (lambda: minimize(net(), X, Y, method=None), f"method is None; it may be one of {METHOD_NAMES}"),
    (
        lambda: minimize(net(), X, Y, gradient="cs"),
        "gradient is 'cs'; it may be one of 'exact', '2-point', '3-point'",
    ),
    (
        lambda: minimize(net(), X, Y, gradient=True),
        "gradient is True; it may be one of 'exact', '2-point', '3-point'",
    ),
    (lambda: minimize(net(), X, Y, tol=-1), "tol is -1; it may be a finite number, 0 or more"),
    (lambda: minimize(net(), X, Y, tol="a"), "tol is 'a'; it may be a finite number, 0 or more"),
    (lambda: minimize(net(), X, Y, options=3), "options is 3; it may be a dict, such as {'maxiter': 100}"),
    (
        lambda: minimize(net(), X, Y, options={"maxitr": 3}),
        "options is {'maxitr': 3}; CG refuses it: Unknown solver options: maxitr",
    ),
    (lambda: minimize(net(), X, Y, callback=3), "callback is 3; it may be a function of theta"),
    # derivatives
    (
        lambda: check_gradient(net(), X, Y, method="forward"),
        "method is 'forward'; it may be one of 'central', 'complex'",
    ),
    (lambda: central_difference(net(), X, Y, eps=0), "eps is 0; it may be a finite number above 0"),
    (lambda: central_difference(net(), X, Y, eps=-1e-5), "eps is -1e-05; it may be a finite number above 0"),
    # diagnosis
    (lambda: diagnose(Y[:3]), f"A has shape (3, 1); {CORNERS}"),
    (lambda: diagnose(np.ones((4, 2))), f"A has shape (4, 2); {CORNERS}, such as A[:, [1]]"),
    (lambda: diagnose([]), f"A has shape (0,); {CORNERS}"),
    (lambda: diagnose(Y * 1j), f"A holds complex128, not real numbers; {CORNERS}"),
    (lambda: diagnose(["0", "1", "1", "0"]), f"A holds str32, not real numbers; {CORNERS}"),
    (lambda: diagnose([[0], [1, 2], [1], [0]]), f"A has rows of different lengths; {CORNERS}"),
    (lambda: solved(Y[:3], Y), "A has shape (3, 1); with Y of shape (4, 1) it may be (..., 4, 1)"),
    (lambda: solved(Y[:, 0], Y[:, 0]), "Y has shape (4,); it may be (n_samples, n_outputs), such as Y[:, None]"),
    (lambda: solved(Y * 1j, Y), "A holds complex128, not real numbers; it may be (..., n_samples, n_outputs)"),
    (lambda: solved(Y, [["a"]] * 4), "Y holds str32, not real numbers; it may be (n_samples, n_outputs)"),
    (lambda: success_rate([]), f"solved has shape (0,) and type float64; {FLAGS}"),
    (
        lambda: success_rate([1, 0]),
        f"solved has shape (2,) and type int64; {FLAGS}, such as np.asarray(solved).ravel() == 1",
    ),
    (
        lambda: success_rate([[True]]),
        f"solved has shape (1, 1) and type bool; {FLAGS}, such as np.asarray(solved).ravel() == 1",
    ),
    (
        lambda: success_rate([[True], [True, False]]),
        "solved has rows of different lengths; it may be (n,) of True and False",
    ),
    # plotting
    (lambda: decision_boundary(net(3, 1), X, Y), "net has 3 inputs; a decision boundary is drawn for 2"),
    (lambda: decision_boundary(net(), X[:, :1], Y), "X has shape (4, 1); a decision boundary takes (n_samples, 2)"),
    (lambda: decision_boundary(net(), WITH_NAN, Y), "X[1, 1] is nan; every entry may be a finite number"),
    (lambda: hidden_space(net(2, 1), X, Y), "net has sizes (2, 1); its last hidden layer may have 2 units or more"),
    (
        lambda: hidden_space(net(2, 4, 1, 1), X, Y),
        "net has sizes (2, 4, 1, 1); its last hidden layer may have 2 units or more",
    ),
    (lambda: loss_curve([]), "losses has shape (0,); it may be (n,), n at least 1"),
    (lambda: loss_curve(0.5), "losses has shape (); it may be (n,), n at least 1"),
    (
        lambda: loss_curve([[0.5]]),
        "losses has shape (1, 1); it may be (n,), n at least 1, such as a column, losses[:, 0]",
    ),
    (lambda: loss_curve(["a"]), "losses holds str32, not real numbers; it may be (n,), n at least 1"),
    (lambda: loss_curve([1, 2], epochs=[0]), "epochs has shape (1,); losses has (2,), and the two go together"),
    (lambda: loss_curve([1, 2], epochs=["a", "b"]), "epochs holds str32, not real numbers; it may be (2,)"),
    (lambda: loss_curve([1], unit="hour"), "unit is 'hour'; it may be one of 'epoch', 'evaluation', 'iteration'"),
    (lambda: describe("a figure"), "drawing is a str; it may be an Axes or a Figure"),
]


@pytest.mark.parametrize(("call", "message"), CASES, ids=[message[:60] for _, message in CASES])
def test_bad_arguments(call, message):
    assert_refused(message, call)


@pytest.mark.parametrize("function", [train, minimize])
def test_a_refused_training_leaves_theta(function):
    mine = net()
    for problem in ((WITH_NAN, Y, "mse"), (X, Y[:3], "mse"), (X, Y, "hinge")):
        with pytest.raises(ValueError):
            function(mine, *problem)
    np.testing.assert_array_equal(mine.theta, net().theta)


def test_numbers_of_every_kind_are_taken():
    assert datasets.noisy_xor(np.int64(6), noise=np.float32(0.5), rng=np.int64(1))[0].shape == (6, 2)
    assert datasets.noisy_xor(6, noise=Fraction(1, 2))[0].shape == (6, 2)
    assert NeuralNetwork(np.int32(2), np.uint8(4), 1, rng=0).sizes == (2, 4, 1)
    for kind in (bool, np.int8, np.float32, list):
        data = X.tolist() if kind is list else X.astype(kind)
        np.testing.assert_array_equal(net().forward(data), net().forward(X))
