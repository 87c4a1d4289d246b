"""FCI and FCD: every citizen and every household, first sending or update."""

from __future__ import annotations

from datetime import date, timedelta

from ledi_gerador.documentos import ms
from ledi_gerador.municipio import ACE
from ledi_gerador.nomes import BAIRROS, LOGRADOUROS
from ledi_gerador.oficina import Json, Oficina, Rascunho
from ledi_gerador.pessoas import BRASIL, CONJUGE, VENEZUELA, Cidadao, Familia

IBGE_NASCIMENTO = ("4205407", "4205407", "4205407", "4216602", "4211900", "4106902", "4314902")
UF_SC = "25"
RUA = {"statusSituacaoRua": True, "statusRecebeBeneficio": True, "tempoSituacaoRua": 19}
_FLAGS = {
    "hipertensao": "statusTemHipertensaoArterial",
    "diabetes": "statusTemDiabetes",
    "tabagismo": "statusEhFumante",
    "alcool": "statusEhDependenteAlcool",
    "saude_mental": "statusDiagnosticoMental",
    "cardiopatia": "statusTeveDoencaCardiaca",
    "renal": "statusTemTeveDoencasRins",
    "cancer": "statusTemTeveCancer",
    "avc": "statusTeveAvcDerrame",
    "acamado": "statusEstaAcamado",
    "domiciliado": "statusEstaDomiciliado",
}


def fci(o: Oficina, dia: date, c: Cidadao, atualizacao: bool) -> Rascunho:
    """Cadastro individual of `c`, its first or an update of the first."""
    agente, lotacao = o.agente(c.familia)
    uuid = o.uuid(lotacao.cnes) if atualizacao else c.uuid
    recusa = o.chance(0.01)
    ficha: Json = {
        "fichaAtualizada": atualizacao,
        "identificacaoUsuarioCidadao": _identificacao(o, c, dia),
        "statusTermoRecusaCadastroIndividualAtencaoBasica": recusa,
        "tpCdsOrigem": 3,
        "uuid": uuid,
        "uuidFichaOriginadora": c.uuid,
        "headerTransport": o.unica(agente, lotacao, dia),
    }
    if not recusa:
        ficha["emSituacaoDeRua"] = dict(RUA) if o.chance(0.004) else {"statusSituacaoRua": False}
        ficha["condicoesDeSaude"] = _condicoes(o, c, dia)
        ficha["informacoesSocioDemograficas"] = _socio(o, c, dia)
        if o.chance(0.4):
            acabou = o.chance(0.2)
            ficha["informacoesSocioEconomicas"] = {
                "alimentosAcabaramAntesTerDinheiroComprarMais": acabou,
                "comeuAlgunsAlimentosQueTinhaDinheiroAcabou": acabou and o.chance(0.6),
            }
        if atualizacao and o.chance(0.2):
            ficha["saidaCidadaoCadastro"] = _saida(o, c, dia)
    return Rascunho(ficha, uuid, agente, lotacao, (c,))


def _identificacao(o: Oficina, c: Cidadao, dia: date) -> Json:
    ident: Json = {
        "nomeCidadao": c.nome,
        "nomeMaeCidadao": c.mae,
        "dataNascimentoCidadao": ms(c.nascimento),
        "sexoCidadao": c.sexo,
        "racaCorCidadao": c.raca,
        "nacionalidadeCidadao": c.nacionalidade,
        "telefoneCelular": c.familia.telefone,
        "microArea": c.familia.microarea,
        **o.documento(c),
    }
    if c.pai:
        ident["nomePaiCidadao"] = c.pai
    else:
        ident["desconheceNomePai"] = True
    if c.nacionalidade == 1:
        ident["codigoIbgeMunicipioNascimento"] = IBGE_NASCIMENTO[len(c.nome) % len(IBGE_NASCIMENTO)]
        ident["paisNascimento"] = BRASIL
    else:
        ident["paisNascimento"] = VENEZUELA
        ident["dtEntradaBrasil"] = ms(max(c.nascimento, dia - timedelta(days=900)))
    if c.responsavel:
        ident["statusEhResponsavel"] = True
    else:
        chefe = c.familia.responsavel
        ident["statusEhResponsavel"] = False
        if chefe.cpf:
            ident["cpfResponsavelFamiliar"] = chefe.cpf
        else:
            ident["cnsResponsavelFamiliar"] = chefe.cns
    if c.idade(dia) >= 18:
        ident["estadoCivil"] = 2 if c.parentesco == CONJUGE else o.entre(1, 5)
    return ident


