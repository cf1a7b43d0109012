import tracemalloc

import numpy as np
import pytest

from nnlib import NeuralNetwork, curvature, datasets, derivatives
from nnlib.activations import identity_second_derivative
from nnlib.curvature import hessian, hessian_product, jacobian
from tests.helpers import ENDS, HIDDEN, SHAPES, draw_network


def draw_direction(net):
    return np.random.default_rng(7).standard_normal(len(net.theta))


def product_by_differences(net, X, Y, v, loss, l2, eps=1e-5):
    """Return H v from two exact gradients."""
    ahead, behind = net.copy(), net.copy()
    ahead.theta += eps * v
    behind.theta -= eps * v
    return (ahead.loss_and_gradient(X, Y, loss, l2)[1] - behind.loss_and_gradient(X, Y, loss, l2)[1]) / (2 * eps)


def product_by_complex_step(net, X, Y, v, loss, l2):
    """Return H v from one gradient at a complex theta."""
    twin = net.copy(dtype=complex)
    twin.theta += 1e-100j * v
    return twin.loss_and_gradient(X, Y, loss, l2)[1].imag / 1e-100


def relative_error(value, reference):
    # where a reference is nearly 0, an error is measured against 1e-3
    return np.abs(value - reference).max() / max(np.abs(reference).max(), 1e-3)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
