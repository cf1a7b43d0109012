"""The objective: a network's loss as SciPy wants it, a function of one vector, with its slopes and its curvature.

It remembers what it was asked, so that a run that is stopped, interrupted or lost in overflow still ends at a `theta`
that is finite, beside the loss of that `theta`. Chapter 12 builds it in twenty lines.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult

from nnlib.curvature import hessian_product_unchecked, hessian_unchecked
from nnlib.fast.passes import bind, bind_loss
from nnlib.losses import Problem
from nnlib.validation import Network, all_finite, check_start, check_start_has

STOPPED, INTERRUPTED, OVERFLOWED = 99, -1, -2  # the status of ends that are not SciPy's; 99 is its own for a callback
RAISED, RETURNED = "`callback` raised `StopIteration`.", "`callback` returned True."  # the first in SciPy's own words


class Stop(Exception):
    """Carries a result through SciPy, whose methods do not all let a callback stop them."""

    def __init__(self, result: OptimizeResult) -> None:
        self.result = result


class Objective:
    """The loss of a network as a function of theta, with the derivatives that a method of SciPy's may ask for.

    Parameters
    ----------
    net : Network
        Stands wherever the last question was about.
    problem : Problem
        As `NeuralNetwork.check_problem` returns it.
    gradient : {"exact", "2-point", "3-point"}
        How gradients are found.
    with_gradient : bool
        Whether the exact gradient is found along with each loss.

    Raises
    ------
    ValueError
        If theta, its loss or its exact gradient is not finite.
    """

    def __init__(self, net: Network, problem: Problem, gradient: str, with_gradient: bool) -> None:
        check_start(net.theta)
        self.net, self.problem, self.kind = net, problem, gradient
        self.theta, self.start = net.theta, net.theta.astype(float)
        self.bound: Any = None
        if with_gradient:
            self.bound = bind(net, *problem)
            self.evaluate = self.bound.loss_and_gradient
        else:
            self.evaluate = bind_loss(net, *problem)
        self.losses: list[float] = []
        self.last, self.best_loss, self.best = b"", np.inf, b""
        self.H, self.H_place, self.callback_error = None, b"", None
        self._begin()

    def _begin(self):
        """Find the loss of the start, which is the first evaluation of a method that uses gradients."""
        check_start_has("loss", self(self.start))
        if self.bound is None:
            self.losses, self.last = [], b""
        elif not all_finite(self.bound.dtheta):
            check_start_has("largest slope", np.abs(self.bound.dtheta).max())

    def __call__(self, theta: np.ndarray) -> float:
        """Return the loss, and find with it the exact gradient if the method uses it."""
        here = theta.tobytes()
        if here == self.last and self.bound is not None:  # SciPy asks for loss and gradient one by one, in any order
            return self.losses[-1]
        self.theta[:], self.last = theta, here
        value = self.evaluate()
        if value < self.best_loss:
            self.best_loss, self.best = value, here
        elif value != value:
            value = np.inf  # a line search backs off from infinity, and is lost at NaN
        self.losses.append(value)
        return value

    def exact_gradient(self, theta: np.ndarray) -> np.ndarray:
        """Return the exact gradient, which the loss at this `theta` finds too."""
        if theta.tobytes() != self.last:
            self(theta)
        return self.bound.dtheta.astype(float)  # a copy: the next call overwrites it

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        """Return forward or central differences of the loss."""
        return _differences(self, theta, 2e-8) if self.kind == "2-point" else _central_differences(self, theta, 6e-6)

    def hessian(self, theta: np.ndarray) -> np.ndarray:
        """Return the Hessian, shape (n_params, n_params), exact or by central differences of those of the loss."""
        if self.kind == "exact":
            self.theta[:] = theta
            H = hessian_unchecked(self.net, *self.problem)
        else:
            H = _central_differences(self.gradient, theta, 1e-3)
            H = (H + H.T) / 2
        return self._check_finite("Hessian", H, H)

    def hessian_product(self, theta: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Return the Hessian at `theta` times `v`; a curvature along `v` that is not finite ends the run.

        With it trust-ncg would turn in a circle for ever, even where the product itself is finite.
        """
        if self.kind == "exact":
            self.theta[:] = theta
            Hv = hessian_product_unchecked(self.net, v, *self.problem)
        else:
            Hv = self._kept_hessian(theta) @ v
        return self._check_finite("curvature", v.dot(Hv), Hv)

    def _kept_hessian(self, theta):
        """Return the Hessian by differences, found once for all products at one theta."""
        if theta.tobytes() != self.H_place:
            self.H, self.H_place = self.hessian(theta), theta.tobytes()
        return self.H

    def _check_finite(self, name, numbers, answer):
        """Return `answer`; end the run where `numbers` are not finite: methods of trust regions would be lost."""
        if not np.isfinite(numbers).all():
            raise Stop(self.overflowed(f"The {name} is not finite"))
        return answer

    def state(self, theta: np.ndarray) -> OptimizeResult:
        """Return a result with `theta` and its loss, which is no evaluation of the method's; the network goes there."""
        self.theta[:] = theta
        if theta.tobytes() == self.last:
            return OptimizeResult(x=theta.copy(), fun=self.losses[-1])
        self.last = b""
        return OptimizeResult(x=theta.copy(), fun=self.evaluate())

    def stopped(self, theta: np.ndarray, message: str) -> OptimizeResult:
        """Return the result of a run that the callback stopped: the theta of that moment."""
        return OptimizeResult(**self.state(theta), **self._end(STOPPED, message))

    def interrupted(self) -> OptimizeResult:
        """Return the result of a run that was interrupted: the best theta so far."""
        return self._best(INTERRUPTED, f"Interrupted after {len(self.losses)} evaluations")

    def overflowed(self, reason: str) -> OptimizeResult:
        """Return the result of a run whose numbers grew beyond all bounds: the best theta so far."""
        return self._best(OVERFLOWED, reason)

    def _best(self, status, message):
        state = self._settle(np.frombuffer(self.best))
        if not all_finite(state.x):  # an infinite weight can have a finite loss
            state = self._settle(self.start)
        return OptimizeResult(**state, **self._end(status, f"{message}; x is the best so far."))

    def _settle(self, theta):
        """Return the state at `theta`, in the numbers that the network has there."""
        state = self.state(theta)
        state.x = self.theta.astype(float)  # a network of float32 has rounded them
        return state

    def _end(self, status, message):
        return {"nfev": len(self.losses), "success": False, "status": status, "message": message}

    def finish(self, result: OptimizeResult) -> OptimizeResult:
        """Return `result` with the loss and the gradient of its theta; the best theta so far if that is not finite.

        SciPy's L-BFGS-B goes back at an "ABNORMAL" end and forgets the loss, COBYLA shows none above 1e30, and
        Newton-CG gives the gradient of the step before.
        """
        state = self._settle(np.asarray(result.x, dtype=float))
        if not (all_finite(state.x) and math.isfinite(state.fun)):
            result = self.overflowed(f"It ended where the loss is not finite ({result.message})")
            state = self._settle(result.x)
        if not isinstance(result.get("jac"), list) and ("jac" in result or self.bound is not None):
            result.jac = self._gradient_here()  # but trust-constr calls something else so, a list
        result.update(state)
        return result

    def _gradient_here(self):
        """Return the exact gradient where `state` was last asked, which has found it if the method uses it."""
        bound = self.bound
        if bound is None:
            bound = bind(self.net, *self.problem)
            bound.loss_and_gradient()
        return bound.dtheta.astype(float)


def _differences(function, theta, eps):
    """Return forward differences of `function` along each entry of `theta`."""
    start = function(theta)
    return np.array([(function(_moved(theta, i, eps)) - start) / eps for i in range(len(theta))])


def _central_differences(function, theta, eps):
    """Return central differences of `function` along each entry of `theta`."""
    rows = [function(_moved(theta, i, eps)) - function(_moved(theta, i, -eps)) for i in range(len(theta))]
    return np.array(rows) / (2 * eps)


def _moved(theta, i, step):
    """Return a copy of `theta` with entry i moved by `step`."""
    moved = theta.copy()
    moved[i] += step
    return moved
