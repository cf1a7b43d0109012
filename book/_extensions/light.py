"""A page asks for no file that it does not use, and no script keeps its text waiting."""

import re

# What must be in a page for a file of an extension to be of use.
USED_BY = {
    "clipboard.min.js": "highlight",
    "copybutton.js": "highlight",
    "togglebutton.js": "toggle|dropdown|hide",
}


def lighten(app, pagename, templatename, context, doctree):
    """Leave out the files that a chapter does not use, and let its scripts run when it is there."""
    if doctree is None:
        return  # the search and the index have scripts that wait for no one
    classes = " ".join(re.findall(r'class="([^"]*)"', context["body"]))

    def is_used(file):
        name = str(file.filename).rpartition("/")[2]
        return name not in USED_BY or re.search(USED_BY[name], classes)

    # Only a version switcher, which the book has not, asks for the name of the page, and it would be asked too early.
    scripts = [file for file in context["script_files"] if is_used(file) and "pagename" not in written(file)]
    context["script_files"] = [deferred(file) for file in scripts]


def written(script):
    """Return the text of a script that stands in the page itself."""
    return script.attributes.get("body") or ""


def deferred(script):
    """Return a script that does not hold up the page."""
    if not script.filename:
        return script
    return type(script)(script.filename, priority=script.priority, **script.attributes | {"defer": "defer"})


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", lighten, priority=950)  # after all that add files
    return {"parallel_read_safe": True, "parallel_write_safe": True}
