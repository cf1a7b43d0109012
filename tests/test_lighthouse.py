"""The table that `make lighthouse` writes, made from reports that no browser gave."""

import urllib.request

from tools import lighthouse

REPORT = {
    "categories": {"performance": {"score": 0.93}, "seo": {"score": 1}},
    "audits": {
        "largest-contentful-paint": {"numericValue": 1840.0},
        "total-blocking-time": {"numericValue": 35.2},
        "cumulative-layout-shift": {"numericValue": 0.0041},
    },
}


def run(**others):
    """Return the figures of a report, but for those that are named."""
    return lighthouse.figures(REPORT) | others


def test_each_figure_of_a_report_is_found_and_shown_with_its_unit():
    cells = lighthouse.row("front page", "phone", [run()], [262_000, 417_400])
    assert cells == ("front page", "phone", "93", "1.8 s", "35 ms", "0.004", "100", "262 kB", "417 kB")


def test_a_figure_is_the_median_of_its_runs():
    cells = lighthouse.row("page", "phone", [run(score=40, LCP=2), run(score=95, LCP=9), run(score=90, LCP=3)], [0, 0])
    assert cells[2:4] == ("90", "3.0 s")


def test_the_table_takes_the_place_of_the_one_before_and_leaves_the_text():
    page = f"# Title\n\n{lighthouse.START}| old |\n{lighthouse.END}\n\nWhat stands in the way.\n"
    once = lighthouse.renewed(page, [lighthouse.row("front page", "phone", [run()], [1, 2])])
    assert once.startswith("# Title\n") and once.endswith("\n\nWhat stands in the way.\n")
    assert "| front page | phone | 93 |" in once and "old" not in once
    assert lighthouse.renewed(once, [lighthouse.row("front page", "phone", [run()], [1, 2])]) == once
    assert lighthouse.START in lighthouse.RECORD.read_text()


def test_without_a_browser_or_a_book_it_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(lighthouse, "SITE", tmp_path)
    lighthouse.main([])
    (tmp_path / "index.html").touch()
    monkeypatch.setattr(lighthouse, "BROWSER", None)
    lighthouse.main([])
    assert capsys.readouterr().out.splitlines() == [
        "Nothing was measured: the book is not built.",
        "Nothing was measured: there is no Chromium or Chrome on this machine.",
    ]


def test_the_host_packs_what_is_not_packed(tmp_path):
    (tmp_path / "page.html").write_text("x" * 5000)
    (tmp_path / "face.woff2").write_bytes(bytes(5000))
    with lighthouse.serve(tmp_path, lighthouse.Host) as address:
        sent = {name: urllib.request.urlopen(f"{address}/{name}") for name in ("page.html", "face.woff2")}
    packed = {name: (answer.headers["Content-Encoding"], len(answer.read())) for name, answer in sent.items()}
    assert packed["face.woff2"] == (None, 5000)
    assert packed["page.html"][0] == "gzip" and packed["page.html"][1] < 100
