"""CNES: compared, confirmed, refused; and what it does to the fichas."""

import copy
from datetime import date
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from producao import receber, registro

from ledi_gerador import build, cnes_writer
from ledi_gerador.documentos import cns
from saude.atualizacao import actions
from saude.cadastros.models import Equipe, Estabelecimento, Lotacao, Profissional
from saude.fichas.models import Ficha, Reprocessamento
from saude.inconsistencias.models import Inconsistencia
from saude.processamento.tasks import reprocessar_bloco
from saude.referencias import arquivos
from saude.referencias.models import Publicacao
from saude.referencias.tables import held_tables, tables_of

IBGE = "4218202"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town():
    """The generator's town with the professional of the minimal records, in the entidade of the tests."""
    made = build(2026)
    header = registro("FVD")["ficha"]["headerTransport"]
    first = made.profissionais[0]
    post = type(first.lotacoes[0])(header["cnes"], header["ine"], header["cboCodigo_2002"])
    people = (replaced(first, cns=header["profissionalCNS"], lotacoes=(post,)), *made.profissionais[1:])
    return replaced(made, ibge=IBGE, profissionais=people)


def replaced(row, **changes):
    from dataclasses import replace

    return replace(row, **changes)


@pytest.fixture
def escrever(tmp_path):
    def write(town, name: str = "cnes.xml", day: date = date(2026, 9, 1)):
        path = tmp_path / name
        cnes_writer.write(town, path, data=day)
        return path

    return write


@pytest.fixture
def receber_cnes(entidade, escrever):
    def receive(town, day: date = date(2026, 9, 1), name: str = "cnes.xml") -> Publicacao:
        path = escrever(town, name, day)
        return actions.receive_cnes(
            entidade=entidade, pieces=arquivos.pieces_of(path), nome=path.name, by="teste"
        )

    return receive


@pytest.fixture
def importar(receber_cnes):
    def both(town, day: date = date(2026, 9, 1), name: str = "cnes.xml") -> Publicacao:
        return actions.confirm_cnes(publicacao=receber_cnes(town, day, name), by="teste")

    return both


def without(town, n: int):
    """The town without its first `n` professionals."""
    return replaced(town, profissionais=town.profissionais[n:])


def codes(answer) -> set[str]:
    return {i["codigo"] for i in answer.inconsistencias if i["codigo"].startswith("CTX")}


def run_blocks() -> None:
    from saude.fichas.models import BlocoReprocessamento

    for pk in BlocoReprocessamento.objects.filter(feito_em=None).values_list("pk", flat=True):
        reprocessar_bloco(bloco_id=pk)


def test_comparing_changes_nothing(entidade, receber_cnes, town):
    row = receber_cnes(town)
    assert row.situacao == Publicacao.Situacao.CONFERIR
    assert row.diferencas["lotacoes"]["novos"]["n"] == row.contagens["lotacoes"] > 20
    assert not Estabelecimento.objects.exists() and not Profissional.objects.exists()
    assert tables_of(entidade) is None


def test_confirming_feeds_the_registrations(entidade, importar, town):
    row = importar(town)
    assert row.situacao == Publicacao.Situacao.PRONTA
    assert Estabelecimento.objects.count() == row.contagens["estabelecimentos"] == 3
    assert Equipe.objects.count() == 7
    assert Lotacao.objects.filter(inicio=None, fim=None).count() == row.contagens["lotacoes"]
    tables = tables_of(entidade)
    person = town.profissionais[3]
    post = person.lotacoes[0]
    assert tables.lotacao(person.cns, post.cbo, post.cnes, post.ine, date(2020, 1, 1))
    assert tables.equipe(post.ine, date(2026, 9, 2)).cnes == post.cnes


def test_nothing_personal_is_left_behind(importar, town):
    row = importar(town)
    assert not (arquivos.folder() / row.sha256).exists()
    kept = {f.name for f in Profissional._meta.fields}
    assert "nascimento" not in kept and "sexo" not in kept


def test_the_same_file_twice_is_refused_kindly(importar, receber_cnes, town):
    importar(town)
    with pytest.raises(actions.FileRefused, match="já foi importado"):
        receber_cnes(town)
    assert Publicacao.objects.filter(situacao="pronta").count() == 1


def test_the_same_file_waiting_is_the_same_release(receber_cnes, town):
    assert receber_cnes(town).pk == receber_cnes(town).pk


