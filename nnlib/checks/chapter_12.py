"""What a right answer does, in the exercises of chapter 12, SciPy as the trainer."""

from typing import Any

import numpy as np
from scipy import optimize

from nnlib.activations import sigmoid
from nnlib.checks.answers import Answer, as_array, as_number, as_parts, brief, require, require_close
from nnlib.checks.registry import exercise
from nnlib.datasets import xor
from nnlib.diagnosis import diagnose, solved

N_STARTS = 40  # of which 36 have to end where CG ends
SAME_END = 36


@exercise(
    "12-count",
    "Predict and fill: explain 1,010 against 101",
    "n_evaluations(n_params, n_gradients, gradient) -> number",
    hints=(
        "For one gradient by differences: at how many points does SciPy need the loss?",
        "Count the moved points first, one or two for each number. Then ask what the differences are taken from.",
        "Whatever the way, each gradient comes with the loss at the point itself. "
        "So a run costs n_gradients times (one, and the moved points).",
    ),
)
def judge_count(n_evaluations: Answer) -> str:
    """Right is: what SciPy's own runs count, with any number of parameters, and with none of the gradients."""
    for n_params in (9, 2, 5, 13):
        for gradient in ("exact", "2-point", "3-point"):
            n_gradients, counted = counted_run(n_params, gradient)
            told = as_number(n_evaluations(n_params, n_gradients, gradient), "n_evaluations(...)")
            require(
                told == counted,
                f"For {n_params} numbers and {n_gradients} gradients by {gradient!r} it gives {told:g}. SciPy's own "
                f"run with so many evaluates the loss {counted} times.",
            )
    rng = np.random.default_rng(12)
    for gradient in ("exact", "2-point", "3-point"):
        one = as_number(n_evaluations(1, 1, gradient), "n_evaluations(...)")  # the rest follows from it
        for n_params, n_gradients in [(2410, 200), (7, 0), *rng.integers(1, 5000, (3, 2)).tolist()]:
            told = as_number(n_evaluations(n_params, n_gradients, gradient), "n_evaluations(...)")
            expected = n_gradients * (1 + (one - 1) * n_params)
            require(
                told == expected,
                f"For {n_params} numbers and {n_gradients} gradients by {gradient!r} it gives {told:,.0f}; "
                f"it has to be {expected:,.0f}.",
            )
    return "It counts what SciPy counts, in twelve runs of four sizes."


def counted_run(n_params: int, gradient: str) -> tuple[int, int]:
    """Let SciPy run CG down a bowl; return how many gradients it asked for, and count the losses ourselves."""
    calls = 0
    steepness = np.arange(1.0, n_params + 1)

    def bowl(theta):
        nonlocal calls
        calls += 1
        return np.sum(steepness * theta**2) + np.sum(theta**4)

    def slopes(theta):
        return 2 * steepness * theta + 4 * theta**3

    jac = slopes if gradient == "exact" else gradient
    result = optimize.minimize(bowl, np.ones(n_params), jac=jac, method="CG", tol=1e-3)
    return result.njev, calls


@exercise(
    "12-repair",
    "Build: repair program two",
    "program_two(seed) -> outputs, result, verdict",
    hints=(
        "What did program two leave out that this page has: in front of `minimize`, in its arguments, and after it?",
        "`start`, `loss_and_gradient` and `forward` of this page do everything but the call itself.",
        "`jac=True` tells SciPy that the function brings its gradient. Afterwards the outputs are those at `result.x`, "
        "and `diagnose(outputs).name` is the verdict.",
    ),
)
def judge_repair(program_two: Answer) -> str:
    """Right is: CG, with the gradient, from the seed's start; outputs that belong to the result, and their verdict."""
    once, again, other = (as_parts(program_two(seed), f"program_two({seed})", 3)[1] for seed in (1, 1, 2))
    for result in (once, again, other):
        check_result(result)
    require(np.array_equal(once.x, again.x), "Twice the same seed gives two different results.")
    require(not np.array_equal(once.x, other.x), "Two different seeds give the same result.")
    n_same, n_solved = 0, 0
    for seed in range(N_STARTS):
        outputs, result, verdict = as_parts(program_two(seed), f"program_two({seed})", 3)
        check_result(result)
        outputs = as_array(outputs, "outputs", (4, 1))
        require_close(outputs, forward(result.x), f"From seed {seed}, an output", rtol=1e-5, atol=1e-8)
        expected = diagnose(outputs).name
        require(verdict == expected, f"From seed {seed} the verdict is {brief(verdict)}; the outputs say {expected!r}.")
        cg = optimize.minimize(loss_and_gradient, start(seed), jac=True, method="CG")
        n_same += int(abs(cg.fun - result.fun) < 1e-3)
        n_solved += int(solved(outputs, xor()[1]))
        if seed == 11:
            require(
                n_same >= 9,
                f"Only {n_same} of twelve runs end where CG ends. Are start, method and settings those asked for?",
            )
    require(
        n_same >= SAME_END,
        f"Only {n_same} of {N_STARTS} runs end where CG ends. Are start, method and settings those asked for?",
    )
    return f"It solves XOR from {n_solved} of {N_STARTS} starts, by CG with one loss for each gradient."


