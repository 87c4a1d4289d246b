"""The exports of the SIAPS sent in by the page: recognised, confirmed, beside ours in the Conciliação; taken back."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from saude.cadastros.models import Estabelecimento
from saude.retorno.models import LinhaTotal, Relatorio

pytestmark = pytest.mark.django_db(transaction=True)
AMOSTRAS = Path(__file__).parents[3] / "ledi/tests/retorno/amostras"


def amostra(name: str) -> bytes:
    """The sample, of the municipality of the tests."""
    return (AMOSTRAS / f"{name}.csv").read_bytes().replace(b"530010", b"421820")


EQUIPE, COMPETENCIA = "siaps_equipe_quadrimestre", "siaps_visao_competencia"


@pytest.fixture
def coordenador(client, criar_usuario):
    user = criar_usuario("Coordenador")
    client.force_login(user)
    return user


def enviar(client, content: bytes, name: str = "siaps.csv"):
    return client.post(reverse("retorno:enviar"), {"arquivo": SimpleUploadedFile(name, content)})


def registrar(client, content: bytes) -> Relatorio:
    sent = enviar(client, content)
    row = Relatorio.objects.latest("pk")
    assert sent.status_code == 302 and row.estado == "previa"
    page = flat(client.get(sent.url))
    number = row.totais["linhas"]
    assert f"Registrar {number}" in page and "Nenhuma ficha muda" in page
    client.post(reverse("retorno:confirmar", args=[row.pk]), {"numero": number})
    row.refresh_from_db()
    assert row.estado == "vale"
    return row


def flat(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("name", "formato", "mes", "diz"),
    [
        (EQUIPE, "siaps-equipe-quadrimestre", "202608", ("Nota final do quadrimestre", "5,5")),
        (COMPETENCIA, "siaps-visao-competencia", "202609", ("Mais Acesso à APS", "40,0")),
    ],
)
def test_each_is_recognised_confirmed_and_seen_by_team(client, coordenador, name, formato, mes, diz):
    row = registrar(client, amostra(name))
    assert (row.formato, row.mes) == (formato, mes)
    page = flat(client.get(reverse("retorno:relatorio", args=[row.pk])))
    where = reverse("retorno:conciliacao", args=[mes])
    assert f'href="{where}"' in page, "it leads to where it is seen"
    assert client.get(reverse("retorno:conciliacoes")).url == where
    page = flat(client.get(where))
    assert all(text in page for text in (*diz, "dado preliminar", "SIAPS, por equipe"))
    client.post(reverse("retorno:desfazer", args=[row.pk]), {"numero": "0"})
    assert "SIAPS, por equipe" not in flat(client.get(where))


def test_the_quadrimestre_is_seen_in_each_of_its_months(client, coordenador):
    registrar(client, amostra(EQUIPE))
    seen = {
        month: "Nota final" in flat(client.get(reverse("retorno:conciliacao", args=[month])))
        for month in ("202604", "202605", "202606", "202607", "202608", "202609")
    }
    assert [month for month, found in seen.items() if found] == ["202605", "202606", "202607", "202608"]


def test_a_newer_one_takes_its_place_and_the_same_again_changes_nothing(client, coordenador):
    first = registrar(client, amostra(EQUIPE))
    again = enviar(client, amostra(EQUIPE))
    assert again.url == reverse("retorno:relatorio", args=[first.pk]) and Relatorio.objects.count() == 1
    changed = amostra(EQUIPE).replace(b'"5.5\t', b'"6.25\t')
    assert changed != amostra(EQUIPE)
    registrar(client, changed)
    page = flat(client.get(reverse("retorno:conciliacao", args=["202608"])))
    assert "6,25" in page and ">5,5<" not in page


@pytest.mark.parametrize(
    ("change", "diz"),
    [
        (lambda raw: raw[: raw.rindex(b"Fonte")], "Fonte"),
        (lambda raw: raw.replace(b"NOME DA EQUIPE", b"NOME DO CIDAD\xc3\x83O", 1), "pessoas"),
        (lambda raw: raw.replace(b"421820", b"530010"), "outro município"),
        (lambda raw: b"<!doctype html><html>Sua sess\xc3\xa3o expirou</html>", "página da internet"),
    ],
    ids=["cortado", "pessoas", "outro municipio", "html"],
)
@pytest.mark.parametrize("name", [EQUIPE, COMPETENCIA])
def test_what_cannot_be_used_is_refused_beside_the_field_and_leaves_nothing(
    client, coordenador, name, change, diz
):
    answer = enviar(client, change(amostra(name)))
    assert answer.status_code == 422 and diz in flat(answer), name
    assert not LinhaTotal.objects.exists() and not Relatorio.objects.exclude(estado="recusado").exists()


def test_who_works_in_one_area_sees_its_teams_also_in_the_spreadsheet(
    client, coordenador, criar_usuario, entidade
):
    mine = LinhaTotal.objects.filter(relatorio=registrar(client, amostra(EQUIPE)))
    where = reverse("retorno:conciliacao", args=["202608"])

    def teams() -> set[str]:
        answer = client.get(where + "?baixar=siaps")
        sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        head, *rows = sheet.iter_rows(values_only=True)
        assert all(isinstance(row[head.index("Resultado")], int | float | None) for row in rows)
        return {row[head.index("INE")] for row in rows}

    assert teams() == set(mine.values_list("ine", flat=True)) and len(teams()) > 1
    post = Estabelecimento.objects.create(entidade=entidade, cnes="7777777", nome="Posto sem equipe")
    client.force_login(criar_usuario("Consulta", username="posto", estabelecimento=post))
    assert "SIAPS, por equipe" not in flat(client.get(where)) and teams() == set()
