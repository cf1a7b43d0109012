"""The readers' notebooks in a real JupyterLab: nothing raw, solutions shut; chapter 8 run whole, its widgets used."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import expect

from tools import clone, editions

READERS = [path.relative_to(clone.ROOT / "book").as_posix() for path in clone.chapters()]
CHAPTER = "08_the_training_loop.ipynb"
# A reader's own settings: no news from the network, and every cell in the page, not only those on the screen.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


OPEN_PROMPTS = ".jp-CodeCell:not(:has(.jp-InputPlaceholder)) .jp-InputPrompt"  # a folded cell has none to be seen
# What Python sees of a Playground, and what the Playground sees of Python, one cell after the other.
PLAYGROUND = [
    "import numpy as np, nnlib\np = nnlib.widgets.Playground(hidden_size=3, seed=2, until_solved=False)\np",
    """twin = nnlib.NeuralNetwork(2, 3, 1, rng=2)
history = nnlib.train(twin, *nnlib.datasets.xor(), epochs=p.epoch)
print("far:", p.epoch > 20, len(p.history["loss"]) > 20)
print("equal:", np.allclose(p.to_network().theta, twin.theta, rtol=1e-9), np.isclose(p.loss, history.loss[-1]))""",
    "p.hidden_size, p.learning_rate = 5, 3\nprint('set:', p.epoch, p.theta.size)",
    "print('chosen:', p.hidden_size)\np.theta = np.zeros(p.theta.size)",
    """import ipywidgets
seen = []
p.observe(lambda change: seen.append(change["new"]), "seed")
field = ipywidgets.IntText()
ipywidgets.jslink((p, "seed"), (field, "value"))
field""",
    "print('seen:', seen)",
]


# Each widget twice, and what Python then knows of it.
VIEWS = [
    """import matplotlib.pyplot as plt, nnlib
def draw(w):
    figure, ax = plt.subplots(figsize=(2, 2))
    ax.plot([0, 1], [0, w])
    return figure
book = nnlib.widgets.flipbook(draw, w=list(range(30)), play="w")
book""",
    "book",
    """import nnlib
p = nnlib.widgets.Playground(
    controls=["learning_rate"], show=["status", "boundary"], seed=1, until_solved=False
)
p""",
    "p",
    """print("epochs:", p.epoch, len(p.history["loss"]) > 5, "rate:", p.learning_rate)""",
    "import nnlib\npad = nnlib.widgets.DigitPad(nnlib.NeuralNetwork(64, 10, output='softmax', rng=0))\npad",
    "pad",
    "print('ink:', round(16 * pad.pixels.sum()))",
]


def write_cells(path, sources):
    """Write a notebook of code cells."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def lab(browser, built, tmp_path_factory):
    """Start JupyterLab on the readers' notebooks, with settings of its own, and yield its address."""
    folder = tmp_path_factory.mktemp("lab")
    editions.write_edition("reader", folder / "book", built)
    write_cells(folder / "book" / "playground.ipynb", PLAYGROUND)
    write_cells(folder / "book" / "views.ipynb", VIEWS)
    raw = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in RAW_TEXTS])
    nbformat.write(raw, folder / "book" / "raw.ipynb")
    # Without outputs: what the test sees can only come from the kernel.
    stored = json.loads((folder / "book" / CHAPTER).read_text())
    stored["metadata"].pop("widgets", None)
    for cell in stored["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    (folder / "book" / CHAPTER).write_text(json.dumps(stored))
    for name, setting in SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(command(folder, port), env=environment(folder), stdout=log, stderr=log)
        try:
            yield wait_for_server(server, f"http://127.0.0.1:{port}", folder / "log")
        finally:
            server.terminate()  # JupyterLab then stops its kernels
            server.wait()


def command(folder, port):
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder / 'book'}",
    ]


def environment(folder):
    """Return an environment in which JupyterLab reads and writes nothing of the user's."""
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return os.environ | {name: str(folder / below) for name, below in names.items()}


def wait_for_server(server, address, log):
    """Return the address as soon as the server answers there."""
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/api/status").close()
            return address
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def wait_for_change(widget, before):
    """Wait until the widget shows another picture with another alt text, and return both."""
    for _ in range(400):
        now = picture(widget)
        if now[0] != before[0] and now[1] != before[1]:
            return now
        widget.page.wait_for_timeout(25)
    raise AssertionError(f"the picture is still {before[1]!r}")


