"""Short blocks of code and output have a class, for in print they stay whole: a style sheet cannot count lines."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

SHORT = 10  # lines; what is kept whole leaves at most as much of a page empty


class MarkShortCode(SphinxPostTransform):
    """Give each short block the class `short`."""

    default_priority = 800  # after MyST-NB has put the outputs in their places
    formats = ("html",)

    def run(self, **_):
        """Go through the page's blocks."""
        for block in self.document.findall(nodes.literal_block):
            if block.astext().strip().count("\n") < SHORT:
                block["classes"].append("short")


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(MarkShortCode)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
