"""Corrigir cadastro: record and registration side by side, faults first, what stays wrong said; the CPF offered."""

import json
import re

import pytest
from producao import CPF, cidadao, com_cpf, ficha_de, receber, registro

from ledi_gerador.documentos import cns
from saude.clientes.models import Cliente
from saude.correcao.cliente import correct_client
from saude.inconsistencias.models import Inconsistencia

CNS = cns(123_456_789)


@pytest.fixture
def coordenador(client, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    return client


@pytest.fixture
def divergente(entidade):
    """The registration says 1985; a record says 1885, which no rule takes."""
    good, bad = com_cpf(registro("FVD"), CPF), com_cpf(registro("FVD"), CPF)
    cidadao(bad)["dtNascimento"] = "1885-03-20"
    fichas = [ficha_de(r) for r in receber(entidade, good, bad)]
    return named(cpf=CPF), fichas


def named(**key):
    """The client, with a name: a visit tells none, and no registration is saved without it."""
    Cliente.objects.filter(**key).update(nome="MARIA DA SILVA")
    return Cliente.objects.get(**key)


def lines(page):
    return re.findall(r'data-linha="(\w+)"', page)


def test_the_faulty_field_comes_first_and_is_marked(coordenador, divergente):
    cliente, _ = divergente
    page = coordenador.get(f"/clientes/{cliente.pk}/corrigir/").content.decode()
    assert lines(page)[0] == "nascimento" and "nome" in lines(page)
    first = page[page.index('data-linha="nascimento"') - 200 : page.index('data-linha="nascimento"') + 2500]
    assert "c-linha--erro" in first and "achados-nascimento" in first
    assert 'data-valor="1885-03-20"' in first and "20/03/1885" in first  # what the record has
    assert "igual ao cadastro" in first  # what the other has
    assert "<b>1 erro</b>" in page


def test_what_stays_wrong_is_said_and_the_page_stays(coordenador, divergente):
    """The registration is wrong too: saving it as it is mends nothing, and is no success."""
    cliente, _ = divergente
    Cliente.objects.filter(pk=cliente.pk).update(nascimento="1885-03-20")
    form = _form(coordenador, cliente)
    answer = coordenador.post(f"/clientes/{cliente.pk}/corrigir/", form, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0].startswith(f"/clientes/{cliente.pk}/corrigir/")
    assert "O que ainda está errado" in page and "s-mensagem--success" not in page
    form = _form(coordenador, cliente) | {"nascimento": "1985-03-20"}
    answer = coordenador.post(f"/clientes/{cliente.pk}/corrigir/", form, follow=True)
    assert "todas sem inconsistência" in answer.content.decode()
    assert not Inconsistencia.objects.filter(encerrada_em=None, severidade="erro").exists()


def _form(client, cliente):
    """What the browser sends of the page, untouched."""
    page = client.get(f"/clientes/{cliente.pk}/corrigir/").content.decode()
    values = {name: getattr(Cliente.objects.get(pk=cliente.pk), name) for name in lines(page)}
    known = {k: ("on" if v is True else str(v)) for k, v in values.items() if v not in (None, "", False)}
    return known | {"revisao": re.search(r'name="revisao" value="(\d*)"', page)[1]}


@pytest.mark.parametrize("odd", ["", "x", "²", "9" * 5000])
def test_a_revision_that_is_none_is_a_page_of_before(coordenador, divergente, odd):
    cliente, _ = divergente
    sent = _form(coordenador, cliente) | {"revisao": odd}
    answer = coordenador.post(f"/clientes/{cliente.pk}/corrigir/", sent)
    assert answer.status_code == 409
    assert Cliente.objects.get(pk=cliente.pk).revisao == cliente.revisao


def test_not_informed_is_no_answer_where_a_value_is_asked_for(coordenador, entidade):
    record = com_cpf(registro("FVD"), CPF)
    del cidadao(record)["sexo"]
    receber(entidade, record)
    cliente = named(cpf=CPF)
    page = coordenador.get(f"/clientes/{cliente.pk}/corrigir/").content.decode()
    assert lines(page)[0] == "sexo"
    assert "Escolha o sexo" in page and "Não informado" not in page.partition('data-linha="sexo"')[2][:1500]
    answer = coordenador.post(f"/clientes/{cliente.pk}/corrigir/", _form(coordenador, cliente), follow=True)
    assert "O que ainda está errado" in answer.content.decode()


def test_what_a_rule_asks_for_is_not_called_optional(coordenador, divergente):
    cliente, _ = divergente
    page = coordenador.get(f"/clientes/{cliente.pk}/corrigir/").content.decode()
    assert "(opcional)" in page.partition('data-linha="nome_social"')[2]
    Cliente.objects.filter(pk=cliente.pk).update(nascimento=None)
    record = com_cpf(registro("FVD"), CPF)
    del cidadao(record)["dtNascimento"]
    receber(cliente.entidade, record)
    page = coordenador.get(f"/clientes/{cliente.pk}/corrigir/").content.decode()
    assert "(opcional)" not in page.partition('data-linha="nascimento"')[2].partition("data-linha")[0]


def test_an_aviso_wears_no_error_icon(coordenador, divergente):
    cliente, _ = divergente
    Inconsistencia.objects.update(severidade="aviso")
    page = coordenador.get(f"/clientes/{cliente.pk}/corrigir/").content.decode()
    body = page[page.index("<h1") :]
    assert "c-linha--aviso" in body and "c-linha--erro" not in body
    assert "circle-exclamation" not in body and "s-erro" not in body
    assert "1 aviso" in body


@pytest.fixture
def sem_cpf(entidade):
    """The ficha says that the person has no CPF; the registration, found by the CNS, has one."""
    record = registro("FVD")
    cidadao(record).update(
        cnsCidadao=CNS, stNaoPossuiCpf=True, justificativaNaoPossuiCpf=2, dtNascimento="1985-03-20", sexo=1
    )
    cidadao(record).pop("cpfCidadao", None)
    [answer] = receber(entidade, record)
    cliente = named(cns=CNS)
    Cliente.objects.filter(pk=cliente.pk).update(cpf=CPF)
    return ficha_de(answer), Cliente.objects.get(pk=cliente.pk)


def content(ficha):
    ficha.refresh_from_db()
    return cidadao(json.loads(ficha.conteudo.registro))


def has_cpf(node):
    return (node.get("cpfCidadao"), node.get("cnsCidadao"), node.get("stNaoPossuiCpf")) == (CPF, None, False)


def test_the_correction_of_the_ficha_offers_the_cpf(coordenador, sem_cpf):
    ficha, _ = sem_cpf
    before = content(ficha)
    address = f"/fichas/{ficha.chave}/corrigir/?campos=todos"
    page = coordenador.get(address).content.decode()
    assert "Usar o CPF do cadastro" in page and CPF not in page.partition("usar_cpf")[0]
    sent = {"revisao": ficha.revisao, "todos": "1", "usar_cpf": "0"}
    coordenador.post(address, sent, follow=True)
    after = content(ficha)
    assert has_cpf(after) and "justificativaNaoPossuiCpf" not in after
    assert after["turno"] == before["turno"] and ficha.situacao == "processada"
    assert "Usar o CPF do cadastro" not in coordenador.get(address).content.decode()


def test_a_position_that_is_nobodys_changes_nothing(coordenador, sem_cpf):
    ficha, _ = sem_cpf
    for odd in ("7", "x", ""):
        sent = {"revisao": ficha.revisao, "todos": "1", "usar_cpf": odd}
        coordenador.post(f"/fichas/{ficha.chave}/corrigir/?campos=todos", sent)
        assert content(ficha)["stNaoPossuiCpf"] is True


def test_the_registration_offers_it_for_all_its_records(coordenador, sem_cpf):
    ficha, cliente = sem_cpf
    page = coordenador.get(f"/clientes/{cliente.pk}/corrigir/").content.decode()
    assert 'name="usar_cpf"' in page
    coordenador.post(f"/clientes/{cliente.pk}/corrigir/", _form(coordenador, cliente))
    assert content(ficha)["stNaoPossuiCpf"] is True  # it was offered, and not taken
    coordenador.post(f"/clientes/{cliente.pk}/corrigir/", _form(coordenador, cliente) | {"usar_cpf": "1"})
    assert has_cpf(content(ficha))


def test_another_correction_does_not_take_the_cpf_question_halfway(sem_cpf):
    """A new name used to unmark "não possui CPF" and leave the CNS alone: a record that was right became wrong."""
    ficha, cliente = sem_cpf
    correct_client(cliente=cliente, changes={"sexo": 0}, revisao=cliente.revisao, by="teste")
    node = content(ficha)
    assert node["sexo"] == 0 and node["stNaoPossuiCpf"] is True and node["cnsCidadao"] == CNS
    assert ficha.situacao == "processada"
