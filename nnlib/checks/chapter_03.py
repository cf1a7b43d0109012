"""What a right answer does, in the exercises of chapter 3, A hidden layer folds the plane."""

import numpy as np

from nnlib.activations import sigmoid
from nnlib.checks.answers import Answer, as_array, brief, require, require_close
from nnlib.checks.registry import exercise
from nnlib.datasets import xor
from nnlib.diagnosis import SURE

CORNERS = ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"]
FIRST_ONLY, SECOND_ONLY = [0, 0, 1, 0], [0, 1, 0, 0]  # what the two units say at the corners
THETA = "w11, w12, w21, w22, b1, b2, v1, v2, c"


@exercise(
    "03-second",
    "Fill: a second solution",
    "second_solution() -> theta",
    hints=(
        "At which single corner is unit 1 to say 1? Which side of its hurdle are the three other corners on?",
        "One input speaks for the unit and one against it: two weights with opposite signs. The bias is a hurdle that "
        "the first weight alone clears.",
        "`nine_numbers` puts three neurons into the right order. The output unit is a gate that stands in this "
        "chapter's first cell of code.",
    ),
)
def judge_second(second_solution: Answer) -> str:
    """Right is: the two units each single out one of the two squares, whichever comes first, and XOR is solved."""
    theta = as_array(second_solution(), "second_solution()", (9,))
    require(np.isfinite(theta).all(), f"theta holds {brief(theta)}: nine finite numbers are needed.")
    H, A = hidden_and_output(theta)
    says = (H > 0.5).astype(int)
    if sorted(says.T.tolist()) != [FIRST_ONLY, SECOND_ONLY]:
        blame_unit(H, says)
    for corner, a, y in zip(CORNERS, A, [0, 1, 1, 0], strict=True):
        require(
            abs(a - y) < SURE,
            f"Both units are right, but at {corner} the network says {a:.2f} and XOR is {y}. "
            f"Is the output unit the gate that joins the two, and is theta in the order {THETA}?",
        )
    return "Each unit singles out one of the two squares, and all four corners of XOR come right."


def hidden_and_output(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the hidden units and the output say at the four corners, shapes (4, 2) and (4,)."""
    X, _ = xor()
    H = sigmoid(X @ theta[:4].reshape(2, 2) + theta[4:6])
    return H, sigmoid(H @ theta[6:8] + theta[8])


def blame_unit(H: np.ndarray, says: np.ndarray) -> None:
    """Say of the first unit that is neither kind, or twice the same kind, what it says instead."""
    for unit in range(2):
        if says[:, unit].tolist() not in (FIRST_ONLY, SECOND_ONLY):
            said = ", ".join(f"{h:.2f} at {corner}" for h, corner in zip(H[:, unit], CORNERS, strict=True))
            require(
                False,
                f"Hidden unit {unit + 1} says {said}. It is to be above 1/2 at exactly one corner, (1, 0) or (0, 1).",
            )
    require(False, "Both hidden units say yes at the same corner. Each of the two squares needs a unit of its own.")


@exercise(
    "03-collapse",
    "Break: take the bend away",
    "collapse(theta) -> (w1, w2, b)",
    hints=(
        "Along how many roads does x1 reach the output?",
        "Put h1 and h2 without f into the line of the output. Multiply out, and collect what stands before x1.",
        "The first of the three numbers is `v1 * w11 + ...`, with one more product of the same kind.",
    ),
)
def judge_collapse(collapse: Answer) -> str:
    """Right is: the single neuron has the network's weighted sum everywhere; three corners fix a plane."""
    rng = np.random.default_rng(3)
    cases = [np.array([1.0, 0, 0, 1, 0, 0, 1, 1, 0]), *rng.normal(size=(8, 9)).round(2), np.zeros(9)]
    for theta in cases:
        shown = ", ".join(f"{number:g}" for number in theta)
        w1, w2, b = as_array(collapse(theta.copy()), "collapse(theta)", (3,))
        bias = theta[4:6] @ theta[6:8] + theta[8]
        for x1, x2 in ((0, 0), (1, 0), (0, 1)):
            z = np.array([x1, x2]) @ theta[:4].reshape(2, 2) @ theta[6:8] + bias
            require_close(
                w1 * x1 + w2 * x2 + b,
                z,
                f"For theta = ({shown}) the weighted sum of your neuron at ({x1}, {x2})",
                rtol=1e-9,
                atol=1e-9,
            )
    return "Your neuron has the weighted sum of the network everywhere, for ten networks."


@exercise(
    "03-eight",
    "Build: all eight",
    "equivalents(theta) -> array (8, 9)",
    hints=(
        "Which four of the nine numbers belong to hidden unit 1? What happens to them if its sign is turned?",
        "Two orders of the units, and for each order four choices of the signs. Only c belongs to no unit.",
        "Make each unit an array of four numbers, such as `np.array([w11, w21, b1, v1])`: then a turned unit is "
        "minus that array.",
    ),
)
def judge_eight(equivalents: Answer) -> str:
    """Right is: eight different vectors, theta first, and all have the outputs of theta at places nobody chose."""
    rng = np.random.default_rng(8)
    places = rng.uniform(-2, 3, size=(50, 2))
    for theta in rng.normal(scale=2, size=(6, 9)):
        family = as_array(equivalents(theta.copy()), "equivalents(theta)", (8, 9))
        require(
            np.allclose(family[0], theta, rtol=1e-12),
            f"The first row is to be theta itself: {brief(theta[:3])} and so on, not {brief(family[0][:3])}.",
        )
        expected = tanh_outputs(theta, places)
        for k, row in enumerate(family):
            gap = np.abs(tanh_outputs(row, places) - expected)
            worst = int(np.argmax(gap))
            require(
                gap[worst] < 1e-9,
                f"Row {k} is another network: at ({places[worst, 0]:.2f}, {places[worst, 1]:.2f}) it says "
                f"{tanh_outputs(row, places)[worst]:.3f} where theta says {expected[worst]:.3f}.",
            )
        n_different = len(np.unique(family.round(9), axis=0))
        require(
            n_different == 8,
            f"All rows give the outputs of theta, but only {n_different} of the 8 are different from each other.",
        )
    return "Eight different vectors, and nobody can tell them apart at 50 places, for six networks."


def tanh_outputs(theta: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return what a 2-2-1 network with tanh units says at each place."""
    H = np.tanh(places @ theta[:4].reshape(2, 2) + theta[4:6])
    return sigmoid(H @ theta[6:8] + theta[8])
