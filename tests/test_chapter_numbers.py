"""A small book through Sphinx: its figures, exercises, equations and theorems have their chapter's number or letter."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).parents[1] / "book/_extensions"
CONFIGURATION = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_parser", "sphinx_exercise", "sphinx_proof", "chapter_numbers"]
myst_enable_extensions = ["dollarmath"]
numfig_format = {{"figure": "Figure %s", "table": "Table %s"}}  # as _config.yml has them
mathjax_path = "none.js"
"""
PAGE = """# {name}
```{{figure}} dot.svg
:name: fig-{name}
A figure
```
```{{table}} A table
:name: tab-{name}
| a |
|---|
| 1 |
```
$$ a = 1 $$ (eq-{name})
```{{exercise}} A title
:label: ex-{name}
Do.
```
```{{solution}} ex-{name}
:label: sol-{name}
Done.
```
```{{prf:theorem}}
:label: thm-{name}
It holds.
```
"""
OTHER = """
```{{exercise}}
:label: ex-{name}-second
Do.
```
REFERENCES
"""
REFERENCES = """
{{numref}}`fig-{name}`, {{numref}}`tab-{name}`, {{eq}}`eq-{name}`, {{numref}}`ex-{name}`, {{ref}}`ex-{name}`,
{{numref}}`the last, %s <ex-{name}-second>`, {{prf:ref}}`thm-{name}`
"""
PAGES = {"book/00_zero": "zero", "book/16_sixteen": "sixteen", "book/appendix/a_last": "last"}
CHAPTERS = {"book/00_zero": "0", "book/16_sixteen": "16", "book/appendix/a_last": "A"}


def build(folder):
    """Build the book and return the text of each page."""
    command = [sys.executable, *"-m sphinx -q -W --keep-going -b html . out".split()]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return {docname: text_of(folder / "out" / f"{docname}.html") for docname in ["index", *PAGES]}


def text_of(path):
    body = re.search(r'<div class="body".*?<div class="sphinxsidebar', path.read_text(), re.DOTALL)[0]
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", body)).split())


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of a book: a front page, two chapters and an appendix, each naming the things of all."""
    folder = tmp_path_factory.mktemp("book")
    references = "".join(REFERENCES.format(name=name) for name in ["front", *PAGES.values()])
    (folder / "conf.py").write_text(CONFIGURATION)
    for docname, name in {"index": "front", **PAGES}.items():
        path = folder / f"{docname}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "dot.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        path.write_text((PAGE + OTHER).format(name=name).replace("REFERENCES", references))
    with (folder / "index.md").open("a") as front:
        front.write("```{toctree}\n" + "\n".join(PAGES) + "\n```\n")
    return folder


def references_to(chapter):
    """What REFERENCES reads like where all is right; `chapter` is a number with its point, or nothing."""
    return (
        f"Figure {chapter}1 , Table {chapter}1 , ({chapter}1) , Exercise {chapter}1 , Exercise {chapter}1 , "
        f"the last, {chapter}2 , Theorem {chapter}1"
    )


def captions_of(chapter):
    return [
        f"Figure {chapter}1 A figure",
        f"Table {chapter}1 A table",
        f"({chapter}1) ",
        f"Exercise {chapter}1 (A title)",
        f"Solution to Exercise {chapter}1 (A title)",
        f"Theorem {chapter}1",
        f"Exercise {chapter}2",
    ]


def test_captions_and_references_have_the_chapter_s_number(book):
    pages = build(book)
    chapters = {"index": "", **{docname: f"{number}." for docname, number in CHAPTERS.items()}}
    for docname, chapter in chapters.items():
        for caption in captions_of(chapter):
            assert caption in pages[docname], docname
        for other in chapters.values():
            assert references_to(other) in pages[docname], docname


def test_a_number_that_changes_changes_in_every_page(book):
    build(book)  # by itself, should this test be run alone
    chapter = book / "book/16_sixteen.md"
    one_more = "# sixteen\n```{exercise}\n:label: ex-new\nDo.\n```\n"
    chapter.write_text(chapter.read_text().replace("# sixteen\n", one_more))
    for docname, text in build(book).items():
        assert "Exercise 16.2 , the last, 16.3 ," in text, docname
        assert references_to("A.") in text, docname
