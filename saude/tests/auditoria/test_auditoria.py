import csv
import io

import pytest
from django.db import Error, transaction
from django.urls import reverse
from html_lido import lido

from saude.auditoria.actions import record_event
from saude.auditoria.models import Evento


@pytest.fixture
def admin(client, criar_usuario):
    user = criar_usuario("Administrador")
    client.force_login(user)
    return user


@pytest.mark.parametrize("change", [lambda e: e.delete(), lambda e: e.save()])
def test_the_trail_only_grows(db, change):
    evento = record_event(by="teste", entidade=None, tipo="ficha.vista")
    with (
        pytest.raises(Error, match=r"somente acréscimos|permission denied for table auditoria_evento"),
        transaction.atomic(),
    ):
        change(evento)
    assert Evento.objects.count() == 1


@pytest.mark.parametrize("name", ["cpf", "cns", "nome", "senha"])
def test_personal_data_and_secrets_are_refused(db, name):
    with pytest.raises(ValueError, match="personal data"):
        record_event(by="teste", entidade=None, tipo="x", **{name: "1"})


def test_an_event_outlives_the_user(entidade, criar_usuario):
    user = criar_usuario("Consulta")
    evento = record_event(by=user, entidade=entidade, tipo="ficha.vista", alvo=("fichas.ficha", "u-1"))
    user.delete()
    evento.refresh_from_db()
    assert (evento.usuario_nome, evento.alvo_id) == ("consulta", "u-1")


def test_address_of_the_client_is_kept(client, admin):
    client.get(reverse("auditoria"), REMOTE_ADDR="203.0.113.9")
    assert Evento.objects.get(tipo="auditoria.vista").ip == "203.0.113.9"


def test_page_filters_and_is_itself_recorded(client, admin, entidade):
    record_event(by="maria", entidade=entidade, tipo="ficha.corrigida", alvo=("fichas.ficha", "uuid-77"))
    url = reverse("auditoria")
    html = lido(client.get(url, {"tipo": "ficha.corrigida", "usuario": "mar"}))
    assert "uuid-77" in html and "Usuário criado</td>" not in html
    assert "uuid-77" not in client.get(url, {"ate": "2020-01-01"}).content.decode()
    assert "uuid-77" in client.get(url, {"alvo": "uuid-77"}).content.decode()
    rows = Evento.objects.filter(tipo="auditoria.vista").order_by("id")
    assert [r.detalhe for r in rows] == [{"tipo_buscado": "ficha.corrigida"}, {"ate": "2020-01-01"}, {}]


def test_a_wrong_date_is_said_and_does_not_break(client, admin):
    response = client.get(reverse("auditoria"), {"de": "31/02/2026"})
    assert response.status_code == 200
    assert "Informe uma data válida." in response.content.decode()


def test_other_entidade_is_never_shown(client, admin, outra_entidade):
    record_event(by="intruso", entidade=outra_entidade, tipo="ficha.vista", alvo=("fichas.ficha", "alheia"))
    assert "alheia" not in client.get(reverse("auditoria")).content.decode()
    lines = b"".join(client.get(reverse("auditoria_csv")).streaming_content).decode()
    assert "alheia" not in lines


def test_paging_walks_the_whole_trail(client, admin, entidade):
    for n in range(120):
        record_event(by="robo", entidade=entidade, tipo="ficha.vista", alvo=("fichas.ficha", f"n{n:03}-"))
    seen, url = [], reverse("auditoria") + "?usuario=robo"
    while url:
        response = client.get(url)
        seen += [e["evento"].alvo_id for e in response.context["eventos"]]
        after = response.context["proxima"]
        url = reverse("auditoria") + after if after else ""
    assert seen == [f"n{n:03}-" for n in reversed(range(120))]
    assert Evento.objects.filter(tipo="auditoria.vista").count() == 1


def test_csv_is_recorded_and_cannot_run_as_a_formula(client, admin, entidade):
    record_event(by="=cmd()", entidade=entidade, tipo="ficha.vista")
    response = client.get(reverse("auditoria_csv"), {"tipo": "ficha.vista"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][1] == "Usuário" and rows[1][1] == "'=cmd()" and len(rows) == 2
    assert Evento.objects.get(tipo="auditoria.exportada").detalhe == {"tipo_buscado": "ficha.vista"}
