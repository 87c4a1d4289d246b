"""The same poison at every door a record comes in by: the good beside it are stored, every list goes on answering."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from own_thread import in_own_thread
from producao import registro
from telefone import Telefone, codigo, lotar, so_do_aparelho

from saude.contas.actions import create_token
from saude.fichas.contagem_mantida import differences
from saude.fichas.models import Ficha
from saude.recebimento.models import Lote

pytestmark = pytest.mark.django_db(transaction=True)
DOORS = ("lista", "lote", "aplicativo", "arquivo .json", "arquivo .jsonl")
BY_LINE = ("lote", "arquivo .jsonl")
PAGES = ("painel:painel", "painel:pendencias", "fichas:descartadas", "arquivos:conferir")


def spoiled(**changes: object) -> str:
    return json.dumps(registro("FVD") | changes)


def nested(depth: int) -> str:
    return spoiled(contexto={"fundo": "aqui"}).replace('"aqui"', "[" * depth + "]" * depth)


KEYS = (
    "../../etc/passwd", "0019615-39ffaee0-9534/478e-9013-b79166da684", "a\x00b", "'; drop table ficha--",
    "0019615-39ffaee0-9534-478e-9013-b79166da684\u202e", "", None, 5, [], {}, True,
)  # fmt: skip
SPOILED = {
    "uuid": KEYS,
    "versao": ("8.7.0\x00", "8.7.0\ud800", "\udfff", "9" * 5000, [], None),
    "tipo": ("FVD\x00", "\ud800", "../FVD", "XXX", None, 7),
    "cnes": ("\x00\x00", "\udfff", {"a": 1}, -1),
    "ficha": (None, [], "texto", {"\x00": "\ud800"}, 1e308),
}
NUMBERS = ("1" + "0" * 4000, "1e999", "NaN", "-Infinity")
OTHERS = ("null", "5", '"texto"', "[]", "{}", "[[]]")


def poison() -> list[str]:
    """JSON, each of them: what is not even that is told line by line, or refuses its list."""
    found = [spoiled(**{name: value}) for name, values in SPOILED.items() for value in values]
    found += [spoiled(ine=0).replace('"ine": 0', f'"ine": {number}') for number in NUMBERS]
    return [*found, *OTHERS]


ALONE = [nested(65), nested(975)]  # what the app sends again by itself, once its push was refused
TWICE = '{"uuid": "a", "uuid": "b", "tipo": "FVD"}'  # a list with it is refused whole, and told where


def deliver(door: str, entidade, client: Client, records: list[str]) -> None:
    listed = ("[" + ",".join(records) + "]").encode()
    lines = "".join(one + "\n" for one in records).encode()
    if door == "aplicativo":
        phone = Telefone(Client(), "0d" * 16)
        assert phone.registrar(codigo(lotar(entidade))).status_code == 201
        for deep in ALONE:
            assert phone.empurrar(corpo=b'{"registros": [%s]}' % deep.encode()).status_code == 400
        answer = phone.empurrar(corpo=b'{"versao_app": "1.0.0", "registros": ' + listed + b"}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["aceitos"] >= 2
    elif door.startswith("arquivo"):
        name, data = ("a.json", listed) if door.endswith(".json") else ("a.jsonl", lines)
        answer = client.post(reverse("arquivos:conferir"), {"arquivo": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302
        page = answer.url
        in_own_thread(lambda: call_command("trabalhar", ate_esvaziar=True))
        assert client.get(page).status_code == 200
        assert client.post(f"{page}receber/").status_code == 302
    else:
        token = create_token(by="teste", entidade=entidade, nome="fornecedor")[1]
        where, body = ("registros", listed) if door == "lista" else ("lotes", lines)
        kind = "application/json" if door == "lista" else "application/x-ndjson"
        answer = Client().post(
            f"/api/v1/{where}", body, content_type=kind, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code in (200, 202), answer.text
    in_own_thread(lambda: call_command("trabalhar", ate_esvaziar=True))


@pytest.mark.parametrize("door", DOORS)
def test_the_good_beside_the_poison_are_stored_and_every_list_answers(
    door, entidade, outra_entidade, criar_usuario, client, settings, tmp_path
):
    settings.DADOS = tmp_path
    good = [registro("FVD") for _ in range(2)]
    if door == "aplicativo":
        good = [so_do_aparelho(one) for one in good]
    client.force_login(criar_usuario("Administrador"))
    bad = poison() + ([] if door == "aplicativo" else ALONE) + ([TWICE] if door in BY_LINE else [])
    deliver(door, entidade, client, [json.dumps(good[0]), *bad, json.dumps(good[1])])

    stored = dict(Ficha.objects.values_list("uuid", "situacao"))
    for one in good:
        assert one["uuid"] in stored, "a good record beside the bad"
    assert all(len(uuid) >= 36 and "/" not in uuid and "\x00" not in uuid for uuid in stored)
    assert not Ficha.objects.filter(entidade=outra_entidade).exists()
    assert not Lote.objects.filter(estado__in=("recebido", "processando")).exists()
    assert differences() == []
    month = Ficha.objects.get(uuid=good[0]["uuid"]).competencia
    lists = [reverse("painel:detalhe", args=[month, tab]) for tab in ("inconsistencias", "processados")]
    for page in (*map(reverse, PAGES), *lists, *(f"{one}?guia=fichas" for one in lists)):
        assert client.get(page).status_code == 200, page
    for ficha in Ficha.objects.all():
        assert client.get(reverse("fichas:detalhe", args=[ficha.chave])).status_code == 200, ficha.uuid


@pytest.mark.parametrize("key", ["../../x", "a%00b", "a" * 500, "..%2f..%2fetc", "'--", "\u202e", "%ff"])
def test_no_form_and_no_address_takes_a_key_of_that_kind(client, criar_usuario, entidade, key):
    client.force_login(criar_usuario("Administrador"))
    sent = {"uuid": key, "versao": "8.7.0", "form": "1"}
    for page in ("", "verificar/", "rascunho/"):
        assert client.post(f"/registrar/FVD/{page}", sent).status_code in (400, 404), page
    for page in ("", "versoes/", "baixar/", "corrigir/"):
        assert client.get(f"/fichas/{key}/{page}").status_code in (400, 404), page
    assert not Ficha.objects.exists()
