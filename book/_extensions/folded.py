"""Solutions and cells that only draw are folded, and each opens by a bar with a name of its own.

Both are native `<details>`: they work without scripts and from the keyboard, and open when a link or a search leads
inside. The page's script for print opens them: `details.solution` and `details.hide`.
"""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node


class bar(nodes.TextElement):
    """The line that stays when the rest is folded."""


class NameSolutions(SphinxPostTransform):
    """Let a solution's title be its bar, which opens it; the link to the exercise goes to its end."""

    default_priority = 30  # after sphinx-exercise has written titles and links
    formats = ("html",)

    def run(self, **_):
        """Go through the page's solutions."""
        for solution in list(self.document.findall(solution_node)):
            title, *content = solution.children
            (link,) = title.findall(nodes.reference)
            back = nodes.reference("", f"Back to {link.astext().strip()}", **link.attributes)
            solution.clear()
            solution += bar("", title.astext())
            solution += [child for part in content for child in without_section(part)]
            solution += nodes.paragraph("", "", back, classes=["back-to-exercise"])


def without_section(node):
    """Return what sphinx-exercise has put into a section, whose one id would stand in the page many times."""
    return node.children if isinstance(node, nodes.section) else [node]


class NameFoldedCode(SphinxPostTransform):
    """Say what a folded cell draws."""

    default_priority = 210  # after MyST-NB has folded it
    formats = ("html",)

    def run(self, **_):
        """Go through the page's folded cells."""
        for folded in self.document.findall(HideCodeCellNode):
            folded.insert(0, bar("", self.name(folded.parent)))

    def name(self, cell):
        """Return the name of a cell's code: by the number of its figure, or by its own, as Jupyter shows it."""
        numbers = self.env.toc_fignumbers.get(self.env.docname, {}).get("figure", {})
        for figure in cell.findall(nodes.figure):
            number = ".".join(map(str, numbers[figure["ids"][0]]))
            return f"The code that draws Figure {number}"
        return f"The code of cell {cell['exec_count']}"


def open_details(self, node):
    """Begin what is folded."""
    kind = "solution" if isinstance(node, solution_node) else "hide"
    self.body.append(self.starttag(node, "details", CLASS=kind))


def close_details(self, _):
    """End it."""
    self.body.append("</details>\n")


def open_bar(self, node):
    """Begin the bar."""
    self.body.append(self.starttag(node, "summary", ""))


def close_bar(self, _):
    """End it."""
    self.body.append("</summary>\n")


def setup(app):
    """Register with Sphinx."""
    app.add_node(bar, html=(open_bar, close_bar))
    app.add_node(solution_node, override=True, html=(open_details, close_details))
    app.add_node(HideCodeCellNode, override=True, html=(open_details, close_details))
    app.add_post_transform(NameSolutions)
    app.add_post_transform(NameFoldedCode)
    app.add_css_file("folded.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
