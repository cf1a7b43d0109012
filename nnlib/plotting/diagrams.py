"""The network itself: units as circles, weights as lines whose width, color and style tell size and sign.

Chapter 3 reads a solution off it, and chapter 4 writes the shapes of the forward pass along it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from nnlib.plotting.common import MAX_LISTED, add_description, axes_or_new, ink, lay_linear, legend_colors
from nnlib.plotting.palette import NEGATIVE, POSITIVE
from nnlib.validation import Network, check_count, check_finite, check_network

MOST_UNITS = 16  # in a layer; more cannot be told apart
HEIGHT, STEP = 7.0, 4.0  # of the tallest layer; from one layer to the next
WIDEST = 5.0  # points; the line of the largest weight, thinner where there are many
ROOMY = 24  # points; a circle so wide holds its bias


def network_diagram(net: Network, ax: Axes | None = None, *, n_samples: int | None = None) -> Axes:
    """Draw the network from its inputs, left, to its outputs, right.

    Solid green lines are positive weights, dashed magenta ones negative, and the widest is the largest.
    Where there is room the circles hold the biases.

    Parameters
    ----------
    net : NeuralNetwork
        Of at most 16 units a layer.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    n_samples : int, optional
        Size of a batch: if given, the shapes of the forward pass of so many samples are written along the network.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If a layer has more than 16 units, a weight or bias is not finite, or `n_samples` is below 1.
    """
    check_network("net", net, ("sizes", "activations", "layers", "theta"))
    if max(net.sizes) > MOST_UNITS:
        raise ValueError(f"net has sizes {net.sizes}; a diagram is drawn for at most {MOST_UNITS} units a layer")
    check_finite("theta", net.theta)
    n_samples = None if n_samples is None else check_count("n_samples", n_samples)
    ax = axes_or_new(ax)
    lay_linear(ax)
    columns = [_column(k, n) for k, n in enumerate(net.sizes)]
    above, below = (3.3, 3.0) if n_samples else (0.8, 2.0)  # room for words
    ax.set(xlim=(-1.4, columns[-1][0, 0] + 1.4), ylim=(-HEIGHT / 2 - below, HEIGHT / 2 + above))
    ax.set_axis_off()
    _draw_links(ax, net, columns)
    diameter = _diameter(ax, columns)
    _draw_units(ax, net, columns, diameter)
    _name_columns(ax, net, columns, n_samples)
    _draw_legend(ax, with_bias=diameter >= ROOMY)
    add_description(ax, _describe(net, n_samples))
    return ax


def _column(k, n_units):
    """Return the place of each unit of layer k, shape (n_units, 2), first on top."""
    pitch = min(HEIGHT / max(n_units - 1, 1), 0.6 * HEIGHT)
    return np.stack([np.full(n_units, STEP * k), pitch * ((n_units - 1) / 2 - np.arange(n_units))], axis=1)


def _draw_links(ax, net, columns):
    """Draw each weight; one of exactly 0 is no line."""
    most = max(np.abs(W).max() for W, _, _ in net.layers) or 1.0
    widest = min(WIDEST, 20 / max(net.sizes))
    for (sources, targets), (W, _, _) in zip(pairwise(columns), net.layers, strict=True):
        links = [(i, j) for i, j in np.ndindex(W.shape) if W[i, j]]
        ax.add_collection(
            LineCollection(
                [(sources[i], targets[j]) for i, j in links],
                colors=[POSITIVE if W[link] > 0 else NEGATIVE for link in links],
                linestyles=["-" if W[link] > 0 else (0, (2.5, 1)) for link in links],
                linewidths=[max(widest * abs(W[link]) / most, 0.5) for link in links],
                zorder=1,
            )
        )


def _diameter(ax, columns):
    """Return the diameter of the circles in points: 0.7 of the way from one unit to the next."""
    points = ax.bbox.height / ax.figure.dpi * 72 / np.ptp(ax.get_ylim())  # for 1 on the vertical axis
    pitch = min(np.abs(np.diff(places[:, 1])).min(initial=HEIGHT) for places in columns)
    return min(34, 0.7 * pitch * points)


def _draw_units(ax, net, columns, diameter):
    for k, places in enumerate(columns):
        ax.scatter(*places.T, s=diameter**2, c="white", edgecolors="black", linewidths=1.2, zorder=2)
        if k and diameter >= ROOMY:
            for place, bias in zip(places, net.layers[k - 1].b, strict=True):
                ax.annotate(f"{bias:.1f}", place, ha="center", va="center", fontsize=11, color="black", zorder=3)
    beside = diameter / 2 + 4
    for name, places, shift, side in (("x", columns[0], -beside, "right"), ("a", columns[-1], beside, "left")):
        for i, place in enumerate(places):
            ax.annotate(
                f"${name}_{{{i + 1}}}$", place, xytext=(shift, 0), textcoords="offset points",
                ha=side, va="center", color=ink(ax),
            )  # fmt: skip


def _name_columns(ax, net, columns, n_samples):
    """Write each layer's activation below it and, for a batch, the shapes: of A below, of W and b above."""
    names = ["input", *net.activations]
    bottom, top = -HEIGHT / 2 - 1.2, HEIGHT / 2 + 1.1
    for k, (name, size, places) in enumerate(zip(names, net.sizes, columns, strict=True)):
        symbol = f"A^{{({k})}}" if k else "X"
        shape = f"\n${symbol}$ ({n_samples}, {size})" if n_samples else ""
        ax.text(places[0, 0], bottom, name + shape, ha="center", va="top", color=ink(ax))
    for k, (n_in, n_out) in enumerate(pairwise(net.sizes) if n_samples else (), start=1):
        shapes = f"@ $W^{{({k})}}$ ({n_in}, {n_out})\n+ $b^{{({k})}}$ ({n_out},)"
        ax.text(STEP * (k - 0.5), top, shapes, ha="center", va="bottom", color=ink(ax))


