"""Rules of the Avaliação de elegibilidade (FAE). Source: dicionario-fae.md of LEDI 8.7.0."""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.rules.checks import (
    ATTENDANCE,
    BirthDate,
    Declared,
    Differs,
    Document,
    Domain,
    Equals,
    Forbidden,
    Lookup,
    NotAfter,
    NotBefore,
    OnlyCodes,
    Pattern,
    Required,
    RequiredOrForbidden,
)
from ledi.rules.conditions import Cond, all_of, empty, filled, is_true, not_one_of, not_true, one_of
from ledi.rules.model import TABLE, Rule
from ledi.rules.shared.cidadao import EMAIL, LETRAS, sem_cpf
from ledi.rules.shared.endereco import endereco_fae
from ledi.rules.shared.header import header_rules

BRASIL = 31
BRASILEIRO, NATURALIZADO, ESTRANGEIRO = (one_of("nacionalidadeCidadao", code) for code in (1, 2, 3))
INELEGIVEL = one_of("atencaoDomiciliarModalidade", 4)
_UMA = "Só uma das conclusões pode ser informada: a de elegível ou a de inelegível."
_UMA_SO = "A modalidade diz qual das duas pode ser informada: FAE-022-1 ou FAE-023-1 aponta a outra."
SEM_CUIDADOR = one_of("cuidadorCidadao", 1)


def _admitted(up: str = "") -> Cond:
    """Admitted by the home care team itself: then the register of the citizen must be whole."""
    return all_of(
        one_of(f"{up}conclusaoDestinoElegivel", 1), one_of(f"{up}atencaoDomiciliarModalidade", 1, 2, 3)
    )


ADMITIDO = _admitted()


def _cid(number: int, name: str, *others: str) -> tuple[Rule, ...]:
    return (
        Rule(f"FAE-{number:03d}-1", "", name, Differs(others)),
        Rule(f"FAE-{number:03d}-2", "", name, Lookup("cid", sex="sexoCidadao"), state=TABLE),
    )


def _parent(number: int, name: str, unknown: str) -> tuple[Rule, ...]:
    """Name of the mother or the father. An unknown one cannot be asked for (the page forbids it then)."""
    return (
        Rule(f"FAE-{number:03d}-1", "", name, Document("nome")),
        Rule(f"FAE-{number:03d}-2", "", name, Forbidden(is_true(unknown))),
        Rule(f"FAE-{number:03d}-3", "", name, Required(all_of(ADMITIDO, not_true(unknown)))),
    )


