"""Corrections and their undo go down the pipeline in blocks, in one context; one that cannot be stored stops none."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from lotes import confirmar, desfazer
from producao import com_cpf, exportar, ficha_de, quebrado, receber, registro

from ledi_gerador.documentos import cpf
from saude.auditoria.models import Evento as Auditoria
from saude.cadastros.models import Estabelecimento
from saude.clientes.models import Cliente, MudancaEsperada
from saude.correcao.cliente import apply_waiting, correct_client, create_client, identify
from saude.fichas.models import Atendido, ConteudoAnterior, Descarte, Entrada, Evento, Ficha
from saude.fichas.situacoes import TransitionRefused
from saude.processamento import actions, conteudos, descarte
from saude.processamento.actions import correct, correct_each, judge_again, mend_each, reprocess
from saude.processamento.contexto import Contexto
from saude.processamento.julgar import context

pytestmark = pytest.mark.django_db
TURNO, CPF = "visitasDomiciliares[0].turno", cpf(123_456_789)


def visita(documento: str = CPF, cnes: str = "") -> dict[str, Any]:
    record = com_cpf(registro("FVD"), documento)
    if cnes:
        old = record["uuid"]
        record["cnes"] = record["ficha"]["headerTransport"]["cnes"] = cnes
        record["uuid"] = record["ficha"]["uuidFicha"] = cnes + old[7:]
    return record


@pytest.fixture
def contextos(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for each time that the registers of the entidade are read."""
    loads, load = [], Contexto.load
    monkeypatch.setattr(Contexto, "load", lambda *a, **k: (loads.append(1), load(*a, **k))[1])
    return loads


def envenenar(monkeypatch: pytest.MonkeyPatch, ficha_id: int) -> None:
    """This one can no longer be given anything."""
    real = actions.linha_of

    def broken(kept: Any, *args: Any) -> Any:
        if kept.pk == ficha_id:
            raise ValueError("cannot be stored")
        return real(kept, *args)

    monkeypatch.setattr(actions, "linha_of", broken)


