"""What a right answer does, in the exercises of chapter 7, Never trust a gradient."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnlib.activations import sigmoid
from nnlib.checks.answers import Answer, Wrong, as_array, as_names, as_number, brief, require
from nnlib.checks.registry import exercise
from nnlib.datasets import xor
from nnlib.network import NeuralNetwork

Gradient = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


# ---- program one


def way_down(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the negative gradient of the mean squared error of program one, 3-4-2."""
    W1, W2 = theta[:12].reshape(3, 4), theta[12:].reshape(4, 2)
    A1 = sigmoid(X @ W1)
    dZ2 = 2 * (A1 @ W2 - Y) / Y.size
    dZ1 = dZ2 @ W2.T * A1 * (1 - A1)
    return -np.concatenate([(X.T @ dZ1).ravel(), (A1.T @ dZ2).ravel()])


@exercise(
    "07-direction",
    "Fill: point the step downhill",
    "true_step(theta, X, Y) -> step",
    hints=(
        "What is the slope of a plain sum by what goes into it?",
        "One factor of printed_step belongs to a sigmoid that is not there. Which of the two lines has it?",
        "The output's line keeps its error, A2 - Y, and loses what came after it. The hidden units' line is right.",
    ),
)
def judge_direction(true_step: Answer) -> str:
    """Right is: a step along the steepest way down, of any length, in random cases."""
    rng = np.random.default_rng(7)
    for n_samples in (8, 1, 5, 3, 13, 8, 8):
        theta, X = rng.normal(size=20), rng.normal(size=(n_samples, 3))
        Y = rng.integers(0, 2, size=(n_samples, 2)).astype(float)
        step = as_array(true_step(theta, X, Y), "true_step(theta, X, Y)", (20,))
        require(np.isfinite(step).all() and step.any(), "The step is zero, or not finite, in a random case.")
        down = way_down(theta, X, Y)
        cosine = step @ down / np.sqrt((step @ step) * (down @ down))
        require(cosine > -0.999999, f"The cosine with the way down is {cosine:.6f}: it points straight uphill.")
        require(cosine > 0.999999, f"The cosine with the way down is {cosine:.6f} in a random case, not yet 1.")
    return "Its cosine with the steepest way down is 1 in seven random cases."


# ---- the network 2-4-4-1 of the chapter, and faults planted in its gradient

BLOCKS = {"W1": (0, 8), "b1": (8, 12), "W2": (12, 28), "b2": (28, 32), "W3": (32, 36), "b3": (36, 37)}
WRONG_SLOPES = (
    lambda A: A * (1 - A),
    lambda A: 1 - np.tanh(A) ** 2,
    lambda A: np.where(A > 0, 1.0, 0.0),
    lambda A: np.ones(A.shape),
)


