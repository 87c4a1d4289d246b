"""An update of a citizen: the phone asks what it has; the rest stays as the municipality has it."""

import json
from uuid import uuid4

import pytest
from producao import CPF, registro
from telefone import codigo, lotar, so_do_aparelho

from saude.fichas.models import Conteudo, Ficha
from saude.recebimento.actions import receive

pytestmark = pytest.mark.django_db
SAUDE = {"statusTemHipertensaoArterial": True, "statusEhFumante": False}


@pytest.fixture
def cadastro(entidade):
    record = registro("FCI")
    record["ficha"]["identificacaoUsuarioCidadao"] |= {"cpfCidadao": CPF, "nomeCidadao": "HELENA BITTENCOURT"}
    record["ficha"]["condicoesDeSaude"] = SAUDE
    receive(entidade=entidade, records=[record], origem="api")
    return record


def atualizacao(telefone, cadastro, **more):
    """As the app makes it: what the pull told of the person, and the names of what is kept."""
    known = telefone.puxar_tudo()[0][f"cidadao:{cadastro['uuid']}"]
    uuid = f"{cadastro['uuid'][:8]}{uuid4()}"
    ficha = {
        "uuid": uuid,
        "uuidFichaOriginadora": known["uuid"],
        "fichaAtualizada": True,
        "headerTransport": {"dataAtendimento": "2026-11-20T10:00"},
        "identificacaoUsuarioCidadao": known["identificacao"] | {"telefoneCelular": "48988887777"},
    }
    keep = [
        "condicoesDeSaude",
        "informacoesSocioDemograficas",
        "emSituacaoDeRua",
        "informacoesSocioEconomicas",
    ]
    return {"tipo": "FCI", "versao": "8.7.0", "uuid": uuid, "ficha": ficha, "manter": keep} | more


def guardado(uuid):
    return json.loads(Conteudo.objects.get(ficha__uuid=uuid).registro)["ficha"]


def test_what_was_not_asked_stays(telefone, cadastro):
    update = atualizacao(telefone, cadastro)
    answer = telefone.empurrar(update).json()["registros"][0]
    assert answer["aceito"] and "avisos" not in answer
    ficha = guardado(update["uuid"])
    assert ficha["condicoesDeSaude"] == SAUDE
    assert ficha["identificacaoUsuarioCidadao"]["telefoneCelular"] == "48988887777"
    assert ficha["uuidFichaOriginadora"] == cadastro["uuid"]


def test_what_was_asked_anew_replaces(telefone, cadastro):
    update = atualizacao(telefone, cadastro)
    update["manter"].remove("condicoesDeSaude")
    update["ficha"]["condicoesDeSaude"] = {"statusEhFumante": True}
    telefone.empurrar(update)
    assert guardado(update["uuid"])["condicoesDeSaude"] == {"statusEhFumante": True}


def test_sent_again_in_another_batch_it_is_equal(telefone, cadastro):
    first, second = atualizacao(telefone, cadastro), atualizacao(telefone, cadastro)
    second["manter"].remove("condicoesDeSaude")
    second["ficha"]["condicoesDeSaude"] = {"statusEhFumante": True}
    telefone.empurrar(first)
    telefone.empurrar(second)  # a later update must not change what the first one was
    answer = telefone.empurrar(first).json()["registros"][0]
    assert (answer["aceito"], answer["status"]) == (True, "igual")
    assert guardado(first["uuid"])["condicoesDeSaude"] == SAUDE


def test_a_registration_that_is_not_there_is_told(telefone, cadastro):
    update = atualizacao(telefone, cadastro)
    update["ficha"]["uuidFichaOriginadora"] = f"{cadastro['uuid'][:8]}{uuid4()}"
    answer = telefone.empurrar(update).json()["registros"][0]
    assert answer["aceito"] and "não foi achado" in answer["avisos"][0]
    assert "condicoesDeSaude" not in guardado(update["uuid"])


def test_no_health_data_of_another_microarea(telefone, cadastro, entidade, novo_telefone):
    update = atualizacao(telefone, cadastro)
    other = lotar(entidade, "Daniel Santana", "272143940120005", "02")
    phone = novo_telefone()
    phone.registrar(codigo(other))
    assert phone.empurrar(update).json()["aceitos"] == 1
    assert "condicoesDeSaude" not in guardado(update["uuid"])


@pytest.mark.parametrize("nonsense", [7, "condicoesDeSaude", [7, None], ["headerTransport"], {}])
def test_nonsense_is_not_kept(telefone, cadastro, nonsense):
    update = atualizacao(telefone, cadastro, manter=nonsense)
    assert telefone.empurrar(update).json()["aceitos"] == 1
    assert "condicoesDeSaude" not in guardado(update["uuid"])


def test_a_visit_keeps_nothing(telefone, cadastro):
    visit = so_do_aparelho(registro("FVD")) | {"manter": ["condicoesDeSaude"]}
    assert telefone.empurrar(visit).json()["aceitos"] == 1
    assert "condicoesDeSaude" not in guardado(visit["uuid"])
    assert Ficha.objects.count() == 2
