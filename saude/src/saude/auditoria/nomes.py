"""What the targets of events are called: people who work here, places, tables. Never a citizen, who stays a number.

The trail keeps numbers only; a name is that of today, and what is gone stays its number.
"""

from collections.abc import Iterable

from django.apps import apps

from saude.auditoria.models import Evento
from saude.comum.texto import number

#: model of a target -> the field that names it
NAMES = {
    "contas.usuario": "username",
    "contas.apitoken": "nome",
    "cadastros.entidade": "nome",
    "cadastros.estabelecimento": "nome",
    "cadastros.equipe": "nome",
    "cadastros.especialidade": "nome",
    "cadastros.profissional": "nome",
    "cadastros.feriado": "nome",
    "cadastros.prazo": "competencia",
    "cadastros.instalacao": "nome_razao_social",
    "referencias.publicacao": "nome_arquivo",
}


def names_of(events: Iterable[Evento]) -> dict[tuple[str, str], str]:
    """(model, number) -> name, in a query for each model."""
    wanted: dict[str, set[int]] = {}
    for e in events:
        if e.alvo_tipo in NAMES and (pk := number(e.alvo_id)) is not None:
            wanted.setdefault(e.alvo_tipo, set()).add(pk)
    found = {}
    for label, ids in wanted.items():
        rows = apps.get_model(label).objects.filter(pk__in=ids)
        for pk, name in rows.values_list("pk", NAMES[label]):
            found[label, str(pk)] = str(name)
    return found
