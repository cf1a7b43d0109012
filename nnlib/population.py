"""Thousands of networks trained at once: the loop of `nnlib.train` with one more axis, the network's.

NumPy's calls cost a small network more than its numbers do, and a thousand networks need no more calls than one.
Chapter 9 counts with them how often a start leads to success.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from nnlib.fast.plan import execute
from nnlib.fast.population_chunks import Chunk, chunks
from nnlib.fast.population_passes import Memory, plan_forward, plan_output, unpack
from nnlib.initializers import INITIALIZERS
from nnlib.network import NeuralNetwork
from nnlib.validation import as_floats, check_array, check_count, check_finite, check_memory


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """Many networks of the same sizes, as `train_many` leaves them.

    Attributes
    ----------
    sizes, hidden, output
        As in `NeuralNetwork`.
    thetas : array, shape (n_params, n_networks)
        Column k is the `theta` of network k.
    losses : array, shape (n_records, n_networks)
        ``losses[r, k]`` is the loss of network k after ``epochs[r]`` epochs; from divergence on, that of
        the `theta` it kept.
    epochs : array of int, shape (n_records,)
        Evenly spaced from 0 to the last.
    diverged : array of bool, shape (n_networks,)
        True where the loss became infinite or NaN.
    n_steps : array of int, shape (n_networks,)
        Epochs that each was trained for: all, but after a KeyboardInterrupt. Later rows of `losses` then hold the
        loss that the network was left with.
    """

    sizes: tuple[int, ...]
    hidden: str
    output: str
    thetas: np.ndarray
    losses: np.ndarray
    epochs: np.ndarray
    diverged: np.ndarray
    n_steps: np.ndarray

    @property
    def interrupted(self) -> bool:
        """True where a KeyboardInterrupt ended the training."""
        return bool((self.n_steps < self.epochs[-1]).any())

    def __repr__(self) -> str:
        names = f"hidden={self.hidden!r}, output={self.output!r}"
        counts = f"epochs={self.epochs[-1]}, diverged={self.diverged.sum()}" + ", interrupted" * self.interrupted
        return f"Population({len(self.diverged)} networks of {self.sizes}, {names}, {counts})"

    def network(self, k: int) -> NeuralNetwork:
        """Return network `k`, a copy.

        Parameters
        ----------
        k : int
            0 to n_networks - 1.

        Returns
        -------
        NeuralNetwork

        Raises
        ------
        ValueError
            If there is no network `k`.

        Examples
        --------
        >>> import nnlib
        >>> X, Y = nnlib.datasets.xor()
        >>> nnlib.train_many((2, 4, 1), X, Y, learning_rates=0.5, seeds=range(3)).network(2)
        NeuralNetwork(2, 4, 1, hidden='tanh', output='sigmoid')
        """
        if check_count("k", k, smallest=0) >= len(self.diverged):
            raise ValueError(f"k is {k}; this population has the networks 0 to {len(self.diverged) - 1}")
        net = NeuralNetwork(*self.sizes, hidden=self.hidden, output=self.output, init="zeros",
                            dtype=self.thetas.dtype.name)  # fmt: skip
        net.theta = self.thetas[:, k]
        return net

    def outputs(self, X: ArrayLike) -> np.ndarray:
        """Return the outputs of every network, in the shape that `nnlib.diagnosis.solved` takes.

        Parameters
        ----------
        X : array, shape (n_samples, n_inputs)
            Samples, the same for all networks.

        Returns
        -------
        array, shape (n_networks, n_samples, n_outputs)

        Raises
        ------
        ValueError
            If X has another number of columns, or holds NaN or infinity.

        Examples
        --------
        >>> import nnlib
        >>> X, Y = nnlib.datasets.xor()
        >>> population = nnlib.train_many((2, 4, 1), X, Y, learning_rates=2.0, seeds=range(3))
        >>> nnlib.diagnosis.solved(population.outputs(X), Y).tolist()
        [True, True, True]
        """
        dtype, n_networks = self.thetas.dtype, len(self.diverged)
        X = check_array("X", X, self.sizes[0], f"these networks take (n_samples, {self.sizes[0]})", dtype=dtype)
        X = np.column_stack([X, np.ones(len(X), dtype)])
        activations = self.network(0).activations
        outputs = np.empty((n_networks, len(X), self.sizes[-1]), dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            for chunk in chunks(self.sizes, len(X), n_networks):
                memory = Memory(self.sizes, len(X), chunk.stop - chunk.start, dtype)
                layers = unpack(self.thetas[:, chunk].copy(), self.sizes)
                last = memory.A[-1]
                execute(plan_forward(layers, X, memory, activations[0]))
                execute(plan_output(activations[-1], last))
                outputs[chunk] = last.transpose(2, 0, 1)
        return outputs


def train_many(sizes: Iterable[int], X: ArrayLike, Y: ArrayLike, *, learning_rates: ArrayLike, seeds: ArrayLike,
               epochs: int = 2000, loss: str = "mse", hidden: str = "tanh", output: str = "sigmoid",
               init: str = "glorot", l2: float = 0.0, n_records: int = 101,
               progress: bool = False, dtype: DTypeLike = "float64") -> Population:  # fmt: skip
    r"""Train many networks at once by gradient descent over all samples.

    Each takes the steps $\theta \leftarrow \theta - \eta \, \partial L / \partial \theta$ with its own $\eta$.
    Network k starts at the `theta` of ``NeuralNetwork(*sizes, rng=seeds[k])`` and ends, to rounding, where
    `nnlib.train` with ``GradientDescent(learning_rates[k])`` takes it alone.

    Parameters
    ----------
    sizes : sequence of int
        Units in each layer, input first; two or more.
    X : array, shape (n_samples, n_inputs)
        Samples.
    Y : array, shape (n_samples, n_outputs)
        Targets.
    learning_rates : float, or array of float
        Above 0.
    seeds : int, or array of int
        0 or more. Rates and seeds broadcast together and each pair is a network, row by row:
        ``rates[:, None]`` with ``seeds`` trains every combination.
    epochs : int
        Steps.
    loss, l2
        As in `NeuralNetwork.loss_and_gradient`.
    hidden, output, init
        As in `NeuralNetwork`.
    n_records : int
        At how many epochs the losses are written down, 2 or more: the first and the last are among them.
    progress : bool
        Show a progress bar (needs tqdm).
    dtype : {"float64", "float32"}, or NumPy's type of that name
        Of all that is computed; float32 takes about half the time, and its results repeat to six digits or so.

    Returns
    -------
    Population
        A network whose loss stops being finite is marked in `diverged` and keeps the last `theta` that had a
        finite loss; the others go on. A KeyboardInterrupt ends the training quietly, with the last whole `theta`
        of each.

    Raises
    ------
    ValueError
        If the data do not fit the sizes or are not finite, a name is unknown, a number is out of its range, or
        rates and seeds do not broadcast.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> population = nnlib.train_many((2, 4, 1), X, Y, learning_rates=[0.1, 0.5, 2.0], seeds=0)
    >>> population
    Population(3 networks of (2, 4, 1), hidden='tanh', output='sigmoid', epochs=2000, diverged=0)
    >>> population.losses.shape, population.losses[-1].round(4).tolist()
    ((101, 3), [0.0054, 0.0007, 0.0001])
    """
    net = NeuralNetwork(*_as_sizes(sizes), hidden=hidden, output=output, init=init, rng=0, dtype=dtype)
    X, Y, _, logits, l2 = net.check_problem(X, Y, loss, l2)
    rates, seeds = _as_networks(learning_rates, seeds)
    epochs = check_count("epochs", epochs, smallest=0)
    record_epochs = _record_epochs(epochs, check_count("n_records", n_records, smallest=2))
    n_networks = len(seeds)
    remedy = "train fewer at a time"
    check_memory(f"{n_networks} networks of {len(net.theta)} parameters", 2 * n_networks * len(net.theta), remedy)
    thetas = _starts(net, init, seeds)
    losses = np.full((len(record_epochs), n_networks), np.nan, net.theta.dtype)
    diverged = np.empty(n_networks, bool)
    n_steps = np.empty(n_networks, int)
    parts = chunks(net.sizes, len(X), n_networks)
    to_train = record_epochs
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"), _bar(len(parts) * epochs, progress) as advance:
        for part in parts:
            chunk = Chunk(thetas[:, part], rates[part], net.sizes, net.activations, (X, Y, loss, logits, l2))
            finished = _train_chunk(chunk, to_train, losses[:, part], advance)
            if not finished:  # interrupted: the later chunks stay at their start
                to_train = record_epochs[:1]
            diverged[part] = chunk.diverged
            n_steps[part] = chunk.n_steps
    return Population(net.sizes, hidden, output, thetas, losses, record_epochs, diverged, n_steps)


def _train_chunk(chunk: Chunk, epochs: np.ndarray, losses: np.ndarray, advance: Callable[[int], object]) -> bool:
    """Train a chunk and fill its columns of `losses`, a row for each of `epochs`; say whether it came to the end."""
    chunk.forward()
    losses[0] = chunk.losses()
    finished = True
    try:
        for row, n_epochs in enumerate(np.diff(epochs).tolist(), start=1):
            for _ in range(n_epochs):
                chunk.step()
                chunk.forward()
            losses[row] = chunk.losses()
            advance(n_epochs)
    except KeyboardInterrupt:
        chunk.forward()  # of the last whole theta, whatever the interrupt left undone
        finished = False
    np.copyto(losses, chunk.finish(), where=np.isnan(losses))  # NaN where frozen, or not reached
    return finished


def _starts(net: NeuralNetwork, init: str, seeds: np.ndarray) -> np.ndarray:
    """Return where the networks start, shape (n_params, n_networks), as `NeuralNetwork` would; each seed drawn once."""
    thetas = np.empty((len(net.theta), len(seeds)), net.theta.dtype)
    different, which = np.unique(seeds, return_inverse=True)
    for k, seed in enumerate(different.tolist()):
        rng = np.random.default_rng(seed)
        parts = [part for pair in pairwise(net.sizes) for part in INITIALIZERS[init](rng, *pair)]
        thetas[:, k] = np.concatenate(parts, axis=None)
    for row in thetas:  # a row at a time: all at once would be a copy of everything
        row[:] = row[which]
    return thetas


def _record_epochs(epochs: int, n_records: int) -> np.ndarray:
    """Return the epochs at which losses are written down: every one if there are fewer than `n_records`."""
    n_gaps = min(n_records - 1, epochs)
    return np.arange(n_gaps + 1) * epochs // max(n_gaps, 1)


def _as_sizes(sizes):
    try:
        return tuple(sizes)
    except TypeError:
        raise ValueError(f"sizes is {sizes!r}; it may be two sizes or more, such as (2, 4, 1)") from None


def _as_networks(learning_rates: ArrayLike, seeds: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return rate and seed of each network, shape (n_networks,) both."""
    shape = "it may be one number, or an array of them"
    rates = np.atleast_1d(as_floats("learning_rates", learning_rates, shape))
    check_finite("learning_rates", rates)
    if (rates <= 0).any():
        raise ValueError(f"learning_rates holds {rates.min():g}; every entry may be a finite number above 0")
    as_floats("seeds", seeds, shape)  # refuses what is ragged or no number
    whole = np.asarray(seeds)
    if whole.size and (whole.dtype.kind not in "iu" or whole.min() < 0):
        what = whole.min() if whole.dtype.kind in "iu" else whole.dtype.name
        raise ValueError(f"seeds holds {what}; every entry may be a whole number, 0 or more")
    try:
        rates, whole = np.broadcast_arrays(rates, whole)
    except ValueError:
        shapes = f"learning_rates has shape {rates.shape} and seeds {whole.shape}"
        raise ValueError(f"{shapes}; the two may broadcast together") from None
    if whole.size == 0:
        raise ValueError(f"learning_rates and seeds broadcast to shape {whole.shape}; they may give 1 network or more")
    return rates.ravel(), whole.ravel()


@contextmanager
def _bar(n_epochs, progress):
    """Give a function that moves the progress bar on by so many epochs."""
    if not progress:
        yield lambda n: None
        return
    from tqdm.auto import tqdm  # here, for only a progress bar needs it

    with tqdm(total=n_epochs, unit="epoch") as bar:
        yield bar.update
