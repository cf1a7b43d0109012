"""The exercises of chapter 7: answers that are right and answers that are not."""

import numpy as np

from nnlib.activations import sigmoid
from nnlib.checks.chapter_07 import BLOCKS, planted, relu_net, right_gradient
from nnlib.datasets import xor
from tests.checks.cases import judged

X_XOR, Y_XOR = xor()
THETA = np.random.default_rng(1).normal(size=37)
NAMES = [*BLOCKS]


# ---- what the chapter gives: the measured gradient


def loss(theta, X, Y):
    W1, W2, W3 = theta[:8].reshape(2, 4), theta[12:28].reshape(4, 4), theta[32:36].reshape(4, 1)
    A2 = np.tanh(np.tanh(X @ W1 + theta[8:12]) @ W2 + theta[28:32])
    return np.mean((sigmoid(A2 @ W3 + theta[36]) - Y) ** 2)


def measured_gradient(loss, theta, X, Y, h=1e-5):
    steps = h * np.eye(len(theta))
    return np.array([(loss(theta + s, X, Y) - loss(theta - s, X, Y)) / (2 * h) for s in steps])


# ---- the direction


def step_by(factor):
    def step(theta, X, Y):
        W1, W2 = theta[:12].reshape(3, 4), theta[12:].reshape(4, 2)
        A1 = sigmoid(X @ W1)
        A2 = A1 @ W2
        dZ2 = (A2 - Y) * factor(A2)
        dZ1 = dZ2 @ W2.T * A1 * (1 - A1)
        return -np.concatenate([(X.T @ dZ1).ravel(), (A1.T @ dZ2).ravel()])

    return step


def true_step(theta, X, Y):
    return step_by(lambda A2: 1)(theta, X, Y)


def by_differences(theta, X, Y):
    def loss_one(theta, X, Y):
        return np.sum((sigmoid(X @ theta[:12].reshape(3, 4)) @ theta[12:].reshape(4, 2) - Y) ** 2)

    return (-0.01 * measured_gradient(loss_one, theta, X, Y)).tolist()


def without_hidden_slope(theta, X, Y):
    W1, W2 = theta[:12].reshape(3, 4), theta[12:].reshape(4, 2)
    A1 = sigmoid(X @ W1)
    dZ2 = A1 @ W2 - Y
    return -np.concatenate([(X.T @ (dZ2 @ W2.T)).ravel(), (A1.T @ dZ2).ravel()])


# ---- the check