def asked_by(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        work()
    return len(asked)


def test_a_block_costs_what_one_ficha_costs(entidade):
    """The statements of a correction and of its undo do not grow with the fichas."""

    def mend(n: int) -> tuple[int, int]:
        ids = [a.ficha_id for a in receber(entidade, *[quebrado() for _ in range(n)])]
        first = asked_by(
            lambda: correct_each(entidade=entidade, changes={pk: {TURNO: 1} for pk in ids}, by="a")
        )
        back = asked_by(
            lambda: conteudos.restore_each(entidade=entidade, para=dict.fromkeys(ids, 1), by="a", lote=1)
        )
        assert set(Ficha.objects.filter(pk__in=ids).values_list("situacao", "revisao")) == {
            ("inconsistente", 3)
        }
        return first, back

    mend(1)  # what is read once in a process
    few, many = mend(2), mend(12)
    assert many == few, "so many statements for two fichas as for twelve"


def test_each_ficha_of_a_block_has_its_own_changes_or_none(entidade):
    """Corrected, judged again as it is, exported meanwhile: one block, each with its own history and trail."""
    exported = receber(entidade, registro())[0].ficha_id
    exportar(entidade)
    mended, other, waiting = [a.ficha_id for a in receber(entidade, quebrado(), quebrado(), quebrado())]
    Ficha.objects.filter(pk=waiting).update(situacao="pendente", motivo_pendencia="sistema")
    before = dict(Ficha.objects.values_list("pk", "revisao"))
    asked = []

    def changes_of(kept: Any, record: dict[str, Any]) -> dict[str, Any]:
        asked.append(kept.pk)
        assert record["uuid"].lower() == kept.uuid
        return {TURNO: 1} if kept.pk == mended else {}

    ids = [waiting, other, mended, exported, mended]
    after = mend_each(entidade=entidade, ids=ids, changes_of=changes_of, by="teste")
    assert asked == [mended, other, waiting]
    assert after == {mended: "processada", other: "inconsistente", waiting: "inconsistente"}
    rise = {pk: revisao - before[pk] for pk, revisao in Ficha.objects.values_list("pk", "revisao")}
    assert rise == {exported: 0, mended: 1, other: 0, waiting: 1}, (
        "new content, nothing new, another situação"
    )
    assert list(Evento.objects.order_by("ficha_id").values_list("ficha_id", "fato", "detalhe")) == [
        (mended, "corrigida", {"de": "inconsistente", "campos": [TURNO]}),
        (waiting, "reprocessada", {"de": "pendente"}),
    ]
    [audited] = Auditoria.objects.filter(tipo="ficha.corrigida")
    assert audited.alvo_id == Ficha.objects.get(pk=mended).uuid
    assert audited.detalhe == {"campos": [TURNO], "situacao": "processada"}
    assert Auditoria.objects.get(tipo="ficha.reprocessada").detalhe["fichas"] == 2
    assert ConteudoAnterior.objects.get().ficha_id == mended


def test_a_correction_raises_the_order_and_a_reprocessing_does_not(entidade):
    answers = receber(entidade, quebrado(), quebrado(), quebrado())
    ids = [a.ficha_id for a in answers]
    first = ficha_de(answers[0]).ordem
    reprocess(entidade=entidade, ids=ids, by="teste")
    assert ficha_de(answers[0]).ordem == first
    correct_each(entidade=entidade, changes={pk: {TURNO: 1} for pk in ids}, by="teste")
    orders = list(Ficha.objects.order_by("pk").values_list("ordem", flat=True))
    assert orders == sorted(set(orders)) and orders[0] > first, "each its own, in the order of their ids"


# -- the registration of a client


def test_a_correction_of_the_registration_flows_in_one_context(entidade, contextos):
    receber(entidade, *[visita() for _ in range(5)])
    contextos.clear()
    cliente = Cliente.objects.get()
    touched = correct_client(cliente=cliente, changes={"sexo": 0}, revisao=cliente.revisao, by="a")
    assert (len(touched), len(contextos)) == (5, 1)
    nodes = [
        json.loads(t)["ficha"]["visitasDomiciliares"][0]
        for t in Ficha.objects.values_list("conteudo__registro", flat=True)
    ]
    assert [node["sexo"] for node in nodes] == [0] * 5


def test_what_waited_for_an_area_goes_in_in_one_context(entidade, contextos):
    """Two changes of different fields wait in different fichas: written together, each its own."""
    a, b = "2513838", "2513846"
    for cnes in (a, b):
        Estabelecimento.objects.create(entidade=entidade, cnes=cnes, nome=f"UBS {cnes}")
    receber(entidade, visita(cnes=a), visita(cnes=b), visita(cnes=b))
    cliente = Cliente.objects.get()
    correct_client(cliente=cliente, changes={"sexo": 0}, revisao=cliente.revisao, by="a", cnes=frozenset({a}))
    assert MudancaEsperada.objects.filter(decidida_em=None).count() == 2
    last = MudancaEsperada.objects.latest("pk")
    last.campos = ["nascimento"]
    last.save()
    cliente.refresh_from_db()
    cliente.nascimento = date(1979, 5, 6)
    cliente.save()
    contextos.clear()
    done = apply_waiting(cliente=cliente, by="b", cnes=frozenset({b}))
    assert (len(done), len(contextos)) == (2, 1)
    nodes = {
        pk: json.loads(text)["ficha"]["visitasDomiciliares"][0]
        for pk, text in Ficha.objects.filter(cnes=b).values_list("pk", "conteudo__registro")
    }
    (mine,) = (pk for pk in nodes if pk != last.ficha_id)
    assert nodes[mine]["sexo"] == 0 and nodes[mine].get("dtNascimento") != "1979-05-06"
    assert nodes[last.ficha_id]["dtNascimento"] == "1979-05-06"
    assert not MudancaEsperada.objects.filter(decidida_em=None).exists()


def test_one_ficha_that_cannot_be_stored_does_not_hold_the_registration_back(entidade, monkeypatch):
    ids = [a.ficha_id for a in receber(entidade, *[visita() for _ in range(5)])]
    envenenar(monkeypatch, ids[2])
    cliente = Cliente.objects.get()
    changes = {"nome": "MARIA CERTA", "sexo": 0}
    assert correct_client(cliente=cliente, changes=changes, revisao=cliente.revisao, by="a") == ids
    cliente.refresh_from_db()
    assert (cliente.nome, cliente.sexo) == ("MARIA CERTA", 0)
    found = dict(Ficha.objects.values_list("pk", "situacao"))
    assert found == {pk: "pendente" if pk == ids[2] else "processada" for pk in ids}
    assert Ficha.objects.get(pk=ids[2]).motivo_pendencia == "sistema"
    assert not Entrada.objects.filter(ficha=ids[2]).exists(), "what it was before does not go out"
    assert set(ConteudoAnterior.objects.values_list("ficha_id", flat=True)) == set(ids) - {ids[2]}


def test_who_saves_the_registration_hears_of_the_ficha_that_waits(
    entidade, monkeypatch, client, criar_usuario
):
    [answer] = receber(entidade, visita())
    envenenar(monkeypatch, answer.ficha_id)
    cliente = Cliente.objects.get()
    client.force_login(criar_usuario("Digitador"))
    asked = {
        "revisao": cliente.revisao, "nome": "MARIA CERTA", "cpf": CPF, "sexo": 0, "nascimento": "1980-01-02",
        "microarea": "01",
    }  # fmt: skip
    page = client.post(f"/clientes/{cliente.pk}/corrigir/", asked, follow=True).content.decode()
    assert "1 ficha reprocessada; 1 pendente: veja o motivo na ficha." in page
    assert ficha_de(answer).situacao == "pendente"


def test_a_waiting_change_of_a_ficha_that_cannot_be_stored_goes_on_waiting(entidade, monkeypatch):
    a, b = "2513838", "2513846"
    for cnes in (a, b):
        Estabelecimento.objects.create(entidade=entidade, cnes=cnes, nome=f"UBS {cnes}")
    answers = receber(entidade, visita(cnes=a), visita(cnes=b), visita(cnes=b))
    cliente = Cliente.objects.get()
    correct_client(cliente=cliente, changes={"sexo": 0}, revisao=cliente.revisao, by="a", cnes=frozenset({a}))
    with monkeypatch.context() as patch:
        envenenar(patch, answers[1].ficha_id)
        apply_waiting(cliente=cliente, by="b", cnes=frozenset({b}))
    [left] = MudancaEsperada.objects.filter(decidida_em=None)
    assert (left.ficha_id, left.campos) == (answers[1].ficha_id, ["sexo"])
    assert Auditoria.objects.filter(tipo="mudanca.aceita").count() == 1
    assert apply_waiting(cliente=cliente, by="b", cnes=frozenset({b})) == [answers[1].ficha_id]
    assert not MudancaEsperada.objects.filter(decidida_em=None).exists()
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}


