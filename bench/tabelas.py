"""Writes the tables of docs/desempenho.md from bench/resultados/*.json, between the marks `<!-- tabela: x -->`."""

import json
import re
import sys
from pathlib import Path

from comum import texto

DOC = Path(__file__).parent.parent / "docs" / "desempenho.md"
RESULTADOS = Path(__file__).parent / "resultados"
MARK = re.compile(r"<!-- tabela: ([\w-]+) -->.*?<!-- fim -->", re.DOTALL)


def _table(match: "re.Match[str]") -> str:
    path = RESULTADOS / f"{match[1]}.json"
    body = texto(json.loads(path.read_text())) if path.exists() else "*Ainda não medido.*"
    return f"<!-- tabela: {match[1]} -->\n\n{body}\n\n<!-- fim -->"


def main() -> None:
    old = DOC.read_text()
    new = MARK.sub(_table, old)
    if "--conferir" in sys.argv:
        sys.exit("docs/desempenho.md não traz as tabelas de bench/resultados" if new != old else 0)
    DOC.write_text(new)


if __name__ == "__main__":
    main()
