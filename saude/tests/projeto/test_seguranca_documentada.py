"""What the pages of security say is there: every proof exists, the counts are right, the floors are kept."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TESTS = ROOT / "saude" / "tests"
PAGES = ROOT / "docs" / "seguranca"
sys.path.insert(0, str(ROOT / "docs"))

import gerar_asvs as asvs  # noqa: E402

#: how many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has
HOW_MANY = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16,
    17: 7,
}  # fmt: skip
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


def is_there(proof: str) -> bool:
    if proof.startswith("make:"):
        return proof.removeprefix("make:") in TARGETS
    return (TESTS / proof).exists() or (ROOT / proof).exists()


def test_every_requirement_is_told_once():
    found = asvs.rows()
    assert len({row["requisito"] for row in found}) == len(found)
    assert Counter(asvs.chapter(row) for row in found) == HOW_MANY
    assert {row["nivel"] for row in found} == {"1", "2"} and {
        row["estado"] for row in found
    } <= asvs.STATES.keys()


def test_what_is_done_has_a_proof_that_exists_and_what_is_not_has_a_reason():
    for row in asvs.rows():
        proofs = row["prova"].split()
        assert len(row["como"]) > 3, row
        assert proofs or row["estado"] in ("falta", "nao"), row
        assert [proof for proof in proofs if not is_there(proof)] == [], row


def test_the_floor_of_asvs_is_kept():
    assert asvs.share(asvs.rows()) >= 0.95


def test_the_page_is_what_its_rows_say():
    assert asvs.PAGE.read_text("utf-8") == asvs.page()


def ngs1() -> list[list[str]]:
    text = (PAGES / "ngs1.md").read_text("utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in cells if re.match(r"\d\d", row[0])]


def test_the_lines_of_ngs1_have_their_proofs_and_their_total():
    rows = ngs1()
    for line, _, state, _, proof in rows:
        assert state in ("feito", "parte", "falta"), line
        named = re.findall(r"`([^`]+)`", proof)
        assert named or state != "feito", line
        assert [p for p in named if not is_there(p.replace("make ", "make:"))] == [], line
    done = sum(row[2] == "feito" for row in rows)
    text = (PAGES / "ngs1.md").read_text("utf-8")
    assert f"Linhas: {len(rows)}. Feitas: {done} " in text


def test_the_floor_of_both_together_is_kept_and_told():
    applies = [row for row in asvs.rows() if row["estado"] != "nao"]
    states = [row["estado"] for row in applies] + [row[2] for row in ngs1()]
    done = states.count("feito")
    assert done / len(states) >= 0.95
    told = " ".join((PAGES / "ngs1.md").read_text("utf-8").split())
    assert f"{done} de {len(states)}, {done * 100 // len(states)} %" in told


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda path: path.name)
def test_no_page_of_security_names_a_test_that_is_not_there(page):
    for name in re.findall(r"`(?:saude/tests/)?([a-z_]+/[a-z_0-9]+\.py)`", page.read_text("utf-8")):
        assert is_there(name), name


def test_the_sample_of_nginx_speaks_only_what_is_recommended():
    sample = (ROOT / "implantacao" / "nginx.conf").read_text("utf-8")
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in sample
    [ciphers] = re.findall(r"ssl_ciphers ([^;]+);", sample)
    assert all(
        name.startswith(("ECDHE-", "TLS_")) and ("GCM" in name or "CHACHA20" in name)
        for name in ciphers.split(":")
    )
