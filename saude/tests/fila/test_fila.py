"""Minha fila: who mends what, in which áreas, what was said about it, and lists to hand out."""

import io

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from html_lido import lido
from openpyxl import load_workbook
from producao import DIA, com_cpf, em, quebrado, receber, registro

from saude.auditoria.models import Evento
from saude.cadastros.models import Equipe, Estabelecimento, Profissional
from saude.contas.models import Acesso
from saude.fichas.models import Ficha
from saude.fila import actions, queries
from saude.fila.models import Anotacao, Encargo
from saude.processamento.actions import correct
from saude.web.opaco import hide

FIRST, SECOND = "1111111", "2222222"
TURNO = "visitasDomiciliares[0].turno"


@pytest.fixture
def postos(entidade) -> dict[str, Estabelecimento]:
    return {
        c: Estabelecimento.objects.create(entidade=entidade, cnes=c, nome=f"UBS {c[0]}")
        for c in (FIRST, SECOND)
    }


@pytest.fixture
def fichas(entidade, postos) -> dict[str, Ficha]:
    receber(
        entidade, em(FIRST, quebrado("FVD"), "ANA LIMA"), em(SECOND, quebrado("FVD"), "BIA REIS"),
        em(FIRST, com_cpf(registro("FVD"))),
    )  # fmt: skip
    return {f.cnes + f.situacao[0]: f for f in Ficha.objects.order_by("pk")}


@pytest.fixture
def pessoa(criar_usuario, postos):
    def make(username: str, area: str = "", preset: str = "Digitador"):
        place = {"estabelecimento": postos[area]} if area else {}
        return criar_usuario(preset, username=username, **place)

    return make


def page(user, address: str = "/fila/") -> str:
    client = Client()
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return lido(response)


def give(entidade, ficha: Ficha, who, by):
    return actions.assign(entidade=entidade, ids=[ficha.pk], who=who, by=by)


def test_what_is_given_to_a_person_is_in_their_queue_and_goes_when_the_rules_say(entidade, fichas, pessoa):
    chief, typist = pessoa("chefe", preset="Coordenador"), pessoa("digita")
    ficha = fichas[FIRST + "i"]
    assert give(entidade, ficha, typist, chief) == actions.Atribuidas(1, 0)
    assert "ANA LIMA" in page(typist) and "Nada na sua fila" in page(chief)
    correct(ficha=ficha, changes={TURNO: 1}, revisao=ficha.revisao, by=typist)
    assert "Nada na sua fila" in page(typist)
    done = page(typist, "/fila/?estado=corrigidas")
    assert "ANA LIMA" in done and "Processada" in done
    ficha.refresh_from_db()
    assert queries.of_ficha(ficha).em_palavras == "Corrigida"


def test_a_unit_and_a_team_have_queues_of_who_works_there(entidade, fichas, postos, pessoa):
    chief = pessoa("chefe", preset="Coordenador")
    here, there = pessoa("aqui", FIRST), pessoa("la", SECOND)
    team = Equipe.objects.create(
        entidade=entidade, estabelecimento=postos[SECOND], ine="0000123456", nome="ESF"
    )
    give(entidade, fichas[FIRST + "i"], postos[FIRST], chief)
    give(entidade, fichas[SECOND + "i"], team, chief)
    assert "ANA LIMA" in page(here) and "BIA REIS" not in page(here)
    assert "BIA REIS" in page(there) and "ANA LIMA" not in page(there)
    for whose in ("todas", "sem", "minha"):
        assert "BIA REIS" not in page(here, f"/fila/?quem={whose}"), "another área"


def test_nobody_is_given_what_they_may_not_open(entidade, fichas, postos, pessoa):
    chief, here = pessoa("chefe", preset="Coordenador"), pessoa("aqui", FIRST)
    assert give(entidade, fichas[SECOND + "i"], here, chief) == actions.Atribuidas(0, 1)
    assert give(entidade, fichas[SECOND + "i"], postos[FIRST], chief) == actions.Atribuidas(0, 1)
    assert give(entidade, fichas[FIRST + "p"], here, chief) == actions.Atribuidas(0, 1), (
        "nothing to mend in it"
    )
    assert not Encargo.objects.exists()


