"""Builds what a vendor installs, and tries it as a vendor would: `montar.py [PASTA]` (default `dist/pacotes`).

From a clean copy of the members `ledi` and `gerador`: sdist, wheel made from that sdist, `twine check --strict`, and
for each Python from 3.11 to 3.14 that is found here a clean environment where the wheel is installed with nothing
beside it, the examples of its README run, the command answers, and the sdist's own rule cases pass. A Python that
is not found is said, never passed over.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MEMBERS = ("ledi", "gerador")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "dist", ".*_cache", ".hypothesis")
UV = shutil.which("uv") or str(ROOT / ".uv/bin/uv")


ROWS = "import sys, pyarrow.parquet as pq; print(pq.read_table(sys.argv[1]).num_rows)"
SEND = """
import sys, zipfile
from ledi.pec.client import Client, Registro
from ledi.pec.login import Credential
from ledi.pec.simulator import Parameters, Settings, Simulator

with zipfile.ZipFile(sys.argv[1]) as archive:
    name = archive.namelist()[0]
    ficha = Registro(name, archive.read(name), "FVD")
parameters = Parameters({"hoje": "2026-11-29"})
with Simulator(Settings(parameters=parameters)) as pec, Client(pec.url, Credential("simulado", "simulado")) as client:
    print(client.send(ficha).situacao)
"""


class Failed(Exception):
    """A step that did not do what a vendor needs; the words say which."""


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else ROOT / "dist" / "pacotes").resolve()
    try:
        made = build(folder)
        tried = [python for python in PYTHONS if tried_in(python, made)]
    except Failed as failure:
        print(f"pacotes: {failure}", file=sys.stderr)
        return 1
    if not tried:
        print("pacotes: nenhum Python de 3.11 a 3.14 foi encontrado: NADA FOI PROVADO", file=sys.stderr)
        return 1
    print(f"pacotes: {', '.join(path.name for path in made)} em {folder}; provados em {', '.join(tried)}")
    return 0


def build(folder: Path) -> list[Path]:
    """sdist and wheel of each member, from a copy that has nothing but the member: a file above it is not there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as clean:
        for member in MEMBERS:
            source = Path(clean) / member
            shutil.copytree(ROOT / member, source, ignore=LEFT_OUT)
            run(f"montar {member}", UV, "build", "--quiet", "--out-dir", folder, source)
    made = sorted(path for path in folder.iterdir() if path.name.endswith((".whl", ".tar.gz")))
    if len(made) != 2 * len(MEMBERS):
        raise Failed(f"esperava sdist e wheel de {len(MEMBERS)} pacotes, há {len(made)} arquivos")
    run("twine check", UV, "tool", "run", "--quiet", "twine", "check", "--strict", *made)
    return made


def tried_in(version: str, made: list[Path]) -> bool:
    """Whether this Python is here; Failed when the wheel does not do there what it says."""
    found = interpreter(version)
    if found is None:
        print(f"pacotes: NÃO PROVADO em Python {version}: não foi encontrado nesta máquina", file=sys.stderr)
        return False
    with tempfile.TemporaryDirectory() as place:
        environment = Path(place) / "venv"
        run(
            f"criar o ambiente {version}",
            UV,
            "venv",
            "--quiet",
            "--python",
            found,
            environment,
        )
        python = next(environment.glob("[bS][ic]*/python*"))
        wheel = next(path for path in made if path.name.startswith("ledi-") and path.suffix == ".whl")
        run(f"instalar em {version}", UV, "pip", "install", "--quiet", "--python", python, wheel)
        vendor(version, python, Path(place))
        others = [path for path in made if path.suffix == ".whl" and path != wheel]
        run(f"instalar o gerador em {version}", UV, "pip", "install", "--quiet", "--python", python, *others)
        run(
            f"gerar em {version}",
            python,
            "-m",
            "ledi",
            "gerar",
            "--fichas",
            "50",
            "--erros",
            "0",
            "--saida",
            f"{place}/g.jsonl",
        )
        run(f"validar em {version}", python, "-m", "ledi", "validar", f"{place}/g.jsonl")
        extras(version, python, Path(place), wheel)
        own_cases(
            version,
            python,
            Path(place),
            next(path for path in made if path.name.startswith("ledi-") and path.suffix == ".gz"),
        )
    print(f"pacotes: Python {version}: o exemplo do README, o comando e o gerador respondem")
    return True


def interpreter(version: str) -> str | None:
    """Where this Python is: what uv finds, or one that pyenv keeps."""
    asked = subprocess.run([UV, "python", "find", version], capture_output=True, text=True, check=False)
    if not asked.returncode:
        return asked.stdout.strip()
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    return str(kept[-1]) if kept else None


def vendor(version: str, python: Path, place: Path) -> None:
    """What whoever installs the wheel does first."""
    readme = (ROOT / "ledi/README.md").read_text(encoding="utf-8")
    example = place / "exemplo.py"
    example.write_text("\n".join(re.findall(r"```python\n(.*?)```", readme, re.S)), encoding="utf-8")
    if not run(f"exemplo do README em {version}", python, example, cwd=place).startswith("processada\n"):
        raise Failed(f"o exemplo do README não foi processado em Python {version}")
    run(f"abrir em {version}", python, "-m", "ledi", "abrir", place / "producao.zip")
    missing = subprocess.run(
        [python, "-m", "ledi", "gerar"], capture_output=True, text=True, cwd=place, check=False
    )
    if missing.returncode != 2 or "ledi-gerador" not in missing.stderr:
        raise Failed("ledi gerar sem o gerador deve sair com 2 e dizer o que instalar")


def extras(version: str, python: Path, place: Path, wheel: Path) -> None:
    """What `ledi[dados]` and `ledi[pec]` bring: tables written and read, a ficha taken by the PEC of tests."""
    asked = f"ledi[dados,pec] @ {wheel.as_uri()}"
    run(f"instalar ledi[dados,pec] em {version}", UV, "pip", "install", "--quiet", "--python", python, asked)
    tables = place / "tabelas"
    run(f"tabelar em {version}", python, "-m", "ledi", "tabelar", place / "producao.zip", "--saida", tables)
    told = run(f"ler o Parquet em {version}", python, "-c", ROWS, tables / "registros.parquet")
    if told.strip() != "1":
        raise Failed(
            f"a tabela registros devia ter o registro do exemplo em Python {version}, e tem {told.strip()}"
        )
    sent = run(f"enviar ao PEC simulado em {version}", python, "-c", SEND, place / "producao.zip")
    if sent.strip() != "aceita":
        raise Failed(
            f"o PEC simulado devia aceitar a ficha do exemplo em Python {version}, e disse: {sent.strip()}"
        )


def own_cases(version: str, python: Path, place: Path, sdist: Path) -> None:
    """The rule cases that the sdist carries, against the wheel: what a distribution's packager would run."""
    needs = ("pytest", "hypothesis", "thrift", "jsonschema")
    run(f"instalar pytest em {version}", UV, "pip", "install", "--quiet", "--python", python, *needs)
    shutil.unpack_archive(sdist, place, filter="data")
    tests = next(place.glob("ledi-*")) / "tests"
    shutil.rmtree(tests.parent / "src")  # what is tried is the wheel
    run(
        f"casos das regras em {version}",
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        tests / "test_rule_cases.py",
        tests / "codecs",
        cwd=tests.parent,
    )


def run(what: str, *command: str | Path, cwd: Path | None = None) -> str:
    """What a step printed; Failed with its last lines when it did not end well."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd=cwd, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-8:]
        raise Failed(f"{what}: saiu com {done.returncode}\n" + "\n".join(last))
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
