"""The library's docstrings write formulas as the book does, between dollars; Sphinx reads them as `:math:`.

On a phone a long name goes on in a new line behind a dot or an underscore.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

FORMULA = re.compile(r"\$([^$\n]+)\$")


def write_formulas(app, what, name, obj, options, lines):
    """Replace the dollars around each formula of a docstring, line by line, in place."""
    lines[:] = [FORMULA.sub(lambda formula: f":math:`{formula[1]}`", line) for line in lines]


class LetNamesBreak(SphinxPostTransform):
    """Name the places where a line may break in the name that a signature explains."""

    default_priority = 300
    formats = ("html",)

    def run(self, **_):
        """Go through the signatures of the page."""
        for kind in (addnodes.desc_addname, addnodes.desc_name):
            for name in self.document.findall(kind):
                first, *others = re.split(r"(?<=[._])(?=\w)", name.astext())
                name.children = []
                name += nodes.Text(first)
                for piece in others:
                    name += [nodes.raw("", "<wbr>", format="html"), nodes.Text(piece)]


def drop_alias(app, what, name, obj, options, lines):
    """Leave out what Python itself says of a named tuple's field: its place, which no reader asks for."""
    lines[:] = [line for line in lines if not line.startswith("Alias for field number")]


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(LetNamesBreak)
    app.connect("autodoc-process-docstring", write_formulas)
    app.connect("autodoc-process-docstring", drop_alias)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
