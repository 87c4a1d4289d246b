"""Who guesses is held up; whom they guess at enters all the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from senha import SENHA

from saude.auditoria.models import Evento
from saude.contas import tentativas
from saude.contas.actions import set_password
from saude.contas.models import Aparelho, TentativaLogin

HERE, STRANGER = "198.51.100.7", "203.0.113.9"


def enter(client, password=SENHA, username="consulta", address=HERE):
    return client.post("/entrar/", {"username": username, "password": password}, REMOTE_ADDR=address)


def guess(times, address=STRANGER, username="consulta"):
    return [enter(Client(), "errada", username, address) for _ in range(times)]


def test_a_stranger_locks_themselves_and_not_the_person(client, criar_usuario, settings):
    criar_usuario("Consulta")
    guess(settings.LOGIN_MAX_FAILURES)
    assert "Muitas tentativas" in enter(Client(), address=STRANGER).text
    assert enter(client).status_code == 302


def strangers(settings):
    """As many addresses as it takes to close the name to strangers."""
    for n in range(settings.LOGIN_MAX_FAILURES_STRANGERS):
        enter(Client(), "errada", address=f"203.0.113.{n}")


def test_a_name_guessed_at_from_everywhere_is_open_to_its_own_browser(client, criar_usuario, settings):
    criar_usuario("Consulta")
    enter(client)
    client.post("/sair/")
    strangers(settings)
    assert "Muitas tentativas" in enter(Client(), address="192.0.2.200").text  # right, and from a new address
    assert enter(client, address="192.0.2.201").status_code == 302  # the same browser, wherever it is
    kinds = Evento.objects.filter(tipo="login.bloqueado").values_list("detalhe__origem", flat=True)
    assert list(kinds) == ["vários endereços"]


def test_the_browser_of_a_colleague_opens_no_door(client, criar_usuario, settings):
    """A mark counts for whom it was made for; one made up counts for nobody."""
    criar_usuario("Consulta")
    criar_usuario("Digitador")
    enter(client, username="digitador")
    client.post("/sair/")
    strangers(settings)
    assert "Muitas tentativas" in enter(client, address="192.0.2.202").text
    client.cookies[tentativas.COOKIE] = "x" * 43
    assert "Muitas tentativas" in enter(client, address="192.0.2.203").text


def test_a_stolen_mark_still_has_five_tries(client, criar_usuario, settings):
    criar_usuario("Consulta")
    enter(client)
    client.post("/sair/")
    for n in range(settings.LOGIN_MAX_FAILURES):
        enter(client, "errada", address=f"192.0.2.{n}")
    assert "Muitas tentativas" in enter(client, address="192.0.2.99").text


def test_a_post_behind_one_address_shares_it_without_sharing_the_lock(criar_usuario, settings):
    criar_usuario("Consulta")
    criar_usuario("Digitador")
    guess(settings.LOGIN_MAX_FAILURES, address=HERE)
    assert enter(Client(), username="digitador").status_code == 302


def test_entering_never_uses_up_a_limit(criar_usuario, settings):
    criar_usuario("Consulta")
    for n in range(settings.LOGIN_MAX_FAILURES_STRANGERS + 5):
        assert enter(Client(), address=f"198.51.100.{n}").status_code == 302
    assert not TentativaLogin.objects.exists()


def test_a_new_password_forgives(client, criar_usuario, settings):
    user = criar_usuario("Consulta")
    guess(settings.LOGIN_MAX_FAILURES, address=HERE)
    set_password(by="teste", usuario=user, senha="girassol-77-azul")
    assert enter(client, "girassol-77-azul").status_code == 302


def test_an_ipv6_customer_is_one_address(criar_usuario, settings):
    criar_usuario("Consulta")
    for n in range(settings.LOGIN_MAX_FAILURES):
        enter(Client(), "errada", address=f"2001:db8::{n:x}")
    assert "Muitas tentativas" in enter(Client(), address="2001:db8::ffff").text


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_time_do_not_pass_the_limit(criar_usuario, settings, monkeypatch):
    """Twelve at once: five passwords are looked at, no more."""
    from django.contrib.auth.backends import ModelBackend

    criar_usuario("Consulta")
    looked = []
    monkeypatch.setattr(ModelBackend, "authenticate", lambda *a, **k: looked.append(1))

    def one(_):
        from saude.contas.backend import LockingBackend

        try:
            return LockingBackend().authenticate(None, "consulta", "errada")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(one, range(12))) == {None}
    assert len(looked) == settings.LOGIN_MAX_FAILURES


def test_what_counts_no_more_is_not_kept(client, criar_usuario):
    from saude.contas.tasks import limpar

    criar_usuario("Consulta")
    enter(client)
    guess(1)
    limpar.func()
    assert (TentativaLogin.objects.count(), Aparelho.objects.count()) == (2, 1)
    TentativaLogin.objects.update(ultima_falha=timezone.now() - timedelta(days=2))
    Aparelho.objects.update(visto_em=timezone.now() - timedelta(days=181))
    limpar.func()
    assert (TentativaLogin.objects.count(), Aparelho.objects.count()) == (0, 0)
