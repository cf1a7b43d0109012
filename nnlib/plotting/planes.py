"""Plots of points and curves: what a network draws on the plane, how its loss fell, what its hidden units see.

Chapter 8 is the first to use them.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from nnlib.plotting.common import (
    MAX_LISTED,
    add_description,
    axes_or_new,
    check_losses,
    equal_aspect,
    grid,
    ink,
    lay_linear,
    set_window,
    shown,
    tune_ticks,
    window,
)
from nnlib.plotting.palette import CLASS_MARKERS, CLASSES, CURVE_DASHES, SHADES
from nnlib.validation import Network, as_floats, check_array, check_choice, check_finite, check_network

LEVELS = np.linspace(0, 1, 11)
GRID = 100  # points along each side of a drawn plane
LARGEST = 1e250  # a loss that can be drawn: not far above it Matplotlib's margins overflow


def decision_boundary(net: Network, X: ArrayLike, Y: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw what the network says over the plane of its two inputs, with the points on top.

    One output is drawn as shades from 0 to 1 with the boundary at 0.5 in black; several outputs
    as one color for each class that wins.

    Parameters
    ----------
    net : NeuralNetwork
        A network with two inputs.
    X : array, shape (n_samples, 2)
        Points, drawn with one marker and color a class.
    Y : array, shape (n_samples, n_outputs)
        Their targets: 0 and 1, or one-hot rows.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the network has not two inputs, or X or Y do not fit it.
    """
    check_network("net", net, ("sizes", "theta", "forward"))
    check_finite("theta", net.theta)
    n_inputs, n_outputs = net.sizes[0], net.sizes[-1]
    if n_inputs != 2:
        raise ValueError(f"net has {n_inputs} inputs; a decision boundary is drawn for 2")
    X = check_array("X", X, 2, "a decision boundary takes (n_samples, 2)")
    Y = check_array("Y", Y, n_outputs, f"this network takes (n_samples, {n_outputs})", n_rows=len(X))
    ax = axes_or_new(ax)
    x, y = window(ax, X, GRID)
    outputs = net.forward(grid(x, y)).reshape(GRID, GRID, n_outputs)
    _shade(ax, x, y, outputs)
    _scatter_classes(ax, X, _labels(Y))
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect=equal_aspect(ax))
    set_window(ax, x, y)
    tune_ticks(ax.xaxis, nbins=4)
    tune_ticks(ax.yaxis, nbins=4)
    add_description(ax, _describe_boundary(net.forward(X), X, Y, outputs))
    return ax


def loss_curve(
    losses: ArrayLike,
    ax: Axes | None = None,
    *,
    epochs: ArrayLike | None = None,
    label: str | None = None,
    unit: str = "epoch",
    log: bool = False,
) -> Axes:
    """Draw a loss against the epochs or evaluations that it took.

    Call it again with the same `ax` to lay curves over each other.

    Parameters
    ----------
    losses : array, shape (n,)
        For example ``history.loss`` or ``result.losses``. What is not finite is left out.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    epochs : array, shape (n,), optional
        Where each loss stands on the horizontal axis; 0 to n - 1 by default.
    label : str, optional
        Name of the curve in the legend and the alt text.
    unit : {"epoch", "evaluation", "iteration"}
        What one step of the horizontal axis is.
    log : bool
        Draw the loss on a logarithmic axis.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If `losses` is empty or not one-dimensional, `epochs` does not match it, or `unit` is unknown.
    """
    losses = check_losses(losses)
    epochs = np.arange(len(losses)) if epochs is None else _check_epochs(epochs, losses.shape)
    check_choice("unit", unit, ("epoch", "evaluation", "iteration"))
    drawn = np.where(np.abs(losses) < LARGEST, losses, np.nan)
    ax = _check_scales(ax, epochs, drawn, log)
    n_curves = sum(line.get_linestyle() != "None" for line in ax.lines)  # marks on the curves do not count
    style = CURVE_DASHES[n_curves % len(CURVE_DASHES)]
    ax.plot(epochs, drawn, linestyle=style, label=label)
    ax.set(xlabel=unit, ylabel="loss")
    if (epochs % 1 == 0).all():
        tune_ticks(ax.xaxis, integer=True)  # there is no epoch 2.5
    _fit_losses(ax, log)
    add_description(ax, _describe_losses(drawn, epochs, label, unit))
    return ax