def _condicoes(o: Oficina, c: Cidadao, dia: date) -> Json:
    saude: Json = {campo: nome in c.condicoes for nome, campo in _FLAGS.items()}
    if saude["statusTeveDoencaCardiaca"]:
        saude["doencaCardiaca"] = [o.um((24, 25))]
    if saude["statusTemTeveDoencasRins"]:
        saude["doencaRins"] = [27]
    respiratoria = [codigo for nome, codigo in (("asma", 30), ("dpoc", 31)) if nome in c.condicoes]
    saude["statusTemDoencaRespiratoria"] = bool(respiratoria)
    if respiratoria:
        saude["doencaRespiratoria"] = respiratoria
    saude["situacaoPeso"] = 23 if "obesidade" in c.condicoes else 22
    if c.sexo == 1 and 10 <= c.idade(dia) <= 59:
        gestante = c.semanas(dia) is not None
        saude["statusEhGestante"] = gestante
        if gestante:
            saude["maternidadeDeReferencia"] = "Maternidade Santa Clara das Garças"
    internado = o.chance(0.04)
    saude["statusTeveInternadoEm12Meses"] = internado
    if internado:
        saude["descricaoCausaInternacaoEm12Meses"] = o.um(("Pneumonia", "Cirurgia eletiva", "Queda"))
    planta = o.chance(0.15)
    saude["statusUsaPlantaMedicinais"] = planta
    if planta:
        saude["descricaoPlantasMedicinaisUsadas"] = o.um(("Erva-cidreira", "Camomila", "Boldo"))
    return saude


def _socio(o: Oficina, c: Cidadao, dia: date) -> Json:
    idade = c.idade(dia)
    deficiente = "deficiencia" in c.condicoes
    socio: Json = {
        "statusDesejaInformarOrientacaoSexual": False,
        "statusDesejaInformarIdentidadeGenero": False,
        "statusFrequentaEscola": 4 <= idade <= 17,
        "statusTemAlgumaDeficiencia": deficiente,
        "statusMembroPovoComunidadeTradicional": False,
        "statusPossuiPlanoSaudePrivado": o.chance(0.18),
        "grauInstrucaoCidadao": _instrucao(o, idade),
    }
    if deficiente:
        socio["deficienciasCidadao"] = o.alguns((12, 13, 14, 15, 232), 1)
    if c.parentesco is not None:
        socio["relacaoParentescoCidadao"] = c.parentesco
    if idade < 10:
        socio["responsavelPorCrianca"] = [1]
    if idade >= 18:
        if c.ocupacao:
            socio["ocupacaoCodigoCbo2002"] = c.ocupacao
        socio["situacaoMercadoTrabalhoCidadao"] = 71 if idade >= 65 else o.um((67, 67, 68, 69, 70, 72))
        if o.chance(0.3):
            socio["statusDesejaInformarOrientacaoSexual"] = True
            socio["orientacaoSexualCidadao"] = o.um((148, 148, 148, 154, 196 if c.sexo == 0 else 197))
    if o.chance(0.03):
        socio["statusMembroPovoComunidadeTradicional"] = True
        socio["coPovoComunidadeTradicional"] = 168
    return socio


def _instrucao(o: Oficina, idade: int) -> int:
    if idade < 4:
        return 51
    if idade < 7:
        return 52
    if idade < 11:
        return 54
    if idade < 15:
        return 55
    return o.um((55, 56, 60, 60, 60, 63))


def _saida(o: Oficina, c: Cidadao, dia: date) -> Json:
    if c.idade(dia) >= 70 and o.chance(0.5):
        morte = max(c.nascimento, dia - timedelta(days=o.entre(2, 20)))
        return {
            "motivoSaidaCidadao": 135,
            "dataObito": ms(morte),
            "numeroDO": f"{o.entre(1, 999_999_999):09d}",
        }
    return {"motivoSaidaCidadao": 136}


