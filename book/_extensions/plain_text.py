"""What a node of the book says, as text without markup: for the search page and for the map of the book."""

import re

from docutils import nodes

FRACTION = re.compile(r"\\[td]?frac\s*(?:\{([^{}]*)\}|(\w))\s*(?:\{([^{}]*)\}|(\w))")
ROOT = re.compile(r"\\sqrt\s*(?:\{([^{}]*)\}|(\\?\w+))")
SCRIPT = re.compile(r"([_^])\{([^{}]*)\}")
ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\})?")
# Commands that set their argument in another face or size, or above it a mark that plain text has not.
FACES = re.compile(
    r"\\(?:text|mathrm|mathbf|mathbb|mathcal|mathit|mathbin|operatorname|hat|bar|tilde|dot|boxed)\b\s*(?:\{([^{}]*)\})?"
)
SPACES = re.compile(r"\\(?:[ ,;:!]|q?quad\b|left\b|right\b|big[lr]?\b|Big[lr]?\b|\\)|&|~")
COMMAND = re.compile(r"\\([A-Za-z]+|[%#_$|{}])")
SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε", "varepsilon": "ε",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "Lambda": "Λ", "mu": "μ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "Sigma": "Σ", "tau": "τ", "phi": "φ", "varphi": "φ", "Phi": "Φ", "psi": "ψ", "omega": "ω",
    "partial": "∂", "nabla": "∇", "sum": "Σ", "prod": "Π", "infty": "∞", "in": "∈", "top": "T", "ell": "l",
    "cdot": "·", "times": "×", "odot": "⊙", "circ": "∘", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
    "ne": "≠", "neq": "≠", "approx": "≈", "sim": "~", "propto": "∝", "ll": "≪", "gg": "≫", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "mapsto": "↦", "dots": "…", "ldots": "…", "cdots": "…", "mid": "|",
    "lvert": "|", "rvert": "|", "|": "‖", "lVert": "‖", "rVert": "‖",
}  # fmt: skip


def formula(tex):
    """Return a formula as one would type it: `\\tfrac18` is 1/8, `\\eta` is η."""
    for pattern, write in [(ENVIRONMENT, " "), (FACES, r"\1"), (SPACES, " ")]:
        tex = pattern.sub(write, tex)
    before = None
    while before != tex:  # from the inside out
        before = tex
        tex = ROOT.sub(root, FRACTION.sub(fraction, SCRIPT.sub(script, tex)))
    tex = COMMAND.sub(lambda command: SIGNS.get(command[1], command[1]), tex)
    return " ".join(re.sub(r"[{}\\]", "", tex).split())


def script(found):
    """Return an index or a power, in parentheses where it is a sum or a product."""
    return found[1] + as_one(found[2])


def fraction(found):
    """Return a fraction on one line."""
    parts = [next(part for part in pair if part is not None) for pair in (found.group(1, 2), found.group(3, 4))]
    return "/".join(map(as_one, parts))


def as_one(part):
    """Return a part of a formula in parentheses if it has several parts itself."""
    part = part.strip()
    return f"({part})" if re.search(r"[\w)]\s*[-+]|\s", part) else part


def root(found):
    """Return a square root, in parentheses where it is taken of more than one sign."""
    return "√" + as_one(found[1] or found[2])


def words(node):
    """Return the text of a paragraph, a title or the like."""
    if isinstance(node, nodes.math):
        return formula(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, (nodes.Invisible, nodes.raw, nodes.image)):
        return ""
    return "".join(words(child) for child in node.children)


def sentence(node):
    """Return the text of a node with single spaces."""
    return " ".join(words(node).split())


def exercise_title(env, docname, node):
    """Return the number and the title of an exercise, before sphinx-exercise has put the number into it or after."""
    number = ".".join(map(str, env.toc_fignumbers[docname]["exercise"][node["label"]]))
    return f"Exercise {number}: {in_parentheses(sentence(node.next_node(nodes.title)).removeprefix('Exercise'))}"


def in_parentheses(title):
    """Return the name of an exercise or a theorem without the parentheses that it has in its heading."""
    return re.sub(r"^\((.*)\)$", r"\1", title.strip())
