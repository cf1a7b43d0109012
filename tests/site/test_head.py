"""What each page says of itself to search engines, to those who share it and to a browser's tab."""

import html
import re
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
EXTENSIONS = ROOT / "book/_extensions"
BOOK = "From XOR to Digits"
CHAPTERS = re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text())
FRONT = CHAPTERS[0]


def fetch(address):
    with urlopen(address) as answer:  # of this machine
        return answer.read().decode()


@pytest.fixture(scope="module")
def pages(site):
    """The HTML of every page, by its name."""
    return {name: fetch(f"{site}/{name}.html") for name in [*CHAPTERS, "index", "404"]}


def title_of(page):
    return html.unescape(re.search(r"<title>(.*?)</title>", page)[1])


def meta_of(page, name):
    found = re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)">', page)
    assert len(found) <= 1
    return html.unescape(found[0]) if found else None


def test_a_title_has_its_chapter_s_number_once_and_the_book_s_name_once(pages):
    assert title_of(pages[FRONT]) == title_of(pages["index"]) == BOOK
    assert title_of(pages["book/01_one_neuron"]) == f"1. One neuron – {BOOK}"
    assert title_of(pages["book/appendix/c_notation"]) == f"C. Notation – {BOOK}"
    titles = [title_of(pages[name]) for name in CHAPTERS]
    assert len(set(titles)) == len(titles)
    assert all(title.count(BOOK) == 1 for title in titles)


@pytest.mark.parametrize("name", ["description", "og:description"])
def test_every_page_has_a_description_of_its_own(pages, name):
    descriptions = [meta_of(pages[page], name) for page in CHAPTERS]
    assert all(30 <= len(text) <= 200 and "\n" not in text for text in descriptions)
    assert len(set(descriptions)) == len(descriptions)


def test_a_page_that_knows_no_address_claims_none(pages, site):
    for page in pages.values():
        assert 'rel="canonical"' not in page
        assert meta_of(page, "og:url") is meta_of(page, "og:image") is None
    with pytest.raises(HTTPError):
        fetch(f"{site}/sitemap.xml")


def local_links(page, address):
    links = re.findall(r'\s(?:href|src|action|data-code|data-state)="([^"#]+)', page)
    return {urljoin(address, html.unescape(link)) for link in links if urlsplit(link).scheme in ("", "http")}


@pytest.mark.parametrize("name", ["index", "404", FRONT])
def test_index_is_the_front_page_and_its_links_lead_somewhere(pages, site, name):
    assert 'http-equiv="refresh"' not in pages[name]
    links = local_links(pages[name], f"{site}/{name}.html")
    assert len(links) > 20
    for link in links:
        fetch(link) if link.endswith(".html") else urlopen(link).close()
    if name == "index":
        assert links - {f"{site}/index.html"} == local_links(pages[FRONT], f"{site}/{FRONT}.html") - {
            f"{site}/index.html"
        }


def test_what_stands_before_the_title_is_no_heading(pages):
    for page in pages.values():
        before = page[: page.index("<article")]
        outside_print = re.sub(r'<div id="jb-print-docs-body".*', "", before, flags=re.DOTALL)
        assert not re.search(r'<h\d|role="heading"', outside_print)
        assert "From one neuron to a hidden layer" in outside_print  # the parts are there, as labels


def test_previous_and_next_have_their_numbers(pages):
    titles = re.findall(r'<p class="prev-next-title">(.*?)</p>', pages["book/16_handwritten_digits"])
    assert titles == ["15 · Learning that generalizes", "A · Automatic differentiation"]


def test_a_page_asks_for_no_file_that_it_does_not_use(pages):
    for name, page in pages.items():
        for file in ("fontawesome", "bootstrap.js", "design-tabs", "sphinx-design"):
            assert file not in page, (name, file)
    assert "copybutton.js" not in pages["book/bibliography"]
    assert "copybutton.js" in pages["book/06_backpropagation"]
    scripts = re.findall(r'<script[^>]* src="[^>]*>', pages["book/06_backpropagation"].partition("</head>")[0])
    assert scripts and all("defer" in script for script in scripts)


SMALL = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_parser", "page_head", "front_page"]
html_title = project = "A book"
root_doc = "book/intro"
templates_path = [{str(ROOT / "book/_templates")!r}]
html_baseurl = "https://example.org/b/"
repository_address = "https://example.org/r"
"""


@pytest.fixture
def published(tmp_path):
    """A book of two pages that knows where it is published, built."""
    (tmp_path / "conf.py").write_text(SMALL)
    (tmp_path / "book").mkdir()
    (tmp_path / "book/intro.md").write_text(
        "# A book\n\nGet {repository}`the repository`. See {doc}`01_a`.\n\n## More\n\n```{toctree}\n01_a\n```\n"
    )
    (tmp_path / "book/01_a.md").write_text("# First\n\nOne sentence.\n")
    command = [sys.executable, *"-m sphinx -q -W --keep-going -b html . out".split()]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return tmp_path / "out"


def test_a_site_that_knows_its_address_tells_it(published):
    chapter, index = ((published / name).read_text() for name in ("book/01_a.html", "index.html"))
    assert '<link rel="canonical" href="https://example.org/b/book/01_a.html" />' in chapter
    assert meta_of(chapter, "og:url") == "https://example.org/b/book/01_a.html"
    assert '<link rel="canonical" href="https://example.org/b/" />' in index
    assert meta_of(index, "og:image") == "https://example.org/b/_static/screenshot.png"
    assert (ROOT / "book/_assets/screenshot.png").exists()
    places = re.findall("<loc>(.*?)</loc>", (published / "sitemap.xml").read_text())
    assert places == ["https://example.org/b/", "https://example.org/b/book/01_a.html"]
    assert '<base href="https://example.org/b/">' in (published / "404.html").read_text()


def test_a_copy_one_folder_higher_has_the_same_links(published):
    index = (published / "index.html").read_text()
    for link in ('href="book/01_a.html"', 'href="#more"', 'href="https://example.org/r"', 'data-content_root="./"'):
        assert link in index
    assert 'href="../' not in index
