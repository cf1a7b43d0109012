"""Data to learn from: XOR, three more puzzles on the plane, and handwritten digits.

Each function returns `X`, shape (n_samples, n_features), and `Y`, shape (n_samples, n_outputs), and needs no network.
Chapter 0 starts with XOR, chapter 15 splits the moons and spirals, and chapter 16 reads the digits.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike

from nnlib.validation import RNG, as_floats, as_generator, check_count, check_number


def xor() -> tuple[np.ndarray, np.ndarray]:
    """Return the four points of exclusive or: 1 where the two inputs differ.

    Returns
    -------
    X : array, shape (4, 2)
        (0, 0), (0, 1), (1, 0), (1, 1), in this order.
    Y : array, shape (4, 1)
        0, 1, 1, 0.

    Examples
    --------
    >>> from nnlib.datasets import xor
    >>> X, Y = xor()
    >>> Y.ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = np.array([[0.0], [1.0], [1.0], [0.0]])
    return X, Y


def noisy_xor(n_samples: int = 200, noise: float = 0.15, rng: RNG = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return points scattered around XOR's corners, as many at each corner as can be.

    Parameters
    ----------
    n_samples : int
        How many points.
    noise : float
        Standard deviation of the normal noise added to both inputs.
    rng : int or numpy.random.Generator
        Seed of the noise and of the order.

    Returns
    -------
    X : array, shape (n_samples, 2)
        Points.
    Y : array, shape (n_samples, 1)
        The class of the corner each point was scattered from.

    Raises
    ------
    ValueError
        If `n_samples` is below 1, `noise` is negative or not finite, or `rng` is neither seed nor Generator.

    Examples
    --------
    >>> from nnlib.datasets import noisy_xor
    >>> X, Y = noisy_xor(100, rng=0)
    >>> X.shape, float(Y.sum())
    ((100, 2), 50.0)
    """
    n_samples = check_count("n_samples", n_samples)
    noise = check_number("noise", noise, at_least=0)
    rng = as_generator(rng)
    corner = rng.permutation(np.arange(n_samples) % 4)
    X, Y = xor()
    return _add_noise(X[corner], noise, rng), Y[corner]


def moons(n_samples: int = 200, noise: float = 0.15, rng: RNG = 0) -> tuple[np.ndarray, np.ndarray]:
    r"""Return two half circles that reach into each other, with noise.

    Class 0 lies on $(\cos t, \sin t)$ and class 1 on $(1 - \cos t, \frac12 - \sin t)$, for t from 0 to
    $\pi$: the moons of scikit-learn's `make_moons`.

    Parameters
    ----------
    n_samples : int
        How many points, half of them in each class (class 0 takes the odd one).
    noise : float
        Standard deviation of the normal noise added to both inputs.
    rng : int or numpy.random.Generator
        Seed of the noise and of the order.

    Returns
    -------
    X : array, shape (n_samples, 2)
        Points.
    Y : array, shape (n_samples, 1)
        0 or 1: the curve each point was scattered from.

    Raises
    ------
    ValueError
        If `n_samples` is below 1, `noise` is negative or not finite, or `rng` is neither seed nor Generator.

    Examples
    --------
    >>> from nnlib.datasets import moons
    >>> X, Y = moons(100, rng=0)
    >>> X.shape, float(Y.sum())
    ((100, 2), 50.0)
    """

    def curve(t, label):
        sign, angle = 1 - 2 * label, np.pi * t
        return label + sign * np.cos(angle), label / 2 + sign * np.sin(angle)

    return _scatter(curve, n_samples, noise, rng)


def circles(n_samples: int = 200, noise: float = 0.15, rng: RNG = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return two circles around the origin with noise: class 0 of radius 1, class 1 of radius 1/2.

    Parameters, returns and errors as in `moons`.

    Examples
    --------
    >>> import numpy as np
    >>> from nnlib.datasets import circles
    >>> X, Y = circles(100, noise=0, rng=0)
    >>> np.unique(np.hypot(*X.T).round(12)).tolist()
    [0.5, 1.0]
    """

    def curve(t, label):
        radius, angle = 1 - label / 2, 2 * np.pi * t
        return radius * np.cos(angle), radius * np.sin(angle)

    return _scatter(curve, n_samples, noise, rng)


def spirals(n_samples: int = 200, noise: float = 0.15, rng: RNG = 0) -> tuple[np.ndarray, np.ndarray]:
    r"""Return two spirals wound into each other with noise: one and a quarter turns, the arms 1 apart.

    Class 0 lies on $r = t / \pi$ (Archimedes' spiral) for the angle t from $\pi / 2$ to $3 \pi$, class 1 on the
    same curve turned by half a circle; the puzzle of Lang and Witbrock (1988), with fewer turns.

    Parameters, returns and errors as in `moons`.

    Examples
    --------
    >>> from nnlib.datasets import spirals
    >>> X, Y = spirals(100, rng=0)
    >>> X.shape, float(Y.sum())
    ((100, 2), 50.0)
    """

    def curve(t, label):
        sign, angle = 1 - 2 * label, np.pi * (0.5 + 2.5 * t)
        return sign * angle / np.pi * np.cos(angle), sign * angle / np.pi * np.sin(angle)

    return _scatter(curve, n_samples, noise, rng)


def _scatter(curve, n_samples, noise, rng):
    """Scatter points around ``curve(t, label)``, evenly along t from 0 to 1, in both classes alike."""
    n_samples = check_count("n_samples", n_samples)
    noise = check_number("noise", noise, at_least=0)
    rng = as_generator(rng)
    k = rng.permutation(n_samples)
    label, t = k % 2, (k // 2 + 0.5) / ((n_samples + 1) // 2)
    X = np.stack(curve(t, label), axis=1)
    return _add_noise(X, noise, rng), label[:, None].astype(float)


def _add_noise(X: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    with np.errstate(over="ignore"):
        X = X + noise * rng.standard_normal(X.shape)
    if not np.isfinite(X).all():
        raise ValueError(f"noise is {noise:g}; with so much, points are no finite numbers, and up to 1e+300 they are")
    return X


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the 1,797 handwritten digits of 8 x 8 pixels that scikit-learn's `load_digits` also returns.

    They are the test set of Alpaydin and Kaynak's Optical Recognition of Handwritten Digits (UCI Machine
    Learning Repository, 1998; CC BY 4.0). 13 people wrote them and who wrote which is not said, so a `split`
    tests how well a network reads new digits of the same people, not of others.

    Returns
    -------
    X : array, shape (1797, 64)
        Ink of each pixel, row by row, from 0 (paper) to 1.
    Y : array, shape (1797, 10)
        One-hot rows: column k is 1 for the digit k.

    Examples
    --------
    >>> from nnlib.datasets import digits
    >>> X, Y = digits()
    >>> X.shape, Y.shape, Y[:5].argmax(axis=1).tolist()
    ((1797, 64), (1797, 10), [0, 1, 2, 3, 4])
    """
    with files("nnlib").joinpath("data/digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return stored["pixels"] / 16, np.eye(10)[stored["labels"]]


def split(
    X: ArrayLike, Y: ArrayLike, validation: float = 0.2, test: float = 0.2, rng: RNG = 0
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Deal the samples into three sets, each with its share of every class.

    Parameters
    ----------
    X : array, shape (n_samples, n_features)
        Samples.
    Y : array, shape (n_samples, n_outputs)
        Targets.
    validation, test : float
        Shares of the samples, 0 or more and below 1 together; what is left is for training.
    rng : int or numpy.random.Generator
        Seed of the shuffling.

    Returns
    -------
    training, validation, test : tuple of (X, Y)
        Every sample is in exactly one of them, in shuffled order. A share of 0 gives a set of 0 samples.

    Raises
    ------
    ValueError
        If X and Y are not 2-D with one row a sample, a share is out of range, or `rng` is neither seed nor Generator.

    Examples
    --------
    >>> from nnlib.datasets import split, xor
    >>> training, validation, test = split(*xor(), validation=0, test=0.5)
    >>> training[0].shape, test[1].ravel().tolist()
    ((2, 2), [0.0, 1.0])
    """
    X, Y = _as_rows("X", X), _as_rows("Y", Y)
    if len(X) != len(Y):
        raise ValueError(f"Y has {len(Y)} rows; X has {len(X)}, and each sample takes one row in both")
    validation = check_number("validation", validation, at_least=0)
    test = check_number("test", test, at_least=0)
    if validation + test >= 1:
        raise ValueError(f"validation + test is {validation + test:g}; it may be below 1")
    rng = as_generator(rng)
    order = rng.permutation(len(X))
    order = order[np.lexsort(np.asarray(Y)[order].T)]  # equal targets side by side, shuffled among themselves
    test_rows, others = _deal(order, test)
    validation_rows, training_rows = _deal(others, validation / (1 - test))
    parts = map(rng.permutation, (training_rows, validation_rows, test_rows))
    return tuple((X[rows], Y[rows]) for rows in parts)


def _deal(rows: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the `share` of `rows` that lies evenly spread among them, and the others."""
    n_dealt = np.floor(share * np.arange(len(rows) + 1) + 0.5)
    dealt = np.diff(n_dealt) > 0
    return rows[dealt], rows[~dealt]


def _as_rows(name: str, value: ArrayLike) -> np.ndarray:
    """Return `value` as a 2-D array; an array keeps its dtype."""
    columns = "it may be (n_samples, n_outputs)" if name == "Y" else "it may be (n_samples, n_features)"
    array = value if isinstance(value, np.ndarray) and value.dtype != object else as_floats(name, value, columns)
    if array.ndim != 2 or not array.shape[1]:
        remedy = ", such as Y[:, None]" if name == "Y" and array.ndim == 1 else ""
        raise ValueError(f"{name} has shape {array.shape}; {columns}{remedy}")
    return array
