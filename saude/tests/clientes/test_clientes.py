"""Clients: who they are told by, what feeds them, and how a correction flows to their fichas."""

import json
import threading
from datetime import date

import pytest
from django.db import connection, transaction
from producao import cidadao, exportar, ficha_de, receber, registro

from ledi_gerador.documentos import cns, cpf
from saude.clientes.models import Alteracao, Cliente, ParPossivel
from saude.correcao.cliente import StaleClient, correct_client, create_client, identify
from saude.correcao.clientes import divergences, same_person, search
from saude.correcao.mesclar import merge_pair
from saude.fichas.models import Atendido, Ficha

CPF_A, CPF_B = cpf(123_456_789), cpf(222_333_444)
CNS_A = cns(4_021_553_870_010)


def visita(documento: str = "", **contexto):
    record = registro("FVD", **contexto)
    child = cidadao(record)
    child.pop("cnsCidadao", None)
    child.pop("stNaoPossuiCpf", None)
    child |= {"dtNascimento": "1985-03-20", "sexo": 1}
    if len(documento) == 11:
        child["cpfCidadao"] = documento
    elif documento:
        child["cnsCidadao"] = documento
    return record


def cadastro(documento: str = CPF_A, nome: str = "MARIA DA SILVA", dia: str = "2026-09-15", **fields):
    record = registro("FCI")
    record["ficha"]["headerTransport"]["dataAtendimento"] = dia
    child = record["ficha"]["identificacaoUsuarioCidadao"]
    for name in ("cnsCidadao", "justificativaNaoPossuiCpf"):
        child.pop(name, None)
    child |= {"cpfCidadao": documento, "stNaoPossuiCpf": False, "nomeCidadao": nome} | fields
    return record


def test_same_cpf_is_the_same_client(entidade):
    receber(entidade, visita(CPF_A), visita(CPF_A), visita(CPF_B))
    assert Cliente.objects.count() == 2
    assert Atendido.objects.filter(cliente__cpf=CPF_A, identificado=True).count() == 2


def test_cns_and_then_name_and_birth_tell_them_too(entidade):
    person = {"nome": "José  d'Ávila", "nascimento": "1985-03-20"}
    receber(entidade, visita(CNS_A, clientes=[person]))
    receber(entidade, visita("", clientes=[{"nome": "JOSE D'AVILA", "nascimento": "1985-03-20"}]))
    assert Cliente.objects.get().cns == CNS_A
    assert [a.identificado for a in Atendido.objects.order_by("pk")] == [True, False]


def test_same_name_and_birth_with_another_document_is_somebody_else(entidade):
    person = {"nome": "MARIA DA SILVA", "nascimento": "1985-03-20"}
    receber(entidade, visita(CPF_A, clientes=[person]), visita(CPF_B, clientes=[person]))
    assert Cliente.objects.count() == 2
    assert same_person(Cliente.objects.get(cpf=CPF_A)).get().cpf == CPF_B


def test_clients_are_scoped(entidade, outra_entidade):
    receber(entidade, visita(CPF_A))
    record = visita(CPF_A)
    record["ibge"] = record["ficha"]["headerTransport"]["codigoIbgeMunicipio"] = outra_entidade.ibge
    receber(outra_entidade, record)
    assert Cliente.objects.filter(cpf=CPF_A).count() == 2
    assert [c.entidade for c in search(entidade, CPF_A)] == [entidade]


def test_registration_feeds_the_client_and_a_newer_one_updates_it(entidade):
    receber(entidade, visita(CPF_A))
    receber(entidade, cadastro(nome="MARIA DA SILVA"))
    receber(entidade, cadastro(nome="MARIA DE SOUZA", dia="2026-09-20"))
    receber(entidade, cadastro(nome="MARIA ANTIGA", dia="2026-09-10"))
    cliente = Cliente.objects.get()
    assert (cliente.nome, cliente.cadastro_em) == ("MARIA DE SOUZA", date(2026, 9, 20))
    told = list(Alteracao.objects.filter(campo="nome").order_by("pk").values_list("novo", "aplicada"))
    assert told == [("MARIA DE SOUZA", True), ("MARIA ANTIGA", False)]


def test_a_ficha_never_overwrites_in_silence(entidade):
    receber(entidade, cadastro())
    record = visita(CPF_A)
    cidadao(record)["sexo"] = 0
    before = Cliente.objects.get().sexo
    receber(entidade, record)
    assert Cliente.objects.get().sexo == before
    [waiting] = divergences(entidade).filter(campo="sexo")
    assert (waiting.novo, waiting.aplicada, waiting.fonte) == ("0", False, "ficha")


def test_a_wrong_registration_teaches_nothing(entidade):
    receber(entidade, cadastro())
    wrong = cadastro(nome="X", dia="2026-09-20")
    [answer] = receber(entidade, wrong)
    assert answer.situacao == "inconsistente"
    assert Cliente.objects.get().nome == "MARIA DA SILVA"


