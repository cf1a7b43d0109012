"""Buttons that let a slider run by itself: Play.

The Play of ipywidgets stands still after one step where it is shown twice: each of its views stops what the other has
begun. This one has its clock beside the model, and its views only show it.
"""

from __future__ import annotations

from functools import partial

import anywidget
import traitlets

from nnlib.validation import check_count
from nnlib.widgets.scripts import read_module
from nnlib.widgets.traits import Checked, Fixed, check_flag, check_up_to, refusing

count = partial(check_count, smallest=0)


class Play(anywidget.AnyWidget):
    """Buttons to play, pause and stop a `value` that runs from 0 to `last`, once.

    Parameters
    ----------
    value : int
        Where it is at first.
    last : int
        Where it stops.
    interval : int
        Milliseconds from one value to the next.
    """

    _esm = read_module("page/play.js")

    value = Checked(count).tag(sync=True)
    last = Fixed(count).tag(sync=True)
    interval = Fixed(check_count).tag(sync=True)
    playing = Checked(check_flag, False).tag(sync=True)

    @traitlets.validate("value")
    def _check_value(self, proposal: dict) -> int:
        with refusing():
            return check_up_to("value", proposal["value"], 0, self.last)
