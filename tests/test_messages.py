"""What people type first, and the words that meet them: one table of calls and messages, each with its remedy."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.sparse

import nnlib
from nnlib import (
    GradientDescent,
    NeuralNetwork,
    activations,
    check_gradient,
    datasets,
    levenberg_marquardt,
    losses,
    minimize,
    sweep,
    train,
    train_many,
)
from nnlib.derivatives import central_difference, complex_step, hessian, hessian_product, jacobian
from nnlib.plotting import landscape
from nnlib.widgets import flipbook

X, Y = datasets.xor()
XD, YD = datasets.digits()
LABELS = YD.argmax(axis=1)
ROWS = np.eye(2)[[0, 1, 1, 0]]
MANY = {"learning_rates": 0.5, "seeds": [0], "epochs": 2}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def net(*sizes, **options):
    return NeuralNetwork(*(sizes or (2, 4, 1)), rng=0, **options)


# Every door through which targets come in.
DOORS = {
    "loss": lambda net, Y, loss: net.loss(X, Y, loss),
    "loss_and_gradient": lambda net, Y, loss: net.loss_and_gradient(X, Y, loss),
    "check_gradient": lambda net, Y, loss: check_gradient(net, X, Y, loss),
    "check_gradient, complex": lambda net, Y, loss: check_gradient(net, X, Y, loss, method="complex"),
    "central_difference": lambda net, Y, loss: central_difference(net, X, Y, loss),
    "complex_step": lambda net, Y, loss: complex_step(net, X, Y, loss),
    "hessian": lambda net, Y, loss: hessian(net, X, Y, loss),
    "hessian_product": lambda net, Y, loss: hessian_product(net, X, Y, net.theta, loss),
    "train": lambda net, Y, loss: train(net, X, Y, loss, epochs=1),
    "minimize": lambda net, Y, loss: minimize(net, X, Y, loss),
    "minimize, by differences": lambda net, Y, loss: minimize(net, X, Y, loss, gradient="2-point"),
    "minimize, no gradient": lambda net, Y, loss: minimize(net, X, Y, loss, "Nelder-Mead"),
    "landscape": lambda net, Y, loss: landscape(net, X, Y, loss=loss),
}
MSE_DOORS = {
    "levenberg_marquardt": lambda net, Y, loss: levenberg_marquardt(net, X, Y),
    "train_many": lambda net, Y, loss: train_many(net.sizes, X, Y, output=net.output, **MANY),
    "sweep": lambda net, Y, loss: sweep(X, Y, hidden_sizes=[2], learning_rates=[0.5], seeds=[0], output=net.output),
}
IDENTITY = "scale Y, or take output='identity'"
OUT_OF_REACH = [
    (net(2, 8, 1), "mse", [[0], [1000], [1], [0]],
     f"Y[1, 0] is 1000.0; a sigmoid output reaches values between 0 and 1: {IDENTITY}"),
    (net(), "mse", [[75], [82], [93], [0]],
     f"Y[0, 0] is 75.0; a sigmoid output reaches values between 0 and 1: {IDENTITY}"),
    (net(), "mse", 2 * Y - 1, f"Y[0, 0] is -1.0; a sigmoid output reaches values between 0 and 1: {IDENTITY}"),
    (net(), "mse", Y * 1.00001, f"Y[1, 0] is 1.00001; a sigmoid output reaches values between 0 and 1: {IDENTITY}"),
    (net(output="tanh"), "mse", 3 * Y, f"Y[1, 0] is 3.0; a tanh output reaches values between -1 and 1: {IDENTITY}"),
    (net(output="tanh"), "mse", -3 * Y, f"Y[1, 0] is -3.0; a tanh output reaches values between -1 and 1: {IDENTITY}"),
    (net(output="relu"), "mse", -Y, f"Y[1, 0] is -1.0; a relu output reaches values of 0 or more: {IDENTITY}"),
    (net(output="softplus"), "mse", -Y, f"Y[1, 0] is -1.0; a softplus output reaches values of 0 or more: {IDENTITY}"),
    (net(2, 3, 2, output="softmax"), "mse", ROWS / 2,
     "Y[0] has the sum 0.5; a softmax output takes rows of sum 1, such as one-hot"),
    (net(2, 3, 2, output="softmax"), "mse", 2 * ROWS - 0.5,
     f"Y[0, 0] is 1.5; a softmax output reaches values between 0 and 1: {IDENTITY}"),
    (net(dtype="float32"), "mse", 7 * Y,
     f"Y[1, 0] is 7.0; a sigmoid output reaches values between 0 and 1: {IDENTITY}"),
]  # fmt: skip
OUT_OF_REACH_OF_LOGITS = [
    (net(), "binary_cross_entropy", 2 * Y, "Y[1, 0] is 2.0; a sigmoid output reaches values between 0 and 1: scale Y"),
    (net(), "binary_cross_entropy", -Y, "Y[1, 0] is -1.0; a sigmoid output reaches values between 0 and 1: scale Y"),
    (net(2, 3, 2, output="softmax"), "cross_entropy", ROWS / 4,
     "Y[0] has the sum 0.25; a softmax output takes rows of sum 1, such as one-hot"),
]  # fmt: skip


def assert_refused(message, call, *args):
    with pytest.raises(ValueError) as caught:
        call(*args)
    assert str(caught.value) == message


@pytest.mark.parametrize("door", [*DOORS, *MSE_DOORS])
@pytest.mark.parametrize(("net", "loss", "Y", "message"), OUT_OF_REACH, ids=[message for *_, message in OUT_OF_REACH])
def test_targets_out_of_reach_are_refused_by_every_door(door, net, loss, Y, message):
    before = net.theta.copy()
    assert_refused(message, (DOORS | MSE_DOORS)[door], net, np.asarray(Y), loss)
    np.testing.assert_array_equal(net.theta, before)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("net", "loss", "Y", "message"), OUT_OF_REACH_OF_LOGITS)
def test_targets_out_of_reach_of_a_cross_entropy(door, net, loss, Y, message):
    assert_refused(message, DOORS[door], net, Y, loss)


@pytest.mark.parametrize("validation", [(X, 1000 * Y), (X, Y - 2)])
def test_validation_targets_out_of_reach(validation):
    with pytest.raises(ValueError, match=r"^validation does not fit: its Y\[\d, 0\] is .* output reaches values"):
        train(net(), X, Y, validation=validation, epochs=1)


@pytest.mark.parametrize(
    ("output", "Y"),
    [
        ("sigmoid", Y * (1 + 1e-12)),  # rounded: not a target of 1.000000000001
        ("sigmoid", Y - 1e-12),
        ("sigmoid", 0.5 * Y),
        ("tanh", 2 * Y - 1),
        ("relu", 1e6 * Y),
        ("softplus", 1e6 * Y),
        ("identity", 1e6 * Y - 5e5),
    ],
)
@pytest.mark.parametrize("door", [*DOORS, *MSE_DOORS])
def test_targets_within_reach_are_taken(door, output, Y):
    (DOORS | MSE_DOORS)[door](net(output=output), Y, "mse")


ONE_UNIT = (
    "output is 'softmax' of 1 unit, which is 1 whatever it is given; "
    "take a unit for each class, or output='sigmoid' for two classes"
)
NUMBERS = "it may be a number or an array of numbers"
NETWORK = "it may be a NeuralNetwork, such as nnlib.NeuralNetwork(2, 4, 1, rng=0)"
OF_A_CLASS = (XD[:5], LABELS[:5])
TAKES_10 = "this network takes (n_samples, 10)"
READER = net(64, 5, 10, output="softmax")
TABLE = {
    # softmax of one unit
    "softmax of one": (lambda: NeuralNetwork(2, 4, 1, output="softmax"), ONE_UNIT),
    "softmax of one, no hidden layer": (lambda: NeuralNetwork(2, 1, output="softmax"), ONE_UNIT),
    "softmax of one, many": (lambda: train_many((2, 4, 1), X, Y, output="softmax", **MANY), ONE_UNIT),
    "softmax of one, sweep": (
        lambda: sweep(X, Y, hidden_sizes=[2], learning_rates=[0.5], seeds=[0], output="softmax"), ONE_UNIT,
    ),
    # sizes
    "a list of sizes": (
        lambda: NeuralNetwork([2, 4, 1]), "sizes[0] is a list; sizes are given one by one, as NeuralNetwork(2, 4, 1)",
    ),
    "a tuple of sizes": (
        lambda: NeuralNetwork((2, 1)), "sizes[0] is a tuple; sizes are given one by one, as NeuralNetwork(2, 1)",
    ),
    "an array of sizes": (
        lambda: NeuralNetwork(np.array([2, 4, 1])),
        "sizes[0] is an array of int64, shape (3,); sizes are given one by one, as NeuralNetwork(2, 4, 1)",
    ),
    "a list within": (
        lambda: NeuralNetwork(2, [4, 4], 1), "sizes[1] is [4, 4]; it may be a whole number, 1 or more",
    ),
    "one size": (lambda: NeuralNetwork(4), "sizes is (4,); it may be two sizes or more, input first and output last"),
    "sizes that no memory holds": (
        lambda: NeuralNetwork(2, 10**9, 1),
        "sizes is (2, 1000000000, 1), and theta would take 4,000,000,001 numbers, 29 GB; "
        "nnlib makes matrices of up to 8 GB; it may have fewer units",
    ),
    "more networks than memory holds": (
        lambda: train_many((2, 400, 1), X, Y, learning_rates=0.5, seeds=range(10**6)),
        "1000000 networks of 1601 parameters would take 3,202,000,000 numbers, 23 GB; "
        "nnlib makes matrices of up to 8 GB; train fewer at a time",
    ),
    # labels for one-hot and back, one axis, a transpose
    "labels for one-hot": (
        lambda: train(READER, *OF_A_CLASS),
        f"Y has shape (5,); {TAKES_10}, such as np.eye(10)[np.ravel(Y).astype(int)]",
    ),
    "a column of labels for one-hot": (
        lambda: READER.loss(XD[:5], LABELS[:5, None], "cross_entropy"),
        f"Y has shape (5, 1); {TAKES_10}, such as np.eye(10)[np.ravel(Y).astype(int)]",
    ),
    "ten labels for ten samples": (
        lambda: train(READER, XD[:10], LABELS[:10]),
        f"Y has shape (10,); {TAKES_10}, such as np.eye(10)[np.ravel(Y).astype(int)]",
    ),
    "labels that are none of ten": (lambda: train(READER, XD[:5], LABELS[:5] + 7), f"Y has shape (5,); {TAKES_10}"),
    "one-hot for labels": (
        lambda: train(net(), X, ROWS),
        "Y has shape (4, 2); this network takes (n_samples, 1), such as Y.argmax(axis=1)[:, None]",
    ),
    "one axis of targets": (
        lambda: minimize(net(), X, Y[:, 0]), "Y has shape (4,); this network takes (n_samples, 1), such as Y[:, None]",
    ),
    "one sample": (
        lambda: net().forward([0.0, 1.0]), "X has shape (2,); this network takes (n_samples, 2), such as X[None, :]",
    ),
    "one feature": (
        lambda: net(1, 3, 1).forward([0.0, 1.0, 2.0]),
        "X has shape (3,); this network takes (n_samples, 1), such as X[:, None]",
    ),
    "units first": (
        lambda: train(net(), X.T, Y), "X has shape (2, 4); this network takes (n_samples, 2), such as X.T",
    ),
    # arguments in another order
    "train(X, Y, net)": (lambda: train(X, Y, net()), f"net is an array of float64, shape (4, 2); {NETWORK}"),
    "train(NeuralNetwork)": (lambda: train(NeuralNetwork, X, Y), f"net is the class NeuralNetwork; {NETWORK}"),
    "train(None)": (lambda: train(None, X, Y), f"net is None; {NETWORK}"),
    "train([2, 4, 1])": (lambda: train([2, 4, 1], X, Y), f"net is a list; {NETWORK}"),
    "check_gradient(X, Y, net)": (
        lambda: check_gradient(X, Y, net()), f"net is an array of float64, shape (4, 2); {NETWORK}",
    ),
    "central_difference('net')": (lambda: central_difference("net", X, Y), f"net is a str; {NETWORK}"),
    "complex_step(3)": (lambda: complex_step(3, X, Y), f"net is an int; {NETWORK}"),
    "hessian(X, Y)": (lambda: hessian(X, Y, net()), f"net is an array of float64, shape (4, 2); {NETWORK}"),
    "hessian_product(None)": (lambda: hessian_product(None, X, Y, X), f"net is None; {NETWORK}"),
    "jacobian(X, net)": (lambda: jacobian(X, net()), f"net is an array of float64, shape (4, 2); {NETWORK}"),
    "minimize(X, Y, net)": (lambda: minimize(X, Y, net()), f"net is an array of float64, shape (4, 2); {NETWORK}"),
    "levenberg_marquardt(X, Y)": (
        lambda: levenberg_marquardt(X, Y, net()), f"net is an array of float64, shape (4, 2); {NETWORK}",
    ),
    "an estimator": (
        lambda: train(nnlib.NNClassifier((4,), solver="lbfgs").fit(X, [0, 1, 1, 0]), X, Y),
        "net is a NNClassifier; it may be the estimator's network, estimator.network_",
    ),
    "train(optimizer=GradientDescent)": (
        lambda: train(net(), X, Y, optimizer=GradientDescent),
        "optimizer is the class GradientDescent; it may be one such as GradientDescent(0.5)",
    ),
    "train(optimizer='adam')": (
        lambda: train(net(), X, Y, optimizer="adam"), "optimizer is 'adam'; it may be one such as GradientDescent(0.5)",
    ),
    "step(None, None)": (
        lambda: GradientDescent().step(None, None),
        "theta is None; it may be an array of floats, shape (n_params,)",
    ),
    "words for NNRegressor": (
        lambda: nnlib.NNRegressor().fit(X, ["a", "b", "c", "d"]),
        "y holds str32, not real numbers; it may be (n_samples,) or (n_samples, n_outputs)",
    ),
    "a million frames": (
        lambda: flipbook(lambda a, b, c: None, a=range(100), b=range(100), c=range(100)),
        "a, b, c have 1,000,000 combinations; each is drawn, up to 2,000",
    ),
    # activations and losses on what one types first; the values are tested where each is
    "sigmoid('0')": (lambda: activations.sigmoid("0"), f"Z is a str; {NUMBERS}"),
    "tanh(None)": (lambda: activations.tanh(None), f"Z is None; {NUMBERS}"),
    "relu(ragged)": (lambda: activations.relu([[1], [1, 2]]), f"Z has rows of different lengths; {NUMBERS}"),
    "tanh_derivative('a')": (lambda: activations.tanh_derivative("a"), f"A is a str; {NUMBERS}"),
    "softmax([])": (lambda: activations.softmax([]), "Z has shape (0,); a row of softmax may hold 1 entry or more"),
    "mse('a', 'b')": (lambda: losses.mse("a", "b"), f"A is a str; {NUMBERS}"),
    "mse of nothing": (
        lambda: losses.mse(np.empty((0, 1)), np.empty((0, 1))),
        "A has shape (0, 1); it may hold 1 sample and 1 output or more",
    ),
    "mse of two shapes": (
        lambda: losses.mse(Y, Y[:, 0]), "A has shape (4, 1) and Y has (4,); both may be (n_samples, n_outputs)",
    ),
    "binary_cross_entropy of labels 1 and 2": (
        lambda: losses.binary_cross_entropy(Y, Y + 1),
        "Y[1, 0] is 2.0; binary_cross_entropy takes targets between 0 and 1",
    ),
    "cross_entropy of a number": (
        lambda: losses.cross_entropy(1, 1),
        "Z is the number 1.0; it may be (n_samples, n_classes), or (n_classes,) for one sample",
    ),
    "cross_entropy of no distribution": (
        lambda: losses.cross_entropy(ROWS, ROWS / 2),
        "Y[0] has the sum 0.5; cross_entropy takes rows of sum 1, such as one-hot",
    ),
    # long values are cut, and numbers beyond the floats are none
    "an array for a number": (
        lambda: GradientDescent(np.ones(999)),
        "learning_rate is an array of float64, shape (999,); it may be a finite number above 0",
    ),
    "a whole number of 400 digits": (
        lambda: train(net(), X, Y, l2=10**400), f"l2 is 1{'0' * 96}...; it may be a finite number, 0 or more",
    ),
    "a long name": (
        lambda: NeuralNetwork(2, 1, init="x" * 3000),
        f"init is '{'x' * 96}...; it may be one of 'normal', 'glorot', 'he', 'zeros'",
    ),
    "a sparse matrix": (
        lambda: net().forward(scipy.sparse.csr_array(X)),
        "X is a csr_array, not real numbers; this network takes (n_samples, 2)",
    ),
    "a dictionary": (
        lambda: net().forward({"x": 1}), "X is a dict, not real numbers; this network takes (n_samples, 2)",
    ),
    # numbers that float32 does not hold
    "1e300 in float32": (
        lambda: net(dtype="float32").forward([[0.0, 1e300]]), "X[0, 1] is 1e+300; float32 holds numbers up to 3.4e+38",
    ),
    "theta of 1e39 in float32": (
        lambda: setattr(net(dtype="float32"), "theta", np.full(17, 1e39)),
        "theta[0] is 1e+39; float32 holds numbers up to 3.4e+38",
    ),
    "inf stays inf": (
        lambda: net(dtype="float32").forward([[0.0, np.inf]]), "X[0, 1] is inf; every entry may be a finite number",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_the_message_names_the_remedy(name):
    call, message = TABLE[name]
    assert_refused(message, call)


@pytest.mark.parametrize(
    ("wrong", "code", "n_columns"),
    [
        (LABELS[:5], "np.eye(10)[np.ravel(Y).astype(int)]", 10),
        (LABELS[:5, None], "np.eye(10)[np.ravel(Y).astype(int)]", 10),
        (LABELS[:5].astype(float), "np.eye(10)[np.ravel(Y).astype(int)]", 10),
        (ROWS, "Y.argmax(axis=1)[:, None]", 1),
        (Y[:, 0], "Y[:, None]", 1),
    ],
)
def test_the_remedy_is_code_that_runs(wrong, code, n_columns):
    mended = eval(code, {"np": np, "Y": wrong})
    network = net(3, n_columns, output="sigmoid" if n_columns == 1 else "softmax")
    network.loss(np.zeros((len(wrong), 3)), mended)
