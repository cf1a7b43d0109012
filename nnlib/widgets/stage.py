"""The Playground's part that runs in the page: JavaScript, and the state that it shares with Python.

The scripts are read in order and make one module; the first of them know no page, and a test runs them alone.
"""

from collections.abc import Iterable
from importlib.resources import files

import anywidget
import traitlets

from nnlib.widgets.settings import CHOICES

ENGINE = ["generator.js", "datasets.js", "engine.js", "training.js", "words.js"]  # they know no page
PAGE = ["state.js", "plane.js", "drawing.js", "handles.js", "panels.js", "playground.js"]


def read_scripts(names: Iterable[str]) -> str:
    """Return the JavaScript of the named files as one module: each uses what stands before it."""
    return "\n".join(read_text(name) for name in names)


def read_text(name: str) -> str:
    """Return the text of a file beside this one."""
    return files("nnlib").joinpath("widgets", name).read_text(encoding="utf-8")


class Stage(anywidget.AnyWidget):
    """The part that trains and draws, in JavaScript; `Playground` joins the controls to it."""

    _esm = read_scripts(ENGINE + PAGE)
    _css = read_text("playground.css")

    # what the page is told
    choices = traitlets.Dict().tag(sync=True)
    points = traitlets.List().tag(sync=True)
    start = traitlets.List(allow_none=True, default_value=None).tag(sync=True)
    init = traitlets.Unicode().tag(sync=True)
    n_samples = traitlets.Int().tag(sync=True)
    epochs = traitlets.Int().tag(sync=True)
    show = traitlets.List().tag(sync=True)
    lines = traitlets.Bool().tag(sync=True)
    adding = traitlets.Bool().tag(sync=True)
    weights = traitlets.List().tag(sync=True)
    race = traitlets.List().tag(sync=True)
    log_loss = traitlets.Bool().tag(sync=True)
    speed = traitlets.Int().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    playing = traitlets.Bool().tag(sync=True)

    # what the page tells
    epoch = traitlets.Int().tag(sync=True)
    loss = traitlets.Float().tag(sync=True)
    theta = traitlets.List().tag(sync=True)
    history = traitlets.Dict().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    diverged = traitlets.Bool().tag(sync=True)
    noise_unused = traitlets.Bool().tag(sync=True)

    def __init__(self, **state: object) -> None:
        # each setting is kept as its place among the choices
        self.add_traits(**{f"{name}_index": traitlets.Int().tag(sync=True) for name in CHOICES})
        super().__init__(choices=CHOICES, **state)
