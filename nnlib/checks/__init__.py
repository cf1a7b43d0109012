"""The exercises of the book, and what judges an answer to them.

`check` looks at what an answer does, on random cases, and never at how it is written; `hint` leads
to it in steps; `exercises` lists them all. To see what a right answer has to do, open the chapter's
module: nothing in it gives the answer away.
"""

from nnlib.checks import (  # each puts its exercises into the bank
    appendix_a,
    chapter_00,
    chapter_01,
    chapter_02,
    chapter_03,
    chapter_04,
    chapter_05,
    chapter_06,
    chapter_07,
    chapter_08,
    chapter_09,
    chapter_10,
    chapter_11,
    chapter_12,
    chapter_13,
    chapter_14,
    chapter_15,
    chapter_16,
)
from nnlib.checks.registry import Exercise, check, exercises, hint
from nnlib.checks.verdict import Hint, Verdict

__all__ = ["Exercise", "Hint", "Verdict", "check", "exercises", "hint"]
