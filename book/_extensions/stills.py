"""Where scripts are off, a widget's still stands in its place: MyST-NB writes the widget alone."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class KeepStills(SphinxPostTransform):
    """Put the image of an output that also has a widget behind it, for browsers without scripts."""

    default_priority = 3  # before MyST-NB drops all but one of an output's kinds
    formats = ("html",)

    def run(self, **_):
        """Go through the page's outputs."""
        for bundle in list(self.document.findall(nodes.container)):
            kinds = {child.get("mime_type"): child for child in bundle if isinstance(child, nodes.container)}
            if WIDGET_VIEW in kinds and "image/png" in kinds:
                still = kinds["image/png"].children
                kinds[WIDGET_VIEW] += [
                    nodes.raw("", "<noscript>", format="html"),
                    *still,
                    nodes.raw("", "</noscript>", format="html"),
                ]


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(KeepStills)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
