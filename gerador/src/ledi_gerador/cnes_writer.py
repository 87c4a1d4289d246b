"""A CNES file ("XML-ESUS-APS" 3.1, ISO-8859-1) of the fictitious municipality, or of a big city."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import IO
from xml.sax.saxutils import quoteattr

from ledi_gerador.documentos import cnpj, cns_definitivo, cpf
from ledi_gerador.municipio import (
    ACS,
    DENTISTA,
    ENFERMEIRO,
    ESB,
    ESF,
    HOJE,
    MEDICO,
    TECNICO,
    TSB,
    Equipe,
    Lotacao,
    Municipio,
    Profissional,
    Unidade,
)
from ledi_gerador.nomes import BAIRROS
from ledi_gerador.pessoas import nome_completo

Destino = str | Path | IO[bytes]
_DATA_ZIP = (1980, 1, 1, 0, 0, 0)
# CONSELHO_ID of CNES by CBO
_CONSELHO = {MEDICO: "71", ENFERMEIRO: "21", TECNICO: "21", DENTISTA: "54", TSB: "54"}
_DESCRICAO = {
    "ESF": "EQUIPE DE SAUDE DA FAMILIA",
    "ESB": "EQUIPE DE SAUDE BUCAL",
    "EMULTI": "EQUIPE MULTIPROFISSIONAL NA ATENCAO PRIMARIA",
}


def write(municipio: Municipio, arquivo: Destino, *, data: date | None = None) -> None:
    """Writes the municipality's CNES: `arquivo` is a path (.xml, or .zip with the xml inside) or a
    binary file. `data` is the day the file says it was made, the municipality's `hoje` when absent."""
    dia = data or municipio.hoje
    _grava(arquivo, _xml(municipio.ibge, dia, municipio.unidades, municipio.equipes, municipio.profissionais))


def write_grande(
    arquivo: Destino,
    *,
    estabelecimentos: int = 500,
    lotacoes: int = 20_000,
    semente: int = 1,
    ibge: str = "4205407",
    data: date = HOJE,
) -> None:
    """Writes the CNES of a fictitious big city: so many establishments, at least so many lotações."""
    rng = Random(f"cnes/{semente}")
    unidades = tuple(_unidade(rng, i) for i in range(estabelecimentos))
    equipes = tuple(e for i, u in enumerate(unidades) for e in _equipes(u, i))
    _grava(arquivo, _xml(ibge, data, unidades, equipes, _profissionais(rng, equipes, lotacoes)))


def _unidade(rng: Random, i: int) -> Unidade:
    bairro, cep, _ = BAIRROS[i % len(BAIRROS)]
    nome = f"UBS {bairro} {i + 1}"
    return Unidade(f"{7_000_000 + i * 13:07d}", nome, cnpj(70_000_000 + i), bairro, f"{cep}000", "4832000000")


def _equipes(unidade: Unidade, i: int) -> Iterator[Equipe]:
    for k, (tipo, sigla) in enumerate(((ESF, "ESF"), (ESF, "ESF"), (ESB, "ESB"))):
        numero = i * 3 + k
        nome = f"{sigla} {numero + 1:04d}"
        yield Equipe(f"{1_000_000 + numero:010d}", nome, tipo, unidade.cnes, f"{numero % 10_000:04d}")


def _profissionais(rng: Random, equipes: tuple[Equipe, ...], lotacoes: int) -> Iterator[Profissional]:
    cbos = {ESF: (MEDICO, ENFERMEIRO, TECNICO, ACS, ACS, ACS), ESB: (DENTISTA, TSB)}
    feitas = 0
    while feitas < lotacoes:
        equipe = equipes[feitas % len(equipes)]
        cbo = rng.choice(cbos[equipe.tipo])
        onde = [Lotacao(equipe.cnes, equipe.ine, cbo)]
        if rng.random() < 0.1:
            outra = rng.choice(equipes)
            if outra.cnes != equipe.cnes:
                onde.append(Lotacao(outra.cnes, None, cbo))
        sexo = int(rng.random() < 0.7)
        yield Profissional(
            nome=nome_completo(rng, sexo),
            cpf=cpf(200_000_003 + feitas * 17),
            cns=cns_definitivo(1_000_000_000 + feitas * 19),
            nascimento=date(1960, 1, 1) + timedelta(days=rng.randrange(14_000)),
            sexo=sexo,
            registro=f"{rng.randrange(1_000, 99_999):05d}",
            especialidade="",
            lotacoes=tuple(onde),
        )
        feitas += len(onde)


