"""How the pages look: what a reader would stumble over, and no other test sees."""

CHAPTER = "book/09_when_xor_refuses.html"  # with a note, exercises, and outputs of one line
TABLES = "book/appendix/c_notation.html"

WIDER_THAN_ITS_BOX = """(code, letters) => {
  code.textContent = "x".repeat(letters);
  return code.scrollWidth > code.clientWidth;
}"""
# Words of code that a table has broken: a word in one line has one rectangle.
BROKEN = """() => [...document.querySelectorAll(".bd-article td code .pre")]
  .filter((word) => word.getClientRects().length > 1).map((word) => word.textContent)"""
GROUND = "element => getComputedStyle(element).backgroundColor"


def test_code_of_92_letters_fits_a_laptop_s_page(look, site):
    page = look(f"{site}/{CHAPTER}").page
    code = page.locator(".bd-article section > .cell .cell_input pre").first
    assert [code.evaluate(WIDER_THAN_ITS_BOX, letters) for letters in (92, 93)] == [False, True]
    code = page.locator(".admonition.exercise .cell_input pre").first
    assert [code.evaluate(WIDER_THAN_ITS_BOX, letters) for letters in (88, 89)] == [False, True]


def test_names_in_a_table_stay_whole_on_a_phone(visit, site):
    page = visit(f"{site}/{TABLES}", width=390).page
    assert page.evaluate(BROKEN) == []
    page.add_style_tag(content=".bd-article td code .pre { overflow-wrap: anywhere !important }")
    assert "theta" in page.evaluate(BROKEN)


def test_nothing_in_the_dark_has_a_ground_of_the_theme_s(look, site):
    page = look(f"{site}/{CHAPTER}", "dark").page
    parts = page.locator(".bd-article :is(.highlight, .admonition-title)")
    assert parts.count() > 20
    assert {part.evaluate(GROUND) for part in parts.all()} == {"rgba(0, 0, 0, 0)"}
