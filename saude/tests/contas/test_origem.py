"""The home entidade of a user: what the administrator of another one, or the person, cannot do."""

import threading
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from ledi_gerador.documentos import cpf
from saude.auditoria.models import Evento
from saude.contas import pedidos
from saude.contas.actions import (
    ConsentNeeded,
    create_user,
    grant,
    reset_password,
    set_active,
    set_cpf,
    set_rules_installation,
)
from saude.contas.models import Acesso, Usuario

PASSWORD = "provisoria-2024"


@pytest.fixture
def admin(criar_usuario):
    return criar_usuario("Administrador")


@pytest.fixture
def alheio(criar_usuario, outra_entidade):
    """The administrator of the other municipality."""
    return criar_usuario("Administrador", "alheio", entidade=outra_entidade)


@pytest.fixture
def dora(criar_usuario):
    return criar_usuario("Digitador", "dora")


@pytest.fixture
def rege(criar_usuario):
    """Who administers the installation."""
    user = criar_usuario("Consulta", "rege")
    set_rules_installation(by="teste", usuario=user, sim=True)
    return user


def test_home_is_where_the_user_was_made(entidade, dora):
    assert dora.entidade == entidade


def test_another_entidade_cannot_grant_without_consent(alheio, dora, outra_entidade):
    with pytest.raises(ConsentNeeded, match="Timbó - SC"):
        grant(by=alheio, usuario=dora, entidade=outra_entidade, permissoes=["ver"])
    assert not dora.acessos.filter(entidade=outra_entidade).exists()


def test_consent_is_given_by_the_home_and_read_in_both_trails(
    admin, alheio, dora, entidade, outra_entidade, client
):
    client.force_login(alheio)
    data = {"username": "dora", "permissoes": ["ver", "exportar"]}
    page = client.post(reverse("administrando_existente"), data, follow=True)
    assert "Pedido enviado a quem administra Timbó - SC" in page.text
    assert "aguarda o consentimento" in page.text
    (pedido,) = pedidos.received(entidade)
    client.post(reverse("administrando_pedido", args=[pedido.pk]), {"resposta": "sim"})  # asks, and answers
    assert not dora.acessos.filter(entidade=outra_entidade).exists()
    client.force_login(admin)
    assert "pede que" in client.get(reverse("administrando_acessos")).text
    client.post(reverse("administrando_pedido", args=[pedido.pk]), {"resposta": "sim"})
    assert dora.acessos.get(entidade=outra_entidade).permissoes == ["ver", "exportar"]
    for tipo in ("acesso.pedido", "acesso.consentido", "acesso.concedido"):
        where = Evento.objects.filter(tipo=tipo, alvo_id=str(dora.pk), detalhe__onde=str(outra_entidade))
        assert {e.entidade_id for e in where} == {entidade.pk, outra_entidade.pk}, tipo
    with pytest.raises(ValidationError, match="já foi respondido"):
        pedidos.decide(by=admin, pedido=pedido, sim=False)


def test_refused_is_refused_and_a_third_entidade_does_not_answer(admin, alheio, dora, outra_entidade):
    pedido = pedidos.ask(by=alheio, usuario=dora, entidade=outra_entidade, permissoes=["ver"])
    with pytest.raises(ValidationError, match="outra pessoa"):
        pedidos.decide(by=alheio, pedido=pedido, sim=True)
    pedidos.decide(by=admin, pedido=pedido, sim=False)
    assert not dora.acessos.filter(entidade=outra_entidade).exists()


def test_who_asked_and_was_dismissed_grants_nothing(admin, alheio, dora, outra_entidade):
    pedido = pedidos.ask(by=alheio, usuario=dora, entidade=outra_entidade, permissoes=["ver"])
    alheio.acessos.all().delete()
    with pytest.raises(ValidationError, match="não administra mais"):
        pedidos.decide(by=admin, pedido=pedido, sim=True)


def test_with_a_consent_more_needs_another_and_less_does_not(admin, alheio, dora, outra_entidade):
    pedido = pedidos.ask(by=alheio, usuario=dora, entidade=outra_entidade, permissoes=["ver", "exportar"])
    pedidos.decide(by=admin, pedido=pedido, sim=True)
    grant(by=alheio, usuario=dora, entidade=outra_entidade, permissoes=["ver"])
    with pytest.raises(ConsentNeeded):
        grant(by=alheio, usuario=dora, entidade=outra_entidade, permissoes=["ver", "exportar"])
    assert dora.acessos.get(entidade=outra_entidade).permissoes == ["ver"]


