"""Every notebook of the book: its stored form, and that running it again writes the same bytes.

The strict comparison of outputs (nbval) is a part of `make test`. It leaves open what is checked here: execution
counts, alt texts, plain code, the form of exercises, numbers in the prose, and the bytes of the pictures.
"""

import ast
import base64
import copy
import io
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from matplotlib import pyplot as plt
from PIL import Image

import nnlib.widgets
from nnlib.plotting import Table
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
PATTERNS = re.findall("regex: (.*)\nreplace: (.*)", (ROOT / "tests" / "nbval.cfg").read_text())
RATE = re.compile(PATTERNS[0][0])
LONGEST_ALT = 400
MARK = re.compile(r"`{3,}\{(exercise|solution)-(start|end)\}([^\n]*)((?:\n:[^\n]*)*)")
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
        for frame in model["state"].get("frames", []):
            found += [(f"widget {name.lstrip('0')}", alt, 20) for _, alt in frame]
    return [
        f"{place}: alt text {alt!r}"
        for place, alt, least in found
        if not least <= len(alt) <= LONGEST_ALT or EMPTY_ALT.match(alt)
    ]


def golf(notebook):
    """A cell that a learner reads says one thing a line, in words that the book has taught.

    Cells that are folded because they only draw are not read so.
    """
    return [
        f"cell {number}: {fault}"
        for number, cell in code_cells(notebook)
        if "hide-input" not in cell.metadata.get("tags", [])
        for fault in compressed(cell.source)
    ]


