"""What a right answer does, in the exercises of chapter 1, One neuron."""

import numpy as np

from nnlib.activations import sigmoid
from nnlib.checks.answers import Answer, as_array, brief, require
from nnlib.checks.registry import exercise

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
NAMES = ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"]
GATES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0]}
XOR = np.array([0, 1, 1, 0])
SURE = 0.05


def as_theta(value: object, name: str) -> np.ndarray:
    """Return w1, w2 and b as a float array, all finite."""
    theta = as_array(value, name, (3,))
    require(np.all(np.isfinite(theta)), f"{name} is {brief(theta)}; all three have to be finite numbers.")
    return theta


def weighted_sum(points: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Return z, one for each point."""
    return points @ theta[:2] + theta[2]


@exercise(
    "01-gates",
    "Fill: three gates, and sure of them",
    'gate_weights(gate) -> theta, for "AND", "OR" and "NAND"',
    hints=(
        "Where does the line have to pass so that no corner is closer to it than it must be?",
        "Put the line halfway between the corners that differ. Then the surest of the three movements is left.",
        "For AND the bias is -1.5 times the weight. Now all three numbers times the same factor: how large?",
    ),
)
def judge_gates(gate_weights: Answer) -> str:
    """Right is: each of the four outputs of each gate less than 0.05 from its target."""
    said = []
    for gate, targets in GATES.items():
        name = f'gate_weights("{gate}")'
        outputs = sigmoid(weighted_sum(CORNERS, as_theta(gate_weights(gate), name)))
        errors = np.abs(outputs - targets)
        worst = int(np.argmax(errors))
        sides = (outputs > 0.5) == (np.array(targets) == 1)
        advice = "All four are on their side: are they sure?" if sides.all() else "That corner is on the wrong side."
        require(
            errors[worst] < SURE,
            f"For {gate} the output at {NAMES[worst]} is {outputs[worst]:.3f} and is to be {targets[worst]}, "
            f"to within {SURE}. {advice}",
        )
        said.append(f"{errors[worst]:.2g} for {gate}")
    return f"The largest distance from a target is {', '.join(said)}."


@exercise(
    "01-line",
    "Build: a neuron through two points",
    "neuron_through(p, q, r, a) -> theta",
    hints=(
        "The direction of the line is q - p. Which arrows stand at a right angle to it?",
        "With the arrow found, one equation gives the bias: z has to be 0 at p.",
        "One factor for all three numbers is left. It is the z that r should have, divided by the z that r has.",
    ),
)
def judge_line(neuron_through: Answer) -> str:
    """Right is: the output 1/2 at p and at q, and a at r, wherever the three points lie."""
    rng = np.random.default_rng(1)
    cases = [
        (np.array([[0.5, 0.0], [0.0, 0.5], [1.0, 1.0]]), 0.9),
        (np.array([[2.0, 0.0], [2.0, 3.0], [0.0, 1.0]]), 0.2),  # upright
        (np.array([[-1.0, 1.0], [3.0, 1.0], [0.0, 0.0]]), 0.7),  # level
        (np.array([[0.0, 0.0], [1.0, 2.0], [1.0, 0.0]]), 0.4),  # through the origin
        (np.array([[7.0, -5.0], [7.5, -4.0], [7.0, -4.0]]), 0.999),
    ]
    cases += [(rng.normal(scale=3, size=(3, 2)), rng.uniform(0.02, 0.98)) for _ in range(60)]
    for points, a in cases:
        p, q, r = points
        width = np.abs((q - p)[0] * (r - p)[1] - (q - p)[1] * (r - p)[0]) / np.hypot(*(q - p))
        if width < 0.1 or abs(a - 0.5) < 0.02:  # r is nearly on the line, or asks for the line's own output
            continue
        where = f"With p = {brief(p)}, q = {brief(q)}, r = {brief(r)} and a = {a:.3g}"
        theta = as_array(neuron_through(p.copy(), q.copy(), r.copy(), float(a)), f"{where}, theta", (3,))
        upright = " This line is upright: it has no slope, but it has an arrow." if p[0] == q[0] else ""
        require(np.all(np.isfinite(theta)), f"{where}, theta is {brief(theta)}; all three have to be finite.{upright}")
        outputs = sigmoid(weighted_sum(points, theta))
        for name, point, output, wanted in zip("pqr", points, outputs, [0.5, 0.5, a], strict=True):
            require(
                abs(output - wanted) < 1e-6,
                f"{where}, the output at {name} = {brief(point)} is {output:.6g} and is to be {wanted:.6g}.",
            )
    return "The line passes through p and q and the output at r is a, with upright, level and random lines."


@exercise(
    "01-xor",
    "Prove: XOR is out of reach",
    "margins(theta) -> the four numbers that must be above 0",
    hints=(
        "What does XOR ask of z at each of the four corners: above 0, or below?",
        "z below 0 is the same as -z above 0. Write the four z in w1, w2 and b.",
        "At (0, 0) the weighted sum is b and has to be below 0, so the first margin is -b. Three more like this.",
    ),
)
def judge_xor(margins: Answer) -> str:
    """Right is: each number above 0 exactly where its corner is right for XOR, and their sum 0 for every theta."""
    rng = np.random.default_rng(1)
    signs = 2 * XOR - 1
    sums = []
    most = 0
    for theta in rng.normal(scale=4, size=(300, 3)):
        said = as_array(margins(theta.copy()), "margins(theta)", (4,))
        z = weighted_sum(CORNERS, theta)
        right = signs * z > 0
        for k in np.flatnonzero((said > 0) != right):
            side = "above" if XOR[k] else "below"
            verdict = "right" if right[k] else "wrong"
            require(
                abs(z[k]) < 1e-9,
                f"For theta = {brief(theta)} your margin at {NAMES[k]} is {said[k]:.3g}. There z is {z[k]:.3g}, and "
                f"XOR asks for z {side} 0. So this corner is {verdict}, and its margin has to be "
                f"{'above' if right[k] else 'below'} 0.",
            )
        sums.append((said.sum(), theta))
        most = max(most, int(right.sum()))
    total, theta = max(sums, key=lambda pair: abs(pair[0]))
    require(
        abs(total) < 1e-9,
        f"All signs are right, but for theta = {brief(theta)} the four add up to {total:.3g}. For the proof all four "
        "have to be measured alike: take z itself, or -z.",
    )
    return f"Of 300 random neurons none has more than {most} corners right, and the four margins always add up to 0."
