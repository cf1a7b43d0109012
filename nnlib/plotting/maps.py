"""Plots that are tables of colored cells: the weights of a layer, a sweep's success rates, a confusion matrix.

Chapter 9 sweeps, chapter 10 looks at weights, and chapter 16 counts what a network mistakes for what.
"""

from __future__ import annotations

from reprlib import repr
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from nnlib.plotting.common import MAX_LISTED, add_description, axes_or_new, clear_for_cells, equal_aspect
from nnlib.plotting.palette import AMOUNTS, MISTAKES, SIGNS
from nnlib.validation import Network, as_floats, check_count, check_finite, check_network, type_name

MOST_CLASSES = 100  # of a confusion; more cells cannot be told apart, and a label that is no class would take them


def weights(
    net: Network, layer: int = 0, ax: Axes | None = None, *, image_shape: tuple[int, int] | None = None
) -> Axes:
    """Draw the weights of one layer: as a table, one row an input and one column a unit, or as one image a unit.

    Magenta is negative, white 0, green positive. A table of at most 8 x 8 has its numbers written in.

    Parameters
    ----------
    net : NeuralNetwork
        Its biases are not drawn.
    layer : int
        Which layer, counted from 0 as in ``net.layers``.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    image_shape : (int, int), optional
        Height and width of the images whose pixels are the layer's inputs: (8, 8) for the digits. The
        images stand in rows, the first unit at the top left.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the network has no such layer, its weights are not finite, or `image_shape` does not hold its inputs.
    """
    check_network("net", net, ("sizes", "layers"))
    layer = check_count("layer", layer, smallest=0)
    if layer >= len(net.layers):
        raise ValueError(f"layer is {layer}; this network has the layers 0 to {len(net.layers) - 1}")
    W = net.layers[layer].W
    check_finite("W", W)
    shape = _check_image_shape(image_shape, len(W))
    ax = axes_or_new(ax)
    most = np.abs(W).max() or 1.0
    colors = {"cmap": SIGNS.with_extremes(bad="#BBBBBB"), "vmin": -most, "vmax": most}
    clear_for_cells(ax)
    image = _draw_table(ax, W, layer, colors) if shape is None else _draw_images(ax, W.T.reshape(-1, *shape), colors)
    if shape is not None or max(W.shape) > MAX_LISTED:
        bar, color = ax.figure.colorbar(image, ax=ax), ax.yaxis.label.get_color()
        bar.set_label("weight", color=color)
        bar.ax.tick_params(colors=color)
    add_description(ax, _describe_weights(W, layer, shape))
    return ax


def success_map(sweep: Any, ax: Axes | None = None) -> Axes:
    """Draw how often training succeeds, for each hidden size (up) and learning rate (to the right).

    Each cell holds the percentage; with at most five hidden sizes also its 95 % interval.

    Parameters
    ----------
    sweep : what `nnlib.sweep` returns
        Or anything with ``hidden_sizes`` and ``learning_rates``, and with ``rate``, ``low`` and ``high``, shape
        (n_hidden_sizes, n_learning_rates), between 0 and 1.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If `sweep` lacks one of these, or their shapes do not fit, or a rate is not between 0 and 1.
    """
    hidden_sizes, learning_rates, rate, low, high = _check_sweep(sweep)
    ax = axes_or_new(ax)
    clear_for_cells(ax)
    percent = 100 * np.stack([rate, low, high])
    image = ax.imshow(percent[0], cmap=AMOUNTS, vmin=0, vmax=100, aspect="auto", origin="lower")
    _write_cells(ax, image, [[f"{value:.0f}" for value in row] for row in percent[0]], rise=0 if len(rate) > 5 else 5)
    if len(rate) <= 5:
        between = [
            [f"{a:.0f} to {b:.0f}" for a, b in zip(*rows, strict=True)] for rows in zip(*percent[1:], strict=True)
        ]
        _write_cells(ax, image, between, rise=-8, fontsize=10)
    _name_cells(ax, [f"{r:.2g}" for r in learning_rates], [f"{size:g}" for size in hidden_sizes])
    ax.set(xlabel="learning rate", ylabel="hidden units", title="learned [%]")
    add_description(ax, _describe_success(hidden_sizes, learning_rates, percent))
    return ax


