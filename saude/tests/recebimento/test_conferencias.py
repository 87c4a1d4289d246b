"""`POST /api/v1/conferencias` answers what `/registros` would, and nothing in the database changes."""

import copy
import json
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from producao import CPF, cidadao, com_cpf, exportar, quebrado, receber, registro

from ledi_gerador import build, gerar
from ledi_gerador.documentos import cpf
from saude.clientes.models import Cliente
from saude.contas.actions import create_token
from saude.fichas.models import Ficha
from saude.recebimento import limits
from saude.recebimento.models import Lote
from saude.site.demo_producao import registers

RECORDS, CHECKS = "/api/v1/registros", "/api/v1/conferencias"
#: what every request leaves: how often the key asked in this minute, and when it was last used
OTHER = cpf(456_123_789)
OF_THE_KEY = {"recebimento_usotoken", "contas_apitoken"}


@pytest.fixture
def token(entidade):
    return create_token(by="teste", entidade=entidade, nome="Sistema", limite_por_minuto=1000)[1]


@pytest.fixture
def post(client, token):
    def send(address: str, body: Any, secret: str = "") -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {secret or token}"}
        return client.post(address, data, content_type="application/json", headers=headers)

    return send


def database() -> dict[str, tuple[Any, ...]]:
    """A summary of every table of ours, and where the sequences stand."""
    found: dict[str, tuple[Any, ...]] = {}
    with connection.cursor() as cursor:
        for table in sorted({m._meta.db_table for m in apps.get_models() if m._meta.managed} - OF_THE_KEY):
            cursor.execute(
                f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t'
            )
            found[table] = cursor.fetchone()
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
        )
        found["sequences"] = tuple(r for r in cursor.fetchall() if "apitoken" not in r[0])
    return found


def both(post: Any, body: Any) -> Any:
    """The check, then the sending: the same answer, and the database is as it was in between."""
    before = database()
    checked = post(CHECKS, body)
    assert database() == before
    sent = post(RECORDS, body)
    assert checked.status_code == sent.status_code
    assert checked.json() == sent.json()
    return checked


def test_a_good_and_a_bad_record(post):
    assert both(post, registro()).json()["situacao"] == "processada"
    bad = both(post, quebrado()).json()
    assert (bad["status"], bad["situacao"]) == ("novo", "inconsistente")
    assert "Turno" in bad["inconsistencias"][0]["mensagem"]


def test_every_status_is_answered_as_it_would_be(post, entidade):
    there, changed, gone = registro(), registro(), registro()
    post(RECORDS, [there, changed])
    cidadao(changed)["turno"] = 2
    answers = both(post, [there, changed, registro(), {"tipo": "?"}, 3, None]).json()
    assert [a["status"] for a in answers] == ["igual", "substituida", "novo", *["recusado"] * 3]
    post(RECORDS, gone)
    exportar(entidade)
    cidadao(gone)["turno"] = 3
    assert both(post, gone).status_code == 409
    assert both(post, [gone]).json()[0]["status"] == "recusado"


def test_what_was_discarded(post, entidade, criar_usuario):
    from saude.processamento.descarte import discard

    record = registro()
    post(RECORDS, record)
    ficha = Ficha.objects.get()
    discard(by=criar_usuario(), ficha=ficha, motivo="engano", revisao=ficha.revisao)
    assert both(post, record).json()["status"] == "descartada"


def test_the_same_uuid_more_than_once_in_a_request(post):
    first = registro()
    second, third = copy.deepcopy(first), copy.deepcopy(first)
    del cidadao(second)["turno"]
    cidadao(third)["turno"] = 3
    both(post, [first, first, second, third, third, registro()])


def test_records_of_the_app_wait_here_too(post):
    assert both(post, registro(origem="app")).json()["situacao"] == "pendente"


