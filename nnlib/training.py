"""The training loop: loss, gradient, step, again; and a `History` that says how it went.

Chapter 8 builds it. Whatever happens (divergence, an interrupt), the network keeps a whole `theta`.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from nnlib.optimizers import GradientDescent
from nnlib.validation import as_generator, check_count


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
        Loss on the validation data after k epochs; empty without them.
    stopped_by : str
        "epochs", "divergence", "patience", "callback" or "interrupt".
    """

    loss: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    stopped_by: str = "epochs"

    @property
    def epochs(self):
        """The epoch of each entry of `loss`: 0, 1, 2, ..."""
        return list(range(len(self.loss)))

    @property
    def diverged(self):
        """True where the loss became infinite or NaN."""
        return self.stopped_by == "divergence"

    def __repr__(self):
        last = f", loss={self.loss[-1]:.6g}" if self.loss else ""
        return f"History(epochs={max(len(self.loss) - 1, 0)}{last}, stopped_by={self.stopped_by!r})"


def train(net, X, Y, loss="mse", optimizer=None, epochs=2000, batch_size=None, rng=0, l2=0.0, validation=None,
          patience=None, callback=None, progress=False):  # fmt: skip
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
    optimizer : GradientDescent, optional
        ``GradientDescent(0.5)`` by default.
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
        Show a progress bar (needs tqdm).

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
    X, Y, *terms = net.check_problem(X, Y, loss, l2)
    epochs, rng = check_count("epochs", epochs, smallest=0), as_generator(rng)
    size = len(X) if batch_size is None else min(check_count("batch_size", batch_size), len(X))
    optimizer = _check_tools(optimizer, callback)
    history, whole = History(), net.theta.copy()  # whole: the last theta that had a finite loss
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        early = _EarlyStopping(net, validation, patience, loss, l2)
        history.validation_loss = early.losses
        try:
            for epoch in _counter(epochs, progress):
                batches = _batches(X, Y, size, rng)
                history.loss.append(_epoch(net, batches, terms, optimizer, whole))
                if early.should_stop() or (callback is not None and callback(epoch + 1, net)):
                    history.stopped_by = "patience" if early.stopped else "callback"
                    break
            early.restore_best()
            history.loss.append(_finite_loss(net, X, Y, terms))
        except (FloatingPointError, KeyboardInterrupt) as reason:
            history.stopped_by = "divergence" if isinstance(reason, FloatingPointError) else "interrupt"
            net.theta[:] = whole
            _close(history, net, X, Y, terms)
    return history


def _check_tools(optimizer, callback):
    """Return the optimizer, `GradientDescent` by default; refuse what cannot step and what cannot be called."""
    if optimizer is not None and (isinstance(optimizer, type) or not hasattr(optimizer, "step")):
        raise ValueError(f"optimizer is {optimizer!r}; it may be one such as GradientDescent(0.5)")
    if callback is not None and not callable(callback):
        raise ValueError(f"callback is {callback!r}; it may be a function of (epoch, net)")
    return GradientDescent() if optimizer is None else optimizer


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


def _batches(X, Y, size, rng):
    """Return the batches of one epoch: all samples in their order, or shuffled and cut."""
    if size == len(X):
        return [(X, Y)]
    order = rng.permutation(len(X))
    chosen = (order[start : start + size] for start in range(0, len(X), size))
    return ((X[rows], Y[rows]) for rows in chosen)


def _finite_loss(net, X, Y, terms):
    value, _ = net.loss_and_gradient_unchecked(X, Y, *terms)
    if not math.isfinite(value):
        raise FloatingPointError
    return value


def _close(history, net, X, Y, terms):
    """End `history` on the loss of the `theta` that was kept, if it is not there already."""
    value, _ = net.loss_and_gradient_unchecked(X, Y, *terms)
    if math.isfinite(value) and history.loss[-1:] != [value]:
        history.loss.append(value)


def _counter(epochs, progress):
    if not progress:
        return range(epochs)
    from tqdm.auto import trange  # here, for only a progress bar needs it

    return trange(epochs, unit="epoch")


class _EarlyStopping:
    """Watches the validation loss; without validation data it never stops anything."""

    def __init__(self, net, validation, patience, loss, l2):
        if patience is not None and validation is None:
            raise ValueError(f"patience is {patience!r} without validation; it may be given with validation=(X, Y)")
        self.patience = None if patience is None else check_count("patience", patience)
        self.net, self.losses, self.waited, self.stopped = net, [], 0, False
        self.problem = None if validation is None else _check_validation(net, validation, loss, l2)
        self.best_loss, self.best_theta = math.inf, net.theta.copy()
        self.should_stop()

    def should_stop(self):
        """Record the validation loss; say whether it has not improved for `patience` epochs."""
        if self.problem is None:
            return False
        value, _ = self.net.loss_and_gradient_unchecked(*self.problem)
        self.losses.append(value)
        if value < self.best_loss:
            self.best_loss, self.waited = value, 0
            np.copyto(self.best_theta, self.net.theta)
        else:
            self.waited += 1
        self.stopped = self.patience is not None and self.waited >= self.patience
        return self.stopped

    def restore_best(self):
        """Go back to the best `theta`, if early stopping was asked for."""
        if self.patience is not None:
            self.net.theta[:] = self.best_theta


def _check_validation(net, validation, loss, l2):
    try:
        X, Y = validation
    except (TypeError, ValueError):
        raise ValueError(f"validation is {type(validation).__name__}; it may be a pair (X, Y)") from None
    try:
        return net.check_problem(X, Y, loss, l2)
    except ValueError as error:
        raise ValueError(f"validation does not fit: its {error}") from None
