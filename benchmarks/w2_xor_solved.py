"""W2: XOR, 2-4-1, from a start to a mean squared error below 1e-4, by methods that use more than one gradient.

Each start is a round: its ratios are between the contenders that got there from it, and the table says how many
of the starts each solved. All stop at the first loss below the target, but scikit-learn, which cannot be told to:
beside it nnlib runs to the end too, on the same loss.
"""

import contextlib

import numpy as np
from scipy import optimize

import nnlib
from benchmarks import peers
from benchmarks.measure import Row, build, interleave

WORK = "W2: XOR, 2-4-1, to a loss below 1e-4"
TARGET = 1e-4
GTOL, MAX_STEPS = 1e-5, 200
GOALS = {
    "CG by differences, SciPy / nnlib L-BFGS-B": {"at_least": 25},
    "PyTorch LBFGS / nnlib L-BFGS-B": {"at_least": 8},
    "nnlib Levenberg-Marquardt / nnlib L-BFGS-B": {"at_most": 0.4},
}
TO_THE_END = {"scikit-learn lbfgs / nnlib L-BFGS-B": {"at_least": 4}}


def rows(quick):
    """Return the rows of W2."""
    n_starts, repeats = (3, 1) if quick else (50, 5)
    found = []
    for label, makers, goals, output in (
        ("", MAKERS, GOALS, "sigmoid"),
        (", linear output, run to the end", FINISHERS, TO_THE_END, "identity"),
    ):
        times, reasons = time_starts(makers, output, n_starts, repeats)
        for pair, goal in goals.items():
            found.append(compare_starts(WORK + label, pair, times, reasons, goal))
    return found


def time_starts(makers, output, n_starts, repeats):
    """Return the median seconds of each contender from each start, infinite where it fails, and why some are absent."""
    X, Y = nnlib.datasets.xor()
    times = {name: np.full(n_starts, np.inf) for name in makers}
    for k in range(n_starts):
        net = nnlib.NeuralNetwork(2, 4, 1, output=output, rng=k)
        functions, reasons = build(makers, net, X, Y)
        ends = {name: function() for name, function in functions.items()}
        check_losses(net, X, Y, ends)
        for name, seconds in _time(functions, repeats).items():
            if ends[name][0][-1] < TARGET:
                times[name][k] = seconds
    return times, reasons


def check_losses(net, X, Y, ends):
    """Refuse contenders that began with another loss, or whose last is not that of the theta they give."""
    for name, (losses, theta) in ends.items():
        np.testing.assert_allclose(losses[0], net.loss(X, Y), rtol=1e-12, err_msg=f"{name} starts elsewhere")
        end = net.copy()
        end.theta = theta
        if losses[-1] < TARGET and not end.loss(X, Y) < TARGET:
            raise AssertionError(f"{name} ends at a loss of {end.loss(X, Y):g}, not {losses[-1]:g}")


def compare_starts(work, pair, times, reasons, goal):
    """Return the row of a pair "over / under": a ratio for each start that both solved."""
    over, under = pair.split(" / ")
    if over in reasons:
        return Row(work, pair, **goal, reason=reasons[over])
    both = np.isfinite(times[over]) & np.isfinite(times[under])
    solved = [f"{np.isfinite(times[name]).sum()}" for name in (over, under)]
    label = f"{pair} ({' and '.join(solved)} of {len(both)} starts solved)"
    return Row(work, label, tuple((times[over][both] / times[under][both]).tolist()), **goal)


def _time(functions, repeats):
    return {name: np.median(seconds) for name, seconds in interleave(functions, repeats).items()}


def stop(intermediate_result):
    """End a run of SciPy's or nnlib's at the target."""
    if intermediate_result.fun < TARGET:
        raise StopIteration


def minimize_nnlib(net, X, Y):
    """Minimize by L-BFGS-B from the exact gradient."""

    def run():
        trained = net.copy()
        result = nnlib.minimize(trained, X, Y, method="L-BFGS-B", callback=stop)
        return result.losses, trained.theta

    return run


def minimize_nnlib_to_the_end(net, X, Y):
    """Minimize by L-BFGS-B until the gradient is small."""

    def run():
        trained = net.copy()
        result = nnlib.minimize(trained, X, Y, method="L-BFGS-B", options={"gtol": GTOL, "maxiter": MAX_STEPS})
        return result.losses, trained.theta

    return run


def minimize_by_levenberg_marquardt(net, X, Y):
    """Minimize by nnlib's own Levenberg-Marquardt."""

    def run():
        trained = net.copy()
        result = nnlib.levenberg_marquardt(trained, X, Y, callback=stop)
        return result.losses, trained.theta

    return run


def minimize_by_differences(net, X, Y):
    """Minimize by SciPy's conjugate gradients from nothing but the loss, as it is first written."""

    def loss(theta):
        W1, b1, W2, b2 = theta[:8].reshape(2, 4), theta[8:12], theta[12:16].reshape(4, 1), theta[16:]
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        return np.mean((A2 - Y) ** 2)

    def run():
        result = optimize.minimize(loss, net.theta, method="CG", callback=stop)
        return [loss(net.theta), result.fun], result.x

    return run


def minimize_torch(net, X, Y):
    """Minimize by PyTorch's L-BFGS with its line search."""
    import torch

    model = peers.load_torch(net)
    X, Y = torch.from_numpy(X), torch.from_numpy(Y)

    def run():
        peers.reset_torch(model, net)
        optimizer = torch.optim.LBFGS(model.parameters(), max_iter=MAX_STEPS, line_search_fn="strong_wolfe")
        losses = []

        def closure():
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(torch.sigmoid(model(X)), Y)
            losses.append(loss.item())
            if losses[-1] < TARGET:
                raise StopIteration
            loss.backward()
            return loss

        with contextlib.suppress(StopIteration):
            optimizer.step(closure)
        return losses, peers.torch_theta(model)

    return run


def minimize_sklearn(net, X, Y):
    """Minimize by scikit-learn's lbfgs; its loss is half the mean squared error, so its tolerance is halved."""
    settings = {"solver": "lbfgs", "tol": GTOL / 2, "max_iter": MAX_STEPS}
    model = peers.load_sklearn("MLPRegressor", net, X, Y.ravel(), **settings)

    def run():
        peers.reset_sklearn(model, net)
        peers.quietly(model.fit, X, Y.ravel())
        return [net.loss(X, Y), 2 * model.loss_], peers.sklearn_theta(model)

    return run


MAKERS = {
    "nnlib L-BFGS-B": minimize_nnlib,
    "nnlib Levenberg-Marquardt": minimize_by_levenberg_marquardt,
    "CG by differences, SciPy": minimize_by_differences,
    "PyTorch LBFGS": minimize_torch,
}
FINISHERS = {"nnlib L-BFGS-B": minimize_nnlib_to_the_end, "scikit-learn lbfgs": minimize_sklearn}
