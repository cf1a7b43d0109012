"""Plots that answer when you move a control, in a notebook and in the published page.

`flipbook` shows figures that were drawn before, one for each place of its sliders; `Playground` trains a network
where you read; on a `DigitPad` you draw a digit and a network reads it. They need ipywidgets, anywidget and Pillow, so
they are loaded only when they are asked for.
"""

from __future__ import annotations

from nnlib.widgets.digit_pad import DigitPad
from nnlib.widgets.flipbook import Flipbook, flipbook
from nnlib.widgets.playground import Playground

__all__ = ["DigitPad", "Flipbook", "Playground", "flipbook"]
