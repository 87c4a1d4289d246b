"""/metricas: the numbers are those of the database, and only who may sees them; JSON log lines."""

import json
import logging
import sys

import pytest
from producao import com_cpf, exportar, quebrado, receber, registro

from saude.metricas.json_log import JsonFormatter


def values(text: str) -> dict[str, float]:
    lines = [x for x in text.splitlines() if x and not x.startswith("#")]
    return {name: float(value) for name, value in (x.rsplit(" ", 1) for x in lines)}


def test_the_numbers_of_the_database(client, entidade):
    person = com_cpf(registro())
    receber(entidade, person, registro(), quebrado())
    exportar(entidade)
    receber(entidade, registro())
    answer = client.get("/metricas")
    text = answer.content.decode()
    found = values(text)
    assert answer["Content-Type"].startswith("text/plain")
    of = 'saude_fichas{municipio="%s",situacao="%s"}'
    assert found[of % (entidade.ibge, "exportada")] == 2
    assert found[of % (entidade.ibge, "inconsistente")] == 1
    assert found[of % (entidade.ibge, "processada")] == 1
    assert found["saude_fichas_exportadas_total"] == 2
    assert found["saude_exportacao_fichas_por_segundo"] > 0
    assert found['saude_fila_tarefas{estado="espera",fila="exportacao"}'] == 1
    assert found["saude_trabalhadores"] == 0
    for private in ("12345678909", person["uuid"], person["ficha"]["headerTransport"]["profissionalCNS"]):
        assert private not in text


@pytest.mark.django_db
def test_how_long_each_page_takes(client):
    def counted(text: str, labels: str) -> float:
        return values(text).get(f"saude_http_segundos_count{{{labels}}}", 0)

    def read() -> str:
        return client.get("/metricas").content.decode()

    before = read()
    client.get("/saude/viva")
    client.get("/entrar/?next=/clientes/12345678909/")
    client.get("/nao-existe/12345678909/")
    client.generic("INVENTADO", "/saude/viva")
    after = read()
    for page, method, answer, more in (
        ("saude_viva", "GET", "2xx", 1),
        ("entrar", "GET", "2xx", 1),
        ("sem nome", "GET", "4xx", 1),
        ("saude_viva", "outro", "2xx", 1),
        ("metricas", "GET", "2xx", 1),
    ):
        labels = f'metodo="{method}",pagina="{page}",resposta="{answer}"'
        assert counted(after, labels) - counted(before, labels) == more, labels
    slowest = values(after)[
        'saude_http_segundos_bucket{le="+Inf",metodo="GET",pagina="entrar",resposta="2xx"}'
    ]
    assert slowest == values(after)['saude_http_segundos_count{metodo="GET",pagina="entrar",resposta="2xx"}']
    assert "INVENTADO" not in after and "12345678909" not in after and "nao-existe" not in after


@pytest.mark.django_db
def test_only_this_machine_or_the_token(client, monkeypatch):
    assert client.get("/metricas").status_code == 200
    assert client.get("/metricas", REMOTE_ADDR="10.0.0.7").status_code == 403
    assert client.get("/metricas", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 403
    monkeypatch.setenv("SAUDE_METRICAS_TOKEN", "segredo")
    assert client.get("/metricas").status_code == 403
    assert client.get("/metricas", headers={"Authorization": "Bearer outro"}).status_code == 403
    given = {"Authorization": "Bearer segredo"}
    assert client.get("/metricas", headers=given, REMOTE_ADDR="10.0.0.7").status_code == 200


def test_json_log_line_tells_the_place_and_not_the_text_of_an_exception():
    try:
        raise ValueError("CPF 123.456.789-09")
    except ValueError:
        record = logging.LogRecord("saude.x", 40, "f.py", 1, "falhou: %s", ("bloco 7",), sys.exc_info())
    line = JsonFormatter().format(record)
    told = json.loads(line)
    assert (told["mensagem"], told["excecao"], told["nivel"]) == ("falhou: bloco 7", "ValueError", "ERROR")
    assert told["onde"][0].startswith("test_metricas.py:")
    assert "123" not in line.replace(str(told["processo"]), "").replace(told["quando"], "")
