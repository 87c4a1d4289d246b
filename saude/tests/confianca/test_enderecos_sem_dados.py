"""No document number in an address: causes and professionals are named there by a sealed value."""

import html
import re

import pytest
from django.urls import reverse
from producao import ficha_de, receber, registro

from saude.cadastros.models import Profissional
from saude.inconsistencias.models import Inconsistencia
from saude.web.opaco import MARK, hide, shown

MES = "202609"
LISTS = f"/executando/sistema/exportacao/{MES}/inconsistencias/"
CNS = "700000000000005"
ADDRESS = re.compile(r'(?:href|action|src|hx-get|data-[\w-]+)="([^"]*)"')
FORM = re.compile(r'<form[^>]*method="get".*?</form>', re.DOTALL)
VALUE = re.compile(r'value="([^"]*)"')
DOCUMENT = re.compile(r"(?<!\d)\d{11}(?:\d{4})?(?!\d)")


@pytest.fixture
def unknown(entidade):
    """A ficha of somebody whom no registration knows: a cause with the CNS in it."""
    Profissional.objects.create(entidade=entidade, nome="Outra Pessoa", cns="700000000000013")
    record = registro("FVD")
    record["ficha"]["headerTransport"]["profissionalCNS"] = CNS
    [answer] = receber(entidade, record)
    assert Inconsistencia.objects.filter(causa__contains=CNS, encerrada_em=None).exists()
    return ficha_de(answer)


def addresses(page):
    text = page.content.decode()
    found = ADDRESS.findall(text)
    for form in FORM.findall(text):
        found += VALUE.findall(form)
    return [html.unescape(a) for a in found]


def test_no_page_says_a_document_in_an_address(unknown, cliente_de):
    client = cliente_de("coordenador")
    start = [f"{LISTS}?guia={guia}" for guia in ("totalizadores", "fichas", "causas")]
    more = [reverse("painel:pendencias"), f"/fichas/{unknown.uuid}/", reverse("acs:sincronizacoes")]
    for path in [*start, *more]:
        page = client.get(path)
        assert page.status_code == 200, path
        said = [a for a in addresses(page) if DOCUMENT.search(a)]
        assert not said, (path, said)


def test_the_link_of_a_cause_leads_to_its_fichas_and_to_its_mending(unknown, cliente_de):
    client = cliente_de("coordenador")
    page = client.get(f"{LISTS}?guia=causas")
    links = [a for a in addresses(page) if f"causa={MARK}" in a]
    cause = Inconsistencia.objects.get(causa__contains=CNS, encerrada_em=None).causa
    [listed] = [a for a in links if a.startswith("?") and shown(a.split("causa=")[1]) == cause]
    [mend] = [a for a in links if "/causa/" in a and shown(a.split("causa=")[1]) == cause]
    assert unknown.uuid in client.get(LISTS + listed).content.decode()
    page = client.get(mend)
    assert page.status_code == 200 and unknown.uuid in page.content.decode()


def test_the_filter_of_professionals_finds_the_same_sealed_or_not(unknown, cliente_de):
    client = cliente_de("coordenador")
    where = f"{LISTS}?guia=fichas&profissional="
    for value in (hide(CNS), CNS):
        assert unknown.uuid in client.get(where + value).content.decode()
    assert unknown.uuid not in client.get(where + hide("700000000000013")).content.decode()


@pytest.mark.parametrize("text", ["", CNS, "HEADER-U-001-2:" + CNS, "ção~" * 50, "~x"])
def test_sealed_and_opened_again(text):
    sealed = hide(text)
    assert shown(sealed) == text and hide(text) == sealed
    assert not text or text not in sealed


@pytest.mark.parametrize("value", ["~", "~é", "~AAAA", "~" + "A" * 599, hide(CNS)[:-2], "~%00"])
def test_one_that_is_none_is_only_text(value, unknown, cliente_de):
    assert shown(value) == value
    client = cliente_de("coordenador")
    assert client.get(LISTS, {"guia": "fichas", "causa": value}).status_code == 200
    assert client.get("/inconsistencias/causa/", {"causa": value}).status_code == 302
