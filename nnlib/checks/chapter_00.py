"""What a right answer does, in the exercises of chapter 0, Two programs that do not run."""

import re
from typing import Any

from nnlib.checks.answers import NotAttempted, Wrong, brief, require
from nnlib.checks.registry import exercise

# Each error that may come first, by its kind and its word, with its reason.
FIRST_ERRORS = {
    "Program one": {
        ("NameError", "A1"): "A1 lives inside forward and is gone when it returns",
        ("AttributeError", "backward"): "called on the network, backward is not there: it stands outside the class",
    },
    "Program two": {("AttributeError", "sigmoid"): "NumPy has no sigmoid"},
}
INNOCENT = {  # why a word that looks guilty is not
    "A2": "A2 comes into backward as an argument.",
    "X": "X is there: a table of the four samples.",
    "Y": "Y is there: a table of the four targets.",
    "np": "np is there: the first cell imports it. Which of its parts is not there?",
    "numpy": "numpy is there: the first cell imports it. Which of its parts is not there?",
    "network": "network is there when it is handed over.",
    "self": "self is the network that run_program_one hands over; its name is free.",
    "W1": "W1 is there when its line runs.",
    "W2": "W2 is there when its line runs.",
    "dZ2": "dZ2 is made in the line before the one that uses it, and of what is there.",
    "dZ1": "dZ1 stands left of the equals sign: the line makes it. Which word on its right is not known?",
    "forward": "forward stands in the class and runs to its end.",
    "exp": "NumPy has exp.",
    "tanh": "NumPy has tanh.",
    "reshape": "The parts of theta have 4, 2 and 2 numbers, and fit the shapes that they get.",
    "minimize": "minimize is imported, and it starts. What does it call first?",
    "loss": "loss is there and is called. What does it call?",
    "predict": "predict is there and is called. Which of its lines asks for something that is not there?",
    "CG": "SciPy has a method CG.",
    "theta": "theta is there: minimize hands over nine numbers.",
    "b1": "b1 is made of two of the nine numbers.",
    "b2": "b2 is made of the last of the nine numbers.",
    "result": "result is never reached: something stops before it.",
}

SHOWS = {  # what each fault does, in general
    "no bias": "without a bias, inputs of 0 give every unit a sum of 0, whatever its weights",
    "no data": "without data there is nothing to measure, and here there are numbers",
    "no gradient": "a search without the gradient takes more calls; nothing here counts calls",
    "no loop": "without a loop the knobs are turned once; it does not show in one step or before it",
    "no mean": "without the mean, each further sample makes the step longer",
    "no seed": "without a seed, the random numbers of two calls differ",
    "careless sigmoid": "a careless sigmoid takes e to a power that is too large for a number",
    "wrong slope": "a wrong slope sends the step the wrong way, however short it is",
}
MEASURED = {
    "A": ("no seed", "compares the weights of two networks"),
    "B": ("no bias", "looks at the hidden units where both inputs are 0"),
    "C": ("careless sigmoid", "is a warning, at inputs of a million"),
    "D": ("no mean", "compares two steps, one of them with every sample twice"),
    "E": ("wrong slope", "compares the loss before and after a very short step"),
}
WORDS = {  # a word of each name; the first that is found counts
    "slope": "wrong slope",
    "direction": "wrong slope",
    "gradient": "no gradient",
    "seed": "no seed",
    "bias": "no bias",
    "sigmoid": "careless sigmoid",
    "overflow": "careless sigmoid",
    "mean": "no mean",
    "1/n": "no mean",
    "loop": "no loop",
    "data": "no data",
}


@exercise(
    "00-predict",
    "Predict: where does each program stop?",
    'error_of_program_one, error_of_program_two: ("NameError", "word") or the like, each',
    hints=(
        "Which names does each line of backward use, and where is each of them made?",
        "A name that is made inside one function is unknown in another. And of every np.something: is it in NumPy?",
        "In program one look at what only forward knows; in program two at the line that returns.",
    ),
)
def judge_predict(error_of_program_one: Any, error_of_program_two: Any) -> str:
    """Right is: the kind and the word of the error report's last line; of program one in either way to run it."""
    reasons = []
    for (program, errors), said in zip(FIRST_ERRORS.items(), (error_of_program_one, error_of_program_two), strict=True):
        kind, word = prediction(said, program)
        known = {(kind.lower(), word.lower()): reason for (kind, word), reason in errors.items()}
        words = {word.lower() for _, word in errors}
        if (kind.lower(), word.lower()) in known:
            reasons.append(f"{program}: {known[kind.lower(), word.lower()]}.")
        elif word.lower() in words:
            raise Wrong(f"{program}: {word} is the word. Which kind of error does it cause? You say {kind}.")
        else:
            innocent = {name.lower(): reason for name, reason in INNOCENT.items()}
            reason = innocent.get(word.lower(), "Read on from the first line: which word is not there when it runs?")
            raise Wrong(f"{program}: {word} does not stop it. {reason}")
    return " ".join(reasons)


def prediction(said: Any, program: str) -> tuple[str, str]:
    """Return the kind of error and the word, from a pair or from one text, such as the last line of the report."""
    if isinstance(said, str):
        said = said.replace(":", " ").replace(",", " ").split(maxsplit=1)
    if not isinstance(said, list | tuple) or len(said) != 2:
        raise Wrong(f'{program}: two texts are asked for, such as ("KeyError", "price"); this is {brief(said)}.')
    if any(part is ... or part is None for part in said):
        raise NotAttempted
    kind, words = (getattr(part, "__name__", str(part)) for part in said)
    kind = re.split(r"[(:]", kind)[0].strip("`'\" ")
    quoted = re.findall(r"'([\w.]+)'", words)  # the message of an error quotes its word last
    word = quoted[-1] if quoted else words.partition("(")[0].strip("`'\" *=+-")
    if len(word.split()) > 1:
        raise Wrong(f"{program}: one word is asked for, and {brief(words)} has several. Which of them is to blame?")
    return kind, word.rpartition(".")[2]  # of np.sigmoid the sigmoid


@exercise(
    "00-faults",
    "Name: five faults without an error",
    'faults: {"A": "a name", ..., "E": "a name"}',
    hints=(
        "What is the same in the two things that each measurement compares, and what is not?",
        "B: what is a weighted sum of zeros? D: what should a mean do when every sample comes twice?",
        "Take the names one by one and say what you would see: three of the eight never show in a single step.",
    ),
)
def judge_faults(faults: Any) -> str:
    """Right is: for each measurement the fault that shows itself so; any words that tell which one is meant."""
    if isinstance(faults, list | tuple) and len(faults) == len(MEASURED):
        faults = dict(zip(MEASURED, faults, strict=True))
    require(isinstance(faults, dict), f"A name for each of A to E is asked for; this is {brief(faults)}.")
    named = {str(letter).upper(): name for letter, name in faults.items()}
    missing = [letter for letter in MEASURED if named.get(letter) in (None, ...)]
    if len(missing) == len(MEASURED):
        raise NotAttempted
    for letter, (fault, measured) in MEASURED.items():
        if letter in missing:
            continue
        name = meant(named[letter], letter)
        require(name == fault, f"{letter} {measured}. But {SHOWS[name]}. That is not what {letter} shows.")
    require(not missing, f"All that you have named is right. {', '.join(missing)} still without a name.")
    return "Each fault is named by what it does."


def meant(said: Any, letter: str) -> str:
    """Return which of the eight names is meant."""
    for word, name in WORDS.items():
        if word in str(said).lower():
            return name
    raise Wrong(f"{letter}: {brief(said)} is none of the eight names.")
