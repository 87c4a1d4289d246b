"""One settings file; everything that differs between places comes from the environment.

SAUDE_DADOS      folder of the database, exports and secret key (default: var/ at the root of the project)
DATABASE_URL     the municipality's PostgreSQL; unset = the embedded one inside SAUDE_DADOS
SAUDE_BANCO_SEM_TLS  1 = a PostgreSQL on another machine may be reached in clear (default: only by TLS)
SECRET_KEY       the secret key; unset = the file chave_secreta of SAUDE_DADOS
SECRET_KEY_ANTERIORES  former ones, comma separated: what they signed (sessions, seals of the trail) still counts
SAUDE_CHAVES     keys that seal secrets, exports and copies (saude.cofre); or SAUDE_CHAVES_ARQUIVO, a file with them;
                 unset = the file cofre/chaves of SAUDE_DADOS
SAUDE_COPIAS     folder of the scheduled copies (saude.copias.agenda: also SAUDE_COPIAS_CHAVE, SAUDE_COPIAS_GUARDAR)
SAUDE_PAPEL      role of the application, to which `saude migrate` (with the owner's DATABASE_URL) gives what it needs
SAUDE_LOTE_REGISTROS  records that a lot of the API may have (default: 1000000)
SAUDE_DEBUG      1 shows error details; never in production
SAUDE_HOSTS      host names the site answers to, comma separated (default: loopback)
SAUDE_ENDERECO   the site as people open it (https://saude.municipio.gov.br), for the link in e-mails (default: with
                 SAUDE_HTTPS the first of SAUDE_HOSTS; without both, no link)
SAUDE_LOG        json = one JSON object a line, for log collectors
SAUDE_CONFERIDOR  1 = /conferidor/ is served to whoever reaches the site, without log-in (the folder that
                 `make conferidor` makes); a path = that folder; unset = there is no such page
SAUDE_METRICAS_TOKEN  key that /metricas asks for; unset = only from this machine, without a proxy
SAUDE_SEGUNDO_FATOR  who must have a second factor: administrador (default), todos, opcional (not in the demo)
SAUDE_SENHA_DIAS  days a password may be used before it must be changed (default: 0, any number)
SAUDE_SESSAO_HORAS  hours after which a session ends, however busy (default: 12)
SAUDE_BLOQUEIO_MINUTOS  minutes without use after which the screen asks for the password (default: 15; 0: never)
SAUDE_HTTPS      1 = behind TLS: __Host- cookies, HSTS, everything else is sent there
SAUDE_HSTS_SUBDOMINIOS  0 = HSTS for this name alone, where names under it answer without TLS (default: 1)
SAUDE_PROXY      address of the proxy in front, whose X-Forwarded-For and -Proto are believed (default with
                 SAUDE_HTTPS: 127.0.0.1)
"""

import os
import secrets
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from saude.banco import databases


def _flag(name: str) -> bool:
    return os.environ.get(name, "") in ("1", "true", "sim")


def _site_address(hosts: list[str]) -> str:
    """The site as people open it, for what is read elsewhere (e-mails); "" when nobody said."""
    named = next((h for h in hosts if not h.startswith((".", "*"))), "") if HTTPS else ""
    address = os.environ.get("SAUDE_ENDERECO", f"https://{named}" if named else "").rstrip("/")
    if address and not address.startswith(("https://", "http://")):
        raise ImproperlyConfigured(
            "SAUDE_ENDERECO: escreva o endereço inteiro, como https://saude.municipio.gov.br"
        )
    return address


def _root() -> Path:
    root = Path(__file__).resolve().parents[3]  # the checkout, when installed editable
    return root if (root / "uv.lock").exists() else Path.cwd()


def _one_of(name: str, *values: str) -> str:
    """The first is what it is when nothing is said."""
    chosen = os.environ.get(name) or values[0]
    if chosen not in values:
        raise ImproperlyConfigured(
            f"{name} deve ser {', '.join(values[:-1])} ou {values[-1]}; está {chosen}."
        )
    return chosen


def _data_folder() -> Path:
    if chosen := os.environ.get("SAUDE_DADOS"):
        return Path(chosen).resolve()
    return _root() / "var"


def _conferidor_folder() -> Path | None:
    chosen = os.environ.get("SAUDE_CONFERIDOR", "")
    if chosen in ("", "0", "false", "nao"):
        return None
    return _root() / "dist" / "conferidor" if _flag("SAUDE_CONFERIDOR") else Path(chosen).resolve()


def _kept_key(path: Path) -> str:
    for _ in range(20):  # another process may be writing it just now
        if key := path.read_text().strip():
            return key
        time.sleep(0.1)
    raise ImproperlyConfigured(
        f"A chave secreta em {path} está vazia (uma parada no meio da primeira partida, ou o disco cheio). Restaure-a "
        "da cópia de segurança ou apague o arquivo: outra é criada, e quem estava no sistema entra de novo."
    )


