"""What is the project's in a clone, and what readers and their tools have left there.

A notebook belongs to the book if the table of contents names it. What begins with a dot belongs to somebody's tools:
checkpoints, environments, locks. Both rules hold without git; only `changed_notebooks` and `committed_files` ask it.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def files(folder, pattern):
    """List the files below `folder` that match a pattern such as "*.py", sorted, without those of people's tools."""
    found = sorted(path for path in Path(folder).rglob(pattern) if path.is_file())
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def pages(root=ROOT):
    """List the pages that the table of contents names, in its order: paths from `root` without suffixes."""
    return re.findall(r"(?:root|file): *(\S+)", (Path(root) / "_toc.yml").read_text(encoding="utf-8"))


def chapters(root=ROOT):
    """List the notebooks of the book, in its order."""
    paths = [Path(root) / f"{page}.ipynb" for page in pages(root)]
    return [path for path in paths if path.is_file()]


def readers_notebooks(root=ROOT):
    """List the notebooks in book/ that the table of contents does not name: somebody's own."""
    book = set(chapters(root))
    return [path for path in files(Path(root) / "book", "*.ipynb") if path not in book]


def changed_notebooks(root=ROOT):
    """List the notebooks in book/ that are not as they were committed, as paths from `root`; none without git."""
    changed = ask_git(root, "diff", "--name-only", "--relative", "-z", "HEAD", "--", "book")
    return [name for name in changed if name.endswith(".ipynb")]


def committed_files(root=ROOT):
    """List what a commit of all that stands in the clone would hold, as paths from `root`; none without git."""
    listed = ask_git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return sorted(name for name in set(listed) if (Path(root) / name).is_file())


def ask_git(root, *arguments):
    """Return the names that git lists, separated by NUL; none where git or its repository is missing."""
    try:
        answer = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, encoding="utf-8")
    except FileNotFoundError:
        return []
    return answer.stdout.split("\0")[:-1] if answer.returncode == 0 else []
