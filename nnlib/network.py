"""The network: one flat vector `theta`, and layers that are views of it.

NumPy moves `theta` by gradient steps, SciPy by `minimize`, and the browser in the published page.
Chapter 4 builds the forward pass, chapter 6 the backward pass, and chapter 8 finishes the class.
"""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from nnlib.activations import ACTIVATIONS
from nnlib.fast.passes import SLICE, Pass, bind_loss, outputs
from nnlib.files import PathName, read_network, write_network
from nnlib.initializers import INITIALIZERS
from nnlib.layers import forward_pass, unpack
from nnlib.losses import LOSSES, LossFunction, Problem, check_targets
from nnlib.validation import (
    as_floats,
    as_generator,
    cast,
    check_array,
    check_choice,
    check_count,
    check_dtype,
    check_memory,
    check_number,
    type_name,
)

KEPT = 3  # passes that a thread keeps, each for one loss and size of batch


class _KeptPasses(threading.local):
    """The passes of one thread: two threads that shared a pass would write over each other's numbers."""

    def __init__(self) -> None:
        self.by_key: dict[tuple, Pass] = {}


class NeuralNetwork:
    r"""A fully connected network, $A^{(l)} = f(A^{(l-1)} W^{(l)} + b^{(l)})$.

    Parameters
    ----------
    *sizes : int
        ``input_size, hidden_size, output_size``, or any longer list: two or more sizes.
    hidden : {"tanh", "sigmoid", "relu", "softplus", "identity"}
        Activation of every hidden layer.
    output : {"sigmoid", "softmax", "identity", "tanh", "relu", "softplus"}
        Activation of the last layer.
    init : {"glorot", "normal", "he", "zeros"}
        How `theta` starts; see `nnlib.initializers`.
    rng : int, numpy.random.Generator or None
        Seed of the start; None draws a fresh one.
    dtype : {"float64", "float32"}, or NumPy's type of that name
        Of `theta` and all that is computed with it; float32 is for large networks.

    Attributes
    ----------
    theta : array, shape (n_params,)
        Every weight and bias; the only state. Write into it and all layers move.
    layers : list of Layer
        ``layers[0].W``, ``layers[0].b``: views into `theta`, never copies.
    sizes : tuple of int
        Units in each layer, input first.

    Raises
    ------
    ValueError
        If a size is below 1, there are fewer than two, a name is unknown, or the output is a softmax of one unit.

    Examples
    --------
    >>> import nnlib
    >>> net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
    >>> net
    NeuralNetwork(2, 4, 1, hidden='tanh', output='sigmoid')
    >>> net.theta.shape, net.layers[0].W.shape
    ((17,), (2, 4))
    """

    def __init__(self, *sizes: int, hidden: str = "tanh", output: str = "sigmoid", init: str = "glorot",
                 rng: int | np.random.Generator | None = None, dtype: DTypeLike = "float64") -> None:  # fmt: skip
        self.sizes = _check_sizes(sizes)
        self.hidden = check_choice("hidden", hidden, [name for name in ACTIVATIONS if name != "softmax"])
        self.output = check_choice("output", output, list(ACTIVATIONS))
        if output == "softmax" and self.sizes[-1] == 1:
            raise ValueError("output is 'softmax' of 1 unit, which is 1 whatever it is given; "
                             "take a unit for each class, or output='sigmoid' for two classes")  # fmt: skip
        draw, rng = check_choice("init", init, INITIALIZERS), as_generator(rng)
        dtype = check_dtype(dtype, ("float64", "float32"))
        n_params = sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.sizes))
        check_memory(f"sizes is {self.sizes}, and theta", n_params, "it may have fewer units")
        theta = np.concatenate([part.ravel() for pair in pairwise(self.sizes) for part in draw(rng, *pair)])
        self._adopt(theta.astype(dtype, copy=False))

    def _adopt(self, theta: np.ndarray) -> None:
        """Make `theta` the state: the layers become views of it, whatever its dtype."""
        self._theta = theta
        self.layers = unpack(theta, self.sizes, self.activations)
        self._passes = _KeptPasses()

    @property
    def activations(self) -> tuple[str, ...]:
        """Name of each layer's activation, input side first."""
        return (self.hidden,) * (len(self.sizes) - 2) + (self.output,)

    @property
    def theta(self) -> np.ndarray:
        """Every weight and bias in one vector; assigning copies into it, so the views stay views."""
        return self._theta

    @theta.setter
    def theta(self, value: ArrayLike) -> None:
        theta, wanted = self._theta, f"this network takes {self._theta.shape}"  # and a complex step's, anything
        array = np.asarray(value) if np.iscomplexobj(theta) else as_floats("theta", value, wanted, theta.dtype)
        if array.shape != theta.shape:
            raise ValueError(f"theta has shape {array.shape}; {wanted}")
        theta[:] = array

    def __repr__(self) -> str:
        sizes = ", ".join(map(str, self.sizes))
        dtype = ", dtype='float32'" if self._theta.dtype == np.float32 else ""
        return f"NeuralNetwork({sizes}, hidden={self.hidden!r}, output={self.output!r}{dtype})"

    def __getstate__(self) -> dict:
        return {"sizes": self.sizes, "hidden": self.hidden, "output": self.output, "theta": self._theta}

    def __setstate__(self, state: dict) -> None:
        self.sizes, self.hidden, self.output = state["sizes"], state["hidden"], state["output"]
        self._adopt(state["theta"])

    def copy(self, dtype: DTypeLike | None = None) -> NeuralNetwork:
        """Return a network of its own with the same `theta`, in another dtype if one is given.

        That is "float64", "float32", or for derivatives "complex128"; raises ValueError for any other,
        and if `theta` holds a number too large for it.
        """
        twin = object.__new__(NeuralNetwork)
        theta = self._theta.copy() if dtype is None else cast("theta", self._theta, dtype)
        twin.__setstate__({**self.__getstate__(), "theta": theta})
        return twin

    __copy__ = copy  # or copy.copy would share theta

    def forward(self, X: ArrayLike) -> np.ndarray:
        """Return the network's outputs.

        Parameters
        ----------
        X : array, shape (n_samples, n_inputs)

        Returns
        -------
        array, shape (n_samples, n_outputs)

        Raises
        ------
        ValueError
            If X has another number of columns, or holds NaN or infinity.

        Examples
        --------
        >>> import nnlib
        >>> nnlib.NeuralNetwork(2, 4, 1, init="zeros").forward([[0.0, 1.0]]).tolist()
        [[0.5]]
        """
        X = self._check_inputs(X)
        return forward_pass(self.layers, X)[-1] if len(X) <= SLICE else outputs(self, X)

    def layer_outputs(self, X: ArrayLike) -> list[np.ndarray]:
        """Return the outputs of every layer, ``[A1, A2, ...]``; takes and raises what `forward` does."""
        return forward_pass(self.layers, self._check_inputs(X))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return labels: 0 or 1 for a sigmoid output, the likeliest class for softmax, else the outputs.

        Takes and raises what `forward` does.

        Returns
        -------
        array
            (n_samples, n_outputs) of 0 and 1, or (n_samples,) of classes, or the outputs.

        Examples
        --------
        >>> import nnlib
        >>> nnlib.NeuralNetwork(2, 3, output="softmax", init="zeros").predict([[1.0, 1.0]]).tolist()
        [0]
        """
        A = self.forward(X)
        if self.output == "sigmoid":
            return (A > 0.5).astype(int)
        return A.argmax(axis=1) if self.output == "softmax" else A

    def loss(self, X: ArrayLike, Y: ArrayLike, loss: str = "mse", l2: float = 0.0) -> float:
        """Return the loss alone; arguments and errors as in `loss_and_gradient`."""
        return self.loss_unchecked(*self.check_problem(X, Y, loss, l2))

    def loss_and_gradient(self, X: ArrayLike, Y: ArrayLike, loss: str = "mse",
                          l2: float = 0.0) -> tuple[float, np.ndarray]:  # fmt: skip
        r"""Return the loss and its exact gradient by every entry of `theta`.

        Parameters
        ----------
        X, Y : array, shapes (n_samples, n_inputs) and (n_samples, n_outputs)
            Samples and targets.
        loss : {"mse", "binary_cross_entropy", "cross_entropy"}
            The first goes with every output, the second with sigmoid, the third with softmax.
        l2 : float
            Weight decay: $\frac{l2}{2} \sum W^2$ is added to the loss, over weights and not biases.

        Returns
        -------
        value : float
        dtheta : array, shape (n_params,)
            A fresh array.

        Raises
        ------
        ValueError
            If X or Y do not fit the network or are not finite, the loss is unknown or does not go
            with the output, a target is one that the output cannot reach, or `l2` is negative.

        Examples
        --------
        >>> import nnlib
        >>> X, Y = nnlib.datasets.xor()
        >>> value, dtheta = nnlib.NeuralNetwork(2, 4, 1, init="zeros").loss_and_gradient(X, Y)
        >>> value, dtheta.shape
        (0.25, (17,))
        """
        value, dtheta = self.loss_and_gradient_unchecked(*self.check_problem(X, Y, loss, l2))
        return value, dtheta.copy()

    def check_problem(self, X: ArrayLike, Y: ArrayLike, loss: str, l2: float) -> Problem:
        """Return X, Y, the loss function, whether it takes logits, and l2, all checked once for a whole training."""
        X = self._check_inputs(X)
        shape = f"this network takes (n_samples, {self.sizes[-1]})"
        Y = check_array("Y", Y, self.sizes[-1], shape, n_rows=len(X), dtype=X.dtype)
        function, takes_logits_of = check_choice("loss", loss, LOSSES)
        check_targets(Y, loss, self.output)
        return X, Y, function, takes_logits_of is not None, check_number("l2", l2, at_least=0)

    def loss_and_gradient_unchecked(self, X: np.ndarray, Y: np.ndarray, function: LossFunction, fused: bool,
                                    l2: float) -> tuple[float, np.ndarray]:  # fmt: skip
        """Do the work of `loss_and_gradient` on what `check_problem` returned.

        The gradient is an array that this thread's next call overwrites.
        """
        passes, key = self._passes.by_key, (len(X), function, fused, l2)
        if key not in passes:
            if len(passes) == KEPT:
                oldest = next(iter(passes))
                del passes[oldest]
            passes[key] = Pass(self, *key, dtheta=np.empty_like(self._theta))
        kept = passes[key].load(X, Y)
        return kept.loss_and_gradient(), kept.dtheta

    def loss_unchecked(self, X: np.ndarray, Y: np.ndarray, function: LossFunction, fused: bool, l2: float) -> float:
        """Do the work of `loss` on what `check_problem` returned."""
        return bind_loss(self, X, Y, function, fused, l2)()

    def save(self, path: PathName) -> None:
        """Write the network to `path` as ``.npz`` without pickle: whole, or not at all.

        Parameters
        ----------
        path : str or Path
            Replaced if it is there, its mode kept; the old file stays until the new one is whole.
            Where it is a link, what the link names is written.

        Raises
        ------
        ValueError
            If `theta` is not finite, or is complex.
        OSError
            As the system raises it, PermissionError among them; the old file is as it was.

        Examples
        --------
        >>> import nnlib, pathlib, tempfile
        >>> net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save(pathlib.Path(folder) / "xor.npz")
        ...     twin = nnlib.NeuralNetwork.load(pathlib.Path(folder) / "xor.npz")
        >>> bool((twin.theta == net.theta).all())
        True
        """
        names = {"hidden": self.hidden, "output": self.output}
        twin = NeuralNetwork(*self.sizes, **names, init="zeros", dtype=self._theta.dtype)  # what `load` will build
        twin.theta = self._theta
        write_network(path, twin.theta, sizes=twin.sizes, **names)

    @classmethod
    def load(cls, path: PathName) -> NeuralNetwork:
        """Return the network that `save` wrote to `path`.

        Raises
        ------
        ValueError
            If the file is truncated, foreign, or does not hold a network: found before memory is taken for it.
        OSError
            As the system raises it, FileNotFoundError and PermissionError among them.
        """
        return read_network(path, cls)

    def _check_inputs(self, X: ArrayLike) -> np.ndarray:
        shape = f"this network takes (n_samples, {self.sizes[0]})"
        return check_array("X", X, self.sizes[0], shape, dtype=self._theta.real.dtype)


def _check_sizes(sizes):
    """Return the sizes as ints; refuse what is no size, and a list of all of them."""
    if len(sizes) == 1 and np.iterable(sizes[0]) and not isinstance(sizes[0], str):
        listed = ", ".join(map(str, sizes[0]))
        raise ValueError(f"sizes[0] is {type_name(sizes[0])}; sizes are given one by one, as NeuralNetwork({listed})")
    if len(sizes) < 2:
        raise ValueError(f"sizes is {sizes}; it may be two sizes or more, input first and output last")
    return tuple(check_count(f"sizes[{i}]", n) for i, n in enumerate(sizes))
