"""A phone of an ACS, as the tests talk through it. Imported by the tests of the app."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import jsonschema
from django.test import Client

from ledi_gerador import minimal

V1 = "/api/acs/v1"


def lotar(entidade: Any, nome: str = "Débora Moreira", cns: str | None = None, microarea: str = "01") -> Any:
    """An ACS in the post and team of the library's minimal records."""
    from saude.cadastros.models import Equipe, Estabelecimento, Lotacao, Profissional

    header = minimal("FVD")["ficha"]["headerTransport"]
    post, _ = Estabelecimento.objects.get_or_create(
        entidade=entidade, cnes=header["cnes"], defaults={"nome": "UBS Centro"}
    )
    team, _ = Equipe.objects.get_or_create(
        entidade=entidade,
        ine=header["ine"],
        defaults={"estabelecimento": post, "nome": "ESF Centro", "tipo": "70"},
    )
    person = Profissional.objects.create(entidade=entidade, nome=nome, cns=cns or header["profissionalCNS"])
    return Lotacao.objects.create(
        profissional=person, estabelecimento=post, equipe=team, cbo="515105", microarea=microarea
    )


@cache
def schema_of(path: str, method: str, status: int) -> Any:
    """What the OpenAPI page says of an answer."""
    from saude.acs.api import api

    return api.get_openapi_schema()["paths"][f"{V1}/{path}"][method]["responses"][status]["content"][
        "application/json"
    ]["schema"]


def _as_told(response: Any, path: str, method: str) -> Any:
    """Every answer of every test is what the OpenAPI page says, and names nothing else."""
    if response.status_code < 300 and "gzip" not in response.get("Content-Encoding", ""):
        schema, body = schema_of(path, method, response.status_code), response.json()
        jsonschema.validate(body, schema)
        assert set(body) <= set(schema["properties"]), set(body) - set(schema["properties"])
    return response


@dataclass
class Telefone:
    """A phone: its install id and token."""

    client: Client
    instalacao: str
    token: str = ""
    versao: str = "1.0.0"

    def headers(self, **more: str) -> dict[str, str]:
        mine = {"Authorization": f"Bearer {self.token}", "X-Instalacao": self.instalacao}
        return mine | {"X-App-Versao": self.versao} | more

    def registrar(self, codigo: str, **more: Any) -> Any:
        body = {"codigo": codigo, "instalacao": self.instalacao, "nome": "Moto G", "versao_app": self.versao}
        response = self.client.post(
            f"{V1}/registrar", json.dumps(body | more), content_type="application/json"
        )
        if response.status_code == 201:
            self.token = response.json()["token"]
        return _as_told(response, "registrar", "post")

    def empurrar(self, *records: Any, lote: str = "", corpo: bytes | None = None, **more: Any) -> Any:
        body = json.dumps({"versao_app": self.versao, "registros": list(records)} | more.pop("dados", {}))
        response = self.client.post(
            f"{V1}/empurrar?lote={lote or uuid4()}",
            body if corpo is None else corpo,
            content_type="application/json",
            headers=self.headers(**more),
        )
        return _as_told(response, "empurrar", "post")

    def puxar(self, cursor: str = "", **more: str) -> Any:
        response = self.client.get(f"{V1}/puxar", {"cursor": cursor}, headers=self.headers(**more))
        return _as_told(response, "puxar", "get")

    def puxar_tudo(self, cursor: str = "") -> tuple[dict[str, Any], str]:
        """(key -> item or None when removed, last cursor)."""
        found: dict[str, Any] = {}
        while True:
            page = self.puxar(cursor).json()
            found |= {i["chave"]: i.get("dado") for i in page["itens"]}
            cursor = page["cursor"]
            if page["fim"]:
                return found, cursor


def codigo(lotacao: Any) -> str:
    """A new code for this ACS."""
    from saude.acs.dispositivos import create_code

    return create_code(by="teste", lotacao=lotacao)[1]


def so_do_aparelho(record: dict[str, Any]) -> dict[str, Any]:
    """As the app sends it: no header but the date."""
    header = record["ficha"]["headerTransport"]
    record["ficha"]["headerTransport"] = {"dataAtendimento": header["dataAtendimento"]}
    return {k: record[k] for k in ("tipo", "versao", "uuid", "ficha")}
