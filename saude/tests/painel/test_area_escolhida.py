"""The área chosen in the header is what every page of the production shows, and what its buttons act on."""

import io
import re
import zipfile

import pytest
from django.test import Client
from html_lido import lido
from producao import DIA, FIM, INICIO, em, exportar, quebrado, receber, registro, zip_de

from ledi_gerador.documentos import cpf
from saude.cadastros.models import Estabelecimento
from saude.contas.actions import grant, revoke
from saude.contas.models import Acesso
from saude.exportacao.actions import create_export, run_export
from saude.exportacao.models import Exportacao
from saude.fichas.models import Ficha, Reprocessamento
from saude.inconsistencias.models import Inconsistencia

A, B, FECHADO = "2513838", "2513846", "2513854"
MES = f"{DIA:%Y%m}"
PANEL, EXPORTS = "/executando/sistema/exportacao/", "/executando/sistema/exportacoes/"
DETAIL = f"{PANEL}{MES}/"
PERIOD = {"escopo": "nao_exportados", "tipo": "", "inicio": str(INICIO), "fim": str(FIM)}
ABERTA = {"encerrada_em": None, "severidade": "erro"}


@pytest.fixture
def postos(entidade):
    make = Estabelecimento.objects.create
    names = {A: "UBS Acácia", B: "UBS Buriti", FECHADO: "UBS Fechada"}
    return {c: make(entidade=entidade, cnes=c, nome=n, ativo=c != FECHADO) for c, n in names.items()}


@pytest.fixture
def fichas(entidade, postos):
    """A: one good, one broken, one waiting. B: two good, one broken. One of a closed post; one without CNES."""
    receber(
        entidade,
        em(A, registro(), "ANA ACACIA", cpf(100_000_001)),
        em(A, quebrado(), "ABEL ACACIA", cpf(100_000_002)),
        em(A, registro(origem="app")),
        em(B, registro(), "BIA BURITI", cpf(200_000_001)),
        em(B, registro()),
        em(B, quebrado(), "BRUNO BURITI", cpf(200_000_002)),
        em(FECHADO, registro()),
    )
    lost = registro()
    lost["cnes"] = lost["ficha"]["headerTransport"]["cnes"] = ""
    receber(entidade, lost)
    assert Ficha.objects.get(cnes="").situacao == "inconsistente"


@pytest.fixture
def entra(client: Client, criar_usuario, entidade):
    def enter(preset: str = "Coordenador", area: Estabelecimento | None = None, **more) -> Client:
        client.force_login(criar_usuario(preset, **more))
        if area:
            choose(client, entidade, area)
        return client

    return enter


def choose(client, entidade, area) -> None:
    client.post("/conta/contexto/", {"entidade": entidade.pk, "area": area.pk if area else ""})


def uuids(cnes: str) -> set[str]:
    return set(Ficha.objects.filter(cnes=cnes).values_list("uuid", flat=True))


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return b"".join(response.streaming_content).decode() if response.streaming else lido(response)


def test_all_areas_is_the_default_and_each_area_shows_its_own(entra, fichas, postos, entidade):
    client = entra()
    assert "Todas as áreas" in text_of(client.get(PANEL))
    assert counts(client) == {"processados": 4, "inconsistencias": 3, "pendencias": 1, "exportados": 0}
    choose(client, entidade, postos[A])
    page = text_of(client.get(PANEL))
    assert "Área:<b>UBS Acácia</b>" in page
    assert counts(client) == {"processados": 1, "inconsistencias": 1, "pendencias": 1, "exportados": 0}
    choose(client, entidade, None)
    assert "Área:<b>Todas as áreas</b>" in text_of(client.get(PANEL))


def counts(client) -> dict[str, int]:
    found = re.findall(r'href="[^"]*/(\w+)/[^"]*" aria-label="(\d+) ', text_of(client.get(PANEL)))
    return {name: int(n) for name, n in found}


