"""Fetch, once, the browser files that the published page serves from its own host, and those that its tests need.

    python tools/vendor.py            fetch from npm, check against the pins below, write the folders vendor/
    python tools/vendor.py --check    no network: are the committed files the ones that were fetched?

The files are npm's, byte for byte. VENDORED.json beside them says what came from where, under which licence.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = "VENDORED.json"

# LaTeX's usual faces, with \mathbb, \mathcal, \mathtt and \mathsf; a browser loads those a page uses.
KATEX_FACES = [
    "AMS-Regular", "Caligraphic-Regular", "Main-Bold", "Main-Italic", "Main-Regular", "Math-BoldItalic", "Math-Italic",
    "SansSerif-Regular", "Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular", "Typewriter-Regular",
]  # fmt: skip


def latin(face, *cuts):
    """Return the files of a face's cuts, as {our path: path in the package}, and its licence."""
    return {f"{cut}.woff2": f"files/{face}-latin-{cut}.woff2" for cut in cuts} | {"LICENSE": "LICENSE"}


# folder: (npm package, version, licence, npm's integrity, {our path: path in the package})
OF_THE_PAGE = {
    "katex": (  # the version that sphinxcontrib-katex carries: it sets the formulas
        "katex", "0.16.22", "MIT",
        "sha512-XCHRdUw4lf3SKBaJe4EvgqIuWwkPSo9XoeO8GjQW94Bp7TWv9hNhzZjZ+OH9yf1UmLygb7DIT5GSFQiyt16zYg==",
        {"katex.min.css": "dist/katex.min.css", "LICENSE": "LICENSE"}
        | {f"fonts/KaTeX_{face}.woff2": f"dist/fonts/KaTeX_{face}.woff2" for face in KATEX_FACES},
    ),
    # The book's faces, of latin letters: those of other scripts come from the reader's system.
    "ibm-plex-sans": (
        "@fontsource/ibm-plex-sans", "5.3.0", "OFL-1.1",
        "sha512-CbE4CbbEEZJX860XyUiRpsksXIQR8Rp2XDva2VO53NJox9tVNtusrysd2x5YkUEY3ErQ66W1IiiQL8/wihhw5w==",
        latin("ibm-plex-sans", "400-normal", "600-normal"),
    ),
    "ibm-plex-mono": (
        "@fontsource/ibm-plex-mono", "5.3.0", "OFL-1.1",
        "sha512-eTgnZjZEGk1QtD3ZstF+Vclo2HLAni8YMy34/DxllwZvyz1lR/1RF/xTiAquOBO7MvqBx8D2Ig2WCPMVfdZu7Q==",
        latin("ibm-plex-mono", "400-normal"),
    ),
    "source-serif-4": (
        "@fontsource/source-serif-4", "5.3.1", "OFL-1.1",
        "sha512-cWcTCXjYYrgF9A67fThVir1VSc0lPEYmwQ6jA4pPt01s2MSCi/maINUcZoCzaqnU8fyUReDO97eGcBUkHgOeug==",
        latin("source-serif-4", "400-normal", "400-italic", "600-normal"),
    ),
}  # fmt: skip

# What VS Code sets the Markdown of a notebook with.
OF_THE_TESTS = {
    "markdown-it": (
        "markdown-it", "14.1.0", "MIT",
        "sha512-a54IwgWPaeBCAAsv13YgmALOF1elABB08FxO9i+r4VFk5Vl4pKokRPeX8u5TCgSsPi6ec1otfLjdOpVcgbpshg==",
        {"markdown-it.min.js": "dist/markdown-it.min.js", "LICENSE": "LICENSE"},
    ),
    "markdown-it-katex": (
        "@vscode/markdown-it-katex", "1.1.2", "MIT",
        "sha512-+4IIv5PgrmhKvW/3LpkpkGg257OViEhXkOOgCyj5KMsjsOfnRXkni8XAuuF9Ui5p3B8WnUovlDXAQNb8RJ/RaQ==",
        {"index.js": "dist/index.js", "LICENSE": "LICENSE"},
    ),
}  # fmt: skip
PLACES = {ROOT / "book/_assets/vendor": OF_THE_PAGE, ROOT / "tests/vendor": OF_THE_TESTS}


def sha256(path):
    """Return the SHA-256 of a file, as a hexadecimal string."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def download(name, version, integrity, folder):
    """Bring one npm package into `folder`; ValueError if its bytes are not those that were pinned."""
    packed = subprocess.run(
        ["npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    archive = folder / packed.stdout.strip()
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != integrity:
        raise ValueError(f"{name}@{version} has integrity {found}; the pin says {integrity}")
    return archive


def unpack(archive, files, target):
    """Copy the named files of an npm archive, unchanged, to `target`."""
    with tarfile.open(archive) as tar:
        for ours, theirs in files.items():
            path = target / ours
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tar.extractfile(f"package/{theirs}").read())


def manifest(place, packages):
    """Return what VENDORED.json has to say of the files that lie in a folder now."""
    listed = [
        {"package": name, "version": version, "licence": licence, "integrity": integrity, "folder": folder}
        for folder, (name, version, licence, integrity, _) in packages.items()
    ]
    paths = sorted(path for path in place.rglob("[!.]*") if path.is_file() and path.name != MANIFEST)
    return {"packages": listed, "files": {path.relative_to(place).as_posix(): sha256(path) for path in paths}}


def fetch(place, packages):
    """Fetch every package of a folder and write its files and the manifest."""
    for folder, (name, version, _, integrity, files) in packages.items():
        with tempfile.TemporaryDirectory() as temporary:
            unpack(download(name, version, integrity, Path(temporary)), files, place / folder)
    (place / MANIFEST).write_text(json.dumps(manifest(place, packages), indent=1) + "\n")


def faults(place, packages):
    """Return one sentence for each committed file that is missing, changed or not accounted for."""
    written, found = json.loads((place / MANIFEST).read_text()), manifest(place, packages)
    fetched = {f"{folder}/{ours}" for folder, (*_, files) in packages.items() for ours in files}
    names = fetched | written["files"].keys() | found["files"].keys()
    wrong = [f"{name}: not the file that was fetched" for name in sorted(names)
             if name not in fetched or written["files"].get(name) != found["files"].get(name)]  # fmt: skip
    return wrong + [f"{MANIFEST}: not the packages pinned"] * (written["packages"] != found["packages"])


def main():
    """Read the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--check", action="store_true", help="only compare the files with their hashes")
    if not parser.parse_args().check:
        for place, packages in PLACES.items():
            fetch(place, packages)
    wrong = [fault for place, packages in PLACES.items() for fault in faults(place, packages)]
    number = sum(len(manifest(place, packages)["files"]) for place, packages in PLACES.items())
    print("\n".join(wrong) or f"{number} vendored files are as fetched")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
