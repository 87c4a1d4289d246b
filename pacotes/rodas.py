"""`make rodas PASTA=...`: a folder of wheels from which the system is installed on a machine without internet.

The machine that makes it must be like the one that installs: same system, same processor, same Python.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = ("ledi", "gerador", "saude")
TOWN = {
    "nome": "Município de Teste", "ibge": "3550308", "uf": "SP", "cnpj": "11222333000181", "razao-social": "Prefeitura",
}  # fmt: skip


def main(uv: str, target: str) -> int:
    folder = Path(target).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for member in OURS:
        subprocess.run([uv, "build", "-q", "--wheel", "-o", str(folder), member], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as work:
        listed = Path(work) / "requisitos.txt"
        export = ("export", "-q", "--frozen", "--package", "saude", "--no-dev", "--no-emit-workspace")
        subprocess.run([uv, *export, "-o", str(listed)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        venv = Path(work) / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        download = ("-m", "pip", "download", "-q", "--only-binary=:all:", "--require-hashes", "--no-deps")
        python = str(venv / "bin" / "python")
        subprocess.run([python, *download, "-r", str(listed), "-d", str(folder)], check=True)
        tried = try_it(folder, Path(work) / "prova")
    print(
        f"{len(list(folder.glob('*.whl')))} rodas em {folder}; instalado delas, sem rede, e iniciado: {tried}"
    )
    return 0


def try_it(folder: Path, venv: Path) -> str:
    """Installed from the folder alone; then an installation is made with it, its own PostgreSQL included."""
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    install = ("-m", "pip", "install", "-q", "--no-index", "--find-links", str(folder), "saude")
    subprocess.run([str(venv / "bin" / "python"), *install], check=True)
    made = [str(venv / "bin" / "saude"), "instalar", "--usuario", "administradora"]
    for name, value in TOWN.items():
        made += [f"--{name}", value]
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("SAUDE_", "DATABASE_URL", "PYTHON"))}
    subprocess.run(
        made, check=True, stdout=subprocess.DEVNULL, cwd=venv, env=mine | {"SAUDE_DADOS": str(venv / "dados")}
    )
    code = "from importlib.metadata import version; print('saude', version('saude'))"
    asked = subprocess.run(
        [str(venv / "bin" / "python"), "-c", code], check=True, capture_output=True, text=True
    )
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
