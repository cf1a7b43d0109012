"""What a right answer does, in the exercises of appendix A, Automatic differentiation.

A `Value` of the reader's is known here by its `data`, its `operation`, the one that made it, its `birth` and its
`arrows`, pairs of a Value and a local derivative.
"""

import contextlib
import math
from typing import Any

from nnlib.checks.answers import Answer, Wrong, as_number, brief, require, require_close
from nnlib.checks.registry import exercise

NINE_DIGITS = 1e-9


def as_value(result: Any, name: str) -> Any:
    """Return `result` if it is a Value, or say what it is instead."""
    if not hasattr(result, "data") or not hasattr(result, "arrows"):
        raise Wrong(f"{name} has to return a Value, as the other operations do; it returns {brief(result)}.")
    return result


def nodes_of(result: Any) -> list[Any]:
    """Return result and all that it was made from, each after what it was made from."""
    found: list[Any] = []
    waiting = [(result, False)]
    while waiting:
        node, is_done = waiting.pop()
        if is_done:
            found.append(node)
        elif all(node is not other for other in found):
            waiting += [(node, True), *((tail, False) for tail, _ in node.arrows)]
    return [node for k, node in enumerate(found) if all(node is not other for other in found[:k])]


def slopes_of(result: Any, adding: bool = True) -> dict[int, float]:
    """Return the adjoint of each number by its id; the friend's walk does not add."""
    nodes = nodes_of(result)
    slopes = {id(node): 0.0 for node in nodes}
    slopes[id(result)] = 1.0
    for node in sorted(nodes, key=lambda node: node.birth, reverse=True):
        for tail, slope in node.arrows:
            slopes[id(tail)] = slopes[id(node)] * slope + (slopes[id(tail)] if adding else 0.0)
    return slopes


def made(operation: Answer, name: str, *inputs: Any) -> Any:
    """Call an operation, and say what a rule returns where the answer's does not."""
    operation.name = name
    try:
        result = operation(*inputs)
    except Wrong as wrong:
        if "iter" in str(wrong) or "unpack" in str(wrong):
            raise Wrong(
                f"The rule of {name} has to return the value and then a tuple: one slope for each input, "
                "also where there is only one input."
            ) from None
        raise
    return as_value(result, name)


def require_rule(operation: Answer, name: str, inputs: tuple, value: float, slopes: tuple[float, ...]) -> None:
    """Require an operation's value and local derivatives at some inputs."""
    result = made(operation, name, *inputs)
    call = f"{name}({', '.join(map(str, inputs))})"
    require_close(result.data, value, f"The value of {call}", NINE_DIGITS, 1e-12)
    count = len(result.arrows)
    require(count == len(slopes), f"{count} arrows lead to {call}; it has {len(slopes)} inputs. Is a slope missing?")
    for (tail, slope), expected, number in zip(result.arrows, slopes, inputs, strict=True):
        require(tail.data == number, f"An arrow of {call} comes from {tail.data:g}, which is none of its inputs.")
        require_close(as_number(slope, "A slope"), expected, f"How {call} reacts to its {number}", NINE_DIGITS, 1e-12)


@exercise(
    "a-operations",
    "Build: two more operations",
    "exp(z) -> Value, divide(p, q) -> Value, built_sigmoid(z) -> Value",
    hints=(
        "How does e**z react to a small move of z? And p / q to one of p, and to one of q?",
        "A rule works on plain numbers: math.exp takes one. It returns the value and a tuple of slopes, as in tanh.",
        "For the slope by q, write p * q**-1. The built sigmoid is one divide, with a sum below the line.",
    ),
)
def judge_operations(exp: Answer, divide: Answer, built_sigmoid: Answer) -> str:
    """Right is: values and local derivatives of calculus, and a sigmoid that is made of the two."""
    with contextlib.suppress(Wrong):
        built_sigmoid(0.3)  # an untouched stub is told so before the rules are asked
    for z in (0.7, -2.0, 0.0, 3.5):
        require_rule(exp, "exp", (z,), math.exp(z), (math.exp(z),))
    for p, q in ((0.3, -0.7), (5.0, 2.0), (-1.5, 0.25), (0.0, 3.0), (4.0, -4.0)):
        require_rule(divide, "divide", (p, q), p / q, (1 / q, -p / q**2))

    makers = {"exp": made(exp, "exp", 0.5).operation, "divide": made(divide, "divide", 1.0, 2.0).operation}
    Value = type(made(exp, "exp", 0.5))
    for number in (0.3, -1.0, 2.0, 0.0, -5.0):
        z = Value(number)
        result = as_value(built_sigmoid(z), "built_sigmoid")
        a = 1 / (1 + math.exp(-number))
        require_close(result.data, a, f"The value of built_sigmoid({number})", NINE_DIGITS, 1e-12)
        used = [node.operation for node in nodes_of(result)]
        missing = " and ".join(name for name, maker in makers.items() if maker not in used)
        require(not missing, f"built_sigmoid has to be made of both new operations; its graph has no {missing}.")
        slopes = slopes_of(result)
        require(id(z) in slopes, "No arrow leads from built_sigmoid(z) back to z.")
        require_close(slopes[id(z)], a * (1 - a), f"The slope of built_sigmoid at {number}", NINE_DIGITS, 1e-12)
    return "Values and slopes are those of calculus, at nine places, and the sigmoid is made of your two."


