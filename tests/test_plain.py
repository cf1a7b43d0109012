"""`nnlib.plain` is the reference: hypothesis holds the network, its training and SciPy's objective equal to it."""

import ast
import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import nnlib
from nnlib import GradientDescent, plain
from tests.helpers import ENDS, HIDDEN, draw_problem, sizes_for

PLAIN_ENDS = [end for end in ENDS if end != ("softmax", "mse")]  # the chapters take softmax through its own loss alone
many = settings(derandomize=True, deadline=None, max_examples=150, database=None)


@st.composite
def problems(draw):
    """Draw the same network twice, ours and the plain one, with X, Y, and the arguments `loss` and `l2`."""
    output, loss = draw(st.sampled_from(PLAIN_ENDS))
    sizes = sizes_for(output, draw(st.lists(st.integers(1, 7), min_size=2, max_size=5)))
    hidden, seed = draw(st.sampled_from(HIDDEN)), draw(st.integers(0, 2**32 - 1))
    ours = nnlib.NeuralNetwork(*sizes, hidden=hidden, output=output, init="normal", rng=seed)
    theirs = plain.NeuralNetwork(*sizes, hidden=hidden, output=output)
    theirs.theta[:] = ours.theta
    X, Y = draw_problem(sizes, draw(st.integers(1, 9)), output, np.random.default_rng([seed, 1]))
    return ours, theirs, X, Y, loss, draw(st.sampled_from([0.0, 0.1]))


def assert_equal(value, reference):
    np.testing.assert_allclose(value, reference, rtol=1e-12, atol=1e-12 * max(1, np.abs(reference).max()))


@many
@given(problems())
def test_outputs_loss_and_gradient_are_the_plain_ones(problem):
    ours, theirs, X, Y, loss, l2 = problem
    outputs, _ = theirs.forward_all(X)
    assert_equal(ours.forward(X), theirs.forward(X))
    for layer_outputs, plain_outputs in zip(ours.layer_outputs(X), outputs[1:], strict=True):
        assert_equal(layer_outputs, plain_outputs)
    value, dtheta = theirs.loss_and_gradient(X, Y, loss, l2)
    assert_equal(ours.loss_and_gradient(X, Y, loss, l2)[0], value)
    assert_equal(ours.loss_and_gradient(X, Y, loss, l2)[1], dtheta)
    assert_equal(ours.loss(X, Y, loss, l2), value)


@many
@given(problems(), st.sampled_from([None, 1, 2, 3, 5]), st.integers(0, 2**32 - 1))
def test_a_training_is_the_plain_one(problem, batch_size, seed):
    ours, theirs, X, Y, loss, l2 = problem
    ours.theta *= 0.3  # or deep linear networks run away, and multiply rounding errors as they do everything
    theirs.theta[:] = ours.theta
    run = {"epochs": 6, "batch_size": batch_size, "rng": seed, "l2": l2}
    history = nnlib.train(ours, X, Y, loss, GradientDescent(0.1), **run)
    losses = plain.train(theirs, X, Y, loss, 0.1, **run)
    assert history.stopped_by == "epochs"
    assert_equal(ours.theta, theirs.theta)
    assert_equal(history.loss[:-1], losses)


@many
@given(problems(), st.integers(0, 2**32 - 1))
def test_the_objective_that_scipy_gets_is_the_plain_one(problem, seed):
    ours, theirs, X, Y, loss, l2 = problem
    given_to_scipy = {}

    def capture(fun, x0, jac, **others):
        given_to_scipy.update(fun=fun, jac=jac)
        return optimize.OptimizeResult(x=x0, fun=fun(x0), nfev=1, success=True, status=0, message="")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scipy.optimize.minimize", capture)
        nnlib.minimize(ours, X, Y, loss, "L-BFGS-B", l2=l2)
    for theta in np.random.default_rng(seed).normal(size=(3, len(ours.theta))):
        value, dtheta = plain.objective(theta, theirs, X, Y, loss, l2)
        assert_equal(given_to_scipy["fun"](theta), value)
        assert_equal(given_to_scipy["jac"](theta), dtheta)


@pytest.mark.parametrize("sizes", [(2, 4, 1), (4, 5, 3, 2)])
def test_both_start_at_the_same_theta(sizes):
    assert_equal(nnlib.NeuralNetwork(*sizes, rng=7).theta, plain.NeuralNetwork(*sizes, rng=7).theta)


def test_scipy_learns_xor_with_the_plain_objective():
    X, Y = nnlib.datasets.xor()
    net = plain.NeuralNetwork(2, 8, 1, rng=0)
    result = optimize.minimize(plain.objective, net.theta.copy(), (net, X, Y), jac=True, method="L-BFGS-B")
    net.theta[:] = result.x
    assert np.round(net.forward(X).ravel()).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(("output", "loss"), PLAIN_ENDS)
def test_its_gradient_equals_the_differences_of_its_loss(output, loss):
    sizes = sizes_for(output, (4, 5, 3, 2))
    X, Y = draw_problem(sizes, 7, output, np.random.default_rng(0))
    net = plain.NeuralNetwork(*sizes, output=output, rng=3)
    before = net.theta.copy()
    dtheta = net.loss_and_gradient(X, Y, loss, l2=0.1)[1]
    differences = plain.central_difference(net, X, Y, loss, l2=0.1)
    assert np.abs(dtheta - differences).max() < 1e-6 * np.abs(dtheta).max()
    np.testing.assert_array_equal(net.theta, before)


def test_an_unknown_loss_is_no_cross_entropy():
    X, Y = nnlib.datasets.xor()
    with pytest.raises(KeyError):
        plain.NeuralNetwork(2, 4, 1, rng=0).loss_and_gradient(X, Y, "MSE")


def test_its_lines_fit_the_page_of_appendix_f():
    assert max(map(len, inspect.getsource(plain).splitlines())) <= 92  # more would scroll at 1280 px


def test_it_stands_alone():
    """A reader copies the page into a file of their own, and it runs."""
    tree = ast.parse(inspect.getsource(plain))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