def conhecida(entidade: Any) -> Cliente:
    return create_client(
        entidade=entidade, by="teste", nome="ANA LIMA", cpf=CPF, nascimento=date(1985, 3, 20), sexo=1
    )


def test_who_is_identified_in_a_ficha_exported_meanwhile_is_refused(entidade, criar_usuario, client):
    receber(entidade, registro("FP"))
    attended, known = Atendido.objects.get(), conhecida(entidade)
    exportar(entidade)
    with pytest.raises(TransitionRefused):
        identify(atendido=attended, cliente=known, by="teste")
    attended.refresh_from_db()
    assert attended.cliente is None
    assert CPF not in Ficha.objects.get().conteudo.registro
    assert not Auditoria.objects.filter(tipo="cliente.identificado").exists()


def test_identifying_in_a_ficha_that_cannot_be_stored_says_so_and_changes_nothing(
    entidade, criar_usuario, client, monkeypatch
):
    [answer] = receber(entidade, registro("FP"))
    attended, known = Atendido.objects.get(), conhecida(entidade)
    before = Ficha.objects.values("situacao", "revisao").get()
    envenenar(monkeypatch, answer.ficha_id)
    client.force_login(criar_usuario("Digitador"))
    page = client.post(f"/clientes/nao-identificados/{attended.pk}/", {"cliente": known.pk}, follow=True)
    assert page.status_code == 200 and "não pôde ser processada" in page.content.decode()
    attended.refresh_from_db()
    assert attended.cliente is None
    assert Ficha.objects.values("situacao", "revisao").get() == before


# -- what was discarded in a batch, brought back


def test_discarded_fichas_come_back_in_one_context_each_told(entidade, contextos, criar_usuario):
    user = criar_usuario()
    ids = [a.ficha_id for a in receber(entidade, registro(), quebrado(), registro())]
    descarte.discard_each(
        entidade=entidade, ids=ids, motivo=Descarte.Motivo.ENGANO, observacao=" x ", by=user
    )
    assert set(Ficha.objects.values_list("situacao", "n_erros")) == {("descartada", 0)}
    assert set(Descarte.objects.values_list("motivo", "observacao", "usuario")) == {("engano", "x", user.pk)}
    assert not Entrada.objects.exists()
    told = Evento.objects.filter(fato="descartada").order_by("ficha_id").values_list("detalhe__de", flat=True)
    assert list(told) == ["processada", "inconsistente", "processada"]
    contextos.clear()
    descarte.restore_each(entidade=entidade, ids=ids, by=user)
    assert len(contextos) == 1
    assert list(Ficha.objects.order_by("pk").values_list("situacao", flat=True)) == list(told)
    assert (Descarte.objects.count(), Entrada.objects.count()) == (0, 2)
    for kind in ("ficha.descartada", "ficha.restaurada"):
        assert Auditoria.objects.filter(tipo=kind, usuario_id=user.pk).count() == 3
    with pytest.raises(TransitionRefused):
        descarte.restore_each(entidade=entidade, ids=ids, by=user)
    exportar(entidade)
    with pytest.raises(TransitionRefused):
        descarte.discard_each(entidade=entidade, ids=ids, motivo="engano", observacao="", by=user)
    assert not Descarte.objects.exists(), "none of them, when one may not be"


