"""Rules of the Cadastro domiciliar e territorial (FCD). Source: dicionario-fcd.md of LEDI 8.7.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import (
    NOW,
    BirthDate,
    Custom,
    Declared,
    Document,
    Domain,
    Equals,
    Forbidden,
    Length,
    NotAfter,
    Pattern,
    Range,
    Required,
    Unique,
)
from ledi.rules.conditions import empty, filled, is_false, is_true, not_one_of, not_true, one_of
from ledi.rules.model import HISTORY, Rule
from ledi.rules.shared.cadastro import originadora_rules
from ledi.rules.shared.endereco import TELEFONE, endereco_fcd
from ledi.rules.shared.header import header_rules

MORADIA, FAMILIA, INSTITUICAO = "condicaoMoradia", "familias[]", "instituicaoPermanencia"
RECUSA = is_true("statusTermoRecusa")
NAO_DOMICILIO = not_one_of("tipoDeImovel", 1)
SEM_MORADIA = one_of("tipoDeImovel", 2, 3, 4, 5, 6, 12, 13, 99)
COLETIVOS = (7, 8, 9, 10, 11)  # shelter, home for the elderly, prison, socio-educational unit, police station
URBANA, PERIURBANA, CASAI = 83, 205, 13
COLETIVO_OU_CASAI = Forbidden(one_of("^tipoDeImovel", *COLETIVOS, CASAI))
_NAO_ZERO = Pattern(r"(?!0+$).*", "não pode ser zero")
_ORIGEM = "Depende do cadastro já enviado: o sistema guarda o UUID do registro que deu origem a este."


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _fewer_animals(value: str, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    amount = _whole(value)
    kinds = len(set(node.get("animaisNoDomicilio") or ()))
    return None if amount is not None and amount >= kinds else {"tipos": kinds}


def _fewer_than_families(value: str, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    amount, families = _whole(value), env.root.get("familias") or ()
    if amount is not None and amount >= len(families):
        return None
    return {"familias": len(families)}


def _fewer_than_members(value: str, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    amount, families = _whole(value), env.root.get("familias") or ()
    if amount is None or amount < len(families):
        return None  # FCD-CM-008-1 says so
    members = sum(family.get("numeroMembrosFamilia") or 1 for family in families)
    return None if amount >= members else {"membros": members}


def _no_number(value: str, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    return {} if _whole(value) is None else None


def _all_moved(value: bool, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    here = [family for family in node.get("familias") or () if family.get("stMudanca") is not True]
    return {"familias": len(here)} if value and here else None


def _imovel(code: str, name: str) -> Rule:
    return Rule(code, "", name, Forbidden(NAO_DOMICILIO))


def _recusa(code: str, name: str) -> Rule:
    return Rule(code, "", name, Forbidden(RECUSA))


RAIZ: tuple[Rule, ...] = (
    Rule("FCD-001-e1", "", "animaisNoDomicilio", Domain()),
    # The page of 7.2.2 says 4 and the list has 8 codes; later it says 8, nobody knows since when.
    Rule("FCD-001-e1", "", "animaisNoDomicilio", Length(0, 4, doubtful=4), until="8.7.0"),
    _imovel("FCD-001-1", "animaisNoDomicilio"),
    Rule("FCD-001-2", "", "animaisNoDomicilio", Forbidden(is_false("stAnimaisNoDomicilio"))),
    _recusa("FCD-001-3", "animaisNoDomicilio"),
    Rule("FCD-002-1", "", MORADIA, Forbidden(SEM_MORADIA)),
    _recusa("FCD-002-2", MORADIA),
    Rule("FCD-003-1", "", "enderecoLocalPermanencia", Required(not_true("statusTermoRecusa"))),
    _imovel("FCD-004-1", "familias"),
    # stAtivo has no id in the IDL and the page contradicts itself on it: nothing is refused.
    Rule("FCD-004-2", "", "familias", Forbidden(is_false("stAtivo")), since="8.4.0", severity=AVISO,
         text="O e-SUS diz que um domicílio inativo não tem famílias. Confira se o domicílio está mesmo inativo."),
    Rule("FCD-004-3", "", "familias", Unique(keys=("numeroCnsResponsavel",)),
         text="Duas famílias têm o mesmo CNS de responsável. Apague a repetida ou corrija o CNS."),
    Rule("FCD-004-3", "", "familias", Unique(keys=("cpfResponsavel",)), severity=AVISO,
         text="Duas famílias têm o mesmo CPF de responsável. O e-SUS só fala do CNS: confira se não é repetida."),
    _recusa("FCD-004-4", "familias"),
    Rule("FCD-005-1", "", "fichaAtualizada",
         Declared("A ficha atualizada aponta, no UUID da ficha originadora, o cadastro que lhe deu origem."),
         state=HISTORY, why=_ORIGEM),
    _imovel("FCD-006-1", "quantosAnimaisNoDomicilio"),
    Rule("FCD-006-2", "", "quantosAnimaisNoDomicilio", Forbidden(is_false("stAnimaisNoDomicilio"))),
    _recusa("FCD-006-3", "quantosAnimaisNoDomicilio"),
    Rule("FCD-006-4", "", "quantosAnimaisNoDomicilio", _NAO_ZERO, fix="Informe quantos são ou deixe vazio."),
    Rule("FCD-006-5", "", "quantosAnimaisNoDomicilio",
         Custom(_fewer_animals, "A quantidade de animais não pode ser menor que a de tipos marcados.",
                reads=("animaisNoDomicilio",)),
         text="A quantidade de animais deve ser um número a partir de {tipos}, os tipos marcados."),
    _imovel("FCD-007-1", "stAnimaisNoDomicilio"),
    _recusa("FCD-007-2", "stAnimaisNoDomicilio"),
    Rule("FCD-009-1", "", "tpCdsOrigem", Equals(3)),
    Rule("FCD-010-1", "", "uuid", Document("uuid")),
    *originadora_rules("FCD-011-1"),
    Rule("FCD-012-e1", "", "tipoDeImovel", Domain()),
    Rule("FCD-013-1", "", INSTITUICAO, Forbidden(not_one_of("tipoDeImovel", *COLETIVOS))),
    _recusa("FCD-013-2", INSTITUICAO),
    Rule("FCD-015-1", "", "latitude", Required(filled("longitude"))),
    Rule("FCD-015-2", "", "latitude", Range(-90, 90, decimals=8)),
    Rule("FCD-016-1", "", "longitude", Required(filled("latitude"))),
    Rule("FCD-016-2", "", "longitude", Range(-180, 180, decimals=8)),
    Rule("FCD-017-1", "", "tipoEndereco", Equals(3)),
    Rule("FCD-018-1", "", "stAtivo", Forbidden(not_true("fichaAtualizada")), since="8.4.0", severity=AVISO,
         text="O e-SUS só prevê Domicílio ativo em ficha de atualização. Confira se a ficha é uma atualização."),
    Rule("FCD-018-2", "", "stAtivo",
         Custom(_all_moved, "O domicílio só fica ativo sem famílias ou com todas elas mudadas.",
                reads=("familias",)),
         since="8.4.0", severity=AVISO,
         text="O e-SUS diz que o domicílio só fica ativo sem famílias, ou se todas se mudaram; há {familias} "
              "que não se mudou. Confira se o domicílio está mesmo ativo."),
)  # fmt: skip

CONDICOES: tuple[Rule, ...] = (
    Rule("FCD-CM-001-e1", MORADIA, "abastecimentoAgua", Domain()),
    Rule("FCD-CM-002-e1", MORADIA, "areaProducaoRural", Domain()),
    Rule("FCD-CM-002-1", MORADIA, "areaProducaoRural", COLETIVO_OU_CASAI),
    Rule("FCD-CM-002-2", MORADIA, "areaProducaoRural", Forbidden(one_of("localizacao", URBANA, PERIURBANA))),
    Rule("FCD-CM-003-e1", MORADIA, "destinoLixo", Domain()),
    Rule("FCD-CM-004-e1", MORADIA, "formaEscoamentoBanheiro", Domain()),
    Rule("FCD-CM-005-e1", MORADIA, "localizacao", Domain()),
    Rule("FCD-CM-006-e1", MORADIA, "materialPredominanteParedesExtDomicilio", Domain()),
    Rule("FCD-CM-006-1", MORADIA, "materialPredominanteParedesExtDomicilio", COLETIVO_OU_CASAI),
    Rule("FCD-CM-007-1", MORADIA, "nuComodos", COLETIVO_OU_CASAI),
    Rule("FCD-CM-007-2", MORADIA, "nuComodos", _NAO_ZERO, fix="Informe quantos são ou deixe vazio."),
    Rule("FCD-CM-007-2", MORADIA, "nuComodos", Custom(_no_number, "O número de cômodos deveria ter só algarismos, como 4. Corrija o valor."),
         severity=AVISO),
    Rule("FCD-CM-008-1", MORADIA, "nuMoradores",
         Custom(_fewer_than_families, "O número de moradores não pode ser menor que o de famílias.",
                reads=("^familias",)),
         text="O número de moradores deve ser um número a partir de {familias}, as famílias da ficha."),
    Rule("FCD-CM-008-2", MORADIA, "nuMoradores",
         Custom(_fewer_than_members, "O número de moradores não pode ser menor que a soma dos membros das "
                "famílias (família sem número de membros conta 1).", reads=("^familias",)),
         text="O número de moradores não pode ser menor que {membros}, a soma dos membros das famílias. "
              "Corrija um dos dois."),
    Rule("FCD-CM-009-e1", MORADIA, "situacaoMoradiaPosseTerra", Domain()),
    Rule("FCD-CM-009-1", MORADIA, "situacaoMoradiaPosseTerra",
         Forbidden(one_of("^tipoDeImovel", *COLETIVOS))),
    Rule("FCD-CM-009-1", MORADIA, "situacaoMoradiaPosseTerra", Required(one_of("^tipoDeImovel", 1))),
    Rule("FCD-CM-011-e1", MORADIA, "tipoAcessoDomicilio", Domain()),
    Rule("FCD-CM-011-1", MORADIA, "tipoAcessoDomicilio", COLETIVO_OU_CASAI),
    Rule("FCD-CM-012-e1", MORADIA, "tipoDomicilio", Domain()),
    Rule("FCD-CM-012-1", MORADIA, "tipoDomicilio", COLETIVO_OU_CASAI),
    Rule("FCD-CM-013-e1", MORADIA, "aguaConsumoDomicilio", Domain()),
    Rule("FCD-CM-014-e1", MORADIA, "tipoOrigemEnergiaEletrica", Domain()),
    Rule("FCD-CM-014-1", MORADIA, "tipoOrigemEnergiaEletrica",
         Forbidden(is_false("stDisponibilidadeEnergiaEletrica"))),
)  # fmt: skip

FAMILIAS: tuple[Rule, ...] = (
    Rule("FCD-FR-001-1", FAMILIA, "dataNascimentoResponsavel", BirthDate(), early=True),
    Rule("FCD-FR-002-1", FAMILIA, "numeroCnsResponsavel", Document("cns")),
    Rule("FCD-FR-002-2", FAMILIA, "numeroCnsResponsavel", Forbidden(filled("cpfResponsavel"))),
    Rule("FCD-FR-002-2", FAMILIA, "numeroCnsResponsavel", Required(empty("cpfResponsavel")),
         text="Falta o documento do responsável da família: informe o CNS ou o CPF."),
    Rule("FCD-FR-003-1", FAMILIA, "numeroMembrosFamilia", Range(1, 999), since="8.4.0"),
    Rule("FCD-FR-003-1", FAMILIA, "numeroMembrosFamilia", Range(1, 99), until="8.4.0"),
    Rule("FCD-FR-004-1", FAMILIA, "numeroProntuario",
         Pattern(r"[A-Za-z0-9]*", "aceita somente letras e números")),
    Rule("FCD-FR-005-e1", FAMILIA, "rendaFamiliar", Domain()),
    Rule("FCD-FR-006-1", FAMILIA, "resideDesde", NotAfter(NOW)),
    Rule("FCD-FR-008-1", FAMILIA, "cpfResponsavel", Document("cpf")),
    Rule("FCD-FR-008-2", FAMILIA, "cpfResponsavel", Forbidden(filled("numeroCnsResponsavel"))),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    *header_rules("FCD", cbo="FCD-014-1"),
    *RAIZ,
    *endereco_fcd("enderecoLocalPermanencia"),
    *CONDICOES,
    *FAMILIAS,
    Rule("FCD-IP-003-1", INSTITUICAO, "nomeResponsavelTecnico", Document("nome")),
    Rule("FCD-IP-004-o1", INSTITUICAO, "cnsResponsavelTecnico", Document("cns")),
    Rule("FCD-IP-006-1", INSTITUICAO, "telefoneResponsavelTecnico", TELEFONE),
)
