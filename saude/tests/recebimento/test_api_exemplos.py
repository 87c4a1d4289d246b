"""What the documentation of the API says is so: examples are accepted, the client in Python does its work."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from producao import cidadao, quebrado, receber, registro
from recebidos import inside

from saude.contas.actions import create_token
from saude.fichas.models import Ficha
from saude.inconsistencias import queries as findings
from saude.recebimento import limits
from saude.recebimento.models import Lote
from saude.recebimento.openapi import examples

ROOT = Path(__file__).parents[3]
CLIENT = ROOT / "docs" / "exemplos" / "cliente.py"
GUIDE = ROOT / "docs" / "api.md"
SEED = set("FAI FAO FAD FAC FAE FCD FCI FCZM MCA FP FV FVD".split())


@pytest.fixture
def token(entidade):
    return create_token(by="teste", entidade=entidade, nome="Sistema")


@pytest.fixture
def ask(client, token):
    headers = {"Authorization": f"Bearer {token[1]}"}

    def send(
        method: str, address: str, body: bytes = b"", kind: str = "application/json", **more: str
    ) -> Any:
        return client.generic(method, address, body, content_type=kind, headers=headers | more)

    return send


# -- OpenAPI


@pytest.mark.parametrize("tipo", sorted(examples()))
def test_the_example_of_every_ficha_is_accepted(client, db, tipo):
    """As published, in the municipality it is of; findings may only be of the context (the CNES is not there)."""
    from saude.cadastros.actions import create_entidade

    place = examples()[tipo]["value"]["ibge"]
    town = create_entidade(
        by="teste", nome="Florianópolis", ibge=place, uf="SC", cpf_cnpj="83102764000115",
        nome_razao_social="Município", email="saude@exemplo.example",
    )  # fmt: skip
    _, secret = create_token(by="teste", entidade=town, nome="Sistema")
    schema = client.get("/api/openapi.json").json()
    body = schema["paths"]["/api/v1/registros"]["post"]["requestBody"]["content"]["application/json"]
    assert set(body["examples"]) >= SEED
    record = json.dumps(body["examples"][tipo]["value"])
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.post("/api/v1/registros", record, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == "novo"
    errors = [i["codigo"] for i in found["inconsistencias"] if i["severidade"] == "erro"]
    assert [code for code in errors if not code.startswith("CTX-")] == []
    assert found["situacao"] == ("inconsistente" if errors else "processada")


def test_the_example_of_a_lot_is_accepted(ask, client, trabalhar):
    schema = client.get("/api/openapi.json").json()
    body = schema["paths"]["/api/v1/lotes"]["post"]["requestBody"]["content"]["application/x-ndjson"]
    answer = ask("POST", "/api/v1/lotes", body["example"].encode(), "application/x-ndjson")
    assert answer.status_code == 202
    trabalhar()
    assert Lote.objects.get().novos == 2


# -- the guide


def test_the_guide_names_addresses_that_exist_and_says_all_of_them(client, entidade):
    schema = client.get("/api/openapi.json").json()
    known = set(schema["paths"])
    named = {
        re.sub(r"<\w+>", "{}", a) for a in re.findall(r"`(?:GET|POST) (/api/v1/[^`?\s]*)", GUIDE.read_text())
    }
    assert named == {re.sub(r"{\w+}", "{}", p) for p in known if p.startswith("/api/v1/")}


def test_the_numbers_of_the_guide_are_those_of_the_system(token):
    text = GUIDE.read_text()
    assert f"{limits.RECORDS_MAX:,}".replace(",", ".") in text
    assert f"{limits.RECORDS_BODY // 1024**2} MB" in text
    assert f"{limits.LOT_BODY // 1024**3} GB" in text
    assert f"{token[0].limite_por_minuto} pedidos por minuto" in text


# -- findings by polling


def test_what_was_found_is_read_on_from_the_last_position(ask, entidade, outra_entidade, monkeypatch):
    monkeypatch.setattr(findings, "SETTLING", findings.timedelta(seconds=-1))
    bad = [quebrado("FVD") for _ in range(3)]
    receber(entidade, *bad)
    receber(outra_entidade, quebrado("FVD"))
    first = ask("GET", "/api/v1/inconsistencias?limite=2").json()
    assert [r["uuid"] for r in first["inconsistencias"]] == [r["uuid"] for r in bad[:2]]
    assert not first["fim"]
    rest = ask("GET", f"/api/v1/inconsistencias?apos={first['posicao']}").json()
    assert [r["uuid"] for r in rest["inconsistencias"]] == [bad[2]["uuid"]]
    assert rest["fim"] and "Turno" in rest["inconsistencias"][0]["mensagem"]
    cidadao(bad[0])["turno"] = 1
    receber(entidade, bad[0])
    again = ask("GET", "/api/v1/inconsistencias").json()
    assert len(again["inconsistencias"]) == 2
    monkeypatch.undo()
    assert ask("GET", "/api/v1/inconsistencias").json()["inconsistencias"] == []  # of the last seconds


# -- the client in Python, against a live server


def run_client(url: str, secret: str, path: Path) -> "subprocess.CompletedProcess[str]":
    env = os.environ | {"SAUDE_TOKEN": secret}
    return subprocess.run(
        [sys.executable, str(CLIENT), url, str(path)],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_the_client_sends_waits_and_tells(live_server, trabalhando, token, tmp_path):
    records = [registro("FVD") for _ in range(5)] + [quebrado("FVD")]
    path = tmp_path / "producao.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in records) + "{não é json\n")
    done = run_client(live_server.url, token[1], path)
    assert done.returncode == 1, done.stderr
    assert "7 registros: 6 novos, 0 já recebidos, 0 substituídos, 1 recusados." in done.stdout
    assert records[5]["uuid"] in done.stdout and "Turno" in done.stdout
    assert "linha 7" in done.stdout
    assert Ficha.objects.count() == 6
    assert gzip.decompress(inside(next((tmp_path / "dados" / "recebidos").glob("*.gz")))) == path.read_bytes()

    again = run_client(live_server.url, token[1], path)  # the progress file: nothing is sent twice
    assert again.returncode == 0 and Lote.objects.count() == 1
    path.with_name("producao.jsonl.andamento").unlink()
    whole = run_client(live_server.url, token[1], path)
    assert "0 novos, 6 já recebidos" in whole.stdout
    assert Lote.objects.count() == 2 and Ficha.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_the_client_waits_when_told_to_and_gives_up_on_a_wrong_token(
    live_server, trabalhando, token, tmp_path, monkeypatch
):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(registro("FVD")) + "\n")
    wrong = run_client(live_server.url, "nada", path)
    assert wrong.returncode == 2 and "401" in wrong.stderr
    asked: list[int] = []
    monkeypatch.setattr(limits, "over_rate", lambda token: asked.append(1) or (1 if len(asked) < 3 else 0))
    done = run_client(live_server.url, token[1], path)
    assert done.returncode == 0, done.stderr
    assert len(asked) == 3
    assert "1 novos" in done.stdout
