"""Saying who was attended: candidates beside what the ficha knows, contradictions asked, the undo; and merging."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from lotes import desfazer, lote
from producao import cidadao, com_cpf, ficha_de, receber, registro

from ledi_gerador.documentos import cns, cpf
from saude.clientes.models import Cliente, ParPossivel
from saude.fichas.models import Atendido, Ficha, Reprocessamento

pytestmark = pytest.mark.django_db
BORN = date(1985, 3, 20)


@pytest.fixture
def client(criar_usuario) -> Client:
    entered = Client()
    entered.force_login(criar_usuario("Coordenador"))
    return entered


@pytest.fixture
def sem_documento(entidade) -> Atendido:
    record = registro("FAI")
    child = cidadao(record)
    for name in ("cnsCidadao", "cpfCidadao"):
        child.pop(name, None)
    child |= {
        "dataNascimento": "1985-03-20",
        "sexo": 1,
        "stNaoPossuiCpf": True,
        "justificativaNaoPossuiCpf": 1,
    }
    ficha = ficha_de(receber(entidade, record)[0])
    return Atendido.objects.get(ficha=ficha, identificado=False)


def person(entidade, nome, n, sexo=1, born=BORN) -> Cliente:
    return Cliente.objects.create(entidade=entidade, nome=nome, cpf=cpf(n), sexo=sexo, nascimento=born)


def test_candidates_stand_beside_what_the_ficha_knows(client, entidade, sem_documento):
    same = person(entidade, "Ana Lima", 111_222_333)
    other_sex = person(entidade, "João Lima", 111_222_334, sexo=0)
    person(entidade, "Rita Lima", 111_222_335, born=date(1990, 1, 1))
    unknown_sex = person(entidade, "Bia Lima", 111_222_336, sexo=4)
    page = client.get(f"/clientes/nao-identificados/{sem_documento.pk}/")
    assert [c.cliente.pk for c in page.context["candidatos"]] == [same.pk, unknown_sex.pk]
    assert (page.context["candidatos"][0].nascimento, page.context["candidatos"][0].sexo) == (
        "igual",
        "igual",
    )
    text = page.content.decode()
    assert "O que a ficha sabe" in text and "20/03/1985" in text and "Feminino" in text
    assert "Local de atendimento" in text, "what was done, as the layout calls it"
    asked = client.post(f"/clientes/nao-identificados/{sem_documento.pk}/", {"cliente": other_sex.pk})
    assert asked.status_code == 409 and "Pode não ser a mesma pessoa" in asked.content.decode()
    assert Ficha.objects.get().n_nao_identificados == 1, "nothing was written"
    found = client.get(f"/clientes/nao-identificados/{sem_documento.pk}/?q=João Lima")
    assert "difere da ficha" in found.content.decode()


def test_an_identification_keeps_the_month_and_is_taken_back(client, entidade, sem_documento):
    same = person(entidade, "Ana Lima", 111_222_333)
    before = Ficha.objects.get().conteudo.registro
    page = client.get("/clientes/nao-identificados/?competencia=202609").content.decode()
    assert f"/clientes/nao-identificados/{sem_documento.pk}/?competencia=202609" in page
    answer = client.post(
        f"/clientes/nao-identificados/{sem_documento.pk}/?competencia=202609", {"cliente": same.pk}
    )
    assert "competencia=202609" in answer.url
    assert Ficha.objects.get().n_nao_identificados == 0
    page = client.get(answer.url).content.decode()
    assert "Desfazer a identificação" in page
    job = Reprocessamento.objects.get()
    undo = desfazer(client, job)
    assert (undo.total, undo.puladas) == (1, 0)
    ficha = Ficha.objects.get()
    assert ficha.conteudo.registro == before and ficha.n_nao_identificados == 1
    assert "Desfazer a identificação" not in client.get(answer.url).content.decode()


def test_against_all_a_person_may_insist(client, entidade, sem_documento):
    other = person(entidade, "João Lima", 111_222_334, sexo=0)
    url = f"/clientes/nao-identificados/{sem_documento.pk}/"
    assert client.post(url, {"cliente": other.pk, "apesar": "1"}).status_code == 302
    assert Ficha.objects.get().n_nao_identificados == 0


def test_a_new_client_comes_filled_from_the_ficha(client, sem_documento):
    form = client.get(f"/clientes/novo/?atendido={sem_documento.pk}").context["form"]
    assert (form.initial["nascimento"], form.initial["sexo"]) == (BORN, 1)


def pair(a: Cliente, b: Cliente) -> ParPossivel:
    return ParPossivel.objects.create(entidade=a.entidade, a=a, b=b, pontos=90, motivos=["teste"])


def test_merging_proposes_who_has_more_fichas_and_never_an_invalid_number(client, entidade):
    few = Cliente.objects.create(
        entidade=entidade, nome="Ana", cpf="11122233300", cns=cns(4_021_553_870_010), nascimento=BORN
    )
    many = Cliente.objects.create(entidade=entidade, nome="Ana L", cpf=cpf(111_222_333), nascimento=BORN)
    for answer in receber(entidade, com_cpf(registro()), com_cpf(registro())):
        Atendido.objects.filter(ficha_id=answer.ficha_id).update(cliente=many)
    par = pair(few, many)
    page = client.get(reverse("clientes:comparar", args=[par.pk]))
    assert [s["fica"] for s in page.context["lados"]] == [False, True]
    rows = {r["nome"]: r["opcoes"] for r in page.context["linhas"]}
    assert [(o["invalido"], o["marcada"]) for o in rows["cpf"]] == [(True, False), (False, True)]
    assert [o["marcada"] for o in rows["cns"]] == [True, False], "the only one there is"
    assert " ".join(page.content.decode().split()).count("número que não confere") == 1
    body = {"fica": few.pk, f"revisao-{few.pk}": 1, f"revisao-{many.pk}": 1}
    client.post(reverse("clientes:mesclar", args=[par.pk]), body)
    assert Cliente.objects.get(pk=few.pk).cpf == many.cpf, "not chosen: the one that is a number"


def test_two_invalid_numbers_are_nobodys_default(client, entidade):
    a = Cliente.objects.create(entidade=entidade, nome="Ana", cpf="11122233300", nascimento=BORN)
    b = Cliente.objects.create(entidade=entidade, nome="Ana L", cpf="11122233301", nascimento=BORN)
    par = pair(a, b)
    page = client.get(reverse("clientes:comparar", args=[par.pk]))
    row = next(r for r in page.context["linhas"] if r["nome"] == "cpf")
    assert [o["marcada"] for o in row["opcoes"]] == [False, False]
    body = {"fica": a.pk, f"revisao-{a.pk}": 1, f"revisao-{b.pk}": 1}
    told = client.post(reverse("clientes:mesclar", args=[par.pk]), body, follow=True).content.decode()
    assert "nenhum CPF confere" in told and ParPossivel.objects.get().decisao == "aberto"
    client.post(reverse("clientes:mesclar", args=[par.pk]), body | {"campo-cpf": b.pk})
    assert ParPossivel.objects.get().decisao == "mesclado"


def test_a_correction_of_a_registration_is_taken_back_with_its_fichas(client, entidade):
    receber(entidade, com_cpf(registro()), com_cpf(registro()))
    cliente = Cliente.objects.get(cpf__gt="")
    before = sorted(Ficha.objects.values_list("conteudo__registro", flat=True))
    url = reverse("clientes:corrigir", args=[cliente.pk])
    body = {
        "nome": "ANA LIMA",
        "nascimento": "1985-03-20",
        "sexo": "0",
        "cpf": cliente.cpf,
        "revisao": cliente.revisao,
        "microarea": cliente.microarea,
    }
    client.post(url, body)
    answer = client.post(reverse("mudancas:confirmar", args=[lote().pk]), {"numero": 2})
    assert sorted(Ficha.objects.values_list("conteudo__registro", flat=True)) != before
    assert "Desfazer esta correção" in client.get(answer.url).content.decode()
    undo = desfazer(client, Reprocessamento.objects.get())
    assert (undo.total, undo.puladas) == (2, 0)
    assert sorted(Ficha.objects.values_list("conteudo__registro", flat=True)) == before
    back = Cliente.objects.get(pk=cliente.pk)
    assert (back.nome, back.sexo, back.cpf) == (cliente.nome, cliente.sexo, cliente.cpf)
    assert "Desfazer esta correção" not in client.get(answer.url).content.decode()


def test_a_registration_changed_since_is_not_taken_back(client, entidade):
    receber(entidade, com_cpf(registro()), com_cpf(registro()))
    cliente = Cliente.objects.get(cpf__gt="")
    url = reverse("clientes:corrigir", args=[cliente.pk])
    body = {"nome": "ANA LIMA", "nascimento": "1985-03-20", "sexo": "0", "cpf": cliente.cpf}
    client.post(url, body | {"revisao": cliente.revisao, "microarea": cliente.microarea})
    job = Reprocessamento.objects.get()
    client.post(reverse("mudancas:confirmar", args=[job.pk]), {"numero": 2})
    Cliente.objects.filter(pk=cliente.pk).update(revisao=77)
    client.post(reverse("mudancas:desfazer", args=[job.pk]))
    undo = Reprocessamento.objects.get(desfaz=job)
    told = client.post(reverse("mudancas:confirmar", args=[undo.pk]), {"numero": 2})
    assert told.status_code == 409 and "O cadastro mudou depois" in told.content.decode()
    assert Reprocessamento.objects.get(pk=undo.pk).estado == "previa", "nothing half done"
