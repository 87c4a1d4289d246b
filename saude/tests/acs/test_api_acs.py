"""The protocol Saúde Domiciliar: what it takes, and every bad thing a phone may do."""

import gzip
import json
import time
from datetime import timedelta

import jsonschema
import pytest
from django.utils import timezone
from producao import cidadao, com_cpf, registro
from telefone import V1, lotar, schema_of, so_do_aparelho

from saude.acs.api import api
from saude.acs.dispositivos import create_code, revoke
from saude.acs.models import Aparelho, Codigo, Envio, Recusa
from saude.fichas.models import Conteudo, Ficha
from saude.processamento.actions import correct, reprocess
from saude.recebimento.actions import raw_of, receive
from saude.recebimento.models import Lote

pytestmark = pytest.mark.django_db
DIAS = 86_400_000


def test_a_pushed_record_is_pendente_with_the_header_of_the_lotacao(telefone, lotacao):
    answer = telefone.empurrar(so_do_aparelho(registro("FVD"))).json()
    assert (answer["aceitos"], answer["recusados"], answer["repetido"]) == (1, 0, False)
    ficha = Ficha.objects.get()
    assert (ficha.origem, ficha.situacao, ficha.motivo_pendencia) == ("app", "pendente", "aplicativo")
    assert ficha.profissional_cns == lotacao.profissional.cns
    assert (ficha.cnes, ficha.ine, ficha.cbo) == (lotacao.estabelecimento.cnes, lotacao.equipe.ine, "515105")


@pytest.mark.parametrize("tipo", ["FVD", "FCI", "FCD"])
def test_reprocessed_it_is_processada(telefone, entidade, tipo):
    telefone.empurrar(so_do_aparelho(registro(tipo)))
    ficha = Ficha.objects.get()
    reprocess(entidade=entidade, ids=[ficha.pk], by="teste")
    ficha.refresh_from_db()
    found = list(ficha.inconsistencias.values_list("codigo", "campo"))
    assert ficha.situacao == "processada", found


def test_the_setting_processes_on_arrival(telefone, entidade):
    entidade.instalacao.processar_app_na_chegada = True
    entidade.instalacao.save()
    telefone.empurrar(so_do_aparelho(registro("FVD")))
    assert Ficha.objects.get().situacao == "processada"


def test_the_record_may_not_choose_its_origin(telefone):
    record = so_do_aparelho(registro("FVD")) | {"contexto": {"origem": "api", "urgencia": True}}
    telefone.empurrar(record)
    ficha = Ficha.objects.get()
    assert (ficha.origem, ficha.situacao, ficha.urgencia) == ("app", "pendente", False)


# -- who may talk


@pytest.mark.parametrize("token", ["", "acs_nada", "saude_outra"])
def test_wrong_token(telefone, token):
    telefone.token = token
    for response in (telefone.empurrar(registro()), telefone.puxar()):
        assert response.status_code == 401
    assert not Ficha.objects.exists() and not Lote.objects.exists()


def test_revoked(telefone):
    revoke(by="teste", aparelho=Aparelho.objects.get())
    response = telefone.puxar()
    assert (response.status_code, response.json()["codigo"]) == (401, "revogado")
    assert "novo código" in response.json()["detail"]


def test_a_token_copied_to_another_phone(telefone, novo_telefone):
    copy = novo_telefone(token=telefone.token)
    response = copy.empurrar(registro())
    assert (response.status_code, response.json()["codigo"]) == (409, "aparelho_duplicado")
    assert not Ficha.objects.exists()


def test_a_code_works_once(telefone, novo_telefone, lotacao):
    _, code = create_code(by="teste", lotacao=lotacao)
    assert novo_telefone().registrar(code).status_code == 201
    assert novo_telefone().registrar(code).status_code == 401


