"""Figures in the page: at their place from the start, turned over in the dark, light in print, legible on a phone."""

import re

import pytest

PAGE = "book/03_a_hidden_layer_folds_the_plane.html"
FIGURES = "div.cell_output img[src$='.svg']"
CORNER = """async image => {
    await image.decode();
    const {width, height} = image.getBoundingClientRect();
    return {width, height, natural: image.naturalWidth, filter: getComputedStyle(image).filter};
}"""


@pytest.fixture(params=["light", "dark"])
def theme(request):
    return request.param


def opened(browser, site, theme, width):
    """Open the chapter of the folds in a window of some width and a theme."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
    page = context.new_page()
    page.goto(f"{site}/{PAGE}")
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_a_figure_has_its_place_and_its_theme(browser, site, theme, width):
    page = opened(browser, site, theme, width)
    images = page.locator(FIGURES)
    places = images.evaluate_all("all => all.map(image => [image.width, image.height])")
    assert len(places) == 5
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    for image, place in zip(images.all(), places, strict=True):
        shown = image.evaluate(CORNER)
        moved = abs(shown["width"] - place[0]), abs(shown["height"] - place[1])
        assert max(moved) <= 1  # a figure of 249.6 pixels keeps a place of 250
        assert shown["width"] <= shown["natural"] + 1
        assert (shown["filter"] == "none") == (theme == "light")
        if width == 390:
            assert shown["width"] >= min(shown["natural"], 340)
    page.emulate_media(media="print")
    assert images.first.evaluate("image => getComputedStyle(image).filter") == "none"
    page.context.close()


def test_only_one_file_is_loaded_for_a_figure_and_only_when_it_is_near(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/{PAGE}")
    page.wait_for_load_state("networkidle")
    drawings = {url for url in asked if re.search(r"_images/\w+\.svg$", url)}
    assert len(drawings) < page.locator(FIGURES).count()
    context.close()
