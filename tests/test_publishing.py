"""What a repository of the project shows and runs: workflows, templates, the citation, containers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import nnlib
from book._extensions import downloads
from tools import oldest, vendor

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCHEMAS = {
    "vendor.github-workflows": WORKFLOWS,
    "custom.github-workflows-require-timeout": WORKFLOWS,
    "vendor.github-issue-forms": sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml")),
    "vendor.github-issue-config": [ROOT / ".github/ISSUE_TEMPLATE/config.yml"],
    "vendor.citation-file-format": [ROOT / "CITATION.cff"],
}
FORMS = [(schema, path) for schema, paths in SCHEMAS.items() for path in paths]
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")


def run(program, *arguments):
    """Run a program of the environment; return whether it found no fault, and what it said."""
    command = [Path(sys.executable).with_name(program), *map(str, arguments)]
    finished = subprocess.run(command, capture_output=True, text=True)
    return finished.returncode == 0, finished.stdout + finished.stderr


def commands(text):
    """List the targets of make that a text names as commands."""
    return set(re.findall(r"(?:run: |RUN |`|^)make ([\w-]+)", text, re.MULTILINE))


def targets():
    """List the Makefile's targets."""
    return set(re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())


@pytest.mark.parametrize(("schema", "path"), FORMS, ids=lambda value: getattr(value, "stem", value))
def test_a_form_is_as_its_schema_has_it(schema, path):
    passed, said = run("check-jsonschema", "--builtin-schema", schema, path)
    assert passed, said


def test_a_wrong_form_is_seen(tmp_path):
    faulty = tmp_path / "faulty.yml"
    faulty.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "run-on:"))
    assert not run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", faulty)[0]


def test_the_workflows_have_no_known_weakness():
    passed, said = run("zizmor", "--offline", "--quiet", *WORKFLOWS)
    assert passed, said


def test_a_weak_workflow_is_seen(tmp_path):
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    weak = WORKFLOWS[1].read_text() + "      - run: echo ${{ github.event.pull_request.title }}\n"
    (folder / "weak.yml").write_text(weak)
    passed, said = run("zizmor", "--offline", "--quiet", folder / "weak.yml")
    assert not passed
    assert "template-injection" in said


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_hash_and_say_their_version(path):
    used = [line for line in path.read_text().splitlines() if "uses:" in line]
    assert [line for line in used if not PINNED.search(line)] == []


def test_an_action_that_is_not_pinned_is_seen():
    assert not PINNED.search("      - uses: actions/checkout@v4")


@pytest.mark.parametrize(
    "path", [*WORKFLOWS, ROOT / "CONTRIBUTING.md", ROOT / "Dockerfile"], ids=lambda path: path.name
)
def test_commands_that_are_named_are_targets(path):
    named = commands(path.read_text())
    assert named - targets() == set()
    assert named or ".ci/run" in path.read_text()


def test_every_python_that_is_admitted_is_tested():
    matrix = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]["library"]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert {name.partition("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}


def test_the_citation_has_the_librarys_version():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == nnlib.__version__


def test_the_oldest_versions_are_the_lower_bounds_of_all_that_is_stated():
    project = {
        "dependencies": ["numpy>=2.0,<3"],
        "optional-dependencies": {"x": ["dask[distributed]>=2024.10", "b>=1"]},
    }
    assert oldest.constraints(project) == ["b==1", "dask==2024.10", "numpy==2.0"]


GITHUB = "https://github.com/someone/book/"


def test_a_repository_on_github_gives_a_chapter_three_ways_out():
    offered = downloads.elsewhere("book/09_when_xor_refuses.ipynb", GITHUB)
    assert [button["url"] for button in offered] == [
        "https://colab.research.google.com/github/someone/book/blob/notebooks/reader/09_when_xor_refuses.ipynb",
        "https://mybinder.org/v2/gh/someone/book/main?urlpath=lab/tree/notebooks/09_when_xor_refuses.ipynb",
        "https://github.com/someone/book/edit/main/book/09_when_xor_refuses.ipynb",
    ]


def test_a_page_that_is_no_notebook_can_be_edited():
    (button,) = downloads.elsewhere("book/appendix/d_terms.md", GITHUB)
    assert button["url"] == "https://github.com/someone/book/edit/main/book/appendix/d_terms.md"


@pytest.mark.parametrize("repository", ["", "https://code.example/someone/book/"])
def test_without_a_repository_on_github_nothing_leads_there(repository):
    assert downloads.elsewhere("book/09_when_xor_refuses.ipynb", repository) == []


def test_all_that_is_others_is_listed_with_its_license():
    rows = [line.split(" | ") for line in (ROOT / "THIRD_PARTY.md").read_text().splitlines() if line.startswith("| ")]
    listed = {(folder.strip("`"), version, license) for _, version, license, folder, _ in rows[1:]}
    vendored = {
        (f"{place.relative_to(ROOT).as_posix()}/{folder}", version, license)
        for place, packages in vendor.PLACES.items()
        for folder, (_, version, license, *_) in packages.items()
    }
    assert vendored <= listed
    licenses = [path for folder, *_ in listed for path in (ROOT / folder).glob("LICENSE*")]
    assert len(licenses) == len(listed)
