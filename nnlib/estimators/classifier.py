"""The classifier: labels become targets, and logits probabilities."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_expit, log_softmax
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from nnlib.estimators.base import Estimator, can_go_on


class NNClassifier(ClassifierMixin, Estimator):
    r"""A classifier: a network with one sigmoid output for two classes, softmax for more, and cross-entropy.

    What is made small is the cross-entropy, a mean over samples, plus $\frac{\alpha}{2n} \sum W^2$. The parameters, the
    attributes and the methods have the names of `sklearn.neural_network.MLPClassifier` and mean the same, but for what
    is said here.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units in each hidden layer; ``()`` is logistic regression.
    activation : {"relu", "tanh", "logistic", "identity", "sigmoid", "softplus"}
        Of the hidden layers; "sigmoid" is another name for "logistic".
    solver : str
        "adam", "sgd", "lbfgs", or any method of `nnlib.minimize` as it is spelled there, such as "BFGS".
    alpha : float
        Weight decay. $n$ is the number of samples that are learned from, or the sum of their weights, whatever the
        solver: scikit-learn's own "sgd" and "adam" divide by those of the batch.
    batch_size : int or "auto"
        Samples a step of "sgd" and "adam"; "auto" is 200, or all of them if they are fewer.
    learning_rate : {"constant"}
        Others are refused: nnlib's schedules are for `nnlib.train`, which takes any function of the step.
    learning_rate_init : float
        Learning rate of "sgd" and "adam".
    max_iter : int
        Epochs of "sgd" and "adam", iterations of SciPy's methods (evaluations of "TNC" and "COBYLA").
    shuffle : bool
        Draw other batches in each epoch; False takes the samples in their order.
    random_state : int, numpy.random.RandomState or None
        Seed of the start, the shuffling and the split.
    tol : float
        "sgd" and "adam" stop when more than `n_iter_no_change` epochs in a row each failed to bring the loss this far
        below its best, or with `early_stopping` the score above; "lbfgs" when no entry of the gradient is larger;
        to SciPy's methods it is their `tol`.
    verbose : bool
        Print the loss of each iteration, and what ended the training.
    warm_start : bool
        Let `fit` go on from the weights that it has, with the same classes. `tol` counts anew.
    momentum, nesterovs_momentum : float, bool
        Of "sgd"; see `nnlib.optimizers.Momentum` and `Nesterov`.
    early_stopping, validation_fraction : bool, float
        Hold this share of the samples out, 2 or more and one of each class at least, watch the score on them in place
        of the loss, and go back to where it was best. Each class has its share. Of "sgd" and "adam".
    beta_1, beta_2, epsilon : float
        Of "adam"; see `nnlib.optimizers.Adam`.
    n_iter_no_change : int or numpy.inf
        See `tol`.
    max_fun : int
        Evaluations of the loss by "lbfgs".

    Attributes
    ----------
    network_ : NeuralNetwork
        The trained network; float32 where X is.
    classes_ : array, shape (n_classes,)
        The labels, sorted.
    n_features_in_, n_layers_, n_outputs_, out_activation_
        Columns of X; layers with the input's; units and activation of the last ("logistic" or "softmax").
    coefs_, intercepts_ : list of array
        W and b of each layer: views of the network's `theta`. Write into them and it changes.
    loss_curve_, loss_, best_loss_ : list of float, float, float or None
        The loss of each epoch, of each batch before its step, or for SciPy's methods of each evaluation; the last; and
        the least, or None with `early_stopping`.
    validation_scores_, best_validation_score_ : list of float or None, float or None
        Accuracy (of a regressor R^2) after each epoch on what is held out; None without `early_stopping`.
    n_iter_, t_ : int
        Epochs or iterations of the last call; and the samples seen in all.
    stopped_by_ : str
        What ended it: "tol", "early_stopping", "max_iter", "max_fun", "precision" (the loss of "lbfgs" falls no more
        in the digits of its dtype), "divergence" (a loss is not finite), "interrupt", "solver" (a method of SciPy's
        gave up), or "partial_fit", which takes one epoch.

    Warns
    -----
    ConvergenceWarning
        If a limit ended the training, SciPy's method gave up, or the loss became infinite.

    Notes
    -----
    Left out on purpose, and refused: a sparse X, for the passes multiply dense arrays (``X.toarray()`` is one); several
    labels a sample, for which `sklearn.multioutput.MultiOutputClassifier` trains a network each; and schedules (see
    `learning_rate`).

    Examples
    --------
    >>> import nnlib
    >>> from nnlib.estimators import NNClassifier
    >>> X, Y = nnlib.datasets.xor()
    >>> classifier = NNClassifier(8, "tanh", solver="lbfgs", random_state=0).fit(X, Y.ravel())
    >>> classifier.predict(X).tolist()
    [0.0, 1.0, 1.0, 0.0]
    >>> classifier.stopped_by_
    'tol'
    """

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a new network, or with `warm_start` the one that is there.

        Parameters
        ----------
        X : array, shape (n_samples, n_features)
            Samples.
        y : array, shape (n_samples,)
            Labels of two classes or more: numbers or strings.
        sample_weight : array, shape (n_samples,), optional
            How much each sample counts, 0 or more: a whole number is as good as so many copies. They are scaled to a
            mean of 1 over all samples; scikit-learn scales them anew in each batch, where one that is heavy among
            light ones loses of its weight.

        Returns
        -------
        NNClassifier
            Itself.

        Raises
        ------
        ValueError
            If the data hold NaN or infinity, y is no column of labels or holds one class, a weight is negative, or a
            parameter is out of its range.
        """
        goes_on = self.warm_start and hasattr(self, "network_")
        X, y, weights = self._check_labels(X, y, sample_weight, goes_on)
        classes = _check_classes("y", y)
        if goes_on and not np.array_equal(classes, self.classes_):
            other = np.setxor1d(classes, self.classes_)[0]
            where = "is new in y" if other in classes else "is missing in y"
            raise ValueError(f"the class {other} {where}; with warm_start=True y may hold the classes of the last fit")
        return self._learn(X, y, weights, classes, goes_on=goes_on)

    @available_if(can_go_on)
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None,
                    classes: ArrayLike | None = None) -> Self:  # fmt: skip
        """Take one epoch over these samples, from where network and optimizer are.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`; y may lack some of the classes.
        classes : array, shape (n_classes,), optional
            All labels that will come; the first call needs them.

        Returns
        -------
        NNClassifier
            Itself.

        Raises
        ------
        ValueError
            As `fit` does; or if `classes` are missing in the first call or others in a later one, y holds a label
            that is not among them.
        AttributeError
            If `solver` is one of SciPy's methods, or `early_stopping` is set: it has nothing to hold out.

        Examples
        --------
        >>> import nnlib
        >>> from nnlib.estimators import NNClassifier
        >>> X, Y = nnlib.datasets.xor()
        >>> classifier = NNClassifier(8, "tanh", learning_rate_init=0.1, random_state=0)
        >>> for epoch in range(100):
        ...     classifier = classifier.partial_fit(X, Y.ravel(), classes=[0, 1])
        >>> classifier.score(X, Y.ravel())
        1.0
        """
        goes_on = hasattr(self, "network_")
        X, y, weights = self._check_labels(X, y, sample_weight, goes_on)
        if classes is None and not goes_on:
            raise ValueError("classes is None; the first call takes all labels that will come, such as np.unique(y)")
        known = _check_classes("classes", self.classes_ if classes is None else classes)
        if goes_on and not np.array_equal(known, self.classes_):
            raise ValueError("classes holds others than those of the first call; it may be left out from then on")
        unknown = np.setdiff1d(y, known)
        if len(unknown):
            raise ValueError(f"y holds {unknown[0]}, which is not in classes; the first call takes all that will come")
        return self._learn(X, y, weights, known, goes_on=goes_on, one_epoch=True)

    def _check_labels(self, X, y, sample_weight, goes_on):
        X, y, weights = self._check_data(X, y, sample_weight, goes_on, multi_output=True)
        if y.ndim == 2 and y.shape[1] > 1:
            remedy = (
                "of one-hot rows y.argmax(axis=1) are the labels, and for several labels a sample "
                "sklearn.multioutput.MultiOutputClassifier trains a network each"
            )
            raise ValueError(f"y has shape {y.shape}; it may be (n_samples,), a label for each sample: {remedy}")
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        return X, y, weights

    def _learn(self, X, y, weights, classes, **how):
        """Train on the labels as numbers: 0 and 1 in a column, or one-hot rows."""
        numbers = np.searchsorted(classes, y)
        if len(classes) == 2:
            fit = self._train(X, numbers[:, None], weights, "sigmoid", "binary_cross_entropy", labels=y, **how)
        else:
            fit = self._train(X, np.eye(len(classes))[numbers], weights, "softmax", "cross_entropy", labels=y, **how)
        self.classes_ = classes
        self._report(fit)
        return self

    @staticmethod
    def _score(A, Y, weights):
        """Return the accuracy."""
        return np.average(_numbers(A) == _numbers(Y), weights=weights)

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
        likeliest = self.predict_log_proba(X).argmax(axis=1)
        return self.classes_[likeliest]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probability of each class; takes and raises what `predict` does.

        Returns
        -------
        array, shape (n_samples, n_classes)
            In the order of `classes_`; rows of sum 1. None is 0: those too small for the dtype are below its smallest
            normal number, and keep their order.
        """
        log_P = self.predict_log_proba(X)
        tiny = np.finfo(log_P.dtype).tiny
        small = np.log(tiny)
        return np.where(log_P < small, tiny * (small / np.minimum(log_P, small)), np.exp(log_P))

    def predict_log_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the logarithm of the probability of each class; takes and raises what `predict` does.

        It is found from the logits, and so is right where the probability itself is too small for its dtype.

        Returns
        -------
        array, shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        Z = self._logits(X)
        return log_softmax(Z, axis=1) if Z.shape[1] > 1 else log_expit(np.hstack([-Z, Z]))


def _check_classes(name, labels):
    """Return the classes among `labels`, sorted."""
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(f"{name} holds one class, {classes[0]}; it may hold two or more")
    return classes


def _numbers(A):
    return A.argmax(axis=1) if A.shape[1] > 1 else A[:, 0] > 0.5
