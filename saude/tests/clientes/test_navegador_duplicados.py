"""The walk in the browser: search with a misspelling, compare two registrations, merge, take it back."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from producao import cidadao, receber, registro

from ledi_gerador.documentos import cns, cpf
from saude.clientes import duplicados
from saude.clientes.models import Cliente, ParPossivel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CPF, CNS = cpf(123_456_789), cns(4_021_553_870_010)


@pytest.fixture
def par(entidade, criar_usuario):
    for name, number in (("TEREZINHA RODRIGUES LIMA", CPF), ("TERESINHA RODRIGUES LIMA", CNS)):
        record = registro("FVD", clientes=[{"nome": name, "nascimento": "1970-01-02"}])
        child = cidadao(record)
        for field in ("cnsCidadao", "stNaoPossuiCpf"):
            child.pop(field, None)
        child |= {"dtNascimento": "1970-01-02", "sexo": 1}
        child["cpfCidadao" if number == CPF else "cnsCidadao"] = number
        receber(entidade, record)
    duplicados.update_pairs(entidade)
    criar_usuario("Digitador")
    return ParPossivel.objects.get()


def _picture(page, name, width):
    if folder := os.environ.get("SAUDE_FOTOS"):
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def _look(page, name, sem_barreiras):
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        _picture(page, name, width)
        sem_barreiras(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)


def test_search_compare_merge_and_undo(par, site, sem_barreiras):
    page = site("digitador")
    page.goto(page.base + reverse("clientes:lista"))
    page.fill("#q", "tereznha rodriguez")
    page.press("#q", "Enter")
    page.wait_for_selector("text=Os mais parecidos primeiro")
    assert page.locator("tbody tr").count() == 2
    _look(page, "busca", sem_barreiras)
    page.click("main >> text=Possíveis duplicados")
    page.wait_for_selector("text=mesmo nascimento")
    _look(page, "duplicados", sem_barreiras)
    page.click("text=Comparar")
    page.wait_for_selector("text=É a mesma pessoa?")
    _look(page, "comparar", sem_barreiras)
    stays, goes = Cliente.objects.get(cpf=CPF), Cliente.objects.get(cns=CNS)
    page.check(f"input[name=fica][value='{stays.pk}']")
    page.check(f"input[name=campo-nome][value='{goes.pk}']")
    page.click("text=Mesclar os cadastros")
    page.wait_for_selector("text=Cadastros mesclados")
    assert page.inner_text("h1") == "TERESINHA RODRIGUES LIMA"
    goes.refresh_from_db()
    assert goes.mesclado_em == stays
    page.goto(page.base + reverse("clientes:detalhe", args=[goes.pk]))
    assert page.url.endswith(reverse("clientes:detalhe", args=[stays.pk]))
    page.goto(page.base + reverse("clientes:duplicados") + "?guia=mesclados")
    page.click("text=Comparar")
    _look(page, "mesclado", sem_barreiras)
    page.click("main >> text=Desfazer >> nth=0")
    page.wait_for_selector("text=Decisão desfeita")
    goes.refresh_from_db()
    assert goes.mesclado_em is None
    page.click("text=Não são a mesma pessoa")
    page.wait_for_selector("text=Anotado: não são a mesma pessoa")
    assert page.is_visible("text=Nenhum par a decidir")
    _look(page, "vazio", sem_barreiras)
