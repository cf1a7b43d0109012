"""scikit-learn's interface: a network as a classifier and as a regressor.

`NNClassifier` and `NNRegressor` go wherever scikit-learn takes an estimator: pipelines, grid searches, and by joblib
a cluster. Chapter 15 puts them there. The training itself is that of `nnlib.train` and `nnlib.minimize`.
"""

import warnings
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from nnlib.fitting import ACTIVATIONS, check_parameters, fit_by_scipy, fit_by_steps
from nnlib.network import NeuralNetwork


class _Estimator(BaseEstimator):
    """What both share: the parameters, and the training of `network_`."""

    def __init__(self, hidden_layer_sizes: ArrayLike = (100,), activation: str = "relu", *, solver: str = "adam",
                 alpha: float = 0.0001, batch_size: int | str = "auto", learning_rate_init: float = 0.001,
                 max_iter: int = 200, random_state: int | np.random.RandomState | None = None, tol: float = 1e-4,
                 verbose: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True,
                 early_stopping: bool = False, validation_fraction: float = 0.1, beta_1: float = 0.9,
                 beta_2: float = 0.999, epsilon: float = 1e-8, n_iter_no_change: int = 10) -> None:  # fmt: skip
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change

    def _fit(self, X: np.ndarray, Y: np.ndarray, output: str, loss: str, strata: np.ndarray | None = None) -> Self:
        """Draw `network_` and train it on X and Y, which are checked."""
        hidden_sizes, random_state = check_parameters(self), check_random_state(self.random_state)
        rng = np.random.default_rng(random_state.randint(2**31 - 1))
        net = NeuralNetwork(
            X.shape[1], *hidden_sizes, Y.shape[1], hidden=ACTIVATIONS[self.activation], output=output, rng=rng
        )
        by_steps, held_out = self.solver in ("sgd", "adam"), {}
        if by_steps and self.early_stopping:
            X, X_held_out, Y, Y_held_out = train_test_split(
                X, Y, test_size=self.validation_fraction, stratify=strata, random_state=random_state
            )
            held_out["validation"] = X_held_out, Y_held_out
        l2 = (2 if loss == "mse" else 1) * self.alpha / len(X)  # scikit-learn takes half of mse, so half of this too
        fitted = (fit_by_steps if by_steps else fit_by_scipy)(net, X, Y, loss, l2, self, rng, **held_out)
        self.network_, self.loss_curve_, self.loss_ = net, fitted.losses, fitted.losses[-1]
        self.n_iter_ = fitted.n_iter
        if fitted.complaint:
            warnings.warn(fitted.complaint, ConvergenceWarning, stacklevel=3)
        return self


