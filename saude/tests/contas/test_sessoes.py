"""Requests of one person at the same time: what one stored, another does not take away."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saude.cadastros.actions import create_entidade
from saude.contas import middleware
from saude.contas.sessoes import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def chave() -> str:
    session = SessionStore()
    session.update({"entidade": 1, "area": 7})
    session.create()
    return session.session_key


def opened(key: str) -> SessionStore:
    """As a request has it that began now."""
    session = SessionStore(key)
    assert session["entidade"] == 1
    return session


def test_a_request_that_changed_nothing_only_moves_the_expiry(chave):
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    slow, quick = opened(chave), opened(chave)
    quick["_messages"] = "Novo registro criado"
    quick.save()
    slow.save()
    assert SessionStore(chave)["_messages"] == "Novo registro criado"
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=20)


def test_each_request_writes_its_own_keys(chave):
    slow, quick = opened(chave), opened(chave)
    quick["entidade"] = 2
    del quick["area"]
    quick.save()
    slow["_messages"] = "lida"
    slow.save()
    now = SessionStore(chave)
    assert dict(now.items()) == {"entidade": 2, "_messages": "lida"}
    assert dict(slow.items()) == dict(now.items())


def test_what_a_request_took_out_stays_out(chave):
    slow, quick = opened(chave), opened(chave)
    quick["_messages"] = "uma"
    quick.save()
    slow.pop("area")
    slow.save()
    assert dict(SessionStore(chave).items()) == {"entidade": 1, "_messages": "uma"}
    slow["area"] = 9
    slow.save()
    assert SessionStore(chave)["area"] == 9, "a second save of the same request counts too"


@pytest.mark.parametrize("changed", [False, True])
def test_a_session_that_somebody_left_does_not_come_back(chave, changed):
    slow = opened(chave)
    if changed:
        slow["entidade"] = 3
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        slow.save()
    assert not Session.objects.exists()


def test_a_new_key_at_login_keeps_what_was_there(chave):
    session = opened(chave)
    session.cycle_key()
    session["usuario"] = 5
    session.save()
    assert session.session_key != chave and not Session.objects.filter(pk=chave).exists()
    assert dict(SessionStore(session.session_key).items()) == {"entidade": 1, "area": 7, "usuario": 5}


def test_a_slow_page_does_not_undo_the_entidade_chosen_meanwhile(client, outra_entidade, monkeypatch):
    user = get_user_model().objects.create_superuser("raiz", password="x")
    first = create_entidade(
        by="teste", nome="Abadia", ibge="5200100", uf="GO", cpf_cnpj="01067479000146",
        nome_razao_social="Município de Abadia", email="saude@abadia.example",
    )  # fmt: skip
    client.force_login(user)
    assert client.get(reverse("painel:painel")).wsgi_request.entidade == first
    other = Client()
    other.cookies = client.cookies
    real, answers = middleware.work_context, []

    def meanwhile(*args):
        monkeypatch.setattr(middleware, "work_context", real)
        answers.append(other.post(reverse("trocar_contexto"), {"entidade": outra_entidade.pk}))
        return real(*args)

    monkeypatch.setattr(middleware, "work_context", meanwhile)
    assert client.get(reverse("painel:painel")).wsgi_request.entidade == first, "it began before"
    assert answers[0].status_code == 302
    assert client.get(reverse("painel:painel")).wsgi_request.entidade == outra_entidade
