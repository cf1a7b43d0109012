"""All styles in one file, without what no page uses of those of others.

A phone waits for each file that is named in a page's head before it paints. The theme's styles are made for every page
there could be: of Bootstrap's, nine rules in ten have no element in this book.
"""

import re
from pathlib import Path

import tinycss2

NAME = "style.css"
# In the order of the cascade.
PARTS = [
    "basic.css", "styles/theme.css", "styles/bootstrap.css", "styles/pydata-sphinx-theme.css", "pygments.css",
    "styles/sphinx-book-theme.css", "copybutton.css", "mystnb.*.css", "togglebutton.css", "exercise.css", "proof.css",
    "vendor/katex/katex.min.css",
    "folded.css", "widgets.css", "formulas.css", "predict.css", "book.css", "icons.css", "figures.css", "tables.css",
    "found.css", "access.css",
]  # fmt: skip
ADDRESS = re.compile(r"""url\((["']?)(?!data:|#)([^"')]+)\1\)""")
IMPORT = '@import "../basic.css";'  # by the theme; it stands before it here
COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)  # but for those that hold a licence


def name_one(app, pagename, templatename, context, doctree):
    """Name the one file in the place of those that are in it."""
    static = Path(app.outdir, "_static")
    if not hasattr(app, "is_style_joined"):
        # Sphinx takes its version from what it is now, so a browser takes no old one when a style is another.
        (static / NAME).write_text(joined(static), encoding="utf-8")
        app.is_style_joined = True
    names = {path.relative_to(static).as_posix() for path in parts(static)}
    files = {str(file.filename).removeprefix("_static/"): file for file in context["css_files"]}
    others = [file for name, file in files.items() if name not in names]
    context["css_files"] = [type(files["pygments.css"])(f"_static/{NAME}"), *others]


def write_one(app, exception):
    """Write the file without what finds nothing, when all styles and all pages are there."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    (static / NAME).write_text(pruned(joined(static), names_in(Path(app.outdir))), encoding="utf-8")


def joined(static):
    """Return the text of all parts."""
    return "\n".join(readdressed(path, static) for path in parts(static))


def parts(static):
    """Return the files that the book has of the parts, in their order."""
    return [path for name in PARTS for path in static.glob(name)]


def readdressed(path, static):
    """Return a file's text with its addresses as they are seen from the one file."""
    folder = path.parent.relative_to(static)
    text = path.read_text(encoding="utf-8").replace(IMPORT, "")
    return ADDRESS.sub(lambda match: f'url("{(folder / match[2]).as_posix()}")', text)


def names_in(site):
    """Return the names that a selector can find: all elements, classes and ids of the pages, all words of scripts."""
    names, scripts = set(), set(site.glob("_static/widgets/*.js"))
    for path in set(site.rglob("*.html")) - set(site.rglob("_static/**/*.html")):
        page = path.read_text(encoding="utf-8")
        names |= {tag.lower() for tag in re.findall(r"<([A-Za-z][\w-]*)", page)}
        names |= {name for value in re.findall(r'\b(?:class|id)="([^"]*)"', page) for name in value.split()}
        scripts |= {
            (path.parent / source).resolve() for source in re.findall(r'<script[^>]* src="(?!\w+:)([^"?]*)', page)
        }
    for path in scripts:
        names |= set(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    return names


def pruned(text, known):
    """Return a style without the rules that find nothing."""
    return "".join(kept(tinycss2.parse_stylesheet(COMMENT.sub("", text), skip_whitespace=True), known))


def kept(rules, known):
    """Yield the text of the rules that may find something."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in split(rule.prelude) if needs(one) <= known]
            if selectors:
                yield f"{','.join(map(tinycss2.serialize, selectors))}{{{tinycss2.serialize(rule.content)}}}\n"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inside = "".join(kept(tinycss2.parse_rule_list(rule.content, skip_whitespace=True), known))
            if inside:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}\n"
        else:
            yield tinycss2.serialize([rule])


def split(prelude):
    """Return the selectors of a list of them, each as its tokens."""
    selectors = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def needs(selector):
    """Return the names without which a selector finds nothing; what stands in brackets is not asked."""
    names, before = set(), None
    for token in selector:
        if token.type == "hash" or (token.type == "ident" and before != ":"):
            names.add(token.value if before == "." or token.type == "hash" else token.lower_value)
        before = token.value if token.type == "literal" else None
    return names


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", name_one, priority=960)  # after all that add files, and those that leave some out
    app.connect("build-finished", write_one, priority=900)  # the theme writes pygments.css as late as that
    return {"parallel_read_safe": True, "parallel_write_safe": True}
