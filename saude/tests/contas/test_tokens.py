"""Keys of the API: they end, alone or with whoever answers for them; what each may do; when it was used."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from html_lido import lido

from saude.auditoria.models import Evento
from saude.cadastros.tempo import local_today
from saude.contas.actions import create_token, revoke, set_active
from saude.contas.models import ApiToken
from saude.contas.queries import last_day, token_by_secret
from saude.contas.tokens import change_token, new_secret, usual_end

ASK, SEND = "/api/v1/inconsistencias", "/api/v1/conferencias"


@pytest.fixture
def admin(client, criar_usuario):
    user = criar_usuario("Administrador")
    client.force_login(user)
    return user


@pytest.fixture
def ask(client):
    def get(secret: str, address: str = ASK) -> Any:
        method = client.get if address == ASK else client.post
        return method(address, headers={"Authorization": f"Bearer {secret}"})

    return get


def shown_secret(response: Any) -> str:
    return re.search(r'id="segredo"[^>]*value="([^"]+)"', response.content.decode())[1]


def test_the_form_of_before_makes_a_key_with_the_usual(client, admin, entidade):
    secret = shown_secret(
        client.post(reverse("administrando_tokens"), {"nome": "PEP", "limite_por_minuto": 60})
    )
    token = token_by_secret(secret)
    assert (token.escopos, token.responsavel, token.limite_por_minuto) == (["enviar", "ler"], admin, 60)
    assert last_day(token) == usual_end(local_today(entidade))


def test_the_page_opens_with_twelve_months_and_both_scopes(client, admin, entidade):
    html = client.get(reverse("administrando_tokens")).content.decode()
    assert f'value="{usual_end(local_today(entidade)).isoformat()}"' in html
    assert '<option value="enviar ler" selected>' in html


def test_twelve_months_from_a_29_of_february():
    assert usual_end(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize(("days", "words"), [(-1, "já passou"), (3 * 366, "no máximo até")])
def test_an_end_that_will_not_do(client, admin, entidade, days, words):
    data = {"nome": "x", "limite_por_minuto": 1, "ate": local_today(entidade) + timedelta(days=days)}
    assert words in lido(client.post(reverse("administrando_tokens"), data))
    assert not ApiToken.objects.exists()


def test_it_ends_on_its_day(ask, entidade):
    _, secret = create_token(by="teste", entidade=entidade, nome="PEP")
    assert ask(secret).status_code == 200
    ApiToken.objects.update(expira_em=timezone.now() - timedelta(seconds=1))
    answer = ask(secret)
    assert answer.status_code == 401
    assert "venceu em" in answer.json()["detail"]
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    assert token_by_secret(secret) is None


def test_it_is_good_to_the_last_moment_of_its_day_there(entidade):
    token, _ = create_token(by="teste", entidade=entidade, nome="PEP", ate=date(2027, 1, 31))
    assert token.expira_em.isoformat() == "2027-02-01T00:00:00-03:00"
    assert last_day(token) == date(2027, 1, 31)


def test_it_ends_with_whoever_answers_for_it_and_lives_again_with_another(
    client, ask, criar_usuario, entidade
):
    boss, maker = criar_usuario("Administrador"), criar_usuario("Administrador", username="quem-fez")
    token, secret = create_token(by=maker, entidade=entidade, nome="PEP")
    assert ask(secret).status_code == 200
    set_active(by=boss, usuario=maker, ativo=False, entidade=entidade)
    answer = ask(secret)
    assert answer.status_code == 401 and "não trabalha mais aqui" in answer.json()["detail"]
    client.force_login(boss)
    assert "Sem responsável" in lido(client.get(reverse("administrando_tokens")))
    page = reverse("administrando_token", args=[token.pk])
    assert "Responsável" in lido(client.get(page))
    assert client.post(page, {"responsavel": maker.pk}).status_code == 200  # who is gone answers for nothing
    assert ask(secret).status_code == 401
    client.force_login(boss)
    assert client.post(page, {"responsavel": boss.pk}).status_code == 302
    assert ask(secret).status_code == 200
    told = Evento.objects.filter(tipo="token.alterado").get()
    assert (told.usuario_nome, told.detalhe["responsavel"]) == (boss.username, boss.username)


def test_it_ends_when_they_lose_their_access_here(ask, criar_usuario, entidade):
    criar_usuario("Administrador", username="outro")
    maker = criar_usuario("Administrador")
    _, secret = create_token(by=maker, entidade=entidade, nome="PEP")
    revoke(by="teste", acesso=maker.acessos.get())
    assert ask(secret).status_code == 401


def test_a_stranger_answers_for_nothing(criar_usuario, entidade, outra_entidade):
    elsewhere = criar_usuario("Administrador", username="longe", entidade=outra_entidade)
    with pytest.raises(ValidationError):
        create_token(by="teste", entidade=entidade, nome="PEP", responsavel=elsewhere)


def test_each_scope_opens_its_addresses_and_no_other(ask, entidade):
    _, sends = create_token(by="teste", entidade=entidade, nome="PEP", escopos=["enviar"])
    _, reads = create_token(by="teste", entidade=entidade, nome="BI", escopos=["ler"])
    assert (ask(sends).status_code, ask(sends, SEND).status_code) == (403, 400)  # 400: an empty body
    assert (ask(reads).status_code, ask(reads, SEND).status_code) == (200, 403)
    told = ask(reads, SEND)
    assert "não pode enviar registros" in told.json()["detail"]
    assert 'error="insufficient_scope", scope="enviar"' in told["WWW-Authenticate"]
    with pytest.raises(ValidationError):
        create_token(by="teste", entidade=entidade, nome="Nada", escopos=[])


def test_its_scope_is_chosen_and_changed_on_the_page(client, admin, ask):
    data = {"nome": "BI", "limite_por_minuto": 60, "escopos": "ler"}
    secret = shown_secret(client.post(reverse("administrando_tokens"), data))
    assert ask(secret, SEND).status_code == 403
    page = reverse("administrando_token", args=[ApiToken.objects.get().pk])
    client.force_login(admin)
    client.post(page, {"escopos": "enviar ler"})
    assert ask(secret, SEND).status_code == 400


def test_its_last_use_is_shown_to_the_minute(client, admin, ask, entidade):
    token, secret = create_token(by=admin, entidade=entidade, nome="PEP")
    page = reverse("administrando_tokens")
    assert "nunca" in lido(client.get(page))
    ask(secret)
    token.refresh_from_db()
    first = token.usado_em
    assert timezone.now() - first < timedelta(minutes=1)
    ask(secret)
    token.refresh_from_db()
    assert token.usado_em == first  # written once a minute
    client.force_login(admin)
    assert "nunca" not in lido(client.get(page))


def test_a_month_before_its_end_the_page_warns(client, admin, entidade):
    today = local_today(entidade)
    create_token(by=admin, entidade=entidade, nome="Longe", ate=today + timedelta(days=40))
    create_token(by=admin, entidade=entidade, nome="Perto", ate=today + timedelta(days=20))
    text = lido(client.get(reverse("administrando_tokens")))
    assert f"<b>Perto</b>vence em {today + timedelta(days=20):%d/%m/%Y}" in text
    assert "<b>Longe</b>" not in text
    page = reverse("administrando_token", args=[ApiToken.objects.get(nome="Perto").pk])
    client.post(page, {"ate": today + timedelta(days=300)})
    assert "<b>Perto</b>" not in lido(client.get(reverse("administrando_tokens")))


def test_of_another_entidade_or_revoked_it_is_not_changed(client, admin, outra_entidade, entidade):
    theirs, _ = create_token(by="teste", entidade=outra_entidade, nome="PEP")
    assert client.get(reverse("administrando_token", args=[theirs.pk])).status_code == 404
    mine, _ = create_token(by=admin, entidade=entidade, nome="PEP")
    client.post(reverse("administrando_revogar_token", args=[mine.pk]))
    assert client.post(reverse("administrando_token", args=[mine.pk]), {}).status_code == 404
    with pytest.raises(ValidationError):
        change_token(by=admin, token=mine, ate=None, escopos=["ler"], responsavel=admin)


def test_a_new_secret_ends_the_former(ask, entidade):
    token, first = create_token(by="teste", entidade=entidade, nome="PEP")
    second = new_secret(by="teste", token=token)
    assert (ask(first).status_code, ask(second).status_code) == (401, 200)


def test_keys_of_before_get_a_year_and_whoever_made_them(criar_usuario, entidade):
    """What the migration fills in."""
    from importlib import import_module

    from django.apps import apps

    here, gone = criar_usuario(username="aqui"), criar_usuario(username="saiu")
    for maker in (here, gone):
        create_token(by=maker, entidade=entidade, nome=maker.username)
    gone.is_active = False
    gone.save()
    ApiToken.objects.update(expira_em=None, responsavel=None)
    import_module("saude.contas.migrations.0004_validade_dos_tokens").fill(apps, None)
    found = {t.nome: t for t in ApiToken.objects.all()}
    assert (found["aqui"].responsavel, found["saiu"].responsavel) == (here, None)
    assert all(t.expira_em > timezone.now() + timedelta(days=360) for t in found.values())
