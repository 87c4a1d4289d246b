"""The queue in a browser: no barrier, nothing wider than the screen; marked and given on a phone as on a desk."""

import pytest
from playwright.sync_api import expect
from producao import DIA, em, quebrado, receber

from saude.cadastros.models import Estabelecimento, Profissional
from saude.fichas.models import Ficha
from saude.fila import actions
from saude.fila.models import Encargo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MES = f"{DIA:%Y%m}"
LIST = f"/executando/sistema/exportacao/{MES}/inconsistencias/?guia=fichas"
CNES = "1111111"


@pytest.fixture
def page(criar_usuario, entidade, site):
    Estabelecimento.objects.create(entidade=entidade, cnes=CNES, nome="UBS Vila dos Pescadores")
    names = ("ANA LIMA", "BIA REIS", "MARIA APARECIDA DOS SANTOS OLIVEIRA DE ALBUQUERQUE")
    receber(entidade, *[em(CNES, quebrado("FVD"), nome) for nome in names])
    cns = Ficha.objects.first().profissional_cns
    Profissional.objects.create(entidade=entidade, cns=cns, nome="JOANA DE AZEVEDO NASCIMENTO")
    page = site(criar_usuario("Coordenador").username)
    return page


def test_queue_and_lists_to_hand_out_have_no_barrier(page, entidade, criar_usuario, olhar):
    gone = criar_usuario("Digitador")
    ids = list(Ficha.objects.order_by("pk").values_list("pk", flat=True))
    chief = type(gone).objects.get(username="coordenador")
    actions.assign(entidade=entidade, ids=ids[:2], who=chief, by=chief)
    actions.assign(entidade=entidade, ids=ids[2:], who=gone, by=chief)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    ficha = Ficha.objects.order_by("pk").first()
    pages = {
        "fila": "/fila/", "fila-sem": "/fila/?quem=sem", "fila-corrigidas": "/fila/?estado=corrigidas",
        "entregar": "/fila/entregar/", "entregar-folha": f"/fila/entregar/?competencia={MES}&cnes={CNES}",
        "fila-ficha": f"/fichas/{ficha.chave}/", "lista": LIST, "causas": LIST.replace("fichas", "causas"),
        "fila-causa": f"/fichas/{ficha.chave}/corrigir/?voltar=/fila/",
    }  # fmt: skip
    for name, address in pages.items():
        assert page.goto(page.base + address).status == 200, address
        olhar(name)


@pytest.mark.parametrize("width", [1366, 1024, 768, 390])
def test_the_row_of_tools_is_straight_and_works(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(page.base + LIST)
    select, give = (
        page.get_by_label("Atribuir a", exact=True),
        page.get_by_role("button", name="Atribuir marcadas"),
    )
    again = page.get_by_role("button", name="Reprocessar marcadas")
    boxes = [box.bounding_box() for box in (select, give, again)]
    assert abs(boxes[0]["y"] - boxes[1]["y"]) <= 1 and abs(boxes[0]["height"] - boxes[1]["height"]) <= 1
    assert abs(boxes[0]["x"] + boxes[0]["width"] - boxes[1]["x"]) <= 1, "one beside the other, joined"
    if width > 390:
        assert abs(boxes[1]["y"] - boxes[2]["y"]) <= 2
    assert all(b["x"] >= 0 and b["x"] + b["width"] <= width for b in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("checkbox", name="BIA REIS").check()
    select.select_option(label="Pessoa Coordenador")
    give.click()
    expect(page.locator("main")).to_contain_text("1 ficha atribuída a Pessoa Coordenador")
    assert Encargo.objects.count() == 1
