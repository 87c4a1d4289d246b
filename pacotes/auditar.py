"""`make auditar`: does a dependency of the lock file have a published vulnerability? Asks the service of PyPI.

Ends with 0: none known; 1: some (listed); 2: the service or the index could not be reached, so nothing is known.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: what pip-audit and uv say when they found nobody to ask
UNREACHED = (
    "ConnectionError",
    "ServiceError",
    "Could not connect",
    "Failed to fetch",
    "Max retries",
    "timed out",
)


def main(uv: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requisitos.txt"
        export = ("export", "-q", "--frozen", "--all-packages", "--all-groups", "--no-emit-workspace")
        subprocess.run([uv, *export, "-o", str(listed)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        audit = ("tool", "run", "pip-audit", "--disable-pip", "--require-hashes", "-r", str(listed))
        done = subprocess.run([uv, *audit], cwd=ROOT, capture_output=True, text=True)
    return told(done.returncode, done.stdout, done.stderr)


def told(code: int, out: str, errors: str) -> int:
    if code == 0:
        print("Nenhuma vulnerabilidade publicada nas dependências do uv.lock.")
        return 0
    if any(sign in errors for sign in UNREACHED) and "vulnerabilit" not in errors:
        print(
            "O serviço de vulnerabilidades não pôde ser alcançado: nada se sabe. Tente de novo com rede.",
            file=sys.stderr,
        )
        return 2
    if "vulnerabilit" in errors + out:
        print(out or errors)
        return 1
    print(f"O pip-audit não terminou:\n{errors[-2000:]}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