def check_result(result: Any) -> None:
    """Require SciPy's result of a run of CG that was given the gradient."""
    for field in ("x", "fun", "nfev", "njev"):
        require(hasattr(result, field), f"result has no field {field!r}; it has to be what `minimize` returns.")
    as_array(result.x, "result.x", (9,))
    table = hasattr(result, "hess_inv")
    require(not table, "result holds hess_inv, a table of the curvature. CG keeps none: this is another method.")
    require(
        result.nfev < 2 * result.njev,
        f"SciPy called the loss {result.nfev} times for {result.njev} gradients: "
        "it still works the gradient out by differences.",
    )


def start(seed: int) -> np.ndarray:
    """Return nine numbers drawn from the seed, as chapter 12 draws them."""
    return np.random.default_rng(seed).normal(size=9)


def forward(theta: np.ndarray) -> np.ndarray:
    """Return the outputs of the 2-2-1 network at theta, shape (4, 1)."""
    A1 = np.tanh(xor()[0] @ theta[:4].reshape(2, 2) + theta[4:6])
    return sigmoid(A1 @ theta[6:8, None] + theta[8])


def loss_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean squared error of the 2-2-1 network on XOR, and its gradient."""
    X, Y = xor()
    A1 = np.tanh(X @ theta[:4].reshape(2, 2) + theta[4:6])
    A2 = sigmoid(A1 @ theta[6:8, None] + theta[8])
    dZ2 = 2 / Y.size * (A2 - Y) * A2 * (1 - A2)
    dZ1 = dZ2 * theta[6:8] * (1 - A1 * A1)
    parts = X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)
    return float(np.mean((A2 - Y) ** 2)), np.concatenate([part.ravel() for part in parts])


@exercise(
    "12-lie",
    "Break: make the flag lie",
    "too_proud() -> net, result; too_modest() -> net, result",
    hints=(
        "The flag answers one question: is the slope small enough? Where is the slope 0 and nothing learned, "
        "and when is a learned network's slope still not small enough?",
        "For the proud one think of a start at which every hidden unit gives the same. For the modest one think of a "
        "test that no run can pass, or of a limit that ends it early.",
        'One of the names that `init` takes gives a start without slopes. And `tol`, or `options={"maxiter": ...}`, '
        "can ask for more than a run can give.",
    ),
)
def judge_lie(too_proud: Answer, too_modest: Answer) -> str:
    """Right is: two results of nnlib.minimize that belong to their networks and whose flag says the contrary."""
    outputs, result = outputs_and_result(too_proud)
    require(result.success, f"In the proud run success is False, and it has to be True. Its message: {result.message}")
    off = float(np.abs(outputs - 0.5).max())
    require(off < 0.05, f"In the proud run an output is {off:.3f} from 0.5; less than 0.05 is asked for.")
    require(result.nfev == 1, f"The proud run takes {result.nfev} evaluations; it can be done with one.")

    outputs, result = outputs_and_result(too_modest)
    require(not result.success, "In the modest run success is True, and it has to be False.")
    require("allback" not in str(result.message), "The modest run was ended by a callback; it can be done without.")
    learned = solved(outputs, xor()[1])
    require(learned, f"The modest run has not learned XOR: its outputs are {brief(np.round(outputs.ravel(), 2))}.")
    return f"The proud network gives 0.5 everywhere; the modest one has learned XOR, and ends with: {result.message}"


def outputs_and_result(run: Answer) -> tuple[np.ndarray, Any]:
    """Return the outputs at XOR's corners of the network that a run returns, and the run's result."""
    net, result = as_parts(run(), run.name, 2)
    require(hasattr(net, "forward"), f"The first thing that {run.name} returns is {brief(net)}, and no network.")
    for field in ("x", "success", "nfev", "message", "losses"):
        require(
            hasattr(result, field), f"The result of {run.name} has no {field!r}; nnlib.minimize gives one that has."
        )
    at_the_end = np.array_equal(net.theta, result.x)
    require(at_the_end, f"In {run.name} the network and the result are not of the same run: net.theta is not result.x.")
    by_hand = len(result.losses) != result.nfev or (not result.success and result.status == 0)
    require(not by_hand, f"The result of {run.name} was changed by hand; the flag has to be SciPy's.")
    return as_array(net.forward(xor()[0]), "net.forward(X)", (4, 1)), result
