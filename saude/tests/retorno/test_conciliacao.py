"""Ours beside SISAB's and SIAPS's, by ficha, CNES and INE."""

from pathlib import Path

import pytest
from django.urls import reverse
from producao import em, exportar, ficha_de, receber, registro
from relatorios_do_pec import enviar, linha, registrar, relatorio

from saude.cadastros.models import Estabelecimento
from saude.fichas.models import Ficha
from saude.retorno import actions
from saude.retorno.conciliacao import reconciled, reports_of, totals
from saude.retorno.leitura import Recusado

pytestmark = pytest.mark.django_db(transaction=True)
IBGE6 = "421820"
SIAPS = Path(__file__).parents[3] / "ledi/tests/retorno/amostras/siaps_visao_competencia.csv"
COMPETENCIA = "202609"


def sisab(
    linhas, *, ficha="Visita Domiciliar", aplicacao="Sistema próprio", colunas="IBGE;CNES;INE", ibge=IBGE6
) -> bytes:
    """As the SISAB writes it: Latin-1, a column more at each end, a preamble and a footer."""
    head = ["Ministério da Saúde", "Competência: SET/2026"]
    head += [f"Ficha: {ficha}"] if ficha else []
    head += [f"Aplicação: {aplicacao}"] if aplicacao else []
    body = [f"{colunas};Validação;Total;"]
    body += [f"{ibge};{x};" if colunas.startswith("IBGE") else f"{x};" for x in linhas]
    foot = ["Fonte: SISAB", 'Dado "gerado" em 05/11/2026']
    return "\r\n".join([*head, *body, *foot, ""]).encode("latin-1")


def produzir(entidade, n, cnes="2222222"):
    answers = receber(entidade, *(em(cnes, registro()) for _ in range(n)))
    exportar(entidade)
    return [Ficha.objects.get(pk=ficha_de(a).pk) for a in answers]


def linhas(entidade, **more):
    return reconciled(entidade, COMPETENCIA, reports_of(entidade, COMPETENCIA), **more)


def test_differences_come_first_with_the_reasons(entidade):
    fichas = produzir(entidade, 3) + produzir(entidade, 2, "3333333")
    ine = fichas[0].ine.lstrip("0")
    registrar(entidade, relatorio([linha(fichas[0].uuid)]))
    content = sisab(
        [f"3333333;{ine};Aprovado;2", f"2222222;{ine};Aprovado;1", f"2222222;{ine};Reprovado - CBO;1"]
    )
    registrar(entidade, content)
    worst, best = linhas(entidade)
    assert (worst.cnes, worst.exportadas, worst.recusadas, worst.aprovado, worst.reprovado) == (
        "2222222",
        3,
        1,
        1,
        1,
    )
    assert (worst.diferenca, worst.motivos) == (1, {"Reprovado - CBO": 1})
    assert (best.cnes, best.confere) == ("3333333", True)
    assert totals([worst, best])["exportadas"] == 5


def test_what_the_ministry_counts_and_we_did_not_export_is_a_difference_too(entidade):
    registrar(entidade, sisab(["9999999;;Aprovado;4"]))
    [line] = linhas(entidade)
    assert (line.exportadas, line.diferenca, line.tipo) == (0, -4, "FVD")


def test_by_the_columns_that_the_report_has(entidade):
    produzir(entidade, 2)
    registrar(entidade, sisab(["Aprovado;1.204"], colunas="IBGE", ficha=""))
    [line] = linhas(entidade)
    assert (line.tipo, line.cnes, line.ine) == ("", "", "")
    assert (line.exportadas, line.aprovado, line.diferenca) == (2, 1204, -1202)


def test_a_newer_report_takes_the_place_of_the_older_and_its_undo_gives_it_back(entidade):
    produzir(entidade, 2)
    registrar(entidade, sisab(["2222222;;Aprovado;1"]))
    newer = registrar(entidade, sisab(["2222222;;Aprovado;2"]))
    assert sum(x.aprovado for x in linhas(entidade)) == 2
    actions.undo(relatorio=newer, by=None)
    assert sum(x.aprovado for x in linhas(entidade)) == 1


