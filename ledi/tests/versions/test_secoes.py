"""The sections of the paper ficha: every field a person fills stands under one, in every version."""

import tomllib
from importlib.resources import files

import pytest

from ledi.layouts import TIPOS, VERSIONS, layout

DOCUMENTS = ("comum", *(t.lower() for t in TIPOS))
#: written by the system
WRITTEN = {"uuidFicha", "uuid", "tpCdsOrigem", "tbCdsOrigem"}


def structs_of(struct, found=None):
    found = {} if found is None else found
    if struct.name not in found:
        found[struct.name] = struct
        for f in struct.fields:
            inner = f.type.struct or (f.type.item.struct if f.type.item else None)
            if inner is not None:
                structs_of(inner, found)
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_sections_name_fields_that_exist_once(name):
    text = files("ledi.layouts").joinpath("fichas", f"{name}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    seen = 0
    for key, struct in document.items():
        if not isinstance(struct, dict) or "sections" not in struct:
            continue
        named = [field for title, *names in struct["sections"] for field in names]
        known = {row["name"] for row in struct["fields"]}
        assert len(named) == len(set(named)), key
        assert set(named) <= known, (key, set(named) - known)
        assert len({title for title, *_ in struct["sections"]}) == len(struct["sections"]), key
        seen += 1
    assert seen >= 1


def test_sections_of_a_phone_name_fields_that_exist_once():
    seen = 0
    for tipo in TIPOS:
        for struct in structs_of(layout().fichas[tipo].root).values():
            named = [name for _, names in struct.phone for name in names]
            assert len(named) == len(set(named)), struct.name
            assert len({title for title, _ in struct.phone}) == len(struct.phone), struct.name
            assert set(named) <= set(struct.by_name), struct.name
            seen += bool(named)
    assert seen >= 6, seen


def test_a_section_of_a_phone_with_a_field_that_is_not_there_is_refused():
    from ledi.errors import LayoutError
    from ledi.layouts import loader

    own = dict(loader.document("fvd"))
    struct = own["FichaVisitaDomiciliarChildThrift"]
    own["FichaVisitaDomiciliarChildThrift"] = {**struct, "phone": [["Visita", "turno", "turn0"]]}
    with pytest.raises(LayoutError, match="turn0"):
        loader._Scope("8.7.0", own).struct("FichaVisitaDomiciliarChildThrift")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_every_field_stands_under_a_heading(tipo, version):
    for struct in structs_of(layout(version).fichas[tipo].root).values():
        assert sorted(f.name for f in struct.paper) == sorted(f.name for f in struct.fields)
        under = {f.name for f in struct.fields if f.section}
        if under:
            assert {f.name for f in struct.fields} - under <= WRITTEN, struct.name


def test_the_paper_order_keeps_sections_together_and_the_wire_order_stays():
    for tipo in TIPOS:
        for struct in structs_of(layout().fichas[tipo].root).values():
            headings = [f.section for f in struct.paper]
            changes = [h for i, h in enumerate(headings) if i == 0 or headings[i - 1] != h]
            assert len(changes) == len(set(changes)), (tipo, struct.name)
            ids = [f.id for f in struct.fields if f.id is not None]
            assert ids == sorted(ids)


def test_the_first_section_of_a_ficha_is_its_header():
    for tipo in TIPOS:
        ficha = layout().fichas[tipo]
        assert ficha.root.paper[0].name == ficha.header_field
