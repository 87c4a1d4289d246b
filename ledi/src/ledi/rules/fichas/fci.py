"""Rules of the Cadastro individual (FCI). Source: dicionario-fci.md of LEDI 8.7.0."""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.rules.checks import (
    ATTENDANCE,
    BirthDate,
    Declared,
    Document,
    Domain,
    Equals,
    Expect,
    Forbidden,
    Lookup,
    NotAfter,
    NotBefore,
    OnlyCodes,
    Pattern,
    Required,
    RequiredOrForbidden,
)
from ledi.rules.conditions import (
    Cond,
    age,
    all_of,
    any_of,
    empty,
    filled,
    is_false,
    is_true,
    not_,
    not_one_of,
    not_true,
    one_of,
)
from ledi.rules.model import HISTORY, TABLE, Rule
from ledi.rules.shared.cadastro import originadora_rules
from ledi.rules.shared.cidadao import EMAIL, LETRAS, sem_cpf
from ledi.rules.shared.endereco import TELEFONE, microarea_rules
from ledi.rules.shared.header import header_rules

SAUDE, RUA, PESSOA = "condicoesDeSaude", "emSituacaoDeRua", "identificacaoUsuarioCidadao"
SOCIAL, SAIDA, RENDA = "informacoesSocioDemograficas", "saidaCidadaoCadastro", "informacoesSocioEconomicas"
RECUSA = "statusTermoRecusaCadastroIndividualAtencaoBasica"
NASCIMENTO = f"^{PESSOA}.dataNascimentoCidadao"
BRASIL, OBITO = 31, 135
BRASILEIRO = one_of("nacionalidadeCidadao", 1)
NATURALIZADO = one_of("nacionalidadeCidadao", 2)
ESTRANGEIRO = one_of("nacionalidadeCidadao", 3)
MORREU = one_of("motivoSaidaCidadao", OBITO)
NAO_RESPONSAVEL = Forbidden(not_(is_false("statusEhResponsavel")))
_SO_OUTRO = 'só cabe quando "É o responsável familiar" está marcado como não. Apague ou corrija a resposta.'
_ORIGEM = "Depende do cadastro já enviado: o sistema guarda o UUID do registro que deu origem a este."


def _list(code: str, name: str, status: str) -> tuple[Rule, ...]:
    """Which diseases: needed when the person says to have one, forbidden when not."""
    return (
        Rule(f"{code}-e1", SAUDE, name, Domain()),
        Rule(f"{code}-1", SAUDE, name, Required(is_true(status))),
        Rule(f"{code}-2", SAUDE, name, Forbidden(is_false(status))),
    )


def _rua(code: str, name: str) -> Rule:
    return Rule(code, RUA, name, Forbidden(is_false("statusSituacaoRua")))


def _only(code: str, name: str, when: Cond) -> Rule:
    return Rule(code, PESSOA, name, RequiredOrForbidden(when))


RAIZ: tuple[Rule, ...] = (
    Rule("FCI-001-1", "", SAUDE, Forbidden(is_true(RECUSA))),
    Rule("FCI-003-1", "", RUA, Forbidden(is_true(RECUSA))),
    Rule("FCI-004-1", "", "fichaAtualizada",
         Declared("A ficha atualizada aponta, no UUID da ficha originadora, o cadastro que lhe deu origem."),
         state=HISTORY, why=_ORIGEM),
    Rule("FCI-005-1", "", PESSOA, Required(not_true(RECUSA)), early=True),
    Rule("FCI-006-1", "", SOCIAL, Forbidden(is_true(RECUSA))),
    Rule("FCI-008-1", "", "tpCdsOrigem", Equals(3)),
    Rule("FCI-009-1", "", "uuid", Document("uuid")),
    *originadora_rules("FCI-010-1"),
)  # fmt: skip

