"""Every address under /api, asked wrongly in every way: a problem in Portuguese, never a page, never a 500."""

import errno
import gzip
import itertools
import json
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from mapa import ENDERECOS
from producao import registro

from saude.acesso.corpo import operation_of
from saude.acesso.guarda import TOKEN, mark_of
from saude.contas.actions import create_token
from saude.recebimento import entrada
from saude.recebimento.models import Lote
from saude.web.problema import MEDIA, TITLES

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
API = [a for a in ENDERECOS if TOKEN in mark_of(a.view, a.namespaces)]
PAGES = {"/api/", "/api/docs", "/api/openapi.json", "/api/acs/", "/api/acs/docs", "/api/acs/openapi.json"}
OPERATIONS = [a for a in API if a.exemplo not in PAGES]
BODIES = (
    ("", b""),
    ("application/json", b"{"),
    ("application/json", b'{"a": "\xff"}'),
    ("application/json", b"null"),
    ("application/x-www-form-urlencoded", b"a=1&b=2"),
    ("multipart/form-data; boundary=x", b"--x\r\n"),
    ("multipart/form-data", b"--"),
    ("application/x-ndjson", b"\x00\x01\x02"),
    ("text/plain; charset=nada", "ação".encode("latin-1")),
)
TOKENS = ("", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "bearer \xe7", "Bearer " + "9" * 5000)


@pytest.fixture
def token(entidade):
    return create_token(by="teste", entidade=entidade, nome="Sistema", limite_por_minuto=100_000)[1]


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


@pytest.fixture
def ask(client):
    client.raise_request_exception = False

    def send(
        method: str, address: str, body: bytes = b"", kind: str = "application/json", **headers: str
    ) -> Any:
        sent = {k.replace("_", "-"): v for k, v in headers.items()}
        answer = client.generic(method, address, body, content_type=kind, headers=sent)
        if answer.status_code >= 400:
            is_problem(answer, (method, address))
        return answer

    return send


def is_problem(answer: Any, where: Any) -> None:
    assert answer["Content-Type"] == MEDIA, (where, answer.status_code, answer.content[:200])
    assert answer.status_code in TITLES, (where, answer.status_code)
    if answer.request["REQUEST_METHOD"] == "HEAD":
        return
    told = answer.json()
    assert told["status"] == answer.status_code, where
    assert told["title"] and told["detail"].endswith((".", "!", "?", ")")), (where, told)
    english = ("not allowed", "Unauthorized", "parse", "Error", "Not Found", "field required", "invalid")
    assert not [word for word in english if word in told["detail"]], (where, told)
    if answer.status_code == 401:
        assert answer["WWW-Authenticate"].startswith("Bearer"), where
    if answer.status_code == 405:
        assert answer["Allow"], where
    if answer.status_code in (429, 503):
        assert int(answer["Retry-After"]) > 0, where


def test_the_walk_knows_the_addresses():
    assert {a.exemplo for a in API} >= PAGES
    known = {a.exemplo.split("/")[3] for a in OPERATIONS if a.exemplo.startswith("/api/v1/")}
    assert known == {"registros", "conferencias", "lotes", "esquemas", "inconsistencias", "retornos"}


@pytest.mark.parametrize("address", [a.exemplo for a in OPERATIONS])
def test_wrong_method_token_and_body_at_every_address(ask, token, address):
    view = next(a.view for a in OPERATIONS if a.exemplo == address)
    for method, (kind, body) in itertools.product(METHODS, BODIES):
        operation = operation_of(view, method)
        for said in TOKENS if not body else TOKENS[:1]:
            answer = ask(method, address, body, kind, Authorization=said)
            if operation is None:
                assert answer.status_code == 405
            elif operation.auth_callbacks:
                assert answer.status_code == 401
        answer = ask(method, address, body, kind, Authorization=f"Bearer {token}")
        assert answer.status_code < 500, (method, address, body)
        if operation is not None and address.startswith("/api/v1/"):
            assert int(answer["RateLimit-Limit"]) == 100_000
            assert int(answer["RateLimit-Remaining"]) < 100_000
            assert 0 < int(answer["RateLimit-Reset"]) <= 61


@pytest.mark.parametrize(
    "address", ["/api", "/api/", "/api/v1", "/api/v2/registros", "/api/v1/registros/a/b", "/api/%ff"]
)
def test_an_address_that_is_none(ask, token, address):
    for method in METHODS:
        answer = ask(method, address, Authorization=f"Bearer {token}")
        assert answer.status_code in (301, 404), (method, address)


HOSTILE = (
    *(
        "",
        "0",
        "-1",
        "1",
        "x",
        "null",
        "NaN",
        "1e3",
        "1.5",
        "0x10",
        " 7 ",
        "١٢",
        "true",
        "[]",
        "{}",
        "%00",
        "%FF",
    ),
    *(str(2**31), str(2**63 - 1), str(2**63), str(2**64), "-" + "9" * 30, "9" * 30, "9" * 5000),
    *("'; DROP TABLE x; --", "../../etc/passwd", "a" * 5000, "ã💥", "%ED%A0%80", "8.7.0", "9.9.9"),
)