def test_generated_production_is_answered_the_same(client, db):
    town = build(7, hoje=date(2026, 11, 20))
    entidade = registers(town)
    _, secret = create_token(by="teste", entidade=entidade, nome="Sistema")
    made = list(gerar(semente=7, fichas=150, hoje=date(2026, 11, 20), municipio=town, erros=0.3))
    headers = {"Authorization": f"Bearer {secret}"}
    body = json.dumps(made)
    before = database()
    checked = client.post(CHECKS, body, content_type="application/json", headers=headers).json()
    assert database() == before
    sent = client.post(RECORDS, body, content_type="application/json", headers=headers).json()
    assert checked == sent
    assert {i["codigo"][:7] for a in checked for i in a["inconsistencias"]} >= {"CTX-CLI"}
    assert {a["situacao"] for a in checked} >= {"processada", "inconsistente"}


def test_it_only_reads(post, entidade):
    receber(entidade, com_cpf(registro()))
    with CaptureQueriesContext(connection) as asked:
        assert post(CHECKS, [com_cpf(registro()), quebrado()]).status_code == 200
    writes = [
        q["sql"] for q in asked if not q["sql"].lstrip().upper().startswith(("SELECT", "WITH", "DECLARE"))
    ]
    assert all("recebimento_usotoken" in sql or "contas_apitoken" in sql for sql in writes), writes
    assert Lote.objects.count() == 1  # of `receber`


def test_the_limits_and_permissions_of_sending(post, entidade, monkeypatch):
    _, reads = create_token(by="teste", entidade=entidade, nome="BI", escopos=["ler"])
    assert post(CHECKS, registro(), reads).status_code == 403
    assert post(CHECKS, registro(), "nada").status_code == 401
    assert post(CHECKS, [{}] * (limits.RECORDS_MAX + 1)).status_code == 413
    assert post(CHECKS, b"").status_code == 400
    assert post(CHECKS, b"[" * 100_000).status_code == 400
    monkeypatch.setattr(limits, "RECORDS_BODY", 100)
    assert post(CHECKS, registro()).status_code == 413


def test_a_record_of_another_municipality_says_nothing_of_it(post, outra_entidade):
    there = registro(ibge=outra_entidade.ibge)
    receber(outra_entidade, there)
    assert both(post, there).json()["status"] == "novo"


def codes(answer: dict[str, Any]) -> set[str]:
    return {i["codigo"] for i in answer["inconsistencias"] if i["codigo"].startswith("CTX-")}


def test_other_fichas_and_the_client_are_told_as_the_sending_tells_them(post, entidade, outra_entidade):
    """A registration here, a visit that differs from it, the same visit twice; and all of it in another town."""
    registration = registro("FCI")
    registration["ficha"]["identificacaoUsuarioCidadao"] |= {"cpfCidadao": CPF}
    assert post(RECORDS, registration).json()["situacao"] == "processada"
    stored = Cliente.objects.get(cpf=CPF)
    differs = com_cpf(registro())
    cidadao(differs).update(dtNascimento="1950-01-01", sexo=1 - stored.sexo)
    told = both(post, differs).json()
    assert codes(told) >= {"CTX-CLI-001", "CTX-CLI-002"} and told["situacao"] == "processada"
    again = copy.deepcopy(differs)
    again["uuid"] = again["ficha"]["uuidFicha"] = registro()["uuid"]
    assert "CTX-HIST-006" in codes(both(post, again).json())
    one, two = com_cpf(registro(), OTHER), com_cpf(registro(), OTHER)
    first, second = both(post, [one, two]).json()
    assert "CTX-HIST-006" not in codes(first) and "CTX-HIST-006" in codes(second)
    _, secret = create_token(by="teste", entidade=outra_entidade, nome="Outro")
    there = copy.deepcopy(differs)
    there["uuid"] = there["ficha"]["uuidFicha"] = registro()["uuid"]
    there["ibge"] = there["ficha"]["headerTransport"]["codigoIbgeMunicipio"] = outra_entidade.ibge
    answer = post(CHECKS, there, secret).json()
    assert not codes(answer) & {"CTX-CLI-001", "CTX-CLI-002", "CTX-HIST-006"}, (
        "the client of another entidade"
    )
