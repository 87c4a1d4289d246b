"""Sessions are seen and ended; they end by themselves; the screen locks and the server with it."""

import pytest
from django.test import Client
from senha import SENHA

from saude.auditoria.models import Evento
from saude.contas import entradas
from saude.contas.actions import set_active
from saude.contas.models import Sessao

PAGE = "/conta/senha/"


def enter(client, username="consulta", password=SENHA, **more):
    return client.post("/entrar/", {"username": username, "password": password}, **more)


def kinds(prefix):
    return list(Evento.objects.filter(tipo__startswith=prefix).order_by("id").values_list("tipo", flat=True))


def test_the_last_log_in_is_shown_and_refused_ones_are_told(client, criar_usuario):
    criar_usuario("Consulta")
    first = enter(client, REMOTE_ADDR="192.0.2.10")
    assert "Última entrada" not in client.get(PAGE).text and first.status_code == 302
    client.post("/sair/")
    for _ in range(2):
        enter(Client(), password="errada", REMOTE_ADDR="203.0.113.5")
    enter(client, REMOTE_ADDR="192.0.2.11")
    html = client.get(PAGE).text
    assert "Última entrada:" in html and "192.0.2.10" in html
    assert "2 senhas foram recusadas" in html
    assert "recusadas" not in client.get(PAGE).text  # said once


