"""An export marked as imported; a refused ficha corrected and sent again; the same uuid, where the switch says so."""

import json

import pytest
from django.urls import reverse
from producao import exportar, ficha_de, receber, registro
from relatorios_do_pec import REPETIDA, linha, registrar, relatorio

from saude.fichas.contagem_mantida import differences
from saude.fichas.contagens import panel
from saude.fichas.desfechos import DesfechoAtual
from saude.fichas.models import Evento, Ficha
from saude.retorno import actions
from saude.retorno.models import Desfecho, Relatorio
from saude.retorno.queries import answers_of, never_entered
from saude.retorno.storage import Fato

pytestmark = pytest.mark.django_db(transaction=True)


def exportadas(entidade, *records):
    fichas = [ficha_de(r) for r in receber(entidade, *records)]
    export = exportar(entidade)
    return export, [Ficha.objects.get(pk=f.pk) for f in fichas]


def resultado(ficha):
    row = DesfechoAtual.objects.filter(ficha=ficha).first()
    return row.resultado if row else None


def marcar(export, validas, invalidas=0, repetidas=0, total=None, lote="118"):
    total = validas + invalidas + repetidas if total is None else total
    return actions.mark_imported(
        exportacao=export, lote=lote, data="2026-10-05", validas=validas, invalidas=invalidas,
        repetidas=repetidas, total=total, by=None,
    )  # fmt: skip


def conteudo(ficha):
    return json.loads(Ficha.objects.get(pk=ficha.pk).conteudo.registro)["ficha"]


# -- marks


def test_a_lot_without_problems_makes_all_accepted(entidade):
    export, fichas = exportadas(entidade, *(registro() for _ in range(3)))
    mark = marcar(export, 3)
    assert [resultado(f) for f in fichas] == ["aceita"] * 3
    assert panel(entidade)[0].retorno.aceitas == 3
    assert marcar(export, 3).pk == mark.pk, "the same again changes nothing"
    actions.undo(relatorio=mark, by=None)
    assert [resultado(f) for f in fichas] == [None] * 3 and differences() == []


@pytest.mark.parametrize("contas", [(2, 0, 0, 3), (4, 0, 0, 4), (2, 1, 0, 3), (2, 0, 1, 3)])
def test_counts_that_do_not_add_up_or_problems_nobody_knows_accept_nothing(entidade, contas):
    export, fichas = exportadas(entidade, *(registro() for _ in range(3)))
    marcar(export, *contas)
    assert [resultado(f) for f in fichas] == ["desconhecida"] * 3


def test_the_report_that_comes_after_the_mark_settles_it_and_its_undo_unsettles_it(entidade):
    export, (a, b, c) = exportadas(entidade, *(registro() for _ in range(3)))
    marcar(export, 1, 1, 1)
    report = registrar(entidade, relatorio([linha(a.uuid), linha(b.uuid, REPETIDA)]))
    assert [resultado(f) for f in (a, b, c)] == ["recusada", "repetida", "aceita"]
    actions.undo(relatorio=report, by=None)
    assert [resultado(f) for f in (a, b, c)] == ["desconhecida"] * 3
    assert differences() == []


def test_the_report_before_the_mark_is_the_same(entidade):
    export, (a, b) = exportadas(entidade, registro(), registro())
    registrar(entidade, relatorio([linha(a.uuid)]))
    marcar(export, 1, 1)
    assert [resultado(f) for f in (a, b)] == ["recusada", "aceita"]


def test_a_mark_in_place_of_another(entidade):
    export, [a] = exportadas(entidade, registro())
    marcar(export, 0, total=1)
    assert resultado(a) == "desconhecida"
    marcar(export, 1)
    assert resultado(a) == "aceita"
    assert Relatorio.objects.filter(estado="vale").count() == 1


def test_the_page_shows_what_it_would_do_before_it_does_it(client, entidade, criar_usuario):
    export, [a] = exportadas(entidade, registro())
    client.force_login(criar_usuario("Coordenador"))
    url = reverse("retorno:marcar", args=[export.pk])
    assert client.get(url).status_code == 200
    said = {"lote": "118", "dia": "2026-10-05", "validas": 1, "invalidas": 0, "repetidas": 0, "total": 1}
    page = client.post(url, said).content.decode()
    assert "1 ficha ficará" in page and resultado(a) is None
    assert client.post(url, said | {"validas": "x"}).status_code == 422
    done = client.post(url, said | {"confere": "aceita 1"})
    assert done.status_code == 302 and resultado(a) == "aceita"
    assert "1 ficha de que" in " ".join(client.get(done.url).content.decode().split())


