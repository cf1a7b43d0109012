"""What `NNClassifier` and `NNRegressor` share: the parameters, one training of `network_`, and what is known after it.

The names are those of scikit-learn's `MLPClassifier`; `nnlib.estimators` says what they mean.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import KW_ONLY, dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from nnlib.fitting import (
    ACTIVATIONS,
    BY_STEPS,
    check_parameters,
    fit_by_scipy,
    fit_by_steps,
    make_optimizer,
    make_problem,
)
from nnlib.network import NeuralNetwork
from nnlib.validation import as_floats, check_finite


@dataclass(eq=False, repr=False)
class Estimator(BaseEstimator):
    """The parameters, with scikit-learn's names and defaults, and the training."""

    hidden_layer_sizes: ArrayLike = (100,)
    activation: str = "relu"
    _: KW_ONLY
    solver: str = "adam"
    alpha: float = 0.0001
    batch_size: int | str = "auto"
    learning_rate: str = "constant"
    learning_rate_init: float = 0.001
    max_iter: int = 200
    shuffle: bool = True
    random_state: int | np.random.RandomState | None = None
    tol: float = 1e-4
    verbose: bool = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: int = 10
    max_fun: int = 15000

    @property
    def coefs_(self) -> list[np.ndarray]:
        """Weight matrix of each layer, views into the network's `theta`."""
        return [layer.W for layer in self.network_.layers]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """Bias vector of each layer, views into the network's `theta`."""
        return [layer.b for layer in self.network_.layers]

    @property
    def n_layers_(self) -> int:
        """Layers, input and output among them."""
        return len(self.network_.sizes)

    @property
    def n_outputs_(self) -> int:
        """Units of the last layer."""
        return self.network_.sizes[-1]

    @property
    def out_activation_(self) -> str:
        """Activation of the last layer, by scikit-learn's name: "logistic", "softmax" or "identity"."""
        output = self.network_.output
        return "logistic" if output == "sigmoid" else output

    def __setstate__(self, state):
        super().__setstate__(state)
        moved = self._optimizer._state if state.get("_optimizer") else {}
        if "theta" in moved:  # joblib writes an array twice that two objects hold
            moved["theta"] = self.network_.theta

    def _check_data(self, X, y, sample_weight, goes_on, **how):
        """Return X, y and the weights (or None), checked as scikit-learn does, without the samples of weight 0."""
        check_parameters(self)  # before validate_data, which writes down how many features there are
        dtype = self.network_.theta.dtype if goes_on else (np.float64, np.float32)
        X, y = validate_data(self, X, y, dtype=dtype, reset=not goes_on, **how)
        if sample_weight is None:
            return X, y, None
        weights = _check_weights(sample_weight, len(X))
        kept = weights > 0
        return X[kept], y[kept], weights[kept]

    def _logits(self, X):
        """Return what goes into the output's activation, shape (n_samples, n_outputs)."""
        X, net = self._check_inputs(X), self.network_
        A = net.layer_outputs(X)[-2] if len(net.layers) > 1 else X
        return A @ net.layers[-1].W + net.layers[-1].b

    def _check_inputs(self, X):
        check_is_fitted(self)
        return validate_data(self, X, dtype=self.network_.theta.dtype, reset=False)

    def _train(self, X, Y, weights, output, loss, *, labels=None, goes_on=False, one_epoch=False):
        """Train `network_`: a new one, or the one that `goes_on`; `labels` have each its share in what is held out."""
        hidden_sizes, random_state = check_parameters(self), check_random_state(self.random_state)
        if not (one_epoch and goes_on):
            self._rng = np.random.default_rng(random_state.randint(2**31 - 1))
        net = self._network((X.shape[1], *hidden_sizes, Y.shape[1]), output, X.dtype, goes_on)
        score = None
        if self.early_stopping and self.solver in BY_STEPS:
            X, Y, weights, score = self._hold_out(net, X, Y, weights, labels, random_state)
        problem = make_problem(net, X, Y, weights, loss, self.alpha)
        if one_epoch:
            fit = fit_by_steps(net, problem, self, self._optimizer_of(goes_on), self._rng, 1)
            fit = fit._replace(stopped_by="partial_fit") if fit.stopped_by == "max_iter" else fit
        else:
            _check_start(net, problem)
            fit = self._solve(net, problem, score, goes_on)
        self.network_ = net
        self._record(fit, len(X), goes_on)
        return fit

    def _report(self, fit):
        """Say what ended a training, when all is written down."""
        if self.verbose and fit.stopped_by != "partial_fit":
            print(fit.message)
        if fit.fell_short:
            warnings.warn(fit.message, ConvergenceWarning, stacklevel=4)  # the line that called fit

    def _network(self, sizes, output, dtype, goes_on):
        """Return a new network, or the present one if it has these sizes and this activation."""
        hidden = ACTIVATIONS[self.activation]
        if not goes_on:
            return NeuralNetwork(*sizes, hidden=hidden, output=output, rng=self._rng, dtype=dtype)
        if (self.network_.sizes, self.network_.hidden) != (sizes, hidden):
            now = f"parameters and data are for sizes {sizes} and activation {self.activation!r}"
            raise ValueError(f"{now}; what goes on is {self.network_!r}, and sklearn.base.clone(estimator) begins anew")
        return self.network_

    def _optimizer_of(self, goes_on):
        """Return the optimizer, with all that it remembers if it goes on with the same parameters."""
        new, old = make_optimizer(self), getattr(self, "_optimizer", None)
        self._optimizer = old if goes_on and new == old else new
        return self._optimizer

    def _solve(self, net, problem, score, goes_on):
        if self.solver not in BY_STEPS:
            self._optimizer = None  # an earlier one has moved another theta
            return fit_by_scipy(net, problem, self, self._rng)
        best = score() if score and goes_on else -math.inf
        return fit_by_steps(net, problem, self, self._optimizer_of(False), self._rng, self.max_iter, score, best)

    def _hold_out(self, net, X, Y, weights, labels, random_state):
        """Return what to learn from, X, Y and weights, and a function that gives the present score on the rest."""
        rows, others = train_test_split(
            np.arange(len(X)), test_size=_check_split(self.validation_fraction, len(X), labels), stratify=labels,
            random_state=random_state,
        )  # fmt: skip
        X_out, Y_out, weights_out = (None if array is None else array[others] for array in (X, Y, weights))
        X, Y, weights = (None if array is None else array[rows] for array in (X, Y, weights))
        return X, Y, weights, lambda: self._score(net.forward(X_out), Y_out, weights_out)

    def _record(self, fit, n_samples, goes_on):
        """Write down how it went, behind what an earlier training wrote if this one went on with it."""
        losses, scores, t = ([], [], 0) if not goes_on else (self.loss_curve_, self.validation_scores_ or [], self.t_)
        self.loss_curve_, scores = losses + fit.losses, scores + fit.scores
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else math.inf
        self.validation_scores_ = scores if fit.scores else None
        self.best_validation_score_ = float(np.fmax.reduce(scores)) if fit.scores else None  # past NaN
        self.best_loss_ = None if fit.scores else min(self.loss_curve_, default=math.inf)
        self.n_iter_, self.t_ = fit.n_iter, t + fit.n_iter * n_samples
        self.stopped_by_, self._no_improvement_count = fit.stopped_by, fit.waited


