"""The Playground's part that runs in the page: JavaScript, and the state that it shares with Python.

Both sides may set that state, so each trait checks it: a message that makes no sense changes nothing.
"""

from __future__ import annotations

import math
import numbers
from functools import partial
from typing import Any

import anywidget
import traitlets

from nnlib.initializers import INITIALIZERS
from nnlib.validation import check_choice, check_count, check_number, short
from nnlib.widgets.playground.settings import (
    CHOICES,
    MOST_EPOCHS,
    MOST_POINTS,
    MOST_SAMPLES,
    MOST_SEEDS,
    SIZES,
    check_choice_of,
    check_name,
    check_race,
    check_speed,
    check_views,
)
from nnlib.widgets.scripts import read_module, read_text
from nnlib.widgets.traits import Checked, Fixed, Refused, check_flag, check_text, check_up_to, refusing

ENGINE = ("playground/engine/training.js", "playground/engine/words.js")  # with what they use: they know no page
PAGE = "playground/page/playground.js"
INDICES = [f"{name}_index" for name in CHOICES]
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
    """The part that trains and draws, in JavaScript; `Playground` joins the controls to it."""

    _esm = read_module(PAGE)
    _css = read_text("page/look.css") + read_text("playground/page/playground.css")

    # what the page is told
    choices = Checked(check_choices).tag(sync=True)
    points = Checked(check_points).tag(sync=True)
    start = Checked(check_start, None).tag(sync=True)
    seed = Checked(partial(check_up_to, smallest=0, largest=MOST_SEEDS), 0).tag(sync=True)
    init = Fixed(partial(check_choice, known=list(INITIALIZERS))).tag(sync=True)
    n_samples = Fixed(partial(check_up_to, smallest=1, largest=MOST_SAMPLES)).tag(sync=True)
    epochs = Fixed(partial(check_up_to, smallest=0, largest=MOST_EPOCHS)).tag(sync=True)
    show = Fixed(check_views).tag(sync=True)
    lines = Fixed(check_flag).tag(sync=True)
    adding = Fixed(check_flag).tag(sync=True)
    weights = Fixed(check_list).tag(sync=True)
    race = Fixed(check_race).tag(sync=True)
    name = Fixed(check_name).tag(sync=True)
    log_loss = Checked(check_flag).tag(sync=True)
    speed = Checked(check_speed).tag(sync=True)
    playing = Checked(check_flag, False).tag(sync=True)

    # what the page tells
    epoch = Checked(count, 0).tag(sync=True)
    loss = Checked(check_loss, 0.0).tag(sync=True, to_json=without_nan)
    theta = Checked(check_numbers, []).tag(sync=True)
    history = Checked(check_history, {"epoch": [], "loss": []}).tag(sync=True, to_json=without_nan)
    message = Checked(check_text, "").tag(sync=True)
    diverged = Checked(check_flag, False).tag(sync=True)
    noise_unused = Checked(check_flag, False).tag(sync=True)

    def __init__(self, *, weights: list[int], **state: object) -> None:
        # each setting is kept as its place among the choices, each weight that has a slider as a number of its own
        places = {name: Checked(count, 0).tag(sync=True) for name in INDICES}
        sliders = {f"theta_{k}": Checked(check_number, 0.0).tag(sync=True) for k in weights}
        self.add_traits(**places, **sliders)
        self._staying: dict[str, int] = {}
        super().__init__(weights=weights, **state)
        if weights:
            self._staying = {f"{name}_index": getattr(self, f"{name}_index") for name in SIZES}

    @traitlets.validate(*INDICES)
    def _check_index(self, proposal: dict) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        if value != self._staying.get(name, value):
            raise Refused(f"{name} is {value}; it stays {self._staying[name]}, for each weight has a slider")
        with refusing():
            return check_up_to(name, value, 0, len(self.choices[name.removesuffix("_index")]) - 1)

    @traitlets.validate("choices")
    def _check_choices(self, proposal: dict) -> dict:
        for setting, values in proposal["value"].items():
            if getattr(self, f"{setting}_index") >= len(values):
                raise Refused(f"choices has {len(values)} of {setting}; its index {setting}_index is beyond")
        return proposal["value"]