class NNClassifier(ClassifierMixin, _Estimator):
    r"""A classifier: a network with one sigmoid output for two classes, softmax for more, and cross-entropy.

    What is made small is the cross-entropy, a mean over samples, plus $\frac{\alpha}{2n} \sum W^2$. The names of the
    parameters are those of `sklearn.neural_network.MLPClassifier` and mean the same, but for what is said here.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units in each hidden layer; ``()`` is logistic regression.
    activation : {"relu", "tanh", "logistic", "identity", "sigmoid", "softplus"}
        Of the hidden layers; "sigmoid" is another name for "logistic".
    solver : str
        "adam", "sgd", "lbfgs", or any method of `nnlib.minimize` as it is spelled there, such as "BFGS".
    alpha : float
        Weight decay. $n$ is the number of samples that are learned from, whatever the solver: scikit-learn's own "sgd"
        and "adam" divide by the size of the batch.
    batch_size : int or "auto"
        Samples a step of "sgd" and "adam"; "auto" is 200, or all of them if they are fewer.
    learning_rate_init : float
        Learning rate of "sgd" and "adam".
    max_iter : int
        Epochs of "sgd" and "adam", iterations of SciPy's methods (evaluations of "TNC" and "COBYLA").
    random_state : int, numpy.random.RandomState or None
        Seed of the start, the shuffling and the split.
    tol : float
        "sgd" and "adam" stop when `n_iter_no_change` epochs in a row each failed to bring the loss over all samples
        this far below its best; "lbfgs" when no entry of the gradient is larger; to SciPy's methods it is their `tol`.
    verbose : bool
        Print the loss of each iteration.
    momentum, nesterovs_momentum : float, bool
        Of "sgd"; see `nnlib.optimizers.Momentum` and `Nesterov`.
    early_stopping, validation_fraction : bool, float
        Hold this share of the samples out (each class its share), stop "sgd" and "adam" when the loss on it has
        not fallen for `n_iter_no_change` epochs, and go back to where it was best.
    beta_1, beta_2, epsilon : float
        Of "adam"; see `nnlib.optimizers.Adam`.
    n_iter_no_change : int
        See `tol` and `early_stopping`.

    Attributes
    ----------
    network_ : NeuralNetwork
        The trained network.
    classes_ : array, shape (n_classes,)
        The labels, sorted.
    n_features_in_ : int
        Columns of X.
    loss_, loss_curve_ : float, list of float
        The last loss; and the loss after 0, 1, 2, ... epochs as in `nnlib.History`, or for SciPy's methods that of
        each evaluation.
    n_iter_ : int
        Epochs or iterations that were run.

    Warns
    -----
    ConvergenceWarning
        If `max_iter` ended the training, SciPy's method gave up, or the loss became infinite.

    Notes
    -----
    There is no `sample_weight`: `fit` refuses it with a TypeError.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> classifier = NNClassifier(8, "tanh", solver="lbfgs", random_state=0).fit(X, Y.ravel())
    >>> classifier.predict(X).tolist()
    [0.0, 1.0, 1.0, 0.0]
    >>> classifier.score(X, Y.ravel())
    1.0
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a new network.

        Parameters
        ----------
        X : array, shape (n_samples, n_features)
            Samples.
        y : array, shape (n_samples,)
            Labels of two classes or more: numbers or strings.

        Returns
        -------
        NNClassifier
            Itself.

        Raises
        ------
        ValueError
            If the data hold NaN or infinity, y is no column of labels or holds one class, or a parameter is out of
            its range.
        """
        checked, labels = validate_data(self, X, y, dtype=np.float64)
        labels = column_or_1d(labels, warn=True)
        check_classification_targets(labels)
        self.classes_, classes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds one class, {self.classes_.item()!r}; it may hold two or more")
        if len(self.classes_) == 2:
            return self._fit(checked, classes[:, None], "sigmoid", "binary_cross_entropy", classes)
        return self._fit(checked, np.eye(len(self.classes_))[classes], "softmax", "cross_entropy", classes)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the likeliest label of each sample.

        Parameters
        ----------
        X : array, shape (n_samples, n_features)
            Samples.

        Returns
        -------
        array, shape (n_samples,)

        Raises
        ------
        ValueError
            If X has another number of columns, or holds NaN or infinity.
        """
        likeliest = self.predict_proba(X).argmax(axis=1)
        return self.classes_[likeliest]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probability of each class; takes and raises what `predict` does.

        Returns
        -------
        array, shape (n_samples, n_classes)
            In the order of `classes_`; rows of sum 1.
        """
        check_is_fitted(self)
        A = self.network_.forward(validate_data(self, X, dtype=np.float64, reset=False))
        return A if A.shape[1] > 1 else np.hstack([1 - A, A])


class NNRegressor(RegressorMixin, MultiOutputMixin, _Estimator):
    r"""A regressor: a network with linear outputs and the mean squared error, over samples and outputs.

    What is made small is $\frac{1}{nm} \sum (a - y)^2 + \frac{\alpha}{n} \sum W^2$: twice the loss of
    `sklearn.neural_network.MLPRegressor`, so the same `alpha` has the same optimum, and `loss_`, the
    gradient and what `tol` is held against are twice as large.

    Parameters, attributes (but `classes_`) and warnings as in `NNClassifier`.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> regressor = NNRegressor(8, "tanh", solver="lbfgs", alpha=0, random_state=0).fit(X, X.ravel() ** 2)
    >>> regressor.predict([[0.5]]).round(2).tolist()
    [0.25]
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a new network.

        Parameters
        ----------
        X : array, shape (n_samples, n_features)
            Samples.
        y : array, shape (n_samples,) or (n_samples, n_outputs)
            Targets.

        Returns
        -------
        NNRegressor
            Itself.

        Raises
        ------
        ValueError
            If the data hold NaN or infinity, or a parameter is out of its range.
        """
        checked, targets = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        return self._fit(checked, targets.reshape(len(checked), -1), "identity", "mse")

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the outputs.

        Parameters
        ----------
        X : array, shape (n_samples, n_features)
            Samples.

        Returns
        -------
        array, shape (n_samples,) or (n_samples, n_outputs)
            A column for one output comes as (n_samples,).

        Raises
        ------
        ValueError
            If X has another number of columns, or holds NaN or infinity.
        """
        check_is_fitted(self)
        A = self.network_.forward(validate_data(self, X, dtype=np.float64, reset=False))
        return A.ravel() if A.shape[1] == 1 else A
