"""Notebooks in plain Markdown for every front end, made from the built book: `make editions`.

A notebook of the book is written in MyST, which only the page understands. Its editions look right in JupyterLab, VS
Code, Colab and on GitHub: `reader` has all, with folded solutions; `student` has no solutions; `solved` has solutions
in the place of stubs.
"""

import argparse
import copy
import functools
import hashlib
import json
import posixpath
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml
from bs4 import BeautifulSoup

import nnlib
from tools import clone, notebooks
from tools.plain_markdown import Directive, blocks, convert, headed, link, quote

EDITIONS = ["reader", "student", "solved"]
BUILT = clone.ROOT / "_build"
NOTEBOOKS = clone.ROOT / "notebooks"  # where readers work; git does not see it
# JupyterLab reads the first and Colab the second, which leaves the line with @title in sight. VS Code has no such word.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
WRITTEN = ".written.json"  # in that folder: what was written there, so that a reader's changes are known


class Exercise(NamedTuple):
    """An exercise: what is asked, in blocks, and the cells with the stub and the check."""

    label: str
    statement: list
    cells: list


class Solution(NamedTuple):
    """A solution: its text in blocks, and its cells, the last of which checks it."""

    exercise: str
    text: list
    cells: list


class Page:
    """What the built page knows: the numbers and titles of what is in it, and where its references lead."""

    def __init__(self, name, site, repository, built):
        """Read the page `name`, such as "book/01_one_neuron", of the book built in `built`.

        site, repository : their addresses, ending in a slash; "" where they are not published
        """
        self.name, self.site, self.repository = name, site, repository
        known = read_pages(built)[name]
        self.titles, self.references = known["titles"], known["references"]
        self.works = read_bibliography(built)

    @property
    def number(self):
        """Return what stands before the title: "9 · ", "A · ", or nothing."""
        first = self.name.rpartition("/")[2].partition("_")[0]
        return f"{int(first)} · " if first.isdigit() else f"{first.upper()} · " if len(first) == 1 else ""

    def title(self, label):
        """Return what the page calls what has this label: "Theorem 1.1: One line", "Figure 1.2", "(1.3)"."""
        return self.titles[label]

    def address(self, place):
        """Return the address, for a reader of the notebook, of a place in the site; None where it has none.

        A published site has all places. Without it a chapter is the notebook beside this one, and a cited work is
        where its publisher has it.
        """
        if place is None:
            return None
        if self.site:
            return self.site + place
        path, _, fragment = place.partition("#")
        if path == "book/bibliography.html":
            return self.works[fragment][1]
        notebook = Path(path).with_suffix(".ipynb")
        if path == f"{self.name}.html" or not (clone.ROOT / notebook).is_file():
            return None
        return posixpath.relpath(notebook, posixpath.dirname(self.name))

    def cited(self):
        """Return the works that the page cites, in the bibliography's order, in Markdown."""
        places = {place for pieces in self.references.values() for _, place in pieces if place}
        return [text for work, (text, _) in self.works.items() if f"book/bibliography.html#{work}" in places]


@functools.cache
def read_pages(built):
    """Read what the pages of the built book call what they hold, and what their references say."""
    return json.loads((built / "references.json").read_text(encoding="utf-8"))


@functools.cache
def read_bibliography(built):
    """Read the works that the book cites: for each id in the page its text in Markdown, and its address or None."""
    soup = BeautifulSoup((built / "html/book/bibliography.html").read_text(encoding="utf-8"), "html.parser")
    works = {}
    for entry in soup.select("div.citation[id]"):
        text = entry.find("p")
        links = text.select("a.external")
        address = links[0]["href"] if links else None
        for external in links:
            external.replace_with(f"[{external.get_text()}]({external['href']})")
        for title in text.find_all("em"):
            title.replace_with(f"*{title.get_text()}*")
        works[entry["id"]] = (" ".join(text.get_text().split()), address)
    return works