def picture(widget):
    images = widget.locator(".fb-frame img").locator("visible=true")
    images.first.wait_for()
    return images.evaluate_all("images => [images.map(i => i.src), images.map(i => i.alt)]")


@pytest.fixture(scope="module")
def notebook(browser, lab):
    """Open the chapter in JupyterLab, run all its cells by the menu, and yield the page when all have run."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(120_000)
    page.goto(f"{lab}/lab/tree/{CHAPTER}")
    page.locator(".jp-Notebook").wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    prompts = page.locator(OPEN_PROMPTS)
    # [n]: the cell has run; [ ]: and [*]: it has not.
    expect(prompts.filter(has_not_text=re.compile(r"\[\d+\]"))).to_have_count(0, timeout=300_000)
    yield page
    page.close()


def test_every_cell_runs_without_an_error(notebook):
    counts = [int(text.strip("[]:")) for text in notebook.locator(OPEN_PROMPTS).all_inner_texts()]
    assert counts == sorted(counts)
    assert counts[-1] == notebook.locator(".jp-CodeCell").count()  # so the folded ones were counted, too
    kinds = notebook.eval_on_selector_all("[data-mime-type]", "all => all.map(e => e.dataset.mimeType)")
    assert not [kind for kind in kinds if re.search("error|stderr", kind)]


# What a front end that does not understand it leaves in sight, and formulas that it could not set.
RAW = re.compile(r"\{[a-z:]+\}|:::|```|:[a-z]+: |\(ch-\d|\$[^$\n]+\$|\\[a-z]{2,}")


RAW_TEXTS = ["See {doc}`08_loop`.", ":::{predict}\nWhich?\n:::", "It is \\\\frac12.", "CC BY 4.0"]


@pytest.fixture(scope="module")
def reader(browser, lab):
    """Return a function that opens a reader's notebook, and gives its page when its texts are set."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(60_000)

    def open_notebook(name):
        page.goto(f"{lab}/lab/workspaces/reader/tree/{name}?reset")
        page.locator(".jp-Notebook .jp-RenderedMarkdown").last.wait_for()
        expect(page.locator(".jp-Notebook")).to_contain_text("CC BY 4.0")
        return page

    yield open_notebook
    page.close()


@pytest.mark.parametrize("name", READERS)
def test_a_notebook_opens_with_nothing_raw_and_its_solutions_shut(reader, name):
    page = reader(name)
    assert raw_markup(page) == []
    expect(page.locator("mjx-merror, .jp-RenderedMarkdown [style*='color:red']")).to_have_count(0)
    for solution in page.locator("details", has_text="Solution of").all():
        inside = solution.locator("pre").first
        expect(inside).to_be_hidden()
        solution.locator("summary").click()
        expect(inside).to_be_visible()
    drawing = page.locator(".jp-CodeCell", has=page.locator(".jp-InputPlaceholder"))
    assert drawing.count() >= name.startswith("0")
    expect(page.locator(".jp-OutputArea-output").filter(has_text=re.compile(r"^<Figure size"))).to_have_count(0)


def raw_markup(page):
    """List what is raw in the texts on the screen, as soon as the formulas are set."""
    for _ in range(100):
        texts = page.locator(".jp-MarkdownOutput").evaluate_all(
            """texts => texts.map((text) => {
              const copy = text.cloneNode(true);
              copy.querySelectorAll("code, mjx-container").forEach((part) => part.remove());
              return copy.textContent;
            })"""
        )
        found = [match[0] for text in texts for match in RAW.finditer(text)]
        if not found:
            break
        page.wait_for_timeout(100)
    return found


def test_raw_markup_is_seen(reader):
    assert {markup[:3] for markup in raw_markup(reader("raw.ipynb"))} == {"{do", ":::", "{pr", "\\fr"}


def flipbooks(page):
    """List the flipbooks in the page's outputs."""
    books = page.locator(".jp-OutputArea .flipbook")
    books.first.wait_for()
    return books.all()


