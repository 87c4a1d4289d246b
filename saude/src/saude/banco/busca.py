"""`field__any=values`: like `in`, but the values travel as one array.

With `in`, each of a chunk's thousand values is a parameter that the driver looks for in the text of the query:
at intake that cost as much as the query itself.
"""

from typing import Any

from django.db.models import CharField, DateField, Field, ForeignKey, Lookup, TextField


class AnyOf(Lookup):  # type: ignore[type-arg]  # generic in the stubs only
    lookup_name = "any"
    prepare_rhs = False

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::{_type(self.lhs.output_field)}[])", [*params, self.rhs]


def _type(field: Any) -> str:
    """Text for any length of it: a cast to varchar(n) would cut what is longer, and find it."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    if isinstance(field, CharField | TextField):
        return "text"
    return "date" if isinstance(field, DateField) else "bigint"


def register() -> None:
    Field.register_lookup(AnyOf)
    ForeignKey.register_lookup(AnyOf)
