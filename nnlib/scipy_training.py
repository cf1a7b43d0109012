"""SciPy as the trainer: the same `theta`, moved by `scipy.optimize`.

A network is a function of one vector, and that is all SciPy asks for. Chapter 12 builds this seam and
learns to read what comes back: `success=True` does not mean learned. Chapters 13 and 14 add the exact curvature.
"""

from __future__ import annotations

import inspect
import numbers
import threading
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from nnlib.losses import Problem
from nnlib.objective import RAISED, RETURNED, Objective, Stop
from nnlib.validation import (
    RNG,
    Network,
    as_generator,
    check_choice,
    check_memory,
    check_network,
    check_number,
    says_stop,
    short,
)

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
MATRICES = {  # n_params x n_params numbers that a method keeps at most, so many times; the others keep none
    "Nelder-Mead": 3, "Powell": 1, "BFGS": 5, "COBYLA": 11, "COBYQA": 56, "SLSQP": 11, "dogleg": 5, "trust-exact": 6,
    "trust-krylov": 4,
}  # fmt: skip
NOT_OPTIONS = {  # what SciPy takes beside its options, and where it comes from here
    **dict.fromkeys(("fun", "func", "args", "jac", "hess", "hessp"), "the loss and its slopes are the network's"),
    "x0": "the start is net.theta",
    "callback": "it is an argument of minimize",
    **dict.fromkeys(("rng", "seed"), "minimize takes it as the argument rng"),
    "workers": "every loss is found and noted in this process",
    "vectorized": "a network stands at one theta at a time",
}


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
        As SciPy's method takes them (``scipy.optimize.show_options("minimize", "BFGS")`` lists them); for the two
        global methods, `options` are further keyword arguments of `scipy.optimize.basinhopping` and
        `differential_evolution`, such as ``{"niter": 20}`` or ``{"bounds": ...}``.
    callback : callable, optional
        ``callback(theta)`` is called after each iteration, or ``callback(intermediate_result)`` with its ``x`` and
        ``fun`` if the parameter has this name. It stops any method by returning True (Python's or NumPy's; any other
        answer lets the method go on) or by raising StopIteration.
    rng : int or numpy.random.Generator
        Seed of the two global methods; the others draw nothing.

    Returns
    -------
    scipy.optimize.OptimizeResult
        SciPy's own (``x``, ``fun``, ``nfev``, ``success``, ``message``, ...) with ``losses``: an array of the
        loss at every evaluation, in order. ``success`` says that the method stopped for a reason
        of its own, not that the network has learned. ``x`` is finite and ``fun`` is its loss, however the run ended.
        Stopped by the callback (status 99), it holds the `theta` of that moment; after a KeyboardInterrupt (-1), or
        where the numbers overflowed (-2), the best one met so far.

    Raises
    ------
    ValueError
        If the data do not fit the network or are not finite, a name or an option is unknown, or another argument is
        of no use; if `theta`, its loss or its gradient is not finite at the start; or if the method's matrices would
        take more than 8 GB.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> net = nnlib.NeuralNetwork(2, 8, 1, rng=0)
    >>> result = nnlib.minimize(net, X, Y, method="L-BFGS-B")
    >>> nnlib.diagnose(net.forward(X)).name
    'solved'
    """
    check_network("net", net)
    problem = net.check_problem(X, Y, loss, l2)
    return minimize_unchecked(net, problem, method, gradient, tol=tol, options=options, callback=callback, rng=rng)


def minimize_unchecked(net: Network, problem: Problem, method: str, gradient: str = "exact", *,
                       tol: float | None = None, options: dict | None = None, callback: Callable | None = None,
                       rng: RNG = 0) -> optimize.OptimizeResult:  # fmt: skip
    """Do the work of `minimize` on a problem that `check_problem` returned, or on one whose samples have weights."""
    method = _known_method("method", method, (*METHODS, *GLOBAL_METHODS))
    check_choice("gradient", gradient, ("exact", "2-point", "3-point"))
    if tol is not None:
        check_number("tol", tol, at_least=0)
    options, callback = _check_options(method, options), as_callback(callback)
    if method in GLOBAL_METHODS or type(rng) is not int or rng < 0:  # the others draw nothing, and save 10 us
        rng = as_generator(rng)
    local = _local_method(method, options)
    _check_matrices(len(net.theta), method, local, gradient, options)
    with _silence, np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        objective = Objective(net, problem, gradient, gradient == "exact" and local not in NO_GRADIENT)
        result = objective.finish(_run(objective, method, tol, options, callback, rng))
    result.losses = np.array(objective.losses)
    return result


class _Silence:
    """Keeps SciPy's own warnings quiet as long as any thread minimizes: its advice is in result.message too.

    Python's warning filters belong to the whole process, so two threads that each put them back would leave them
    changed. The first to come sets them and the last to go puts them back. Other modules' warnings are shown.
    """

    def __init__(self):
        self.lock, self.n_inside = threading.Lock(), 0

    def __enter__(self):
        with self.lock:
            self.n_inside += 1
            if self.n_inside == 1:
                self.filters = warnings.catch_warnings()
                self.filters.__enter__()
                warnings.filterwarnings("ignore", module=r"scipy\.|nnlib\.(scipy_training|objective)$")
                warnings.filterwarnings("error", "Unknown solver options")  # a misspelled option is no advice

    def __exit__(self, *_):
        with self.lock:
            self.n_inside -= 1
            if self.n_inside == 0:
                self.filters.__exit__()


_silence = _Silence()


def _known_method(name, method, known):
    """Return SciPy's spelling of a method's name, given in any case."""
    if isinstance(method, str) and method in known:
        return method
    names = {known_name.lower(): known_name for known_name in known}
    if not isinstance(method, str) or method.lower() not in names:
        check_choice(name, method, names.values())
    return names[method.lower()]


def _local_method(method, options):
    """Return the method that goes down: for basin hopping the one of its options, for all others itself."""
    if method != "basin-hopping":
        return method
    inner = options.get("minimizer_kwargs") or {}
    return _known_method("options['minimizer_kwargs']['method']", inner.get("method", "L-BFGS-B"), METHODS)


def _check_options(method, options):
    """Return `options`, empty for None; refuse what SciPy would not understand, or would be given twice."""
    options = _check_dict("options", options)
    if method in GLOBAL_METHODS:
        unknown = sorted(map(str, options.keys() - inspect.signature(GLOBAL_METHODS[method]).parameters.keys()))
        if unknown:
            raise ValueError(_refusal(method, options, f"Unknown solver options: {', '.join(unknown)}"))
        inner = _check_dict("options['minimizer_kwargs']", options.get("minimizer_kwargs"))
        _check_dict("options['minimizer_kwargs']['options']", inner.get("options"))
    elif twice := options.keys() & {"bounds", "constraints"}:
        raise ValueError(f"options holds {twice.pop()!r}; scipy.optimize.minimize takes it, with net.loss_and_gradient")
    return options


def _check_dict(name, options):
    """Return `options`, empty for None; refuse another kind, NaN, and what minimize gives SciPy itself."""
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise ValueError(f"{name} is {short(options)}; it may be a dict, such as {{'maxiter': 100}}")
    for option, value in options.items():
        if option in NOT_OPTIONS:
            raise ValueError(f"{name} holds {option!r}, which is no option here: {NOT_OPTIONS[option]}")
        if isinstance(value, numbers.Real) and value != value:
            raise ValueError(f"{name}[{option!r}] is nan; it may be a number")
    return options


def _refusal(method, options, reason):
    return f"options is {short(options)}; {method} refuses it: {reason}"


def _check_matrices(n_params, method, local, gradient, options):
    """Refuse a method whose matrices of n_params x n_params numbers no memory would hold."""
    n_matrices = MATRICES.get(local, 0)
    if gradient != "exact" and local in NEEDS_PRODUCT:
        n_matrices = 3  # the Hessian by differences
    popsize = options.get("popsize", 15)
    if method == "differential-evolution" and isinstance(popsize, numbers.Integral):
        n_matrices = 4 * popsize  # its population has popsize * n_params members
    what = f"method is {local!r}, and its matrices for {n_params} parameters"
    check_memory(what, int(n_matrices) * n_params**2, "'L-BFGS-B' and 'CG' keep none")


def as_callback(callback: Callable | None) -> Callable[[optimize.OptimizeResult], object] | None:
    """Return `callback` as a function of a result with `x` and `fun`, in SciPy's two forms; None stays None."""
    if callback is None:
        return None
    if not callable(callback):
        raise ValueError(f"callback is {short(callback)}; it may be a function of theta")
    if _parameters(callback) == {"intermediate_result"}:
        return lambda state: callback(intermediate_result=state)
    return lambda state: callback(state.x)


