"""Reports of the PEC as files, for the tests of what comes back."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

COLUMNS = (
    "Data de Recebimento;Tipo de Recebimento;Nome do Arquivo;Lote;Tipo da Ficha;CNES Emitente;UUID;Versão;"
    "Registro da Ficha;Validações de Regras Negócio;Validações de Campos Obrigatórios;Erros Estruturais"
)
KINDS = {
    "FVD": "CDS Ficha de Visita Domiciliar",
    "FAI": "CDS Ficha de Atendimento Individual",
    "FCI": "CDS Ficha de Cadastro Individual",
    "FCD": "CDS Ficha de Cadastro Domiciliar",
}
CNS_INVALIDO = "ProfissionalCNS possui um valor inválido: 898001160660761"
REPETIDA = object()


def linha(
    uuid: str, regra: Any = CNS_INVALIDO, *, lote: str = "118", dia: str = "05/10/2026", tipo: str = "FVD"
) -> str:
    rule, structure = ("-", "Duplicadas: 1") if regra is REPETIDA else (regra, "-")
    return f"{dia};ARQUIVO;-;{lote};{KINDS[tipo]};{uuid[:7]};{uuid};8.7.0;-;{rule};-;{structure}"


def relatorio(linhas: Iterable[str], *, codec: str = "latin-1", fim: str = "\r\n") -> bytes:
    return fim.join([COLUMNS, *linhas, ""]).encode(codec)


def arquivo(conteudo: bytes) -> BytesIO:
    return BytesIO(conteudo)


def enviar(entidade: Any, conteudo: bytes, *, by: Any = None, nome: str = "inconsistencias.csv") -> Any:
    """Upload and read; the preview."""
    from saude.retorno.actions import upload

    row, _ = upload(entidade=entidade, file=arquivo(conteudo), name=nome, by=by)
    return row


def registrar(entidade: Any, conteudo: bytes, *, by: Any = None) -> Any:
    """Upload, read and confirm."""
    from saude.retorno.actions import confirm, to_record

    row = enviar(entidade, conteudo, by=by)
    confirm(relatorio=row, numero=to_record(row), by=by)
    row.refresh_from_db()
    return row
