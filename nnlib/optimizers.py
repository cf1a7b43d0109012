r"""Optimizers: each moves the flat vector `theta` one step against its gradient, in place.

Chapter 2 takes the first step with one weight, chapter 8 trains a network by it, and chapter 11 races
them all. What an optimizer remembers belongs to the `theta` that it moved last: handed the same array
again it goes on, handed another it starts afresh.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from nnlib.validation import check_number

CHUNK = 16_384  # entries moved at once: a chunk and its moments stay in the cache from one operation to the next
FLUSH_EVERY = 100  # steps between two sweeps for tiny numbers
TINY = 1e8  # times the smallest normal number: what decays below it is set to 0, for denormals are slow


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
    _move: ClassVar[Callable[..., None]]  # each optimizer has its own

    def __post_init__(self) -> None:
        if not callable(self.learning_rate):
            self._hold("learning_rate", check_number("learning_rate", self.learning_rate, above=0))

    def _hold(self, name: str, value: float) -> None:
        """Hold a checked number as a Python float: one of NumPy's would pull float32 arrays up to its own type."""
        object.__setattr__(self, name, value)

    def step(self, theta: np.ndarray, dtheta: np.ndarray) -> None:
        """Move `theta` in place by one step against `dtheta`, both of shape (n_params,)."""
        state = self._state
        if state.get("theta") is not theta:
            state["theta"], state["n_steps"] = theta, 0
            state["moments"] = np.zeros((self.n_moments, len(theta)), theta.dtype)
            state["scratch"] = np.empty_like(theta[:CHUNK])
        rate = self._rate(state["n_steps"])
        state["n_steps"] += 1
        moments, scratch = state["moments"], state["scratch"]
        if len(theta) <= CHUNK:  # slicing would double the time of a tiny step
            self._move(theta, dtheta, rate, *moments, scratch)
        else:
            for start in range(0, len(theta), CHUNK):
                piece = slice(start, start + CHUNK)
                part = theta[piece]
                self._move(part, dtheta[piece], rate, *moments[:, piece], scratch[: len(part)])
        if state["n_steps"] % FLUSH_EVERY == 0:
            _flush(moments)
            _flush(theta)  # weight decay shrinks the weights of inputs that are always 0

    def _rate(self, n_steps: int) -> float:
        if not callable(self.learning_rate):
            return self.learning_rate
        return check_number(f"learning_rate({n_steps})", self.learning_rate(n_steps), at_least=0)


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    r"""Plain gradient descent, $\theta \leftarrow \theta - \eta g$ (Cauchy 1847).

    Parameters and errors as in `Optimizer`; $g$ is the gradient.

    Examples
    --------
    >>> theta = np.array([1.0, -2.0])
    >>> GradientDescent(0.5).step(theta, np.array([2.0, 0.0]))
    >>> theta.tolist()
    [0.0, -2.0]
    """

    learning_rate: float | Callable[[int], float] = 0.5

    def _move(self, theta: np.ndarray, g: np.ndarray, rate: float, scratch: np.ndarray) -> None:
        theta -= np.multiply(g, rate, out=scratch)


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
        self._hold("momentum", _check_share("momentum", self.momentum))

    def _move(self, theta: np.ndarray, g: np.ndarray, rate: float, v: np.ndarray, scratch: np.ndarray) -> None:
        v *= self.momentum
        v -= np.multiply(g, rate, out=scratch)
        theta += v


@dataclass(frozen=True)
class Nesterov(Momentum):
    r"""Momentum that looks ahead, $v \leftarrow \mu v - \eta g,\ \theta \leftarrow \theta + \mu v - \eta g$.

    Nesterov (1983) takes the gradient at the point to which the velocity leads; in these variables (Sutskever et al.
    2013) it is taken at `theta` and the lead is added to the step. Parameters and errors as in `Momentum`.

    Examples
    --------
    >>> theta, optimizer = np.array([1.0]), Nesterov(0.1, momentum=0.5)
    >>> optimizer.step(theta, np.array([1.0]))
    >>> round(theta.item(), 6)
    0.85
    """

    def _move(self, theta: np.ndarray, g: np.ndarray, rate: float, v: np.ndarray, scratch: np.ndarray) -> None:
        super()._move(theta, g, rate, v, scratch)  # scratch now holds rate * g, and theta has moved by v
        theta -= scratch
        theta += np.multiply(v, self.momentum - 1, out=scratch)


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
        self._hold("rho", _check_share("rho", self.rho))
        self._hold("eps", check_number("eps", self.eps, above=0))

    def _move(self, theta: np.ndarray, g: np.ndarray, rate: float, s: np.ndarray, scratch: np.ndarray) -> None:
        _keep_mean_of_squares(s, g, self.rho, scratch)
        np.sqrt(s, out=scratch)
        scratch += self.eps
        np.divide(g, scratch, out=scratch)
        scratch *= rate
        theta -= scratch


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

    n_moments = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        self._hold("beta1", _check_share("beta1", self.beta1))
        self._hold("beta2", _check_share("beta2", self.beta2))
        self._hold("eps", check_number("eps", self.eps, above=0))
        self._hold("decay", check_number("decay", self.decay, at_least=0))

    def _move(
        self, theta: np.ndarray, g: np.ndarray, rate: float, m: np.ndarray, v: np.ndarray, scratch: np.ndarray
    ) -> None:
        t = self._state["n_steps"]
        correction = (1 - self.beta2**t) ** 0.5
        if self.decay:
            theta *= 1 - rate * self.decay
        m *= self.beta1
        m += np.multiply(g, 1 - self.beta1, out=scratch)
        _keep_mean_of_squares(v, g, self.beta2, scratch)
        # the corrections fold into two numbers: eps times the second, and the rate times both
        np.sqrt(v, out=scratch)
        scratch += self.eps * correction
        np.divide(m, scratch, out=scratch)
        scratch *= rate * correction / (1 - self.beta1**t)
        theta -= scratch


def _keep_mean_of_squares(s: np.ndarray, g: np.ndarray, share: float, scratch: np.ndarray) -> None:
    """Update the running mean of squares, s <- share s + (1 - share) g^2."""
    s *= share
    np.multiply(g, g, out=scratch)
    scratch *= 1 - share
    s += scratch


def _flush(values: np.ndarray) -> None:
    """Set to 0 what is on its way into the denormals."""
    values[np.abs(values) < TINY * np.finfo(values.dtype).tiny] = 0


def _check_share(name: str, value: float) -> float:
    if not 0 <= check_number(name, value) < 1:
        raise ValueError(f"{name} is {value!r}; it may be a number from 0 to below 1")
    return float(value)
