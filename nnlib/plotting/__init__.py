"""Plots of the book: the plane, the loss, the hidden units, the weights, the network, the landscape, the counts.

Each function takes `ax=None`, returns the `ax` it drew on, and never calls `plt.show()`.
`describe` gives the alt text of a figure, computed from the data that were drawn.
Chapter 8 is the first to use them.
"""

from nnlib.plotting.common import describe, set_description
from nnlib.plotting.diagrams import network_diagram
from nnlib.plotting.landscapes import landscape
from nnlib.plotting.maps import confusion, success_map, weights
from nnlib.plotting.planes import decision_boundary, hidden_space, loss_curve

__all__ = [
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
