"""What a right answer does, in the exercises of chapter 10, Starting well."""

import numpy as np

from nnlib.checks.answers import Answer, as_number, as_parts, brief, require, require_close
from nnlib.checks.registry import exercise
from nnlib.datasets import xor
from nnlib.network import NeuralNetwork
from nnlib.optimizers import GradientDescent
from nnlib.training import train

PARTS = ("an incoming weight", "an incoming weight", "the bias", "the outgoing weight")


@exercise(
    "10-equal",
    "Prove and show: equal units stay equal",
    "spread_after(epochs, value, noise, learning_rate) -> (spread, net)",
    hints=(
        "Which numbers does one hidden unit have of its own? In which arrays of the network do they stand?",
        "np.vstack puts the first layer's W and b and the second's W.T on top of each other: a column for each unit.",
        "np.ptp(..., axis=1) is the largest minus the smallest of each row; the spread is the largest of these.",
    ),
)
def judge_equal(spread_after: Answer) -> str:
    """Right is: the trained network from the start that was asked for, and the largest gap between two of its units."""
    for epochs, value, noise, learning_rate in [
        (100, 0.5, 0.0, 0.5),
        (40, -2.0, 0.0, 3.0),
        (1, 0.5, 0.1, 0.5),
        (30, 0.5, 0.1, 0.5),
        (40, 0.5, 0.1, 0.5),
        (300, 0.5, 0.1, 0.5),
        (50, 0.0, 0.5, 1.0),
    ]:
        call = f"spread_after({epochs}, {value}, {noise}, {learning_rate})"
        spread, net = as_parts(spread_after(epochs, value, noise, learning_rate), call, 2)
        spread = as_number(spread, f"The spread of {call}")
        require(
            hasattr(net, "layers") and hasattr(net, "theta"), f"{call} has to return the network as its second part."
        )
        trained = trained_equal_start(epochs, value, noise, learning_rate)
        require(
            net.theta.shape == trained.theta.shape,
            f"The network of {call} has {net.theta.size} numbers; a 2-8-1 network has {trained.theta.size}.",
        )
        require_close(net.theta, trained.theta, f"theta of the network of {call}", rtol=1e-6, atol=1e-7)
        gaps = np.ptp(np.vstack([net.layers[0].W, net.layers[0].b, net.layers[1].W.T]), axis=1)
        widest = int(np.argmax(gaps))
        require(
            np.isclose(spread, gaps[widest], rtol=1e-6, atol=1e-9),
            f"{call} says that its units are {spread:.4f} apart. In its network two units differ by {gaps[widest]:.4f} "
            f"in {PARTS[widest]}.",
        )
    return "Equal units stay equal in every run, noise parts them, and the spread is that of the network."


def trained_equal_start(epochs: int, value: float, noise: float, learning_rate: float) -> NeuralNetwork:
    """Return the network as the exercise has it trained."""
    X, Y = xor()
    net = NeuralNetwork(2, 8, 1, init="zeros")
    net.theta[:] = value + noise * np.random.default_rng(0).normal(size=net.theta.size)
    train(net, X, Y, optimizer=GradientDescent(learning_rate), epochs=epochs)
    return net