def test_a_later_release_closes_and_opens_posts(entidade, importar, town):
    importar(town)
    row = importar(without(town, 1), date(2026, 10, 1))
    assert row.diferencas["profissionais"]["sumidos"]["n"] == 1
    gone = town.profissionais[0]
    post = Lotacao.objects.get(profissional__cns=gone.cns)
    assert post.fim == date(2026, 9, 30)
    assert not Profissional.objects.get(cns=gone.cns).ativo
    old = Publicacao.objects.get(vale_de=date(2026, 9, 1))
    assert old.situacao == Publicacao.Situacao.SUBSTITUIDA
    tables = tables_of(entidade)
    assert tables.lotacoes(gone.cns, date(2026, 9, 30)) and not tables.lotacoes(gone.cns, date(2026, 10, 1))
    assert tables.competencia("lotacao", date(2026, 9, 15)) == "202609"
    back = importar(town, date(2026, 11, 1))
    assert back.diferencas["lotacoes"]["novos"]["n"] == 1
    assert Lotacao.objects.get(profissional__cns=gone.cns, fim=None).inicio == date(2026, 11, 1)


def test_an_older_release_is_refused(importar, town):
    importar(town, date(2026, 10, 1))
    with pytest.raises(actions.FileRefused, match="mais antigo que o em uso"):
        importar(without(town, 1), date(2026, 9, 1), "velho.xml")


def test_another_municipality_is_refused(importar, town):
    with pytest.raises(actions.FileRefused, match="outro município"):
        importar(replaced(town, ibge="4205407"))
    row = Publicacao.objects.get()
    assert row.situacao == Publicacao.Situacao.FALHOU and "outro município" in row.erro
    assert not Estabelecimento.objects.exists()


def test_a_release_of_one_municipality_is_not_the_other_s(outra_entidade, importar, town):
    importar(town)
    assert tables_of(outra_entidade) is None


def test_a_failure_while_applying_leaves_everything_as_it_was(
    entidade, importar, receber_cnes, town, monkeypatch
):
    importar(town)
    before = tables_of(entidade)
    row = receber_cnes(without(town, 3), date(2026, 10, 1))

    def break_down(*args, **more):
        raise RuntimeError

    monkeypatch.setattr("saude.referencias.cnes._apply_posts", break_down)
    with pytest.raises(actions.FileRefused, match="defeito do sistema"):
        actions.confirm_cnes(publicacao=row, by="teste")
    with pytest.raises(actions.FileRefused, match="defeito do sistema"):
        receber_cnes(without(town, 2), date(2026, 10, 2))
    assert Publicacao.objects.get(situacao="pronta").vale_de == date(2026, 9, 1)
    assert Publicacao.objects.filter(situacao="falhou").count() == 2
    assert tables_of(entidade) is before
    assert not Profissional.objects.filter(ativo=False).exists()
    assert not list(arquivos.folder().glob("*"))


def test_what_was_registered_by_hand_gives_way_to_the_first_cnes(entidade, importar, town):
    unit = Estabelecimento.objects.create(entidade=entidade, cnes="7000000", nome="Inventado")
    person = Profissional.objects.create(entidade=entidade, nome="Ninguem", cns=cns(501))
    Lotacao.objects.create(profissional=person, estabelecimento=unit, cbo="225142")
    importar(town)
    tables = tables_of(entidade)
    assert tables.estabelecimento("7000000", date(2020, 1, 1)) is None
    assert tables.lotacoes(cns(501), date(2020, 1, 1)) == ()


def test_a_corrected_file_mends_exactly_the_fichas_it_touches(entidade, importar, receber_cnes, town):
    importar(without(town, 1))
    fine = copy.deepcopy(registro("FVD"))
    other = town.profissionais[20]
    post = next(x for x in other.lotacoes)
    fine["ficha"]["headerTransport"].update(profissionalCNS=other.cns, cnes=post.cnes, ine=post.ine)
    answers = receber(entidade, registro("FVD"), registro("FVD"), fine)
    assert codes(answers[0]) == {"CTX-LOT-001"}
    assert [a.situacao for a in answers[:2]] == ["inconsistente"] * 2
    corrected = receber_cnes(town, name="corrigido.xml")
    assert corrected.diferencas["efeito"] == {"quebra": 0, "conserta": 2, "fichas": 2}
    actions.confirm_cnes(publicacao=corrected, by="teste")
    job = Reprocessamento.objects.get()
    assert (job.total, job.filtro) == (2, {"publicacao": corrected.pk})
    run_blocks()
    job.refresh_from_db()
    assert (job.estado, job.feitas, job.processadas) == ("concluido", 2, 2)
    assert Ficha.objects.filter(pk__in=[a.ficha_id for a in answers[:2]], situacao="processada").count() == 2
    assert not Inconsistencia.objects.filter(codigo="CTX-LOT-001", encerrada_em=None).exists()


def test_a_release_may_break_fichas_and_says_so_first(entidade, importar, receber_cnes, town):
    importar(town)
    answer = receber(entidade, registro("FVD"))[0]
    assert answer.situacao == "processada"
    row = receber_cnes(without(town, 1), name="faltando.xml")
    assert row.diferencas["efeito"]["quebra"] == 1
    assert Ficha.objects.get(pk=answer.ficha_id).situacao == "processada"
    actions.confirm_cnes(publicacao=row, by="teste")
    run_blocks()
    assert Ficha.objects.get(pk=answer.ficha_id).situacao == "inconsistente"


