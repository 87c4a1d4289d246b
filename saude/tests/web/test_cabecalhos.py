"""What every answer says to the browser, and what none says."""

import logging

import pytest

PAGES = ["/", "/entrar/", "/nada-aqui/", "/static/saude/saude.js", "/api/v1/nada", "/saude/viva"]


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_keeps_the_browser_within_the_house(client, db, address):
    answer = client.get(address)
    if answer.streaming:  # read to its end, which closes the file
        assert b"".join(answer.streaming_content)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    if answer["Content-Type"].startswith("text/"):
        assert "charset=utf-8" in answer["Content-Type"].lower().replace('"', "")


def test_another_origin_is_allowed_nothing(client, db):
    answer = client.options(
        "/api/v1/registros",
        headers={"Origin": "https://outro.example", "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code >= 400
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("address", ["/entrar/", "/api/v1/registros"])
def test_trace_is_refused(client, db, address):
    assert client.trace(address).status_code in (401, 405)


@pytest.mark.parametrize("address", ["/static/", "/static/saude/", "/conferidor/"])
def test_no_folder_is_listed(client, db, address):
    assert client.get(address).status_code == 404


def test_nothing_of_who_entered_stays_in_a_cache(client, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    for address in ("/inicio/", "/"):
        assert client.get(address, follow=True)["Cache-Control"] == "no-store"
    assert client.get("/api/v1/lotes/x")["Cache-Control"] == "no-store"


def test_a_page_refused_to_who_entered_is_in_the_log_without_what_was_asked_for(
    client, criar_usuario, caplog
):
    user = criar_usuario("Digitador")
    client.force_login(user)
    with caplog.at_level(logging.WARNING, "saude.web.views"):
        assert client.get("/administrando/privacidade/?quem=fulana").status_code == 403
    [told] = [record.getMessage() for record in caplog.records if record.name == "saude.web.views"]
    assert f"user {user.pk}" in told and "administrando/privacidade/" in told and "fulana" not in told
