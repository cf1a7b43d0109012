"""The training loop: loss, gradient, step, again; and a `History` that says how it went.

Chapter 8 builds it. Whatever happens (divergence, an interrupt), the network keeps a whole `theta`.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.optimizers import GradientDescent, Optimizer
from nnlib.validation import RNG, Network, as_generator, check_count


@dataclass
class History:
    """How a training went.

    Attributes
    ----------
    loss : list of float
        ``loss[k]`` is the loss after k epochs; the last is that of the final `theta`. With
        mini-batches entry k is the mean over the samples of epoch k + 1, each met before its
        step, and the last entry is taken over all samples.
    validation_loss : list of float
        Loss on the validation data after k epochs, without the penalty of `l2`; empty without them.
    snapshots : dict of int to array, shape (n_params,)
        A copy of `theta` after each epoch that was asked for, where its loss was finite; 0 is the start.
    stopped_by : str
        "epochs", "divergence", "patience", "callback" or "interrupt".
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    snapshots: dict[int, np.ndarray] = field(default_factory=dict)
    stopped_by: str = "epochs"

    @property
    def epochs(self) -> list[int]:
        """The epoch of each entry of `loss`: 0, 1, 2, ..."""
        return list(range(len(self.loss)))

    @property
    def diverged(self) -> bool:
        """True where the loss became infinite or NaN."""
        return self.stopped_by == "divergence"

    def __repr__(self) -> str:
        last = f", loss={self.loss[-1]:.6g}" if self.loss else ""
        return f"History(epochs={max(len(self.loss) - 1, 0)}{last}, stopped_by={self.stopped_by!r})"


def train(net: Network, X: ArrayLike, Y: ArrayLike, loss: str = "mse", optimizer: Optimizer | None = None,
          epochs: int = 2000, batch_size: int | None = None, rng: RNG = 0, l2: float = 0.0,
          validation: tuple[ArrayLike, ArrayLike] | None = None, patience: int | None = None,
          callback: Callable[[int, Any], object] | None = None, progress: bool = False,
          snapshots: Iterable[int] = ()) -> History:  # fmt: skip
    """Train `net` in place by gradient steps.

    Parameters
    ----------
    net : NeuralNetwork
        Its `theta` is moved.
    X : array, shape (n_samples, n_inputs)
        Samples.
    Y : array, shape (n_samples, n_outputs)
        Targets.
    loss : {"mse", "binary_cross_entropy", "cross_entropy"}
        What is made small.
    optimizer : Optimizer, optional
        ``GradientDescent(0.5)`` by default. One that has moved this network before goes on where it stopped: with
        the same optimizer and Generator, two runs of 50 epochs are one of 100.
    epochs : int
        Passes over all samples.
    batch_size : int, optional
        Samples a step; all of them by default. Otherwise the samples are shuffled before each epoch.
    rng : int or numpy.random.Generator
        Seed of the shuffling.
    l2 : float
        Weight decay, as in `NeuralNetwork.loss_and_gradient`.
    validation : (X, Y), optional
        Data to watch, and not to learn from.
    patience : int, optional
        Stop after this many epochs without a new best validation loss, and go back to the best `theta`.
    callback : callable, optional
        ``callback(epoch, net)`` is called after each epoch (1, 2, ...) and stops the training by
        returning True.
    progress : bool
        Show a progress bar, in a notebook or a terminal (needs tqdm).
    snapshots : iterable of int
        Epochs after which to keep a copy of `theta` in ``history.snapshots``; 0 is the start.

    Returns
    -------
    History
        Ends at the first loss that is not finite (`history.diverged`): the network then keeps the
        last `theta` whose loss was finite. A KeyboardInterrupt ends the training the same quiet way, with the last
        whole `theta`.

    Raises
    ------
    ValueError
        If the data do not fit the network or are not finite, a name is unknown, a size is below 1,
        or `patience` is given without `validation`.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
    >>> nnlib.train(net, X, Y, epochs=5000).stopped_by
    'epochs'
    >>> net.predict(X).ravel().tolist()
    [0, 1, 1, 0]
    """
    problem = net.check_problem(X, Y, loss, l2)
    epochs, size = check_count("epochs", epochs, smallest=0), _check_batch_size(batch_size, len(problem[0]))
    optimizer = _check_tools(optimizer, callback)
    history, batches = History(), _Batches(*problem[:2], size, as_generator(rng))
    whole = net.theta.copy()  # the last theta that had a finite loss
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        keep = _Snapshots(net, history, snapshots, problem)
        early = _EarlyStopping(net, history, validation, patience, loss)

        def stop(epoch):
            keep(epoch)
            return "patience" if early() else "callback" if callback is not None and callback(epoch, net) else None

        try:
            for epoch in _counter(epochs, progress):
                history.loss.append(_epoch(net, batches(), problem[2:], optimizer, whole))
                history.stopped_by = stop(epoch + 1) or "epochs"
                if history.stopped_by != "epochs":
                    break
            early.restore_best()
        except (FloatingPointError, KeyboardInterrupt) as reason:
            history.stopped_by = "divergence" if isinstance(reason, FloatingPointError) else "interrupt"
            net.theta[:] = whole
        _close(net, problem, history, whole)
    return history


