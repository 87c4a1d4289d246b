"""Exports: what goes, what stays and why, and that the file is what the database says."""

import hashlib
import json
import resource
import threading
import time
import zipfile
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from producao import FIM, INICIO, biblioteca_oficial, exportar, ficha_de, quebrado, receber, registro, zip_de

from ledi.envelope import unwrap
from ledi.layouts import layout
from ledi.validation import validate
from saude.banco.papeis import as_owner
from saude.cadastros.actions import update_instalacao
from saude.cadastros.models import Especialidade
from saude.exportacao import actions
from saude.exportacao.actions import NothingToExport, create_export, run_export
from saude.exportacao.files import path_of
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.exportacao.queries import exports_of, manifest
from saude.exportacao.selection import preview
from saude.fichas.models import Ficha
from saude.processamento.actions import correct

ALL = ["FAI", "FAO", "FAD", "FAC", "FAE", "FCD", "FCI", "FCZM", "FP", "FV", "FVD", "MCA"]
TURNO = "visitasDomiciliares[0].turno"


def ask(entidade: Any, **more: Any) -> Exportacao:
    asked = {"escopo": "nao_exportados", "inicio": INICIO, "fim": FIM, "by": None} | more
    return create_export(entidade=entidade, **asked)


def names(exportacao: Exportacao) -> list[str]:
    with zipfile.ZipFile(zip_de(exportacao)) as package:
        assert package.testzip() is None
        return package.namelist()


def test_export_marks_what_went_and_only_that(entidade, criar_usuario):
    user = criar_usuario()
    good, bad, waiting = receber(entidade, registro(), quebrado(), registro(origem="app"))
    done = exportar(entidade, by=user)
    assert (done.estado, done.total, done.por_tipo) == ("concluida", 1, {"FVD": 1})
    assert done.excluidas == {"inconsistente": 1, "pendente": 1}
    assert [ficha_de(a).situacao for a in (good, bad, waiting)] == ["exportada", "inconsistente", "pendente"]
    assert names(done) == [f"{good.uuid}.esus"]
    path = path_of(done)
    assert hashlib.sha256(zip_de(done).read()).hexdigest() == done.sha256
    assert len(zip_de(done).read()) == done.tamanho
    assert path.stat().st_mode & 0o077 == 0  # health data: nobody else reads it
    assert [i.exportacao for i in exports_of(ficha_de(good))] == [done]


def test_second_export_is_empty_and_says_so(entidade):
    receber(entidade, registro())
    exportar(entidade)
    with pytest.raises(NothingToExport, match="Não há fichas a exportar") as empty:
        ask(entidade)
    assert empty.value.previa.nao_vao == {"exportada": 1}
    assert Exportacao.objects.count() == 1


def test_todos_sends_again_without_changing_the_fichas(entidade):
    [answer] = receber(entidade, registro())
    first = exportar(entidade)
    before = ficha_de(answer).exportada_em
    assert preview(entidade=entidade, escopo="todos", inicio=INICIO, fim=FIM).repetidas == 1
    again = exportar(entidade, escopo="todos")
    assert names(again) == names(first)
    assert ficha_de(answer).exportada_em == before
    assert exports_of(ficha_de(answer)).count() == 2


def test_specialised_and_urgent_stay_and_say_why(entidade):
    special = receber(entidade, registro("FAI", especialidade="Cardiologia"))[0]
    urgent = receber(entidade, registro("FP", urgencia=True))[0]
    visit = receber(entidade, registro("FVD", urgencia=True, especialidade="Cardiologia"))[0]
    Especialidade.objects.update(tipo="especializada")
    done = exportar(entidade)
    assert done.excluidas == {"especializada": 1, "urgencia": 1}
    assert names(done) == [f"{visit.uuid}.esus"]  # not a ficha of attendance: goes
    assert {ficha_de(a).situacao for a in (special, urgent)} == {"processada"}
    Especialidade.objects.update(tipo="primaria")  # takes effect at once
    assert names(exportar(entidade)) == [f"{special.uuid}.esus"]


def test_vaccination_has_a_switch(entidade):
    receber(entidade, registro("FV"), registro())
    entidade.instalacao.exportar_vacinacao = False
    entidade.instalacao.save()
    done = exportar(entidade)
    assert (done.por_tipo, done.excluidas) == ({"FVD": 1}, {"vacinacao": 1})


def test_one_kind_and_period(entidade):
    receber(entidade, registro("FAI"), registro())
    assert exportar(entidade, tipo="FAI").por_tipo == {"FAI": 1}
    with pytest.raises(NothingToExport):
        ask(entidade, inicio=date(2026, 9, 16))
    assert exportar(entidade, inicio=date(2026, 9, 15), fim=date(2026, 9, 15)).total == 1


