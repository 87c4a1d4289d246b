"""The system finds citizens, professional and header by what the layout says, in every kind of ficha."""

import copy
import json
import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledi.layouts import TIPOS, layout
from ledi.paths import put, value_at
from ledi_gerador import minimal
from ledi_gerador.documentos import cns, cpf
from saude.correcao.cliente import registered
from saude.inconsistencias.achados import Achado, stored
from saude.inconsistencias.diff import cause, citizen_position
from saude.registro.caminhos import changed
from saude.registro.envelope import in_header
from saude.registro.leitura import attends, facts

ZONE, TODAY = ZoneInfo("America/Sao_Paulo"), date(2026, 11, 24)


@pytest.mark.parametrize("tipo", TIPOS)
def test_who_and_where_a_ficha_is_of(tipo: str) -> None:
    record, block = minimal(tipo), layout().fichas[tipo].citizen
    if block.many and not value_at(record["ficha"], block.path):
        put(record["ficha"], block.path, [{}])
    put(record["ficha"], block.name("cpf"), cpf(7))
    put(record["ficha"], block.name("cns"), None)
    found = facts(record, ZONE, today=TODAY)
    assert [(p.posicao, p.cpf, p.cns, p.identificado) for p in found.pessoas] == [(0, cpf(7), "", True)]
    put(record["ficha"], block.name("cpf"), None)
    put(record["ficha"], block.name("cns"), cns(7))
    again = facts(record, ZONE, today=TODAY)
    assert [(p.cpf, p.cns) for p in again.pessoas] == [("", cns(7))]
    _, main = layout().fichas[tipo].main_lotacao(record["ficha"])
    names = layout().fichas[tipo].main.struct.role_name
    assert found.profissional_cns == main[names("profissional")] and found.cbo == main[names("cbo")]
    assert found.cnes == record["cnes"] and found.data is not None


def test_the_fichas_of_attendance_are_those_that_list_who_was_attended() -> None:
    assert {t for t in TIPOS if attends(t)} == {"FAI", "FAO", "FAD", "FP", "FV", "FVD"}
    assert not attends("") and not attends("XYZ")


@pytest.mark.parametrize(
    "record", [None, [], {}, {"tipo": "FVD"}, {"tipo": [], "ficha": 3}, {"tipo": "FVD", "ficha": []}]
)
def test_what_is_no_record_has_no_facts_and_raises_nothing(record: Any) -> None:
    assert facts(record, ZONE, today=TODAY).pessoas == []


def test_of_an_unknown_kind_the_header_is_read_and_nobody_else() -> None:
    record = {**minimal("FAI"), "tipo": "XXX"}
    found = facts(record, ZONE, today=TODAY)
    assert found.cnes == record["cnes"] and found.profissional_cns and found.data and found.pessoas == []


@pytest.mark.parametrize("tipo", TIPOS)
def test_what_changes_beside_the_ficha_changes_inside_it_and_back(tipo: str) -> None:
    record, twins = minimal(tipo), layout().fichas[tipo].twins
    before = copy.deepcopy(record)
    for key, other in (("cnes", "7654321"), ("ine", "0000000012"), ("ibge", "4205407")):
        outside = changed(record, {key: other})
        assert outside[key] == value_at(outside["ficha"], twins[key]) == other
        inside = changed(record, {twins[key]: other})
        assert inside[key] == value_at(inside["ficha"], twins[key]) == other
        torn = changed(record, {})
        torn[key] = "outro"
        assert (
            value_at(changed(torn, {key: other})["ficha"], twins[key]) == record[key]
        )  # it was not its twin
    assert record == before


def test_a_change_of_another_professional_leaves_the_record_alone() -> None:
    record = minimal("FAI")
    ficha = record["ficha"]
    ficha["headerTransport"]["lotacaoFormAtendimentoCompartilhado"] = dict(
        ficha["headerTransport"]["lotacaoFormPrincipal"]
    )
    mended = changed(record, {"headerTransport.lotacaoFormAtendimentoCompartilhado.cnes": "7654321"})
    assert mended["cnes"] == record["cnes"]


