"""scikit-learn's parameters put to work: what `MLPClassifier` calls `solver`, `tol` and `max_iter`, as nnlib does it.

Each function takes an estimator and reads its parameters; none knows scikit-learn. Chapter 16 uses them through
`nnlib.estimators`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nnlib.fast.steps import Diverged, Steps
from nnlib.losses import Problem, WeightedLoss
from nnlib.optimizers import Adam, Momentum, Nesterov, Optimizer
from nnlib.scipy_training import GLOBAL_METHODS, METHODS, minimize_unchecked
from nnlib.validation import RNG, Network, check_choice, check_count, check_number, check_share

ACTIVATIONS = {"logistic": "sigmoid", **{name: name for name in ("identity", "tanh", "relu", "sigmoid", "softplus")}}
BY_STEPS = ("sgd", "adam")
SOLVERS = {"lbfgs": "L-BFGS-B", **{name: name for name in (*BY_STEPS, *METHODS, *GLOBAL_METHODS)}}
LIMITS = {"TNC": "maxfun", "basin-hopping": "niter"}  # what these two call their limit; the others say "maxiter"


class Fit(NamedTuple):
    """How one training went.

    Attributes
    ----------
    losses : list of float
        Of each epoch; or of each evaluation, and last that of the `theta` that is kept.
    scores : list of float
        On the samples held out after each epoch; empty if none were.
    n_iter : int
        Epochs or iterations.
    stopped_by, message : str
        What ended it, in a word and in a sentence.
    waited : int
        Epochs in a row, up to the last, that were not better than the best by `tol`.
    """

    losses: list[float]
    scores: list[float]
    n_iter: int
    stopped_by: str
    message: str
    waited: int = 0

    @property
    def fell_short(self) -> bool:
        """True where a limit or a failure ended it."""
        return self.stopped_by not in ("tol", "precision", "early_stopping", "partial_fit")


def check_parameters(estimator: Any) -> list[int]:
    """Refuse parameters out of their range, by name; return the sizes of the hidden layers."""
    p = estimator
    check_choice("activation", p.activation, ACTIVATIONS)
    check_choice("solver", p.solver, SOLVERS)
    _check_numbers(p)
    for name in ("shuffle", "warm_start", "nesterovs_momentum", "early_stopping"):
        if not isinstance(getattr(p, name), bool | np.bool_):
            raise ValueError(f"{name} is {getattr(p, name)!r}; it may be True or False")
    if p.learning_rate != "constant":
        remedy = "nnlib.train takes schedules, as in Momentum(nnlib.schedules.step_decay(0.1, 0.5, every=100))"
        raise ValueError(f"learning_rate is {p.learning_rate!r}; it may be 'constant' here; {remedy}")
    if not isinstance(p.batch_size, str) or p.batch_size != "auto":
        check_count("batch_size", p.batch_size)
    sizes = p.hidden_layer_sizes if np.iterable(p.hidden_layer_sizes) else [p.hidden_layer_sizes]
    return [check_count(f"hidden_layer_sizes[{i}]", size) for i, size in enumerate(sizes)]


def _check_numbers(p):
    for name in ("max_iter", "max_fun"):
        check_count(name, getattr(p, name))
    if p.n_iter_no_change != math.inf:
        check_count("n_iter_no_change", p.n_iter_no_change)
    for name in ("alpha", "tol"):
        check_number(name, getattr(p, name), at_least=0)
    for name in ("learning_rate_init", "epsilon"):
        check_number(name, getattr(p, name), above=0)
    for name in ("momentum", "beta_1", "beta_2"):
        check_share(name, getattr(p, name))
    if check_number("validation_fraction", p.validation_fraction, above=0) >= 1:
        raise ValueError(f"validation_fraction is {p.validation_fraction!r}; it may be a number above 0 and below 1")


def make_problem(net: Network, X: np.ndarray, Y: np.ndarray, weights: np.ndarray | None, loss: str,
                 alpha: float) -> Problem:  # fmt: skip
    r"""Return what is made small: a mean over samples, and $\frac{l2}{2} \sum W^2$ with the optimum of `alpha`.

    scikit-learn's `alpha` goes with sums over samples and outputs, halved for squares. Weights are scaled to a mean of
    1, so that a batch has on average the gradient of all samples.
    """
    total = len(X) if weights is None else weights.sum()
    halves = 2 / Y.shape[1] if loss == "mse" else 1
    X, Y, function, logits, l2 = net.check_problem(X, Y, loss, halves * alpha / total)
    if weights is None:
        return X, Y, function, logits, l2
    scaled = (weights / weights.mean()).astype(Y.dtype)
    return X, np.column_stack([Y, scaled]), WeightedLoss(function), logits, l2


def make_optimizer(estimator: Any) -> Optimizer:
    """Return the optimizer that "sgd" or "adam" stands for."""
    p = estimator
    if p.solver == "adam":
        return Adam(p.learning_rate_init, p.beta_1, p.beta_2, p.epsilon)
    return (Nesterov if p.nesterovs_momentum else Momentum)(p.learning_rate_init, p.momentum)


class _Run:
    """Epochs, their losses and scores, and the best `theta` among them."""

    def __init__(self, net, problem, estimator, optimizer, rng, score, best):
        p, n_samples = estimator, len(problem[0])
        size = min(200 if p.batch_size == "auto" else p.batch_size, n_samples)
        self.steps = Steps(net, problem, size, rng if p.shuffle else None, optimizer)
        self.p, self.score, self.net = p, score, net
        self.losses, self.scores = [], []
        self.best, self.best_theta, self.waited = best, net.theta.copy(), 0

    def __call__(self, max_iter):
        """Take up to `max_iter` epochs; return a word for what ended them."""
        while len(self.losses) < max_iter:
            self.losses.append(float(self.steps.epoch()))
            if self.score:
                self.scores.append(float(self.score()))
            self.look(self.scores[-1] if self.score else -self.losses[-1])
            if self.waited > self.p.n_iter_no_change:
                return "early_stopping" if self.score else "tol"
        end = self.steps.last.loss()  # of the batch that is loaded, after its step
        return "max_iter" if math.isfinite(end) else "divergence"

    def look(self, value):
        """Hold the value of an epoch, the more the better, against the best, and show it."""
        self.waited = 0 if value >= self.best + self.p.tol else self.waited + 1
        if value > self.best:
            self.best = value
            np.copyto(self.best_theta, self.net.theta)
        if self.p.verbose:
            held_out = f", validation score = {value:.6f}" if self.score else ""
            print(f"Iteration {len(self.losses)}, loss = {self.losses[-1]:.8f}{held_out}")


def fit_by_steps(net: Network, problem: Problem, estimator: Any, optimizer: Optimizer, rng: RNG, max_iter: int,
                 score: Callable[[], float] | None = None, best: float = -math.inf) -> Fit:  # fmt: skip
    """Train `net` by "sgd" or "adam" until the loss comes to rest; with `score`, until that does.

    Parameters
    ----------
    net, problem, estimator
        What moves, what is made small, and how.
    optimizer, rng
        Take the steps, and shuffle; both go on from where they are.
    max_iter : int
        Epochs at most.
    score : callable, optional
        Gives the score of the present `theta` on samples that are held out; `net` then ends where it was best.
    best : float
        The score at the start, where an earlier training goes on.
    """
    run = _Run(net, problem, estimator, optimizer, rng, score, best)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        try:
            stopped_by = run(max_iter)
        except Diverged:
            stopped_by = "divergence"
        except KeyboardInterrupt:
            stopped_by = "interrupt"
    if stopped_by in ("divergence", "interrupt"):
        net.theta[:] = run.steps.last_finite
    if score:
        net.theta[:] = run.best_theta
    message = _message(stopped_by, estimator, run.waited)
    return Fit(run.losses, run.scores, len(run.losses), stopped_by, message, run.waited)


def _message(stopped_by, p, waited):
    watched = "validation score" if p.early_stopping else "loss"
    at_rest = f"In {waited} epochs in a row the {watched} was not better than its best by tol={p.tol:g}."
    return {
        "tol": at_rest,
        "early_stopping": at_rest,
        "max_iter": f"max_iter={p.max_iter} was reached before the {watched} came to rest.",
        "divergence": "The loss became infinite; a smaller learning_rate_init or scaled data may help.",
        "interrupt": "The training was interrupted.",
    }[stopped_by]


def fit_by_scipy(net: Network, problem: Problem, estimator: Any, rng: RNG) -> Fit:
    """Train `net` by one of the methods of `nnlib.minimize`."""
    p, method, n_iter = estimator, SOLVERS[estimator.solver], 0
    options, tol = {LIMITS.get(method, "maxiter"): p.max_iter}, p.tol
    if p.solver == "lbfgs":  # scikit-learn's tol is the gradient's alone, and SciPy's ftol would stop before
        options, tol = {**options, "maxfun": p.max_fun, "gtol": tol, "ftol": 0.0}, None

    def show(intermediate_result):
        nonlocal n_iter
        n_iter += 1
        print(f"Iteration {n_iter}, loss = {intermediate_result.fun:.8f}")

    result = minimize_unchecked(net, problem, method, tol=tol, options=options, rng=rng,
                                callback=show if p.verbose else None)  # fmt: skip
    losses, n_iter = [*result.losses.tolist(), float(result.fun)], int(result.get("nit", result.nfev))
    stopped_by = _reason(result, p, n_iter, np.finfo(net.theta.dtype).eps)
    did = "converged" if result.success else "did not converge"
    message = f"{method} {did}: {result.message}"
    if stopped_by == "precision":
        slope = np.abs(result.jac).max()
        message = f"The loss falls no more in the digits of {net.theta.dtype}; its gradient is {slope:.1g} at most."
    return Fit(losses, [], n_iter, stopped_by, message)


def _reason(result, p, n_iter, eps):
    """Return a word for what ended one of SciPy's methods: their numbers mean something else in each."""
    if result.get("status") == -1:
        return "interrupt"
    if p.solver == "lbfgs" and np.abs(result.jac).max() > p.tol:
        found = result.losses[-5:]  # by a line search that gives up, if it does, where rounding is all that it sees
        if result.success or np.ptp(found) <= 1000 * eps * abs(result.fun):
            return "precision"
    if result.success:
        return "tol"
    if n_iter >= p.max_iter or (p.solver == "TNC" and result.nfev >= p.max_iter):
        return "max_iter"
    return "max_fun" if p.solver == "lbfgs" and result.nfev >= p.max_fun else "solver"