def confusion(predicted: ArrayLike, actual: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw how often each class was taken for each: right on the diagonal in teal, mistakes in rose.

    Parameters
    ----------
    predicted : array of int, shape (n_samples,)
        Labels as `NeuralNetwork.predict` returns them.
    actual : array of int, shape (n_samples,)
        True labels, for example ``Y.argmax(axis=1)``. A column, shape (n_samples, 1), is taken too, in both.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the two differ in length, are empty, or hold anything but whole numbers, 0 or more.
    """
    predicted, actual = _check_labels("predicted", predicted), _check_labels("actual", actual)
    if len(predicted) != len(actual):
        raise ValueError(f"predicted has {len(predicted)} labels; actual has {len(actual)}, and the two go together")
    ax = axes_or_new(ax)
    clear_for_cells(ax)
    n_classes = 1 + max(predicted.max(), actual.max())
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (actual, predicted), 1)
    diagonal = np.eye(n_classes, dtype=bool)
    for chosen, cmap in ((diagonal, AMOUNTS), (~diagonal, MISTAKES)):
        shown = np.ma.masked_where(~chosen, counts)
        image = ax.imshow(shown, cmap=cmap, vmin=0, vmax=max(counts[chosen].max(initial=0), 1), aspect="auto")
        texts = np.where(chosen & (counts > 0), counts.astype(str), "")
        _write_cells(ax, image, texts)
    _name_cells(ax, range(n_classes), range(n_classes))
    _draw_grid(ax, n_classes)
    ax.set(xlabel="predicted", ylabel="actual")
    add_description(ax, _describe_confusion(counts))
    return ax


def _check_image_shape(image_shape: tuple[int, int] | None, n_inputs: int) -> tuple[int, int] | None:
    """Return the shape as (height, width), or None if none was given."""
    if image_shape is None:
        return None
    wanted = f"it may be (height, width) with {n_inputs} pixels in all"
    refusal = ValueError(f"image_shape is {repr(image_shape)}; {wanted}")  # reprlib's, which is short
    try:
        height, width = image_shape
    except (TypeError, ValueError):
        raise refusal from None
    height, width = check_count("image_shape[0]", height), check_count("image_shape[1]", width)
    if height * width != n_inputs:
        raise refusal
    return height, width


def _check_sweep(sweep):
    names = ("hidden_sizes", "learning_rates", "rate", "low", "high")
    if not all(hasattr(sweep, name) for name in names):
        raise ValueError(f"sweep is {type_name(sweep)}; it may be what nnlib.sweep returns")
    hidden_sizes, learning_rates, *shares = (
        as_floats(f"sweep.{name}", getattr(sweep, name), "it may be numbers") for name in names
    )
    shape = (hidden_sizes.size, learning_rates.size)
    for name, share in zip(names[2:], shares, strict=True):
        if share.shape != shape or not share.size:
            raise ValueError(f"sweep.{name} has shape {share.shape}; with its sizes and rates it may be {shape}")
        if not ((share >= 0) & (share <= 1)).all():
            raise ValueError(f"sweep.{name} goes from {share.min():g} to {share.max():g}; it may be from 0 to 1")
    return hidden_sizes, learning_rates, *shares


def _check_labels(name: str, labels: ArrayLike) -> np.ndarray:
    wanted = "it may be (n_samples,) of whole numbers, 0 or more"
    labels = as_floats(name, labels, wanted)
    if labels.shape not in ((labels.size,), (labels.size, 1)) or not labels.size:
        remedy = f", such as {name}.argmax(axis=1)" if labels.ndim == 2 and labels.size else ""
        raise ValueError(f"{name} has shape {labels.shape}; {wanted}{remedy}")
    strange = labels[(labels < 0) | (labels != np.floor(labels)) | ~np.isfinite(labels)]
    if len(strange):
        raise ValueError(f"{name} holds {strange[0]:g}; {wanted}")
    if labels.max() >= MOST_CLASSES:
        raise ValueError(f"{name} holds {labels.max():g}; a table is drawn for the classes 0 to {MOST_CLASSES - 1}")
    return labels.ravel().astype(int)


def _draw_table(ax, W, layer, colors):
    image = ax.imshow(W, aspect="auto", **colors)
    if max(W.shape) <= MAX_LISTED:
        _write_cells(ax, image, [[f"{w:.2f}" for w in row] for row in W])
    for axis, n in ((ax.xaxis, W.shape[1]), (ax.yaxis, W.shape[0])):
        named = np.linspace(0, n - 1, n if n <= 2 * MAX_LISTED else MAX_LISTED).round().astype(int)
        axis.set_ticks(named, (named + 1).astype(str))
    ax.set(xlabel=f"unit of layer {layer + 1}", ylabel=f"unit of layer {layer}" if layer else "input")
    return image


def _draw_images(ax, images, colors):
    """Lay the images out in rows, a gap of one pixel between them."""
    n_images, height, width = images.shape
    n_columns = int(np.ceil(np.sqrt(1.4 * n_images * height / width)))  # 1.4: a figure is wider than high
    n_rows = -(-n_images // n_columns)
    sheet = np.full((n_rows * (height + 1) - 1, n_columns * (width + 1) - 1), np.nan)
    for k, image in enumerate(images):
        top, left = k // n_columns * (height + 1), k % n_columns * (width + 1)
        sheet[top : top + height, left : left + width] = image
    first = 1 + n_columns * np.arange(n_rows)
    names = [f"{a} to {min(a + n_columns - 1, n_images)}" for a in first]
    ax.set_yticks(np.arange(n_rows) * (height + 1) + (height - 1) / 2, names)
    ax.set(xticks=[], ylabel="units")
    return ax.imshow(sheet, aspect=equal_aspect(ax), **colors)


def _write_cells(ax, image, texts, rise=0, fontsize=12):
    """Write a text in the middle of each cell that has a color, `rise` points up; black or white, by what is behind."""
    values = image.get_array()
    for (i, j), text in np.ndenumerate(texts):
        if not text:
            continue
        red, green, blue, _ = np.power(image.cmap(image.norm(values[i, j])), 2.2)  # linear in light
        color = "white" if 0.21 * red + 0.72 * green + 0.07 * blue < 0.18 else "black"
        ax.annotate(
            text, (j, i), xytext=(0, rise), textcoords="offset points",
            color=color, ha="center", va="center", fontsize=fontsize,
        )  # fmt: skip


def _name_cells(ax, columns, rows):
    ax.set_xticks(range(len(columns)), map(str, columns))
    ax.set_yticks(range(len(rows)), map(str, rows))


def _draw_grid(ax, n_cells):
    """Draw a line between any two cells."""
    between = np.arange(n_cells - 1) + 0.5
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(between, minor=True)
        axis.grid(which="minor", color="#DDDDDD")
    ax.tick_params(which="minor", length=0)


def _describe_weights(W, layer, shape):
    def place(k):
        i, j = np.unravel_index(k, W.shape)
        source = f"unit {i + 1}" if layer else f"input {i + 1}"
        if shape:
            source = f"row {i // shape[1] + 1}, column {i % shape[1] + 1}"
        return f"{W[i, j]:.2f} from {source} to unit {j + 1}"

    drawn = (
        f"{W.shape[1]} images of {shape[0]} x {shape[1]} pixels" if shape else f"a table of {W.shape[0]} x {W.shape[1]}"
    )
    text = f"The weights of layer {layer + 1} as {drawn}, from {place(W.argmin())}, up to {place(W.argmax())}."
    n_different = len(np.unique(W, axis=1).T)
    if n_different < W.shape[1]:
        text += f" Of its {W.shape[1]} units {n_different} differ."
    return text


def _describe_success(hidden_sizes, learning_rates, percent):
    units = [f"{size:g} hidden unit{'' if size == 1 else 's'}" for size in hidden_sizes]

    def place(k):
        i, j = np.unravel_index(k, percent[0].shape)
        rate, low, high = percent[:, i, j]
        return f"{rate:.0f} % ({low:.0f} to {high:.0f} %) with {units[i]} at learning rate {learning_rates[j]:.2g}"

    rows = (f"{n}: {', '.join(f'{rate:.0f}' for rate in row)} %." for n, row in zip(units, percent[0], strict=True))
    lowest, highest = place(percent[0].argmin()), place(percent[0].argmax())
    rates = ", ".join(f"{rate:.2g}" for rate in learning_rates)
    return f"Success goes from {lowest} up to {highest}. At the learning rates {rates}: {' '.join(rows)}"


def _describe_confusion(counts):
    n, n_right = counts.sum(), np.trace(counts)
    text = f"{n_right} of {n} right, {100 * n_right / n:.1f} %."
    mistakes = counts - np.diag(np.diag(counts))
    if not mistakes.any():
        return f"{text} No class is taken for another."
    i, j = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return f"{text} The most frequent mistake: {i} is taken for {j}, {mistakes[i, j]} of {counts[i].sum()} times."
