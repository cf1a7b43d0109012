r"""Where a network starts: four ways to draw a layer's weights and biases.

Each takes a Generator and the layer's two sizes and returns `W`, shape (n_in, n_out), and `b`, shape (n_out,).
Chapter 10 asks which start is good, and why.
"""

import numpy as np


def normal(rng: np.random.Generator, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw every weight and every bias from N(0, 1), weights first.

    >>> W, b = normal(np.random.default_rng(0), 2, 3)
    >>> W.shape, b.shape
    ((2, 3), (3,))
    """
    return rng.standard_normal((n_in, n_out)), rng.standard_normal(n_out)


def glorot(rng: np.random.Generator, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw weights evenly from $\pm\sqrt{6 / (n_{in} + n_{out})}$; biases are 0 (Glorot and Bengio 2010).

    >>> W, b = glorot(np.random.default_rng(0), 2, 4)
    >>> bool((abs(W) <= 1).all()), b.tolist()
    (True, [0.0, 0.0, 0.0, 0.0])
    """
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out)), np.zeros(n_out)


def he(rng: np.random.Generator, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw weights from $N(0, 2 / n_{in})$; biases are 0. Made for ReLU (He et al. 2015).

    >>> W, b = he(np.random.default_rng(0), 2, 4)
    >>> W.shape, b.tolist()
    ((2, 4), [0.0, 0.0, 0.0, 0.0])
    """
    return np.sqrt(2 / n_in) * rng.standard_normal((n_in, n_out)), np.zeros(n_out)


def zeros(rng: np.random.Generator, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Set every weight and bias to 0: the start from which nothing learns (chapter 10 shows why).

    >>> W, b = zeros(None, 1, 2)
    >>> W.tolist(), b.tolist()
    ([[0.0, 0.0]], [0.0, 0.0])
    """
    return np.zeros((n_in, n_out)), np.zeros(n_out)


INITIALIZERS = {"normal": normal, "glorot": glorot, "he": he, "zeros": zeros}
