"""A small SIGTAP table in the official form: a zip of fixed-width ISO-8859-1 files with their layouts.

Made from the generator's own procedures, diagnoses and occupations: what its fichas need, nothing copied."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ledi_gerador import clinica
from ledi_gerador.clinica import Problema, Procedimento
from ledi_gerador.municipio import Municipio

Linha = Mapping[str, Any]
_VARCHAR, _CHAR, _NUMBER = "VARCHAR2", "CHAR", "NUMBER"
_COMPETENCIA = ("DT_COMPETENCIA", 6, _CHAR)
_PROCEDIMENTO = ("CO_PROCEDIMENTO", 10, _VARCHAR)
# The columns of each file, in order: name, width, type
LAYOUTS: Mapping[str, tuple[tuple[str, int, str], ...]] = {
    "tb_grupo": (("CO_GRUPO", 2, _VARCHAR), ("NO_GRUPO", 100, _VARCHAR), _COMPETENCIA),
    "tb_sub_grupo": (
        ("CO_GRUPO", 2, _VARCHAR),
        ("CO_SUB_GRUPO", 2, _VARCHAR),
        ("NO_SUB_GRUPO", 100, _VARCHAR),
        _COMPETENCIA,
    ),
    "tb_forma_organizacao": (
        ("CO_GRUPO", 2, _VARCHAR),
        ("CO_SUB_GRUPO", 2, _VARCHAR),
        ("CO_FORMA_ORGANIZACAO", 2, _VARCHAR),
        ("NO_FORMA_ORGANIZACAO", 100, _VARCHAR),
        _COMPETENCIA,
    ),
    "tb_procedimento": (
        _PROCEDIMENTO,
        ("NO_PROCEDIMENTO", 250, _VARCHAR),
        ("TP_COMPLEXIDADE", 1, _VARCHAR),
        ("TP_SEXO", 1, _VARCHAR),
        ("QT_MAXIMA_EXECUCAO", 4, _NUMBER),
        ("QT_DIAS_PERMANENCIA", 4, _NUMBER),
        ("QT_PONTOS", 4, _NUMBER),
        ("VL_IDADE_MINIMA", 4, _NUMBER),
        ("VL_IDADE_MAXIMA", 4, _NUMBER),
        ("VL_SH", 10, _NUMBER),
        ("VL_SA", 10, _NUMBER),
        ("VL_SP", 10, _NUMBER),
        ("CO_FINANCIAMENTO", 2, _VARCHAR),
        ("CO_RUBRICA", 6, _VARCHAR),
        ("QT_TEMPO_PERMANENCIA", 4, _NUMBER),
        _COMPETENCIA,
    ),
    "tb_cid": (
        ("CO_CID", 4, _VARCHAR),
        ("NO_CID", 100, _VARCHAR),
        ("TP_AGRAVO", 1, _CHAR),
        ("TP_SEXO", 1, _CHAR),
        ("TP_ESTADIO", 1, _CHAR),
        ("VL_CAMPOS_IRRADIADOS", 4, _NUMBER),
    ),
    "tb_ocupacao": (("CO_OCUPACAO", 6, _CHAR), ("NO_OCUPACAO", 150, _VARCHAR)),
    "tb_registro": (("CO_REGISTRO", 2, _VARCHAR), ("NO_REGISTRO", 50, _VARCHAR), _COMPETENCIA),
    "tb_servico": (("CO_SERVICO", 3, _VARCHAR), ("NO_SERVICO", 120, _VARCHAR), _COMPETENCIA),
    "tb_servico_classificacao": (
        ("CO_SERVICO", 3, _VARCHAR),
        ("CO_CLASSIFICACAO", 3, _VARCHAR),
        ("NO_CLASSIFICACAO", 150, _VARCHAR),
        _COMPETENCIA,
    ),
    "tb_financiamento": (
        ("CO_FINANCIAMENTO", 2, _VARCHAR),
        ("NO_FINANCIAMENTO", 100, _VARCHAR),
        _COMPETENCIA,
    ),
    "rl_procedimento_ocupacao": (_PROCEDIMENTO, ("CO_OCUPACAO", 6, _CHAR), _COMPETENCIA),
    "rl_procedimento_cid": (
        _PROCEDIMENTO,
        ("CO_CID", 4, _VARCHAR),
        ("ST_PRINCIPAL", 1, _CHAR),
        _COMPETENCIA,
    ),
    "rl_procedimento_registro": (_PROCEDIMENTO, ("CO_REGISTRO", 2, _VARCHAR), _COMPETENCIA),
    "rl_procedimento_servico": (
        _PROCEDIMENTO,
        ("CO_SERVICO", 3, _VARCHAR),
        ("CO_CLASSIFICACAO", 3, _VARCHAR),
        _COMPETENCIA,
    ),
}
_GRUPOS = {
    "01": "AÇÕES DE PROMOÇÃO E PREVENÇÃO EM SAÚDE",
    "02": "PROCEDIMENTOS COM FINALIDADE DIAGNÓSTICA",
    "03": "PROCEDIMENTOS CLÍNICOS",
    "04": "PROCEDIMENTOS CIRÚRGICOS",
    "07": "ÓRTESES, PRÓTESES E MATERIAIS ESPECIAIS",
    "09": "OFERTAS DE CUIDADOS INTEGRADOS",
}
_SUBGRUPOS = {
    "0101": "AÇÕES COLETIVAS/INDIVIDUAIS EM SAÚDE",
    "0201": "COLETA DE MATERIAL",
    "0202": "DIAGNÓSTICO EM LABORATÓRIO CLÍNICO",
    "0205": "DIAGNÓSTICO POR ULTRASSONOGRAFIA",
    "0211": "MÉTODOS DIAGNÓSTICOS EM ESPECIALIDADES",
    "0214": "DIAGNÓSTICO POR TESTE RÁPIDO",
    "0301": "CONSULTAS / ATENDIMENTOS / ACOMPANHAMENTOS",
    "0303": "TRATAMENTOS CLÍNICOS (OUTRAS ESPECIALIDADES)",
    "0307": "TRATAMENTOS ODONTOLÓGICOS",
    "0309": "TERAPIAS ESPECIALIZADAS",
    "0401": "PEQUENAS CIRURGIAS E CIRURGIAS DE PELE",
    "0404": "CIRURGIA DAS VIAS AÉREAS SUPERIORES, DA FACE, DA CABEÇA E DO PESCOÇO",
    "0414": "BUCOMAXILOFACIAL",
    "0701": "ÓRTESES E PRÓTESES NÃO RELACIONADAS AO ATO CIRÚRGICO",
    "0901": "ATENÇÃO EM ONCOLOGIA",
}
# Never used by a valid ficha of the generator: what its mistakes are made of
PROIBIDOS = (
    Procedimento("0301040079", "ESCUTA INICIAL / ORIENTAÇÃO", ("225142", "223565", "322245")),
    Procedimento("0701070064", "MANTENEDOR DE ESPAÇO", ()),
    Procedimento(
        "0301010110", "CONSULTA PRÉ-NATAL", ("225142", "223565"), "F", 108, 731, ("Z340", "Z348", "Z349")
    ),
    Procedimento("0401010031", "DRENAGEM DE ABSCESSO", ("225142", "223293"), cids=("L020", "L021", "L022")),
    Procedimento("0309050022", "SESSÃO DE ACUPUNTURA COM INSERÇÃO DE AGULHAS", ("225142", "223605")),
)
_OUTROS_CIDS = (
    ("Z340", "SUPERVISÃO DE PRIMEIRA GRAVIDEZ NORMAL", "F"),
    ("Z348", "SUPERVISÃO DE OUTRA GRAVIDEZ NORMAL", "F"),
    ("O80", "PARTO ÚNICO ESPONTÂNEO", "F"),
    ("N40", "HIPERPLASIA DA PRÓSTATA", "M"),
    ("L020", "ABSCESSO CUTÂNEO, FURÚNCULO E CARBÚNCULO DA FACE", "I"),
    ("L021", "ABSCESSO CUTÂNEO, FURÚNCULO E CARBÚNCULO DO PESCOÇO", "I"),
    ("L022", "ABSCESSO CUTÂNEO, FURÚNCULO E CARBÚNCULO DO TRONCO", "I"),
    ("F32", "EPISÓDIOS DEPRESSIVOS", "I"),
    ("I64", "ACIDENTE VASCULAR CEREBRAL NÃO ESPECIFICADO", "I"),
)
_OUTRAS_OCUPACOES = (
    ("225125", "MÉDICO CLÍNICO"),
    ("223505", "ENFERMEIRO"),
    ("322205", "TÉCNICO DE ENFERMAGEM"),
    ("225133", "MÉDICO PSIQUIATRA"),
    ("352210", "AGENTE DE SAÚDE PÚBLICA"),
    ("521110", "VENDEDOR DE COMÉRCIO VAREJISTA"),
    ("512105", "EMPREGADO DOMÉSTICO NOS SERVIÇOS GERAIS"),
    ("715210", "PEDREIRO"),
    ("411005", "AUXILIAR DE ESCRITÓRIO, EM GERAL"),
    ("514320", "FAXINEIRO"),
    ("782305", "MOTORISTA DE CARRO DE PASSEIO"),
    ("513205", "COZINHEIRO GERAL"),
    ("763210", "COSTUREIRO NA CONFECÇÃO EM SÉRIE"),
    ("421125", "OPERADOR DE CAIXA"),
    ("622020", "TRABALHADOR VOLANTE DA AGRICULTURA"),
)


def write(municipio: Municipio, destino: str | Path, competencia: str) -> Path:
    """Writes the table of `competencia` (AAAAMM), with the occupations of the municipality's specialities.

    Into `destino` when it ends in .zip, else as TabelaUnificada_<competencia>.zip in that folder. Same
    competência, same bytes. Returns the file's path."""
    caminho = Path(destino)
    if caminho.suffix.lower() != ".zip":
        caminho.mkdir(parents=True, exist_ok=True)
        caminho = caminho / f"TabelaUnificada_{competencia}.zip"
    with zipfile.ZipFile(caminho, "w", zipfile.ZIP_DEFLATED) as pacote:
        for nome, linhas in _tabelas(municipio, competencia).items():
            _poe(pacote, f"{nome}.txt", "".join(_fixo(nome, linha) for linha in linhas))
            _poe(pacote, f"{nome}_layout.txt", _layout(nome))
    return caminho


