"""docs/seguranca/asvs.md from asvs.csv: requirement of OWASP ASVS 5.0 (levels 1 and 2) -> how -> test or named check.

`--conferir` fails when the page is not what it would make. Numbers and levels are the standard's; the words are ours.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parent / "seguranca"
ROOT = FOLDER.parents[1]
PAGE = FOLDER / "asvs.md"
STATES = {"feito": "feito", "parte": "**parte**", "falta": "**falta**", "nao": "não se aplica"}
CHAPTERS = {
    1: "Codificação e sanitização",
    2: "Validação e regras de negócio",
    3: "Frente",
    4: "API e HTTP",
    5: "Arquivos",
    6: "Autenticação",
    7: "Sessão",
    8: "Autorização",
    9: "Tokens que se explicam por si",
    10: "OAuth e OIDC",
    11: "Criptografia",
    12: "Comunicação",
    13: "Configuração",
    14: "Proteção de dados",
    15: "Código e arquitetura",
    16: "Registro e erros",
    17: "WebRTC",
}
HEAD = """# OWASP ASVS 5.0, níveis 1 e 2, linha por linha

Feita de [asvs.csv](asvs.csv) por `docs/gerar_asvs.py`: mude lá. O número e o nível são do ASVS; as palavras, nossas.
**Feito**: inteiro, com teste ou verificação nomeada (os caminhos são de `saude/tests`, ou da raiz; `make …` é um alvo).
O que falta, ou falta em parte, está dito. Não é uma certificação, nem a substitui. Um teste confere que cada prova
existe (`saude/tests/projeto/test_seguranca_documentada.py`).

"""
TABLE = "\n## V{} {}\n\n| requisito | nível | estado | como | prova |\n| --- | --- | --- | --- | --- |\n"


def rows() -> list[dict[str, str]]:
    with open(FOLDER / "asvs.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def chapter(row: dict[str, str]) -> int:
    return int(row["requisito"].split(".")[0])


def share(found: list[dict[str, str]]) -> float:
    """Of those that apply, how many are done."""
    count = Counter(row["estado"] for row in found)
    return count["feito"] / (len(found) - count["nao"])


def place(proof: str) -> str:
    """A proof as the page says it, with its link."""
    if proof.startswith("make:"):
        return f"`make {proof.removeprefix('make:')}`"
    if (ROOT / "saude" / "tests" / proof).exists():
        return f"`{proof}`"
    return f"[{proof}](../../{proof})"


def page() -> str:
    found = rows()
    count = Counter(row["estado"] for row in found)
    apply = len(found) - count["nao"]
    told = (
        f"Requisitos dos níveis 1 e 2: {len(found)}. Não se aplicam: {count['nao']}. Dos outros {apply}: feitos "
        f"{count['feito']} ({100 * share(found):.0f} %), em parte {count['parte']}, faltam {count['falta']}.\n"
    )
    parts = [HEAD, told]
    for number, name in CHAPTERS.items():
        parts.append(TABLE.format(number, name))
        parts += [line(row) for row in found if chapter(row) == number]
    return "".join(parts)


def line(row: dict[str, str]) -> str:
    proofs = ", ".join(place(proof) for proof in row["prova"].split()) or "—"
    return f"| {row['requisito']} | {row['nivel']} | {STATES[row['estado']]} | {row['como']} | {proofs} |\n"


def main() -> None:
    made = page()
    if "--conferir" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != made:
            sys.exit("docs/seguranca/asvs.md não é o que docs/gerar_asvs.py faz: rode-o.")
        return
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
