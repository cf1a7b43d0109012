"""What a right answer does, in the exercises of chapter 13, Curvature."""

import numpy as np

from nnlib import datasets, derivatives
from nnlib.checks.answers import Answer, as_array, as_number, require, require_close
from nnlib.checks.matrices import turned
from nnlib.checks.registry import exercise
from nnlib.network import NeuralNetwork
from nnlib.scipy_training import minimize

SHAPES = ("bowl", "peak", "pass", "plain")


@exercise(
    "13-shape",
    "Predict and fill: bowl, pass or plain",
    "shape(H, flat) -> str",
    hints=(
        "Which numbers say how the loss bends along directions that do not turn aside?",
        "np.linalg.eigvalsh(H) returns them all. How many are above flat, how many below -flat?",
        "np.all(kappa > flat) is a bowl; np.any asks for at least one.",
    ),
)
def judge_shape(shape: Answer) -> str:
    """Right is: the name that the eigenvalues and the threshold give, for matrices of 1 to 7 rows."""
    rng = np.random.default_rng(13)
    small: list[tuple[list[list[float]], float, str]] = [
        ([[1.0, 3.0], [3.0, 1.0]], 0.001, "pass"),
        ([[2.0, 1.0], [1.0, 2.0]], 0.001, "bowl"),
        ([[-2.0, 1.0], [1.0, -2.0]], 0.001, "peak"),
        ([[1.0, 0.0], [0.0, 0.0]], 0.001, "plain"),
        ([[0.0, 0.0], [0.0, 0.0]], 0.001, "plain"),
        ([[1.0, 0.0], [0.0, 0.2]], 0.5, "plain"),
        ([[1.0, 0.0], [0.0, -0.2]], 0.5, "plain"),
        ([[1.0, 0.0], [0.0, -0.2]], 0.0, "pass"),
        ([[5.0]], 0.1, "bowl"),
        ([[-5.0]], 0.1, "peak"),
        ([[0.05]], 0.1, "plain"),
        ([[1.0, 0.0], [0.0, 0.0]], 0.0, "plain"),
        ([[0.5]], 0.5, "plain"),  # not above flat
    ]
    cases = [(np.array(H), flat, name) for H, flat, name in small]
    for n in (2, 3, 5, 7):
        up, down = rng.uniform(1, 9, n), -rng.uniform(1, 9, n)
        mixed, level, one_level = up.copy(), up.copy(), down.copy()
        mixed[0], level[0], one_level[-1] = -1.5, -0.3, 0.3
        for kappa, name in [(up, "bowl"), (down, "peak"), (mixed, "pass"), (level, "plain"), (one_level, "plain")]:
            cases.append((turned(kappa, rng), 0.7, name))
        if n > 2:
            three = up.copy()
            three[0], three[1] = -2.0, 0.1
            cases.append((turned(three, rng), 0.7, "pass"))
    for H, flat, name in cases:
        said = shape(H.copy(), flat)
        require(isinstance(said, str) and said in SHAPES, f"shape has to return one of {SHAPES}; it returns {said!r}.")
        kappa = (np.round(np.linalg.eigvalsh(H), 2) + 0.0).tolist()
        matrix = f"H = {np.round(H, 2).tolist()}" if len(H) <= 3 else f"A matrix of {len(H)} rows"
        seen = f"{matrix} has the eigenvalues {kappa}. With flat = {flat} it is a {name}"
        require(said == name, f"{seen}; you call it a {said}.")
    return f"It names all of {len(cases)} matrices, of 1 to 7 rows."


def places(n_inputs: int, hidden_size: int) -> list[tuple[slice, str]]:
    """Return where the four arrays stand in theta, in the order of the backward pass: the first wrong one is named."""
    n_W1 = n_inputs * hidden_size
    return [
        (slice(-1, None), "b2 (the sum of RdZ2)"),
        (slice(n_W1 + hidden_size, -1), "W2 (that for b2 is right)"),
        (slice(n_W1, n_W1 + hidden_size), "b1 (those for W2 and b2 are right)"),
        (slice(n_W1), "W1 (all others are right)"),
    ]