def test_a_ficha_that_cannot_be_put_back_is_named_and_the_others_are(
    entidade, client, criar_usuario, monkeypatch
):
    """The undo of a correction by cause, with one poisoned in the middle of its block."""
    user = criar_usuario("Coordenador")
    client.force_login(user)
    answers = receber(entidade, *[quebrado() for _ in range(5)])
    cause = ficha_de(answers[0]).inconsistencias.get(severidade="erro").causa
    client.post("/inconsistencias/causa/", {"causa": cause, "f:valor": "1"})
    job = confirmar(client)
    assert job.processadas == 5
    envenenar(monkeypatch, answers[3].ficha_id)
    undo = desfazer(client, job)
    assert (undo.estado, undo.inconsistentes, undo.puladas) == ("concluido", 4, 1)
    assert undo.itens.get(ficha=answers[3].ficha_id).porque == "falhou"
    assert ficha_de(answers[3]).situacao == "processada"
    assert Evento.objects.filter(fato="desfeita").count() == 4


# -- two at once


@contextmanager
def side_by_side(work: Callable[[], Any]) -> Iterator[None]:
    """What is inside holds its rows while `work`, in another connection, comes to want them."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        yield
        thread.start()
        _until_it_waits(thread, failed)
    thread.join(60)
    assert not thread.is_alive() and failed == []


def _until_it_waits(thread: threading.Thread, failed: list[BaseException]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError(f"it never waited: {failed}")


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_a_ficha_judges_the_content_that_was_put_in_meanwhile(entidade):
    """A reprocessing that waited for a correction must not store what it made of the content before it."""
    [answer] = receber(entidade, quebrado())
    with side_by_side(
        lambda: transaction.atomic()(judge_again)([answer.ficha_id], context(entidade), by="b")
    ):
        correct(ficha=ficha_de(answer), changes={TURNO: 1}, revisao=1, by="a")
    ficha = ficha_de(answer)
    assert (ficha.situacao, ficha.n_erros, ficha.revisao) == ("processada", 0, 2)
    assert Entrada.objects.filter(ficha=ficha).exists()
    assert Evento.objects.filter(fato="reprocessada").count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once_keep_what_each_put_in(entidade):
    """The registration flows into a ficha while somebody corrects another field of it."""
    record = visita()
    del record["ficha"]["visitasDomiciliares"][0]["turno"]
    [answer] = receber(entidade, record)
    cliente = Cliente.objects.get()

    def flow() -> None:
        correct_client(cliente=cliente, changes={"sexo": 0}, revisao=cliente.revisao, by="b")

    with side_by_side(flow):
        correct(ficha=ficha_de(answer), changes={TURNO: 2}, revisao=1, by="a")
    node = json.loads(ficha_de(answer).conteudo.registro)["ficha"]["visitasDomiciliares"][0]
    assert (node["turno"], node["sexo"]) == (2, 0)
    assert (ficha_de(answer).situacao, ficha_de(answer).revisao) == ("processada", 3)
    assert set(ConteudoAnterior.objects.values_list("revisao", flat=True)) == {1, 2}


@pytest.mark.django_db(transaction=True)
def test_a_record_that_waited_for_a_discard_is_answered_so(entidade):
    """It arrives again while its ficha is being discarded: told why, not failed."""
    record = registro()
    [answer] = receber(entidade, record)
    again = json.loads(json.dumps(record))
    again["ficha"]["visitasDomiciliares"][0]["turno"] = 3
    heard: list[Any] = []
    with side_by_side(lambda: heard.extend(receber(entidade, again))):
        descarte.discard(ficha=ficha_de(answer), motivo="engano", revisao=1, by="a")
    assert [a.status for a in heard] == ["descartada"]


@pytest.mark.django_db(transaction=True)
def test_a_record_that_waited_for_a_reprocessing_leaves_no_entry_of_the_content_before(entidade):
    record = registro(origem="app")
    [answer] = receber(entidade, record)
    assert ficha_de(answer).situacao == "pendente"
    entidade.instalacao.processar_app_na_chegada = True
    entidade.instalacao.save()
    wrong = json.loads(json.dumps(record))
    del wrong["ficha"]["visitasDomiciliares"][0]["turno"]
    with side_by_side(lambda: receber(entidade, wrong)):
        judge_again([answer.ficha_id], context(entidade), by="a")
    assert ficha_de(answer).situacao == "inconsistente"
    assert not Entrada.objects.exists()