def test_marked_in_a_list_they_are_given_and_only_those_of_ones_own_area(entidade, fichas, postos, pessoa):
    here = pessoa("aqui", FIRST)
    client = Client()
    client.force_login(here)
    asked = {
        "para": f"u{here.pk}",
        "fichas": [fichas[FIRST + "i"].pk, fichas[SECOND + "i"].pk],
        "voltar": "/fila/",
    }
    response = client.post("/fila/atribuir/", asked)
    assert response.url == "/fila/"
    assert [e.ficha_id for e in Encargo.objects.all()] == [fichas[FIRST + "i"].pk]
    assert "1 ficha atribuída a Pessoa Digitador" in lido(client.get("/fila/"))
    event = Evento.objects.get(tipo="fila.atribuida")
    assert event.detalhe == {"fichas": 1, "fora": 0}


def test_all_of_a_list_are_given_by_its_filter(entidade, fichas, pessoa):
    chief = pessoa("chefe", preset="Coordenador")
    client = Client()
    client.force_login(chief)
    asked = {
        "para": f"u{chief.pk}", "todas": "1", "competencia": f"{DIA:%Y%m}", "situacao": "inconsistente",
        "filtro": f"guia=fichas&cnes={SECOND}",
    }  # fmt: skip
    client.post("/fila/atribuir/", asked)
    assert [e.ficha_id for e in Encargo.objects.all()] == [fichas[SECOND + "i"].pk]


@pytest.mark.parametrize("para", ["", "u0", "u999999999999999999999", "x1", "u-1", "e1e", "u١"])
def test_nobody_is_no_assignee(entidade, fichas, pessoa, para):
    client = Client()
    client.force_login(pessoa("chefe", preset="Coordenador"))
    client.post("/fila/atribuir/", {"para": para, "fichas": [fichas[FIRST + "i"].pk]})
    assert not Encargo.objects.exists()


def test_of_another_entidade_nobody_is_offered_and_nothing_is_seen(
    entidade, outra_entidade, fichas, pessoa, criar_usuario
):
    chief = pessoa("chefe", preset="Coordenador")
    stranger = criar_usuario("Administrador", username="fora", entidade=outra_entidade)
    give(entidade, fichas[FIRST + "i"], chief, chief)
    assert queries.assignee(entidade, f"u{stranger.pk}") is None
    for whose in queries.WHOSE:
        assert "ANA LIMA" not in page(stranger, f"/fila/?quem={whose}")
    client = Client()
    client.force_login(stranger)
    key = fichas[FIRST + "i"].chave
    assert client.post(f"/fichas/{key}/anotar/", {"texto": "x"}).status_code == 404
    assert client.post(f"/fichas/{key}/fila/", {"retirar": "1"}).status_code == 404
    assert Encargo.objects.count() == 1 and not Anotacao.objects.exists()
    assert "ANA LIMA" not in page(stranger, f"/fila/entregar/?competencia={DIA:%Y%m}&cnes={FIRST}")


def test_what_a_dismissed_person_had_is_found_and_given_to_another(entidade, fichas, pessoa):
    chief, gone = pessoa("chefe", preset="Coordenador"), pessoa("saiu")
    give(entidade, fichas[FIRST + "i"], gone, chief)
    assert "ANA LIMA" not in page(chief, "/fila/?quem=sem")
    gone.is_active = False
    gone.save()
    html = page(chief, "/fila/?quem=sem")
    assert "ANA LIMA" in html and "não corrige mais aqui" in html
    assert f'value="u{gone.pk}"' not in html, "no longer offered"
    give(entidade, fichas[FIRST + "i"], chief, chief)
    assert "ANA LIMA" in page(chief) and "ANA LIMA" not in page(chief, "/fila/?quem=sem")


def test_who_lost_the_access_to_the_area_is_as_one_who_left(entidade, fichas, pessoa):
    chief, moved = pessoa("chefe", preset="Coordenador"), pessoa("mudou", FIRST)
    give(entidade, fichas[FIRST + "i"], moved, chief)
    Acesso.objects.filter(usuario=moved).update(permissoes=["ver"])
    assert "ANA LIMA" in page(chief, "/fila/?quem=sem")


def test_where_it_stands_is_said_while_there_is_something_to_mend(entidade, fichas, pessoa):
    chief = pessoa("chefe", preset="Coordenador")
    ficha = fichas[FIRST + "i"]
    give(entidade, ficha, chief, chief)
    client = Client()
    client.force_login(chief)
    client.post(f"/fichas/{ficha.chave}/fila/", {"estado": "aguardando"})
    assert "ANA LIMA" in page(chief, "/fila/?estado=aguardando") and "Nada na sua fila" in page(chief)
    correct(ficha=ficha, changes={TURNO: 1}, revisao=ficha.revisao, by=chief)
    response = client.post(f"/fichas/{ficha.chave}/fila/", {"estado": "corrigir"}, follow=True)
    assert "o estado dela vem das regras" in lido(response)
    assert Encargo.objects.get().estado == "aguardando"