CONDICOES: tuple[Rule, ...] = (
    Rule("FCI-CS-001-o1", SAUDE, "descricaoCausaInternacaoEm12Meses",
         Forbidden(is_false("statusTeveInternadoEm12Meses"))),
    Rule("FCI-CS-005-1", SAUDE, "descricaoPlantasMedicinaisUsadas",
         Forbidden(is_false("statusUsaPlantaMedicinais"))),
    *_list("FCI-CS-006", "doencaCardiaca", "statusTeveDoencaCardiaca"),
    *_list("FCI-CS-007", "doencaRespiratoria", "statusTemDoencaRespiratoria"),
    *_list("FCI-CS-008", "doencaRins", "statusTemTeveDoencasRins"),
    Rule("FCI-CS-009-1", SAUDE, "maternidadeDeReferencia", Forbidden(is_false("statusEhGestante"))),
    Rule("FCI-CS-010-e1", SAUDE, "situacaoPeso", Domain()),
    Rule("FCI-CS-014-1", SAUDE, "statusEhGestante", Forbidden(one_of(f"^{PESSOA}.sexoCidadao", 0))),
    Rule("FCI-CS-014-2", SAUDE, "statusEhGestante",
         Forbidden(any_of(age(NASCIMENTO, "<", 9), age(NASCIMENTO, ">", 60)))),
)  # fmt: skip

SITUACAO_RUA: tuple[Rule, ...] = (
    _rua("FCI-SR-001-1", "grauParentescoFamiliarFrequentado"),
    Rule("FCI-SR-001-2", RUA, "grauParentescoFamiliarFrequentado",
         Forbidden(is_false("statusVisitaFamiliarFrequentemente"))),
    Rule("FCI-SR-002-e1", RUA, "higienePessoalSituacaoRua", Domain()),
    _rua("FCI-SR-002-1", "higienePessoalSituacaoRua"),
    Rule("FCI-SR-002-2", RUA, "higienePessoalSituacaoRua",
         Required(is_true("statusTemAcessoHigienePessoalSituacaoRua"))),
    Rule("FCI-SR-003-e1", RUA, "origemAlimentoSituacaoRua", Domain()),
    _rua("FCI-SR-003-1", "origemAlimentoSituacaoRua"),
    _rua("FCI-SR-004-1", "outraInstituicaoQueAcompanha"),
    Rule("FCI-SR-004-2", RUA, "outraInstituicaoQueAcompanha",
         Forbidden(is_false("statusAcompanhadoPorOutraInstituicao"))),
    Rule("FCI-SR-005-e1", RUA, "quantidadeAlimentacoesAoDiaSituacaoRua", Domain()),
    _rua("FCI-SR-005-1", "quantidadeAlimentacoesAoDiaSituacaoRua"),
    _rua("FCI-SR-006-1", "statusAcompanhadoPorOutraInstituicao"),
    _rua("FCI-SR-007-1", "statusPossuiReferenciaFamiliar"),
    _rua("FCI-SR-008-1", "statusRecebeBeneficio"),
    Rule("FCI-SR-009-1", RUA, "statusSituacaoRua", Required(not_true(f"^{RECUSA}"))),
    # The page asks for the answer and not for the block it is in: without the block there is no answer.
    Rule("FCI-SR-009-1", "", RUA, Required(not_true(RECUSA)),
         text="Falta dizer se a pessoa está em situação de rua. Responda em Situação de rua."),
    Rule("FCI-SR-009-2", RUA, "statusSituacaoRua",
         Declared("Com a recusa, não se responde sobre situação de rua.", covered_by="FCI-003-1"),
         why="Com a recusa, o bloco Situação de rua inteiro é proibido: verificada como FCI-003-1."),
    _rua("FCI-SR-010-1", "statusTemAcessoHigienePessoalSituacaoRua"),
    _rua("FCI-SR-011-1", "statusVisitaFamiliarFrequentemente"),
    Rule("FCI-SR-012-e1", RUA, "tempoSituacaoRua", Domain()),
    _rua("FCI-SR-012-1", "tempoSituacaoRua"),
)  # fmt: skip

