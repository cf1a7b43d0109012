"""What a right answer does, in the exercises of chapter 4, The forward pass in NumPy."""

from itertools import pairwise

import numpy as np
from scipy.special import expit

from nnlib.activations import sigmoid
from nnlib.checks.answers import Answer, Wrong, as_array, as_parts, brief, require, require_close
from nnlib.checks.registry import exercise

SIZES = [(3, 4, 2), (2, 5), (2, 3, 1, 4), (5, 2, 6, 3, 1)]  # one layer to four, no two neighbors equal


@exercise(
    "04-pack",
    "Fill: pack and unpack",
    "pack(layers) -> theta, unpack(theta, sizes) -> [(W, b), ...]",
    hints=(
        "How many numbers of theta belong to the first layer? Where does the second one begin?",
        "`pack`: flatten every array and concatenate them all. `unpack`: a loop over neighboring sizes that remembers "
        "where it stands in theta.",
        "A layer takes `theta[start:middle]` for W, with `middle = start + n_in * n_out`, and the next n_out numbers "
        "for b. `reshape` of a slice stays a view.",
    ),
)
def judge_pack(pack: Answer, unpack: Answer) -> str:
    """Right is: any number of layers, the order of the chapter, views one way and the same vector the other way."""
    for sizes in SIZES:
        theta = np.arange(sum(n_in * n_out + n_out for n_in, n_out in pairwise(sizes)), dtype=float)
        layers = unpacked(unpack, theta, sizes)
        inner = [(W.copy(), b.copy()) for W, b in layers]
        packed = as_array(pack(inner), f"pack(layers) for sizes {sizes}", theta.shape)
        require_close(packed, theta, f"pack(layers) for sizes {sizes} and the numbers 0, 1, 2, ... in order")
        theta += 100
        for number, ((W, b), (old_W, old_b)) in enumerate(zip(layers, inner, strict=True), start=1):
            for name, array, old in (("W", W, old_W), ("b", b, old_b)):
                require(
                    np.array_equal(array, old + 100),
                    f"Sizes {sizes}: theta grew by 100, and {name} of layer {number} did not see it. "
                    "It holds copies; it is to be a view, a slice in another shape.",
                )
    return "Both directions agree for one to four layers, and the layers are views into theta."


def unpacked(unpack: Answer, theta: np.ndarray, sizes: tuple[int, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the reader's layers of theta = 0, 1, 2, ..., each checked for its shapes and for its numbers."""
    found = as_parts(unpack(theta, sizes), f"unpack(theta, {sizes})", len(sizes) - 1)
    layers, first = [], 0
    for number, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        W, b = as_parts(found[number - 1], f"Layer {number} of unpack(theta, {sizes})", 2)
        for name, array, shape in (("W", W, (n_in, n_out)), ("b", b, (n_out,))):
            what = f"With sizes {sizes} and theta = 0, 1, 2, ..., {name} of layer {number}"
            array = as_array(array, what, shape)
            size = n_in * n_out if name == "W" else n_out
            require_close(array, np.arange(first, first + size).reshape(shape), what)
            first += size
        layers.append((np.asarray(W), np.asarray(b)))
    return layers


@exercise(
    "04-sigmoid",
    "Build: no overflow at 1000",
    "stable_sigmoid(Z) -> A",
    hints=(
        "Which of the chapter's two forms with exp is safe for positive z, and which for negative z?",
        "Both can be written with exp(-|z|), which is never above 1. Compute it once, for the whole array.",
        "With `small = np.exp(-np.abs(Z))` both forms have `1 + small` below the line. What stands above it?",
    ),
)
def judge_sigmoid(stable_sigmoid: Answer) -> str:
    """Right is: no warning for any finite Z, twelve digits everywhere, the shape of Z."""
    rng = np.random.default_rng(4)
    special = np.array([[-1000.0, -700.0, -40.0, -1.0, 0.0], [-0.0, 1.0, 40.0, 700.0, 1000.0]])
    largest = np.array([-np.finfo(float).max, np.finfo(float).max])
    cases = [special, rng.uniform(-50, 50, size=(7, 3)), rng.normal(scale=300, size=6), np.zeros((0, 2)), largest]
    for Z in cases:
        A = as_array(stable_sigmoid(Z.copy()), f"stable_sigmoid of an array of shape {Z.shape}", Z.shape)
        if stable_sigmoid.warned:
            raise Wrong(told_warning(stable_sigmoid, Z))
        expected = expit(Z)
        for z, a, right in zip(Z.ravel(), A.ravel(), expected.ravel(), strict=True):
            require(
                np.isclose(a, right, rtol=1e-12, atol=1e-300),
                f"At {z:g} it says {a:.13g}; the sigmoid is {right:.13g} there.",
            )
    return "It never warns, and it is right to twelve digits from the most negative number to the largest."


def told_warning(stable_sigmoid: Answer, Z: np.ndarray) -> str:
    """Return the warning in words, with the first entry of Z alone that brings it, if one does."""
    words = stable_sigmoid.warned[0]
    for z in Z.ravel():
        stable_sigmoid(np.array([z]))
        if stable_sigmoid.warned:
            return f"NumPy warns at {z:g}: {stable_sigmoid.warned[0]}. Which exponential is computed there?"
    return f"NumPy warns: {words}."


@exercise(
    "04-conventions",
    "Mend: the other convention",
    "to_samples_first(W1, b1, W2, b2) -> (W1, b1, W2, b2)",
    hints=(
        "What shape has each of the four arrays before, and what shape is it to have after?",
        "The product of two matrices, transposed, is the product of their transposes in the other order.",
        "A matrix W becomes `W.T`. A column of biases has to lose its second axis.",
    ),
)
def judge_conventions(to_samples_first: Answer) -> str:
    """Right is: the program that puts samples first gives what the one that puts units first gave."""
    rng = np.random.default_rng(4)
    for n_samples, n_in, n_hidden, n_out in ((4, 2, 3, 1), (5, 3, 4, 2), (1, 4, 2, 3), (6, 2, 2, 2)):
        X = rng.normal(size=(n_samples, n_in))
        W1, b1 = rng.normal(size=(n_hidden, n_in)), rng.normal(size=(n_hidden, 1))
        W2, b2 = rng.normal(size=(n_out, n_hidden)), rng.normal(size=(n_out, 1))
        network = f"For {n_in} inputs, {n_hidden} hidden units and {n_out} outputs"
        parts = list(as_parts(to_samples_first(W1, b1, W2, b2), "to_samples_first", 4))
        shapes = [(n_in, n_hidden), (n_hidden,), (n_hidden, n_out), (n_out,)]
        for k, name in enumerate(("W1", "b1", "W2", "b2")):
            parts[k] = as_array(parts[k], f"{network}, {name}", shapes[k])
        V1, c1, V2, c2 = parts
        units_first = sigmoid(W2 @ np.tanh(W1 @ X.T + b1) + b2)
        samples_first = sigmoid(np.tanh(X @ V1 + c1) @ V2 + c2)
        if not np.allclose(samples_first, units_first.T, rtol=1e-9):
            raise Wrong(
                f"{network} all shapes are right, and the outputs are not: the first sample gets "
                f"{brief(samples_first[0])} where the other program says {brief(units_first[:, 0])}. "
                "Does each weight still join the same input and the same unit?"
            )
    return "The same outputs in both conventions, for four networks; in one of them no shape could have warned you."