def test_a_comment_and_a_contact_are_kept_shown_and_never_in_the_trail(entidade, fichas, pessoa):
    here = pessoa("aqui", FIRST)
    client = Client()
    client.force_login(here)
    key = fichas[FIRST + "i"].chave
    client.post(f"/fichas/{key}/anotar/", {"texto": "Falta o turno <b>dela</b>"})
    client.post(f"/fichas/{key}/anotar/", {"texto": "Vai olhar hoje", "meio": "telefone", "com": "Dra. Rita"})
    html = client.get(f"/fichas/{key}/").content.decode()
    assert "Falta o turno &lt;b&gt;dela&lt;/b&gt;" in html and "Contato: telefone, com" in " ".join(
        html.split()
    )
    told = Evento.objects.filter(tipo__in=["ficha.comentada", "ficha.contato"])
    assert sorted(told.values_list("tipo", flat=True)) == ["ficha.comentada", "ficha.contato"]
    assert "turno" not in str(list(told.values())) and "Rita" not in str(list(told.values()))


@pytest.mark.parametrize("sent", [{"texto": "  "}, {"texto": "x" * 1001}, {"texto": "x", "meio": "pombo"}])
def test_a_bad_note_is_refused_in_words(entidade, fichas, pessoa, sent):
    client = Client()
    client.force_login(pessoa("aqui", FIRST))
    key = fichas[FIRST + "i"].chave
    html = lido(client.post(f"/fichas/{key}/anotar/", sent, follow=True))
    assert "s-mensagem--error" in html and not Anotacao.objects.exists()


def test_who_only_sees_writes_nothing(entidade, fichas, pessoa):
    client = Client()
    client.force_login(pessoa("olha", preset="Consulta"))
    key = fichas[FIRST + "i"].chave
    for address in ("/fila/atribuir/", f"/fichas/{key}/fila/", f"/fichas/{key}/anotar/"):
        assert client.post(address, {"texto": "x"}).status_code == 403
    assert "Escrever" not in lido(client.get(f"/fichas/{key}/"))


def test_one_after_the_other_goes_down_the_queue(entidade, fichas, pessoa):
    chief = pessoa("chefe", preset="Coordenador")
    give(entidade, fichas[SECOND + "i"], chief, chief)
    give(entidade, fichas[FIRST + "i"], chief, chief)
    html = page(chief, f"/fichas/{fichas[SECOND + 'i'].chave}/corrigir/?voltar=/fila/")
    assert "1 de 2" in html and f"/fichas/{fichas[FIRST + 'i'].chave}/corrigir/" in html


def test_given_twice_at_once_it_has_one_owner(entidade, fichas, pessoa):
    one, two = pessoa("um"), pessoa("dois")
    give(entidade, fichas[FIRST + "i"], one, one)
    give(entidade, fichas[FIRST + "i"], two, one)
    assert Encargo.objects.get().usuario == two
    with pytest.raises(IntegrityError), transaction.atomic():
        Encargo.objects.create(entidade=entidade, ficha=fichas[SECOND + "i"])


def test_lists_to_hand_out_say_whose_what_and_how(entidade, fichas, pessoa):
    chief = pessoa("chefe", preset="Coordenador")
    cns = fichas[FIRST + "i"].profissional_cns
    Profissional.objects.create(entidade=entidade, cns=cns, nome="JOANA AGENTE")
    index = page(chief, "/fila/entregar/")
    assert "UBS 1" in index and "JOANA AGENTE" in index and cns not in index, "no CNS in an address"
    address = f"/fila/entregar/?competencia={DIA:%Y%m}&cnes={FIRST}&profissional={hide(cns)}"
    paper = page(chief, address)
    assert "ANA LIMA" in paper and "BIA REIS" not in paper
    assert fichas[FIRST + "i"].inconsistencias.get(severidade="erro").mensagem in paper
    client = Client()
    client.force_login(chief)
    sheet = load_workbook(io.BytesIO(b"".join(client.get(f"{address}&baixar=xlsx")))).active
    header, row = ([c.value for c in r] for r in sheet.iter_rows())
    found = dict(zip(header, row, strict=True))
    assert found["Cliente"] == "ANA LIMA" and found["Como corrigir"] and found["O que está errado"]
    assert Evento.objects.get(tipo="lista.baixada").detalhe["nomes"] is True
    here = pessoa("aqui", SECOND)
    assert "ANA LIMA" not in page(here, address)
