"""Intake: what is new, the same, replaced or refused, and what hostile records do (to themselves only)."""

import json
import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from producao import cidadao, exportar, ficha_de, quebrado, receber, registro

from saude.cadastros.models import Especialidade
from saude.fichas.models import Atendido, Conteudo, ConteudoAnterior, Evento, Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.recebimento import actions
from saude.recebimento.actions import raw_of, receive
from saude.recebimento.models import Lote, Registro
from saude.recebimento.tasks import retomar_lotes


def test_valid_record_is_processed_at_once(entidade):
    record = registro()
    [answer] = receber(entidade, record)
    ficha = ficha_de(answer)
    assert (answer.status, answer.situacao, answer.inconsistencias) == ("novo", "processada", [])
    assert (ficha.tipo, ficha.competencia, str(ficha.data)) == ("FVD", "202609", "2026-09-15")
    assert ficha.entrada.nome == f"{record['uuid']}.esus"
    assert json.loads(ficha.conteudo.registro) == record


@pytest.mark.parametrize(
    "tipo", ["FAI", "FAO", "FAD", "FAC", "FAE", "FCD", "FCI", "FCZM", "FP", "FV", "FVD", "MCA"]
)
def test_every_kind_comes_in(entidade, tipo):
    [answer] = receber(entidade, registro(tipo))
    assert answer.situacao == "processada", answer.inconsistencias
    assert ficha_de(answer).tipo == tipo


def test_same_content_again_is_no_new_record(entidade):
    record = registro()
    receber(entidade, record)
    shuffled = dict(reversed(list(record.items())))
    [answer] = receber(entidade, shuffled)
    assert (answer.status, answer.situacao) == ("igual", "processada")
    assert Ficha.objects.count() == 1
    assert Lote.objects.count() == 2


def test_same_content_again_answers_what_is_wrong(entidade):
    record = quebrado()
    first, second = receber(entidade, record)[0], receber(entidade, record)[0]
    assert second.status == "igual"
    assert [i["codigo"] for i in second.inconsistencias] == [i["codigo"] for i in first.inconsistencias] != []


def test_other_content_replaces_and_history_is_kept(entidade):
    record = quebrado()
    receber(entidade, record)
    mended = registro(uuid=record["uuid"])
    [answer] = receber(entidade, mended)
    ficha = Ficha.objects.get()
    assert (answer.status, ficha.situacao, ficha.revisao) == ("substituida", "processada", 2)
    assert json.loads(ConteudoAnterior.objects.get().registro) == record
    assert Evento.objects.get().fato == "conteudo"
    assert Inconsistencia.objects.get().encerrada_em is not None


def test_first_content_again_after_a_replacement_replaces_back(entidade):
    record, other = registro(), None
    other = json.loads(json.dumps(record))
    cidadao(other)["turno"] = 2
    statuses = [receber(entidade, r)[0].status for r in (record, other, record)]
    assert statuses == ["novo", "substituida", "substituida"]
    assert json.loads(Conteudo.objects.get().registro) == record


def test_exported_is_refused_unless_equal(entidade):
    record = registro()
    receber(entidade, record)
    exportar(entidade)
    changed = json.loads(json.dumps(record))
    cidadao(changed)["turno"] = 3
    same, refused = receber(entidade, record, changed)
    assert (same.status, same.situacao) == ("igual", "exportada")
    assert (refused.status, refused.situacao) == ("recusado", "exportada")
    assert json.loads(Conteudo.objects.get().registro) == record


def test_uuid_twice_in_one_list(entidade):
    first = registro()
    second = json.loads(json.dumps(first))
    cidadao(second)["turno"] = 2
    answers = receber(entidade, first, first, second)
    assert [a.status for a in answers] == ["novo", "igual", "substituida"]
    assert json.loads(Conteudo.objects.get().registro) == second


def test_hostile_records_harm_only_themselves(entidade):
    nan, nul, huge = registro(), registro(), registro()
    cidadao(nan)["pesoAcompanhamentoNutricional"] = float("nan")
    cidadao(nul)["numProntuario"] = "a\x00b"
    cidadao(huge)["numProntuario"] = "9" * 10_000_000
    unknown = registro() | {"tipo": "XYZ"}
    versionless = registro() | {"versao": "99.0.0"}
    surrogate = registro()
    cidadao(surrogate)["numProntuario"] = "\ud800"
    nested: list = []
    for _ in range(500):
        nested = [nested]
    deep = registro() | {"ficha": nested}
    bad = [nan, nul, huge, unknown, versionless, surrogate, deep, None, 7, "x", [], {}, {"uuid": "\x00"}]
    answers = receber(entidade, *bad, registro())
    assert [a.situacao for a in answers[:-1]] == ["inconsistente"] * len(bad)
    assert all(a.inconsistencias for a in answers[:-1])
    assert answers[-1].situacao == "processada"
    assert len(json.dumps([a.public() for a in answers])) < 100_000


def test_refused_without_key_says_so_and_is_kept(entidade):
    [answer] = receber(entidade, {"tipo": "FVD"})
    assert answer.status == "recusado"
    assert "uuid" in answer.mensagem
    assert Registro.objects.get().status == "recusado"
    assert not Ficha.objects.exists()


