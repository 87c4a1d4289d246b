"""Lists narrowed by cause in words and by client by name; filters kept under a name. Nothing of it is in an address."""

import pytest
from django.test import Client
from html_lido import lido
from producao import CPF, DIA, com_cpf, em, quebrado, receber, registro

from saude.auditoria.models import Evento
from saude.cadastros.models import Estabelecimento
from saude.clientes.models import Cliente
from saude.fichas.models import Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.painel import actions
from saude.painel.models import FiltroSalvo
from saude.web.opaco import hide

MES = f"{DIA:%Y%m}"
LIST = f"/executando/sistema/exportacao/{MES}/inconsistencias/?guia=fichas"
FIRST, SECOND = "1111111", "2222222"


@pytest.fixture
def entra(criar_usuario):
    def enter(preset: str = "Digitador", **more) -> Client:
        client = Client()
        client.user = criar_usuario(preset, **more)
        client.force_login(client.user)
        return client

    return enter


@pytest.fixture
def fichas(entidade) -> dict[str, Ficha]:
    for code in (FIRST, SECOND):
        Estabelecimento.objects.create(entidade=entidade, cnes=code, nome=f"UBS {code[0]}")
    receber(
        entidade, em(FIRST, quebrado("FVD"), "ANA LIMA", CPF), em(SECOND, quebrado("FVD"), "BIA REIS"),
        em(FIRST, registro("FVD")),
    )  # fmt: skip
    return {f.cnes + f.situacao[0]: f for f in Ficha.objects.order_by("pk")}