def make_edition(notebook, edition, page):
    """Return an edition of a notebook of the book, in plain Markdown.

    edition : "reader", "student" or "solved"
    """
    cells = []
    for part in parts_of(notebook):
        match part:
            case Exercise():
                cells += show_exercise(part, edition, page)
            case Solution():
                cells += show_solution(part, edition, page)
            case list():
                cells.append(text_cell(convert(part, page)))
            case _:
                cells += show_code(part, page)
    cells = [cell for cell in cells if cell.source]
    if page.site:
        cells.insert(1, installation(page))
    cells[0].source = cells[0].source.replace("# ", f"# {page.number}", 1)
    cells.append(text_cell(colophon(page)))
    number(cells)
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(notebook.metadata))


def installation(page):
    """Return the cell that installs this very nnlib where a notebook of the published site finds none."""
    wheel = f"{page.site}wheels/from_xor_to_digits-{nnlib.__version__}-py3-none-any.whl"
    code = f"""\
# @title Installs nnlib where it is missing, as in Colab
from importlib.metadata import PackageNotFoundError, version

try:
    version("from-xor-to-digits")
except PackageNotFoundError:
    %pip install --quiet "from-xor-to-digits[plotting,widgets] @ {wheel}"
"""
    return nbformat.v4.new_code_cell(code.strip(), metadata=FOLDED)


def colophon(page):
    """Return the last words of a notebook: the works that it cites, where it is from, and what may be done with it."""
    works = "\n".join(f"- {work}" for work in page.cited())
    cited = f"## Works cited\n\n{works}\n\n" if works else ""
    origin = link("From XOR to Digits", page.address(f"{page.name}.html"))
    return f"{cited}---\n\n{origin}. Text and figures: CC BY 4.0. Code: BSD 3-Clause."


def parts_of(notebook):
    """Yield the parts of a notebook in order: texts as lists of blocks, code cells, exercises, solutions."""
    unfinished = None
    for cell in notebook.cells:
        if cell.cell_type == "code" and unfinished:
            unfinished.cells.append(cell)
        elif cell.cell_type == "code":
            yield cell
        else:
            text = []
            for block in blocks(cell.source):
                match block:
                    case Directive(name="exercise-start"):
                        yield text
                        unfinished = Exercise(block.options["label"], text := [], [])
                    case Directive(name="solution-start"):
                        yield text
                        unfinished = Solution(block.argument, text := [], [])
                    case Directive(name="exercise-end" | "solution-end"):
                        yield unfinished
                        unfinished, text = None, []
                    case _:
                        text.append(block)
            if not unfinished:
                yield text


def show_exercise(exercise, edition, page):
    """Return the cells of an exercise; where it is solved, the solution has the code."""
    statement = f"{headed(page.title(exercise.label))}\n\n{convert(exercise.statement, page)}"
    code = [] if edition == "solved" else [plain_code(cell) for cell in exercise.cells]
    return [text_cell(quote(statement)), *code]


def show_solution(solution, edition, page):
    """Return the cells of a solution: one folded text for readers, text and code where it is solved, else nothing."""
    text = convert(solution.text, page)
    match edition:
        case "student":
            return []
        case "solved":
            return [text_cell(quote(f"**Solution.** {text}")), *map(plain_code, solution.cells)]
    number = page.title(solution.exercise).partition(":")[0]
    code = "\n\n".join(code_in_text(cell) for cell in solution.cells)
    return [text_cell(f"<details>\n<summary>Solution of {number}</summary>\n\n{text}\n\n{code}\n\n</details>")]


def code_in_text(cell):
    """Return a code cell with what it printed, as blocks of Markdown."""
    printed = "".join(text_of(output) for output in cell.outputs).strip("\n")
    code = f"```python\n{cell.source}\n```"
    return f"{code}\n\n```text\n{printed}\n```" if printed else code


def text_of(output):
    """Return what an output says as text."""
    return output.text if output.output_type == "stream" else output.data["text/plain"] + "\n"