def procedimentos() -> dict[str, Procedimento]:
    """Every procedure of the small table, by code."""
    todos = (
        *clinica.PROCEDIMENTOS,
        *clinica.DOMICILIO,
        *(p for p, _ in clinica.ODONTO),
        *clinica.EXAMES,
        Procedimento(clinica.OCI, "OCI AVALIAÇÃO DIAGNÓSTICA INICIAL DE CÂNCER DE MAMA", (), "F", 360),
        *PROIBIDOS,
    )
    return {p.codigo: p for p in todos}


def _problemas() -> Iterator[Problema]:
    yield from clinica.CRONICOS.values()
    yield from (
        clinica.GRAVIDEZ,
        clinica.PREVENCAO,
        clinica.PUERICULTURA,
        clinica.CONTRACEPCAO,
        clinica.NUTRICAO,
    )
    yield from (*clinica.AGUDOS, *clinica.BUCAIS, *clinica.DOMICILIARES)


def _cids() -> dict[str, tuple[str, str]]:
    """CID -> name and sex. The sex is of the diagnosis itself, not of whom we ask it."""
    cids = {p.cid: (p.nome, "F" if p.cid.startswith(("O", "Z34")) else "I") for p in _problemas()}
    return cids | {codigo: (nome, sexo) for codigo, nome, sexo in _OUTROS_CIDS}


