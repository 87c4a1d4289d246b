"""The pair of an entidade for its phones is changed: phones take the new one when they speak, and none is shut out."""

import pytest
from aplicativo import ate, entrar, nova_visita, por_enviar
from django.core.management import CommandError, call_command
from test_senha_esquecida_no_aparelho import V1, Cofre

from saude.acs import pedidos_chave
from saude.acs.models import ChaveEntidade, PedidoChave
from saude.auditoria.models import Evento


def perfil(telefone):
    return telefone.client.get(f"{V1}/situacao", headers=telefone.headers()).json()["perfil"]


def permitir():
    pedidos_chave.allow(by="teste", pedido=PedidoChave.objects.latest("pk"))


@pytest.mark.django_db
def test_phones_are_told_the_new_one_and_what_the_former_wrapped_still_opens(telefone, entidade, capsys):
    before = Cofre(telefone, perfil(telefone))
    call_command("trocar_chave", aparelhos=True)
    new = ChaveEntidade.objects.latest("pk")
    assert new.identificacao in capsys.readouterr().out and new.identificacao != before.chave["id"]
    after = Cofre(telefone, perfil(telefone))
    assert after.chave == {"id": new.identificacao, "publica": new.publica}
    for phone in (before, after):  # one that did not speak since, and one that did
        assert phone.pedir().status_code == 201
        permitir()
        assert phone.aberta() == phone.dados
    told = Evento.objects.get(tipo="acs.chave_trocada")
    assert (told.entidade_id, told.detalhe) == (entidade.pk, {"identificacao": new.identificacao})


@pytest.mark.django_db
def test_of_one_entidade_only_and_said_which(telefone, entidade, outra_entidade):
    before = perfil(telefone)["chave"]
    with pytest.raises(CommandError, match="Diga de qual entidade"):
        call_command("trocar_chave", aparelhos=True)
    call_command("trocar_chave", aparelhos=True, ibge=outra_entidade.ibge)
    assert perfil(telefone)["chave"] == before
    call_command("trocar_chave", aparelhos=True, ibge=entidade.ibge)
    assert perfil(telefone)["chave"] != before


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_app_wraps_for_the_new_one_when_it_next_speaks(celular, lotacao):
    wrapped_for = """import('/static/acs/cru.js').then((c) => c.transacaoCrua(['cofre'], 'readonly',
      (l) => l.cofre.get('cofre'))).then((cofre) => cofre.entidade?.id === '%s')"""
    entrar(celular, lotacao)
    ate(celular, wrapped_for % ChaveEntidade.objects.get().identificacao)
    call_command("trocar_chave", aparelhos=True)
    nova_visita(celular)
    por_enviar(celular, 0)
    new = ChaveEntidade.objects.latest("pk").identificacao
    ate(celular, wrapped_for % new)
    assert not celular.evaluate(wrapped_for % f"{new}x"), "it can be false"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_key_of_the_password_costs_who_guesses_six_hundred_thousand_rounds(celular, lotacao):
    """What lies on the disk says how it was made: PBKDF2's rounds and a salt of its own, and AES-KW's 40 bytes."""
    entrar(celular, lotacao)
    rounds, salt, wrapped = celular.evaluate(
        """import('/static/acs/cru.js').then((c) => c.transacaoCrua(['cofre'], 'readonly',
          (l) => l.cofre.get('cofre'))).then(({ senha }) =>
          [senha.iteracoes, [...senha.sal], new Uint8Array(senha.embrulhada).length])"""
    )
    assert rounds >= 600_000 and len(salt) == 16 and len(set(salt)) > 4 and wrapped == 40
