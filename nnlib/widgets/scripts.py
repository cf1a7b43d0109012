"""The widgets' JavaScript: files that state at their top what they use, joined to one module.

The lines are `// Offers: name, name` and `// Uses: name, name (file.js)`, the file as seen from the folder of the one
that uses it. A file stands behind all that it uses, so that their names are there when it is read.
"""

from __future__ import annotations

import posixpath
import re
from importlib.resources import files

USES = re.compile(r"^// Uses: .*\((\S+)\)$", re.MULTILINE)


def read_text(path: str) -> str:
    """Return the text of a file, named as seen from `nnlib/widgets`."""
    return files("nnlib").joinpath("widgets", *path.split("/")).read_text(encoding="utf-8")


def files_behind(*paths: str) -> list[str]:
    """List the named files and all that they use, each behind what it uses."""
    found: list[str] = []
    for path in paths:
        folder = posixpath.dirname(path)
        used = [posixpath.normpath(posixpath.join(folder, name)) for name in USES.findall(read_text(path))]
        found += [name for name in [*files_behind(*used), path] if name not in found]
    return found


def read_module(*paths: str) -> str:
    """Return the named files and all that they use as the text of one JavaScript module."""
    return "\n".join(map(read_text, files_behind(*paths)))
