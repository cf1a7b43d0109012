"""The network: one flat vector `theta`, and layers that are views of it.

NumPy moves `theta` by gradient steps, SciPy by `minimize`, and the browser in the published page.
Chapter 4 builds the forward pass, chapter 6 the backward pass, and chapter 8 finishes the class.
"""

from itertools import pairwise

import numpy as np

from nnlib.activations import ACTIVATIONS
from nnlib.files import read_arrays, write_arrays
from nnlib.initializers import INITIALIZERS
from nnlib.layers import Memory, backward_pass, forward_pass, through_output, unpack
from nnlib.losses import LOSSES, check_targets
from nnlib.validation import as_floats, as_generator, check_array, check_choice, check_count, check_finite, check_number


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
        If a size is below 1, there are fewer than two, or a name is unknown.

    Examples
    --------
    >>> import nnlib
    >>> net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
    >>> net
    NeuralNetwork(2, 4, 1, hidden='tanh', output='sigmoid')
    >>> net.theta.shape, net.layers[0].W.shape
    ((17,), (2, 4))
    """

    def __init__(self, *sizes, hidden="tanh", output="sigmoid", init="glorot", rng=None):
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}; it may be two sizes or more, input first and output last")
        self.sizes = tuple(check_count(f"sizes[{i}]", n) for i, n in enumerate(sizes))
        self.hidden = check_choice("hidden", hidden, [name for name in ACTIVATIONS if name != "softmax"])
        self.output = check_choice("output", output, list(ACTIVATIONS))
        draw, rng = check_choice("init", init, INITIALIZERS), as_generator(rng)
        self._adopt(np.concatenate([part.ravel() for pair in pairwise(self.sizes) for part in draw(rng, *pair)]))

    def _adopt(self, theta):
        """Make `theta` the state: the layers become views of it, whatever its dtype."""
        self._theta = theta
        self.layers = unpack(theta, self.sizes, self.activations)
        self._memory = None

    @property
    def activations(self):
        """Name of each layer's activation, input side first."""
        return (self.hidden,) * (len(self.sizes) - 2) + (self.output,)

    @property
    def theta(self):
        """Every weight and bias in one vector; assigning copies into it, so the views stay views."""
        return self._theta

    @theta.setter
    def theta(self, value):
        if not np.iscomplexobj(self._theta):  # the complex step's own networks take anything
            value = as_floats("theta", value, f"this network takes {self._theta.shape}")
        if value.shape != self._theta.shape:
            raise ValueError(f"theta has shape {value.shape}; this network takes {self._theta.shape}")
        self._theta[:] = value

    def __repr__(self):
        sizes = ", ".join(map(str, self.sizes))
        return f"NeuralNetwork({sizes}, hidden={self.hidden!r}, output={self.output!r})"

    def __getstate__(self):
        return {"sizes": self.sizes, "hidden": self.hidden, "output": self.output, "theta": self._theta}

    def __setstate__(self, state):
        self.sizes, self.hidden, self.output = state["sizes"], state["hidden"], state["output"]
        self._adopt(state["theta"])

    def copy(self, dtype=None):
        """Return a network of its own with the same `theta`, in another dtype if one is given."""
        twin = object.__new__(NeuralNetwork)
        twin.__setstate__({**self.__getstate__(), "theta": self._theta.astype(dtype or self._theta.dtype)})
        return twin

    def forward(self, X):
        """Return the network's outputs.

        Parameters
        ----------
        X : array, shape (n_samples, n_inputs)
            Samples first.

        Returns
        -------
        array, shape (n_samples, n_outputs)

        Raises
        ------
        ValueError
            If X has another number of columns, or holds NaN or infinity.

        Examples
        --------
        >>> NeuralNetwork(2, 4, 1, init="zeros").forward([[0.0, 1.0]]).tolist()
        [[0.5]]
        """
        return self.layer_outputs(X)[-1]

    def layer_outputs(self, X):
        """Return the outputs of every layer, ``[A1, A2, ...]``; takes and raises what `forward` does."""
        A, outputs = self._check_inputs(X), []
        for W, b, activation in self.layers:
            Z = A.dot(W)
            Z += b
            A = activation.value(Z, out=Z)
            outputs.append(A)
        return outputs

    def predict(self, X):
        """Return labels: 0 or 1 for a sigmoid output, the likeliest class for softmax.

        Any other output is a value already and is returned as it is.

        Parameters
        ----------
        X : array, shape (n_samples, n_inputs)
            Samples first.

        Returns
        -------
        array
            (n_samples, n_outputs) of 0 and 1, or (n_samples,) of classes, or the outputs.

        Examples
        --------
        >>> NeuralNetwork(2, 3, output="softmax", init="zeros").predict([[1.0, 1.0]]).tolist()
        [0]
        """
        A = self.forward(X)
        if self.output == "sigmoid":
            return (A > 0.5).astype(int)
        return A.argmax(axis=1) if self.output == "softmax" else A

    def loss(self, X, Y, loss="mse", l2=0.0):
        """Return the loss alone; arguments and errors as in `loss_and_gradient`."""
        X, Y, function, fused, l2 = self.check_problem(X, Y, loss, l2)
        Q = forward_pass(self.layers, X, self._remember(len(X)), fused)
        return (function(Q, Y)[0] + self._penalty(l2)).item()

    def loss_and_gradient(self, X, Y, loss="mse", l2=0.0):
        r"""Return the loss and its exact gradient by every entry of `theta`.

        Parameters
        ----------
        X : array, shape (n_samples, n_inputs)
            Samples.
        Y : array, shape (n_samples, n_outputs)
            Targets.
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
            with the output, a target is out of range, or `l2` is negative.

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

    def check_problem(self, X, Y, loss, l2):
        """Return X, Y, the loss function, whether it takes logits, and l2, all checked once for a whole training."""
        X = self._check_inputs(X)
        Y = check_array("Y", Y, self.sizes[-1], f"this network takes (n_samples, {self.sizes[-1]})", n_rows=len(X))
        function, takes_logits_of = check_choice("loss", loss, LOSSES)
        if takes_logits_of is not None:
            check_targets(Y, loss, self.output)
        return X, Y, function, takes_logits_of is not None, check_number("l2", l2, at_least=0)

    def loss_and_gradient_unchecked(self, X, Y, function, fused, l2):
        """Do the work of `loss_and_gradient` on what `check_problem` returned.

        The gradient is this network's own array, overwritten by the next call.
        """
        memory = self._remember(len(X))
        Q = forward_pass(self.layers, X, memory, fused)
        value, dQ = function(Q, Y)
        dZ = dQ if fused else through_output(self.layers, Q, dQ, memory)
        backward_pass(self.layers, X, dZ, memory)
        if l2:
            value += self._penalty(l2)
            for (dW, _, _), (W, _, _) in zip(memory.dlayers, self.layers, strict=True):
                dW += l2 * W
        return value.item(), memory.dtheta

    def save(self, path):
        """Write the network to `path` as ``.npz`` without pickle: whole, or not at all.

        Parameters
        ----------
        path : str or Path
            Replaced if it is there; the old file stays until the new one is whole.

        Raises
        ------
        ValueError
            If `theta` is not finite.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> net = NeuralNetwork(2, 4, 1, rng=0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save(pathlib.Path(folder) / "xor.npz")
        ...     twin = NeuralNetwork.load(pathlib.Path(folder) / "xor.npz")
        >>> bool((twin.theta == net.theta).all())
        True
        """
        check_finite("theta", self._theta)
        write_arrays(path, sizes=self.sizes, hidden=self.hidden, output=self.output, theta=self._theta)

    @classmethod
    def load(cls, path):
        """Return the network that `save` wrote to `path`.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is truncated, foreign, or does not hold a network.
        """
        stored = read_arrays(path, ("sizes", "hidden", "output", "theta"))
        try:
            sizes, theta = stored["sizes"].tolist(), stored["theta"]
            n_params = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
            if theta.shape != (n_params,):  # asked before memory is taken for whatever sizes the file claims
                raise ValueError(f"theta has shape {theta.shape}; a network of sizes {sizes} takes ({n_params},)")
            net = cls(*sizes, hidden=str(stored["hidden"]), output=str(stored["output"]), init="zeros")
            net.theta = theta
            check_finite("theta", net.theta)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} holds no network that nnlib saved: {error}") from None
        return net

    def _penalty(self, l2):
        return 0.5 * l2 * sum(W.ravel().dot(W.ravel()) for W, _, _ in self.layers) if l2 else 0.0

    def _remember(self, n_samples):
        """Return the memory for a batch of `n_samples`, made anew only when the size changes."""
        if self._memory is None or len(self._memory.A[0]) != n_samples:
            self._memory = Memory(self._theta, self.sizes, self.activations, n_samples)
        return self._memory

    def _check_inputs(self, X):
        return check_array("X", X, self.sizes[0], f"this network takes (n_samples, {self.sizes[0]})")
