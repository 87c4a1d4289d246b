"""Log-in by gov.br against a provider that listens on this machine; each wrong answer is refused in words."""

import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from provedor_oidc import SECRET, provider

from saude.auditoria.models import Evento
from saude.contas.models import Sessao, Usuario
from saude.entrada import actions
from saude.entrada.models import GovBr

CPF = "52998224725"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def gov(criar_usuario):
    user = criar_usuario("Coordenador")
    Usuario.objects.filter(pk=user.pk).update(cpf=CPF)
    with provider(CPF) as made:
        actions.save_govbr(
            by=user, segredo=SECRET, ativo=True, emissor=made.base, api=made.base, cliente="saude-de-timbo",
            nivel_minimo=GovBr.Nivel.PRATA,
        )  # fmt: skip
        yield made


def go(client, **query):
    """To the provider and back; the address of the way back."""
    there = client.get("/entrar/gov-br/", query)
    back = requests.get(there.url, allow_redirects=False, timeout=120).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def enter(client, **query):
    return client.get(go(client, **query))


def refused(client, answer):
    assert answer.status_code == 403
    assert client.get("/clientes/").url.startswith("/entrar/")
    assert not Sessao.objects.exists()
    assert CPF not in str(list(Evento.objects.values_list("detalhe", flat=True)))
    return answer.text


def test_who_has_the_cpf_comes_in(client, gov):
    answer = enter(client, next="/clientes/")
    assert (answer.status_code, answer.url) == (302, "/clientes/")
    assert client.get("/clientes/").status_code == 200
    assert Sessao.objects.get().como == "gov.br prata"
    assert gov.asked[-1].endswith("/niveis")


def test_the_level_may_come_in_the_token(client, gov):
    gov.levels = []
    gov.wrong = {"reliability_info": {"level": "gold"}}
    assert enter(client).status_code == 302
    assert Sessao.objects.get().como == "gov.br ouro"
    assert not gov.asked[-1].endswith("/niveis")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"iss": "https://sso.exemplo.invalid/"}, "de outro emissor"),
        ({"aud": "outro-sistema"}, "para outro sistema"),
        ({"aud": ["outro-sistema", "saude-de-timbo"], "azp": "outro-sistema"}, "para outro sistema"),
        ({"nonce": "de-outro-pedido"}, "não é deste pedido (nonce)"),
        ({"nonce": None}, "não é deste pedido (nonce)"),
        ({"exp": timedelta(minutes=-10), "iat": timedelta(minutes=-20)}, "passou do tempo"),
        ({"iat": timedelta(minutes=10), "exp": timedelta(minutes=20)}, "confira o relógio"),
        ({"sub": "11111111111"}, "não disse o CPF"),
        ({"sub": ""}, "CPF"),
        ({"reliability_info": {"level": "bronze"}}, "é Bronze, e aqui é preciso ao menos Prata"),
        ({"reliability_info": {"level": "platina"}}, "sem nível"),
    ],
)
def test_a_wrong_answer_is_refused_in_words(client, gov, wrong, told):
    now = int(time.time())  # of the answer: the list of cases may be minutes old
    moments = {k: now + int(v.total_seconds()) for k, v in wrong.items() if isinstance(v, timedelta)}
    gov.wrong = wrong | moments
    assert told in refused(client, enter(client))


def test_another_signature(client, gov):
    gov.other_key = True
    assert "assinatura" in refused(client, enter(client))


def test_level_too_low_by_the_service(client, gov):
    gov.levels = ["1"]
    assert "Bronze" in refused(client, enter(client))
    gov.levels = []
    assert "sem nível" in refused(client, enter(client))


def test_no_id_token(client, gov):
    gov.no_id_token = True
    assert "não disse quem é" in refused(client, enter(client))


def test_a_provider_that_is_not_there(client, gov):
    gov.silent = True
    assert "gov.br" in refused(client, enter(client))


