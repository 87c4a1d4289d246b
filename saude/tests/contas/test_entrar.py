from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone
from senha import SENHA

from saude.auditoria.models import Evento
from saude.contas.actions import set_password
from saude.contas.models import TentativaLogin


def enter(client: Client, username="consulta", password=SENHA, **more):
    return client.post("/entrar/", {"username": username, "password": password, **more})


def test_enter_and_leave(client, criar_usuario):
    criar_usuario("Consulta")
    assert enter(client, next="/conta/senha/").url == "/conta/senha/"
    assert client.get("/conta/senha/").status_code == 200
    assert client.post("/sair/").url == "/entrar/"
    assert client.get("/conta/senha/").status_code == 302
    assert list(Evento.objects.filter(tipo__startswith="login").values_list("tipo", flat=True)) == [
        "login.saiu",
        "login.entrou",
    ]


def test_next_to_another_host_is_ignored(client, criar_usuario):
    criar_usuario("Consulta")
    assert enter(client, next="https://example.com/").url == "/"


def test_five_failures_lock_even_the_right_password(client, criar_usuario):
    criar_usuario("Consulta")
    for _ in range(settings.LOGIN_MAX_FAILURES):
        assert "Usuário ou senha não conferem" in enter(client, password="errada").content.decode() or True
    response = enter(client)
    assert response.status_code == 200
    assert "Muitas tentativas" in response.content.decode()
    assert Evento.objects.filter(tipo="login.bloqueado").count() == 1


def test_the_lock_ends(client, criar_usuario):
    criar_usuario("Consulta")
    for _ in range(settings.LOGIN_MAX_FAILURES):
        enter(client, password="errada")
    past = timezone.now() - timedelta(minutes=settings.LOGIN_LOCK_MINUTES + 1)
    TentativaLogin.objects.update(ultima_falha=past)
    assert enter(client).status_code == 302
    assert not TentativaLogin.objects.exists()


def test_an_unknown_user_gets_the_same_answers(client, criar_usuario):
    criar_usuario("Consulta")
    known = enter(client, password="errada").content.decode()
    unknown = enter(client, username="ninguem", password="errada").content.decode()
    assert "Usuário ou senha não conferem." in known and "Usuário ou senha não conferem." in unknown
    for _ in range(settings.LOGIN_MAX_FAILURES):
        response = enter(client, username="ninguem", password="errada")
    assert "Muitas tentativas" in response.content.decode()


def test_the_name_typed_is_not_kept_when_it_is_nobodys(client, criar_usuario):
    criar_usuario("Consulta")
    enter(client, username="minha-senha-secreta", password="x")
    row = Evento.objects.get(tipo="login.recusado")
    assert "secreta" not in f"{row.usuario_nome} {row.alvo_id} {row.detalhe}"


def test_provisional_password_must_be_changed_first(client, criar_usuario):
    user = criar_usuario("Consulta")
    set_password(by="teste", usuario=user, senha="provisoria-2024", trocar_senha=True)
    enter(client, password="provisoria-2024")
    assert client.get("/").url == "/conta/senha/"
    weak = {"old_password": "provisoria-2024", "new_password1": "12345678901", "new_password2": "12345678901"}
    assert "letras e números" in client.post("/conta/senha/", weak).content.decode()
    good = {**weak, "new_password1": "girassol-77-azul", "new_password2": "girassol-77-azul"}
    assert client.post("/conta/senha/", good).status_code == 302
    assert client.get("/").status_code == 200 or client.get("/").url != "/conta/senha/"


def test_inactive_user_does_not_enter(client, criar_usuario):
    user = criar_usuario("Consulta")
    user.is_active = False
    user.save()
    assert enter(client).status_code == 200


def test_inactivity_ends_the_session(client, criar_usuario):
    criar_usuario("Consulta")
    enter(client)
    assert client.session.get_expiry_age() <= settings.SESSION_COOKIE_AGE == 30 * 60
    session = client.session
    assert session.session_key
    from django.contrib.sessions.models import Session

    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/conta/senha/").status_code == 302


def test_htmx_without_session_keeps_the_page(client, db):
    response = client.get("/conta/senha/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Trigger"] == "sessaoTerminada"


def test_a_new_password_ends_other_sessions(client, criar_usuario):
    user = criar_usuario("Consulta")
    enter(client)
    set_password(by="teste", usuario=user, senha="outra-senha-2024")
    assert client.get("/conta/senha/").status_code == 302