def show_code(cell, page):
    """Return the cells of code outside exercises: folded where it only draws, a figure with its caption."""
    code = plain_code(cell)
    figure = cell.metadata.get("mystnb", {}).get("figure")
    title = page.title(figure["name"]) if figure else None
    if {"hide-input", "remove-input"} & set(cell.metadata.get("tags", [])):
        code.metadata.update(FOLDED)
        code.source = f"# @title {f'The code that draws {title}' if title else 'Code that draws'}\n{code.source}"
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
    for output in code.outputs:
        for picture in {"image/png", "image/svg+xml"} & set(output.get("data", {})) if alt else []:
            output.metadata[picture] = {**output.metadata.get(picture, {}), "alt": alt}
    if not figure:
        return [code]
    words = f"<details>\n<summary>In words</summary>\n\n{alt}\n\n</details>"
    return [code, text_cell(f"**{title}** {convert(figure['caption'], page)}\n\n{words}")]


def plain_code(cell):
    """Return a code cell without what only the page knows."""
    return nbformat.v4.new_code_cell(
        cell.source, outputs=copy.deepcopy(cell.outputs), metadata={}, execution_count=cell.execution_count
    )


def text_cell(text):
    """Return a cell of Markdown."""
    return nbformat.v4.new_markdown_cell(text)


def number(cells):
    """Count what was run from 1, and name the cells by their places: the same notebook has the same bytes."""
    run = 0
    for place, cell in enumerate(cells):
        cell.id = f"cell-{place}"
        if cell.cell_type == "code":
            run += 1
            cell.execution_count = run
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = run


def addresses(root=clone.ROOT):
    """Return the addresses of the site and of the repository, as `_config.yml` has them; "" where there are none."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    return config["html_baseurl"], config["repository_address"]


def make_all(edition, built=BUILT):
    """Yield each notebook of the book's edition: its path from book/, and its text."""
    site, repository = addresses()
    for path in clone.chapters():
        name = path.relative_to(clone.ROOT).with_suffix("").as_posix()
        page = Page(name, site, repository, built)
        made = make_edition(nbformat.read(path, as_version=4), edition, page)
        yield path.relative_to(clone.ROOT / "book"), nbformat.writes(made) + "\n"


def write_edition(edition, folder, built=BUILT):
    """Write an edition of every notebook of the book into `folder`."""
    for name, text in make_all(edition, built):
        notebooks.write(folder / name, text)


def sources(text):
    """Return a fingerprint of what a notebook's cells say, without what running them leaves."""
    cells = [(cell.cell_type, cell.source) for cell in nbformat.reads(text, as_version=4).cells]
    return hashlib.sha256(repr(cells).encode()).hexdigest()


def write_for_reader(folder=NOTEBOOKS, built=BUILT):
    """Write the reader's edition into `folder`, except over notebooks that a reader has changed; return their names."""
    record = folder / WRITTEN
    written = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    kept = []
    for name, text in make_all("reader", built):
        path = folder / name
        if path.exists() and is_changed(path, written.get(str(name))):
            kept.append(name)
            continue
        notebooks.write(path, text)
        written[str(name)] = sources(text)
    notebooks.write(record, json.dumps(written, indent=1))
    return kept


def is_changed(path, fingerprint):
    """Return whether a notebook is not the one that was written here; what is no notebook is not."""
    try:
        return sources(path.read_text(encoding="utf-8")) != fingerprint
    except Exception:  # whatever is wrong with it, it is somebody's
        return True


def main(arguments=None):
    """Write the editions, or the reader's notebooks."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--to", type=Path, default=BUILT / "editions", help="where the three editions go")
    parser.add_argument("--reader", action="store_true", help="write the reader's edition into notebooks/ alone")
    options = parser.parse_args(arguments)
    if not (BUILT / "references.json").exists():
        sys.exit("The editions are made from the built book: run `make book` first.")
    if options.reader:
        for name in write_for_reader():
            print(f"notebooks/{name} has changes of yours and was left alone; move it away to get the book's.")
        return
    for edition in EDITIONS:
        write_edition(edition, options.to / edition)
    print(f"The editions are in {options.to}.")


if __name__ == "__main__":
    main()