def fcd(o: Oficina, dia: date, familia: Familia, atualizacao: bool) -> Rascunho:
    """Cadastro domiciliar of a family's home, its first or an update of the first."""
    agente, lotacao = o.agente(familia)
    uuid = o.uuid(lotacao.cnes) if atualizacao else familia.uuid
    chefe = familia.responsavel
    linha: Json = {
        "dataNascimentoResponsavel": ms(chefe.nascimento),
        "numeroMembrosFamilia": len(familia.membros),
        "numeroProntuario": f"F{chefe.prontuario}",
        "rendaFamiliar": familia.renda,
        "resideDesde": ms(familia.desde),
    }
    if chefe.cpf:
        linha["cpfResponsavel"] = chefe.cpf
    else:
        linha["numeroCnsResponsavel"] = chefe.cns
    ficha: Json = {
        "condicaoMoradia": _moradia(o, familia),
        "enderecoLocalPermanencia": endereco(familia, o.municipio.ibge),
        "familias": [linha],
        "fichaAtualizada": atualizacao,
        "stAnimaisNoDomicilio": familia.animais > 0,
        "statusTermoRecusa": False,
        "tpCdsOrigem": 3,
        "uuid": uuid,
        "uuidFichaOriginadora": familia.uuid,
        "tipoDeImovel": 1,
        "headerTransport": o.unica(agente, lotacao, dia),
        "tipoEndereco": 3,
        "latitude": familia.latitude,
        "longitude": familia.longitude,
    }
    if familia.animais:
        ficha["quantosAnimaisNoDomicilio"] = str(familia.animais)
        ficha["animaisNoDomicilio"] = [129, 128, 130][: familia.animais]
    return Rascunho(ficha, uuid, agente, lotacao, (chefe,))


def _moradia(o: Oficina, familia: Familia) -> Json:
    moradia: Json = {
        "abastecimentoAgua": 118 if familia.rural else 117,
        "destinoLixo": 93,
        "formaEscoamentoBanheiro": 123 if familia.rural else 122,
        "localizacao": 84 if familia.rural else 83,
        "materialPredominanteParedesExtDomicilio": o.um((109, 109, 110, 113)),
        "nuComodos": str(o.entre(3, 8)),
        "nuMoradores": str(len(familia.membros)),
        "situacaoMoradiaPosseTerra": o.um((75, 75, 76, 77, 77, 79)),
        "stDisponibilidadeEnergiaEletrica": True,
        "tipoOrigemEnergiaEletrica": 230,
        "tipoAcessoDomicilio": 90 if familia.rural else 89,
        "tipoDomicilio": o.um((85, 85, 85, 86)),
        "aguaConsumoDomicilio": o.um((218, 219, 152, 100)),
    }
    if familia.rural:
        moradia["areaProducaoRural"] = o.um((101, 102, 106, 108))
    return moradia


def endereco(familia: Familia, ibge: str, *, microarea: bool = True) -> Json:
    """EnderecoLocalPermanencia of the family's home; FAE's has no microárea."""
    local: Json = {
        "bairro": familia.bairro,
        "cep": familia.cep,
        "codigoIbgeMunicipio": ibge,
        "nomeLogradouro": familia.logradouro,
        "numeroDneUf": UF_SC,
        "tipoLogradouroNumeroDne": familia.tipo_logradouro,
        "telefoneContato": familia.telefone,
    }
    if familia.numero:
        local["numero"] = familia.numero
    else:
        local["stSemNumero"] = True
    if microarea:
        local["microArea"] = familia.microarea
    return local


def imovel(o: Oficina, dia: date) -> Rascunho:
    """Cadastro of a building nobody lives in (shop, empty lot, school, shelter, church)."""
    agente, lotacao = o.profissional(ACE)
    uuid = o.uuid(lotacao.cnes)
    bairro, cep, _ = o.um(BAIRROS)
    tipo_rua, rua = o.um(LOGRADOUROS)
    tipo = o.um((2, 2, 3, 5, 8, 12, 99))
    ficha: Json = {
        "enderecoLocalPermanencia": {
            "bairro": bairro,
            "cep": f"{cep}000",
            "codigoIbgeMunicipio": o.municipio.ibge,
            "nomeLogradouro": rua,
            "numero": str(o.entre(1, 2000)),
            "numeroDneUf": UF_SC,
            "tipoLogradouroNumeroDne": tipo_rua,
            "stForaArea": True,
        },
        "fichaAtualizada": False,
        "statusTermoRecusa": False,
        "tpCdsOrigem": 3,
        "uuid": uuid,
        "uuidFichaOriginadora": uuid,
        "tipoDeImovel": tipo,
        "headerTransport": o.unica(agente, lotacao, dia),
        "tipoEndereco": 3,
    }
    if tipo == 8:
        ficha["instituicaoPermanencia"] = {
            "nomeInstituicaoPermanencia": "LAR RECANTO DAS GARÇAS",
            "nomeResponsavelTecnico": "IRENE CORDEIRO PRATES",
            "stOutrosProfissionaisVinculados": False,
        }
    return Rascunho(ficha, uuid, agente, lotacao)
