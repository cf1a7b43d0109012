"""A chunk of networks that take their gradient steps together: as many as stay in the processor's cache.

`nnlib.population` cuts its thousands into such chunks, so that its memory is bounded and its speed is not lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from nnlib.activations import softplus
from nnlib.fast.plan import Call, execute, flush, scale
from nnlib.fast.population_passes import (
    Memory,
    plan_backward,
    plan_forward,
    plan_output,
    plan_through_output,
    unpack,
)

CACHE = 2**18  # numbers in a chunk's arrays: 2 MiB, about a core's own cache
FLUSH_EVERY = 100  # steps between two sweeps for tiny numbers
SMALLEST = 32  # networks in a chunk; with fewer, the calls cost more than a larger cache


def chunks(sizes: Sequence[int], n_samples: int, n_networks: int) -> list[slice]:
    """Return slices that cut `n_networks` into chunks of about equal size.

    >>> from nnlib.fast.population_chunks import chunks
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


def mse_of_signs(T: np.ndarray, S: np.ndarray) -> np.ndarray:
    """Return the mean squared error of the outputs (1 + T) / 2, given T and 2 Y - 1; see `nnlib.fast.ops`."""
    return mse(T, S) / 4


def binary_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each network's sigmoid outputs, shape (n_networks,)."""
    return (softplus(Z) - Y * Z).sum(axis=(0, 1)) / len(Z)


def cross_entropy(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each network's softmax outputs, shape (n_networks,)."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return (log_sum - (Y * shifted).sum(axis=1)).sum(axis=0) / len(Z)


LOSSES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "mse": mse,
    "binary_cross_entropy": binary_cross_entropy,
    "cross_entropy": cross_entropy,
}


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
    n_steps : int
        Steps taken.
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
        self.sizes, output, dtype, rates = sizes, activations[-1], thetas.dtype, rates.astype(thetas.dtype)
        # Learning rate and the loss's own constant go into the few errors, so that a step is one subtraction.
        factors, self.loss, targets = rates / len(X) if self.logits else rates * (2 / Y.size), LOSSES[loss], Y
        if loss == "mse" and output == "sigmoid":  # as in nnlib.fast.ops: the error of tanh, twice the sigmoid's
            factors, self.loss, targets = factors / 8, mse_of_signs, 2 * Y - 1
        self.Y = np.repeat(targets[:, :, None], len(rates), axis=2)
        self.error, self.scale, self.decay = np.empty_like(self.Y), factors * np.ones_like(self.Y), rates * self.l2
        self.X = np.column_stack([X, np.ones(len(X), dtype)])  # the ones meet b, the last row of a layer's block
        self.memory, self.diverged = Memory(sizes, len(X), len(rates), dtype), np.zeros(len(rates), bool)
        self.Q = self.memory.A[-1]  # what the loss takes: logits or outputs
        self.kept, self.n_steps, self.thetas = thetas, 0, (thetas.copy(), thetas.copy())
        layers = [unpack(theta, sizes) for theta in self.thetas]
        # The gradient's array becomes theta, while the old theta stays in the other: one plan for either of the two.
        self.forward_plans = [self._plan_forward(part, activations) for part in layers]
        self.backward_plans = [self._plan_backward(k, layers, activations) for k in (0, 1)]

    @property
    def theta(self) -> np.ndarray:
        """Where the networks are, shape (n_params, n_networks)."""
        return self.thetas[self.n_steps % 2]

    def forward(self) -> None:
        """Find the errors of all networks; freeze those whose loss is not finite."""
        execute(self.forward_plans[self.n_steps % 2])
        # One sum of squares over all networks: while it is finite, so is every loss, and it costs next to nothing.
        flat = (self.Q if self.logits else self.error).ravel()
        total = flat.dot(flat)
        if self.l2:
            total += self.l2 * self.theta.ravel().dot(self.theta.ravel())
        if not math.isfinite(total):
            self._freeze()

    def step(self) -> None:
        """Move each network against the gradient of the errors that `forward` found."""
        execute(self.backward_plans[self.n_steps % 2])
        self.n_steps += 1  # an interrupt before this leaves the old theta, whole
        if self.l2 and self.n_steps % FLUSH_EVERY == 0:
            flush(self.theta)  # weight decay shrinks the weights of inputs that are always 0

    def losses(self) -> np.ndarray:
        """Return each network's loss, shape (n_networks,); NaN for those that are frozen."""
        return np.where(self.diverged, np.nan, self._losses())

    def finish(self) -> np.ndarray:
        """Write every network's last theta that had a finite loss into `thetas`, and return those losses."""
        np.copyto(self.kept, self.theta, where=~self.diverged)
        self.theta[:] = self.kept
        execute(self.forward_plans[self.n_steps % 2])
        return self._losses()

    def _plan_forward(self, layers, activations):
        Z, E = self.Q, self.error
        plan = plan_forward(layers, self.X, self.memory, activations[0])
        if self.logits:
            return [*plan, (np.copyto, (E, Z)), *plan_output(activations[-1], E), (np.subtract, (E, self.Y, E))]
        signs = self.loss is mse_of_signs
        output = [scale(Z, 0.5), (np.tanh, (Z, Z))] if signs else plan_output(activations[-1], Z)
        return [*plan, *output, (np.subtract, (Z, self.Y, E))]

    def _plan_backward(self, k, layers, activations):
        theta, other, dlayers = self.thetas[k], self.thetas[1 - k], layers[1 - k]
        plan: list[Call] = [(np.multiply, (self.error, self.scale, self.error))]
        if not self.logits:
            name = "tanh" if self.loss is mse_of_signs else activations[-1]
            plan += plan_through_output(name, self.Q, self.error, self.memory.S[-1])
        plan += plan_backward(layers[k], self.X, self.error, self.memory, dlayers, activations[0])
        if self.l2:
            plan += [(_decay, (to.W, self.decay, of.W)) for to, of in zip(dlayers, layers[k], strict=True)]
        return [*plan, (np.subtract, (theta, other, other))]

    def _losses(self) -> np.ndarray:
        values = self.loss(self.Q, self.Y)
        if self.l2:
            values += 0.5 * self.l2 * sum(np.einsum("hmk,hmk->k", W, W) for W, *_ in unpack(self.theta, self.sizes))
        return values

    def _freeze(self) -> None:
        """Keep the theta before the last step of networks whose loss is not finite; put zeros in their place."""
        fresh = ~np.isfinite(self._losses()) & ~self.diverged
        before = self.thetas[1 - self.n_steps % 2]
        self.kept[:, fresh] = before[:, fresh]
        self.diverged |= fresh
        self.theta[:, fresh] = 0
        self.scale[:, :, fresh] = 0  # so that they stay there, and no later sum is disturbed
        execute(self.forward_plans[self.n_steps % 2])


def _decay(dW, decay, W):
    dW += decay * W
