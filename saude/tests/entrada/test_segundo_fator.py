"""The second factor: not passed by another address, by a code used before, by guessing, or by two at the same time."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import connections
from django.test import Client
from senha import SENHA

from saude.auditoria.models import Evento
from saude.contas.models import Sessao
from saude.entrada import actions, totp
from saude.entrada.models import CodigoReserva, Fator

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(minutes: float = 0, seed: str = SEED) -> str:
    import base64

    made = TOTP(base64.b32decode(seed), 6, SHA1(), 30)
    return made.generate(int(time.time() + minutes * 60)).decode()


def password(client, username="administrador", **more):
    return client.post("/entrar/", {"username": username, "password": SENHA, **more})


def send(client, value, **more):
    return client.post("/entrar/segundo-fator/", {"codigo": value, **more})


@pytest.fixture
def admin(criar_usuario):
    """Has an app; its first code was of a minute ago, so that the present one is unused."""
    user = criar_usuario("Administrador")
    fator, codes = actions.add_app(by=user, segredo=SEED, codigo=code(), nome="Celular", entidade=None)
    Fator.objects.filter(pk=fator.pk).update(contador=0)
    user.codes = codes
    return user


def test_after_the_password_one_is_nobody(client, admin):
    """Whatever address is tried between the password and the code."""
    assert password(client, next="/clientes/").url == "/entrar/segundo-fator/"
    for url in (
        "/",
        "/clientes/",
        "/conta/segundo-fator/",
        "/conta/senha/",
        "/administrando/acessos/",
        "/conta/bloqueada/",
    ):
        assert client.get(url).url.startswith("/entrar/?next="), url
    assert client.post("/conta/segundo-fator/aplicativo/", {"codigo": code()}).url.startswith(
        "/entrar/?next="
    )
    assert not Sessao.objects.exists()
    assert send(client, code()).url == "/clientes/"
    assert client.get("/clientes/").status_code == 200
    assert Sessao.objects.get().como == "senha e aplicativo"


def test_a_code_is_good_once(client, admin):
    password(client)
    used = code()
    assert send(client, used).status_code == 302
    other = Client()
    password(other)
    answer = send(other, used)
    assert answer.status_code == 200 and "já foi usado" in answer.text
    assert other.get("/").url.startswith("/entrar/")


@pytest.mark.parametrize(("minutes", "told"), [(10, "10 minutos adiantado"), (-10, "10 minutos atrasado")])
def test_a_clock_ten_minutes_off_is_told(client, admin, minutes, told):
    password(client)
    html = send(client, code(minutes)).text
    assert told in html and "em automático" in html
    assert client.get("/").url.startswith("/entrar/")


@pytest.mark.parametrize(
    "wrong", ["", "12345", "abcdef", "١٢٣٤٥٦", "0" * 40, "' OR 1=1 --", "aaaa-bbbb-cccc-dddd"]
)
def test_what_is_no_code_is_refused_in_words(client, admin, wrong):
    password(client)
    answer = send(client, wrong)
    assert answer.status_code == 200 and "s-erro" in answer.text
    assert client.get("/").url.startswith("/entrar/")


def test_codes_are_guessed_at_five_times_and_the_password_clears_nothing(client, admin, settings):
    wrong = next(c for c in ("000000", "111111") if all(c != code(m / 2) for m in range(-61, 62)))
    for _ in range(settings.LOGIN_MAX_FAILURES):
        password(client)
        send(client, wrong)
    password(client)
    assert "Muitos códigos" in send(client, code()).text
    assert Evento.objects.filter(tipo="fator.recusado").count() == settings.LOGIN_MAX_FAILURES
    assert Evento.objects.filter(tipo="login.bloqueado").exists()


def test_a_code_on_paper_is_good_once(client, admin):
    assert len(admin.codes) == 10
    password(client)
    assert send(client, admin.codes[0].upper()).status_code == 302
    assert "Restam 9" in client.get("/conta/segundo-fator/").text
    other = Client()
    password(other)
    assert "já foi usado" in send(other, admin.codes[0]).text
    assert CodigoReserva.objects.count() == 9
    assert not CodigoReserva.objects.filter(hash__in=admin.codes).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_same_code_one_enters(admin):
    value = code()

    def one(_):
        try:
            return not isinstance(totp.use(admin, value), totp.Recusa)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [False, False, False, True]


def test_the_seed_is_not_in_the_database_nor_in_the_trail(client, admin):
    assert SEED not in Fator.objects.get().segredo
    assert SEED not in str(list(Evento.objects.values_list("detalhe", flat=True)))


def test_what_is_between_ends(client, admin, monkeypatch):
    """After ten minutes, with another password, or deactivated: the password again."""
    from django.utils import timezone

    from saude.contas.actions import set_password

    password(client)
    session = client.session
    session["meio_da_entrada"] = {**session["meio_da_entrada"], "desde": timezone.now().timestamp() - 601}
    session.save()
    assert send(client, code()).url == "/entrar/"
    password(client)
    set_password(by="teste", usuario=admin, senha="girassol-77-azul")
    assert send(client, code()).url == "/entrar/"
    client.post("/entrar/", {"username": "administrador", "password": "girassol-77-azul"})
    type(admin).objects.filter(pk=admin.pk).update(is_active=False)
    assert send(client, code()).url == "/entrar/"


def test_next_to_another_host_is_ignored(client, admin):
    password(client, next="https://example.com/")
    assert send(client, code()).url == "/"


def test_without_the_password_there_is_no_second_factor(client, admin):
    assert client.get("/entrar/segundo-fator/").url == "/entrar/"
    assert send(client, code()).url == "/entrar/"
    assert (
        client.post("/entrar/segundo-fator/chave/", "{}", content_type="application/json").status_code == 403
    )


# -- who must have one


def test_who_administers_makes_one_before_anything_else(client, criar_usuario, settings):
    settings.SECOND_FACTOR = "administrador"
    criar_usuario("Administrador")
    criar_usuario("Coordenador")
    password(client)
    for url in ("/", "/clientes/", "/administrando/acessos/", "/conta/sessoes/"):
        assert client.get(url).url == "/conta/segundo-fator/", url
    assert client.post("/administrando/acessos/novo/", {"nome": "X"}).url == "/conta/segundo-fator/"
    html = client.get("/conta/segundo-fator/").text
    assert "precisa de um segundo fator" in html
    html = client.get("/conta/segundo-fator/aplicativo/").text
    seed = "".join(re.search(r'class="s-semente">([A-Z2-7 ]+)<', html)[1].split())
    form = {"codigo": code(seed=seed), "nome": "Celular", "senha_atual": "errada"}
    wrong = client.post("/conta/segundo-fator/aplicativo/", form)
    assert "A senha não confere" in wrong.text and not Fator.objects.exists()
    made = client.post("/conta/segundo-fator/aplicativo/", {**form, "senha_atual": SENHA})
    assert len(re.findall("<code>", made.text)) == 10
    assert client.get("/administrando/acessos/").status_code == 200
    other = Client()
    assert password(other).url == "/entrar/segundo-fator/"
    assert "já foi usado" in send(other, form["codigo"]).text  # the code that proved the app
    assert password(Client(), "coordenador").url == "/"


def test_who_becomes_administrator_while_inside_is_asked_at_once(client, criar_usuario, settings):
    settings.SECOND_FACTOR = "administrador"
    user = criar_usuario("Coordenador")
    password(client, "coordenador")
    assert client.get("/clientes/").status_code == 200
    user.acessos.update(permissoes=["ver", "administrar"])
    for url in ("/clientes/", "/administrando/acessos/"):
        assert client.get(url).url == "/conta/segundo-fator/", url
    assert client.get("/conta/segundo-fator/").status_code == 200


def test_for_all_when_the_installation_says_so(client, criar_usuario, settings):
    settings.SECOND_FACTOR = "todos"
    criar_usuario("Consulta")
    password(client, "consulta")
    assert client.get("/clientes/").url == "/conta/segundo-fator/"


def test_in_the_demonstration_a_password_is_enough_and_the_page_says_so(client, criar_usuario, settings):
    from saude.web.models import Marco

    settings.SECOND_FACTOR = "administrador"
    criar_usuario("Administrador")
    assert "demonstração" not in client.get("/entrar/").text
    Marco.put(Marco.DEMO_CARREGADA)
    assert "só para demonstração" in client.get("/entrar/").text
    password(client)
    assert client.get("/administrando/acessos/").status_code == 200


def test_sessions_from_before_the_first_one_end(client, criar_usuario):
    user = criar_usuario("Administrador")
    stolen = Client()
    password(stolen)
    password(client)
    client.get("/conta/segundo-fator/aplicativo/")
    from saude.cofre.segredos import open_sealed

    seed = open_sealed(client.session["semente_nova"], f"entrada.semente:{user.pk}")
    client.post(
        "/conta/segundo-fator/aplicativo/", {"codigo": code(seed=seed), "nome": "C", "senha_atual": SENHA}
    )
    assert client.get("/conta/sessoes/").status_code == 200
    assert stolen.get("/conta/sessoes/").url.startswith("/entrar/")


# -- removing, and another administrator


def test_the_last_one_stays_where_one_is_asked_for(client, admin, settings):
    settings.SECOND_FACTOR = "administrador"
    password(client)
    send(client, code())
    url = f"/conta/segundo-fator/{Fator.objects.get().pk}/remover/"
    assert "crie outro antes" in client.post(url, {"senha_atual": SENHA}).text
    settings.SECOND_FACTOR = "opcional"
    assert "nada foi removido" in client.post(url, {"senha_atual": "errada"}).text
    assert client.post(url, {"senha_atual": SENHA}).status_code == 302
    assert not Fator.objects.exists() and not CodigoReserva.objects.exists()


def test_nobody_removes_that_of_another_by_its_number(client, admin, criar_usuario):
    client.force_login(criar_usuario("Consulta"))
    url = f"/conta/segundo-fator/{Fator.objects.get().pk}/remover/"
    assert client.post(url, {"senha_atual": SENHA}).status_code == 404


def test_another_administrator_takes_it_away_and_it_is_told(client, admin, criar_usuario):
    lost = Client()
    password(lost)
    send(lost, code())
    boss = criar_usuario("Administrador", "chefe")
    client.force_login(boss)
    url = f"/administrando/acessos/{admin.pk}/segundo-fator/"
    assert "Aplicativo autenticador" in client.get(url).text
    client.post(url)
    assert not Fator.objects.exists() and not CodigoReserva.objects.exists()
    assert lost.get("/conta/sessoes/").url.startswith("/entrar/")
    row = Evento.objects.filter(tipo="fator.retirado").first()
    assert (row.usuario_nome, row.alvo_id) == ("chefe", str(admin.pk))


def test_not_ones_own_and_not_that_of_a_stranger(client, admin, criar_usuario, outra_entidade):
    from saude.contas.actions import grant

    grant(by="teste", usuario=admin, entidade=outra_entidade, permissoes=["ver"])
    client.force_login(criar_usuario("Administrador", "vizinha", entidade=outra_entidade))
    client.post(f"/administrando/acessos/{admin.pk}/segundo-fator/")
    password(own := Client())
    send(own, code())
    own.post(f"/administrando/acessos/{admin.pk}/segundo-fator/")
    assert Fator.objects.count() == 1
