"""Rules of EnderecoLocalPermanenciaThrift: the home of the FCD and the citizen's address in the FAE."""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.rules.checks import Declared, Domain, Expect, Forbidden, Pattern, Required, RequiredOrForbidden
from ledi.rules.conditions import Cond, all_of, empty, is_true, matches, not_, not_one_of, not_true, one_of
from ledi.rules.model import Rule

CEP = Pattern(r"[0-9]{8}", "deve ter 8 números, sem traço nem ponto", sized=True)
NUMERO = Pattern(r"[A-Za-z0-9]+", "aceita somente letras e números, sem espaço")
MICROAREA = matches("microArea", r"[0-9]{2}", "tem dois algarismos")
FORA = one_of("microArea", "FA")
TELEFONE = Pattern(r"[0-9]{10,11}", "deve ter 10 ou 11 números: DDD e o telefone, sem traço", sized=True)


def endereco_fcd(at: str) -> tuple[Rule, ...]:
    """The FCD-EN-* rules at the path of the address."""
    residence = Forbidden(not_one_of("^tipoDeImovel", 1))
    return (
        *_common("FCD-EN", at, phones=("008-1", "009-1")),
        Rule("FCD-EN-006-2", at, "numero", RequiredOrForbidden(not_true("stSemNumero"))),
        Rule("FCD-EN-009-2", at, "telefoneResidencia", residence),
        *microarea_rules("FCD-EN-013-1", at, required=True),
    )


def microarea_rules(code: str, at: str, *, required: bool) -> tuple[Rule, ...]:
    """microArea: forbidden out of area, and `required` otherwise; nobody says that it is two digits.

    The official XML examples of a refused household and of a refused citizen bring FA with "out of area".
    """
    rules = (
        Rule(code, at, "microArea", Forbidden(all_of(is_true("stForaArea"), not_(FORA))),
             text="Com Fora de área marcado, a microárea não pode ser informada. Apague a microárea ou desmarque "
                  "Fora de área."),
        Rule(code, at, "microArea", Forbidden(all_of(is_true("stForaArea"), FORA)), severity=AVISO,
             text="Com Fora de área marcado, a microárea deveria ficar vazia. Apague FA."),
        Rule(code, at, "microArea", Expect(MICROAREA, when=not_true("stForaArea")), severity=AVISO,
             text="A microárea deveria ter dois algarismos, como 01. Confira o valor."),
    )  # fmt: skip
    return (Rule(code, at, "microArea", Required(not_true("stForaArea"))), *rules) if required else rules


def endereco_fae(at: str, admitted: Cond) -> tuple[Rule, ...]:
    """The FAE-EN-* rules. `admitted`: the condition, seen from the address, that makes it required."""
    needed = Required(admitted)
    no_home = Required(all_of(admitted, empty("telefoneResidencia")))
    no_contact = Required(all_of(admitted, empty("telefoneContato")))
    text, why = "Basta um dos dois telefones.", "É a exceção da regra anterior, verificada com ela."
    return (
        *_common("FAE-EN", at, phones=("008-o1", "009-o1")),
        Rule("FAE-EN-001-1", at, "bairro", needed),
        Rule("FAE-EN-002-2", at, "cep", needed),
        Rule("FAE-EN-003-1", at, "codigoIbgeMunicipio", needed),
        Rule("FAE-EN-005-1", at, "nomeLogradouro", needed),
        Rule("FAE-EN-006-2", at, "numero", Forbidden(all_of(not_(admitted), is_true("stSemNumero"))),
             text='Com "Sem número" marcado, o número não pode ser informado. Apague o número ou desmarque "Sem número".'),
        # admitted: 006-3 asks for what 006-2 forbids, so neither refuses
        Rule("FAE-EN-006-2", at, "numero", Forbidden(all_of(admitted, is_true("stSemNumero"))), severity=AVISO,
             text='Com "Sem número" marcado, o número não deveria ser informado. Apague o número ou desmarque "Sem número".'),
        Rule("FAE-EN-006-3", at, "numero", Required(all_of(admitted, not_true("stSemNumero")))),
        Rule("FAE-EN-006-3", at, "numero", Required(all_of(admitted, is_true("stSemNumero"))),
             severity=AVISO,
             text='Na admissão pela própria EMAD, o e-SUS pede o número do endereço e não diz o que fazer com "Sem número" '
                  "marcado: confira se o domicílio tem número."),
        Rule("FAE-EN-007-1", at, "numeroDneUf", needed),
        Rule("FAE-EN-008-1", at, "telefoneContato", no_home, fix=text),
        Rule("FAE-EN-008-2", at, "telefoneContato", Declared(text, covered_by="FAE-EN-008-1"), why=why),
        Rule("FAE-EN-009-1", at, "telefoneResidencia", no_contact, fix=text),
        Rule("FAE-EN-009-2", at, "telefoneResidencia", Declared(text, covered_by="FAE-EN-009-1"), why=why),
        Rule("FAE-EN-010-2", at, "tipoLogradouroNumeroDne", needed),
    )  # fmt: skip


def _common(prefix: str, at: str, *, phones: tuple[str, str]) -> tuple[Rule, ...]:
    contact, home = phones
    return (
        Rule(f"{prefix}-002-1", at, "cep", CEP),
        Rule(f"{prefix}-003-e1", at, "codigoIbgeMunicipio", Domain("municipios")),
        Rule(f"{prefix}-006-1", at, "numero", NUMERO),
        Rule(f"{prefix}-007-e1", at, "numeroDneUf", Domain("uf")),
        Rule(f"{prefix}-{contact}", at, "telefoneContato", TELEFONE),
        Rule(f"{prefix}-{home}", at, "telefoneResidencia", TELEFONE),
        Rule(f"{prefix}-010-1", at, "tipoLogradouroNumeroDne", Domain("tipo_logradouro")),
    )
