"""Learning rates that change: each function returns a rate as a function of the steps taken.

Hand one to any optimizer, as ``Adam(cosine(0.01, n_steps=2000))``; any function of your own will do.
They take any count of steps, however large, and refuse what is no count.
Chapter 11 compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from nnlib.validation import check_count, check_number

LONGEST = 10**300  # steps; not many more can be turned into a float


def step_decay(initial: float, factor: float, every: int) -> Callable[[int], float]:
    r"""Return $\eta_0 f^{\lfloor t / k \rfloor}$: the rate times `factor` after each `every` steps.

    Parameters
    ----------
    initial : float
        $\eta_0$, above 0.
    factor : float
        $f$, above 0; above 1 the rate grows.
    every : int
        $k$, 1 or more.

    Returns
    -------
    callable
        Takes the number of steps taken (0 at first), returns the rate.

    Raises
    ------
    ValueError
        If a parameter is out of its range; when called, if the rate has grown too large for a number.

    Examples
    --------
    >>> from nnlib.schedules import step_decay
    >>> rate = step_decay(1.0, factor=0.5, every=10)
    >>> rate(9), rate(10), rate(20)
    (1.0, 0.5, 0.25)
    """
    initial, factor = check_number("initial", initial, above=0), check_number("factor", factor, above=0)
    every = check_count("every", every)
    return _StepDecay(initial, factor, every)


def exponential_decay(initial: float, factor: float) -> Callable[[int], float]:
    r"""Return $\eta_0 f^t$: the rate times `factor` after each step.

    Parameters
    ----------
    initial : float
        $\eta_0$, above 0.
    factor : float
        $f$, above 0; above 1 the rate grows.

    Returns
    -------
    callable
        Takes the number of steps taken (0 at first), returns the rate.

    Raises
    ------
    ValueError
        If a parameter is out of its range; when called, if the rate has grown too large for a number.

    Examples
    --------
    >>> from nnlib.schedules import exponential_decay
    >>> rate = exponential_decay(1.0, factor=0.5)
    >>> rate(0), rate(3)
    (1.0, 0.125)
    """
    return step_decay(initial, factor, every=1)


def cosine(initial: float, n_steps: int, final: float = 0.0) -> Callable[[int], float]:
    r"""Return $\eta_1 + (\eta_0 - \eta_1)(1 + \cos(\pi t / T)) / 2$ up to step T, then $\eta_1$.

    Loshchilov and Hutter (2017).

    Parameters
    ----------
    initial : float
        $\eta_0$, above 0.
    n_steps : int
        $T$, 1 or more.
    final : float
        $\eta_1$, 0 or more.

    Returns
    -------
    callable
        Takes the number of steps taken (0 at first), returns the rate.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> from nnlib.schedules import cosine
    >>> rate = cosine(1.0, n_steps=10)
    >>> rate(0), round(rate(5), 6), rate(10), rate(11)
    (1.0, 0.5, 0.0, 0.0)
    """
    initial, final = check_number("initial", initial, above=0), check_number("final", final, at_least=0)
    last = check_count("n_steps", n_steps)
    return _Cosine(initial, last, final)


@dataclass(frozen=True)
class _StepDecay:  # a class and not a lambda, so that an optimizer with a schedule pickles and can be compared
    initial: float
    factor: float
    every: int

    def __call__(self, n_steps: int) -> float:
        n_steps = check_count("n_steps", n_steps, smallest=0)
        n_decays = min(n_steps // self.every, LONGEST)
        try:
            rate = self.initial * self.factor**n_decays
        except OverflowError:
            rate = math.inf
        if rate == math.inf:
            steps = f"{min(n_steps, LONGEST):g} steps"
            raise ValueError(f"factor is {self.factor:g}; after {steps} the rate is too large, and up to 1 it never is")
        return rate


@dataclass(frozen=True)
class _Cosine:
    initial: float
    n_steps: int
    final: float

    def __call__(self, n_steps: int) -> float:
        share = min(check_count("n_steps", n_steps, smallest=0), self.n_steps) / self.n_steps
        return self.final + (self.initial - self.final) * ((1 + math.cos(math.pi * share)) / 2)