@pytest.mark.parametrize("wrong", [{"fim": date(2026, 8, 1)}, {"tipo": "XYZ"}, {"escopo": "tudo"}])
def test_nonsense_is_refused(entidade, wrong):
    receber(entidade, registro())
    with pytest.raises(ValidationError):
        ask(entidade, **wrong)


def test_asked_twice_is_one_export(entidade):
    receber(entidade, registro())
    first = ask(entidade, chave="abc")
    assert ask(entidade, chave="abc") == first
    assert ask(entidade) == first  # the same choice while it still runs
    run_export(first.pk)
    assert ask(entidade, chave="abc") == first
    sha = run_export(first.pk).sha256  # a task delivered twice
    assert (Exportacao.objects.count(), ItemExportacao.objects.count()) == (1, 1)
    assert hashlib.sha256(zip_de(Exportacao.objects.get()).read()).hexdigest() == sha


def test_scoped_by_entidade(entidade, outra_entidade):
    receber(outra_entidade, registro(ibge=outra_entidade.ibge))
    with pytest.raises(NothingToExport):
        ask(entidade)


def test_official_library_reads_what_is_stored(entidade):
    """Every field of every ficha in the zip equals the record that is kept, read by the official library."""
    answers = receber(entidade, *[registro(tipo) for tipo in ALL])
    assert {a.situacao for a in answers} == {"processada"}
    done = exportar(entidade)
    reader, made = biblioteca_oficial(), layout("8.7.0")
    kept = {f.uuid: json.loads(f.conteudo.registro) for f in Ficha.objects.select_related("conteudo")}
    with zipfile.ZipFile(zip_de(done)) as package:
        for name in package.namelist():
            outer = reader.read_official(made.structs["DadoTransporteThrift"], package.read(name))
            record = kept.pop(outer["uuidDadoSerializado"])
            kind = made.fichas[record["tipo"]]
            assert outer["tipoDadoSerializado"] == kind.tipo_dado
            assert (outer["cnesDadoSerializado"], outer["codIbge"]) == (record["cnes"], record["ibge"])
            assert outer["remetente"]["cpfOuCnpj"] == entidade.instalacao.cpf_cnpj
            assert outer["versao"] == {"major": 8, "minor": 7, "revision": 0}
            inner = reader.read_official(kind.root, outer["dadoSerializado"])
            assert inner == validate(record).wire
    assert kept == {}


def test_manifest_names_every_ficha(entidade):
    answers = receber(entidade, registro(), registro("FAI"))
    done = exportar(entidade)
    told = json.loads("".join(manifest(done)))
    assert {f["uuid"] for f in told["fichas"]} == {a.uuid for a in answers}
    assert (told["sha256"], told["total"]) == (done.sha256, 2)


def test_same_fichas_same_bytes(entidade):
    receber(entidade, *[registro() for _ in range(5)])
    first = exportar(entidade)
    assert exportar(entidade, escopo="todos").sha256 == first.sha256


def test_changed_installation_rewraps_before_it_goes(entidade):
    [answer] = receber(entidade, registro())
    before = ficha_de(answer).entrada
    update_instalacao(by="teste", instalacao=entidade.instalacao, values={"nome_razao_social": "Novo Nome"})
    done = exportar(entidade)
    with zipfile.ZipFile(zip_de(done)) as package:
        now = unwrap(package.read(before.nome))
    after = ficha_de(answer).entrada
    assert now.remetente["nomeOuRazaoSocial"] == "Novo Nome"
    assert after.revisao_instalacao == before.revisao_instalacao + 1
    assert (
        json.loads(ficha_de(answer).conteudo.registro)["ficha"]["uuidFicha"]
        == now.decode().value["uuidFicha"]
    )


def test_disk_full_marks_nothing_and_tells(entidade):
    receber(entidade, *[registro() for _ in range(30)])
    asked = ask(entidade)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))  # a real refusal of the system to write more
    try:
        failed = run_export(asked.pk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (failed.estado, failed.arquivo, path_of(failed)) == ("falhou", "", None)
    assert "espaço" in failed.erro
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}
    assert not ItemExportacao.objects.exists()
    assert run_export(asked.pk).total == 30  # tried again when there is room


def test_error_of_ours_marks_nothing_and_tells(entidade, monkeypatch):
    receber(entidade, registro())
    asked = ask(entidade)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_finish", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_export(asked.pk)
    asked.refresh_from_db()
    assert asked.estado == "falhou"
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}
    assert run_export(asked.pk).estado == "concluida"


