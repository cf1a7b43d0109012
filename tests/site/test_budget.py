"""No page is heavier than a phone's line and patience allow."""

import pytest

from tests.site.conftest import serve
from tests.site.test_pages import PAGES
from tools.weight import KB, PHONE, Scales, bill

FIRST_VIEW, WHOLE = 450 * KB, 700 * KB
# Pages that may weigh more, and why: path: (first view, whole).
HEAVIER = {}


@pytest.fixture(scope="module")
def scales(browser):
    with browser.new_context(**PHONE) as context:
        yield Scales(context)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light(scales, site, path):
    first, whole = scales.weigh(f"{site}/{path}")
    most_at_first, most = HEAVIER.get(path, (FIRST_VIEW, WHOLE))
    assert sum(first.values()) <= most_at_first, bill(first)
    assert sum(whole.values()) <= most, bill(whole)


def test_a_page_of_a_megabyte_is_caught(scales, tmp_path):
    far = "<div style='height: 9000px'></div><img src='b.png' loading='lazy'>"
    (tmp_path / "index.html").write_text(f"<!doctype html><img src='a.png'>{far}")
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(bytes(800 * KB))
    with serve(tmp_path) as address:
        first, whole = scales.weigh(f"{address}/index.html")
    assert FIRST_VIEW < sum(first.values()) < 2 * 800 * KB < sum(whole.values())
    assert "a.png" in bill(first) and "b.png" not in bill(first)
