"""The loss on a plane through `theta`: what the trainers of chapters 2, 11 and 14 walk on.

A plane shows two of many directions. Where a path is drawn, the alt text says how much of it lies in the plane.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from nnlib.fast.passes import bind_loss
from nnlib.plotting.common import add_description, axes_or_new, grid, lay_linear, legend_colors, set_window
from nnlib.plotting.palette import AMOUNTS
from nnlib.validation import RNG, Network, as_floats, as_generator, check_finite, check_network, check_number, type_name

GRID = 41  # points along each side of the plane; odd, so that theta is one of them
N_LEVELS = 12


def landscape(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    ax: Axes | None = None,
    *,
    loss: str = "mse",
    l2: float = 0.0,
    directions: ArrayLike | None = None,
    path: ArrayLike | None = None,
    span: float | None = None,
    rng: RNG = 0,
) -> Axes:
    r"""Draw the loss on the plane $\theta + a d_1 + b d_2$ as contours, with theta as a star.

    The contours are drawn where they part the plane in bands of equal area, so that valleys and plateaus both show.
    For a path the plane is laid through theta along the two directions in which the path moves most;
    random ones would show next to nothing of it (Li et al. 2018). A network with one weight and one bias has but
    one plane, and is drawn over the two themselves.

    Parameters
    ----------
    net : NeuralNetwork
        Its `theta` is the middle; it is left as it was.
    X : array, shape (n_samples, n_inputs)
        Samples.
    Y : array, shape (n_samples, n_outputs)
        Targets.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    loss : {"mse", "binary_cross_entropy", "cross_entropy"}
        What is drawn.
    l2 : float
        Weight decay, as in `NeuralNetwork.loss_and_gradient`: the penalty is part of what is drawn.
    directions : array, shape (2, n_params), optional
        $d_1$ and $d_2$; by default the leading singular vectors of ``path - theta`` or, without a path, two
        random ones, orthogonal and of length 1.
    path : array, shape (n_steps, n_params), optional
        Each `theta` of a training, drawn as its shadow on the plane.
    span : float, optional
        How far the plane reaches from theta, in lengths of the directions; by default as far as the path or, without
        one, as the length of theta.
    rng : int or numpy.random.Generator
        Seed of the random directions.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If X, Y or the loss do not fit the network, `theta` or all losses are not finite, `l2` is negative,
        `directions` are not two that span a plane, `path` has not two rows or more, or `span` is not above 0.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> ax = nnlib.plotting.landscape(nnlib.NeuralNetwork(2, 4, 1, init="zeros"), X, Y, span=1)
    >>> nnlib.plotting.describe(ax)
    'The loss on a plane through theta goes from 0.248 to 0.271. At theta it is 0.25.'
    >>> plt.close(ax.figure)
    """
    check_finite("theta", check_network("net", net).theta)
    twin = net.copy()
    loss_of_twin = bind_loss(twin, *net.check_problem(X, Y, loss, l2))
    path = None if path is None else _check_rows("path", path, (None, len(net.theta)))
    span = None if span is None else check_number("span", span, above=0)
    origin, D, names = _plane(net.theta, directions, path, as_generator(rng))
    thetas = net.theta[None] if path is None else np.vstack([path, net.theta])
    steps = np.linalg.lstsq(D.T, (thetas - origin).T)[0].T  # shadows on the plane, that of net.theta last
    a, b = np.linspace(*_window(steps, span, net.theta), GRID).T
    losses = _losses(twin, loss_of_twin, origin + grid(a, b) @ D)
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        raise ValueError("net has no finite loss at theta, nor anywhere on this plane; its theta may be smaller")
    ax = axes_or_new(ax)
    lay_linear(ax)
    _draw_levels(ax, a, b, losses.reshape(GRID, GRID))
    _draw_steps(ax, steps)
    ax.set(xlabel=names[0], ylabel=names[1])
    set_window(ax, a, b)
    add_description(ax, f"The loss on a plane through theta goes from {finite.min():.3g} to {finite.max():.3g}.")
    add_description(ax, _describe(thetas, origin + steps @ D, _losses(twin, loss_of_twin, thetas[[0, -1]])))
    return ax


def _check_rows(name: str, rows: ArrayLike, shape: tuple[int | None, int]) -> np.ndarray:
    """Return `rows` as a finite array of the shape; a first size of None stands for 2 or more."""
    wanted = f"it may be {shape}" if shape[0] else f"it may be (n_steps, {shape[1]}), n_steps at least 2"
    if isinstance(rows, dict) or hasattr(rows, "snapshots"):
        raise ValueError(f"{name} is {type_name(rows)}; {wanted}, such as list(history.snapshots.values())")
    rows = as_floats(name, rows, wanted)
    if rows.ndim != 2 or rows.shape != (shape[0] or max(len(rows), 2), shape[1]):
        raise ValueError(f"{name} has shape {rows.shape}; {wanted}")
    check_finite(name, rows)
    return rows


def _plane(theta, directions, path, rng):
    """Return the origin of the plane, its two directions, shape (2, n_params), and the names of its axes."""
    names = ("along $d_1$", "along $d_2$")
    if directions is not None:
        D = _check_rows("directions", directions, (2, len(theta)))
        if np.linalg.matrix_rank(D) < 2:
            raise ValueError("directions holds multiples of one direction; they may be two that span a plane")
    elif len(theta) == 2:
        return np.zeros(2), np.eye(2), ("$w$", "$b$")
    elif path is not None:
        D = np.linalg.svd(path - theta, full_matrices=False)[2][:2]
    else:
        D = np.linalg.qr(rng.standard_normal((len(theta), 2)))[0].T
    return theta, D, names


def _window(steps: np.ndarray, span: float | None, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest a and b: `span` around theta, or the whole path with a margin."""
    if span is None and len(steps) > 1:
        low, high = steps.min(axis=0), steps.max(axis=0)
        margin = 0.2 * np.where(high > low, high - low, 1)
        return low - margin, high + margin
    reach = span or np.linalg.norm(theta) or 1.0
    return steps[-1] - reach, steps[-1] + reach