# -- corrected and sent again


def test_a_refused_visit_goes_again_as_a_new_record_even_unchanged(client, entidade, criar_usuario):
    _, [a] = exportadas(entidade, registro())
    registrar(entidade, relatorio([linha(a.uuid)]))
    client.force_login(criar_usuario("Coordenador"))
    url = reverse("fichas:corrigir", args=[a.uuid])
    page = client.get(url).content.decode()
    assert "O PEC recusou" in page and "Recusada pelo PEC no lote 118" in page
    client.post(url, {"revisao": a.revisao, "motivo": "CNES atualizado no PEC"})
    new = Ficha.objects.get(substitui=a)
    assert new.situacao == "processada" and new.uuid != a.uuid
    [line] = panel(entidade)
    assert (line.retorno.recusadas, line.retorno.tratadas, line.prazo_bloqueado_por) == (1, 1, 1)
    assert "Corrigir e reenviar" not in client.get(reverse("fichas:detalhe", args=[a.uuid])).content.decode()


def test_without_a_refusal_a_record_equal_to_the_exported_one_is_still_refused(
    client, entidade, criar_usuario
):
    _, [a] = exportadas(entidade, registro())
    client.force_login(criar_usuario("Coordenador"))
    url = reverse("fichas:corrigir", args=[a.uuid])
    assert client.post(url, {"revisao": a.revisao, "motivo": "por nada"}).status_code == 422


@pytest.mark.parametrize("tipo", ["FCI", "FCD"])
def test_a_registration_that_never_entered_is_the_first_of_its_line_again(
    client, entidade, criar_usuario, tipo
):
    _, [a] = exportadas(entidade, registro(tipo))
    registrar(entidade, relatorio([linha(a.uuid, tipo=tipo)]))
    client.force_login(criar_usuario("Coordenador"))

    def resend(ficha):
        url = reverse("fichas:corrigir", args=[ficha.uuid])
        client.post(url, {"revisao": ficha.revisao, "motivo": "recusada"})
        return Ficha.objects.get(substitui=ficha)

    b = resend(a)
    assert (conteudo(b)["fichaAtualizada"], conteudo(b)["uuidFichaOriginadora"]) == (False, b.uuid)
    exportar(entidade)
    registrar(entidade, relatorio([linha(b.uuid, tipo=tipo, lote="130", dia="20/10/2026")]))
    c = resend(Ficha.objects.get(pk=b.pk))
    assert (conteudo(c)["fichaAtualizada"], conteudo(c)["uuidFichaOriginadora"]) == (False, c.uuid)


def test_the_update_of_one_that_entered_stays_an_update(client, entidade, criar_usuario):
    export, [a] = exportadas(entidade, registro("FCI"))
    marcar(export, 1)
    client.force_login(criar_usuario("Coordenador"))
    page = client.get(reverse("fichas:corrigir", args=[a.uuid]) + "?campos=todos").content.decode()
    assert "Retificar" in page
    from saude.processamento.actions import replace_exported

    b = replace_exported(
        ficha=a, changes={"statusTermoRecusaCadastroIndividualAtencaoBasica": False}, motivo="x", by=None
    )
    exportar(entidade)
    registrar(entidade, relatorio([linha(b.uuid, tipo="FCI", lote="130")]))
    b = Ficha.objects.get(pk=b.pk)
    assert not never_entered(b)
    client.post(reverse("fichas:corrigir", args=[b.uuid]), {"revisao": b.revisao, "motivo": "de novo"})
    c = Ficha.objects.get(substitui=b)
    assert (conteudo(c)["fichaAtualizada"], conteudo(c)["uuidFichaOriginadora"]) == (True, a.uuid)


def test_waiting_fichas_that_cite_the_old_uuid_are_listed(client, entidade, criar_usuario):
    _, [house] = exportadas(entidade, registro("FCD"))
    visit = registro()
    visit["ficha"]["visitasDomiciliares"][0]["uuidOrigemCadastroDomiciliar"] = house.uuid
    [waits] = [ficha_de(r) for r in receber(entidade, visit)]
    registrar(entidade, relatorio([linha(house.uuid, tipo="FCD")]))
    client.force_login(criar_usuario("Coordenador"))
    page = client.get(reverse("fichas:corrigir", args=[house.uuid]) + "?campos=todos").content.decode()
    assert (waits.uuid in page and "1\n" in page) or waits.uuid in page


