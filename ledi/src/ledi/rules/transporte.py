"""Rules of the envelope (DadoTransporteThrift, DadoInstalacaoThrift)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ledi.documents import cnpj, cpf
from ledi.findings import AVISO
from ledi.rules.checks import Declared, Document, Domain, Pattern
from ledi.rules.checks.base import NOTHING, Base
from ledi.rules.model import CONTEXT, CheckFn, Rule
from ledi.rules.scope import Scope
from ledi.rules.shared.cidadao import EMAIL

_INSTALACAO_PERTENCE = "Só o cadastro do município (CNES) diz; verificada no sistema com o CNES carregado."


class CpfOuCnpj(Base):
    """A valid CPF (11) or CNPJ (14), which takes letters from LEDI 8.5.0 on."""

    facet: ClassVar[bool] = True
    mend: ClassVar[str] = "Confira o número."
    supersedes: ClassVar[frozenset[str]] = frozenset(("formato", "minimo", "maximo"))

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        version = scope.version

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            good = cpf.is_valid(value) if len(value) == 11 else cnpj.is_valid(value, version=version)
            return None if good else NOTHING

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return "CPF ou CNPJ da instalação deve ser um CPF (11) ou CNPJ (14) válido, sem pontos nem traços."


RULES: tuple[Rule, ...] = (
    Rule("TRANSPORTE-D-001-1", "", "uuidDadoSerializado", Document("uuid")),
    Rule("TRANSPORTE-D-004-e1", "", "codIbge", Domain("municipios")),
    Rule(
        "TRANSPORTE-D-002-e1",
        "",
        None,
        Declared("O tipo do dado serializado vem do tipo da ficha, sempre um código da lista."),
        why="O código é posto pela biblioteca a partir do tipo; um "
        "tipo desconhecido é REGISTRO-tipo-dominio.",
    ),
    Rule(
        "TRANSPORTE-D-007-o1",
        "",
        None,
        Declared("O dado vai serializado em Thrift TBinaryProtocol."),
        why="É o que a biblioteca escreve; conferido por uma segunda leitura nos testes.",
    ),
    Rule(
        "TRANSPORTE-D-003-1",
        "",
        None,
        Declared("O CNES pertence ao município do registro."),
        state=CONTEXT,
        why=_INSTALACAO_PERTENCE,
    ),
    Rule(
        "TRANSPORTE-D-004-1",
        "",
        None,
        Declared("O IBGE do município está ativo na instalação que recebe."),
        state=CONTEXT,
        why="Só a instalação de destino do PEC sabe.",
    ),
    Rule(
        "TRANSPORTE-D-005-1",
        "",
        None,
        Declared("O INE pertence ao município do registro."),
        state=CONTEXT,
        why=_INSTALACAO_PERTENCE,
    ),
    Rule(
        "TRANSPORTE-I-001-1",
        "",
        "contraChave",
        Pattern(r"\S.* - \S.*", 'deve ter a forma "<nome do software> - <versão>"'),
    ),
    Rule("TRANSPORTE-I-003-o1", "", "cpfOuCnpj", CpfOuCnpj()),
    Rule("TRANSPORTE-I-006-1", "", "email", EMAIL),
    Rule(
        "CASA-TRANSPORTE-codificacao",
        "",
        None,
        Declared("Texto da instalação em que aparecem letras trocadas (Ã§ no lugar de ç, ou �)."),
        severity=AVISO,
        why="Verificada em todos os campos de texto: o achado aponta o campo.",
    ),
)
