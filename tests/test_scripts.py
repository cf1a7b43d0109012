"""The widgets' JavaScript states at the top of each file what it offers and uses, and that is true.

The files are joined to modules by Python, so the browser would not notice a name that is taken from a file that nobody
named, nor one that a second file gives a new meaning. A parser does.
"""

import graphlib
import posixpath
import re
from collections import Counter
from pathlib import Path

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Parser

from nnlib.widgets.scripts import files_behind, read_module

WIDGETS = Path(__file__).parents[1] / "nnlib" / "widgets"
FILES = {path.relative_to(WIDGETS).as_posix(): path.read_text() for path in WIDGETS.rglob("*.js")}
PARSER = Parser(Language(tree_sitter_javascript.language()))
STATED = re.compile(r"// (Offers|Uses): (\w+(?:, \w+)*)(?: \((\S+\.js)\))?")

# What a file may use without saying so: the language, and on a page the browser.
LANGUAGE = set(
    "Array BigInt Boolean DataView Error Float64Array Function Infinity Map Math NaN Number Object Promise Set String "
    "Symbol Uint32Array Uint8Array atob parseFloat parseInt undefined".split()
)
BROWSER = set(
    "Event ImageData IntersectionObserver MutationObserver OffscreenCanvas Option ResizeObserver URLSearchParams "
    "cancelAnimationFrame clearInterval document getComputedStyle history location matchMedia navigator performance "
    "queueMicrotask requestAnimationFrame setInterval setTimeout window".split()
)
NAMES = ("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
FUNCTIONS = ("function_declaration", "function_expression", "arrow_function", "method_definition")


def text_of(node):
    return node.text.decode()


def names_in(pattern):
    """Yield the names that a pattern binds: `a`, `{ b, c: d }`, `[e, ...f]`, `g = 1`."""
    if pattern.type in NAMES:
        yield text_of(pattern)
    elif pattern.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from names_in(pattern.child_by_field_name("left"))
    elif pattern.type == "pair_pattern":
        yield from names_in(pattern.child_by_field_name("value"))
    else:
        for child in pattern.named_children:
            yield from names_in(child)


def bound_in(scope):
    """Return the names that a program, block, loop, catch or function binds for all that is inside it."""
    names = set()
    for field in ("parameter", "parameters"):
        if scope.type in (*FUNCTIONS, "catch_clause") and (found := scope.child_by_field_name(field)):
            names |= set(names_in(found))
    if scope.type == "for_in_statement" and scope.child_by_field_name("kind"):
        names |= set(names_in(scope.child_by_field_name("left")))
    for child in scope.named_children:
        if child.type in ("function_declaration", "class_declaration"):
            names.add(text_of(child.child_by_field_name("name")))
        elif child.type in ("lexical_declaration", "variable_declaration"):
            for declarator in child.named_children:
                if declarator.type == "variable_declarator":
                    names |= set(names_in(declarator.child_by_field_name("name")))
    return names


def free_names(node, known=frozenset()):
    """Return the names that are used in a node and bound nowhere in it."""
    if node.type in NAMES:
        return set() if text_of(node) in known else {text_of(node)}
    known = known | bound_in(node)
    return set().union(*(free_names(child, known) for child in node.named_children))


def descend(node):
    yield node
    for child in node.named_children:
        yield from descend(child)


class Script:
    """A file as it states itself, and as it is."""

    def __init__(self, path, source):
        self.path, self.source = path, source
        self.program = PARSER.parse(source.encode()).root_node
        self.header = source.split("\n\n", 1)[0].splitlines()
        self.bound, self.free = bound_in(self.program), free_names(self.program)
        self.is_entry = any(node.type == "export_statement" for node in self.program.named_children)
        stated = [found.groups() for line in self.header if (found := STATED.fullmatch(line))]
        self.offers = {name for what, names, _ in stated if what == "Offers" for name in names.split(", ")}
        folder = posixpath.dirname(path)
        self.uses = {
            posixpath.normpath(posixpath.join(folder, file)): set(names.split(", "))
            for what, names, file in stated
            if what == "Uses" and file
        }

    @property
    def room(self):
        """The folder of its widget; "" for what all of them share."""
        first, _, rest = self.path.partition("/")
        return first if "/" in rest else ""

    @property
    def is_engine(self):
        return "/engine/" in self.path


def faults(files):
    """Name everything that the files state and is not so, and everything that is so and not stated."""
    scripts = {path: Script(path, source) for path, source in files.items()}
    found = []
    for script in scripts.values():
        found += [f"{script.path}: {fault}" for fault in [*faults_of_form(script), *faults_of_names(script, scripts)]]
    found += [f"{path}: offers {name}, which no file uses" for path, name in never_used(scripts)]
    try:
        list(graphlib.TopologicalSorter({path: script.uses for path, script in scripts.items()}).static_order())
    except graphlib.CycleError as error:
        found.append(f"a circle: {' uses '.join(error.args[1])}")
    return found


def faults_of_form(script):
    if script.program.has_error:
        yield "cannot be parsed"
    if not script.offers:
        yield "does not say what it offers"
    for line in script.source.splitlines():
        if re.match(r"//\s*(offers|uses)\b", line, re.IGNORECASE):
            if not STATED.fullmatch(line) or line not in script.header:
                yield f"states in another form, or too late: {line}"


def faults_of_names(script, scripts):
    for name in script.offers - script.bound - ({"default"} if script.is_entry else set()):
        yield f"offers {name} and does not define it"
    for file, names in script.uses.items():
        other = scripts.get(file)
        for name in names - (other.offers if other else set()):
            yield f"uses {name} of {file}, which does not offer it"
        for name in names - script.free:
            yield f"states that it uses {name} and does not"
        if other and script.is_engine and not other.is_engine:
            yield f"is of an engine and uses {file}, which is of a page"
        if other and other.room not in (script.room, ""):
            yield f"uses {file}, which is of another widget"
    for name in script.free - set().union(*script.uses.values()) - LANGUAGE - (set() if script.is_engine else BROWSER):
        yield f"uses {name} and does not say from where"
    count = Counter(text_of(node) for node in descend(script.program) if node.type in NAMES)
    for name in script.bound - script.offers:
        if count[name] == 1:
            yield f"defines {name} and does not use it"
    for node in descend(script.program):
        if node.type == "assignment_expression" and re.match(r"(window|globalThis|self)\b", text_of(node)):
            yield f"leaves something in the page: {text_of(node).splitlines()[0]}"


def never_used(scripts):
    for path, script in scripts.items():
        used = set().union(*(other.uses.get(path, set()) for other in scripts.values()))
        yield from ((path, name) for name in script.offers - used - {"default"})


ENTRIES = [path for path, source in FILES.items() if Script(path, source).is_entry]


def test_each_file_is_what_it_states():
    assert faults(FILES) == []


def test_a_module_gives_each_name_once():
    assert set(ENTRIES) == {"digit_pad/page/digit_pad.js", "page/flipbook.js", "playground/page/playground.js"}
    for entry in ENTRIES:
        names = Counter(name for path in files_behind(entry) for name in Script(path, FILES[path]).bound)
        assert [name for name, n in names.items() if n > 1] == []


def test_every_file_is_part_of_a_module():
    assert {path for entry in ENTRIES for path in files_behind(entry)} == set(FILES)


def test_a_file_stands_behind_those_that_it_uses():
    order = files_behind("playground/page/playground.js")
    for k, path in enumerate(order):
        assert set(Script(path, FILES[path]).uses) <= set(order[:k])
    module = read_module("playground/page/playground.js")
    assert [module.index(FILES[path]) for path in order] == sorted(module.index(FILES[path]) for path in order)


DATASETS, LAB, WORDS = "playground/engine/datasets.js", "playground/page/lab.js", "playground/engine/words.js"
HAND, PANELS = "digit_pad/page/hand.js", "playground/page/panels.js"
PLANTED = {
    "a name used and not offered by the file that is named": (
        DATASETS, "// Uses: defaultRng (generator.js)", "// Uses: defaultRng, seedWords (generator.js)",
        "uses seedWords of playground/engine/generator.js, which does not offer it",
    ),
    "one offered and never used": (
        LAB, "// Offers: openLab,", "// Offers: holds, openLab,", "offers holds, which no file uses",
    ),
    "one used from a file that is not stated": (
        DATASETS, "// Uses: defaultRng (generator.js)\n", "", "uses defaultRng and does not say from where",
    ),
    "one used and not stated, of a file that is": (
        LAB, "// Uses: curveOf, lossOf,", "// Uses: lossOf,", "uses curveOf and does not say from where",
    ),
    "a private name of another file": (
        LAB, "const over = ", "const speeds = () => SPEEDS;\nconst over = ", "uses SPEEDS and does not say from where",
    ),
    "one stated and not used": (
        HAND, "// Uses: SIDE (", "// Uses: SIDE, FULL (", "states that it uses FULL and does not",
    ),
    "one offered and not defined": (
        LAB, "// Offers: openLab,", "// Offers: shout, openLab,", "offers shout and does not define it",
    ),
    "a page in the engine": (
        WORDS, "const SURE = 0.4;", "const SURE = document.title ? 0.4 : 0;",
        "uses document and does not say from where",
    ),
    "an engine that uses the page's file": (
        WORDS, "// Uses: range (network.js)", "// Uses: range (network.js)\n// Uses: GRID (../page/plane.js)",
        "is of an engine and uses playground/page/plane.js, which is of a page",
    ),
    "another widget's file": (
        PANELS, "// Uses: playOrPause,", "// Uses: inkOf (../../digit_pad/engine/pen.js)\n// Uses: playOrPause,",
        "uses digit_pad/engine/pen.js, which is of another widget",
    ),
    "a global that leaks without a word": (
        WORDS, "const CLASSES", "leak = 1;\nconst CLASSES", "uses leak and does not say from where",
    ),
    "a global that leaks": (
        PANELS, "function build(lab, el) {", "function build(lab, el) {\n  window.lab = lab;",
        "leaves something in the page: window.lab = lab",
    ),
    "a form of its own": (
        HAND, "// Uses: SIDE (", "// uses SIDE (",
        "states in another form, or too late: // uses SIDE (../engine/pen.js)",
    ),
    "a circle": (
        "playground/page/plane.js", "// Offers: DASHES", "// Uses: draw (panels.js)\n// Offers: DASHES",
        "a circle: ",
    ),
    "dead code": (
        HAND, "const OUTSIDE = 1;", "const OUTSIDE = 1, INSIDE = 2;", "defines INSIDE and does not use it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "right", "wrong", "fault"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_caught(path, right, wrong, fault):
    assert FILES[path].count(right) == 1
    found = faults(FILES | {path: FILES[path].replace(right, wrong)})
    assert any(fault in said for said in found), found


def free(source):
    return free_names(PARSER.parse(source.encode()).root_node)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("const a = 1; a + b", {"b"}),
        ("const { a, b: c, d = e, ...f } = g; a; b; c; d; f", {"b", "e", "g"}),
        ("[x[i], y] = [z]", {"x", "i", "y", "z"}),
        ("(a, { b }, [c = d]) => a + b + c + f", {"d", "f"}),
        ("x => { const y = x; return { y, z, w: v } }; y", {"y", "z", "v"}),
        ("for (const [k, v] of o) k + v; for (let i = 0; i < n; i++) i; i", {"o", "n", "i"}),
        ("try { f() } catch (e) { e } e", {"f", "e"}),
        ("function f(n) { return g(n) } function g(n) { return f(n.m?.[p] ?? n.q) }", {"p"}),
        ("({ m(a) { return a + b }, n: `${c} ${(d) => d}` })", {"b", "c"}),
        ("a ??= b; c.d ||= 1; label: for (;;) { break }", {"a", "b", "c"}),
    ],
)
def test_the_free_names_of_a_piece_of_code(source, names):
    assert free(source) == names