def test_the_panel_tells_what_the_others_hold(entra, fichas, postos):
    page = text_of(entra(area=postos[A]).get(PANEL))
    assert (
        "<b>Outras áreas: 5 não exportadas</b>(09/2026: 5)" in page
    )  # B 3, the closed one 1, without CNES 1
    assert page.count("Outras áreas: 5 não exportadas") == 2, "beside the competência, too"


def test_nothing_is_told_of_the_others_to_who_has_one_area(entra, fichas, postos):
    page = text_of(entra("Digitador", estabelecimento=postos[A]).get(PANEL))
    assert "Outras áreas" not in page and "Todas as áreas" not in page and "UBS Acácia" in page


def test_of_two_areas_both_are_shown_until_one_is_chosen(entra, fichas, postos, entidade):
    client = entra("Digitador", estabelecimento=postos[A], username="duas")
    user = Acesso.objects.get(usuario__username="duas").usuario
    grant(by="t", usuario=user, entidade=entidade, estabelecimento=postos[B], permissoes=["ver"])
    assert "Minhas 2 áreas" in text_of(client.get(PANEL)) and counts(client)["processados"] == 3
    choose(client, entidade, postos[B])
    assert counts(client)["processados"] == 2
    assert "<b>Outras áreas: 3 não exportadas</b>" in text_of(client.get(PANEL)), (
        "of theirs, none of the others"
    )


def test_every_list_is_of_the_area(entra, fichas, postos, entidade):
    client, others = entra(area=postos[A]), {*uuids(B), *uuids(FECHADO), *uuids("")}
    cause = Inconsistencia.objects.filter(ficha__cnes=A, **ABERTA)[0].causa
    pages = [
        f"{DETAIL}{s}/?guia={g}" for s in ("processados", "inconsistencias", "pendencias")
        for g in ("totalizadores", "fichas", "fichas&baixar=csv")
    ]  # fmt: skip
    pages += [f"{DETAIL}inconsistencias/?guia={g}" for g in ("clientes", "causas")]
    pages += [
        "/pendencias/",
        "/clientes/",
        "/clientes/nao-identificados/",
        "/executando/sistema/sincronizacoes/",
    ]
    pages += [
        f"/busca/?uuid={B}-",
        f"/inconsistencias/causa/?causa={cause}&competencia={MES}",
        f"{PANEL}descartadas/",
    ]
    seen = ""
    for url in pages:
        page = text_of(client.get(url))
        assert not [u for u in others if u in page], url
        assert "BURITI" not in page, url
        seen += page
    assert all(u in seen for u in uuids(A))
    assert "ABEL ACACIA" in seen and "Há em outra área" in text_of(client.get(f"/busca/?uuid={B}-"))


def test_the_sheet_is_of_the_area(entra, fichas, postos):
    client = entra(area=postos[B])
    sheet = zipfile.ZipFile(
        io.BytesIO(b"".join(client.get(f"{DETAIL}processados/?guia=fichas&baixar=xlsx").streaming_content))
    )
    text = sheet.read("xl/worksheets/sheet1.xml").decode()
    assert text.count("<row") == 1 + 2 and all(u not in text for u in uuids(A))


def test_what_is_opened_by_its_own_address_opens(entra, fichas, postos):
    client = entra(area=postos[A])
    other = Ficha.objects.get(cnes=B, situacao="inconsistente")
    assert client.get(f"/fichas/{other.uuid}/").status_code == 200
    assert client.get(f"/fichas/{other.uuid}/corrigir/").status_code == 200
    page = text_of(client.get(f"/clientes/{other.atendidos.get().cliente_id}/"))
    assert "Nenhuma ficha nesta área" in page and "Mais 1 ficha em outras áreas" in page


