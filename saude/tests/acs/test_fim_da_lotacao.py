"""A phone stops reading when its agent's lotação ends, or its access gets old; what was written before arrives."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone
from producao import DIA, registro

from saude.acs import dispositivos
from saude.acs.dispositivos import Refused, create_code
from saude.acs.models import Aparelho
from saude.auditoria.models import Evento
from saude.cadastros.models import Instalacao, Lotacao
from saude.cadastros.sinais import lotacoes_ended
from saude.fichas.models import Ficha

pytestmark = pytest.mark.django_db


def end(lotacao, day):
    Lotacao.objects.filter(pk=lotacao.pk).update(fim=day)


def cnes(entidade, *, tentativa=False):
    told = lotacoes_ended.send(
        sender=None, entidade=entidade, origem="01/10/2026", tentativa=tentativa, by="teste"
    )
    return sum(n for _, n in told)


def test_a_dismissed_agent_reads_nothing_more(telefone, lotacao):
    assert telefone.puxar().status_code == 200
    end(lotacao, date(2020, 1, 1))
    for path in ("puxar", "situacao"):
        response = telefone.client.get(f"/api/acs/v1/{path}", headers=telefone.headers())
        assert (response.status_code, response.json()["codigo"]) == (403, "lotacao")
        assert "não está mais no CNES" in response.json()["detail"] and "itens" not in response.json()
        assert response["Cache-Control"] == "no-store"


def test_what_was_written_before_still_arrives_and_waits(telefone, lotacao, entidade):
    Instalacao.objects.filter(entidade=entidade).update(processar_app_na_chegada=True)
    end(lotacao, DIA)
    answer = telefone.empurrar(registro("FVD")).json()
    assert answer["aceitos"] == 1
    ficha = Ficha.objects.get()
    assert (ficha.situacao, ficha.motivo_pendencia) == ("pendente", "aplicativo")


def test_what_was_written_after_is_refused_with_the_reason(telefone, lotacao):
    end(lotacao, DIA - timedelta(days=1))
    answer = telefone.empurrar(registro("FVD")).json()
    assert answer["recusados"] == 1 and not Ficha.objects.exists()
    assert "depois do fim da sua lotação" in answer["registros"][0]["motivos"][0]["mensagem"]


def test_before_the_end_it_is_processed_as_ever(telefone, entidade):
    Instalacao.objects.filter(entidade=entidade).update(processar_app_na_chegada=True)
    telefone.empurrar(registro("FVD"))
    assert Ficha.objects.get().situacao != "pendente"


def test_a_cnes_import_says_first_and_then_revokes(telefone, lotacao, entidade, outra_entidade):
    assert cnes(entidade, tentativa=True) == 0
    end(lotacao, timezone.localdate())
    assert cnes(outra_entidade) == 0
    assert cnes(entidade, tentativa=True) == 1 and Aparelho.objects.get().revogado_em is None
    assert cnes(entidade) == 1
    device = Aparelho.objects.get()
    assert device.motivo_revogacao == "A lotação terminou no CNES de 01/10/2026"
    assert Evento.objects.get(tipo="acs.aparelho_revogado").entidade_id == entidade.pk
    assert telefone.puxar().json()["codigo"] == "lotacao"
    assert telefone.empurrar(registro("FVD")).json()["aceitos"] == 1  # written before


def test_a_lotacao_that_comes_back_does_not_bring_the_phone_back(telefone, lotacao, entidade):
    end(lotacao, timezone.localdate())
    cnes(entidade)
    end(lotacao, None)
    assert telefone.puxar().status_code == 403


def test_a_month_after_the_end_nothing_is_taken(telefone, lotacao, entidade):
    end(lotacao, DIA)
    cnes(entidade)
    Aparelho.objects.update(revogado_em=timezone.now() - timedelta(days=dispositivos.SEND_DAYS + 1))
    assert telefone.empurrar(registro("FVD")).status_code == 403
    assert not Ficha.objects.exists()


def test_an_access_gets_old(telefone):
    assert Aparelho.objects.get().expira_em > timezone.now() + timedelta(days=360)
    Aparelho.objects.update(expira_em=timezone.now() - timedelta(seconds=1))
    for response in (telefone.puxar(), telefone.empurrar(registro("FVD"))):
        assert (response.status_code, response.json()["codigo"]) == (401, "vencido")
        assert "novo código" in response.json()["detail"]


def test_a_code_made_before_the_end_registers_nothing_after(lotacao, novo_telefone):
    _, text = create_code(by="teste", lotacao=lotacao)
    end(lotacao, date(2020, 1, 1))
    response = novo_telefone().registrar(text)
    assert (response.status_code, response.json()["codigo"]) == (403, "lotacao")
    assert not Aparelho.objects.exists()


def test_a_phone_revoked_by_the_coordination_reads_nothing_and_what_was_written_before_waits(
    telefone, entidade
):
    Instalacao.objects.filter(entidade=entidade).update(processar_app_na_chegada=True)
    dispositivos.revoke(by="teste", aparelho=Aparelho.objects.get())
    for path in ("puxar", "situacao"):
        response = telefone.client.get(f"/api/acs/v1/{path}", headers=telefone.headers())
        assert (response.status_code, response.json()["codigo"]) == (401, "revogado")
    assert telefone.empurrar(registro("FVD")).json()["aceitos"] == 1
    assert Ficha.objects.get().situacao == "pendente"  # although the entidade processes on arrival


def test_what_was_written_after_the_revocation_is_refused_in_words(telefone):
    dispositivos.revoke(by="teste", aparelho=Aparelho.objects.get())
    Aparelho.objects.update(
        revogado_em=timezone.make_aware(datetime.combine(DIA - timedelta(days=1), time(12)))
    )
    answer = telefone.empurrar(registro("FVD")).json()
    assert answer["recusados"] == 1 and not Ficha.objects.exists()
    assert "depois da revogação do acesso deste aparelho" in answer["registros"][0]["motivos"][0]["mensagem"]


def test_a_phone_sixty_days_without_network_and_revoked_meanwhile_loses_nothing(telefone):
    dispositivos.revoke(by="teste", aparelho=Aparelho.objects.get())
    Aparelho.objects.update(revogado_em=timezone.now() - timedelta(days=60))
    record = registro("FVD")
    record["ficha"]["headerTransport"]["dataAtendimento"] = "2020-01-02T09:00"
    assert telefone.empurrar(record).json()["aceitos"] == 1
    Aparelho.objects.update(revogado_em=timezone.now() - timedelta(days=dispositivos.SEND_DAYS + 1))
    assert telefone.empurrar(registro("FVD")).json()["codigo"] == "revogado"


def test_a_phone_that_its_agent_left_sends_nothing(telefone):
    dispositivos.revoke(by="teste", aparelho=Aparelho.objects.get(), why="O agente saiu do aparelho")
    with pytest.raises(Refused) as refused:
        dispositivos.device_of(telefone.token, telefone.instalacao, sending=True)
    assert (refused.value.status, refused.value.codigo) == (401, "revogado")


def test_every_pull_of_citizens_is_in_the_trail(telefone, entidade):
    from saude.recebimento.actions import receive

    record = registro("FCI")
    receive(entidade=entidade, records=[record], origem="api")
    telefone.puxar_tudo()
    telefone.puxar_tudo()
    read = Evento.objects.filter(tipo="acs.territorio_lido")
    assert [e.detalhe["mostrados"] > 0 for e in read] == [True, True]  # twice the same day
    name = record["ficha"]["identificacaoUsuarioCidadao"]["nomeCidadao"]
    assert name not in str([e.detalhe for e in read])
