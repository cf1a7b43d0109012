"""Each figure of a page keeps its place before it arrives, and is loaded when the reader comes near."""

import re
from pathlib import Path

from PIL import Image

IMAGE = re.compile(r"<img\b[^>]*>")
SOURCE = re.compile(r'\bsrc="([^"]+)"')
POINTS = re.compile(r'\b(width|height)="([\d.]+)pt"')  # as Matplotlib writes the size of an SVG
POINT = 96 / 72  # pixels of a page


def keep_places(app, _pagename, _templatename, context, _doctree):
    """Write the size of each figure into the page, and that all but the first may wait."""
    files = {name: Path(app.srcdir, path) for path, name in app.builder.images.items()}
    figures = 0

    def complete(match):
        nonlocal figures
        tag = match[0]
        path = files.get(SOURCE.search(tag)[1].rpartition("/")[2])
        if path is None or "width=" in tag:
            return tag
        figures += 1
        width, height = size_of(path)
        waits = ' loading="lazy"' if figures > 1 else ""
        return f'<img width="{width}" height="{height}" decoding="async"{waits}{tag.removeprefix("<img")}'

    if context.get("body"):
        context["body"] = IMAGE.sub(complete, context["body"])


def size_of(path):
    """Return the width and height of a picture in pixels of a page."""
    if path.suffix != ".svg":
        with Image.open(path) as picture:
            return picture.size
    points = dict(POINTS.findall(path.read_text(encoding="utf-8")[:1000]))
    return tuple(round(float(points[side]) * POINT) for side in ("width", "height"))


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", keep_places)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
