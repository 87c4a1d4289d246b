"""A discarded ficha leaves every count, list and export, stands in Descartadas, and comes back only from there."""

import re

import pytest
from django.urls import reverse
from producao import exportar, quebrado, receber, registro

from saude.auditoria.models import Evento as Auditado
from saude.exportacao.selection import preview
from saude.fichas import contagem_mantida, contagens
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.models import AExportar, Descarte, Entrada, Ficha
from saude.fichas.situacoes import TransitionRefused
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import descarte


def ficha_de(answer):
    return Ficha.objects.get(pk=answer.ficha_id)


def discard(ficha, **more):
    values = {"motivo": "teste", "revisao": ficha.revisao, "by": "teste"} | more
    return descarte.discard(ficha=ficha, **values)


@pytest.mark.parametrize("make", [registro, quebrado])
def test_out_of_every_count_list_and_export(entidade, make):
    gone, kept = (ficha_de(a) for a in receber(entidade, make("FVD"), make("FVD")))
    discard(gone)
    [line] = contagens.panel(entidade)
    assert line.total == 1
    assert sum(contagens.totals(entidade, line.competencia).values()) == 1
    assert list(filtered(entidade, Filtro(competencia=line.competencia))) == [kept]
    assert Inconsistencia.objects.filter(ficha=gone, encerrada_em=None).count() == 0
    assert not AExportar.objects.filter(ficha=gone).exists()
    assert not Entrada.objects.filter(ficha=gone).exists()
    seen = preview(entidade=entidade, escopo="todos", inicio=line.inicio, fim=line.fim)
    assert seen.vao + sum(seen.nao_vao.values()) == 1
    assert contagem_mantida.differences() == []
    assert contagem_mantida.strays() == 0
    assert Auditado.objects.filter(tipo="ficha.descartada").count() == 1


def test_the_same_uuid_sent_again_restores_nothing_and_says_why(entidade):
    record = registro("FVD")
    [first] = receber(entidade, record)
    discard(ficha_de(first), motivo="duplicada")
    for sent in (record, record | {"contexto": {"outro": 1}}):
        [again] = receber(entidade, sent)
        assert again.status == "descartada"
        assert "repete outra ficha" in again.mensagem
    assert Ficha.objects.get().situacao == "descartada"


def test_brought_back_it_is_judged_and_counted_again(entidade):
    ficha = ficha_de(receber(entidade, quebrado("FVD"))[0])
    discard(ficha)
    back = descarte.restore(ficha=ficha, by="teste")
    assert back.situacao == "inconsistente"
    assert back.n_erros > 0
    assert not Descarte.objects.exists()
    [line] = contagens.panel(entidade)
    assert line.inconsistentes == 1
    assert contagem_mantida.differences() == []
    assert [e.fato for e in back.eventos.order_by("pk")][-1] == "restaurada"


def test_what_was_exported_changed_meanwhile_or_is_gone_already_is_refused(entidade):
    exported, changed = (ficha_de(a) for a in receber(entidade, registro("FVD"), quebrado("FVD")))
    exportar(entidade)
    exported.refresh_from_db()
    with pytest.raises(TransitionRefused):
        discard(exported)
    with pytest.raises(TransitionRefused, match="mudou depois"):
        discard(changed, revisao=changed.revisao + 1)
    with pytest.raises(TransitionRefused, match="motivo"):
        discard(changed, motivo="porque sim")
    discard(changed)
    with pytest.raises(TransitionRefused):
        discard(changed)
    with pytest.raises(TransitionRefused):
        descarte.restore(ficha=exported, by="teste")


def test_pages_preview_confirm_list_and_undo(entidade, cliente_de):
    ficha = ficha_de(receber(entidade, quebrado("FVD"))[0])
    client = cliente_de("coordenador")
    address = reverse("fichas:descartar", args=[ficha.chave])
    assert "O que será descartado" in client.get(address).content.decode()
    assert Ficha.objects.get().situacao == "inconsistente", "a look changes nothing"
    refused = client.post(address, {"motivo": "", "revisao": ficha.revisao})
    assert (refused.status_code, Ficha.objects.get().situacao) == (422, "inconsistente")
    client.post(address, {"motivo": "engano", "observacao": "turno errado", "revisao": ficha.revisao})
    page = client.get(reverse("fichas:descartadas")).content.decode()
    assert "Enviada por engano" in page
    assert "turno errado" in page
    assert "por Pessoa Coordenador" in " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "foi descartada" in client.get(reverse("fichas:detalhe", args=[ficha.chave])).content.decode()
    for name in ("corrigir", "descartar"):
        assert client.get(reverse(f"fichas:{name}", args=[ficha.chave])).status_code == 302
    client.post(reverse("fichas:reprocessar_uma", args=[ficha.chave]))
    assert Ficha.objects.get().situacao == "descartada"
    client.post(reverse("fichas:restaurar", args=[ficha.chave]))
    assert Ficha.objects.get().situacao == "inconsistente"


def test_another_entidade_neither_sees_nor_touches_it(entidade, outra_entidade, cliente_de):
    ficha = ficha_de(receber(outra_entidade, quebrado("FVD"))[0])
    client = cliente_de("coordenador")
    sent = {"motivo": "engano", "revisao": ficha.revisao}
    assert client.post(reverse("fichas:descartar", args=[ficha.chave]), sent).status_code == 404
    assert client.post(reverse("fichas:descartar", args=[f"n{ficha.pk}"]), sent).status_code == 404
    discard(ficha)
    assert ficha.uuid not in client.get(reverse("fichas:descartadas")).content.decode()
    assert client.post(reverse("fichas:restaurar", args=[ficha.chave])).status_code == 404
