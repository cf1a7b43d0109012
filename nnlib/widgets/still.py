"""The picture that stands for a Playground where no widget can be drawn: in print, or in a plain viewer."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np

from nnlib.plotting import decision_boundary, network_diagram
from nnlib.validation import Network


def draw_still(net: Network, X: np.ndarray, Y: np.ndarray) -> str:
    """Return the plane and the network side by side, a PNG as base64 text."""
    figure, (plane, diagram) = plt.subplots(1, 2, figsize=(6.4, 3.0))
    decision_boundary(net, X, Y, ax=plane)
    network_diagram(net, ax=diagram)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    plt.close(figure)
    return base64.b64encode(file.getvalue()).decode()