def errors(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    largest = max(abs(g).max(), abs(r).max())
    return abs(g - r) / largest if largest else 0 * g


def gradient_error(gradient, theta, X, Y):
    return errors(gradient, theta, X, Y).max()


def wrong_blocks(gradient, theta, X, Y):
    off = errors(gradient, theta, X, Y)
    return [name for name, (first, last) in BLOCKS.items() if off[first:last].max() > 1e-6]


def error_by_loop(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    top, bottom = 0.0, 0.0
    for a, b in zip(g, r, strict=True):
        top, bottom = max(top, abs(a - b)), max(bottom, abs(a), abs(b))
    return [top / bottom] if bottom > 0 else [0]


def blocks_as_a_set(gradient, theta, X, Y):
    ends = [last for _, last in BLOCKS.values()]
    return {NAMES[int(np.searchsorted(ends, i, side="right"))] for i in off_entries(gradient, theta, X, Y)}


def off_entries(gradient, theta, X, Y):
    return np.flatnonzero(errors(gradient, theta, X, Y) > 1e-6)


def always_zero(gradient, theta, X, Y):
    return 0.0


def without_guard(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    return abs(g - r).max() / max(abs(g).max(), abs(r).max())


def by_lengths(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    bottom = np.linalg.norm(g) + np.linalg.norm(r)
    return np.linalg.norm(g - r) / bottom if bottom else 0.0


def entry_by_entry(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    bottom = np.maximum(np.maximum(abs(g), abs(r)), 1e-300)
    return (abs(g - r) / bottom).max()


def only_measured_below(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    return abs(g - r).max() / abs(r).max() if r.any() else 0.0


def absolute(gradient, theta, X, Y):
    return abs(gradient(theta, X, Y) - measured_gradient(loss, theta, X, Y)).max()


def signed(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    largest = max(abs(g).max(), abs(r).max())
    return (g - r).max() / largest if largest else 0.0


def never_wrong(gradient, theta, X, Y):
    return []


def mean_of_block(gradient, theta, X, Y):
    off = errors(gradient, theta, X, Y)
    return [name for name, (first, last) in BLOCKS.items() if off[first:last].mean() > 1e-6]


def strict_blocks(gradient, theta, X, Y):
    off = errors(gradient, theta, X, Y)
    return [name for name, (first, last) in BLOCKS.items() if off[first:last].max() > 1e-8]


def each_by_its_own_largest(gradient, theta, X, Y):
    g, r = gradient(theta, X, Y), measured_gradient(loss, theta, X, Y)
    names = []
    for name, (first, last) in BLOCKS.items():
        a, b = g[first:last], r[first:last]
        largest = max(abs(a).max(), abs(b).max())
        if largest > 0 and abs(a - b).max() / largest > 1e-6:
            names.append(name)
    return names


def one_text(gradient, theta, X, Y):
    return " ".join(wrong_blocks(gradient, theta, X, Y))


# ---- the names


def name_fault(gradient):
    g, r = gradient(THETA, X_XOR, Y_XOR), measured_gradient(loss, THETA, X_XOR, Y_XOR)
    blocks = wrong_blocks(gradient, THETA, X_XOR, Y_XOR)
    if len(blocks) == 6:
        return "no 1/n" if np.median(g / r) > 2 else "no 2"
    if set(blocks) <= {"b1", "b2", "b3"} and blocks:
        zero = any(not g[slice(*BLOCKS[name])].any() for name in blocks)
        return "forgotten bias" if zero else "wrong axis"
    return {0: "none", 2: "missing transpose", 4: "wrong slope"}[len(blocks)]


def by_candidates(gradient):
    """Makes every faulty gradient itself and looks which one it has."""
    g = gradient(THETA, X_XOR, Y_XOR)
    ways = {"no 1/n": [None], "no 2": [None], "missing transpose": [None], "none": [None]}
    ways |= {"wrong axis": [["b1"], ["b2"], ["b1", "b2"]], "forgotten bias": [["b1"], ["b2"], ["b3"]]}
    for fault, places in ways.items():
        for place in places:
            if np.allclose(g, planted(fault, place)(THETA, X_XOR, Y_XOR)):
                return fault
    return "wrong slope"


FINGERPRINTS = {
    "": "none",
    "W1 b1 W2 b2 W3 b3": "no 1/n",
    "W1 b1": "missing transpose",
    "W1 b1 W2 b2": "wrong slope",
    "b1 b2": "wrong axis",
    "b2": "forgotten bias",
}


def by_block_names(gradient):
    return FINGERPRINTS.get(" ".join(wrong_blocks(gradient, THETA, X_XOR, Y_XOR)), "forgotten bias")


def one_bias_is_forgotten(gradient):
    blocks = wrong_blocks(gradient, THETA, X_XOR, Y_XOR)
    return "forgotten bias" if len(blocks) == 1 else name_fault(gradient)


def in_other_words(gradient):
    return name_fault(gradient).replace("no 1/n", "1/n missing")


def some_names_only(gradient):
    blocks = wrong_blocks(gradient, THETA, X_XOR, Y_XOR)
    if len(blocks) == 6:
        return name_fault(gradient)


def at_zeros(gradient):
    g, r = gradient(np.zeros(37), X_XOR, Y_XOR), np.zeros(37)
    return "none" if np.allclose(g, r) else "wrong slope"


# ---- kinks


def on_a_kink(net, X, margin=1e-3):
    near, A = np.zeros(len(X), dtype=bool), X
    for W, b, activation in net.layers[:-1]:
        Z = A @ W + b
        near |= (abs(Z) <= margin).any(axis=1)
        A = activation.value(Z)
    return near


def kink_by_samples(net, X, margin=1e-3):
    marks = []
    for x in X:
        a, mark = x, False
        for W, b, _ in list(net.layers)[:-1]:
            z = [float(np.dot(a, W[:, k]) + b[k]) for k in range(len(b))]
            mark = mark or min(map(abs, z)) <= margin
            a = np.array([max(value, 0) for value in z])
        marks.append(mark)
    return marks


def first_layer_only(net, X, margin=1e-3):
    return (abs(X @ net.layers[0].W + net.layers[0].b) <= margin).any(axis=1)


def last_hidden_only(net, X, margin=1e-3):
    A = X
    for W, b, activation in net.layers[:-1]:
        Z = A @ W + b
        A = activation.value(Z)
    return (abs(Z) <= margin).any(axis=1)


def by_outputs(net, X, margin=1e-3):
    return np.any([(A <= margin).any(axis=1) for A in net.layer_outputs(X)[:-1]], axis=0)


def output_layer_too(net, X, margin=1e-3):
    near, A = np.zeros(len(X), dtype=bool), X
    for W, b, activation in net.layers:
        Z = A @ W + b
        near |= (abs(Z) <= margin).any(axis=1)
        A = activation.value(Z)
    return near


def all_units(net, X, margin=1e-3):
    return (abs(X @ net.layers[0].W + net.layers[0].b) <= margin).all(axis=1)


def one_side(net, X, margin=1e-3):
    near, A = np.zeros(len(X), dtype=bool), X
    for W, b, activation in net.layers[:-1]:
        Z = A @ W + b
        near |= (margin >= Z).any(axis=1)
        A = activation.value(Z)
    return near


def less_than_the_margin(net, X, margin=1e-3):
    near, A = np.zeros(len(X), dtype=bool), X
    for W, b, activation in net.layers[:-1]:
        Z = A @ W + b
        near |= (abs(Z) < margin).any(axis=1)
        A = activation.value(Z)
    return near


def fixed_margin(net, X, margin=1e-3):
    return on_a_kink(net, X, 1e-3)


def indices(net, X, margin=1e-3):
    return np.flatnonzero(on_a_kink(net, X, margin))


RIGHT = {
    "07-direction": {
        "the error alone": (true_step,),
        "three times as long": (lambda *case: 3 * true_step(*case),),
        "differences, a list": (by_differences,),
    },
    "07-check": {
        "vectors": (gradient_error, wrong_blocks),
        "a loop, and a set": (error_by_loop, blocks_as_a_set),
        "a tuple": (gradient_error, lambda *case: tuple(reversed(wrong_blocks(*case)))),
    },
    "07-faults": {
        "fingerprints and numbers": (name_fault,),
        "all candidates": (by_candidates,),
    },
    "07-kink": {
        "layer by layer": (on_a_kink,),
        "sample by sample, a list": (kink_by_samples,),
        "numbers": (lambda *case: on_a_kink(*case).astype(int),),
    },
}
WRONG = {
    "07-direction": {
        "as printed": ("The cosine with the way down is", step_by(lambda A2: A2 * (1 - A2))),
        "the printed step turned": ("in a random case", lambda *case: -step_by(lambda A2: A2 * (1 - A2))(*case)),
        "uphill": ("is -1.000000: it points straight uphill", lambda *case: -true_step(*case)),
        "no slope in the hidden layer": ("not yet 1", without_hidden_slope),
        "only the size of the factor": ("not yet 1", step_by(lambda A2: abs(A2 * (1 - A2)))),
        "no step": ("The step is zero", lambda theta, X, Y: np.zeros(20)),
        "another shape": ("has shape (12,)", lambda *case: true_step(*case)[:12]),
    },
    "07-check": {
        "always 0": ("by the formula it has to be 0.75", always_zero, wrong_blocks),
        "no guard at zeros": ("what is divided there, and by what?", without_guard, wrong_blocks),
        "lengths": ("gradient_error is", by_lengths, wrong_blocks),
        "entry by entry": ("gradient_error is", entry_by_entry, wrong_blocks),
        "the measured one alone below": ("4 times too long gradient_error is 3", only_measured_below, wrong_blocks),
        "not relative": ("gradient_error is", absolute, wrong_blocks),
        "no absolute value": ("gradient_error is", signed, wrong_blocks),
        "no block ever": ("wrong_blocks names none", gradient_error, never_wrong),
        "the mean of a block": ("that is 1e-5", gradient_error, mean_of_block),
        "too strict": ("off by more than 1e-6 is", gradient_error, strict_blocks),
        "each block by its own largest slope": ("small slopes of W1", gradient_error, each_by_its_own_largest),
        "a text": ("has to return a list of names", gradient_error, one_text),
        "entries for blocks": ("has to return a list of names", gradient_error, off_entries),
    },
    "07-faults": {
        "the names of the blocks alone": ('"no 2" gets the name "no 1/n"', by_block_names),
        "one bias block is always forgotten": ('"wrong axis" in b1 gets the name', one_bias_is_forgotten),
        "in other words": ("the names are none, no 1/n", in_other_words),
        "at zeros": ('gets the name "none"', at_zeros),
        "no name at the end": ("some_names_only returns nothing", some_names_only),
        "a list": ("the names are", lambda gradient: [name_fault(gradient)]),
    },
    "07-kink": {
        "the first layer alone": ("hidden layer 2 has it", first_layer_only),
        "the last hidden layer alone": ("hidden layer 1 has it", last_hidden_only),
        "outputs for pre-activations": ("no hidden z of it", by_outputs),
        "the output layer too": ("no hidden z of it", output_layer_too),
        "all units at once": ("is not marked", all_units),
        "below the margin": ("no hidden z of it", one_side),
        "at the margin": ("the margin 0 sample 0 is not marked", less_than_the_margin),
        "another margin": ("is not marked", fixed_margin),
        "indices": ("has shape", indices),
    },
}
test_right, test_wrong = judged(RIGHT, WRONG)


def test_the_judges_network_is_the_chapters():
    rng = np.random.default_rng(3)
    theta, X, Y = rng.normal(size=37), rng.normal(size=(6, 2)), rng.uniform(size=(6, 1))
    np.testing.assert_allclose(right_gradient(theta, X, Y), measured_gradient(loss, theta, X, Y), atol=1e-9)


def test_each_layer_of_a_case_has_kinks_of_its_own():
    net, X = relu_net((2, 3, 5, 1), 1), np.random.default_rng(0).normal(size=(200, 2))
    assert on_a_kink(net, X, 0.05).sum() > first_layer_only(net, X, 0.05).sum() > 0