def _tabelas(municipio: Municipio, competencia: str) -> dict[str, list[Linha]]:
    quando = {"DT_COMPETENCIA": competencia}
    feitas = _relacoes(competencia) | _do_ato(competencia)
    feitas["tb_cid"] = [
        {
            "CO_CID": c,
            "NO_CID": nome,
            "TP_AGRAVO": "0",
            "TP_SEXO": sexo,
            "TP_ESTADIO": "N",
            "VL_CAMPOS_IRRADIADOS": 0,
        }
        for c, (nome, sexo) in sorted(_cids().items())
    ]
    ocupacoes = {e.cbo: e.nome.upper() for e in municipio.especialidades} | dict(_OUTRAS_OCUPACOES)
    feitas["tb_ocupacao"] = [{"CO_OCUPACAO": c, "NO_OCUPACAO": n} for c, n in sorted(ocupacoes.items())]
    feitas["tb_registro"] = [
        {"CO_REGISTRO": "01", "NO_REGISTRO": "BPA (CONSOLIDADO)", **quando},
        {"CO_REGISTRO": "09", "NO_REGISTRO": "ESUS APS (COLETA SIMPLIFICADA)", **quando},
    ]
    feitas["tb_servico"] = [
        {"CO_SERVICO": "145", "NO_SERVICO": "DIAGNÓSTICO POR LABORATÓRIO CLÍNICO", **quando}
    ]
    feitas["tb_servico_classificacao"] = [
        {"CO_SERVICO": "145", "CO_CLASSIFICACAO": "001", "NO_CLASSIFICACAO": "EXAMES BIOQUÍMICOS", **quando}
    ]
    feitas["tb_financiamento"] = [
        {"CO_FINANCIAMENTO": "01", "NO_FINANCIAMENTO": "ATENÇÃO PRIMÁRIA À SAÚDE", **quando}
    ]
    return {nome: feitas[nome] for nome in LAYOUTS}


