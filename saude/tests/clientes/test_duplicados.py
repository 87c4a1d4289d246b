"""Possible duplicates: found by what changed, decided once, merged without touching what was exported."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from producao import cidadao, exportar, receber, registro

from ledi_gerador.documentos import cns, cpf
from saude.auditoria.models import Evento
from saude.clientes import duplicados
from saude.clientes.models import Cliente, ParPossivel
from saude.clientes.tasks import procurar_duplicados
from saude.correcao.cliente import StaleClient, correct_client
from saude.correcao.mesclar import PairSettled, keep_apart, merge_pair, undo
from saude.fichas.models import Atendido, Entrada, Ficha

CPF_A, CPF_B = cpf(123_456_789), cpf(222_333_444)
CNS_A, CNS_B = cns(4_021_553_870_010), cns(4_021_553_870_029)


def make(entidade, nome, born="1970-01-02", **more):
    return Cliente.objects.create(
        entidade=entidade, nome=nome, nascimento=date.fromisoformat(born), sexo=1, **more
    )


def visita(documento, **contexto):
    record = registro("FVD", **contexto)
    child = cidadao(record)
    for name in ("cnsCidadao", "stNaoPossuiCpf"):
        child.pop(name, None)
    child |= {"dtNascimento": "1970-01-02", "sexo": 1}
    child["cpfCidadao" if len(documento) == 11 else "cnsCidadao"] = documento
    return record


def pairs():
    return {(p.a.nome, p.b.nome) for p in ParPossivel.objects.filter(decisao="aberto")}


def merge(par, stays, by="teste", **choices):
    people = (par.a, par.b)
    return merge_pair(
        par=par, fica=stays.pk, escolhas={f: c.pk for f, c in choices.items()},
        revisoes={c.pk: Cliente.objects.get(pk=c.pk).revisao for c in people}, by=by,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ({"nome": "Maria Aparecida da Silva"}, {"nome": "Maria Aparecida Silva"}, True),
        ({"nome": "Luiza Souza Lima"}, {"nome": "Luisa Sousa Lima"}, True),
        ({"nome": "Ana Lima", "nome_mae": "Rita Lima"}, {"nome": "Ana Lima Prado", "nome_mae": "Rita Lima"}, True),
        ({"nome": "Ana Lima Costa"}, {"nome": "Ana Lima Costa", "born": "1970-02-01"}, True),
        ({"nome": "Ana Lima Costa"}, {"nome": "Ana Lima Costa", "born": "1991-07-15"}, False),
        ({"nome": "Ana Lima", "cpf": CPF_A}, {"nome": "Ana Lira", "cpf": CPF_B}, False),
        ({"nome": "José Pedro Alves", "cpf": CPF_A, "nome_mae": "Rita Alves"},
         {"nome": "João Paulo Alves", "cpf": CPF_B, "nome_mae": "Rita Alves"}, False),
        ({"nome": "Carlos Nunes"}, {"nome": "Beatriz Ramos"}, False),
    ],
)  # fmt: skip
def test_who_is_proposed(entidade, a, b, alike):
    make(entidade, **a)
    make(entidade, **b)
    duplicados.update_pairs(entidade)
    assert ParPossivel.objects.count() == int(alike)


def test_never_across_entidades(entidade, outra_entidade):
    make(entidade, "Maria Aparecida da Silva")
    make(outra_entidade, "Maria Aparecida da Silva")
    procurar_duplicados(timestamp=0)
    assert not ParPossivel.objects.exists()


def test_a_document_brought_for_another_client_makes_a_pair(entidade):
    receber(entidade, visita(CNS_A, clientes=[{"nome": "ANA LIMA COSTA", "nascimento": "1970-01-02"}]))
    receber(entidade, visita(CPF_A, clientes=[{"nome": "ANA L COSTA", "nascimento": "1970-02-01"}]))
    duplicados.update_pairs(entidade)
    (par,) = ParPossivel.objects.all()
    before = par.pontos
    from saude.clientes.models import Alteracao

    Alteracao.objects.create(cliente=par.b, campo="cns", novo=CNS_A, fonte="ficha", aplicada=False)
    duplicados.update_pairs(entidade)
    par.refresh_from_db()
    assert par.pontos > before and "uma ficha trouxe o mesmo CNS para os dois" in par.motivos


def test_only_what_changed_is_compared_again(entidade, monkeypatch):
    old = timezone.now() - timezone.timedelta(days=1)
    make(entidade, "Maria Aparecida da Silva")
    Cliente.objects.update(alterado_em=old)
    assert duplicados.update_pairs(entidade) == 1
    assert duplicados.update_pairs(entidade) == 0
    make(entidade, "Maria Aparecida Silva")
    assert duplicados.update_pairs(entidade) == 1
    assert pairs() == {("Maria Aparecida da Silva", "Maria Aparecida Silva")}


def test_a_correction_that_tells_them_apart_takes_the_pair_away(entidade):
    make(entidade, "Maria Aparecida da Silva")
    b = make(entidade, "Maria Aparecida Silva")
    duplicados.update_pairs(entidade)
    correct_client(cliente=b, changes={"nome": "Beatriz Ramos"}, revisao=1, by="teste")
    duplicados.update_pairs(entidade)
    assert not ParPossivel.objects.exists()


def test_not_the_same_person_is_remembered_and_inherited(entidade):
    a, b = make(entidade, "Maria Aparecida da Silva"), make(entidade, "Maria Aparecida Silva")
    c = make(entidade, "Maria Aparecida da Silva", cpf=CPF_A)
    duplicados.update_pairs(entidade)
    keep_apart(par=ParPossivel.objects.get(a=a, b=b), by="teste")
    Cliente.objects.update(alterado_em=timezone.now())
    duplicados.update_pairs(entidade)
    assert ParPossivel.objects.get(a=a, b=b).decisao == "diferentes"
    merge(ParPossivel.objects.get(a=a, b=c), c)
    duplicados.update_pairs(entidade)
    assert ParPossivel.objects.get(a=b, b=c).decisao == "diferentes", "who `a` is not, `c` is not either"
    undo(par=ParPossivel.objects.get(a=b, b=c), by="teste")
    assert ParPossivel.objects.get(a=b, b=c).decisao == "aberto"


@pytest.fixture
def dois(entidade):
    """Two registrations of one person, each with an exported and an open ficha."""
    person = {"nome": "ANA LIMA COSTA", "nascimento": "1970-01-02"}
    receber(
        entidade,
        visita(CNS_A, clientes=[person]),
        visita(CPF_A, clientes=[person | {"nome": "ANA LIMA DA COSTA"}]),
    )
    exportar(entidade)
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"exportada"}
    receber(entidade, visita(CNS_A, clientes=[person]), visita(CPF_A))
    duplicados.update_pairs(entidade)
    return ParPossivel.objects.get()


def exported():
    rows = Ficha.objects.filter(situacao="exportada").order_by("pk")
    return [(f.pk, f.uuid, f.revisao, bytes(f.conteudo.registro.encode()), bytes(Entrada.objects.get(ficha=f).dados))
            for f in rows]  # fmt: skip


def test_merge_flows_to_open_fichas_and_leaves_exported_ones_as_they_are(dois, entidade):
    stays, goes = Cliente.objects.get(cpf=CPF_A), Cliente.objects.get(cns=CNS_A)
    before = exported()
    touched = merge(dois, stays, nome=goes)
    assert exported() == before
    stays.refresh_from_db(), goes.refresh_from_db()
    assert goes.mesclado_em == stays and stays.nome == "ANA LIMA COSTA"
    assert Atendido.objects.filter(cliente=stays).count() == 4
    mine = Ficha.objects.exclude(situacao="exportada")
    assert sorted(touched) == sorted(mine.values_list("pk", flat=True))
    for ficha in mine:
        assert CPF_A in ficha.conteudo.registro and CNS_A not in ficha.conteudo.registro
    assert Evento.objects.filter(tipo="cliente.mesclado").count() == 1


def test_each_ficha_of_the_merge_has_a_tick_of_its_own(client, criar_usuario, dois, entidade):
    """Unticked, a ficha is of the registration that stays and keeps its content; so it does when all is taken back."""
    client.force_login(criar_usuario("Coordenador"))
    stays, goes = Cliente.objects.get(cpf=CPF_A), Cliente.objects.get(cns=CNS_A)
    mine = list(Ficha.objects.exclude(situacao="exportada").order_by("pk"))
    before = {f.pk: f.conteudo.registro for f in mine}
    url = reverse("clientes:comparar", args=[dois.pk])
    page = client.get(url).content.decode()
    assert [f'name="mostradas" value="{f.pk}"' in page for f in mine] == [True] * len(mine)
    assert "Hoje a ficha diz: " in page and f"CNS {CNS_A}" in page
    left = next(f for f in mine if Atendido.objects.get(ficha=f).cliente == goes)
    body = {"fica": stays.pk, "campo-nome": goes.pk, "mostradas": [f.pk for f in mine]}
    body |= {f"revisao-{c.pk}": c.revisao for c in (stays, goes)}
    ticked = [f.pk for f in mine if f != left]
    client.post(reverse("clientes:mesclar", args=[dois.pk]), body | {"fichas": ticked})
    goes.refresh_from_db()
    assert goes.mesclado_em == stays and Atendido.objects.get(ficha=left).cliente == stays
    after = {f.pk: Ficha.objects.get(pk=f.pk).conteudo.registro for f in mine}
    assert after[left.pk] == before[left.pk]
    client.post(reverse("clientes:desfazer", args=[dois.pk]))
    assert Atendido.objects.get(ficha=left).cliente == goes
    assert Ficha.objects.get(pk=left.pk).conteudo.registro == before[left.pk]


def test_documents_of_the_merged_one_still_tell_who_it_is(dois, entidade):
    stays = Cliente.objects.get(cpf=CPF_A)
    merge(dois, stays)
    receber(entidade, visita(CNS_A))
    assert Cliente.objects.count() == 2, "no third registration"
    assert Atendido.objects.order_by("-pk").first().cliente == stays


def test_undo_gives_back_each_its_own(dois, entidade):
    stays, goes = Cliente.objects.get(cpf=CPF_A), Cliente.objects.get(cns=CNS_A)
    links = set(Atendido.objects.values_list("pk", "cliente"))
    before = exported()
    merge(dois, stays, nome=goes, cns=goes)
    dois.refresh_from_db()
    undo(par=dois, by="teste")
    stays.refresh_from_db(), goes.refresh_from_db()
    assert (stays.nome, stays.cns, goes.cns, goes.mesclado_em) == ("ANA LIMA DA COSTA", "", CNS_A, None)
    assert set(Atendido.objects.values_list("pk", "cliente")) == links and exported() == before
    dois.refresh_from_db()
    assert dois.decisao == "aberto"


def test_undo_is_refused_after_a_correction(dois):
    stays = Cliente.objects.get(cpf=CPF_A)
    merge(dois, stays)
    stays.refresh_from_db()
    correct_client(cliente=stays, changes={"nome": "OUTRO NOME"}, revisao=stays.revisao, by="teste")
    with pytest.raises(PairSettled):
        undo(par=dois, by="teste")
    assert Cliente.objects.get(cns=CNS_A).mesclado_em == stays


def test_stale_page_merges_nothing(dois):
    with pytest.raises(StaleClient):
        merge_pair(par=dois, fica=dois.a_id, escolhas={}, revisoes={dois.a_id: 99, dois.b_id: 1}, by="teste")
    assert not Cliente.objects.exclude(mesclado_em=None).exists()
    merge(dois, dois.a)
    with pytest.raises(PairSettled):
        merge(dois, dois.a)


def test_pages_decide_and_the_old_address_redirects(dois, client, criar_usuario, outra_entidade):
    client.force_login(criar_usuario("Digitador"))
    listed = client.get(reverse("clientes:duplicados")).content.decode()
    assert "ANA LIMA DA COSTA" in listed and f"{dois.pontos}%" in listed
    side = client.get(reverse("clientes:comparar", args=[dois.pk])).content.decode()
    assert "Cadastro que fica" in side
    data = {"fica": dois.b_id, "campo-nome": dois.a_id, f"revisao-{dois.a_id}": dois.a.revisao,
            f"revisao-{dois.b_id}": dois.b.revisao}  # fmt: skip
    answer = client.post(reverse("clientes:mesclar", args=[dois.pk]), data)
    kept = reverse("clientes:detalhe", args=[dois.b_id])
    assert answer.url == kept
    old = client.get(reverse("clientes:detalhe", args=[dois.a_id]))
    assert (old.status_code, old.url) == (302, kept)
    assert (
        client.get(reverse("clientes:duplicados"), {"guia": "mesclados"}).content.decode().count("Comparar")
        > 0
    )
    client.post(reverse("clientes:desfazer", args=[dois.pk]))
    assert client.get(reverse("clientes:detalhe", args=[dois.a_id])).status_code == 200
    client.post(reverse("clientes:diferentes", args=[dois.pk]))
    dois.refresh_from_db()
    assert dois.decisao == "diferentes"


def test_a_pair_of_another_entidade_is_404(dois, client, criar_usuario, outra_entidade):
    client.force_login(criar_usuario("Administrador", username="fora", entidade=outra_entidade))
    assert client.get(reverse("clientes:comparar", args=[dois.pk])).status_code == 404
    for name in ("mesclar", "diferentes", "desfazer"):
        assert (
            client.post(reverse(f"clientes:{name}", args=[dois.pk]), {"fica": dois.a_id}).status_code == 404
        )
    assert ParPossivel.objects.get().decisao == "aberto"


def test_searching_now_defers_one_job(entidade, client, criar_usuario):
    from procrastinate.contrib.django.models import ProcrastinateJob

    client.force_login(criar_usuario("Digitador"))
    for _ in range(2):
        assert client.post(reverse("clientes:procurar_duplicados")).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="clientes.procurar_duplicados").count() == 1
