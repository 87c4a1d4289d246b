"""Reprocess, correct, replace: what changes, what is told, what is refused."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from producao import cidadao, exportar, ficha_de, quebrado, receber, registro

from saude.correcao.historia import timeline
from saude.fichas.filtro import Filtro
from saude.fichas.models import BlocoReprocessamento, ConteudoAnterior, Evento, Ficha
from saude.fichas.situacoes import TRANSITIONS, Situacao, TransitionRefused, check, document
from saude.processamento.actions import StaleForm, correct, correct_each, replace_exported, reprocess
from saude.processamento.em_massa import reprocess_block, start_reprocess

TURNO = "visitasDomiciliares[0].turno"


def test_reprocess_takes_app_records_out_of_waiting(entidade, criar_usuario):
    user = criar_usuario()
    good, bad = receber(entidade, registro(origem="app"), quebrado(origem="app"))
    counts = reprocess(entidade=entidade, ids=[good.ficha_id, bad.ficha_id], by=user)
    assert counts == {"processada": 1, "inconsistente": 1, "pendente": 0}
    ficha = ficha_de(good)
    assert (ficha.situacao, ficha.motivo_pendencia, ficha.revisao) == ("processada", "", 2)
    assert ficha.entrada.nome == f"{ficha.uuid}.esus"
    assert Evento.objects.filter(fato="reprocessada", usuario=user).count() == 2


def test_reprocess_that_changes_nothing_changes_nothing(entidade):
    [answer] = receber(entidade, registro())
    before = ficha_de(answer)
    reprocess(entidade=entidade, ids=[before.pk], by="teste")
    after = ficha_de(answer)
    assert (after.revisao, after.situacao) == (before.revisao, before.situacao)
    assert after.processada_em > before.processada_em
    assert not Evento.objects.exists()


def test_reprocess_never_touches_exported_or_foreign(entidade, outra_entidade):
    [mine] = receber(entidade, registro())
    exportar(entidade)
    [other] = receber(outra_entidade, registro(ibge=outra_entidade.ibge, origem="app"))
    counts = reprocess(entidade=entidade, ids=[mine.ficha_id, other.ficha_id], by="teste")
    assert sum(counts.values()) == 0
    assert ficha_de(other).situacao == "pendente"


def test_correct_mends_and_keeps_what_was(entidade, criar_usuario):
    user = criar_usuario()
    record = quebrado()
    [answer] = receber(entidade, record)
    ficha = correct(ficha=ficha_de(answer), changes={TURNO: 2}, revisao=1, by=user)
    assert (ficha.situacao, ficha.revisao) == ("processada", 2)
    assert json.loads(ficha.conteudo.registro)["ficha"]["visitasDomiciliares"][0]["turno"] == 2
    assert json.loads(ConteudoAnterior.objects.get().registro) == record
    event = Evento.objects.get()
    assert (event.fato, event.usuario, event.detalhe["campos"]) == ("corrigida", user, [TURNO])


def test_correct_with_an_old_form_loses_nothing(entidade):
    [answer] = receber(entidade, quebrado())
    ficha = ficha_de(answer)
    correct(ficha=ficha, changes={TURNO: 2}, revisao=1, by="a")
    with pytest.raises(StaleForm) as stale:
        correct(ficha=ficha, changes={TURNO: 3}, revisao=1, by="b")
    assert stale.value.atual["ficha"]["visitasDomiciliares"][0]["turno"] == 2
    assert ficha_de(answer).revisao == 2


def test_envelope_and_header_change_together(entidade):
    [answer] = receber(entidade, registro())
    ficha = correct(ficha=ficha_de(answer), changes={"ine": "0000471829"}, revisao=1, by="teste")
    record = json.loads(ficha.conteudo.registro)
    assert record["ine"] == record["ficha"]["headerTransport"]["ine"] == ficha.ine == "0000471829"
    assert ficha.situacao == "processada"


def test_correct_exported_is_refused(entidade):
    [answer] = receber(entidade, registro())
    exportar(entidade)
    with pytest.raises(TransitionRefused):
        correct(ficha=ficha_de(answer), changes={TURNO: 2}, revisao=1, by="teste")


def test_correct_each_mends_many_at_once(entidade):
    answers = receber(entidade, quebrado(), quebrado(), quebrado())
    changes = {a.ficha_id: {TURNO: 1} for a in answers}
    assert correct_each(entidade=entidade, changes=changes, by="teste")["processada"] == 3
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}


@pytest.mark.parametrize("tipo", ["FCI", "FCD"])
def test_rectified_registration_points_at_the_first(entidade, tipo):
    [answer] = receber(entidade, registro(tipo))
    exportar(entidade)
    old = ficha_de(answer)
    new = replace_exported(ficha=old, changes={}, motivo="endereço errado", by="teste")
    record = json.loads(new.conteudo.registro)["ficha"]
    assert new.substitui == old
    assert new.uuid != old.uuid
    assert (record["fichaAtualizada"], record["uuidFichaOriginadora"], record["uuid"]) == (
        True,
        old.uuid,
        new.uuid,
    )
    assert new.situacao == "processada"
    assert ficha_de(answer).situacao == "exportada"
    with pytest.raises(TransitionRefused, match="já foi substituída"):
        replace_exported(ficha=old, changes={}, motivo="de novo", by="teste")


def test_other_kinds_are_replaced_with_a_reason(entidade):
    [answer] = receber(entidade, registro())
    ficha = ficha_de(answer)
    with pytest.raises(TransitionRefused, match="exportada"):
        replace_exported(ficha=ficha, changes={}, motivo="x", by="teste")
    exportar(entidade)
    with pytest.raises(TransitionRefused, match="motivo"):
        replace_exported(ficha=ficha, changes={}, motivo=" ", by="teste")
    new = replace_exported(ficha=ficha, changes={TURNO: 3}, motivo="turno errado", by="teste")
    assert (new.situacao, new.motivo_substituicao) == ("processada", "turno errado")
    assert "fichaAtualizada" not in json.loads(new.conteudo.registro)["ficha"]


def test_mass_reprocess_by_filter(entidade, criar_usuario, monkeypatch):
    monkeypatch.setattr("saude.processamento.em_massa.BLOCK", 2)
    receber(entidade, *[registro(origem="app") for _ in range(5)], registro())
    job = start_reprocess(entidade=entidade, filtro=Filtro(situacao="pendente"), by=criar_usuario())
    again = start_reprocess(entidade=entidade, filtro=Filtro(situacao="pendente"), by=None)
    assert (job.total, again.pk) == (5, job.pk)
    for bloco in BlocoReprocessamento.objects.order_by("pk"):
        reprocess_block(bloco.pk)
        reprocess_block(bloco.pk)  # a second worker on the same task changes nothing
    job.refresh_from_db()
    assert (job.estado, job.feitas, job.processadas, job.percentual) == ("concluido", 5, 5, 100)
    assert not Ficha.objects.filter(situacao="pendente").exists()


def test_timeline_tells_the_whole_story(entidade, criar_usuario):
    user = criar_usuario()
    [answer] = receber(entidade, quebrado())
    correct(ficha=ficha_de(answer), changes={TURNO: 2}, revisao=1, by=user)
    export = exportar(entidade)
    told = timeline(ficha_de(answer))
    text = "\n".join(f"{f.texto} {f.por}" for f in told)
    assert [f.em for f in told] == sorted(f.em for f in told)
    for part in ("Recebida", "Corrigida: processada Pessoa Administrador", export.arquivo):
        assert part in text


# -- the table of situations, and the database that holds to it


def test_transitions_table_is_closed():
    assert set(TRANSITIONS) == {"", *Situacao.values}
    with pytest.raises(TransitionRefused):
        check("exportada", "reprocessar")
    with pytest.raises(TransitionRefused):
        check("inconsistente", "exportar", "exportada")
    check("processada", "exportar", "exportada")


def test_document_is_up_to_date():
    from pathlib import Path

    path = Path(__file__).parents[3] / "docs" / "situacoes.md"
    assert path.read_text(encoding="utf-8") == document()


def _refused(sql: str, *params: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_database_refuses_what_the_table_does_not_know(entidade):
    [answer] = receber(entidade, registro())
    pk = answer.ficha_id
    for change in (
        "situacao = 'sumida'",
        "situacao = 'pendente'",  # without a reason
        "situacao = 'inconsistente'",  # without an error
        "situacao = 'exportada'",  # without a date
        "competencia = '202613'",
        "tipo = 'XXX'",
        "substitui_id = id",
    ):
        _refused(f"UPDATE fichas_ficha SET {change} WHERE id = %s", pk)
    exportar(entidade)
    for change in ("situacao = 'processada', exportada_em = NULL", "revisao = revisao + 1"):
        _refused(f"UPDATE fichas_ficha SET {change} WHERE id = %s", pk)


def test_competencia_follows_the_zone_of_the_municipality(outra_entidade):
    """00:30 UTC of the 1st is still the 31st in Rio Branco."""
    record = registro(ibge=outra_entidade.ibge)
    record["ficha"]["headerTransport"]["dataAtendimento"] = 1_788_222_600_000  # 2026-09-01T00:30Z
    outra_entidade.fuso = "America/Rio_Branco"
    outra_entidade.save()
    [answer] = receber(outra_entidade, record)
    assert (ficha_de(answer).competencia, ficha_de(answer).data) == ("202608", date(2026, 8, 31))
    assert cidadao(record)
