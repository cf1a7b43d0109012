"""How an answer is asked: its arguments are watched, its time is limited, its errors are told in its own line."""

import copy
import dis
import inspect
import reprlib
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np

SECONDS = 10.0


class Wrong(Exception):
    """An answer that is not right yet: what the reader sees, and the mistake's name if it is a known one."""

    def __init__(self, message: str, mistake: str | None = None) -> None:
        super().__init__(message)
        self.mistake = mistake


class NotAttempted(Exception):
    """The untouched stub."""


# No Exception, or the reader's own `except Exception` would catch it.
class TooLong(BaseException):
    """The answer ran for longer than anybody waits."""


class Answer:
    """A function of the reader's: called, it returns what theirs returns, or raises `Wrong` or `NotAttempted`.

    Attributes
    ----------
    name : str
        What messages call it.
    warned : list of str
        The warnings of the last call.
    """

    def __init__(self, function: Callable[..., Any], seconds: float = SECONDS) -> None:
        self.function = function
        self.seconds = seconds
        self.name = getattr(function, "__name__", type(function).__name__)
        self.file = getattr(getattr(inspect.unwrap(function), "__code__", None), "co_filename", "")
        self.warned: list[str] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function, which has to return something and to leave its arguments as they are."""
        before = frozen((arguments, keywords))
        result = self.run(*arguments, **keywords)
        if not unchanged((arguments, keywords), before):
            raise Wrong(f"{self.name} changes what it is given. Work on a copy, or make a new array.")
        if result is None or result is Ellipsis:
            require(
                not computes(self.function), f"{self.name} returns nothing. Does each way through it end in a return?"
            )
            raise NotAttempted
        return result

    def in_place(self, *arguments: Any, **keywords: Any) -> Any:
        """Call a function that may change what it is given and need not return anything."""
        before = frozen((arguments, keywords))
        result = self.run(*arguments, **keywords)
        if (result is None or result is Ellipsis) and unchanged((arguments, keywords), before):
            raise NotAttempted
        return result

    def run(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function; tell its errors, note its warnings, end it when its time is up."""
        try:
            with warnings.catch_warnings(record=True) as caught, time_limit(self.seconds, self.file):
                warnings.simplefilter("always")
                result = self.function(*arguments, **keywords)
        except (Wrong, NotAttempted):  # of an answer that is called by another
            raise
        except NotImplementedError:
            raise NotAttempted from None
        except TooLong:
            raise Wrong(f"{self.name} was still running after {self.seconds:g} seconds. Does its loop end?") from None
        except Exception as error:
            raise Wrong(f"{self.name} stops with {told(error, self.file)}") from error
        self.warned = [str(warning.message) for warning in caught]
        return result


def computes(function: Callable[..., Any]) -> bool:
    """Tell whether a function calls, calculates, compares or loops, as no untouched stub does."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    work = ("CALL", "BINARY", "COMPARE", "FOR_ITER")
    return code is not None and any(step.opname.startswith(work) for step in dis.get_instructions(code))


def told(error: Exception, file: str) -> str:
    """Return an error in words, with the lowest line of `file` that led to it."""
    lines = [line for line in traceback.extract_tb(error.__traceback__) if line.filename == file]
    words = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"{words}\n    in your line: {lines[-1].line}" if lines and lines[-1].line else words


@contextmanager
def time_limit(seconds: float, file: str) -> Iterator[None]:
    """Raise TooLong from within, at the next call or the next line of `file` after so many seconds.

    It works in every thread and in a browser, where there are no alarms. Under a debugger nobody is hurried.
    """
    if sys.gettrace() is not None:
        yield
        return
    end = time.monotonic() + seconds

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        if time.monotonic() > end:
            raise TooLong
        return watch if frame.f_code.co_filename == file else None

    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(None)


def frozen(value: Any) -> Any:
    """Return a copy of the numbers in `value`: of arrays, of a network's theta, of what is inside containers."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: frozen(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [frozen(entry) for entry in value]
    return copy.copy(getattr(value, "theta", None))


