"""Tasks are seen: what waits says why and since when, results lead to their fichas, the menu counts what waits."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lotes import JOBS, confirmar, lote
from producao import FIM, INICIO, em, quebrado, receber, registro

from saude.banco import espera, fila
from saude.banco.fila import enqueue
from saude.cadastros.models import Estabelecimento
from saude.exportacao.actions import create_export
from saude.fichas.models import Ficha


@pytest.fixture
def coordenador(client, criar_usuario):
    user = criar_usuario("Coordenador")
    client.force_login(user)
    return user


@pytest.fixture
def trabalhador(monkeypatch):
    monkeypatch.setattr(fila, "workers", lambda: 1)


def texto(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def tarefa(**values):
    with connection.cursor() as cursor:
        sets = ", ".join(f"{name} = %s" for name in values)
        cursor.execute(
            f"UPDATE procrastinate_jobs SET {sets} WHERE task_name = 'exportacao.gerar'", [*values.values()]
        )


def pedida(entidade):
    receber(entidade, registro())
    return create_export(entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by="teste")


def porque(export):
    return espera.why("exportacao.gerar", "exportacao_id", [export.pk])


def test_an_export_that_waits_says_why_and_since_when(client, coordenador, entidade, monkeypatch):
    export = pedida(entidade)
    page = texto(client.get(reverse("exportacao:exportacao", args=[export.pk])))
    assert "Nenhum trabalhador está ativo" in page and re.search(
        r"Espera desde \d\d/\d\d/\d{4} \d\d:\d\d", page
    )
    part = texto(client.get(reverse("exportacao:andamento", args=[export.pk])))
    assert "Nenhum trabalhador está ativo" in part


def test_a_part_asked_for_every_second_counts_nothing_for_a_bell_and_a_menu_it_has_not(
    client, coordenador, entidade
):
    export = pedida(entidade)
    found = {}
    for name in ("exportacao", "andamento"):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"exportacao:{name}", args=[export.pk]))
        asked_of = [
            table for q in asked for table in ("avisos_aviso", "fichas_contagem") if table in q["sql"]
        ]
        found[name] = sorted(asked_of)
    assert found == {"exportacao": ["avisos_aviso", "fichas_contagem"], "andamento": []}


def test_each_reason(entidade, trabalhador):
    export = pedida(entidade)
    assert porque(export) == espera.SOON
    enqueue("exportacao.gerar", priority=9, exportacao_id=987_654)
    assert porque(export) == "Há 1 tarefa na frente."
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET attempts = 1, scheduled_at = now() + interval '5 minutes'"
        )
    assert "será tentado de novo às" in porque(export)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 0, scheduled_at = NULL")
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', lock = %s WHERE (args->>'exportacao_id') = '987654'",
            [f"exportacao-{entidade.pk}"],
        )
    assert porque(export) == espera.SAME
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert porque(export) == espera.LOST


def test_one_that_is_being_done_does_not_wait(entidade, trabalhador):
    export = pedida(entidade)
    tarefa(status="doing")
    assert porque(export) == ""


def test_a_reprocessing_that_waits_says_why_and_its_result_leads_to_the_fichas(client, coordenador, entidade):
    receber(entidade, quebrado(), quebrado(), registro())
    client.post(
        reverse("fichas:reprocessar"),
        {"quais": "escolhidas", "fichas": list(Ficha.objects.values_list("pk", flat=True))},
    )
    job = lote()
    page = client.get(f"{JOBS}{job.pk}/previa/")
    assert page.status_code == 200
    job = confirmar(client, job)
    assert (job.inconsistentes, job.processadas) == (2, 1)
    page = client.get(f"{JOBS}{job.pk}/").text
    address = reverse("mudancas:fichas", args=[job.pk, "inconsistente"])
    assert f'href="{address}"' in page
    listed = client.get(address)
    assert len(listed.context["linhas"]) == 2 and listed.text.count("Corrigir</a>") == 2
    Ficha.objects.filter(situacao="inconsistente").update(situacao="processada", n_erros=0)
    assert "Nenhuma ficha agora" in client.get(address).text
    assert client.get(reverse("mudancas:fichas", args=[job.pk, "x"])).status_code == 302


def test_the_list_of_a_batch_is_of_its_municipality_and_areas(client, coordenador, entidade, criar_usuario):
    post = Estabelecimento.objects.create(entidade=entidade, cnes="7654321", nome="Outro posto")
    receber(entidade, quebrado(), em("7654321", quebrado()))
    client.post(
        reverse("fichas:reprocessar"),
        {"quais": "escolhidas", "fichas": list(Ficha.objects.values_list("pk", flat=True))},
    )
    job = confirmar(client)
    address = reverse("mudancas:fichas", args=[job.pk, "inconsistente"])
    assert len(client.get(address).context["linhas"]) == 2
    client.force_login(criar_usuario("Coordenador", username="limitado", estabelecimento=post))
    answer = client.get(address)
    assert answer.status_code in (403, 404) or len(answer.context["linhas"]) == 1


def test_the_menu_counts_the_pendencias_of_what_is_shown(client, coordenador, entidade):
    post = Estabelecimento.objects.create(entidade=entidade, cnes="7654321", nome="Outro posto")
    receber(entidade, registro(origem="app"), registro(origem="app"), em("7654321", registro(origem="app")))
    assert Ficha.objects.filter(situacao="pendente").count() == 3

    def counted(page):
        found = re.search(r'class="s-menu__n">(\d+)<', page.text)
        return found and int(found[1])

    assert counted(client.get("/pendencias/")) == 3
    client.post("/conta/contexto/", {"entidade": entidade.pk, "area": post.pk})
    assert counted(client.get("/pendencias/")) == 1
    Ficha.objects.filter(cnes="7654321").delete()
    assert counted(client.get("/pendencias/")) is None
