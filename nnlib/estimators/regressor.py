"""The regressor: numbers as they are, one column or several."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if

from nnlib.estimators.base import Estimator, can_go_on
from nnlib.validation import as_floats, check_finite


@dataclass(eq=False, repr=False)
class NNRegressor(RegressorMixin, MultiOutputMixin, Estimator):
    r"""A regressor: a network with linear outputs and the mean squared error, over samples and outputs.

    What is made small is $\frac{1}{nm} \sum (a - y)^2 + \frac{\alpha}{nm} \sum W^2$ for $m$ outputs: $2/m$ times
    what `sklearn.neural_network.MLPRegressor` makes small. So the same `alpha` has the same optimum, also as in
    `sklearn.linear_model.Ridge`; the gradient, and what `tol` is held against, is $2/m$ times as large, and "sgd" takes
    the same steps with $m/2$ times the `learning_rate_init`.

    Parameters, attributes (but `classes_`) and warnings as in `NNClassifier`, and

    Parameters
    ----------
    loss : {"squared_error"}
        Poisson's loss is refused: nnlib has none, nor the exponential output that goes with it.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib.estimators import NNRegressor
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> regressor = NNRegressor(8, "tanh", solver="lbfgs", alpha=0, random_state=0).fit(X, X.ravel() ** 2)
    >>> regressor.predict([[0.5]]).round(2).tolist()
    [0.25]
    """

    _: KW_ONLY
    loss: str = "squared_error"

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a new network, or with `warm_start` the one that is there.

        Parameters
        ----------
        X : array, shape (n_samples, n_features)
            Samples.
        y : array, shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array, shape (n_samples,), optional
            As in `NNClassifier.fit`.

        Returns
        -------
        NNRegressor
            Itself.

        Raises
        ------
        ValueError
            If the data hold NaN or infinity, a weight is negative, or a parameter is out of its range.
        """
        return self._learn(X, y, sample_weight, goes_on=self.warm_start and hasattr(self, "network_"))

    @available_if(can_go_on)
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Take one epoch over these samples, from where network and optimizer are.

        Parameters, result and errors as in `fit`; and an AttributeError as by `NNClassifier.partial_fit`.
        """
        return self._learn(X, y, sample_weight, goes_on=hasattr(self, "network_"), one_epoch=True)

    def _learn(self, X, y, sample_weight, goes_on, **how):
        if self.loss != "squared_error":
            raise ValueError(f"loss is {self.loss!r}; it may be 'squared_error', the only one of a linear output here")
        X, y, weights = self._check_data(X, y, sample_weight, goes_on, multi_output=True, y_numeric=True)
        y = as_floats("y", y, "it may be (n_samples,) or (n_samples, n_outputs)", X.dtype)
        check_finite("y", y)
        self._report(self._train(X, y.reshape(len(X), -1), weights, "identity", "mse", goes_on=goes_on, **how))
        return self

    @staticmethod
    def _score(A, Y, weights):
        """Return R^2; NaN for outputs that are not finite."""
        return r2_score(Y, A, sample_weight=weights) if np.isfinite(A).all() else np.nan

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
        X = self._check_inputs(X)
        A = self.network_.forward(X)
        return A.ravel() if A.shape[1] == 1 else A
