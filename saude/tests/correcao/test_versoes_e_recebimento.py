"""Going back to a version of a ficha, and taking back what a file brought."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lotes import JOBS, confirmar, desfazer, lote
from producao import cidadao, exportar, ficha_de, quebrado, receber, registro

from saude.arquivos import actions as arquivos
from saude.auditoria.models import Evento as Auditoria
from saude.fichas.models import ConteudoAnterior, Evento, Ficha
from saude.processamento.actions import correct

pytestmark = pytest.mark.django_db
TURNO = "visitasDomiciliares[0].turno"


@pytest.fixture
def client(criar_usuario) -> Client:
    entered = Client()
    entered.force_login(criar_usuario("Coordenador"))
    return entered


def turno(ficha: Ficha) -> int | None:
    return cidadao(json.loads(Ficha.objects.get(pk=ficha.pk).conteudo.registro)).get("turno")


def mend(ficha: Ficha, value: int) -> Ficha:
    return correct(ficha=ficha, changes={TURNO: value}, revisao=ficha.revisao, by="teste")


def test_a_ficha_goes_back_to_a_version_and_is_judged_anew(client, entidade):
    ficha = ficha_de(receber(entidade, quebrado())[0])
    ficha = mend(mend(ficha, 1), 2)
    assert (ficha.situacao, ficha.revisao, turno(ficha)) == ("processada", 3, 2)
    page = client.get(f"/fichas/{ficha.uuid}/").content.decode()
    assert "Revisão 2" in page and "Revisão 1" in page and "(atual)" in page
    compared = client.get(f"/fichas/{ficha.uuid}/versoes/?a=1&b=3")
    assert "Voltar à revisão 1" in compared.content.decode()
    url = f"/fichas/{ficha.uuid}/versoes/1/voltar/"
    answer = client.post(url, {"revisao": 3}, follow=True)
    assert "voltou à revisão 1" in answer.content.decode()
    ficha = Ficha.objects.get(pk=ficha.pk)
    assert (ficha.situacao, ficha.revisao, turno(ficha)) == ("inconsistente", 4, None)
    assert ConteudoAnterior.objects.filter(ficha=ficha).count() == 3, "the version that was left is kept"
    assert Evento.objects.get(fato="voltou").detalhe["versao"] == 1
    assert Auditoria.objects.get(tipo="ficha.voltou").detalhe["versao"] == 1
    client.post(f"/fichas/{ficha.uuid}/versoes/3/voltar/", {"revisao": 4})
    assert turno(ficha) == 2


def test_going_back_is_refused_when_it_changed_or_was_exported(client, entidade):
    ficha = mend(ficha_de(receber(entidade, quebrado())[0]), 1)
    url = f"/fichas/{ficha.uuid}/versoes/1/voltar/"
    stale = client.post(url, {"revisao": 1}, follow=True).content.decode()
    assert "A ficha mudou depois que esta página foi aberta" in stale and turno(ficha) == 1
    gone = client.post(f"/fichas/{ficha.uuid}/versoes/99999999999/voltar/", {"revisao": ficha.revisao})
    assert gone.status_code == 302 and turno(ficha) == 1
    exportar(entidade)
    page = client.get(f"/fichas/{ficha.uuid}/versoes/").content.decode()
    assert "Voltar à revisão" not in page
    client.post(url, {"revisao": ficha.revisao})
    assert turno(ficha) == 1 and Ficha.objects.get(pk=ficha.pk).situacao == "exportada"


def test_what_a_file_brought_is_taken_back_unless_it_changed_or_went(
    client, entidade, criar_usuario, settings, tmp_path
):
    settings.DADOS = tmp_path
    here = ficha_de(receber(entidade, registro())[0])
    made = [registro() for _ in range(4)] + [json.loads(here.conteudo.registro)]
    text = "\n".join(json.dumps(r) for r in made).encode()
    row = arquivos.upload(
        entidade=entidade,
        by=criar_usuario("Digitador"),
        file=SimpleUploadedFile("a.jsonl", text),
        name="a.jsonl",
    )
    arquivos.ask_to_take_in(conferencia=row, by=criar_usuario("Digitador", "outro"))
    brought = [Ficha.objects.get(uuid=r["uuid"]) for r in made[:4]]
    mend(brought[0], 2)
    url = f"/arquivos/conferir/{row.uuid}/"
    assert "Desfazer o recebimento" in client.get(url).content.decode()
    answer = client.post(f"{url}desfazer/")
    assert answer.url.startswith(f"{JOBS}{lote().pk}/previa/")
    assert "Fica como está: foi corrigida ou recebida de novo" in client.get(answer.url).content.decode()
    Ficha.objects.filter(pk=brought[1].pk).update(situacao="exportada", exportada_em="2026-10-01T00:00Z")
    job = confirmar(client)
    assert (job.total, job.puladas) == (3, 1)
    now = [Ficha.objects.get(pk=f.pk).situacao for f in brought]
    assert now == ["processada", "exportada", "descartada", "descartada"]
    assert Ficha.objects.get(pk=here.pk).situacao == "processada", "what was here before is not of the file"
    assert Auditoria.objects.filter(tipo="recebimento.desfeito").count() == 1
    undo = desfazer(client, job)
    assert undo.puladas == 0
    assert [Ficha.objects.get(pk=f.pk).situacao for f in brought[2:]] == ["processada", "processada"]


def test_a_file_that_brought_nothing_new_has_nothing_to_undo(
    client, entidade, criar_usuario, settings, tmp_path
):
    settings.DADOS = tmp_path
    record = registro()
    receber(entidade, record)
    user = criar_usuario("Digitador")
    sent = SimpleUploadedFile("a.jsonl", json.dumps(record).encode())
    row = arquivos.upload(entidade=entidade, by=user, file=sent, name="a.jsonl")
    early = client.post(f"/arquivos/conferir/{row.uuid}/desfazer/", follow=True).content.decode()
    assert "não foi recebido" in early
    arquivos.ask_to_take_in(conferencia=row, by=user)
    answer = client.post(f"/arquivos/conferir/{row.uuid}/desfazer/", follow=True)
    assert "não trouxe nenhuma ficha nova" in answer.content.decode()
