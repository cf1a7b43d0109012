"""The steps of an epoch, one a batch: the loop of chapter 8 around a pass, for `train` and for the estimators."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from nnlib.fast.passes import Pass
from nnlib.fast.plan import copy, execute
from nnlib.losses import Problem
from nnlib.validation import Network


class Diverged(Exception):
    """The loss is not finite. A FloatingPointError would be the caller's own, from a callback or a schedule."""


class Steps:
    """Takes the steps of an epoch: on all samples in their order, or on batches, copied to one place.

    `rng` shuffles the samples; None leaves them in their order. `optimizer` has a `step(theta, dtheta)`. `last_finite`
    is the last theta with a finite loss.
    """

    def __init__(self, net: Network, problem: Problem, batch_size: int, rng: np.random.Generator | None,
                 optimizer: Any) -> None:  # fmt: skip
        self.X, self.Y, function, logits, l2 = problem
        self.theta = net.theta
        self.dtheta = np.empty_like(net.theta)
        self.last_finite = net.theta.copy()
        self.batch_size, self.rng, self.optimizer = batch_size, rng, optimizer
        self.full = Pass(net, batch_size, function, logits, l2, self.dtheta)
        rest = len(self.X) % batch_size  # samples of an epoch's last batch
        self.last = Pass(net, rest, function, logits, l2, self.dtheta) if rest else self.full
        for batch in {self.full, self.last}:
            batch.backward.insert(0, copy(self.theta, self.last_finite))
        if batch_size == len(self.X):  # loaded once, so that an epoch is no more than a step
            self.epoch = partial(self._step, self.full.load(self.X, self.Y))  # type: ignore[method-assign]

    def epoch(self) -> float:
        """Take one step a batch; return the mean loss of the samples, each met before its step.

        `Diverged` says that the loss of a batch is not finite; its step is not taken.
        """
        total = sum(self._step(batch) * batch.n_samples for batch in self._batches())
        return total / len(self.X)

    def _step(self, batch):
        value = batch.loss()
        if not math.isfinite(value):
            raise Diverged
        execute(batch.backward)
        self.optimizer.step(self.theta, self.dtheta)
        return value

    def _batches(self):
        order = np.arange(len(self.X)) if self.rng is None else self.rng.permutation(len(self.X))
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            batch = self.full if len(rows) == self.batch_size else self.last
            yield batch.load(self.X, self.Y, rows)
