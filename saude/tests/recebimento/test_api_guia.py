"""Every example of docs/api.md is run as it is written, against a live server with the demonstration's municipality."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.processamento.julgar import assess, context
from saude.recebimento.models import Lote
from saude.site import demo_fornecedor
from saude.site.demo_producao import load

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```(sh|python)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
SITES = ("http://127.0.0.1:8000", "https://saude.exemplo.gov.br")


@pytest.fixture
def kit(transactional_db: None, settings: Any, trabalhando: None, tmp_path: Path) -> demo_fornecedor.Kit:
    settings.DADOS = tmp_path / "var"
    lote = load(fichas=12, today=timezone.localdate())
    return demo_fornecedor.kit(lote.entidade, today=timezone.localdate())


@pytest.fixture
def run(live_server: Any, kit: demo_fornecedor.Kit, tmp_path: Path) -> Any:
    """Runs an example where a vendor would: the demonstration's folder is there, and the files the guide names."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("SEM curl ou bash: os exemplos do guia da API não foram executados")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("registro.json", "producao.jsonl"):
        shutil.copy(kit.pasta / name, tmp_path)
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "python").symlink_to(sys.executable)
    env = os.environ | {
        "NO_PROXY": "*",
        "no_proxy": "*",
        "TOKEN": kit.segredo,
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
    }

    def example(language: str, text: str) -> str:
        for site in SITES:
            text = text.replace(site, live_server.url)
        command = (
            ["bash", "-euo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
        )
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, (text, done.stdout, done.stderr)
        return done.stdout

    return example


def jsons(text: str) -> list[Any]:
    """The JSON values that stand one after another in an output."""
    found, decoder, position = [], json.JSONDecoder(), 0
    while position < len(text.rstrip()):
        value, position = decoder.raw_decode(text, position)
        found.append(value)
    return found


@pytest.mark.django_db(transaction=True)
def test_every_example_of_the_guide_works(run, kit):
    before = Ficha.objects.count()
    said = [run(language, text) for language, text in EXAMPLES]
    assert len(said) == 5, "an example more: say here what it must answer"
    checked, sent = jsons(said[0])
    assert [a["status"] for a in (*checked, *sent)] == ["novo"] * 6
    assert {a["situacao"] for a in (*checked, *sent)} == {"processada"}
    assert "erro visitasDomiciliares[0].turno Falta Turno." in said[1]
    [again] = jsons(said[2])
    assert (again["status"], again["situacao"]) == ("igual", "processada")
    [lot] = jsons(said[3])
    assert lot["situacao"] == f"/api/v1/lotes/{lot['id']}"
    assert "3 registros: 0 novos, 3 já recebidos" in said[4]
    assert Ficha.objects.count() == before + 3
    assert Lote.objects.get(uuid=lot["id"]).tamanho > 0


@pytest.mark.django_db(transaction=True)
def test_the_records_of_the_demonstration_are_accepted_and_the_same_at_every_start(kit):
    from saude.cadastros.models import Entidade

    entidade = Entidade.objects.get()
    ctx = context(entidade)
    assert [r["tipo"] for r in kit.registros] == ["FVD", "FP", "FAI"]
    for record in kit.registros:
        result = assess(record, ctx)
        assert (result.situacao, result.achados) == (Situacao.PROCESSADA, [])
    assert demo_fornecedor.kit(entidade, today=timezone.localdate()) == kit
    assert [json.loads(x) for x in (kit.pasta / "producao.jsonl").read_text().splitlines()] == list(
        kit.registros
    )
    if os.name != "nt":
        assert (kit.pasta / "token.txt").stat().st_mode & 0o77 == 0


def test_a_token_of_the_demonstration_that_was_revoked_gives_way(kit):
    from saude.contas.models import ApiToken
    from saude.contas.tokens import revoke_token

    token = ApiToken.objects.get()
    revoke_token(by="teste", token=token)
    again = demo_fornecedor.kit(token.entidade, today=timezone.localdate())
    assert again.segredo != kit.segredo
    assert ApiToken.objects.filter(revogado_em=None).count() == 1
