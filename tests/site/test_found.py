"""What is looked for is found: by a search that needs no server, by the map of the book, and in the library's pages."""

import html
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

import nnlib.checks

ROOT = Path(__file__).parents[2]
LIBRARY = "book/appendix/f_library"
# What one looks for: where it is to stand among the first five.
QUERIES = {
    "learning rate": "8. The training loop › The learning rate",
    "learning rates": "8. The training loop › The learning rate",
    "Learning  Rate ": "8. The training loop › The learning rate",
    "the learning rate": "8. The training loop › The learning rate",
    "overfitting": "15. Learning that generalizes",
    "1/8": "9. When XOR refuses › Two hundred starts at once",
    "1/6": "13. Curvature › The floor of each valley",
    "은닉층": "D. Terms in English and Korean › hidden layer · 은닉층",
    "역전파": "D. Terms in English and Korean › backpropagation · 역전파",
    "ABNORMAL": "12. SciPy as the trainer › When a method gives up",
    "backpropagation": "6. Backpropagation",
    "check_gradient": "F. Derivatives › nnlib.derivatives.check_gradient",
    "restarts": "9. When XOR refuses › Buy restarts",
    "name the plateau": "9. When XOR refuses › Exercise 9.1: Predict and fill: name the plateau",
}
# What is taught under its own name comes before the glossary, which only says what it is.
TAUGHT = ["learning rate", "learning rates", "Learning  Rate ", "the learning rate", "backpropagation"]
RAW = re.compile(r"[\\$]|\{\w+\}`|\.\./|\.ipynb\b|\b\d\d_[a-z]+_")
UNFINDABLE = "zyzzyva"


@pytest.fixture(scope="module")
def folder(site, tmp_path_factory):
    """Return the folder of the built pages, to be opened from the disk as a reader without a server does."""
    base = tmp_path_factory.getbasetemp()
    built = [place / "site/_build/html" for place in (base, base.parent)]
    return next(place for place in built if (place / "search.html").exists())


@pytest.fixture(scope="module")
def sections(folder):
    """Return the sections that the search page knows: address, kind, title and prose."""
    script = (folder / "_static/search_sections.js").read_text(encoding="utf-8")
    data = json.loads(script.removeprefix("window.searchSections = ").removesuffix(";\n"))
    return [
        (f"{data['pages'][page][2]}#{anchor}", kind, title, prose)
        for page, anchor, kind, title, prose, _ in data["sections"]
    ]


def results(page, query):
    """Type a query and return the lines of what it finds."""
    page.locator("#search-query").fill(query)
    return page.locator("#search-results > li > a").all_inner_texts()


def test_what_one_looks_for_is_among_the_first(visit, folder):
    seen = visit(f"file://{folder}/search.html")
    missed = {query: wanted for query, wanted in QUERIES.items() if wanted not in results(seen.page, query)[:5]}
    assert missed == {}
    assert {query: results(seen.page, query)[0] for query in TAUGHT} == {query: QUERIES[query] for query in TAUGHT}
    assert results(seen.page, UNFINDABLE) == []
    assert [complaint for complaint in seen.complaints if complaint.startswith("error:")] == []
    assert all(response.url.startswith("file://") for response in seen.responses)


def test_a_result_says_what_was_found_and_in_which_language(visit, folder):
    page = visit(f"file://{folder}/search.html?q=역전파").page
    first = page.locator("#search-results > li").first
    assert first.locator("mark[lang=ko]").all_inner_texts() == ["역전파", "역전파"]
    assert first.locator("mark").count() == 2
    assert page.locator("[role=status]").inner_text() == "1 place in the book: 역전파"
    results(page, UNFINDABLE)
    assert page.locator("[role=status]").inner_text() == f"No places in the book: {UNFINDABLE}"
    assert len(results(page, "network")) == 20
    page.get_by_role("button", name="Show more").click()
    assert page.locator("#search-results > li").count() == 40
    assert page.evaluate("document.activeElement === document.querySelectorAll('#search-results a')[20]")


def test_the_keyboard_alone_leads_from_any_page_to_the_place(visit, site):
    page = visit(f"{site}/book/01_one_neuron.html").page
    page.get_by_role("searchbox", name="Search this book").fill("universal approximation")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=universal+approximation")
    assert page.evaluate("document.activeElement.id") == "search-query"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    wanted = page.locator("#search-results > li > a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{wanted}")
    assert page.locator(f"[id='{wanted.partition('#')[2]}']").count() == 1


def test_a_phone_s_drawer_has_the_search(visit, site):
    page = visit(f"{site}/book/appendix/c_notation.html", width=390).page
    page.locator(".primary-toggle").click()
    page.get_by_role("searchbox", name="Search this book").fill("plateau")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=plateau")
    assert page.locator("#search-results > li > a").count() > 3
    assert page.get_by_role("searchbox").count() == 1  # no other field beside it


