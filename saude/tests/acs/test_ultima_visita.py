"""The last visit is one for the household, for who lives there and for the office; what was discarded is none."""

from datetime import timedelta

import pytest
from django.utils import timezone
from producao import registro
from test_puxar import MAE, domicilio, pessoa

from saude.acs.queries import agents
from saude.cadastros.tempo import local_today
from saude.fichas.models import Ficha
from saude.recebimento.actions import receive

pytestmark = pytest.mark.django_db


def visita(home, dias, hoje):
    record = registro("FVD", origem="app")
    day = timezone.now() - timedelta(days=dias)
    record["ficha"]["headerTransport"]["dataAtendimento"] = int(day.timestamp() * 1000)
    record["ficha"]["visitasDomiciliares"][0].update(
        uuidOrigemCadastroDomiciliar=home["uuid"], cpfCidadao=MAE, dtNascimento="1985-03-20", sexo=1
    )
    return record, (hoje - timedelta(days=dias)).isoformat()


def test_the_same_day_for_the_home_and_for_who_lives_there(telefone, entidade):
    home, mother = domicilio(), pessoa(MAE, "HELENA BITTENCOURT", statusEhResponsavel=True)
    hoje = local_today(entidade)
    (old, before), (new, last) = visita(home, 40, hoje), visita(home, 3, hoje)
    receive(entidade=entidade, records=[home, mother, new, old], origem="api")
    found, _ = telefone.puxar_tudo()
    assert (
        found[f"domicilio:{home['uuid']}"]["visita"] == found[f"cidadao:{mother['uuid']}"]["visita"] == last
    )
    Ficha.objects.filter(uuid=new["uuid"]).update(situacao="descartada", n_erros=0, motivo_pendencia="")
    found, _ = telefone.puxar_tudo()
    assert (
        found[f"domicilio:{home['uuid']}"]["visita"] == found[f"cidadao:{mother['uuid']}"]["visita"] == before
    )


def test_the_phone_and_sincronizacoes_count_the_same(telefone, lotacao, entidade):
    hoje, home = local_today(entidade), domicilio()
    records = [visita(home, n, hoje)[0] for n in (1, 2, 3)]
    receive(entidade=entidade, records=records, origem="api")
    Ficha.objects.filter(uuid=records[0]["uuid"]).update(
        situacao="descartada", n_erros=0, motivo_pendencia=""
    )
    (agent,) = agents(entidade)
    assert agent.enviados == 2
    assert sum(telefone.puxar().json()["resumo"].values()) == agent.enviados
