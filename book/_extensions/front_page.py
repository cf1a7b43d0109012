"""The front page: its list of chapters shows each with its part, its minutes and a picture, taken from the chapter."""

import base64
import io
import re
from pathlib import Path, PurePosixPath

import nbformat
from chapter_numbers import chapter_of
from docutils import nodes
from PIL import Image
from sphinx.util.docutils import SphinxRole

# Whose output the picture of a chapter is, and which part of its width: the panel that says most at a glance.
WHOLE, LEFT, RIGHT = (0, 1), (0, 0.5), (0.5, 1)
PICTURES = {
    0: ("cell-25", WHOLE), 1: ("cell-17", (0, 0.4)), 2: ("cell-17", LEFT), 3: ("cell-09", LEFT), 4: ("cell-13", WHOLE),
    5: ("cell-17", (0, 0.48)), 6: ("cell-14a", WHOLE), 7: ("cell-08", WHOLE), 8: ("cell-13", LEFT),
    9: ("cell-07", WHOLE), 10: ("cell-29", WHOLE), 11: ("cell-05", (0.64, 1)), 12: ("cell-33", WHOLE),
    13: ("cell-04", (0.355, 0.68)), 14: ("cell-14", WHOLE), 15: ("cell-05", RIGHT), 16: ("cell-04", RIGHT),
}  # fmt: skip
HEIGHT = 320  # of a picture of pixels: two for each on the page


class Repository(SphinxRole):
    """Text that leads to the repository where the configuration knows its address."""

    def run(self):
        """Return the text, in a link or by itself."""
        address = self.config.repository_address
        return [nodes.reference("", self.text, refuri=address) if address else nodes.Text(self.text)], []


def show_chapters(app, doctree, docname):
    """Replace the front page's list of chapters, which a notebook shows as it is, by one list for each part."""
    if docname != app.config.root_doc or app.builder.format != "html":
        return
    for chapters in list(doctree.findall(nodes.definition_list)):
        rows = [row(app, item) for item in chapters]
        parts = dict.fromkeys(part for part, _ in rows)
        lists = (part_of_book(part, [html for other, html in rows if other == part]) for part in parts)
        chapters.replace_self(nodes.raw("", "\n".join(lists), format="html"))


def part_of_book(name, rows):
    """Return the HTML of a part: its name, and its chapters."""
    return f'<h3>{name}</h3>\n<ol class="chapters">\n{"".join(rows)}</ol>'


def row(app, item):
    """Return a chapter's part and the HTML of its row, from its entry in the list."""
    link = next(item.findall(nodes.reference))
    folder = PurePosixPath(app.config.root_doc).parent
    docname = str(folder / link["refuri"].partition("#")[0].removesuffix(".html"))
    (number,) = chapter_of(docname)
    minutes = app.env.metadata[docname]["minutes"]
    promise = next(item.findall(nodes.definition)).astext()
    return part_of(app, docname), (
        f'<li><a href="{link["refuri"]}"><img src="../{picture(app, docname, number)}" alt="" loading="lazy">'
        f'<span class="chapter-title">{number} · {link.astext()}</span>'
        f'<span class="chapter-promise">{promise}</span>'
        f'<span class="chapter-minutes">{minutes} minutes</span></a></li>\n'
    )


def part_of(app, docname):
    """Return the name of the part of the book that a page belongs to."""
    trees = app.env.tocs[app.config.root_doc].findall(lambda node: node.tagname == "toctree")
    return next(tree["caption"] for tree in trees if docname in tree["includefiles"])


def picture(app, docname, number):
    """Cut a chapter's picture, write it beside the book's other images and return its address from the site's root."""
    cell, part = PICTURES[number]
    notebook = nbformat.read(app.env.doc2path(docname), as_version=4)
    outputs = next(one for one in notebook.cells if one.id == cell).outputs
    data = next(output.data for output in outputs if {"image/png", "image/svg+xml"} & output.get("data", {}).keys())
    name = PurePosixPath(app.builder.imagedir) / f"chapter-{number}"
    folder = Path(app.outdir)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    if "image/svg+xml" in data:
        (folder / f"{name}.svg").write_text(cut_drawing(data["image/svg+xml"], *part), encoding="utf-8")
        return f"{name}.svg"
    cut_pixels(data["image/png"], *part).save(folder / f"{name}.webp", quality=80)
    return f"{name}.webp"


def cut_drawing(drawing, start, end):
    """Return an SVG of which only a part of the width is seen."""

    def narrowed(match):
        left, top, width, height = map(float, match[1].split())
        return f'viewBox="{left + start * width:g} {top:g} {(end - start) * width:g} {height:g}"'

    drawing = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", drawing, count=1)
    drawing = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", drawing, count=1)
    return re.sub(r'viewBox="([^"]*)"', narrowed, drawing, count=1)


def cut_pixels(data, start, end):
    """Return a part of the width of a PNG, as an image that is not higher than it has to be."""
    image = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    image = image.crop((round(start * image.width), 0, round(end * image.width), image.height))
    image.thumbnail((image.width, HEIGHT))
    return image


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("repository_address", "", "env")
    app.add_role("repository", Repository())
    app.connect("doctree-resolved", show_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
