"""What a reader sees of a check: a verdict or a hint, in color in a notebook, in plain words elsewhere."""

import html
import sys
from dataclasses import dataclass

GREEN, AMBER, GRAY = "#2a9d6f", "#d98a00", "#8a8f98"


@dataclass(frozen=True)
class Verdict:
    """The judgment of an answer. It is true if the answer passed: ``assert check(...)``.

    Attributes
    ----------
    exercise : str
        The exercise, such as "06-two-two-one".
    passed, attempted : bool
        Whether the answer is right, and whether there is one.
    message : str
        What was seen, in the answer's own numbers.
    mistake : str or None
        The name of the mistake, if it is a known one.
    """

    exercise: str
    passed: bool
    attempted: bool
    message: str
    mistake: str | None = None

    def __bool__(self) -> bool:
        return self.passed

    @property
    def headline(self) -> str:
        """Right, not yet, or not attempted yet."""
        if self.passed:
            return "right"
        return "not yet" if self.attempted else "not attempted yet"

    def __repr__(self) -> str:
        return f"{self.exercise}: {self.headline}. {self.message}"

    def _repr_html_(self) -> str:
        color = GREEN if self.passed else AMBER if self.attempted else GRAY
        return box(f"{self.exercise}: {self.headline}.", self.message, color)


@dataclass(frozen=True)
class Hint:
    """One rung of the ladder that leads to an answer."""

    exercise: str
    rung: int
    rungs: int
    message: str

    @property
    def headline(self) -> str:
        """Which hint it is, and of how many."""
        return f"{self.exercise}, hint {self.rung} of {self.rungs}:"

    def __repr__(self) -> str:
        return f"{self.headline} {self.message}"

    def _repr_html_(self) -> str:
        return box(self.headline, self.message, GRAY)


def box(headline: str, message: str, color: str) -> str:
    """Return HTML with a colored edge; the headline says in words what the color says."""
    style = f"border-left: 4px solid {color}; padding: 0.2em 0.8em; white-space: pre-wrap"
    return f'<div class="verdict" style="{style}"><b>{html.escape(headline)}</b> {html.escape(message)}</div>'


def show(said: Verdict | Hint) -> None:
    """Print, unless a notebook or an interactive session shows the value of the call anyway."""
    in_notebook = "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None
    if not in_notebook and not hasattr(sys, "ps1"):
        print(said)
