"""Every page of Exportação on data of the demonstration: no serious barrier, no sideways scrolling, nothing covered."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from aparencia import MISFITS
from django.db.models import Count
from django.utils import timezone
from lotes import JOBS
from playwright.sync_api import expect

from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente
from saude.contas.models import Usuario
from saude.correcao import salvar
from saude.exportacao.actions import create_export, run_export
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.filtro import Filtro
from saude.fichas.models import Atendido, Ficha, Reprocessamento
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import lotes
from saude.processamento.em_massa import reprocess_block
from saude.retorno import demo as retorno
from saude.retorno.models import Relatorio
from saude.site.demo_producao import load
from saude.transmissao.models import Destino, Envio, Transmissao

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PANEL = "/executando/sistema/exportacao/"
SENT, RETURNS = "/executando/sistema/transmissoes/", "/executando/sistema/retorno/"


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
    return found + batches(town, cause.causa)


def batches(town, causa) -> list[str]:
    """Every page of a batch, of each kind: preview, confirmation, result, undo; and the list of them."""
    user = Usuario.objects.get(username="administrador")
    value = Inconsistencia.objects.filter(causa=causa, encerrada_em=None).first().params.get("valor")
    mended = lotes.preview_correction(entidade=town, causa=causa, valor=value, competencia="", by=user)
    judged = lotes.preview_reprocess(entidade=town, filtro=Filtro(situacao="inconsistente"), by=user)
    mounting = Reprocessamento.objects.create(
        entidade=town, acao="corrigir", filtro=mended.filtro, por=user, estado="montando", total=1
    )
    open_ = Atendido.objects.filter(
        ficha__situacao="processada", cliente__nome__gt="", cliente__nascimento__gt="1950-01-01"
    )
    people = (
        open_.values("cliente")
        .annotate(n=Count("ficha", distinct=True))
        .filter(n__gt=1)
        .values_list("cliente")
    )
    opened = (
        salvar.preview(
            cliente=person, changes={"nascimento": person.nascimento + timedelta(days=1)},
            revisao=person.revisao, by=user,
        )
        for person in Cliente.objects.filter(pk__in=people, entidade=town)
    )  # fmt: skip
    saved = next(job for job in opened if job is not None)
    done = lotes.preview_reprocess(
        entidade=town, filtro=Filtro(ids=tuple(judged.itens.values_list("ficha_id", flat=True)[:3])), by=user
    )
    lotes.confirm(job=done, numero=3, by=user)
    for block in done.blocos.all():
        reprocess_block(block.pk)
    done.refresh_from_db()
    back = lotes.preview_undo(job=done, by=user)
    pages = [
        f"{JOBS}{job.pk}/{page}/" for job in (mended, judged, saved, back) for page in ("previa", "confirmar")
    ]
    return [JOBS, f"{JOBS}{mounting.pk}/previa/", f"{JOBS}{done.pk}/", *pages]


def way_back(town) -> list[str]:
    """Transmissions in every state, with fichas in every situação; reports of each kind; the Conciliação."""
    assert retorno.load(entidade=town, today=timezone.localdate())
    Destino.objects.create(
        entidade=town,
        endereco="https://pec.example",
        usuario="credencial",
        recusa="Usuário ou senha inválidos.",
    )
    export = Exportacao.objects.get(entidade=town)
    sent = [_sent(export, state) for state in Transmissao.Estado.values]
    refused = ItemExportacao.objects.filter(
        exportacao=export, ficha__desfecho__resultado="recusada", ficha__substitutas=None
    ).first()
    reports = Relatorio.objects.filter(entidade=town)
    found = [SENT, "/administrando/instalacao/pec/", RETURNS, f"/fichas/{refused.ficha.uuid}/corrigir/"]
    found += [f"{SENT}{t.pk}/" for t in sent]
    found += [f"{SENT}{sent[0].pk}/?situacao={quote(name)}" for name in Envio.Situacao.values]
    found += [f"/executando/sistema/exportacoes/{export.pk}/transmitir/", f"{RETURNS}marcar/{export.pk}/"]
    found += [f"{RETURNS}{row.pk}/{page}" for row in reports for page in ("", "desfazer/")]
    return [*found, f"/executando/sistema/conciliacao/{refused.ficha.competencia}/"]


def _sent(export, state) -> Transmissao:
    """One of an export like this one, as it stands in the database."""
    copy = Exportacao.objects.get(pk=export.pk)
    if state != "espera":
        copy.pk, copy.chave = None, None
        copy.save(force_insert=True)
    halted = state in ("pausada", "parada", "aguardando")
    made = Transmissao.objects.create(
        entidade=export.entidade, exportacao=copy, estado=state, total=7, preparada=True,
        causa="login_recusado" if halted else "", motivo="O PEC recusou a credencial." if halted else "",
    )  # fmt: skip
    items = ItemExportacao.objects.filter(exportacao=export).order_by("ficha_id")
    for place, (item, situacao) in enumerate(zip(items, Envio.Situacao.values, strict=False)):
        said = [{"campo": "profissionalCNS", "texto": "ProfissionalCNS possui um valor inválido: [número]"}]
        Envio.objects.create(
            transmissao=made, ficha_id=item.ficha_id, revisao=item.revisao, lugar=place, situacao=situacao,
            aberta=situacao == "a enviar", tentativas=1, mensagens=said if situacao == "recusada" else [],
        )  # fmt: skip
    return made


def test_no_page_has_a_barrier(town, site, sem_barreiras):
    pages = addresses(town)
    assert len(pages) > 20
    _walked(site("administrador"), pages, sem_barreiras)


def test_no_page_of_the_way_back_has_a_barrier(town, site, sem_barreiras):
    pages = way_back(town)
    assert len(pages) > 20
    _walked(site("administrador"), pages, sem_barreiras)


def _walked(page, pages, sem_barreiras) -> None:
    problems = []
    for address in pages:
        for width in (1280, 768, 390):
            page.set_viewport_size({"width": width, "height": 800})
            response = page.goto(page.base + address)
            assert response.status == 200, address
            problems += [f"{address} at {width}: {found}" for found in page.evaluate(MISFITS)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                problems.append(f"{address} at {width}: {wide} wide")
            if width == 768:
                continue  # told by the widths on both sides of it
            try:
                sem_barreiras(page, "heading-order")
            except AssertionError as found:
                problems.append(str(found))
    assert not problems, "\n".join(problems)


#: Everything of a page that opens: what hangs from a summary, the list of a search box, a question asked in a box
OPENS = """() => {
  for (const d of document.querySelectorAll('details')) d.open = true;
  const box = [...document.querySelectorAll('main [role=combobox]')].find(e => e.checkVisibility());
  box?.focus();
}"""
BOXES = "() => [...document.querySelectorAll('dialog')].map((d, n) => (d.dataset.n = n))"


def test_what_opens_has_no_barrier(town, site, sem_barreiras, criar_usuario):
    """Menus, lists of search boxes and questions, open, on a desk and on a phone."""
    ficha = Ficha.objects.filter(entidade=town, situacao="inconsistente", tipo="FAI").first()
    lists = f"{PANEL}{ficha.competencia}/inconsistencias/?guia=fichas"
    other = criar_usuario("Coordenador", entidade=town)
    page, boxes = site("administrador"), 0
    for address in (
        PANEL,
        lists,
        f"/fichas/{ficha.uuid}/",
        f"/fichas/{ficha.uuid}/corrigir/",
        f"/administrando/acessos/{other.pk}/",
    ):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.goto(page.base + address).status == 200, address
            if width < 768:
                page.locator("[data-menu]").click()
                expect(page.locator("[data-menu]")).to_have_attribute("aria-expanded", "true")
                sem_barreiras(page)
                page.locator("[data-menu]").click()
            page.evaluate(OPENS)
            page.keyboard.press("ArrowDown")
            sem_barreiras(page)
            for number in page.evaluate(BOXES):
                page.evaluate("n => document.querySelector(`dialog[data-n='${n}']`).showModal()", number)
                sem_barreiras(page)
                page.evaluate("n => document.querySelector(`dialog[data-n='${n}']`).close()", number)
                boxes += 1
    assert boxes
