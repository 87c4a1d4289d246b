"""Health addresses: alive = the process answers; ready = it can do its work."""

import time

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from saude.acesso.guarda import public
from saude.banco import fila
from saude.banco.erros import EmbeddedServerError
from saude.web.models import Marco


@public
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"situacao": "viva"})


@public
def ready(request: HttpRequest) -> JsonResponse:
    reason = _not_ready()
    if reason:
        response = JsonResponse({"situacao": "aguarde", "motivo": reason}, status=503)
        # Django's own mark: waiting is no error, it stays out of the log
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
        return response
    return JsonResponse({"situacao": "pronta", **_work()})


def _work() -> dict[str, str | int]:
    """The site answers without a worker, and says so: what is asked for then waits."""
    workers = fila.workers()
    waiting = sum(n for _, status, n in fila.depth() if status == "todo")
    return {"trabalhador": "ativo" if workers else "parado", "trabalhadores": workers, "fila": waiting}


def _not_ready() -> str:
    try:
        if _migrations.missing():
            return "há migrações do banco a aplicar"
        reached = Marco.reached()
    except (DatabaseError, EmbeddedServerError):
        return "o banco de dados não responde"
    if Marco.DEMO_PEDIDA in reached and Marco.DEMO_CARREGADA not in reached:
        return "os dados de demonstração ainda estão sendo carregados"
    if Marco.DEMO_SENHAS_A_DEFINIR in reached:
        return "as senhas da demonstração ainda estão sendo definidas"
    return ""


class _Migrations:
    """What is missing is looked up when the table of applied ones changed, not at every call of a stranger."""

    LOOK_AGAIN = 2.0  # seconds, while something is missing

    def __init__(self) -> None:
        self._applied: object = ()
        self._missing = True
        self._until = 0.0

    def missing(self) -> bool:
        applied, now = self._read(), time.monotonic()
        if applied != self._applied or (self._missing and now > self._until):
            executor = MigrationExecutor(connection)
            self._missing = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            self._applied, self._until = applied, now + self.LOOK_AGAIN
        return self._missing

    def _read(self) -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations')::text")
            if cursor.fetchone()[0] is None:
                return None
            cursor.execute("SELECT count(*), max(id) FROM django_migrations")
            return cursor.fetchone()


_migrations = _Migrations()
