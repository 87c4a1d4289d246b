"""The pages of reference tables: who may do what, upload, comparison, lists."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from html_lido import lido

from ledi_gerador import build, cnes_writer, sigtap_writer
from saude.atualizacao import actions
from saude.auditoria.models import Evento
from saude.cadastros.models import Equipe, Estabelecimento, Profissional
from saude.referencias.models import Publicacao

pytestmark = pytest.mark.django_db(transaction=True)
IBGE = "4218202"


@pytest.fixture(scope="module")
def town():
    from dataclasses import replace

    return replace(build(2026), ibge=IBGE)


@pytest.fixture
def xml(town, tmp_path):
    path = tmp_path / "cnes.xml"
    cnes_writer.write(town, path, data=date(2026, 9, 1))
    return path


@pytest.fixture
def cliente(client, criar_usuario):
    """A coordenador who also administers the installation: SIGTAP is of all its entidades."""
    from saude.contas.actions import set_rules_installation

    user = criar_usuario("Coordenador")
    set_rules_installation(by="teste", usuario=user, sim=True)
    client.force_login(user)
    return client


def upload(client, tipo: str, path, name: str | None = None):
    file = SimpleUploadedFile(name or path.name, path.read_bytes())
    return client.post(reverse("referencias:enviar", args=[tipo]), {"arquivo": file}, follow=True)


def test_an_upload_is_compared_then_confirmed(cliente, xml, entidade):
    page = upload(cliente, "cnes", xml)
    assert "Nada mudou ainda" in page.text and "Confirmar e usar" in page.text
    row = Publicacao.objects.get()
    assert not Estabelecimento.objects.exists()
    done = cliente.post(reverse("referencias:confirmar", args=[row.pk]), follow=True)
    assert "CNES de 01/09/2026 em uso" in done.text
    assert Estabelecimento.objects.count() == 3
    event = Evento.objects.get(tipo="referencia.importada")
    assert event.entidade_id == entidade.pk and event.detalhe["lotacoes"] == row.contagens["lotacoes"]


def test_giving_up(cliente, xml):
    upload(cliente, "cnes", xml)
    row = Publicacao.objects.get()
    page = cliente.post(reverse("referencias:desistir", args=[row.pk]), follow=True)
    assert "Nada foi alterado" in page.text and not Publicacao.objects.exists()


def test_a_bad_file_says_why_and_stays_in_the_history(cliente, tmp_path):
    path = tmp_path / "ruim.xml"
    path.write_bytes(b"<!DOCTYPE a><ImportarXMLCNES/>")
    page = upload(cliente, "cnes", path)
    assert page.text.count("DOCTYPE ou ENTITY") == 2  # the message, and the history
    assert "Não importada" in page.text


def test_without_a_file(cliente):
    page = cliente.post(reverse("referencias:enviar", args=["cnes"]), follow=True)
    assert "Escolha o arquivo" in page.text


def test_an_endless_upload_is_cut_short(cliente, xml, monkeypatch):
    monkeypatch.setattr("saude.web.upload.LIMIT", 1000)
    page = upload(cliente, "cnes", xml)
    assert "grande demais" in page.text and not Publicacao.objects.exists()


def test_sigtap_goes_to_the_worker(cliente, town, tmp_path):
    page = upload(cliente, "sigtap", sigtap_writer.write(town, tmp_path, "202609"))
    row = Publicacao.objects.get()
    assert row.situacao == "importando" and "Importando" in page.text
    moving = cliente.get(reverse("referencias:andamento", args=[row.pk]))
    assert "HX-Refresh" not in moving
    actions.import_sigtap(row.pk)
    assert cliente.get(reverse("referencias:andamento", args=[row.pk]))["HX-Refresh"] == "true"
    assert "09/2026" in cliente.get(reverse("referencias:lista")).text


def test_a_month_without_table_says_which_one_answers(cliente, entidade, town, tmp_path):
    from producao import receber, registro

    actions.import_sigtap_file(path=sigtap_writer.write(town, tmp_path, "202607"), by="teste")
    receber(entidade, registro("FVD"))
    assert "09/2026 usa a de 07/2026" in lido(cliente.get(reverse("referencias:lista")))


def test_consulting_is_not_importing(client, criar_usuario, xml, entidade):
    client.force_login(criar_usuario("Consulta"))
    page = client.get(reverse("referencias:lista"))
    assert page.status_code == 200 and "Enviar e comparar" not in lido(page)
    assert upload(client, "cnes", xml).status_code == 403
    assert not Publicacao.objects.exists()


def test_nothing_of_another_municipality_is_shown(client, criar_usuario, outra_entidade, xml, entidade):
    actions.import_cnes_file(entidade=entidade, path=xml, by="teste")
    row, unit = Publicacao.objects.get(), Estabelecimento.objects.first()
    team, person = Equipe.objects.first(), Profissional.objects.first()
    client.force_login(criar_usuario("Administrador", "outra", entidade=outra_entidade))
    for name, pk in (
        ("referencias:publicacao", row.pk), ("referencias:andamento", row.pk), ("estabelecimento", unit.pk),
        ("equipe", team.pk), ("profissional", person.pk),
    ):  # fmt: skip
        assert client.get(reverse(name, args=[pk])).status_code == 404, name
    assert client.post(reverse("referencias:confirmar", args=[row.pk])).status_code == 404
    for name in ("estabelecimentos", "equipes", "profissionais"):
        assert unit.nome not in client.get(reverse(name)).text


def test_lists_search_and_detail(cliente, entidade, xml, town):
    actions.import_cnes_file(entidade=entidade, path=xml, by="teste")
    person = town.profissionais[0]
    row = Profissional.objects.get(cns=person.cns)
    for text in (person.nome.split()[0].lower(), person.cns, person.cns[:9]):
        assert person.nome in cliente.get(reverse("profissionais"), {"q": text}).text
    assert person.nome not in cliente.get(reverse("profissionais"), {"q": "NINGUEM"}).text
    detail = cliente.get(reverse("profissional", args=[row.pk])).text
    assert person.cns in detail and person.cpf not in detail and "225142" in detail
    unit = Estabelecimento.objects.get(cnes=town.unidades[1].cnes)
    assert unit.nome in cliente.get(reverse("estabelecimentos"), {"q": unit.cnes}).text
    assert town.equipes[2].nome in cliente.get(reverse("estabelecimento", args=[unit.pk])).text
    team = Equipe.objects.get(ine=town.equipes[0].ine)
    assert person.nome in cliente.get(reverse("equipe", args=[team.pk])).text
    assert cliente.get(reverse("equipes"), {"q": team.ine}).text.count(team.ine) >= 1


def test_who_left_is_shown_when_asked(cliente, entidade, xml, town, tmp_path):
    from dataclasses import replace

    actions.import_cnes_file(entidade=entidade, path=xml, by="teste")
    later = tmp_path / "depois.xml"
    cnes_writer.write(replace(town, profissionais=town.profissionais[1:]), later, data=date(2026, 10, 1))
    actions.import_cnes_file(entidade=entidade, path=later, by="teste")
    name = town.profissionais[0].nome
    assert name not in cliente.get(reverse("profissionais")).text
    assert name in cliente.get(reverse("profissionais"), {"todos": "1"}).text
    gone = Profissional.objects.get(cns=town.profissionais[0].cns)
    assert "até 30/09/2026" in cliente.get(reverse("profissional", args=[gone.pk])).text


def test_the_commands(entidade, xml, town, tmp_path, capsys):
    call_command("importar_cnes", str(xml), "--conferir")
    assert not Estabelecimento.objects.exists() and not Publicacao.objects.exists()
    call_command("importar_cnes", str(xml), "--entidade", IBGE)
    call_command("importar_sigtap", str(sigtap_writer.write(town, tmp_path, "202609")))
    out = capsys.readouterr().out
    assert "CNES de 01/09/2026 em uso" in out and "SIGTAP de 09/2026 em uso" in out
    with pytest.raises(CommandError, match="já foi importado"):
        call_command("importar_cnes", str(xml))
    with pytest.raises(CommandError):
        call_command("importar_cnes", str(tmp_path / "nada.xml"))
