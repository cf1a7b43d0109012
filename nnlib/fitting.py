"""scikit-learn's parameters put to work: what `MLPClassifier` calls `solver`, `tol` and `max_iter`, as nnlib does it.

Each function takes an estimator and reads its parameters; none knows scikit-learn. Chapter 15 uses them through
`nnlib.estimators`.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from nnlib.fast.passes import bind_loss
from nnlib.optimizers import Adam, Momentum, Nesterov
from nnlib.scipy_training import GLOBAL_METHODS, METHODS, minimize
from nnlib.training import train
from nnlib.validation import RNG, Network, check_choice, check_count, check_number, check_share

ACTIVATIONS = {"logistic": "sigmoid", **{name: name for name in ("identity", "tanh", "relu", "sigmoid", "softplus")}}
SOLVERS = {"lbfgs": "L-BFGS-B", **{name: name for name in ("sgd", "adam", *METHODS, *GLOBAL_METHODS)}}
LIMITS = {"TNC": "maxfun", "basin-hopping": "niter"}  # what these two call their limit; the others say "maxiter"


class Fit(NamedTuple):
    """How it went: the losses, the number of iterations, and a complaint, empty if there is none."""

    losses: list[float]
    n_iter: int
    complaint: str


def check_parameters(estimator: Any) -> list[int]:
    """Refuse parameters out of their range, by name; return the sizes of the hidden layers."""
    p = estimator
    check_choice("activation", p.activation, ACTIVATIONS)
    check_choice("solver", p.solver, SOLVERS)
    for name in ("max_iter", "n_iter_no_change"):
        check_count(name, getattr(p, name))
    for name in ("alpha", "tol"):
        check_number(name, getattr(p, name), at_least=0)
    for name in ("learning_rate_init", "epsilon"):
        check_number(name, getattr(p, name), above=0)
    for name in ("momentum", "beta_1", "beta_2"):
        check_share(name, getattr(p, name))
    if check_number("validation_fraction", p.validation_fraction, above=0) >= 1:
        raise ValueError(f"validation_fraction is {p.validation_fraction!r}; it may be a number above 0 and below 1")
    if not isinstance(p.batch_size, str) or p.batch_size != "auto":
        check_count("batch_size", p.batch_size)
    sizes = p.hidden_layer_sizes if np.iterable(p.hidden_layer_sizes) else [p.hidden_layer_sizes]
    return [check_count(f"hidden_layer_sizes[{i}]", size) for i, size in enumerate(sizes)]


def fit_by_steps(
    net: Network,
    X: np.ndarray,
    Y: np.ndarray,
    loss: str,
    l2: float,
    estimator: Any,
    rng: RNG,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
) -> Fit:
    """Train `net` by "sgd" or "adam" until the loss comes to rest, or with `validation` that of those data.

    Returns
    -------
    Fit
        Its losses are those of `nnlib.History`.
    """
    p = estimator
    watch = _watcher(bind_loss(net, *net.check_problem(X, Y, loss, l2)), p, stop=validation is None)
    history = train(
        net, X, Y, loss, _optimizer(p), p.max_iter, min(200, len(X)) if p.batch_size == "auto" else p.batch_size, rng,
        l2, validation, patience=None if validation is None else p.n_iter_no_change, callback=watch,
    )  # fmt: skip
    complaints = {
        "divergence": "The loss became infinite; a smaller learning_rate_init or scaled data may help.",
        "interrupt": "The training was interrupted.",
        "epochs": f"max_iter={p.max_iter} was reached before the loss came to rest.",
    }
    losses = history.loss or [math.inf]  # it is empty where the start itself has no finite loss
    return Fit(losses, len(losses) - 1, complaints.get(history.stopped_by, ""))


def _optimizer(p):
    if p.solver == "adam":
        return Adam(p.learning_rate_init, p.beta_1, p.beta_2, p.epsilon)
    return (Nesterov if p.nesterovs_momentum else Momentum)(p.learning_rate_init, p.momentum)


def _watcher(loss, p, stop):
    """Return a callback that shows the loss after each epoch if asked to, and with `stop` says when it is at rest."""
    best, waited = math.inf, 0

    def watch(epoch, net):
        nonlocal best, waited
        value = loss()
        if p.verbose:
            print(f"Iteration {epoch}, loss = {value:.8f}")
        waited = waited + 1 if value > best - p.tol else 0
        best = min(best, value)
        return stop and waited >= p.n_iter_no_change

    return watch if stop or p.verbose else None


def fit_by_scipy(net: Network, X: np.ndarray, Y: np.ndarray, loss: str, l2: float, estimator: Any, rng: RNG) -> Fit:
    """Train `net` by one of the methods of `nnlib.minimize`.

    Returns
    -------
    Fit
        Its losses are those of every evaluation, and last that of the `theta` that is kept.
    """
    method = SOLVERS[estimator.solver]
    options, tol = {LIMITS.get(method, "maxiter"): estimator.max_iter}, estimator.tol
    if estimator.solver == "lbfgs":  # scikit-learn's tol is the gradient's; SciPy's would be the loss's too
        options, tol = {**options, "gtol": tol}, None
    n_iter = 0

    def watch(intermediate_result):
        nonlocal n_iter
        n_iter += 1
        print(f"Iteration {n_iter}, loss = {intermediate_result.fun:.8f}")

    result = minimize(net, X, Y, loss, method, l2=l2, tol=tol, options=options, rng=rng,
                      callback=watch if estimator.verbose else None)  # fmt: skip
    complaint = "" if result.success else f"{method} did not converge: {result.message}"
    return Fit([*result.losses.tolist(), float(result.fun)], int(result.get("nit", result.nfev)), complaint)
