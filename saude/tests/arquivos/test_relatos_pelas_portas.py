"""Inputs of people who do this job, each through its own door of the system, with what it must give there.

The files of the library's own table (ledi/tests/relatos) and those of this one (saude/tests/relatos).
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from saude.arquivos.models import Conferencia, Planilha
from saude.cadastros.actions import create_entidade
from saude.cadastros.models import Lotacao
from saude.fichas.models import Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.referencias.models import Publicacao

LIBRARY = Path(__file__).parents[3] / "ledi" / "tests" / "relatos"
OURS = Path(__file__).parents[1] / "relatos"
FLORIANOPOLIS = "4205407"
F = "atendimentosIndividuais[0]."
V = "visitasDomiciliares"
OLD = {("aviso", "REGISTRO-versao-expirada", "versao"), ("aviso", "REGISTRO-versao-instalacao", "versao")}
DATES = {
    ("aviso", "CASA-FAI-data_improvavel", path)
    for path in ("headerTransport.dataAtendimento", F + "dataNascimento", F + "dataHoraInicialAtendimento",
                 F + "dataHoraFinalAtendimento")
}  # fmt: skip
UNKNOWN = "FVD-FichaVisitaDomiciliarChildThrift-{}-desconhecido"
NEWER = OLD | {
    ("erro", UNKNOWN.format("stNaoPossuiCpf"), f"{V}[0].stNaoPossuiCpf"),
    ("erro", UNKNOWN.format("stNaoPossuiCpf"), f"{V}[1].stNaoPossuiCpf"),
    ("erro", UNKNOWN.format("justificativaNaoPossuiCpf"), f"{V}[1].justificativaNaoPossuiCpf"),
}  # fmt: skip
TYPE = ("erro", "FVD-FichaVisitaDomiciliarChildThrift-dtNascimento-tipo", f"{V}[0].dtNascimento")
TEXT = "TRANSPORTE-I-003-o1"

#: file -> what *Conferir arquivo* finds, the situação of the ficha once received ("" = refused), what it has then
FILES: dict[str, tuple[set[tuple[str, str, str]], str, set[tuple[str, str, str]] | None]] = {
    "11-epoch-em-segundos.jsonl": (DATES, "processada", None),
    "18-fvd-ivcf-declara-722.esus": (NEWER, "inconsistente", None),
    "18b-fvd-722-ivcf.jsonl": (OLD, "processada", None),
    "20d-fvd-declara-iso-bytes-utf8.esus.xml": ({("erro", "REGISTRO-arquivo-formato", "")}, "", None),
    "21-ns-cadastroindividua.esus.xml": ({("erro", "REGISTRO-xml-namespace", "")}, "", None),
    "22-ine-numlote-vazios.esus.xml": (set(), "processada", None),
    # a day in the form of JSON: the XML of the e-SUS does not take it, and it is understood when received
    "28-nasc-iso.esus.xml": ({TYPE}, "processada", set()),
    "30-sem-versao.esus.xml": ({("erro", "REGISTRO-versao-obrigatorio", "versao")}, "inconsistente", None),
    # our export signs with our own installation as remetente: only who typed it is kept
    "30c-cpfOuCnpj-texto.esus.xml": (
        {("erro", TEXT, "remetente.cpfOuCnpj"), ("erro", TEXT, "originadora.cpfOuCnpj")},
        "inconsistente",
        {("erro", TEXT, "originadora.cpfOuCnpj")},
    ),
    "31-xml-722-com-st.esus.xml": (NEWER, "inconsistente", None),
    "43b-zip-com-leiame.zip": (set(), "processada", None),
    "45-zip-do-mac.zip": (set(), "processada", None),
    "52b-soma-errada.jsonl": (
        {("aviso", "CASA-FAI-dose_soma", F + "medicamentos[3].qtDoseManha")}, "processada", None
    ),
    "60-fvd-base.jsonl": (set(), "processada", None),
}  # fmt: skip
#: other doors: a sheet, and the CNES of the municipality
BESIDE = {"117-microarea-1.csv", "61-cnes-emulti-dois-estab.xml", "67-cnes-ine-desativada.xml"}


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


@pytest.fixture
def capital(db: None) -> Any:
    return create_entidade(
        by="teste", nome="Florianópolis", ibge=FLORIANOPOLIS, uf="SC", cpf_cnpj="83102764000115",
        nome_razao_social="Prefeitura", email="saude@exemplo.com.br", telefone="4833330000",
    )  # fmt: skip


@pytest.fixture
def quem(capital, client, criar_usuario) -> Any:
    user = criar_usuario("Administrador", entidade=capital)
    client.force_login(user)
    return user


def arquivo(name: str) -> SimpleUploadedFile:
    path = LIBRARY / name if (LIBRARY / name).exists() else OURS / name
    return SimpleUploadedFile(name, path.read_bytes())


def achados(rows: Any) -> set[tuple[str, str, str]]:
    return {(a.severidade, a.codigo, a.campo) for a in rows}


def test_every_file_has_its_door():
    there = {path.name for folder in (LIBRARY, OURS) for path in folder.iterdir()}
    assert there == set(FILES) | BESIDE


@pytest.mark.parametrize("name", FILES)
def test_each_gives_what_it_must(name, client, quem, capital):
    seen, situacao, kept = FILES[name]
    assert client.post("/arquivos/conferir/", {"arquivo": arquivo(name)}).status_code == 302
    row = Conferencia.objects.get()
    [item] = row.itens.all()
    assert {(a["severidade"], a["codigo"], a["campo"]) for a in item.achados} == seen
    refused = any(severity == "erro" for severity, _, _ in seen)
    assert item.situacao == ("inconsistente" if refused else "processada")
    assert row.resumo["deixados"] == JUNK.get(name, "")
    client.post(f"/arquivos/conferir/{row.uuid}/receber/")
    row.refresh_from_db()
    assert (row.estado, row.erro) == ("recebida", "")
    assert row.lote.recusados == (not situacao)
    if situacao:
        ficha = Ficha.objects.get()
        assert ficha.situacao == situacao
        found = achados(Inconsistencia.objects.filter(ficha=ficha, encerrada_em=None))
        assert found == (seen if kept is None else kept)
    else:
        assert not Ficha.objects.exists()


JUNK = {
    "43b-zip-com-leiame.zip": "LEIAME.txt, __MACOSX/._a, .DS_Store",
    "45-zip-do-mac.zip": "__MACOSX/sistemas/1/._fvd-1.esus.xml, sistemas/.DS_Store",
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_said_before_and_after_it_is_received(name, client, quem):
    where = client.post("/arquivos/conferir/", {"arquivo": arquivo(name)})["Location"]
    for _ in ("looked into", "received"):
        page = " ".join(client.get(where).content.decode().split())
        assert f"O que não é ficha foi deixado de lado, e não entra ao receber: {JUNK[name]}." in page
        assert "1 registro" in page
        client.post(f"{where}receber/")
    assert Conferencia.objects.get().estado == "recebida"


def test_the_birth_day_of_the_xml_is_kept(client, quem):
    where = client.post("/arquivos/conferir/", {"arquivo": arquivo("28-nasc-iso.esus.xml")})["Location"]
    assert "dtNascimento" in client.get(f"{where}1/").content.decode()
    client.post(f"{where}receber/")
    record = json.loads(Ficha.objects.get().conteudo.registro)
    assert record["ficha"][V][0]["dtNascimento"] == "1990-04-10"


def test_the_sheet_gets_its_zeros_back(client, quem):
    sent = {"tipo": "FVD", "arquivo": arquivo("117-microarea-1.csv")}
    where = client.post("/arquivos/planilha/", sent)["Location"]
    page = client.get(f"{where}previa/")
    told = " ".join(page.content.decode().split())
    assert "Microárea: linha 2, “1” virou “01”" in told
    assert "“1234567890” virou “01234567890”" in told
    assert page.context["previa"].prontas == 1
    client.post(f"{where}receber/")
    assert Planilha.objects.get().lote.novos == 1
    assert Ficha.objects.get().situacao == "processada"


def importar(client: Any, name: str) -> Publicacao:
    client.post(reverse("referencias:enviar", args=["cnes"]), {"arquivo": arquivo(name)})
    row = Publicacao.objects.latest("pk")
    client.post(reverse("referencias:confirmar", args=[row.pk]))
    row.refresh_from_db()
    return row


def test_a_team_of_two_establishments_serves_in_both(client, quem, capital):
    row = importar(client, "61-cnes-emulti-dois-estab.xml")
    assert (row.situacao, row.erro) == ("pronta", "")
    assert Lotacao.objects.count() == 1
    assert receber_base(client) == set()


def test_a_deactivated_team_is_all_there_is_to_say(client, quem, capital):
    assert importar(client, "67-cnes-ine-desativada.xml").situacao == "pronta"
    assert {code for _, code, _ in receber_base(client)} == {"CTX-INE-003"}


def receber_base(client: Any) -> set[tuple[str, str, str]]:
    where = client.post("/arquivos/conferir/", {"arquivo": arquivo("60-fvd-base.jsonl")})["Location"]
    client.post(f"{where}receber/")
    return achados(Inconsistencia.objects.filter(ficha=Ficha.objects.get(), encerrada_em=None))
