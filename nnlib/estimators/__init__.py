"""scikit-learn's interface: a network as a classifier and as a regressor.

`NNClassifier` and `NNRegressor` go wherever scikit-learn takes an estimator: pipelines, grid searches, ensembles, and
by joblib a cluster. Chapter 16 puts them there. The training itself is that of `nnlib.train` and `nnlib.minimize`.
"""

from __future__ import annotations

try:
    import sklearn  # noqa: F401
except ModuleNotFoundError:
    remedy = 'install nnlib with its extra `sklearn`, in a clone of the book by: pip install ".[sklearn]"'
    raise ModuleNotFoundError(f"nnlib.estimators needs scikit-learn; {remedy}", name="sklearn") from None

from nnlib.estimators.classifier import NNClassifier
from nnlib.estimators.regressor import NNRegressor

__all__ = ["NNClassifier", "NNRegressor"]
