"""A forgotten password by e-mail: nothing tells who exists, a token is good once."""

import json
import re
from datetime import timedelta

import pytest
from correio_local import PASSWORD, USER, smtp
from django.db import connection
from django.test import Client
from django.utils import timezone
from senha import SENHA

from saude.auditoria.models import Evento
from saude.contas.actions import set_password
from saude.contas.models import Usuario
from saude.correio.actions import save_server
from saude.entrada.models import PedidoSenha
from saude.entrada.tasks import MailNotSent, senha_esquecida

NEW = {"new_password1": "girassol-77-azul", "new_password2": "girassol-77-azul"}


@pytest.fixture
def mail(criar_usuario):
    user = criar_usuario("Consulta", email="caio@timbo.example")
    with smtp() as (keeper, port):
        save_server(
            by=user, senha=PASSWORD, host="127.0.0.1", porta=port, seguranca="nenhuma", usuario=USER,
            remetente="saude@timbo.example",
        )  # fmt: skip
        yield keeper


def jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'entrada.senha_esquecida' ORDER BY id"
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


def ask(client, email="caio@timbo.example", **more):
    return client.post("/entrar/esqueci/", {"email": email}, **more)


def run():
    """What the worker does with what waits."""
    for args in jobs():
        senha_esquecida.func(**args)


def link(keeper):
    return re.search(r"http://testserver(/entrar/nova-senha/\S+)", keeper.received[-1].get_content())[1]


def test_from_the_page_to_the_new_password(client, mail):
    assert "Se há um usuário com este e-mail" in ask(client).text
    run()
    (message,) = mail.received
    assert message["To"] == "caio@timbo.example"
    address = link(mail)
    assert re.fullmatch(r"/entrar/nova-senha/[A-Za-z0-9_-]{43}/", address)  # nothing of the person in it
    assert PedidoSenha.objects.get().hash not in address
    client.get(address)
    assert client.get(address).url == "/entrar/nova-senha/"  # opening it uses nothing up
    assert "das primeiras" in client.post("/entrar/nova-senha/", dict.fromkeys(NEW, "verao2026!!")).text
    assert "já foi sua" in client.post("/entrar/nova-senha/", dict.fromkeys(NEW, SENHA)).text
    assert client.post("/entrar/nova-senha/", NEW).url == "/entrar/"
    assert (
        client.post("/entrar/", {"username": "consulta", "password": NEW["new_password1"]}).status_code == 302
    )
    kinds = set(Evento.objects.values_list("tipo", flat=True))
    assert {"usuario.recuperacao_enviada", "usuario.senha_recuperada"} <= kinds
    other = Client()
    other.get(address)
    assert other.get("/entrar/nova-senha/").status_code == 410  # used
    assert other.post("/entrar/nova-senha/", NEW).status_code == 410


def test_the_answer_and_the_work_are_the_same_for_who_does_not_exist(client, mail):
    def clean(html):
        return re.sub(r'value="[^"]+"', "", html)

    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as known:
        yes = ask(client)
    with CaptureQueriesContext(connection) as unknown:
        no = ask(Client(), "ninguem@timbo.example")
    assert clean(yes.text) == clean(no.text)
    shape = lambda found: [re.sub(r"'[^']*'|\d+", "?", q["sql"])[:60] for q in found.captured_queries]  # noqa: E731
    assert shape(known) == shape(unknown)
    assert not [q for q in known.captured_queries if "contas_usuario" in q["sql"]]
    stored = str(jobs())
    assert "caio" not in stored and "ninguem" not in stored  # sealed in the queue
    run()
    assert len(mail.received) == 1


def test_who_asks_again_and_again_sends_three(client, mail):
    answers = {ask(Client()).status_code for _ in range(6)}
    assert answers == {200} and len(jobs()) == 3
    for n in range(20):
        ask(Client(), f"pessoa{n}@timbo.example", REMOTE_ADDR="203.0.113.7")
    assert len(jobs()) == 13


@pytest.mark.parametrize("how", ["late", "changed", "inactive", "made up"])
def test_a_token_that_is_no_longer_good(client, mail, how):
    ask(client)
    run()
    address = link(mail)
    user = Usuario.objects.get(username="consulta")
    if how == "late":
        PedidoSenha.objects.update(criado_em=timezone.now() - timedelta(minutes=61))
    elif how == "changed":
        set_password(by="teste", usuario=user, senha="outra-senha-2024")
    elif how == "inactive":
        Usuario.objects.filter(pk=user.pk).update(is_active=False)
    else:
        address = "/entrar/nova-senha/" + "A" * 43 + "/"
    client.get(address)
    assert client.post("/entrar/nova-senha/", NEW).status_code == 410
    assert not Usuario.objects.get(pk=user.pk).check_password(NEW["new_password1"])


def test_sessions_end_and_the_second_factor_is_still_asked(client, mail):
    from test_segundo_fator import SEED, code

    from saude.entrada import actions

    user = Usuario.objects.get(username="consulta")
    thief = Client()
    thief.post("/entrar/", {"username": "consulta", "password": SENHA})
    actions.add_app(by=user, segredo=SEED, codigo=code(), nome="C", entidade=None)
    ask(client)
    run()
    client.get(link(mail))
    client.post("/entrar/nova-senha/", NEW)
    assert thief.get("/conta/sessoes/").url.startswith("/entrar/")
    entered = client.post("/entrar/", {"username": "consulta", "password": NEW["new_password1"]})
    assert entered.url == "/entrar/segundo-fator/"


def test_two_accounts_of_one_address_get_one_message_each(client, mail, criar_usuario):
    criar_usuario("Digitador", email="CAIO@timbo.example")
    criar_usuario("Coordenador", email="caio@timbo.example", username="fora")
    Usuario.objects.filter(username="fora").update(is_active=False)
    ask(client)
    run()
    told = " ".join(m.get_content() for m in mail.received)
    assert len(mail.received) == 2 and "usuário consulta" in told and "usuário digitador" in told


def test_a_server_that_is_away_is_tried_again(client, criar_usuario):
    user = criar_usuario("Consulta", email="caio@timbo.example")
    save_server(
        by=user,
        senha="",
        host="127.0.0.1",
        porta=1,
        seguranca="nenhuma",
        usuario="",
        remetente="s@timbo.example",
    )
    ask(client)
    with pytest.raises(MailNotSent, match="Ninguém responde"):
        run()
    assert not PedidoSenha.objects.exists()
    assert Evento.objects.filter(tipo="usuario.recuperacao_falhou").exists()


def test_without_mail_the_page_says_whom_to_ask(client, db):
    assert "ainda não envia e-mails" in client.get("/entrar/esqueci/").text
    assert "ainda não envia e-mails" in ask(client).text
    assert jobs() == []
