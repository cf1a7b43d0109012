"""Build the distribution into dist/, and see that each extra of it works in an environment of its own: `make dist`.

A wheel and a source distribution are built from what a commit of the clone would hold, so nothing that lies about goes
in. tools/smoke.py runs in each environment, where nothing is installed but the wheel and what the extra brings.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.metadata import Metadata

from tools import clone

DIST = clone.ROOT / "dist"
SMOKE = clone.ROOT / "tools" / "smoke.py"
BESIDE = ["LICENSE", "MANIFEST.in", "README.md", "pyproject.toml"]  # what the source has beside the library
NO_EXTRA = "none"
SIDE_BY_SIDE = 2  # environments


class DistributionError(Exception):
    """A distribution that should not be given to anybody; the message says why."""


def build(names, into, root=clone.ROOT):
    """Build from the named files of `root` alone; return the paths of the wheel and of the source distribution."""
    with tempfile.TemporaryDirectory() as folder:
        copy_files(names, folder, root)
        return build_folder(folder, into)


def build_folder(folder, into):
    """Build from all that stands in a folder: first the source distribution, then the wheel from it, unpacked."""
    # No isolation: requirements.txt brings setuptools, so that tests need no network.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", into, folder)
    return only(into, "*.whl"), only(into, "*.tar.gz")


def copy_files(names, folder, root=clone.ROOT):
    """Copy the named files of `root` to the same places below `folder`."""
    for name in names:
        target = Path(folder) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(root) / name, target)


def run(*command, **settings):
    """Run a command; DistributionError with all that it printed if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **settings)
    if done.returncode != 0:
        raise DistributionError(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def only(folder, pattern):
    """Return the one path in a folder that matches."""
    (path,) = Path(folder).glob(pattern)
    return path


# ---- what is in it


def faults(wheel, source, names, root=clone.ROOT):
    """Name what is wrong in a wheel and a source distribution that should hold the named files of `root`."""
    library = {name: (root / name).read_bytes() for name in names if name.startswith("nnlib/")}
    beside = {name: (root / name).read_bytes() for name in BESIDE}
    packed, unpacked = read_wheel(wheel), read_source(source)
    about = {name.partition(".dist-info/")[2]: packed.pop(name) for name in list(packed) if ".dist-info/" in name}
    made = [name for name in unpacked if ".egg-info/" in name or name in ("PKG-INFO", "setup.cfg")]
    for name in made:
        unpacked.pop(name)
    return [
        *differences("the wheel", packed, library),
        *differences("the source distribution", unpacked, library | beside),
        *wrong_metadata(about["METADATA"], root),
    ]


def read_wheel(path):
    """Return the files in a wheel, a dict of names to bytes."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_source(path):
    """Return the files in a source distribution, a dict of names to bytes, without its one folder."""
    with tarfile.open(path) as archive:
        files = [member for member in archive if member.isfile()]
        return {member.name.partition("/")[2]: archive.extractfile(member).read() for member in files}


def differences(what, found, expected):
    """Name what is missing, what is too much and what has other bytes."""
    common = found.keys() & expected.keys()
    return [
        *(f"{what} lacks {name}" for name in sorted(expected.keys() - found.keys())),
        *(f"{what} has {name}, which is not ours" for name in sorted(found.keys() - expected.keys())),
        *(f"{what} has another {name}" for name in sorted(common) if found[name] != expected[name]),
    ]


def wrong_metadata(text, root=clone.ROOT):
    """Name what the metadata of a wheel say wrongly; ExceptionGroup where they break a rule of the format."""
    found, settings = Metadata.from_email(text, validate=True), project(root)
    expected = {
        "name": settings["name"],
        "provides_extra": list(settings["optional-dependencies"]),
        "license_files": settings["license-files"],
        "description_content_type": "text/markdown",
        "description": (root / "README.md").read_text(encoding="utf-8"),
    }
    return [f"the metadata have another {field}" for field, value in expected.items() if getattr(found, field) != value]


def project(root=clone.ROOT):
    """Return what pyproject.toml says of the project."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


# ---- that it works


def try_extra(wheel, extra):
    """Install the wheel with one extra into an empty environment, run the smoke test there, and say what happened."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=False)
        python = Path(folder) / "bin" / "python"
        what = wheel if extra == NO_EXTRA else f"{wheel}[{extra}]"
        run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", what)
        # Isolated: from elsewhere, with no PYTHONPATH, so that only the environment's nnlib can be imported.
        run(python, "-I", SMOKE, extra, cwd=folder)
        number = len(list(Path(folder).glob("lib/*/site-packages/*.dist-info")))
    return f"{extra}: {number} packages installed and tried, {time.perf_counter() - start:.0f} s"


def try_source(source, wheel):
    """Let pip build a wheel from the source distribution, with what pyproject.toml asks for, and compare it."""
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source)
        again, first = read_wheel(only(folder, "*.whl")), read_wheel(wheel)
    made = [name for name in first if name.endswith((".dist-info/WHEEL", ".dist-info/RECORD"))]  # name the builder
    wrong = differences("the wheel that pip builds", *({n: f[n] for n in f.keys() - set(made)} for f in (again, first)))
    if wrong:
        raise DistributionError("\n".join(wrong))
    return "the source distribution: pip builds the same wheel from it"


def main():
    """Build, look, and try everything."""
    names = clone.committed_files()
    if not names:
        raise DistributionError("git lists no file here; the distribution is built in a clone where `git status` works")
    shutil.rmtree(DIST, ignore_errors=True)
    wheel, source = build(names, DIST)
    wrong = faults(wheel, source, names)
    if wrong:
        raise DistributionError("\n".join(wrong))
    print(f"dist/{wheel.name}\ndist/{source.name}", flush=True)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        jobs = [pool.submit(try_source, source, wheel)]
        jobs += [pool.submit(try_extra, wheel, extra) for extra in (NO_EXTRA, *project()["optional-dependencies"])]
        for job in jobs:
            print(job.result(), flush=True)


if __name__ == "__main__":
    try:
        main()
    except DistributionError as error:
        sys.exit(f"make dist: {error}")
