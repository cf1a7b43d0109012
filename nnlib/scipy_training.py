"""SciPy as the trainer: the same `theta`, moved by `scipy.optimize.minimize`.

A network is a function of one vector, and that is all SciPy asks for. Chapter 12 builds this seam and
learns to read what comes back: `success=True` does not mean learned.
"""

import warnings

import numpy as np
from scipy import optimize

from nnlib.validation import check_choice, check_number

METHODS = (
    "Nelder-Mead", "Powell", "CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "COBYLA", "COBYQA", "SLSQP",
    "trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov",
)  # fmt: skip
NO_GRADIENT = {"Nelder-Mead", "Powell", "COBYLA", "COBYQA"}
NEEDS_HESSIAN = {"Newton-CG", "dogleg", "trust-ncg", "trust-exact", "trust-krylov", "trust-constr"}


def minimize(net, X, Y, loss="mse", method="CG", gradient="exact", l2=0.0, *, tol=None, options=None, callback=None):
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
        Any name that `scipy.optimize.minimize` takes, in any case. Methods that want a
        Hessian get it as differences of the gradient.
    gradient : {"exact", "2-point", "3-point"}
        Backpropagation, or forward or central differences of the loss: n_params or 2 n_params more evaluations a
        gradient. Methods that use no gradient ignore it.
    l2 : float
        Weight decay, as in `NeuralNetwork.loss_and_gradient`.
    tol, options, callback
        Passed to SciPy as they are.

    Returns
    -------
    scipy.optimize.OptimizeResult
        SciPy's own (``x``, ``fun``, ``nfev``, ``success``, ``message``, ...) with ``losses``: an array of the
        loss at every evaluation, in order. ``success`` says that the method stopped for a reason
        of its own, not that the network has learned. After a KeyboardInterrupt it holds the best
        `theta` met so far.

    Raises
    ------
    ValueError
        If the data do not fit the network or are not finite, or a name is unknown.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> net = nnlib.NeuralNetwork(2, 8, 1, rng=0)
    >>> result = nnlib.minimize(net, X, Y, method="L-BFGS-B")
    >>> nnlib.diagnose(net.forward(X)).name
    'solved'
    """
    names = {name.lower(): name for name in METHODS}
    if not isinstance(method, str) or method.lower() not in names:
        check_choice("method", method, METHODS)
    method = names[method.lower()]
    check_choice("gradient", gradient, ("exact", "2-point", "3-point"))
    _check_scipy_arguments(tol, options, callback)
    with_gradient = gradient == "exact" and method not in NO_GRADIENT
    objective = _Objective(net, net.check_problem(X, Y, loss, l2), gradient, with_gradient)
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")  # SciPy's advice is in result.message too
        warnings.filterwarnings("error", "Unknown solver options")  # but a misspelled option is no advice
        try:
            result = optimize.minimize(
                objective, net.theta.copy(), method=method, tol=tol, options=options, callback=callback,
                **_derivatives(objective, method, gradient),
            )  # fmt: skip
        except KeyboardInterrupt:
            result = objective.interrupted()
        except optimize.OptimizeWarning as unknown:
            raise ValueError(f"options is {options}; {method} refuses it: {unknown}") from None
    net.theta[:] = result.x
    result.losses = np.array(objective.losses)
    return result


def _check_scipy_arguments(tol, options, callback):
    if tol is not None:
        check_number("tol", tol, at_least=0)
    if options is not None and not isinstance(options, dict):
        raise ValueError(f"options is {options!r}; it may be a dict, such as {{'maxiter': 100}}")
    if callback is not None and not callable(callback):
        raise ValueError(f"callback is {callback!r}; it may be a function that SciPy calls")


def _derivatives(objective, method, gradient):
    """Return the arguments by which SciPy gets its derivatives for this method."""
    if method in NO_GRADIENT:
        return {}
    if method not in NEEDS_HESSIAN:
        return {"jac": True if gradient == "exact" else gradient}
    # to these methods SciPy offers no "2-point", so the differences are ours
    return {"jac": True if gradient == "exact" else objective.gradient, "hess": objective.hessian}


class _Objective:
    """The loss as SciPy wants it: a function of one vector, that remembers what it was asked."""

    def __init__(self, net, problem, gradient, with_gradient):
        self.net, self.problem, self.kind, self.with_gradient = net, problem, gradient, with_gradient
        self.losses, self.best_loss, self.best_theta = [], np.inf, net.theta.copy()

    def __call__(self, theta):
        value, dtheta = self._evaluate(theta)
        return (value, dtheta.copy()) if self.with_gradient else value

    def _evaluate(self, theta):
        self.net.theta[:] = theta
        value, dtheta = self.net.loss_and_gradient_unchecked(*self.problem)
        self.losses.append(value)
        if value < self.best_loss:
            self.best_loss = value
            np.copyto(self.best_theta, theta)
        return value, dtheta

    def gradient(self, theta):
        """Return the exact gradient, or forward or central differences of the loss."""
        if self.kind == "exact":
            return self._evaluate(theta)[1].copy()
        loss = lambda theta: self._evaluate(theta)[0]  # noqa: E731
        return _differences(loss, theta, 2e-8) if self.kind == "2-point" else _central_differences(loss, theta, 6e-6)

    def hessian(self, theta):
        """Return the Hessian, shape (n_params, n_params), by central differences of the gradient."""
        H = _central_differences(self.gradient, theta, 1e-5 if self.kind == "exact" else 1e-3)
        return (H + H.T) / 2

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
