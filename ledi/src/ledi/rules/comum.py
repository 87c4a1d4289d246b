"""General rules that no struct owns: the CNS and name algorithms, vaccination tables, the declared version.

Every CNS and name field has a published rule of its own, and that is the code of the finding. What is here is
declared once, so that the list of rules is complete.
"""

from __future__ import annotations

from ledi.rules.checks import Declared
from ledi.rules.model import Rule

_CNS = "Verificada em cada campo de CNS: o achado leva o código do próprio campo (por exemplo, FVD-003-1)."
_NOME = (
    "Verificada em cada campo de nome: o achado leva o código do próprio campo (por exemplo, FCI-ID-007-1)."
)
_VERSAO = (
    "A biblioteca escreve a versão do layout em que validou; no "
    "registro, uma versão desconhecida dá este código."
)


def _general(code: str, words: str, why: str, *, since: str | None = None, until: str | None = None) -> Rule:
    return Rule(code, "", None, Declared(words), since=since, until=until, why=why)


RULES: tuple[Rule, ...] = (
    _general("CNS-001", "O CNS tem exatamente 15 dígitos.", _CNS),
    _general("CNS-002", "O primeiro dígito do CNS é 1, 2, 5, 7, 8 ou 9.", _CNS, since="7.3.7"),
    _general("CNS-002", "O primeiro dígito do CNS é 1, 2, 7, 8 ou 9.", _CNS, until="7.3.7"),
    _general(
        "CNS-003",
        "No CNS iniciado por 1 ou 2, o dígito verificador vem da soma ponderada dos 11 primeiros dígitos.",
        _CNS,
    ),
    _general("CNS-004", "No CNS iniciado por 1 ou 2 cujo dígito seria 10, soma-se 2 e o sufixo é 001.", _CNS),
    _general("CNS-005", "O CNS iniciado por 1 ou 2 é igual ao número calculado.", _CNS),
    _general(
        "CNS-006",
        "No CNS iniciado por 5, 7, 8 ou 9, a soma ponderada dos 15 dígitos é múltipla de 11.",
        _CNS,
        since="7.3.7",
    ),
    _general(
        "CNS-006",
        "No CNS iniciado por 7, 8 ou 9, a soma ponderada dos 15 dígitos é múltipla de 11.",
        _CNS,
        until="7.3.7",
    ),
    _general("NOME-001", "O nome tem ao menos 3 caracteres.", _NOME),
    _general("NOME-002", "O nome tem ao menos dois termos.", _NOME),
    _general("NOME-003", "O nome não tem espaços repetidos.", _NOME),
    _general("NOME-004", "O nome é comparado em letras maiúsculas.", "É uma conversão: não recusa nada."),
    _general(
        "NOME-005",
        "O nome só tem letras, acentos (agudo, circunflexo, til e trema), cedilha e apóstrofo.",
        _NOME,
    ),
    _general("NOME-006", "O primeiro e o segundo termo do nome não têm os dois uma só letra.", _NOME),
    _general("NOME-007", "Um nome de dois termos não tem os dois com duas letras.", _NOME),
    _general("COMMON-VERSAO-001-1", "O número maior da versão é o da versão declarada do LEDI.", _VERSAO),
    _general("COMMON-VERSAO-002-1", "O número menor da versão é o da versão declarada do LEDI.", _VERSAO),
    _general("COMMON-VERSAO-003-1", "A revisão da versão é a da versão declarada do LEDI.", _VERSAO),
)