# -- the same uuid


@pytest.fixture
def mesmo_uuid(entidade):
    entidade.instalacao.reenviar_mesmo_uuid = True
    entidade.instalacao.save()


def test_reopened_refused_corrected_and_refused_again(client, entidade, criar_usuario, mesmo_uuid):
    _, [a] = exportadas(entidade, registro())
    first = registrar(entidade, relatorio([linha(a.uuid)]))
    client.force_login(criar_usuario("Coordenador"))
    client.post(reverse("fichas:reabrir", args=[a.uuid]))
    a.refresh_from_db()
    assert (a.situacao, a.exportada_em, resultado(a)) == ("processada", None, None)
    assert Evento.objects.filter(ficha=a, fato="reaberta").exists()
    exportar(entidade)
    a.refresh_from_db()
    assert (a.situacao, resultado(a)) == ("exportada", None), "the refusal was of what went before"
    registrar(entidade, relatorio([linha(a.uuid, lote="130", dia="20/10/2026")]))
    assert resultado(a) == "recusada"
    assert [x.atual for x in answers_of(Ficha.objects.get(pk=a.pk))] == [False, True]
    actions.undo(relatorio=first, by=None)
    assert resultado(a) == "recusada" and differences() == []


def test_only_a_refused_one_and_only_with_the_switch(client, entidade, criar_usuario):
    _, [a, b] = exportadas(entidade, registro(), registro())
    registrar(entidade, relatorio([linha(a.uuid)]))
    client.force_login(criar_usuario("Coordenador"))
    client.post(reverse("fichas:reabrir", args=[a.uuid]))
    assert Ficha.objects.get(pk=a.pk).situacao == "exportada", "the switch is off"
    entidade.instalacao.reenviar_mesmo_uuid = True
    entidade.instalacao.save()
    client.post(reverse("fichas:reabrir", args=[b.uuid]))
    assert Ficha.objects.get(pk=b.pk).situacao == "exportada", "nobody refused it"


def test_the_vendor_sends_the_refused_uuid_again(entidade, mesmo_uuid):
    record = registro()
    _, [a] = exportadas(entidade, record)
    again = json.loads(json.dumps(record))
    again["ficha"]["visitasDomiciliares"][0]["turno"] = 2
    assert receber(entidade, again)[0].status == "recusado", "it was not refused by the PEC"
    registrar(entidade, relatorio([linha(a.uuid)]))
    assert receber(entidade, record)[0].status == "igual"
    [answer] = receber(entidade, again)
    assert (answer.status, str(answer.situacao)) == ("substituida", "processada")
    a.refresh_from_db()
    assert (a.situacao, a.exportada_em, resultado(a)) == ("processada", None, None)


def test_without_the_switch_the_vendor_is_told_409(entidade):
    record = registro()
    _, [a] = exportadas(entidade, record)
    registrar(entidade, relatorio([linha(a.uuid)]))
    record["ficha"]["visitasDomiciliares"][0]["turno"] = 2
    [answer] = receber(entidade, record)
    assert (answer.status, str(answer.situacao)) == ("recusado", "exportada")


# -- told one by one


def test_what_the_transmission_learns_feeds_the_same_facts_masked(entidade):
    export, (a, b) = exportadas(entidade, registro(), registro())

    def told(ficha, result, *messages):
        facts = [Fato(ficha.pk, export.pk, ficha.revisao, result, mensagens=messages)]
        actions.record_outcomes(exportacao=export, outcomes=facts, by=None)

    told(a, "desconhecida")
    told(a, "aceita")
    told(
        b, "recusada", {"coluna": "api", "texto": "cns 898001160660761 inválido", "campos": [], "campo": None}
    )
    assert [resultado(a), resultado(b)] == ["aceita", "recusada"]
    told(a, "desconhecida")
    assert resultado(a) == "aceita", "no answer says less than an answer"
    assert "898001160660761" not in str(list(Desfecho.objects.values("mensagens")))
    assert set(Desfecho.objects.values_list("fonte", flat=True)) == {"transmissao"}