def test_hostile_values_of_every_parameter_of_every_address(ask, token, client):
    walked = 0
    for page in ("/api/openapi.json", "/api/acs/openapi.json"):
        for path, operations in client.get(page).json()["paths"].items():
            for method, operation in operations.items():
                for parameter in operation["parameters"]:
                    for value in HOSTILE:
                        _ask_with(ask, token, method.upper(), path, parameter, value)
                        walked += 1
    assert walked > 12 * len(HOSTILE)


def _ask_with(ask: Any, token: str, method: str, path: str, parameter: dict[str, Any], value: str) -> None:
    name, place = parameter["name"], parameter["in"]
    example = path.replace("{uuid}", "0b0d5f4e-8d5c-4f0e-9d0b-0d5f4e8d5c4f").replace("{tipo}", "FVD")
    headers = {"Authorization": f"Bearer {token}"}
    if place == "query":
        example += f"?{name}={value}"
    elif place == "path":
        example = path.replace("{" + name + "}", value)
    else:
        if not (value.isascii() and value.isprintable()):
            return
        headers[name] = value
    answer = ask(method, example, b"{}", **headers)
    assert answer.status_code < 500, (method, example[:100])
    if name == "apos":
        good = value.strip().isascii() and value.strip().isdigit() and int(value.strip()[:40]) < 2**63
        expected = (404,) if "/lotes/" in path else (200,)
        assert answer.status_code in (expected if good else (422, 400)), (example[:100], answer.content[:200])


def test_the_last_cursor_there_can_be_is_answered(ask, token):
    answer = ask("GET", f"/api/v1/inconsistencias?apos={2**63 - 1}", Authorization=f"Bearer {token}")
    assert answer.json() == {"inconsistencias": [], "posicao": 2**63 - 1, "fim": True}
    refused = ask("GET", f"/api/v1/inconsistencias?apos={2**63}", Authorization=f"Bearer {token}")
    assert refused.status_code == 422
    assert refused.json()["detail"] == f"O parâmetro apos deve ser {2**63 - 1} ou menos."


def test_only_json_is_answered(ask, token):
    for accepted in (
        "*/*",
        "application/*",
        "application/json",
        "application/problem+json",
        "text/html, */*;q=0.1",
    ):
        assert (
            ask(
                "GET", "/api/v1/inconsistencias", Authorization=f"Bearer {token}", Accept=accepted
            ).status_code
            == 200
        )
    for other in ("application/xml", "text/html", "application/x-ndjson"):
        assert (
            ask("GET", "/api/v1/inconsistencias", Authorization=f"Bearer {token}", Accept=other).status_code
            == 406
        )
        assert (
            ask("POST", "/api/v1/registros", b"{}", Authorization=f"Bearer {token}", Accept=other).status_code
            == 406
        )
    assert not Lote.objects.exists()


def test_asking_has_the_limit_too(ask, entidade):
    _, secret = create_token(by="teste", entidade=entidade, nome="Lento", limite_por_minuto=3)
    answers = [ask("GET", "/api/v1/inconsistencias", Authorization=f"Bearer {secret}") for _ in range(8)]
    statuses = [a.status_code for a in answers]
    assert statuses[:3] == [200, 200, 200] and 429 in statuses  # the minute may turn once
    refused = next(a for a in answers if a.status_code == 429)
    assert refused["RateLimit-Remaining"] == "0" and 0 < int(refused["Retry-After"]) <= 61
    left = [int(a["RateLimit-Remaining"]) for a in answers]
    assert left[0] in (2, 1, 0) and min(left) == 0 and all(a["RateLimit-Limit"] == "3" for a in answers)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("connection refused"), 503),
        (psycopg.errors.DiskFull("no space"), 507),
        (psycopg.errors.AdminShutdown("terminating"), 503),
        (OSError(errno.ENOSPC, "x"), 507),
        (OSError(errno.EDQUOT, "x"), 507),
        (OSError(errno.EROFS, "x"), 503),
        (PermissionError(errno.EACCES, "x"), 503),
        (OSError(errno.EIO, "x"), 503),
        (OSError(errno.EINVAL, "x"), 500),
        (ZeroDivisionError(), 500),
    ],
)
def test_what_fails_under_way_is_told_as_what_it_is(ask, token, monkeypatch, error, status):
    def fail(*args: Any) -> None:
        raise error

    monkeypatch.setattr(entrada, "_read", fail)
    answer = ask("POST", "/api/v1/registros", b"{}", Authorization=f"Bearer {token}")
    assert answer.status_code == status
    assert "Traceback" not in answer.content.decode()
    monkeypatch.undo()
    monkeypatch.setattr("saude.recebimento.portador.token_of", fail)  # while it is looked who sends
    assert ask("GET", "/api/v1/inconsistencias", Authorization="Bearer x").status_code == status


# -- sent by the wrong door