def hidden_space(net: Network, X: ArrayLike, Y: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the points as the last hidden layer sees them.

    Two hidden units are drawn as they are, with the output unit's boundary, a straight line there;
    more are projected on their two leading directions (the singular vectors of the centered
    hidden outputs).

    Parameters
    ----------
    net : NeuralNetwork
        A network whose last hidden layer has two units or more.
    X : array, shape (n_samples, n_inputs)
        Points.
    Y : array, shape (n_samples, n_outputs)
        Their targets: 0 and 1, or one-hot rows.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If there is no hidden layer of two units or more, or X or Y do not fit the network.
    """
    check_network("net", net, ("sizes", "theta", "layers", "layer_outputs"))
    check_finite("theta", net.theta)
    if len(net.sizes) < 3 or net.sizes[-2] < 2:
        raise ValueError(f"net has sizes {net.sizes}; its last hidden layer may have 2 units or more")
    H = net.layer_outputs(X)[-2]
    Y = check_array("Y", Y, net.sizes[-1], f"this network takes (n_samples, {net.sizes[-1]})", n_rows=len(H))
    ax = axes_or_new(ax)
    lay_linear(ax)
    if H.shape[1] == 2:
        x = y = np.linspace(H.min() - 0.3, H.max() + 0.3, GRID)
        W, b, activation = net.layers[-1]
        _shade(ax, x, y, activation.value(grid(x, y) @ W + b).reshape(GRID, GRID, -1))
        ax.set(xlabel="hidden unit 1", ylabel="hidden unit 2", aspect=equal_aspect(ax))
    else:
        centered = H - H.mean(axis=0)
        directions = np.linalg.svd(centered, full_matrices=len(H) == 1)[2][:2]  # full: one point has one direction
        H = centered @ directions.T
        ax.set(xlabel="leading direction", ylabel="second direction")
    _scatter_classes(ax, H, _labels(Y))
    _label_points(ax, H, np.asarray(X), shaded=net.sizes[-2] == 2)
    add_description(ax, _describe_hidden(net, H))
    return ax


def _check_epochs(epochs: ArrayLike, shape: tuple[int]) -> np.ndarray:
    epochs = as_floats("epochs", epochs, f"it may be {shape}")
    if epochs.shape != shape:
        raise ValueError(f"epochs has shape {epochs.shape}; losses has {shape}, and the two go together")
    check_finite("epochs", epochs)
    return epochs


def _check_scales(ax, epochs, losses, log):
    """Return where to draw; refuse scales that show none of the epochs or none of the finite losses."""
    scale = "linear"
    if ax is not None:
        ax = axes_or_new(ax)
        scale = ax.get_yscale()
        shown("epochs", epochs, ax.get_xscale())
    if np.isfinite(losses).any():
        shown("losses", losses[np.isfinite(losses)], "log" if log else scale)
    return axes_or_new(ax)


def _fit_losses(ax, log):
    """Let the losses be seen whole: from 0 on a linear axis, where nothing is below and nobody chose the limits."""
    if log and ax.get_yscale() != "log":
        ax.set_yscale("log")
        ax.autoscale(axis="y")  # limits that were chosen on another scale may hold 0
    elif ax.get_yscale() == "linear" and ax.get_autoscaley_on():
        lowest = min(other.dataLim.y0 for other in ax.get_shared_y_axes().get_siblings(ax))
        if lowest >= 0:
            ax.set_ybound(lower=0)  # and a further curve may still raise the top


def _labels(Y: np.ndarray) -> np.ndarray:
    """Return the class of each row of targets: 0 or 1 for one column, the largest of several."""
    return (Y[:, 0] > 0.5).astype(int) if Y.shape[1] == 1 else Y.argmax(axis=1)


def _shade(ax, x, y, outputs):
    """Shade the plane by one output (0 to 1) or by the winner of several; outputs (y, x, n_outputs)."""
    if outputs.shape[2] == 1:
        P = np.clip(outputs[:, :, 0], 0, 1)
        ax.contourf(x, y, P, levels=LEVELS, cmap=SHADES, vmin=0, vmax=1, rasterized=True)  # a tenth of the paths' bytes
        if P.min() < 0.5 < P.max():
            ax.contour(x, y, P, levels=[0.5], colors="black", linewidths=2)
    else:
        colors = ListedColormap(CLASSES[: outputs.shape[2]])
        ax.pcolormesh(
            x, y, outputs.argmax(axis=2), cmap=colors, vmin=-0.5, vmax=colors.N - 0.5, alpha=0.4, rasterized=True
        )


def _scatter_classes(ax, points, labels):
    for label in np.unique(labels):
        chosen = points[labels == label]
        color, marker = CLASSES[label % 10], CLASS_MARKERS[label % 10]
        size = 110 if len(points) <= MAX_LISTED else 28
        ax.scatter(
            *chosen.T, s=size, c=color, marker=marker, edgecolors="white", linewidths=1.2, label=f"{label}", zorder=3
        )


def _label_points(ax, points, X, shaded):
    """Write each point's input beside it, toward the middle; points that fall together share a label."""
    if len(points) > MAX_LISTED:
        return
    middle, nearby = (points.min(axis=0) + points.max(axis=0)) / 2, 0.1 * np.ptp(points, axis=0).max()
    texts = {}
    for point, inputs in zip(points, X, strict=True):
        first = next((other for other in texts if np.hypot(*(point - other)) <= nearby), tuple(point))
        texts.setdefault(first, []).append(f"({', '.join(f'{value:g}' for value in inputs)})")
    turned = ax.xaxis_inverted(), ax.yaxis_inverted()
    color, behind = ("black", "white") if shaded else (ink(ax), ax.get_facecolor())
    for point, names in texts.items():
        right, above = (point > middle) != turned
        ax.annotate(
            "\n".join(names), point, textcoords="offset points", xytext=(-11 if right else 11, 0),
            ha="right" if right else "left", va="top" if above else "bottom", color=color,
            path_effects=[withStroke(linewidth=3, foreground=behind)],  # legible on the boundary
        )  # fmt: skip


def _describe_boundary(A, X, Y, outputs):
    n_right = int((_labels(A) == _labels(Y)).sum())
    text = f"{n_right} of {len(X)} points are on the right side."
    if A.shape[1] == 1:
        if len(X) <= MAX_LISTED:
            said = ", ".join(f"{a:.2f} at ({x1:g}, {x2:g})" for a, (x1, x2) in zip(A[:, 0], X, strict=True))
            text += f" The network says {said}."
        text += f" It calls {100 * np.mean(outputs > 0.5):.0f} % of the drawn plane a 1."
    return text


def _describe_losses(losses, epochs, label, unit):
    finite = np.flatnonzero(np.isfinite(losses))
    name = f"The loss of {label}" if label else "The loss"
    if len(finite) == 0:
        return f"{name} is nowhere finite."
    first, last = losses[finite[0]], losses[finite[-1]]
    if len(losses) == 1:
        return f"{name} is {first:.3g} at {unit} {epochs[0]:g}."
    n = epochs[finite[-1]] - epochs[finite[0]]
    steps = f"{n:.0f}" if n % 1 == 0 else f"{n:g}"
    moved = "falls" if last < first else "rises" if last > first else "stays"
    ended = " Then it is no longer finite." if finite[-1] < len(losses) - 1 else ""
    return f"{name} {moved} from {first:.3g} to {last:.3g} over {steps} {unit}{'' if n == 1 else 's'}.{ended}"


def _describe_hidden(net, H):
    points = f"{len(H)} points as {net.sizes[-2]} hidden units see them"
    if len(H) > MAX_LISTED:
        return f"{points}."
    return f"{points}, at {', '.join(f'({h1:.2f}, {h2:.2f})' for h1, h2 in H)}."
