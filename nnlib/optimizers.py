r"""Optimizers: each moves the flat vector `theta` one step against its gradient, in place.

Chapter 2 takes the first step with one weight, chapter 8 trains a network by it, and chapter 11 races
them all. What an optimizer remembers belongs to the `theta` that it moved last: handed the same array
again it goes on, handed another it starts afresh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from nnlib.fast.plan import Call, add_scaled, execute, flush, number, scale
from nnlib.validation import check_number, check_share, type_name

CHUNK = 16_384  # entries moved at once: a chunk and its moments stay in the cache from one call to the next
FLUSH_EVERY = 100  # steps between two sweeps for tiny numbers


@dataclass(frozen=True)
class Optimizer:
    r"""What all optimizers share: a learning rate, the count of steps, and moments that start at 0.

    Parameters
    ----------
    learning_rate : float or callable
        The step's length $\eta$ above 0, or a function of the number of steps taken (see `nnlib.schedules`).

    Raises
    ------
    ValueError
        If `learning_rate` is neither a finite number above 0 nor a function that returns one.
    """

    learning_rate: float | Callable[[int], float]
    _state: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    n_moments = 0
    steady = True  # whether the numbers of a step are always the same, but for a schedule
    _calls: ClassVar[Callable[..., list[Call]]]  # each optimizer has its own

    def __post_init__(self) -> None:
        if not callable(self.learning_rate):
            self._hold("learning_rate", check_number("learning_rate", self.learning_rate, above=0))

    def _hold(self, name: str, value: float) -> None:
        """Hold a checked number as a Python float: one of NumPy's would pull float32 arrays up to its own type."""
        object.__setattr__(self, name, value)

    def step(self, theta: np.ndarray, dtheta: np.ndarray) -> None:
        """Move `theta` in place by one step against `dtheta`, both flat arrays of floats, shape (n_params,)."""
        state = self._state
        if state.get("dtheta", state) is not dtheta or state["theta"] is not theta:
            self._bind(theta, dtheta)  # once, as long as the gradient comes in the same array
        n_steps = state["n_steps"]
        if not state["steady"]:
            for place, value in zip(state["numbers"], self._numbers(self._rate(n_steps), n_steps + 1), strict=True):
                place.fill(value)
            state["steady"] = self.steady and not callable(self.learning_rate)
        state["n_steps"] = n_steps = n_steps + 1
        execute(state["plan"])
        if n_steps % FLUSH_EVERY == 0:
            flush(state["moments"])
            flush(theta)  # weight decay shrinks the weights of inputs that are always 0

    def _bind(self, theta, dtheta):
        """Make the plan that moves this `theta` against this `dtheta`."""
        state = self._state
        _check_vectors(theta, dtheta)
        if state.get("theta") is not theta:
            state.update(theta=theta, n_steps=0, moments=np.zeros((self.n_moments, len(theta)), theta.dtype))
        numbers, scratch = [number(value, theta) for value in self._numbers(1, 1)], np.empty_like(theta[:CHUNK])
        plan = []
        for start in range(0, len(theta), CHUNK):
            piece = slice(start, start + CHUNK)
            part = theta[piece]
            plan += self._calls(part, dtheta[piece], *state["moments"][:, piece], scratch[: len(part)], *numbers)
        state.update(dtheta=dtheta, scratch=scratch, numbers=numbers, steady=False, plan=plan)

    def __getstate__(self):
        """Leave the plan behind: a copy makes its own, for its own arrays."""
        kept = {name: self._state[name] for name in ("theta", "n_steps", "moments") if name in self._state}
        return {**self.__dict__, "_state": kept}

    def _numbers(self, rate: float, n_steps: int) -> tuple[float, ...]:
        """Return the numbers of step `n_steps`, counted from 1, that `_calls` takes as arrays without axes."""
        return (rate,)

    def _rate(self, n_steps: int) -> float:
        if not callable(self.learning_rate):
            return self.learning_rate
        return check_number(f"learning_rate({n_steps})", self.learning_rate(n_steps), at_least=0)


