"""A small book through Sphinx: a formula that KaTeX cannot set is a warning, with its place; others are set."""

import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup

EXTENSIONS = Path(__file__).parents[1] / "book/_extensions"
CONFIGURATION = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_parser", "formulas"]
myst_enable_extensions = ["dollarmath"]
html_math_renderer = "katex"
"""
ENDS_BADLY = """
import os
def setup(app):
    app.connect("build-finished", lambda app, exception: os._exit(3))
"""
BUILD = [sys.executable, *"-m sphinx -q -b html . out".split()]


def build(folder, text):
    """Build a book of one page; return its HTML and what Sphinx complained of."""
    (folder / "conf.py").write_text(CONFIGURATION)
    (folder / "index.md").write_text(text)
    built = subprocess.run(BUILD, cwd=folder, capture_output=True, text=True, check=True)
    return (folder / "out/index.html").read_text(), built.stderr


def test_a_formula_is_set_for_eyes_and_for_screen_readers(tmp_path):
    html, complaints = build(tmp_path, "# A title\n\nA line with $a^2$.\n\n$$ b = 1 $$ (eq-b)\n\nSee {eq}`eq-b`.\n")
    assert complaints == ""
    assert html.count('class="katex-html" aria-hidden="true"') == html.count("<math") == 2
    assert html.count("(1)") == 2  # the number and what refers to it
    assert html.index("KaTeX_Main-Regular.woff2") < html.index("</head>")


def test_a_formula_is_kept_with_the_marks_that_touch_it(tmp_path):
    html, _ = build(tmp_path, "# A title\n\nSee ($a$), $b = c$ and $d$.\n\n$e$\n")
    assert '<span class="with-punctuation">(<span class="math' in html
    assert html.count("</span>),</span>") == html.count("</span>.</span>") == 1
    assert html.count('<wbr><span class="base">') == 1  # before the c: the line may still break there


def test_a_page_without_formulas_asks_for_nothing_of_them(tmp_path):
    html, _ = build(tmp_path, "# A title\n\nA line.\n")
    assert "katex" not in html.lower()


def test_a_wrong_formula_is_named_with_its_place(tmp_path):
    _, complaints = build(tmp_path, "# A title\n\nRight: $a$.\n\nWrong: $\\frca{1}{2}$.\n\nAnd $한$.\n")
    wrong, strict = complaints.strip().splitlines()
    assert "index.md:5: WARNING: KaTeX cannot set the formula '\\\\frca{1}{2}'" in wrong
    assert "'한'" in strict


def test_node_does_not_outlive_a_build_that_ends_badly(tmp_path):
    (tmp_path / "conf.py").write_text(CONFIGURATION + ENDS_BADLY)
    (tmp_path / "index.md").write_text("# A title\n\nA line with $a^2$.\n")
    # A node that lives on would hold the output open, and this would wait for its end.
    built = subprocess.run(BUILD, cwd=tmp_path, capture_output=True, timeout=60)
    assert built.returncode == 3


def test_marks_that_touch_a_formula_are_moved_and_none_is_lost_or_doubled(tmp_path):
    html, _ = build(tmp_path, "# A title\n\n*One*: $a$: *two* ($b$), and $c$.\n")
    page = BeautifulSoup(html, "html.parser")
    for formula in page.select(".katex"):
        formula.replace_with("x")
    assert page.select_one("section p").get_text() == "One: x: two (x), and x."
    assert [kept.get_text() for kept in page.select(".with-punctuation")] == ["x:", "(x),", "x."]
