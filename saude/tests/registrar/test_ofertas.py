"""Only what will be accepted is offered: entry form, correction, templates of sheets, agents' app."""

import io
import json
import re
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from openpyxl import load_workbook
from producao import quebrado, receber

from ledi import options, validate
from ledi.layouts import CURRENT, TIPOS, VERSIONS, layout, releases
from ledi.paths import owner, pattern, put
from ledi_gerador import build, cnes_writer, sigtap_writer
from saude.acs.formularios import TIPOS as DOS_AGENTES
from saude.acs.formularios import form, lists_of
from saude.acs.formularios import options as app_list
from saude.arquivos.colunas import TIPOS as DAS_PLANILHAS
from saude.fichas.models import Ficha
from saude.formularios.arvore import LISTED
from saude.formularios.construtor import Construtor
from saude.formularios.fontes import table

pytestmark = pytest.mark.django_db
HOJE = date(2026, 11, 24)
OLDEST = next(v for v in VERSIONS if releases()[v].days_left(HOJE) >= 0)
IBGE = "4218202"
FAI, FV = "atendimentosIndividuais", "vacinacoes"


def every_field(group):
    yield from group.campos
    for inner in group.grupos:
        yield from every_field(inner)


def whole(struct, depth=0):
    """A struct with one item in every list: the form then has every field."""
    found = {}
    for f in struct.fields:
        inner = (f.type.item or f.type).struct
        if inner is not None and depth < 5:
            one = whole(inner, depth + 1)
            found[f.name] = [one] if f.type.kind == "list" else one
    return found


def form_of(tipo, versao):
    made = layout(versao).fichas[tipo]
    built = Construtor(
        tipo, versao, ZoneInfo("America/Sao_Paulo"), mostrar=lambda *_: True, com_condicoes=True
    )
    return list(every_field(built.grupo(made.root, whole(made.root))))


@pytest.mark.parametrize("versao", [CURRENT, OLDEST])
@pytest.mark.parametrize("tipo", TIPOS)
def test_every_list_of_every_form(tipo, versao):
    """Each option on the page, alone in a record: the validator has nothing to say of that code."""
    seen = 0
    for campo in form_of(tipo, versao):
        if campo.widget not in LISTED or not campo.campo.domain:
            continue
        made = options.of(tipo, versao, pattern(campo.caminho))
        offered = [value for value, _, _ in campo.opcoes]
        assert offered, campo.caminho
        many, text = (
            campo.campo.type.kind == "list",
            (campo.campo.type.item or campo.campo.type).kind == "string",
        )
        told = {}
        for code in offered:
            ficha = {}
            value = code if text else int(code)
            put(ficha, campo.caminho, [value] if many else value, blocks=1)
            found = validate(
                {"tipo": tipo, "versao": versao, "uuid": "x", "ficha": ficha}, hoje=HOJE
            ).findings
            told[code] = {f.code for f in found if owner(f.path) == campo.caminho}
        always = set.intersection(*told.values())
        depends = {code for code, found in told.items() if found - always} if made.narrows else set()
        assert not {c: f - always for c, f in told.items() if f - always and c not in depends}, campo.caminho
        seen += len(offered)
    assert seen > 10


@pytest.mark.parametrize("versao", [CURRENT, OLDEST])
@pytest.mark.parametrize("tipo", DOS_AGENTES)
def test_the_agents_app_has_the_same_lists(tipo, versao):
    lists = {name: app_list(name)["opcoes"] for name in lists_of(tipo, versao)}

    def walk(rows, path):
        for row in rows:
            here = f"{path}.{row['n']}" if path else row["n"]
            if "campos" in row:
                yield from walk(row["campos"], f"{here}[]" if row["w"] == "lista" else here)
            elif "d" in row:
                yield here, row

    seen = 0
    for path, row in walk(form(tipo, versao)["campos"], ""):
        made = options.of(tipo, versao, path)
        left = [c for c, *_ in lists[row["d"]] if c not in row.get("menos", [])]
        text = (made.field.type.item or made.field.type).kind == "string"
        assert left and all(made.always(str(c) if text else int(c)) for c in left), path
        assert row.get("aceita", []) == list(made.narrows), path
        seen += 1
    assert seen > 3


@pytest.mark.parametrize("tipo", DAS_PLANILHAS)
def test_the_sheets_templates_have_the_same_lists(client, criar_usuario, entidade, tipo):
    client.force_login(criar_usuario("Coordenador"))
    body = b"".join(client.get(f"/arquivos/planilha/modelo/{tipo}.xlsx").streaming_content)
    rows = list(load_workbook(io.BytesIO(body))["Códigos aceitos"].iter_rows(min_row=2, values_only=True))
    by_label = {}
    for campo in form_of(tipo, CURRENT):
        if campo.campo.domain and campo.lista is not None:
            by_label.setdefault(campo.rotulo, set()).update(campo.lista)
    codes = [(label, text.partition(" - ")[0]) for label, text in rows]
    assert codes and all(code in by_label[label] for label, code in codes if label in by_label)


