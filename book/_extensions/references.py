"""What a notebook's page calls what it holds, and what its references say and where they lead: _build/references.json.

tools/editions.py makes notebooks in plain Markdown from it, which have the page's numbers and words.
"""

import json
import posixpath
from pathlib import Path

from book_map import held, task
from docutils import nodes
from docutils.utils import new_document
from sphinx.addnodes import pending_xref


def write_references(app, exception):
    """Write both for each page; a reference is a list of pieces of text, each with its address or null."""
    if exception or app.builder.format != "html":
        return
    pages = {
        page: {"titles": dict(titles_of(app.env, page)), "references": dict(references_of(app.env, page))}
        for page in sorted(app.env.found_docs)
        if app.env.doc2path(page).endswith(".ipynb")
    }
    Path(app.outdir).with_name("references.json").write_text(json.dumps(pages, indent=1, ensure_ascii=False))


def titles_of(env, page):
    """Yield the labels of a page's exercises, theorems, figures and equations, each with its number and title."""
    document = env.get_doctree(page)
    numbers = env.toc_fignumbers.get(page, {})
    for node in document.findall(held):
        if "label" in node:
            yield node["label"], task(env, page, node)
    for kind, pattern in {"figure": "Figure {}", "displaymath": "({})"}.items():
        for label, number in numbers.get(kind, {}).items():
            yield label.removeprefix("equation-"), pattern.format(".".join(map(str, number)))


def references_of(env, page):
    """Yield each reference of a page: its role and target, and what it says."""
    address = env.app.builder.get_target_uri(page)
    for reference in env.get_doctree(page).findall(pending_xref):
        document = new_document("")
        document.settings = reference.document.settings if reference.document else document.settings
        document.settings.env = env
        document += nodes.paragraph("", "", reference.deepcopy())
        env.apply_post_transforms(document, page)
        yield f"{reference['reftype']} {reference['reftarget']}", list(say(document, address))


def say(document, page):
    """Yield the text of what was resolved, in pieces that lead to one place each, and these places."""
    for text in document.findall(nodes.Text):
        link = text.parent
        while link is not None and not isinstance(link, nodes.reference):
            link = link.parent
        yield [text.astext(), None if link is None else address_of(link, page)]


def address_of(link, page):
    """Return where a link leads, as an address below the site's."""
    if "refid" in link:
        return f"{page}#{link['refid']}"
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), link["refuri"]))


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", write_references)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
