"""Every notebook of the book: its stored form, and that running it again writes the same bytes.

The strict comparison of outputs (nbval) is a part of `make test`. It leaves open what is checked here: execution
counts, alt texts, the length of cells, paragraphs and chapters, numbers in the prose, and the bytes of the pictures.
"""

import base64
import copy
import io
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from tools import clone, notebooks

ROOT = Path(__file__).parents[1]
CHAPTERS = clone.chapters()
BANNED = re.compile(r"\b(simply|just|obviously|trivially|of course)\b", re.IGNORECASE)
EMPTY_ALT = re.compile(
    r"(an? |the |this )?(image|picture|plot|figure|graph|chart)s? (of|show\w*|that)\b", re.IGNORECASE
)
NETWORK = re.compile(r"https?://|\b(urllib|requests|urlopen|curl|wget)\b|\bfetch_")
# What stands in a text and is not prose: formulas, roles, code, the targets of links.
FORMS = [r"\$\$.*?\$\$(\s*\([\w-]+\))?", r"\$[^$]+\$", r"\{[\w:]+\}`[^`]*`", r"`[^`]*`", r"\]\([^)]*\)", r"<[^>]*>"]
NUMBER = re.compile(r"(?<![\w./])(\d[\d,]*(?:\.\d+)?)(?![\w/])(\s?%(?! interval))?")
RATE = re.compile(re.search("regex: (.*)", (ROOT / "tests" / "nbval.cfg").read_text())[1])
LONGEST_ALT = 400
MACHINE = re.compile(r"(?<![\w.+/])(/(home|Users|root|tmp|usr|opt|var|mnt)/|[A-Z]:\\)|[%!] *pip\b")


def code_cells(notebook):
    return [(number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def wrong_counts(notebook):
    """Execution counts run 1..n: the notebook was run once, from top to bottom, every cell."""
    counts = [cell.execution_count for _, cell in code_cells(notebook)]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts are {counts}"]


def complaints(notebook):
    """No output is an error, and none went to stderr."""
    return [
        f"cell {number}: {output.get('ename', 'stderr')}"
        for number, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def poor_alt_texts(notebook):
    """The alt text of each picture, and of each frame of a widget, states a finding.

    A figure's takes at least 40 characters, a frame's 20: its slider says in words what was chosen. A screen reader
    cannot skim, so there is a longest one, too.
    """
    found = [
        (f"cell {number}", cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""), 40)
        for number, cell in code_cells(notebook)
        if any(mime.startswith("image/") for output in cell.outputs for mime in output.get("data", {}))
    ]
    state = notebook.metadata.get("widgets", {}).get(notebooks.WIDGET_STATE, {}).get("state", {})
    for name, model in state.items():
        for image in re.findall(r"<img\b[^>]*>", str(model["state"].get("value", ""))):
            alt = re.search(r'\balt="([^"]*)"', image)
            found.append((f"widget {name.lstrip('0')}", alt[1] if alt else "", 20))
    return [
        f"{place}: alt text {alt!r}"
        for place, alt, least in found
        if not least <= len(alt) <= LONGEST_ALT or EMPTY_ALT.match(alt)
    ]


def long_cells(notebook):
    """A code cell has at most 15 lines, in a solution 25."""
    faults, limit = [], 15
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            length = len(cell.source.splitlines())
            faults += [f"cell {number}: {length} lines"] * (length > limit)
        elif "{solution-start}" in cell.source:
            limit = 25
        elif "{solution-end}" in cell.source:
            limit = 15
    return faults


def long_paragraphs(notebook):
    """A paragraph has at most 90 words: a screen of a phone."""
    return [
        f"cell {number}: {len(paragraph.split())} words: {paragraph[:50]!r}"
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for paragraph in re.split(r"\n\s*\n|\n```|\n- ", cell.source)
        if len(paragraph.split()) > 90 and not paragraph.startswith(("$$", "|"))
    ]


def numbers_in(text):
    """Return the numbers in a code or an output, as floats; 2,000 and 2_000 are one number."""
    text = re.sub(r"(?<=\d)[,_](?=\d{3})", "", text)
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)}


def drifted_numbers(notebook):
    """A measured number in the prose stands in the code or an output too, or its sentence cites a work.

    Measured is what has a decimal point, a percent sign or three digits.
    """
    computed = set()
    for _, cell in code_cells(notebook):
        printed = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
        computed |= numbers_in("\n".join([cell.source, *printed]))
    return [
        f"cell {number}: {digits} in {sentence[:60]!r}"
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for sentence in re.split(r"(?<=[.!?:])\s+(?=[A-Z*(])|\n\s*\n|\n- |\n\|", cell.source)
        if "{cite" not in sentence
        for digits, percent in NUMBER.findall(bare(sentence))
        if ("." in digits or percent or float(digits.replace(",", "")) >= 100)
        and float(digits.replace(",", "")) not in computed
    ]


