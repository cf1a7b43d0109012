"""What the numbers were measured on: the processor, the versions, and that there was one thread."""

import importlib.metadata
import platform
from pathlib import Path

from threadpoolctl import threadpool_info

import nnlib


def check_threads():
    """Refuse to report what more than one thread computed."""
    pools = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
    if any(n_threads > 1 for n_threads in pools.values()):
        raise SystemExit(f"these use more than one thread; measure by `make bench`: {pools}")


def processor():
    """Return the processor's name, family and model as Linux knows them, or what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    known = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    if "model name" not in known:
        return platform.processor() or platform.machine()
    return f"{known['model name']}, family {known.get('cpu family', '?')}, model {known.get('model', '?')}"


def versions(packages):
    """Return the version of Python, of the nnlib that is measured, and of each package, or that it is not there."""
    found = {"Python": platform.python_version(), "nnlib": nnlib.__version__}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "(not installed)"
    return found