def _xml(
    ibge: str,
    data: date,
    unidades: Iterable[Unidade],
    equipes: Iterable[Equipe],
    profissionais: Iterable[Profissional],
) -> Iterator[str]:
    da_unidade: dict[str, list[Equipe]] = {}
    for equipe in equipes:
        da_unidade.setdefault(equipe.cnes, []).append(equipe)
    identificacao = {
        "DATA": data.isoformat(),
        "ORIGEM": "PORTAL",
        "DESTINO": "ESUS_AB",
        "CO_IBGE_MUN": ibge[:6],  # DATASUS writes the code without its check digit
        "VERSION_XSD": "3.1",
    }
    yield '<?xml version="1.0" encoding="ISO-8859-1"?>\n<ImportarXMLCNES>\n'
    yield _abre("IDENTIFICACAO", identificacao) + "<ESTABELECIMENTOS>\n"
    for unidade in unidades:
        yield _estabelecimento(unidade, da_unidade.get(unidade.cnes, ()), ibge)
    yield "</ESTABELECIMENTOS>\n<PROFISSIONAIS>\n"
    for profissional in profissionais:
        yield _profissional(profissional)
    yield "</PROFISSIONAIS>\n</IDENTIFICACAO>\n</ImportarXMLCNES>\n"


def _abre(nome: str, atributos: Mapping[str, str], fim: str = ">") -> str:
    return f"<{nome} " + " ".join(f"{k}={quoteattr(v)}" for k, v in atributos.items()) + f"{fim}\n"


def _estabelecimento(u: Unidade, equipes: Iterable[Equipe], ibge: str) -> str:
    gerais = {
        "NM_FANTA": u.nome,
        "CNPJ": u.cnpj,
        "CNES": u.cnes,
        "TP_UNID_ID": "02",
        "DS_TP_UNID": "CENTRO DE SAUDE/UNIDADE BASICA",
        "CO_SUBTIPO_UNID": "",
        "TELEFONE1": u.telefone,
        "E_MAIL": "",
    }
    endereco = {
        "CEP": u.cep,
        "CO_MUNICIPIO": ibge[:6],
        "SG_UF": "SC",
        "BAIRRO": u.bairro,
        "LOGRADOURO": "RUA DAS GAIVOTAS",
        "NUMERO": "S/N",
        "COMPLEMENTO": "",
    }
    partes = [
        _abre("DADOS_GERAIS_ESTABELECIMENTOS", gerais),
        "<ENDERECO>\n" + _abre("DADOS_ENDERECO", endereco, "/>") + "</ENDERECO>\n",
        '<COMPLEXIDADE>\n<DADOS_COMPLEXIDADE SG_COMPLEXIDADE="AB"/>\n</COMPLEXIDADE>\n<EQUIPES>\n',
    ]
    for e in equipes:
        dados = {
            "ID_TP_EQUIPE": str(e.tipo),
            "TP_EQUIPE": str(e.tipo),
            "SG_EQUIPE": e.sigla,
            "DS_EQUIPE": _DESCRICAO[e.sigla],
            "CO_INE": e.ine,
            "CO_AREA": e.area,
            "DS_AREA": e.nome,
            "NM_REFERENCIA": e.nome,
            "DT_DESATIVACAO": "",
        }
        partes.append(_abre("DADOS_EQUIPES", dados, "/>"))
    return "".join([*partes, "</EQUIPES>\n</DADOS_GERAIS_ESTABELECIMENTOS>\n"])


def _profissional(p: Profissional) -> str:
    conselho = _CONSELHO.get(p.cbo, "") if p.registro else ""
    dados = {
        "NM_PROF": p.nome,
        "CPF_PROF": p.cpf,
        "CO_CNS": p.cns,
        "DT_NASC": f"{p.nascimento:%d/%m/%Y}",
        "SEXO": "F" if p.sexo else "M",
        "CONSELHO_ID": conselho,
        "SG_UF_EMIS": "SC" if conselho else "",
        "NU_REGISTRO": p.registro if conselho else "",
        "TELEFONE": "",
        "E_MAIL": "",
    }
    lotacoes = (
        _abre(
            "DADOS_LOTACOES",
            # MICROAREA comes empty in real files
            {"CNES": x.cnes, "CO_INE": x.ine or "", "CO_CBO": x.cbo, "MICROAREA": ""},
            "/>",
        )
        for x in p.lotacoes
    )
    corpo = "".join(lotacoes)
    return f"{_abre('DADOS_PROFISSIONAIS', dados)}<LOTACOES>\n{corpo}</LOTACOES>\n</DADOS_PROFISSIONAIS>\n"


def _grava(arquivo: Destino, partes: Iterable[str]) -> None:
    if not isinstance(arquivo, (str, Path)):
        _escreve(arquivo, partes)
        return
    caminho = Path(arquivo)
    if caminho.suffix.lower() != ".zip":
        with caminho.open("wb") as aberto:
            _escreve(aberto, partes)
        return
    with (
        zipfile.ZipFile(caminho, "w", zipfile.ZIP_DEFLATED) as pacote,
        pacote.open(zipfile.ZipInfo(f"{caminho.stem}.xml", _DATA_ZIP), "w") as dentro,
    ):
        _escreve(dentro, partes)


def _escreve(destino: IO[bytes], partes: Iterable[str]) -> None:
    texto = io.TextIOWrapper(destino, encoding="iso-8859-1", errors="xmlcharrefreplace", newline="")
    texto.writelines(partes)
    texto.flush()
    texto.detach()  # leaves the caller's file open
