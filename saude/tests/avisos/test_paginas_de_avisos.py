"""The pages of notices: what is shown, marked read, chosen; never somebody else's."""

import pytest
from django.urls import reverse
from producao import quebrado, receber

from saude.avisos.actions import tell
from saude.avisos.fontes import Novo
from saude.avisos.models import Aviso, Especie, Preferencia
from saude.contas.actions import revoke

LISTA, LIDOS, ESCOLHER = (reverse(f"avisos:{n}") for n in ("lista", "lidos", "preferencias"))


@pytest.fixture
def pessoa(criar_usuario, entidade, client):
    user = criar_usuario("Coordenador")
    client.force_login(user)
    return user


def dizer(user, entidade, texto="A competência vence.", chave="1", **more):
    novo = Novo(Especie.PRAZO, chave, texto, "/pendencias/", "ver", **more)
    return tell(usuario=user, entidade_id=entidade and entidade.pk, novo=novo)


def sino(page):
    found = page.text.partition("s-sino__n")[2].partition("<span")[0]
    return found.strip().strip('">').strip()


def test_the_bell_counts_what_is_new_and_the_page_marks_what_it_showed(client, pessoa, entidade):
    assert "Nenhum aviso" in client.get(LISTA).text and sino(client.get("/pendencias/")) == ""
    assert dizer(pessoa, entidade) == 1 and dizer(pessoa, entidade) == 0  # clicked twice, told once
    page = client.get(LISTA)
    assert sino(page) == "1" and 'href="/pendencias/"' in page.text
    shown = page.context["novos"]
    dizer(pessoa, entidade, "Outra vence.", chave="2")  # came while the page was open
    client.post(LIDOS, {"aviso": shown})
    client.post(LIDOS, {"aviso": shown})
    assert sino(client.get(LISTA)) == "1"
    assert Aviso.objects.get(chave="prazo:2").lido_em is None


def test_nobody_reads_or_marks_the_notices_of_another(
    client, pessoa, criar_usuario, entidade, outra_entidade
):
    other = criar_usuario("Consulta")
    dizer(other, entidade, "Só do outro.")
    dizer(pessoa, outra_entidade, "De outro município.", chave="2")
    page = client.get(LISTA)
    assert "Só do outro." not in page.text and "De outro município." not in page.text and sino(page) == ""
    client.post(LIDOS, {"aviso": [Aviso.objects.get(usuario=other).pk, "x", "9" * 40]})
    assert Aviso.objects.get(usuario=other).lido_em is None


def test_who_lost_the_area_sees_its_notices_no_more(client, pessoa, entidade, criar_usuario):
    dizer(pessoa, entidade, "Da UBS.", areas=frozenset({"2765432"}))
    assert "Da UBS." in client.get(LISTA).text
    revoke(by=criar_usuario("Administrador"), acesso=pessoa.acessos.get())
    page = client.get(LISTA)
    assert page.status_code == 200 and "Da UBS." not in page.text and sino(page) == ""


def test_a_kind_that_is_not_wanted_is_not_shown_and_comes_back_when_it_is(client, pessoa, entidade):
    dizer(pessoa, entidade)
    chosen = {"pagina": ["pronta"], "email": ["prazo"]}
    assert client.post(ESCOLHER, chosen).url == ESCOLHER
    row = Preferencia.objects.get(usuario=pessoa, especie="prazo")
    assert (row.na_pagina, row.por_email) == (False, True)
    page = client.get(LISTA)
    assert "Nenhum aviso" in page.text and sino(page) == ""
    client.post(ESCOLHER, {"pagina": ["prazo"]})
    assert "A competência vence." in client.get(LISTA).text


def test_only_what_one_may_be_told_of_is_offered(client, pessoa, criar_usuario):
    assert {e for e, *_ in client.get(ESCOLHER).context["especies"]} == {
        "prazo", "pronta", "agente", "exportacao", "transmissao", "tabela"
    }  # fmt: skip
    client.force_login(criar_usuario("Consulta"))
    page = client.get(ESCOLHER)
    assert {e for e, *_ in page.context["especies"]} == {"prazo"}
    assert "O sistema ainda não envia e-mails" in page.text
    client.post(ESCOLHER, {"pagina": ["trabalhador", "inventada"]})
    assert set(Preferencia.objects.values_list("especie", flat=True)) == {"prazo"}


def test_a_notice_made_by_the_round_leads_to_its_page(client, pessoa, entidade, monkeypatch):
    from datetime import UTC, datetime

    from saude.avisos.reunir import collect

    receber(entidade, quebrado())
    collect(datetime(2026, 10, 12, 15, tzinfo=UTC))
    address = Aviso.objects.get(especie="prazo").endereco
    assert client.get(address).status_code == 200
