"""What a right answer does, in the exercises of chapter 6, Backpropagation."""

from typing import Any

import numpy as np

from nnlib.checks.answers import Answer, Wrong, as_array, as_names, as_parts, require, require_close
from nnlib.checks.registry import exercise
from nnlib.datasets import xor
from nnlib.derivatives import complex_step
from nnlib.network import NeuralNetwork


def random_case(
    sizes: tuple[int, ...], n_samples: int, seed: int, hidden: str = "tanh", output: str = "sigmoid"
) -> tuple:
    """Return a network with random numbers everywhere, biases too, and data for it."""
    rng = np.random.default_rng(seed)
    net = NeuralNetwork(*sizes, hidden=hidden, output=output, init="zeros")
    net.theta[:] = rng.normal(size=net.theta.size)
    X, Y = rng.normal(size=(n_samples, sizes[0])), rng.uniform(size=(n_samples, sizes[-1]))
    return net, X, Y


def names_of(net: Any) -> list[str]:
    """Return dW1, db1, dW2, ... of a network."""
    return [f"d{part}{k + 1}" for k in range(len(net.layers)) for part in "Wb"]


def parts_of(net: Any, dtheta: np.ndarray) -> list[np.ndarray]:
    """Cut dtheta into the slopes of each W and b, in their shapes."""
    shapes = [part.shape for layer in net.layers for part in layer[:2]]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(dtheta, ends[:-1]), shapes, strict=True)]


def require_slopes(net: Any, X: np.ndarray, Y: np.ndarray, parts: list[np.ndarray]) -> None:
    """Require the slopes that are measured; the message follows the walk back to the first part that is off."""
    measured = parts_of(net, complex_step(net, X, Y))
    right: list[str] = []
    for name, part, slopes in reversed(list(zip(names_of(net), parts, measured, strict=True))):
        try:
            require_close(part, slopes, name)
        except Wrong as wrong:
            sizes = "-".join(map(str, (net.layers[0].W.shape[0], *(len(layer.b) for layer in net.layers))))
            on_the_way = f" On the way back, right so far: {', '.join(right)}." if right else ""
            raise Wrong(f"{sizes}, samples: {len(X)}. {wrong} (It was measured.){on_the_way}") from None
        right.append(name)


@exercise(
    "06-two-two-one",
    "Fill: backward for 2-2-1",
    "backward(X, Y, W1, b1, W2, b2) -> dW1, db1, dW2, db2",
    hints=(
        "Which number do you know first when you walk back, and what is its shape?",
        "Start with dA2, the slope of the mean over all n times m squares. Each layer then has two steps: "
        "from dA to dZ through the activation, and from dZ to dW, db and the dA of the layer below.",
        "dZ1 is made of dA1 = dZ2 @ W2.T and of the slope of tanh, read off A1. dW1 is what went in, X, times dZ1.",
    ),
)
def judge_two_two_one(backward: Answer) -> str:
    """Right is: the measured slopes of the loss, for any sizes, one sample too, and finite where units saturate."""
    cases = [((3, 4, 2), 5), ((2, 6, 4), 3), ((4, 2, 3), 7), ((5, 3, 1), 2), ((3, 5, 2), 1), ((1, 2, 3), 4)]
    for seed, (sizes, n_samples) in enumerate(cases):
        net, X, Y = random_case(sizes, n_samples, seed)
        require_slopes(net, X, Y, asked(backward, net, X, Y))
    X, Y = xor()
    for seed in range(3):
        net, *_ = random_case((2, 2, 1), 4, seed)
        require_slopes(net, X, Y, asked(backward, net, X, Y))
    net, X, Y = random_case((3, 4, 2), 5, 9)
    for name, part in zip(names_of(net), asked(backward, net, 1000 * X, Y), strict=True):
        require(np.isfinite(part).all(), f"With inputs 1000 times as large {name} is no longer finite.")
    return "Its slopes are those that are measured, in ten cases of many sizes."


def asked(backward: Answer, net: Any, X: np.ndarray, Y: np.ndarray) -> list[np.ndarray]:
    """Return the four gradients of an answer, each in the shape that it needs."""
    arrays = [part.copy() for layer in net.layers for part in layer[:2]]
    parts = as_parts(backward(X, Y, *arrays), backward.name, 4)
    return [as_array(p, name, a.shape) for p, name, a in zip(parts, names_of(net), arrays, strict=True)]


@exercise(
    "06-any-depth",
    "Build: backward for any depth",
    "backward_any(X, Y, layers) -> dtheta",
    hints=(
        "What does the way back need of the way forward, for each layer?",
        "Keep a list of outputs that begins with X. Then outputs[k] went into layer k, and outputs[k + 1] came out.",
        "Go through range(len(layers)) backward. Each turn makes dZ of dA, then the layer's dW and db, then the next "
        "dA; collect db before dW, and turn the list around at the end.",
    ),
)
def judge_any_depth(backward_any: Answer) -> str:
    """Right is: the measured slopes of the loss, for one layer and for many, with any activations."""
    cases = [
        ((3, 2), "tanh", "sigmoid", 5),
        ((4, 3), "tanh", "identity", 2),
        ((3, 4, 2), "tanh", "sigmoid", 5),
        ((2, 5, 3), "sigmoid", "tanh", 4),
        ((4, 2, 6, 3), "softplus", "identity", 5),
        ((3, 7, 4, 6, 2), "tanh", "softplus", 5),
        ((2, 3, 5, 4, 6, 1), "sigmoid", "identity", 7),
        ((5, 4, 3, 2), "relu", "sigmoid", 6),
        ((2, 4, 3), "tanh", "sigmoid", 1),
    ]
    for seed, (sizes, hidden, output, n_samples) in enumerate(cases):
        net, X, Y = random_case(sizes, n_samples, seed, hidden, output)
        answer = backward_any(X, Y, net.layers)
        dtheta = as_array(answer, f"{backward_any.name}(X, Y, layers)", net.theta.shape)
        require_slopes(net, X, Y, parts_of(net, dtheta))
    return "Its slopes are those that are measured, for one to five layers and five activations."


