"""Health addresses: alive = the process answers; ready = it can do its work."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from saude.acesso.guarda import public
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
        response._has_been_logged = True  # noqa: SLF001
        return response
    return JsonResponse({"situacao": "pronta"})


def _not_ready() -> str:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "há migrações do banco a aplicar"
    except (DatabaseError, EmbeddedServerError):
        return "o banco de dados não responde"
    if Marco.is_set(Marco.DEMO_PEDIDA) and not Marco.is_set(Marco.DEMO_CARREGADA):
        return "os dados de demonstração ainda estão sendo carregados"
    if Marco.is_set(Marco.DEMO_SENHAS_A_DEFINIR):
        return "as senhas da demonstração ainda estão sendo definidas"
    return ""
