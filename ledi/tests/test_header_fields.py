"""Every ficha asks for the whole header, whatever another place of it asks of the same struct."""

from __future__ import annotations

import pytest
from rule_cases.harness import DELETE, TODAY, apply

from ledi import validate
from ledi.layouts import TIPOS, layout
from ledi.schema import record_schema
from ledi_gerador.minimos import minimal


def places(tipo: str) -> list[tuple[str, str]]:
    """(path, struct name) of each field of the header that the page says is required."""
    ficha = layout().fichas[tipo]
    assert ficha.header_field is not None
    header = ficha.root.by_name[ficha.header_field].type.struct
    found = []
    for field in header.fields if header else ():
        inner = field.type.struct
        if inner is None:
            found.append((f"{ficha.header_field}.{field.name}", header.name, field.required))
        elif field.required == "sim":
            found += [
                (f"{ficha.header_field}.{field.name}.{f.name}", inner.name, f.required) for f in inner.fields
            ]
    return [(path, name) for path, name, required in found if required == "sim"]


@pytest.mark.parametrize("tipo", TIPOS)
def test_a_header_without_a_required_field_is_refused(tipo):
    assert len(places(tipo)) >= 5
    for path, struct in places(tipo):
        record = minimal(tipo)
        apply(record, path, DELETE)
        report = validate(record, hoje=TODAY)
        code = f"{tipo}-{struct}-{path.rpartition('.')[2]}-obrigatorio"
        assert code in [finding.code for finding in report.findings], path


def test_who_ends_the_observation_may_be_incomplete():
    record = minimal("FAI")
    apply(record, "atendimentosIndividuais[0].ficouEmObservacao", True)
    apply(record, "atendimentosIndividuais[0].finalizadorObservacao", {"cboCodigo_2002": "223565"})
    assert validate(record, hoje=TODAY).findings == ()


def test_the_schema_tells_the_two_apart():
    defs = record_schema("FAI")["$defs"]
    child = defs["FichaAtendimentoIndividualChildThrift"]["properties"]["finalizadorObservacao"]
    main = defs["VariasLotacoesHeaderThrift"]["properties"]["lotacaoFormPrincipal"]

    def required(place):
        return defs[(place.get("allOf") or place["anyOf"])[0]["$ref"].rpartition("/")[2]]["required"]

    assert required(child) == []
    assert required(main) == ["profissionalCNS", "cboCodigo_2002", "cnes"]