def friends_layer(dZ: np.ndarray, A: np.ndarray, W: np.ndarray) -> tuple:
    """The layer of the exercise: dW transposed, db summed over the units."""
    return dZ.T @ A, dZ.sum(axis=1), dZ @ W.T


def right_layer(dZ: np.ndarray, A: np.ndarray, W: np.ndarray) -> tuple:
    """What the theorem says."""
    return A.T @ dZ, dZ.sum(axis=0), dZ @ W.T


LAYERS = {
    "the right layer": right_layer,
    "the friend's layer": friends_layer,
    "a layer that returns dA transposed": lambda dZ, A, W: (A.T @ dZ, dZ.sum(axis=0), W @ dZ.T),
    "a layer whose db is one row, a matrix": lambda dZ, A, W: (A.T @ dZ, dZ.sum(axis=0, keepdims=True), dZ @ W.T),
    "a layer whose db is one number": lambda dZ, A, W: (A.T @ dZ, dZ.sum(), dZ @ W.T),
    "a layer whose dW is flat": lambda dZ, A, W: ((A.T @ dZ).ravel(), dZ.sum(axis=0), dZ @ W.T),
    "a layer that returns dZ for dA": lambda dZ, A, W: (A.T @ dZ, dZ.sum(axis=0), dZ),
}


def seen_faults(layer: Any, n_samples: int, n_in: int, n_out: int) -> set[str]:
    """Return the names of the gradients whose shape is wrong."""
    gradients = layer(np.ones((n_samples, n_out)), np.ones((n_samples, n_in)), np.ones((n_in, n_out)))
    shapes = {"dW": (n_in, n_out), "db": (n_out,), "dA": (n_samples, n_in)}
    return {name for name, gradient in zip(shapes, gradients, strict=True) if np.shape(gradient) != shapes[name]}


@exercise(
    "06-shapes",
    "Break: a mistake that hides in a square",
    "shape_faults(layer, n_samples, n_in, n_out) -> names, hiding_sizes = (n_samples, n_in, n_out)",
    hints=(
        "Which shape must each of dW, db and dA have? Write the three beside their names.",
        "Make dZ, A and W with random numbers of the sizes that are given, call the layer, and compare the shapes. "
        "For the second part: when is a matrix as high as it is wide?",
        "The friend's dW hides if n_in equals n_out, the friend's db if n_samples equals n_out. "
        "With sizes of 1 there is nothing to transpose and nothing to sum.",
    ),
)
def judge_shapes(shape_faults: Answer, hiding_sizes: Any) -> str:
    """Right is: exactly the gradients of a wrong shape, in any order; and sizes that hide two wrong gradients."""
    for what, layer in LAYERS.items():
        for sizes in [(5, 3, 2), (4, 2, 6), (5, 2, 2), (2, 3, 2), (3, 3, 2), (3, 3, 3), (1, 3, 2)]:
            names = as_names(shape_faults(layer, *sizes), shape_faults.name, such_as="dW")
            expected = seen_faults(layer, *sizes)
            said, true = (", ".join(sorted(group)) or "none" for group in (names, expected))
            where = f"{sizes[0]} samples, {sizes[1]} inputs, {sizes[2]} units"
            require(names == expected, f"For {what} with {where} it names {said}; of a wrong shape: {true}.")
    require_hiding(hiding_sizes)
    return "It names the wrong shapes of seven layers in seven sizes, and both mistakes hide in yours."


def require_hiding(sizes: Any) -> None:
    """Require three sizes that give all shapes right and dW and db wrong, and are not those of the friend."""
    sizes = as_array(sizes, "hiding_sizes", (3,))
    require(
        (sizes == np.round(sizes)).all() and (sizes >= 1).all(), "hiding_sizes has to hold three whole numbers above 0."
    )
    n_samples, n_in, n_out = (int(size) for size in sizes)
    require(max(n_samples, n_in, n_out) <= 1000, "Sizes up to 1000 are enough here.")
    seen = sorted(seen_faults(friends_layer, n_samples, n_in, n_out), reverse=True)
    has = "has" if len(seen) == 1 else "have"
    require(not seen, f"With {n_samples}, {n_in}, {n_out} the friend's {' and '.join(seen)} {has} a wrong shape: seen.")
    require(n_out > 1, "With 1, 1, 1 nothing is seen because nothing is wrong: there the friend's numbers are right.")
    require(n_out != 2, "These are the sizes of the friend's own test. Find others.")
