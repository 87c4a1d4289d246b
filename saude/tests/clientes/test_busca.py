"""The search forgives accents and small misspellings, and never leaves the entidade."""

from datetime import date
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledi_gerador.documentos import cns, cpf
from saude.auditoria.models import Evento
from saude.clientes import fonetica
from saude.clientes.models import Cliente
from saude.correcao.clientes import search

PEOPLE = (
    ("Maria Aparecida da Silva", "1970-01-02"),
    ("José Gonçalves de Souza", "1985-03-20"),
    ("Wellington Ferreira", "1990-05-05"),
    ("Terezinha Rodrigues", "1950-12-31"),
    ("Thiago Phelipe Chaves", "2001-07-09"),
    ("Guilherme Queiroz", "1999-09-09"),
    ("Mariana Souza", "1985-03-20"),
)
WORDS = ["".join(w) for w in product("BDFLNPRT", "AO", "GKMVX", "I")]


@pytest.fixture
def pessoas(entidade, outra_entidade):
    for town in (outra_entidade, entidade):
        for n, (nome, born) in enumerate(PEOPLE):
            Cliente.objects.create(
                entidade=town,
                nome=nome,
                nascimento=born,
                cpf=cpf(100_000_000 + n),
                cns=cns(4_000_000_000_000 + n),
            )
    return entidade


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("maria aparecida", "Maria Aparecida da Silva"),
        ("mraia aparecida silva", "Maria Aparecida da Silva"),
        ("MARIA APARECIDA DA SLVA", "Maria Aparecida da Silva"),
        ("silva maria", "Maria Aparecida da Silva"),
        ("jose goncalves", "José Gonçalves de Souza"),
        ("José Gonsalves de Sousa", "José Gonçalves de Souza"),
        ("welington fereira", "Wellington Ferreira"),
        ("Teresinha Rodriguez", "Terezinha Rodrigues"),
        ("tiago felipe", "Thiago Phelipe Chaves"),
        ("gilherme queiros", "Guilherme Queiroz"),
        ("Maria Souza 20/03/1985", "Mariana Souza"),
    ],
)
def test_small_misspellings_are_forgiven(pessoas, text, name):
    found = search(pessoas, text)
    assert found, text
    assert found[0].nome == name
    assert {c.entidade_id for c in found} == {pessoas.pk}


@pytest.mark.parametrize(
    "text", ["xyzwk", "Bartolomeu Figueiredo", "99999999999999", "%", "'", "\x00", "123.456"]
)
def test_what_is_not_there_is_not_found(pessoas, text):
    if text == "\x00":
        assert len(search(pessoas, text)) == len(PEOPLE), "nothing asked: all, by name"
    else:
        assert search(pessoas, text) == []


def test_documents_and_birth(pessoas):
    number = cpf(100_000_003)
    dotted = f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"
    card = cns(4_000_000_000_003)
    spaced = f"{card[:3]} {card[3:7]} {card[7:11]} {card[11:]}"
    for text in (number, dotted, card, spaced, "31/12/1950", "1950-12-31"):
        assert [c.nome for c in search(pessoas, text)] == ["Terezinha Rodrigues"], text
    assert len(search(pessoas, "20/03/1985")) == 2
    assert search(pessoas, "32/13/1985") == []


def test_merged_clients_are_not_found(pessoas):
    a, b = Cliente.objects.filter(entidade=pessoas, nascimento=date(1985, 3, 20))
    a.mesclado_em = b
    a.save()
    assert search(pessoas, a.cpf) == [] and a not in search(pessoas, a.nome)


def test_keys_in_python_are_those_of_the_database(pessoas):
    for name in ("JOSE GONCALVES DE SOUZA", "AIU", "D'AVILA", "GUILHERME X QUEIROZ"):
        made = {k for w in fonetica.words(name) for k in fonetica.keys(7, w, "wcps")}
        with connection.cursor() as cursor:
            cursor.execute("SELECT saude_chaves(7, %s)", [name])
            assert set(cursor.fetchone()[0]) == made


def test_the_index_serves_the_search(pessoas):
    crowd = (Cliente(entidade=pessoas, nome=f"{a} {b}", busca=f"{a} {b}") for a in WORDS for b in WORDS)
    Cliente.objects.bulk_create(crowd)
    with CaptureQueriesContext(connection) as seen:
        search(pessoas, "mraia slva")
    (sql, *_) = [q["sql"] for q in seen if "saude_chaves" in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clientes_cliente")
        cursor.execute("EXPLAIN " + sql)
        assert "cliente_chaves" in str(cursor.fetchall())


def test_json_of_the_search_masks_without_corrigir_and_is_audited(pessoas, client, criar_usuario):
    address = reverse("clientes:buscar")
    client.force_login(criar_usuario("Consulta"))
    number = cpf(100_000_003)
    (found,) = client.get(address, {"q": "teresinha"}).json()["clientes"]
    assert found["nome"] == "Terezinha Rodrigues" and found["nascimento"] == "1950-12-31"
    assert number not in str(found)
    client.force_login(criar_usuario("Digitador"))
    (found,) = client.get(address, {"q": "teresinha"}).json()["clientes"]
    assert found["cpf"] == number
    assert Evento.objects.filter(tipo="cliente.buscado").count() == 2
    assert client.get(address, {"q": "a"}).json() == {"clientes": []}
    assert "Terezinha" in client.get(reverse("clientes:lista"), {"q": "teresinha"}).content.decode()
