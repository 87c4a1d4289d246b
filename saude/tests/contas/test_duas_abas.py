"""Two tabs, two entidades: what was typed for one is never stored in the other."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from senha import SENHA

from saude.cadastros.models import Especialidade
from saude.fichas.models import Ficha
from saude.registrar.models import Rascunho


@pytest.fixture
def raiz(entidade, outra_entidade):
    return get_user_model().objects.create_superuser("raiz", password=SENHA)


def trocar(client, entidade) -> None:
    assert client.post(reverse("trocar_contexto"), {"entidade": entidade.pk}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["field", "header"])
def test_a_form_of_another_entidade_is_refused_whole(client, raiz, entidade, outra_entidade, way):
    client.force_login(raiz)
    trocar(client, outra_entidade)
    address = reverse("especialidade_nova")
    before = Especialidade.objects.count()
    told = {"_entidade": entidade.pk} if way == "field" else {}
    headers = {"X-Entidade": str(entidade.pk)} if way == "header" else {}
    answer = client.post(
        address, {"codigo": "1", "nome": "X", **told}, headers={"Accept": "text/html", **headers}
    )
    assert answer.status_code == 409
    assert "A página é de outra entidade" in answer.text and "Nada foi gravado" in answer.text
    assert Especialidade.objects.count() == before
    machine = client.post(address, told, headers=headers)
    assert machine.status_code == 409 and "Nada foi gravado" in machine.json()["erro"]


@pytest.mark.django_db
def test_every_page_says_its_entidade_and_may_always_change_it(client, raiz, entidade, outra_entidade):
    client.force_login(raiz)
    trocar(client, entidade)
    text = client.get(reverse("painel:painel")).text
    assert re.search(rf'<body[^>]* data-entidade="{entidade.pk}"', text)
    answer = client.post(
        reverse("trocar_contexto"), {"entidade": outra_entidade.pk, "_entidade": outra_entidade.pk}
    )
    assert answer.status_code == 302, "the choice itself comes from any page"
    assert client.get(reverse("painel:painel")).wsgi_request.entidade == outra_entidade


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_ficha_begun_before_the_change_stays_with_whoever_types_it(raiz, entidade, outra_entidade, site):
    page = site("raiz")
    _choose(page, entidade)
    page.goto(page.base + reverse("registrar:ficha", args=["FVD"]))
    other = page.context.new_page()
    other.goto(page.base + "/")
    other.base = page.base
    _choose(other, outra_entidade)
    page.locator("[name$='.turno']").first.select_option("1")
    page.get_by_text("Rascunho só neste computador: A entidade foi trocada em outra aba").wait_for()
    page.get_by_role("button", name="Finalizar e nova").click()
    page.get_by_role("heading", name="A página é de outra entidade").wait_for()
    assert not Rascunho.objects.exists() and not Ficha.objects.exists()
    _choose(other, entidade)
    page.goto(page.base + reverse("registrar:ficha", args=["FVD"]))
    page.get_by_role("button", name="Recuperar").click()
    page.wait_for_url("**/registrar/FVD/?rascunho=*")
    assert page.locator("[name$='.turno']").first.input_value() == "1", "what was typed is there"
    assert Rascunho.objects.get().entidade == entidade
    page.get_by_role("button", name="Finalizar e nova").click()
    page.get_by_role("button", name="Guardar com inconsistências").click()
    page.get_by_text("guardada: está inconsistente").wait_for()
    assert not page.get_by_role("button", name="Recuperar").is_visible(), "the server has it"
    assert Ficha.objects.get().entidade == entidade


def _choose(page, entidade) -> None:
    page.locator("summary.s-contexto").click()
    page.select_option("#ctx-entidade", str(entidade.pk))
    page.get_by_role("button", name="Trocar").click()
    page.locator("summary.s-contexto", has_text=entidade.nome).wait_for()