def test_correcting_the_client_mends_all_their_open_fichas(entidade, criar_usuario):
    user = criar_usuario()
    gone = receber(entidade, visita(CPF_A))[0]
    exportar(entidade)
    first, second = receber(entidade, visita(CPF_A), visita(CPF_A))
    cliente = Cliente.objects.get()
    changes = {"cpf": CPF_B, "nascimento": date(1986, 1, 2), "nome": "MARIA CERTA"}
    mended = correct_client(cliente=cliente, changes=changes, revisao=cliente.revisao, by=user)
    assert mended == [first.ficha_id, second.ficha_id]
    for answer in (first, second):
        child = json.loads(ficha_de(answer).conteudo.registro)["ficha"]["visitasDomiciliares"][0]
        assert (child["cpfCidadao"], child["dtNascimento"]) == (CPF_B, "1986-01-02")
        assert ficha_de(answer).situacao == "processada"
    assert CPF_A in ficha_de(gone).conteudo.registro  # what went stays as it went
    assert set(Alteracao.objects.filter(fonte="usuario").values_list("campo", flat=True)) == set(changes)
    assert Cliente.objects.count() == 1


def test_old_form_of_a_client_is_told(entidade):
    receber(entidade, visita(CPF_A))
    cliente = Cliente.objects.get()
    correct_client(cliente=cliente, changes={"nome": "A"}, revisao=cliente.revisao, by="a")
    with pytest.raises(StaleClient):
        correct_client(cliente=cliente, changes={"nome": "B"}, revisao=cliente.revisao, by="b")
    assert Cliente.objects.get().nome == "A"


def test_identify_the_unidentified(entidade, criar_usuario):
    receber(entidade, registro("FP"))
    attended = Atendido.objects.get()
    assert (attended.identificado, attended.cliente) == (False, None)
    cliente = create_client(
        entidade=entidade, by="teste", nome="ANA LIMA", cpf=CPF_A, nascimento=date(1985, 3, 20), sexo=1
    )
    ficha = identify(atendido=attended, cliente=cliente, by=criar_usuario())
    assert json.loads(ficha.conteudo.registro)["ficha"]["atendProcedimentos"][0]["cpfCidadao"] == CPF_A
    assert (ficha.n_nao_identificados, ficha.situacao) == (0, "processada")
    assert Atendido.objects.get().cliente == cliente
    assert not ficha.inconsistencias.filter(encerrada_em=None).exists()


def test_merge_keeps_one_and_loses_nothing(entidade):
    receber(entidade, visita(CPF_A), visita(CNS_A))
    kept, gone = Cliente.objects.get(cpf=CPF_A), Cliente.objects.get(cns=CNS_A)
    a, b = sorted((kept, gone), key=lambda c: c.pk)
    pair = ParPossivel.objects.create(entidade=entidade, a=a, b=b, pontos=90)
    revisions = {c.pk: c.revisao for c in (a, b)}
    merge_pair(par=pair, fica=kept.pk, escolhas={"cns": gone.pk}, revisoes=revisions, by="teste")
    kept.refresh_from_db()
    assert (kept.cns, kept.atendimentos.count()) == (CNS_A, 2)
    receber(entidade, visita(CNS_A))
    assert kept.atendimentos.count() == 3
    assert Cliente.objects.filter(mesclado_em=None).count() == 1


def test_search_by_name_document_and_nothing(entidade):
    create_client(entidade=entidade, by="teste", nome="José Álvares", cpf=CPF_A, cns=CNS_A)
    for text in ("jose al", CPF_A, f"{CPF_A[:3]}.{CPF_A[3:6]}.{CPF_A[6:9]}-{CPF_A[9:]}", CNS_A, ""):
        assert [c.nome for c in search(entidade, text)] == ["José Álvares"]
    assert search(entidade, "zzz") == []


@pytest.mark.django_db(transaction=True)
def test_two_intakes_at_once_make_one_client(entidade):
    def send():
        try:
            receber(entidade, *[visita(CPF_A) for _ in range(10)])
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert Cliente.objects.count() == 1
    assert Ficha.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_known_citizens_make_nobody_wait(entidade):
    """A second intake of the same citizen ends while the transaction of the first is still open."""
    receber(entidade, visita(CPF_A))
    ended = threading.Event()

    def send():
        try:
            receber(entidade, visita(CPF_A))
            ended.set()
        finally:
            connection.close()

    thread = threading.Thread(target=send)
    with transaction.atomic():
        receber(entidade, visita(CPF_A))
        thread.start()
        waited = ended.wait(120)
    thread.join(120)
    assert waited
    assert Ficha.objects.count() == 3
