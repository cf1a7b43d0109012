"""The training loop: loss, gradient, step, again; and a `History` that says how it went.

Chapter 8 builds it. Whatever happens (divergence, an interrupt), the network keeps a whole `theta`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.fast.passes import bind_loss
from nnlib.fast.steps import Diverged, Steps
from nnlib.optimizers import GradientDescent, Optimizer
from nnlib.validation import RNG, Network, as_generator, check_count, check_network, check_start, says_stop


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
        returning True (Python's or NumPy's, nothing else) or by raising StopIteration.
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
    check_network("net", net)
    problem = net.check_problem(X, Y, loss, l2)
    epochs = check_count("epochs", epochs, smallest=0)
    batch_size = _check_batch_size(batch_size, n_samples=len(problem[0]))
    optimizer = _check_optimizer(optimizer)
    history = History()
    final_loss = bind_loss(net, *problem)
    steps = Steps(net, problem, batch_size, as_generator(rng), optimizer)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        check_start(net.theta)
        early_stopping = _EarlyStopping(net, history, validation, patience, loss)
        callbacks: list[Any] = [
            _Snapshots(net, history, snapshots, final_loss),
            early_stopping,
            _UserCallback(net, callback),
        ]
        active = [callback for callback in callbacks if callback.active]
        try:
            for epoch in _epoch_counter(epochs, progress):
                history.loss.append(steps.epoch())
                if active and (reason := _reason_to_stop(active, epoch + 1)):
                    history.stopped_by = reason
                    break
            early_stopping.restore_best()
        except Diverged:
            history.stopped_by = "divergence"
            net.theta[:] = steps.last_finite
        except KeyboardInterrupt:
            history.stopped_by = "interrupt"
            net.theta[:] = steps.last_finite
        _end_history(history, net, final_loss, steps.last_finite)
    return history


def _reason_to_stop(callbacks, epoch):
    """Call the callbacks in turn, until one returns a reason to stop."""
    for callback in callbacks:
        reason = callback(epoch)
        if reason:
            return reason
    return None


def _end_history(history, net, final_loss, last_finite):
    """End `history` on the loss of the `theta` that is kept: `last_finite` if the last step went too far."""
    final = final_loss()
    if not math.isfinite(final):
        history.stopped_by = "divergence"
        net.theta[:] = last_finite
        final = final_loss()
    broken_off = history.stopped_by in ("divergence", "interrupt")
    written_already = broken_off and history.loss[-1:] == [final]
    if math.isfinite(final) and not written_already:
        history.loss.append(final)


def _check_optimizer(optimizer):
    """Return the optimizer, `GradientDescent` by default; refuse what cannot step."""
    if optimizer is None:
        return GradientDescent()
    if isinstance(optimizer, type) or not hasattr(optimizer, "step"):
        what = f"the class {optimizer.__name__}" if isinstance(optimizer, type) else repr(optimizer)
        raise ValueError(f"optimizer is {what}; it may be one such as GradientDescent(0.5)")
    return optimizer


def _check_batch_size(batch_size, n_samples):
    if batch_size is None:
        return n_samples
    return min(check_count("batch_size", batch_size), n_samples)


def _epoch_counter(epochs, progress):
    if not progress:
        return range(epochs)
    from tqdm.auto import trange  # here, for only a progress bar needs it

    return trange(epochs, unit="epoch")


class _Snapshots:
    """A callback that copies `theta` into the history after the epochs that were asked for."""

    def __init__(self, net, history, epochs, loss):
        if not isinstance(epochs, Iterable):
            raise ValueError(f"snapshots is {epochs!r}; it may be a list of epochs, such as [0, 10, 100]")
        self.net, self.history, self.loss = net, history, loss
        self.epochs = {check_count("an epoch of snapshots", epoch, smallest=0) for epoch in epochs}
        self.active = bool(self.epochs)
        self(0)

    def __call__(self, epoch):
        if epoch in self.epochs and math.isfinite(self.loss()):
            self.history.snapshots[epoch] = self.net.theta.copy()


class _EarlyStopping:
    """A callback that records the validation loss, and says "patience" where it has not improved for that long."""

    def __init__(self, net, history, validation, patience, loss):
        if patience is not None and validation is None:
            raise ValueError(f"patience is {patience!r} without validation; it may be given with validation=(X, Y)")
        self.patience = None if patience is None else check_count("patience", patience)
        self.net, self.history = net, history
        self.active = validation is not None
        self.best_loss, self.best_theta, self.waited = math.inf, net.theta.copy(), 0
        if self.active:
            self.loss = bind_loss(net, *_check_validation(net, validation, loss))
            self(0)

    def __call__(self, epoch):
        value = self.loss()
        self.history.validation_loss.append(value)
        if value < self.best_loss:
            self.best_loss, self.waited = value, 0
            np.copyto(self.best_theta, self.net.theta)
        else:
            self.waited += 1
        if self.patience is not None and self.waited >= self.patience:
            return "patience"
        return None

    def restore_best(self):
        """Go back to the best `theta`, if early stopping was asked for."""
        if self.patience is not None:
            self.net.theta[:] = self.best_theta


class _UserCallback:
    """The reader's own callback, whose True becomes a reason to stop."""

    def __init__(self, net, function):
        if function is not None and not callable(function):
            raise ValueError(f"callback is {function!r}; it may be a function of (epoch, net)")
        self.net, self.function = net, function
        self.active = function is not None

    def __call__(self, epoch):
        try:
            answer = self.function(epoch, self.net)
        except StopIteration:
            return "callback"
        return "callback" if says_stop(answer) else None


def _check_validation(net, validation, loss):
    try:
        X, Y = validation
    except (TypeError, ValueError):
        raise ValueError(f"validation is {type(validation).__name__}; it may be a pair (X, Y)") from None
    try:
        return net.check_problem(X, Y, loss, l2=0.0)
    except ValueError as error:
        raise ValueError(f"validation does not fit: its {error}") from None
