"""People at a queue: who clicks without looking, two at one ficha, what others did meanwhile, who is gone."""

from urllib.parse import quote

import pytest
from django.test import Client
from html_lido import lido
from producao import DIA, em, exportar, quebrado, receber

from saude.cadastros.models import Equipe, Estabelecimento
from saude.contas.models import Acesso
from saude.fichas.models import Descarte, Ficha
from saude.fila import actions, queries
from saude.fila.models import Encargo
from saude.processamento.actions import correct

FIRST, SECOND = "1111111", "2222222"
TURNO = "visitasDomiciliares[0].turno"


@pytest.fixture
def postos(entidade):
    return {
        c: Estabelecimento.objects.create(entidade=entidade, cnes=c, nome=f"UBS {c[0]}")
        for c in (FIRST, SECOND)
    }


@pytest.fixture
def tres(entidade, postos) -> list[Ficha]:
    receber(entidade, *[em(FIRST, quebrado("FVD"), nome) for nome in ("ANA LIMA", "BIA REIS", "CLARA SOUZA")])
    return list(Ficha.objects.order_by("pk"))


@pytest.fixture
def entra(criar_usuario, postos):
    def enter(username: str, area: str = "", preset: str = "Digitador") -> Client:
        place = {"estabelecimento": postos[area]} if area else {}
        client = Client()
        client.user = criar_usuario(preset, username=username, **place)
        client.force_login(client.user)
        return client

    return enter


def give(entidade, fichas, who, by):
    return actions.assign(entidade=entidade, ids=[f.pk for f in fichas], who=who, by=by)


def opened(client, ficha, back="/fila/"):
    return client.get(f"/fichas/{ficha.chave}/corrigir/?voltar={quote(back)}")


def save(client, ficha, revisao, **more):
    asked = {"revisao": revisao, "voltar": "/fila/", f"f:{TURNO}": "1", "proxima": "1"} | more
    return client.post(f"/fichas/{ficha.chave}/corrigir/", asked)


def discard(client, ficha):
    client.post(
        f"/fichas/{ficha.chave}/descartar/", {"motivo": Descarte.Motivo.values[0], "revisao": ficha.revisao}
    )
    ficha.refresh_from_db()
    assert ficha.situacao == "descartada"


def test_two_typists_at_one_ficha_of_a_queue_lose_nothing(entidade, tres, entra):
    one, two = entra("um"), entra("dois")
    for c in (one, two):
        give(entidade, tres, c.user, c.user)
    give(entidade, tres, two.user, one.user)
    assert "1 de 3" in lido(opened(two, tres[0]))
    old = tres[0].revisao
    assert save(one, tres[0], old, **{f"f:{TURNO}": "2"}).status_code == 302
    late = save(two, tres[0], old)
    assert late.status_code == 409 and "Nada foi perdido" in lido(late)
    tres[0].refresh_from_db()
    assert tres[0].situacao == "processada"
    follows = opened(two, tres[0])
    assert follows.url.startswith(f"/fichas/{tres[1].chave}/corrigir/"), "what is next in the queue"


def test_what_another_corrected_discarded_or_exported_is_passed_over_and_told(entidade, tres, entra):
    chief, mine = entra("chefe", preset="Administrador"), entra("eu")
    give(entidade, tres, mine.user, chief.user)
    correct(ficha=tres[0], changes={TURNO: 1}, revisao=tres[0].revisao, by=chief.user)
    answer = opened(mine, tres[0])
    assert answer.url.startswith(f"/fichas/{tres[1].chave}/corrigir/")
    assert "está processada" in lido(mine.get(answer.url))
    discard(chief, tres[1])
    answer = opened(mine, tres[1])
    assert answer.url.startswith(f"/fichas/{tres[2].chave}/corrigir/"), "the queue goes on"
    assert "está descartada" in lido(mine.get(answer.url))
    exportar(entidade)
    tres[0].refresh_from_db()
    assert tres[0].situacao == "exportada"
    answer = opened(mine, tres[0])
    assert answer.url.startswith(f"/fichas/{tres[2].chave}/corrigir/")
    done = lido(mine.get("/fila/?estado=corrigidas"))
    assert "ANA LIMA" in done and "BIA REIS" in done and "Descartada" in done
    queue = lido(mine.get("/fila/"))
    assert "CLARA SOUZA" in queue and "ANA LIMA" not in queue and "BIA REIS" not in queue


def test_a_form_of_a_ficha_that_was_discarded_meanwhile_is_refused(entidade, tres, entra):
    mine = entra("eu", preset="Administrador")
    old = tres[0].revisao
    discard(mine, tres[0])
    answer = mine.post(f"/fichas/{tres[0].chave}/corrigir/", {"revisao": old, f"f:{TURNO}": "1"}, follow=True)
    assert "descartada não é corrigida" in lido(answer)
    tres[0].refresh_from_db()
    assert tres[0].situacao == "descartada"
    assert give(entidade, [tres[0]], mine.user, mine.user) == actions.Atribuidas(0, 1)


