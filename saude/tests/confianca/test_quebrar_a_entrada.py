"""Ways in that nobody was given: forged cookies, and the same key turned twice at the same moment."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from senha import SENHA

from saude.auditoria.models import Evento
from saude.contas.models import Usuario
from saude.contas.tentativas import COOKIE
from saude.entrada import esquecida, reserva
from saude.entrada.models import CodigoReserva, PedidoSenha

NEW = "girassol-77-azul"


def forged(known: str) -> list[str]:
    """Made up, cut, lengthened, of another alphabet, and one letter away from a real one."""
    made = [secrets.token_hex(16) for _ in range(80)]
    near = [known[:n] + ("a" if known[n] != "a" else "b") + known[n + 1 :] for n in range(len(known))]
    cut = [known[:n] for n in range(1, len(known))]
    strange = [
        known + "x",
        known.upper() + "A",
        "é" * 32,
        "' OR 1=1 --",
        "../../x",
        "%00",
        "0" * 5000,
        "null",
    ]
    return (made + near + cut + strange + made)[:200]


@pytest.mark.django_db
def test_two_hundred_forged_sessions_open_nothing_and_leave_nothing(client, criar_usuario, settings):
    client.force_login(criar_usuario("Administrador"))
    known = client.cookies[settings.SESSION_COOKIE_NAME].value
    before, trail = Session.objects.count(), Evento.objects.count()
    cookies = forged(known)
    assert len(cookies) == 200 and known not in cookies
    for value in cookies:
        stranger = Client()
        stranger.cookies[settings.SESSION_COOKIE_NAME] = value
        answer = stranger.get("/conta/sessoes/")
        assert answer.status_code == 302 and answer.url.startswith("/entrar/"), value
        assert stranger.post("/conta/senha/", {}).status_code in (302, 403), value
    assert (Session.objects.count(), Evento.objects.count()) == (before, trail)
    assert client.get("/conta/sessoes/").status_code == 200  # the real one is still good


@pytest.mark.django_db
def test_a_forged_mark_of_a_known_browser_gives_no_more_tries(criar_usuario, settings):
    user = criar_usuario("Consulta")
    known = Client()
    assert known.post("/entrar/", {"username": "consulta", "password": SENHA}).status_code == 302
    tried = []
    for n in range(settings.LOGIN_MAX_FAILURES + 20):
        stranger = Client(REMOTE_ADDR="203.0.113.9")
        stranger.cookies[COOKIE] = secrets.token_urlsafe(32) if n % 2 else "A" * n
        answer = stranger.post("/entrar/", {"username": "consulta", "password": f"errada-{n}"})
        tried.append(answer.status_code == 429 or "Muitas tentativas" in answer.text)
    assert tried[settings.LOGIN_MAX_FAILURES :] == [True] * 20
    right = Client(REMOTE_ADDR="203.0.113.9").post("/entrar/", {"username": "consulta", "password": SENHA})
    assert right.status_code != 302 and not user.sessoes.filter(ip="203.0.113.9").exists()
    again = Client()  # and the person, in the browser of always, comes in
    again.cookies[COOKIE] = known.cookies[COOKIE].value
    assert again.post("/entrar/", {"username": "consulta", "password": SENHA}).status_code == 302


def at_once(work, times=6):
    """How often it was done; what was refused in words is not."""

    def one(_):
        try:
            return bool(work())
        except ValidationError:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(one, range(times)))


@pytest.mark.django_db(transaction=True)
def test_a_code_on_paper_sent_by_several_at_once_lets_one_in(criar_usuario):
    user = criar_usuario("Consulta")
    codes = reserva.make(user)
    assert at_once(lambda: reserva.use(user, codes[0])) == 1
    assert CodigoReserva.objects.filter(usuario=user).count() == len(codes) - 1


@pytest.mark.django_db(transaction=True)
def test_an_address_of_a_new_password_used_by_several_at_once_is_used_once(criar_usuario):
    user = criar_usuario("Consulta")
    token = secrets.token_urlsafe(32)
    PedidoSenha.objects.create(usuario=user, hash=esquecida._hash(token))
    assert at_once(lambda: esquecida.choose(token=token, senha=NEW)) == 1
    assert Evento.objects.filter(tipo="usuario.senha_recuperada").count() == 1
    assert Usuario.objects.get(pk=user.pk).check_password(NEW)


@pytest.mark.django_db(transaction=True)
def test_two_addresses_of_the_same_person_and_the_first_used_ends_the_other(criar_usuario):
    user = criar_usuario("Consulta")
    one, other = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    for token in (one, other):
        PedidoSenha.objects.create(usuario=user, hash=esquecida._hash(token))
    esquecida.choose(token=one, senha=NEW)
    with pytest.raises(ValidationError, match="já foi usado"):
        esquecida.choose(token=other, senha="outro-girassol-78")
    assert Usuario.objects.get(pk=user.pk).check_password(NEW)
