"""Every address that changes many fichas has its preview, its confirmation and its undo. Made from the URL map."""

import pytest
from django.urls import resolve, reverse
from mapa import ENDERECOS
from producao import com_cpf, receber, registro

from saude.acesso.guarda import mark_of
from saude.clientes.models import Cliente

#: addresses that take a POST and change one ficha at most, or none (a table coming into force has its own)
UMA = {
    "arquivos:apagar", "arquivos:conferir", "arquivos:descartar", "arquivos:mapear", "arquivos:planilha",
    "clientes:diferentes", "clientes:identificar", "clientes:novo", "clientes:procurar_duplicados",
    "fichas:corrigir", "fichas:descartar", "fichas:reabrir", "fichas:reprocessar_uma",
    "fichas:restaurar", "fichas:verificar",
    "fila:anotar", "fila:atribuir", "fila:da_ficha",
    "formularios:bloco", "formularios:opcoes", "mudancas:desistir", "mudancas:marcar", "mudancas:presenca",
    "mudancas:voltar_versao", "painel:repetir_lote", "registrar:apagar", "registrar:clientes", "registrar:ficha",
    "registrar:lotacoes", "registrar:rascunho", "registrar:verificar",
}  # fmt: skip
DECLARADOS = [a for a in ENDERECOS if hasattr(a.view, "em_lote")]


def name(address) -> str:
    return resolve(address.exemplo).view_name


def example(view_name: str) -> str:
    for address in ENDERECOS:
        if name(address) == view_name:
            return address.exemplo
    raise AssertionError(f"{view_name} is not in the URL map")


def test_whoever_takes_a_post_is_declared_or_known_to_change_one_ficha(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    unknown = []
    for address in ENDERECOS:
        if not {"corrigir", "reprocessar"} & set(mark_of(address.view, address.namespaces)):
            continue
        if hasattr(address.view, "em_lote") or name(address) in UMA:
            continue
        if client.post(address.exemplo).status_code != 405:
            unknown.append(name(address))
    assert unknown == [], "mark them with @em_lote(previa=, confirma=, desfaz=) or add them to UMA"


def test_the_list_of_small_addresses_holds_no_dead_name():
    known = {name(a) for a in ENDERECOS}
    assert sorted(UMA - known) == []


@pytest.mark.parametrize("address", [pytest.param(a, id=a.rota) for a in DECLARADOS])
def test_a_batch_has_its_preview_its_confirmation_and_its_undo(client, criar_usuario, address):
    client.force_login(criar_usuario("Administrador"))
    said = address.view.em_lote
    assert client.get(example(said.previa)).status_code in (200, 302, 404), "a page to look at"
    assert client.post(example(said.confirma)).status_code != 405
    assert client.post(example(said.desfaz)).status_code != 405
    undo = resolve(example(said.desfaz)).func
    assert hasattr(undo, "em_lote"), "the undo is a batch too, with a preview of its own"


def test_the_known_batches_are_declared():
    found = {name(a) for a in DECLARADOS}
    assert {
        "inconsistencias:causa", "fichas:reprocessar", "mudancas:confirmar", "mudancas:desfazer", "arquivos:receber",
        "arquivos:receber_planilha", "clientes:corrigir", "clientes:mesclar",
    } <= found  # fmt: skip


def test_the_watch_sees_an_address_that_says_nothing(client, criar_usuario, entidade, monkeypatch):
    """The counter of `vigia` itself: without its mark, a known batch fails the test."""
    receber(entidade, com_cpf(registro()), com_cpf(registro()))
    cliente = Cliente.objects.get(cpf__gt="")
    client.force_login(criar_usuario("Coordenador"))
    url = reverse("clientes:corrigir", args=[cliente.pk])
    body = {
        "nome": "ANA LIMA",
        "nascimento": "1985-03-20",
        "sexo": "1",
        "cpf": cliente.cpf,
        "telefone": "4733820000",
    }
    body |= {"revisao": cliente.revisao, "cns": "", "sexo": "0", "microarea": cliente.microarea}
    asked = client.post(url, body)
    url = asked.url.replace("/previa/", "/confirmar/")
    monkeypatch.delattr(resolve(url).func, "em_lote")
    with pytest.raises(AssertionError, match="mudancas:confirmar changed 2 fichas"):
        client.post(url, {"numero": 2})
