"""The JSON API as its clients see it."""

import gzip
import json
from typing import Any

import pytest
from django.core.management import call_command
from producao import cidadao, exportar, quebrado, receber, registro
from recebidos import inside

from saude.contas.actions import create_token, revoke_token
from saude.fichas.models import Ficha
from saude.recebimento import limits, spool
from saude.recebimento.actions import raw_of
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.tasks import dividir_lote, receber_bloco

RECORDS, LOTS = "/api/v1/registros", "/api/v1/lotes"


@pytest.fixture
def token(entidade):
    return create_token(by="teste", entidade=entidade, nome="Sistema")


@pytest.fixture
def post(client, token):
    def send(body: Any, address: str = RECORDS, kind: str = "application/json", **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token[1]}"} | headers
        return client.post(address, data, content_type=kind, headers=headers)

    return send


@pytest.fixture
def get(client, token):
    return lambda address: client.get(address, headers={"Authorization": f"Bearer {token[1]}"})


def test_without_a_token_nothing(client, entidade):
    for headers in ({}, {"Authorization": "Bearer nada"}, {"Authorization": "Basic x"}):
        assert client.post(RECORDS, "{}", content_type="application/json", headers=headers).status_code == 401
        assert client.post(LOTS, "{}", content_type="application/json", headers=headers).status_code == 401
    assert not Lote.objects.exists()


def test_revoked_token_is_refused(post, token):
    revoke_token(by="teste", token=token[0])
    assert post(registro()).status_code == 401


def test_one_record_and_its_answer(post, get):
    record = registro()
    answer = post(record)
    assert answer.status_code == 200
    assert answer.json() == {
        "posicao": 1,
        "uuid": record["uuid"],
        "status": "novo",
        "situacao": "processada",
        "inconsistencias": [],
        "nao_verificadas": answer.json()["nao_verificadas"],
    }
    told = get(f"{RECORDS}/{record['uuid']}").json()
    assert (told["situacao"], told["registro"], told["competencia"]) == ("processada", record, "202609")
    assert raw_of(Lote.objects.get()) == json.dumps(record).encode()


def test_a_list_always_answers_each(post):
    answers = post([registro(), quebrado(), {"tipo": "?"}, 3])
    assert answers.status_code == 200
    assert [a["situacao"] for a in answers.json()] == ["processada", *["inconsistente"] * 3]
    assert [a["posicao"] for a in answers.json()] == [1, 2, 3, 4]
    assert post([]).json() == []


def test_exported_is_409_for_one_and_an_answer_in_a_list(post, entidade):
    record = registro()
    post(record)
    exportar(entidade)
    cidadao(record)["turno"] = 3
    refused = post(record)
    assert refused.status_code == 409
    assert "já foi exportado" in refused.json()["mensagem"]
    assert post([record]).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "vazio"),
        (b"{", 400, "JSON"),
        (b"[" * 100_000, 400, "aninhamento"),
        ('{"a": "ç"}'.encode("latin-1"), 400, "UTF-8"),
        (b'"texto"', 400, "objeto"),
        (b"1" * 5000, 400, "grande demais"),
    ],
)
def test_unreadable_body_is_4xx_in_portuguese(post, body, status, says):
    answer = post(body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert not Ficha.objects.exists()


def test_too_large_bodies_are_bounded(post, monkeypatch):
    assert post([{}] * (limits.RECORDS_MAX + 1)).status_code == 413
    monkeypatch.setattr(limits, "RECORDS_BODY", 100)
    answer = post(registro())
    assert answer.status_code == 413
    assert LOTS in answer.json()["detail"]


def test_nan_comes_back_as_text(post, get):
    record = registro()
    body = json.dumps(record).replace('"turno": 1', '"turno": NaN').encode()
    assert post(body).json()["situacao"] == "inconsistente"
    told = get(f"{RECORDS}/{record['uuid']}")
    assert told.json()["registro"]["ficha"]["visitasDomiciliares"][0]["turno"] == "NaN"


def test_schema_of_each_kind(get):
    assert get("/api/v1/esquemas/fvd").json()["properties"]["tipo"] == {"const": "FVD"}
    assert get("/api/v1/esquemas/nada").status_code == 404
    assert get("/api/v1/esquemas/FVD?versao=1.0.0").status_code == 404


def test_records_of_others_are_not_there(get, outra_entidade):
    record = registro(ibge=outra_entidade.ibge)
    receber(outra_entidade, record)
    assert get(f"{RECORDS}/{record['uuid']}").status_code == 404


def test_a_record_is_asked_for_by_its_whole_uuid(post, get):
    record = registro()
    post(record)
    assert get(f"{RECORDS}/{record['uuid'].upper()}").status_code == 200
    for more in ("x", "%20", "0" * 40):
        assert get(f"{RECORDS}/{record['uuid']}{more}").status_code == 404


def test_each_token_has_its_limit(post, token):
    token[0].limite_por_minuto = 2
    token[0].save()
    statuses = [post({}).status_code for _ in range(4)]
    assert statuses.count(429) >= 1
    refused = next(a for a in (post({}) for _ in range(4)) if a.status_code == 429)
    assert 0 < int(refused["Retry-After"]) <= 61


# -- lots


def work(lote: Lote) -> None:
    dividir_lote(lote.pk)
    for bloco in Bloco.objects.filter(lote=lote).order_by("-pk"):  # in any order
        receber_bloco(bloco.pk)
        receber_bloco(bloco.pk)


def ndjson(*records: Any) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in records)