def test_sessions_are_listed_and_ended_by_their_owner(client, criar_usuario):
    criar_usuario("Consulta")
    phone, stolen = Client(), Client()
    enter(client, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    enter(phone, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36"})
    enter(stolen, REMOTE_ADDR="203.0.113.66")
    html = client.get("/conta/sessoes/").text
    assert "Firefox em Linux" in html and "Chrome em Android" in html and "203.0.113.66" in html
    one = Sessao.objects.get(ip="203.0.113.66")
    client.post("/conta/sessoes/encerrar/", {"sessao": str(one.pk), "password": SENHA})
    assert [c.get(PAGE).status_code for c in (client, phone, stolen)] == [200, 200, 302]
    client.post("/conta/sessoes/encerrar/", {"sessao": "outras", "password": SENHA})
    assert [c.get(PAGE).status_code for c in (client, phone)] == [200, 302]
    assert kinds("sessao") == ["sessao.encerrada", "sessao.encerrada"]


def test_a_browser_left_open_throws_nobody_out(client, criar_usuario, settings):
    """Who sits down at it does not know the password; the person's other sessions stay."""
    criar_usuario("Consulta")
    other = Client()
    enter(client)
    enter(other)
    for wrong in ({}, {"password": ""}, {"password": "errada"}):
        answer = client.post("/conta/sessoes/encerrar/", {"sessao": "outras"} | wrong)
        assert answer.status_code == 403 and "A senha não confere" in answer.text
    assert other.get(PAGE).status_code == 200 and kinds("sessao") == []
    for _ in range(settings.LOGIN_MAX_FAILURES):
        answer = client.post("/conta/sessoes/encerrar/", {"sessao": "outras", "password": "errada"})
    assert "Muitas tentativas" in answer.text
    right = client.post("/conta/sessoes/encerrar/", {"sessao": "outras", "password": SENHA})
    assert right.status_code == 403 and other.get(PAGE).status_code == 200


def test_nobody_ends_the_session_of_another(client, criar_usuario):
    criar_usuario("Consulta")
    criar_usuario("Digitador")
    victim = Client()
    enter(victim, "digitador")
    enter(client)
    theirs = Sessao.objects.get(usuario__username="digitador")
    client.post("/conta/sessoes/encerrar/", {"sessao": str(theirs.pk), "password": SENHA})
    assert victim.get(PAGE).status_code == 200
    client.post("/conta/sessoes/encerrar/", {"sessao": "1' OR 1"})
    assert kinds("sessao") == []


def test_an_administrator_ends_the_sessions_of_a_person(client, criar_usuario):
    user = criar_usuario("Consulta")
    person = Client()
    enter(person, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Edg/140.0"})
    client.force_login(criar_usuario("Administrador"))
    url = f"/administrando/acessos/{user.pk}/"
    assert "Edge em Windows" in client.get(url).text
    client.post(f"{url}sessoes/")
    assert person.get(PAGE).status_code == 302
    assert "não está no sistema" in client.get(url).text


def test_of_another_entidade_only_who_answers_for_the_person(client, criar_usuario, outra_entidade):
    """A neighbour who lent the person work does not throw them out everywhere."""
    from saude.contas.actions import grant

    user = criar_usuario("Consulta")
    grant(by="teste", usuario=user, entidade=outra_entidade, permissoes=["ver"])
    person = Client()
    enter(person)
    client.force_login(criar_usuario("Administrador", "vizinha", entidade=outra_entidade))
    client.post(f"/administrando/acessos/{user.pk}/sessoes/")
    assert person.get(PAGE).status_code == 200


def test_who_is_deactivated_is_out_and_stays_out(criar_usuario, entidade):
    user = criar_usuario("Consulta")
    person = Client()
    enter(person)
    set_active(by="teste", usuario=user, ativo=False, entidade=entidade)
    assert person.get(PAGE).status_code == 302
    set_active(by="teste", usuario=user, ativo=True, entidade=entidade)
    assert person.get(PAGE).status_code == 302


def test_the_session_before_log_in_is_worth_nothing_after(client, criar_usuario):
    """Fixation: a key planted in the browser is not the one that is logged in."""
    criar_usuario("Consulta")
    session = client.session
    session["plantada"] = 1
    session.save()
    planted = session.session_key
    client.cookies["saude_sessao"] = planted
    enter(client)
    assert client.cookies["saude_sessao"].value != planted
    thief = Client()
    thief.cookies["saude_sessao"] = planted
    assert thief.get(PAGE).status_code == 302


def test_a_session_ends_however_busy(client, criar_usuario, settings):
    criar_usuario("Consulta")
    enter(client)
    session = client.session
    session[entradas.SINCE] -= settings.SESSION_HOURS * 3600 + 1
    session.save()
    assert client.get(PAGE).status_code == 302
    assert client.get(PAGE, headers={"HX-Request": "true"}).status_code == 401
    assert kinds("sessao") == ["sessao.vencida"]


def test_a_new_password_keeps_this_session_in_the_list(client, criar_usuario):
    criar_usuario("Consulta")
    enter(client)
    new = {"old_password": SENHA, "new_password1": "girassol-77-azul", "new_password2": "girassol-77-azul"}
    client.post("/conta/senha/", new)
    assert '<span class="s-selo s-selo--ok">esta</span>' in client.get("/conta/sessoes/").text


@pytest.fixture
def locked(client, criar_usuario):
    criar_usuario("Digitador")
    enter(client, "digitador")
    assert client.post("/conta/bloquear/").url == "/conta/bloqueada/"
    return client


def test_a_locked_screen_answers_nothing_but_the_password(locked):
    assert locked.get("/conta/sessoes/").url == "/conta/bloqueada/?next=/conta/sessoes/"
    for url in ("/", "/clientes/", "/registrar/", "/conta/sessoes/encerrar/"):
        post = locked.post(url, headers={"Accept": "application/json"})
        assert post.status_code in (405, 423), url
    htmx = locked.get("/clientes/", headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx["HX-Trigger"]) == (423, "telaBloqueada")
    page = locked.post("/conta/contexto/", {"entidade": "1"}, headers={"Accept": "text/html"})
    assert page.status_code == 423 and "Nada foi gravado" in page.text
    wrong = locked.post("/conta/desbloquear/", {"password": "errada"})
    assert wrong.status_code == 403 and "A senha não confere" in wrong.text
    assert locked.get("/conta/sessoes/").status_code == 302
    right = locked.post("/conta/desbloquear/", {"password": SENHA, "next": "/conta/sessoes/"})
    assert right.url == "/conta/sessoes/"
    assert locked.get("/conta/sessoes/").status_code == 200
    assert kinds("tela") == ["tela.bloqueada", "tela.desbloqueada"]


def test_unlocking_goes_to_no_other_host(locked):
    for address in ("https://example.com/", "//example.com", "javascript:alert(1)"):
        assert locked.get("/conta/bloqueada/", {"next": address}).status_code == 200
    assert locked.post("/conta/desbloquear/", {"password": SENHA, "next": "//example.com"}).url == "/"


def test_a_lock_is_guessed_at_five_times(locked, settings):
    for _ in range(settings.LOGIN_MAX_FAILURES):
        locked.post("/conta/desbloquear/", {"password": "errada"})
    late = locked.post("/conta/desbloquear/", {"password": SENHA}, headers={"Accept": "application/json"})
    assert late.status_code == 403 and "Muitas tentativas" in late.json()["erro"]
    assert locked.get("/conta/sessoes/").status_code == 302


def test_locked_it_outlives_the_idle_time_and_ends_with_the_day(locked, settings):
    assert locked.session.get_expiry_age() > settings.SESSION_COOKIE_AGE
    session = locked.session
    session[entradas.SINCE] -= settings.SESSION_HOURS * 3600 + 1
    session.save()
    assert locked.post("/conta/desbloquear/", {"password": SENHA}).url.startswith("/entrar/")
