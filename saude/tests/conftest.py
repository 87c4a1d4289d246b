"""One embedded PostgreSQL per run in a temporary folder, one database per xdist worker; a real browser."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from senha import SENHA

#: Chromium looks up no other host, not even for itself (the rest of the tests: conftest.py of the root)
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def _prepare_environment() -> None:
    folder = Path(tempfile.mkdtemp(prefix="saude-teste-"))
    owner = os.getpid()
    os.environ.update(SAUDE_DADOS=str(folder), SAUDE_TESTE="1", DJANGO_ALLOW_ASYNC_UNSAFE="1")
    os.environ["SAUDE_SEGUNDO_FATOR"] = "opcional"  # the tests of the second factor ask for it
    # a folder of this run alone: pytest closes the shared one to everybody else each time any session starts, and as
    # root the servers that tests start under it run as another user
    made = None
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        made = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.mkdtemp(prefix="saude-pytest-")
    os.environ.pop("DATABASE_URL", None)
    if url := os.environ.get("SAUDE_TESTE_DATABASE_URL"):
        os.environ["DATABASE_URL"] = url

    def clean() -> None:
        if os.getpid() != owner:
            return
        from saude.banco.servidor import EmbeddedServer, stop_leftover

        stop_leftover(EmbeddedServer(folder / "banco"))
        shutil.rmtree(folder, ignore_errors=True)
        if made:
            shutil.rmtree(made, ignore_errors=True)

    atexit.register(clean)


if not IS_WORKER:
    _prepare_environment()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saude.settings")


def pytest_configure(config: pytest.Config) -> None:
    import django

    django.setup()
    _index_static_files_once()
    if slow := os.environ.get("SAUDE_TESTE_LENTO"):
        from django.conf import settings

        settings.TESTE_LENTO = float(slow)
        settings.MIDDLEWARE = ["lentidao.Slow", *settings.MIDDLEWARE]
    config.addinivalue_line("markers", "browser: needs a real Chromium")


def _index_static_files_once() -> None:
    """Each test's client builds the middleware anew, and WhiteNoise looked at every static file each time: most of the
    time of a test of a page. The first index serves all, for the same settings."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    index = WhiteNoiseMiddleware.add_files_from_finders
    kept: dict[tuple[object, ...], dict[str, object]] = {}

    def once(self: WhiteNoiseMiddleware) -> None:
        key = (self.max_age, self.allow_all_origins, self.static_prefix, self.charset)
        if key not in kept:
            index(self)
            kept[key] = dict(self.files)
        self.files.update(kept[key])

    WhiteNoiseMiddleware.add_files_from_finders = once  # type: ignore[method-assign]


def pytest_report_header() -> str:
    found = chromium()
    return f"Chromium: {found}" if found else "SEM CHROMIUM: os testes de navegador serão pulados!"


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def navegador() -> Iterator[object]:
    """A real Chromium, one per worker. Skips loudly where there is none."""
    path = chromium()
    if path is None:
        pytest.skip("SEM CHROMIUM: instale o pacote chromium para os testes de navegador")
    from navegacao import wait_for_pages
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as monkeypatch:
        wait_for_pages(monkeypatch)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", ONLY_HERE])
        yield browser
        browser.close()


@pytest.fixture
def pagina(navegador: object) -> Iterator[object]:
    """A fresh page in Portuguese; a request to another host or an error in a script fails the test."""
    context = navegador.new_context(locale="pt-BR", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda r: None if _is_local(r.url) else problems.append(f"other host: {r.url}"))
    page.on("console", lambda m: problems.append(m.text) if "Content Security Policy" in m.text else None)
    yield page
    context.close()
    assert not problems, problems


@pytest.fixture
def site(live_server: object, pagina: object):
    """Log in on a live server: `site("administrador")` gives the page, `page.base` its address."""

    def enter(username: str) -> object:
        pagina.goto(f"{live_server.url}/entrar/")
        pagina.fill("#id_username", username)
        pagina.fill("#id_password", SENHA)
        pagina.click("button[type=submit]")
        pagina.wait_for_url(lambda url: "/entrar/" not in url)
        pagina.base = live_server.url
        return pagina

    return enter


