"""Every kind of ficha through its form: what was right comes back the same, what is wrong is told at its place."""

import json
import re
from html.parser import HTMLParser

import pytest
from formulario_html import sent
from html_lido import lido

from ledi import validate
from ledi.layouts import TIPOS, VERSIONS, layout
from ledi_gerador.gerador import DOZE, gerar
from saude.fichas.models import Ficha
from saude.processamento.julgar import check
from saude.registrar import actions
from saude.registrar.models import Rascunho

IBGE = "4218202"


@pytest.fixture
def digitador(client, criar_usuario):
    user = criar_usuario("Digitador")
    client.force_login(user)
    return user


def da_entidade(record):
    """The same record, of the municipality of the tests."""
    record["ibge"] = IBGE
    for name in ("headerTransport", "lotacaoEvolucao"):
        header = record["ficha"].get(name)
        if isinstance(header, dict):
            header["codigoIbgeMunicipio"] = IBGE
    children = layout().fichas[record["tipo"]].children_field
    if children and isinstance(record["ficha"].get(children), list):
        del record["ficha"][children][3:]
    return record


def as_version(record, version):
    """The record as a system of an older version writes it: without the fields that version lacks."""

    def cut(struct, node):
        made = {}
        for name, value in node.items():
            f = struct.by_name.get(name)
            inner = f and (f.type.struct or (f.type.item.struct if f.type.item else None))
            if f is None:
                continue
            if inner is not None and isinstance(value, dict):
                value = cut(inner, value)
            elif inner is not None and isinstance(value, list):
                value = [cut(inner, item) for item in value]
            made[name] = value
        return made

    root = layout(version).fichas[record["tipo"]].root
    return record | {"versao": version, "ficha": cut(root, record["ficha"])}


def form_of(client, user, entidade, record):
    actions.save_draft(entidade=entidade, by=user, record=record)
    page = client.get(f"/registrar/{record['tipo']}/?rascunho={record['uuid']}")
    assert page.status_code == 200
    return sent(page.content.decode())


def by_question(wire):
    """Questions of a questionnaire in the order of their codes, as the form asks them."""
    asked = {k: sorted(v, key=lambda q: q["pergunta"]) for k, v in wire.items() if k.startswith("perguntas")}
    return wire | asked


def told(report):
    return sorted((f.code, f.path) for f in report.findings)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_a_valid_record_comes_back_the_same(client, digitador, entidade, tipo, version):
    filled = 0
    for record in gerar(semente=7, fichas=5, tipos=(tipo,), erros=0, app=0):
        record = as_version(da_entidade(record), version)
        form = form_of(client, digitador, entidade, record)
        assert client.post(f"/registrar/{tipo}/rascunho/", form).json()["salvo"] is True
        kept = json.loads(Rascunho.objects.get(uuid=record["uuid"]).registro)
        before, after = validate(record), validate(kept)
        assert by_question(after.wire) == by_question(before.wire), record["uuid"]
        assert told(after) == told(before)
        assert {k: kept.get(k) for k in ("uuid", "versao", "cnes", "ine", "ibge")} == {
            k: record.get(k) for k in ("uuid", "versao", "cnes", "ine", "ibge")
        }
        filled += sum(bool(v) for name in form if name.startswith("f:") for v in form[name])
    assert filled > 40, "the records exercise the form"


class _Places(HTMLParser):
    """Ids of the page; codes told beside fields by id; links of the list with their codes."""

    def __init__(self):
        super().__init__()
        self.ids, self.beside, self.listed = set(), {}, []
        self._box = self._item = None
        self._code = False

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        classes = (a.get("class") or "").split()
        if "id" in a:
            self.ids.add(a["id"])
        if "f-achados" in classes:
            self._box = a["id"]
        if "data-achado" in a:
            self._item = a["data-achado"]
        if "data-ir" in a:
            self.listed.append((self._item, a["data-ir"]))
        self._code = "f-codigo" in classes

    def handle_data(self, data):
        if self._code and self._box:
            self.beside.setdefault(self._box, []).append(data.strip())
        self._code = False

    def handle_endtag(self, tag):
        if tag == "div":
            self._box = None


