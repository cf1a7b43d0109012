"""The Playground's controls: ipywidgets joined to its stage by links that a page without Python follows, too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import ipywidgets as widgets

from nnlib.widgets.controls import LAYOUT, looks
from nnlib.widgets.playground.settings import MOST_SEEDS, label, label_of
from nnlib.widgets.playground.stage import Stage

SLIDERS = {"noise", "learning_rate", "hidden_size", "second_layer", "l2", "batch_size"}  # the others are lists
MOST_SLIDERS = 9  # weights that get a slider each


def make_control(stage: Stage, name: str, label_width: str) -> widgets.Widget:
    """Return the slider or list of one setting, joined to its place among the stage's choices."""
    look = looks(label_of(name), label_width)
    if name == "seed":
        control = widgets.BoundedIntText(value=stage.seed, min=0, max=MOST_SEEDS, **look)
        widgets.jslink((stage, "seed"), (control, "value"))
        return control
    kind = widgets.SelectionSlider if name in SLIDERS else widgets.Dropdown
    options = [(label(name, value), value) for value in stage.choices[name]]
    control = kind(options=options, index=getattr(stage, f"{name}_index"), **look)
    widgets.jslink((stage, f"{name}_index"), (control, "index"))
    if name == "noise":
        widgets.jslink((stage, "noise_unused"), (control, "disabled"))
    return control


def make_weight(stage: Stage, k: int, words: str) -> widgets.FloatSlider:
    """Return a slider for entry k of `theta`, joined to the stage."""
    value = getattr(stage, f"theta_{k}")
    slider = widgets.FloatSlider(
        value=value, min=-10, max=10, step=0.1, description=words, readout_format=".1f", layout=LAYOUT
    )
    slider.add_class("pg-weight")  # a number may be typed into its readout
    widgets.jslink((stage, f"theta_{k}"), (slider, "value"))
    return slider


def name_weights(sizes: Sequence[int]) -> list[str]:
    """Return a name for each entry of `theta`, if they are few: w and b, with places where there is more than one.

    >>> from nnlib.widgets.playground.controls import name_weights
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


def fold(rows: list[widgets.Widget]) -> list[widgets.Widget]:
    """Return buttons and what they fold away. Buttons, for an Accordion does not answer the keyboard."""
    buttons = widgets.ToggleButtons(options=["few settings", "all settings"], index=0)
    wide = {"width": "100%"}
    stack = widgets.Stack([widgets.VBox(), widgets.VBox(rows, layout=wide)], selected_index=0, layout=wide)
    widgets.jslink((buttons, "index"), (stack, "selected_index"))
    return [buttons, stack]
