"""A prediction is a box of its own, and what it asks for can be covered until the reader has an answer.

    :::{predict}
    What does the loss do from epoch to epoch?
    :::

Covered is what follows, up to the next prediction, exercise or heading: the first output, and from there on
everything, the words too, for they tell what came out. The code above the first output stays. A prediction with no
output behind it, or in an exercise, has nothing to cover, and no switch: the switch stands where it can be seen to do
something.

The page is written whole. predict.css hides, and only on a screen whose reader asked for it: so nothing is covered in
print, without scripts, or in another front end.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import is_extension_node

# Before the page is painted: it must not show for a moment what is to be covered.
BEFORE_THE_PAGE = """
try { if (new URLSearchParams(location.search).get("predict") === "cover") localStorage.predict = "cover" } catch {}
try { document.documentElement.dataset.predict = localStorage.predict ?? "show" }
catch { document.documentElement.dataset.predict = "show" }
"""
SWITCH = """<label class="predict-switch"><input type="checkbox" role="switch" autocomplete="off">
Cover results until I have predicted</label>"""
COVER = """<div class="predict-cover"><button type="button" data-shows="{name}" aria-describedby="{name}">\
Show the result</button></div>"""


class Predict(SphinxDirective):
    """The directive: a question that the reader answers before the book does."""

    has_content = True

    def run(self):
        """Return the box."""
        box = nodes.admonition("", nodes.title("Predict", "Predict"), classes=["predict"])
        self.set_source_info(box)
        self.set_source_info(box[0])
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class CoverResults(SphinxPostTransform):
    """Mark what each prediction covers, and put a button before it."""

    default_priority = 250  # after MyST-NB has chosen outputs and folded cells
    formats = ("html",)

    def run(self, **_):
        """Go through the page's predictions."""
        boxes = [box for box in self.document.findall(is_prediction) if not is_in_exercise(box)]
        for number, box in enumerate(boxes, start=1):
            box["ids"].append(f"predict-{number}")
            if cover(box, f"predict-{number}"):
                box.insert(0, nodes.raw("", SWITCH, format="html"))


def is_prediction(node):
    """Return whether a node is the box of a prediction."""
    return isinstance(node, nodes.admonition) and "predict" in node["classes"]


def is_in_exercise(node):
    """Return whether an exercise or a solution holds the node."""
    while node := node.parent:
        if is_extension_node(node):
            return True
    return False


def cover(box, name):
    """Mark what follows `box`, from the first output on, as what `name` covers; return whether there is any."""
    followers = list(up_to_the_next_question(box))
    cells = [node for node in followers if output_of(node)]
    if not cells:
        return False
    output = output_of(cells[0])
    output["classes"] += ["predict-result", f"{name}-result"]
    cells[0].insert(cells[0].index(output), nodes.raw("", COVER.format(name=name), format="html"))
    wrap(followers[followers.index(cells[0]) + 1 :], ["predict-result", f"{name}-result"])
    return True


def wrap(followers, classes):
    """Put nodes that follow each other into one: not all kinds write their classes into the page."""
    if followers:
        whole = nodes.container(classes=classes)
        followers[0].parent.insert(followers[0].parent.index(followers[0]), whole)
        for node in followers:
            node.parent.remove(node)
            whole += node


def up_to_the_next_question(box):
    """Yield what stands behind `box` in its section, up to a prediction, an exercise or a heading."""
    for node in box.parent[box.parent.index(box) + 1 :]:
        if is_prediction(node) or is_extension_node(node) or isinstance(node, nodes.section):
            return
        yield node


def output_of(node):
    """Return the output of a cell that shows one; of anything else, None."""
    if node.get("nb_element") != "cell_code":
        return None
    return next((child for child in node if child.get("nb_element") == "cell_code_output"), None)


def add_files(app, pagename, templatename, context, doctree):
    """Give a page its files if it has predictions."""
    if doctree is not None and any(doctree.findall(is_prediction)):
        app.add_js_file(None, body=BEFORE_THE_PAGE, priority=100)
        app.add_js_file("predict.js", defer="defer")
        app.add_css_file("predict.css")


def setup(app):
    """Register with Sphinx."""
    app.add_directive("predict", Predict)
    app.add_post_transform(CoverResults)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
