r"""Never trust a gradient: the same derivative by other means, to hold backpropagation against.

`central_difference` needs only the loss; `complex_step` has no subtraction and so no rounding.
Chapter 7 shows why one stops at ten digits and the other at sixteen. What lies beyond the gradient, `hessian_product`,
`hessian` and `jacobian`, comes from `nnlib.curvature`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nnlib.curvature import hessian, hessian_product, jacobian
from nnlib.validation import Network, check_choice, check_network, check_number

__all__ = ["central_difference", "check_gradient", "complex_step", "hessian", "hessian_product", "jacobian"]


def central_difference(
    net: Network, X: ArrayLike, Y: ArrayLike, loss: str = "mse", l2: float = 0.0, eps: float = 1e-5
) -> np.ndarray:
    r"""Return the gradient by central differences, $(L(\theta + \epsilon e_i) - L(\theta - \epsilon e_i)) / 2\epsilon$.

    Parameters
    ----------
    net : NeuralNetwork
        Left as it was.
    X, Y, loss, l2
        As in `NeuralNetwork.loss_and_gradient`.
    eps : float
        Half the width of the difference, above 0.

    Returns
    -------
    array, shape (n_params,)

    Raises
    ------
    ValueError
        As `NeuralNetwork.loss_and_gradient` does, or if `eps` is not above 0.

    Examples
    --------
    >>> import nnlib
    >>> from nnlib.derivatives import central_difference
    >>> X, Y = nnlib.datasets.xor()
    >>> central_difference(nnlib.NeuralNetwork(2, 2, 1, rng=0), X, Y).shape
    (9,)
    """
    check_network("net", net, ("theta", "copy", "loss"))
    eps = check_number("eps", eps, above=0)
    twin = net.copy(dtype=float)  # differences of float32 numbers would be rounding errors
    dtheta = np.empty(len(twin.theta))
    for i, start in enumerate(twin.theta.copy()):
        twin.theta[i] = start + eps
        above = twin.loss(X, Y, loss, l2)
        twin.theta[i] = start - eps
        dtheta[i] = (above - twin.loss(X, Y, loss, l2)) / (2 * eps)
        twin.theta[i] = start
    return dtheta


def complex_step(net: Network, X: ArrayLike, Y: ArrayLike, loss: str = "mse", l2: float = 0.0) -> np.ndarray:
    r"""Return the gradient by the complex step, $\mathrm{Im}\, L(\theta + i h e_i) / h$ with $h = 10^{-100}$.

    No two near numbers are subtracted, so nothing is rounded away (Squire and Trapp 1998). A ReLU off
    its kink passes too.

    Parameters
    ----------
    net : NeuralNetwork
        Left as it was.
    X, Y, loss, l2
        As in `NeuralNetwork.loss_and_gradient`.

    Returns
    -------
    array, shape (n_params,)

    Raises
    ------
    ValueError
        As `NeuralNetwork.loss_and_gradient` does.

    Examples
    --------
    >>> import nnlib
    >>> from nnlib.derivatives import complex_step
    >>> X, Y = nnlib.datasets.xor()
    >>> complex_step(nnlib.NeuralNetwork(2, 2, 1, rng=0), X, Y).shape
    (9,)
    """
    check_network("net", net, ("theta", "copy", "loss"))
    h, twin = 1e-100, net.copy(dtype=complex)
    dtheta = np.empty(len(twin.theta))
    for i in range(len(dtheta)):
        twin.theta[i] += 1j * h
        dtheta[i] = twin.loss(X, Y, loss, l2).imag / h
        twin.theta[i] = twin.theta[i].real
    return dtheta


REFERENCES = {"central": central_difference, "complex": complex_step}


def check_gradient(
    net: Network, X: ArrayLike, Y: ArrayLike, loss: str = "mse", l2: float = 0.0, method: str = "central"
) -> float:
    r"""Return the largest relative error of the network's gradient: a number, never an assert.

    The error is $\max_i |g_i - r_i| / \max_i(|g_i|, |r_i|)$, with $g$ from `loss_and_gradient` and $r$ the reference.
    Below 1e-6 a gradient agrees with central differences, below 1e-12 with the complex step; that of a float32
    network agrees with both below 1e-4, for both are taken in float64.

    Parameters
    ----------
    net : NeuralNetwork
        Or anything with its `theta`, `copy`, `loss` and `loss_and_gradient`.
    X, Y, loss, l2
        As in `NeuralNetwork.loss_and_gradient`.
    method : {"central", "complex"}
        The reference: central differences at 1e-5, or the complex step.

    Returns
    -------
    float
        0 where both gradients are 0.

    Raises
    ------
    ValueError
        As `NeuralNetwork.loss_and_gradient` does, or if `method` is unknown.

    Examples
    --------
    >>> import nnlib
    >>> X, Y = nnlib.datasets.xor()
    >>> nnlib.check_gradient(nnlib.NeuralNetwork(2, 4, 1, rng=0), X, Y) < 1e-6
    True
    """
    check_network("net", net, ("theta", "copy", "loss", "loss_and_gradient"))
    reference = check_choice("method", method, REFERENCES)(net, X, Y, loss, l2)
    _, dtheta = net.loss_and_gradient(X, Y, loss, l2)
    scale = max(np.abs(dtheta).max(), np.abs(reference).max())
    return float(np.abs(dtheta - reference).max() / scale) if scale else 0.0
