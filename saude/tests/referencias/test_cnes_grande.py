"""A large CNES is compared and put in force by a worker: the site's process only takes it in."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from own_thread import in_own_thread

from ledi_gerador import build, cnes_writer
from saude.atualizacao import actions
from saude.atualizacao.tasks import comparar_cnes, importar_cnes, vigiar
from saude.auditoria.models import Evento
from saude.cadastros.models import Lotacao
from saude.referencias import arquivos, cnes
from saude.referencias.models import Publicacao

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(tmp_path, settings, monkeypatch, entidade):
    settings.DADOS = tmp_path
    monkeypatch.setattr(actions, "LARGE", 10)
    where = tmp_path / "cnes.xml"
    cnes_writer.write(replace(build(2026), ibge=entidade.ibge), where, data=date(2026, 9, 1))
    return where


@pytest.fixture
def coordinator(client, criar_usuario):
    user = criar_usuario("Coordenador")
    client.force_login(user)
    return user


def send(client, path):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(reverse("referencias:enviar", args=["cnes"]), {"arquivo": file})


def work() -> None:
    in_own_thread(lambda: call_command("trabalhar", ate_esvaziar=True))


def test_from_the_page_to_the_tables_without_the_site_comparing(
    client, coordinator, path, monkeypatch, entidade
):
    here = []
    real = cnes.current
    monkeypatch.setattr(cnes, "current", lambda e: here.append(e) or real(e))
    where = send(client, path).url
    assert "Comparando…" in client.get(where).text
    assert send(client, path).url == where, "the same file again is the same release"
    row = Publicacao.objects.get()
    assert (row.situacao, here) == ("importando", [])

    work()
    row.refresh_from_db()
    assert row.situacao == "conferir"
    assert "Confirmar e usar" in client.get(where).text
    assert Lotacao.objects.filter(fim=None).count() != row.contagens["lotacoes"]
    here.clear()
    assert client.post(reverse("referencias:confirmar", args=[row.pk])).url == where
    assert here == []
    page = client.get(where).text
    assert "Importando…" in page and "Confirmar e usar" not in page

    work()
    row.refresh_from_db()
    assert (row.situacao, row.vale_de) == ("pronta", date(2026, 9, 1))
    assert Lotacao.objects.filter(fim=None).count() == row.contagens["lotacoes"] > 10
    assert Evento.objects.get(tipo="referencia.importada").usuario_nome == coordinator.username
    assert not list(arquivos.folder().rglob("*.xml"))


def test_a_small_one_is_compared_at_once(client, coordinator, path, monkeypatch):
    monkeypatch.setattr(actions, "LARGE", 1_000_000)
    send(client, path)
    assert Publicacao.objects.get().situacao == "conferir"


def test_of_another_municipality_it_is_refused_in_its_release(
    client, coordinator, path, outra_entidade, entidade
):
    cnes_writer.write(replace(build(2026), ibge=outra_entidade.ibge), path, data=date(2026, 9, 1))
    where = send(client, path).url
    work()
    row = Publicacao.objects.get()
    assert (row.situacao, row.entidade) == ("falhou", entidade)
    assert "é de outro município" in client.get(where).text


def test_a_task_done_twice_undoes_nothing(client, coordinator, path):
    """As when a worker dies between its work and the word that it is done."""
    send(client, path)
    row = Publicacao.objects.get()
    for task, args, state in (
        (comparar_cnes, (row.pk,), "conferir"),
        (importar_cnes, (row.pk, coordinator.pk), "pronta"),
    ):
        task(*args)
        task(*args)
        row.refresh_from_db()
        if state == "conferir":
            assert row.situacao == state
            client.post(reverse("referencias:confirmar", args=[row.pk]))
            again = client.post(reverse("referencias:confirmar", args=[row.pk]), follow=True)
            assert "já foi concluída ou desfeita" in again.text
    assert row.situacao == "pronta"
    comparar_cnes(row.pk)
    row.refresh_from_db()
    assert row.situacao == "pronta"


def test_one_whose_task_is_gone_says_so_and_may_be_sent_again(client, coordinator, path, django_db_blocker):
    from django.db import connection

    send(client, path)
    vigiar(0)
    assert Publicacao.objects.get().situacao == "importando", "its task waits"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name LIKE 'referencias.%'")
    vigiar(0)
    row = Publicacao.objects.get()
    assert row.situacao == "falhou"
    assert "Envie o arquivo de novo" in row.erro
    send(client, path)
    work()
    assert Publicacao.objects.latest("pk").situacao == "conferir"


def test_the_command_says_that_it_is_being_imported(client, coordinator, path, entidade):
    send(client, path)
    with pytest.raises(CommandError, match="sendo importado agora"):
        call_command("importar_cnes", str(path), entidade=entidade.ibge)
    assert Publicacao.objects.get().situacao == "importando"


def test_a_file_that_another_municipality_sent_too_is_not_taken_from_it(
    client, coordinator, path, entidade, outra_entidade
):
    """Whoever is refused drops only what nobody waits for."""
    row = actions.receive_cnes(entidade=entidade, pieces=arquivos.pieces_of(path), nome=path.name, by="teste")
    with pytest.raises(actions.FileRefused, match="outro município"):
        actions.receive_cnes(
            entidade=outra_entidade, pieces=arquivos.pieces_of(path), nome=path.name, by="teste"
        )
    assert actions.confirm_cnes(publicacao=row, by="teste").situacao == "pronta"
