"""The types of nnlib: every public function and method says what it takes and gives, and the package ships it."""

import importlib
import inspect
import subprocess
import sys
import tomllib
import types
from importlib.resources import files
from pathlib import Path

import pytest

from tools import clone

ROOT = Path(__file__).parents[1]
MODULES = [
    ".".join(part for part in path.relative_to(ROOT).with_suffix("").parts if part != "__init__")
    for path in clone.files(ROOT / "nnlib", "*.py")
    if path.name != "plain.py"  # written as the chapters are, without hints
]


def without_hints(function):
    """Name each parameter of `function` without a hint, and "return" if what it gives has none."""
    signature = inspect.signature(function)
    names = [
        name for name, p in signature.parameters.items() if p.annotation is p.empty and name not in ("self", "cls")
    ]
    return names + ["return"] * (signature.return_annotation is signature.empty)


def functions_of(member):
    """List the functions behind a member of a module or a class: of a property, all that it has."""
    if isinstance(member, property):
        return [function for function in (member.fget, member.fset, member.fdel) if function]
    member = member.__func__ if isinstance(member, classmethod | staticmethod) else member
    return [member] if isinstance(member, types.FunctionType) else []


def untyped(owner, name):
    """Name what has no hint in the public functions and methods of `owner` that module `name` wrote itself."""
    faults = []
    for key, value in vars(owner).items():
        if key.startswith("_") and key != "__init__":
            continue
        if isinstance(value, type) and value.__module__ == name:
            faults += untyped(value, name)
        for function in functions_of(value):
            if function.__module__ == name and function.__code__.co_filename != "<string>":  # a dataclass's own
                faults += [f"{owner.__name__}.{key}: {missing}" for missing in without_hints(function)]
    return faults


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_has_hints(name):
    if name.startswith("nnlib.estimators"):
        pytest.importorskip("sklearn")
    assert untyped(importlib.import_module(name), name) == []


def test_a_missing_hint_is_caught():
    class Fine:
        def speak(self, word: str) -> str:
            return word

    class Faulty:
        def __init__(self, size):
            self.size = size

        def speak(self, word: str, *, loud=False) -> str:
            return word

        @property
        def length(self) -> int:
            return 1

        @length.setter
        def length(self, value) -> None:
            pass

        @classmethod
        def load(cls, path: str):
            return cls(path)

    def plain(x: int):
        return x

    owner = type("owner", (), {"Fine": Fine, "Faulty": Faulty, "plain": plain, "_private": lambda x: x})
    assert untyped(owner, __name__) == [
        "Faulty.__init__: size",
        "Faulty.__init__: return",
        "Faulty.speak: loud",
        "Faulty.length: value",
        "Faulty.load: return",
        "owner.plain: return",
    ]


def test_the_package_ships_its_hints():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "py.typed" in settings["tool"]["setuptools"]["package-data"]["nnlib"]
    assert files("nnlib").joinpath("py.typed").is_file()


def complaints(tmp_path, *what):
    """Return what mypy says, with the settings of pyproject.toml and nothing left from an earlier run."""
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", f"--cache-dir={tmp_path / 'cache'}", *what]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def test_the_types_agree(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import nnlib\n\nname: str = nnlib.Adam().eps\n")
    (complaint,) = [line for line in complaints(tmp_path, "nnlib", str(wrong)).splitlines() if ": error: " in line]
    assert complaint.startswith(f"{wrong}:3: ")