def test_an_export_of_one_area_says_so_before_and_after(entra, fichas, postos, entidade):
    client = entra(area=postos[A])
    before = text_of(client.get(f"{EXPORTS}nova/?competencia={MES}"))
    assert "Só as fichas de UBS Acácia (2513838). Das outras áreas, 3 fichas ficam" in before
    assert "<b>1</b><span>ficha vai</span>" in before
    client.post(f"{EXPORTS}nova/", {**PERIOD, "chave": "x"})
    done = run_export(Exportacao.objects.get().pk)
    assert done.areas == [A] and done.total == 1 and f"_cnes{A}_" in done.arquivo
    assert [n[:7] for n in zipfile.ZipFile(zip_de(done)).namelist()] == [A]
    assert "Só as fichas de UBS Acácia (2513838)" in text_of(client.get(f"{EXPORTS}{done.pk}/"))
    assert "Só UBS Acácia (2513838)" in text_of(client.get(EXPORTS))
    assert Ficha.objects.filter(situacao="exportada").count() == 1


def test_the_history_of_an_area_has_what_took_its_fichas(entra, fichas, postos, entidade):
    whole = exportar(entidade)
    of_b = create_export(entidade=entidade, escopo="todos", inicio=INICIO, fim=FIM, by=None, cnes={B})
    client = entra(area=postos[A])
    page = text_of(client.get(EXPORTS))
    assert f"{EXPORTS}{whole.pk}/" in page and f"{EXPORTS}{of_b.pk}/" not in page
    assert client.get(f"{EXPORTS}{of_b.pk}/").status_code == 200, "by its own address it opens"
    choose(client, entidade, None)
    assert f"{EXPORTS}{of_b.pk}/" in text_of(client.get(EXPORTS))


def test_who_exports_in_another_area_only_is_told(entra, fichas, postos, entidade):
    client = entra("Consulta", username="exporta-a")
    user = Acesso.objects.get(usuario__username="exporta-a").usuario
    grant(by="t", usuario=user, entidade=entidade, estabelecimento=postos[A], permissoes=["ver", "exportar"])
    choose(client, entidade, postos[B])
    assert "Nova exportação" not in text_of(client.get(PANEL))
    assert "Você não exporta as fichas de UBS Buriti" in text_of(client.get(f"{EXPORTS}nova/"))
    assert client.post(f"{EXPORTS}nova/", {**PERIOD, "chave": "x"}).status_code == 422
    assert not Exportacao.objects.exists()
    choose(client, entidade, postos[A])
    assert "Nova exportação" in text_of(client.get(PANEL))


def test_mass_actions_are_of_the_area(entra, fichas, postos):
    client = entra(area=postos[A])
    client.post(f"{PANEL}reprocessamentos/novo/", {"competencia": MES, "situacao": "inconsistente"})
    assert Reprocessamento.objects.get().total == 1


@pytest.mark.parametrize(
    "url", [f"{EXPORTS}nova/", f"{PANEL}reprocessamentos/novo/", "/inconsistencias/causa/"]
)
def test_a_page_of_another_area_does_nothing(entra, fichas, postos, entidade, url):
    """The área was changed in another tab: what that page counted is not what would be done now."""
    client = entra(area=postos[A])
    cause = Inconsistencia.objects.filter(ficha__cnes=A, **ABERTA)[0].causa
    body = {**PERIOD, "competencia": MES, "situacao": "inconsistente", "causa": cause, "f:valor": "1"}
    for made_for in ("todas", str(postos[B].pk)):
        response = client.post(url, body | {"_area": made_for}, headers={"Accept": "text/html"})
        assert response.status_code == 409 and "Nada foi feito" in lido(response)
    assert not Exportacao.objects.exists() and not Reprocessamento.objects.exists()
    assert client.post(url, body | {"_area": str(postos[A].pk)}).status_code == 302