@pytest.mark.parametrize("tipo", DOZE)
def test_every_error_is_told_at_its_field_or_listed_with_a_link(client, digitador, entidade, tipo):
    codes, beside = set(), 0
    wrong = (
        r for r, c in gerar(semente=11, fichas=16, tipos=(tipo,), erros=1, app=0, com_gabarito=True) if c
    )
    for record in wrong:
        form = form_of(client, digitador, entidade, da_entidade(record))
        answer = client.post(f"/registrar/{tipo}/", {**form, "acao": "finalizar"})
        draft = Rascunho.objects.filter(uuid=record["uuid"]).first()
        if draft is None:  # what was wrong does not fit in a form: it went away with it
            assert Ficha.objects.get(uuid=record["uuid"]).n_erros == 0
            continue
        assert answer.status_code == 302 and answer["Location"].endswith("&conferir=1")
        answer = client.get(answer["Location"])
        errors = [a for a in check(entidade, json.loads(draft.registro)) if a.severidade == "erro"]
        places = _Places()
        places.feed(answer.content.decode())
        listed = sorted(code for code, _ in places.listed)
        assert {a.codigo for a in errors} <= set(listed)
        assert len(listed) >= len(errors) > 0
        assert {target for _, target in places.listed} <= places.ids, "every link leads somewhere"
        for code, target in places.listed:
            if target.startswith("e-") and target in places.beside:
                assert code in places.beside[target]
                beside += 1
        codes |= {a.codigo for a in errors}
    assert len(codes) >= 3, codes
    assert beside >= 3


def test_findings_of_a_block_stand_at_it_when_an_earlier_one_is_taken_out(client, digitador, entidade):
    """The page keeps its numbers: block 2 is not told of what is wrong in block 3."""
    (record,) = gerar(semente=3, fichas=1, tipos=("FVD",), erros=0, app=0)
    visit = record["ficha"]["visitasDomiciliares"][0]
    visit.update(turno=1, desfecho=1)
    record["ficha"]["visitasDomiciliares"] = [dict(visit) for _ in range(3)]
    del record["ficha"]["visitasDomiciliares"][2]["turno"]
    form = form_of(client, digitador, entidade, da_entidade(record))
    form["remover:visitasDomiciliares[0]"] = ["1"]
    html = client.post("/registrar/FVD/verificar/", form).content.decode()
    at = {n: html.split(f'id="e-visitasDomiciliares-{n}-turno"')[1].split("</div>")[0] for n in (1, 2)}
    assert "s-erro" not in at[1]
    assert "s-erro" in at[2]


def test_the_questionnaire_asks_what_the_age_answers(client, digitador, entidade):
    page = client.get("/registrar/MCA/").content.decode()
    assert "A criança ontem tomou leite do peito?" in page
    assert "A_CRIANCA" not in page, "words, not constants"
    rows = re.findall(r'name="f:perguntasQuestionarioCriancasMenoresSeisMeses\[(\d+)\]\.pergunta"', page)
    assert len(rows) == 9
    assert "1 - Sim" in page
    form = sent(page)
    client.post("/registrar/MCA/rascunho/", form)
    assert "perguntas" not in Rascunho.objects.get().registro, "questions left blank are not answers"


@pytest.mark.parametrize("tipo", DOZE)
def test_the_uuid_and_what_the_system_writes_are_not_asked(client, digitador, tipo):
    html = lido(client.get(f"/registrar/{tipo}/"))
    assert ">0000000-" not in html
    assert "definido ao escolher o CNES" in html
    for name in (
        "tpCdsOrigem",
        "tbCdsOrigem",
        "fichaAtualizada",
        "uuidFichaOriginadora",
        "uuidFicha",
        "tipoEndereco",
    ):
        assert f'name="f:{name}"' not in html, name
    assert ('name="especialidade"' in html) is (tipo in ("FAI", "FAO", "FAD", "FP"))


def test_the_correction_page_keeps_its_numbers_too(client, digitador, entidade):
    """The same on the page of correction: the block taken out does not shift what is told of the others."""
    from saude.recebimento.actions import receive

    (record,) = gerar(semente=3, fichas=1, tipos=("FVD",), erros=0, app=0)
    visit = record["ficha"]["visitasDomiciliares"][0]
    visit.update(turno=1, desfecho=1)
    record["ficha"]["visitasDomiciliares"] = [dict(visit) for _ in range(3)]
    del record["ficha"]["visitasDomiciliares"][2]["turno"]
    (answer,) = receive(entidade=entidade, records=[da_entidade(record)], origem="api")
    assert answer.situacao == "inconsistente", answer
    sent_ = {f"f:visitasDomiciliares[{n}].turno": ["1" if n < 2 else ""] for n in range(3)}
    sent_["remover:visitasDomiciliares[0]"] = ["1"]
    html = client.post(
        f"/fichas/{record['uuid']}/corrigir/verificar/", sent_ | {"todos": "1"}
    ).content.decode()
    at = {n: html.split(f'id="e-visitasDomiciliares-{n}-turno"')[1].split("</div>")[0] for n in (1, 2)}
    assert "s-erro" not in at[1]
    assert "s-erro" in at[2]
