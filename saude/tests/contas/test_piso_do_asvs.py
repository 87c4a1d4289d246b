"""What ASVS asks of passwords, sessions and forms, each as its line says it (docs/seguranca/asvs.csv)."""

import re
import string
from pathlib import Path

import pytest
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.test import Client
from mapa import ENDERECOS
from provedor_oidc import SECRET, provider
from senha import SENHA

from saude.acesso.guarda import TOKEN, mark_of
from saude.auditoria.models import Evento
from saude.contas.models import Usuario
from saude.entrada import actions
from saude.entrada.models import GovBr

pytestmark = pytest.mark.django_db
SCRIPTS = Path(__file__).parents[2] / "src" / "saude" / "static"
CPF = "52998224725"


def test_no_form_is_taken_without_the_mark_of_the_page_it_came_from(criar_usuario, caplog):
    """3.5.1: every address of the map, by the middleware's own word (405: it takes no form at all)."""
    forms = [
        a for a in ENDERECOS if TOKEN not in mark_of(a.view, a.namespaces) and not a.rota.startswith("api/")
    ]
    assert len(forms) > 100
    client = Client(enforce_csrf_checks=True)
    client.force_login(criar_usuario("Administrador"))
    open_ones = []
    for address in forms:
        caplog.clear()
        answer = client.post(address.exemplo, {"campo": "valor"})
        told = [r for r in caplog.records if r.name == "django.security.csrf"]
        if answer.status_code != 405 and (answer.status_code != 403 or not told):
            open_ones.append(address.rota)
    assert open_ones == []


def test_who_is_in_leaves_from_any_page(client, criar_usuario):
    """7.4.4"""
    from saude.contas.actions import set_rules_installation

    user = criar_usuario("Administrador")
    set_rules_installation(by="teste", usuario=user, sim=True)
    client.force_login(user)
    seen = 0
    for address in ENDERECOS:
        if "<" in address.rota or address.rota.startswith(("api/", "conta/bloque", "sair/", "entrar/")):
            continue
        answer = client.get(address.exemplo)
        html = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
        if answer.status_code == 200 and html and 'class="s-casa"' in answer.text:
            seen += 1
            assert 'action="/sair/"' in answer.text, address.rota
    assert seen > 20


@pytest.mark.parametrize(
    "password",
    ["girassol-77-azul" * 12, "  dois espaços 7 em volta  ", "çãõ ñ 漢字 77 emoji 🌻 azul", "a1" + "ß" * 126],
    ids=["192 letras", "espaços", "unicode", "128"],
)
def test_a_long_or_strange_password_is_kept_as_it_was_typed(client, criar_usuario, password):
    """6.2.8, 6.2.9: neither cut nor changed; a letter less, or trimmed, is another one."""
    criar_usuario("Consulta")
    client.post("/entrar/", {"username": "consulta", "password": SENHA})
    new = {"old_password": SENHA, "new_password1": password, "new_password2": password}
    assert client.post("/conta/senha/", new).status_code == 302
    for wrong in {password[:-1], password.strip() if password != password.strip() else password + "x"}:
        assert Client().post("/entrar/", {"username": "consulta", "password": wrong}).status_code == 200
    assert Client().post("/entrar/", {"username": "consulta", "password": password}).status_code == 302


def test_the_fields_of_a_password_hide_it_and_keepers_of_passwords_know_them(client, criar_usuario):
    """6.2.6, 6.2.7"""
    fields = re.findall(r"<input[^>]*password[^>]*>", client.get("/entrar/").text)
    client.force_login(criar_usuario("Consulta"))
    fields += re.findall(r"<input[^>]*_password[^>]*>", client.get("/conta/senha/").text)
    assert len(fields) == 4
    for field in fields:
        assert 'type="password"' in field and "onpaste" not in field
        assert re.search(r'autocomplete="(current|new)-password"', field), field
    for script in SCRIPTS.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"[\"'](paste|copy|cut|beforeinput)[\"'].{0,200}password", text, re.S), (
            script.name
        )


def test_the_hash_of_production_is_slow(settings):
    """11.4.2: the tests use a quick one; what is used where this is not a test is Django's first."""
    from django.conf import global_settings

    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    made = hashers.make_password("girassol-77-azul", hasher=hashers.get_hashers()[0])
    kind, rounds, salt, _ = made.split("$")
    assert kind == "pbkdf2_sha256" and int(rounds) >= 1_000_000 and len(salt) >= 22
    source = (Path(__file__).parents[2] / "src" / "saude" / "settings.py").read_text(encoding="utf-8")
    [(indent, before)] = re.findall(r"\n(if TESTING[^\n]*:(?:\n    [^\n]*)*)\n    (PASSWORD_HASHERS)", source)
    assert before == "PASSWORD_HASHERS" and indent.startswith("if TESTING")


def test_a_session_is_named_by_more_than_160_random_bits(client, criar_usuario):
    """7.2.2, 7.2.3: a letter of 36 for each of 32 places, and another at each log-in."""
    criar_usuario("Consulta")
    for _ in range(20):
        Client().post("/entrar/", {"username": "consulta", "password": SENHA})
    keys = list(Session.objects.values_list("session_key", flat=True))
    alphabet = set(string.ascii_lowercase + string.digits)
    assert len(set(keys)) == 20 and all(len(key) == 32 and set(key) <= alphabet for key in keys)
    assert len(set("".join(keys))) == len(alphabet)  # of all the letters, in 640 drawn


def test_scripts_write_what_came_from_outside_as_text():
    """3.2.2, 1.3.2: whole pieces come from the server, escaped, or are constants of the script itself."""
    written = {}
    for script in SCRIPTS.rglob("*.js"):
        if "/vendors/" in script.as_posix():
            continue
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function|document\.write|outerHTML\s*=", text), script.name
        for value in re.findall(r"(?:innerHTML\s*=|insertAdjacentHTML\([^,]+,)\s*([^;]+);", text):
            written.setdefault(script.name, []).append(value)
    assert written == {
        "cidadao.js": ["BOX"],
        "formulario.js": ["await got.text()"],
        "presenca.js": ["text"],
        "lotacao.js": [written["lotacao.js"][0]],
    }
    assert "${" not in written["lotacao.js"][0]


def test_tokens_of_gov_br_are_kept_nowhere(client, criar_usuario, monkeypatch):
    """10.1.1"""
    import requests

    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    user = criar_usuario("Coordenador")
    Usuario.objects.filter(pk=user.pk).update(cpf=CPF)
    with provider(CPF) as made:
        actions.save_govbr(
            by=user, segredo=SECRET, ativo=True, emissor=made.base, api=made.base, cliente="saude-de-timbo",
            nivel_minimo=GovBr.Nivel.PRATA,
        )  # fmt: skip
        there = client.get("/entrar/gov-br/").url
        back = requests.get(there, allow_redirects=False, timeout=120).headers["Location"]
        assert client.get(back.removeprefix("http://testserver")).status_code == 302
        kept = str([s.get_decoded() for s in Session.objects.all()]) + str(
            list(Evento.objects.values_list("detalhe", flat=True))
        )
        assert made.tokens and not any(token in kept for token in made.tokens) and "eyJ" not in kept