def test_an_area_closed_while_chosen_is_said_and_all_are_shown(entra, fichas, postos, entidade):
    client = entra(area=postos[A])
    Estabelecimento.objects.filter(pk=postos[A].pk).update(ativo=False)
    assert client.post(f"{EXPORTS}nova/", PERIOD | {"_area": str(postos[A].pk)}).status_code == 409
    page = text_of(client.get(PANEL))
    assert "foi desativada ou não é mais sua. Agora você vê: Todas as áreas." in page
    assert "não é mais sua" not in text_of(client.get(PANEL)), "once"
    assert counts(client)["processados"] == 4


def test_an_area_renamed_or_emptied_while_chosen(entra, fichas, postos):
    client = entra(area=postos[A])
    Estabelecimento.objects.filter(pk=postos[A].pk).update(nome="UBS Aroeira")
    assert "Área:<b>UBS Aroeira</b>" in text_of(client.get(PANEL))
    for ficha in Ficha.objects.filter(cnes=A):
        Ficha.objects.filter(pk=ficha.pk).update(cnes=B)
    page = text_of(client.get(PANEL))
    assert "Nenhum registro nesta área" in page and "Outras áreas: 8 não exportadas" in page
    assert client.get(f"{EXPORTS}nova/").status_code == 200


def test_an_area_that_was_taken_away_in_session(entra, fichas, postos, entidade):
    client = entra("Digitador", estabelecimento=postos[A], username="duas")
    user = Acesso.objects.get(usuario__username="duas").usuario
    grant(by="t", usuario=user, entidade=entidade, estabelecimento=postos[B], permissoes=["ver"])
    choose(client, entidade, postos[B])
    assert counts(client)["processados"] == 2
    revoke(by="t", acesso=Acesso.objects.get(usuario=user, estabelecimento=postos[B]))
    page = text_of(client.get(PANEL))
    assert "não é mais sua. Agora você vê: UBS Acácia" in page and counts(client)["processados"] == 1


def test_an_area_of_another_entidade_is_not_chosen(entra, fichas, outra_entidade):
    foreign = Estabelecimento.objects.create(entidade=outra_entidade, cnes=A, nome="UBS de fora")
    client = entra()
    choose(client, Ficha.objects.first().entidade, foreign)
    page = text_of(client.get(PANEL))
    assert "A área escolhida não existe mais ou não é sua" in page and "UBS de fora" not in page
    session = client.session
    session["area"] = foreign.pk
    session.save()
    assert "UBS de fora" not in text_of(client.get(PANEL)) and counts(client)["processados"] == 4


def test_a_ficha_that_leaves_the_area_while_its_export_waits(entra, fichas, postos, entidade):
    """Its establishment is corrected between the preview and the file: it goes with its new área, not with this."""
    waits = create_export(
        entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by=None, cnes={B}
    )
    assert waits.previstas == 2
    left = Ficha.objects.filter(cnes=B, situacao="processada").first()
    body = {"todos": "1", "revisao": left.revisao, "f:cnes": A, "f:headerTransport.cnes": A}
    entra().post(f"/fichas/{left.uuid}/corrigir/", body)
    left.refresh_from_db()
    assert (left.cnes, left.situacao) == (A, "processada")
    done = run_export(waits.pk)
    assert done.total == 1 and not done.itens.filter(ficha=left).exists()
    assert exportar(entidade, cnes={A}).total == 2


@pytest.mark.parametrize(
    "url", [PANEL, f"{DETAIL}processados/?guia=fichas", "/pendencias/", EXPORTS, f"{EXPORTS}nova/"]
)
def test_the_printed_page_says_its_area(entra, fichas, postos, entidade, url):
    """`.s-area` is what is printed; with all áreas chosen it is on paper only."""
    client = entra(area=postos[A])
    assert '<div class="s-area">' in text_of(client.get(url)) and "Área:<b>UBS Acácia</b>" in text_of(
        client.get(url)
    )
    choose(client, entidade, None)
    page = text_of(client.get(url))
    assert '<div class="s-area s-area--todas">' in page and "Área:<b>Todas as áreas</b>" in page
