"""The agents' app in the dark and in a phone's own colours: what a shade tells has a line too, and nothing vanishes."""

import pytest
from aparencia import UNBOUNDED, brightness
from aplicativo import abrir, entrar, fechar, ir, nova_visita, por_enviar, sem_rede
from producao import CPF, registro

from saude.recebimento.actions import receive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KINDS = [
    "button:not(.simples)", ".botao", ".cartao", ".chip", ".selo", ".aviso", ".erro", ".certo", "#estado a", ".opcao",
    "nav a[aria-current]", ".opcao:has(input:checked)", "[aria-pressed=true]",
    "input:not([type=radio], [type=checkbox])", "select", ".voltou", ".grupo",
]  # fmt: skip


@pytest.fixture
def familia(entidade):
    home, person = registro("FCD"), registro("FCI")
    home["ficha"]["enderecoLocalPermanencia"]["microArea"] = "01"
    home["ficha"]["familias"] = [{"cpfResponsavel": CPF, "numeroMembrosFamilia": 1}]
    person["ficha"]["identificacaoUsuarioCidadao"] |= {
        "cpfCidadao": CPF, "nomeCidadao": "HELENA BITTENCOURT", "statusEhResponsavel": True,
    }  # fmt: skip
    receive(entidade=entidade, records=[home, person], origem="api")
    return home, person


@pytest.mark.parametrize("escuro", [False, True])
def test_in_a_phones_own_colours_nothing_is_told_by_a_shade(live_server, navegador, lotacao, familia, escuro):
    context = navegador.new_context(
        locale="pt-BR", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    page = abrir(context, live_server.url)
    page.emulate_media(forced_colors="active", color_scheme="dark" if escuro else "light")
    entrar(page, lotacao)
    sem_rede(page)
    nova_visita(page)
    por_enviar(page, 1)
    home, person = (f["uuid"] for f in familia)
    seen = set()
    for screen in (
        "#/",
        f"#/domicilio/{home}",
        "#/nova/FVD",
        f"#/nova/FCI/{home}/{person}",
        "#/aparelho",
        "#/mais",
    ):
        ir(page, screen)
        page.locator("main h1, main h2, main h3, main form").first.wait_for()
        found = page.evaluate(UNBOUNDED, KINDS)
        assert found["bare"] == [], screen
        seen |= set(found["kinds"])
    assert (brightness(page) < 60) is escuro
    assert seen >= {"button:not(.simples)", ".cartao", "#estado a", ".opcao", "nav a[aria-current]", "select"}
    fechar(page)
