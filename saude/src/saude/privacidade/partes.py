"""Which rows are of one entidade: read from the models, so that a table made tomorrow goes along by itself.

A table with the entidade's column is filtered by it; one without, by the row it belongs to (the first foreign key that
leads there). What only leads there by a user is of the user, not of the entidade, and stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db.models import CharField, Field, ForeignKey, Model, Q, QuerySet, TextField

from saude.cadastros.models import Entidade
from saude.contas.models import Usuario

#: what opens doors, or is worth nothing elsewhere: never in the package
SECRETS = frozenset({"password", "senha", "segredo", "credencial", "prefixo"})
SECRET_DIGESTS = frozenset({"contas.ApiToken.hash", "acs.Codigo.hash", "acs.Aparelho.hash"})
#: of the installation's rules about a person, or of another entidade
NOT_OF_IT = frozenset(
    {"contas.Usuario.entidade", "contas.Usuario.administra_instalacao", "contas.Usuario.is_superuser"}
)
#: what the machine makes of the rest, or keeps for hours
DERIVED = frozenset(
    {
        "fichas.Entrada",  # the entry of the zip: made of the content
        "fichas.AExportar",
        "fichas.Presenca",
        "recebimento.UsoToken",
        "arquivos.Conferencia",  # files of seven days, received or not; what was received is in the fichas
        "arquivos.ItemConferido",
        "acs.ChaveEntidade",  # opens phones, here only: another installation makes its own
        "acs.PedidoChave",
        "referencias.Procedimento",  # public tables
        "referencias.Cid",
        "referencias.Cbo",
    }
)


@dataclass(frozen=True)
class Parte:
    """A table, its columns that go along, and how its rows are found."""

    model: type[Model]
    path: str

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def columns(self) -> list[str]:
        return [
            field.attname for field in self.model._meta.concrete_fields if not _left_out(self.model, field)
        ]

    def rows(self, entidade: Entidade) -> QuerySet[Model]:
        found: QuerySet[Model] = QuerySet(self.model)
        if self.model is Usuario:
            return found.filter(_people(entidade)).order_by("pk")
        return found.filter(**{self.path: entidade.pk}).order_by("pk")


def _people(entidade: Entidade) -> Q:
    """Who may enter there, and who is of there."""
    return Q(entidade=entidade) | Q(pk__in=Usuario.objects.filter(acessos__entidade=entidade).values("pk"))


def partes() -> list[Parte]:
    return [Parte(model, path) for model, path in _paths().items() if model._meta.label not in DERIVED]


def left_out() -> list[str]:
    """Tables of ours that do not go along."""
    inside = {parte.model for parte in partes()}
    return sorted(m._meta.label for m in _models() if m not in inside)


def _models() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("saude.") and model._meta.managed:
            yield model


@cache
def _paths() -> dict[type[Model], str]:
    found: dict[type[Model], str] = {Entidade: "pk", Usuario: ""}
    waiting = [model for model in _models() if model not in found]
    for model in list(waiting):
        if own := _own_column(model):
            found[model] = own
            waiting.remove(model)
    while waiting:
        reached = {model: path for model in waiting if (path := _by_parent(model, found))}
        if not reached:
            return found
        found |= reached
        waiting = [model for model in waiting if model not in reached]
    return found


def _own_column(model: type[Model]) -> str | None:
    for field in model._meta.concrete_fields:
        if field.name == "entidade_id" or (isinstance(field, ForeignKey) and field.related_model is Entidade):
            return field.name
    return None


def _by_parent(model: type[Model], found: dict[type[Model], str]) -> str | None:
    """A key that must be there comes before one that may be empty."""
    keys = [f for f in model._meta.concrete_fields if isinstance(f, ForeignKey)]
    for field in sorted(keys, key=lambda f: f.null):
        parent = field.related_model
        if isinstance(parent, type) and parent is not Usuario and (path := found.get(parent)):
            return f"{field.name}__{path}"
    return None


def _left_out(model: type[Model], field: "Field[object, object]") -> bool:
    name = f"{model._meta.label}.{field.name}"
    secret = field.name in SECRETS and isinstance(field, CharField | TextField)
    return secret or name in SECRET_DIGESTS or name in NOT_OF_IT
