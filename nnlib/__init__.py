"""Small neural networks in NumPy and SciPy: the library of the book From XOR to Digits.

Every weight lives in one vector, `theta`; `train` moves it by gradient steps, `minimize` by SciPy.
`nnlib.plotting` and `nnlib.widgets` load Matplotlib and ipywidgets when they are first asked for.
"""

from importlib import import_module

from nnlib import activations, datasets, derivatives, diagnosis, initializers, losses
from nnlib.derivatives import check_gradient
from nnlib.diagnosis import diagnose
from nnlib.network import NeuralNetwork
from nnlib.optimizers import GradientDescent
from nnlib.scipy_training import minimize
from nnlib.training import History, train

__version__ = "0.1.0"
__all__ = [
    "GradientDescent",
    "History",
    "NeuralNetwork",
    "activations",
    "check_gradient",
    "datasets",
    "derivatives",
    "diagnose",
    "diagnosis",
    "initializers",
    "losses",
    "minimize",
    "train",
]


def __getattr__(name):
    if name in ("plotting", "widgets"):
        return import_module(f"nnlib.{name}")
    raise AttributeError(f"module 'nnlib' has no attribute {name!r}")
