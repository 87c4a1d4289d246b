"""`make caminhada`: one installation from its first administrator to the day after the disk died, all parts real.

`saude instalar`, `servir` and `trabalhar` as processes, Debian's nginx with the sample and TLS in front of them,
Chromium, a gov.br provider and an SMTP server of this machine. Not in the suite: it takes a minute or more.
"""

import base64
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aplicativo import abrir, fechar, nova_visita, por_enviar, registrar
from correio_local import PASSWORD, USER, smtp
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from nginx_local import NAME, NGINX, nginx
from playwright.sync_api import Page, expect
from provedor_oidc import CLIENT, SECRET, provider
from sitio import Site, free_port, pedido, wait_for
from test_copia_e_volta import INSTALL, good, run

from saude.banco.servidor import EmbeddedServer, stop_leftover
from saude.cofre.chaves import new_key

HOME, PROXY = f"https://{NAME}", "127.0.0.9"
CPF, MAIL = "52998224725", "administradora@municipio.example"
FIRST, SECOND = "girassol-77-azul", "ipe-amarelo-2026"
ENV = {
    "SAUDE_HTTPS": "1", "SAUDE_HOSTS": f"{NAME},127.0.0.1", "SAUDE_PROXY": PROXY,
    "SAUDE_SEGUNDO_FATOR": "administrador",
    "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PYTHONPATH": str(Path(__file__).parents[1]),
}  # fmt: skip
#: what another administrator does: nobody changes the CPF or the e-mail of their own user
KNOWN = f"""
import django; django.setup()
from saude.cadastros.models import Entidade
from saude.contas.actions import create_user, set_cpf, set_rules_installation
from saude.contas.models import Usuario
place, user = Entidade.objects.get(), Usuario.objects.get(username="administradora")
other = create_user(by="teste", entidade=place, username="outro", nome="Outro", senha="mangueira-88-verde",
                    preset="Administrador")
set_rules_installation(by="teste", usuario=other, sim=True)
set_cpf(by=other, usuario=user, cpf="{CPF}", entidade=place)
Usuario.objects.filter(pk=user.pk).update(email="{MAIL}")
"""
AGENT = """
import django; django.setup()
from telefone import codigo, lotar
from saude.cadastros.models import Entidade
print(codigo(lotar(Entidade.objects.get())))
"""
TRAIL = """
import django; django.setup()
from saude.auditoria.models import Evento
from saude.auditoria import selos
from datetime import timedelta
selos.AGE = timedelta(0)
selos.seal()
print(Evento.objects.count(), *sorted({str(ip) for ip in Evento.objects.values_list("ip", flat=True) if ip}))
"""
COUNTS = """
import django; django.setup()
from django.apps import apps
for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
    if model.__module__.startswith("saude.") and model._meta.managed:
        print(model._meta.label, model.objects.count())
"""


@contextmanager
def serving(folder: Path, port: int) -> Iterator[Site]:
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SECRET_KEY")}
    env |= {**ENV, "SAUDE_DADOS": str(folder), "SAUDE_TESTE": "1"}
    words = [sys.executable, "-m", "saude", "servir", "--porta", str(port)]
    process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL)
    site = Site(port, process, folder)
    try:
        wait_for(site)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        stop_leftover(EmbeddedServer(folder / "banco"))


@pytest.fixture
def browser(navegador: Any) -> Iterator[Any]:
    """`browser(port)`: Chromium that finds the site by its name, at nginx, and takes its certificate."""
    made: list[Any] = []

    def launch(tls: int) -> Any:
        rules = f"MAP {NAME}:443 127.0.0.1:{tls}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        args = ["--no-sandbox", f"--host-resolver-rules={rules}", "--ignore-certificate-errors"]
        made.append(navegador.browser_type.launch(executable_path=path, args=args))
        return made[-1]

    yield launch
    for one in made:
        one.close()