def _do_ato(competencia: str) -> dict[str, list[Linha]]:
    """The procedures and the groups they stand in."""
    todos = sorted(procedimentos().values(), key=lambda p: p.codigo)
    quando = {"DT_COMPETENCIA": competencia}
    formas: list[Linha] = [
        {
            "CO_GRUPO": c[:2],
            "CO_SUB_GRUPO": c[2:4],
            "CO_FORMA_ORGANIZACAO": c[4:],
            "NO_FORMA_ORGANIZACAO": _SUBGRUPOS[c[:4]],
            **quando,
        }
        for c in sorted({p.codigo[:6] for p in todos})
    ]
    subgrupos: list[Linha] = [
        {"CO_GRUPO": c[:2], "CO_SUB_GRUPO": c[2:], "NO_SUB_GRUPO": n, **quando} for c, n in _SUBGRUPOS.items()
    ]
    return {
        "tb_procedimento": [_procedimento(p, competencia) for p in todos],
        "tb_grupo": [{"CO_GRUPO": c, "NO_GRUPO": n, **quando} for c, n in _GRUPOS.items()],
        "tb_sub_grupo": subgrupos,
        "tb_forma_organizacao": formas,
    }


# The classic occupation of those of the family health strategy: SIGTAP allows both wherever it allows one
_CLASSICO = {"225142": "225125", "223565": "223505", "322245": "322205"}


def _ocupacoes(p: Procedimento) -> list[str]:
    return sorted({*p.cbos, *(_CLASSICO[c] for c in p.cbos if c in _CLASSICO)})


def _relacoes(competencia: str) -> dict[str, list[Linha]]:
    relacoes: dict[str, list[Linha]] = {n: [] for n in LAYOUTS if n.startswith("rl_")}
    for p in sorted(procedimentos().values(), key=lambda p: p.codigo):
        chave = {"CO_PROCEDIMENTO": p.codigo, "DT_COMPETENCIA": competencia}
        relacoes["rl_procedimento_ocupacao"] += [{**chave, "CO_OCUPACAO": c} for c in _ocupacoes(p)]
        relacoes["rl_procedimento_cid"] += [
            {**chave, "CO_CID": c, "ST_PRINCIPAL": "S"} for c in sorted(p.cids)
        ]
        relacoes["rl_procedimento_registro"].append({**chave, "CO_REGISTRO": "09" if p.cbos else "01"})
        if p.codigo.startswith("0202"):
            relacoes["rl_procedimento_servico"].append(
                {**chave, "CO_SERVICO": "145", "CO_CLASSIFICACAO": "001"}
            )
    return relacoes


def _procedimento(p: Procedimento, competencia: str) -> Linha:
    return {
        "CO_PROCEDIMENTO": p.codigo,
        "NO_PROCEDIMENTO": p.nome,
        "TP_COMPLEXIDADE": "1" if p.cbos else "2",
        "TP_SEXO": p.sexo,
        "QT_MAXIMA_EXECUCAO": 9999,
        "QT_DIAS_PERMANENCIA": 9999,
        "QT_PONTOS": 0,
        "VL_IDADE_MINIMA": p.de,
        "VL_IDADE_MAXIMA": p.ate,
        "CO_FINANCIAMENTO": "01",
        "QT_TEMPO_PERMANENCIA": 9999,
        "DT_COMPETENCIA": competencia,
    }


def _fixo(tabela: str, linha: Linha) -> str:
    partes = []
    for nome, largura, tipo in LAYOUTS[tabela]:
        if tipo == _NUMBER:
            partes.append(f"{int(linha.get(nome, 0)):0{largura}d}")
        else:
            partes.append(str(linha.get(nome, ""))[:largura].ljust(largura))
    return "".join(partes) + "\r\n"


def _layout(tabela: str) -> str:
    linhas = ["Coluna,Tamanho,Inicio,Fim,Tipo"]
    inicio = 1
    for nome, largura, tipo in LAYOUTS[tabela]:
        linhas.append(f"{nome},{largura},{inicio},{inicio + largura - 1},{tipo}")
        inicio += largura
    return "".join(f"{linha}\r\n" for linha in linhas)


def _poe(pacote: zipfile.ZipFile, nome: str, texto: str | Iterable[str]) -> None:
    info = zipfile.ZipInfo(nome, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    pacote.writestr(info, "".join(texto).encode("iso-8859-1"))
