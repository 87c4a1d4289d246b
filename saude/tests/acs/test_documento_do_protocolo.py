"""docs/api-saude-domiciliar.md says what the code does: its examples are sent, its names are looked up."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from producao import CPF, registro

from saude.acs import envio, territorio
from saude.acs.api import api
from saude.acs.completar import sections
from saude.acs.formularios import TIPOS, form
from saude.recebimento.actions import receive

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).parents[3] / "docs/api-saude-domiciliar.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.S)]
PUSHES = [e for e in EXAMPLES if "versao_app" in e]
(ANSWER,) = (e for e in EXAMPLES if "lote" in e)


def whole(example):
    """The example with real identifiers in the place of the ones cut short."""
    text = json.dumps(example, ensure_ascii=False)
    (old,) = set(re.findall(r'"uuid(?:Ficha)?": "([^"]+)"', text))
    return json.loads(text.replace(old, f"0019615-{uuid4()}"))


@pytest.mark.parametrize("example", PUSHES, ids=lambda e: e["registros"][0]["tipo"])
def test_each_example_of_a_push_is_taken(telefone, example):
    sent = whole(example)
    answer = telefone.empurrar(corpo=json.dumps(sent).encode()).json()
    assert (answer["aceitos"], answer["recusados"]) == (1, 0)


def test_the_answer_has_the_names_of_the_example(telefone):
    good = whole(PUSHES[0])["registros"][0]
    bad = whole(PUSHES[0])["registros"][0]
    bad["ficha"]["headerTransport"]["ine"] = "0000000019"
    answer = telefone.empurrar(good, bad).json()
    assert answer.keys() == ANSWER.keys()
    for mine, told in zip(answer["registros"], ANSWER["registros"], strict=True):
        assert mine.keys() == told.keys()
        same = ("posicao", "aceito", "status", "situacao", "revisao", "motivos")
        assert {k: mine[k] for k in same if k in mine} == {k: told[k] for k in same if k in told}


def test_addresses(client):
    assert client.get("/api/acs/docs").status_code == 200
    assert client.get("/api/acs/openapi.json").json()["paths"]
    documented = {"POST /registrar", "GET /puxar", "POST /empurrar", "GET /situacao", "POST /sair"}
    documented |= {"POST /chave/pedir", "POST /chave/resposta", "POST /chave/concluir"}
    paths = {f"{method.upper()} {path.removeprefix('/api/acs/v1')}"
             for path, methods in api.get_openapi_schema()["paths"].items() for method in methods}  # fmt: skip
    assert paths == documented
    for path in documented:
        assert f"`{path}" in TEXT, path


def test_kinds_of_items(telefone, entidade):
    home, person = registro("FCD"), registro("FCI")
    home["ficha"]["familias"] = [{"cpfResponsavel": CPF}]
    receive(entidade=entidade, records=[home, person], origem="api")
    kinds = {key.split(":")[0] for key in telefone.puxar_tudo()[0]} | {"retorno"}
    assert kinds == {
        k.split(":")[0] for k in re.findall(r"^\| `(\w+(?::<[^`]+)?)` \|", TEXT, re.M) if k != "Chave"
    }


def test_widgets_and_names_of_fields():
    fields = [f for tipo in TIPOS for f in _walk(form(tipo, "8.7.0")["campos"])]
    for word in {f["w"] for f in fields} | {k for f in fields for k in f} - {"num", "item"}:
        assert f"`{word}`" in TEXT or f"`{word}:" in TEXT, word


def test_figures():
    assert f"até {envio.RECORDS} registros e {envio.BODY // 1024**2} MB" in TEXT
    assert f"{territorio.VISITS_DAYS} dias de visitas e {territorio.RETURNS_DAYS} de registros" in TEXT
    screens = (Path(envio.__file__).parents[1] / "static/acs/moldura.js").read_text(encoding="utf-8")
    days = re.search(r"const VELHOS = (\d+)", screens)[1]
    assert f"A partir de {days} dias" in TEXT
    for name in sections():
        assert f"`{name}`" in TEXT


def _walk(fields):
    for field in fields:
        yield field
        yield from _walk(field.get("campos", []))