def _secret_key(folder: Path) -> str:
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = folder / "chave_secreta"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_key(path)
    with open(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


TESTING = _flag("SAUDE_TESTE")
DEBUG = _flag("SAUDE_DEBUG")
HTTPS = _flag("SAUDE_HTTPS")
LOTE_REGISTROS = int(os.environ.get("SAUDE_LOTE_REGISTROS", "1000000"))
PROXY = os.environ.get("SAUDE_PROXY", "127.0.0.1" if HTTPS else "")
DADOS = _data_folder()
CONFERIDOR = _conferidor_folder()
EXPORTACOES = DADOS / "exportacoes"
SECRET_KEY = _secret_key(DADOS)
SECRET_KEY_FALLBACKS = [k for k in os.environ.get("SECRET_KEY_ANTERIORES", "").split(",") if k]
ALLOWED_HOSTS = [h for h in os.environ.get("SAUDE_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
if TESTING:
    ALLOWED_HOSTS.append("testserver")
SITE_ADDRESS = _site_address(ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in ALLOWED_HOSTS] if HTTPS else []

_APPS = [
    "saude.cofre",
    "saude.copias",
    "saude.site",
    "saude.web",
    "saude.contas",
    "saude.entrada",
    "saude.correio",
    "saude.cadastros",
    "saude.auditoria",
    "saude.recebimento",
    "saude.fichas",
    "saude.inconsistencias",
    "saude.clientes",
    "saude.exportacao",
    "saude.referencias",
    "saude.formularios",
    "saude.processamento",
    "saude.correcao",
    "saude.retorno",
    "saude.transmissao",
    "saude.atualizacao",
    "saude.acs",
    "saude.registrar",
    "saude.arquivos",
    "saude.painel",
    "saude.fila",
    "saude.metricas",
    "saude.privacidade",
    "saude.avisos",
    "saude.ajuda",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "django_htmx",
    "ninja",  # its API page is served from its own static files
    "fontawesomefree",
    "dsgovbr",  # static files only; our templates come first
    *_APPS,
]

MIDDLEWARE = [
    "saude.metricas.http.LatencyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "saude.web.middleware.SecurityHeadersMiddleware",  # of files, too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "saude.site.conferidor.ConferidorMiddleware",
    "saude.site.api.ApiMiddleware",
    "saude.web.middleware.NoNulMiddleware",
    "saude.contas.sessoes.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "saude.site.porta.recusa.RefusedBodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "saude.auditoria.middleware.ClientAddressMiddleware",
    "saude.contas.middleware.AccessMiddleware",
    "saude.entrada.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "saude.site.mapa"
WSGI_APPLICATION = "saude.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "saude.site.context.page",
            ],
            "builtins": ["saude.web.templatetags.de_onde"],
        },
    }
]

DATABASES = databases(url=os.environ.get("DATABASE_URL"), folder=DADOS / "banco", durable=not TESTING)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "contas.Usuario"
AUTHENTICATION_BACKENDS = ["saude.contas.backend.LockingBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "saude.contas.senhas.LettersAndDigitsValidator"},
    {"NAME": "saude.contas.senhas.CommonHereValidator"},
    {"NAME": "saude.contas.senhas.HistoryValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "entrar"
LOGIN_REDIRECT_URL = "inicio"
LOGIN_MAX_FAILURES = 5  # of a name, from one address or browser
LOGIN_MAX_FAILURES_STRANGERS = 25  # of a name, from all addresses together: its own browsers stay open
LOGIN_LOCK_MINUTES = 15
PASSWORDS_REMEMBERED = 5
SECOND_FACTOR = _one_of("SAUDE_SEGUNDO_FATOR", "administrador", "todos", "opcional")
PASSWORD_DAYS = int(os.environ.get("SAUDE_SENHA_DIAS", "0"))
SESSION_HOURS = float(os.environ.get("SAUDE_SESSAO_HORAS", "12"))  # the end of a session, however busy
LOCK_MINUTES = float(os.environ.get("SAUDE_BLOQUEIO_MINUTOS", "15"))  # without use, until the screen locks

SESSION_ENGINE = "saude.contas.sessoes"
SESSION_COOKIE_AGE = 30 * 60  # inactivity time-out: every request renews it
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# __Host-: the browser takes it only over TLS, for this host and all of it: no neighbour under the domain sets it
SESSION_COOKIE_NAME = "__Host-saude_sessao" if HTTPS else "saude_sessao"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "saude.web.views.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and os.environ.get("SAUDE_HSTS_SUBDOMINIOS") != "0"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [
    r"^saude/(viva|pronta)$",
    r"^metricas$",
]  # asked from this machine, without the proxy
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False  # ids in templates stay digits; counts use |intcomma

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic step: files come straight from the wheels
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our scripts and pictures are for our pages
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 30_000  # a ficha of 99 citizens is a form of thousands of fields
FILE_UPLOAD_HANDLERS = [
    "saude.web.upload.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "saude.web.formulario.FormRenderer"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "saude.metricas.json_log.JsonFormatter"},
    },
    "filters": {"sem_valores": {"()": "saude.web.sigilo.WithoutValues"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["sem_valores"],
            "formatter": "json" if os.environ.get("SAUDE_LOG") == "json" else "line",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "saude": {"level": "INFO"},
        "procrastinate": {"level": "WARNING"},
        "waitress": {
            "level": "ERROR"
        },  # a line per waiting request is what an attack would fill the disk with
    },
}
