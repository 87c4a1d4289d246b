"""Every page of Exportação on data of the demonstration: no serious barrier, no sideways scrolling."""

from urllib.parse import quote

import pytest
from django.utils import timezone

from saude.cadastros.models import Entidade
from saude.exportacao.actions import create_export, run_export
from saude.fichas.models import Atendido, Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.site.demo_producao import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PANEL = "/executando/sistema/exportacao/"


@pytest.fixture
def town(db, criar_usuario):
    load(fichas=400, seed=2026, today=timezone.localdate())
    town = Entidade.objects.exclude(ibge="4218202").get()
    criar_usuario("Administrador", entidade=town)
    return town


def addresses(town) -> list[str]:
    bad = Ficha.objects.filter(entidade=town, situacao="inconsistente")
    month = bad.order_by("-competencia").values_list("competencia", flat=True)[1]
    day = Ficha.objects.filter(situacao="processada", competencia=month).first().data
    export = create_export(entidade=town, escopo="nao_exportados", inicio=day, fim=day, by="teste")
    run_export(export.pk)
    sent = Ficha.objects.filter(situacao="exportada").first()
    client = Inconsistencia.objects.filter(cliente__isnull=False, encerrada_em=None).first().cliente_id
    cause = Inconsistencia.objects.filter(campo__startswith="headerTransport", encerrada_em=None).first()
    found = [PANEL, f"{PANEL}{month}/processados/"]
    found += [
        f"{PANEL}{month}/inconsistencias/?guia={g}" for g in ("totalizadores", "fichas", "clientes", "causas")
    ]
    found += [
        f"{PANEL}{month}/exportados/?guia=fichas",
        "/pendencias/",
        "/clientes/",
        "/clientes/nao-identificados/",
    ]
    found += [f"/clientes/{client}/", f"/clientes/{client}/corrigir/", "/clientes/novo/"]
    found += [f"/clientes/nao-identificados/{Atendido.objects.filter(identificado=False)[0].pk}/"]
    found += [f"/inconsistencias/causa/?causa={quote(cause.causa)}", "/busca/?uuid=" + sent.uuid[:7] + "-"]
    found += ["/executando/sistema/exportacoes/", "/executando/sistema/exportacoes/nova/"]
    found += [f"/executando/sistema/exportacoes/{export.pk}/", f"/fichas/{sent.uuid}/corrigir/?campos=todos"]
    for tipo in ("FAI", "FCI", "FVD", "MCA"):
        ficha = bad.filter(tipo=tipo).first()
        if ficha:
            found += [f"/fichas/{ficha.uuid}/", f"/fichas/{ficha.uuid}/corrigir/"]
    return found


def test_no_page_has_a_barrier(town, site, sem_barreiras):
    page = site("administrador")
    problems = []
    pages = addresses(town)
    assert len(pages) > 20
    for address in pages:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            response = page.goto(page.base + address)
            assert response.status == 200, address
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                problems.append(f"{address} at {width}: {wide} wide")
            try:
                sem_barreiras(page)
            except AssertionError as found:
                problems.append(str(found))
    assert not problems, "\n".join(problems)
