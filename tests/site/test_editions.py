"""The notebooks' editions: nothing of MyST is left, every link leads somewhere, and students see no solution."""

import json
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from book._extensions import formulas
from tools import clone, editions

TESTS = Path(__file__).parents[1]
CHAPTERS = clone.chapters()
SITE = "https://book.example/"
MYST = re.compile(r"\{[a-z:]+\}`|^ *(:::|`{3,}\{)|^\([\w-]+\)=$|^:[a-z]+: |\$ \(eq-", re.MULTILINE)


@pytest.fixture(scope="module")
def edition(built):
    """Return a function that gives an edition of a notebook, with addresses where the book is published."""

    def make(path, kind, site=""):
        name = path.relative_to(clone.ROOT).with_suffix("").as_posix()
        page = editions.Page(name, site, site and f"{site}code/", built)
        return editions.make_edition(nbformat.read(path, as_version=4), kind, page)

    return make


def texts(notebook):
    """Return the Markdown cells' texts."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def raw_markup(notebook):
    """List what only the page understands: MyST in a text, and its metadata."""
    found = [match[0] for text in texts(notebook) for match in MYST.finditer(text)]
    return found + [key for cell in notebook.cells for key in cell.metadata if key in ("mystnb", "tags")]


@pytest.mark.parametrize("kind", editions.EDITIONS)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_nothing_of_myst_is_left(edition, path, kind):
    made = edition(path, kind)
    nbformat.validate(made)
    assert raw_markup(made) == []


def test_raw_markup_is_seen():
    source = nbformat.read(CHAPTERS[10], as_version=4)
    kinds = {re.sub(r"[a-z0-9-]+", "x", markup) for markup in raw_markup(source)}
    assert kinds >= {"{x}`", "{x:x}`", ":::", "```{", "(x)=", ":x: ", "$ (x", "x"}


def links(notebook):
    """List where the links of a notebook's texts lead, as CommonMark reads them."""
    inline = [token for text in texts(notebook) for token in MarkdownIt().enable("table").parse(text) if token.children]
    parts = [part for token in inline for part in token.children]
    return [part.attrs["href"] for part in parts if part.type == "link_open"]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_link_of_a_clone_leads_to_a_notebook_beside_it_or_to_a_publisher(edition, path):
    places = links(edition(path, "reader"))
    missing = [place for place in places if ":" not in place and not (path.parent / place).is_file()]
    assert missing == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_link_to_the_published_page_leads_to_its_place(edition, path, built):
    places = links(edition(path, "reader", SITE))
    own = [place.removeprefix(SITE) for place in places if place.startswith(SITE) and not place.endswith("/code/")]
    assert len(own) > 3
    assert [place for place in own if not leads(built / "html", place)] == []


def leads(html, place):
    """Return whether an address below the site's is a page, and has what is named after its #."""
    page, _, fragment = place.partition("#")
    if not (html / page).is_file():
        return False
    return not fragment or f'id="{fragment}"' in (html / page).read_text(encoding="utf-8")


def solutions(path):
    """Return the solutions of a chapter."""
    return [part for part in editions.parts_of(nbformat.read(path, as_version=4)) if type(part) is editions.Solution]


def given_away(notebook, path):
    """List what stands in a chapter's solutions alone and anywhere in a notebook, its metadata included."""
    outside = [
        part for part in editions.parts_of(nbformat.read(path, as_version=4)) if type(part) is not editions.Solution
    ]
    elsewhere = json.dumps(outside, default=str)
    lines = [line.strip() for part in solutions(path) for cell in part.cells for line in cell.source.split("\n")]
    sentences = [block.split(". ")[0] for part in solutions(path) for block in part.text if isinstance(block, str)]
    own = [words for words in lines + sentences if len(words) > 15 and json.dumps(words)[1:-1] not in elsewhere]
    whole = json.dumps(notebook)
    return [words for words in own if json.dumps(words)[1:-1] in whole]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_student_sees_nothing_of_a_solution(edition, path):
    assert given_away(edition(path, "student"), path) == []