@exercise(
    "a-forgets",
    "Break: the walk that forgets",
    "used_twice(result) -> list of Values, smallest_test() -> Value",
    hints=(
        "What happens to the first message when the second one arrives?",
        "Go through all nodes of the graph, and note the tail of every arrow. A number that is noted twice may lose a "
        "message, in one product or in two results.",
        "Collect the tails of all arrows in one list and count; nodes_of gives the nodes oldest first already. For the "
        "test, two Values are enough: a number, and a result that uses it twice.",
    ),
)
def judge_forgets(used_twice: Answer, smallest_test: Answer) -> str:
    """Right is: exactly the numbers with two arrows or more, oldest first; and the friend's walk wrong on two."""
    test = as_value(smallest_test(), "smallest_test")
    require_smallest(test)
    Value = type(test)

    p, q, r, s, t = (Value(number) for number in (2.0, 3.0, -1.0, 0.5, 4.0))
    product = p * q
    q * t  # uses q once more, outside the graphs below
    cases: list[tuple[str, Any, list[Any]]] = [
        ("a number that is given", t, []),
        ("w * x + b", product + r, []),
        ("q * q", s * s, [s]),
        ("a number used in two products", (r * p) + (r * q), [r]),
        ("p * q, used three times", product * product + product, [product]),
        ("q * q * q", s * s * s, [s]),
        ("two numbers used twice, the younger one first", (t * p) * (t + p), [p, t]),
        ("a number used directly and through another, q * (q + 1)", r * (r + 1), [r]),
        ("four samples with the same w and b", samples(p, s, (1.0, 2.0, 3.0, 4.0)), [p, s]),
    ]
    for what, result, expected in cases:
        found = used_twice(result)
        if not isinstance(found, list | tuple) or not all(hasattr(node, "data") for node in found):
            raise Wrong(f"used_twice has to return a list of Values; it returns {brief(found)}.")
        where = f"For {what} used_twice returns {brief(list(found))}"
        times = [sum(node is other for other in found) for node in found]
        require(max(times, default=1) == 1, f"{where}: one of them is there more than once.")
        same = len(found) == len(expected) and all(any(a is b for b in found) for a in expected)
        require(same, f"{where}; used more than once in its graph: {brief(expected)}.")
        require(all(map(lambda a, b: a is b, found, expected)), f"{where}: the oldest has to come first.")
    return "It finds the numbers in nine graphs, and the friend's walk fails on your test, made of two."


def samples(w: Any, b: Any, inputs: tuple[float, ...]) -> Any:
    """Return the sum of w * x + b over the inputs."""
    total = w * inputs[0] + b
    for x in inputs[1:]:
        total = total + (w * x + b)
    return total


def require_smallest(test: Any) -> None:
    """Require a graph of two numbers, on which the walk that does not add is wrong."""
    true, forgotten = slopes_of(test), slopes_of(test, adding=False)
    fails = any(not math.isclose(true[key], forgotten[key], abs_tol=1e-12) for key in true)
    count = len(true)
    require(
        fails, f"On smallest_test the friend finds the right slopes. Its graph has {count} number{'s'[: count > 1]}."
    )
    require(count == 2, f"The friend is wrong there, but smallest_test is made of {count} Values. Fewer are enough.")
