"""Generators of clients take our OpenAPI page, and what they make works against a live server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from producao import quebrado, registro

from saude.contas.actions import create_token

TYPESCRIPT = Path(__file__).parent / "typescript"
CONFIG = """
package_name_override: cliente_saude
post_hooks: []
content_type_overrides:
  application/x-ndjson: application/octet-stream
"""


@pytest.fixture
def paginas(client, db) -> dict[str, Any]:
    return {name: client.get(f"/api/{name}openapi.json").json() for name in ("", "acs/")}


def operations(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for verbs in page["paths"].values() for operation in verbs.values()]


def nodes(value: Any) -> Any:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from nodes(one)


# -- the page itself


def test_operations_are_called_by_their_own_names(paginas):
    names = [o["operationId"] for page in paginas.values() for o in operations(page)]
    assert {"enviar_registros", "conferir_registros", "enviar_lote", "ler_respostas", "puxar"} <= set(names)
    assert not [name for name in names if "saude" in name or "api" in name.split("_")]


def test_it_is_written_as_3_1(paginas):
    for page in paginas.values():
        assert page["openapi"].startswith("3.1")
        found = [n for n in nodes(page) if isinstance(n, dict) and "nullable" in n]
        assert not found


def test_every_answer_is_a_component(paginas):
    page = paginas[""]
    known = page["components"]["schemas"]
    for operation in operations(page):
        for status, answer in operation["responses"].items():
            [content] = answer["content"].values()
            [(reference, name)] = content["schema"].items()
            assert reference == "$ref", (operation["operationId"], status)
            assert name.removeprefix("#/components/schemas/") in known
            kind = "application/problem+json" if int(status) >= 400 else "application/json"
            assert set(answer["content"]) == {kind}
    named = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(page))
    assert set(named) == set(known)
    refused = {int(s) for o in operations(page) for s in o["responses"] if int(s) >= 400}
    assert refused >= {400, 401, 403, 404, 406, 409, 413, 415, 422, 429, 500, 503, 507}


@pytest.mark.django_db(transaction=True)
def test_the_answers_are_what_the_components_say(paginas, client, entidade, trabalhar, settings, tmp_path):
    settings.DADOS = tmp_path
    secret = create_token(by="teste", entidade=entidade, nome="Sistema")[1]
    headers = {"Authorization": f"Bearer {secret}"}
    record, bad = registro(), quebrado()

    def seen(method: str, address: str, path: str, body: bytes = b"") -> Any:
        answer = client.generic(method, address, body, content_type="application/json", headers=headers)
        responses = paginas[""]["paths"][path][method.lower()]["responses"]
        [content] = responses[str(answer.status_code)]["content"].values()
        schema = content["schema"] | {"components": paginas[""]["components"]}
        Draft202012Validator(schema).validate(answer.json())
        return answer

    for address in ("/api/v1/conferencias", "/api/v1/registros"):
        for sent in (record, bad, [record, bad, {"tipo": "?"}, 3]):
            assert seen("POST", address, address, json.dumps(sent).encode()).status_code == 200
    lines = "\n".join(json.dumps(r) for r in (record, bad, 3))
    where = seen("POST", "/api/v1/lotes", "/api/v1/lotes", lines.encode())["Location"]
    trabalhar()
    seen("GET", where, "/api/v1/lotes/{uuid}")
    answers = seen("GET", f"{where}/respostas", "/api/v1/lotes/{uuid}/respostas").json()["respostas"]
    assert len(answers) == 3
    for one in (record, bad):
        seen("GET", f"/api/v1/registros/{one['uuid']}", "/api/v1/registros/{uuid}")
    seen("GET", "/api/v1/inconsistencias", "/api/v1/inconsistencias")
    seen("GET", "/api/v1/esquemas/FVD", "/api/v1/esquemas/{tipo}")
    assert seen("GET", "/api/v1/registros/nada", "/api/v1/registros/{uuid}").status_code == 404
    assert seen("POST", "/api/v1/registros", "/api/v1/registros", b"PK\x03\x04").status_code == 415
    refused = seen("GET", "/api/v1/inconsistencias?apos=x", "/api/v1/inconsistencias")
    assert refused.status_code == 422


# -- Python


USE = """
import json, sys, time
from io import BytesIO
from cliente_saude import AuthenticatedClient
from cliente_saude.api.recebimento import (
    conferir_registros, enviar_lote, enviar_registros, ler_esquema, ler_inconsistencias, ler_lote, ler_registro,
    ler_respostas,
)
from cliente_saude.models import LoteEstado, Problema, Registro
from cliente_saude.types import File

