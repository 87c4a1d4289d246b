"""The walk of the demonstration: a professional that CNES forgot, mended by importing the corrected file."""

from datetime import date

import pytest
from aparencia import MISFITS
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from saude.atualizacao import demo
from saude.cadastros.models import Entidade
from saude.fichas.models import BlocoReprocessamento, Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.processamento.tasks import reprocessar_bloco
from saude.site.demo_producao import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demonstracao(criar_usuario):
    load(fichas=700, seed=2026, today=timezone.localdate())
    town = Entidade.objects.get(ibge=demo.IBGE)
    criar_usuario("Coordenador", entidade=town)
    return town


def of_the_forgotten() -> QuerySet[Ficha]:
    open_rows = Inconsistencia.objects.filter(codigo="CTX-LOT-001", encerrada_em=None)
    return Ficha.objects.filter(cbo=demo.FORGOTTEN, pk__in=open_rows.values("ficha"))


def forgotten() -> int:
    return of_the_forgotten().count()


def run_blocks() -> None:
    for pk in BlocoReprocessamento.objects.filter(feito_em=None).values_list("pk", flat=True):
        reprocessar_bloco(bloco_id=pk)


def test_importing_the_corrected_cnes_mends_the_fichas(demonstracao, site, sem_barreiras):
    before = forgotten()
    alone = [f.pk for f in of_the_forgotten() if f.n_erros == 1]
    assert before >= len(alone) > 0
    page = site("coordenador")
    page.click("text=Tabelas de referência")
    assert page.is_visible("text=CNES do município")
    sem_barreiras(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate(MISFITS) == []
    with page.expect_download() as got:
        page.click("text=Baixar o CNES corrigido")
    page.set_input_files("#arquivo-cnes", got.value.path())
    page.click("text=Enviar e comparar")
    page.wait_for_selector("text=Nada mudou ainda")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        sem_barreiras(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        _picture(page, "conferir", width)
    told = int(page.inner_text(".s-numero b").replace(".", ""))
    assert told == before
    assert forgotten() == before, "comparing changes nothing"
    page.click("text=Confirmar e usar")
    page.wait_for_selector("text=Reavaliando fichas")
    sem_barreiras(page)
    run_blocks()
    page.wait_for_selector("text=Fichas reavaliadas")
    _picture(page, "importado", 1280)
    assert forgotten() == 0
    page.goto(page.base + reverse("referencias:lista"))
    assert not page.is_visible("text=Demonstração:")
    assert set(Ficha.objects.filter(pk__in=alone).values_list("situacao", flat=True)) == {"processada"}
    page.goto(page.base + reverse("profissionais") + f"?q={demo.FORGOTTEN}")
    assert page.locator("tbody tr").count() == 1


def test_the_demonstration_has_each_mistake_of_context_caught(demonstracao):
    caught = set(Inconsistencia.objects.filter(codigo__startswith="CTX-").values_list("codigo", flat=True))
    assert {
        "CTX-LOT-001", "CTX-LOT-002", "CTX-CNES-001", "CTX-INE-001", "CTX-INE-002", "CTX-PROC-002",
        "CTX-PROC-003", "CTX-PROC-004", "CTX-PROC-005", "CTX-CID-001", "CTX-CID-002", "CTX-HIST-006",
    } <= caught  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_have_no_barrier_and_no_sideways_scroll(demonstracao, site, sem_barreiras, width):
    from saude.cadastros.models import Equipe, Estabelecimento, Profissional
    from saude.referencias.models import Publicacao

    page = site("coordenador")
    page.set_viewport_size({"width": width, "height": 800})
    release = Publicacao.objects.filter(tipo="cnes").first()
    addresses = [reverse(n) for n in ("referencias:lista", "estabelecimentos", "equipes", "profissionais")]
    addresses += [
        reverse("referencias:publicacao", args=[release.pk]),
        reverse("estabelecimento", args=[Estabelecimento.objects.first().pk]),
        reverse("equipe", args=[Equipe.objects.first().pk]),
        reverse("profissional", args=[Profissional.objects.first().pk]),
    ]
    for url in addresses:
        page.goto(page.base + url)
        sem_barreiras(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
        _picture(page, url, width)


def _picture(page, url: str, width: int) -> None:
    import os

    if folder := os.environ.get("FOTOS"):
        page.screenshot(path=f"{folder}/{url.strip('/').replace('/', '_')}_{width}.png", full_page=True)


def test_loading_the_demonstration_again_adds_no_release(demonstracao):
    from saude.referencias.models import Publicacao

    n = Publicacao.objects.count()
    load(fichas=50, seed=2026, today=date(timezone.localdate().year, timezone.localdate().month, 1))
    assert Publicacao.objects.count() == n
