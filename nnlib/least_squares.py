r"""Levenberg-Marquardt: the method for sums of squares, between Newton's step and the gradient's.

Each output is taken as straight, $a + J s$, and a damping keeps the step $s$ where that holds. With fewer
residuals $r = y - a$ than parameters it solves the small system, $s = J^T (J J^T + \mu I)^{-1} r$: four equations
for XOR, however wide the network. Chapter 14 builds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize
from scipy.linalg.blas import daxpy, dnrm2  # on a few numbers a fifth of the time of NumPy's operators
from scipy.linalg.lapack import dposv

from nnlib.curvature import Tangent, cut
from nnlib.objective import INTERRUPTED, RAISED, RETURNED, STOPPED
from nnlib.scipy_training import as_callback
from nnlib.validation import (
    Network,
    check_count,
    check_memory,
    check_network,
    check_number,
    check_start,
    check_start_has,
    says_stop,
)

DAMPING = 0.3  # the first damping, as a part of the largest diagonal entry
SHRINK = 0.1  # the damping falls to this part at most; with Nielsen's 1/3 XOR takes a tenth more evaluations
ENDS = {  # how a run ends: SciPy's status, success and message
    "gradient": (1, True, "The gradient is below gtol."),
    "step": (2, True, "The step is below xtol."),
    "evaluations": (0, False, "max_nfev evaluations were made."),
    "true": (STOPPED, False, RETURNED),
    "raised": (STOPPED, False, RAISED),
    "interrupt": (INTERRUPTED, False, "Interrupted; x is the best so far."),
}


def levenberg_marquardt(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    l2: float = 0.0,
    gtol: float = 1e-5,
    xtol: float = 1e-8,
    max_nfev: int = 1000,
    callback: Callable | None = None,
) -> optimize.OptimizeResult:
    r"""Train `net` in place on the mean squared error by Levenberg-Marquardt.

    With residuals $r = y - a$ and the outputs' Jacobian $J$ the step solves $(J^T J + \mu I) s = J^T r$, or its dual,
    $s = J^T (J J^T + \mu I)^{-1} r$, where that system is smaller. The damping $\mu$ follows the gain ratio by
    Nielsen's rule (Madsen, Nielsen and Tingleff 2004, algorithm 3.16; Levenberg 1944, Marquardt 1963).

    Parameters
    ----------
    net : NeuralNetwork
        Starts from its `theta`, ends at ``result.x``.
    X : array, shape (n_samples, n_inputs)
        Samples.
    Y : array, shape (n_samples, n_outputs)
        Targets. The Jacobian in memory is (n_samples * n_outputs, n_params).
    l2 : float
        Weight decay, as in `NeuralNetwork.loss_and_gradient`: every weight becomes a residual too.
    gtol : float
        Stop where the gradient's length is at most this.
    xtol : float
        Stop where a step is at most this part of the length of `theta`.
    max_nfev : int
        Evaluations of the loss, at most.
    callback : callable, optional
        As in `minimize`, called after each step that lowers the loss; stopped by returning True or by StopIteration.

    Returns
    -------
    scipy.optimize.OptimizeResult
        As from `minimize`, with ``x``, ``fun``, ``jac`` (the gradient), ``nfev``, ``njev``, ``nit``, ``success``,
        ``status``, ``message`` and ``losses``. `x` is always the best `theta` met, after a KeyboardInterrupt too.

    Raises
    ------
    ValueError
        If the data do not fit the network or are not finite, a limit is out of range, `theta`, its loss or the squares
        of its slopes are not finite, or the matrices would take more than 8 GB.

    Examples
    --------
    Four residuals, 17 parameters:

    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
    >>> result = nnlib.levenberg_marquardt(net, X, Y)
    >>> result.success, result.fun < 1e-4
    (True, True)
    """
    check_network("net", net)
    X, Y, _, _, l2 = net.check_problem(X, Y, "mse", l2)
    limits = check_number("gtol", gtol, at_least=0), check_number("xtol", xtol, at_least=0)
    max_nfev, callback = check_count("max_nfev", max_nfev), as_callback(callback)
    _check_matrices(len(net.theta), Y.shape, l2)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        check_start(net.theta)
        problem = _Problem(net, X, Y, l2)
        problem.check_start()
        try:
            end = _descend(problem, *limits, max_nfev, callback)
        except StopIteration:
            end = ENDS["raised"]
        except KeyboardInterrupt:
            end = ENDS["interrupt"]
    net.theta[:] = problem.theta
    return problem.result(*end)


def _check_matrices(n_params, shape, l2):
    """Refuse a Jacobian and three square matrices, those of the smaller system, that would take too much memory."""
    n_residuals = math.prod(shape)
    side = n_params if l2 else min(n_residuals, n_params)
    what = f"X has {shape[0]} rows and net {n_params} parameters, and the matrices of levenberg_marquardt"
    remedy = "minimize(net, X, Y, method='L-BFGS-B') keeps none"
    check_memory(what, n_residuals * n_params + 3 * side**2, remedy)


def _descend(problem, gtol, xtol, max_nfev, callback):
    """Step down until one of `ENDS`, and return it."""
    damping, growth = DAMPING * problem.gram.diagonal().max(), 2.0
    while True:
        if problem.slope() <= gtol:
            return ENDS["gradient"]
        if len(problem.losses) >= max_nfev:
            return ENDS["evaluations"]
        s = problem.step(damping)
        length2 = s.dot(s)
        if length2**0.5 <= xtol * (xtol + dnrm2(problem.theta)):
            return ENDS["step"]
        promise = (damping * length2 + s.dot(problem.downhill)) / problem.n  # what the straight residuals would gain
        gain = (problem.value - problem.try_out(s)) / promise
        if gain > 0:
            problem.accept()
            damping, growth = damping * max(SHRINK, 1 - (2 * gain - 1) ** 3), 2.0
            if callback is not None and says_stop(callback(problem.state())):
                return ENDS["true"]
        else:  # a loss that is NaN comes here too
            damping, growth = damping * growth, 2 * growth


class _Problem:
    """The best theta so far, its loss, and the straight residuals there, in arrays made once.

    All but the losses is n / 2 times the loss, n the number of residuals: then r and J need no factors.
    """

    def __init__(self, net, X, Y, l2):
        self.net, self.Y, self.n = net, Y, Y.size
        self.here, self.theta = net.theta, net.theta.astype(float)  # where the network stands, and the best theta
        self.tangent = Tangent(net, X)
        self.JT = self.tangent.JT.reshape(-1, self.n)
        self.J = self.JT.T
        self.decay = _decay(net, l2 * self.n / 2) if l2 else None
        self.dual = self.decay is None and self.n < len(self.theta)
        self.gram = np.empty((self.n, self.n) if self.dual else (len(self.theta), len(self.theta)))
        self.damped = np.empty_like(self.gram)
        self.one, self.damped_entries = np.eye(len(self.gram)).ravel(), self.damped.reshape(-1)
        self.losses, self.n_steps = [], 0
        self.value = self._evaluate()
        self._linearize()

    def check_start(self):
        """Refuse a start whose loss or slopes are not finite."""
        check_start_has("loss", self.value)
        check_start_has("largest square of slopes", self.gram.diagonal().max())

    def _evaluate(self):
        self.r = (self.Y - self.tangent.outputs()).ravel()
        value = self.r.dot(self.r) / self.n
        if self.decay is not None:
            value += (self.decay * self.here).dot(self.here) / self.n
        self.losses.append(value)
        return value

    def _linearize(self):
        """Take J where the network stands, and with it the two sides of the system to solve."""
        self.tangent.slopes()
        self.downhill = self.JT.dot(self.r)  # minus the gradient
        if self.dual:
            self.J.dot(self.JT, out=self.gram)
            self.right = self.r
            return
        self.JT.dot(self.J, out=self.gram)
        if self.decay is not None:
            self.downhill -= self.decay * self.theta
            np.einsum("ii->i", self.gram)[:] += self.decay
        self.right = self.downhill

    def slope(self):
        """Return the length of the loss's gradient."""
        return dnrm2(self.downhill) * 2 / self.n

    def step(self, damping):
        """Return the damped step, by the smaller of the two systems."""
        np.copyto(self.damped, self.gram)
        daxpy(self.one, self.damped_entries, a=damping)
        _, y, singular = dposv(self.damped.T, self.right, overwrite_a=True)  # .T: Fortran's order, no copy
        if singular:  # by rounding or overflow; this is what a large damping would do
            return self.downhill / damping
        return self.JT.dot(y) if self.dual else y

    def try_out(self, step):
        """Return the loss one step from the best theta; the network stays there."""
        np.add(self.theta, step, out=self.here)
        self.trial = self._evaluate()
        return self.trial

    def accept(self):
        """Make the place that was tried out the best one."""
        np.copyto(self.theta, self.here)
        self.value = self.trial
        self.n_steps += 1
        self._linearize()

    def state(self):
        """Return what a callback sees."""
        return optimize.OptimizeResult(x=self.theta.copy(), fun=float(self.value))

    def result(self, status, success, message):
        """Return SciPy's kind of result."""
        return optimize.OptimizeResult(
            **self.state(), jac=self.downhill * (-2 / self.n), nfev=len(self.losses), njev=self.n_steps + 1,
            nit=self.n_steps, success=success, status=status, message=message, losses=np.array(self.losses),
        )  # fmt: skip


def _decay(net: Network, strength: float) -> np.ndarray:
    """Return `strength` for each weight and 0 for each bias, shape (n_params,)."""
    decay = np.zeros(len(net.theta))
    for W, _ in cut(decay, net.sizes):
        W[...] = strength
    return decay
