"""The exercises of appendix A: answers that are right and answers that are not."""

import itertools
import math

from tests.checks.cases import judged


class Value:
    """The appendix's number that remembers how it was made."""

    births = itertools.count()

    def __init__(self, data, operation=None, arrows=()):
        self.data = float(data)
        self.grad = None
        self.operation = operation
        self.arrows = arrows
        self.birth = next(Value.births)

    def __repr__(self):
        return f"Value({self.data:g})"


def operation(rule):
    def make(*inputs):
        values = [q if isinstance(q, Value) else Value(q) for q in inputs]
        result, slopes = rule(*[q.data for q in values])
        return Value(result, make, list(zip(values, slopes)))  # noqa: B905 - as in the book

    return make


add = operation(lambda a, b: (a + b, (1, 1)))
subtract = operation(lambda a, b: (a - b, (1, -1)))
multiply = operation(lambda a, b: (a * b, (b, a)))
Value.__add__ = Value.__radd__ = add
Value.__mul__ = Value.__rmul__ = multiply
Value.__sub__ = subtract
Value.__rsub__ = lambda b, a: subtract(a, b)


@operation
def sigmoid(z):
    a = 1 / (1 + math.exp(-z))
    return a, (a * (1 - a),)


@operation
def exp(z):
    return math.exp(z), (math.exp(z),)


@operation
def divide(p, q):
    return p / q, (1 / q, -p / q**2)


def built_sigmoid(z):
    return divide(1, 1 + exp(0 - z))


@operation
def power_of_e(z):
    value = math.e**z
    return value, [value]


@operation
def quotient(p, q):
    inverse = q**-1
    return p * inverse, [inverse, -p * inverse * inverse]


def built_by_steps(z):
    small = power_of_e(-1 * z)
    below = add(small, 1.0)
    return quotient(Value(1), below)


@operation
def exp_of_numbers(z):
    return math.exp(z), math.exp(z)


@operation
def exp_alone(z):
    return math.exp(z)


@operation
def exp_with_slope_one(z):
    return math.exp(z), (1,)


def exp_of_floats(z):
    return math.exp(getattr(z, "data", z))


@operation
def divide_with_one_slope(p, q):
    return p / q, (1 / q,)


@operation
def divide_with_plus(p, q):
    return p / q, (1 / q, p / q**2)


@operation
def divide_with_slopes_exchanged(p, q):
    return p / q, (-p / q**2, 1 / q)


@operation
def divide_without_square(p, q):
    return p / q, (1 / q, -p / q)


def built_with_plus(z):
    return divide(1, 1 + exp(z))


def built_of_a_new_number(z):
    return divide(1, 1 + exp(0 - getattr(z, "data", z)))


def built_of_floats(z):
    return 1 / (1 + math.exp(-getattr(z, "data", z)))


def built_of_data(z):
    return 1 / (1 + math.exp(-z.data))


def nodes_of(result):
    found, waiting = {result}, [result]
    while waiting:
        for tail, _ in waiting.pop().arrows:
            if tail not in found:
                found.add(tail)
                waiting.append(tail)
    return sorted(found, key=lambda node: node.birth)


def used_twice(result):
    nodes = nodes_of(result)
    tails = [tail for node in nodes for tail, _ in node.arrows]
    return [node for node in nodes if tails.count(node) > 1]


def by_counting(result):
    """A search that calls itself, and a dictionary of counts."""
    counts, seen = {}, set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for tail, _ in node.arrows:
            counts[tail] = counts.get(tail, 0) + 1
            visit(tail)

    visit(result)
    return tuple(sorted((node for node in counts if counts[node] > 1), key=lambda node: node.birth))


def by_users(result):
    """Counts the results that use a number, not the arrows: q * q is missed."""
    nodes = nodes_of(result)
    return [q for q in nodes if sum(any(tail is q for tail, _ in node.arrows) for node in nodes) > 1]


def youngest_first(result):
    return used_twice(result)[::-1]


def with_repeats(result):
    tails = [tail for node in nodes_of(result) for tail, _ in node.arrows]
    return sorted((tail for tail in tails if tails.count(tail) > 1), key=lambda node: node.birth)


def last_operation_only(result):
    tails = [tail for tail, _ in result.arrows]
    return [q for q in dict.fromkeys(tails) if tails.count(q) > 1]


def parameters_only(result):
    return [q for q in used_twice(result) if not q.arrows]


def exactly_twice(result):
    tails = [tail for node in nodes_of(result) for tail, _ in node.arrows]
    return [node for node in nodes_of(result) if tails.count(node) == 2]


def how_many(result):
    return len(used_twice(result))


def numbers(result):
    return [node.data for node in used_twice(result)]


def square():
    q = Value(3)
    return q * q


def double():
    q = Value(-2)
    return q + q


def three_numbers():
    q = Value(3)
    return q * q + q


def square_of_zero():
    q = Value(0)
    return q * q


def once():
    return Value(2) * Value(3)


def a_number():
    return 9.0


RIGHT = {
    "a-operations": {
        "as in the book": (exp, divide, built_sigmoid),
        "lists, powers, steps": (power_of_e, quotient, built_by_steps),
    },
    "a-forgets": {
        "counted tails, a square": (used_twice, square),
        "counted by a search, a double": (by_counting, double),
    },
}
WRONG = {
    "a-operations": {
        "a slope that is no tuple": ("a tuple: one slope for each input", exp_of_numbers, divide, built_sigmoid),
        "no slope": ("a tuple: one slope for each input", exp_alone, divide, built_sigmoid),
        "slope 1": ("How exp(0.7) reacts to its 0.7 is 1", exp_with_slope_one, divide, built_sigmoid),
        "exp of floats": ("exp has to return a Value", exp_of_floats, divide, built_sigmoid),
        "one slope for two inputs": ("1 arrows lead to divide", exp, divide_with_one_slope, built_sigmoid),
        "plus for minus": ("reacts to its -0.7", exp, divide_with_plus, built_sigmoid),
        "slopes exchanged": (
            "How divide(0.3, -0.7) reacts to its 0.3",
            exp,
            divide_with_slopes_exchanged,
            built_sigmoid,
        ),
        "no square": ("reacts to its -0.7", exp, divide_without_square, built_sigmoid),
        "e**z for e**-z": ("The value of built_sigmoid(0.3)", exp, divide, built_with_plus),
        "our own sigmoid": ("its graph has no exp and divide", exp, divide, sigmoid),
        "z forgotten": ("No arrow leads", exp, divide, built_of_a_new_number),
        "the data of z": ("built_sigmoid has to return a Value", exp, divide, built_of_data),
        "floats": ("built_sigmoid has to return a Value", exp, divide, built_of_floats),
    },
    "a-forgets": {
        "users counted": ("For q * q used_twice returns []", by_users, square),
        "youngest first": ("the oldest has to come first", youngest_first, square),
        "each as often as it is used": ("more than once", with_repeats, square),
        "the last operation alone": ("a number used in two products", last_operation_only, square),
        "parameters alone": ("p * q, used three times", parameters_only, square),
        "exactly twice": ("p * q, used three times", exactly_twice, square),
        "how many": ("has to return a list of Values; it returns 0", how_many, square),
        "their data": ("has to return a list of Values", numbers, square),
        "a test of three": ("made of 3 Values", used_twice, three_numbers),
        "a test that passes": ("finds the right slopes", used_twice, once),
        "a test at 0": ("finds the right slopes", used_twice, square_of_zero),
        "a test that is no Value": ("smallest_test has to return a Value", used_twice, a_number),
    },
}
test_right, test_wrong = judged(RIGHT, WRONG)
