"""Traits that check what they are given, whoever gives it: Python, a control or the page.

What a trait refuses it does not keep. Each is made with a function `check(name, value)`, which returns the value as it
is kept or raises a ValueError that says what it was and what it may be.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import traitlets

from nnlib.validation import short

Check = Callable[[str, Any], Any]


class Refused(ValueError, traitlets.TraitError):
    """A value that a trait refuses; as it is a TraitError, too, traitlets takes back what was set along with it."""


@contextmanager
def refusing() -> Iterator[None]:
    """Let a ValueError inside refuse the value of a trait."""
    try:
        yield
    except ValueError as error:
        raise Refused(str(error)) from None


class Checked(traitlets.TraitType):
    """A trait that keeps what its check returns, and refuses the rest."""

    def __init__(self, check: Check, default_value: Any = traitlets.Undefined) -> None:
        self.check = check
        super().__init__(default_value)

    def validate(self, owner: traitlets.HasTraits, value: Any) -> Any:
        """Return the value as it is kept."""
        with refusing():
            return self.check(str(self.name), value)


class Fixed(Checked):
    """A trait that is set once, when its widget is made."""

    def validate(self, owner: traitlets.HasTraits, value: Any) -> Any:
        """Return the first value as it is kept."""
        checked = super().validate(owner, value)
        kept = owner._trait_values.get(str(self.name), checked)
        if type(checked) is not type(kept) or checked != kept:
            raise Refused(f"{self.name} is {short(value)}; it stays what it was when the widget was made")
        return kept


class Reported(Checked):
    """A trait that the widget sets itself, by `set_trait`; others read and observe it."""

    def __set__(self, owner: traitlets.HasTraits, value: Any) -> None:
        """Refuse to be set from outside."""
        raise Refused(f"{self.name} is what the widget reports; it may be read and observed, not set")


def is_one_of(value: Any, known: Sequence[float]) -> bool:
    """Return whether `value` is a number, and one of `known`."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_number and value in known


def check_up_to(name: str, value: Any, smallest: int, largest: int) -> int:
    """Return `value` as an int; ValueError if it is no whole number between the ends."""
    if not is_one_of(value, range(smallest, largest + 1)):
        raise ValueError(f"{name} is {short(value)}; it may be from {smallest} to {largest}")
    return int(value)


def check_flag(name: str, value: Any) -> bool:
    """Return `value`; ValueError if it is not True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {short(value)}; it may be True or False")
    return value


def check_text(name: str, value: Any) -> str:
    """Return `value`; ValueError if it is no text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} is {short(value)}; it may be a text")
    return value


def as_they_come(name: str, value: Any) -> Any:
    """Return `value`, of a trait that the widget sets to what it has computed."""
    return value
