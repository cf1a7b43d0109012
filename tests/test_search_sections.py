"""A small book through Sphinx: what its search page gets, and what stays out of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).parents[1] / "book/_extensions"
CONFIGURATION = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_parser", "sphinx_exercise", "sphinx_proof", "chapter_numbers", "search_sections", "book_map"]
myst_enable_extensions = ["dollarmath"]
mathjax_path = "none.js"
templates_path = ["templates"]
"""
TOC = """# The book
```{toctree}
:caption: A part
book/01_one
book/02_two
map
```
"""
ONE = """# One
It begins with $\\tfrac18$, see {doc}`02_two`.
## Slopes of `a_name`
The slope is $\\partial L / \\partial \\theta_i$.

$$ \\int displayed $$

```python
slope = 1
```
```{exercise-start} Fill: a line
:label: ex-01-line
```
Draw it.
```{exercise-end}
```
```{solution-start} ex-01-line
:class: dropdown
```
A secret.
```{solution-end}
```
```{prf:theorem} Lines part
:label: prf-01-line
They do.
```
"""
TWO = """# Two
```{glossary}
slope
  **기울기** · How steep it is.
```
"""
MAP = """# Map
```{book-map}
```
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the small book and return the folder of its pages."""
    source = tmp_path_factory.mktemp("source")
    (source / "book").mkdir()
    (source / "templates").mkdir()
    (source / "templates/search.html").write_text("{% extends 'layout.html' %}{% block body %}here{% endblock %}")
    (source / "conf.py").write_text(CONFIGURATION)
    for name, text in {"index": TOC, "book/01_one": ONE, "book/02_two": TWO, "map": MAP}.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    build = [sys.executable, "-m", "sphinx", "-q", "-W", source, source / "html"]
    made = subprocess.run(build, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return source / "html"


@pytest.fixture(scope="module")
def data(built):
    """Return what the script holds."""
    script = (built / "_static/search_sections.js").read_text(encoding="utf-8")
    return json.loads(script.removeprefix("window.searchSections = ").removesuffix(";\n"))


def test_pages_stand_in_the_order_of_the_book_with_their_numbers(data):
    assert data["pages"] == [
        ["", "The book", "index.html"],
        ["1", "One", "book/01_one.html"],
        ["2", "Two", "book/02_two.html"],
        ["", "Map", "map.html"],
    ]


def test_sections_exercises_and_terms_are_places_of_their_own(data):
    assert [(anchor, kind, title) for page, anchor, kind, title, *_ in data["sections"] if page in (1, 2)] == [
        ("one", "section", "One"),
        ("slopes-of-a-name", "section", "Slopes of a_name"),
        ("ex-01-line", "exercise", "Exercise 1.1: Fill: a line"),
        ("two", "section", "Two"),
        ("term-slope", "term", "slope · 기울기"),
    ]


def test_their_text_is_clean(data):
    one, slopes, exercise = data["sections"][1:4]
    assert one[4:] == ["It begins with 1/8, see Two.", ""]
    assert slopes[4:] == ["The slope is ∂ L / ∂ θ_i. (Lines part) They do.", "slope = 1"]
    assert exercise[4:] == ["Draw it.", ""]


def test_solutions_and_what_the_map_repeats_stay_out(built, data):
    assert "A secret." in (built / "book/01_one.html").read_text(encoding="utf-8")
    assert not any("secret" in text for *_, text, _ in data["sections"])
    assert [title for page, _, _, title, *_ in data["sections"] if page == 3] == ["Map"]


def test_the_map_leads_to_all_of_it(built):
    page = (built / "map.html").read_text(encoding="utf-8")
    for target, text in {
        "book/01_one.html": "1 · One",
        "book/01_one.html#slopes-of-a-name": "Slopes of a_name",
        "book/01_one.html#ex-01-line": "Exercise 1.1: Fill: a line",
        "book/01_one.html#prf-01-line": "Theorem 1.1: Lines part",
        "book/02_two.html": "2 · Two",
    }.items():
        assert f'href="{target}">{text}</a>' in page


def test_a_name_may_break_in_the_contents_and_nowhere_else(built):
    contents, _, text = (built / "book/01_one.html").read_text(encoding="utf-8").rpartition('href="#slopes-of-a-name"')
    assert "a_\u200bname" in text
    assert "\u200b" not in contents + (built / "map.html").read_text(encoding="utf-8")


def test_the_index_of_sphinx_is_gone_and_the_search_page_is_there(built):
    assert "here" in (built / "search.html").read_text(encoding="utf-8")
    for name in ("searchindex.js", "_static/searchtools.js", "_static/language_data.js", "_static/sphinx_highlight.js"):
        assert not (built / name).exists()
    assert not any("sphinx_highlight" in page.read_text(encoding="utf-8") for page in built.rglob("*.html"))


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\tfrac18", "1/8"),
        (r"\frac{1}{1 + e^{-z}}", "1/(1 + e^-z)"),
        (r"\frac{\partial L}{\partial \theta}", "(∂ L)/(∂ θ)"),
        (r"\sqrt{n_{\text{in}}}", "√n_in"),
        (r"1 - \sqrt\mu", "1 - √μ"),
        (r"A^{(l)} \in \mathbb{R}^{n \times 2}", "A^(l) ∈ R^(n × 2)"),
        (r"\left\| s \right\| \le \Delta", "‖ s ‖ ≤ Δ"),
        (r"\begin{pmatrix} 1 & 0 \end{pmatrix}", "1 0"),
        (r"95\,\%", "95 %"),
        (r"\unknown x", "unknown x"),
    ],
)
def test_a_formula_is_written_as_one_would_type_it(tex, text, monkeypatch):
    monkeypatch.syspath_prepend(EXTENSIONS)
    from plain_text import formula

    assert formula(tex) == text