@pytest.mark.parametrize(("output", "loss"), ENDS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_product_is_the_slope_of_the_gradient(hidden, output, loss, sizes, n_samples, l2):
    net, X, Y = draw_network(sizes, n_samples, hidden, output)
    v = draw_direction(net)
    Hv = hessian_product(net, X, Y, v, loss, l2)
    assert relative_error(Hv, product_by_differences(net, X, Y, v, loss, l2)) < 1e-6
    assert relative_error(Hv, product_by_complex_step(net, X, Y, v, loss, l2)) < 1e-10


def test_the_product_at_a_depth_of_six():
    net, X, Y = draw_network((3, 5, 4, 6, 2, 7, 2), 8, "tanh", "softmax")
    v = draw_direction(net)
    expected = product_by_complex_step(net, X, Y, v, "cross_entropy", 0.1)
    assert relative_error(hessian_product(net, X, Y, v, "cross_entropy", 0.1), expected) < 1e-10


def test_a_network_without_hidden_layers():
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((7, 3)), rng.standard_normal((7, 2))
    net = NeuralNetwork(3, 2, output="identity", rng=0)
    ones = np.column_stack([X, np.ones(7)])
    # least squares: 2 / (nm) times X^T X with a column of ones, once for each output
    expected = np.kron(ones.T @ ones, np.eye(2)) / 7
    np.testing.assert_allclose(hessian(net, X, Y), expected, atol=1e-15)
    np.testing.assert_array_equal(jacobian(net, X)[3, 0], np.kron(ones[3], [1, 0]))


@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_the_hessian_is_symmetric_and_its_columns_are_products(output, loss, sizes, n_samples):
    net, X, Y = draw_network(sizes, n_samples, "tanh", output)
    H = hessian(net, X, Y, loss, 0.1)
    np.testing.assert_array_equal(H, H.T)
    for column, v in zip(H, np.eye(len(H)), strict=True):
        np.testing.assert_allclose(column, hessian_product(net, X, Y, v, loss, 0.1), atol=1e-14)


def test_the_hessian_of_many_samples_is_made_in_blocks(monkeypatch):
    net, X, Y = draw_network((4, 5, 3, 2), 7)
    whole = hessian(net, X, Y)
    for n_rows in (1, 4):
        monkeypatch.setattr(curvature, "BLOCK", n_rows * 7 * 5 + 1)
        np.testing.assert_allclose(hessian(net, X, Y), whole, atol=1e-16)


@pytest.mark.parametrize("output", [*HIDDEN, "softmax"])
@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
def test_without_residuals_the_hessian_is_gauss_newtons(output, sizes, n_samples):
    net, X, _ = draw_network(sizes, n_samples, "tanh", output)
    Y = net.forward(X)
    J = jacobian(net, X).reshape(Y.size, -1)
    np.testing.assert_allclose(hessian(net, X, Y), 2 / Y.size * J.T @ J, atol=1e-14)


@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
@pytest.mark.parametrize("output", [*HIDDEN, "softmax"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_jacobian_is_the_slope_of_the_outputs(hidden, output, sizes, n_samples):
    net, X, _ = draw_network(sizes, n_samples, hidden, output)
    J, twin = jacobian(net, X), net.copy(dtype=complex)
    assert J.shape == (n_samples, net.sizes[-1], len(net.theta))
    expected = np.empty_like(J)
    for i in range(len(net.theta)):
        twin.theta[i] += 1e-100j
        expected[:, :, i] = twin.forward(X).imag / 1e-100
        twin.theta[i] = net.theta[i]
    assert relative_error(J, expected) < 1e-12


@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
@pytest.mark.parametrize("output", [*HIDDEN, "softmax"])
def test_the_jacobian_makes_the_gradient(output, sizes, n_samples):
    net, X, Y = draw_network(sizes, n_samples, "tanh", output)
    dA = 2 * (net.forward(X) - Y) / Y.size
    _, dtheta = net.loss_and_gradient(X, Y)
    np.testing.assert_allclose(np.einsum("io,iok->k", dA, jacobian(net, X)), dtheta, atol=1e-14)


def test_every_jacobian_is_an_array_of_its_own():
    net, X, _ = draw_network((2, 3, 1), 5)
    first = jacobian(net, X)
    kept = first.copy()
    net.theta *= 2
    assert not np.array_equal(jacobian(net, X), kept)
    np.testing.assert_array_equal(first, kept)


def test_everything_is_left_as_it_was():
    net, X, Y = draw_network((2, 3, 1), 5)
    v = draw_direction(net)
    before = [array.tobytes() for array in (net.theta, X, Y, v)]
    hessian_product(net, X, Y, v)
    hessian(net, X, Y)
    jacobian(net, X)
    assert [array.tobytes() for array in (net.theta, X, Y, v)] == before


def test_a_network_of_float32():
    X, Y = datasets.xor()
    net = NeuralNetwork(2, 3, 1, rng=0)
    single = NeuralNetwork(2, 3, 1, rng=0, dtype="float32")
    np.testing.assert_allclose(hessian(single, X, Y), hessian(net, X, Y), atol=1e-6)
    np.testing.assert_allclose(jacobian(single, X), jacobian(net, X), atol=1e-6)


def test_saturated_units_stay_finite_and_quiet():
    X, Y = datasets.xor()
    for hidden in HIDDEN:
        net = NeuralNetwork(2, 4, 1, hidden=hidden, rng=0)
        net.theta *= 1000
        assert np.isfinite(hessian(net, X, Y)).all()
        assert np.isfinite(jacobian(net, X)).all()


def test_derivatives_offers_them_too():
    for name in ("hessian", "hessian_product", "jacobian"):
        assert getattr(derivatives, name) is getattr(curvature, name)


# The tester tested: each fault below is one that people make, and the comparison has to see it.


def spoiled(net, second_derivative):
    """Return a twin of `net` whose hidden layers have another second derivative."""
    twin = net.copy()
    for k, layer in enumerate(twin.layers[:-1]):
        wrong = layer.activation._replace(second_derivative=second_derivative(layer.activation.second_derivative))
        twin.layers[k] = layer._replace(activation=wrong)
    return twin


def missing_second_derivative(net, *problem):
    return hessian_product(spoiled(net, lambda _: identity_second_derivative), *problem)


def wrong_sign(net, *problem):
    return hessian_product(spoiled(net, lambda right: lambda A: -right(A)), *problem)


def gauss_newton(net, X, Y, v, loss, l2):
    J = jacobian(net, X).reshape(Y.size, -1)
    return 2 / Y.size * J.T @ (J @ v) + l2 * v


def forgotten_decay(net, X, Y, v, loss, l2):
    return hessian_product(net, X, Y, v, loss, 0.0)


def decayed_biases(net, X, Y, v, loss, l2):
    return hessian_product(net, X, Y, v, loss, 0.0) + l2 * v


def no_1_over_n(net, X, Y, v, loss, l2):
    return hessian_product(net, X, Y, v, loss, l2) * len(X)


FAULTS = (missing_second_derivative, wrong_sign, gauss_newton, forgotten_decay, decayed_biases, no_1_over_n)


@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "softplus"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault, hidden):
    net, X, Y = draw_network((4, 5, 3, 2), 7, hidden)
    problem = net, X, Y, draw_direction(net), "mse", 0.2
    for reference in (product_by_differences(*problem), product_by_complex_step(*problem)):
        assert relative_error(hessian_product(*problem), reference) < 1e-6
        assert relative_error(fault(*problem), reference) > 1e-3


X, Y = datasets.xor()
V = np.ones(17)
BAD_PROBLEMS = [
    ((X[:, :1], Y), {}, "X has shape (4, 1); this network takes (n_samples, 2)"),
    ((X + np.inf, Y), {}, "X[0, 0] is inf; every entry may be a finite number"),
    ((X, Y[:3]), {}, "Y has 3 rows; X has 4, and each sample takes one row in both"),
    ((X, Y[:, 0]), {}, "Y has shape (4,); this network takes (n_samples, 1), such as Y[:, None]"),
    ((X, Y), {"loss": "hinge"}, "loss is 'hinge'; it may be one of 'mse', 'binary_cross_entropy', 'cross_entropy'"),
    (
        (X, 2 * Y),
        {"loss": "binary_cross_entropy"},
        "Y[1, 0] is 2.0; a sigmoid output reaches values between 0 and 1: scale Y",
    ),
    ((X, Y), {"l2": -1}, "l2 is -1; it may be a finite number, 0 or more"),
]
BAD_DIRECTIONS = [
    (V[:16], "v has shape (16,); this network takes (17,)"),
    (V[:, None], "v has shape (17, 1); this network takes (17,)"),
    (np.eye(17), "v has shape (17, 17); this network takes (17,)"),
    (1.0, "v has shape (); this network takes (17,)"),
    (V * 1j, "v holds complex128, not real numbers; this network takes (17,)"),
    (None, "v is None, not real numbers; this network takes (17,)"),
    ([[1], [1, 2]], "v has rows of different lengths; this network takes (17,)"),
    (V * np.where(np.arange(17) == 3, np.nan, 1), "v[3] is nan; every entry may be a finite number"),
]
BAD_X = [
    (X[:, :1], "X has shape (4, 1); this network takes (n_samples, 2)"),
    (X[:0], "X has shape (0, 2); it may hold 1 sample or more"),
    ([[0, 1], [1]], "X has rows of different lengths; this network takes (n_samples, 2)"),
    ("xor", "X is a str, not real numbers; this network takes (n_samples, 2)"),
    (X + np.nan, "X[0, 0] is nan; every entry may be a finite number"),
]


def assert_refused(message, function, *args, **kwargs):
    with pytest.raises(ValueError) as caught:
        function(*args, **kwargs)
    assert str(caught.value) == message


@pytest.mark.parametrize(("data", "terms", "message"), BAD_PROBLEMS, ids=[message for *_, message in BAD_PROBLEMS])
def test_bad_problems(data, terms, message):
    net = NeuralNetwork(2, 4, 1, rng=0)
    assert_refused(message, hessian_product, net, *data, V, **terms)
    assert_refused(message, hessian, net, *data, **terms)


@pytest.mark.parametrize(("v", "message"), BAD_DIRECTIONS, ids=[message for _, message in BAD_DIRECTIONS])
def test_bad_directions(v, message):
    assert_refused(message, hessian_product, NeuralNetwork(2, 4, 1, rng=0), X, Y, v)


@pytest.mark.parametrize(("bad", "message"), BAD_X, ids=[message for _, message in BAD_X])
def test_bad_inputs_of_the_jacobian(bad, message):
    assert_refused(message, jacobian, NeuralNetwork(2, 4, 1, rng=0), bad)


BIG = NeuralNetwork(784, 100, 10, init="zeros")  # 79,510 parameters
TOO_MUCH = [
    (
        lambda: hessian(BIG, np.zeros((2, 784)), np.zeros((2, 10))),
        "net has 79510 parameters, and its Hessian would take 12,643,680,200 numbers, 94 GB; nnlib makes matrices of "
        "up to 8 GB; hessian_product(net, X, Y, v) gives H v without H",
    ),
    (
        lambda: jacobian(BIG, np.zeros((2000, 784))),
        "X has 2000 rows and net 79510 parameters, and the Jacobian would take 3,180,400,000 numbers, 23 GB; nnlib "
        "makes matrices of up to 8 GB; jacobian(net, X[:100]) takes fewer rows at a time",
    ),
]


@pytest.mark.parametrize(("call", "message"), TOO_MUCH, ids=["hessian", "jacobian"])
def test_a_matrix_that_no_memory_holds_is_refused_before_it_is_made(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


def test_what_the_messages_offer_instead_works():
    assert hessian_product(BIG, np.zeros((2, 784)), np.zeros((2, 10)), np.ones(79510)).shape == (79510,)
    assert jacobian(BIG, np.zeros((2000, 784))[:3]).shape == (3, 10, 79510)


def test_hessian_and_jacobian_keep_as_many_numbers_as_is_said():
    X, Y = np.ones((20, 30)), np.zeros((20, 4))
    net = NeuralNetwork(30, 25, 4, rng=0)
    n = len(net.theta)
    for call, said in ((lambda: hessian(net, X[:1], Y[:1]), 2 * n**2), (lambda: jacobian(net, X), 2 * 80 * n)):
        tracemalloc.start()
        call()
        numbers = tracemalloc.get_traced_memory()[1] / 8
        tracemalloc.stop()
        assert 0.9 * said < numbers < 1.2 * said + 3 * curvature.BLOCK
