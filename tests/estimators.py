"""Data and small estimators that their tests share."""

import numpy as np

from nnlib.estimators import NNClassifier, NNRegressor

X = np.random.default_rng(0).standard_normal((60, 3))
TWO = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
THREE = np.digitize(X[:, 0] + 0.5 * X[:, 2], [-0.4, 0.4]) * 10
VALUES = np.sin(X[:, 0]) + 0.3 * X[:, 1]
PAIRS = np.column_stack([VALUES, X[:, 2] ** 2])


def classifier(**parameters):
    return NNClassifier(**{"hidden_layer_sizes": 6, "activation": "tanh", "random_state": 0, **parameters})


def regressor(**parameters):
    return NNRegressor(**{"hidden_layer_sizes": 6, "activation": "tanh", "random_state": 0, **parameters})