def _close(net, problem, history, whole):
    """End `history` on the loss of the `theta` that is kept, which is `whole` if the last step went too far."""
    final = net.loss_unchecked(*problem)
    if not math.isfinite(final):
        history.stopped_by, net.theta[:] = "divergence", whole
        final = net.loss_unchecked(*problem)
    broken_off = history.stopped_by in ("divergence", "interrupt")
    if math.isfinite(final) and not (broken_off and history.loss[-1:] == [final]):
        history.loss.append(final)


def _check_tools(optimizer, callback):
    """Return the optimizer, `GradientDescent` by default; refuse what cannot step and what cannot be called."""
    if optimizer is not None and (isinstance(optimizer, type) or not hasattr(optimizer, "step")):
        raise ValueError(f"optimizer is {optimizer!r}; it may be one such as GradientDescent(0.5)")
    if callback is not None and not callable(callback):
        raise ValueError(f"callback is {callback!r}; it may be a function of (epoch, net)")
    return GradientDescent() if optimizer is None else optimizer


def _check_batch_size(batch_size, n_samples):
    return n_samples if batch_size is None else min(check_count("batch_size", batch_size), n_samples)


def _epoch(net, batches, terms, optimizer, whole):
    """Take one step a batch; return the mean loss of the samples, each met before its step."""
    total = n_samples = 0
    for X, Y in batches:
        value, dtheta = net.loss_and_gradient_unchecked(X, Y, *terms)
        if not math.isfinite(value):
            raise FloatingPointError
        np.copyto(whole, net.theta)
        optimizer.step(net.theta, dtheta)
        total += value * len(X)
        n_samples += len(X)
    return total / n_samples


class _Batches:
    """Hands out the batches of an epoch: all samples in their order, or shuffled, cut and copied to one place."""

    def __init__(self, X, Y, size, rng):
        self.X, self.Y, self.size, self.rng = X, Y, size, rng
        self.place = tuple(np.empty((size, array.shape[1]), array.dtype) for array in (X, Y))

    def __call__(self):
        if self.size == len(self.X):
            return [(self.X, self.Y)]
        order = self.rng.permutation(len(self.X))
        return (self._gather(order[start : start + self.size]) for start in range(0, len(order), self.size))

    def _gather(self, rows):
        X, Y = (place[: len(rows)] for place in self.place)
        # mode="clip" lets NumPy write into `out` at once; the rows are in range
        return np.take(self.X, rows, 0, out=X, mode="clip"), np.take(self.Y, rows, 0, out=Y, mode="clip")


def _counter(epochs, progress):
    if not progress:
        return range(epochs)
    from tqdm.auto import trange  # here, for only a progress bar needs it

    return trange(epochs, unit="epoch")


class _Snapshots:
    """Copies `theta` into the history after the epochs that were asked for."""

    def __init__(self, net, history, epochs, problem):
        self.net, self.history, self.problem = net, history, problem
        if not isinstance(epochs, Iterable):
            raise ValueError(f"snapshots is {epochs!r}; it may be a list of epochs, such as [0, 10, 100]")
        self.epochs = {check_count("an epoch of snapshots", epoch, smallest=0) for epoch in epochs}
        self(0)

    def __call__(self, epoch):
        if epoch in self.epochs and math.isfinite(self.net.loss_unchecked(*self.problem)):
            self.history.snapshots[epoch] = self.net.theta.copy()


class _EarlyStopping:
    """Watches the validation loss; without validation data it never stops anything."""

    def __init__(self, net, history, validation, patience, loss):
        if patience is not None and validation is None:
            raise ValueError(f"patience is {patience!r} without validation; it may be given with validation=(X, Y)")
        self.patience = None if patience is None else check_count("patience", patience)
        self.net, self.history, self.waited = net, history, 0
        self.problem = None if validation is None else _check_validation(net, validation, loss)
        self.best_loss, self.best_theta = math.inf, net.theta.copy()
        self()

    def __call__(self):
        """Record the validation loss; say whether it has not improved for `patience` epochs."""
        if self.problem is None:
            return False
        value = self.net.loss_unchecked(*self.problem)
        self.history.validation_loss.append(value)
        if value < self.best_loss:
            self.best_loss, self.waited = value, 0
            np.copyto(self.best_theta, self.net.theta)
        else:
            self.waited += 1
        return self.patience is not None and self.waited >= self.patience

    def restore_best(self):
        """Go back to the best `theta`, if early stopping was asked for."""
        if self.patience is not None:
            self.net.theta[:] = self.best_theta


def _check_validation(net, validation, loss):
    try:
        X, Y = validation
    except (TypeError, ValueError):
        raise ValueError(f"validation is {type(validation).__name__}; it may be a pair (X, Y)") from None
    try:
        return net.check_problem(X, Y, loss, l2=0.0)
    except ValueError as error:
        raise ValueError(f"validation does not fit: its {error}") from None
