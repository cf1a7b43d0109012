"""Plots of the book: the plane, the loss, the hidden units, the weights, the network, the landscape, the counts.

Each function takes `ax=None`, returns the `ax` it drew on, and never calls `plt.show()`. It may be any Axes of x and y:
with ticks, scales, limits, a direction or a style of its own, a twin, an inset, one of a SubFigure. `loss_curve` and
`decision_boundary` keep its scales; what has coordinates of its own (cells, units, directions) lays a linear one.
`describe` gives the alt text of a figure, computed from the data that were drawn; `Table` shows results in rows.
Chapter 8 is the first to use them. Importing them brings the face of the style nnlib.book and, in a notebook whose
reader chose no format, figures as SVG.
"""

from __future__ import annotations

from nnlib.plotting.common import describe, set_description
from nnlib.plotting.diagrams import network_diagram
from nnlib.plotting.landscapes import landscape
from nnlib.plotting.look import draw_as_svg, register_fonts, running_kernel
from nnlib.plotting.maps import confusion, success_map, weights
from nnlib.plotting.planes import decision_boundary, hidden_space, loss_curve
from nnlib.plotting.tables import Table

__all__ = [
    "Table",
    "confusion",
    "decision_boundary",
    "describe",
    "hidden_space",
    "landscape",
    "loss_curve",
    "network_diagram",
    "set_description",
    "success_map",
    "weights",
]

register_fonts()
if kernel := running_kernel():
    draw_as_svg(kernel)
