"""What a chapter's download button gives: its notebook in plain Markdown, right in every front end.

Where the book's repository is on GitHub, Colab and Binder open the notebook, and the page's source can be edited there.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))
from tools import editions  # noqa: E402

FOLDER = "notebooks"  # in the site
OFFERED = {"reader": "Notebook", "student": "Notebook without solutions"}
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)/")


def offer(app, pagename, templatename, context, doctree):
    """Offer the notebook's editions in the place of the page's source, which is MyST and right only here."""
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            printing = [button for button in group["buttons"] if button["label"] == "download-pdf-button"]
            there = elsewhere(app.env.doc2path(pagename, base=False), app.config.repository_address)
            group["buttons"] = [*notebooks(pagename, context["pathto"]), *printing, *there]


def notebooks(pagename, pathto):
    """Return a button for each edition of a page's notebook; none for a page that is no notebook."""
    if not (ROOT / f"{pagename}.ipynb").exists():
        return []
    name = Path(pagename).relative_to("book").with_suffix(".ipynb")
    return [
        link(edition, text, pathto(f"{FOLDER}/{edition}/{name}", resource=True)) for edition, text in OFFERED.items()
    ]


def elsewhere(source, repository):
    """Return the buttons that lead to Colab, to Binder and to the page's source; none where there is no repository."""
    found = GITHUB.fullmatch(repository)
    if not found:
        return []
    buttons = [link("edit", "Edit this page", f"{repository}edit/main/{source}")]
    if source.endswith(".ipynb"):
        name = source.removeprefix("book/")
        colab = f"https://colab.research.google.com/github/{found[1]}/blob/notebooks/reader/{name}"
        binder = f"https://mybinder.org/v2/gh/{found[1]}/main?urlpath=lab/tree/notebooks/{name}"
        buttons = [link("colab", "Open in Colab", colab), link("binder", "Open in Binder", binder), *buttons]
    return buttons


def link(label, text, address):
    """Return a button of the theme's that is a link."""
    return {
        "type": "link",
        "label": f"download-{label}-button",
        "text": text,
        "url": address,
        "icon": "fas fa-code",
        "tooltip": text,
    }


def write_notebooks(app, exception):
    """Write the editions beside the pages that offer them."""
    if exception or app.builder.format != "html":
        return
    for edition in OFFERED:
        editions.write_edition(edition, Path(app.outdir) / FOLDER / edition, built=Path(app.outdir).parent)


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", offer, priority=900)  # after the theme's
    app.connect("build-finished", write_notebooks, priority=900)  # after the pages and their references are written
    return {"parallel_read_safe": True, "parallel_write_safe": True}