ESUS = b"\x0b\x00\x01\x00\x00\x00\x24" + b"0" * 36
BY_RECORDS = {
    "zip": (b"PK\x03\x04" + bytes(30), "Conferir arquivo"),
    "esus": (ESUS, ".esus"),
    "xml": (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', ".esus.xml"),
    "gzip": (gzip.compress(b"{}"), "Content-Encoding: gzip"),
    "ndjson": (b'{"tipo": "FVD"}\r\n{"tipo": "FVD"}\n', "/api/v1/lotes"),
    "curl -d": (b'{"tipo": "FVD"}{"tipo": "FVD"}', "--data-binary"),
    "utf-16": ('{"tipo": 1}'.encode("utf-16"), "UTF-8"),
    "form": (b"json=%7B%22tipo%22%3A1%7D&b=", "nome=valor"),
    "multipart": (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.json"\r\n\r\n{}\r\n--x--\r\n',
        "formulário",
    ),
}


@pytest.mark.parametrize("kind", BY_RECORDS)
def test_what_is_no_record_gets_the_advice_that_fits(ask, token, kind):
    body, words = BY_RECORDS[kind]
    for address in ("/api/v1/registros", "/api/v1/conferencias"):
        answer = ask("POST", address, body, Authorization=f"Bearer {token}")
        assert answer.status_code == 415
        assert words in answer.json()["detail"]
    assert not Lote.objects.exists()


RECORD = json.dumps(registro())
BY_LOTS = {
    "zip": (b"PK\x03\x04" + bytes(30), "Conferir arquivo"),
    "esus": (ESUS, ".esus"),
    "xml": (b"  <?xml version='1.0'?>", ".esus.xml"),
    "list": (f"[{RECORD}]".encode(), "/api/v1/registros"),
    "list in lines": (f"[\n{RECORD},\n{RECORD}\n]".encode(), "colchetes"),
    "spread": (json.dumps(registro(), indent=2).encode(), "várias linhas"),
    "curl -d": ((RECORD + RECORD).encode(), "--data-binary"),
    "csv": ("cns;nome\n700;Ação\n".encode("latin-1"), "planilha"),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", BY_LOTS)
def test_what_is_no_lot_gets_the_advice_that_fits(ask, token, kind, packed):
    body, words = BY_LOTS[kind]
    headers = {"Content_Encoding": "gzip"} if packed else {}
    sent = gzip.compress(body) if packed else body
    answer = ask("POST", "/api/v1/lotes", sent, Authorization=f"Bearer {token}", **headers)
    assert answer.status_code == 415
    assert words in answer.json()["detail"]
    assert not Lote.objects.exists()


def test_json_that_is_neither_a_record_nor_a_list(ask, token):
    for body, words in (
        (json.dumps(RECORD), "duas vezes"),
        (json.dumps({"registros": [registro()]}), "Envie só a lista"),
        ("12", "Envie um registro"),
    ):
        answer = ask("POST", "/api/v1/registros", body.encode(), Authorization=f"Bearer {token}")
        assert (answer.status_code, words in answer.json()["detail"]) == (400, True)
    assert ask("POST", "/api/v1/lotes", b"\n \n", Authorization=f"Bearer {token}").status_code == 400
    assert not Lote.objects.exists()


def test_other_ways_to_say_who_one_is(ask, token):
    for said, words in (
        (f"Token {token}", "a palavra Bearer, um espaço"),
        (f"Basic {token}", "a palavra Bearer, um espaço"),
        (f"Bearer Bearer {token}", "repetida"),
        (f'Bearer "{token}"', "aspas"),
        ("", "Falta o token"),
    ):
        answer = ask("GET", "/api/v1/inconsistencias", Authorization=said)
        assert (answer.status_code, words in answer.json()["detail"]) == (401, True), said


def test_another_name_of_the_server(ask, token):
    answer = ask("GET", "/api/v1/inconsistencias", Authorization=f"Bearer {token}", Host="outro.exemplo")
    assert (answer.status_code, "SAUDE_HOSTS" in answer.json()["detail"]) == (400, True)


def test_a_lot_packed_and_not_said_so(ask, token):
    answer = ask("POST", "/api/v1/lotes", gzip.compress(RECORD.encode()), Authorization=f"Bearer {token}")
    assert (answer.status_code, "Content-Encoding: gzip" in answer.json()["detail"]) == (415, True)


def test_a_lot_packed_twice(ask, token):
    twice = gzip.compress(gzip.compress(RECORD.encode()))
    answer = ask(
        "POST", "/api/v1/lotes", twice, Authorization=f"Bearer {token}", **{"Content-Encoding": "gzip"}
    )
    assert (answer.status_code, "duas vezes" in answer.json()["detail"]) == (415, True)


@pytest.mark.parametrize(
    "body",
    [
        RECORD,
        f"\n\n{RECORD}\n\n{RECORD}\n",
        f"\ufeff{RECORD}\n",
        "{cortado,\n" + RECORD,  # a line that cannot be read is refused alone
        '{"texto": "}{", "tipo": "FVD"}\n' + RECORD,
    ],
)
def test_lots_that_are_lots_are_taken(ask, token, body):
    assert ask("POST", "/api/v1/lotes", body.encode(), Authorization=f"Bearer {token}").status_code == 202
