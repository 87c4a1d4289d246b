"""Mending by cause and reprocessing: preview, ticks, confirmation, undo; and all that goes wrong in between."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from lotes import JOBS, confirmar, desfazer, lote, trabalhar
from producao import cidadao, exportar, ficha_de, quebrado, receber, registro

from saude.auditoria.models import Evento as Auditoria
from saude.exportacao.actions import NothingToExport
from saude.fichas.models import Evento, Ficha, Reprocessamento
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import lotes as actions
from saude.processamento.actions import correct, reprocess
from saude.processamento.descarte import discard
from saude.processamento.em_massa import reprocess_block

pytestmark = pytest.mark.django_db
CAUSA = "/inconsistencias/causa/"


def record(ficha: Ficha) -> dict[str, Any]:
    return json.loads(Ficha.objects.get(pk=ficha.pk).conteudo.registro)


@pytest.fixture
def entra(criar_usuario):
    def enter(preset: str = "Coordenador", username: str | None = None) -> Client:
        client = Client()
        client.force_login(criar_usuario(preset, username))
        return client

    return enter


@pytest.fixture
def tres(entidade) -> list[Ficha]:
    """Three visits with the same thing wrong: no turno."""
    return [ficha_de(a) for a in receber(entidade, *(quebrado() for _ in range(3)))]


@pytest.fixture
def pedido(tres) -> dict[str, str]:
    found = Inconsistencia.objects.get(ficha=tres[0], severidade="erro")
    return {"causa": found.causa, "competencia": tres[0].competencia}


def test_nothing_changes_before_it_is_confirmed_and_all_goes_back(entra, tres, pedido):
    client, before = entra(), [record(f) for f in tres]
    answer = client.post(CAUSA, pedido | {"f:valor": "1"})
    assert answer.url.startswith(f"{JOBS}{lote().pk}/previa/")
    page = client.get(answer.url).content.decode()
    assert page.count("<ins>") == 3 and "<del>vazio</del>" in page and "Manhã" in page
    assert [record(f) for f in tres] == before, "a preview writes nothing"
    job = confirmar(client)
    assert (job.estado, job.total, job.processadas, job.puladas) == ("concluido", 3, 3, 0)
    assert all(cidadao(record(f))["turno"] == 1 for f in tres)
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}
    undo = desfazer(client, job)
    assert (undo.total, undo.puladas) == (3, 0)
    assert [record(f) for f in tres] == before, "byte for byte what it was"
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"inconsistente"}
    assert Evento.objects.filter(fato="desfeita", ficha__in=tres).count() == 3
    told = Auditoria.objects.get(tipo="lote.desfeito")
    assert told.detalhe == {"fichas": 3, "lote": job.pk} and told.usuario_nome == "coordenador"
    assert "foi desfeito" in client.get(f"{JOBS}{job.pk}/").content.decode()


def test_an_unticked_ficha_stays_as_it_is(entra, tres, pedido):
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "2"})
    job = confirmar(client, fora={tres[1].pk})
    assert job.total == 2
    assert [Ficha.objects.get(pk=f.pk).situacao for f in tres] == [
        "processada", "inconsistente", "processada",
    ]  # fmt: skip


def test_a_value_that_the_record_would_refuse_is_never_written(entra, tres, pedido):
    client, before = entra(), [record(f) for f in tres]
    for value in ("xyz 123", "9", "-1"):
        answer = client.post(CAUSA, pedido | {"f:valor": value})
        assert answer.status_code == 422, value
        assert "Este valor não seria aceito: " in answer.content.decode()
    assert not Reprocessamento.objects.exists() and [record(f) for f in tres] == before


def test_a_text_that_is_no_code_is_refused_in_the_header_too(entra, entidade):
    bad = registro()
    bad["cnes"] = bad["ficha"]["headerTransport"]["cnes"] = "12"
    ficha = ficha_de(receber(entidade, bad)[0])
    cause = Inconsistencia.objects.filter(ficha=ficha, campo__icontains="cnes", severidade="erro")[0].causa
    answer = entra().post(CAUSA, {"causa": cause, "f:valor": "xyz 123"})
    assert answer.status_code == 422 and "Este valor não seria aceito: " in answer.content.decode()
    assert not Reprocessamento.objects.exists()


def test_a_required_field_is_never_emptied_in_all(entra, tres, pedido):
    client = entra()
    page = client.get(CAUSA, pedido).content.decode()
    assert 'name="apagar"' not in page
    answer = client.post(CAUSA, pedido | {"apagar": "1"})
    assert answer.status_code == 422 and "obrigatório" in answer.content.decode()
    assert not Reprocessamento.objects.exists()


def test_two_people_mend_the_same_cause_at_once(entra, tres, pedido):
    one, two = entra(), entra("Coordenador", "outra")
    one.post(CAUSA, pedido | {"f:valor": "1"})
    first = lote()
    two.post(CAUSA, pedido | {"f:valor": "2"})
    second = lote()
    assert confirmar(one, first).processadas == 3
    late = confirmar(two, second)
    assert (late.estado, late.total, late.puladas) == ("concluido", 3, 3)
    assert all(cidadao(record(f))["turno"] == 1 for f in tres), "the first one's value stands"
    page = two.get(f"{JOBS}{late.pk}/").content.decode()
    assert page.count("mudou depois da prévia") == 3


def test_only_who_made_a_preview_confirms_it(entra, tres, pedido):
    entra().post(CAUSA, pedido | {"f:valor": "1"})
    other = entra("Coordenador", "outra")
    assert other.get(f"{JOBS}{lote().pk}/previa/").status_code == 403
    assert other.post(f"{JOBS}{lote().pk}/confirmar/", {"numero": 3}).status_code == 403
    reader = entra("Consulta")
    assert reader.post(f"{JOBS}{lote().pk}/desfazer/").status_code == 403


def test_the_undo_passes_over_what_was_exported_or_mended_again(entra, entidade, tres, pedido):
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = confirmar(client)
    again = Ficha.objects.get(pk=tres[0].pk)
    correct(ficha=again, changes={"visitasDomiciliares[0].turno": 3}, revisao=again.revisao, by="teste")
    gone = Ficha.objects.get(pk=tres[1].pk)
    discard(ficha=gone, motivo="teste", revisao=gone.revisao, by="teste")
    undo = desfazer(client, job)
    assert (undo.total, undo.puladas) == (1, 0), "they are left out before the confirmation"
    assert [cidadao(record(f)).get("turno") for f in tres] == [3, 1, None]
    assert Ficha.objects.get(pk=tres[1].pk).situacao == "descartada"
    reasons = dict(undo.itens.exclude(porque="").values_list("ficha_id", "porque"))
    assert reasons == {tres[0].pk: "corrigida", tres[1].pk: "descartada"}
    page = client.get(f"{JOBS}{undo.pk}/").content.decode()
    assert "foi corrigida ou recebida de novo depois do lote" in page and "foi descartada" in page


def test_what_is_exported_between_the_preview_of_the_undo_and_its_confirmation_stays(
    entra, entidade, tres, pedido
):
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = confirmar(client)
    client.post(f"{JOBS}{job.pk}/desfazer/")
    undo = lote()
    exportar(entidade)
    undo = confirmar(client, undo)
    assert (undo.estado, undo.total, undo.puladas) == ("concluido", 3, 3)
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"exportada"}
    assert client.get(f"{JOBS}{undo.pk}/").content.decode().count("já foi exportada") == 3


def test_a_reprocessing_in_between_does_not_hinder_the_undo_of_a_correction(entra, entidade, tres, pedido):
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = confirmar(client)
    reprocess(entidade=entidade, ids=[f.pk for f in tres], by="teste")
    assert desfazer(client, job).puladas == 0
    assert all("turno" not in cidadao(record(f)) for f in tres)


def test_confirmed_twice_is_done_once_and_undone_once(entra, tres, pedido):
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = lote()
    for _ in range(2):
        client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 3})
    trabalhar()
    job.refresh_from_db()
    assert (job.total, job.feitas, job.blocos.count()) == (3, 3, 1)
    assert Auditoria.objects.filter(tipo="causa.corrigida").count() == 1
    desfazer(client, job)
    answer = client.post(f"{JOBS}{job.pk}/desfazer/", follow=True)
    assert "já foi desfeito" in answer.content.decode()
    undo = Reprocessamento.objects.get(desfaz=job)
    assert "Não há o que desfazer" in client.post(f"{JOBS}{undo.pk}/desfazer/", follow=True).content.decode()


def test_a_network_cut_leaves_the_preview_and_an_old_one_is_refused(entra, tres, pedido):
    client = entra()
    answer = client.post(CAUSA, pedido | {"f:valor": "1"})  # the answer never arrives
    assert client.get(answer.url).status_code == 200, "it is still there"
    job = lote()
    assert client.get(f"{JOBS}{job.pk}/").url.startswith(f"{JOBS}{job.pk}/previa/")
    Reprocessamento.objects.update(criado_em=timezone.now() - timedelta(hours=3))
    assert "mais de 2 horas" in client.get(answer.url).content.decode()
    stale = client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 3})
    assert stale.status_code == 409 and "Nada foi feito" in stale.content.decode()
    trabalhar()
    assert all("turno" not in cidadao(record(f)) for f in tres)
    Reprocessamento.objects.update(criado_em=timezone.now() - timedelta(days=3))
    client.post(CAUSA, pedido | {"f:valor": "1"})
    assert Reprocessamento.objects.count() == 1, "previews that nobody confirmed go"


def test_ticks_changed_in_another_tab_are_told(entra, tres, pedido):
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = lote()
    ids = [f.pk for f in tres]
    client.post(f"{JOBS}{job.pk}/marcar/", {"mostradas": ids, "fichas": ids[:1], "ir": "confirmar"})
    answer = client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 3})
    assert answer.status_code == 409 and "agora são 1, e não 3" in answer.content.decode()
    client.post(f"{JOBS}{job.pk}/marcar/", {"mostradas": ids, "ir": "nenhuma"})
    answer = client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 0})
    assert answer.status_code == 409 and "Nenhuma ficha está marcada" in answer.content.decode()
    client.post(f"{JOBS}{job.pk}/desistir/")
    assert not Reprocessamento.objects.exists()


def test_a_refused_value_cannot_be_ticked(entra, entidade, tres, pedido):
    """Good for some fichas only: where it is not, it is not written, whatever the browser sends."""
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = lote()
    job.itens.filter(ficha=tres[0]).update(efeito="continua", escolhida=False)
    ids = [f.pk for f in tres]
    client.post(f"{JOBS}{job.pk}/marcar/", {"mostradas": ids, "fichas": ids, "ir": "confirmar"})
    client.post(f"{JOBS}{job.pk}/marcar/", {"mostradas": ids, "ir": "todas"})
    assert job.itens.filter(escolhida=True).count() == 2
    assert confirmar(client, job).total == 2 and "turno" not in cidadao(record(tres[0]))


def test_reprocessing_is_seen_first_and_taken_back(entra, entidade):
    receber(entidade, registro(), quebrado(), origem="app")
    client = entra("Digitador")
    answer = client.post(f"{JOBS}novo/", {"situacao": "pendente", "voltar": "/pendencias/"})
    assert parse_qs(urlsplit(answer.url).query)["voltar"] == ["/pendencias/"]
    page = client.get(answer.url)
    assert [m.situacao_depois for m in page.context["mostradas"]] == ["processada", "inconsistente"]
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"pendente"}
    job = confirmar(client)
    assert (job.processadas, job.inconsistentes) == (1, 1)
    undo = desfazer(client, job)
    assert undo.puladas == 0
    for ficha in Ficha.objects.all():
        assert (ficha.situacao, ficha.motivo_pendencia, ficha.n_erros) == ("pendente", "aplicativo", 0)
    assert not Inconsistencia.objects.filter(encerrada_em=None).exists()
    with pytest.raises(NothingToExport):
        exportar(entidade)  # what waits does not go
    client.post(f"{JOBS}novo/", {"situacao": "pendente"})
    assert confirmar(client).processadas == 1, "and it can be judged again"


def test_reprocessing_nothing_says_so(entra, entidade):
    answer = entra().post(f"{JOBS}novo/", {"situacao": "pendente"}, follow=True)
    assert "Não há ficha a reprocessar" in answer.content.decode()
    assert not Reprocessamento.objects.exists()


def test_a_large_preview_is_made_in_the_background_block_by_block(entra, entidade, monkeypatch, pedido):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    monkeypatch.setattr("saude.processamento.em_massa.BLOCK", 2)
    client = entra()
    answer = client.post(CAUSA, pedido | {"f:valor": "1"})
    job = lote()
    assert (job.estado, job.blocos.count()) == ("montando", 2)
    assert "Montando a prévia" in client.get(answer.url).content.decode()
    refused = client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 3})
    assert refused.status_code == 409 and "ainda está sendo montada" in refused.content.decode()
    trabalhar()
    assert client.get(f"{JOBS}{job.pk}/andamento/")["HX-Refresh"] == "true"
    assert [e["n"] for e in client.get(answer.url).context["efeitos"]] == [3]
    job = confirmar(client, job)
    assert (job.blocos.count(), job.feitas, job.processadas) == (2, 3, 3)


def test_a_record_that_cannot_be_stored_is_named_and_the_others_are_done(entra, tres, pedido, monkeypatch):
    from saude.processamento import actions as writes

    real = writes.linha_of

    def broken(ficha: Any, *args: Any) -> Any:
        if ficha.pk == tres[1].pk:
            raise ValueError("cannot be stored")
        return real(ficha, *args)

    monkeypatch.setattr(writes, "linha_of", broken)
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = confirmar(client)
    assert (job.estado, job.processadas, job.puladas) == ("concluido", 2, 1)
    assert "não pôde ser processada" in client.get(f"{JOBS}{job.pk}/").content.decode()


def test_what_was_done_is_listed_and_a_preview_only_to_who_made_it(entra, tres, pedido):
    one, two = entra(), entra("Coordenador", "outra")
    assert "Nenhuma mudança em lote" in one.get(JOBS).content.decode()
    one.post(CAUSA, pedido | {"f:valor": "1"})
    assert (
        "Prévia" in one.get(JOBS).content.decode()
        and "Correção por causa" not in two.get(JOBS).content.decode()
    )
    job = confirmar(one)
    assert f"{JOBS}{job.pk}/" in two.get(JOBS).content.decode()
    desfazer(one, job)
    assert "Desfeito" in two.get(JOBS).content.decode()


def test_a_batch_that_stopped_half_way_says_so_and_goes_on(entra, tres, pedido, monkeypatch):
    monkeypatch.setattr("saude.processamento.em_massa.BLOCK", 2)
    client = entra()
    client.post(CAUSA, pedido | {"f:valor": "1"})
    job = lote()
    client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 3})
    url = f"{JOBS}{job.pk}/"
    reprocess_block(job.blocos.order_by("pk")[0].pk)
    assert "parou no meio" not in client.get(url).content.decode(), "its task still waits"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo'")
    page = client.get(url).content.decode()
    assert "parou no meio" in page and "2 de 3 fichas foram feitas" in " ".join(page.split())
    for _ in range(2):
        client.post(f"{url}repetir/")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = 'reprocessamento'"
        )
        assert cursor.fetchone()[0] == 1, "asked twice, queued once"
    trabalhar()
    job.refresh_from_db()
    assert (job.estado, job.feitas) == ("concluido", 3)