url, token, path = sys.argv[1:]
records = [Registro.from_dict(r) for r in json.load(open(path))]
with AuthenticatedClient(base_url=url, token=token) as client:
    print("conferidos", [a.status.value for a in conferir_registros.sync(client=client, body=records)])
    one = enviar_registros.sync(client=client, body=records[0])
    print("enviado", one.status.value, one.situacao.value)
    print("guardado", ler_registro.sync(records[0].uuid, client=client).situacao.value)
    lines = "".join(json.dumps(r.to_dict()) + "\\n" for r in records).encode()
    lot = enviar_lote.sync(client=client, body=File(payload=BytesIO(lines)))
    while (now := ler_lote.sync(str(lot.id), client=client)).estado is not LoteEstado.CONCLUIDO:
        time.sleep(0.1)
    print("lote", now.registros, now.novos, now.iguais)
    page = ler_respostas.sync(str(lot.id), client=client, problemas=True)
    print("problemas", [i.codigo for a in page.respostas for i in a.inconsistencias if i.severidade.value == "erro"])
    print("esquema", ler_esquema.sync("FVD", client=client)["title"])
    print("inconsistencias", ler_inconsistencias.sync(client=client, limite=5).fim)
    refused = ler_lote.sync("nada", client=client)
    print("recusa", isinstance(refused, Problema), refused.status, refused.title)
"""


def generate(page: dict[str, Any], folder: Path) -> Path:
    (folder / "openapi.json").write_text(json.dumps(page))
    (folder / "config.yml").write_text(CONFIG)
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    command += ["--path", "openapi.json", "--config", "config.yml", "--output-path", "cliente_saude"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "cliente_saude"


def test_the_agents_page_is_taken_too(paginas, tmp_path):
    made = generate(paginas["acs/"], tmp_path)
    assert (made / "api" / "agentes" / "puxar.py").exists()


@pytest.mark.django_db(transaction=True)
def test_a_client_made_for_python_works(paginas, live_server, trabalhando, entidade, tmp_path):
    made = generate(paginas[""], tmp_path)
    assert {p.stem for p in (made / "api" / "recebimento").glob("*.py")} >= {
        "enviar_lote",
        "conferir_registros",
    }
    secret = create_token(by="teste", entidade=entidade, nome="Sistema")[1]
    (tmp_path / "registros.json").write_text(json.dumps([registro(), registro(), quebrado()]))
    command = [sys.executable, "-c", USE, live_server.url, secret, "registros.json"]
    env = os.environ | {"NO_PROXY": "*", "no_proxy": "*"}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "conferidos ['novo', 'novo', 'novo']",
        "enviado novo processada",
        "guardado processada",
        "lote 3 2 1",
        "problemas ['FVD-FichaVisitaDomiciliarChildThrift-turno-obrigatorio']",
        "esquema FVD: Visita domiciliar e territorial (LEDI 8.7.0)",
        "inconsistencias True",
        "recusa True 404 Não encontrado",
    ]


# -- TypeScript


@pytest.mark.django_db(transaction=True)
def test_a_client_made_for_typescript_works(paginas, live_server, trabalhando, entidade, tmp_path):
    node, modules = shutil.which("node"), TYPESCRIPT / "node_modules"
    if node is None or not (modules / "openapi-typescript").exists():
        pytest.skip("SEM openapi-typescript: rode `make clientes` (precisa do registro npm) para este teste")
    (tmp_path / "node_modules").symlink_to(modules)
    shutil.copy(TYPESCRIPT / "uso.ts", tmp_path)
    shutil.copy(TYPESCRIPT / "package.json", tmp_path)
    (tmp_path / "openapi.json").write_text(json.dumps(paginas[""]))
    (tmp_path / "registros.json").write_text(json.dumps([registro(), quebrado()]))
    secret = create_token(by="teste", entidade=entidade, nome="Sistema")[1]
    strict = [
        "--strict",
        "--noUncheckedIndexedAccess",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--skipLibCheck",
    ]
    said = ""
    for command in (
        [node, "node_modules/openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts"],
        [node, "node_modules/typescript/bin/tsc", *strict, "uso.ts"],
        [node, "uso.js", live_server.url, secret, "registros.json"],
    ):
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said = done.stdout
    lines = said.splitlines()
    assert lines[:4] == [
        "conferidos novo,novo",
        "enviado novo processada",
        "guardado true processada",
        "lote 202 string",
    ]
    assert lines[4] in {f"estado {e}" for e in ("recebido", "processando", "concluido")}
    assert lines[6] == "recusa 404 Não encontrado"
