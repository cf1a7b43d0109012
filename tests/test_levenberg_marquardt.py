import math
import re
import tracemalloc

import numpy as np
import pytest
from scipy import optimize

from nnlib import NeuralNetwork, datasets
from nnlib.curvature import jacobian
from nnlib.diagnosis import success_rate
from nnlib.least_squares import _Problem, levenberg_marquardt
from tests.helpers import HIDDEN, draw_network

X, Y = datasets.xor()


def start(hidden_size=4, seed=0, **options):
    return NeuralNetwork(2, hidden_size, 1, rng=seed, **options)


def test_xor_is_learned_from_98_of_100_starts():
    fits = [levenberg_marquardt(start(4, seed), X, Y).fun < 1e-4 for seed in range(2000, 2400)]
    assert success_rate(fits).low >= 0.98


def test_a_start_takes_fewer_than_25_evaluations_on_average():
    # Nielsen's and Marquardt's rules both need 15 to 20 here; a wrong gain ratio or Jacobian needs hundreds
    counts = [levenberg_marquardt(start(4, seed), X, Y).nfev for seed in range(200)]
    assert np.mean(counts) < 25


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(("sizes", "n_samples"), [((2, 3, 1), 5), ((4, 5, 3, 2), 7), ((2, 2, 1), 30)])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_step_solves_the_damped_least_squares(l2, sizes, n_samples, hidden):
    # min |J s + r|^2 + mu |s|^2, with every weight a residual sqrt(n l2 / 2) w: one lstsq, whatever system nnlib solves
    net, X, Y = draw_network(sizes, n_samples, hidden)
    problem, mu, n_params = _Problem(net, X, Y, l2), 0.05, len(net.theta)
    assert problem.dual == (l2 == 0 and Y.size < n_params)
    is_weight = np.concatenate([np.r_[np.ones(W.size), np.zeros(b.size)] for W, b, _ in net.layers])
    decay = np.diag(np.sqrt(Y.size * l2 / 2) * is_weight)
    rows = np.vstack([jacobian(net, X).reshape(-1, n_params), decay, np.sqrt(mu) * np.eye(n_params)])
    right = np.concatenate([(Y - net.forward(X)).ravel(), -decay @ net.theta, np.zeros(n_params)])
    expected = np.linalg.lstsq(rows, right, rcond=None)[0]
    np.testing.assert_allclose(problem.step(mu), expected, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("l2", [0.0, 0.2])
@pytest.mark.parametrize("n_samples", [3, 20])
def test_a_linear_network_ends_at_its_least_squares(n_samples, l2):
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((n_samples, 4)), rng.standard_normal((n_samples, 2))
    net = NeuralNetwork(4, 2, output="identity", rng=0)
    result = levenberg_marquardt(net, X, Y, l2=l2, gtol=1e-10, xtol=0)
    _, dtheta = net.loss_and_gradient(X, Y, l2=l2)
    assert result.success
    assert np.abs(dtheta).max() < 1e-10
    ones = np.column_stack([X, np.ones(n_samples)])
    ridge = np.diag([n_samples * l2] * 4 + [0.0])  # (nm / 2) l2 for m = 2 outputs
    fit = np.linalg.lstsq(ones.T @ ones + ridge, ones.T @ Y, rcond=None)[0]
    np.testing.assert_allclose(net.forward(X), ones @ fit, atol=1e-7)


@pytest.mark.parametrize("l2", [0.0, 1e-3])
@pytest.mark.parametrize(
    ("sizes", "hidden", "output"),
    [((4, 5, 3, 2), "tanh", "softmax"), ((4, 6, 2), "relu", "identity"), ((3, 2, 4, 1), "softplus", "sigmoid")],
)
def test_the_result_is_what_the_network_says(sizes, hidden, output, l2):
    net, X, Y = draw_network(sizes, 9, hidden, output)
    before, theta = net.loss(X, Y, l2=l2), net.theta
    result = levenberg_marquardt(net, X, Y, l2=l2, max_nfev=30)
    value, dtheta = net.loss_and_gradient(X, Y, l2=l2)
    assert isinstance(result, optimize.OptimizeResult)
    assert net.theta is theta
    np.testing.assert_array_equal(net.theta, result.x)
    assert result.fun == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(result.jac, dtheta, rtol=1e-8, atol=1e-12)
    assert result.losses[0] == pytest.approx(before, rel=1e-12)
    assert result.losses.min() == result.fun < before
    assert result.nfev == len(result.losses) <= 30
    assert result.njev == result.nit + 1 <= result.nfev


def test_the_same_start_gives_the_same_bytes():
    first, second = start(), start()
    levenberg_marquardt(first, X, Y)
    levenberg_marquardt(second, X, Y)
    assert first.theta.tobytes() == second.theta.tobytes()


def test_a_float32_network_keeps_its_dtype():
    net = start(dtype="float32")
    result = levenberg_marquardt(net, X, Y)
    assert net.theta.dtype == np.float32
    assert result.fun < 1e-4
    np.testing.assert_array_equal(net.theta, result.x)


def test_the_data_are_left_as_they_were():
    before = X.tobytes(), Y.tobytes()
    levenberg_marquardt(start(), X, Y)
    assert (X.tobytes(), Y.tobytes()) == before


@pytest.mark.parametrize(
    ("limits", "success", "message"),
    [
        ({}, True, "The gradient is below gtol."),
        ({"gtol": 0, "xtol": 1e-2}, True, "The step is below xtol."),
        ({"gtol": 0, "max_nfev": 7}, False, "max_nfev evaluations were made."),
        ({"max_nfev": 1}, False, "max_nfev evaluations were made."),
    ],
)
def test_each_end_is_named(limits, success, message):
    net = start()
    result = levenberg_marquardt(net, X, Y, **limits)
    assert (result.success, result.message) == (success, message)
    assert result.nfev <= limits.get("max_nfev", 1000)


def test_one_evaluation_is_the_start():
    net = start()
    result = levenberg_marquardt(net, X, Y, max_nfev=1)
    assert result.nit == 0
    np.testing.assert_array_equal(net.theta, start().theta)


def test_zeros_are_no_way_down():
    result = levenberg_marquardt(start(init="zeros"), X, Y)
    assert result.success
    assert result.fun == 0.25
    assert result.nfev == 1


def far_away(scale, hidden="relu"):
    net = NeuralNetwork(2, 4, 1, hidden=hidden, output="identity", rng=0)
    net.theta *= scale
    return net


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (np.nan, r"theta\[0\] is nan; every entry may be a finite number, as after `net\.theta\[:\] = "),
        (1e200, r"the loss at theta is (inf|nan), and nothing can be learned from there; scale X and Y to about 1, "),
        (1e77, "the largest square of slopes at theta is inf, and nothing can be learned from there; scale X and Y"),
    ],
)
def test_a_start_without_finite_numbers_is_refused(scale, message):
    net = far_away(scale, "identity")
    if scale == 1e77:  # the loss is finite, and the largest slope 1e160
        net.theta[8:] = 0
        net.theta[:8] = 1e160
        net.theta[12:16] = 1e-160
    before = net.theta.tobytes()
    with pytest.raises(ValueError) as caught:
        levenberg_marquardt(net, X, Y)
    assert re.match(message, str(caught.value))
    assert net.theta.tobytes() == before


