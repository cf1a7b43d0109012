"""Fetch, once, the browser files that the published page serves from its own host.

    python tools/vendor.py            fetch from npm, check against the pins below, write book/_assets/vendor/
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

VENDOR = Path(__file__).resolve().parent.parent / "book" / "_assets" / "vendor"
MANIFEST = VENDOR / "VENDORED.json"

# LaTeX's usual faces, with \mathbb, \mathcal, \mathtt and \mathsf; a browser loads those a page uses.
MATHJAX_FONTS = [
    "AMS-Regular", "Calligraphic-Regular", "Main-Bold", "Main-Italic", "Main-Regular", "Math-BoldItalic",
    "Math-Italic", "SansSerif-Regular", "Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular",
    "Typewriter-Regular", "Vector-Regular", "Zero",
]  # fmt: skip

# folder: (npm package, version, licence, npm's integrity, {our path: path in the package})
PACKAGES = {
    "mathjax": (
        "mathjax", "3.2.2", "Apache-2.0",
        "sha512-Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        {"tex-mml-chtml.js": "es5/tex-mml-chtml.js", "ui/lazy.js": "es5/ui/lazy.js", "LICENSE": "LICENSE"}
        | {path: f"es5/{path}" for path in
           (f"output/chtml/fonts/woff-v2/MathJax_{font}.woff" for font in MATHJAX_FONTS)},
    ),
}  # fmt: skip


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


def manifest():
    """Return what VENDORED.json has to say of the files that lie in the folder now."""
    packages = [
        {"package": name, "version": version, "licence": licence, "integrity": integrity, "folder": folder}
        for folder, (name, version, licence, integrity, _) in PACKAGES.items()
    ]
    paths = sorted(path for path in VENDOR.rglob("[!.]*") if path.is_file() and path != MANIFEST)
    return {"packages": packages, "files": {p.relative_to(VENDOR).as_posix(): sha256(p) for p in paths}}


def fetch():
    """Fetch every package and write its files and the manifest."""
    for folder, (name, version, _, integrity, files) in PACKAGES.items():
        with tempfile.TemporaryDirectory() as temporary:
            unpack(download(name, version, integrity, Path(temporary)), files, VENDOR / folder)
    MANIFEST.write_text(json.dumps(manifest(), indent=1) + "\n")


def faults():
    """Return one sentence for each committed file that is missing, changed or not accounted for."""
    written, found = json.loads(MANIFEST.read_text()), manifest()
    fetched = {f"{folder}/{ours}" for folder, (*_, files) in PACKAGES.items() for ours in files}
    names = fetched | written["files"].keys() | found["files"].keys()
    wrong = [f"{name}: not the file that was fetched" for name in sorted(names)
             if name not in fetched or written["files"].get(name) != found["files"].get(name)]  # fmt: skip
    return wrong + ["VENDORED.json: not the packages pinned"] * (written["packages"] != found["packages"])


def main():
    """Read the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--check", action="store_true", help="only compare the files with their hashes")
    if not parser.parse_args().check:
        fetch()
    wrong = faults()
    print("\n".join(wrong) or f"{len(manifest()['files'])} vendored files are as fetched")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
