"""How often does a start lead to success? `sweep` counts it for every hidden size and learning rate.

Each cell is a rate over many seeds with its 95 % interval, never one lucky start. Chapter 9 draws the map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nnlib.datasets import xor
from nnlib.diagnosis import solved, success_rate
from nnlib.population import train_many
from nnlib.validation import as_floats, check_count


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """Success rates, as `sweep` counts them.

    Attributes
    ----------
    hidden_sizes, learning_rates, seeds : array, shapes (n_hidden,), (n_rates,), (n_seeds,)
        What was tried.
    solved : array of bool, shape (n_hidden, n_rates, n_seeds)
        True where the network learned every sample; see `nnlib.diagnosis.solved`.
    rate, low, high : array, shape (n_hidden, n_rates)
        The share of seeds that did, and its 95 % interval (Wilson 1927); see `nnlib.diagnosis.success_rate`.
    """

    hidden_sizes: np.ndarray
    learning_rates: np.ndarray
    seeds: np.ndarray
    solved: np.ndarray
    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def __repr__(self) -> str:
        n_hidden, n_rates, n_seeds = self.solved.shape
        return f"Sweep({n_hidden} hidden sizes x {n_rates} learning rates x {n_seeds} seeds)"


def sweep(X: ArrayLike | None = None, Y: ArrayLike | None = None, *, hidden_sizes: ArrayLike, learning_rates: ArrayLike,
          seeds: ArrayLike, epochs: int = 2000, loss: str = "mse", hidden: str = "tanh", output: str = "sigmoid",
          init: str = "glorot", l2: float = 0.0, progress: bool = False) -> Sweep:  # fmt: skip
    """Train a network with one hidden layer for every hidden size, learning rate and seed; count the successes.

    Parameters
    ----------
    X, Y : array, shapes (n_samples, n_inputs) and (n_samples, n_outputs)
        Samples and targets; XOR by default.
    hidden_sizes : sequence of int
        Hidden units.
    learning_rates : sequence of float
        Above 0.
    seeds : sequence of int
        Starts, the same in every cell; at least 200 give an interval of at most 14 percentage points.
    epochs, loss, hidden, output, init, l2
        As in `train_many`.
    progress : bool
        Show a progress bar for each hidden size (needs tqdm).

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError
        If one of X and Y is given without the other, a sequence is not one-dimensional or is empty, or
        `train_many` refuses something.

    Examples
    --------
    >>> import nnlib
    >>> result = nnlib.sweep(hidden_sizes=[2, 8], learning_rates=[2.0], seeds=range(200))
    >>> result
    Sweep(2 hidden sizes x 1 learning rates x 200 seeds)
    >>> bool(result.rate[0, 0] < result.low[1, 0])
    True
    """
    X, Y = _as_problem(X, Y)
    hidden_sizes = _as_sequence("hidden_sizes", hidden_sizes)
    rates, seeds = _as_sequence("learning_rates", learning_rates), _as_sequence("seeds", seeds)
    counts = [check_count(f"hidden_sizes[{i}]", n) for i, n in enumerate(hidden_sizes.tolist())]

    def learn(n):
        population = train_many(
            (X.shape[1], n, Y.shape[1]), X, Y, learning_rates=rates[:, None], seeds=seeds, epochs=epochs, loss=loss,
            hidden=hidden, output=output, init=init, l2=l2, n_records=2, progress=progress,
        )  # fmt: skip
        if population.interrupted:
            raise KeyboardInterrupt  # a part of a sweep says nothing
        return solved(population.outputs(X), Y).reshape(len(rates), len(seeds))

    learned = _spread(learn, counts)
    cells = np.array([[success_rate(cell)[:3] for cell in row] for row in learned])
    return Sweep(hidden_sizes, rates, seeds, np.array(learned), *np.moveaxis(cells, 2, 0))


def _as_problem(X: ArrayLike | None, Y: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
    if X is None and Y is None:
        return xor()
    if X is None or Y is None:
        given, missing = ("Y", "X") if X is None else ("X", "Y")
        raise ValueError(f"{missing} is None; it may be given with {given}, or both left out for XOR")
    X, Y = as_floats("X", X, "it may be (n_samples, n_inputs)"), as_floats("Y", Y, "it may be (n_samples, n_outputs)")
    for name, array in (("X", X), ("Y", Y)):
        if array.ndim != 2:
            raise ValueError(f"{name} has shape {array.shape}; it may have two axes, samples first")
    return X, Y


def _as_sequence(name: str, values: ArrayLike) -> np.ndarray:
    """Return `values` as a one-dimensional array of whatever they are; `train_many` checks each."""
    as_floats(name, values, "it may be a sequence of numbers")
    array = np.asarray(values)
    if array.ndim != 1 or len(array) == 0:
        raise ValueError(f"{name} has shape {array.shape}; it may be a sequence of numbers, 1 or more")
    return array


def _spread(function: Callable, items: Iterable) -> list:
    """Return `function` of each item, computed where `joblib.parallel_config` says, such as on a cluster."""
    try:
        from joblib import Parallel, delayed  # here, for one process needs none of it
    except ImportError:
        return [function(item) for item in items]
    return Parallel()(delayed(function)(item) for item in items)