@pytest.mark.parametrize("moved", ["/token", "/jwk", f"/confiabilidades/v3/contas/{CPF}/niveis"])
def test_a_provider_that_sends_us_elsewhere_is_not_followed(client, gov, moved):
    """The secret of the installation, the code and the token go to the configured address and to no other."""
    gov.moved.add(moved)
    told = refused(client, enter(client))
    assert any(
        words in told for words in ("O gov.br não respondeu", "não disse o nível", "não pôde ser lida")
    )
    assert moved in gov.asked and "/alheio" not in gov.asked


def test_state_of_nobody_of_another_and_used(client, gov):
    """Made up; of the attacker's browser (log-in by forgery); and sent twice."""
    assert "não é de um pedido deste navegador" in refused(
        client, client.get("/entrar/gov-br/volta/?code=x&state=y")
    )
    assert client.get("/entrar/gov-br/volta/").status_code == 403
    attacker, victim = Client(), Client()
    address = go(attacker)
    assert "não é de um pedido deste navegador" in refused(victim, victim.get(address))
    assert attacker.get(address).status_code == 302
    other = Client()
    assert other.get(address).status_code == 403
    again = attacker.get(address)
    assert again.status_code == 403


def test_cancelled_there(client, gov):
    client.get("/entrar/gov-br/")
    assert "cancelada" in refused(client, client.get("/entrar/gov-br/volta/?error=access_denied"))


def test_nobody_is_created_and_who_is_deactivated_stays_out(client, gov):
    Usuario.objects.update(cpf=None)
    before = Usuario.objects.count()
    assert "Não há usuário ativo com o seu CPF" in refused(client, enter(client))
    Usuario.objects.filter(username="coordenador").update(cpf=CPF, is_active=False)
    assert "Não há usuário ativo" in refused(client, enter(client))
    assert Usuario.objects.count() == before


def test_the_second_factor_comes_after_gov_br_too(client, gov):
    from test_segundo_fator import SEED, code

    from saude.entrada.models import Fator

    user = Usuario.objects.get(username="coordenador")
    actions.add_app(by=user, segredo=SEED, codigo=code(), nome="C", entidade=None)
    Fator.objects.update(contador=0)
    assert enter(client, next="/clientes/").url == "/entrar/segundo-fator/"
    assert client.get("/clientes/").url.startswith("/entrar/")
    assert client.post("/entrar/segundo-fator/", {"codigo": code()}).url == "/clientes/"
    assert Sessao.objects.get().como == "gov.br prata e aplicativo"


def test_next_to_another_host(client, gov):
    assert enter(client, next="https://example.com/").url == "/"


def test_the_page_offers_it_only_when_it_is_on(client, gov):
    assert "gov-br" in client.get("/entrar/").text
    GovBr.objects.update(ativo=False)
    assert "gov-br" not in client.get("/entrar/").text
    assert client.get("/entrar/gov-br/").status_code == 404


def test_settings_are_of_the_installation(client, gov, criar_usuario):
    from saude.contas.actions import set_rules_installation

    admin = criar_usuario("Administrador")
    client.force_login(admin)
    assert client.get("/administrando/gov-br/").status_code == 403
    set_rules_installation(by="teste", usuario=admin, sim=True)
    page = client.get("/administrando/gov-br/").text
    assert "http://testserver/entrar/gov-br/volta/" in page
    assert SECRET not in page and SECRET not in GovBr.objects.get().segredo
    form = {
        "ativo": "on",
        "emissor": "http://sso.exemplo/",
        "api": "https://a.example/",
        "cliente": "c",
        "nivel_minimo": "3",
    }
    assert "deve começar com https" in client.post("/administrando/gov-br/", form).text
    form["emissor"] = "https://sso.staging.acesso.gov.br/"
    assert "Informe o client_secret" in client.post("/administrando/gov-br/", form).text
    off = {k: v for k, v in form.items() if k != "ativo"}
    client.post("/administrando/gov-br/", off)
    row = GovBr.objects.get()
    assert (row.nivel_minimo, row.ativo) == (3, False)
    assert row.segredo == ""  # of another client: the kept secret is not sent there
    assert SECRET not in str(list(Evento.objects.values_list("detalhe", flat=True)))
