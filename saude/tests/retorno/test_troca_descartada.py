"""A refused ficha whose replacement was discarded: nothing stands in its place, and it can be replaced again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse
from producao import exportar, ficha_de, receber, registro
from relatorios_do_pec import linha, registrar, relatorio

from saude.correcao.historia import timeline
from saude.fichas.contagem_mantida import differences
from saude.fichas.contagens import panel
from saude.fichas.models import Ficha
from saude.fichas.situacoes import TransitionRefused
from saude.processamento.actions import reopen_refused, replace_exported
from saude.processamento.descarte import discard, restore

pytestmark = pytest.mark.django_db(transaction=True)


def recusada(entidade, tipo="FVD"):
    ficha = ficha_de(receber(entidade, registro(tipo))[0])
    exportar(entidade)
    registrar(entidade, relatorio([linha(ficha.uuid, tipo=tipo)]))
    return Ficha.objects.get(pk=ficha.pk)


def trocar(ficha, motivo="recusada"):
    return replace_exported(ficha=ficha, changes={}, motivo=motivo, by=None)


def descartar(ficha):
    return discard(ficha=ficha, motivo="engano", revisao=ficha.revisao, by=None)


def fatos(ficha):
    return [f.texto.split(":")[0] for f in timeline(Ficha.objects.get(pk=ficha.pk))]


@pytest.fixture
def mesmo_uuid(entidade):
    entidade.instalacao.reenviar_mesmo_uuid = True
    entidade.instalacao.save()


def test_it_is_replaced_again_by_its_page_and_the_history_tells_all_of_it(client, entidade, criar_usuario):
    a = recusada(entidade)
    client.force_login(criar_usuario("Coordenador"))
    detail, form = (reverse(f"fichas:{page}", args=[a.uuid]) for page in ("detalhe", "corrigir"))
    said = {"revisao": a.revisao, "motivo": "CNES atualizado no PEC"}
    client.post(form, said)
    b = Ficha.objects.get(substitui=a)
    assert client.get(form + "?campos=todos").url == detail, "the record in its place is the one to mend"
    assert client.post(form, said).status_code == 422
    descartar(b)
    page = client.get(detail).content.decode()
    assert "Corrigir e reenviar" in page and b.uuid not in page
    assert panel(entidade)[0].retorno.a_corrigir == 1
    told = client.get(reverse("fichas:detalhe", args=[b.uuid])).content.decode()
    assert "Foi criado em lugar de" in " ".join(told.split())
    client.post(form, said)
    c = Ficha.objects.get(substitui=a)
    assert c.pk != b.pk and c.situacao == "processada"
    assert panel(entidade)[0].retorno.a_corrigir == 0
    told = fatos(a)
    swaps = [t for t in told if "substitu" in t.lower() or "em lugar desta" in t]
    assert swaps == [
        "Substituída por novo registro",
        "O registro criado em lugar desta foi descartado",
        "Substituída por novo registro",
    ]
    exportar(entidade)
    assert Ficha.objects.get(pk=c.pk).situacao == "exportada"
    assert Ficha.objects.get(pk=b.pk).situacao == "descartada" and differences() == []


def test_the_discarded_one_comes_back_to_its_place(entidade):
    a = recusada(entidade)
    b = trocar(a)
    descartar(b)
    assert Ficha.objects.get(pk=b.pk).substitui_id is None
    back = restore(ficha=b, by=None)
    assert (back.situacao, back.substitui_id) == ("processada", a.pk)
    assert panel(entidade)[0].retorno.a_corrigir == 0
    assert fatos(a)[-1] == "O registro criado em lugar desta foi trazido de volta"
    with pytest.raises(TransitionRefused, match="já foi substituída"):
        trocar(a)


def test_it_does_not_come_back_beside_another_in_the_same_place(client, entidade, criar_usuario):
    a = recusada(entidade)
    b = trocar(a)
    descartar(b)
    c = trocar(a)
    client.force_login(criar_usuario("Coordenador"))
    page = client.post(reverse("fichas:restaurar", args=[b.uuid]), follow=True).content.decode()
    assert "contaria o mesmo atendimento duas vezes" in page
    assert Ficha.objects.get(pk=b.pk).situacao == "descartada"
    descartar(c)
    assert restore(ficha=b, by=None).substitui_id == a.pk, "the place is free again"


def test_nor_beside_the_refused_one_that_was_reopened_and_goes_itself(entidade, mesmo_uuid):
    a = recusada(entidade)
    b = trocar(a)
    descartar(b)
    reopen_refused(ficha=a, by=None)
    with pytest.raises(TransitionRefused, match="reaberta depois"):
        restore(ficha=b, by=None)
    exportar(entidade)
    with pytest.raises(TransitionRefused, match="reaberta depois"):
        restore(ficha=b, by=None)


def test_the_refused_one_reopened_and_itself_discarded(entidade, mesmo_uuid):
    """Then the replacement may come back; and with it there, the first one may not."""
    a = recusada(entidade)
    b = trocar(a)
    descartar(b)
    reopen_refused(ficha=a, by=None)
    descartar(Ficha.objects.get(pk=a.pk))
    assert restore(ficha=b, by=None).substitui_id == a.pk
    with pytest.raises(TransitionRefused, match="em lugar desta"):
        restore(ficha=a, by=None)
    descartar(Ficha.objects.get(pk=b.pk))
    assert restore(ficha=a, by=None).situacao == "processada"


@pytest.mark.parametrize("tipo", ["FVD", "FCI"])
def test_a_replacement_that_the_pec_refuses_too_is_replaced_and_its_own_may_be_discarded(entidade, tipo):
    a = recusada(entidade, tipo)
    b = trocar(a)
    exportar(entidade)
    registrar(entidade, relatorio([linha(b.uuid, tipo=tipo, lote="130", dia="20/10/2026")]))
    assert panel(entidade)[0].retorno.a_corrigir == 1, "of the two refused the first was seen to"
    c = trocar(Ficha.objects.get(pk=b.pk))
    assert panel(entidade)[0].retorno.a_corrigir == 0
    descartar(c)
    assert panel(entidade)[0].retorno.a_corrigir == 1
    d = trocar(Ficha.objects.get(pk=b.pk))
    assert Ficha.objects.get(pk=b.pk).substitui_id == a.pk and d.substitui_id == b.pk
    with pytest.raises(TransitionRefused, match="já foi substituída"):
        trocar(a)


def test_an_exported_replacement_is_not_discarded(entidade):
    a = recusada(entidade)
    b = trocar(a)
    exportar(entidade)
    with pytest.raises(TransitionRefused, match="exportada"):
        descartar(Ficha.objects.get(pk=b.pk))


def test_the_discard_of_many_and_its_undo_keep_the_places(entidade):
    from saude.processamento.descarte import discard_each, restore_each

    pairs = [(a, trocar(a)) for a in (recusada(entidade), recusada(entidade))]
    news = [b.pk for _, b in pairs]
    discard_each(entidade=entidade, ids=news, motivo="engano", observacao="", by=None)
    assert panel(entidade)[0].retorno.a_corrigir == 2
    restore_each(entidade=entidade, ids=news, by=None)
    assert [Ficha.objects.get(pk=b.pk).substitui_id for _, b in pairs] == [a.pk for a, _ in pairs]


def test_brought_back_and_replaced_at_once_only_one_stands(entidade):
    a = recusada(entidade)
    b = trocar(a)
    descartar(b)

    def attempt(what):
        try:
            what()
            return True
        except TransitionRefused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(attempt, [lambda: restore(ficha=b, by=None), lambda: trocar(a)]))
    assert sorted(done) == [False, True]
    assert Ficha.objects.filter(substitui=a).exclude(situacao="descartada").count() == 1


def test_one_who_does_not_see_the_area_of_the_replacement_is_told_so(client, entidade, criar_usuario):
    from saude.cadastros.models import Estabelecimento

    a = recusada(entidade)
    b = trocar(a)
    Ficha.objects.filter(pk=b.pk).update(cnes="3333333")
    here = Estabelecimento.objects.create(entidade=entidade, cnes=a.cnes, nome="UBS DAQUI")
    client.force_login(criar_usuario("Coordenador", username="da_area", estabelecimento=here))
    page = " ".join(client.get(reverse("fichas:detalhe", args=[a.uuid])).content.decode().split())
    assert "numa área que você não" in page and b.uuid not in page and "Corrigir e reenviar" not in page
