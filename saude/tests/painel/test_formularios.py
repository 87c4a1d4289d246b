"""Forms made from the layout: widgets, reading what was sent, smallest changes, conditions as data."""

from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from ledi.layouts import CURRENT, TIPOS, layout
from ledi_gerador import minimal
from saude.formularios import campos, fontes, ler
from saude.formularios.arvore import by_path
from saude.formularios.condicoes import conditions
from saude.formularios.construtor import Construtor

ZONE = ZoneInfo("America/Sao_Paulo")
FVD = layout(CURRENT).fichas["FVD"]
FAI = layout(CURRENT).fichas["FAI"]
VISIT = "visitasDomiciliares[0]."


def send(ficha, atual, **sent):
    post = QueryDict(mutable=True)
    for path, value in sent.items():
        post.setlist(path, value if isinstance(value, list) else [value])
    found = ler.values(post, ficha, atual=atual, zona=ZONE)
    return ler.changes(atual, ler.applied(atual, found, ler.removed(post)))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (VISIT + "turno", "escolha"),
        (VISIT + "motivosVisita", "opcoes"),
        (VISIT + "dtNascimento", "data"),
        (VISIT + "stForaArea", "booleano"),
        (VISIT + "temperatura", "decimal"),
        (VISIT + "pressaoSistolica", "inteiro"),
        ("headerTransport.profissionalCNS", "busca"),
        ("headerTransport.ine", "busca"),
        ("visitasDomiciliares", "lista"),
    ],
)
def test_the_widget_follows_the_layout(path, kind):
    assert campos.widget(FVD.root.field_at(path)) == kind


@pytest.mark.parametrize("tipo", TIPOS)
def test_a_whole_form_sent_back_untouched_changes_nothing(tipo):
    """What every input shows reads back as the value it came from, in every kind of ficha."""
    ficha, kind = minimal(tipo)["ficha"], layout(CURRENT).fichas[tipo]
    tree = Construtor(tipo, CURRENT, ZONE, mostrar=lambda *_: True, com_condicoes=True).grupo(
        kind.root, ficha
    )
    post = QueryDict(mutable=True)

    def fill(group):
        for c in group.campos:
            chosen = (
                [v for v, _, marked in c.opcoes if marked]
                if c.widget in ("opcoes", "escolha")
                else [c.entrada]
            )
            post.setlist(c.nome, ["", *chosen] if c.widget == "opcoes" else chosen or [""])
        for inner in group.grupos:
            fill(inner)

    fill(tree)
    assert len(post) > 3
    found = ler.values(post, kind, atual=ficha, zona=ZONE)
    assert ler.changes(ficha, ler.applied(ficha, found)) == {}


def test_values_take_the_type_of_the_field():
    atual = {"visitasDomiciliares": [{"turno": 1}]}
    sent = {
        "f:" + VISIT + "turno": "2",
        "f:" + VISIT + "temperatura": "36,5",
        "f:" + VISIT + "stForaArea": "sim",
        "f:" + VISIT + "motivosVisita": ["", "1", "34"],
        "f:" + VISIT + "dtNascimento": "1985-03-20",
        "f:headerTransport.cboCodigo_2002": "515105 - AGENTE COMUNITÁRIO DE SAÚDE",
        "f:naoExiste": "x",
    }
    assert send(FVD, atual, **sent) == {
        VISIT + "turno": 2,
        VISIT + "temperatura": 36.5,
        VISIT + "stForaArea": True,
        VISIT + "motivosVisita": [1, 34],
        VISIT + "dtNascimento": "1985-03-20",
        "headerTransport": {"cboCodigo_2002": "515105"},
    }


def test_what_the_type_does_not_take_stays_text_for_the_rules_to_tell():
    atual = {"visitasDomiciliares": [{"turno": 1}]}
    assert send(FVD, atual, **{"f:" + VISIT + "turno": "amanhã"}) == {VISIT + "turno": "amanhã"}


def test_an_untouched_date_keeps_its_own_form():
    for value in (480_142_800_000, "1985-03-20", "1985-03-20T10:00:00"):
        atual = {"visitasDomiciliares": [{"dtNascimento": value}]}
        assert send(FVD, atual, **{"f:" + VISIT + "dtNascimento": "1985-03-20"}) == {}


def test_a_block_is_added_and_another_taken_out():
    atual = {"atendimentosIndividuais": [{"problemasCondicoes": [{"ciap": "A01"}, {"ciap": "A02"}]}]}
    base = "atendimentosIndividuais[0].problemasCondicoes"
    sent = {f"f:{base}[2].ciap": "K86 - HIPERTENSÃO", f"remover:{base}[0]": "1"}
    assert send(FAI, atual, **sent) == {f"{base}[0].ciap": "A02", f"{base}[1].ciap": "K86"}
    del sent[f"remover:{base}[0]"]
    whole = [{"ciap": "A01"}, {"ciap": "A02"}, {"ciap": "K86"}]
    assert send(FAI, atual, **sent) == {base: whole}, "a list of another length goes whole"


def test_findings_stand_at_their_fields_and_codes_are_decoded():
    class Achado:
        campo, severidade, mensagem, codigo = VISIT + "motivosVisita[1]", "erro", "Não", "X"

    ficha = {"visitasDomiciliares": [{"turno": 1, "motivosVisita": [1, 99]}]}
    tree = Construtor("FVD", CURRENT, ZONE, by_path([Achado()])).grupo(FVD.root, ficha)
    visit = tree.grupos[0].grupos[0]
    texts = {c.campo.name: c.texto for c in visit.campos}
    assert texts["turno"] == "1 - Manhã"
    assert [len(c.achados) for c in visit.campos if c.campo.name == "motivosVisita"] == [1]


def test_conditions_are_plain_data():
    kinds = {k for t in TIPOS for rows in conditions(t, CURRENT).values() for k, _ in rows}
    assert kinds == {"exige", "proibe", "so"}
    assert "visitasDomiciliares[].microArea" in conditions("FVD", CURRENT)


def test_search_boxes_find_by_code_and_by_words_without_accents(entidade):
    assert fontes.search(entidade, "ciap2", "k86")[0][0] == "K86"
    assert any(code == "K86" for code, _ in fontes.search(entidade, "ciap2", "hipertensao sem"))
    assert fontes.search(entidade, "municipios", "porto alegre")[0][0] == "4314902"
    assert not fontes.is_source("nada")


def test_a_field_of_the_root_is_changed_too():
    """Fichas without blocks (FCD, FAE, MCA) have their fields right at the root."""
    from saude.registro.caminhos import changed

    record = {"tipo": "FCD", "ficha": {"tipoDeImovel": 1}}
    assert changed(record, {"tipoDeImovel": 2})["ficha"] == {"tipoDeImovel": 2}
    assert changed(record, {"tipoDeImovel": None})["ficha"] == {}