def _draw_legend(ax, with_bias):
    lines = [
        Line2D([], [], color=POSITIVE, linewidth=3, label="weight > 0"),
        Line2D([], [], color=NEGATIVE, linewidth=3, linestyle=(0, (2.5, 1)), label="weight < 0"),
    ]
    if with_bias:
        lines.append(Line2D([], [], color="white", marker="o", markersize=12, markeredgecolor="black", label="bias"))
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "ncols": 3, "columnspacing": 1}
    ax.legend(handles=lines, **below, **legend_colors(ax))


def _describe(net, n_samples):
    layers = [f"{n} {name}" for n, name in zip(net.sizes[1:], net.activations, strict=True)]
    text = f"A network of {net.sizes[0]} inputs and layers of {', '.join(layers)} units."
    if sum(net.sizes) <= MAX_LISTED and len(net.layers) <= 2:
        text += f" {' '.join(_equations(net))}"
    else:
        W = np.concatenate([W.ravel() for W, _, _ in net.layers])
        text += f" {len(W)} weights, {(W < 0).sum()} of them negative, from {W.min():.2f} to {W.max():.2f}."
    if n_samples:
        shapes = " then ".join(
            f"@ W{k} ({n_in}, {n_out}) + b{k} ({n_out},) gives A{k} ({n_samples}, {n_out})"
            for k, (n_in, n_out) in enumerate(pairwise(net.sizes), start=1)
        )
        text += f" Shapes: X ({n_samples}, {net.sizes[0]}) {shapes}."
    return text


def _equations(net):
    """Write each unit as an equation, such as "a1 = sigmoid(+4.00 h1 -4.00 h2 -2.00)."; h is a hidden unit."""
    names = ["x", "h", "a"] if len(net.layers) == 2 else ["x", "a"]
    for (source, unit), (W, b, _), name in zip(pairwise(names), net.layers, net.activations, strict=True):
        for j, bias in enumerate(b):
            terms = [f"{w:+.2f} {source}{i + 1}" for i, w in enumerate(W[:, j])]
            yield f"{unit}{j + 1} = {name}({' '.join([*terms, f'{bias:+.2f}'])})."