def compressed(source):
    """Name what in `source` saves a line at the reader's cost."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.NamedExpr():
                faults.append("a walrus")
            case ast.Call(func=ast.Name(id="locals" | "globals")):
                faults.append("locals()")
            case ast.Call(func=ast.Name(id="zip"), args=[ast.Starred()]):
                faults.append("zip(*...)")
            case ast.keyword(arg=None):
                faults.append("a ** in a call")
            case ast.Subscript(value=ast.Subscript(value=ast.Call())):
                faults.append("f(...)[i][j]")
            case ast.Subscript(value=ast.Constant(value=str())):
                faults.append("an index into a string")
            case ast.Attribute(attr="mT" | "ndindex" | "__name__" as name):
                faults.append(name)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple()) if len(names) > 2:
                faults.append("three assignments in a line")
            case ast.Lambda(body=ast.Lambda()):
                faults.append("a lambda that returns a lambda")
            case ast.ListComp() | ast.GeneratorExp() | ast.DictComp() if len(node.generators) > 2:
                faults.append("three loops in a line")
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


def exercise_form(notebook):
    """An exercise is a statement, a stub and a check that says "not attempted"; its solution ends in the same check."""
    faults = []
    for name, (asked, solved) in exercises_of(notebook).items():
        for cells, place, said in [(asked, "exercise", "not attempted yet"), (solved, "solution", "right")]:
            last = notebook.cells[cells[-1]] if cells else None
            call = last.source.rstrip().splitlines()[-1] if last else ""
            if not call.startswith(f'check("{name}"'):
                faults.append(f"{name}: the {place} does not end in its check, but in {call!r}")
            elif f"{name}: {said}" not in shown_by(last):
                faults.append(f"{name}: the check of the {place} says {shown_by(last)[:80]!r}")
    return faults


def exercises_of(notebook):
    """Return {exercise: (the places of its code cells, those of its solution's)}."""
    found, cells = {}, []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            cells.append(number)
            continue
        for kind, edge, argument, options in MARK.findall(cell.source):
            if edge == "end":
                cells = []
            elif kind == "exercise":
                name = re.search(r":label: ex-(\S+)", options)[1]
                found[name] = (cells := [], [])
            else:
                cells = found[argument.strip().removeprefix("ex-")][1]
    return found


def shown_by(cell):
    """Return the text that a cell showed."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(texts)


CHECKS = [
    wrong_counts,
    complaints,
    poor_alt_texts,
    golf,
    exercise_form,
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


def test_the_teachers_page_and_the_chapters_agree_on_the_minutes():
    page = (ROOT / "book" / "appendix" / "e_teachers.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"### \[.*\]\(\.\./(\w+)\.ipynb\)\n\n.*\*\*Minutes\*\*: (\d+)", page))
    chapters = [path for path in CHAPTERS if path.name[0].isdigit()]
    assert told == {path.stem: re.search(r"About (\d+) minutes", path.read_text())[1] for path in chapters}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_running_again_without_the_solutions_writes_the_same_bytes(path):
    """The reader has solved nothing and opened nothing: all cells run, and show what they show in the book."""
    stored = without_solutions(nbformat.read(path, as_version=4))
    fresh = notebooks.execute(copy.deepcopy(stored), path)
    if text_of(fresh) != text_of(stored):
        # Another processor or another version of Matplotlib draws other bytes than those in the repository,
        # and does so in every run. What a notebook must never do is differ between two runs on one machine.
        # (Texts that differ from the stored ones are for nbval to find; it leaves the rates.)
        assert strayed_rates(text_of(stored), text_of(fresh)) == []
        assert text_of(notebooks.execute(copy.deepcopy(stored), path)) == text_of(fresh)


def without_solutions(notebook):
    """Take the solutions' cells out of a notebook."""
    solved = [number for _, cells in exercises_of(notebook).values() for number in cells]
    notebook.cells = [cell for number, cell in enumerate(notebook.cells) if number not in solved]
    return notebooks.normalize(notebook)


def text_of(notebook):
    """Return what a notebook would be stored as, whatever its cells' counts."""
    notebook = copy.deepcopy(notebook)
    for _, cell in code_cells(notebook):
        cell.execution_count = None
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = None
    return nbformat.writes(notebook)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_books_answers_in_the_place_of_the_stubs_are_right(path, monkeypatch):
    """The reader has solved everything: each check says so, and all cells run without the solutions'."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr(nnlib.widgets, "flipbook", open_the_first_page)
    run_solved(nbformat.read(path, as_version=4))


def run_solved(notebook):
    """Run the code cells with each solution in the place of its stub; every check has to pass."""
    exercises = exercises_of(notebook)
    answers = {asked[0]: solved for asked, solved in exercises.values()}
    solutions = [number for solved in answers.values() for number in solved]
    names = {}
    for number, cell in code_cells(notebook):
        if number in answers:
            for place in answers[number]:
                run_cell(notebook.cells[place].source, names)
        elif number not in solutions:
            run_cell(cell.source, names)
        plt.close("all")


def run_cell(source, names):
    """Run a cell; if its last line is a check, require a verdict that is right."""
    *lines, last = source.rstrip().splitlines() or [""]
    if not last.startswith("check("):
        exec(compile(source, "<cell>", "exec"), names)
        return
    exec(compile("\n".join(lines), "<cell>", "exec"), names)
    verdict = eval(last, names)
    assert verdict.passed, verdict


def open_the_first_page(render, start=None, play=None, **choices):
    """Draw one frame where a flipbook would draw all: here only the exercises are looked at."""
    return render(**{name: values[0] for name, values in choices.items()})


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


@pytest.mark.parametrize("form", ["text/plain", "text/html"])
def test_a_rate_in_a_table_may_move_within_its_interval(form):
    stored = shown_in_a_table("95.5 (92-98)")[form]
    assert strayed_rates(stored, shown_in_a_table("97.5 (94-99)")[form]) == []
    assert len(strayed_rates(stored, shown_in_a_table("98.5 (96-100)")[form])) == 1
    assert seen_by_nbval(stored) == seen_by_nbval(shown_in_a_table("100.0 (98-100)")[form])


def shown_in_a_table(rate):
    table = Table(["", "solved", "[%]"], [["BFGS", "9.5 (6-14)", rate], ["CG", "0.0 (0-2)", "1.5 (1-4)"]])
    return {"text/plain": repr(table), "text/html": table._repr_html_()}


def seen_by_nbval(text):
    for pattern, put in PATTERNS:
        text = re.sub(pattern, put, text)
    return text


def tiny_picture():
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


PICTURE = notebooks.shrink(tiny_picture())


def test_a_picture_is_shrunk_once():
    assert len(PICTURE) < len(tiny_picture())
    assert notebooks.shrink(PICTURE) == PICTURE


def new_check(said, source, count):
    output = nbformat.v4.new_output("stream", name="stdout", text=said)
    return nbformat.v4.new_code_cell(source, execution_count=count, outputs=[output])


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
                            "model_name": "AnyModel",
                            "model_module": "anywidget",
                            "state": {"frames": [[[0, "one corner of four is wrong " * 2]]]},
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
            nbformat.v4.new_markdown_cell("```{exercise-start} Fill: one\n:label: ex-a\n```"),
            nbformat.v4.new_code_cell("def f(): ...", execution_count=3),
            new_check("a: not attempted yet. Write.", 'check("a", f)', 4),
            nbformat.v4.new_markdown_cell("```{exercise-end}\n```\n\n```{solution-start} ex-a\n:class: dropdown\n```"),
            new_check("a: right. Yes.", 'def f():\n    return 1\n\n\ncheck("a", f)', 5),
            nbformat.v4.new_markdown_cell("```{solution-end}\n```"),
            nbformat.v4.new_code_cell(
                "flipbook()",
                execution_count=6,
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
    "a frame without alt text": (poor_alt_texts, lambda nb: widget(nb).update(frames=[[[0, ""]]])),
    "golf": (golf, lambda nb: nb.cells[1].update(source="f(**{'a': 1})")),
    "an exercise without a check": (exercise_form, lambda nb: nb.cells[5].update(source="x = 1")),
    "a check of another exercise": (exercise_form, lambda nb: nb.cells[5].update(source='check("b", f)')),
    "a stub that is no stub": (exercise_form, lambda nb: nb.cells[5].outputs[0].update(text="a: right. Yes.")),
    "a solution without a check": (exercise_form, lambda nb: nb.cells[7].update(source="def f():\n    return 1")),
    "a solution that is not right": (exercise_form, lambda nb: nb.cells[7].outputs[0].update(text="a: not yet. No.")),
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
    "a widget nobody sees": (foreign_form, lambda nb: nb.cells[9].outputs.clear()),
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


GOLF = [
    "f(n := 1)",
    "return_all = locals()",
    "a, b = zip(*pairs)",
    "f(x, **options)",
    "b = f(x)[1][0]",
    "mark = 'os^D'[k]",
    "Z = A @ W.mT",
    "name = slope.__name__[:7]",
    "a, b, c = 1, 'two', [3]",
    "f = lambda a: lambda b: a + b",
    "x = [a for a in b for c in d for e in f]",
]


@pytest.mark.parametrize("source", GOLF)
def test_golf_is_caught(source):
    assert len(compressed(source)) == 1


def test_plain_code_is_no_golf():
    plain = (
        "a, b = b, a\nx = f(y)[0]\nW1, b1, W2, b2 = unpack(theta)\nplt.plot(x, y, color='k')\nz = [a * b for a in x]"
    )
    assert compressed(plain) == []


def test_a_cell_that_needs_a_solution_is_caught(tmp_path):
    notebook = good_notebook()
    notebook.cells = [cell for cell in notebook.cells if cell.source not in ("draw()", "flipbook()")]
    stub, solution = [cells[0] for cells in exercises_of(notebook)["a"]]
    notebook.cells[stub + 1].source = "x = 1"
    notebook.cells[solution].source = "secret = 1"
    notebook.cells.append(nbformat.v4.new_code_cell("secret + 1"))
    run_solved(notebook)  # the book's answer brings it along
    with pytest.raises(notebooks.NotebookError, match="NameError.*secret"):
        notebooks.execute(without_solutions(notebook), tmp_path / "secret.ipynb")


def test_a_wrong_answer_of_the_books_is_caught():
    notebook = good_notebook()
    notebook.cells = [cell for cell in notebook.cells if cell.source not in ("draw()", "flipbook()")]
    stub, solution = [cells[0] for cells in exercises_of(notebook)["a"]]
    notebook.cells[stub + 1].source = 'check("01-gates", f)'
    notebook.cells[solution].source = "from nnlib.checks import check\n\n\ndef f(gate):\n    return 0"
    with pytest.raises(AssertionError, match="01-gates: not yet"):
        run_solved(notebook)