def test_who_clicks_without_looking_is_told_and_nothing_happens(entidade, tres, entra):
    mine = entra("eu")
    said = {
        "marque ao menos uma": {"para": f"u{mine.user.pk}"},
        "escolha na lista quem": {"fichas": [tres[0].pk]},
    }
    for words, sent in said.items():
        answer = mine.post("/fila/atribuir/", sent | {"voltar": "/fila/"}, follow=True)
        assert words in lido(answer).lower() and not Encargo.objects.exists()
    for _ in range(2):  # who clicks twice
        mine.post("/fila/atribuir/", {"para": f"u{mine.user.pk}", "fichas": [tres[0].pk], "voltar": "/fila/"})
    assert Encargo.objects.count() == 1
    key = tres[0].chave
    for _ in range(2):
        answer = mine.post(f"/fichas/{key}/fila/", {"retirar": "1"}, follow=True)
        assert answer.status_code == 200
    assert not Encargo.objects.exists()


def test_who_lost_the_permission_with_the_page_open_changes_nothing(entidade, tres, entra):
    chief, mine = entra("chefe", preset="Coordenador"), entra("eu")
    give(entidade, tres[:1], mine.user, chief.user)
    Acesso.objects.filter(usuario=mine.user).update(permissoes=["ver"])
    assert save(mine, tres[0], tres[0].revisao).status_code == 403
    assert (
        mine.post("/fila/atribuir/", {"para": f"u{mine.user.pk}", "fichas": [tres[0].pk]}).status_code == 403
    )
    assert queries.assignee(entidade, f"u{mine.user.pk}") is None
    assert "ANA LIMA" in lido(chief.get("/fila/?quem=sem"))
    mine.user.is_active = False
    mine.user.save()
    assert mine.get("/fila/").status_code == 302, "dismissed: the login page"
    assert "ANA LIMA" in lido(chief.get("/fila/?quem=sem"))


def moved(ficha: Ficha, cnes: str) -> None:
    Ficha.objects.filter(pk=ficha.pk).update(cnes=cnes)


def test_a_ficha_that_went_to_another_unit_is_nobodys_until_it_is_given_anew(entidade, tres, postos, entra):
    """Its unit does not see it any more, the other does not have it in its queue: it is shown as without anybody."""
    chief, here = entra("chefe", preset="Coordenador"), entra("aqui", FIRST)
    team = Equipe.objects.create(
        entidade=entidade, estabelecimento=postos[FIRST], ine="0000123456", nome="ESF"
    )
    give(entidade, tres[:1], postos[FIRST], chief.user)
    give(entidade, tres[1:2], team, chief.user)
    assert "ANA LIMA" in lido(here.get("/fila/")) and "BIA REIS" in lido(here.get("/fila/"))
    assert not queries.orphans(queries.visible(entidade, None), entidade).exists()
    moved(tres[0], SECOND)
    moved(tres[1], SECOND)
    assert "ANA LIMA" not in lido(here.get("/fila/"))
    lost = lido(chief.get("/fila/?quem=sem"))
    assert "ANA LIMA" in lost and "BIA REIS" in lost and "não corrige mais aqui" in lost
    team.outros_estabelecimentos.add(postos[SECOND])
    assert "BIA REIS" not in lido(chief.get("/fila/?quem=sem")), "a team that serves both has it"
    give(entidade, tres[:1], postos[SECOND], chief.user)
    assert "Nenhuma ficha aqui" in lido(chief.get("/fila/?quem=sem"))


def test_a_unit_or_a_team_that_closed_is_no_assignee_and_what_it_had_is_found(entidade, tres, postos, entra):
    chief = entra("chefe", preset="Coordenador")
    team = Equipe.objects.create(
        entidade=entidade, estabelecimento=postos[FIRST], ine="0000123456", nome="ESF"
    )
    give(entidade, tres[:1], postos[FIRST], chief.user)
    give(entidade, tres[1:2], team, chief.user)
    Estabelecimento.objects.filter(pk=postos[FIRST].pk).update(ativo=False)
    Equipe.objects.filter(pk=team.pk).update(ativa=False)
    assert queries.assignee(entidade, f"e{postos[FIRST].pk}") is None
    assert queries.assignee(entidade, f"q{team.pk}") is None
    lost = lido(chief.get("/fila/?quem=sem"))
    assert "ANA LIMA" in lost and "BIA REIS" in lost


def test_of_the_area_chosen_in_the_header_only_that_is_marked_whole(entidade, postos, entra):
    receber(entidade, em(FIRST, quebrado("FVD"), "ANA LIMA"), em(SECOND, quebrado("FVD"), "BIA REIS"))
    here = entra("aqui", FIRST)
    asked = {
        "para": f"u{here.user.pk}", "todas": "1", "competencia": f"{DIA:%Y%m}", "situacao": "inconsistente",
        "filtro": f"guia=fichas&cnes={SECOND}",
    }  # fmt: skip
    here.post("/fila/atribuir/", asked)
    assert not Encargo.objects.exists(), "the filter of the address opens no other área"
    here.post("/fila/atribuir/", asked | {"filtro": ""})
    assert [e.ficha.cnes for e in Encargo.objects.all()] == [FIRST]
