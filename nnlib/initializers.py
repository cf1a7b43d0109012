r"""Where a network starts: four ways to draw a layer's weights and biases.

Each takes a seed or Generator and the layer's two sizes and returns `W`, shape (n_in, n_out), and `b`, shape (n_out,);
a size below 1 and what is no seed meet a ValueError. Chapter 10 asks which start is good, and why.
"""

from __future__ import annotations

import numpy as np

from nnlib.validation import RNG, as_generator, check_count


def normal(rng: RNG, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw every weight and every bias from N(0, 1), weights first.

    >>> from nnlib.initializers import normal
    >>> W, b = normal(0, 2, 3)
    >>> W.shape, b.shape
    ((2, 3), (3,))
    """
    rng, n_in, n_out = _check(rng, n_in, n_out)
    return rng.standard_normal((n_in, n_out)), rng.standard_normal(n_out)


def glorot(rng: RNG, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw weights evenly from $\pm\sqrt{6 / (n_{in} + n_{out})}$; biases are 0 (Glorot and Bengio 2010).

    >>> from nnlib.initializers import glorot
    >>> W, b = glorot(0, 2, 4)
    >>> bool((abs(W) <= 1).all()), b.tolist()
    (True, [0.0, 0.0, 0.0, 0.0])
    """
    rng, n_in, n_out = _check(rng, n_in, n_out)
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out)), np.zeros(n_out)


def he(rng: RNG, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw weights from $N(0, 2 / n_{in})$; biases are 0. Made for ReLU (He et al. 2015).

    >>> from nnlib.initializers import he
    >>> W, b = he(0, 2, 4)
    >>> W.shape, b.tolist()
    ((2, 4), [0.0, 0.0, 0.0, 0.0])
    """
    rng, n_in, n_out = _check(rng, n_in, n_out)
    return np.sqrt(2 / n_in) * rng.standard_normal((n_in, n_out)), np.zeros(n_out)


def zeros(rng: RNG, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Set every weight and bias to 0: the start from which nothing learns (chapter 10 shows why).

    >>> from nnlib.initializers import zeros
    >>> W, b = zeros(None, 1, 2)
    >>> W.tolist(), b.tolist()
    ([[0.0, 0.0]], [0.0, 0.0])
    """
    _, n_in, n_out = _check(rng, n_in, n_out)
    return np.zeros((n_in, n_out)), np.zeros(n_out)


def _check(rng: RNG, n_in: int, n_out: int) -> tuple[np.random.Generator, int, int]:
    return as_generator(rng), check_count("n_in", n_in), check_count("n_out", n_out)


INITIALIZERS = {"normal": normal, "glorot": glorot, "he": he, "zeros": zeros}
