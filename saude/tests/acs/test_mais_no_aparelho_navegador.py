"""The screen "Mais" of the phone: what it tells, locking now, changing the password; and a thumb that taps twice."""

import json

import pytest
from aplicativo import (
    SENHA,
    abrir,
    destrancar,
    entrar,
    escolher_senha,
    ir,
    nova_visita,
    parado,
    por_enviar,
    preencher_cidadao,
    preencher_domicilio,
    preencher_visita,
    salvar,
    sem_rede,
)
from producao import CPF
from telefone import codigo

from saude.acs.models import Aparelho, Envio
from saude.fichas.models import Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OUTRA = "jaguatirica 31"


def test_mais_tells_who_and_what_and_locks_at_a_tap(celular, lotacao):
    entrar(celular, lotacao)
    nova_visita(celular)
    por_enviar(celular, 0)
    parado(celular)
    sem_rede(celular)
    nova_visita(celular)
    ir(celular, "#/mais")
    told = {
        row.locator("dt").inner_text(): row.locator("dd").inner_text()
        for row in celular.locator("main dl div").all()
    }
    assert told["Profissional"] == "Débora Moreira" and told["Unidade"] == "UBS Centro"
    assert (told["Equipe"], told["Microárea"]) == ("ESF Centro", "01")
    assert told["Esperam a coordenação"] == "1" and told["Com algo a corrigir"] == "0"
    assert told["Última sincronização"] != "nunca" and told["Espaço livre"].endswith(("MB", "GB"))
    assert told["Versão do aplicativo"].count(".") == 2
    celular.get_by_role("button", name="Trancar agora").click()
    celular.get_by_text("O aplicativo está trancado").wait_for()
    celular.get_by_text("Neste aparelho: 1 registro por enviar ou terminar.").wait_for()
    assert lotacao.profissional.nome not in celular.content()
    destrancar(celular)
    por_enviar(celular, 1)
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 2


def test_the_password_is_changed_on_the_phone_and_nothing_is_lost(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    outra = abrir(celular.context, celular.base)
    por_enviar(outra, 1)  # the open tab gave it the key
    ir(celular, "#/mais")
    celular.get_by_role("button", name="Trocar a senha deste aparelho").click()
    celular.get_by_role("heading", name="Trocar a senha").wait_for()
    told = celular.locator("form .erro")
    for atual, uma, duas, palavras in (
        ("outra qualquer 1", OUTRA, OUTRA, "A senha atual não confere."),
        (SENHA, OUTRA, f"{OUTRA}x", "As duas senhas não são iguais."),
        (SENHA, "curta", "curta", "ao menos 8 caracteres"),
    ):
        celular.fill("#senha-atual", atual)
        celular.fill("#senha", uma)
        celular.fill("#senha2", duas)
        celular.get_by_role("button", name="Trocar a senha", exact=True).click()
        told.filter(has_text=palavras).wait_for()
    celular.fill("#senha-atual", SENHA)
    escolher_senha(celular, OUTRA, "Trocar a senha")
    celular.get_by_text("A senha deste aparelho foi trocada.").wait_for()
    ir(outra, "#/aparelho")
    por_enviar(outra, 1)  # the tab that was open stays open
    outra.close()
    celular.reload()
    celular.fill("#senha-de-abrir", SENHA)
    celular.get_by_role("button", name="Abrir", exact=True).click()
    celular.get_by_text("Senha errada.").wait_for()
    destrancar(celular, OUTRA)
    por_enviar(celular, 1)
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


def test_a_thumb_that_taps_twice_does_it_once(celular, lotacao):
    celular.fill("#codigo", codigo(lotacao))
    for campo in ("#senha", "#senha2"):
        celular.fill(campo, SENHA)
    celular.get_by_role("button", name="Entrar").dblclick()
    celular.get_by_role("heading", name="Famílias").wait_for()
    celular.locator("#estado", has_text="Tudo enviado").wait_for()
    assert Aparelho.objects.count() == 1
    sem_rede(celular)
    ir(celular, "#/nova/FCD")
    preencher_domicilio(celular)
    salvar(celular)
    ir(celular, "#/")
    celular.get_by_role("link", name="Das Flores, 77").click()
    celular.get_by_role("link", name="Nova pessoa").click()
    preencher_cidadao(celular, CPF)
    celular.get_by_role("button", name="Salvar no aparelho").dblclick()
    celular.get_by_role("heading", name="Família de Maria da Silva").wait_for()
    ir(celular, "#/nova/FVD")
    preencher_visita(celular)
    celular.get_by_role("button", name="Salvar no aparelho").dblclick()
    por_enviar(celular, 3)  # the household with its family, the person, the visit
    kept = celular.evaluate("import('/static/acs/banco.js').then((b) => b.todos('registros'))")
    assert sorted(r["tipo"] for r in kept) == ["FCD", "FCI", "FVD"]
    (home,) = [r for r in kept if r["tipo"] == "FCD"]
    assert json.dumps(home["ficha"]["familias"]).count(CPF) == 1
    celular.context.route("**/empurrar?**", lambda route: route.abort())
    celular.context.set_offline(False)
    parado(celular)
    celular.context.unroute("**/empurrar?**")
    celular.get_by_role("button", name="Sincronizar").dblclick()
    por_enviar(celular, 0)
    parado(celular)
    assert Ficha.objects.count() == 3
    assert sum(Envio.objects.values_list("aceitos", flat=True)) == 3
