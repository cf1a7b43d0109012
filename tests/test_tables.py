"""A table says the same in HTML and in plain text."""

import re

import pytest

from nnlib.plotting import Table

RATES = Table(["", "rate", "solved"], [["descent", 0.5, "36.5 (30-43)"], ["LM & co", 10, "<0.1"]])


def test_the_text_is_aligned():
    assert repr(RATES) == "\n".join([
        "         rate  solved",
        "descent   0.5  36.5 (30-43)",
        "LM & co    10  <0.1",
    ])  # fmt: skip


def test_the_html_has_the_same_cells_and_escapes_them():
    lines = re.findall(r"<tr>(.*)</tr>", RATES._repr_html_())
    cells = [re.findall(r">([^<]*)</t[hd]>", line) for line in lines]
    assert cells == [["", "rate", "solved"], ["descent", "0.5", "36.5 (30-43)"], ["LM &amp; co", "10", "&lt;0.1"]]


def test_headers_say_what_they_head_and_none_is_empty():
    html = RATES._repr_html_()
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)', html) == ["rate", "solved"]
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)', html) == ["descent", "LM &amp; co"]


def test_numbers_stand_at_the_right_and_words_at_the_left():
    sides = re.findall(
        r"text-align: (\w+)",
        Table(["a", "b", "c", "d"], [["x", "-.5", "1 (0-2)", "-inf"], ["10", "", "+3", "nan"]])._repr_html_(),
    )
    assert sides == ["left", "right", "right", "right"] * 3


def test_a_table_without_rows_is_its_header():
    assert repr(Table(["a", "b"], [])) == "a  b"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"rows\[1\] has 1 cells; the header has 2: \['a', 'b'\]"):
        Table(["a", "b"], [[1, 2], [3]])
    with pytest.raises(ValueError, match="header is empty"):
        Table([], [])
