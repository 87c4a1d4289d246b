"""The group shown is the group given; what does not hold in one área is said, and never dropped in silence."""

import re

import pytest
from django.urls import reverse

from saude.acesso.permissoes import PRESETS
from saude.cadastros.models import Estabelecimento
from saude.contas.actions import grant
from saude.contas.models import Acesso, Usuario

pytestmark = pytest.mark.django_db


@pytest.fixture
def posto(entidade):
    return Estabelecimento.objects.create(entidade=entidade, cnes="2222222", nome="UBS Norte")


@pytest.fixture
def pessoa(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    return criar_usuario("Consulta")


def save(client, pessoa, **data):
    answer = client.post(reverse("administrando_usuario", args=[pessoa.pk]), data, follow=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_group_of_one_area_keeps_its_name_and_says_what_is_left_out(client, pessoa, posto):
    told = save(client, pessoa, area=posto.pk, preset="Coordenador", permissoes=PRESETS["Coordenador"])
    assert "Acesso salvo: Coordenador em" in told
    assert "Não vale numa área só, e ficou de fora: Configurar." in told
    given = Acesso.objects.get(usuario=pessoa, estabelecimento=posto)
    assert given.grupo == "Coordenador" and "configurar" not in given.permissoes


def test_what_is_taken_away_is_said(client, pessoa, posto, entidade):
    grant(
        by="t",
        usuario=pessoa,
        entidade=entidade,
        estabelecimento=posto,
        permissoes=["ver", "corrigir", "exportar"],
    )
    told = save(client, pessoa, area=posto.pk, preset="Digitador", permissoes=PRESETS["Digitador"])
    assert "Acesso salvo: Digitador em" in told and "Deixou de ter ali: Exportar." in told


@pytest.mark.parametrize("ticked", [["ver"], ["ver", "corrigir", "exportar"], list(PRESETS["Administrador"])])
def test_a_group_that_is_not_what_is_ticked_is_refused(client, pessoa, ticked):
    before = Acesso.objects.get(usuario=pessoa).permissoes
    told = save(client, pessoa, preset="Digitador", permissoes=ticked)
    assert "não são as deste grupo" in told
    assert Acesso.objects.get(usuario=pessoa).permissoes == before


def test_permissions_alone_are_named_by_what_they_are(client, pessoa):
    assert "Acesso salvo: Digitador em" in save(client, pessoa, permissoes=PRESETS["Digitador"])
    assert "Acesso salvo: Personalizado em" in save(client, pessoa, permissoes=["ver", "exportar"])


def test_a_new_user_of_one_area_reads_it_too(client, pessoa, posto):
    data = {"nome": "Joana Lima", "username": "joana", "area": posto.pk, "preset": "Coordenador"}
    answer = client.post(reverse("administrando_novo_usuario"), data)
    assert "ficou de fora: Configurar." in answer.content.decode()
    assert Usuario.objects.get(username="joana").acessos.get().grupo == "Coordenador"
