"""Corrigir cadastro reaches several fichas only through a preview: before and after, ticks, the number, the undo."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone
from lotes import JOBS, desfazer, lote
from producao import CPF, cidadao, com_cpf, em, exportar, ficha_de, receber, registro

from saude.cadastros.models import Estabelecimento
from saude.clientes.models import Cliente
from saude.correcao import salvar
from saude.fichas.models import Ficha, Reprocessamento
from saude.processamento.actions import correct
from saude.processamento.lotes import LoteRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordenador(client, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    return client


@pytest.fixture
def tres(entidade) -> list[Ficha]:
    found = [ficha_de(a) for a in receber(entidade, *(com_cpf(registro("FVD"), CPF) for _ in range(3)))]
    Cliente.objects.filter(cpf=CPF).update(nome="MARIA DA SILVA", nascimento="1985-03-20", sexo=1)
    return found


def pessoa() -> Cliente:
    return Cliente.objects.get(cpf=CPF)


def salvo(client, query="", **changes):
    one = pessoa()
    form = {
        "nome": one.nome, "nascimento": one.nascimento.isoformat(), "sexo": one.sexo, "cpf": one.cpf,
        "microarea": one.microarea,
    }  # fmt: skip
    url = reverse("clientes:corrigir", args=[one.pk])
    return client.post(url + query, form | {"revisao": one.revisao} | changes)


def sexos(fichas) -> list[int]:
    return [cidadao(json.loads(Ficha.objects.get(pk=f.pk).conteudo.registro))["sexo"] for f in fichas]


def ticked(client, job, fichas):
    client.post(
        f"{JOBS}{job.pk}/marcar/",
        {"mostradas": [i.ficha_id for i in job.itens.all()], "fichas": [f.pk for f in fichas]},
    )


def test_several_fichas_are_seen_ticked_and_confirmed_with_their_number(coordenador, tres):
    answer = salvo(coordenador, sexo="0")
    job = lote()
    assert answer.url == f"{JOBS}{job.pk}/previa/"
    assert sexos(tres) == [1, 1, 1] and pessoa().sexo == 1, "a preview writes nothing"
    page = coordenador.get(answer.url).content.decode()
    assert page.count("MARIA DA SILVA") >= 3 and page.count('name="fichas"') == 3
    assert (
        page.count("<del>1 - Feminino</del>") + page.count("<del>Feminino</del>") == 4
    )  # 3 fichas, registration
    ticked(coordenador, job, tres[:2])
    page = coordenador.get(f"{JOBS}{job.pk}/confirmar/").content.decode()
    assert 'name="numero" value="2"' in page
    done = coordenador.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 2}, follow=True)
    assert sexos(tres) == [0, 0, 1] and pessoa().sexo == 0
    told = done.content.decode()
    assert "2 fichas reprocessadas" in told and "Desfazer esta correção" in told
    job.refresh_from_db()
    assert (job.estado, job.total, job.processadas, job.puladas) == ("concluido", 2, 2, 0)
    assert "MARIA" not in json.dumps(job.filtro) and CPF not in json.dumps(job.filtro)
    undo = desfazer(coordenador, job)
    assert (undo.total, undo.puladas) == (2, 0)
    assert sexos(tres) == [1, 1, 1] and pessoa().sexo == 1


def test_one_ficha_alone_is_saved_at_once_with_its_undo(coordenador, entidade):
    one = ficha_de(receber(entidade, com_cpf(registro("FVD"), CPF))[0])
    Cliente.objects.filter(cpf=CPF).update(nome="MARIA DA SILVA", nascimento="1985-03-20", sexo=1)
    told = coordenador.get(salvo(coordenador, sexo="0").url).content.decode()
    assert sexos([one]) == [0] and "Desfazer esta correção" in told


def test_the_registration_alone_may_be_saved(coordenador, tres):
    salvo(coordenador, sexo="0")
    job = lote()
    ticked(coordenador, job, [])
    assert "Salvar só o cadastro" in coordenador.get(f"{JOBS}{job.pk}/confirmar/").content.decode()
    coordenador.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 0})
    assert pessoa().sexo == 0 and sexos(tres) == [1, 1, 1]


def test_a_value_that_a_ficha_would_refuse_goes_into_none(coordenador, tres):
    answer = salvo(coordenador, nascimento="1885-03-20")
    page = coordenador.get(answer.url).content.decode()
    assert page.count("disabled") >= 3 and "Não seria aceito" in page
    job = lote()
    before = sorted(Ficha.objects.values_list("conteudo__registro", flat=True))
    ticked(coordenador, job, tres)  # a browser that sends them all the same
    assert coordenador.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 3}).status_code == 409
    coordenador.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 0})
    assert sorted(Ficha.objects.values_list("conteudo__registro", flat=True)) == before


def test_a_ficha_that_changed_or_went_since_the_preview_stays_and_is_told(coordenador, tres, entidade):
    salvo(coordenador, sexo="0")
    job = lote()
    mended = Ficha.objects.get(pk=tres[0].pk)
    path = "visitasDomiciliares[0].turno"
    correct(ficha=mended, changes={path: 2}, revisao=mended.revisao, by="outra pessoa")
    done = coordenador.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 3}, follow=True)
    told = done.content.decode()
    assert "1 ficha ficou como estava" in told
    assert sexos(tres) == [1, 0, 0]
    job.refresh_from_db()
    assert (job.total, job.puladas, job.processadas) == (3, 1, 2)
    assert "Desfazer esta correção" in told and done.redirect_chain[-1][0].endswith(f"feito={job.pk}")
    undo = desfazer(coordenador, job)
    assert (undo.total, undo.puladas) == (2, 0) and sexos(tres) == [1, 1, 1] and pessoa().sexo == 1
    assert "Desfazer esta correção" not in coordenador.get(done.redirect_chain[-1][0]).content.decode()


def test_an_exported_ficha_is_no_part_of_it(coordenador, tres, entidade):
    exportar(entidade)
    receber(entidade, com_cpf(registro("FVD"), CPF), com_cpf(registro("FVD"), CPF))
    salvo(coordenador, sexo="0")
    assert lote().total == 2 and sexos(tres) == [1, 1, 1]


def test_twice_and_late_and_changed_meanwhile(coordenador, tres, criar_usuario):
    salvo(coordenador, sexo="0")
    first = lote()
    salvo(coordenador, sexo="0", nome="MARIA SOUZA")
    second = lote()
    for _ in range(2):  # who clicks twice
        coordenador.post(f"{JOBS}{first.pk}/confirmar/", {"numero": 3})
    assert pessoa().revisao == 2 and Reprocessamento.objects.get(pk=first.pk).feitas == 3
    refused = coordenador.post(f"{JOBS}{second.pk}/confirmar/", {"numero": 3})
    assert refused.status_code == 409 and "O cadastro mudou depois desta prévia" in refused.content.decode()
    assert pessoa().nome == "MARIA DA SILVA"
    someone = criar_usuario("Digitador")
    with pytest.raises(LoteRefused):
        salvar.confirm(job=second, numero=3, by=someone)
    assert salvar.confirm(job=first, numero=3, by=someone) is None
    salvo(coordenador, sexo="1")
    late = lote()
    Reprocessamento.objects.filter(pk=late.pk).update(criado_em=timezone.now() - timezone.timedelta(hours=3))
    refused = coordenador.post(f"{JOBS}{late.pk}/confirmar/", {"numero": 3})
    assert refused.status_code == 409 and pessoa().sexo == 0


def test_desistir_leaves_all_as_it_was(coordenador, tres):
    salvo(coordenador, sexo="0")
    job = lote()
    answer = coordenador.post(f"{JOBS}{job.pk}/desistir/")
    assert answer.url == reverse("clientes:corrigir", args=[pessoa().pk])
    assert sexos(tres) == [1, 1, 1] and pessoa().sexo == 1 and not Reprocessamento.objects.exists()


def test_the_way_back_outlives_the_preview(coordenador, tres):
    back = "/executando/sistema/exportacao/202610/inconsistencias/"
    one = pessoa()
    answer = salvo(coordenador, query=f"?voltar={back}", sexo="0")
    page = coordenador.get(answer.url).content.decode()
    assert "voltar=%2Fexecutando" in page
    done = coordenador.post(f"{JOBS}{lote().pk}/confirmar/", {"numero": 3, "voltar": back})
    assert done.url.startswith(f"/clientes/{one.pk}/") and "voltar=%2Fexecutando" in done.url


def test_someone_of_one_area_sees_and_changes_that_area_only(client, criar_usuario, entidade):
    posts = {
        c: Estabelecimento.objects.create(entidade=entidade, cnes=c, nome=c) for c in ("2513838", "2513846")
    }
    made = [em(c, registro(), "MARIA DA SILVA", CPF) for c in ("2513838", "2513838", "2513846")]
    fichas = [ficha_de(a) for a in receber(entidade, *made)]
    client.force_login(criar_usuario("Digitador", estabelecimento=posts["2513838"]))
    salvo(client, sexo="0")
    job = lote()
    assert set(job.itens.values_list("ficha_id", flat=True)) == {f.pk for f in fichas[:2]}
    done = client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": 2}, follow=True).content.decode()
    assert sexos(fichas) == [0, 0, 1] and "1 ficha de outra área espera quem trabalha lá" in done
    other = criar_usuario("Digitador", "do-outro-posto", estabelecimento=posts["2513846"])
    client.force_login(other)
    assert client.get(f"{JOBS}{job.pk}/").status_code == 404
    client.post(reverse("clientes:decidir_mudancas", args=[pessoa().pk]), {"resposta": "sim"})
    assert sexos(fichas) == [0, 0, 0], "one ficha that takes it all needs no preview"
