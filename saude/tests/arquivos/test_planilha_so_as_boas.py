"""A spreadsheet with many bad rows: said before it is received, and the good ones alone may come in."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from planilhas_feitas import csv_of, tabela_de
from producao import registro

from saude.arquivos.models import Planilha
from saude.arquivos.queries import is_much
from saude.fichas.models import Ficha

pytestmark = pytest.mark.django_db
URL = "/arquivos/planilha/"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


@pytest.fixture
def enviar(client, criar_usuario, entidade):
    """A sheet of visits with so many good rows and so many bad ones, its columns said; the address of its pages."""
    client.force_login(criar_usuario("Digitador"))

    def send(good: int, bad: int) -> str:
        titles, cells = tabela_de(registro("FVD"), entidade)
        at, day = titles.index("Turno"), next(n for n, t in enumerate(titles) if t.startswith("Data"))
        rows = []
        for n in range(good + bad):
            row = list(cells)
            row[day] = f"{n + 1:02}/09/2026"
            rows.append([*row[:at], "Madrugada", *row[at + 1 :]] if n >= good else row)
        data = {"tipo": "FVD", "arquivo": SimpleUploadedFile("visitas.csv", csv_of(titles, *rows))}
        where = client.post(URL, data)["Location"]
        row = Planilha.objects.latest("pk")
        client.post(where, {f"coluna-{n}": path for n, path in row.mapa.items()})
        return where

    return send


def words(client, where):
    text = re.sub(r"<[^>]+>", " ", client.get(f"{where}previa/").content.decode())
    return re.sub(r"\s+", " ", text)


def test_only_the_good_rows_come_in_and_the_others_are_counted(client, enviar):
    where = enviar(6, 3)
    told = words(client, where)
    assert "3 de 9 fichas têm inconsistência" in told and "Receber só as 6 sem inconsistência" in told
    assert "Receber também as que têm inconsistência?" in told, "the others are asked about"
    answer = client.post(f"{where}receber/", {"so": "boas"}, follow=True).content.decode()
    assert "3 com inconsistência ficaram de fora" in answer
    assert Ficha.objects.count() == 6 and not Ficha.objects.exclude(situacao="processada").exists()
    assert Planilha.objects.get().de_fora == 3
    assert "3 fichas ficaram de fora" in words(client, where)
    client.post(f"{where}receber/")
    assert Ficha.objects.count() == 6, "received once: the others do not follow by a second click"


def test_few_bad_rows_are_received_by_one_click(client, enviar):
    where = enviar(7, 1)
    told = words(client, where)
    assert "Receber também" not in told and "Receber só as 7 sem inconsistência" in told
    assert "Receber 8 fichas" in told
    client.post(f"{where}receber/")
    assert Ficha.objects.filter(situacao="inconsistente").count() == 1 and Planilha.objects.get().de_fora == 0


def test_with_nothing_good_only_all_or_nothing_is_offered(client, enviar):
    where = enviar(0, 8)
    assert "Receber só" not in words(client, where)
    answer = client.post(f"{where}receber/", {"so": "boas"}, follow=True).content.decode()
    assert "Nenhuma ficha da planilha está sem inconsistência" in answer and not Ficha.objects.exists()


def test_what_stayed_out_comes_in_corrected_and_nothing_twice(client, enviar):
    where = enviar(6, 3)
    client.post(f"{where}receber/", {"so": "boas"})
    again = enviar(9, 0)
    client.post(f"{again}receber/")
    assert Ficha.objects.count() == 9


MUCH = [(0, 9, False), (1, 8, False), (2, 8, True), (3, 7, False), (19, 900, False), (20, 900, True)]


@pytest.mark.parametrize(("bad", "total", "much"), MUCH)
def test_how_many_is_many_is_said_once(bad, total, much):
    """For the conference of a file and for the spreadsheet alike."""
    assert is_much(bad, total) is much