@pytest.mark.parametrize("packed", [False, True])
def test_a_lot_from_end_to_end(post, get, monkeypatch, packed):
    monkeypatch.setattr(spool, "BLOCK_LINES", 3)
    records = [registro() for _ in range(7)]
    body = ndjson(*records[:4], quebrado()) + b"\n{nada}\n\n" + ndjson(*records[4:])
    sent = gzip.compress(body) if packed else body
    headers = {"Content-Encoding": "gzip"} if packed else {}
    answer = post(sent, LOTS, "application/x-ndjson", **headers)
    assert answer.status_code == 202
    where = answer["Location"]
    assert get(where).json()["estado"] == "recebido"
    lote = Lote.objects.get()
    assert not Ficha.objects.exists()  # nothing but the raw body so far
    work(lote)
    told = get(where).json()
    assert (told["estado"], told["registros"], told["novos"], told["recusados"]) == ("concluido", 9, 8, 1)
    assert (told["blocos"], told["blocos_feitos"]) == (3, 3)
    first = get(f"{where}/respostas?limite=5").json()
    rest = get(f"{where}/respostas?apos={first['posicao']}").json()
    answers = first["respostas"] + rest["respostas"]
    assert [a["posicao"] for a in answers] == list(range(1, 10))
    assert (first["fim"], rest["fim"]) == (False, True)
    assert [a["posicao"] for a in answers if a["status"] == "recusado"] == [6]
    assert answers[4]["inconsistencias"]
    problems = get(f"{where}/respostas?problemas=true").json()["respostas"]
    assert [a["posicao"] for a in problems] == [5, 6]
    again = post(sent, LOTS, "application/x-ndjson", **headers)
    work(Lote.objects.get(uuid=again.json()["id"]))
    assert get(again["Location"]).json()["iguais"] == 8


