"""A file with many bad fichas: said before it is received, and the good ones alone may come in."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from producao import quebrado, registro

from saude.arquivos import actions
from saude.arquivos.models import Conferencia
from saude.fichas.models import Ficha
from saude.recebimento import actions as intake

pytestmark = pytest.mark.django_db
URL = "/arquivos/conferir/"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


@pytest.fixture
def enviar(client, criar_usuario):
    client.force_login(criar_usuario("Digitador"))

    def send(*records):
        data = json.dumps(records).encode()
        client.post(URL, {"arquivo": SimpleUploadedFile("producao.json", data)})
        return Conferencia.objects.latest("pk")

    return send


def words(client, row):
    text = re.sub(r"<[^>]+>", " ", client.get(f"{URL}{row.uuid}/").content.decode())
    return re.sub(r"\s+", " ", text)


def test_only_the_good_ones_come_in_and_the_others_are_counted(client, enviar, entidade):
    good = [registro() for _ in range(6)]
    row = enviar(*good[:3], quebrado(), quebrado(), quebrado(), *good[3:], {"tipo": "nada"})
    told = words(client, row)
    assert "4 de 10 registros têm inconsistência" in told and "Receber só as 6 sem inconsistência" in told
    assert "Receber também as que têm inconsistência?" in told, "the others are asked about"
    client.post(f"{URL}{row.uuid}/receber/", {"so": "boas"})
    assert {f.uuid for f in Ficha.objects.all()} == {r["uuid"] for r in good}
    assert not Ficha.objects.exclude(situacao="processada").exists()
    row.refresh_from_db()
    assert (row.estado, row.de_fora) == ("recebida", 4)
    assert "4 registros ficaram de fora" in words(client, row)


def test_a_file_with_few_bad_ones_is_received_by_one_click(client, enviar, entidade):
    row = enviar(*[registro() for _ in range(7)], quebrado())
    told = words(client, row)
    assert "Receber também" not in told and "Receber só as 7 sem inconsistência" in told
    client.post(f"{URL}{row.uuid}/receber/")
    assert Ficha.objects.filter(situacao="inconsistente").count() == 1
    assert "de fora" not in words(client, row)


def test_one_that_stopped_goes_on_as_it_began(client, enviar, entidade, monkeypatch):
    """The good ones alone were asked for; the page that asks again cannot bring in the others, nor any twice."""
    row = enviar(*[r for _ in range(4) for r in (registro(), quebrado())])
    monkeypatch.setattr(actions, "ATOMIC", 2)
    monkeypatch.setattr(intake, "CHUNK", 2)
    taking, calls = actions.take_in, []

    def stops(lote, ctx, chunk):
        calls.append(len(chunk))
        if len(calls) == 2:
            raise OSError("full")
        return taking(lote, ctx, chunk)

    monkeypatch.setattr(actions, "take_in", stops)
    client.post(f"{URL}{row.uuid}/receber/", {"so": "boas"})
    actions.take_file_in(row.pk)
    row.refresh_from_db()
    assert (row.estado, Ficha.objects.count()) == ("pronta", 2)
    client.post(f"{URL}{row.uuid}/receber/")
    actions.take_file_in(row.pk)
    row.refresh_from_db()
    assert (row.estado, row.de_fora, Ficha.objects.count()) == ("recebida", 4, 4)
    assert not Ficha.objects.exclude(situacao="processada").exists()


@pytest.mark.parametrize("page", ["detalhe", "corrigir", "lista", "busca"])
def test_discarding_is_offered_where_a_ficha_is_seen(client, enviar, entidade, page):
    row = enviar(quebrado())
    client.post(f"{URL}{row.uuid}/receber/")
    ficha = Ficha.objects.get()
    address = {
        "detalhe": f"/fichas/{ficha.chave}/",
        "corrigir": f"/fichas/{ficha.chave}/corrigir/",
        "lista": "/executando/sistema/exportacao/202609/inconsistencias/?guia=fichas",
        "busca": f"/busca/?uuid={ficha.uuid[:20]}",
    }[page]
    assert f'href="/fichas/{ficha.chave}/descartar/"' in client.get(address, follow=True).content.decode()
