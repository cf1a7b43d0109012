"""SciPy as the trainer: the same `theta`, moved by `scipy.optimize`.

A network is a function of one vector, and that is all SciPy asks for. Chapter 12 builds this seam and
learns to read what comes back: `success=True` does not mean learned. Chapter 13 adds the exact curvature.
"""

import inspect
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from nnlib.curvature import hessian_product_unchecked, hessian_unchecked
from nnlib.fast.passes import bind, bind_loss
from nnlib.losses import Problem
from nnlib.validation import RNG, Network, as_generator, check_choice, check_number

METHODS = (
    "Nelder-Mead", "Powell", "CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "COBYLA", "COBYQA", "SLSQP",
    "trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov",
)  # fmt: skip
GLOBAL_METHODS = {
    "basin-hopping": optimize.basinhopping,
    "differential-evolution": optimize.differential_evolution,
}
NO_GRADIENT = {"Nelder-Mead", "Powell", "COBYLA", "COBYQA", "differential-evolution"}
NEEDS_PRODUCT = {"Newton-CG", "trust-ncg", "trust-krylov", "trust-constr"}  # the Hessian times a vector will do
NEEDS_HESSIAN = {"dogleg", "trust-exact"}
BOX = 10.0  # differential evolution seeks every parameter in [-BOX, BOX]


def minimize(net: Network, X: ArrayLike, Y: ArrayLike, loss: str = "mse", method: str = "CG", gradient: str = "exact",
             l2: float = 0.0, *, tol: float | None = None, options: dict | None = None,
             callback: Callable | None = None, rng: RNG = 0) -> optimize.OptimizeResult:  # fmt: skip
    """Train `net` in place by one of SciPy's methods.

    Parameters
    ----------
    net : NeuralNetwork
        Starts from its `theta`, ends at ``result.x``.
    X : array, shape (n_samples, n_inputs)
        Samples.
    Y : array, shape (n_samples, n_outputs)
        Targets.
    loss : {"mse", "binary_cross_entropy", "cross_entropy"}
        What is made small.
    method : str
        Any name that `scipy.optimize.minimize` takes, in any case, or one of two that leave a valley again:
        "basin-hopping" (from minimum to minimum, each found by L-BFGS-B) and "differential-evolution" (a population in
        a box around 0, -10 to 10 in each parameter or as wide as the start needs).
    gradient : {"exact", "2-point", "3-point"}
        Backpropagation, or forward or central differences of the loss: n_params or 2 n_params more evaluations a
        gradient. With "exact", methods that want a Hessian get the exact one (Newton-CG, trust-ncg, trust-krylov and
        trust-constr as `hessian_product`), else differences of differences. Methods that use no gradient ignore it.
    l2 : float
        Weight decay, as in `NeuralNetwork.loss_and_gradient`.
    tol, options
        As SciPy's method takes them; for the two global methods, `options` are further keyword arguments of
        `scipy.optimize.basinhopping` and `differential_evolution`, such as ``{"niter": 20}`` or ``{"bounds": ...}``.
    callback : callable, optional
        ``callback(theta)`` is called after each iteration, or ``callback(intermediate_result)`` with its ``x`` and
        ``fun`` if the parameter has this name. It stops any method by raising StopIteration.
    rng : int or numpy.random.Generator
        Seed of the two global methods; the others draw nothing.

    Returns
    -------
    scipy.optimize.OptimizeResult
        SciPy's own (``x``, ``fun``, ``nfev``, ``success``, ``message``, ...) with ``losses``: an array of the
        loss at every evaluation, in order. ``success`` says that the method stopped for a reason
        of its own, not that the network has learned. Stopped by the callback, it holds the `theta` of
        that moment; after a KeyboardInterrupt, the best one met so far.

    Raises
    ------
    ValueError
        If the data do not fit the network or are not finite, a name or an option is unknown, or another argument is
        of no use.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> net = nnlib.NeuralNetwork(2, 8, 1, rng=0)
    >>> result = nnlib.minimize(net, X, Y, method="L-BFGS-B")
    >>> nnlib.diagnose(net.forward(X)).name
    'solved'
    """
    problem = net.check_problem(X, Y, loss, l2)
    return minimize_unchecked(net, problem, method, gradient, tol=tol, options=options, callback=callback, rng=rng)