def _parameters(function):
    """Return the names of a function's parameters; none where Python cannot tell, as for some written in C."""
    try:
        return set(inspect.signature(function).parameters)
    except ValueError:
        return set()


def _run(objective, method, tol, options, callback, rng):
    """Return SciPy's result, or what is left of a run that was stopped, interrupted or lost in overflow."""
    solve = _solve_globally if method in GLOBAL_METHODS else _solve
    try:
        return solve(objective, method, tol, options, _scipy_callback(callback, objective), rng)
    except Stop as stop:
        return stop.result
    except KeyboardInterrupt:
        return objective.interrupted()
    except Exception as error:
        if error is objective.callback_error:
            raise
        if "infs or NaNs" in str(error):  # NumPy's words, where a trust region grew too large
            return objective.overflowed("The numbers of the method overflowed")
        if options:
            raise ValueError(_refusal(method, options, error)) from error
        raise


def _scipy_callback(callback, objective):
    """Return `callback` in the form that every method of SciPy's calls; it stops them all, by a `Stop`."""
    if callback is None:
        return None

    def scipy_callback(theta, *_):
        try:
            answer = callback(objective.state(theta))
        except StopIteration:
            raise Stop(objective.stopped(theta, RAISED)) from None
        except Exception as error:
            objective.callback_error = error  # the caller's own, which is to reach the caller
            raise
        if says_stop(answer):
            raise Stop(objective.stopped(theta, RETURNED))

    return scipy_callback