def test_missing_date_is_seen_in_the_current_month(entidade):
    record = registro()
    del record["ficha"]["headerTransport"]["dataAtendimento"]
    [answer] = receber(entidade, record)
    ficha = ficha_de(answer)
    assert (ficha.situacao, ficha.data) == ("inconsistente", None)
    assert len(ficha.competencia) == 6


def test_app_records_wait_unless_the_entidade_says_otherwise(entidade):
    [waiting] = receber(entidade, registro(origem="app"))
    assert (waiting.situacao, ficha_de(waiting).motivo_pendencia) == ("pendente", "aplicativo")
    entidade.instalacao.processar_app_na_chegada = True
    entidade.instalacao.save()
    [processed] = receber(entidade, registro(origem="app"))
    assert processed.situacao == "processada"


def test_other_municipality_is_a_finding_and_leaks_nothing(entidade, outra_entidade):
    shared = registro()
    receber(outra_entidade, registro(ibge=outra_entidade.ibge, uuid=shared["uuid"]))
    [answer] = receber(entidade, registro(ibge=outra_entidade.ibge))
    assert answer.situacao == "inconsistente"
    assert "TRANSPORTE-D-004-1" in [i["codigo"] for i in answer.inconsistencias]
    [own] = receber(entidade, shared)
    assert own.status == "novo"  # the same uuid elsewhere is nobody's business


def test_registers_are_checked_once_they_are_filled(entidade):
    record = registro()
    assert receber(entidade, record)[0].situacao == "processada"
    entidade.estabelecimentos.create(cnes="7654321", nome="Outra UBS")
    entidade.profissionais.create(cns="700000000000005", nome="Outra Pessoa")
    [answer] = receber(entidade, registro())
    assert {i["codigo"] for i in answer.inconsistencias} == {"TRANSPORTE-D-003-1", "HEADER-U-001-2"}


def test_a_crash_of_ours_leaves_it_pending(entidade, monkeypatch):
    def boom(*args, **kwargs):
        raise RuntimeError("bug")

    monkeypatch.setattr("saude.processamento.contexto.process", boom)
    [answer] = receber(entidade, registro())
    assert (answer.situacao, ficha_de(answer).motivo_pendencia) == ("pendente", "sistema")


def test_raw_body_is_kept_before_processing(entidade, monkeypatch):
    body = b'[{"tipo": "FVD"}]'
    monkeypatch.setattr("saude.recebimento.actions.take_in", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        receive(entidade=entidade, records=[{}], origem="api", raw=body)
    lote = Lote.objects.get()
    assert raw_of(lote) == body
    assert lote.estado == "recebido"


def test_what_was_kept_and_not_finished_is_taken_up(entidade, monkeypatch):
    monkeypatch.setattr("saude.recebimento.actions.CHUNK", 1)
    records = [registro(), registro(), quebrado()]
    take_in, calls = actions.take_in, []

    def dies_at_the_second(*args):
        calls.append(args)
        return take_in(*args) if len(calls) == 1 else 1 / 0

    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(actions, "take_in", dies_at_the_second)
        receive(entidade=entidade, records=records, origem="api", raw=json.dumps(records).encode())
    assert Ficha.objects.count() == 1
    assert actions.left_behind() == []  # may still be under way
    Lote.objects.update(recebido_em=timezone.now() - timedelta(hours=1))
    retomar_lotes(0)
    lote = Lote.objects.get()
    assert (lote.estado, lote.lidos, lote.novos) == ("concluido", 3, 3)
    assert actions.left_behind() == []


def test_errors_come_before_avisos_when_there_are_too_many(entidade, monkeypatch):
    monkeypatch.setattr("saude.fichas.processing.MAX_FINDINGS", 1)
    record = quebrado("FP")
    [answer] = receber(entidade, record)
    assert "erro" in {i["severidade"] for i in answer.inconsistencias}
    assert ficha_de(answer).regras.startswith("0.")


def test_unknown_speciality_is_registered_for_someone_to_look_at(entidade):
    receber(entidade, registro("FAI", especialidade="Cardiologia"))
    assert Especialidade.objects.get().tipo == "primaria"
    assert Ficha.objects.get().especialidade == "Cardiologia"


def test_not_identified_is_an_aviso_or_blocks(entidade):
    record = registro("FP")
    for name in ("cpfCidadao", "cnsCidadao"):
        cidadao(record).pop(name, None)
    [answer] = receber(entidade, record)
    found = {i["codigo"]: i["severidade"] for i in answer.inconsistencias}
    assert found == {"CTX-CLIENTE-NAO-IDENTIFICADO": "aviso"}
    assert not Atendido.objects.get().identificado
    entidade.instalacao.bloquear_nao_identificados = True
    entidade.instalacao.save()
    again = registro("FP")
    cidadao(again).pop("cnsCidadao", None)
    cidadao(again).pop("cpfCidadao", None)
    assert receber(entidade, again)[0].situacao == "inconsistente"


@pytest.mark.django_db(transaction=True)
def test_the_same_new_record_at_the_same_moment(entidade):
    from django.db import connection

    records = [registro() for _ in range(20)]
    answers: list = []

    def send(order):
        try:
            answers.extend(receber(entidade, *order))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(o,)) for o in (records, records[::-1], records)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(300)
    assert Ficha.objects.count() == 20
    assert sorted(a.status for a in answers) == ["igual"] * 40 + ["novo"] * 20