def bare(sentence):
    """Return the prose of a sentence alone."""
    for form in FORMS:
        sentence = re.sub(form, " ", sentence, flags=re.DOTALL)
    return sentence


def banned_words(notebook):
    """The prose never tells a reader that something is easy."""
    return [
        f"cell {number}: {word!r}"
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for word in BANNED.findall(cell.source)
    ]


def network_use(notebook):
    """No cell asks the network for anything."""
    return [
        f"cell {number}: {match[0]!r}"
        for number, cell in code_cells(notebook)
        for match in NETWORK.finditer(cell.source)
    ]


def machine_traces(notebook):
    """No cell holds a path of the machine that ran it, none installs anything."""
    faults = []
    for number, cell in enumerate(notebook.cells):
        texts = [cell.source]
        for output in cell.get("outputs", []):
            texts += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
        faults += [f"cell {number}: {match[0]!r}" for text in texts for match in MACHINE.finditer(text)]
    return faults


def bulky_texts(notebook):
    """No text output is longer than a reader reads: the repr of a widget can hold all its pictures."""
    return [
        f"cell {number}: {len(text)} characters"
        for number, cell in code_cells(notebook)
        for output in cell.outputs
        for text in [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
        if len(text) > 5000
    ]


def foreign_form(notebook):
    """The file is as `make notebooks` writes it: no times, no random ids, no unused widgets."""
    written = notebooks.normalize(copy.deepcopy(notebook))
    return [] if written == notebook else ["not written by `make notebooks`"]


CHECKS = [
    wrong_counts,
    complaints,
    poor_alt_texts,
    long_cells,
    long_paragraphs,
    drifted_numbers,
    banned_words,
    network_use,
    machine_traces,
    bulky_texts,
    foreign_form,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_notebook(path, check):
    assert check(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_notebook_keeps_the_style(path):
    checked = subprocess.run([sys.executable, "-m", "ruff", "check", path], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_the_table_of_contents_names_what_is_there():
    assert [page for page in clone.pages() if not list(ROOT.glob(f"{page}.*"))] == []


def test_each_notebook_that_is_committed_is_in_the_table_of_contents():
    committed = clone.ask_git(ROOT, "ls-files", "-z", "book")
    own = [path.relative_to(ROOT).as_posix() for path in clone.readers_notebooks()]
    assert set(own) & set(committed) == set()


@pytest.mark.parametrize("path", [path for path in CHAPTERS if path.name[0].isdigit()], ids=lambda path: path.stem)
def test_a_chapter_is_no_longer_than_a_sitting(path):
    assert 20 <= len(nbformat.read(path, as_version=4).cells) <= 40


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_running_again_writes_the_same_bytes(path):
    stored, fresh = path.read_text(encoding="utf-8"), notebooks.run(path)
    if fresh != stored:
        # Another processor or another version of Matplotlib draws other bytes than those in the repository,
        # and does so in every run. What a notebook must never do is differ between two runs on one machine.
        # (Texts that differ from the stored ones are for nbval to find; it leaves the rates.)
        assert strayed_rates(stored, fresh) == []
        assert notebooks.run(path) == fresh


def strayed_rates(stored, fresh):
    """List the measured rates of a fresh run that lie outside the intervals of the stored ones."""
    pairs = zip(RATE.finditer(stored), RATE.finditer(fresh), strict=True)
    return [f"{new[0]}, was {old[0]}" for old, new in pairs if not float(old[2]) <= float(new[1]) <= float(old[3])]


@pytest.mark.parametrize("form", ["learned:  {} % ({} to {} %, n = 200)", "1e-07 {} ({}-{}) 0.0 (0-2)"])
def test_a_rate_may_move_within_its_interval(form):
    stored = form.format(57.5, 50.6, 64.1)
    assert strayed_rates(stored, form.format(57, 50, 64)) == []
    for other in (form.format(64.5, 57.5, 70.8), form.format(50.5, 43.6, 57.4)):
        assert len(strayed_rates(stored, other)) == 1
    assert RATE.sub("", stored) == RATE.sub("", form.format(" 9.5", 6.1, 14.3))


def tiny_picture():
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


PICTURE = notebooks.shrink(tiny_picture())


def test_a_picture_is_shrunk_once():
    assert len(PICTURE) < len(tiny_picture())
    assert notebooks.shrink(PICTURE) == PICTURE


def good_notebook():
    """A small notebook that passes every check."""
    return nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "widgets": {
                notebooks.WIDGET_STATE: {
                    "version_major": 2,
                    "version_minor": 0,
                    "state": {
                        f"{0:032x}": {
                            "model_name": "HTMLModel",
                            "model_module": "@jupyter-widgets/controls",
                            "state": {"value": f'<img alt="{"one corner of four is wrong " * 2}" src="data:,">'},
                        }
                    },
                }
            },
        },
        cells=[
            nbformat.v4.new_markdown_cell(
                "What will it print, 1.0 or $2.5$, at a 95 % interval? {cite:t}`someone` has 12.5.\n\n- 1 of `333`"
            ),
            nbformat.v4.new_code_cell(
                "print(1)",
                execution_count=1,
                outputs=[nbformat.v4.new_output("stream", name="stdout", text="1\n")],
            ),
            nbformat.v4.new_code_cell(
                "draw()",
                execution_count=2,
                metadata={"mystnb": {"image": {"alt": "two parallel lines split the square into three bands"}}},
                outputs=[nbformat.v4.new_output("display_data", data={"image/png": PICTURE, "text/plain": "<Figure>"})],
            ),
            nbformat.v4.new_markdown_cell("```{solution-start} one\n```"),
            nbformat.v4.new_code_cell("\n".join(["x = 1"] * 25), execution_count=3),
            nbformat.v4.new_markdown_cell("```{solution-end}\n```"),
            nbformat.v4.new_code_cell(
                "flipbook()",
                execution_count=4,
                outputs=[
                    nbformat.v4.new_output("display_data", data={notebooks.WIDGET_VIEW: {"model_id": f"{0:032x}"}})
                ],
            ),
        ],
    )


def widget(notebook):
    return notebook.metadata["widgets"][notebooks.WIDGET_STATE]["state"][f"{0:032x}"]["state"]


FAULTS = {
    "a cell run twice": (wrong_counts, lambda nb: nb.cells[1].update(execution_count=7)),
    "a cell never run": (wrong_counts, lambda nb: nb.cells[1].update(execution_count=None)),
    "a warning": (complaints, lambda nb: nb.cells[1].outputs[0].update(name="stderr")),
    "an error": (
        complaints,
        lambda nb: nb.cells[1].outputs.append(nbformat.v4.new_output("error", ename="NameError")),
    ),
    "no alt text": (poor_alt_texts, lambda nb: nb.cells[2].metadata.clear()),
    "a short alt text": (
        poor_alt_texts,
        lambda nb: nb.cells[2].metadata.mystnb.image.update(alt="two lines"),
    ),
    "an empty alt text": (
        poor_alt_texts,
        lambda nb: nb.cells[2].metadata.mystnb.image.update(
            alt="A plot of the loss against the number of epochs, from 0 to 2000"
        ),
    ),
    "a frame without alt text": (poor_alt_texts, lambda nb: widget(nb).update(value='<img src="data:,">')),
    "a long cell": (long_cells, lambda nb: nb.cells[1].update(source="x = 1\n" * 16)),
    "a long solution": (long_cells, lambda nb: nb.cells[4].update(source="x = 1\n" * 26)),
    "a long cell after the solution": (long_cells, lambda nb: nb.cells[6].update(source="x = 1\n" * 16)),
    "an endless alt text": (
        poor_alt_texts,
        lambda nb: nb.cells[2].metadata.mystnb.image.update(alt="two parallel lines " * 22),
    ),
    "a long paragraph": (long_paragraphs, lambda nb: nb.cells[0].update(source="word " * 91)),
    "a number that drifted": (drifted_numbers, lambda nb: nb.cells[0].update(source="The loss is 0.137 now.")),
    "a share that drifted": (drifted_numbers, lambda nb: nb.cells[0].update(source="It learns in 64 % of starts.")),
    "a count that drifted": (drifted_numbers, lambda nb: nb.cells[0].update(source="After 1,500 epochs it is flat.")),
    "a banned word": (banned_words, lambda nb: nb.cells[0].update(source="This is Obviously so.")),
    "a request": (
        network_use,
        lambda nb: nb.cells[1].update(source="np.loadtxt('https://example.org/x.csv')"),
    ),
    "a download": (network_use, lambda nb: nb.cells[1].update(source="x = fetch_openml('mnist')")),
    "a path in a traceback": (
        machine_traces,
        lambda nb: nb.cells[1].outputs[0].update(text='File "/tmp/ipykernel_7/1.py"'),
    ),
    "a path in the source": (machine_traces, lambda nb: nb.cells[1].update(source="open('/home/me/x.csv')")),
    "an installation": (machine_traces, lambda nb: nb.cells[1].update(source="%pip install nnlib")),
    "a repr of pictures": (
        bulky_texts,
        lambda nb: nb.cells[2].outputs[0].data.update({"text/plain": "x" * 5001}),
    ),
    "times": (foreign_form, lambda nb: nb.cells[1].metadata.update(execution={"iopub.status.idle": "now"})),
    "an editor's metadata": (foreign_form, lambda nb: nb.metadata.update(toc={})),
    "a widget nobody sees": (foreign_form, lambda nb: nb.cells[6].outputs.clear()),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_notebook_passes(check):
    assert check(good_notebook()) == []


@pytest.mark.parametrize(("check", "plant"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_caught(check, plant):
    notebook = good_notebook()
    plant(notebook)
    assert check(notebook)


def test_every_check_has_a_planted_fault():
    assert {check for check, _ in FAULTS.values()} == set(CHECKS)
