"""The roles of fields, declared in the layouts: what each is for, whatever it is called in a ficha."""

from __future__ import annotations

import pytest

from ledi.errors import LayoutError
from ledi.layouts import ROLES, TIPOS, VERSIONS, Struct, layout
from ledi.layouts.loader import _roles
from ledi.paths import value_at
from ledi_gerador import minimal

#: role -> what the layout says of a field that has it
SHAPE = {
    "cpf": "cpf", "cpf_responsavel": "cpf", "cns": "cns", "cns_responsavel": "cns", "profissional": "cns",
    "cbo": "cbo", "cnes": "cnes", "ine": "ine", "ibge": "ibge", "uuid": "uuid", "nome": "nome", "nome_mae": "nome",
    "telefone": "telefone",
}  # fmt: skip
DOMAINS = {"sexo": "Sexo", "raca_cor": "RacaCor", "justificativa_sem_cpf": "JustificativaNaoPossuiCpf"}
KINDS = {"sem_cpf": "bool", "desconhece_mae": "bool", "nome_social": "string", "microarea": "string"}
#: documents in a citizen's block that are somebody else's
OTHERS = {"cpfCuidador", "cnsCuidador", "cpfResponsavelFamiliar", "cnsResponsavelFamiliar"}


def structs(root: Struct, found: dict[str, Struct] | None = None) -> dict[str, Struct]:
    found = {} if found is None else found
    if root.name not in found:
        found[root.name] = root
        for field in root.fields:
            inner = (field.type.item or field.type).struct
            if inner is not None:
                structs(inner, found)
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_a_field_is_what_its_role_says(tipo: str, version: str) -> None:
    seen = 0
    for struct in structs(layout(version).fichas[tipo].root).values():
        for role, field in struct.by_role.items():
            seen += 1
            if role in SHAPE:
                assert field.format == SHAPE[role], (struct.name, role)
            elif role in DOMAINS:
                assert field.domain == DOMAINS[role], (struct.name, role)
            elif role in KINDS:
                assert field.type.kind == KINDS[role], (struct.name, role)
            elif role in ("data", "nascimento"):
                assert field.is_date or field.format == "data_texto", (struct.name, role)
            else:
                assert role in ("cidadao", "principal", "compartilhado")
                assert (field.type.item or field.type).struct is not None
    assert seen >= 6


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_every_document_of_a_citizen_has_its_role(tipo: str, version: str) -> None:
    """A field that a new version brings cannot be forgotten: who reads a record would not see it."""
    citizen = layout(version).fichas[tipo].citizen.struct
    documents = {f.name for f in citizen.fields if f.format in ("cpf", "cns") and not f.role}
    assert documents <= OTHERS
    assert {"cpf", "cns"} <= citizen.by_role.keys()
    births = {
        f.name for f in citizen.fields if "ascimento" in f.name and (f.is_date or f.format == "data_texto")
    }
    assert births == ({citizen.role_name("nascimento")} if tipo != "FCZM" else set())


def test_every_role_is_used() -> None:
    made = layout()
    used = {
        role for ficha in made.fichas.values() for s in structs(ficha.root).values() for role in s.by_role
    }
    assert used | made.structs["DadoTransporteThrift"].by_role.keys() == ROLES


@pytest.mark.parametrize("tipo", TIPOS)
def test_a_ficha_knows_where_its_parts_are(tipo: str) -> None:
    record, ficha = minimal(tipo), layout().fichas[tipo]
    for key, path in ficha.twins.items():
        assert value_at(record["ficha"], path) == record[key], key
    assert isinstance(value_at(record["ficha"], ficha.date_path), int)
    path, lotacao = ficha.main_lotacao(record["ficha"])
    assert lotacao["cnes"] == record["cnes"] and path == ficha.main.path
    assert ficha.main.name("profissional").startswith(path)


def test_a_citizen_by_position_and_a_position_by_path() -> None:
    fichas = layout().fichas
    visit, person, root = (fichas[t].citizen for t in ("FVD", "FCI", "MCA"))
    assert visit.name("nascimento", 2) == "visitasDomiciliares[2].dtNascimento"
    assert person.name("sexo") == "identificacaoUsuarioCidadao.sexoCidadao"
    assert root.name("cpf", 0) == "cpfCidadao" and fichas["FCZM"].citizen.name("sexo") == ""
    assert visit.position("visitasDomiciliares[2].dtNascimento") == 2
    assert visit.position("visitasDomiciliares[12]") == 12
    for elsewhere in ("visitasDomiciliares", "visitasDomiciliaresX[1]", "headerTransport.cnes", "", "v[1]"):
        assert visit.position(elsewhere) is None
    assert visit.position("visitasDomiciliares[99999999]") is None
    assert person.position("identificacaoUsuarioCidadao.sexoCidadao") == 0
    assert person.position("condicoesDeSaude.statusEhGestante") is None
    assert root.position("cpfCidadao") == 0


@pytest.mark.parametrize(
    "ficha, nodes",
    [({}, [None]), ({"visitasDomiciliares": None}, [None]), ({"visitasDomiciliares": [1, {}]}, [1, {}])]
    + [({"visitasDomiciliares": {"turno": 1}}, [{"turno": 1}]), (None, [None]), ([], [None])],
)
def test_the_citizens_of_a_malformed_ficha(ficha: object, nodes: list[object]) -> None:
    assert layout().fichas["FVD"].citizen.nodes(ficha) == nodes


@pytest.mark.parametrize("declared", [{"apelido": "sexo"}, {"sexo": "nada"}])
def test_a_role_or_a_field_that_does_not_exist_is_a_defect_of_the_layout(declared: dict[str, str]) -> None:
    with pytest.raises(LayoutError, match="papel ou campo"):
        _roles("Struct", [{"name": "sexo"}], declared)


def test_a_place_that_does_not_exist_or_is_no_struct() -> None:
    ficha = layout().fichas["FAI"]
    assert ficha.block("atendimentosIndividuais[].finalizadorObservacao").pattern.endswith(
        "[].finalizadorObservacao"
    )
    for place in ("nada", "uuidFicha"):
        with pytest.raises(LayoutError):
            ficha.block(place)
