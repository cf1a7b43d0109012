"""A map of the book: its parts, pages, sections, exercises and theorems, read from the book when it is built."""

from chapter_numbers import chapter_of
from docutils import nodes
from plain_text import exercise_title, in_parentheses, sentence
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

BREAK = "\u200b"  # a space of no width


class Map(nodes.General, nodes.Element):
    """Where the map will stand, as soon as all pages are read."""


class BookMap(SphinxDirective):
    """`book-map` draws the map."""

    def run(self):
        """Leave a place."""
        return [Map()]


class LibraryNames(SphinxDirective):
    """`library-names` lists the names of the library that a page below this one explains."""

    required_arguments = 1

    def run(self):
        """Leave a place."""
        return [Map(page=self.arguments[0])]


def draw(app, doctree, docname):
    """Put the map, or the names, into its place."""
    for place in list(doctree.findall(Map)):
        if "page" in place:
            place.replace_self(names_of(app, docname, f"{docname}/{place['page']}"))
        else:
            place.replace_self([drawn_part(app, docname, *part) for part in parts_of(app.env)])


def parts_of(env):
    """Return the captions of the table of contents, each with its pages."""
    root = env.get_doctree(env.config.root_doc)
    return [(tree["caption"], [page for _, page in tree["entries"]]) for tree in root.findall(addnodes.toctree)]


def drawn_part(app, docname, caption, pages):
    """Return a part of the book: a heading, and its pages with what they hold."""
    part = nodes.section("", nodes.title("", caption), ids=[nodes.make_id(f"part-{caption}")], classes=["map-part"])
    part.extend(drawn_page(app, docname, page) for page in pages if page != docname)
    return part


def drawn_page(app, docname, page):
    """Return a page's heading and the list of what it holds."""
    env = app.env
    number = "".join(map(str, chapter_of(page)))
    text = " · ".join(filter(None, [number, sentence(env.titles[page])]))
    title = nodes.title("", "", link(app, docname, page, "", text))
    drawn = nodes.section("", title, ids=[nodes.make_id(f"map-{page}")], classes=["map-page"])
    entries = [
        entry(app, docname, page, node) for top in env.get_doctree(page).children for node in top.children if held(node)
    ]
    entries += [
        item(link(app, docname, inner, "", sentence(env.titles[inner]))) for inner in env.toctree_includes.get(page, [])
    ]
    if entries:
        drawn += nodes.bullet_list("", *entries)
    return drawn


def held(node):
    """Tell a section, an exercise or a theorem from all else."""
    return isinstance(node, nodes.section) or (
        isinstance(node, nodes.Element) and (node.get("type") == "exercise" or "realtype" in node)
    )


def entry(app, docname, page, node):
    """Return the item of a section with what it holds, of an exercise or of a theorem."""
    if not isinstance(node, nodes.section):
        kind = "map-exercise" if node.get("type") == "exercise" else "map-theorem"
        return item(link(app, docname, page, node["ids"][0], task(app.env, page, node)), classes=[kind])
    inner = [entry(app, docname, page, task) for task in node.findall(held) if not isinstance(task, nodes.section)]
    heading = link(app, docname, page, node["ids"][0], sentence(node.next_node(nodes.title)))
    return item(heading, *([nodes.bullet_list("", *inner)] if inner else []))


def task(env, page, node):
    """Return the number and title of an exercise, a theorem or the like."""
    if node.get("type") == "exercise":
        return exercise_title(env, page, node)
    number = ".".join(map(str, env.toc_fignumbers[page][node["countertype"]][node["label"]]))
    return f"{node['realtype'].capitalize()} {number}: {in_parentheses(sentence(node.next_node(nodes.title)))}"


def names_of(app, docname, page):
    """Return the list of the classes and functions that a page of the library explains."""
    objects = app.env.domaindata["py"]["objects"].items()
    names = [
        name
        for name, known in objects
        if known.docname == page and known.objtype in ("class", "function") and not known.aliased
    ]
    links = [link(app, docname, page, name, name.removeprefix("nnlib.")) for name in names]
    return nodes.bullet_list("", *map(item, links), classes=["map-names"])


def let_names_break(app, env):
    """Let a long name go on in a new line after an underscore, in the narrow contents beside a page."""
    for contents in env.tocs.values():
        for name in contents.findall(nodes.literal):
            text = name.astext().replace(BREAK, "").replace("_", f"_{BREAK}")
            name.children = [nodes.Text(text)]


def item(*children, classes=()):
    """Return a list item whose first child is its line."""
    first, *rest = children
    return nodes.list_item("", nodes.paragraph("", "", first), *rest, classes=list(classes))


def link(app, docname, page, anchor, text):
    """Return a link from one page to a place in another."""
    target = app.builder.get_relative_uri(docname, page) + (f"#{anchor}" if anchor else "")
    return nodes.reference("", text, internal=True, refuri=target)


def setup(app):
    """Register with Sphinx."""
    app.add_node(Map)
    app.add_directive("book-map", BookMap)
    app.add_directive("library-names", LibraryNames)
    app.connect("env-updated", let_names_break)
    app.connect("doctree-resolved", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
