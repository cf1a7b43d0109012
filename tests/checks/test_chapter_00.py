"""Answers to the exercises of chapter 0."""

from tests.checks.cases import judged

FAULTS = {"A": "no seed", "B": "no bias", "C": "careless sigmoid", "D": "no mean", "E": "wrong slope"}

RIGHT = {
    "00-predict": {
        "the last lines": (("NameError", "A1"), ("AttributeError", "sigmoid")),
        "in the other way to run it": (("AttributeError", "backward"), ("AttributeError", "np.sigmoid")),
        "lists, as Python quotes it": (["NameError", "'A1'"], ["AttributeError", "`np.sigmoid`"]),
        "the errors themselves": ((NameError, "A1"), (AttributeError, "numpy.sigmoid()")),
        "one text each": ("NameError: A1", "AttributeError, sigmoid"),
        "the messages": (
            ("NameError", "name 'A1' is not defined"),
            ("AttributeError", "module 'numpy' has no attribute 'sigmoid'"),
        ),
        "the last lines, whole": (
            "NameError: name 'A1' is not defined",
            "AttributeError: module 'numpy' has no attribute 'sigmoid'",
        ),
        "the kind with its message": (("NameError: name 'A1' is not defined", "A1"), ("AttributeError", "sigmoid")),
        "the product": (("NameError", "A1 * (1 - A1)"), ("AttributeError", "np.sigmoid(W2 @ A1 + b2)")),
        "with the object": (("AttributeError", "network.backward(...)"), ("attributeerror", "sigmoid")),
    },
    "00-faults": {
        "the names": (FAULTS,),
        "a list in order": (list(FAULTS.values()),),
        "in other words": (
            {
                "a": "No Seed",
                "b": "biases are missing",
                "c": "the sigmoid overflows",
                "d": "no 1/n",
                "e": "sigmoid's slope on a plain sum",
            },
        ),
        "out of order": (dict(reversed(FAULTS.items())),),
    },
}

WRONG = {
    "00-predict": {
        "another word": ("A2 comes into backward as an argument", ("NameError", "A2"), ("AttributeError", "sigmoid")),
        "another kind": ("A1 is the word", ("AttributeError", "A1"), ("AttributeError", "sigmoid")),
        "the left side": ("the line makes it", ("NameError", "dZ1"), ("AttributeError", "sigmoid")),
        "a shape": ("Read on from the first line", ("ValueError", "@"), ("AttributeError", "sigmoid")),
        "a name for an attribute": ("sigmoid is the word", ("NameError", "A1"), ("NameError", "sigmoid")),
        "program two's method": ("SciPy has a method CG", ("NameError", "A1"), ("ValueError", "CG")),
        "the module": ("Which of its parts", ("NameError", "A1"), ("AttributeError", "np")),
        "the message of another word": (
            "A2 comes into backward",
            ("NameError", "name 'A2' is not defined"),
            ("AttributeError", "sigmoid"),
        ),
        "a whole line": (
            "one word is asked for",
            ("NameError", "A1"),
            ("AttributeError", "return np.sigmoid(W2 @ A1 + b2)[0]"),
        ),
        "a bias": ("b2 is made of", ("NameError", "A1"), ("ValueError", "b2")),
        "the word alone": ("two texts are asked for", "A1", "sigmoid"),
    },
    "00-faults": {
        "two exchanged": ("C is a warning", {**FAULTS, "C": "wrong slope", "E": "careless sigmoid"}),
        "bias for seed": ("A compares the weights of two networks", {**FAULTS, "A": "no bias"}),
        "loop": ("E compares the loss", {**FAULTS, "E": "no loop"}),
        "gradient is not its slope": ("E compares the loss", {**FAULTS, "E": "no gradient"}),
        "none of the eight": ("none of the eight names", {**FAULTS, "D": "too long"}),
        "one still open": ("D still without a name", {**FAULTS, "D": ...}),
        "a text": ("A name for each of A to E", "no seed"),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)


def test_a_stub_that_is_half_open_is_not_attempted():
    from nnlib.checks import check

    assert not check("00-predict", (..., ...), (..., ...)).attempted
    assert not check("00-faults", dict.fromkeys("ABCDE", ...)).attempted
