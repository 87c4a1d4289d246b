"""The registration is right and a record is wrong: saving the registration as it is mends the record."""

import json

from producao import cidadao, com_cpf, ficha_de, receber, registro

from ledi_gerador.documentos import cpf
from saude.clientes.models import Cliente
from saude.correcao.cliente import correct_client

CPF = cpf(123_456_789)


def content(ficha):
    ficha.refresh_from_db()
    return cidadao(json.loads(ficha.conteudo.registro))


def test_saving_it_unchanged_mends_the_record(entidade):
    good, bad = com_cpf(registro("FVD"), CPF), com_cpf(registro("FVD"), CPF)
    cidadao(bad)["dtNascimento"] = "1885-03-20"
    first, second = (ficha_de(r) for r in receber(entidade, good, bad))
    cliente = Cliente.objects.get(cpf=CPF)
    assert (second.situacao, f"{cliente.nascimento}") == ("inconsistente", "1985-03-20")
    correct_client(cliente=cliente, changes={}, revisao=cliente.revisao, by="teste")
    assert content(second)["dtNascimento"] == "1985-03-20"
    assert (first.situacao, second.situacao) == ("processada", "processada")


def test_what_the_registration_does_not_know_erases_nothing(entidade):
    bad = com_cpf(registro("FVD"), CPF)
    cidadao(bad)["sexo"] = 9
    (ficha,) = (ficha_de(r) for r in receber(entidade, bad))
    cliente = Cliente.objects.get(cpf=CPF)
    Cliente.objects.filter(pk=cliente.pk).update(sexo=None)
    assert ficha.situacao == "inconsistente"
    correct_client(cliente=cliente, changes={}, revisao=cliente.revisao, by="teste")
    assert content(ficha)["sexo"] == 9
