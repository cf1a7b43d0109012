"""Data to learn from: XOR, and XOR with noise.

Each function returns `X`, shape (n_samples, n_features), and `Y`, shape (n_samples, n_outputs), and needs no network.
Chapter 0 starts with XOR.
"""

import numpy as np

from nnlib.validation import as_generator, check_count, check_number


def xor():
    """Return the four points of exclusive or: 1 where the two inputs differ.

    Returns
    -------
    X : array, shape (4, 2)
        (0, 0), (0, 1), (1, 0), (1, 1), in this order.
    Y : array, shape (4, 1)
        0, 1, 1, 0.

    Examples
    --------
    >>> X, Y = xor()
    >>> Y.ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = np.array([[0.0], [1.0], [1.0], [0.0]])
    return X, Y


def noisy_xor(n_samples=200, noise=0.15, rng=0):
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
    >>> X, Y = noisy_xor(100, rng=0)
    >>> X.shape, float(Y.sum())
    ((100, 2), 50.0)
    """
    n_samples = check_count("n_samples", n_samples)
    noise = check_number("noise", noise, at_least=0)
    rng = as_generator(rng)
    corner = rng.permutation(np.arange(n_samples) % 4)
    X, Y = xor()
    return X[corner] + noise * rng.standard_normal((n_samples, 2)), Y[corner]