IDENTIFICACAO: tuple[Rule, ...] = (
    Rule("FCI-ID-001-1", PESSOA, "nomeSocial", LETRAS),
    Rule("FCI-ID-002-e1", PESSOA, "codigoIbgeMunicipioNascimento", Domain("municipios")),
    _only("FCI-ID-002-1", "codigoIbgeMunicipioNascimento", BRASILEIRO),
    Rule("FCI-ID-003-1", PESSOA, "dataNascimentoCidadao", BirthDate(), early=True),
    Rule("FCI-ID-005-1", PESSOA, "emailCidadao", EMAIL),
    Rule("FCI-ID-006-e1", PESSOA, "nacionalidadeCidadao", Domain()),
    Rule("FCI-ID-007-1", PESSOA, "nomeCidadao", Document("nome")),
    Rule("FCI-ID-008-1", PESSOA, "nomeMaeCidadao", Document("nome")),
    Rule("FCI-ID-008-2", PESSOA, "nomeMaeCidadao", Forbidden(is_true("desconheceNomeMae"))),
    Rule("FCI-ID-008-2", PESSOA, "nomeMaeCidadao", Required(not_true("desconheceNomeMae")), severity=AVISO,
         text="Falta o nome da mãe. Preencha-o ou marque que o cidadão o desconhece."),
    Rule("FCI-ID-009-1", PESSOA, "cnsCidadao", Document("cns")),
    Rule("FCI-ID-009-2", PESSOA, "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FCI-ID-009-3", PESSOA, "cnsCidadao",
         Required(all_of(is_true("stNaoPossuiCpf"), empty("cpfCidadao"))),
         since="8.4.0"),
    Rule("FCI-ID-009-3", PESSOA, "cnsCidadao", Required(empty("cpfCidadao")), until="8.4.0"),
    Rule("FCI-ID-010-1", PESSOA, "cnsResponsavelFamiliar", Document("cns")),
    Rule("FCI-ID-010-2", PESSOA, "cnsResponsavelFamiliar", NAO_RESPONSAVEL,
         text=f"O CNS do responsável familiar {_SO_OUTRO}"),
    Rule("FCI-ID-010-3", PESSOA, "cnsResponsavelFamiliar", Forbidden(filled("cpfResponsavelFamiliar"))),
    Rule("FCI-ID-011-1", PESSOA, "telefoneCelular", TELEFONE),
    Rule("FCI-ID-011-2", PESSOA, "telefoneCelular", Required(one_of("nacionalidadeCidadao", 1, 2))),
    Rule("FCI-ID-012-1", PESSOA, "numeroNisPisPasep",
         Pattern(r"[0-9]{11}", "deve ter 11 números", sized=True)),
    Rule("FCI-ID-013-e1", PESSOA, "paisNascimento", Domain("paises")),
    Rule("FCI-ID-013-1", PESSOA, "paisNascimento", Required(ESTRANGEIRO)),
    Rule("FCI-ID-013-1", PESSOA, "paisNascimento", Forbidden(NATURALIZADO), severity=AVISO,
         text="O e-SUS não diz se o naturalizado informa o país de nascimento. É mais seguro deixá-lo vazio."),
    Rule("FCI-ID-013-2", PESSOA, "paisNascimento", Required(BRASILEIRO)),
    Rule("FCI-ID-013-2", PESSOA, "paisNascimento", OnlyCodes((BRASIL,), when=BRASILEIRO)),
    Rule("FCI-ID-014-e1", PESSOA, "racaCorCidadao", Domain()),
    Rule("FCI-ID-015-e1", PESSOA, "sexoCidadao", Domain()),
    Rule("FCI-ID-017-2", PESSOA, "etnia", Domain()),
    _only("FCI-ID-017-1", "etnia", one_of("racaCorCidadao", 5)),
    Rule("FCI-ID-018-1", PESSOA, "nomePaiCidadao", Document("nome")),
    _only("FCI-ID-018-2", "nomePaiCidadao", not_true("desconheceNomePai")),
    _only("FCI-ID-020-1", "dtNaturalizacao", NATURALIZADO),
    Rule("FCI-ID-020-2", PESSOA, "dtNaturalizacao", NotAfter(ATTENDANCE)),
    Rule("FCI-ID-020-3", PESSOA, "dtNaturalizacao", NotBefore("dataNascimentoCidadao")),
    _only("FCI-ID-021-1", "portariaNaturalizacao", NATURALIZADO),
    _only("FCI-ID-022-1", "dtEntradaBrasil", ESTRANGEIRO),
    Rule("FCI-ID-022-2", PESSOA, "dtEntradaBrasil", NotAfter(ATTENDANCE)),
    Rule("FCI-ID-022-3", PESSOA, "dtEntradaBrasil", NotBefore("dataNascimentoCidadao")),
    *microarea_rules("FCI-ID-023-1", PESSOA, required=False),
    Rule("FCI-ID-025-1", PESSOA, "cpfCidadao", Document("cpf")),
    Rule("FCI-ID-025-2", PESSOA, "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FCI-ID-025-3", PESSOA, "cpfCidadao",
         Required(all_of(is_false("stNaoPossuiCpf"), empty("cnsCidadao"))),
         since="8.4.0"),
    Rule("FCI-ID-025-3", PESSOA, "cpfCidadao", Required(empty("cnsCidadao")), until="8.4.0"),
    Rule("FCI-ID-026-1", PESSOA, "cpfResponsavelFamiliar", Document("cpf")),
    Rule("FCI-ID-026-2", PESSOA, "cpfResponsavelFamiliar", NAO_RESPONSAVEL,
         text=f"O CPF do responsável familiar {_SO_OUTRO}"),
    Rule("FCI-ID-026-3", PESSOA, "cpfResponsavelFamiliar", Forbidden(filled("cnsResponsavelFamiliar"))),
    Rule("FCI-ID-027-e1", PESSOA, "estadoCivil", Domain(), since="8.4.0"),
    Rule("FCI-ID-028-e1", PESSOA, "tipoSanguineo", Domain(), since="8.4.0"),
    *sem_cpf("FCI-ID-031-", PESSOA, since="8.4.0", codes=("1", "2", "3", None)),
)  # fmt: skip

