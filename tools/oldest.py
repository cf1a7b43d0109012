"""The oldest versions that pyproject.toml admits, as constraints for pip: `make test-oldest` installs exactly these."""

import re
import tomllib

from tools.clone import ROOT

LOWER = re.compile(r"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)")


def constraints(project):
    """Return the lower bounds of a project's dependencies and of its extras, such as "numpy==2.0"."""
    extras = project["optional-dependencies"].values()
    stated = [*project["dependencies"], *(requirement for extra in extras for requirement in extra)]
    return sorted({"{}=={}".format(*LOWER.match(requirement).groups()) for requirement in stated})


if __name__ == "__main__":
    with open(ROOT / "pyproject.toml", "rb") as file:
        print("\n".join(constraints(tomllib.load(file)["project"])))