def can_go_on(estimator: Estimator) -> bool:
    """Whether `partial_fit` is there: SciPy's methods have none, and early stopping has nothing to hold out."""
    if estimator.solver not in BY_STEPS:
        raise AttributeError(f"solver is {estimator.solver!r}; partial_fit is for 'sgd' and 'adam'")
    if estimator.early_stopping:
        raise AttributeError("early_stopping is True; partial_fit learns from all that it is given: it may be False")
    return True


def _check_weights(sample_weight, n_samples):
    shape = f"it may be ({n_samples},), a number for each sample of X"
    weights = as_floats("sample_weight", sample_weight, shape)
    if weights.shape != (n_samples,):
        raise ValueError(f"sample_weight has shape {weights.shape}; {shape}")
    check_finite("sample_weight", weights)
    if weights.min() < 0:
        raise ValueError(f"sample_weight holds {weights.min():g}; every entry may be 0 or more")
    if weights.max() == 0:
        raise ValueError("sample_weight holds zeros alone; one entry or more may be above 0")
    return weights


def _check_split(fraction, n_samples, labels):
    """Return how many samples are held out, each class among them; refuse too few to do without them."""
    n_classes, least = (1, 2) if labels is None else _check_shares(labels)
    n_held_out, left = math.ceil(fraction * n_samples), n_samples - n_classes
    if 2 * least < n_samples:
        n_held_out = max(n_held_out, least)
    if not least <= n_held_out <= left:
        found = f"early_stopping=True, validation_fraction={fraction:g} holds out {n_held_out} of {n_samples} samples"
        size = "small" if n_held_out < least else "large"
        remedy = f"validation_fraction may be {least}/{n_samples} to {left}/{n_samples}"
        if least > left:
            remedy = "there may be more samples"
        raise ValueError(f"{found}. The validation set is too {size}: {remedy}; early_stopping=False holds out none")
    return n_held_out


def _check_shares(labels):
    """Return the number of classes, and the least number of samples that has all of them and can be scored."""
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        remedy = "with early_stopping=True each class may have 2 or more, and early_stopping=False holds out none"
        raise ValueError(f"y holds the class {classes[counts.argmin()]} in 1 sample; {remedy}")
    return len(classes), max(2, len(classes))


def _check_start(net, problem):
    """Refuse data for which no step can be taken."""
    with np.errstate(over="ignore", invalid="ignore"):
        start = net.loss_unchecked(*problem)
    if not math.isfinite(start):
        largest = max(np.abs(array).max() for array in problem[:2])
        remedy = "scale them, as sklearn.preprocessing.StandardScaler does"
        raise ValueError(f"X or y holds {largest:g}, and the loss is {start} before the first step; {remedy}")
