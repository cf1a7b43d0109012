"""The search page: every section of the book as clean text, in one script that needs no server.

Sphinx's own index knows pages only, cuts words to English stems and loses signs such as 1/8. A section here is what
stands under a heading; exercises, terms and the names of the library are sections, too. Solutions are left out.
"""

import json
from pathlib import Path

from chapter_numbers import chapter_of
from docutils import nodes
from plain_text import exercise_title, sentence
from sphinx import addnodes

SCRIPT = "search_sections.js"
SPHINX_SCRIPTS = ["searchtools.js", "language_data.js", "sphinx_highlight.js"]


class Section:
    """A heading of a page and what stands under it, up to the next."""

    def __init__(self, kind, title, anchor):
        self.kind, self.title, self.anchor = kind, title, anchor
        self.prose, self.code = [], []

    def packed(self, page):
        """Return what the script keeps of it."""
        return [page, self.anchor, self.kind, self.title, " ".join(filter(None, self.prose)), "\n".join(self.code)]


def opened_by(node, env, docname):
    """Return the section that a node is, or None; the node's first child is then its heading."""
    if not node.children or not isinstance(node.children[0], nodes.Element):
        return None
    heading = node.children[0]
    if isinstance(node, nodes.section) and isinstance(heading, nodes.title):
        return Section("section", sentence(heading), node["ids"][0])
    if node.get("type") == "exercise":
        return Section("exercise", exercise_title(env, docname, node), node["ids"][0])
    if isinstance(node, nodes.definition_list_item) and heading["ids"]:
        return Section("term", in_two_languages(node), heading["ids"][0])
    if isinstance(node, addnodes.desc) and heading["ids"]:
        return Section("name", heading["ids"][0], heading["ids"][0])
    return None


def in_two_languages(item):
    """Return a term of the glossary with its Korean word, which is the first that stands in bold."""
    korean = item.next_node(nodes.strong)
    return sentence(item.children[0]) + (f" · {sentence(korean)}" if korean else "")


def gather(children, section, sections, env, docname):
    """Put the text of `children` into `section`, and open new ones in `sections` where they begin."""
    for child in children:
        if not isinstance(child, nodes.Element) or child.get("type") == "solution":
            continue
        opened = opened_by(child, env, docname)
        if opened:
            sections.append(opened)
            gather(child.children[1:], opened, sections, env, docname)
        elif isinstance(child, (nodes.literal_block, nodes.doctest_block)):
            section.code.append(child.astext().strip("\n"))
        elif not isinstance(child, nodes.TextElement):
            gather(child.children, section, sections, env, docname)
        elif not isinstance(child, nodes.math_block):
            section.prose.append(sentence(child))


def collect(app, doctree, docname):
    """Note the sections of a page whose references are resolved: its text is what a reader sees."""
    sections = []
    gather(doctree.children, Section("section", "", ""), sections, app.env, docname)
    app.env.search_sections[docname] = sections


def begin(app):
    """Forget what was noted before, and keep Sphinx from making its own index."""
    app.env.search_sections = {}
    app.builder.search = False


def search_page(app):
    """Have the search page written: Sphinx leaves it out together with its index."""
    return [("search", {"title": "Search"}, "search.html")]


def drop_highlighting(app, pagename, templatename, context, doctree):
    """Keep the script off all pages that marks the words of Sphinx's search."""
    context["script_files"] = [file for file in context["script_files"] if "sphinx_highlight.js" not in str(file)]


def write_script(app, exception):
    """Write the sections, in the order of the table of contents, and take Sphinx's scripts away."""
    if exception or app.builder.name != "html":
        return
    docnames = reading_order(app.env)
    pages = [page(app, docname) for docname in docnames]
    sections = [
        section.packed(number)
        for number, docname in enumerate(docnames)
        for section in app.env.search_sections.get(docname, [])
    ]
    static = Path(app.outdir) / "_static"
    packed = json.dumps({"pages": pages, "sections": sections}, ensure_ascii=False, separators=(",", ":"))
    (static / SCRIPT).write_text(f"window.searchSections = {packed};\n", encoding="utf-8")
    for script in SPHINX_SCRIPTS:
        (static / script).unlink(missing_ok=True)


def reading_order(env):
    """Return the names of all pages, each before those that stand below it."""

    def below(docname):
        return [docname, *(page for inner in env.toctree_includes.get(docname, []) for page in below(inner))]

    return below(env.config.root_doc)


def page(app, docname):
    """Return a page's number or letter, its title and its address."""
    number = "".join(map(str, chapter_of(docname)))
    return [number, sentence(app.env.titles[docname]), app.builder.get_target_uri(docname)]


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", begin)
    app.connect("doctree-resolved", collect, priority=400)  # before the map is drawn: it says again what others say
    app.connect("html-collect-pages", search_page)
    app.connect("html-page-context", drop_highlighting)
    app.connect("build-finished", write_script)
    return {"parallel_read_safe": True, "parallel_write_safe": False}  # the sections would stay in other processes