def test_of_another_application_it_is_kept_but_not_compared(entidade):
    registrar(entidade, sisab(["2222222;;Aprovado;1"], aplicacao="PEC"))
    assert linhas(entidade) == []


def test_of_another_municipality_it_is_refused_and_of_a_state_ours_is_kept(entidade):
    with pytest.raises(Recusado, match="outro município"):
        enviar(entidade, sisab(["2222222;;Aprovado;1"], ibge="120040"))
    mixed = sisab(["2222222;;Aprovado;1"]).replace(b"Fonte", b"120040;2222222;;Aprovado;9;\r\nFonte")
    row = registrar(entidade, mixed)
    assert row.contexto["outros_municipios"] == 1
    assert sum(x.aprovado for x in linhas(entidade)) == 1


def test_siaps_of_another_municipality_is_refused(entidade):
    with pytest.raises(Recusado, match="outro município"):
        enviar(entidade, SIAPS.read_bytes())


def test_siaps_stands_beside_by_team(client, entidade, criar_usuario):
    sample = SIAPS.read_bytes().replace(b"530010", b"421820")
    row = registrar(entidade, sample)
    assert (row.estado, row.competencia) == ("vale", COMPETENCIA)
    client.force_login(criar_usuario("Consulta"))
    page = client.get(reverse("retorno:conciliacao", args=[COMPETENCIA])).content.decode()
    assert "Mais Acesso à APS" in page and "40,0" in page


def test_the_page_says_that_it_is_never_by_uuid_and_leads_to_the_fichas(client, entidade, criar_usuario):
    fichas = produzir(entidade, 2)
    registrar(entidade, sisab([f"2222222;{fichas[0].ine};Aprovado;1"]))
    client.force_login(criar_usuario("Consulta"))
    assert client.get(reverse("retorno:conciliacoes")).url == reverse(
        "retorno:conciliacao", args=[COMPETENCIA]
    )
    page = client.get(reverse("retorno:conciliacao", args=[COMPETENCIA])).content.decode()
    assert "Nunca ficha a ficha" in page and "<svg" in page
    where = reverse("painel:detalhe", args=[COMPETENCIA, "exportados"])
    assert f"{where}?guia=fichas&amp;ficha=FVD&amp;cnes=2222222&amp;ine={fichas[0].ine}" in page
    listed = client.get(f"{where}?guia=fichas&ficha=FVD&cnes=2222222").content.decode()
    assert all(f.uuid in listed for f in fichas)
    sheet = client.get(reverse("retorno:conciliacao", args=[COMPETENCIA]) + "?baixar=xlsx")
    assert (
        sheet["Content-Type"].endswith("spreadsheetml.sheet")
        and b"".join(sheet.streaming_content)[:2] == b"PK"
    )


def test_without_any_report_the_page_says_what_to_ask_for(client, entidade, criar_usuario):
    client.force_login(criar_usuario("Consulta"))
    page = client.get(reverse("retorno:conciliacoes")).content.decode()
    assert "Nenhum relatório do SISAB" in page


def test_who_works_in_one_area_sees_its_own(entidade, client, criar_usuario):
    post = Estabelecimento.objects.create(entidade=entidade, cnes="2222222", nome="UBS DAQUI")
    Estabelecimento.objects.create(entidade=entidade, cnes="3333333", nome="UBS DE LÁ")
    produzir(entidade, 1)
    produzir(entidade, 1, "3333333")
    registrar(entidade, sisab(["2222222;;Aprovado;1", "3333333;;Aprovado;1"]))
    client.force_login(criar_usuario("Consulta", estabelecimento=post))
    page = client.get(reverse("retorno:conciliacao", args=[COMPETENCIA])).content.decode()
    assert "UBS DAQUI" in page and "UBS DE LÁ" not in page