def _losses(twin, loss, thetas):
    """Return the loss at each of `thetas`; `loss` gives that of the network `twin`, which is moved."""
    losses = np.empty(len(thetas))
    with np.errstate(over="ignore", invalid="ignore"):  # far from theta a loss may be too large for a number
        for k, theta in enumerate(thetas):
            twin.theta[:] = theta
            losses[k] = loss()
    return losses


def _draw_levels(ax, a, b, losses):
    losses = np.ma.masked_invalid(losses)
    levels = np.unique(np.quantile(losses.compressed(), np.linspace(0, 1, N_LEVELS + 1)))
    if len(levels) < 2:  # flat all over: no contour can be drawn
        return
    ax.contourf(a, b, losses, levels=levels, cmap=AMOUNTS, rasterized=True)
    lines = ax.contour(a, b, losses, levels=levels[1:-1:2], colors="white", linewidths=0.8)
    for label in ax.clabel(lines, fmt="%.2g", fontsize=11):
        label.set_path_effects([withStroke(linewidth=2, foreground="black")])


def _draw_steps(ax, steps):
    """Draw the path, if there is one, and theta, its last step."""
    if len(steps) > 1:
        ax.plot(*steps[:-1].T, color="white", linewidth=3.5)
        ax.plot(*steps[:-1].T, color="black", linewidth=1.5)
        ax.plot(*steps[0], "o", color="black", markeredgecolor="white", markersize=9, label="start")
    ax.plot(*steps[-1], "*", color="black", markeredgecolor="white", markersize=17, label=r"$\theta$")
    ax.legend(loc="best", frameon=True, **legend_colors(ax))


def _describe(thetas, shadows, losses):
    """Say the loss at theta, the last of `thetas`, and where the path before it began and how much of it shows."""
    text = f"At theta it is {losses[-1]:.3g}."
    if len(thetas) == 1:
        return text
    moved, shown = (((points - thetas[-1]) ** 2).sum() for points in (thetas, shadows))
    share = 100 * shown / moved if moved else 100
    return (
        f"{text} The path of {len(thetas) - 1} points starts at {losses[0]:.3g}; {share:.3g} % of it lies in the plane."
    )