@pytest.mark.parametrize("scale", [1e3, 1e50, 1e76])
def test_a_start_from_afar_is_quiet_and_never_ends_higher(scale):
    for hidden in ("relu", "softplus", "tanh"):
        net = far_away(scale, hidden)
        result = levenberg_marquardt(net, X, Y, max_nfev=200)
        assert result.fun <= result.losses[0] < np.inf
        assert np.isfinite(net.theta).all()


@pytest.mark.parametrize(
    ("l2", "n_samples", "n_numbers"),
    [(0.0, 2000, 20_000 * 79_510 + 3 * 20_000**2), (1e-3, 2, 20 * 79_510 + 3 * 79_510**2)],
)
def test_matrices_that_no_memory_holds_are_refused_before_they_are_made(l2, n_samples, n_numbers):
    net = NeuralNetwork(784, 100, 10, init="zeros")
    with pytest.raises(ValueError) as caught:
        levenberg_marquardt(net, np.zeros((n_samples, 784)), np.zeros((n_samples, 10)), l2=l2)
    assert str(caught.value) == (
        f"X has {n_samples} rows and net 79510 parameters, and the matrices of levenberg_marquardt would take "
        f"{n_numbers:,} numbers, {8 * n_numbers // 2**30} GB; nnlib makes matrices of up to 8 GB; "
        "minimize(net, X, Y, method='L-BFGS-B') keeps none"
    )


def test_it_keeps_as_many_numbers_as_is_said():
    rng = np.random.default_rng(0)
    net, X, Y = NeuralNetwork(40, 20, 5, rng=0), rng.standard_normal((30, 40)), rng.random((30, 5))
    for l2, side in ((0.0, 150), (0.1, len(net.theta))):
        said = 150 * len(net.theta) + 3 * side**2
        tracemalloc.start()
        levenberg_marquardt(net, X, Y, l2=l2, max_nfev=5)
        numbers = tracemalloc.get_traced_memory()[1] / 8
        tracemalloc.stop()
        assert 0.8 * said < numbers < 1.3 * said