def test_another_entidade_neither_resets_nor_deactivates(admin, alheio, dora, outra_entidade):
    grant(by="teste", usuario=dora, entidade=outra_entidade, permissoes=["ver"])
    before = dora.password
    with pytest.raises(ValidationError):
        reset_password(by=alheio, usuario=dora, senha=PASSWORD, entidade=outra_entidade)
    with pytest.raises(ValidationError):
        set_active(by=alheio, usuario=dora, ativo=False, entidade=outra_entidade)
    with pytest.raises(ValidationError):
        set_cpf(by=alheio, usuario=dora, cpf=cpf(100_000_001), entidade=outra_entidade)
    Acesso.objects.filter(
        usuario=dora, entidade=dora.entidade
    ).delete()  # works only there now: still not theirs
    with pytest.raises(ValidationError):
        reset_password(by=alheio, usuario=dora, senha=PASSWORD, entidade=outra_entidade)
    dora.refresh_from_db()
    assert dora.password == before and dora.is_active


def test_home_dismisses_whoever_else_gave_work(admin, dora, entidade, outra_entidade):
    grant(by="teste", usuario=dora, entidade=outra_entidade, permissoes=["ver"])
    set_active(by=admin, usuario=dora, ativo=False, entidade=entidade)
    dora.refresh_from_db()
    assert not dora.is_active
    told = Evento.objects.filter(tipo="usuario.desativado", alvo_id=str(dora.pk))
    assert {e.entidade_id for e in told} == {entidade.pk, outra_entidade.pk}


def test_the_installation_may_with_a_reason_in_both_trails(rege, alheio, entidade, outra_entidade):
    with pytest.raises(ValidationError, match="motivo"):
        grant(by=rege, usuario=alheio, entidade=entidade, permissoes=["ver"])
    with pytest.raises(ValidationError, match="motivo"):
        reset_password(by=rege, usuario=alheio, senha=PASSWORD, entidade=entidade)
    grant(by=rege, usuario=alheio, entidade=entidade, permissoes=["ver"], motivo="mutirão de vacinação")
    reset_password(by=rege, usuario=alheio, senha=PASSWORD, entidade=entidade, motivo="perdeu a senha")
    for tipo, reason in (
        ("acesso.concedido", "mutirão de vacinação"), ("usuario.senha_trocada", "perdeu a senha"),
    ):  # fmt: skip
        told = Evento.objects.filter(tipo=tipo, detalhe__motivo=reason)
        assert {e.entidade_id for e in told} == {entidade.pk, outra_entidade.pk}


def test_nobody_grants_to_oneself(criar_usuario, rege, entidade, outra_entidade, client):
    me = criar_usuario(None, "eu", permissoes=["ver", "administrar"])
    with pytest.raises(ValidationError, match="a si mesmo"):
        grant(by=me, usuario=me, entidade=entidade, permissoes=["ver", "administrar", "exportar"])
    with pytest.raises(ValidationError, match="a si mesmo"):
        grant(by=rege, usuario=rege, entidade=outra_entidade, permissoes=["ver"], motivo="quero")
    with pytest.raises(ValidationError, match="Trocar senha"):
        reset_password(by=me, usuario=me, senha=PASSWORD, entidade=entidade)
    client.force_login(me)
    page = client.post(reverse("administrando_usuario", args=[me.pk]), {"permissoes": ["ver", "exportar"]})
    assert "Ninguém concede acesso a si mesmo" in page.text
    assert me.acessos.get().permissoes == ["ver", "administrar"]


def test_an_administrator_does_not_reach_who_rules_the_installation(admin, rege, entidade, client):
    for action in (
        lambda: reset_password(by=admin, usuario=rege, senha=PASSWORD, entidade=entidade),
        lambda: set_active(by=admin, usuario=rege, ativo=False, entidade=entidade),
        lambda: set_rules_installation(by=admin, usuario=admin, sim=True),
    ):
        with pytest.raises(ValidationError):
            action()
    client.force_login(admin)
    url = reverse("administrando_dar_instalacao", args=[admin.pk])
    assert client.post(url, {"resposta": "sim"}).status_code == 403
    assert "Pôr de novo em uso" not in client.get(reverse("referencias:lista")).text


