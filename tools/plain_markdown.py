"""MyST Markdown as plain Markdown, for front ends that know nothing of MyST.

References become what the page says, as links; predictions, notes and theorems become headed quotations. What begins
or ends an exercise or a solution is told to the caller, for these reach over several cells of a notebook.
"""

import re
from typing import NamedTuple

FENCE = re.compile(r"(`{3,}|:{3,})\{([a-z:-]+)\} ?(.*)")
OPTION = re.compile(r":([a-z]+): ?(.*)")
ROLE = re.compile(r"\{([a-z:]+)\}`([^`]+)`")
EXPLICIT = re.compile(r"(.+?) ?<(.+)>", re.DOTALL)
LABELED_FORMULA = re.compile(r"(\n?)\$\$ \(([\w-]+)\)$", re.MULTILINE)
FORMULA = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
LABEL = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
DEFINITION = re.compile(r"^(\S.*)\n: ", re.MULTILINE)


class Directive(NamedTuple):
    """What a fence such as ```{note} encloses."""

    name: str
    argument: str
    options: dict
    body: str


def blocks(text):
    """Yield the text of a cell in order: strings, and a Directive for each fence of MyST."""
    lines = text.split("\n")
    plain = []
    while lines:
        line = lines.pop(0)
        opening = FENCE.fullmatch(line)
        if opening is None:
            plain.append(line)
            continue
        if any(plain):
            yield "\n".join(plain).strip("\n")
        plain = []
        marker, name, argument = opening.groups()
        if marker not in lines:
            raise ValueError(f"{line!r} is never closed")
        body = lines[: lines.index(marker)]
        del lines[: len(body) + 1]
        options = {}
        while body and OPTION.fullmatch(body[0]):
            option, value = OPTION.fullmatch(body.pop(0)).groups()
            options[option] = value
        yield Directive(name, argument, options, "\n".join(body).strip("\n"))
    if any(plain):
        yield "\n".join(plain).strip("\n")


def convert(text, page):
    """Return a text of MyST, given whole or as blocks without exercises and solutions, in plain Markdown."""
    parts = blocks(text) if isinstance(text, str) else text
    converted = [convert_text(part, page) if isinstance(part, str) else convert_directive(part, page) for part in parts]
    return "\n\n".join(part for part in converted if part)


def convert_directive(directive, page):
    """Return a prediction, a note, a theorem or a proof as a headed quotation."""
    body = convert(directive.body, page)
    match directive.name:
        case "predict":
            return quote(f"**Predict.** {body}")
        case "note":
            return quote(f"**Note.** {body}")
        case "container":
            return body
        case "prf:proof":
            return f"*Proof.* {body} ∎"
        case name if name.startswith("prf:"):
            return quote(f"{headed(page.title(directive.options['label']))}\n\n{body}")
        case name:
            raise ValueError(f"{page.name} has a directive {name!r}, for which there is no plain Markdown yet")


def headed(title):
    """Return a title such as "Theorem 1.1: One neuron cannot compute XOR" with its number in bold."""
    number, _, name = title.partition(": ")
    return f"**{number}.** {name}".rstrip()


def quote(text):
    """Return a text as a quotation. Its formulas stand in one line each: JupyterLab would set the quotation's marks."""
    text = FORMULA.sub(lambda formula: f"$${' '.join(formula[1].split())}$$", text)
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def convert_text(text, page):
    """Return a text without directives: its labels go, its references and numbers are written out."""
    text = LABEL.sub("", text)
    text = LABELED_FORMULA.sub(lambda end: f" \\tag{{{page.title(end[2]).strip('()')}}}{end[1]}$$", text)
    text = DEFINITION.sub(r"- \1: ", text)
    return ROLE.sub(lambda role: say_role(role, page), text)


def say_role(role, page):
    """Return what a role such as {numref}`fig-01-film` says in the page."""
    name, content = role.groups()
    kind = name.rpartition(":")[2]
    explicit = EXPLICIT.fullmatch(content)
    if kind == "repository":
        return link(content, page.repository)
    target = explicit[2] if explicit else content
    key = f"{kind} {' '.join(target.split())}"
    if key not in page.references:
        raise ValueError(f"{page.name} refers to {role[0]}, which the built page does not: build the book again")
    pieces = page.references[key]
    if explicit:
        pieces = [[explicit[1], pieces[0][1]]]
    return "".join(link(text, page.address(place)) for text, place in pieces)


def link(text, address):
    """Return a link, or the text alone where nothing is known to lead to."""
    return f"[{text}]({address})" if address else text
