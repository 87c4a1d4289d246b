"""The walk: a professional is dismissed by a CNES and her phone answered 403; every read of a citizen is found."""

import json
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from producao import DIA, cidadao, com_cpf, exportar, quebrado, receber, registro
from telefone import Telefone, codigo

from ledi_gerador import build, cnes_writer
from ledi_gerador.documentos import cpf
from saude.acs.models import Aparelho
from saude.atualizacao import actions
from saude.auditoria import selos
from saude.auditoria.models import Evento
from saude.cadastros.models import Instalacao, Lotacao
from saude.clientes.models import Cliente
from saude.contas.actions import create_token, set_active
from saude.fichas.models import Ficha
from saude.referencias.models import Publicacao

pytestmark = pytest.mark.django_db(transaction=True)
ACS = ("515105", "322255")
CPF = cpf(345_678_901)
NOME = "ZULMIRA QUERUBIM"
MES = f"{DIA:%Y%m}"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


def without(text: str, cns: str) -> bytes:
    """The CNES without this professional."""
    start = text.index(f'CO_CNS="{cns}"')
    begin, end = text.rindex("<DADOS_PROFISSIONAIS", 0, start), text.index("</DADOS_PROFISSIONAIS>", start)
    return (text[:begin] + text[end + len("</DADOS_PROFISSIONAIS>") :]).encode("iso-8859-1")


def test_a_dismissed_agent(client: Client, criar_usuario, entidade, tmp_path):
    town = replace(build(2026), ibge=entidade.ibge)
    path = tmp_path / "cnes.xml"
    cnes_writer.write(town, path, data=date(2026, 9, 1))
    actions.import_cnes_file(entidade=entidade, path=path, by="teste")
    lotacao = Lotacao.objects.filter(cbo__in=ACS, fim=None).exclude(profissional__cns="").first()
    phone = Telefone(Client(), "0f" * 16)
    assert phone.registrar(codigo(lotacao)).status_code == 201
    assert phone.puxar().status_code == 200

    client.force_login(criar_usuario("Coordenador"))
    newer = tmp_path / "novo.xml"
    cnes_writer.write(town, newer, data=date(2026, 10, 1))
    data = without(newer.read_text("iso-8859-1"), lotacao.profissional.cns)
    file = SimpleUploadedFile("novo.xml", data)
    page = client.post(reverse("referencias:enviar", args=["cnes"]), {"arquivo": file}, follow=True)
    text = " ".join(page.text.split())
    assert "1</b><span >aparelho de agente perderá o acesso: a lotação termina" in text
    assert phone.puxar().status_code == 200  # nothing happened yet
    row = Publicacao.objects.get(situacao="conferir")
    client.post(reverse("referencias:confirmar", args=[row.pk]))
    answer = phone.puxar()
    assert (answer.status_code, answer.json()["codigo"]) == (403, "lotacao")
    assert "não está mais no CNES" in answer.json()["detail"]
    assert Aparelho.objects.get().motivo_revogacao == "A lotação terminou no CNES de 01/10/2026"

    Instalacao.objects.update(processar_app_na_chegada=True)
    visit = registro("FVD")
    visit["ficha"]["headerTransport"] = {
        "dataAtendimento": visit["ficha"]["headerTransport"]["dataAtendimento"]
    }
    kept = {k: visit[k] for k in ("tipo", "versao", "uuid", "ficha")}
    assert phone.empurrar(kept).json()["aceitos"] == 1
    assert Ficha.objects.get().situacao == "pendente"
    assert phone.puxar().status_code == 403

    # her user is deactivated too, by the administrator of the house: the next click is the log-in page
    dora = criar_usuario("Digitador", "dora")
    browser = Client()
    browser.force_login(dora)
    assert browser.get("/clientes/").status_code == 200
    set_active(by=criar_usuario("Administrador"), usuario=dora, ativo=False, entidade=entidade)
    assert browser.get("/clientes/").url.startswith("/entrar/")


def test_every_read_of_one_citizen_is_found(client: Client, criar_usuario, entidade, monkeypatch):
    from datetime import timedelta

    def of_her(record):
        cidadao(record).update(dtNascimento="1985-03-20", sexo=1)
        record["contexto"] = {"clientes": [{"nome": NOME}]}
        return com_cpf(record, CPF)

    receber(entidade, of_her(registro()))
    exportar(entidade)
    receber(entidade, of_her(quebrado()))
    her = Cliente.objects.get(nome=NOME)
    ficha = Ficha.objects.get(situacao="inconsistente")
    _, secret = create_token(by="teste", entidade=entidade, nome="Prontuário")
    client.force_login(criar_usuario("Coordenador"))
    found = client.post("/clientes/", {"q": CPF}, follow=True)
    assert NOME in found.text
    client.get(f"/clientes/{her.pk}/")
    client.get(f"/clientes/{her.pk}/corrigir/")
    client.get(f"/fichas/{ficha.uuid}/")
    client.get(f"/fichas/{ficha.uuid}/versoes/")
    client.get(f"/fichas/{ficha.uuid}/baixar/")
    panel = f"/executando/sistema/exportacao/{MES}/inconsistencias/"
    client.get(panel, {"guia": "fichas"})
    client.get(panel, {"guia": "clientes"})
    client.get(panel, {"guia": "fichas", "baixar": "csv"})
    assert client.get(
        f"/api/v1/registros/{ficha.uuid}", headers={"Authorization": f"Bearer {secret}"}
    ).status_code == 200  # fmt: skip

    by_client = Evento.objects.filter(alvo_tipo="clientes.cliente", alvo_id=str(her.pk))
    assert [e.tipo for e in by_client] == ["cliente.visto", "cliente.visto"]
    of_ficha = list(Evento.objects.filter(alvo_id=ficha.uuid).order_by("id").values_list("tipo", flat=True))
    seen = ["ficha.vista", "ficha.vista", "registro.consultado"]
    assert [t for t in of_ficha if t in seen] == seen
    lists = Evento.objects.filter(tipo__in=("lista.vista", "lista.baixada", "cliente.buscado")).order_by("id")
    assert [e.tipo for e in lists] == ["cliente.buscado", "lista.vista", "lista.vista", "lista.baixada"]
    assert lists[0].detalhe == {"termo": "CPF", "achados": 1}
    told = json.dumps(list(Evento.objects.values_list("detalhe", "alvo_id")), ensure_ascii=False)
    assert NOME not in told and CPF not in told

    admin = criar_usuario("Administrador")
    client.force_login(admin)
    html = client.get("/administrando/auditoria/", {"alvo": str(her.pk)}).text
    assert "Cliente visto" in html
    monkeypatch.setattr(selos, "AGE", timedelta(0))
    call_command("conferir_auditoria", selar=True)
