"""Corrigir por causa offers only what the fichas of the cause would take: every list of every minimal record."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from producao import cidadao, ficha_de, receber, registro

from ledi.layouts import TIPOS, Struct, layout
from ledi.paths import value_at
from saude.correcao.causa import OWN
from saude.fichas.models import Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import previa
from saude.processamento.julgar import context
from saude.registro.caminhos import changed

pytestmark = pytest.mark.django_db
CAUSA = "/inconsistencias/causa/"
WRONG = 98  # of no closed list
#: their lists depend on other fields of each ficha (the preview tells those); FCC has no header of one
CONDITIONAL = ("MCA", "FV", "FCC")


def lists(struct: Struct, value: Any, path: str = "") -> Iterator[str]:
    """Paths of the single codes of closed lists that the record has."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        field, here = struct.by_name.get(name), f"{path}.{name}" if path else name
        if field is None:
            continue
        below = (field.type.item or field.type).struct
        if below is None:
            if field.domain and field.type.kind in ("i32", "i64") and field.format not in OWN:
                yield here
        elif isinstance(inner, list):
            yield from (p for i, item in enumerate(inner) for p in lists(below, item, f"{here}[{i}]"))
        else:
            yield from lists(below, inner, here)


def offered(page: str) -> list[str]:
    chosen = re.search(r'<select[^>]*name="f:valor".*?</select>', page, re.S)
    if chosen:
        return list(re.findall(r'<option value="([^"]+)"', chosen[0]))
    return re.findall(r'name="f:valor"[^>]*value="([^"]+)"', page) + re.findall(
        r'value="(\d+)"[^>]*name="f:valor"', page
    )


@pytest.mark.parametrize("tipo", [t for t in TIPOS if t not in CONDITIONAL])
def test_what_is_offered_for_a_cause_is_taken(client, criar_usuario, entidade, tipo):
    client.force_login(criar_usuario("Coordenador"))
    made = layout().fichas[tipo]
    good = registro(tipo)
    tried = 0
    for path in lists(made.root, good["ficha"]):
        bad = copy.deepcopy(registro(tipo))
        if value_at(bad["ficha"], path) is None:
            continue
        bad = changed(bad, {path: WRONG})
        ficha = ficha_de(receber(entidade, bad)[0])
        found = Inconsistencia.objects.filter(ficha=ficha, campo=path, severidade="erro").first()
        if found is None:
            continue
        page = client.get(CAUSA, {"causa": found.causa}).content.decode()
        options = [v for v in offered(page) if v != str(WRONG)]
        if not options:
            continue  # a field of one citizen, mended one by one
        tried += 1
        for option in options:
            why = previa.refused(
                {"causa": found.causa, "mudancas": {"valor": int(option)}}, [ficha], context(entidade)
            )
            assert why == "", f"{tipo} {path}: {option} is offered and refused: {why}"
        Ficha.objects.filter(pk=ficha.pk).update(
            situacao="exportada", exportada_em="2026-10-01T00:00Z", n_erros=0
        )
    assert tried or tipo in NO_LIST, f"{tipo}: no list was tried"


#: kinds whose minimal record has no list that is set alike in many
NO_LIST: frozenset[str] = frozenset()


def test_a_place_of_attendance_of_other_fichas_is_not_offered(client, criar_usuario, entidade):
    """Local de atendimento 11 to 19 is of other fichas: the list said them, the ficha refused them."""
    client.force_login(criar_usuario("Coordenador"))
    bad = registro("FAI")
    cidadao(bad)["localDeAtendimento"] = WRONG
    ficha = ficha_de(receber(entidade, bad)[0])
    found = Inconsistencia.objects.filter(ficha=ficha, campo__endswith="localDeAtendimento")[0]
    options = {int(v) for v in offered(client.get(CAUSA, {"causa": found.causa}).content.decode())}
    assert set(range(1, 11)) <= options | {WRONG} and not options & set(range(11, 20))