@pytest.mark.parametrize("kind", ["reader", "solved"])
def test_a_solution_that_is_given_away_is_seen(edition, kind):
    assert len(given_away(edition(CHAPTERS[10], kind), CHAPTERS[10])) > 20


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_readers_code_and_outputs_are_the_books_without_its_solutions(edition, path):
    book, outside = [], True
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and outside:
            book.append(cell)
        for edge in re.findall(r"{solution-(start|end)}", cell.source) if cell.cell_type == "markdown" else []:
            outside = edge == "end"
    made = [cell for cell in edition(path, "reader").cells if cell.cell_type == "code"]
    assert [re.sub("^# @title .*\n", "", cell.source) for cell in made] == [cell.source for cell in book]
    assert [shown(cell) for cell in made] == [shown(cell) for cell in book]
    assert [cell.execution_count for cell in made] == list(range(1, len(made) + 1))


def shown(cell):
    """Return what a cell shows, without the counts."""
    return [output.get("data", output.get("text")) for output in cell.outputs]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_what_is_solved_has_the_solutions_in_the_place_of_the_stubs(edition, path):
    code = [cell.source for cell in edition(path, "solved").cells if cell.cell_type == "code"]
    answers = [cell.source for part in solutions(path) for cell in part.cells]
    parts = editions.parts_of(nbformat.read(path, as_version=4))
    stubs = [part.cells[0].source for part in parts if type(part) is editions.Exercise]
    assert [answer for answer in answers if answer not in code] == []
    assert [stub for stub in stubs if stub in code] == []


