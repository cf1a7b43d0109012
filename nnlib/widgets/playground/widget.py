"""A network that trains in the reader's page, with no Python behind it: the Playground.

Chapter 1 is the first to use it. The page's own engine does what `nnlib.train` does, number for number; where
there is a kernel, Python reads and sets the same `theta`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ipywidgets as widgets
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nnlib.network import NeuralNetwork
from nnlib.optimizers import Adam, GradientDescent, Momentum, Nesterov, RMSProp
from nnlib.training import train
from nnlib.validation import as_floats, check_finite
from nnlib.widgets.controls import width_of
from nnlib.widgets.playground.controls import fold, make_control, make_weight, name_weights
from nnlib.widgets.playground.settings import (
    CONTROLS,
    SIZES,
    TRAITS,
    VIEWS,
    check_controls,
    check_race,
    check_setting,
    label,
    label_of,
    place,
    places_of,
    read_data,
    sizes_of,
    split_data,
    split_sizes,
)
from nnlib.widgets.playground.stage import Stage
from nnlib.widgets.still import draw_still
from nnlib.widgets.traits import Checked, Refused, Reported, as_they_come, refusing

OPTIMIZERS = {"gd": GradientDescent, "momentum": Momentum, "nesterov": Nesterov, "rmsprop": RMSProp, "adam": Adam}
IN_FRONT = 3  # controls that stand open; the others are folded away


class Playground(widgets.VBox):
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

    data = Checked(check_setting)
    hidden_size = Checked(check_setting)
    learning_rate = Checked(check_setting)
    activation = Checked(check_setting)
    loss_name = Checked(check_setting)
    optimizer = Checked(check_setting)
    l2 = Checked(check_setting)
    noise = Checked(check_setting)
    batch_size = Checked(check_setting)
    seed = Checked(check_setting)
    theta = Checked(as_they_come)  # it is held against the network's size
    epoch = Reported(as_they_come)
    loss = Reported(as_they_come)
    history = Reported(as_they_come)
    message = Reported(as_they_come, "")

    def __init__(
        self, data: str | tuple[ArrayLike, ArrayLike] = "xor", hidden_size: int | Sequence[int] = 4,
        learning_rate: float = 0.5, activation: str = "tanh", loss: str = "mse", optimizer: str = "gd", seed: int = 0,
        *, l2: float = 0.0, noise: float = 0.15, batch_size: int | None = None, n_samples: int = 200,
        init: str = "glorot", theta: ArrayLike | None = None, epochs: int = 0, show: Sequence[str] = VIEWS,
        controls: Sequence[str] = CONTROLS, race: Sequence[dict] = (), log_loss: bool = False, speed: int = 1000,
        name: str = "playground",
    ) -> None:  # fmt: skip
        data, points = split_data(data)
        given = (data, hidden_size, learning_rate, activation, loss, optimizer, l2, noise, batch_size, seed)
        settings = {trait: check_setting(trait, value) for trait, value in zip(TRAITS, given, strict=True)}
        race = check_race("race", race)
        controls = check_controls(controls, race)
        weights = name_weights(sizes_of(settings["hidden_size"])) if "weights" in controls else []
        self._stage = Stage(
            points=points, init=init, n_samples=n_samples, epochs=epochs, show=show, race=race, log_loss=log_loss,
            name=name, speed=speed, lines="lines" in controls, adding="data" in controls or "points" in controls,
            weights=list(range(len(weights))), seed=settings["seed"], **places_of(settings),
        )  # fmt: skip
        self._controls: dict[str, widgets.Widget] = {}
        self._quiet = True  # while it is set, a change begins no new run
        super().__init__(**settings)
        self._quiet = False
        self._begin()
        if theta is not None:
            self.theta = theta
        for k in self._stage.weights:
            setattr(self._stage, f"theta_{k}", self.theta[k])
        self._stage.observe(self._hear)
        self.children = [*self._make_controls(controls, weights), self._stage]
        self.add_class("playground")

    def __repr__(self) -> str:
        """Return the same text for the same settings in every run."""
        names = ["data", "hidden_size", "learning_rate", "activation", "loss_name", "optimizer", "seed"]
        said = ", ".join(f"{name.removesuffix('_name')}={getattr(self, name)!r}" for name in names)
        return f"Playground({said})"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict:
        """Add a still, for a PDF or a viewer that draws no widgets."""
        return super()._repr_mimebundle_(**kwargs) | {"image/png": draw_still(self._shown_network(), *self.read_data())}

    def _shown_network(self) -> NeuralNetwork:
        """Return the network as the page opens it: after `epochs`, which the page trains before it shows anything."""
        net = self.to_network()
        if self.epoch == 0 and self._stage.epochs > 0:
            step = OPTIMIZERS[self.optimizer](self.learning_rate)
            X, Y = self.read_data()
            train(
                net, X, Y, loss=self.loss_name, optimizer=step, epochs=self._stage.epochs, batch_size=self.batch_size,
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
        return read_data(self.data, self.noise, self._stage.n_samples, self._stage.points)

    @traitlets.validate("theta")
    def _check_theta(self, proposal: dict) -> np.ndarray:
        n_params = self._new_network().theta.size
        with refusing():
            theta = np.array(as_floats("theta", proposal["value"], f"it may be ({n_params},)"))
            if theta.shape != (n_params,):
                raise Refused(f"theta has shape {theta.shape}; this network takes ({n_params},)")
            check_finite("theta", theta)
        return theta

    @traitlets.validate("hidden_size")
    def _check_sizes(self, proposal: dict) -> Any:
        if self._stage.weights and split_sizes(proposal["value"]) != self._sizes_in_page():
            raise Refused(f"hidden_size is {proposal['value']}; it stays as it is where each weight has a slider")
        return proposal["value"]

    @traitlets.observe(*TRAITS)
    def _pass_on(self, change: dict) -> None:
        """Pass a setting on to the page, as its place among the choices."""
        name, value = change["name"], change["new"]
        if name == "seed":
            self._stage.seed = value
        elif name == "hidden_size":
            for part, units in zip(SIZES, split_sizes(value), strict=True):
                self._place(part, units)
        else:
            self._place(name.removesuffix("_name"), 0 if value is None else value)
        if not self._quiet:
            self._begin()

    @traitlets.observe("theta")
    def _pass_on_theta(self, change: dict) -> None:
        if not self._quiet:
            self._stage.start = change["new"].tolist()
            self._begin(change["new"])

    def _place(self, name: str, value: Any) -> None:
        """Set the place of `value` among the choices, which it joins if it is none of them."""
        known = self._stage.choices
        self._stage.choices, index = place(known, name, value)
        if name in self._controls:
            control, choices = self._controls[name], self._stage.choices[name]
            with control.hold_sync():  # new options alone would bring it, and the stage, to the first of them
                if choices != known[name]:
                    control.options = [(label(name, choice), choice) for choice in choices]
                control.index = index
        setattr(self._stage, f"{name}_index", index)

    def _begin(self, theta: np.ndarray | None = None) -> None:
        """Go to epoch 0, at `theta` or at the start that the seed draws."""
        net, stage = self._new_network(), self._stage
        if theta is None:
            stage.start = None
        else:
            net.theta = theta
        value = net.loss(*self.read_data(), loss=self.loss_name, l2=self.l2)
        stage.noise_unused = self.data in ("xor", "own")
        now = {"theta": net.theta, "epoch": 0, "loss": value, "history": {"epoch": [0], "loss": [value]}}
        with self._keeping_quiet():
            for name, new in now.items():
                self.set_trait(name, new)
                setattr(stage, name, new.tolist() if name == "theta" else new)

    @contextmanager
    def _keeping_quiet(self) -> Iterator[None]:
        """Let no change inside begin a new run."""
        was, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = was

    def _hear(self, change: dict) -> None:
        """Take over what the page has reported, or what a control has set there."""
        name, value, stage = change["name"], change["new"], self._stage
        with self._keeping_quiet():
            if name in ("epoch", "loss", "history", "message", "seed"):
                self.set_trait(name, value)
            elif name == "theta" and len(value) == self.theta.size:  # not one of a size that has gone
                self.set_trait("theta", np.array(value, float))
            elif name.removesuffix("_index") in SIZES:
                self.hidden_size = self._sizes_in_page()
                if self.theta.size != self._new_network().theta.size:  # until the page reports
                    self.set_trait("theta", self._new_network().theta)
            elif name.endswith("_index"):
                setting = name.removesuffix("_index")
                self.set_trait("loss_name" if setting == "loss" else setting, stage.choices[setting][value])

    def _sizes_in_page(self) -> tuple[int, int]:
        stage = self._stage
        first, second = (stage.choices[part][getattr(stage, f"{part}_index")] for part in SIZES)
        return first, second if first else 0

    def _new_network(self) -> NeuralNetwork:
        sizes = sizes_of(self.hidden_size)
        return NeuralNetwork(*sizes, hidden=self.activation, init=self._stage.init, rng=self.seed)

    def _make_controls(self, names: Sequence[str], weights: Sequence[str]) -> list[widgets.Widget]:
        """Return the controls, joined to the stage: the first few open, the others folded away."""
        plain = [name for name in names if name in CONTROLS]
        width = width_of([label_of(name) for name in plain])
        for name in plain:
            self._controls[name] = make_control(self._stage, name, width)
        rows = [*self._controls.values(), *(make_weight(self._stage, k, words) for k, words in enumerate(weights))]
        if len(rows) <= IN_FRONT + 1 or weights:
            return rows
        return [*rows[:IN_FRONT], *fold(rows[IN_FRONT:])]
