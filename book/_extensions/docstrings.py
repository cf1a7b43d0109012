"""The library's docstrings write formulas as the book does, between dollars; Sphinx reads them as `:math:`."""

import re

FORMULA = re.compile(r"\$([^$\n]+)\$")


def write_formulas(app, what, name, obj, options, lines):
    """Replace the dollars around each formula of a docstring, line by line, in place."""
    lines[:] = [FORMULA.sub(lambda formula: f":math:`{formula[1]}`", line) for line in lines]


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", write_formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
