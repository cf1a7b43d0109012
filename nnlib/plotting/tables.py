"""Results in rows and columns: a real table in a notebook and in the page, aligned text elsewhere.

Chapter 2 is the first to show one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from nnlib.validation import short

NUMBER = re.compile(r"[-+−±]?(\.?\d|inf$|nan$)")  # how a cell begins that is aligned by its end


class Table:
    """A table of results.

    Parameters
    ----------
    header : sequence
        The name of each column; the first may be empty where the rows name themselves.
    rows : sequence of sequences
        For each row its cells, as many as the header has: words, or numbers already rounded as they are to be read.

    Raises
    ------
    ValueError
        If a row has another number of cells than the header, or the header has none.

    Examples
    --------
    >>> import nnlib
    >>> nnlib.plotting.Table(["rate", "loss"], [[0.1, "0.25"], [1, "0.0312"]])
    rate    loss
     0.1    0.25
       1  0.0312
    """

    def __init__(self, header: Sequence, rows: Sequence[Sequence]) -> None:
        self.header = [str(name) for name in header]
        self.rows = [[str(cell) for cell in row] for row in rows]
        if not self.header:
            raise ValueError("header is empty; it may be any list of at least one name")
        for number, row in enumerate(self.rows):
            if len(row) != len(self.header):
                columns = f"the header has {len(self.header)}: {short(self.header)}"
                raise ValueError(f"rows[{number}] has {len(row)} cells; {columns}")

    def _sides(self) -> list[str]:
        """Return for each column the side to which it is aligned: numbers to the right."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.header)
        return ["right" if all(NUMBER.match(cell) for cell in column if cell) else "left" for column in columns]

    def __repr__(self) -> str:
        lines = [self.header, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        align = {"left": str.ljust, "right": str.rjust}
        layout = [(align[side], width) for side, width in zip(self._sides(), widths, strict=True)]
        return "\n".join(
            "  ".join(put(cell, width) for cell, (put, width) in zip(line, layout, strict=True)).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        head = _row(self.header, self._sides(), "col")
        body = "".join(_row(row, self._sides(), "row") for row in self.rows)
        return f'<table class="results">\n<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>\n</table>'


def _row(cells: list[str], sides: list[str], scope: str) -> str:
    """Return a row; its headers say what they are the header of, for readers who hear the table."""
    written = ""
    for place, (cell, side) in enumerate(zip(cells, sides, strict=True)):
        is_header = cell and (scope == "col" or place == 0)
        tag, about = ("th", f' scope="{scope}"') if is_header else ("td", "")
        written += f'<{tag}{about} style="text-align: {side}">{html.escape(cell)}</{tag}>'
    return f"<tr>{written}</tr>\n"
