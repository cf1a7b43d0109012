"""What a chapter's download button gives: its notebook in plain Markdown, right in every front end."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))
from tools import editions  # noqa: E402

FOLDER = "notebooks"  # in the site
OFFERED = {"reader": "Notebook", "student": "Notebook without solutions"}


def offer(app, pagename, templatename, context, doctree):
    """Offer the notebook's editions in the place of the page's source, which is MyST and right only here."""
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            printing = [button for button in group["buttons"] if button["label"] == "download-pdf-button"]
            group["buttons"] = [*notebooks(pagename, context["pathto"]), *printing]


def notebooks(pagename, pathto):
    """Return a button for each edition of a page's notebook; none for a page that is no notebook."""
    if not (ROOT / f"{pagename}.ipynb").exists():
        return []
    name = Path(pagename).relative_to("book").with_suffix(".ipynb")
    return [
        {
            "type": "link",
            "url": pathto(f"{FOLDER}/{edition}/{name}", resource=True),
            "text": text,
            "icon": "fas fa-code",
            "tooltip": f"Download the {text[0].lower()}{text[1:]}",
            "label": f"download-{edition}-button",
        }
        for edition, text in OFFERED.items()
    ]


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
