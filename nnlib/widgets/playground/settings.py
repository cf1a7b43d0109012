"""The Playground's settings: what each may be, how the controls name it, and what refuses the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nnlib import datasets
from nnlib.activations import ACTIVATIONS
from nnlib.validation import check_array, check_choice, check_count, check_number, short
from nnlib.widgets.traits import check_up_to, is_one_of

UNITS = range(17)
MOST_SEEDS = 9999
MOST_POINTS = 400  # of the reader's own; the page's address carries no more
MOST_SAMPLES = 10_000
MOST_EPOCHS = 10_000_000
MOST_SLIDERS = 9  # weights that get a slider each
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
SIZES = ("hidden_size", "second_layer")
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
HANDLES = ("weights", "lines", "points")  # what else a reader may take hold of
TRAITS = (
    "data", "hidden_size", "learning_rate", "activation", "loss_name", "optimizer", "l2", "noise", "batch_size", "seed",
)  # fmt: skip


def check_setting(name: str, value: Any) -> Any:
    """Return `value` as the trait `name` keeps it; ValueError if the setting may not be that."""
    setting = name.removesuffix("_name")
    match setting:
        case "noise" | "l2":
            return check_number(setting, value, at_least=0)
        case "learning_rate":
            return check_number(setting, value, above=0)
        case "batch_size":
            return None if value is None or is_one_of(value, (0,)) else check_count(setting, value)
        case "seed":
            return check_up_to(setting, value, 0, MOST_SEEDS)
        case "hidden_size":
            first, second = split_sizes(value)
            return (first, second) if second else first
        case "second_layer":
            return check_up_to(setting, value, 0, UNITS[-1])
    return check_choice(setting, value, CHOICES[setting])


def split_sizes(hidden_size: Any) -> tuple[int, int]:
    """Return the sizes of the first and second hidden layer; 0 is for a layer that is not there."""
    several = isinstance(hidden_size, tuple | list) or (isinstance(hidden_size, np.ndarray) and hidden_size.ndim == 1)
    sizes = tuple(hidden_size) if several else (hidden_size, 0)
    if len(sizes) != 2 or not all(is_one_of(size, UNITS) for size in sizes):
        remedy = f"it may be from 0 to {UNITS[-1]}, or two of them for two hidden layers"
        raise ValueError(f"hidden_size is {short(hidden_size)}; {remedy}")
    first, second = map(int, sizes)
    return first, second if first else 0


def sizes_of(hidden_size: Any) -> list[int]:
    """Return the sizes of the network's layers, input first."""
    return [2, *filter(None, split_sizes(hidden_size)), 1]


def check_names(argument: str, names: Any, known: Sequence[str]) -> list[str]:
    """Return `names` as a list; ValueError if it is none, or names something unknown or twice."""
    if not isinstance(names, list | tuple):
        raise ValueError(f"{argument} is {short(names)}; it may be a list of {', '.join(map(repr, known))}")
    checked = [check_choice(argument, name, known) for name in names]
    for name in checked:
        if checked.count(name) > 1:
            raise ValueError(f"{argument} names {name!r} twice; once is enough")
    return checked


def check_views(name: str, value: Any) -> list[str]:
    """Return the views as a list; ValueError if there is none."""
    if not check_names(name, value, VIEWS):
        raise ValueError(f"{name} is {value!r}; it may name one or more of {', '.join(map(repr, VIEWS))}")
    return list(value)


def check_controls(controls: Any, race: Sequence[dict]) -> list[str]:
    """Return the controls as a list; ValueError where two of them would be in each other's way."""
    checked = check_names("controls", controls, (*CONTROLS, *HANDLES))
    changes = [name for name in SIZES if name in checked or any(name in racer for racer in race)]
    if "weights" in checked and changes:
        raise ValueError(f"controls has 'weights', a slider for each, and {changes[0]} would change how many there are")
    return checked


def check_speed(name: str, value: Any) -> int:
    """Return a speed that the page offers."""
    if not is_one_of(value, SPEEDS):
        known = ", ".join(map(str, SPEEDS))
        raise ValueError(f"{name} is {short(value)}; it may be one of {known} epochs a second")
    return int(value)


