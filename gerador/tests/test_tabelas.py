"""The CNES and SIGTAP files: read back by the readers, consistent with what the generator writes."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

from ledi.referencias import cnes_reader as leitor_cnes
from ledi.referencias import sigtap_reader as leitor_sigtap
from ledi.tables.port import Estabelecimento, Lotacao, Profissional
from ledi_gerador import build, cnes_writer, gerar, sigtap_writer


def _cnes(caminho: Path) -> list[Any]:
    with leitor_cnes.open_file(caminho) as aberto:
        assert (aberto.header.ibge, aberto.header.versao) == ("4205407", "3.1")
        return list(aberto.items())


def test_cnes_tells_the_municipality(tmp_path: Path) -> None:
    municipio = build(1)
    for nome in ("cnes.xml", "cnes.zip"):
        cnes_writer.write(municipio, tmp_path / nome)
        itens = _cnes(tmp_path / nome)
        lotacoes = {(x.cns, x.cbo, x.cnes, x.ine) for x in itens if isinstance(x, Lotacao)}
        assert lotacoes == {
            (p.cns, x.cbo, x.cnes, x.ine or "") for p in municipio.profissionais for x in p.lotacoes
        }
        assert {p.nome for p in itens if isinstance(p, Profissional)} == {
            p.nome for p in municipio.profissionais
        }
        assert "0019615" in {e.cnes for e in itens if isinstance(e, Estabelecimento)}


def test_cnes_to_an_open_file_leaves_it_open_and_is_reproducible() -> None:
    um, outro = io.BytesIO(), io.BytesIO()
    cnes_writer.write(build(1), um)
    cnes_writer.write(build(1), outro)
    assert um.getvalue() == outro.getvalue() and not um.closed


def test_big_city(tmp_path: Path) -> None:
    cnes_writer.write_grande(tmp_path / "grande.zip", estabelecimentos=50, lotacoes=2000)
    conta = Counter(type(x).__name__ for x in _cnes(tmp_path / "grande.zip"))
    assert conta["Estabelecimento"] == 50 and 2000 <= conta["Lotacao"] < 2002


def test_valid_fichas_only_say_lotacoes_that_cnes_has(tmp_path: Path) -> None:
    municipio = build(3)
    cnes_writer.write(municipio, tmp_path / "cnes.xml")
    conhecidas = {
        (x.cns, x.cbo, x.cnes, x.ine) for x in _cnes(tmp_path / "cnes.xml") if isinstance(x, Lotacao)
    }
    for registro in gerar(semente=3, fichas=500, erros=0, municipio=municipio):
        topo = registro["ficha"]["headerTransport"]
        x = topo.get("lotacaoFormPrincipal", topo)
        assert (x["profissionalCNS"], x["cboCodigo_2002"], x["cnes"], x.get("ine", "")) in conhecidas


def _percorre(valor: Any, nome: str = "") -> Any:
    if isinstance(valor, dict):
        for chave, item in valor.items():
            yield from _percorre(item, chave)
    elif isinstance(valor, list):
        for item in valor:
            yield from _percorre(item, nome)
    else:
        yield nome, valor


def test_sigtap_has_every_code_of_valid_fichas(tmp_path: Path) -> None:
    caminho = sigtap_writer.write(build(1), tmp_path, "202608")
    assert caminho.name == "TabelaUnificada_202608.zip"
    with leitor_sigtap.open_table(caminho) as tabela:
        procedimentos = {p.codigo: p for p in tabela.procedimentos()}
        cids, cbos = {c.codigo for c in tabela.cids()}, {c.codigo for c in tabela.cbos()}
        assert tabela.competencia == "202608"
    conhecidos = {
        "procedimentos": set(procedimentos),
        "coMsProcedimento": set(procedimentos),
        "codigoExame": set(procedimentos),
        "cid10": cids,
        "cid10Principal": cids,
        "cid10SecundarioUm": cids,
        "hipoteseDiagnosticoCid10": cids,
        "cboCodigo_2002": cbos,
        "codigoCbo2002": cbos,
        "ocupacaoCodigoCbo2002": cbos,
    }
    vistos = Counter[str]()
    for registro in gerar(semente=2, fichas=4000, erros=0):
        for nome, valor in _percorre(registro["ficha"]):
            if nome in conhecidos:
                vistos[nome] += 1
                assert valor in conhecidos[nome], (nome, valor)
    assert set(vistos) == set(conhecidos)


def test_procedures_performed_fit_sex_cbo_and_age(tmp_path: Path) -> None:
    with leitor_sigtap.open_table(sigtap_writer.write(build(1), tmp_path, "202608")) as tabela:
        tabela_por_codigo = {p.codigo: p for p in tabela.procedimentos()}
    feitos = 0
    for registro in gerar(semente=2, fichas=400, erros=0, tipos=("FP",)):
        cbo = registro["ficha"]["headerTransport"]["cboCodigo_2002"]
        for filho in registro["ficha"].get("atendProcedimentos", ()):
            for codigo in filho.get("procedimentos", ()):
                feitos += 1
                procedimento = tabela_por_codigo[codigo]
                assert procedimento.accepts_sex("F" if filho["sexo"] else "M")
                assert procedimento.accepts_cbo(cbo)
    assert feitos > 400