def test_sliders_answer_the_arrow_keys(notebook):
    for book in flipbooks(notebook):
        for slider in book.get_by_role("slider").all():
            before = picture(book)
            last = slider.evaluate("slider => slider.value === slider.max")
            slider.focus()
            slider.press("ArrowLeft" if last else "ArrowRight")
            wait_for_change(book, before)


def test_play_steps_the_slider(notebook):
    for book in notebook.locator(".jp-OutputArea .flipbook:has(.fb-row > .pg-button)").all():
        slider = book.get_by_role("slider").last
        value = slider.get_attribute("aria-valuetext")
        before = picture(book)
        book.get_by_role("button", name="Play").click()
        wait_for_change(book, wait_for_change(book, before))
        assert slider.get_attribute("aria-valuetext") != value
        book.get_by_role("button", name="Pause").click()


def run(page, k):
    """Run a cell and return its output."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(k)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    return cell.locator(".jp-OutputArea")


@contextlib.contextmanager
def opened(browser, address, height=1400):
    """Open a notebook in JupyterLab and yield its page when the kernel is there."""
    page = browser.new_page(viewport={"width": 1400, "height": height})
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(address)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    yield page
    page.close()


def test_a_playground_and_its_kernel_share_one_theta(browser, lab):
    with opened(browser, f"{lab}/lab/workspaces/alone/tree/playground.ipynb") as page:
        share_one_theta(page)


def share_one_theta(page):
    address = page.url
    run(page, 0)
    status = page.locator(".pg-status")
    expect(status).to_contain_text("epoch 0", timeout=60_000)  # the kernel imports first
    page.get_by_role("button", name="Play", exact=True).click()
    expect(status).to_contain_text(re.compile(r"epoch (\d\d\d|\d,\d)"))
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(run(page, 1)).to_contain_text("equal: True True")
    expect(page.locator(".jp-CodeCell").nth(1)).to_contain_text("far: True True")
    expect(run(page, 2)).to_contain_text("set: 0 21")
    expect(status).to_contain_text("epoch 0")
    rate, units = (page.get_by_role("slider", name=name) for name in ("learning rate", "hidden units"))
    expect(rate).to_have_attribute("aria-valuetext", "3")
    expect(units).to_have_attribute("aria-valuetext", "5")
    units.press("ArrowRight")
    expect(run(page, 3)).to_contain_text("chosen: 6")
    expect(status).to_contain_text("loss 0.250")
    field = run(page, 4).get_by_role("spinbutton")
    expect(field).to_have_value("2")
    page.get_by_role("button", name="New start", exact=True).click()
    expect(field).to_have_value("3")
    expect(run(page, 5)).to_contain_text("seen: [3]")
    assert page.url == address


# ---- two views of one widget


@pytest.fixture(scope="module")
def views(browser, lab):
    with opened(browser, f"{lab}/lab/workspaces/views/tree/views.ipynb", height=5000) as page:
        yield page


def both(page, selector, text):
    """Wait until both views say this, and return them."""
    found = page.locator(f".jp-Notebook {selector}")
    expect(found).to_have_count(2)
    for one in found.all():
        expect(one).to_have_text(text)
    return found


def test_two_views_of_a_flipbook_turn_the_same_pages(views):
    first, second = run(views, 0), run(views, 1)
    for begun, stopped in ((first, second), (second, first)):
        begun.get_by_role("button", name="Play").click()
        expect(stopped.locator(".fb-readout")).to_have_text(re.compile("[5-9]|1."))
        stopped.get_by_role("button", name="Pause").click()
        shown = [picture(view) for view in (first, second)]
        assert shown[0] == shown[1]
        views.wait_for_timeout(1000)
        assert [picture(view) for view in (first, second)] == shown  # it stands still
        readouts = both(views, ".flipbook .fb-readout", re.compile(r"\d+")).all_inner_texts()
        assert readouts[0] == readouts[1] and f"w {readouts[0]}" in shown[0][1][0]
        first.get_by_role("slider").press("Home")
        both(views, ".flipbook .fb-readout", "0")
    slider = second.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    both(views, ".flipbook .fb-readout", "1")
    assert picture(first) == picture(second)


STATUS = re.compile(r"epoch [\d,]+ .*")


def epoch_of(text):
    return int(re.search(r"epoch ([\d,]+)", text)[1].replace(",", ""))


def test_two_views_of_a_playground_show_one_training(views):
    first, second = run(views, 2), run(views, 3)
    both(views, ".pg-status", re.compile("epoch 0 "))
    first.get_by_role("button", name="Play").click()
    expect(second.locator(".pg-status")).to_have_text(re.compile(r"epoch \d,?\d\d\d"))
    second.get_by_role("button", name="Pause").click()
    statuses = both(views, ".pg-status", STATUS).all_inner_texts()
    assert statuses[0] == statuses[1]
    pictures = [view.locator("canvas").evaluate("canvas => canvas.toDataURL()") for view in (first, second)]
    assert pictures[0] == pictures[1]
    second.get_by_role("button", name="Step", exact=True).focus()
    views.keyboard.press("Enter")  # on which JupyterLab has a command of its own
    both(views, ".pg-status", re.compile(f"epoch {epoch_of(statuses[0]) + 1:,} "))
    expect(run(views, 4)).to_contain_text(f"epochs: {epoch_of(statuses[0]) + 1} True rate: 0.5")
    second.get_by_role("slider", name="learning rate").press("ArrowRight")
    both(views, ".playground .pg-value", "1")
    both(views, ".pg-status", re.compile("epoch 0 "))
    second.get_by_label("Speed").select_option("10 epochs a second")
    assert [box.input_value() for box in views.get_by_label("Speed").all()] == ["10", "10"]
    expect(run(views, 4)).to_contain_text("epochs: 0 False rate: 1")


def test_a_view_of_an_output_comes_and_goes_while_it_trains(views):
    first = run(views, 2)
    run(views, 3)
    first.get_by_role("button", name="Play").click()
    first.locator(".pg-status").click(button="right")
    views.get_by_role("menuitem", name=re.compile("New View for .*Output")).click()
    other = views.locator(".jp-LinkedOutputView")
    expect(other.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(other.locator(".pg-status")).to_have_text(re.compile(r"epoch [1-9]"))
    other.get_by_role("button", name="Pause", exact=True).click()
    expect(other.locator(".pg-status")).to_have_text(first.locator(".pg-status").inner_text())
    other.get_by_role("button", name="Play", exact=True).click()
    views.locator(".lm-TabBar-tab:has-text('Output View') .lm-TabBar-tabCloseIcon").click()
    expect(other).to_have_count(0)
    before = epoch_of(first.locator(".pg-status").inner_text())
    expect(first.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    views.wait_for_timeout(300)
    assert epoch_of(first.locator(".pg-status").inner_text()) > before
    first.get_by_role("button", name="Pause", exact=True).click()


def test_two_views_of_a_pad_show_one_drawing(views):
    first, second = run(views, 5), run(views, 6)
    expect(second.get_by_role("grid")).to_be_visible()
    area = first.get_by_role("grid").bounding_box()
    views.mouse.move(area["x"] + area["width"] / 2, area["y"] + 20)
    views.mouse.down()
    views.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] - 20, steps=5)
    inks = [view.locator(".dp-cell").evaluate_all("all => all.map((cell) => cell.ink)") for view in (first, second)]
    assert inks[0] == inks[1] and sum(inks[0]) > 100  # while it is drawn
    views.mouse.up()
    verdicts = both(views, ".dp-verdict", re.compile("The network reads")).all_inner_texts()
    assert verdicts[0] == verdicts[1]
    expect(run(views, 7)).to_contain_text(f"ink: {sum(inks[0])}")
    second.get_by_role("button", name="Undo").click()
    both(views, ".dp-verdict", re.compile("The pad is empty"))
    expect(run(views, 7)).to_contain_text("ink: 0")
    second.locator(".dp-cell[tabindex='0']").focus()
    for key in ("Enter", "ArrowDown", "Shift+ArrowDown", "Space", "Delete"):
        views.keyboard.press(key)
    expect(second.locator(".dp-cell:focus")).to_have_count(1)
    expect(second.locator(".dp-cell:focus")).to_have_attribute("aria-label", re.compile("ink 0 of 16"))
    assert [view.locator(".dp-cell[aria-label$=' 16 of 16']").count() for view in (first, second)] == [2, 2]
