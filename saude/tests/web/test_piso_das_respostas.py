"""What ASVS asks of what leaves the system, and of what enters besides what was asked for (docs/seguranca/asvs.csv)."""

import json
import logging
import re

import pytest
from django.urls import reverse
from producao import exportar, receber, registro
from senha import SENHA

from saude.contas.models import Usuario
from saude.metricas.json_log import JsonFormatter


@pytest.mark.django_db
def test_what_is_downloaded_has_a_name_of_ours_and_is_not_opened_in_the_page(client, entidade, criar_usuario):
    """5.4.1, 5.4.2: of IBGE, dates and numbers, whatever was sent."""
    user = criar_usuario("Administrador")
    client.force_login(user)
    receber(entidade, registro())
    made = exportar(entidade, by=user)
    answer = client.get(reverse("exportacao:baixar", args=[made.pk]))
    name = r'attachment; filename="esus_\d{7}_\d{8}_\d{8}_[a-z0-9]+_\d+\.zip"'
    assert answer.status_code == 200 and re.fullmatch(name, answer["Content-Disposition"])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"PK")


@pytest.mark.django_db
def test_leaving_has_the_browser_forget(client, criar_usuario):
    """14.3.1"""
    client.force_login(criar_usuario("Consulta"))
    assert client.post("/sair/")["Clear-Site-Data"] == '"cache"'


@pytest.mark.django_db
def test_fields_that_a_form_does_not_have_change_nothing(client, criar_usuario):
    """8.2.3, 15.3.3: whoever writes the name of a column into a form is not heard."""
    criar_usuario("Consulta")
    client.post("/entrar/", {"username": "consulta", "password": SENHA, "is_superuser": "on"})
    more = {"is_superuser": "on", "is_staff": "1", "administra_instalacao": "true", "cpf": "52998224725"}
    new = {"old_password": SENHA, "new_password1": "girassol-77-azul", "new_password2": "girassol-77-azul"}
    assert client.post("/conta/senha/", new | more | {"id": "1", "username": "outra"}).status_code == 302
    user = Usuario.objects.get(username="consulta")
    assert user.check_password("girassol-77-azul")
    assert (user.is_superuser, user.administra_instalacao, user.cpf) == (False, False, None)


@pytest.mark.parametrize("text", ["uma\nlinha forjada", 'aspas " e \\', "\x1b[31mvermelho", "fim\r\n{}"])
def test_nothing_in_a_message_makes_another_line_of_the_log(text):
    """16.4.1"""
    record = logging.LogRecord("saude.x", 40, "f.py", 1, "disse: %s", (text,), None)
    line = JsonFormatter().format(record)
    assert len(line.splitlines()) == 1 and "\x1b" not in line
    assert json.loads(line)["mensagem"] == f"disse: {text}"