def test_a_callback_sees_each_step_down():
    seen, values = [], []
    result = levenberg_marquardt(start(), X, Y, callback=seen.append)

    def record(intermediate_result):
        values.append(intermediate_result.fun)

    levenberg_marquardt(start(), X, Y, callback=record)
    assert len(seen) == len(values) == result.nit
    np.testing.assert_array_equal(seen[-1], result.x)
    assert values == sorted(values, reverse=True)
    assert values[-1] == result.fun


def stop_after(n_steps, reason):
    """Return a callback that gives `reason` at step `n_steps`, and the list of what it saw."""
    seen = []

    def callback(theta):
        seen.append(theta)
        if len(seen) < n_steps:
            return None
        if isinstance(reason, bool | np.bool_):
            return reason
        raise reason

    return callback, seen


@pytest.mark.parametrize(
    ("reason", "status", "message"),
    [
        (StopIteration, 99, "`callback` raised `StopIteration`."),
        (True, 99, "`callback` returned True."),
        (np.bool_(True), 99, "`callback` returned True."),
        (KeyboardInterrupt, -1, "Interrupted; x is the best so far."),
    ],
)
def test_a_stop_keeps_the_best_theta(reason, status, message):
    net, (callback, seen) = start(), stop_after(4, reason)
    result = levenberg_marquardt(net, X, Y, callback=callback)
    assert (result.success, result.status, result.message, result.nit) == (False, status, message, 4)
    np.testing.assert_array_equal(net.theta, seen[-1])
    np.testing.assert_array_equal(result.x, seen[-1])
    assert result.fun == result.losses.min() == pytest.approx(net.loss(X, Y), rel=1e-12)


def test_the_form_with_the_result_stops_too():
    result = levenberg_marquardt(start(), X, Y, callback=lambda intermediate_result: intermediate_result.fun < 0.1)
    assert (result.status, result.message) == (99, "`callback` returned True.")
    assert result.fun < 0.1


@pytest.mark.parametrize("answer", [None, False, np.bool_(False), 0, 1, "stop", [1], np.ones(17)], ids=repr)
def test_only_true_stops(answer):
    watched, alone = (
        levenberg_marquardt(start(), X, Y, callback=lambda theta: answer),
        levenberg_marquardt(start(), X, Y),
    )
    np.testing.assert_array_equal(watched.losses, alone.losses)
    assert watched.message == alone.message


def test_an_interrupt_within_a_step_keeps_the_best_theta(monkeypatch):
    net, calls = start(), iter(range(6))
    evaluate = _Problem._evaluate

    def interrupted(problem):
        if next(calls, None) is None:
            raise KeyboardInterrupt  # with the network already at the trial
        return evaluate(problem)

    monkeypatch.setattr(_Problem, "_evaluate", interrupted)
    result = levenberg_marquardt(net, X, Y)
    assert result.nfev == len(result.losses) == 6
    assert result.fun == result.losses.min() == pytest.approx(net.loss(X, Y), rel=1e-12)


def test_another_exception_passes():
    callback, _ = stop_after(2, RuntimeError("mine"))
    with pytest.raises(RuntimeError, match="mine"):
        levenberg_marquardt(start(), X, Y, callback=callback)


NUMBER = "it may be a finite number, 0 or more"
BAD = [
    ((X[:, :1], Y), {}, "X has shape (4, 1); this network takes (n_samples, 2)"),
    ((X + np.nan, Y), {}, "X[0, 0] is nan; every entry may be a finite number"),
    ((X, Y[:3]), {}, "Y has 3 rows; X has 4, and each sample takes one row in both"),
    ((X, Y[:, 0]), {}, "Y has shape (4,); this network takes (n_samples, 1), such as Y[:, None]"),
    ((X, Y), {"l2": -1}, f"l2 is -1; {NUMBER}"),
    ((X, Y), {"l2": None}, f"l2 is None; {NUMBER}"),
    ((X, Y), {"gtol": -1e-5}, f"gtol is -1e-05; {NUMBER}"),
    ((X, Y), {"gtol": "a"}, f"gtol is 'a'; {NUMBER}"),
    ((X, Y), {"xtol": math.nan}, f"xtol is nan; {NUMBER}"),
    ((X, Y), {"xtol": True}, f"xtol is True; {NUMBER}"),
    ((X, Y), {"max_nfev": 0}, "max_nfev is 0; it may be a whole number, 1 or more"),
    ((X, Y), {"max_nfev": 1e3}, "max_nfev is 1000.0; it may be a whole number, 1 or more"),
    ((X, Y), {"callback": 3}, "callback is 3; it may be a function of theta"),
]


@pytest.mark.parametrize(("data", "settings", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_arguments(data, settings, message):
    net = start()
    with pytest.raises(ValueError) as caught:
        levenberg_marquardt(net, *data, **settings)
    assert str(caught.value) == message
    np.testing.assert_array_equal(net.theta, start().theta)
