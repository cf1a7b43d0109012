"""Small neural networks in NumPy and SciPy: the library of the book From XOR to Digits.

Every weight lives in one vector, `theta`; `train` moves it by gradient steps, `minimize` by SciPy.
`train_many` trains thousands of networks at once. `nnlib.plotting`, `nnlib.widgets`, `nnlib.checks`
and the scikit-learn estimators load what they stand on when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nnlib import activations, datasets, derivatives, diagnosis, initializers, losses, schedules
from nnlib.derivatives import check_gradient
from nnlib.diagnosis import diagnose
from nnlib.least_squares import levenberg_marquardt
from nnlib.network import NeuralNetwork
from nnlib.optimizers import Adam, GradientDescent, Momentum, Nesterov, RMSProp
from nnlib.population import Population, train_many
from nnlib.scipy_training import minimize
from nnlib.sweeping import Sweep, sweep
from nnlib.training import History, train

__version__ = "0.1.0"
__all__ = [
    "Adam",
    "GradientDescent",
    "History",
    "Momentum",
    "Nesterov",
    "NeuralNetwork",
    "Population",
    "RMSProp",
    "Sweep",
    "activations",
    "check_gradient",
    "datasets",
    "derivatives",
    "diagnose",
    "diagnosis",
    "initializers",
    "levenberg_marquardt",
    "losses",
    "minimize",
    "schedules",
    "sweep",
    "train",
    "train_many",
]

LATER = {"NNClassifier": "estimators", "NNRegressor": "estimators"}  # names whose module loads scikit-learn


def __getattr__(name: str) -> Any:
    if name in ("checks", "estimators", "plotting", "widgets"):
        return import_module(f"nnlib.{name}")
    if name in LATER:
        return getattr(import_module(f"nnlib.{LATER[name]}"), name)
    raise AttributeError(f"module 'nnlib' has no attribute {name!r}")
