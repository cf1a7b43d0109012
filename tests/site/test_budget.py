"""What a page weighs: as bytes that go over the line, on a phone, at first sight and read to the end."""

import gzip
import re

import pytest

from tests.site.conftest import serve
from tests.site.test_pages import PAGES

KB = 1000
FIRST_VIEW, WHOLE = 450 * KB, 700 * KB
# Pages that may weigh more, and why: path: (first view, whole).
HEAVIER = {}

WEIGHTS = {}  # of files that many pages have
TO_THE_END = """async () => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  for (let top = 0; top < document.documentElement.scrollHeight; top += 600) {
    window.scrollTo({ top, behavior: "instant" });
    await wait(40);
  }
}"""


def weigh(response):
    """Return how many bytes go over the line for this response, where the server packs what is not packed."""
    address = response.url
    if address.startswith("data:"):
        return 0  # it is a part of the file that names it
    if address not in WEIGHTS:
        body = response.body() if response.status == 200 else b""
        packed = re.search(r"\.(woff2?|png|webp|jpe?g)(\?|$)", address)
        WEIGHTS[address] = len(body) if packed else len(gzip.compress(body))
    return WEIGHTS[address]


def weigh_page(context, address):
    """Return the weight of each file that a page asks for: at first sight, and when it was read to the end."""
    page, responses, seen = context.new_page(), [], []
    page.on("response", lambda response: responses.append(response))
    page.goto(address)
    for look in (lambda: None, lambda: page.evaluate(TO_THE_END)):
        look()
        page.wait_for_load_state("networkidle")
        seen.append({response.url: weigh(response) for response in responses})
    page.close()
    return seen


def bill(weights):
    """Return the weights as text, the heaviest first."""
    rows = sorted(weights.items(), key=lambda row: -row[1])
    return "\n".join([f"{sum(weights.values()) / KB:8.1f} kB", *(f"{size / KB:8.1f}  {name}" for name, size in rows)])


@pytest.fixture(scope="module")
def phone(browser):
    with browser.new_context(viewport={"width": 412, "height": 823}, device_scale_factor=1.75) as context:
        yield context


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light(phone, site, path):
    first, whole = weigh_page(phone, f"{site}/{path}")
    most_at_first, most = HEAVIER.get(path, (FIRST_VIEW, WHOLE))
    assert sum(first.values()) <= most_at_first, bill(first)
    assert sum(whole.values()) <= most, bill(whole)


def test_a_page_of_a_megabyte_is_caught(phone, tmp_path):
    far = "<div style='height: 9000px'></div><img src='b.png' loading='lazy'>"
    (tmp_path / "index.html").write_text(f"<!doctype html><img src='a.png'>{far}")
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(bytes(800 * KB))
    with serve(tmp_path) as address:
        first, whole = weigh_page(phone, f"{address}/index.html")
    assert FIRST_VIEW < sum(first.values()) < 2 * 800 * KB < sum(whole.values())
    assert "a.png" in bill(first) and "b.png" not in bill(first)
