"""Rules of the Cuidado compartilhado (FCC). Source: dicionario-fcc.md of LEDI 8.7.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from ledi.findings import AVISO
from ledi.moments import age_in_years, day_of
from ledi.rules.checks import (
    NOW,
    Custom,
    Declared,
    Differs,
    Document,
    Domain,
    Equals,
    Forbidden,
    Lookup,
    NotAfter,
    NotBefore,
    NotCodes,
    Range,
    Required,
    SameAsRecord,
    Spelled,
)
from ledi.rules.conditions import compare, empty, filled
from ledi.rules.model import CONTEXT, TABLE, Rule
from ledi.rules.shared.header import lotacao_rules
from ledi.rules.shared.problemas import CIAP_FORA, CIAP_LEITURA, CIAP_NA_TABELA, unknown_ciap
from ledi.tables import closed

PRIMEIRO_DIA = date(2023, 7, 1)
_PESSOA, _POSTO = ("cpf", "cns"), ("cboCodigo_2002", "cnes", "ine", "codigoIbgeMunicipio")
CONDUTAS_INATIVAS = tuple(closed.codes("condutaEvolucao#INATIVO"))
Node = dict[str, Any]


class _DateText(Custom):
    """The facet of a date written as text: replaces the automatic one of the layout."""

    supersedes: ClassVar[frozenset[str]] = frozenset(("formato",))


_AS_ASKED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch  # and no other form of ISO 8601


def _is_date(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    return None if _date(value) else {}


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if _AS_ASKED(text) else None
    except (TypeError, ValueError):
        return None


def _born_by_then(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    """Birth (text) not after the creation of the care; the other side reads the same pair."""
    born, created = _date(node.get("dataNascimentoCidadao")), node.get("dataCriacaoCuidado")
    if born is None or created is None or born.toordinal() <= env.day(created):
        return None
    return {}


def _too_old(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    born = _date(value)
    if env.now is None:
        env.skip()
        return None
    if born is None:
        return None
    today = day_of(env.now, env.zone)
    over = age_in_years(born, today) > 130 or (age_in_years(born, today) == 130 and _passed(born, today))
    return {} if over else None


def _passed(born: date, today: date) -> bool:
    """The day and month of birth have gone by this year."""
    return (born.month, born.day) < (today.month, today.day)


def _at_creation(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    return {} if value == node.get("dataCriacaoCuidado") else None


def _too_early(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    return None if env.day(value) >= PRIMEIRO_DIA.toordinal() else {}


def _plain(lotacao: Any) -> Node:
    """The post without empty fields, to be compared."""
    return {key: value for key, value in (lotacao or {}).items() if value not in (None, "")}


def _same_person(value: Node, side: Node) -> bool:
    return all(value.get(key) == side.get(key) for key in _PESSOA)


def _not_whole(lotacao: Node, env: Any) -> bool:
    """What identifies the person is missing or wrong: that is told on its own field."""
    return any(not lotacao.get(key) or (id(lotacao), key) in env.broken for key in _PESSOA)


def _one_of_both(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    sides = (node.get("solicitante") or {}, node.get("executante") or {})
    if any(_not_whole(each, env) for each in (value, *sides)):
        return None
    return None if any(_same_person(value, side) for side in sides) else {}


def _other_post(one: Node, other: Node, env: Any) -> bool:
    """They differ in a field that both have, and have right."""
    return any(
        one.get(key) and other.get(key) and one[key] != other[key]
        for key in _POSTO
        if (id(one), key) not in env.broken and (id(other), key) not in env.broken
    )


def _same_post(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    """The professional is one of the two, with a CBO, CNES, INE or município that neither side has."""
    sides = [node.get(key) or {} for key in ("solicitante", "executante")]
    mine = [side for side in sides if _same_person(value, side)]
    return {} if mine and all(_other_post(value, side, env) for side in mine) else None


def _same_sides(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    return {} if _plain(node.get("solicitante")) == _plain(node.get("executante")) else None


def _no_ciap(value: Any, node: Node, env: Any) -> Mapping[str, Any] | None:
    if env.tables is not None and env.tables.has("ciap"):
        return None  # CTX-CIAP-001 looks it up
    return unknown_ciap(value, node, env)  # type: ignore[no-any-return]


def _sides(code: str, name: str, other: str) -> Rule:
    words = (
        "Solicitante e executante devem ser diferentes em ao menos um "
        "campo (profissional, CBO, CNES, INE ou município). Corrija um dos dois."
    )
    return Rule(code, "", name, Custom(_same_sides, words, reads=(other,)))


_DEPOIS_NASCIMENTO = (
    "Data de criação do cuidado compartilhado não pode ser antes da data de nascimento do cidadão. "
    "Corrija uma das duas datas."
)

RULES: tuple[Rule, ...] = (
    *(rule for side in ("lotacaoEvolucao", "solicitante", "executante") for rule in lotacao_rules(side)),
    Rule(
        "FCC-002-1",
        "",
        "lotacaoEvolucao",
        Custom(
            _one_of_both,
            "O profissional da evolução deve ser o solicitante ou o executante. Confira o CPF e o CNS dos três.",
            reads=("solicitante", "executante"),
        ),
    ),
    Rule(
        "FCC-002-1",
        "",
        "lotacaoEvolucao",
        Custom(
            _same_post,
            "A lotação da evolução (CBO, CNES, INE ou município) não é a do solicitante nem a do executante. "
            "Confira os dados.",
            reads=("solicitante", "executante"),
        ),
        severity=AVISO,
        why="A página pede o mesmo profissional e não diz que a lotação deve ser a mesma.",
    ),
    Rule("FCC-002-2", "lotacaoEvolucao", "ine", SameAsRecord("ine")),
    Rule("FCC-002-3", "lotacaoEvolucao", "cnes", SameAsRecord("cnes")),
    Rule("FCC-002-4", "lotacaoEvolucao", "codigoIbgeMunicipio", SameAsRecord("ibge")),
    Rule("FCC-003-1", "", "dataEvolucao", NotBefore("dataCriacaoCuidado")),
    Rule("FCC-003-2", "", "dataEvolucao", NotAfter(NOW)),
    Rule("FCC-004-1", "", "dataEvolucaoAnterior", Required(compare("coSequencialEvolucao", ">", 1))),
    Rule("FCC-004-2", "", "dataEvolucaoAnterior", NotBefore("dataCriacaoCuidado", moment=True)),
    # The first evolution is the creation itself (so the official example has it): the second names that moment.
    Rule(
        "FCC-004-2",
        "",
        "dataEvolucaoAnterior",
        Custom(
            _at_creation,
            "Data da evolução anterior deveria ser depois da criação do cuidado compartilhado, e é a mesma. "
            "Confira, se a evolução anterior não for a primeira.",
            reads=("dataCriacaoCuidado",),
        ),
        severity=AVISO,
        why="O exemplo oficial traz as duas datas iguais.",
    ),
    Rule("FCC-004-3", "", "dataEvolucaoAnterior", NotAfter("dataEvolucao", strict=True)),
    Rule("FCC-004-4", "", "dataEvolucaoAnterior", NotAfter(NOW, strict=True)),
    Rule("FCC-005-1", "", "coSequencialEvolucao", Range(low=1)),
    Rule("FCC-005-2", "", "coSequencialEvolucao", Range(high=999)),
    Rule("FCC-006-1", "", "condutaEvolucao", Domain()),
    Rule(
        "FCC-006-1",
        "",
        "condutaEvolucao",
        NotCodes(CONDUTAS_INATIVAS),
        severity=AVISO,
        text="A conduta {valor} está inativa na tabela do e-SUS: prefira outra.",
    ),
    Rule("FCC-007-1", "", "tpCdsOrigem", Equals(3)),
    Rule("FCC-008-1", "", "cnsCidadao", Document("cns")),
    Rule("FCC-008-2", "", "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FCC-009-1", "", "cpfCidadao", Document("cpf")),
    Rule("FCC-009-2", "", "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FCC-010-e1", "", "sexoCidadao", Domain()),
    Rule(
        "FCC-011-1",
        "",
        "dataNascimentoCidadao",
        _DateText(
            _is_date, "Data de nascimento do cidadão deve ser uma data na forma AAAA-MM-DD.", is_facet=True
        ),
    ),
    Rule(
        "FCC-011-2",
        "",
        "dataNascimentoCidadao",
        Custom(
            _born_by_then,
            "Data de nascimento do cidadão não pode ser depois da data de criação do cuidado compartilhado. "
            "Corrija uma das duas datas.",
            reads=("dataCriacaoCuidado",),
        ),
    ),
    Rule(
        "FCC-011-3",
        "",
        "dataNascimentoCidadao",
        Custom(
            _too_old,
            "Data de nascimento do cidadão não pode ser mais de 130 anos antes de hoje. Confira o ano.",
        ),
    ),
    _sides("FCC-013-1", "solicitante", "executante"),
    _sides("FCC-014-1", "executante", "solicitante"),
    Rule(
        "FCC-014-2",
        "executante",
        "ine",
        Required(),
        text="A equipe do executante é obrigatória. Preencha o INE dele.",
    ),
    Rule(
        "FCC-014-2",
        "executante",
        "ine",
        Declared("A equipe do executante existe."),
        state=CONTEXT,
        why="A existência da equipe depende do CNES do município: "
        "verificada no sistema com o CNES carregado.",
    ),
    Rule("FCC-015-1", "", "dataCriacaoCuidado", NotAfter(NOW)),
    Rule(
        "FCC-015-2",
        "",
        "dataCriacaoCuidado",
        Custom(_born_by_then, _DEPOIS_NASCIMENTO, reads=("dataNascimentoCidadao",)),
    ),
    Rule(
        "FCC-015-3",
        "",
        "dataCriacaoCuidado",
        Custom(
            _too_early,
            "Data de criação do cuidado compartilhado não pode ser antes de 01/07/2023. Corrija a data.",
        ),
    ),
    Rule("FCC-016-1", "", "cid10", Lookup("cid", sex="sexoCidadao"), state=TABLE),
    Rule("FCC-016-2", "", "cid10", Required(empty("ciap"))),
    Rule(
        "FCC-017-1",
        "",
        "ciap",
        Declared("A CIAP2 é compatível com o sexo do cidadão."),
        state=TABLE,
        why="A lista de CIAP2 por sexo não é publicada: não se recusa o que não se conhece.",
    ),
    Rule("FCC-017-2", "", "ciap", Required(empty("cid10"))),
    Rule(
        "FCC-017-3", "", "ciap", Spelled(r"[A-Z0-9]+", "deve ter letras maiúsculas e nenhum espaço, como K86")
    ),
    Rule(
        "FCC-017-3",
        "",
        "ciap",
        Custom(_no_ciap, CIAP_NA_TABELA, is_facet=True),
        text=CIAP_FORA,
        why=CIAP_LEITURA,
    ),
    Rule("FCC-018-1", "", "uuidFichaOrigem", Required(filled("tpDadoTranspFichaOrigem"))),
    Rule(
        "FCC-018-o1",
        "",
        "uuidFichaOrigem",
        Declared("Sistemas de terceiros podem deixar a ficha de origem em branco."),
        why="Não recusa nada: FCC-018-1 e FCC-019-1 dizem quando os dois campos andam juntos.",
    ),
    Rule("FCC-019-1", "", "tpDadoTranspFichaOrigem", Required(filled("uuidFichaOrigem"))),
    Rule("FCC-019-o1", "", "tpDadoTranspFichaOrigem", Domain()),
    Rule("FCC-020-o1", "", "prioridadeCuidado", Domain()),
    Rule("FCC-021-1", "", "reclassificacaoPrioridadeCuidado", Differs(("prioridadeCuidado",))),
)