def test_a_packed_lot_keeps_only_what_came(post, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.DADOS = tmp_path
    sent = gzip.compress(ndjson(registro(), registro()))
    post(sent, LOTS, **{"Content-Encoding": "gzip"})
    with django_capture_on_commit_callbacks(execute=True):
        work(Lote.objects.get())
    [kept] = (tmp_path / "recebidos").iterdir()
    assert inside(kept) == sent
    dividir_lote(Lote.objects.get().pk)  # delivered again, late: nothing to do
    assert Lote.objects.get().novos == 2


def test_last_record_of_a_uuid_wins_whatever_block_ran_first(post, monkeypatch):
    monkeypatch.setattr(spool, "BLOCK_LINES", 1)
    first = registro()
    last = json.loads(json.dumps(first))
    cidadao(last)["turno"] = 3
    post(ndjson(first, last), LOTS)
    work(Lote.objects.get())  # runs the blocks from last to first
    assert json.loads(Ficha.objects.get().conteudo.registro) == last


def test_lot_of_another_entidade_is_not_there(post, client, outra_entidade):
    where = post(ndjson(registro()), LOTS)["Location"]
    _, secret = create_token(by="teste", entidade=outra_entidade, nome="Outro")
    for address in (where, f"{where}/respostas", f"{LOTS}/nada"):
        assert client.get(address, headers={"Authorization": f"Bearer {secret}"}).status_code == 404


def test_bad_lots_leave_nothing(post, settings, tmp_path):
    settings.DADOS = tmp_path
    whole = gzip.compress(ndjson(registro()))
    assert post(b"", LOTS).status_code == 400
    assert post(whole[:-10], LOTS, **{"Content-Encoding": "gzip"}).status_code == 400
    assert post(b"not gzip", LOTS, **{"Content-Encoding": "gzip"}).status_code == 400
    assert post(b"x", LOTS, **{"Content-Encoding": "br"}).status_code == 415
    assert not Lote.objects.exists()
    assert list((tmp_path / "recebidos").iterdir()) == []


def test_gzip_bomb_is_refused(post, monkeypatch):
    monkeypatch.setattr(spool, "MAX_RATIO", 2)
    monkeypatch.setattr(spool, "PIECE", 1000)
    bomb = gzip.compress(b" " * 1_000_000)
    answer = post(bomb, LOTS, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 400
    assert "expande" in answer.json()["detail"]


def test_line_too_long_is_told_and_the_rest_goes_on(post, monkeypatch):
    monkeypatch.setattr(spool, "MAX_LINE", 5_000)
    long = registro()
    cidadao(long)["numProntuario"] = "9" * 6_000
    post(ndjson(long, registro()), LOTS)
    work(Lote.objects.get())
    lote = Lote.objects.get()
    assert (lote.lidos, lote.novos, lote.recusados) == (2, 1, 1)


def test_full_queue_pushes_back(post, monkeypatch):
    monkeypatch.setattr(limits, "queue_depth", lambda entidade_id: limits.MAX_WAITING + 1)
    answer = post(ndjson(registro()), LOTS)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert not Lote.objects.exists()


# -- documentation and files


def test_documentation_needs_no_other_host(client, entidade):
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"//cdn" not in page.content
    assert b"https://" not in page.content
    schema = client.get("/api/openapi.json").json()
    body = schema["paths"]["/api/v1/registros"]["post"]["requestBody"]["content"]["application/json"]
    assert {"FAI", "FVD", "FCI", "FV"} <= set(body["examples"])
    assert "/api/v1/lotes" in schema["paths"]


@pytest.mark.parametrize("suffix", [".jsonl", ".zip", ".esus"])
def test_importar_takes_any_file_and_is_idempotent(entidade, outra_entidade, tmp_path, capsys, suffix):
    records = [registro() for _ in range(1 if suffix == ".esus" else 3)]
    path = tmp_path / f"entrada{suffix}"
    if suffix == ".jsonl":
        path.write_bytes(ndjson(*records))
    else:
        receber(entidade, *records)
        from producao import zip_de

        zipped = zip_de(exportar(entidade))
        if suffix == ".esus":
            import zipfile

            with zipfile.ZipFile(zipped) as package:
                path.write_bytes(package.read(package.namelist()[0]))
        else:
            path.write_bytes(zipped.read())
        call_command("importar", str(path), entidade=outra_entidade.ibge)
        kept = Ficha.objects.filter(entidade=outra_entidade)
        assert kept.count() == len(records)
        assert kept.first().conteudo.proveniencia["remetente"]["cpfOuCnpj"] == entidade.instalacao.cpf_cnpj
        return
    for told in ("3 novos", "3 já recebidos"):
        call_command("importar", str(path), entidade=entidade.ibge)
        assert told in capsys.readouterr().out
    assert Ficha.objects.count() == 3


def test_a_wrong_token_is_told_in_portuguese(client, entidade):
    answer = client.post(
        "/api/v1/registros", b"{}", content_type="application/json", headers={"Authorization": "Bearer nada"}
    )
    assert answer.status_code == 401
    assert "token" in answer.json()["detail"] and "Unauthorized" not in answer.content.decode()
