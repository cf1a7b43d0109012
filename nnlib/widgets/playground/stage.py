"""The state that a Playground's page and Python share, and the JavaScript that is the page's half.

Both sides may set that state, so each trait checks it: a message that makes no sense changes nothing.
"""

from __future__ import annotations

import math
import numbers
from functools import partial
from typing import Any

import anywidget
import numpy as np

from nnlib.initializers import INITIALIZERS
from nnlib.validation import as_floats, check_choice, check_count, check_finite, check_number, short
from nnlib.widgets.playground.settings import (
    CHOICES,
    MOST_EPOCHS,
    MOST_POINTS,
    MOST_SAMPLES,
    check_choice_of,
    check_name,
    check_race,
    check_setting,
    check_speed,
    check_views,
)
from nnlib.widgets.scripts import read_module, read_text
from nnlib.widgets.traits import Checked, Fixed, Reported, as_they_come, check_flag, check_text, check_up_to

ENGINE = ("playground/engine/training.js", "playground/engine/words.js")  # with what they use: they know no page
PAGE = "playground/page/playground.js"
HISTORY = ("epoch", "loss", "validation_loss")

count = partial(check_count, smallest=0)


def check_list(name: str, value: Any) -> list:
    """Return `value`; ValueError if it is no list."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name} is {short(value)}; it may be a list")
    return list(value)


def check_numbers(name: str, value: Any) -> list[float]:
    """Return a list of finite numbers."""
    return [check_number(f"{name}[{k}]", entry) for k, entry in enumerate(check_list(name, value))]


def check_start(name: str, value: Any) -> list[float] | None:
    """Return the entries of a `theta` to start from, or None."""
    return None if value is None else check_numbers(name, value)


def check_theta(name: str, value: Any) -> np.ndarray:
    """Return the entries as a float64 array of one axis, all finite; how many there may be depends on the network."""
    theta = np.array(as_floats(name, value, "it may be (n_params,)"))
    if theta.ndim != 1:
        raise ValueError(f"{name} has shape {theta.shape}; it may be (n_params,)")
    check_finite(name, theta)
    return theta


def check_points(name: str, value: Any) -> list[list[float]]:
    """Return own points: x1, x2 and the class of each."""
    points = [check_numbers(f"{name}[{k}]", point) for k, point in enumerate(check_list(name, value))]
    if not 1 <= len(points) <= MOST_POINTS:
        raise ValueError(f"{name} holds {len(points)} points; it may hold from 1 to {MOST_POINTS}")
    for k, point in enumerate(points):
        if len(point) != 3 or point[2] not in (0, 1):
            raise ValueError(f"{name}[{k}] is {short(point)}; it may be [x1, x2, class], the class 0 or 1")
    return [[x1, x2, int(label)] for x1, x2, label in points]


def check_choices(name: str, value: Any) -> dict[str, list]:
    """Return the choices of every setting."""
    if not isinstance(value, dict) or value.keys() != CHOICES.keys():
        raise ValueError(f"{name} is {short(value)}; it may be a dict of lists: {', '.join(CHOICES)}")
    try:
        for setting in CHOICES:
            for choice in check_list(setting, value[setting]):
                check_choice_of(setting, choice)
    except ValueError as error:
        raise ValueError(f"{name} has what is no choice: {error}") from None
    return {setting: list(value[setting]) for setting in CHOICES}


def check_loss(name: str, value: Any) -> float:
    """Return a loss, which may have become infinite: the page says null for that."""
    if value is None:
        return math.nan
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise ValueError(f"{name} is {short(value)}; it may be a number")
    return float(value)


def check_history(name: str, value: Any) -> dict[str, list]:
    """Return the record of a run: a list for each of epoch and loss, and perhaps of validation_loss."""
    if not isinstance(value, dict) or not set(HISTORY[:2]) <= value.keys() <= set(HISTORY):
        raise ValueError(f"{name} is {short(value)}; it may be a dict of {', '.join(HISTORY)}")
    epochs = [count(f"{name}['epoch']", epoch) for epoch in check_list(name, value["epoch"])]
    kinds = [kind for kind in HISTORY[1:] if kind in value]
    losses = {kind: [check_loss(f"{name}[{kind!r}]", loss) for loss in check_list(name, value[kind])] for kind in kinds}
    return {"epoch": epochs} | losses


def without_nan(value: Any, _: object) -> Any:
    """Return what JSON can carry: null for a loss that is not finite."""
    if isinstance(value, dict):
        return {name: [without_nan(entry, _) for entry in entries] for name, entries in value.items()}
    return value if math.isfinite(value) else None


class Stage(anywidget.AnyWidget):
    """What a Playground is for its page: the JavaScript, and the state that both sides know."""

    _esm = read_module(PAGE)
    _css = read_text("page/look.css") + read_text("playground/page/playground.css")

    # the settings, which both sides may change
    data = Checked(check_setting).tag(sync=True)
    hidden_size = Checked(check_setting).tag(sync=True)
    learning_rate = Checked(check_setting).tag(sync=True)
    activation = Checked(check_setting).tag(sync=True)
    loss_name = Checked(check_setting).tag(sync=True)
    optimizer = Checked(check_setting).tag(sync=True)
    l2 = Checked(check_setting).tag(sync=True)
    noise = Checked(check_setting).tag(sync=True)
    batch_size = Checked(check_setting).tag(sync=True)
    seed = Checked(check_setting).tag(sync=True)
    points = Checked(check_points).tag(sync=True)
    start = Checked(check_start, None).tag(sync=True)
    log_loss = Checked(check_flag).tag(sync=True)
    speed = Checked(check_speed).tag(sync=True)
    until_solved = Checked(check_flag).tag(sync=True)
    playing = Checked(check_flag, False).tag(sync=True)

    # what the page is told once
    choices = Checked(check_choices).tag(sync=True)
    words = Fixed(as_they_come).tag(sync=True)
    init = Fixed(partial(check_choice, known=list(INITIALIZERS))).tag(sync=True)
    n_samples = Fixed(partial(check_up_to, smallest=1, largest=MOST_SAMPLES)).tag(sync=True)
    epochs = Fixed(partial(check_up_to, smallest=0, largest=MOST_EPOCHS)).tag(sync=True)
    show = Fixed(check_views).tag(sync=True)
    controls = Fixed(check_list).tag(sync=True)
    in_front = Fixed(count).tag(sync=True)
    weights = Fixed(check_list).tag(sync=True)
    race = Fixed(check_race).tag(sync=True)
    autoplay = Fixed(check_flag).tag(sync=True)
    name = Fixed(check_name).tag(sync=True)
    size = Fixed(check_list).tag(sync=True)

    # what the page tells
    theta = Checked(check_theta).tag(sync=True, to_json=lambda theta, _: theta.tolist())
    epoch = Reported(count, 0).tag(sync=True)
    loss = Reported(check_loss, 0.0).tag(sync=True, to_json=without_nan)
    history = Reported(check_history, {"epoch": [], "loss": []}).tag(sync=True, to_json=without_nan)
    message = Reported(check_text, "").tag(sync=True)
    diverged = Reported(check_flag, False).tag(sync=True)
