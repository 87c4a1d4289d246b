"""An agent changes phone, microárea or team with visits not sent: none is lost."""

import pytest
from django.utils import timezone
from producao import registro
from telefone import codigo

from saude.acs.dispositivos import revoke
from saude.acs.models import Aparelho
from saude.cadastros.models import Equipe, Lotacao
from saude.fichas.models import Ficha

pytestmark = pytest.mark.django_db


def visit():
    return registro("FVD")


@pytest.mark.parametrize("revogado", [False, True])
def test_another_phone_and_the_old_one_still_sends_what_it_has(telefone, lotacao, novo_telefone, revogado):
    other = novo_telefone()
    assert other.registrar(codigo(lotacao)).status_code == 201
    if revogado:  # the coordination was told that the old one is not used any more
        revoke(by="teste", aparelho=Aparelho.objects.get(instalacao=telefone.instalacao))
    kept, fresh = visit(), visit()
    assert telefone.empurrar(kept).json()["aceitos"] == 1
    assert other.empurrar(fresh).json()["aceitos"] == 1
    assert set(Ficha.objects.values_list("uuid", flat=True)) == {kept["uuid"], fresh["uuid"]}


def test_another_microarea_and_the_visits_of_the_one_before_arrive(telefone, lotacao):
    kept = visit()
    kept["ficha"]["visitasDomiciliares"][0]["microArea"] = "01"
    Lotacao.objects.filter(pk=lotacao.pk).update(microarea="02")
    lotacao.refresh_from_db()
    assert telefone.registrar(codigo(lotacao)).json()["perfil"]["microarea"] == "02"
    assert telefone.empurrar(kept).json()["aceitos"] == 1
    assert Ficha.objects.get().uuid == kept["uuid"]


def test_another_team_and_the_visits_of_the_one_before_arrive_and_wait(telefone, lotacao, entidade):
    kept = visit()
    other = Equipe.objects.create(
        entidade=entidade,
        ine="0000000019",
        estabelecimento=lotacao.estabelecimento,
        nome="ESF Norte",
        tipo="70",
    )
    Lotacao.objects.filter(pk=lotacao.pk).update(fim=timezone.localdate())
    Lotacao.objects.create(
        profissional=lotacao.profissional,
        estabelecimento=lotacao.estabelecimento,
        equipe=other,
        cbo="515105",
        microarea="03",
    )
    assert telefone.empurrar(kept).json()["aceitos"] == 1  # before the new code: with the access that ended
    assert Ficha.objects.get().situacao == "pendente"
