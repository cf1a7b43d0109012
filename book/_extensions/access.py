"""What a page says to those who do not see it: Korean words are marked as Korean, references are a list."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

HANGUL = "[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]"
KOREAN = re.compile(f"({HANGUL}+(?: +{HANGUL}+)*)")


class MarkKorean(SphinxPostTransform):
    """Say of each Korean word that it is Korean: a screen reader takes another voice, a browser another face."""

    default_priority = 900  # after all that writes words
    formats = ("html",)

    def run(self, **_):
        """Go through the words of the page."""
        for text in list(self.document.findall(nodes.Text)):
            if KOREAN.search(text) and not isinstance(text.parent, nodes.raw):
                text.parent.replace(text, marked(text))


def marked(text):
    """Return the parts of a text as nodes, the Korean ones with their language."""
    # Docutils writes a class of this kind as `lang`. The odd parts are those that the pattern caught.
    return [
        nodes.inline(part, part, classes=["language-ko"]) if place % 2 else nodes.Text(part)
        for place, part in enumerate(KOREAN.split(text))
        if part
    ]


def visit_citation(translator, node):
    """Begin an entry of the references; the first one begins their list."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div role="list" class="citation-list">\n')
    translator.body.append(translator.starttag(node, "div", CLASS="citation", role="listitem"))


def depart_citation(translator, node):
    """End an entry of the references; the last one ends their list."""
    translator.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        translator.body.append("</div>\n")


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(MarkKorean)
    # Docutils gives each entry the role doc-biblioentry, which is deprecated and which no browser knows in a list.
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
