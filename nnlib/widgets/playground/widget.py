"""A network that trains in the reader's page, with no Python behind it: the Playground.

Chapter 1 is the first to use it. The page's own engine does what `nnlib.train` does, number for number; where
there is a kernel, Python reads and sets the same `theta`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nnlib.initializers import INITIALIZERS
from nnlib.network import NeuralNetwork
from nnlib.optimizers import Adam, GradientDescent, Momentum, Nesterov, RMSProp
from nnlib.training import train
from nnlib.validation import check_choice
from nnlib.widgets.playground.layout import count_rows, size_of
from nnlib.widgets.playground.settings import (
    CHOICES,
    CONTROLS,
    LABELS,
    TRAITS,
    VIEWS,
    WORDS,
    check_controls,
    check_race,
    check_setting,
    check_views,
    chosen,
    name_weights,
    read_data,
    sizes_of,
    split_data,
    with_choice,
)
from nnlib.widgets.playground.stage import Stage, check_theta
from nnlib.widgets.still import draw_still
from nnlib.widgets.traits import Refused

OPTIMIZERS = {"gd": GradientDescent, "momentum": Momentum, "nesterov": Nesterov, "rmsprop": RMSProp, "adam": Adam}


class Playground(Stage):
    r"""A network that trains where it is read: its boundary, loss, hidden layer and weights, under your hands.

    Every setting is also a trait, to be read, observed and set; a change starts the run again at epoch 0.

    Parameters
    ----------
    data : {"xor", "noisy_xor", "moons", "circles", "spirals", "own"} or (X, Y)
        What is learned. "own" are points that the reader sets, XOR's corners at first; arrays of shapes
        (n_samples, 2) and (n_samples, 1) are own points to begin with.
    hidden_size : int or (int, int)
        Units of the hidden layer, 0 to 16, or of two; 0 is a single neuron.
    learning_rate, activation, loss, l2, batch_size
        As in `nnlib.train` and `nnlib.NeuralNetwork`; the output is a sigmoid.
    optimizer : {"gd", "momentum", "nesterov", "rmsprop", "adam"}
        Which of nnlib's optimizers moves `theta`, all but its learning rate as it is by default.
    seed : int
        From 0 to 9999, of the start and of the shuffling.
    noise, n_samples
        Of the data that are drawn; as many more are drawn to validate on.
    init : {"glorot", "normal", "he", "zeros"}
        How `theta` starts.
    theta : array, shape (n_params,), optional
        Start here instead.
    epochs : int
        Epochs to train before the reader takes over.
    show : sequence of {"status", "boundary", "loss", "hidden", "network"}
        The views, in order.
    controls : sequence of str
        The settings to have a control, in order, three of them in front; "weights" gives each weight of a small
        network a slider, "lines" makes the lines of the first layer's units draggable, "points" (and "data") lets the
        reader add points; own points can always be moved.
    race : sequence of dict
        Train several networks at once by one clock: each has the settings of its dict, and a "label".
    log_loss : bool
        Draw the loss on a logarithmic axis.
    speed : {0, 1, 10, 100, 1000, 10000}
        Epochs a second; 0 is as fast as it can.
    until_solved : bool
        Stop where the run becomes solved; the reader may change that.
    autoplay : bool
        Train by itself, once, when the reader comes to see it (never where less motion is asked for), and invite the
        reader to break what has been learned.
    name : str
        What the page's address calls it; each Playground of a page needs its own.

    Attributes
    ----------
    theta : array, shape (n_params,)
        Where the run is; set it to start from there.
    epoch : int
        Epochs taken.
    loss : float
        The value at `theta`, with the penalty of `l2`; the setting is `loss_name`.
    history : dict of list
        "epoch", "loss" and, with drawn data, "validation_loss", at up to 1,000 epochs.
    message : str
        What the page says of it.

    Raises
    ------
    ValueError
        If an argument is not what it may be.

    Examples
    --------
    >>> import nnlib
    >>> nnlib.widgets.Playground(hidden_size=2, seed=3)
    Playground(data='xor', hidden_size=2, learning_rate=0.5, activation='tanh', loss='mse', optimizer='gd', seed=3)
    """

    def __init__(
        self, data: str | tuple[ArrayLike, ArrayLike] = "xor", hidden_size: int | Sequence[int] = 4,
        learning_rate: float = 0.5, activation: str = "tanh", loss: str = "mse", optimizer: str = "gd", seed: int = 0,
        *, l2: float = 0.0, noise: float = 0.15, batch_size: int | None = None, n_samples: int = 200,
        init: str = "glorot", theta: ArrayLike | None = None, epochs: int = 0, show: Sequence[str] = VIEWS,
        controls: Sequence[str] = CONTROLS, race: Sequence[dict] = (), log_loss: bool = False, speed: int = 1000,
        until_solved: bool = True, autoplay: bool = False, name: str = "playground",
    ) -> None:  # fmt: skip
        data, points = split_data(data)
        given = (data, hidden_size, learning_rate, activation, loss, optimizer, l2, noise, batch_size, seed)
        settings = {trait: check_setting(trait, value) for trait, value in zip(TRAITS, given, strict=True)}
        race = check_race("race", race)
        controls = check_controls(controls, race)
        weights = name_weights(sizes_of(settings["hidden_size"])) if "weights" in controls else []
        choices = CHOICES
        for setting, value in chosen(settings).items():
            choices = with_choice(choices, setting, value)
        n_rows, folded = count_rows([known for known in controls if known in CONTROLS], weights)
        tools = "boundary" in check_views("show", show) and not {"data", "points", "lines"}.isdisjoint(controls)
        self._quiet = True  # while it is set, a change begins no new run
        self._size = settings["hidden_size"] if weights else None  # it stays where each weight has a slider
        check_choice("init", init, list(INITIALIZERS))
        start = NeuralNetwork(*sizes_of(hidden_size), hidden=activation, init=init, rng=settings["seed"])
        super().__init__(
            **settings, theta=start.theta, points=points, choices=choices, words={"labels": LABELS, "choices": WORDS},
            init=init, n_samples=n_samples, epochs=epochs, show=show, controls=controls, weights=weights, race=race,
            log_loss=log_loss, speed=speed, until_solved=until_solved, autoplay=autoplay, name=name,
            in_front=n_rows, size=size_of(show, n_rows + folded, n_racers=len(race), tools=tools, invites=autoplay),
        )  # fmt: skip
        self._quiet = False
        self._begin()
        if theta is not None:
            self.theta = theta

    def __repr__(self) -> str:
        """Return the same text for the same settings in every run."""
        names = ["data", "hidden_size", "learning_rate", "activation", "loss_name", "optimizer", "seed"]
        said = ", ".join(f"{name.removesuffix('_name')}={getattr(self, name)!r}" for name in names)
        return f"Playground({said})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Add a still, for a PDF or a viewer that draws no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        still = {"image/png": draw_still(self._shown_network(), *self.read_data())}
        return bundle and (bundle[0] | still, *bundle[1:])

    def _shown_network(self) -> NeuralNetwork:
        """Return the network as the page opens it: after `epochs`, which the page trains before it shows anything."""
        net = self.to_network()
        if self.epoch == 0 and self.epochs > 0:
            step = OPTIMIZERS[self.optimizer](self.learning_rate)
            X, Y = self.read_data()
            train(
                net, X, Y, loss=self.loss_name, optimizer=step, epochs=self.epochs, batch_size=self.batch_size,
                rng=self.seed, l2=self.l2,
            )  # fmt: skip
        return net

    def to_network(self) -> NeuralNetwork:
        """Return the network as it is now, a `NeuralNetwork` of its own.

        Examples
        --------
        >>> import nnlib
        >>> nnlib.widgets.Playground(hidden_size=(3, 2)).to_network().sizes
        (2, 3, 2, 1)
        """
        net = self._new_network()
        net.theta = self.theta
        return net

    def read_data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return X and Y: the points that are learned now."""
        return read_data(self.data, self.noise, self.n_samples, self.points)

    def set_state(self, sync_data: dict) -> None:
        """Take over what the page reports, or what a reader has set there; the page begins a new run itself."""
        said = dict(sync_data)
        theta, hidden_size = said.get("theta"), said.get("hidden_size", self.hidden_size)
        if isinstance(theta, list) and len(theta) != _count_weights(hidden_size):
            check_theta("theta", said.pop("theta"))  # of a size that has gone, when it makes sense at all
        with self._keeping_quiet():
            super().set_state(said)

    @traitlets.validate("theta")
    def _check_theta(self, proposal: dict) -> np.ndarray:
        theta, n_params = proposal["value"], _count_weights(self.hidden_size)
        if theta.shape != (n_params,):
            raise Refused(f"theta has shape {theta.shape}; this network takes ({n_params},)")
        return theta

    @traitlets.validate("hidden_size")
    def _check_sizes(self, proposal: dict) -> Any:
        if self._size not in (None, proposal["value"]):
            raise Refused(f"hidden_size is {proposal['value']}; it stays {self._size}, for each weight has a slider")
        return proposal["value"]

    @traitlets.validate("choices")
    def _check_choices(self, proposal: dict) -> dict:
        for name, value in chosen({trait: getattr(self, trait) for trait in TRAITS}).items():
            if value not in proposal["value"].get(name, [value]):
                raise Refused(f"choices has no {name} {value!r}, which is set")
        return proposal["value"]

    @traitlets.observe(*TRAITS)
    def _follow(self, change: dict) -> None:
        """Offer the new value in the page, and begin a new run."""
        for name, value in chosen({change["name"]: change["new"]}).items():
            self.choices = with_choice(self.choices, name, value)
        if not self._quiet:
            self._begin()
        elif self.theta.size != _count_weights(self.hidden_size):  # until the page reports
            self.theta = self._new_network().theta

    @traitlets.observe("theta")
    def _start_there(self, change: dict) -> None:
        if not self._quiet:
            self.start = change["new"].tolist()
            self._begin(change["new"])

    def _begin(self, theta: np.ndarray | None = None) -> None:
        """Go to epoch 0, at `theta` or at the start that the seed draws."""
        net = self._new_network()
        if theta is None:
            self.start = None
        else:
            net.theta = theta
        value = net.loss(*self.read_data(), loss=self.loss_name, l2=self.l2)
        now = {"theta": net.theta, "epoch": 0, "loss": value, "history": {"epoch": [0], "loss": [value]}}
        with self._keeping_quiet():
            for name, new in now.items():
                self.set_trait(name, new)

    @contextmanager
    def _keeping_quiet(self) -> Iterator[None]:
        """Let no change inside begin a new run."""
        was, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = was

    def _new_network(self) -> NeuralNetwork:
        return NeuralNetwork(*sizes_of(self.hidden_size), hidden=self.activation, init=self.init, rng=self.seed)


def _count_weights(hidden_size: Any) -> int:
    """Return how many entries `theta` has."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes_of(hidden_size)))
