"""A ficha without a readable date is of no competência: shown apart, said in the preview, and moved when mended."""

import importlib

import pytest
from django.db import connection, transaction
from pagina_lida import ler, numero
from producao import DIA, cidadao, quebrado, receber, registro, sem_data

from saude.atualizacao import views_versao
from saude.banco.papeis import as_owner
from saude.comum.competencia import SEM_DATA
from saude.fichas.contagem_mantida import differences
from saude.fichas.models import Ficha, Reprocessamento
from saude.inconsistencias.models import Inconsistencia

PANEL = "/executando/sistema/exportacao/"


@pytest.fixture
def client(client, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    return client


def test_it_stands_apart_on_the_panel_and_is_said_in_the_preview(client, entidade):
    receber(entidade, quebrado(), sem_data(registro()), sem_data(registro()))
    september, apart = ler(client.get(PANEL)).tabelas[0][1:]
    assert numero(september["Inconsistências"]) == 1
    assert apart[""] == "Sem data" and numero(apart["Inconsistências"]) == 2
    page = ler(client.get("/executando/sistema/exportacoes/nova/?competencia=202609"))
    assert page.listas["Inconsistentes"] == 1 and "2 fichas sem data: não são de período algum" in page.texto


def test_a_date_mended_takes_it_to_its_month_and_a_date_lost_takes_it_away(client, entidade):
    receber(entidade, sem_data(registro()))
    ficha = Ficha.objects.get()
    assert (ficha.competencia, ficha.situacao) == (SEM_DATA, "inconsistente")
    body = {"todos": "1", "revisao": ficha.revisao, "f:headerTransport.dataAtendimento": f"{DIA}T09:00"}
    client.post(f"/fichas/{ficha.uuid}/corrigir/", body)
    ficha.refresh_from_db()
    assert (ficha.competencia, ficha.situacao) == ("202609", "processada")
    again = sem_data(registro(uuid=ficha.uuid))
    cidadao(again)["turno"] = 2
    receber(entidade, again)
    ficha.refresh_from_db()
    assert ficha.competencia == SEM_DATA and differences() == []
    assert set(ficha.inconsistencias.filter(encerrada_em=None).values_list("competencia", flat=True)) == {
        SEM_DATA
    }


@pytest.mark.parametrize(
    "guia", ["totalizadores", "fichas", "clientes", "causas", "fichas&ordem=data&cursor=p__9"]
)
def test_every_page_of_it_opens(client, entidade, guia):
    receber(entidade, sem_data(registro()), sem_data(registro(origem="app")))
    for name in ("processados", "inconsistencias", "pendencias", "exportados"):
        response = client.get(f"{PANEL}sem-data/{name}/?guia={guia}", follow=True)
        assert response.status_code == 200 and "fichas sem data" in response.content.decode()
    found = Inconsistencia.objects.filter(competencia=SEM_DATA)[0]
    for url in (
        "/pendencias/",
        "/clientes/nao-identificados/",
        f"/inconsistencias/causa/?causa={found.causa}",
    ):
        assert client.get(url, {"competencia": SEM_DATA, "causa": found.causa}).status_code == 200, url
    assert client.get(f"/fichas/{found.ficha.uuid}/").status_code == 200
    assert client.get(f"{PANEL}{SEM_DATA}/inconsistencias/").status_code == 404, "it has one address"


def test_a_mass_reprocessing_of_the_undated_takes_only_them(client, entidade):
    receber(entidade, sem_data(registro()), quebrado())
    client.post(f"{PANEL}reprocessamentos/novo/", {"competencia": SEM_DATA, "situacao": "inconsistente"})
    assert Reprocessamento.objects.get().total == 1


@pytest.mark.django_db(transaction=True)
def test_the_migrations_move_what_an_older_release_kept_in_a_month(entidade):
    receber(entidade, sem_data(registro()), registro())
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:  # as migrations work
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE fichas_ficha DROP CONSTRAINT ficha_competencia_da_data")
        for table in ("fichas_ficha", "inconsistencias_inconsistencia"):
            cursor.execute(f"UPDATE {table} SET competencia = '202610' WHERE competencia = %s", [SEM_DATA])
        for app in ("fichas.migrations.0013", "inconsistencias.migrations.0002"):
            cursor.execute(importlib.import_module(f"saude.{app}_sem_data").MOVE)
        assert Ficha.objects.filter(competencia=SEM_DATA).count() == 1 and differences() == []
        assert not Inconsistencia.objects.exclude(competencia=SEM_DATA).exists()
        transaction.set_rollback(True)  # the constraint comes back


def test_no_file_shows_the_code_of_no_date(client, entidade, monkeypatch):
    """What is kept in the place of a month is ours: a sheet and the name of a file say it in words."""
    receber(entidade, sem_data(registro()))
    sheet = client.get(f"{PANEL}sem-data/inconsistencias/?guia=fichas&baixar=csv")
    assert "fichas_sem_data_" in sheet["Content-Disposition"]
    cells = b"".join(sheet.streaming_content).decode("utf-8-sig").replace("\r\n", ";").split(";")
    assert len(cells) > 10 and SEM_DATA not in cells
    one = {
        "uuid": "u",
        "tipo": "FVD",
        "competencia": SEM_DATA,
        "perdidos": [],
        "erros": [],
        "motivo": "porque",
    }
    monkeypatch.setattr(
        views_versao.regenerar, "told", lambda row: iter([one, one | {"competencia": "202609"}])
    )
    assert [line[2] for line in views_versao._lines(None)] == ["sem data", "202609"]
