"""A new version of LEDI is data: an invented 8.8.0, in a copy, by layout TOML, CSV and declarations of rules alone."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LEDI = Path(__file__).parents[2]
DATA = {
    "layouts/versions.toml",
    "layouts/fichas/fvd.toml",
    "layouts/versions/enums_since.csv",
    "rules/published.csv",
    "rules/fichas/fvd.py",
}
RELEASE = """
[[version]]
id = "8.8.0"
published = "2026-10-01"
valid_until = "2027-10-01"
pec = "5.5.40"
changes = ["uma versão inventada"]
"""
ROW = '  {{ id = {}, name = "{}", label = "{}", {}, required = "nao", since = "8.8.0", source = "inventado" }},\n'
FIELDS = (
    ROW.format(26, "retorno", "Retorno", 'type = "i64", domain = "Turno"')
    + ROW.format(27, "bilhete", "Bilhete", 'type = "string", max = 20, unit = "caracteres"')
    + "]\n\n[IvcfThrift]"
)
RULES = """    Rule("FVD-026-1", VISITA, "retorno", Forbidden(SEM_VISITA), since="8.8.0"),
    Rule("FVD-027-1", VISITA, "bilhete", Pattern(r"[A-Z]+", "aceita somente letras maiúsculas"), since="8.8.0"),
)  # fmt: skip
"""
CASES = """
CASES += [
    fvd("FVD-026-1", {V + "retorno": 1, **AUSENTE}, good={V + "retorno": 1}),
    fvd("FVD-027-1", {V + "bilhete": "abc"}, good={V + "bilhete": "ABC"}),
]
"""
PAGE = "website/collections/ledi/documentacao/estrutura_arquivos/dicionario-fvd.mdx"
ASK = """
import json, sys
from ledi import CURRENT, validate
from ledi.codecs import thrift
from ledi.layouts import layout
from ledi.recast import convert
from ledi_gerador.minimos import minimal

def found(versao, **more):
    record = minimal("FVD")
    record["versao"] = versao
    record["ficha"]["visitasDomiciliares"][0] |= more
    report = validate(record)
    return [[f.code, f.message] for f in report.findings]

root = layout().fichas["FVD"].root
wire = {"uuidFicha": "x", "visitasDomiciliares": [{"turno": 1, "retorno": 2, "bilhete": "ABC"}]}
record = minimal("FVD")
record["ficha"]["visitasDomiciliares"][0]["retorno"] = 2
back = convert(record, "8.7.0")
print(json.dumps({
    "corrente": CURRENT,
    "do_gerador": minimal("FVD")["versao"],
    "novos": found("8.8.0", retorno=2, bilhete="ABC"),
    "antes": found("8.7.0", retorno=2),
    "saiu": found("8.8.0", glicemia=90, tipoGlicemia=2),
    "havia": found("8.7.0", glicemia=90, tipoGlicemia=2),
    "volta": thrift.decode(root, thrift.encode(root, wire)).value == wire,
    "perdidos": [one.campo for one in back.perdidos],
}))
"""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library and its tests, with the invented version."""
    home = tmp_path_factory.mktemp("nova")
    junk = shutil.ignore_patterns("__pycache__")
    shutil.copytree(LEDI / "src", home / "src", ignore=junk)
    shutil.copytree(LEDI / "tests", home / "tests", ignore=junk)
    src = home / "src" / "ledi"
    with (src / "layouts/versions.toml").open("a", encoding="utf-8") as file:
        file.write(RELEASE)
    edit(src / "layouts/fichas/fvd.toml", "]\n\n[IvcfThrift]", FIELDS)
    motives = '["Motivo da visita", "motivosVisita"'
    edit(src / "layouts/fichas/fvd.toml", motives, f'{motives}, "retorno", "bilhete"')
    with (src / "layouts/versions/enums_since.csv").open("a", encoding="utf-8") as file:
        file.write("tipoGlicemiaCapilar,2,Pré-prandial,,8.8.0,,,\n")
    with (src / "rules/published.csv").open("a", encoding="utf-8") as file:
        for code, name in (("FVD-026-1", "retorno"), ("FVD-027-1", "bilhete")):
            file.write(f"{code},FVD,FichaVisitaDomiciliarChildThrift,{name},forbidden,{PAGE},8.8.0,,\n")
    edit(src / "rules/fichas/fvd.py", ")  # fmt: skip\n", RULES)
    with (home / "tests/rule_cases/fvd.py").open("a", encoding="utf-8") as file:
        file.write(CASES)
    return home


def run(home: Path, *words: str, limit: int = 300) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(home / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=limit,
        env=environment,
        cwd=home,
        check=False,
    )


def test_only_data_and_declarations_changed(copy):
    changed: set[str] = set()
    pending = [filecmp.dircmp(LEDI / "src/ledi", copy / "src/ledi", ignore=["__pycache__"])]
    while pending:
        one = pending.pop()
        changed |= {os.path.relpath(Path(one.right) / name, copy / "src/ledi") for name in one.diff_files}
        assert not one.left_only and not one.right_only
        pending += one.subdirs.values()
    assert changed == DATA


def test_the_new_version_is_the_current_one_and_the_old_ones_stay(copy):
    answer = run(copy, "-c", ASK)
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert (told["corrente"], told["do_gerador"], told["novos"], told["volta"]) == (
        "8.8.0",
        "8.8.0",
        [],
        True,
    )
    ((code, message),) = told["antes"]
    assert code == "FVD-FichaVisitaDomiciliarChildThrift-retorno-desconhecido"
    assert "existe a partir da versão 8.8.0" in message
    assert [code for code, _ in told["saiu"]] == ["FVD-019-e1"]
    assert "até antes da versão 8.8.0" in told["saiu"][0][1]
    assert told["havia"] == []
    assert told["perdidos"] == ["visitasDomiciliares[0].retorno"]


def test_the_command_knows_it(copy):
    answer = run(copy, "-m", "ledi", "versoes", "--json", "--hoje", "2026-11-24")
    newest, older = json.loads(answer.stdout)[-1], json.loads(answer.stdout)[-2]
    assert (newest["id"], newest["situacao"], older["situacao"]) == ("8.8.0", "corrente", "valida")
    schema = json.loads(run(copy, "-m", "ledi", "esquema", "FVD").stdout)
    assert "retorno" in schema["$defs"]["FichaVisitaDomiciliarChildThrift"]["properties"]


def test_its_page_lists_only_what_it_changed(copy):
    script = LEDI.parent / "docs" / "gerar_regras.py"
    ask = (  # beside the script stands what it uses, as when it is run
        f"import runpy, sys; sys.path.insert(0, {str(script.parent)!r}); made = runpy.run_path({str(script)!r}); "
        "print('\\n'.join(made['_version']('8.7.0', '8.8.0')))"
    )
    page = run(copy, "-c", ask).stdout
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == [
        "Campos novos (2)", "Códigos que saíram (1)", "Regras novas (2)",
    ]  # fmt: skip
    assert "`tipoGlicemiaCapilar`: 2" in page and "FVD-027-1" in page


def test_every_rule_case_runs_on_it(copy):
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "--rootdir", str(copy), "--no-header")
    tests = [str(copy / "tests" / name) for name in ("test_rule_cases.py", "test_rule_cases_versions.py")]
    answer = run(copy, *words, *tests)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-500:]
    assert re.search(r"\b(\d{4}) passed", answer.stdout)
