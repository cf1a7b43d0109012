"""The training loop: loss, gradient, step, again; and a `History` that says how it went.

Chapter 8 builds it. Whatever happens (divergence, an interrupt), the network keeps a whole `theta`.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.fast.passes import Pass, bind_loss
from nnlib.fast.plan import copy, execute
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
    history, final_loss = History(), bind_loss(net, *problem)
    steps = _Steps(net, problem, size, as_generator(rng), optimizer)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        keep = _Snapshots(net, history, snapshots, final_loss)
        early = _EarlyStopping(net, history, validation, patience, loss)
        watches = [watch for watch in (keep, early, _caller(callback, net)) if watch]
        try:
            for epoch in _counter(epochs, progress):
                history.loss.append(steps.epoch())
                if watches and (reason := _ask(watches, epoch + 1)):  # nothing is asked where nobody watches
                    history.stopped_by = reason
                    break
            early.restore_best()
        except (FloatingPointError, KeyboardInterrupt) as reason:
            history.stopped_by = "divergence" if isinstance(reason, FloatingPointError) else "interrupt"
            net.theta[:] = steps.whole
        _close(net, final_loss, history, steps.whole)
    return history


def _ask(watches, epoch):
    """Show an epoch to all who watch, until one has a reason to stop."""
    return next(filter(None, (watch(epoch) for watch in watches)), None)


def _caller(callback, net):
    return None if callback is None else lambda epoch: "callback" if callback(epoch, net) else None


def _close(net, final_loss, history, whole):
    """End `history` on the loss of the `theta` that is kept, which is `whole` if the last step went too far."""
    final = final_loss()
    if not math.isfinite(final):
        history.stopped_by, net.theta[:] = "divergence", whole
        final = final_loss()
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


class _Steps:
    """Takes the steps of an epoch: on all samples in their order, or on batches, shuffled and copied to one place.

    `whole` is the last theta that had a finite loss.
    """

    def __init__(self, net, problem, size, rng, optimizer):
        self.X, self.Y, *terms = problem
        self.theta, self.whole, self.dtheta = net.theta, net.theta.copy(), np.empty_like(net.theta)
        self.size, self.rng, self.optimizer = size, rng, optimizer
        rest = len(self.X) % size
        self.places = [Pass(net, n, *terms, self.dtheta) for n in (size, rest) if n]
        for place in self.places:
            place.backward.insert(0, copy(self.theta, self.whole))
        if size == len(self.X):  # loaded once, so that an epoch is no more than a step
            self.epoch = partial(self._step, self.places[0].load(self.X, self.Y))

    def epoch(self):
        """Take one step a batch; return the mean loss of the samples, each met before its step."""
        return sum(self._step(batch) * batch.n_samples for batch in self._batches()) / len(self.X)

    def _step(self, batch):
        value = batch.loss()
        if not math.isfinite(value):
            raise FloatingPointError
        execute(batch.backward)
        self.optimizer.step(self.theta, self.dtheta)
        return value

    def _batches(self):
        order = self.rng.permutation(len(self.X))
        for start in range(0, len(order), self.size):
            rows = order[start : start + self.size]
            place = self.places[0 if len(rows) == self.size else -1]
            yield place.load(self.X, self.Y, rows)


def _counter(epochs, progress):
    if not progress:
        return range(epochs)
    from tqdm.auto import trange  # here, for only a progress bar needs it

    return trange(epochs, unit="epoch")


class _Snapshots:
    """Copies `theta` into the history after the epochs that were asked for."""

    def __init__(self, net, history, epochs, loss):
        self.net, self.history, self.loss = net, history, loss
        if not isinstance(epochs, Iterable):
            raise ValueError(f"snapshots is {epochs!r}; it may be a list of epochs, such as [0, 10, 100]")
        self.epochs = {check_count("an epoch of snapshots", epoch, smallest=0) for epoch in epochs}
        self(0)

    def __bool__(self):
        return bool(self.epochs)

    def __call__(self, epoch):
        if epoch in self.epochs and math.isfinite(self.loss()):
            self.history.snapshots[epoch] = self.net.theta.copy()


class _EarlyStopping:
    """Watches the validation loss; false without validation data."""

    def __init__(self, net, history, validation, patience, loss):
        if patience is not None and validation is None:
            raise ValueError(f"patience is {patience!r} without validation; it may be given with validation=(X, Y)")
        self.patience = None if patience is None else check_count("patience", patience)
        self.net, self.history, self.waited = net, history, 0
        self.loss = None if validation is None else bind_loss(net, *_check_validation(net, validation, loss))
        self.best_loss, self.best_theta = math.inf, net.theta.copy()
        if self:
            self(0)

    def __bool__(self):
        return self.loss is not None

    def __call__(self, epoch):
        """Record the validation loss; say "patience" where it has not improved for `patience` epochs."""
        value = self.loss()
        self.history.validation_loss.append(value)
        if value < self.best_loss:
            self.best_loss, self.waited = value, 0
            np.copyto(self.best_theta, self.net.theta)
        else:
            self.waited += 1
        return "patience" if self.patience is not None and self.waited >= self.patience else None

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