SOCIODEMOGRAFICAS: tuple[Rule, ...] = (
    Rule("FCI-SD-001-e1", SOCIAL, "deficienciasCidadao", Domain()),
    Rule("FCI-SD-001-1", SOCIAL, "deficienciasCidadao", Required(is_true("statusTemAlgumaDeficiencia"))),
    Rule("FCI-SD-001-2", SOCIAL, "deficienciasCidadao", Forbidden(is_false("statusTemAlgumaDeficiencia"))),
    Rule("FCI-SD-002-e1", SOCIAL, "grauInstrucaoCidadao", Domain()),
    Rule("FCI-SD-003-1", SOCIAL, "ocupacaoCodigoCbo2002", Lookup("cbo"), state=TABLE),
    Rule("FCI-SD-004-e1", SOCIAL, "orientacaoSexualCidadao", Domain()),
    Rule("FCI-SD-004-1", SOCIAL, "orientacaoSexualCidadao",
         Forbidden(is_false("statusDesejaInformarOrientacaoSexual"))),
    Rule("FCI-SD-004-2", SOCIAL, "orientacaoSexualCidadao",
         Required(is_true("statusDesejaInformarOrientacaoSexual")), since="8.4.2", maybe="8.4.0"),
    Rule("FCI-SD-006-e1", SOCIAL, "relacaoParentescoCidadao", Domain()),
    Rule("FCI-SD-006-1", SOCIAL, "relacaoParentescoCidadao",
         Forbidden(not_(is_false(f"^{PESSOA}.statusEhResponsavel"))),
         text=f"A relação de parentesco com o responsável familiar {_SO_OUTRO}"),
    Rule("FCI-SD-007-e1", SOCIAL, "situacaoMercadoTrabalhoCidadao", Domain()),
    Rule("FCI-SD-015-e1", SOCIAL, "identidadeGeneroCidadao", Domain()),
    Rule("FCI-SD-015-1", SOCIAL, "identidadeGeneroCidadao",
         Forbidden(is_false("statusDesejaInformarIdentidadeGenero"))),
    Rule("FCI-SD-015-2", SOCIAL, "identidadeGeneroCidadao",
         Required(is_true("statusDesejaInformarIdentidadeGenero")), since="8.4.2", maybe="8.4.0"),
    Rule("FCI-SD-017-e1", SOCIAL, "responsavelPorCrianca", Domain()),
    Rule("FCI-SD-017-1", SOCIAL, "responsavelPorCrianca", Forbidden(age(NASCIMENTO, ">=", 10))),
    Rule("FCI-SD-018-e1", SOCIAL, "coPovoComunidadeTradicional", Domain()),
    Rule("FCI-SD-018-1", SOCIAL, "coPovoComunidadeTradicional",
         Forbidden(is_false("statusMembroPovoComunidadeTradicional"))),
)  # fmt: skip

