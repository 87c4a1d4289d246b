"""Changing what a person may do, in a real browser: a tick adds to what they have, and nobody loses Ver by it."""

import pytest

from saude.contas.models import Acesso

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_more_permission_is_added_to_those_there(criar_usuario, site):
    criar_usuario("Administrador")
    other = criar_usuario("Consulta")
    page = site("administrador")
    page.goto(page.base + f"/administrando/acessos/{other.pk}/")
    assert page.is_checked("[name=permissoes][value=ver]"), "the form opens with what the person has"
    page.check("[name=permissoes][value=exportar]")
    page.click("text=Salvar acesso")
    page.wait_for_selector("text=Acesso salvo: ")
    assert set(Acesso.objects.get(usuario=other).permissoes) == {"ver", "exportar"}
    page.uncheck("[name=permissoes][value=ver]")
    with page.expect_navigation():
        page.click("text=Salvar acesso")
    page.wait_for_selector("text=Acesso salvo: ")
    assert "ver" in Acesso.objects.get(usuario=other).permissoes