def html(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return lido(response)


def save(
    client: Client, query: str, nome: str = "Meu filtro", situacao: str = "inconsistente", back: str = LIST
):
    asked = {"nome": nome, "situacao": situacao, "filtro": query, "voltar": back}
    return client.post("/filtros/salvar/", asked, follow=True)


def person(nome: str) -> Cliente:
    return Cliente.objects.get(nome=nome)


def test_by_client_the_list_says_the_name_and_its_address_only_the_number(entra, fichas):
    client = entra()
    ana = person("ANA LIMA")
    page = html(client, f"{LIST}&cliente={ana.pk}")
    assert "ANA LIMA" in page and "BIA REIS" not in page
    assert f'value="{ana.nome}"' in page, "the box of the filter has the name"
    assert "cliente=ANA" not in page and "Código do cliente" not in page


def test_a_client_of_another_area_or_entidade_has_no_name_here(entra, fichas, outra_entidade, criar_usuario):
    here = entra(estabelecimento=Estabelecimento.objects.get(cnes=SECOND))
    page = html(here, f"{LIST}&cliente={person('ANA LIMA').pk}")
    assert "ANA LIMA" not in page and "cliente que não está nesta lista" in page
    client = Client()
    client.force_login(criar_usuario("Administrador", username="fora", entidade=outra_entidade))
    assert "ANA LIMA" not in html(client, f"{LIST}&cliente={person('ANA LIMA').pk}")


def test_causes_are_offered_by_their_words_and_each_leads_to_its_fichas(entra, fichas):
    client = entra()
    asked = {"competencia": MES, "situacao": "inconsistente", "q": "turno"}
    offered = client.post("/filtros/causas/", asked).json()["opcoes"]
    assert [(o["campo"], o["detalhe"]) for o in offered] == [("causa", "2 fichas")]
    assert "turno" in offered[0]["texto"].lower() and offered[0]["valor"].startswith("~")
    page = html(client, f"{LIST}&causa={offered[0]['valor']}")
    assert "ANA LIMA" in page and "BIA REIS" in page and f"Só as fichas com: {offered[0]['texto']}" in page
    assert client.post("/filtros/causas/", asked | {"q": "nada disso"}).json() == {"opcoes": []}
    assert client.get("/filtros/causas/").status_code == 405, "what is typed is in no address"


def test_causes_of_another_area_are_not_offered(entra, fichas):
    here = entra(estabelecimento=Estabelecimento.objects.get(cnes=FIRST))
    offered = here.post("/filtros/causas/", {"competencia": MES, "situacao": "inconsistente"}).json()[
        "opcoes"
    ]
    assert [o["detalhe"] for o in offered] == ["1 ficha"]
    assert here.post("/filtros/causas/", {"competencia": MES, "situacao": "processada"}).json() == {
        "opcoes": []
    }


def test_values_of_one_rule_are_offered_together_too(entra, fichas):
    rows = Inconsistencia.objects.filter(encerrada_em=None, severidade="erro")
    for n, row in enumerate(rows.order_by("pk")):
        Inconsistencia.objects.filter(pk=row.pk).update(causa=f"{row.codigo}|valor {n}")
    client = entra()
    asked = {"competencia": MES, "situacao": "inconsistente"}
    offered = client.post("/filtros/causas/", asked).json()["opcoes"]
    assert [o["campo"] for o in offered] == ["codigo", "causa", "causa"]
    assert "qualquer valor" in offered[0]["texto"] and offered[0]["detalhe"] == "2 fichas"
    page = html(client, f"{LIST}&codigo={offered[0]['valor']}")
    assert "ANA LIMA" in page and "BIA REIS" in page


def test_a_filter_is_named_applied_and_removed(entra, fichas):
    client = entra()
    ana = person("ANA LIMA")
    page = lido(save(client, f"guia=fichas&cliente={ana.pk}&de=2026-09-01", "Da Ana"))
    assert "Filtro “Da Ana” salvo" in page
    saved = FiltroSalvo.objects.get()
    assert saved.valores == {"cliente": str(ana.pk)}, "the period is of one competência"
    address = f"?guia=fichas&amp;cliente={ana.pk}"
    assert f'href="{address}"' in page
    applied = html(client, LIST.split("?")[0] + address.replace("&amp;", "&"))
    assert "ANA LIMA" in applied and "BIA REIS" not in applied and 'aria-current="true"' in applied
    assert "Salvar estes filtros" not in applied, "it is kept already"
    page = lido(client.post(f"/filtros/{saved.pk}/apagar/", {"voltar": LIST}, follow=True))
    assert "Filtro apagado" in page and not FiltroSalvo.objects.exists()
    assert "já não existe" in lido(client.post(f"/filtros/{saved.pk}/apagar/", {"voltar": LIST}, follow=True))
    told = Evento.objects.filter(tipo__in=["filtro.salvo", "filtro.apagado"])
    assert (
        told.count() == 2
        and "Da Ana" not in str(list(told.values()))
        and "ANA" not in str(list(told.values()))
    )


def test_what_is_personal_in_a_filter_is_sealed_in_its_address(entra, fichas):
    client = entra()
    cns = fichas[FIRST + "i"].profissional_cns
    causa = fichas[FIRST + "i"].inconsistencias.get(severidade="erro").causa
    save(client, f"profissional={cns}&causa={hide(causa)}")
    page = html(client, LIST)
    assert f"profissional={hide(cns)}".replace("~", "%7E") in page or f"profissional={hide(cns)}" in page
    assert f"profissional={cns}" not in page and f"causa={causa}" not in page
    assert FiltroSalvo.objects.get().valores == {"profissional": cns, "causa": causa}


def test_the_same_name_again_takes_what_is_open_now(entra, fichas):
    client = entra()
    save(client, "ficha=FVD")
    save(client, "ficha=FAI")
    assert FiltroSalvo.objects.get().valores == {"ficha": "FAI"}
    save(client, "ficha=FAI", situacao="processada")
    assert FiltroSalvo.objects.count() == 2, "each list has its own"


def test_a_filter_is_of_one_person_in_one_entidade(entra, fichas, outra_entidade, criar_usuario):
    client, other = entra(), entra(username="outra")
    save(client, "ficha=FVD", "So meu")
    assert "So meu" not in html(other, LIST)
    saved = FiltroSalvo.objects.get()
    assert "já não existe" in lido(other.post(f"/filtros/{saved.pk}/apagar/", {"voltar": LIST}, follow=True))
    stranger = Client()
    stranger.force_login(criar_usuario("Administrador", username="fora", entidade=outra_entidade))
    stranger.post(f"/filtros/{saved.pk}/apagar/", {"voltar": LIST})
    assert FiltroSalvo.objects.get() == saved
    assert "So meu" not in html(stranger, LIST)


HOSTILE = [
    ("", "Meu", "ao menos um filtro"),
    ("de=2026-09-01&ate=2026-09-30", "Meu", "além do período"),
    ("ficha=XXX&situacao=tudo", "Meu", "ao menos um filtro"),
    ("cnes='; DROP TABLE fichas", "Meu", "não existe"),
    ("cnes=<script>alert(1)</script>", "Meu", "não existe"),
    ("ine=123", "Meu", "não existe"),
    ("profissional=joana", "Meu", "não existe"),
    ("codigo=../../etc/passwd", "Meu", "não existe"),
    ("cliente=0", "Meu", "escolha-o pelo nome"),
    ("cliente=99999999999999999999", "Meu", "escolha-o pelo nome"),
    ("cliente=ANA LIMA", "Meu", "escolha-o pelo nome"),
    ("causa=nenhuma", "Meu", "escolha-a na lista"),
    ("ficha=FVD", "  \x00 ", "um nome"),
    ("ficha=FVD", "x" * 41, "um nome"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "nome", "why"), HOSTILE)
def test_a_hostile_value_is_refused_in_words(entra, fichas, query, nome, why):
    page = lido(save(entra(), query, nome))
    assert "s-mensagem--error" in page and why in page and not FiltroSalvo.objects.exists()


def test_of_no_list_nothing_is_kept(entra, fichas):
    page = lido(save(entra(), "ficha=FVD", situacao="<b>"))
    assert "não guarda filtros" in page and not FiltroSalvo.objects.exists()


def test_another_areas_client_is_not_kept(entra, fichas):
    here = entra(estabelecimento=Estabelecimento.objects.get(cnes=SECOND))
    assert "escolha-o pelo nome" in lido(save(here, f"cliente={person('ANA LIMA').pk}"))


def test_a_name_is_text_and_leads_nowhere(entra, fichas):
    client = entra()
    page = save(
        client, "ficha=FVD", "<img src=x onerror=alert(1)>", back="https://mau.example/"
    ).content.decode()
    assert "<img src=x" not in page
    page = client.get(LIST).content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in page and "<img src=x" not in page


def test_what_was_put_into_the_table_by_hand_is_read_as_an_address_is(entra, entidade, fichas):
    client = entra()
    bad = {
        "ficha": '"><script>',
        "cliente": "9" * 30,
        "inventado": "x",
        "situacao": "descartada",
        "cnes": ["1"],
    }
    FiltroSalvo.objects.create(
        entidade=entidade, usuario=client.user, situacao="inconsistente", nome="Mau", valores=bad
    )
    page = client.get(LIST).content.decode()
    assert "Mau" in page and '"><script>' not in page and "inventado" not in page
    address = LIST + "&ficha=%22%3E%3Cscript%3E&cliente=" + "9" * 30
    assert client.get(address).status_code == 200


def test_there_is_a_limit_and_it_is_said(entra, fichas, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 2)
    client = entra()
    for n in range(2):
        save(client, "ficha=FVD", f"F{n}")
    assert "já tem 2 filtros" in lido(save(client, "ficha=FVD", "F2"))
    assert "F1” salvo" in lido(save(client, "ficha=FAI", "F1")), "one that is there may change"
    assert FiltroSalvo.objects.count() == 2


def test_who_was_merged_goes_by_the_one_that_stayed(entra, fichas):
    client = entra()
    ana, bia = person("ANA LIMA"), person("BIA REIS")
    save(client, f"cliente={ana.pk}")
    Cliente.objects.filter(pk=ana.pk).update(mesclado_em=bia)
    page = html(client, LIST)
    assert f"cliente={bia.pk}" in page and f"cliente={ana.pk}" not in page


def test_pendencias_keep_filters_of_their_own(entra, entidade, fichas):
    receber(entidade, com_cpf(registro("FVD", origem="app")))
    client = entra()
    page = lido(save(client, "origem=app", "Do aplicativo", "pendente", "/pendencias/"))
    assert 'href="?origem=app"' in page
    assert "Do aplicativo" not in html(client, LIST)
