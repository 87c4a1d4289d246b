"""In the browser: the password is shown and hidden, its policy is ticked; the group follows the boxes."""

import re

import pytest
from playwright.sync_api import expect

from saude.cadastros.models import Estabelecimento

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_policy_is_ticked_while_one_types(site, criar_usuario, sem_barreiras):
    criar_usuario("Digitador")
    page = site("digitador")
    page.goto(f"{page.base}/conta/senha/")
    lines = page.locator("[data-politica] [data-regra]")
    done = page.locator(".s-politica--cumprida")
    assert lines.count() == 4
    expect(done).to_have_count(0)
    first, again = page.locator("#id_new_password1"), page.locator("#id_new_password2")
    first.press_sequentially("abc")
    expect(done).to_have_count(1)  # unlike the name
    first.press_sequentially("defgh 12")
    expect(done).to_have_count(3)
    again.press_sequentially("abcdefgh 12")
    expect(done).to_have_count(4)
    first.fill("digitador 12")
    expect(page.locator("[data-regra=propria]")).not_to_have_class(re.compile("cumprida"))
    sem_barreiras(page)
    eye = page.get_by_role("button", name="Mostrar a senha").nth(1)
    eye.click()
    expect(first).to_have_attribute("type", "text")
    hide = page.get_by_role("button", name="Esconder a senha")
    expect(hide).to_have_attribute("aria-pressed", "true")
    hide.click()
    expect(first).to_have_attribute("type", "password")
    assert first.input_value() == "digitador 12"


def test_the_group_follows_the_boxes_and_the_area(site, criar_usuario, entidade):
    post = Estabelecimento.objects.create(entidade=entidade, cnes="2222222", nome="UBS Norte")
    criar_usuario("Administrador")
    other = criar_usuario("Digitador")
    page = site("administrador")
    page.goto(f"{page.base}/administrando/acessos/{other.pk}/")
    group = page.locator("#id_preset")
    expect(group).to_have_value("Digitador")
    box = page.locator("input[name=permissoes][value=exportar]")
    box.check()
    expect(group).to_have_value("")
    box.uncheck()
    expect(group).to_have_value("Digitador")
    group.select_option("Coordenador")
    configure = page.locator("input[name=permissoes][value=configurar]")
    expect(configure).to_be_checked()
    page.locator("#id_area").select_option(str(post.pk))
    expect(configure).to_be_disabled()
    expect(configure).not_to_be_checked()
    expect(group).to_have_value("Coordenador")
    expect(page.locator("[data-so-todas-dito]")).to_contain_text("valem com todas as áreas")
    group.select_option("Digitador")
    group.select_option("Coordenador")  # chosen after the area, it ticks nothing that is out of reach
    expect(box).to_be_checked()
    expect(configure).not_to_be_checked()
    page.get_by_role("button", name="Salvar acesso").click()
    expect(page.locator("main")).to_contain_text("Acesso salvo: Coordenador em")
