"""Two people, or two tabs, on one ficha: each sees the other, and nobody's work is lost."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from producao import cidadao, ficha_de, quebrado, receber

from saude.fichas.models import Ficha, Presenca

pytestmark = pytest.mark.django_db
TURNO, OUTCOME = "visitasDomiciliares[0].turno", "visitasDomiciliares[0].desfecho"
TAB_A, TAB_B = "a" * 16, "b" * 16


@pytest.fixture
def ficha(entidade) -> Ficha:
    return ficha_de(receber(entidade, quebrado())[0])


@pytest.fixture
def entra(criar_usuario):
    def enter(username: str, preset: str = "Digitador") -> Client:
        client = Client()
        client.force_login(criar_usuario(preset, username))
        return client

    return enter


def beat(client: Client, ficha: Ficha, tab: str, **more: str) -> str:
    answer = client.post(f"/fichas/{ficha.uuid}/corrigir/presenca/", {"aba": tab} | more)
    assert answer.status_code in (200, 204), answer
    return answer.content.decode()


def visit(ficha: Ficha) -> dict:
    return cidadao(json.loads(Ficha.objects.get(pk=ficha.pk).conteudo.registro))


def save(client: Client, ficha: Ficha, revisao: int, **values: str):
    fields = {f"f:{path}": value for path, value in values.items() if not path.startswith("fica:")}
    fields |= {name: value for name, value in values.items() if name.startswith("fica:")}
    body = {"revisao": revisao, "todos": "1"} | fields
    return client.post(f"/fichas/{ficha.uuid}/corrigir/?campos=todos", body)


def test_who_opens_sees_who_is_there_and_who_left_is_not(entra, ficha):
    ana, rui = entra("ana"), entra("rui")
    assert "Pessoa Digitador" not in beat(ana, ficha, TAB_A)
    page = rui.get(f"/fichas/{ficha.uuid}/corrigir/").content.decode()
    assert "Pessoa Digitador também está corrigindo esta ficha" in page
    assert "também está corrigindo" in beat(rui, ficha, TAB_B) and "também está corrigindo" in beat(
        ana, ficha, TAB_A
    )
    beat(rui, ficha, TAB_B, sai="1")
    assert "também está corrigindo" not in beat(ana, ficha, TAB_A)


def test_a_tab_that_gives_no_sign_is_forgotten(entra, ficha):
    ana, rui = entra("ana"), entra("rui")
    beat(ana, ficha, TAB_A)
    Presenca.objects.update(vista_em=timezone.now() - timedelta(minutes=2))
    assert "também está corrigindo" not in beat(rui, ficha, TAB_B)
    assert Presenca.objects.count() == 1, "and its row is gone"


def test_the_same_user_in_two_tabs_is_told_so(entra, ficha):
    ana = entra("ana")
    beat(ana, ficha, TAB_A)
    assert "Você já está corrigindo esta ficha em outra aba" in beat(ana, ficha, TAB_B)


def test_a_sign_of_life_is_small_permitted_and_makes_no_session_longer(
    entra, ficha, django_assert_max_num_queries
):
    ana = entra("ana")
    url = f"/fichas/{ficha.uuid}/corrigir/presenca/"
    for bad in ("", "x", "A" * 16, "a" * 33, "<script>"):
        assert ana.post(url, {"aba": bad}).status_code == 400
    assert entra("leitora", "Consulta").post(url, {"aba": TAB_A}).status_code == 403
    session = ana.session
    before = type(session)(session.session_key)._row().get().expire_date
    beat(ana, ficha, TAB_A)
    assert type(session)(session.session_key)._row().get().expire_date == before
    ana.get("/")
    assert type(session)(session.session_key)._row().get().expire_date > before


def test_the_page_says_that_the_ficha_changed_under_it(entra, ficha):
    ana, rui = entra("ana"), entra("rui")
    assert "acaba de ser alterada" not in beat(ana, ficha, TAB_A, revisao="1")
    save(rui, ficha, 1, **{TURNO: "2"})
    assert "acaba de ser alterada" in beat(ana, ficha, TAB_A, revisao="1")


def test_what_each_changed_is_kept_field_by_field(entra, ficha):
    """Rui mends the turno; Ana, who has the old page, changes the outcome: both stay."""
    ana, rui = entra("ana"), entra("rui")
    assert visit(ficha)["desfecho"] == 1
    assert save(rui, ficha, 1, **{TURNO: "2"}).status_code == 302
    asked = save(ana, ficha, 1, **{TURNO: "", OUTCOME: "2"})
    assert asked.status_code == 409
    rows = {d["caminho"]: d for d in asked.context["diferencas"]}
    assert (rows[TURNO]["meu"], rows[OUTCOME]["meu"]) == (False, True)
    page = asked.content.decode()
    assert "você não mudou este campo" in page and f'name="fica:{TURNO}"' in page
    now = Ficha.objects.get(pk=ficha.pk).revisao
    fields = {TURNO: "", OUTCOME: "2", f"fica:{TURNO}": "gravado", f"fica:{OUTCOME}": "meu"}
    assert save(ana, ficha, now, **fields).status_code == 302
    assert (visit(ficha)["turno"], visit(ficha)["desfecho"]) == (2, 2)


def test_mine_may_win_over_theirs(entra, ficha):
    ana, rui = entra("ana"), entra("rui")
    save(rui, ficha, 1, **{TURNO: "2"})
    asked = save(ana, ficha, 1, **{TURNO: "3"})
    assert asked.status_code == 409 and asked.context["diferencas"][0]["meu"] is True
    assert visit(ficha)["turno"] == 2, "nothing is overwritten unseen"
    now = Ficha.objects.get(pk=ficha.pk).revisao
    save(ana, ficha, now, **{TURNO: "3", f"fica:{TURNO}": "meu"})
    assert visit(ficha)["turno"] == 3