@pytest.mark.parametrize(
    "tipo, path, position",
    [("FVD", "visitasDomiciliares[3].sexo", 3), ("FVD", "headerTransport.cnes", None), ("FVD", "cnes", None)]
    + [
        ("FVD", "visitasDomiciliares[99999].sexo", 32_000),
        ("FCI", "identificacaoUsuarioCidadao.sexoCidadao", 0),
    ]
    + [
        ("FCI", "condicoesDeSaude.statusEhGestante", None),
        ("MCA", "cpfCidadao", 0),
        ("MCA", "uuidFicha", None),
    ]
    + [("FCC", "lotacaoEvolucao.cns", None), ("FCC", "cnsCidadao", 0), ("FCC", "uuidEvolucao", None)]
    + [("MCA", "versao", None), ("", "cpfCidadao", None), ("XXX", "a[0]", None)],
)
def test_which_citizen_a_finding_is_of(tipo: str, path: str, position: int | None) -> None:
    assert citizen_position(tipo, path) == position


def test_the_value_of_a_header_is_kept_and_of_a_citizen_never() -> None:
    class Finding:
        code, severity, message = "X-1", "erro", "texto"

        def __init__(self, path: str) -> None:
            self.path, self.params = path, {}

    record = minimal("FCC")
    kept = stored(Finding("lotacaoEvolucao.cnes"), record, record["ficha"])
    assert kept.params == {"valor": record["cnes"]} and cause(kept) == f"X-1|{record['cnes']}"
    assert stored(Finding("cnes"), record, record["ficha"]).params == {"valor": record["cnes"]}
    for path in ("cpfCidadao", "lotacaoEvolucao", "", "lotacaoEvolucaoX.cnes"):
        found = stored(Finding(path), record, record["ficha"])
        assert found.params == {} and cause(found) == "X-1", path
        assert json.dumps(found.params) == "{}"
    citizen = Achado("X-1", "visitasDomiciliares[0].peso", "erro", "", {"valor": "300"})
    assert cause(citizen) == "X-1" and not in_header(citizen.campo)


@pytest.mark.parametrize(
    "tipo, path, part",
    [
        ("FVD", "visitasDomiciliares[0].dtNascimento", "nascimento"),
        ("FAC", "participantes[1].cnsParticipante", "cns"),
    ]
    + [("FAE", "nomeSocialCidadao", "nome_social"), ("FCC", "lotacaoEvolucao.cns", ""), ("FVD", "cnes", "")]
    + [("FCI", "identificacaoUsuarioCidadao.cpfResponsavelFamiliar", ""), ("", "sexo", ""), ("FVD", "", "")]
    + [("FCD", "familias[0].numeroCnsResponsavel", "cns"), ("FCD", "enderecoLocalPermanencia.microArea", "")],
)
def test_what_the_registration_mends(tipo: str, path: str, part: str) -> None:
    assert registered(tipo, path) == part


@pytest.mark.django_db
@pytest.mark.parametrize("tipo", TIPOS)
def test_the_fields_of_a_form_carry_their_roles(client, criar_usuario, entidade, tipo: str) -> None:
    """The script that fills a citizen in, and the one that knows the day, find their fields by these alone."""
    client.force_login(criar_usuario("Digitador"))
    page = client.get(f"/registrar/{tipo}/").content.decode()
    found = dict(re.findall(r'data-campo="([^"]+)"\s+data-papel="([^"]+)"', page))
    ficha = layout().fichas[tipo]
    for path, role in found.items():
        field = ficha.root.field_at(path)
        assert field is not None and field.role == role, path
    assert found[ficha.date_path] == "data"
    assert f'data-cnes="{ficha.twins["cnes"]}"' in page and f'name="f:{ficha.twins["cnes"]}"' in page
    if ficha.citizen.path in ("", *[f.name for f in ficha.root.fields if f.required == "sim"]):
        citizen = {role for path, role in found.items() if ficha.citizen.position(path) == 0}
        assert citizen >= ficha.citizen.struct.by_role.keys() - {"cidadao", "principal"}
