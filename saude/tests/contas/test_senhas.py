"""What a password may not be, and what it may."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from senha import SENHA

from saude.contas.actions import reset_password, set_password
from saude.contas.models import SenhaAnterior, Usuario
from saude.contas.senhas import CommonHereValidator, common

COMMON = [
    "verao2026!!", "Flamengo1981", "fl4m3ng0-81", "Corinthians10", "senhaforte123", "S3nh4F0rt3!!",
    "2026primavera", "fevereiro2026", "gremiogremio1", "felizNatal2026", "feliz-natal-2026",
    "brasileira123", "enfermagem2024", "Vacinação2025", "secretariadesaude1", "MariaEduarda10",
    "jesuscristo7", "deusefiel123!", "euteamo1234", "cachorrinho99", "@dministrador1", "minhasenha2026",
    "_novasenha_26", "qwertyuiop12", "asdfghjkl123", "1q2w3e4r5t6y", "1qaz2wsx3edc", "zxcvbnm98765",
    "abcdefghij12", "poiuytrewq0987", "aaaaaaaaaa11",
]  # fmt: skip
GOOD = [
    SENHA,    "girassol-77-azul", "trator que canta 3", "M0nte-Carro-Sopa", "feijao7lampadazul", "outra-senha-2024",
    "xk29vvq1zaap",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_what_people_here_choose_first_is_refused(password):
    with pytest.raises(ValidationError):
        CommonHereValidator().validate(password)


@pytest.mark.parametrize("password", GOOD)
def test_a_phrase_of_ones_own_passes(password):
    CommonHereValidator().validate(password)


@pytest.mark.parametrize(
    "password", ["timbo2026!!", "Timbó-2026-.", "timbosc2026", "prefeituradetimbo1", "saudetimbo2026"]
)
def test_the_municipality_and_a_year_is_refused(criar_usuario, password):
    with pytest.raises(ValidationError, match="município"):
        validate_password(password, criar_usuario("Consulta"))
    CommonHereValidator().validate("paranagua2026")  # somebody else's


def test_the_list_is_a_real_one():
    words = common()
    assert len(words) > 650
    assert {"senha", "flamengo", "outono", "esus", "qwerty", "boavista"} <= words
    assert not [w for w in words if not w.isascii() or not w.isalpha() or w != w.lower()]


def test_the_last_ones_are_not_chosen_again(criar_usuario, settings):
    user = criar_usuario("Consulta")
    mine = [SENHA, *(f"girassol-{n}-azul-{n}" for n in range(20, 26))]
    for password in mine[1:]:
        set_password(by="teste", usuario=user, senha=password)
    for password in mine[-settings.PASSWORDS_REMEMBERED - 1 :]:
        with pytest.raises(ValidationError, match="já foi sua"):
            set_password(by="teste", usuario=user, senha=password)
    assert SenhaAnterior.objects.filter(usuario=user).count() == settings.PASSWORDS_REMEMBERED
    set_password(by="teste", usuario=user, senha=mine[0])  # long ago
    assert Usuario.objects.get(pk=user.pk).check_password(SENHA)


def test_the_provisional_one_is_not_kept_as_ones_own(client, criar_usuario, entidade):
    user, admin = criar_usuario("Consulta"), criar_usuario("Administrador")
    reset_password(by=admin, usuario=user, senha="qxkd-mmpw-bbtz-3742", entidade=entidade)
    client.post("/entrar/", {"username": "consulta", "password": "qxkd-mmpw-bbtz-3742"})
    same = {"old_password": "qxkd-mmpw-bbtz-3742", "new_password1": "qxkd-mmpw-bbtz-3742"}
    answer = client.post("/conta/senha/", {**same, "new_password2": "qxkd-mmpw-bbtz-3742"})
    assert "já foi sua" in answer.text
    assert client.get("/").url == "/conta/senha/"
    own = {**same, "new_password1": "girassol-77-azul", "new_password2": "girassol-77-azul"}
    assert client.post("/conta/senha/", own).status_code == 302
    assert client.get("/").url != "/conta/senha/"


def test_an_age_may_be_asked_for(client, criar_usuario, settings):
    user = criar_usuario("Consulta")
    client.force_login(user)
    Usuario.objects.update(senha_em=timezone.now() - timedelta(days=91))
    assert client.get("/").url != "/conta/senha/"
    settings.PASSWORD_DAYS = 90
    assert client.get("/").url == "/conta/senha/"
    assert "passou do tempo" in client.get("/conta/senha/").text
    new = {"old_password": SENHA, "new_password1": "girassol-77-azul", "new_password2": "girassol-77-azul"}
    assert client.post("/conta/senha/", new).status_code == 302
    assert client.get("/").url != "/conta/senha/"


def test_no_hash_and_no_password_in_the_trail(criar_usuario):
    from saude.auditoria.models import Evento

    set_password(by="teste", usuario=criar_usuario("Consulta"), senha="girassol-77-azul")
    told = " ".join(str(e.detalhe) for e in Evento.objects.all())
    assert "girassol" not in told and "md5$" not in told
