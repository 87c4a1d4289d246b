"""A record that came in another system's envelope with something wrong in it: said, mended on the page, told."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from lotes import JOBS, confirmar, desfazer, lote
from producao import exportar, quebrado, receber, registro, zip_de

from ledi import validate
from ledi.codecs import thrift
from ledi.envelope import Instalacao, unwrap, wrap
from ledi.layouts import layout
from saude.arquivos.models import Conferencia
from saude.auditoria.models import Evento
from saude.fichas.models import BlocoReprocessamento, ConteudoAnterior, Ficha
from saude.fichas.models import Evento as Fato
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import julgar
from saude.processamento.actions import reprocess
from saude.processamento.em_massa import reprocess_block

TEXT = "TRANSPORTE-I-003-o1"


def de(**wrong: str) -> Instalacao:
    right = {
        "contraChave": "Outro - 3.1", "uuidInstalacao": "OUTRO-1", "cpfOuCnpj": "11222333000181",
        "nomeOuRazaoSocial": "Outro Sistema Ltda",
    }  # fmt: skip
    return Instalacao(**right | wrong)


def esus(record: dict[str, Any], vendor: Instalacao, *, versao: bool = True) -> bytes:
    made = layout(record["versao"])
    data = wrap(record, thrift.encode(made.fichas[record["tipo"]].root, validate(record).wire),
                remetente=vendor, layout=made)  # fmt: skip
    if versao:
        return data
    struct = made.structs["DadoTransporteThrift"]
    value = thrift.decode(struct, data).value
    del value["versao"]
    return thrift.encode(struct, value)


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path
    settings.EXPORTACOES = tmp_path / "exportacoes"


@pytest.fixture
def tomar(client, criar_usuario, entidade):
    """The file through *Conferir arquivo* and *Receber para corrigir*: its ficha."""
    client.force_login(criar_usuario("Administrador"))

    def take(data: bytes) -> Ficha:
        sent = {"arquivo": SimpleUploadedFile("a.esus", data)}
        where = client.post("/arquivos/conferir/", sent)["Location"]
        client.post(f"{where}receber/")
        assert Conferencia.objects.latest("pk").estado == "recebida"
        return Ficha.objects.latest("pk")

    return take


def abertos(ficha: Ficha) -> set[tuple[str, str]]:
    rows = Inconsistencia.objects.filter(ficha=ficha, encerrada_em=None, severidade="erro")
    return set(rows.values_list("codigo", "campo"))


def salvar(client: Any, ficha: Ficha, **values: str) -> Any:
    sent = {f"f:{name}": value for name, value in values.items()}
    return client.post(
        f"/fichas/{ficha.chave}/corrigir/", sent | {"revisao": str(ficha.revisao), "todos": ""}
    )


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("cpfOuCnpj", "Valor do cpfOuCnpj", "11222333000181"),
        ("contraChave", "", "Outro - 3.1"),
        ("nomeOuRazaoSocial", "", "Outro Sistema Ltda"),
    ],
)
def test_who_typed_it_is_judged_and_mended_on_the_page(client, tomar, entidade, field, wrong, right):
    record = registro()
    ficha = tomar(esus(record, de(**{field: wrong})))
    path = f"originadora.{field}"
    assert ficha.situacao == "inconsistente"
    assert {campo for _, campo in abertos(ficha)} == {path}
    page = client.get(f"/fichas/{ficha.chave}/corrigir/").content.decode()
    assert f'name="f:{path}"' in page
    assert "Quem digitou (instalação originadora)" in page
    assert "f:headerTransport" not in page  # nothing else is asked
    salvar(client, ficha, **{path: right})
    after = Ficha.objects.get(pk=ficha.pk)
    assert (after.situacao, after.revisao, abertos(after)) == ("processada", ficha.revisao + 1, set())
    assert after.conteudo.proveniencia["originadora"][field] == right
    before = ConteudoAnterior.objects.get(ficha=ficha)
    assert before.proveniencia["originadora"].get(field, "") == wrong
    assert before.registro == after.conteudo.registro
    assert Evento.objects.get(tipo="ficha.corrigida").detalhe["campos"] == [path]
    assert Fato.objects.get(ficha=ficha, fato="corrigida").detalhe["campos"] == [path]
    made = exportar(entidade)
    envelope = unwrap(_only_entry(made))
    assert envelope.originadora[field] == right
    assert envelope.remetente["cpfOuCnpj"] == entidade.instalacao.cpf_cnpj


def _only_entry(exportacao: Any) -> bytes:
    from zipfile import ZipFile

    with ZipFile(zip_de(exportacao)) as package:
        [name] = package.namelist()
        return package.read(name)


def test_a_mend_that_is_still_wrong_says_so_while_typing_and_after(client, tomar):
    ficha = tomar(esus(registro(), de(cpfOuCnpj="x")))
    data = {"f:originadora.cpfOuCnpj": "123", "revisao": str(ficha.revisao), "todos": ""}
    live = client.post(reverse("fichas:verificar", args=[ficha.chave]), data).content.decode()
    assert "e-originadora-cpfOuCnpj" in live
    assert "1 inconsistência" in live
    good = client.post(
        reverse("fichas:verificar", args=[ficha.chave]), data | {"f:originadora.cpfOuCnpj": "11222333000181"}
    )
    assert "s-mensagem--success" in good.content.decode()
    salvar(client, ficha, **{"originadora.cpfOuCnpj": "123"})
    assert Ficha.objects.get().situacao == "inconsistente"


def test_a_version_not_declared_is_chosen_on_the_page(client, tomar):
    ficha = tomar(esus(registro(), de(), versao=False))
    assert abertos(ficha) == {("REGISTRO-versao-obrigatorio", "versao")}
    page = client.get(f"/fichas/{ficha.chave}/corrigir/").content.decode()
    assert 'name="f:versao"' in page
    assert "8.7.0 - lida pelo PEC 5.5.26 ou mais novo" in page
    salvar(client, ficha, versao="8.7.0")
    after = Ficha.objects.get()
    assert (after.situacao, after.versao) == ("processada", "8.7.0")
    assert json.loads(after.conteudo.registro)["versao"] == "8.7.0"


def test_a_field_newer_than_the_declared_version_is_read_when_the_version_is_mended(client, tomar):
    """The file says 7.2.2 and brings a field of 8.5.0: with the right version its value is there again."""
    from pathlib import Path

    relato = Path(__file__).parents[1] / "relatos" / "18-fvd-ivcf-declara-722.esus"
    ficha = tomar(relato.read_bytes())
    page = client.get(f"/fichas/{ficha.chave}/corrigir/").content.decode()
    assert 'name="f:versao"' in page
    salvar(client, ficha, versao="8.7.0")
    after = Ficha.objects.get()
    assert after.versao == "8.7.0"
    assert not [c for c, _ in abertos(after) if c.endswith("-desconhecido")]
    visits = json.loads(after.conteudo.registro)["ficha"]["visitasDomiciliares"]
    assert [v.get("stNaoPossuiCpf") for v in visits] == [False, True, None]
    assert visits[1]["justificativaNaoPossuiCpf"] is not None


@pytest.mark.parametrize("ibge", ["", "4205407"])
def test_the_municipality_of_the_envelope_is_mended_too(client, tomar, entidade, ibge):
    record = registro(ibge=ibge or entidade.ibge)
    if not ibge:
        del record["ibge"]
    ficha = tomar(esus(record, de()))
    wrong = {campo for _, campo in abertos(ficha)}
    assert "ibge" in wrong
    page = client.get(f"/fichas/{ficha.chave}/corrigir/").content.decode()
    name = "headerTransport.codigoIbgeMunicipio" if ibge else "ibge"
    assert f'name="f:{name}"' in page
    salvar(client, ficha, **{name: f"{entidade.ibge} - Timbó"})
    after = Ficha.objects.get()
    assert after.situacao == "processada"
    assert json.loads(after.conteudo.registro)["ibge"] == entidade.ibge


def test_a_record_of_our_own_asks_nothing_of_who_typed_it(client, tomar, entidade):
    [answer] = receber(entidade, quebrado())
    ficha = Ficha.objects.get(pk=answer.ficha_id)
    page = client.get(f"/fichas/{ficha.chave}/corrigir/?campos=todos").content.decode()
    assert "originadora" not in page
    assert 'name="f:versao"' in page
    salvar(
        client, ficha, **{"originadora.cpfOuCnpj": "11222333000181"}
    )  # a field that the page does not have
    assert Ficha.objects.get().conteudo.proveniencia is None


def test_who_may_not_correct_may_not_mend_the_envelope(client, tomar, criar_usuario):
    ficha = tomar(esus(registro(), de(cpfOuCnpj="x")))
    client.force_login(criar_usuario("Consulta", username="so_ve"))
    assert salvar(client, ficha, **{"originadora.cpfOuCnpj": "11222333000181"}).status_code == 403
    assert Ficha.objects.get().situacao == "inconsistente"


def test_all_of_one_installation_are_mended_at_once(client, tomar, entidade):
    """The cause is the installation's: another vendor with the same trouble is not touched."""
    mine = [tomar(esus(registro(), de(cpfOuCnpj="x"))) for _ in range(2)]
    other = tomar(esus(registro(), de(cpfOuCnpj="x", uuidInstalacao="OUTRO-2")))
    causes = set(Inconsistencia.objects.filter(encerrada_em=None).values_list("causa", flat=True))
    assert causes == {f"{TEXT}|OUTRO-1", f"{TEXT}|OUTRO-2"}
    page = client.get("/inconsistencias/causa/", {"causa": f"{TEXT}|OUTRO-1"}).content.decode()
    assert "CPF ou CNPJ" in page
    client.post("/inconsistencias/causa/", {"causa": f"{TEXT}|OUTRO-1", "f:valor": "11222333000181"})
    shown = client.get(f"{JOBS}{lote().pk}/previa/").content.decode()
    assert shown.count("<del>x</del>") == 2 and shown.count("<ins>11222333000181</ins>") == 2
    job = confirmar(client)
    assert {f.situacao for f in Ficha.objects.filter(pk__in=[m.pk for m in mine])} == {"processada"}
    assert Ficha.objects.get(pk=other.pk).situacao == "inconsistente"
    desfazer(client, job)
    back = Ficha.objects.filter(pk__in=[m.pk for m in mine])
    assert {(f.situacao, f.conteudo.proveniencia["originadora"]["cpfOuCnpj"]) for f in back} == {
        ("inconsistente", "x")
    }