def minimize_unchecked(net: Network, problem: Problem, method: str, gradient: str = "exact", *,
                       tol: float | None = None, options: dict | None = None, callback: Callable | None = None,
                       rng: RNG = 0) -> optimize.OptimizeResult:  # fmt: skip
    """Do the work of `minimize` on a problem that `check_problem` returned, or on one whose samples have weights."""
    method = _known_method(method)
    check_choice("gradient", gradient, ("exact", "2-point", "3-point"))
    _check_scipy_arguments(tol, options)
    options, rng = {} if options is None else options, as_generator(rng)
    objective = _Objective(net, problem, gradient, method)
    watch = _watcher(as_callback(callback), objective)
    solve = _solve_globally if method in GLOBAL_METHODS else _solve
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")  # SciPy's advice is in result.message too
        warnings.filterwarnings("error", "Unknown solver options")  # but a misspelled option is no advice
        try:
            result = solve(objective, method, tol, options, watch, rng)
        except _Stopped as stopped:
            result = stopped.result
        except KeyboardInterrupt:
            result = objective.interrupted()
        except optimize.OptimizeWarning as unknown:
            raise ValueError(f"options is {options}; {method} refuses it: {unknown}") from None
    net.theta[:] = result.x
    result.losses = np.array(objective.losses)
    return result


def _known_method(method):
    """Return SciPy's spelling of a method's name, given in any case."""
    names = {name.lower(): name for name in (*METHODS, *GLOBAL_METHODS)}
    if not isinstance(method, str) or method.lower() not in names:
        check_choice("method", method, names.values())
    return names[method.lower()]


def _check_scipy_arguments(tol, options):
    if tol is not None:
        check_number("tol", tol, at_least=0)
    if options is not None and not isinstance(options, dict):
        raise ValueError(f"options is {options!r}; it may be a dict, such as {{'maxiter': 100}}")


def as_callback(callback: Callable | None) -> Callable[[optimize.OptimizeResult], object] | None:
    """Return `callback` as a function of a result with `x` and `fun`, in SciPy's two forms; None stays None."""
    if callback is None:
        return None
    if not callable(callback):
        raise ValueError(f"callback is {callback!r}; it may be a function of theta")
    if set(inspect.signature(callback).parameters) == {"intermediate_result"}:
        return lambda state: callback(intermediate_result=state)
    return lambda state: callback(state.x)


def _solve(objective, method, tol, options, callback, rng):
    """Let `scipy.optimize.minimize` go down from where the network stands."""
    return optimize.minimize(
        objective, objective.net.theta.astype(float), method=method, tol=tol, options=options, callback=callback,
        **_derivatives(objective, method),
    )  # fmt: skip


def _solve_globally(objective, method, tol, options, callback, rng):
    """Let basin hopping or differential evolution look further than one valley."""
    theta, function = objective.net.theta.astype(float), GLOBAL_METHODS[method]
    unknown = sorted(set(options) - set(inspect.signature(function).parameters))
    if unknown:
        raise optimize.OptimizeWarning(f"Unknown solver options: {', '.join(unknown)}")
    settings = {"callback": callback, "rng": rng, **options}
    if method == "basin-hopping":
        local = {"method": "L-BFGS-B", "tol": tol, **_derivatives(objective, method)}
        settings["minimizer_kwargs"] = {**local, **options.get("minimizer_kwargs", {})}
        return function(objective, theta, **settings)
    reach = max(BOX, np.abs(theta).max())  # the start takes part, wherever it is
    defaults = {"bounds": [(-reach, reach)] * len(theta), "x0": theta} | ({} if tol is None else {"tol": tol})
    return function(objective, **{**defaults, **settings})


def _derivatives(objective, method):
    """Return the arguments by which SciPy gets its derivatives for this method."""
    if method in NO_GRADIENT:
        return {}
    exact = objective.kind == "exact"
    if method not in NEEDS_PRODUCT | NEEDS_HESSIAN:
        return {"jac": objective.exact_gradient if exact else objective.kind}
    if not exact:  # to these methods SciPy offers no "2-point", so the differences are ours
        return {"jac": objective.gradient, "hess": objective.hessian_by_differences}
    product = {"hessp": objective.hessian_product} if method in NEEDS_PRODUCT else {"hess": objective.hessian}
    return {"jac": objective.exact_gradient, **product}