def check_name(name: str, value: Any) -> str:
    """Return a name that an address can carry."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise ValueError(f"{name} is {short(value)}; it may be letters, digits, - and _, for the page's address")
    return value


def check_race(name: str, racers: Any) -> list[dict]:
    """Return the settings of each racer as the page reads them; ValueError where one may not be that."""
    remedy = "it may be a list of dicts, as [{'optimizer': 'adam'}, {'learning_rate': 3}]"
    if not isinstance(racers, list | tuple) or not all(isinstance(racer, dict) for racer in racers):
        raise ValueError(f"{name} is {short(racers)}; {remedy}")
    return [check_racer(name, racer) for racer in racers]


def check_racer(name: str, racer: dict) -> dict:
    """Return the settings of one racer, named by what sets it apart."""
    settings = {setting: value for setting, value in racer.items() if setting != "label"}
    for setting in settings:
        check_choice(name, setting, [known for known in CHOICES if known not in ("data", "noise")])
    named = {setting: check_choice_of(setting, value) for setting, value in settings.items()}
    said = ", ".join(
        label(setting, value) if isinstance(value, str) else f"{label_of(setting)} {label(setting, value)}"
        for setting, value in named.items()
    )
    return {"label": str(racer.get("label", said))} | named


def check_choice_of(setting: str, value: Any) -> Any:
    """Return `value` as the page's choices hold it: one layer's size, and 0 for all samples."""
    if setting == "hidden_size":
        return check_up_to(setting, value, 0, UNITS[-1])
    return check_setting(setting, value) or 0 if setting == "batch_size" else check_setting(setting, value)


def as_points(X: Any, Y: Any) -> list[list[float]]:
    """Return own points as the page keeps them: x1, x2 and the class, each rounded to three digits."""
    X = check_array("X", X, 2, "the Playground takes (n_samples, 2)")
    Y = check_array("Y", Y, 1, "the Playground takes (n_samples, 1)", n_rows=len(X))
    if len(X) > MOST_POINTS:
        raise ValueError(f"X has {len(X)} rows; the Playground takes up to {MOST_POINTS} points of your own")
    if not np.isin(Y, [0, 1]).all():
        raise ValueError("Y holds more than 0 and 1; each point may be of class 0 or 1")
    return [[round(x1, 3), round(x2, 3), int(y)] for (x1, x2), y in zip(X.tolist(), Y[:, 0].tolist(), strict=True)]


def split_data(data: Any) -> tuple[Any, list[list[float]]]:
    """Return the name of the data, and own points: those of (X, Y), or XOR's corners."""
    if isinstance(data, str):
        return data, as_points(*datasets.xor())
    if not isinstance(data, tuple | list) or len(data) != 2:
        known = ", ".join(map(repr, CHOICES["data"]))
        raise ValueError(f"data is {short(data)}; it may be one of {known}, or (X, Y), points of your own")
    return "own", as_points(*data)


def read_data(data: str, noise: float, n_samples: int, points: list) -> tuple[np.ndarray, np.ndarray]:
    """Return X and Y as the page draws them."""
    if data == "xor":
        return datasets.xor()
    if data == "own":
        return np.array([point[:2] for point in points], float), np.array([point[2:] for point in points], float)
    return getattr(datasets, data)(n_samples, noise=noise, rng=0)


def chosen(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the choice of each setting: a layer's size each, and 0 for all samples.

    >>> from nnlib.widgets.playground.settings import chosen
    >>> chosen({"hidden_size": (3, 2), "batch_size": None})
    {'hidden_size': 3, 'second_layer': 2, 'batch_size': 0}
    """
    found = {}
    for name, value in settings.items():
        if name == "hidden_size":
            found |= dict(zip(SIZES, split_sizes(value), strict=True))
        else:
            found[name.removesuffix("_name")] = 0 if value is None else value
    return found


def with_choice(choices: dict[str, list], name: str, value: Any) -> dict[str, list]:
    """Return the choices, which `value` joins if it is none of them."""
    if name not in choices or value in choices[name]:
        return choices
    return choices | {name: sorted([*choices[name], value])}


def name_weights(sizes: Sequence[int]) -> list[str]:
    """Return a name for each entry of `theta`, if they are few: w and b, with places where there is more than one.

    >>> from nnlib.widgets.playground.settings import name_weights
    >>> name_weights((2, 1))
    ['w1', 'w2', 'b']
    """
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    if n_weights > MOST_SLIDERS:
        raise ValueError(f"controls has 'weights'; with {n_weights} weights it may be up to {MOST_SLIDERS}")
    if len(sizes) == 2:
        return [*(f"w{j + 1}" for j in range(sizes[0])), "b"]
    names = []
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        names += [f"W{layer}[{j},{k}]" for j in range(n_in) for k in range(n_out)]
        names += [f"b{layer}[{k}]" for k in range(n_out)]
    return names


def label(name: str, value: Any) -> str:
    """Return a value as its control shows it."""
    return WORDS.get(name, {}).get(value, value if isinstance(value, str) else f"{value:g}")


def label_of(name: str) -> str:
    """Return the words beside a control."""
    return LABELS.get(name, name.replace("_", " "))