PLANTED = [
    ["numbers", "In 11/8 and 1/80 and 21/8, never alone."],
    ["the plateau", "It stands at 1/8, at a height of 0.75."],
    ["inside", "The unlearning of rates."],
    ["particles", "오차역전파는 어렵다."],
    ["twice", "rate rate rate rate rate rate rate rate"],
    ["rate", "A title counts more."],
]


def test_words_begin_where_they_begin_and_numbers_are_whole(visit, tmp_path):
    script = (ROOT / "book/_assets/search.js").read_text(encoding="utf-8")
    data = {"pages": [["1", "Page", "p.html"]], "sections": [[0, "x", "section", *planted, ""] for planted in PLANTED]}
    fields = '<form id="search-form"><input id="search-query"></form><p id="search-status"></p>'
    rest = '<ol id="search-results"></ol><button id="search-more" hidden>Show more</button>'
    scripts = f"<script>window.searchSections = {json.dumps(data)};</script><script>{script}</script>"
    (tmp_path / "index.html").write_text(f"<meta charset=utf-8>{fields}{rest}{scripts}", encoding="utf-8")
    page = visit(f"file://{tmp_path}/index.html").page
    assert results(page, "1/8") == ["1. Page › the plateau"]
    assert results(page, "75") == []
    assert results(page, "0.75") == ["1. Page › the plateau"]
    assert results(page, "learning") == []
    assert results(page, "역전파") == ["1. Page › particles"]
    assert results(page, "rates")[:2] == ["1. Page › rate", "1. Page › twice"]
    assert results(page, "rate plateau") == []


def raw(sections):
    """Return what shows its source in the text of a section."""
    return [
        f"{address}: {found[0]}" for address, _, *texts in sections for text in texts if (found := RAW.search(text))
    ]


def test_no_section_shows_its_source(sections):
    assert raw(sections) == []


def test_a_section_that_shows_its_source_is_caught():
    texts = [r"the slope \partial", "the $x$", "see {doc}`x`", "see ../x", "in x.ipynb", "in 12_scipy_as_the_trainer"]
    assert len(raw([("x.html#y", "section", "A title", text) for text in texts])) == len(texts)
    assert raw([("x.html#y", "section", "A title", "1/8 of θ_i, at 12_000 starts")]) == []


def dangling(folder, addresses):
    """Return the addresses that no element of a page has."""
    pages = {address.partition("#")[0] for address in addresses}
    there = {page: identifiers(folder / page) for page in pages}
    return [whole for whole in addresses for page, _, anchor in [whole.partition("#")] if anchor not in there[page]]


def identifiers(path):
    """Return the ids of a page, and the empty one for the page itself."""
    return {"", *map(html.unescape, re.findall(r'\bid="([^"]*)"', path.read_text(encoding="utf-8")))}


def test_every_section_is_where_its_address_says(folder, sections, tmp_path):
    assert len(sections) > 500
    assert dangling(folder, [address for address, *_ in sections]) == []
    (tmp_path / "x.html").write_text('<p id="there">')
    assert dangling(tmp_path, ["x.html#there", "x.html", "x.html#not-there"]) == ["x.html#not-there"]


def test_the_map_has_every_page_and_every_exercise(folder):
    page = (folder / "book/map.html").read_text(encoding="utf-8")
    article = page[page.index("<article") : page.index("</article>")]
    links = [unquote(html.unescape(link)) for link in re.findall(r'href="([^"#][^"]*)"', article)]
    addresses = [f"book/{link}" for link in links if not link.startswith("../")]
    assert dangling(folder, addresses) == []
    for chapter in re.findall(r"file: *(\S+)", (ROOT / "_toc.yml").read_text()):
        assert chapter == "book/map" or f"{chapter}.html" in addresses
    exercises = {address.partition("#ex-")[2] for address in addresses if "#ex-" in address}
    assert {exercise.id for exercise in nnlib.checks.exercises()} <= exercises


def test_only_the_search_page_loads_the_sections(folder):
    loaded = {
        page.relative_to(folder).as_posix(): re.findall(r"search\w*\.js", page.read_text(encoding="utf-8"))
        for page in folder.rglob("*.html")
    }
    assert {page for page, scripts in loaded.items() if scripts} == {"search.html"}
    assert loaded["search.html"] == ["search_sections.js", "search.js"]


def test_the_library_is_read_in_pages(visit, site, folder):
    rooms = sorted(path.stem for path in (ROOT / LIBRARY).glob("*.md"))
    assert len(rooms) > 8
    seen = visit(f"{site}/{LIBRARY}.html#nnlib.train")
    seen.page.wait_for_url(f"{site}/{LIBRARY}/training.html#nnlib.train")
    for room in rooms:
        seen.page.goto(f"{site}/{LIBRARY}/{room}.html")
        assert seen.page.evaluate("document.documentElement.scrollHeight") < 12_000, room


def test_the_chapters_of_the_teachers_page_have_their_titles():
    titles = re.findall(r'file: book/\d\d_\w+\n +title: "(.*)"', (ROOT / "_toc.yml").read_text())
    headings = re.findall(r"^### \[(.*)\]\(", (ROOT / "book/appendix/e_teachers.md").read_text(), re.MULTILINE)
    assert headings == titles
