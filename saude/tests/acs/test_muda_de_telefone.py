"""An agent changes phone, microárea or team with visits not sent: none is lost."""

import json
from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from producao import registro
from telefone import codigo, lotar, so_do_aparelho

from saude.acs.dispositivos import SEND_DAYS, revoke
from saude.acs.models import Aparelho, Recusa
from saude.cadastros.models import Equipe, Instalacao, Lotacao
from saude.fichas.models import Conteudo, Ficha
from saude.recebimento.actions import receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def outra_equipe(lotacao, entidade):
    """From today the agent is of another team; the lotação of before ended."""
    other = Equipe.objects.create(
        entidade=entidade,
        ine="0000000019",
        estabelecimento=lotacao.estabelecimento,
        nome="ESF Norte",
        tipo="70",
    )
    Lotacao.objects.filter(pk=lotacao.pk).update(fim=timezone.localdate())
    return Lotacao.objects.create(
        profissional=lotacao.profissional,
        estabelecimento=lotacao.estabelecimento,
        equipe=other,
        cbo="515105",
        microarea="03",
    )


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


def test_another_team_and_the_visits_of_the_one_before_arrive_and_wait(telefone, outra_equipe):
    kept = visit()
    assert telefone.empurrar(kept).json()["aceitos"] == 1  # before the new code: with the access that ended
    assert Ficha.objects.get().situacao == "pendente"


def da_nova(visit):
    """As the app writes it after the new code."""
    visit["ficha"]["headerTransport"]["ine"] = "0000000019"
    visit["ine"] = "0000000019"
    return visit


@pytest.mark.parametrize("novo", [False, True])
def test_a_new_code_typed_before_the_visits_went_loses_none_of_the_team_before(
    telefone, outra_equipe, novo_telefone, entidade, novo
):
    """On the same phone, or what came back to be mended on another one: of the team before, and it waits."""
    Instalacao.objects.filter(entidade=entidade).update(processar_app_na_chegada=True)
    before, after = visit(), da_nova(visit())
    ine = before["ficha"]["headerTransport"]["ine"]
    phone = novo_telefone() if novo else telefone
    assert phone.registrar(codigo(outra_equipe)).status_code == 201
    answer = phone.empurrar(before, after, before).json()
    assert [r["uuid"] for r in answer["registros"]] == [before["uuid"], after["uuid"], before["uuid"]]
    assert [r["aceito"] for r in answer["registros"]] == [True, True, True]
    kept = {f.uuid: f for f in Ficha.objects.all()}
    assert (kept[before["uuid"]].situacao, kept[before["uuid"]].ine) == ("pendente", ine)
    assert kept[after["uuid"]].situacao != "pendente" and kept[after["uuid"]].ine == "0000000019"


def test_what_is_dated_after_the_team_before_is_refused_in_words_and_mended_arrives(telefone, outra_equipe):
    late = visit()
    right = late["ficha"]["headerTransport"]["dataAtendimento"]
    late["ficha"]["headerTransport"]["dataAtendimento"] = "2099-01-02T09:00"
    assert telefone.empurrar(late).json()["recusados"] == 1  # and again after the new code
    telefone.registrar(codigo(outra_equipe))
    refused = telefone.empurrar(late).json()["registros"][0]
    assert not refused["aceito"]
    assert "depois do fim da sua lotação anterior" in refused["motivos"][0]["mensagem"]
    late["ficha"]["headerTransport"]["dataAtendimento"] = right
    assert telefone.empurrar(late).json()["aceitos"] == 1
    assert not Recusa.objects.filter(resolvida_em=None).exists() and Recusa.objects.count() == 2


def test_of_a_team_left_long_ago_or_never_had_nothing_is_taken(telefone, outra_equipe, novo_telefone):
    telefone.registrar(codigo(outra_equipe))
    strange = visit()
    strange["ficha"]["headerTransport"]["ine"] = "0000000027"
    assert (
        "não é o da sua equipe" in telefone.empurrar(strange).json()["registros"][0]["motivos"][0]["mensagem"]
    )
    Aparelho.objects.exclude(revogado_em=None).update(
        revogado_em=timezone.now() - timedelta(days=SEND_DAYS + 1)
    )
    assert telefone.empurrar(visit()).json()["recusados"] == 1
    assert not Ficha.objects.exists()


def test_of_another_agents_team_nothing_is_taken(telefone, outra_equipe, novo_telefone, entidade):
    other = lotar(entidade, "Daniel Santana", "272143940120005", "02")
    Lotacao.objects.filter(pk=other.pk).update(equipe=outra_equipe.equipe)
    other.refresh_from_db()
    phone = novo_telefone()
    phone.registrar(codigo(other))
    answer = phone.empurrar(visit()).json()["registros"][0]
    assert "outro profissional" in answer["motivos"][0]["mensagem"] and not Ficha.objects.exists()


def test_an_update_made_before_the_microarea_changed_keeps_the_health_of_its_citizen(
    telefone, lotacao, entidade
):
    """Registered by who had the microárea before; the agent brings it up to date, and moves on before sending."""
    person = registro("FCI")
    person["ficha"]["condicoesDeSaude"] = {"statusTemHipertensaoArterial": True}
    person["ficha"]["headerTransport"]["profissionalCNS"] = "272143940120005"
    lotar(entidade, "Daniel Santana", "272143940120005", "01")
    receive(entidade=entidade, records=[person], origem="api")
    update = deepcopy(person) | {"uuid": f"{person['uuid'][:8]}{uuid4()}", "manter": ["condicoesDeSaude"]}
    update["ficha"] |= {
        "uuid": update["uuid"],
        "uuidFichaOriginadora": person["uuid"],
        "fichaAtualizada": True,
    }
    del update["ficha"]["condicoesDeSaude"]
    update = so_do_aparelho(update) | {"manter": ["condicoesDeSaude"]}
    Lotacao.objects.filter(pk=lotacao.pk).update(microarea="02")
    lotacao.refresh_from_db()
    assert telefone.registrar(codigo(lotacao)).json()["perfil"]["microarea"] == "02"
    answer = telefone.empurrar(update).json()["registros"][0]
    assert answer["aceito"] and "avisos" not in answer
    kept = json.loads(Conteudo.objects.get(ficha__uuid=update["uuid"]).registro)["ficha"]
    assert kept["condicoesDeSaude"] == {"statusTemHipertensaoArterial": True}
