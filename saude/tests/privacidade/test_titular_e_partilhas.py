"""What may be taken away from what is held on a citizen, what the law keeps, and sharing noted by hand."""

from datetime import date

import pytest
from producao import com_cpf, receber, registro

from saude.auditoria.models import Evento
from saude.clientes.models import Alteracao, Cliente, ParPossivel
from saude.fichas.models import Conteudo, Ficha
from saude.painel.models import FiltroSalvo
from saude.privacidade.anonimizar import anonymise, preview
from saude.privacidade.models import Partilha

PHONE = "47999990000"


@pytest.fixture
def keeper(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    return client


def changed(cliente, campo, anterior, novo):
    said = {"campo": campo, "anterior": anterior, "novo": novo, "fonte": "usuario", "aplicada": True}
    return Alteracao.objects.create(cliente=cliente, **said)


@pytest.fixture
def attended(entidade):
    receber(entidade, com_cpf(registro()))
    cliente = Cliente.objects.get(entidade=entidade)
    Cliente.objects.filter(pk=cliente.pk).update(nome="Maria das Dores", telefone=PHONE)
    Alteracao.objects.create(
        cliente=cliente, campo="telefone", anterior="4733330000", novo=PHONE, fonte="usuario", aplicada=True
    )
    Alteracao.objects.create(
        cliente=cliente,
        campo="nome",
        anterior="Maria",
        novo="Maria das Dores",
        fonte="usuario",
        aplicada=True,
    )
    return Cliente.objects.get(pk=cliente.pk)


@pytest.fixture
def mistake(entidade):
    one = Cliente.objects.create(
        entidade=entidade, nome="Zulmira Engano", cpf="12345678909", telefone=PHONE, nome_mae="Ana"
    )
    gone = Cliente.objects.create(entidade=entidade, nome="Zulmira E", telefone="4788887777", mesclado_em=one)
    Alteracao.objects.create(
        cliente=one, campo="nome", anterior="Zulmira", novo="Zulmira Engano", fonte="usuario", aplicada=True
    )
    a, b = sorted((one, gone), key=lambda c: c.pk)
    ParPossivel.objects.create(
        entidade=entidade, a=a, b=b, pontos=9, decisao="mesclado", desfazer={"nome": "Zulmira E"}
    )
    return one


def address(cliente):
    return f"/administrando/privacidade/titular/{cliente.pk}/anonimizar/"


def confirmed(cliente, **more):
    seen = preview(cliente)
    return {"revisao": cliente.revisao, "fichas": seen.fichas, "confirmo": "on"} | more


def test_of_who_was_attended_the_care_stays_and_what_is_not_needed_goes(keeper, attended):
    records = list(Conteudo.objects.values_list("registro", flat=True))
    page = " ".join(keeper.get(address(attended)).content.decode().split())
    until = Ficha.objects.get().data.replace(year=Ficha.objects.get().data.year + 20)
    assert "1 ficha é desta pessoa" in page and f"{until:%d/%m/%Y}" in page and "Lei 13.787/2018" in page
    assert "Telefone celular" in page and "1 valor anterior" in page and PHONE not in page
    answer = keeper.post(address(attended), confirmed(attended))
    assert answer.status_code == 302
    after = Cliente.objects.get(pk=attended.pk)
    assert (after.nome, after.cpf, after.telefone) == ("Maria das Dores", attended.cpf, "")
    assert list(Alteracao.objects.values_list("campo", flat=True)) == ["nome"]
    assert list(Conteudo.objects.values_list("registro", flat=True)) == records
    told = Evento.objects.get(tipo="titular.anonimizado")
    assert told.alvo_id == str(attended.pk) and told.detalhe == {
        "inteiro": False,
        "campos": 1,
        "anteriores": 1,
        "filtros": 0,
    }
    assert "Nada a apagar" in keeper.get(address(attended)).content.decode()


def test_a_registration_of_nobody_attended_becomes_nobodys(keeper, mistake):
    page = " ".join(keeper.get(address(mistake)).content.decode().split())
    assert "Nenhuma ficha é desta pessoa" in page and "CPF" in page
    assert keeper.post(address(mistake), confirmed(mistake)).status_code == 302
    for row in Cliente.objects.all():
        assert (row.nome, row.busca) == ("Cidadão anonimizado", "CIDADAO ANONIMIZADO")
        assert not any((row.cpf, row.cns, row.nascimento, row.telefone, row.nome_mae, row.nome_social))
    assert not Alteracao.objects.exists() and not ParPossivel.objects.exists()
    [told] = Evento.objects.filter(tipo="titular.anonimizado")
    assert "Zulmira" not in str(told.detalhe)


def kept(entidade, usuario, nome, **valores):
    return FiltroSalvo.objects.create(
        entidade=entidade, usuario=usuario, situacao="inconsistente", nome=nome, valores=valores
    )


def test_kept_filters_of_anybody_that_name_who_becomes_nobody_go_with_the_name(
    keeper, criar_usuario, entidade, outra_entidade, mistake
):
    other = criar_usuario("Digitador", username="outra")
    merged = Cliente.objects.get(mesclado_em=mistake)
    kept(entidade, other, "a do engano", cliente=str(mistake.pk))
    kept(entidade, other, "a mesclada", cliente=str(merged.pk), tipo="FVD")
    kept(entidade, other, "um CPF", causa=f"cpf_invalido|cpfCidadao|{mistake.cpf}")
    named = kept(entidade, other, "visitas de Zulmira  ENGANO", tipo="FVD")
    numbered = kept(entidade, other, "cpf 123.456.789-09", tipo="FCI")
    stay = [
        kept(entidade, other, "Zulmira", tipo="FAI"),
        kept(entidade, other, "outro", cliente="999999"),
        kept(outra_entidade, other, "Zulmira Engano", cliente=str(mistake.pk)),
    ]
    page = " ".join(keeper.get(address(mistake)).content.decode().split())
    assert "5 filtros salvos das listas que citam esta pessoa" in page
    keeper.post(address(mistake), confirmed(mistake))
    left = {row.pk: row.nome for row in FiltroSalvo.objects.all()}
    assert left.keys() == {named.pk, numbered.pk, *(row.pk for row in stay)}
    assert all(left[row.pk].startswith(f"Filtro {row.pk} ") for row in (named, numbered))
    assert [left[row.pk] for row in stay] == ["Zulmira", "outro", "Zulmira Engano"]
    told = Evento.objects.filter(tipo__startswith="filtro.")
    assert sorted(e.tipo for e in told) == ["filtro.apagado"] * 3 + ["filtro.renomeado"] * 2
    assert "ulmira" not in str([e.detalhe for e in told])
    assert Evento.objects.get(tipo="titular.anonimizado").detalhe["filtros"] == 5


def test_of_who_was_attended_the_filters_stay_as_the_name_does(keeper, criar_usuario, entidade, attended):
    kept(entidade, criar_usuario("Digitador", username="outra"), "Maria das Dores", cliente=str(attended.pk))
    page = keeper.get(address(attended)).content.decode()
    assert "das listas que" not in page
    keeper.post(address(attended), confirmed(attended))
    assert FiltroSalvo.objects.get().nome == "Maria das Dores"


def test_nothing_goes_without_the_mark_twice_or_after_a_change(keeper, mistake, entidade):
    missing = keeper.post(address(mistake), confirmed(mistake) | {"confirmo": ""})
    assert "Marque que leu" in missing.content.decode()
    stale = confirmed(mistake)
    Cliente.objects.filter(pk=mistake.pk).update(revisao=mistake.revisao + 1)
    answer = keeper.post(address(mistake), stale, follow=True)
    assert "O cadastro mudou depois da prévia" in answer.content.decode()
    assert Cliente.objects.get(pk=mistake.pk).nome == "Zulmira Engano"
    # a ficha came between the preview and the confirmation
    now = Cliente.objects.get(pk=mistake.pk)
    sent = confirmed(now) | {"fichas": 3}
    assert keeper.post(address(now), sent).status_code == 302
    assert Cliente.objects.get(pk=mistake.pk).nome == "Zulmira Engano"
    keeper.post(address(now), confirmed(now))
    keeper.post(address(now), confirmed(now))
    assert Evento.objects.filter(tipo="titular.anonimizado").count() == 1
    done = Cliente.objects.get(pk=mistake.pk)
    assert anonymise(by="teste", cliente=done, revisao=done.revisao, fichas=0).nada


def test_a_discarded_ficha_is_care_too_for_it_can_come_back(attended):
    Ficha.objects.update(situacao="descartada")
    assert not preview(attended).inteiro


def test_of_29_february_the_term_ends_on_the_28(attended):
    Ficha.objects.update(data=date(2024, 2, 29))
    assert preview(attended).ate == date(2044, 2, 29)
    Ficha.objects.update(data=date(2080, 2, 29))
    assert preview(attended).ate == date(2100, 2, 28)


def test_neither_of_another_entidade_nor_by_who_does_not_administer(
    client, criar_usuario, attended, outra_entidade
):
    foreign = Cliente.objects.create(entidade=outra_entidade, nome="X")
    client.force_login(criar_usuario("Administrador"))
    assert client.get(address(foreign)).status_code == 404
    assert client.post(address(foreign), confirmed(foreign)).status_code == 404
    client.force_login(criar_usuario("Coordenador"))
    assert client.post(address(attended), confirmed(attended)).status_code == 403
    assert (
        Cliente.objects.get(pk=foreign.pk).nome == "X"
        and Cliente.objects.get(pk=attended.pk).telefone == PHONE
    )


# -- sharing noted by hand

NOTE = {
    "data": "2026-09-01",
    "com_quem": "Defensoria Geral",
    "o_que": "Relação de visitas",
    "base": "Ofício 12/2026",
}
WHERE = "/administrando/privacidade/partilhas/"


def test_sharing_is_noted_listed_and_withdrawn_and_the_trail_keeps_both(keeper, entidade):
    assert keeper.post(WHERE, NOTE).status_code == 302
    row = Partilha.objects.get()
    page = keeper.get("/administrando/privacidade/").content.decode()
    assert "Defensoria Geral" in page and "Ofício 12/2026" in page and "01/09/2026" in page
    for _ in range(2):
        keeper.post(f"{WHERE}{row.pk}/retirar/")
    assert "Defensoria Geral" not in keeper.get("/administrando/privacidade/").content.decode()
    kinds = list(Evento.objects.filter(tipo__startswith="partilha.").values_list("tipo", flat=True))
    assert sorted(kinds) == ["partilha.anotada", "partilha.retirada"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"data": "2999-01-01"}, "A data ainda não chegou"),
        ({"com_quem": ""}, "obrigatório"),
        ({"data": "ontem"}, "data"),
    ],
)
def test_what_cannot_be_noted_is_told_beside_the_field_and_kept(keeper, entidade, wrong, told):
    page = keeper.post(WHERE, NOTE | wrong).content.decode()
    assert told in page and "Ofício 12/2026" in page and not Partilha.objects.exists()


def test_a_note_of_another_entidade_is_not_there(keeper, criar_usuario, outra_entidade):
    by = criar_usuario("Administrador", username="outra", entidade=outra_entidade)
    row = Partilha.objects.create(entidade=outra_entidade, por=by, **NOTE)
    assert keeper.post(f"{WHERE}{row.pk}/retirar/").status_code == 404
    assert "Ofício 12/2026" not in keeper.get("/administrando/privacidade/").content.decode()