@pytest.fixture
def sem_barreiras():
    """`sem_barreiras(page)` fails when axe-core finds a serious accessibility issue, in light or in dark."""
    import axe_playwright_python

    (source,) = Path(axe_playwright_python.__file__).parent.glob("axe*.js")
    text = source.read_text(encoding="utf-8")

    def found(page: object, options: str, too: tuple[str, ...] = ()) -> list[str]:
        result = page.evaluate(f"axe.run({{resultTypes: ['violations'], {options}}})")
        serious = [
            v for v in result["violations"] if v["impact"] in ("serious", "critical") or v["id"] in too
        ]
        nodes = [(v["id"], n["html"], n["failureSummary"]) for v in serious for n in v["nodes"]]
        return [f"{rule}: {html[:160]} {why[:160]}" for rule, html, why in nodes]

    def check(page: object, *too: str) -> None:  # `too`: of axe's lesser rules
        page.evaluate(text)
        problems = found(page, "", too)
        page.emulate_media(color_scheme="dark")
        problems += [f"dark: {p}" for p in found(page, "runOnly: ['color-contrast']")]
        page.emulate_media(color_scheme="light")
        assert not problems, "\n".join([page.url, *problems])

    return check


@pytest.fixture
def olhar(page, sem_barreiras):
    """Look at the page at both widths: no barrier, nothing wider than the screen.

    SAUDE_TESTE_CAPTURAS=folder keeps a picture of every look.
    """
    problems: list[str] = []
    pictures = os.environ.get("SAUDE_TESTE_CAPTURAS")

    def look(name: str) -> None:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                problems.append(f"{name} at {width}: {wide} wide")
            try:
                sem_barreiras(page)
            except AssertionError as found:
                problems.append(f"{name} at {width}: {found}")
            if pictures:
                Path(pictures).mkdir(parents=True, exist_ok=True)
                page.screenshot(path=Path(pictures) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})

    yield look
    assert not problems, "\n".join(problems)


def _is_local(url: str) -> bool:
    return url.startswith(("http://localhost", "http://127.0.0.1", "data:", "blob:", "about:"))


@pytest.fixture(autouse=True)
def ritmo_de_entrar() -> None:
    """Every test comes from the same address."""
    from saude.contas.ritmo import ritmo

    ritmo.forget()


@pytest.fixture(autouse=True)
def _fichas_changed_by_a_request_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that changes many fichas says so (`saude.acesso.lote`)."""
    from vigia import watch

    watch(monkeypatch)


@pytest.fixture(autouse=True)
def _downloads_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A download that a test does not read to its end is closed with the test; a server closes it by itself."""
    from django.http import FileResponse

    files: list[IO[bytes]] = []
    original = FileResponse.set_headers

    def set_headers(self: FileResponse, filelike: IO[bytes]) -> None:
        files.append(filelike)
        original(self, filelike)

    monkeypatch.setattr(FileResponse, "set_headers", set_headers)
    yield
    for file in files:
        file.close()


@pytest.fixture
def entidade(db: None) -> object:
    """Timbó, with its installation."""
    from saude.cadastros.actions import create_entidade

    return create_entidade(
        by="teste", nome="Timbó", ibge="4218202", uf="SC", cpf_cnpj="83102764000115",
        nome_razao_social="Município de Timbó", email="saude@timbo.example",
    )  # fmt: skip


@pytest.fixture
def outra_entidade(db: None) -> object:
    """A second municipality, to see that nothing leaks."""
    from saude.cadastros.actions import create_entidade

    return create_entidade(
        by="teste", nome="Rio Branco", ibge="1200401", uf="AC", cpf_cnpj="04034583000122",
        nome_razao_social="Município de Rio Branco", email="saude@riobranco.example",
    )  # fmt: skip


@pytest.fixture
def criar_usuario(entidade: object):
    """Make a user of a preset: `criar_usuario("Coordenador")`; the password is `SENHA`."""
    from saude.contas.actions import create_user

    def create(preset: str = "Administrador", username: str | None = None, **more: object) -> object:
        return create_user(
            by="teste", entidade=more.pop("entidade", entidade), username=username or preset.lower(),
            nome=f"Pessoa {preset}", senha=SENHA, preset=preset, trocar_senha=False, **more,
        )  # fmt: skip

    return create
