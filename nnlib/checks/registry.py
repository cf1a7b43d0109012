"""The bank of exercises: what each is called, how it is judged, and the hints that lead to it."""

import difflib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nnlib.checks.answers import SECONDS, Answer, NotAttempted, Wrong, brief
from nnlib.checks.verdict import Hint, Verdict, show

NOT_ATTEMPTED = "Write your answer in the cell of the exercise, run that cell, and then this one."


class Exercise(NamedTuple):
    """An exercise of the book."""

    id: str
    chapter: str
    title: str
    signature: str


@dataclass
class Entry:
    """An exercise with its judge, which takes the answers and returns what is good about them."""

    exercise: Exercise
    judge: Callable[..., str]
    hints: tuple[str, ...]
    seconds: float
    climbed: int = field(default=0)

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The judge's parameters: one for each answer."""
        return dict(inspect.signature(self.judge).parameters)


BANK: dict[str, Entry] = {}


def exercise(id: str, title: str, signature: str, hints: tuple[str, ...], seconds: float = SECONDS) -> Callable:
    """Register the decorated judge. What it annotates as `Answer` is a function of the reader's."""
    chapter = id.partition("-")[0].lstrip("0").upper() or "0"

    def register(judge: Callable[..., str]) -> Callable[..., str]:
        BANK[id] = Entry(Exercise(id, chapter, title, signature), judge, hints, seconds)
        return judge

    return register


def find(id: str) -> Entry:
    """Return the exercise's entry, or raise a ValueError that names those that sound like it."""
    if id not in BANK:
        near = difflib.get_close_matches(str(id), BANK, n=3, cutoff=0)
        raise ValueError(f"exercise is {id!r}; the nearest are {', '.join(near)}. exercises() lists all {len(BANK)}")
    return BANK[id]


def check(exercise: str, *answers: Any) -> Verdict:
    """Judge an answer to an exercise of the book by the properties that a right one has.

    Parameters
    ----------
    exercise : str
        Its name, such as "06-two-two-one"; `exercises` lists all.
    *answers : function, number, array, ...
        What the exercise asks for, in the order of its signature. A function is called on random inputs,
        each time for 10 seconds at most unless the exercise says otherwise.

    Returns
    -------
    Verdict
        It shows itself in a notebook and prints itself elsewhere, and is true if the answer passed.

    Raises
    ------
    ValueError
        If there is no such exercise, or if it asks for another number of answers.

    Examples
    --------
    >>> from nnlib.checks import check
    >>> verdict = check("01-gates", ...)  # nothing written yet
    01-gates: not attempted yet. Write your answer in the cell of the exercise, run that cell, and then this one.
    >>> verdict.passed, verdict.attempted
    (False, False)
    """
    entry = find(exercise)
    verdict = judged(entry, answers)
    show(verdict)
    return verdict


def judged(entry: Entry, answers: tuple) -> Verdict:
    """Return the verdict on the answers."""
    id, names = entry.exercise.id, list(entry.parameters)
    if not answers or any(answer is None or answer is Ellipsis for answer in answers):
        return Verdict(id, passed=False, attempted=False, message=NOT_ATTEMPTED)
    if len(answers) != len(names):
        raise ValueError(f"{id} takes {len(names)} answers ({', '.join(names)}); there are {len(answers)}")
    try:
        message = entry.judge(*map(prepared, answers, entry.parameters.values(), [entry.seconds] * len(names)))
    except NotAttempted:
        return Verdict(id, passed=False, attempted=False, message=NOT_ATTEMPTED)
    except Wrong as wrong:
        return Verdict(id, passed=False, attempted=True, message=str(wrong), mistake=wrong.mistake)
    except Exception as error:  # a result of a kind that no judge has thought of
        message = f"This answer could not be judged: {type(error).__name__}: {error}. Does it return what is asked for?"
        return Verdict(id, passed=False, attempted=True, message=message)
    return Verdict(id, passed=True, attempted=True, message=message)


def prepared(answer: Any, parameter: inspect.Parameter, seconds: float) -> Any:
    """Return the answer as its judge takes it, a function as an `Answer`."""
    if parameter.annotation is not Answer:
        if inspect.isfunction(answer):
            raise Wrong(f"{parameter.name} has to be a value; what came is the function {answer.__name__} itself.")
        return answer
    if not callable(answer):
        raise Wrong(f"{parameter.name} has to be a function, without its parentheses; what came is {brief(answer)}.")
    return Answer(answer, seconds)


def hint(exercise: str) -> Hint:
    """Return the next hint for an exercise: first a question, then a pointer, last almost the line.

    After the last it starts again.

    Parameters
    ----------
    exercise : str
        Its name, such as "06-two-two-one"; `exercises` lists all.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> from nnlib.checks import hint
    >>> rung = hint("01-gates")
    01-gates, hint 1 of 3: Where does the line have to pass so that no corner is closer to it than it must be?
    """
    entry = find(exercise)
    rung = entry.climbed % len(entry.hints)
    entry.climbed += 1
    said = Hint(exercise, rung + 1, len(entry.hints), entry.hints[rung])
    show(said)
    return said


def exercises() -> list[Exercise]:
    """Return every exercise of the book: its name, chapter, title, and the signature of its answer.

    Examples
    --------
    >>> from nnlib.checks import exercises
    >>> exercises()[0].chapter
    '0'
    """
    return [entry.exercise for entry in sorted(BANK.values(), key=lambda entry: entry.exercise.id)]
