"""Forms and records made to give a page without end: what a page holds is bounded, and what is left out is told."""

import json
import re
from html import unescape
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from producao import registro

from ledi.layouts import CURRENT, layout
from saude.contas.actions import create_token
from saude.fichas.models import Ficha
from saude.formularios import construtor
from saude.formularios.construtor import MAX_FIELDS, breadth
from saude.registrar.models import Rascunho

ITEMS = "atendimentosIndividuais"
FAI = layout().fichas["FAI"]


@pytest.fixture
def someone(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    return client


def form(paths: list[str]) -> dict[str, str]:
    head = {"uuid": f"0019615-{uuid4()}", "versao": CURRENT, "form": "1"}
    return head | {f"f:{path}": "x" for path in paths}


#: three ways to ask for many fields with few: blocks, lists within one block, both
ENDLESS = {
    "blocos": [f"{ITEMS}[{k}].turno" for k in range(999)],
    "listas": [f"{ITEMS}[{k}].exame[{n}].codigoExame" for k in range(20) for n in range(999)],
    "um bloco distante": [
        f"{ITEMS}[998].turno",
        *(f"{ITEMS}[998].exame[{n}].codigoExame" for n in range(999)),
    ],
}


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("address", ["", "verificar/", "rascunho/"])
def test_a_form_whose_blocks_make_a_page_without_end_is_refused_whole(someone, address, kind):
    answer = someone.post(f"/registrar/FAI/{address}", form(ENDLESS[kind]))
    assert answer.status_code == 400
    assert "mais campos do que uma ficha pode ter" in answer.text
    assert not Rascunho.objects.exists() and not Ficha.objects.exists()


def test_ninety_nine_citizens_with_their_lists_are_no_such_form(someone):
    paths = [f"{ITEMS}[{k}].turno" for k in range(99)]
    paths += [
        f"{ITEMS}[{k}].{name}" for k in range(99) for name in ("exame[4].codigoExame", "medicamentos[2].dose")
    ]
    answer = someone.post("/registrar/FAI/rascunho/", form(paths))
    assert answer.status_code == 200, answer.text[:200]
    page = someone.get(answer.json()["endereco"])
    assert page.status_code == 200 and f'name="f:{ITEMS}[98].turno"' in page.text
    assert "nesta página" not in page.text


def test_the_breadth_of_a_form_is_what_the_page_has(someone, entidade):
    ficha = {ITEMS: [{"exame": [{}, {}]}, {}]}
    built = construtor.Construtor("FAI", CURRENT, entidade.fuso, mostrar=lambda *_: True).grupo(
        FAI.root, ficha
    )
    shown = sum(hasattr(node, "campo") for node in built.nos())
    assert shown <= breadth(FAI.root, ficha) <= shown + 15  # what the system writes is no field of the page
    assert breadth(FAI.root, {ITEMS: [{}] * 99}) < MAX_FIELDS / 2


def received(entidade, ficha) -> Ficha:
    one = registro("FAI")
    one["ficha"][ITEMS] = ficha
    _, secret = create_token(by="teste", entidade=entidade, nome="fornecedor")
    answer = Client().post(
        "/api/v1/registros", json.dumps(one), content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return Ficha.objects.get(uuid=answer.json()["uuid"])


@pytest.mark.parametrize("page", ["", "corrigir/", "corrigir/?campos=todos"])
@pytest.mark.parametrize(
    ("item", "many"),
    [({}, 60_000), ({"turno": 1, "sexo": 0, "exame": [{}] * 3}, 3_000)],
    ids=["vazios", "cheios"],
)
def test_a_record_of_items_without_end_has_pages_that_end(someone, entidade, monkeypatch, page, item, many):
    monkeypatch.setattr(construtor, "MAX_FIELDS", 2_000)
    monkeypatch.setattr(construtor, "MAX_LOOKED", 50_000)
    ficha = received(entidade, [dict(item) for _ in range(many)])
    answer = someone.get(f"/fichas/{ficha.uuid}/{page}")
    assert answer.status_code == 200
    text = " ".join(unescape(answer.text).split())
    assert "itens, que não cabem nesta página" in text
    assert len(set(re.findall(r'name="f:([^"]+)"', answer.text))) <= 2_200


def test_what_does_not_fit_stays_as_it_is_when_the_rest_is_mended(someone, entidade, monkeypatch):
    monkeypatch.setattr(construtor, "MAX_FIELDS", 300)
    visits = json.loads(json.dumps(registro("FAI")["ficha"][ITEMS] * 60))
    visits[0]["turno"] = 9
    ficha = received(entidade, visits)
    page = reverse("fichas:corrigir", args=[ficha.chave])
    shown = someone.get(page)
    assert shown.status_code == 200 and f'name="f:{ITEMS}[0].turno"' in shown.text
    ficha.refresh_from_db()
    answer = someone.post(page, {"revisao": ficha.revisao, f"f:{ITEMS}[0].turno": "1"})
    assert answer.status_code in (302, 303), answer.text[:300]
    call_command("trabalhar", ate_esvaziar=True)
    ficha.refresh_from_db()
    kept = json.loads(ficha.conteudo.registro)["ficha"][ITEMS]
    assert len(kept) == 60 and kept[0]["turno"] == 1 and kept[59] == visits[59]