def ask(client, fonte, tipo, caminho, *, q="", versao=CURRENT, ficha=None, **typed):
    data = {"q": q} | {f"f:{path}": value for path, value in typed.items()}
    if ficha is not None:
        data["ficha"] = json.dumps(ficha)
    where = f"/formularios/opcoes/{fonte}/?tipo={tipo}&versao={versao}&caminho={caminho}"
    page = client.post(where, data)
    assert page.status_code == 200
    return re.findall(r'data-valor="([^ ]+) - ', page.content.decode())


@pytest.fixture
def digitador(client, criar_usuario):
    client.force_login(criar_usuario("Digitador"))
    return client


@pytest.fixture
def tabelas(transactional_db, entidade, tmp_path, settings):
    """SIGTAP and CNES of the generated town, in use."""
    settings.DADOS = tmp_path
    town = replace(build(2026), ibge=IBGE)
    cnes_writer.write(town, tmp_path / "cnes.xml", data=date(2026, 9, 1))
    call_command("importar_cnes", str(tmp_path / "cnes.xml"), "--entidade", IBGE)
    call_command("importar_sigtap", str(sigtap_writer.write(town, tmp_path, "202609")))
    return town


def test_a_search_offers_what_the_tables_in_use_have(tabelas, digitador):
    cid = f"{FAI}[0].problemasCondicoes[0].cid10"
    from_library = [c for c in table("cid10") if c not in sigtap_writer._cids()]
    assert from_library, "the library knows a CID10 that the table lacks"
    day = {"headerTransport.dataAtendimento": "2026-09-15"}
    assert ask(digitador, "cid10", "FAI", cid, q=from_library[0], **day) == []
    assert ask(digitador, "cid10", "FAI", cid, q=next(iter(sigtap_writer._cids())), **day)


def test_the_post_is_that_of_the_professional(tabelas, digitador):
    """The CBO that the ficha and CNES take, the establishment, and the team of the professional who was chosen."""
    agent = next(p for p in tabelas.profissionais if p.lotacoes[0].cbo == "515105")
    post, header = agent.lotacoes[0], "headerTransport"
    typed = {
        f"{header}.profissionalCNS": f"{agent.cns} - {agent.nome}",
        f"{header}.dataAtendimento": "2026-09-15",
    }
    assert ask(digitador, "cbo", "FVD", f"{header}.cboCodigo_2002", **typed) == ["515105"]
    typed |= {f"{header}.cboCodigo_2002": "515105 - AGENTE"}
    assert ask(digitador, "estabelecimentos", "FVD", f"{header}.cnes", **typed) == [post.cnes]
    typed |= {f"{header}.cnes": post.cnes}
    assert ask(digitador, "equipes", "FVD", f"{header}.ine", **typed) == [post.ine]
    assert len(ask(digitador, "equipes", "FVD", f"{header}.ine")) > 1  # before anybody is chosen
    physician = next(p for p in tabelas.profissionais if p.lotacoes[0].cbo == "225142")
    typed[f"{header}.profissionalCNS"] = physician.cns
    assert ask(digitador, "cbo", "FVD", f"{header}.cboCodigo_2002", **typed) == []  # who registers no visits


def test_procedures_of_the_ficha_the_cbo_and_the_citizen(tabelas, digitador):
    path = "atendProcedimentos[0].procedimentos"
    known = sigtap_writer.procedimentos()
    typed = {"headerTransport.dataAtendimento": "2026-09-15"}
    offered = ask(digitador, "procedimentos", "FP", path, q="02", **typed)
    assert offered and all(code in known for code in offered)
    for_women = next(p for p in known.values() if p.sexo == "F" and p.codigo[:2] in ("01", "02", "03", "04"))
    asked = {"q": for_women.codigo, **typed}
    assert ask(digitador, "procedimentos", "FP", path, **asked) == [for_women.codigo]
    assert ask(digitador, "procedimentos", "FP", path, **asked, **{"atendProcedimentos[0].sexo": "0"}) == []


def test_the_cbo_of_the_ficha_and_the_ciap_of_its_groups(digitador, entidade):
    cbo = ask(digitador, "cbo", "FVD", "headerTransport.cboCodigo_2002")
    assert cbo and "225142" not in cbo and "515105" in cbo
    ciap = f"{FAI}[0].problemasCondicoes[0].ciap"
    assert ask(digitador, "ciap2", "FAI", ciap, q="K86") == ["K86"]
    assert ask(digitador, "ciap2", "FAI", ciap, q="A30") == []  # of the group Procedimentos
    young = {f"{FAI}[0].dataNascimento": "2024-01-10", "headerTransport.dataAtendimento": "2026-09-15"}
    assert ask(digitador, "ciap2", "FAI", ciap, q="W78") == ["W78"]
    assert ask(digitador, "ciap2", "FAI", ciap, q="W78", **young) == []