def planted(fault: str = "none", where: Any = None) -> Gradient:
    """Return gradient(theta, X, Y) of the chapter's network, with one fault; where: blocks, or the wrong slope."""

    def gradient(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        parts = {name: np.asarray(theta, dtype=float)[first:last] for name, (first, last) in BLOCKS.items()}
        W1, W2, W3 = (parts[f"W{k + 1}"].reshape(shape) for k, shape in enumerate([(2, 4), (4, 4), (4, 1)]))
        A1 = np.tanh(X @ W1 + parts["b1"])
        A2 = np.tanh(A1 @ W2 + parts["b2"])
        A3 = sigmoid(A2 @ W3 + parts["b3"])
        slope = where if fault == "wrong slope" else lambda A: 1 - A**2
        factor = (1 if fault == "no 2" else 2) / (1 if fault == "no 1/n" else len(Y))
        dZ3 = factor * (A3 - Y) * A3 * (1 - A3)
        dZ2 = dZ3 @ W3.T * slope(A2)
        dZ1 = dZ2 @ (W2 if fault == "missing transpose" else W2.T) * slope(A1)
        slopes = {"W1": X.T @ dZ1, "W2": A1.T @ dZ2, "W3": A2.T @ dZ3}
        for name, dZ in (("b1", dZ1), ("b2", dZ2), ("b3", dZ3)):
            slopes[name] = dZ.sum(axis=0)
            if fault == "wrong axis" and name in where:
                slopes[name] = dZ.sum(axis=1)
            if fault == "forgotten bias" and name in where:
                slopes[name] = np.zeros(dZ.shape[1])
        return np.concatenate([slopes[name].ravel() for name in BLOCKS])

    return gradient


def right_gradient(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the gradient of the chapter's network."""
    return planted()(theta, X, Y)


def shifted(entries: Any, by: float) -> Gradient:
    """Return the right gradient with some entries moved by so much of the largest slope."""

    def gradient(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        g = right_gradient(theta, X, Y)
        g[entries] += by * np.abs(g).max()
        return g

    return gradient


def scaled(factor: float) -> Gradient:
    """Return the right gradient, each entry multiplied."""
    return lambda theta, X, Y: factor * right_gradient(theta, X, Y)


def error_cases() -> Iterator[tuple[str, Gradient, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield (what it is, gradient, theta, X, Y)."""
    rng = np.random.default_rng(70)
    theta, X, Y = rng.normal(size=37), rng.normal(size=(7, 2)), rng.uniform(size=(7, 1))
    everywhere = [*BLOCKS]
    yield "the right gradient", right_gradient, theta, X, Y
    yield "a gradient 4 times too long", scaled(4), theta, X, Y
    yield "a gradient half as long as the right one", scaled(0.5), theta, X, Y
    yield "the right gradient with its sign turned", scaled(-1), theta, X, Y
    yield "a gradient of zeros", scaled(0), theta, X, Y
    for name in everywhere:
        last = BLOCKS[name][1] - 1
        yield f"one entry of {name} that is 0.01 of the largest slope off", shifted([last], 0.01), theta, X, Y
    yield "twelve entries of W2 that are 0.1 off", shifted(slice(13, 25), 0.1), theta, X, Y
    yield "one entry of b1 that is 0.1 too low", shifted([9], -0.1), theta, X, Y
    yield "entries of W1 and b3 that are 0.001 off", shifted([3, 36], 0.001), theta, X, Y
    yield "an entry of W2 that is 1e-5 of the largest slope off", shifted([20], 1e-5), theta, X, Y
    yield "an entry of W2 that is 1e-7 of the largest slope off", shifted([20], 1e-7), theta, X, Y
    theta = theta.copy()
    theta[12:28] /= 10  # W2: the slopes of W1 are small now
    yield "one of the small slopes of W1, 5e-7 of the largest slope off,", shifted([3], 5e-7), theta, X, Y
    X, Y = xor()
    yield "zeros against zeros", scaled(0), np.zeros(37), X, Y
    yield "ones against a measured gradient of zeros", lambda theta, X, Y: np.ones(37), np.zeros(37), X, Y


@exercise(
    "07-check",
    "Fill: the check, and where it hurts",
    "gradient_error(gradient, theta, X, Y) -> e, wrong_blocks(gradient, theta, X, Y) -> names",
    hints=(
        "Which two vectors do you need, and which single number stands below the line?",
        "g comes from gradient(theta, X, Y), r from measured_gradient. The largest of |g| and |r| over all entries is "
        "one number; where it is 0 there is nothing to divide by.",
        "Make a vector of errors first, |g - r| divided by that number. Its largest entry is e; cut at BLOCKS[name] it "
        "says which blocks hold an entry above 1e-6.",
    ),
)
def judge_check(gradient_error: Answer, wrong_blocks: Answer) -> str:
    """Right is: the error of the formula and the blocks that hold a wrong entry, at zeros too."""
    for what, gradient, theta, X, Y in error_cases():
        g, r = gradient(theta, X, Y), right_gradient(theta, X, Y)
        largest = max(np.abs(g).max(), np.abs(r).max())
        off = np.abs(g - r) / largest if largest else np.zeros(37)
        e = as_number(gradient_error(gradient, theta, X, Y), "gradient_error(...)")
        require(np.isfinite(e), f"For {what} gradient_error is {e}: what is divided there, and by what?")
        require(
            np.isclose(e, off.max(), rtol=1e-3, atol=1e-8),
            f"For {what} gradient_error is {e:.3g}; by the formula it has to be {off.max():.3g}.",
        )
        names = as_names(wrong_blocks(gradient, theta, X, Y), "wrong_blocks", such_as="W1")
        expected = {name for name, (first, last) in BLOCKS.items() if off[first:last].max() > 1e-6}
        said, true = (" ".join(name for name in BLOCKS if name in group) or "none" for group in (names, expected))
        strangers = ", ".join(sorted(names - BLOCKS.keys()))
        require(not strangers, f"wrong_blocks names {strangers}; the blocks are {', '.join(BLOCKS)}.")
        require(names == expected, f"For {what} wrong_blocks names {said}; off by more than 1e-6 is: {true}.")
    return "It gives the error of 18 gradients, and the blocks where they are wrong."


FAULTS = ["none", "no 1/n", "no 2", "missing transpose", "wrong slope", "wrong axis", "forgotten bias"]


def planted_faults() -> Iterator[tuple[str, str, Gradient]]:
    """Yield (fault, where it sits, gradient)."""
    for fault in FAULTS[:4]:
        yield fault, "", planted(fault)
    for k, slope in enumerate(WRONG_SLOPES):
        what = ("of the sigmoid", "of tanh, taken at A in place of Z", "of ReLU", "of nothing, 1 everywhere")[k]
        yield "wrong slope", f" ({what})", planted("wrong slope", slope)
    for blocks in (["b1", "b2"], ["b1"], ["b2"]):
        yield "wrong axis", f" in {' and '.join(blocks)}", planted("wrong axis", blocks)
    for block in ("b2", "b1", "b3"):
        yield "forgotten bias", f" in {block}", planted("forgotten bias", [block])


@exercise(
    "07-faults",
    "Build: name the fault",
    "name_fault(gradient) -> name",
    hints=(
        "A mistake in one line of backward spoils all that is computed from it. Which blocks are these, for each line?",
        "Four sets of blocks tell four kinds of fault apart. Where a set has two faults, look at the numbers: "
        "how do they compare with the measured ones?",
        "All six blocks: is the gradient too long or too short? Bias blocks alone: is a block 0 throughout?",
    ),
)
def judge_faults(name_fault: Answer) -> str:
    """Right is: the name of each planted fault, wherever it sits."""
    for fault, where, gradient in planted_faults():
        said = name_fault(gradient)
        if not isinstance(said, str) or said not in FAULTS:
            raise Wrong(f"name_fault returns {brief(said)}; the names are {', '.join(FAULTS)}.")
        require(said == fault, f'A gradient with "{fault}"{where} gets the name "{said}".')
    return "It names all 14 planted gradients, the right one too."


# ---- kinks


def relu_net(sizes: tuple[int, ...], seed: int) -> NeuralNetwork:
    """Return a ReLU network with random numbers everywhere."""
    net = NeuralNetwork(*sizes, hidden="relu", init="zeros")
    net.theta[:] = np.random.default_rng(seed).normal(size=net.theta.size)
    return net


def kinks(net: NeuralNetwork, X: np.ndarray, margin: float) -> np.ndarray:
    """Return for each hidden layer whether a sample is near a kink there, shape (n_hidden_layers, n_samples)."""
    A, near = X, []
    for W, b, activation in net.layers[:-1]:
        Z = A @ W + b
        near.append((np.abs(Z) <= margin).any(axis=1))
        A = activation.value(Z)
    return np.array(near)


@exercise(
    "07-kink",
    "Break and mend: a right gradient that fails",
    "on_a_kink(net, X, margin) -> marks",
    hints=(
        "Which layers have a kink, and what goes into each of them?",
        "Go from layer to layer, all but the last: the pre-activations are what went in, times W, plus b. "
        "A sample counts if any of its units is within the margin.",
        "(np.abs(Z) <= margin).any(axis=1) marks the samples of one layer; join the marks of all hidden layers by |.",
    ),
)
def judge_kink(on_a_kink: Answer) -> str:
    """Right is: exactly the samples with a hidden pre-activation within the margin, in any hidden layer."""
    rng = np.random.default_rng(77)
    cases = [((3, 4, 2), 60, 0.05), ((2, 3, 5, 1), 60, 0.05), ((3, 4, 2, 5, 2), 90, 0.03), ((4, 3, 2), 1, 0.5)]
    for seed, (sizes, n_samples, margin) in enumerate(cases):
        net, X = relu_net(sizes, seed), rng.normal(size=(n_samples, sizes[0]))
        require_marks(on_a_kink(net, X, margin), kinks(net, X, margin), f"a {'-'.join(map(str, sizes))} network")
    X, _ = xor()
    net = NeuralNetwork(2, 4, 1, hidden="relu", rng=1)
    require_marks(on_a_kink(net, X), kinks(net, X, 1e-3), "XOR and a fresh 2-4-1 network")
    require_marks(on_a_kink(net, X, 0.0), kinks(net, X, 0.0), "XOR, a fresh 2-4-1 network and the margin 0")
    net.theta[:] = np.random.default_rng(5).normal(size=net.theta.size)
    net.layers[-1].W[:] = net.layers[-1].b[:] = 0  # each output is exactly 0, and has no kink
    require_marks(on_a_kink(net, X), kinks(net, X, 1e-3), "a network whose outputs are all 0")
    return "It marks the samples on a kink of any hidden layer, and no others."


def require_marks(marks: Any, near: np.ndarray, what: str) -> None:
    """Require the marks of the samples that are near a kink in some layer; near is (n_hidden_layers, n_samples)."""
    expected = near.any(axis=0)
    marks = as_array(marks, "on_a_kink(net, X, margin)", expected.shape)
    require(np.isin(marks, (0, 1)).all(), "on_a_kink has to return True or False for each sample.")
    missed = np.flatnonzero(expected & (marks == 0))
    if len(missed):
        layer = int(np.argmax(near[:, missed[0]])) + 1
        raise Wrong(f"For {what} sample {missed[0]} is not marked; hidden layer {layer} has it within the margin.")
    extra = np.flatnonzero(~expected & (marks == 1))
    if len(extra):
        raise Wrong(f"For {what} sample {extra[0]} is marked, and no hidden z of it is within the margin.")