def test_a_code_typed_in_small_letters(novo_telefone, lotacao):
    _, code = create_code(by="teste", lotacao=lotacao)
    assert novo_telefone().registrar(code.lower().replace("-", " ")).status_code == 201


def test_an_old_code(novo_telefone, lotacao):
    made, code = create_code(by="teste", lotacao=lotacao)
    Codigo.objects.filter(pk=made.pk).update(expira_em=timezone.now() - timedelta(seconds=1))
    assert novo_telefone().registrar(code).json()["codigo"] == "codigo"


def test_codes_cannot_be_guessed(novo_telefone, lotacao):
    _, code = create_code(by="teste", lotacao=lotacao)
    answers = [novo_telefone().registrar("AAAA-AAAA").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    assert novo_telefone().registrar(code).status_code == 429


def test_secrets_are_not_kept(telefone, lotacao):
    _, code = create_code(by="teste", lotacao=lotacao)
    kept = json.dumps([*Codigo.objects.values(), *Aparelho.objects.values()], default=str)
    assert telefone.token not in kept and code not in kept and code.replace("-", "") not in kept


def test_the_same_phone_registered_again_is_told(telefone, lotacao):
    old = telefone.token
    _, code = create_code(by="teste", lotacao=lotacao)
    response = telefone.registrar(code)
    assert "já estava registrado" in response.json()["aviso"]
    assert Aparelho.objects.filter(revogado_em=None).count() == 1
    telefone.token, new = old, telefone.token
    assert telefone.puxar().status_code == 401
    telefone.token = new
    assert telefone.puxar().status_code == 200


def test_a_phone_of_somebody_else(telefone, entidade):
    other = lotar(entidade, "Daniel Santana", "272143940120005", "02")
    _, code = create_code(by="teste", lotacao=other)
    response = telefone.registrar(code)
    assert (response.status_code, response.json()["codigo"]) == (409, "aparelho_de_outro")
    assert Codigo.objects.get(profissional=other.profissional).usado_em is None


def test_a_second_phone_is_told_of_the_first(telefone, novo_telefone, lotacao):
    _, code = create_code(by="teste", lotacao=lotacao)
    assert "outro aparelho" in novo_telefone().registrar(code).json()["aviso"]


# -- bad bodies


def test_raw_is_kept_before_anything_else(telefone):
    response = telefone.empurrar(corpo=b'{"registros": [{"tipo": "FVD", "uu', lote="lote-0001")
    assert (response.status_code, response.json()["codigo"]) == (400, "incompleto")
    envio = Envio.objects.select_related("lote").get()
    assert raw_of(envio.lote) == b'{"registros": [{"tipo": "FVD", "uu'
    assert envio.lote.estado == "falhou" and envio.resposta is None
    assert not Ficha.objects.exists()


def test_half_a_batch_then_the_whole(telefone):
    records = [so_do_aparelho(registro("FVD")) for _ in range(3)]
    whole = json.dumps({"registros": records}).encode()
    assert telefone.empurrar(corpo=whole[: len(whole) // 2], lote="lote-0002").status_code == 400
    assert not Ficha.objects.exists()
    assert telefone.empurrar(corpo=whole, lote="lote-0002").json()["aceitos"] == 3
    assert Ficha.objects.count() == 3


def test_a_gzip_cut_in_the_middle(telefone):
    body = gzip.compress(json.dumps({"registros": [so_do_aparelho(registro())]}).encode())
    cut = telefone.empurrar(corpo=body[:-20], **{"Content-Encoding": "gzip"})
    assert (cut.status_code, cut.json()["codigo"]) == (400, "incompleto")
    assert telefone.empurrar(corpo=body, **{"Content-Encoding": "gzip"}).json()["aceitos"] == 1


def test_a_gzip_bomb(telefone):
    body = gzip.compress(b" " * 40_000_000)
    assert telefone.empurrar(corpo=body, **{"Content-Encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize(
    "corpo", [b"", b"[]", b"null", b'{"registros": 3}', '{"á":1}'.encode("latin-1"), b"[" * 99999]
)
def test_bodies_that_are_no_push(telefone, corpo):
    response = telefone.empurrar(corpo=corpo)
    assert response.status_code == 400
    assert response.json()["detail"]


def test_too_many_records(telefone):
    assert telefone.empurrar(*[{}] * 51).status_code == 413


@pytest.mark.parametrize(
    ("mexer", "palavra"),
    [
        (lambda r: r["ficha"]["headerTransport"].update(cnes="9999999"), "CNES"),
        (lambda r: r.update(cnes="9999999"), "CNES"),
        (lambda r: r["ficha"]["headerTransport"].update(codigoIbgeMunicipio="1200401"), "município"),
        (
            lambda r: r["ficha"]["headerTransport"].update(profissionalCNS="700000000000005"),
            "outro profissional",
        ),
        (lambda r: r.update(tipo="FAI"), "somente"),
        (lambda r: r.update(uuid="curto"), "identificador"),
        (lambda r: r.update(ficha=None), "conteúdo"),
    ],
)
def test_partial_acceptance_with_the_reason(telefone, mexer, palavra):
    good, bad = so_do_aparelho(registro("FVD")), so_do_aparelho(registro("FVD"))
    mexer(bad)
    answer = telefone.empurrar(good, bad, 7).json()
    assert [r["aceito"] for r in answer["registros"]] == [True, False, False]
    assert palavra in answer["registros"][1]["motivos"][0]["mensagem"]
    assert Ficha.objects.count() == 1
    assert Recusa.objects.filter(resolvida_em=None).count() == 2


def test_mended_it_is_no_refusal_any_more(telefone):
    record = so_do_aparelho(registro("FVD"))
    telefone.empurrar(record | {"cnes": "9999999"})
    assert telefone.empurrar(record).json()["aceitos"] == 1
    assert Recusa.objects.get().resolvida_em is not None


# -- again and again


def test_replay_gets_the_kept_answer(telefone):
    record = so_do_aparelho(registro("FVD"))
    first = telefone.empurrar(record, lote="lote-0003").json()
    again = telefone.empurrar(record, lote="lote-0003").json()
    assert again["repetido"] and again["registros"] == first["registros"]
    assert (Ficha.objects.count(), Lote.objects.count(), Envio.objects.get().repeticoes) == (1, 1, 1)


def test_the_same_record_in_another_batch_is_equal(telefone):
    record = so_do_aparelho(registro("FVD"))
    telefone.empurrar(record)
    answer = telefone.empurrar(record).json()["registros"][0]
    assert (answer["aceito"], answer["status"]) == (True, "igual")
    assert Ficha.objects.count() == 1


def test_a_batch_number_used_for_something_else(telefone):
    telefone.empurrar(so_do_aparelho(registro("FVD")), lote="lote-0004")
    response = telefone.empurrar(so_do_aparelho(registro("FVD")), lote="lote-0004")
    assert (response.status_code, response.json()["codigo"]) == (409, "lote_repetido")


def test_a_crash_between_keeping_and_answering(telefone, monkeypatch):
    from saude.acs import envio

    record = so_do_aparelho(registro("FVD"))
    real = envio._finish
    monkeypatch.setattr(envio, "_finish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        telefone.empurrar(record, lote="lote-0005")
    assert Envio.objects.get().resposta is None and not Ficha.objects.exists()
    monkeypatch.setattr(envio, "_finish", real)
    assert telefone.empurrar(record, lote="lote-0005").json()["aceitos"] == 1
    assert (Ficha.objects.count(), Envio.objects.count()) == (1, 1)


def test_another_origin_cannot_be_overwritten(telefone, entidade):
    record = registro("FVD")
    receive(entidade=entidade, records=[record], origem="api")
    answer = telefone.empurrar(so_do_aparelho(record)).json()["registros"][0]
    assert not answer["aceito"] and "outra origem" in answer["motivos"][0]["mensagem"]


def test_what_the_coordinator_corrected_meanwhile_stays(telefone, entidade):
    record = so_do_aparelho(com_cpf(registro("FVD")))
    del cidadao(record)["turno"]
    telefone.empurrar(record)
    ficha = Ficha.objects.get()
    reprocess(entidade=entidade, ids=[ficha.pk], by="teste")
    back = telefone.puxar_tudo()[0][f"retorno:{ficha.uuid}"]
    ficha.refresh_from_db()
    correct(ficha=ficha, changes={"visitasDomiciliares[0].turno": 2}, revisao=ficha.revisao, by="teste")
    cidadao(record)["turno"] = 3
    late = telefone.empurrar(record | {"revisao_base": back["revisao"]}).json()["registros"][0]
    assert not late["aceito"] and "já foi corrigido" in late["motivos"][0]["mensagem"]
    assert json.loads(Conteudo.objects.get().registro)["ficha"]["visitasDomiciliares"][0]["turno"] == 2


# -- clock and version


def test_a_clock_three_days_behind_is_told_and_the_date_stays(telefone):
    record = so_do_aparelho(registro("FVD"))
    now = time.time() * 1000
    header = {"X-Hora-Aparelho": str(int(now - 3 * DIAS))}
    answer = telefone.empurrar(record, dados={"hora_aparelho": now - 3 * DIAS}, **header).json()
    assert "atrasado em 3 dias" in answer["relogio"]["mensagem"]
    assert abs(answer["servidor_em"] - now) < 60_000
    assert Ficha.objects.get().data.isoformat() == "2026-09-15"
    assert round(Envio.objects.get().desvio_segundos / 86_400) == -3


def test_a_date_in_the_future_is_told(telefone):
    record = so_do_aparelho(registro("FVD"))
    record["ficha"]["headerTransport"]["dataAtendimento"] = int((time.time() + 3 * 86_400) * 1000)
    assert "futuro" in telefone.empurrar(record).json()["registros"][0]["avisos"][0]


def test_an_old_app_is_told_and_its_data_taken(telefone):
    telefone.versao = "0.9.0"
    answer = telefone.empurrar(so_do_aparelho(registro("FVD"))).json()
    assert answer["atualizar"]["codigo"] == 426 and "antiga" in answer["atualizar"]["mensagem"]
    assert answer["aceitos"] == 1 and Ficha.objects.count() == 1


def test_every_answer_brings_the_time_of_the_server(telefone):
    answers = [telefone.puxar(), telefone.empurrar(), telefone.empurrar(corpo=b"x"), telefone.registrar("X")]
    assert all(abs(r.json()["servidor_em"] / 1000 - time.time()) < 60 for r in answers)


def test_leaving_the_phone_ends_its_access(telefone):
    response = telefone.client.post("/api/acs/v1/sair", headers=telefone.headers())
    assert response.json()["saiu"]
    device = Aparelho.objects.get()
    assert device.revogado_em and device.motivo_revogacao == "O agente saiu do aparelho"
    assert telefone.puxar().status_code == 401


def test_what_is_answered_is_what_the_openapi_page_says(telefone):
    """Those that the helper does not hold against it, and every 2xx answer has a schema."""
    for method, path, status in (("get", "situacao", 200), ("post", "sair", 200)):
        answer = getattr(telefone.client, method)(f"{V1}/{path}", headers=telefone.headers())
        assert answer.status_code == status
        schema = schema_of(path, method, status)
        jsonschema.validate(answer.json(), schema)
        assert set(answer.json()) <= set(schema["properties"])
    for path, methods in api.get_openapi_schema()["paths"].items():
        for operation in methods.values():
            for status, said in operation["responses"].items():
                assert int(status) >= 300 or said["content"]["application/json"]["schema"]["properties"], path