def test_vaccine_strategy_and_dose_go_together(digitador, entidade):
    item = f"{FV}[0].vacinas[0]"
    applied = {f"{item}.stRegistroAnterior": "nao"}
    vaccines = ask(digitador, "dominio.Imunobiologico", "FV", f"{item}.imunobiologico", q="", **applied)
    assert "15" in vaccines
    every = ask(digitador, "dominio.Dose", "FV", f"{item}.dose")
    bcg = applied | {f"{item}.imunobiologico": "15 - BCG", f"{item}.estrategiaVacinacao": "1"}
    doses = ask(digitador, "dominio.Dose", "FV", f"{item}.dose", **bcg)
    assert 0 < len(doses) < len(every)


def test_a_correction_knows_the_record_it_corrects(digitador, entidade):
    """The page of a correction has only the faulty fields: the rest is in the record it was opened with."""
    item = f"{FV}[1].vacinas[0]"
    vaccine = {"stRegistroAnterior": False, "imunobiologico": 15, "estrategiaVacinacao": 1}
    ficha = {FV: [{}, {"vacinas": [vaccine]}]}
    alone = ask(digitador, "dominio.Dose", "FV", f"{item}.dose")
    assert len(ask(digitador, "dominio.Dose", "FV", f"{item}.dose", ficha=ficha)) < len(alone)
    for odd in ("[", "[1]", '"a"', '{"vacinacoes": 3}'):
        page = digitador.post(
            f"/formularios/opcoes/dominio.Dose/?tipo=FV&versao={CURRENT}&caminho={item}.dose", {"ficha": odd}
        )
        assert page.status_code == 200
    deep = '{"a":' * 900 + "1" + "}" * 900  # nested beyond what is copied
    page = digitador.post(
        f"/formularios/opcoes/dominio.Dose/?tipo=FV&versao={CURRENT}&caminho={item}.dose", {"ficha": deep}
    )
    assert page.status_code in (200, 404)


@pytest.mark.parametrize("tipo", TIPOS)
def test_the_municipality_of_the_production_is_its_own(digitador, entidade, tipo):
    path = layout(CURRENT).fichas[tipo].twins["ibge"]
    assert ask(digitador, "municipios", tipo, path) == [IBGE]
    assert ask(digitador, "municipios", tipo, path, q="floria") == []


def test_an_address_that_is_no_field(digitador, entidade):
    for query in (
        "tipo=XX",
        "tipo=FV&versao=1.0.0&caminho=a",
        f"tipo=FV&versao={CURRENT}&caminho=nada.disto",
    ):
        assert digitador.get(f"/formularios/opcoes/cbo/?{query}").status_code == 404


def test_a_new_block_has_the_lists_inside_it(digitador, entidade):
    """A block with lists of its own (the problems of an attendance) was answered with a page of error."""
    page = digitador.get(f"/formularios/bloco/FAI/{CURRENT}/", {"caminho": FAI, "indice": "1"})
    assert page.status_code == 200
    assert f'data-adicionar="{FAI}[1].medicamentos"' in page.content.decode()


def test_medicines_that_differ_say_their_dose():
    names = table("catmat")
    assert names["BR0268317"].startswith("Abacavir, 20 mg/ml") and names["BR0268315"].startswith(
        "Abacavir, 300 mg"
    )
    assert len(set(names.values())) > 0.97 * len(names)


def test_a_code_that_is_no_longer_taken_stays_and_is_told(digitador, criar_usuario, entidade):
    """A record with Local de atendimento 12: the list shows it as it is, and does not offer it to another."""
    record = quebrado("FAI")
    record["ficha"][FAI][0]["localDeAtendimento"] = 12
    receber(entidade, record)
    stored = Ficha.objects.get()
    page = digitador.get(f"/fichas/{stored.chave}/corrigir/?campos=todos").content.decode()
    place = re.search(r"<select[^>]*localDeAtendimento.*?</select>", page, re.S)[0]
    values = re.findall(r'<option value="(\d+)"', place)
    assert values == ["12", *map(str, range(1, 11))]
    assert "(não é aceito aqui)" in place


def test_the_new_form_asks_with_its_field(digitador, entidade):
    page = digitador.get("/registrar/FVD/").content.decode()
    assert re.search(
        r'data-fonte="/formularios/opcoes/cbo/\?tipo=FVD&amp;versao=[\d.]+&amp;caminho=headerTransport', page
    )
    assert 'data-aceita="' in page  # motivos da visita, by the kind of the building and the sex