def unchanged(value: Any, before: Any) -> bool:
    """Tell whether `value` still holds the numbers that `frozen` found."""
    if isinstance(value, dict):
        return value.keys() == before.keys() and all(unchanged(value[key], before[key]) for key in value)
    if isinstance(value, list | tuple):
        return len(value) == len(before) and all(map(unchanged, value, before))
    now = value if isinstance(value, np.ndarray) else getattr(value, "theta", None)
    return now is None or same_array(now, before)


def same_array(a: Any, b: Any) -> bool:
    """Tell whether two arrays hold the same, NaN like NaN."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and bool(np.all((a == b) | ((a != a) & (b != b))))


def brief(value: Any) -> str:
    """Return a value in one short line."""
    if isinstance(value, np.ndarray) and value.size > 8:
        return f"an array of shape {value.shape}"
    if isinstance(value, np.ndarray | np.generic):
        return " ".join(np.array2string(np.asarray(value), precision=4, floatmode="maxprec").split())
    return f"{value:.4g}" if isinstance(value, float) else reprlib.repr(value)


def as_array(value: Any, name: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Return `value` as a float array of that shape, or say what it is instead."""
    try:
        array = np.asarray(value)
        if np.iscomplexobj(array) and np.any(array.imag != 0):
            raise Wrong(f"{name} has to be real; it is complex: {brief(value)}.")
        array = np.asarray(array.real, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"{name} has to be an array of numbers; it is {brief(value)}.") from None
    if shape is not None and array.shape != shape:
        raise Wrong(f"{name} has shape {array.shape}; it needs {shape}.")
    return array


def as_number(value: Any, name: str) -> float:
    """Return `value` as a float, or say what it is instead; an array of one number is taken."""
    array = as_array(value, name)
    if array.size != 1:
        raise Wrong(f"{name} has to be one number; it is an array of shape {array.shape}.")
    return float(array.reshape(()))


def as_parts(value: Any, name: str, number: int) -> tuple:
    """Return the parts of a result that has to be a tuple of so many."""
    if isinstance(value, np.ndarray) or not isinstance(value, list | tuple) or len(value) != number:
        raise Wrong(f"{name} has to return {number} things; it returns {brief(value)}.")
    return tuple(value)


def as_names(value: Any, name: str, such_as: str) -> set[str]:
    """Return a result that has to be names, in a collection of any kind, as a set; `such_as` is one of them."""
    names = list(value) if np.iterable(value) and not isinstance(value, str) else [None]
    if not all(isinstance(entry, str) for entry in names):
        raise Wrong(f'{name} has to return a list of names, such as ["{such_as}"]; it returns {brief(value)}.')
    return {str(entry) for entry in names}


def require(condition: Any, message: str, mistake: str | None = None) -> None:
    """Raise Wrong with the message unless the condition holds."""
    if not condition:
        raise Wrong(message, mistake)


def require_close(
    actual: Any, expected: Any, what: str, rtol: float = 1e-6, atol: float = 1e-9, mistake: str | None = None
) -> None:
    """Require numbers to be as expected; the message shows both, in digits that differ, of an array the worst entry."""
    expected = np.asarray(expected, dtype=float)
    actual = as_array(actual, what, expected.shape)
    if np.allclose(actual, expected, rtol=rtol, atol=atol):
        return
    with np.errstate(invalid="ignore"):
        gap = np.nan_to_num(np.abs(actual - expected), nan=np.inf)
    worst = np.unravel_index(np.argmax(gap), gap.shape)
    where = f", at index {tuple(map(int, worst))}" if expected.size > 1 else ""
    digits = next((d for d in (6, 9, 12) if f"{actual[worst]:.{d}g}" != f"{expected[worst]:.{d}g}"), 17)
    raise Wrong(f"{what} is {actual[worst]:.{digits}g}; it has to be {expected[worst]:.{digits}g}{where}.", mistake)