def test_the_power_is_given_from_the_page_by_who_has_it(criar_usuario, dora, client):
    ruler = criar_usuario("Administrador", "regente")
    set_rules_installation(by="teste", usuario=ruler, sim=True)
    client.force_login(ruler)
    client.post(reverse("administrando_dar_instalacao", args=[dora.pk]), {"resposta": "sim"})
    dora.refresh_from_db()
    assert dora.administra_instalacao
    assert Evento.objects.filter(
        tipo="instalacao.concedida", entidade_id=dora.entidade_id, alvo_id=str(dora.pk)
    )


def test_somebody_always_rules_the_installation(rege, entidade):
    with pytest.raises(ValidationError, match="ninguém que a administre"):
        set_rules_installation(by="teste", usuario=rege, sim=False)
    rege.refresh_from_db()
    with pytest.raises(ValidationError, match="ninguém que a administre"):
        set_active(by="teste", usuario=rege, ativo=False, entidade=entidade)


def test_the_command_gives_and_says(rege, dora, capsys):
    call_command("administrar_instalacao", "dora")
    assert "dora, rege" in capsys.readouterr().out
    call_command("administrar_instalacao", "rege", retirar=True)
    assert "instalação: dora." in capsys.readouterr().out
    with pytest.raises(CommandError, match="Não há usuário ativo"):
        call_command("administrar_instalacao", "ninguem")


def test_a_person_is_one_user(admin, alheio, outra_entidade, client):
    number = cpf(100_000_001)
    client.force_login(admin)
    data = {"nome": "Joana", "username": "joana", "preset": "Consulta", "cpf": f"{number[:3]}.{number[3:]}"}
    client.post(reverse("administrando_novo_usuario"), data)
    assert Usuario.objects.get(username="joana").cpf == number
    client.force_login(alheio)
    page = client.post(reverse("administrando_novo_usuario"), {**data, "username": "joana2", "cpf": number})
    assert "Já há um usuário com este CPF" in page.text
    page = client.post(
        reverse("administrando_novo_usuario"), {**data, "username": "j3", "cpf": "11111111111"}
    )
    assert "Este CPF não existe" in page.text
    with pytest.raises(IntegrityError), transaction.atomic():
        create_user(
            by="t", entidade=outra_entidade, username="joana4", nome="J", senha=PASSWORD, preset="Consulta",
            cpf=number,
        )  # fmt: skip


def test_users_without_cpf_are_counted_and_mended(admin, dora, client):
    client.force_login(admin)
    assert "2 usuários ativos sem CPF" in " ".join(client.get(reverse("administrando_acessos")).text.split())
    client.post(reverse("administrando_documento", args=[dora.pk]), {"cpf": cpf(100_000_001)})
    dora.refresh_from_db()
    assert dora.cpf == cpf(100_000_001)
    said = Evento.objects.get(tipo="usuario.documento")
    assert dora.cpf not in str(said.detalhe)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_each_other_out_at_once(entidade, criar_usuario):
    one, two = criar_usuario("Administrador", "um"), criar_usuario("Administrador", "dois")
    start, refused = threading.Barrier(2), []

    def take_out(by, whom):
        try:
            start.wait(120)
            set_active(by=by, usuario=whom, ativo=False, entidade=entidade)
        except ValidationError as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=take_out, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert Usuario.objects.filter(is_active=True).count() == 1
    assert len(refused) == 1 and "nenhum administrador" in refused[0]


def test_existing_users_get_a_home_and_the_only_town_keeps_its_sigtap(
    admin, dora, alheio, entidade, outra_entidade
):
    fill = import_module("saude.contas.migrations.0003_origem_cpf_e_instalacao").fill
    grant(by="teste", usuario=dora, entidade=outra_entidade, permissoes=["ver"])
    Usuario.objects.update(entidade=None, administra_instalacao=False)
    fill(apps, None)
    homes = dict(Usuario.objects.values_list("username", "entidade"))
    assert homes == {"administrador": entidade.pk, "dora": entidade.pk, "alheio": outra_entidade.pk}
    assert not Usuario.objects.filter(administra_instalacao=True).exists()  # nobody administers both
    grant(by="teste", usuario=admin, entidade=outra_entidade, permissoes=["ver", "administrar"])
    fill(apps, None)
    assert [u.username for u in Usuario.objects.filter(administra_instalacao=True)] == ["administrador"]
