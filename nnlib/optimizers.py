"""Optimizers: each moves the flat vector `theta` one step against its gradient.

Chapter 2 takes the first step with one weight, chapter 8 trains a network by it.
"""

from dataclasses import dataclass

from nnlib.validation import check_number


@dataclass(frozen=True)
class GradientDescent:
    r"""Plain gradient descent, $\theta \leftarrow \theta - \eta \, \partial L / \partial \theta$ (Cauchy 1847).

    Parameters
    ----------
    learning_rate : float
        The step's length $\eta$ in units of the gradient, above 0.

    Raises
    ------
    ValueError
        If `learning_rate` is not a finite number above 0.

    Examples
    --------
    >>> import numpy as np
    >>> theta = np.array([1.0, -2.0])
    >>> GradientDescent(0.5).step(theta, np.array([2.0, 0.0]))
    >>> theta.tolist()
    [0.0, -2.0]
    """

    learning_rate: float = 0.5

    def __post_init__(self):
        check_number("learning_rate", self.learning_rate, above=0)

    def step(self, theta, dtheta):
        """Move `theta` in place by one step against `dtheta`, both of shape (n_params,)."""
        theta -= self.learning_rate * dtheta