def _check_vectors(theta, dtheta):
    """Refuse what is no flat array of floats: a step writes into `theta`, and keeps both until the next one."""
    for name, vector in (("theta", theta), ("dtheta", dtheta)):
        if not isinstance(vector, np.ndarray) or vector.dtype.kind != "f":
            raise ValueError(f"{name} is {type_name(vector)}; it may be an array of floats, shape (n_params,)")
    if theta.ndim != 1:
        raise ValueError(f"theta has shape {theta.shape}; it may be (n_params,), such as theta.reshape(-1)")
    if dtheta.shape != theta.shape:
        raise ValueError(f"dtheta has shape {dtheta.shape}; this theta takes {theta.shape}")
    if not theta.flags.writeable:
        raise ValueError("theta is read-only; a step moves it in place, so it may be theta.copy()")


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    r"""Plain gradient descent, $\theta \leftarrow \theta - \eta g$ (Cauchy 1847).

    Parameters and errors as in `Optimizer`; $g$ is the gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib import GradientDescent
    >>> theta = np.array([1.0, -2.0])
    >>> GradientDescent(0.5).step(theta, np.array([2.0, 0.0]))
    >>> theta.tolist()
    [0.0, -2.0]
    """

    learning_rate: float | Callable[[int], float] = 0.5

    def _calls(self, theta, g, scratch, rate):
        return [(np.multiply, (g, rate, scratch)), (np.subtract, (theta, scratch, theta))]


@dataclass(frozen=True)
class Momentum(Optimizer):
    r"""Gradient descent with a velocity, $v \leftarrow \mu v - \eta g,\ \theta \leftarrow \theta + v$ (Polyak 1964).

    Parameters
    ----------
    learning_rate : float or callable
        As in `Optimizer`.
    momentum : float
        $\mu$: the share of the velocity that is kept, from 0 to below 1.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib import Momentum
    >>> theta, optimizer = np.array([1.0]), Momentum(0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.step(theta, np.array([1.0]))
    >>> round(theta.item(), 6)
    0.75
    """

    learning_rate: float | Callable[[int], float] = 0.1
    momentum: float = 0.9

    n_moments = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self._hold("momentum", check_share("momentum", self.momentum))

    def _calls(self, theta, g, v, scratch, rate):
        faster = [scale(v, self.momentum), (np.multiply, (g, rate, scratch)), (np.subtract, (v, scratch, v))]
        return [*faster, (np.add, (theta, v, theta))]


@dataclass(frozen=True)
class Nesterov(Momentum):
    r"""Momentum that looks ahead, $v \leftarrow \mu v - \eta g,\ \theta \leftarrow \theta + \mu v - \eta g$.

    Nesterov (1983) takes the gradient at the point to which the velocity leads; Sutskever and others (2013) write
    $v \leftarrow \mu v - \eta\, g(\phi + \mu v),\ \phi \leftarrow \phi + v$. Here `theta` is that point ahead,
    $\theta = \phi + \mu v$, as in Bengio, Boulanger-Lewandowski and Pascanu (2012): the same steps, and the gradient
    is taken at `theta`. Parameters and errors as in `Momentum`.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib import Nesterov
    >>> theta, optimizer = np.array([1.0]), Nesterov(0.1, momentum=0.5)
    >>> optimizer.step(theta, np.array([1.0]))
    >>> round(theta.item(), 6)
    0.85
    """

    def _calls(self, theta, g, v, scratch, rate):
        calls = super()._calls(theta, g, v, scratch, rate)  # then scratch holds rate * g, and theta has moved by v
        return [*calls, (np.subtract, (theta, scratch, theta)), add_scaled(theta, self.momentum - 1, v)]