def _solve(objective, method, tol, options, callback, rng):
    """Let `scipy.optimize.minimize` go down from where the network stands."""
    return optimize.minimize(
        objective, objective.start, method=method, tol=tol, options=options, callback=callback,
        **_derivatives(objective, method),
    )  # fmt: skip


def _solve_globally(objective, method, tol, options, callback, rng):
    """Let basin hopping or differential evolution look further than one valley."""
    start, settings = objective.start, {**options, "callback": callback, "rng": rng}
    if method == "basin-hopping":
        local = {"method": "L-BFGS-B", "tol": tol, **_derivatives(objective, _local_method(method, options))}
        settings["minimizer_kwargs"] = {**local, **(options.get("minimizer_kwargs") or {})}
        return optimize.basinhopping(objective, start, **settings)
    reach = max(BOX, np.abs(start).max())  # the start takes part, wherever it is
    defaults = {"bounds": [(-reach, reach)] * len(start), "x0": start} | ({} if tol is None else {"tol": tol})
    return optimize.differential_evolution(objective, **{**defaults, **settings})


def _derivatives(objective, method):
    """Return the arguments by which SciPy gets its derivatives for this method."""
    if method in NO_GRADIENT:
        return {}
    exact = objective.kind == "exact"
    if method not in NEEDS_PRODUCT | NEEDS_HESSIAN:
        return {"jac": objective.exact_gradient if exact else objective.kind}
    jac = objective.exact_gradient if exact else objective.gradient  # to these methods SciPy offers no "2-point"
    if method in NEEDS_PRODUCT:
        return {"jac": jac, "hessp": objective.hessian_product}
    return {"jac": jac, "hess": objective.hessian}
