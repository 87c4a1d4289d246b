"""A PEC that is down for a day: asked for at most every quarter of an hour, nothing lost, told, and then it goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pec_de_teste import andar, destino, exportada, pedir, simulador, situacoes

from saude.transmissao import queries
from saude.transmissao.models import Destino, Envio, Transmissao

pytestmark = pytest.mark.django_db(transaction=True)
QUARTERS = 96  # of an hour, in a day


def test_a_day_without_the_pec(client, criar_usuario, entidade):
    user = criar_usuario("Coordenador")
    client.force_login(user)
    with simulador() as pec:
        destino(entidade, pec.url)
    t = pedir(exportada(entidade, 2), by=user)
    Transmissao.objects.filter(pk=t.pk).update(criada_em=timezone.now() - timedelta(days=1))
    for _ in range(QUARTERS):
        andar(t, 1)
    assert (t.estado, situacoes(t)) == ("aguardando", {"a enviar": 2})
    assert t.retoma_em - timezone.now() < timedelta(minutes=20), (
        "however long it is down, it is asked again soon"
    )
    assert not Envio.objects.exclude(tentativas=0).exists(), "the term of a ficha does not run meanwhile"
    assert t in list(queries.troubled())
    page = client.get(f"/executando/sistema/transmissoes/{t.pk}/").text
    assert "Aguardando o PEC" in page and "conectar" in page and "Tentar agora" in page
    with simulador() as pec:
        Destino.objects.update(endereco=pec.url)
        assert andar(t).estado == "concluida" and situacoes(t) == {"aceita": 2}
