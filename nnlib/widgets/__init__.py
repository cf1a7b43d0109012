"""Plots that answer when you move a control, in a notebook and in the published page.

Nothing here computes anything new: `flipbook` shows figures that you can also draw one by one.
It needs ipywidgets and Pillow, so it is loaded only when it is asked for.
"""

from nnlib.widgets.flipbook import Flipbook, flipbook

__all__ = ["Flipbook", "flipbook"]
