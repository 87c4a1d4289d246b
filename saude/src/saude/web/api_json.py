"""What our JSON APIs (of records, of the agents' phones) have in common: how they refuse, and what their operations
are called in OpenAPI."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from saude.web.problema import AWAY, general, outage, problem

E = TypeVar("E", bound=Exception)
log = logging.getLogger(__name__)
#: Ninja's own sentence for a body that is no JSON
UNPARSED = "Cannot parse request body"
WRONG = {
    "missing": "é obrigatório",
    "int_parsing": "deve ser um número inteiro",
    "int_parsing_size": "tem algarismos demais",
    "int_from_float": "deve ser um número inteiro",
    "int_type": "deve ser um número inteiro",
    "float_parsing": "deve ser um número",
    "float_type": "deve ser um número",
    "bool_parsing": "deve ser true ou false",
    "string_type": "deve ser um texto",
    "string_too_long": "deve ter até {max_length} caracteres",
    "string_too_short": "deve ter ao menos {min_length} caracteres",
    "greater_than_equal": "deve ser {ge} ou mais",
    "less_than_equal": "deve ser {le} ou menos",
    "model_attributes_type": "deve ser um objeto",
    "dict_type": "deve ser um objeto",
}


def prepare(api: NinjaAPI) -> None:
    """Every refusal of this API in problem+json, and operations called by their own names."""
    answer(api, HttpError, _refused)
    answer(api, ValidationError, _wrong_value)
    answer(api, Http404, lambda request, error: general(404))
    for kind in (*AWAY, OSError):
        answer(api, kind, _away)
    api.get_openapi_operation_id = lambda operation: operation.view_func.__name__  # type: ignore[method-assign]


def answer(api: NinjaAPI, kind: type[E], handler: Callable[[HttpRequest, E], HttpResponse]) -> None:
    """How this API answers an exception."""
    # Ninja would also have handlers take the class of an exception; what is raised is always one of it
    api.add_exception_handler(kind, handler)  # type: ignore[arg-type]


def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    text = str(error)
    if text.startswith(UNPARSED):
        text = (
            "O corpo não é um JSON que se possa ler: confira aspas, vírgulas, chaves e a codificação UTF-8."
        )
    return problem(error.status_code, text)


def _wrong_value(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, " ".join(_told(one) for one in error.errors))


def _told(one: dict[str, Any]) -> str:
    place = one["loc"][0] if one.get("loc") else ""
    name = str(one["loc"][-1])[:40] if one.get("loc") else ""
    words = WRONG.get(str(one.get("type")), "não vale").format_map(one.get("ctx") or {})
    if place == "body" and len(one["loc"]) == 2 and one.get("type") == "missing":
        return "Falta o corpo do pedido, em JSON."
    what = {"query": "O parâmetro", "path": "O endereço:", "header": "O cabeçalho"}.get(place, "O campo")
    return f"{what} {name} {words}."


def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    found = outage(error)
    if found is None:
        raise error
    log.error("the API could not answer: %s", type(error).__name__)
    return found
