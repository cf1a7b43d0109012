"""What four outputs say: solved, stuck on one of XOR's plateaus, or diverged.

Chapter 12 meets the plateaus 1/4, 1/6 and 1/8 and chapter 9 counts them. `success_rate` turns
many starts into one honest number: a rate with its interval, never a lucky seed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib.validation import as_floats, check_finite, type_name

TARGETS = np.array([0.0, 1.0, 1.0, 0.0])  # XOR at (0, 0), (0, 1), (1, 0), (1, 1)
PLATEAUS = {4: "1/4", 3: "1/6", 2: "1/8"}  # how many corners share one output: the loss there
SURE = 0.4  # an output this near its target counts as learned (Fahlman, 1988)
CORNERS = "it may be (4, 1), the outputs at XOR's four corners"
OUTPUTS_OF = {
    "forward": "net.forward(X)",
    "outputs": "population.outputs(X)",
    "network_": "estimator.network_.forward(X)",
}
NEAR = 0.05  # an output this near a value of a plateau is on the plateau; solved and plateau never overlap


class Diagnosis(NamedTuple):
    """What `diagnose` found: a name for programs, a sentence for people."""

    name: str
    loss: float
    n_right: int
    sentence: str


class Rate(NamedTuple):
    """A success rate and its 95 % interval, all between 0 and 1."""

    rate: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{100 * self.rate:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f} %, n = {self.n})"

    def brief(self) -> str:
        """Return the rate and its interval, such as `36.5 (30-43)`, for a table whose header says percent.

        From 1,000 on the interval is narrow enough for tenths: `97.9 (96.8-98.6)`.
        """
        digits = 0 if self.n < 1000 else 1
        return f"{100 * self.rate:.1f} ({100 * self.low:.{digits}f}-{100 * self.high:.{digits}f})"


def solved(A: ArrayLike, Y: ArrayLike) -> bool | np.ndarray:
    """Say whether every output is within 0.4 of its target.

    The margin is Fahlman's (1988): below 0.4 is a 0, above 0.6 a 1, and what lies between has not
    been learned.

    Parameters
    ----------
    A : array, shape (..., n_samples, n_outputs)
        Outputs of one network, or of many along the leading axes.
    Y : array, shape (n_samples, n_outputs)
        Targets.

    Returns
    -------
    bool, or array of bool of shape (...)
        True where the network has learned every sample. NaN counts as not learned.

    Raises
    ------
    ValueError
        If Y is not 2-D, is empty or not finite, or A does not end in its shape.

    Examples
    --------
    >>> from nnlib.diagnosis import solved
    >>> solved([[0.1], [0.9], [0.7], [0.2]], [[0], [1], [1], [0]])
    True
    """
    A = _as_outputs(A, "it may be (..., n_samples, n_outputs)")
    Y = as_floats("Y", Y, "it may be (n_samples, n_outputs)")
    if Y.ndim != 2 or not Y.size:
        remedy = ", such as Y[:, None]" if Y.ndim == 1 and Y.size else ""
        raise ValueError(f"Y has shape {Y.shape}; it may be (n_samples, n_outputs){remedy}")
    check_finite("Y", Y)
    if A.shape[-2:] != Y.shape:
        remedy = ", such as np.reshape(A, Y.shape)" if A.size == Y.size else ""
        raise ValueError(f"A has shape {A.shape}; with Y of shape {Y.shape} it may be (..., {str(Y.shape)[1:]}{remedy}")
    with np.errstate(invalid="ignore", over="ignore"):
        learned = (np.abs(A - Y) < SURE).all(axis=(-2, -1))
    return bool(learned) if learned.ndim == 0 else learned


def success_rate(solved: ArrayLike) -> Rate:
    """Return the share of True in `solved` with its 95 % Wilson score interval.

    The interval holds the true rate in about 95 of 100 such experiments, also near 0 and 1, where
    the textbook interval fails (Wilson 1927; Brown, Cai and DasGupta 2001).

    Parameters
    ----------
    solved : array of bool, shape (n,)
        One entry a start.

    Returns
    -------
    Rate
        ``rate``, ``low``, ``high`` and ``n``; ``str`` of it reads as a sentence's end.

    Raises
    ------
    ValueError
        If `solved` is empty, is not one-dimensional, or holds anything but True and False.

    Examples
    --------
    >>> from nnlib.diagnosis import success_rate
    >>> print(success_rate([True] * 150 + [False] * 50))
    75.0 % (68.6 to 80.5 %, n = 200)
    """
    from scipy.stats import binomtest  # here, for it takes longer to load than the rest of nnlib

    as_floats("solved", solved, "it may be (n,) of True and False")  # refuses what is ragged
    solved = np.asarray(solved)
    if solved.ndim != 1 or len(solved) == 0 or solved.dtype != bool:
        remedy = ", such as np.asarray(solved).ravel() == 1" if solved.size and solved.ndim else ""
        raise ValueError(
            f"solved has shape {solved.shape} and type {solved.dtype}; "
            f"it may be (n,) of True and False, n at least 1{remedy}"
        )
    interval = binomtest(int(solved.sum()), len(solved)).proportion_ci(method="wilson")
    return Rate(float(solved.mean()), float(interval.low), float(interval.high), len(solved))


def diagnose(A: ArrayLike) -> Diagnosis:
    """Read the four outputs of a network that was trained on XOR.

    Where training stops short, the outputs show a pattern. Two corners of different classes share
    0.5 and the other two are right (loss 1/8), or three share 1/3 or 2/3 (1/6), or all give 0.5 (1/4).

    Parameters
    ----------
    A : array, shape (4, 1)
        Outputs at (0, 0), (0, 1), (1, 0), (1, 1), in the order of `nnlib.datasets.xor`; a row of four will do.

    Returns
    -------
    Diagnosis
        ``name`` is "solved", "plateau 1/4", "plateau 1/6", "plateau 1/8", "saturated", "diverged" or
        "on its way"; ``sentence`` says it to people; ``n_right`` counts outputs on the right
        side of 0.5; ``loss`` is the mean squared error.

    Raises
    ------
    ValueError
        If `A` is not four outputs in a column or a row.

    Examples
    --------
    >>> import nnlib
    >>> nnlib.diagnose([[0.01], [0.5], [0.98], [0.5]]).sentence
    'on the 1/8 plateau: (0, 1) and (1, 1) share the output 0.50'
    """
    A = _as_outputs(A, CORNERS)
    if A.shape not in ((4, 1), (1, 4), (4,)):
        remedy = ", such as A[:, [1]]" if A.shape == (4, 2) else ", such as A[0]" if A.shape[1:] == (4, 1) else ""
        raise ValueError(f"A has shape {A.shape}; {CORNERS}{remedy}")
    outputs = A.ravel()
    if not np.isfinite(outputs).all():
        return Diagnosis("diverged", float("nan"), 0, "diverged: an output is not a finite number")
    n_right = int(((outputs > 0.5) == (TARGETS > 0.5)).sum())
    with np.errstate(over="ignore"):
        loss = float(np.mean((outputs - TARGETS) ** 2))
    if loss == math.inf:
        return Diagnosis("diverged", loss, n_right, "diverged: the loss is too large for a number")
    name, sentence = _name(outputs, loss, n_right)
    return Diagnosis(name, loss, n_right, sentence)


def _as_outputs(A: Any, wanted: str) -> np.ndarray:
    """Return outputs as an array of floats; of a network, say how to ask it for them."""
    remedy = next((remedy for attribute, remedy in OUTPUTS_OF.items() if hasattr(A, attribute)), None)
    if remedy:
        raise ValueError(f"A is {type_name(A)}; {wanted}, such as {remedy}")
    return as_floats("A", A, wanted)


def _name(outputs: np.ndarray, loss: float, n_right: int) -> tuple[str, str]:
    """Name the state of four finite outputs, with a sentence for people."""
    error = np.abs(outputs - TARGETS)
    if (error < SURE).all():
        worst = math.ceil(100 * error.max()) / 100  # never less than it is
        return "solved", f"solved: each of the four outputs is within {worst:.2f} of its target"
    shared = _shared_corners(outputs)
    if shared is not None:
        plateau = PLATEAUS[len(shared)]
        value = TARGETS[shared].mean()
        return f"plateau {plateau}", f"on the {plateau} plateau: {_corners(shared)} share the output {value:.2f}"
    if (np.minimum(np.abs(outputs), np.abs(outputs - 1)) < 2 * NEAR).all():
        wrong = np.flatnonzero(error > 0.5)
        return "saturated", f"saturated: sure and wrong at {_corners(wrong)}"
    return "on its way", f"on its way: {n_right} of 4 right, loss {loss:.3f}"


def _shared_corners(outputs: np.ndarray) -> list[int] | None:
    """Return the corners that share their mean target while all others are right, or None."""
    for size in PLATEAUS:
        for shared in map(list, combinations(range(4), size)):
            value = TARGETS[shared].mean()
            expected = TARGETS.copy()
            expected[shared] = value
            if 0 < value < 1 and (np.abs(outputs - expected) < NEAR).all():
                return shared
    return None


def _corners(indices: Iterable[int]) -> str:
    """Write corners as words: [1, 3] becomes "(0, 1) and (1, 1)"."""
    names = [f"({i // 2}, {i % 2})" for i in indices]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