def test_new_content_brings_its_own_provenance(client, tomar, entidade):
    """The same uuid sent by the vendor's API later: nobody else typed it."""
    record = registro()
    ficha = tomar(esus(record, de()))
    assert ficha.conteudo.proveniencia["originadora"]["contraChave"] == "Outro - 3.1"
    record["ficha"]["visitasDomiciliares"][0]["turno"] = 2
    receber(entidade, record)
    after = Ficha.objects.get()
    assert after.conteudo.proveniencia is None
    assert ConteudoAnterior.objects.get().proveniencia["originadora"]["contraChave"] == "Outro - 3.1"


# -- our own installation


def estragar(entidade: Any) -> None:
    """As one kept by a release that did not judge it."""
    type(entidade.instalacao).objects.update(cpf_cnpj="123")
    entidade.instalacao.refresh_from_db()


def test_with_a_wrong_installation_fichas_wait_and_the_panel_says_why(client, criar_usuario, entidade):
    estragar(entidade)
    receber(entidade, registro())
    ficha = Ficha.objects.get()
    assert (ficha.situacao, ficha.motivo_pendencia) == ("pendente", "instalacao")
    client.force_login(criar_usuario("Administrador"))
    page = " ".join(client.get(reverse("painel:painel")).content.decode().split())
    assert "Os dados da instalação não estão certos" in page
    assert "CPF ou CNPJ:" in page
    assert "Corrigir a instalação</a>" in page
    assert (
        julgar.check(entidade, registro()) == []
    )  # a form says nothing wrong of the record, and does not fail
    reprocess(entidade=entidade, ids=[ficha.pk], by=None)
    assert Ficha.objects.get().motivo_pendencia == "instalacao"


def test_mended_it_processes_what_waited(client, criar_usuario, entidade):
    from saude.cadastros.actions import update_instalacao

    estragar(entidade)
    receber(entidade, registro(), quebrado())
    update_instalacao(by="teste", instalacao=entidade.instalacao, values={"cpf_cnpj": "83102764000115"})
    for bloco in BlocoReprocessamento.objects.all():
        reprocess_block(bloco.pk)
    assert sorted(Ficha.objects.values_list("situacao", flat=True)) == ["inconsistente", "processada"]


def test_nothing_is_exported_under_a_wrong_installation(client, criar_usuario, entidade):
    receber(entidade, registro())
    estragar(entidade)
    client.force_login(criar_usuario("Administrador"))
    sent = {"escopo": "nao_exportados", "tipo": "", "inicio": "2026-09-01", "fim": "2026-09-30", "chave": "a"}
    answer = client.post(reverse("exportacao:nova"), sent)
    assert answer.status_code == 422
    assert "recusaria o arquivo inteiro" in answer.content.decode()
    assert Ficha.objects.get().situacao == "processada"