class Person:
    """The administrator at her desk: a page, the password she has, the codes she printed."""

    def __init__(self, page: Page) -> None:
        self.page, self.password, self.codes = page, "", []  # type: ignore[var-annotated]

    def go(self, path: str) -> Any:
        return self.page.goto(f"{HOME}{path}")

    def title(self, text: str) -> None:
        expect(self.page.locator("h1")).to_have_text(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def tell(self, password: str) -> None:
        self.go("/entrar/")
        self.page.fill("#id_username", "administradora")
        self.page.fill("#id_password", password)
        self.press("Entrar")

    def enter(self) -> None:
        """Password, then a code of those on paper: an app's is good once in thirty seconds."""
        self.tell(self.password)
        self.code()

    def code(self) -> None:
        self.title("Segundo fator")
        self.page.fill("#id_codigo", self.codes.pop())
        self.press("Entrar")
        self.inside()

    def inside(self) -> None:
        expect(self.page.locator("form[data-sair]")).to_be_attached()

    def leave(self) -> None:
        self.page.context.clear_cookies()
        self.go("/clientes/")
        self.title("Entrar")


def enters_with_a_second_factor(who: Person, provisional: str) -> None:
    answer = who.go("/entrar/")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    who.tell(provisional)
    who.title("Trocar senha")
    who.page.fill("#id_old_password", provisional)
    for field in ("#id_new_password1", "#id_new_password2"):
        who.page.fill(field, FIRST)
    who.press("Trocar senha")
    who.title("Segundo fator")
    who.go("/clientes/")
    who.title("Segundo fator")  # whatever page is asked for, until there is one
    who.go("/conta/segundo-fator/aplicativo/")
    seed = "".join(who.page.locator("code.s-semente").inner_text().split())
    who.page.fill("#id_nome", "Celular da mesa")
    if who.page.locator("#id_senha_atual").count():
        who.page.fill("#id_senha_atual", FIRST)
    made = TOTP(base64.b32decode(seed), 6, SHA1(), 30, enforce_key_length=False)
    who.page.fill("#id_codigo", made.generate(int(time.time())).decode())
    who.press("Confirmar")
    who.title("Códigos de reserva")
    who.codes, who.password = who.page.locator("#codigos code").all_inner_texts(), FIRST
    who.leave()
    who.enter()
    cookies = {one["name"]: one for one in who.page.context.cookies()}
    assert cookies["__Host-saude_sessao"]["secure"] and cookies["__Host-saude_sessao"]["httpOnly"]


def enters_by_govbr(who: Person, gov: Any) -> None:
    who.go("/administrando/gov-br/")
    assert who.page.get_by_text(f"{HOME}/entrar/gov-br/volta/", exact=True).count() == 1
    who.page.check("#id_ativo")
    for field, text in (
        ("emissor", gov.base),
        ("api", gov.base),
        ("cliente", CLIENT),
        ("segredo_novo", SECRET),
    ):
        who.page.fill(f"#id_{field}", text)
    who.press("Salvar")
    expect(who.page.get_by_text("Configuração do gov.br salva.")).to_be_visible()
    who.leave()
    who.go("/entrar/")
    who.page.get_by_role("link", name="Entrar com gov.br").click()
    who.code()  # gov.br says who it is; what the person has is asked for all the same
    who.go("/conta/sessoes/")
    expect(who.page.get_by_text("gov.br prata").first).to_be_visible()
    assert "/authorize" in gov.asked and gov.asked[-1].endswith("/niveis")


def forgets_the_password(who: Person, folder: Path, mail: tuple[Any, int]) -> None:
    keeper, port = mail
    who.go("/administrando/correio/")
    for field, text in (("host", "127.0.0.1"), ("porta", str(port)), ("usuario", USER), ("senha_nova", PASSWORD),
                        ("remetente", "saude@municipio.example")):  # fmt: skip
        who.page.fill(f"#id_{field}", text)
    who.page.select_option("#id_seguranca", "starttls")
    who.press("Salvar")
    expect(who.page.get_by_role("button", name="Testar")).to_be_visible()
    who.leave()
    who.go("/entrar/esqueci/")
    who.page.fill("#id_email", MAIL)
    who.press("Enviar")
    expect(who.page.get_by_role("status")).to_contain_text("Se há um usuário com este e-mail")
    good(folder, "trabalhar", "--ate-esvaziar", **ENV)
    [message] = keeper.received
    [address] = re.findall(rf"{re.escape(HOME)}/entrar/nova-senha/\S+", message.get_content())
    who.page.goto(address)
    who.title("Escolher a senha")
    for field in ("#id_new_password1", "#id_new_password2"):
        who.page.fill(field, SECOND)
    who.press("Trocar a senha")
    expect(who.page.get_by_text("Senha trocada. Entre com ela.")).to_be_visible()
    who.tell(FIRST)
    expect(who.page.get_by_text("Usuário ou senha não conferem.")).to_be_visible()
    who.password = SECOND
    who.enter()


def loses_a_phone(who: Person, chromium: Any, folder: Path) -> None:
    context = chromium.new_context(locale="pt-BR", viewport={"width": 360, "height": 740})
    phone = abrir(context, HOME)
    registrar(phone, good(folder, code=AGENT, **ENV).strip())
    nova_visita(phone)
    por_enviar(phone, 0)
    who.go("/executando/sistema/sincronizacoes/")
    who.page.get_by_role("link", name="Débora Moreira").first.click()
    who.page.locator("[data-abrir^='revogar-']").click()
    who.page.locator("dialog[id^='revogar-']").get_by_role("button", name="Revogar", exact=True).click()
    expect(who.page.locator("tr.s-apagado").get_by_text("Revogado", exact=True)).to_be_visible()
    context.set_offline(True)
    nova_visita(phone)  # in the hand of whoever found it
    context.set_offline(False)
    phone.get_by_text("O acesso deste aparelho foi revogado.").first.wait_for()
    assert not phone.falhas, phone.falhas
    fechar(phone)


def test_from_the_first_administrator_to_the_day_after_the_disk_died(
    browser, tmp_path, tmp_path_factory, monkeypatch
):
    if NGINX is None:
        pytest.skip("SEM NGINX: instale o pacote nginx-light")
    folder, copy, key = tmp_path / "dados", tmp_path / "noite.saude", tmp_path / "copia.chave"
    key.write_text(new_key().text())
    provisional = good(folder, *INSTALL, **ENV).split("Senha provisória: ")[1].strip()
    good(folder, code=KNOWN, **ENV)
    port, web = free_port(), tmp_path_factory.mktemp("nginx")
    monkeypatch.setitem(ENV, "SSL_CERT_FILE", str(web / "saude.crt"))  # the municipality's own authority
    with (
        nginx(web, port, at_once=200, asks_from=PROXY) as (tls, plain),
        provider(CPF) as gov,
        smtp(of_this_machine(web)) as mail,
    ):
        chromium = browser(tls)
        with serving(folder, port):
            who = Person(chromium.new_context(locale="pt-BR").new_page())
            enters_with_a_second_factor(who, provisional)
            enters_by_govbr(who, gov)
            forgets_the_password(who, folder, mail)
            loses_a_phone(who, chromium, folder)
            clear = Site(plain, None, folder).pedir(pedido("GET", "/clientes/", Host=NAME))  # type: ignore[arg-type]
            assert (clear.status, clear.cabecalhos["location"]) == (301, f"{HOME}/clientes/")
            many, *addresses = good(folder, code=TRAIL, **ENV).split()
            assert int(many) > 10 and addresses == ["127.0.0.1"], addresses  # the browser's, never nginx's
            told = good(folder, "copiar", "--saida", str(copy), "--chave", str(key), **ENV)
            assert "As chaves desta instalação estão na cópia" in told
            before = good(folder, code=COUNTS, **ENV)
        shutil.rmtree(folder)

        assert "iguais às da cópia" in good(folder, "restaurar", str(copy), "--chave", str(key), **ENV)
        assert "A trilha confere" in good(folder, "conferir_auditoria", **ENV)
        after = good(folder, code=COUNTS, **ENV)
        assert differing(before, after) <= {"auditoria.Evento", "auditoria.Selo", "contas.Sessao"}
        with serving(folder, port):
            who.leave()
            who.enter()  # the password she chose by e-mail, and a code printed before: both came back
            who.go("/administrando/auditoria/")
            expect(
                who.page.get_by_role("cell", name="Cópia de segurança restaurada", exact=True)
            ).to_be_visible()
            assert who.page.get_by_text("127.0.0.1", exact=True).count()
            assert not who.page.get_by_text(PROXY).count()
        assert run(folder, "conferir_auditoria", **ENV).returncode == 0


def of_this_machine(web: Path) -> ssl.SSLContext:
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(web / "saude.crt", web / "saude.key")
    return made


def differing(before: str, after: str) -> set[str]:
    return {line.split()[0] for line in set(before.splitlines()) ^ set(after.splitlines())}
