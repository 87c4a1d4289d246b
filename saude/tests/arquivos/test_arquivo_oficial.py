"""Files of our own `ledi empacotar` and of the official library's writer: they come in equal, whichever made them."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from producao import biblioteca_oficial, exportar, registro, zip_de

from ledi import validate
from ledi.cli import main
from ledi.codecs import thrift
from ledi.envelope import Instalacao, unwrap_any, wrap
from ledi.layouts import TIPOS, layout
from saude.arquivos.models import Conferencia
from saude.fichas.models import Ficha

URL = "/arquivos/conferir/"
FICHAS = sorted(set(TIPOS) - {"FCC"})
TOML = """contraChave = "Vendedor - 4.2"
uuidInstalacao = "VENDEDOR-1"
cpfOuCnpj = "11222333000181"
nomeOuRazaoSocial = "Vendedor Ltda"
versaoSistema = "4.2"
nomeBancoDados = "outro"
"""
VENDOR = Instalacao(
    contraChave="Vendedor - 4.2", uuidInstalacao="VENDEDOR-1", cpfOuCnpj="11222333000181",
    nomeOuRazaoSocial="Vendedor Ltda", versaoSistema="4.2", nomeBancoDados="outro",
)  # fmt: skip


official = biblioteca_oficial()


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path / "dados"
    settings.EXPORTACOES = tmp_path / "exportacoes"


def valido(tipo: str, versao: str) -> dict[str, Any]:
    """A record of the version: without the fields that it does not know yet."""
    record = registro(tipo)
    record["versao"] = versao
    for finding in validate(record).findings:
        if finding.code.endswith("-desconhecido"):
            _drop(record["ficha"], [s for s in re.split(r"[.\[\]]+", finding.path) if s])
    if (tipo, versao) == ("FV", "7.2.2"):  # the maker of a dose was a text of its own then
        record["ficha"]["vacinacoes"][0]["vacinas"][0]["fabricante"] = "BUTANTAN"
    report = validate(record)
    assert (report.situacao, report.findings) == ("processada", ()), (tipo, versao, report.findings)
    return record


def _drop(node: Any, steps: list[str]) -> None:
    for step in steps[:-1]:
        node = node[int(step)] if step.isdigit() else node[step]
    node.pop(steps[-1])


def by_the_official_library(record: dict[str, Any], target: Path) -> None:
    """Ficha and envelope, both written by the official TBinaryProtocol, in a zip of the standard library."""
    made = layout(record["versao"])
    wire = validate(record).wire
    body = official.write_official(made.fichas[record["tipo"]].root, wire)
    envelope = made.structs["DadoTransporteThrift"]
    ours = wrap(record, thrift.encode(made.fichas[record["tipo"]].root, wire), remetente=VENDOR, layout=made)
    value = thrift.decode(envelope, ours).value
    (name,) = [n for n, v in value.items() if isinstance(v, bytes)]
    data = official.write_official(envelope, {**value, name: body})
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(f"{record['uuid']}.esus", data)


def by_empacotar(record: dict[str, Any], target: Path, formato: str) -> None:
    source, installation = target.with_suffix(".jsonl"), target.with_suffix(".toml")
    source.write_text(json.dumps(record), encoding="utf-8")
    installation.write_text(TOML, encoding="utf-8")
    arguments = ["empacotar", source, "--saida", target, "--formato", formato, "--instalacao", installation]
    assert main([str(a) for a in arguments]) == 0


@pytest.mark.parametrize("versao", ["7.2.2", "8.7.0"])
@pytest.mark.parametrize("tipo", FICHAS)
def test_a_zip_of_empacotar_and_of_the_official_writer_come_in_equal(
    client, criar_usuario, entidade, tmp_path, tipo, versao
):
    client.force_login(criar_usuario("Digitador"))
    record = valido(tipo, versao)
    files = {name: tmp_path / f"{name}.zip" for name in ("oficial", "thrift", "xml")}
    by_the_official_library(record, files["oficial"])
    by_empacotar(record, files["thrift"], "thrift")
    by_empacotar(record, files["xml"], "xml")
    kept = {}
    for name, path in files.items():
        where = client.post(URL, {"arquivo": SimpleUploadedFile(path.name, path.read_bytes())})["Location"]
        seen = Conferencia.objects.latest("pk")
        assert (seen.estado, seen.lidos, seen.resumo["codigos"]) == ("pronta", 1, {}), (name, seen.erro)
        client.post(f"{where}receber/")
        ficha = Ficha.objects.select_related("conteudo").get()
        content = json.loads(ficha.conteudo.registro)
        origin = ficha.conteudo.proveniencia
        kept[name] = (
            ficha.situacao,
            content,
            validate(content).wire,
            origin["originadora"],
            origin["remetente"],
        )
        Conferencia.objects.all().delete()
        ficha.delete()
    first = kept["oficial"]
    assert first[0] == "processada"
    assert first[2] == validate(record).wire
    assert first[3]["contraChave"] == VENDOR.contraChave
    assert kept["thrift"] == first
    assert kept["xml"] == first


@pytest.mark.parametrize("formato", ["oficial", "thrift", "xml"])
def test_exported_again_the_originadora_is_theirs_and_the_remetente_ours(
    client, criar_usuario, entidade, tmp_path, formato
):
    client.force_login(criar_usuario("Digitador"))
    record = valido("FVD", "8.7.0")
    path = tmp_path / "a.zip"
    if formato == "oficial":
        by_the_official_library(record, path)
    else:
        by_empacotar(record, path, formato)
    where = client.post(URL, {"arquivo": SimpleUploadedFile("a.zip", path.read_bytes())})["Location"]
    client.post(f"{where}receber/")
    with zipfile.ZipFile(zip_de(exportar(entidade))) as package:
        (name,) = package.namelist()
        inside = unwrap_any(package.read(name))
    assert dict(inside.originadora) == VENDOR.to_wire()
    assert inside.remetente["contraChave"] == entidade.instalacao.contra_chave
    assert inside.remetente["cpfOuCnpj"] == entidade.instalacao.cpf_cnpj
    assert inside.decode().value == validate(record).wire
