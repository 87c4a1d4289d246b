"""SIGTAP is of the whole installation: who may change it, put an older one back, and who reads that it changed."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ledi_gerador import build, sigtap_writer
from saude.atualizacao import actions
from saude.auditoria.models import Evento
from saude.contas.actions import set_rules_installation
from saude.referencias.models import Publicacao

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def town():
    return replace(build(2026), ibge="4218202")


@pytest.fixture
def duas(town, tmp_path, outra_entidade):
    """Two releases of one month."""
    from zipfile import ZipFile

    path = sigtap_writer.write(town, tmp_path, "202609")
    first = actions.import_sigtap_file(path=path, by="teste")
    second_path = tmp_path / "outra.zip"
    with ZipFile(path) as old, ZipFile(second_path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("leia-me.txt", "corrigida")
    return first, actions.import_sigtap_file(path=second_path, by="teste")


def enter(client, criar_usuario, *, rules, preset="Administrador", **more):
    user = criar_usuario(preset, **more)
    if rules:
        set_rules_installation(by="teste", usuario=user, sim=True)
    client.force_login(user)
    return client


def test_an_administrator_of_one_town_changes_no_sigtap(client, criar_usuario, town, tmp_path, duas):
    client = enter(client, criar_usuario, rules=False)
    path = sigtap_writer.write(town, tmp_path, "202610")
    file = SimpleUploadedFile("x.zip", path.read_bytes())
    assert client.post(reverse("referencias:enviar", args=["sigtap"]), {"arquivo": file}).status_code == 403
    assert client.post(reverse("referencias:restaurar", args=[duas[0].pk])).status_code == 403
    assert "arquivo-sigtap" not in client.get(reverse("referencias:lista")).text
    assert Publicacao.objects.count() == 2


def test_who_rules_the_installation_sends_no_cnes_of_a_town(client, criar_usuario):
    client = enter(client, criar_usuario, rules=True, preset="Consulta")
    file = SimpleUploadedFile("x.xml", b"<x/>")
    assert client.post(reverse("referencias:enviar", args=["cnes"]), {"arquivo": file}).status_code == 403


def test_a_superseded_release_comes_back_and_every_town_reads_it(
    client, criar_usuario, duas, entidade, outra_entidade
):
    first, second = duas
    client = enter(client, criar_usuario, rules=True)
    assert "Pôr de novo em uso" in client.get(reverse("referencias:publicacao", args=[first.pk])).text
    page = client.post(reverse("referencias:restaurar", args=[first.pk]), follow=True)
    assert "SIGTAP 09/2026 em uso de novo" in page.text
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.situacao, second.situacao) == ("pronta", "substituida")
    changed = Evento.objects.filter(tipo="referencia.mudada", alvo_id=str(first.pk)).order_by("-id")[:2]
    assert {e.entidade_id for e in changed} == {entidade.pk, outra_entidade.pk}
    assert Evento.objects.get(tipo="referencia.restaurada").entidade_id is None
    again = client.post(reverse("referencias:restaurar", args=[first.pk]), follow=True)
    assert "já foi concluída" in again.text


def test_events_of_the_installation_are_read_by_who_rules_it(client, criar_usuario, duas):
    ruler = enter(client, criar_usuario, rules=True)
    assert (
        "Tabela de referência importada"
        in ruler.get(reverse("auditoria"), {"tipo": "referencia.importada"}).text
    )
    other = enter(client, criar_usuario, rules=False, username="outro")
    html = other.get(reverse("auditoria"), {"tipo": "referencia.importada"}).text
    assert html.count("202609") == 0 and "Tabela da instalação mudou" in other.get(reverse("auditoria")).text