@pytest.mark.django_db(transaction=True)
def test_ficha_corrected_while_the_export_runs(entidade, monkeypatch):
    """It is neither in the file nor marked; the next export takes it as it is now."""
    answers = receber(entidade, *[registro() for _ in range(5)])
    changed = ficha_de(answers[2])
    tell, done = actions.set_progress, []

    def tell_and_correct(*args):
        tell(*args)
        if not done:
            done.append(in_thread(correct, ficha=changed, changes={TURNO: 3}, revisao=1, by="teste"))

    monkeypatch.setattr(actions, "set_progress", tell_and_correct)
    first = exportar(entidade)
    assert done and first.total == 4
    assert f"{changed.uuid}.esus" not in names(first)
    assert ficha_de(answers[2]).situacao == "processada"
    assert ItemExportacao.objects.filter(exportacao=first).count() == 4
    second = exportar(entidade)
    assert names(second) == [f"{changed.uuid}.esus"]
    with zipfile.ZipFile(zip_de(second)) as package:
        visit = unwrap(package.read(f"{changed.uuid}.esus")).decode().value["visitasDomiciliares"][0]
    assert visit["turno"] == 3


@pytest.mark.django_db(transaction=True)
def test_another_holds_fichas_in_the_other_order(entidade, monkeypatch):
    """PostgreSQL refuses one of the two (deadlock): when it is the export, it begins again by itself."""
    answers = receber(entidade, *[registro() for _ in range(4)])
    first, last = ficha_de(answers[0]).pk, ficha_de(answers[3]).pk
    monkeypatch.setattr(actions, "BATCH", 1)
    held, attempts = threading.Event(), []
    write = actions._write
    monkeypatch.setattr(actions, "_write", lambda *a, **k: (attempts.append(1), write(*a, **k))[1])

    def other() -> None:
        with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '1min'")  # never the one that gives way
            cursor.execute("SELECT 1 FROM fichas_ficha WHERE id = %s FOR UPDATE", [last])
            held.set()
            waiting = (
                "SELECT pg_stat_clear_snapshot(), count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            for _ in range(12_000):
                cursor.execute(waiting)
                if cursor.fetchone()[1]:
                    break
                time.sleep(0.01)
            cursor.execute("SELECT 1 FROM fichas_ficha WHERE id = %s FOR UPDATE", [first])

    thread = threading.Thread(target=closing, args=(other,))
    thread.start()
    assert held.wait(120)
    done = exportar(entidade)
    thread.join(300)
    assert not thread.is_alive()
    assert len(attempts) == 2
    assert (done.estado, done.total, len(names(done))) == ("concluida", 4, 4)
    assert ItemExportacao.objects.count() == 4


@pytest.mark.parametrize("free", [0, 3])
def test_batches_leave_nothing_out(entidade, monkeypatch, free):
    """Also when the fichas are held while the file is written (after some free attempts)."""
    monkeypatch.setattr(actions, "BATCH", 3)
    monkeypatch.setattr(actions, "FREE_ATTEMPTS", free)
    answers = receber(entidade, *[registro() for _ in range(7)], registro("FAI"))
    done = exportar(entidade)
    assert (done.total, done.escritas, done.por_tipo) == (8, 8, {"FAI": 1, "FVD": 7})
    assert names(done) == [f"{ficha_de(a).uuid}.esus" for a in answers]
    assert done.total == Ficha.objects.filter(situacao="exportada").count()


@pytest.mark.django_db(transaction=True)
def test_ten_exports_at_once_ship_nothing_twice(entidade):
    receber(entidade, *[registro(t) for t in ("FVD", "FAI", "FP", "FVD", "FVD", "FAC") for _ in range(4)])
    kinds = ["", "FVD", "FAI", "FP", "FAC"]
    asked = [ask(entidade, tipo=t, fim=f) for t in kinds for f in (FIM, date(2026, 9, 29))]
    threads = [threading.Thread(target=closing, args=(run_export, e.pk)) for e in asked]
    for t in threads:
        t.start()
    for t in threads:
        t.join(300)
    done = Exportacao.objects.all()
    assert {e.estado for e in done} <= {"concluida", "vazia"}
    shipped = [name for e in done if e.estado == "concluida" for name in names(e)]
    assert len(shipped) == len(set(shipped)) == 24
    assert sum(e.total for e in done) == ItemExportacao.objects.count() == 24
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"exportada"}


def closing(function: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    finally:
        connection.close()


def in_thread(function: Any, **kwargs: Any) -> bool:
    thread = threading.Thread(target=closing, args=(function,), kwargs=kwargs)
    thread.start()
    thread.join(120)
    return not thread.is_alive()