RULES: tuple[Rule, ...] = (
    *header_rules("FAE", cbo="FAE-026-1"),
    Rule("FAE-001-1", "", "uuidFicha", Document("uuid")),
    Rule("FAE-002-o1", "", "tpCdsOrigem", Equals(3)),
    Rule("FAE-003-1", "", "cnsCidadao", Document("cns")),
    Rule("FAE-003-2", "", "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FAE-003-3", "", "cnsCidadao", Required(empty("cpfCidadao"))),
    # With the CPF filled too, FAE-003-2 says what is wrong.
    Rule(
        "FAE-003-4",
        "",
        "cnsCidadao",
        Forbidden(all_of(not_true("stNaoPossuiCpf"), empty("cpfCidadao"))),
        since="8.7.0",
        text='O CNS do cidadão só pode ser informado quando "Não possui CPF" está '
        "marcado. Informe o CPF ou marque que não possui.",
    ),
    Rule("FAE-004-1", "", "nomeCidadao", Document("nome")),
    Rule("FAE-004-2", "", "nomeCidadao", Required(ADMITIDO)),
    Rule("FAE-005-1", "", "nomeSocialCidadao", LETRAS),
    Rule("FAE-006-1", "", "dataNascimentoCidadao", BirthDate(), early=True),
    Rule("FAE-007-e1", "", "sexoCidadao", Domain()),
    Rule("FAE-008-e1", "", "racaCorCidadao", Domain()),
    Rule("FAE-008-1", "", "racaCorCidadao", Required(ADMITIDO)),
    *_parent(9, "nomeMaeCidadao", "desconheceNomeMae"),
    Rule("FAE-011-e1", "", "codigoIbgeMunicipioNascimento", Domain("municipios")),
    Rule("FAE-011-1", "", "codigoIbgeMunicipioNascimento", RequiredOrForbidden(BRASILEIRO)),
    Rule("FAE-012-e1", "", "nacionalidadeCidadao", Domain()),
    Rule("FAE-012-1", "", "nacionalidadeCidadao", Required(ADMITIDO)),
    Rule("FAE-013-1", "", "emailCidadao", EMAIL),
    Rule("FAE-014-1", "", "numeroNisPisPasep", Pattern(r"[0-9]{11}", "deve ter 11 números", sized=True)),
    Rule("FAE-015-1", "", "endereco", Required(ADMITIDO)),
    *endereco_fae("endereco", _admitted("^")),
    Rule("FAE-016-e1", "", "atencaoDomiciliarProcedencia", Domain()),
    Rule("FAE-017-e1", "", "atencaoDomiciliarModalidade", Domain()),
    Rule("FAE-018-o1", "", "condicoesAvaliadas", Domain()),
    *_cid(19, "cid10Principal", "cid10SecundarioUm", "cid10SecundarioDois"),
    *_cid(20, "cid10SecundarioUm", "cid10Principal", "cid10SecundarioDois"),
    *_cid(21, "cid10SecundarioDois", "cid10Principal", "cid10SecundarioUm"),
    Rule("FAE-022-e1", "", "conclusaoDestinoElegivel", Domain()),
    Rule("FAE-022-1", "", "conclusaoDestinoElegivel", Forbidden(INELEGIVEL)),
    Rule("FAE-022-o1", "", "conclusaoDestinoElegivel", Declared(_UMA, covered_by="FAE-022-1"), why=_UMA_SO),
    Rule("FAE-023-e1", "", "conclusaoDestinoInelegivel", Domain()),
    Rule(
        "FAE-023-1", "", "conclusaoDestinoInelegivel", Forbidden(not_one_of("atencaoDomiciliarModalidade", 4))
    ),
    Rule("FAE-023-o1", "", "conclusaoDestinoInelegivel", Declared(_UMA, covered_by="FAE-023-1"), why=_UMA_SO),
    Rule("FAE-024-e1", "", "cuidadorCidadao", Domain()),
    Rule("FAE-025-e1", "", "turno", Domain()),
    *_parent(27, "nomePaiCidadao", "desconheceNomePai"),
    Rule("FAE-029-1", "", "dtNaturalizacao", RequiredOrForbidden(NATURALIZADO)),
    Rule("FAE-029-2", "", "dtNaturalizacao", NotAfter(ATTENDANCE)),
    Rule("FAE-029-3", "", "dtNaturalizacao", NotBefore("dataNascimentoCidadao")),
    Rule("FAE-030-1", "", "portariaNaturalizacao", RequiredOrForbidden(NATURALIZADO)),
    Rule("FAE-031-1", "", "dtEntradaBrasil", RequiredOrForbidden(ESTRANGEIRO)),
    Rule("FAE-031-2", "", "dtEntradaBrasil", NotAfter(ATTENDANCE)),
    Rule("FAE-031-3", "", "dtEntradaBrasil", NotBefore("dataNascimentoCidadao")),
    Rule("FAE-032-e1", "", "paisNascimento", Domain()),
    Rule("FAE-032-1", "", "paisNascimento", Required(ESTRANGEIRO)),
    Rule(
        "FAE-032-1",
        "",
        "paisNascimento",
        Forbidden(not_one_of("nacionalidadeCidadao", 1, 3)),
        severity=AVISO,
        text="O e-SUS só fala do país de nascimento de brasileiro e de estrangeiro; "
        "nos outros casos, o mais seguro é deixá-lo vazio.",
    ),
    Rule("FAE-032-2", "", "paisNascimento", Required(BRASILEIRO)),
    Rule("FAE-032-2", "", "paisNascimento", OnlyCodes((BRASIL,), when=BRASILEIRO)),
    Rule("FAE-033-1", "", "etnia", RequiredOrForbidden(one_of("racaCorCidadao", 5))),
    Rule("FAE-033-2", "", "etnia", Domain()),
    Rule("FAE-034-1", "", "cnsCuidador", Document("cns")),
    Rule("FAE-034-2", "", "cnsCuidador", Forbidden(SEM_CUIDADOR)),
    Rule("FAE-034-3", "", "cnsCuidador", Forbidden(filled("cpfCuidador"))),
    Rule("FAE-036-1", "", "cpfCidadao", Document("cpf")),
    Rule("FAE-036-2", "", "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FAE-036-3", "", "cpfCidadao", Required(empty("cnsCidadao"))),
    Rule("FAE-037-1", "", "cpfCuidador", Document("cpf")),
    Rule("FAE-037-2", "", "cpfCuidador", Forbidden(SEM_CUIDADOR)),
    Rule("FAE-037-3", "", "cpfCuidador", Forbidden(filled("cnsCuidador"))),
    *sem_cpf("FAE-039-", "", since="8.7.0", codes=("1", "2", "3", None)),
)