def test_exported_fichas_are_not_judged_again(entidade, importar, town):
    from producao import exportar

    importar(town)
    receber(entidade, registro("FVD"))
    exportar(entidade)
    assert Ficha.objects.get().situacao == "exportada"
    importar(without(town, 1), name="faltando.xml")
    assert not Reprocessamento.objects.exists()


def test_what_the_registrations_accused_the_first_cnes_judges_anew(entidade, importar, town):
    Profissional.objects.create(entidade=entidade, nome="Outra", cns=cns(500))
    answer = receber(entidade, registro("FVD"))[0]
    assert answer.situacao == "inconsistente"
    importar(town)
    run_blocks()
    assert Ficha.objects.get(pk=answer.ficha_id).situacao == "processada"


def test_giving_up_leaves_nothing(receber_cnes, town):
    row = receber_cnes(town)
    actions.cancel_cnes(publicacao=row, by="teste")
    assert not Publicacao.objects.exists() and not (arquivos.folder() / row.sha256).exists()


def test_confirming_twice_imports_once(receber_cnes, town):
    row = receber_cnes(town)
    actions.confirm_cnes(publicacao=row, by="teste")
    with pytest.raises(actions.FileRefused, match="já foi concluída"):
        actions.confirm_cnes(publicacao=row, by="teste")
    assert Publicacao.objects.get().situacao == Publicacao.Situacao.PRONTA


def test_a_release_waits_for_the_fichas_being_received(entidade, receber_cnes, town):
    """What is judged by the tables of before is stored before the re-evaluation looks for it."""
    row = receber_cnes(town)
    done = Event()

    def confirm() -> None:
        try:
            actions.confirm_cnes(publicacao=row, by="teste")
            done.set()
        finally:
            connection.close()

    with transaction.atomic():
        held_tables(entidade.pk)
        thread = Thread(target=confirm)
        thread.start()
        assert not done.wait(1)
    assert done.wait(120)
    thread.join()
    assert tables_of(entidade).has("lotacao")


def listed(client, where: str) -> int:
    answer = client.get(where)
    assert answer.status_code == 200
    return len(answer.context["linhas"])


def test_each_number_of_a_re_evaluation_leads_to_its_fichas(
    client, criar_usuario, entidade, outra_entidade, importar, town
):
    importar(without(town, 1))
    receber(entidade, registro("FVD"), registro("FVD"))
    client.force_login(criar_usuario("Coordenador"))
    row = importar(town, name="corrigido.xml")
    page = f"/configurando/cadastros/tabelas-de-referencia/{row.pk}/"
    assert f"{page}fichas/deixaram/" not in client.get(page).text  # nothing to show before they are judged
    run_blocks()
    text = client.get(page).text
    for which, n in (("todas", 2), ("deixaram", 2), ("processada", 2)):
        assert f'href="{page}fichas/{which}/"' in text
        assert listed(client, f"{page}fichas/{which}/") == n
    assert f"{page}fichas/passaram/" not in text
    assert listed(client, f"{page}fichas/passaram/") == listed(client, f"{page}fichas/inconsistente/") == 0
    worse = importar(without(town, 1), date(2026, 9, 2), "faltando.xml")
    run_blocks()
    again = page.replace(str(row.pk), str(worse.pk))
    assert f'href="{again}fichas/passaram/"' in client.get(again).text
    assert listed(client, f"{again}fichas/passaram/") == 2
    assert "Corrigir</a>" in client.get(f"{again}fichas/inconsistente/").text
    assert listed(client, f"{page}fichas/deixaram/") == 0  # they have it again
    job = Reprocessamento.objects.latest("pk")
    batch = f"/executando/sistema/exportacao/reprocessamentos/{job.pk}/"
    assert f'href="{batch}fichas/inconsistente/"' in client.get(batch).text
    assert listed(client, f"{batch}fichas/inconsistente/") == 2
    assert client.get(f"{page}fichas/outras/").status_code == 404
    client.force_login(criar_usuario("Coordenador", username="vizinha", entidade=outra_entidade))
    assert client.get(f"{page}fichas/todas/").status_code == 404


def test_who_works_in_one_area_sees_its_fichas_of_a_re_evaluation(
    client, criar_usuario, entidade, importar, town
):
    importar(without(town, 1))
    receber(entidade, registro("FVD"))
    row = importar(town, name="corrigido.xml")
    run_blocks()
    cnes = Ficha.objects.get().cnes
    mine = Estabelecimento.objects.get(cnes=cnes)
    other = Estabelecimento.objects.exclude(cnes=cnes).first()
    where = f"/configurando/cadastros/tabelas-de-referencia/{row.pk}/fichas/todas/"
    client.force_login(criar_usuario("Coordenador", estabelecimento=mine))
    assert listed(client, where) == 1
    client.force_login(criar_usuario("Coordenador", username="longe", estabelecimento=other))
    assert listed(client, where) == 0