SAIDAS: tuple[Rule, ...] = (
    Rule("FCI-SA-001-e1", SAIDA, "motivoSaidaCidadao", Domain()),
    Rule(
        "FCI-SA-001-1",
        SAIDA,
        "motivoSaidaCidadao",
        Forbidden(is_true(f"^{RECUSA}")),
        since="8.4.2",
        maybe="8.4.0",
    ),
    Rule("FCI-SA-002-1", SAIDA, "dataObito", RequiredOrForbidden(MORREU)),
    Rule("FCI-SA-002-2", SAIDA, "dataObito", NotBefore(NASCIMENTO)),
    Rule("FCI-SA-002-3", SAIDA, "dataObito", NotBefore(f"^{PESSOA}.dtEntradaBrasil")),
    Rule("FCI-SA-002-4", SAIDA, "dataObito", NotBefore(f"^{PESSOA}.dtNaturalizacao")),
    Rule("FCI-SA-002-5", SAIDA, "dataObito", NotAfter(ATTENDANCE)),
    Rule("FCI-SA-003-1", SAIDA, "numeroDO", Forbidden(not_one_of("motivoSaidaCidadao", OBITO))),
)

_ACABARAM, _COMEU = (
    "alimentosAcabaramAntesTerDinheiroComprarMais",
    "comeuAlgunsAlimentosQueTinhaDinheiroAcabou",
)
_AS_DUAS = "Responda as duas perguntas sobre alimentos ou nenhuma."
SOCIOECONOMICAS: tuple[Rule, ...] = (
    Rule("FCI-SE-001-1", RENDA, _ACABARAM, Expect(filled(_COMEU)), fix=_AS_DUAS),
    Rule("FCI-SE-001-2", RENDA, _ACABARAM, Forbidden(is_true(f"^{RECUSA}")), since="8.7.0", maybe="8.6.0"),
    Rule("FCI-SE-002-1", RENDA, _COMEU, Expect(filled(_ACABARAM)), fix=_AS_DUAS),
    Rule("FCI-SE-002-2", RENDA, _COMEU, Forbidden(is_true(f"^{RECUSA}")), since="8.7.0", maybe="8.6.0"),
)

RULES: tuple[Rule, ...] = (
    *header_rules("FCI", cbo="FCI-013-1"),
    *RAIZ,
    *CONDICOES,
    *SITUACAO_RUA,
    *IDENTIFICACAO,
    *SOCIODEMOGRAFICAS,
    *SAIDAS,
    *SOCIOECONOMICAS,
)