def test_a_solution_is_shut_and_what_only_draws_is_folded(edition):
    made = edition(CHAPTERS[10], "reader")
    shut = [text for text in texts(made) if text.startswith("<details>\n<summary>Solution of Exercise 9.")]
    assert len(shut) == 3
    assert all("```python\n" in text and "right." in text and text.endswith("</details>") for text in shut)
    folded = [cell for cell in made.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(folded) == 5
    assert all(cell.source.startswith("# @title ") and cell.metadata.cellView == "form" for cell in folded)


def test_a_figure_has_its_caption_below_and_its_words(edition):
    cells = edition(CHAPTERS[10], "reader").cells
    (place,) = [
        place for place, cell in enumerate(cells) if cell.source.startswith("# @title The code that draws Figure 9.1")
    ]
    assert cells[place].outputs[0].metadata["image/svg+xml"]["alt"].startswith("Two hundred loss curves")
    assert cells[place + 1].source.startswith("**Figure 9.1** The loss of 200 starts")
    assert "Two hundred loss curves" in cells[place + 1].source


def test_a_published_notebook_installs_the_library_where_it_is_missing_and_a_clones_does_not(edition):
    def installs(notebook):
        return [cell for cell in notebook.cells if "%pip install" in cell.source and cell.cell_type == "code"]

    (cell,) = installs(edition(CHAPTERS[10], "reader", SITE))
    assert f"{SITE}wheels/from_xor_to_digits-{editions.nnlib.__version__}-py3-none-any.whl" in cell.source
    assert installs(edition(CHAPTERS[10], "reader")) == []


def test_the_page_offers_both_notebooks_and_they_are_there(built):
    page = built / "html/book/09_when_xor_refuses.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for kind in ("reader", "student"):
        place = soup.select_one(f".btn-download-{kind}-button")["href"]
        offered = nbformat.read((page.parent / place).resolve(), as_version=4)
        assert offered.cells[0].source.startswith("# 9 · When XOR refuses")
    assert not (built / "html/_sources").exists()


# ---- as VS Code sets it: with the same packages, and the KaTeX of the page


@pytest.fixture(scope="module")
def in_vscode():
    """Return a function that sets texts as VS Code does, and gives their HTML."""

    def render(markdown):
        program = [formulas.NODE, TESTS / "vscode.js", formulas.KATEX]
        run = subprocess.run(program, input=json.dumps(markdown), capture_output=True, encoding="utf-8", check=True)
        return [BeautifulSoup(html, "html.parser") for html in json.loads(run.stdout)]

    return render


def not_set(soup):
    """List the formulas that could not be set, and what was not seen to be one; the formulas that were set go."""
    errors = [error.get_text() for error in soup.select(".katex-error, [style*='#cc0000']")]
    for part in soup.select(".katex, code"):
        part.decompose()
    return errors + re.findall(r"\S*\$.{0,20}|\\[a-z]{2,}", soup.get_text())


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_vscode_sets_every_formula(edition, in_vscode, path):
    made = texts(edition(path, "reader"))
    plain = re.sub(r"```.*?```|`[^`\n]*`", "", "\n\n".join(made), flags=re.DOTALL)
    written = re.findall(r"\$\$.+?\$\$|\$[^$]+\$", plain, re.DOTALL)
    pages = in_vscode(made)
    assert sum(len(page.select(".katex")) for page in pages) == len(written)
    assert [fault for page in pages for fault in not_set(page)] == []


@pytest.mark.parametrize(
    "faulty", [r"a $\frca{1}{2}$ b", r"a $\frac{1$ b", "a $x b", r"a \frac12"], ids=["name", "brace", "end", "sign"]
)
def test_a_formula_that_vscode_does_not_set_is_seen(in_vscode, faulty):
    (page,) = in_vscode([faulty])
    assert not_set(page)


def test_vscode_shuts_a_solution(edition, in_vscode):
    pages = in_vscode(texts(edition(CHAPTERS[10], "reader")))
    shut = [page.details for page in pages if page.details and "Solution" in page.summary.get_text()]
    assert len(shut) == 3
    assert all(solution.pre and not solution.has_attr("open") for solution in shut)


# ---- a reader's folder


@pytest.fixture
def folder(tmp_path, built, monkeypatch):
    """A reader's folder with two chapters."""
    monkeypatch.setattr(editions.clone, "chapters", lambda: CHAPTERS[1:3])
    editions.write_for_reader(tmp_path, built)
    return tmp_path


def edit(path, text):
    """Put a text into a notebook's first cell, as a reader does who saves it."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = text
    nbformat.write(notebook, path)


def test_what_a_reader_has_changed_is_left_alone_and_named(folder, built):
    changed, other = (folder / path.name for path in CHAPTERS[1:3])
    edit(changed, "mine")
    other.unlink()
    assert editions.write_for_reader(folder, built) == [Path(changed.name)]
    assert nbformat.read(changed, as_version=4).cells[0].source == "mine"
    assert other.exists()


def test_what_a_reader_only_ran_gets_what_is_new(folder, built):
    path = folder / CHAPTERS[1].name
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].outputs = []
    nbformat.write(notebook, path)
    assert editions.write_for_reader(folder, built) == []
    assert path.read_text(encoding="utf-8") != nbformat.writes(notebook)


@pytest.mark.parametrize("damage", ["", "{", '{"cells": 1}'], ids=["empty", "cut off", "no cells"])
def test_a_file_that_is_no_notebook_is_somebodys_and_left_alone(folder, built, damage):
    path = folder / CHAPTERS[1].name
    path.write_text(damage)
    assert editions.write_for_reader(folder, built) == [Path(path.name)]
    assert path.read_text() == damage


def test_a_readers_own_notebook_with_a_chapters_name_is_left_alone(tmp_path, built, monkeypatch):
    monkeypatch.setattr(editions.clone, "chapters", lambda: CHAPTERS[1:2])
    own = tmp_path / CHAPTERS[1].name
    nbformat.write(nbformat.v4.new_notebook(), own)
    assert editions.write_for_reader(tmp_path, built) == [Path(own.name)]


def test_a_write_that_is_interrupted_leaves_the_old_notebook(folder, built, monkeypatch):
    path = folder / CHAPTERS[1].name
    before = path.read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(editions.notebooks.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        editions.write_for_reader(folder, built)
    assert path.read_bytes() == before
