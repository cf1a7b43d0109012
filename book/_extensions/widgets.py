"""Widgets in a page without Python: a still in the place of each, and its code and state in files for its host.

What is written into a page is `figure.nn-widget`, which book/_assets/widgets.js brings to life. The code of a kind of
widget goes into one file for all pages, the models of a page into one, pictures in their state into files of their own.
"""

import base64
import hashlib
import html
import io
import json
import posixpath
import re
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from page_head import numbered
from PIL import Image
from sphinx.transforms.post_transforms import SphinxPostTransform

VIEW = "application/vnd.jupyter.widget-view+json"
LINKS = {"LinkModel": True, "DirectionalLinkModel": False}  # whether they hold both ways
PICTURE = re.compile(r"data:image/(\w+);base64,(.*)", re.DOTALL)


class PlaceWidgets(SphinxPostTransform):
    """Put a figure into the page for each output that is a widget."""

    default_priority = 3  # before MyST-NB drops all but one of an output's kinds
    formats = ("html",)

    def run(self, **_):
        """Go through the page's outputs."""
        self.models = models_of(self.env, self.env.docname)
        self.state = None
        # On the front page the still is the largest thing of the first view.
        self.loading = 'fetchpriority="high"' if self.env.docname == self.config.root_doc else 'loading="lazy"'
        for bundle in list(self.document.findall(nodes.container)):
            kinds = {child.get("mime_type"): child for child in bundle if isinstance(child, nodes.container)}
            if VIEW in kinds:
                self.place(kinds[VIEW], next(kinds["image/png"].findall(nodes.image)))

    def place(self, view, still):
        """Put the figure, or the still alone of a widget that is no anywidget, where the view would be."""
        name = json.loads(re.search(r">(.*)</script>", view.astext())[1])["model_id"]
        state = self.models[name]["state"]
        if "_esm" not in state:
            view.children = [still]
            return
        self.state = self.state or self.write_state()
        view.children = [nodes.raw("", self.figure(name, state, still), format="html")]

    def figure(self, name, state, still):
        """Return the HTML of a widget that is asleep."""
        kind, code = self.write_code(state)
        alt = still["alt"]
        mark = f"widget-{name.lstrip('0') or '0'}"
        data = {"kind": kind, "code": code, "state": self.state, "model": name}
        attributes = " ".join(f'data-{key}="{value}"' for key, value in data.items())
        return (
            f'<div class="nn-place"><style>{heights(mark, state.get("size", []))}</style>'
            f'<figure class="nn-widget" id="{mark}" role="group" aria-label="{html.escape(alt)}" {attributes}>'
            f'<div class="nn-still">{self.pictures(state, still)}</div>'
            f'<p class="nn-alive" hidden>{html.escape(self.where_alive(mark))}</p></figure></div>'
        )

    def where_alive(self, mark):
        """Return the line that a print has under the still; without an address of the site it names the page."""
        page, address = self.env.docname, self.config.html_baseurl
        if address:
            return f"This figure is alive at {address}{page}.html#{mark}"
        title = numbered(page, self.env.titles[page].astext(), ". ")
        return f"This figure is alive on the published page: {title}"

    def pictures(self, state, still):
        """Return the images of a still: those of a flipbook are the frame that it opens on."""
        if "frames" in state:
            sizes = zip(opening_frame(state), state["panels"], strict=True)
            return "".join(
                image(
                    self.with_files(state["pictures"][picture]),
                    alt,
                    *size,
                    f"flex:{size[0]} 1 {round(0.7 * size[0])}px",
                    self.loading,
                )
                for (picture, alt), size in sizes
            )
        data = (Path(self.app.srcdir) / still["uri"]).read_bytes()
        return image(self.keep_picture("png", data), still["alt"], *Image.open(io.BytesIO(data)).size, "", self.loading)

    # ---- files

    def write_code(self, state):
        """Write the code of a kind of widget and return the kind's name and the file's address."""
        code, exports = re.subn(r"^export default ", "return ", state["_esm"], flags=re.MULTILINE)
        if exports != 1 or re.search(r"^import |^export ", code, re.MULTILINE):
            raise ValueError(f"{self.env.docname}: a widget's code has imports, or not one default export")
        kind = hashlib.sha256((code + state["_css"]).encode()).hexdigest()[:12]
        text = f"nnWidgets.define({json.dumps(kind)}, {json.dumps(state['_css'])}, () => {{\n{code}\n}});\n"
        return kind, self.write(f"_static/widgets/{kind}.js", text.encode())

    def write_state(self):
        """Write the page's models and return the file's address."""
        states = {name: self.seen_in_page(model["state"]) for name, model in self.models.items() if is_ours(model)}
        known = {"states": states, "links": list(self.links(states))}
        text = f"nnWidgets.know({json.dumps(known, ensure_ascii=False)});\n".encode()
        return self.write(f"_static/widgets/{digest(text)}.js", text)

    def seen_in_page(self, state):
        """Return what a widget in the page may read of its state, with pictures as the addresses of files."""
        return {
            key: self.with_files(value)
            for key, value in state.items()
            if not key.startswith("_") and not str(value).startswith("IPY_MODEL_")
        }

    def with_files(self, value):
        """Return the value with files in the place of the pictures in it."""
        if isinstance(value, dict):
            return {key: self.with_files(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.with_files(entry) for entry in value]
        picture = PICTURE.fullmatch(value) if isinstance(value, str) else None
        return self.keep_picture(picture[1], base64.b64decode(picture[2])) if picture else value

    def links(self, states):
        """Yield the links between models of the page as the host knows them."""
        for model in self.models.values():
            if model["model_name"] in LINKS:
                ends = [model["state"][end] for end in ("source", "target")]
                (source, trait), (target, other) = ((end[0].removeprefix("IPY_MODEL_"), end[1]) for end in ends)
                if source in states and target in states:
                    yield source, trait, target, other, LINKS[model["model_name"]]

    def keep_picture(self, kind, data):
        """Write a picture beside the page's others and return its address."""
        return self.write(f"_images/{digest(data)}.{kind}", data)

    def write(self, path, data):
        """Write a file of the site, if it is not there, and return its address as seen from the page."""
        file = Path(self.app.outdir) / path
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return posixpath.relpath(path, posixpath.dirname(self.env.docname) or ".")


def is_ours(model):
    """Return whether a model is an anywidget's: code that comes with its state."""
    return "_esm" in model["state"]


def digest(data):
    """Return a name for a file that has this content."""
    return hashlib.sha256(data).hexdigest()[:20]


def opening_frame(state):
    """Return the frame that a flipbook opens on; they stand in the order of loops over the controls, one in another."""
    number = 0
    for control in state["controls"]:
        number = number * len(control["words"]) + state[f"{control['name']}_index"]
    return state["frames"][number]


def image(address, alt, width, height, style, loading):
    """Return an image that keeps its place; `loading` says when it is fetched."""
    return (
        f'<img src="{address}" alt="{html.escape(alt)}" width="{width}" height="{height}"'
        f' style="{style};max-width:min(100%,{width}px)" {loading} decoding="async">'
    )


def heights(mark, size):
    """Return the CSS that keeps a widget's place: its height from each width of its container on."""
    return "".join(f"@container (min-width:{width}px){{#{mark}{{min-height:{height}px}}}}" for width, height in size)


def keep_models(app, doctree):
    """Keep the models that MyST-NB would write into the page."""
    files = NbMetadataCollector.get_js_files(app.env, app.env.docname)
    if "ipywidgets_state" in files:
        _, script = files.pop("ipywidgets_state")
        NbMetadataCollector.set_doc_data(app.env, app.env.docname, "widgets", json.loads(script["body"])["state"])


def models_of(env, page):
    """Return the models of a page by name."""
    return NbMetadataCollector.get_doc_data(env).get(page, {}).get("widgets", {})


def add_host(app, page, template, context, doctree):
    """Load the host where there are widgets."""
    if models_of(app.env, page):
        app.add_css_file("widgets.css")
        app.add_js_file("widgets.js", loading_method="defer")


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(PlaceWidgets)
    app.connect("doctree-read", keep_models)
    app.connect("html-page-context", add_host)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
