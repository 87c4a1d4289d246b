"""Fields appear and vanish by the same rules as the validator: the page in a real browser against the engine.

For records of all 12 kinds: what the page hides, the engine refuses to be filled; what the engine asks for or
forbids by a condition the page can know, the page marks or hides.
"""

import copy
import json
from collections import Counter
from random import Random

import pytest
from test_todas_as_fichas import da_entidade

from ledi import validate
from ledi.errors import PathError
from ledi.layouts import CURRENT
from ledi.paths import pattern, put, value_at
from ledi.rules.registry import rules_in_force
from ledi_gerador.gerador import DOZE, gerar
from saude.formularios.condicoes import KINDS
from saude.registrar.actions import save_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOXES = """() => [...document.querySelectorAll('form [data-regras]')].map((box) => {
  const mark = box.querySelector(':scope > label > .f-exigido, :scope > fieldset > legend > .f-exigido');
  return {
    caminho: box.dataset.caminho, oculto: box.hidden, vazio: box.dataset.vazio === '1',
    proibido: box.hidden || box.classList.contains('f-campo--proibido'), com_marca: Boolean(mark),
    marcado: Boolean(mark) && !mark.hidden, cheio: [...box.querySelectorAll('[name^="f:"]')].length,
  };
})"""


def rules_of(tipo):
    """pattern -> kind -> codes; and the codes whose condition the page cannot know."""
    found, server = {}, set()
    for rule in rules_in_force(tipo, CURRENT):
        kind = KINDS.get(type(rule.check))
        if (
            kind is None
            or rule.name is None
            or rule.severity != "erro"
            or getattr(rule.check, "only_true", 0)
        ):
            continue
        path = f"{rule.at}.{rule.name}" if rule.at else rule.name
        found.setdefault(path, {}).setdefault(kind, set()).add(rule.code)
        text = json.dumps(rule.check.when.as_json(), default=str) if rule.check.when else ""
        if '"server"' in text or '"table"' in text:
            server.add(rule.code)
    return found, server


def values_of(node, path="", found=None):
    """pattern -> values seen there, of structs and lists too."""
    found = {} if found is None else found
    if path:
        found.setdefault(pattern(path), []).append(node)
    if isinstance(node, dict):
        for name, value in node.items():
            values_of(value, f"{path}.{name}" if path else name, found)
    elif isinstance(node, list):
        for i, item in enumerate(node):
            if isinstance(item, dict):
                values_of(item, f"{path}[{i}]", found)
    return found


def codes_at(record, path, value, severities=("erro",)):
    """Codes told at the path when the field has this value (None: when it has none)."""
    changed = copy.deepcopy(record)
    put(changed["ficha"], path, copy.deepcopy(value))
    found = validate(changed).findings
    return {f.code for f in found if f.severity in severities and f.path == path}


def variants(record, rng, samples, fields):
    """The record, and the same with one field that conditions read changed or taken away."""
    yield record
    paths = [p for p in _paths(record["ficha"]) if pattern(p) in fields]
    for path in rng.sample(paths, min(2, len(paths))):
        other = copy.deepcopy(record)
        put(other["ficha"], path, copy.deepcopy(rng.choice([None, *samples[pattern(path)]])))
        other["uuid"] = record["uuid"][:-6] + f"{rng.randrange(10**6):06d}"
        yield other


def _paths(node, path=""):
    if isinstance(node, dict):
        for name, value in node.items():
            here = f"{path}.{name}" if path else name
            if not isinstance(value, dict) and not (
                value and isinstance(value, list) and isinstance(value[0], dict)
            ):
                yield here
            yield from _paths(value, here)
    elif isinstance(node, list):
        for i, item in enumerate(node):
            if isinstance(item, dict):
                yield from _paths(item, f"{path}[{i}]")


def compare(record, box, rules, server, samples):
    """What differs between the page and the engine about one box; "" when nothing, None when not comparable."""
    path = box["caminho"]
    kinds = rules.get(pattern(path), {})
    parent = path.rpartition(".")[0]
    if parent and not isinstance(value_at(record["ficha"], parent), dict):
        return None
    if path.startswith("perguntas") and "[" in path:
        return None  # the page has a row for each question: its numbers are not those of the record
    needs = kinds.get("exige", set()) | kinds.get("so", set())
    refuses = kinds.get("proibe", set()) | kinds.get("so", set())
    try:
        without = codes_at(record, path, None) & needs
    except PathError:
        return None
    if box["com_marca"]:
        alone = (
            parent and len(value_at(record["ficha"], parent)) == 1
        )  # without it the group is not there at all
        if box["marcado"] and not without and not box["vazio"] and not alone:
            return f"marked, not needed: {path}"
        if without - server and not box["marcado"]:
            return f"needed by {without - server}, not marked: {path}"
    now = value_at(record["ficha"], path)
    tries = [now] if now not in (None, "", [], {}) else samples.get(pattern(path), [])[:3]
    if not tries:
        return None
    with_ = [codes_at(record, path, value) & refuses for value in tries]
    doubtful = [codes_at(record, path, value, ("erro", "aviso")) & refuses for value in tries]
    if box["proibido"] and not any(doubtful):
        return f"refused by the page, taken by the engine: {path}"
    if all(codes - server for codes in with_) and not box["proibido"] and "[" not in path.rpartition(".")[2]:
        return f"refused by {with_[0]}, shown by the page: {path}"
    return ""


@pytest.mark.parametrize("tipo", DOZE)
def test_the_page_and_the_engine_agree(tipo, site, criar_usuario, entidade):
    user = criar_usuario("Digitador")
    page = site("digitador")
    rng = Random(f"condicoes/{tipo}")
    pool = [da_entidade(r) for r in gerar(semente=5, fichas=60, tipos=(tipo,), erros=0, app=0)]
    samples: dict[str, list] = {}
    for record in pool:
        values_of(record["ficha"], found=samples)
    rules, server = rules_of(tipo)
    fields = {p for p in samples if not isinstance(samples[p][0], dict)} - {"uuid", "uuidFicha"}
    seen, wrong = Counter(), []
    for record in rng.sample(pool, 3):
        for one in variants(record, rng, samples, fields):
            save_draft(entidade=entidade, by=user, record=one)
            page.goto(f"{page.base}/registrar/{tipo}/?rascunho={one['uuid']}")
            for box in page.evaluate(BOXES):
                said = compare(one, box, rules, server, samples)
                seen["not comparable" if said is None else "compared"] += 1
                seen["refused"] += box["proibido"] and said is not None
                if said:
                    wrong.append((one["uuid"][-6:], said))
    assert seen["compared"] >= 9, seen
    assert not wrong, "\n".join(f"{u} {w}" for u, w in wrong[:30]) + f"\n{seen}"