@exercise(
    "10-scale",
    "Fill: choose a scale",
    "glorot_limit(n_in, n_out) -> float; healthy(scale) -> bool",
    hints=(
        "Set the two variances equal. Which of them holds c?",
        "For healthy: deep(scale).layer_outputs(X_deep) lists the outputs of each layer, the first at index 0.",
        "The mean of np.abs(a) > 0.95 is a share; both conditions have to hold.",
    ),
)
def judge_scale(glorot_limit: Answer, healthy: Answer) -> str:
    """Right is: the limit whose variance is Glorot's; True where layer 10 keeps both conditions, and layer 10 alone."""
    rng = np.random.default_rng(10)
    for n_in, n_out in [(2, 4), (300, 200), (1, 1), *map(tuple, rng.integers(1, 500, (20, 2)).tolist())]:
        c = as_number(glorot_limit(n_in, n_out), f"glorot_limit({n_in}, {n_out})")
        variance = 2 / (n_in + n_out)
        require(c > 0, f"glorot_limit({n_in}, {n_out}) is {c:g}; a limit is above 0.")
        require(
            np.isclose(c**2 / 3, variance, rtol=1e-9),
            f"glorot_limit({n_in}, {n_out}) is {c:.4g}. Drawn evenly from -{c:.4g} to {c:.4g} the weights have the "
            f"variance {c**2 / 3:.4g}; Glorot's rule asks for {variance:.4g}.",
        )
    X_deep = np.random.default_rng(1).normal(size=(200, 100))
    for scale in (1.0, 1.3, 0.5, 1.068, 1.54, 1.6, 2.0, 3.0, 1.1, 1.5, 1.08, 1.05, 1.56):
        said = healthy(scale)
        require(
            isinstance(said, bool | np.bool_) or said in (0, 1),
            f"healthy({scale}) has to be True or False; it is {brief(said)}.",
        )
        a = deep_tanh(scale).layer_outputs(X_deep)[9]
        loud = np.mean(np.abs(a) > 0.95)
        right = bool(a.std() >= 0.3 and loud <= 0.05)
        require(
            bool(said) == right,
            f"healthy({scale}) is {bool(said)}. Layer 10 has a spread of {a.std():.3f}, and {100 * loud:.1f} % of its "
            f"outputs are below -0.95 or above 0.95.",
        )
    return "The limit fits Glorot's variance, and layer 10 is judged by both conditions."


def deep_tanh(scale: float) -> NeuralNetwork:
    """Return the chapter's network of ten tanh layers."""
    net = NeuralNetwork(*[100] * 11, 1, hidden="tanh", output="identity", init="zeros")
    rng = np.random.default_rng(0)
    for layer in net.layers:
        layer.W[:] = scale / np.sqrt(len(layer.W)) * rng.normal(size=layer.W.shape)
    return net


@exercise(
    "10-dead",
    "Build: count the dead",
    "count_dead(net, X) -> int; born_dead(X) -> float",
    hints=(
        "Where does net.layer_outputs(X) hold the samples, in rows or in columns? Which of its arrays is not hidden?",
        "A unit is dead if its whole column is 0: np.all(A == 0, axis=0) says so for each unit of a layer.",
        "Go through net.layer_outputs(X)[:-1] and add; for born_dead divide by the 200 * 8 units.",
    ),
)
def judge_dead(count_dead: Answer, born_dead: Answer) -> str:
    """Right is: units of every hidden layer that are 0 at each sample, no others; and their share in the 200 starts."""
    for seed, sizes in enumerate([(2, 8, 1), (3, 5, 4, 2), (2, 6, 5, 7, 1), (4, 3, 1), (2, 4, 4, 3)] * 3):
        rng = np.random.default_rng(seed)
        output = ("identity", "sigmoid", "relu")[seed % 3]
        net = NeuralNetwork(*sizes, hidden="relu", output=output, init="he", rng=seed)
        for layer in net.layers:
            layer.b[:] = rng.normal(size=layer.b.shape) - 0.7
        X = rng.normal(size=(int(rng.integers(1, 7)), sizes[0]))
        by_layer = [int(np.all(A == 0, axis=0).sum()) for A in net.layer_outputs(X)[:-1]]
        said = as_number(count_dead(net, X), "count_dead(net, X)")
        require(
            said == sum(by_layer),
            f"count_dead finds {said:g} in a network of sizes {sizes} with {len(X)} samples. Of its hidden layers, "
            f"one after the other, {by_layer} units give 0 for every sample.",
        )
    X, _ = xor()
    other = np.random.default_rng(10).normal(size=(3, 2)) + 0.5
    for name, inputs in [("0 and 1", X), ("-1 and 1", 2 * X - 1), ("drawn at random", other)]:
        share = as_number(born_dead(inputs), "born_dead(X)")
        nets = [NeuralNetwork(2, 8, 1, hidden="relu", init="he", rng=seed) for seed in range(200)]
        dead = sum(int(np.all(net.layer_outputs(inputs)[0] == 0, axis=0).sum()) for net in nets)
        require(
            np.isclose(share, dead / 1600, rtol=1e-9),
            f"born_dead says {share:.4g} for inputs {name}. Of 1,600 hidden units {dead} are dead: {dead / 1600:.4f}.",
        )
    return "It finds the dead of every hidden layer, and no others."