@exercise(
    "13-hessp",
    "Fill: Pearlmutter's operator",
    "hessp(theta, v, X, Y) -> H @ v",
    hints=(
        "Which lines of the forward and the backward pass have two factors that both move with theta?",
        "Begin with A1 = np.tanh(X @ W1 + b1): X stands still, so R{A1} is the slope of tanh times (X @ V1 + c1).",
        "RdA1 has two parts, RdZ2 with W2 and dZ2 with V2; RdZ1 has two parts as well, for the slope of tanh moves.",
    ),
)
def judge_hessp(hessp: Answer) -> str:
    """Right is: the exact product to six digits, for random networks, data and directions."""
    rng = np.random.default_rng(130)
    sizes = [(2, 2, 4, 1), (3, 5, 7, 1), (4, 1, 2, 0.5), (1, 3, 1, 1), (5, 4, 6, 3)]
    for n_inputs, hidden_size, n_samples, scale in sizes:
        net = NeuralNetwork(n_inputs, hidden_size, 1, init="normal", rng=rng)
        net.theta *= scale
        X = rng.normal(size=(n_samples, n_inputs))
        Y = rng.integers(0, 2, (n_samples, 1)).astype(float)
        W1, rest = slice(0, n_inputs * hidden_size), slice(n_inputs * hidden_size, None)
        for part in (slice(None), W1, rest):
            v = np.zeros(net.theta.size)
            v[part] = rng.normal(size=v[part].size)
            expected = derivatives.hessian_product(net, X, Y, v)
            theta = net.theta.copy()
            Hv = as_array(hessp(theta, v, X, Y), "hessp(theta, v, X, Y)", v.shape)
            case = f"With {n_inputs} inputs, {hidden_size} hidden units and {n_samples} samples"
            for place, name in places(n_inputs, hidden_size):
                what = f"{case}, the part of H @ v for {name}"
                require_close(Hv[place], expected[place], what, rtol=1e-6, atol=1e-7 * np.abs(expected).max())
    zero = as_array(hessp(theta, 0 * v, X, Y), "hessp(theta, v, X, Y)", v.shape)
    require_close(zero, 0 * v, "H @ v for v = 0")
    return "It equals the exact product in 15 random cases, for any number of inputs, hidden units and samples."


def lowest_at_sixth(decay: float, b: float) -> float:
    """Return the smallest eigenvalue at the floor of 1/6, the sleeping unit's idle bias b left out."""
    X, Y = datasets.xor()
    one = NeuralNetwork(2, 1, 1)
    one.theta = np.array([2.78, 2.78, -0.36, 2.38, -1.69])  # near the floor
    minimize(one, X, Y, method="trust-exact", l2=decay, tol=1e-11)
    w1, w2, b1, w, c = one.theta
    net = NeuralNetwork(2, 2, 1)
    net.theta = np.array([w1, 0, w2, 0, b1, b, w, 0, c])
    kept = np.delete(np.arange(9), 5)
    H = derivatives.hessian(net, X, Y, l2=decay)[np.ix_(kept, kept)]
    return float(np.linalg.eigvalsh(H)[0])


@exercise(
    "13-decay",
    "Build: the decay at which 1/6 goes",
    "critical_decay(b) -> the price",
    hints=(
        "Below the critical price the smallest eigenvalue is below 0. On which side of the middle is the answer then?",
        "Two ends, low and high; a loop that moves one of them to np.sqrt(low * high) until they nearly meet.",
        "Before the loop ask what the eigenvalue is at 1e-2: if it is below 0 there, no price in the interval will do.",
    ),
)
def judge_decay(critical_decay: Answer) -> str:
    """Right is: 1 % below it the floor bends down, 1 % above it does not; infinity where it still does at 1e-2."""
    for b in (2.0, 2.65, 3.3, -2.4, 1.6, 4.6):
        decay = as_number(critical_decay(b), f"critical_decay({b})")
        require(decay > 0, f"critical_decay({b}) is {decay:.4g}; a price is above 0.")
        said = f"critical_decay({b}) is {decay:.4g}."
        require(decay < 1e-2, f"{said} At 9.9e-3, below that, the floor of 1/6 does not bend down any more.")
        below, above = lowest_at_sixth(0.99 * decay, b), lowest_at_sixth(1.01 * decay, b)
        require(below < 0, f"{said} But 1 % below it the smallest eigenvalue is {below:.1e}: 1/6 is a bowl already.")
        require(above > 0, f"{said} But 1 % above it the smallest eigenvalue is {above:.1e}: a way still leads down.")
    for b in (0.0, -0.8):
        decay = as_number(critical_decay(b), f"critical_decay({b})")
        low = lowest_at_sixth(1e-2, b)
        require(
            decay == np.inf,
            f"critical_decay({b}) is {decay:.4g}. But at 1e-2 the smallest eigenvalue is still {low:.1e}: "
            "the answer is np.inf.",
        )
    return "Just below your price the floor of 1/6 bends down, just above it does not, for six biases."
