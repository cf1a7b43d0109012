"""A chunk of networks that take their gradient steps together: as many as stay in the processor's cache.

`nnlib.population` cuts its thousands into such chunks, so that its memory is bounded and its speed is not lost.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nnlib.activations import softplus
from nnlib.population_layers import Memory, activate_output, backward_pass, forward_pass, through_output, unpack

CACHE = 2**18  # numbers in a chunk's arrays: 2 MiB, about a core's own cache
SMALLEST = 32  # networks in a chunk; with fewer, the calls cost more than a larger cache


def chunks(sizes: Sequence[int], n_samples: int, n_networks: int) -> list[slice]:
    """Return slices that cut `n_networks` into chunks of about equal size.

    >>> chunks((2, 4, 1), 4, 4000)
    [slice(0, 2000, None), slice(2000, 4000, None)]
    """
    n_params = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    n_floats = 2 * n_params + n_samples * (2 * sum(sizes[1:]) + 3 * sizes[-1])  # what `Chunk` keeps for a network
    n_chunks = math.ceil(n_networks / max(SMALLEST, CACHE // n_floats))
    edges = np.linspace(0, n_networks, n_chunks + 1).astype(int).tolist()
    return [slice(*edge) for edge in pairwise(edges)]


def mse(A: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the mean squared error of each network, shape (n_networks,); see `nnlib.losses`."""
    return np.square(A - Y).mean(axis=(0, 1))


def binary_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each network's sigmoid outputs, shape (n_networks,)."""
    return (softplus(Z) - Y * Z).sum(axis=(0, 1)) / len(Z)


def cross_entropy(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each network's softmax outputs, shape (n_networks,)."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return (log_sum - (Y * shifted).sum(axis=1)).sum(axis=0) / len(Z)


LOSSES = {"mse": mse, "binary_cross_entropy": binary_cross_entropy, "cross_entropy": cross_entropy}


class Chunk:
    """Networks that are trained together.

    Parameters
    ----------
    thetas : array, shape (n_params, n_networks)
        Where they start; `finish` writes there where they came to.
    rates : array, shape (n_networks,)
        Their learning rates.
    sizes, activations
        As in `NeuralNetwork`.
    problem : (X, Y, loss, logits, l2)
        Checked already; `logits` says that the loss takes Z of the last layer, not A.

    Attributes
    ----------
    diverged : array of bool, shape (n_networks,)
        Networks whose loss has stopped being finite; they are frozen.
    """

    def __init__(
        self,
        thetas: np.ndarray,
        rates: np.ndarray,
        sizes: Sequence[int],
        activations: Sequence[str],
        problem: tuple[np.ndarray, np.ndarray, str, bool, float],
    ) -> None:
        X, Y, loss, self.logits, self.l2 = problem
        self.X = np.column_stack([X, np.ones(len(X))])  # the ones meet b, the last row of a layer's block
        self.Y = np.repeat(Y[:, :, None], len(rates), axis=2)
        self.loss, self.memory, self.error = LOSSES[loss], Memory(sizes, *self.Y.shape[::2]), np.empty_like(self.Y)
        # Learning rate and the loss's own constant go into the few errors, so that a step is one subtraction.
        self.scale = np.empty_like(self.Y)
        self.scale[:] = rates / len(X) if self.logits else rates * (2 / Y.size)
        self.decay, self.diverged = rates * self.l2, np.zeros(len(rates), bool)
        self.kept, self.theta, self.other = thetas, thetas.copy(), thetas.copy()
        self.layers, self.dlayers = (unpack(part, sizes, activations) for part in (self.theta, self.other))

    def forward(self) -> None:
        """Find the errors of all networks; freeze those whose loss is not finite."""
        self._find_errors()
        # One sum of squares over all networks: while it is finite, so is every loss, and it costs next to nothing.
        flat = (self.Q if self.logits else self.error).ravel()
        total = flat.dot(flat)
        if self.l2:
            total += self.l2 * self.theta.ravel().dot(self.theta.ravel())
        if not math.isfinite(total):
            self._freeze()

    def step(self) -> None:
        """Move each network against the gradient of the errors that `forward` found."""
        dZ = self.error
        dZ *= self.scale
        if not self.logits:
            dZ = through_output(self.layers, self.Q, dZ, self.memory)
        backward_pass(self.layers, self.X, dZ, self.memory, self.dlayers)
        if self.l2:
            for layer, dlayer in zip(self.layers, self.dlayers, strict=True):
                np.add(dlayer.W, self.decay * layer.W, out=dlayer.W)
        # The gradient's array becomes theta; the old theta stays in the other until the next gradient is written there.
        np.subtract(self.theta, self.other, out=self.other)
        self.theta, self.other = self.other, self.theta
        self.layers, self.dlayers = self.dlayers, self.layers

    def losses(self) -> np.ndarray:
        """Return each network's loss, shape (n_networks,); NaN for those that are frozen."""
        return np.where(self.diverged, np.nan, self._losses())

    def finish(self) -> np.ndarray:
        """Write every network's last theta that had a finite loss into `thetas`, and return those losses."""
        np.copyto(self.kept, self.theta, where=~self.diverged)
        self.theta[:] = self.kept
        self._find_errors()
        return self._losses()

    def _find_errors(self) -> None:
        Z = forward_pass(self.layers, self.X, self.memory)
        A = activate_output(self.layers, Z, out=self.error if self.logits else Z)
        np.subtract(A, self.Y, out=self.error)
        self.Q = Z  # what the loss takes: logits, or overwritten by A the outputs

    def _losses(self) -> np.ndarray:
        values = self.loss(self.Q, self.Y)
        if self.l2:
            values += 0.5 * self.l2 * sum(np.einsum("hmk,hmk->k", layer.W, layer.W) for layer in self.layers)
        return values

    def _freeze(self) -> None:
        """Keep the theta before the last step of networks whose loss is not finite; put zeros in their place."""
        fresh = ~np.isfinite(self._losses()) & ~self.diverged
        self.kept[:, fresh] = self.other[:, fresh]
        self.diverged |= fresh
        self.theta[:, fresh] = 0
        self.scale[:, :, fresh] = 0  # so that they stay there, and no later sum is disturbed
        self._find_errors()