class _Stopped(Exception):
    """Carries a result through SciPy, whose methods do not all let a callback stop them."""

    def __init__(self, result):
        self.result = result


def _watcher(callback, objective):
    """Return `callback` in the form that every method calls, with StopIteration made a `_Stopped`."""
    if callback is None:
        return None

    def watch(theta, *_):
        state = objective.state(theta)
        try:
            callback(state)
        except StopIteration:
            raise _Stopped(objective.stopped(theta)) from None

    return watch


class _Objective:
    """The loss as SciPy wants it: a function of one vector, that remembers what it was asked."""

    def __init__(self, net, problem, gradient, method):
        self.net, self.problem, self.kind = net, problem, gradient
        self.with_gradient = gradient == "exact" and method not in NO_GRADIENT
        self.bound = bind(net, *problem) if self.with_gradient else None
        self.loss = self.bound.loss if self.with_gradient else bind_loss(net, *problem)
        self.losses, self.best_loss, self.best_theta, self.last = [], np.inf, net.theta.astype(float), b""

    def __call__(self, theta):
        """Return the loss, and find with it the exact gradient if the method uses it."""
        here = theta.tobytes()
        if self.with_gradient and here == self.last:  # SciPy asks for loss and gradient one by one, in either order
            return self.losses[-1]
        self.net.theta[:], self.last = theta, here
        value = self.bound.loss_and_gradient() if self.with_gradient else self.loss()
        self.losses.append(value)
        if value < self.best_loss:
            self.best_loss = value
            np.copyto(self.best_theta, theta)
        return value

    def exact_gradient(self, theta):
        """Return the exact gradient, which the loss at this `theta` finds too."""
        self(theta)
        return self.bound.dtheta.astype(float)  # a copy: the next call overwrites it

    def gradient(self, theta):
        """Return forward or central differences of the loss."""
        return _differences(self, theta, 2e-8) if self.kind == "2-point" else _central_differences(self, theta, 6e-6)

    def hessian_by_differences(self, theta):
        """Return the Hessian, shape (n_params, n_params), by central differences of those of the loss."""
        H = _central_differences(self.gradient, theta, 1e-3)
        return (H + H.T) / 2

    def hessian_product(self, theta, v):
        """Return the exact Hessian at `theta` times `v`."""
        self.net.theta[:] = theta
        return hessian_product_unchecked(self.net, v, *self.problem)

    def hessian(self, theta):
        """Return the exact Hessian at `theta`."""
        self.net.theta[:] = theta
        return hessian_unchecked(self.net, *self.problem)

    def state(self, theta):
        """Return a result with `theta` and its loss, which is no evaluation of the method's."""
        if theta.tobytes() == self.last:
            return optimize.OptimizeResult(x=theta.copy(), fun=self.losses[-1])
        self.net.theta[:], self.last = theta, b""
        return optimize.OptimizeResult(x=theta.copy(), fun=self.loss())

    def stopped(self, theta):
        """Return the result of a run that the callback stopped: the theta of that moment."""
        message = "`callback` raised `StopIteration`."  # SciPy's own words and number
        return optimize.OptimizeResult(
            **self.state(theta), nfev=len(self.losses), success=False, status=99, message=message
        )

    def interrupted(self):
        """Return the result of a run that was interrupted: the best theta so far."""
        message = f"Interrupted after {len(self.losses)} evaluations; x is the best so far."
        return optimize.OptimizeResult(
            x=self.best_theta, fun=self.best_loss, nfev=len(self.losses), success=False, status=-1, message=message
        )


def _differences(function, theta, eps):
    """Return forward differences of `function` along each entry of `theta`."""
    start = function(theta)
    return np.array([(function(theta + step) - start) / eps for step in eps * np.eye(len(theta))])


def _central_differences(function, theta, eps):
    """Return central differences of `function` along each entry of `theta`."""
    steps = eps * np.eye(len(theta))
    return np.array([(function(theta + step) - function(theta - step)) / (2 * eps) for step in steps])
