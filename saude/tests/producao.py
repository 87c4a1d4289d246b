"""Records of the test municipality, and short ways to take them in. Imported by the tests of production."""

import copy
import importlib.util
import io
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from ledi_gerador import minimal
from ledi_gerador.documentos import cpf

IBGE = "4218202"  # of the fixture `entidade`
DIA = date(2026, 9, 15)  # of every minimal record
CPF = cpf(123_456_789)
INICIO, FIM = date(2026, 9, 1), date(2026, 9, 30)


def biblioteca_oficial() -> ModuleType:
    """The official Thrift library as a reader and writer (ledi/tests/official.py)."""
    path = Path(__file__).parents[2] / "ledi" / "tests" / "official.py"
    spec = importlib.util.spec_from_file_location("biblioteca_oficial", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def registro(
    tipo: str = "FVD", *, ibge: str = IBGE, uuid: str | None = None, **contexto: Any
) -> dict[str, Any]:
    """A valid record of the municipality with a new uuid; keyword arguments go to its `contexto`."""
    record = copy.deepcopy(minimal(tipo))
    old = record["uuid"]
    record["uuid"] = uuid or f"{record['cnes']}-{uuid4()}"
    ficha = record["ficha"]
    for name, value in ficha.items():
        if value == old:
            ficha[name] = record["uuid"]
    record["ibge"] = ficha["headerTransport"]["codigoIbgeMunicipio"] = ibge
    if contexto:
        record["contexto"] = contexto
    return record


def cidadao(record: dict[str, Any]) -> dict[str, Any]:
    """The first citizen of a record, to change it."""
    ficha = record["ficha"]
    for name in ("visitasDomiciliares", "atendimentosIndividuais", "atendProcedimentos", "vacinacoes"):
        if name in ficha:
            return ficha[name][0]
    return ficha.get("identificacaoUsuarioCidadao") or ficha


def quebrado(tipo: str = "FVD", **contexto: Any) -> dict[str, Any]:
    """A record with exactly one thing wrong: no turno."""
    record = registro(tipo, **contexto)
    del cidadao(record)["turno"]
    return record


def com_cpf(record: dict[str, Any], documento: str = CPF) -> dict[str, Any]:
    """The same visit, to somebody who is told by CPF."""
    cidadao(record).update(cpfCidadao=documento, dtNascimento="1985-03-20", sexo=1)
    return record


def em(cnes: str, record: dict[str, Any], nome: str = "", documento: str = "") -> dict[str, Any]:
    """The record at a post, of a citizen with this name."""
    old = record["uuid"]
    record["cnes"] = record["ficha"]["headerTransport"]["cnes"] = cnes
    record["uuid"] = record["ficha"]["uuidFicha"] = cnes + old[7:]
    if nome:
        record["contexto"] = {**record.get("contexto", {}), "clientes": [{"nome": nome}]}
        cidadao(record).update(dtNascimento="1985-03-20", sexo=1)
    return com_cpf(record, documento) if documento else record


def sem_data(record: dict[str, Any]) -> dict[str, Any]:
    """The record without its date."""
    del record["ficha"]["headerTransport"]["dataAtendimento"]
    return record


def receber(entidade: Any, *records: Any, origem: str = "api") -> list[Any]:
    from saude.recebimento.actions import receive

    return receive(entidade=entidade, records=records, origem=origem)


def ficha_de(resposta: Any) -> Any:
    from saude.fichas.models import Ficha

    return Ficha.objects.get(pk=resposta.ficha_id)


def exportar(entidade: Any, **more: Any) -> Any:
    """Ask for an export of September 2026 and make it."""
    from saude.exportacao.actions import create_export, run_export

    asked = {"escopo": "nao_exportados", "inicio": INICIO, "fim": FIM, "by": None} | more
    return run_export(create_export(entidade=entidade, **asked).pk)


def zip_de(exportacao: Any) -> Any:
    """The zip of an export as who downloads it gets it, in memory."""
    from saude.exportacao.files import pieces_of

    pieces = pieces_of(exportacao)
    assert pieces is not None, "the export has no whole file"
    return io.BytesIO(b"".join(pieces))


def instalacao_digitada(instalacao: Any, **changes: Any) -> dict[str, Any]:
    """What the form of the installation sends, with these changes."""
    names = ("nome_razao_social", "cpf_cnpj", "email", "contra_chave", "uuid_instalacao", "versao_ledi")
    data = {name: getattr(instalacao, name) for name in names}
    return {**data, "exportar_vacinacao": "on", **changes}
