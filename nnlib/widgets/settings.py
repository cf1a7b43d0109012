"""The Playground's settings: what each may be, how the controls name it, and what refuses the rest.

The page keeps a setting as a place among its choices, for that is what a control's `index` can be joined to.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnlib import datasets
from nnlib.activations import ACTIVATIONS
from nnlib.validation import check_array, check_choice, check_count, check_number

UNITS = range(17)
MOST_SEEDS = 9999
SIZES = "it may be from 0 to 16, or two of them for two hidden layers"
CHOICES: dict[str, list] = {
    "data": ["xor", "noisy_xor", "moons", "circles", "spirals", "own"],
    "noise": [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5],
    "learning_rate": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 3, 10, 30, 100],
    "hidden_size": [*UNITS[1:]],
    "second_layer": [*UNITS],
    "activation": [name for name in ACTIVATIONS if name != "softmax"],
    "loss": ["mse", "binary_cross_entropy"],
    "optimizer": ["gd", "momentum", "nesterov", "rmsprop", "adam"],
    "l2": [0, 0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1],
    "batch_size": [0, 1, 2, 4, 8, 16, 32, 64],
}
LABELS = {"l2": "weight decay", "hidden_size": "hidden units", "second_layer": "second layer"}
WORDS: dict[str, dict] = {
    "data": {"xor": "XOR", "noisy_xor": "noisy XOR", "own": "own points"},
    "second_layer": {0: "none"},
    "loss": {"mse": "mean squared error", "binary_cross_entropy": "cross-entropy"},
    "activation": {"relu": "ReLU"},
    "optimizer": {"gd": "gradient descent", "rmsprop": "RMSProp", "adam": "Adam", "nesterov": "Nesterov"},
    "batch_size": {0: "all"},
}
SPEEDS = (0, 1, 10, 100, 1000, 10000)  # epochs a second that the page offers; 0 is as fast as it can
VIEWS = ("status", "boundary", "loss", "hidden", "network")
CONTROLS = (
    "data", "learning_rate", "hidden_size", "activation", "second_layer", "loss", "optimizer", "l2", "noise",
    "batch_size", "seed",
)  # fmt: skip
TRAITS = (
    "data", "hidden_size", "learning_rate", "activation", "loss_name", "optimizer", "l2", "noise", "batch_size", "seed",
)  # fmt: skip


def check_setting(name: str, value: Any) -> Any:
    """Return `value` as the choices hold it; ValueError if the setting may not be that."""
    checks: dict[str, Callable[[Any], Any]] = {
        "noise": lambda value: check_number("noise", value, at_least=0),
        "learning_rate": lambda value: check_number("learning_rate", value, above=0),
        "l2": lambda value: check_number("l2", value, at_least=0),
        "batch_size": lambda value: 0 if value is None else check_count("batch_size", value),
        "seed": check_seed,
        "hidden_size": check_units,
        "second_layer": check_units,
    }
    return checks[name](value) if name in checks else check_choice(name, value, CHOICES[name])


def check_units(value: Any) -> int:
    """Return a number of hidden units from 0 to 16."""
    if isinstance(value, bool) or value not in UNITS:
        raise ValueError(f"hidden_size is {value!r}; {SIZES}")
    return int(value)


def check_names(argument: str, names: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return `names` as a list; ValueError if one is unknown."""
    return [check_choice(argument, name, known) for name in names]


def check_seed(value: Any) -> int:
    """Return a seed that a control and an address can hold."""
    if check_count("seed", value, smallest=0) > MOST_SEEDS:
        raise ValueError(f"seed is {value!r}; it may be from 0 to {MOST_SEEDS}")
    return int(value)


def check_speed(value: Any) -> int:
    """Return a speed that the page offers."""
    if isinstance(value, bool) or value not in SPEEDS:
        raise ValueError(f"speed is {value!r}; it may be one of {', '.join(map(str, SPEEDS))} epochs a second")
    return int(value)


def check_race(racers: Sequence[dict]) -> list[dict]:
    """Return the settings of each racer as the page reads them; ValueError where one may not be that."""
    checked = []
    for racer in racers:
        settings = {name: value for name, value in racer.items() if name != "label"}
        for name in settings:
            check_choice("race", name, [name for name in CHOICES if name not in ("data", "noise")])
        said = ", ".join(
            label(name, value) if isinstance(value, str) else f"{label_of(name)} {label(name, value)}"
            for name, value in settings.items()
        )
        named = {name: check_setting(name, value) for name, value in settings.items()}
        checked.append({"label": str(racer.get("label", said))} | named)
    return checked


def split_sizes(hidden_size: Any) -> tuple[int, int]:
    """Return the sizes of the first and second hidden layer; 0 is for a layer that is not there."""
    sizes = tuple(hidden_size) if isinstance(hidden_size, Sequence | np.ndarray) else (hidden_size, 0)
    if len(sizes) != 2:
        raise ValueError(f"hidden_size is {hidden_size!r}; {SIZES}")
    first, second = map(check_units, sizes)
    return first, second if first else 0


def as_points(X: Any, Y: Any) -> list[list[float]]:
    """Return own points as the page keeps them: x1, x2 and the class, each rounded to three digits."""
    X = check_array("X", X, 2, "the Playground takes (n_samples, 2)")
    Y = check_array("Y", Y, 1, "the Playground takes (n_samples, 1)", n_rows=len(X))
    if not np.isin(Y, [0, 1]).all():
        raise ValueError("Y holds more than 0 and 1; each point may be of class 0 or 1")
    return [[round(x1, 3), round(x2, 3), int(y)] for (x1, x2), y in zip(X.tolist(), Y[:, 0].tolist(), strict=True)]


def read_data(data: str, noise: float, n_samples: int, points: list) -> tuple[np.ndarray, np.ndarray]:
    """Return X and Y as the page draws them."""
    if data == "xor":
        return datasets.xor()
    if data == "own":
        return np.array([point[:2] for point in points], float), np.array([point[2:] for point in points], float)
    return getattr(datasets, data)(n_samples, noise=noise, rng=0)


def label(name: str, value: Any) -> str:
    """Return a value as its control shows it."""
    return WORDS.get(name, {}).get(value, value if isinstance(value, str) else f"{value:g}")


def label_of(name: str) -> str:
    """Return the words beside a control."""
    return LABELS.get(name, name.replace("_", " "))
