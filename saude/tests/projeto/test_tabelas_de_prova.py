"""The tables that say which test proves what name tests and pictures that exist."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
TABLES = (
    "nada-falso.md", "o-dia-das-pessoas.md", "area-e-numeros.md", "nova-ficha.md", "seguranca/entrar-e-aparelho.md",
    "seguranca/ataques.md", "seguranca/confianca.md", "o-caminho-de-volta.md",
)  # fmt: skip


@cache
def known() -> set[str]:
    """Test files and test functions of the repository."""
    files = [p for room in ("saude", "ledi", "gerador") for p in (ROOT / room / "tests").rglob("test_*.py")]
    names = {p.name for p in files}
    for path in files:
        names.update(re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.M))
    return names


@pytest.mark.parametrize("table", TABLES)
def test_what_a_table_of_proof_names_exists(table: str) -> None:
    text = (DOCS / table).read_text(encoding="utf-8")
    named = {Path(name).name for name in re.findall(r"`((?:[\w/]+/)?test_\w+(?:\.py)?)`", text)}
    assert len(named) > 10 and named <= known(), sorted(named - known())
    pictures = re.findall(r"\]\((imagens/[^)]+)\)", text)
    assert [p for p in pictures if not (DOCS / p).exists()] == []


@pytest.mark.parametrize(("table", "last"), [("nada-falso.md", 10), ("o-dia-das-pessoas.md", 11)])
def test_each_point_has_a_page_a_test_and_a_picture(table: str, last: int) -> None:
    rows = [r for r in (DOCS / table).read_text(encoding="utf-8").splitlines() if r.startswith("| ")]
    points = [r.split("|")[1:-1] for r in rows[1:] if re.match(r"\| \d+\. ", r)]
    assert {p[0].strip().split(".")[0] for p in points} == {str(n) for n in range(1, last + 1)}
    for point, page, test, picture in points:
        assert page.strip() and "`test_" in test and "](imagens/" in picture, point