@dataclass(frozen=True)
class RMSProp(Optimizer):
    r"""A step for each entry by its own size, $s \leftarrow \rho s + (1 - \rho) g^2,\ \theta \leftarrow \theta - \eta g / (\sqrt{s} + \epsilon)$.

    Tieleman and Hinton's lecture (2012).

    Parameters
    ----------
    learning_rate : float or callable
        As in `Optimizer`.
    rho : float
        $\rho$: the share of the mean of squares that is kept, from 0 to below 1.
    eps : float
        $\epsilon$: keeps the division finite, above 0.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib import RMSProp
    >>> theta = np.array([1.0, 1.0])
    >>> RMSProp(0.1, rho=0.0).step(theta, np.array([100.0, 0.01]))
    >>> theta.round(3).tolist()
    [0.9, 0.9]
    """  # noqa: E501

    learning_rate: float | Callable[[int], float] = 0.01
    rho: float = 0.9
    eps: float = 1e-8

    n_moments = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self._hold("rho", check_share("rho", self.rho))
        self._hold("eps", check_number("eps", self.eps, above=0))

    def _calls(self, theta, g, s, scratch, rate):
        eps = number(self.eps, theta)
        return [*_mean_of_squares(s, g, self.rho, scratch), *_step_by_root(theta, g, s, scratch, rate, eps)]


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Momentum and RMSProp together, without bias at the start (Kingma and Ba 2015).

    $m \leftarrow \beta_1 m + (1 - \beta_1) g,\ v \leftarrow \beta_2 v + (1 - \beta_2) g^2$, then
    $\theta \leftarrow \theta - \eta \hat m / (\sqrt{\hat v} + \epsilon)$ with
    $\hat m = m / (1 - \beta_1^t),\ \hat v = v / (1 - \beta_2^t)$ at step $t$.

    Parameters
    ----------
    learning_rate : float or callable
        As in `Optimizer`.
    beta1, beta2 : float
        The shares of both means that are kept, from 0 to below 1.
    eps : float
        $\epsilon$: keeps the division finite, above 0.
    decay : float
        Shrinks every entry of `theta` by the share $\eta \cdot$ decay before each step: AdamW (Loshchilov and Hutter
        2019). Not the same as `l2`, whose gradient Adam would rescale.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib import Adam
    >>> theta = np.array([1.0, 1.0])
    >>> Adam(0.1).step(theta, np.array([100.0, 0.01]))
    >>> theta.round(3).tolist()
    [0.9, 0.9]
    """

    learning_rate: float | Callable[[int], float] = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    decay: float = 0.0

    n_moments, steady = 2, False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._hold("beta1", check_share("beta1", self.beta1))
        self._hold("beta2", check_share("beta2", self.beta2))
        self._hold("eps", check_number("eps", self.eps, above=0))
        self._hold("decay", check_number("decay", self.decay, at_least=0))

    def _numbers(self, rate: float, n_steps: int) -> tuple[float, ...]:
        # the corrections fold into two numbers: the rate times both, and eps times the second
        correction = (1 - self.beta2**n_steps) ** 0.5
        return rate * correction / (1 - self.beta1**n_steps), self.eps * correction, 1 - rate * self.decay

    def _calls(self, theta, g, m, v, scratch, rate, eps, shrink):
        calls = [(np.multiply, (theta, shrink, theta))] if self.decay else []
        calls += [scale(m, self.beta1), add_scaled(m, 1 - self.beta1, g)]
        return [*calls, *_mean_of_squares(v, g, self.beta2, scratch), *_step_by_root(theta, m, v, scratch, rate, eps)]


def _mean_of_squares(s, g, share, scratch):
    """Return the calls for the running mean of squares, s <- share s + (1 - share) g^2."""
    return [scale(s, share), (np.multiply, (g, g, scratch)), add_scaled(s, 1 - share, scratch)]


def _step_by_root(theta, m, s, scratch, rate, eps):
    """Return the calls for theta <- theta - rate m / (sqrt(s) + eps)."""
    return [
        (np.sqrt, (s, scratch)),
        (np.add, (scratch, eps, scratch)),
        (np.divide, (m, scratch, scratch)),
        (np.multiply, (scratch, rate, scratch)),
        (np.subtract, (theta, scratch, theta)),
    ]
