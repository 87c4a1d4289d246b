"""Inconsistencies: re-validation by difference, grouping by client and by cause, scope."""

from producao import cidadao, com_cpf, ficha_de, quebrado, receber, registro

from saude.fichas.filtro import Filtro, filtered, unidentified
from saude.fichas.models import Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.inconsistencias.queries import causes, clients, fichas_of_cause, of_client, of_ficha
from saude.painel.listas import page
from saude.processamento.actions import correct, reprocess

TURNO, IMOVEL = "visitasDomiciliares[0].turno", "visitasDomiciliares[0].tipoDeImovel"


def test_reprocessing_keeps_the_row_and_its_date(entidade):
    [answer] = receber(entidade, quebrado())
    before = Inconsistencia.objects.get()
    reprocess(entidade=entidade, ids=[answer.ficha_id], by="teste")
    after = Inconsistencia.objects.get()
    assert (after.pk, after.aberta_em, after.encerrada_em) == (before.pk, before.aberta_em, None)


def test_mended_closes_and_comes_again_opens_anew(entidade):
    [answer] = receber(entidade, quebrado())
    [row] = of_ficha(ficha_de(answer))
    assert (row.campo, row.severidade, row.posicao) == (TURNO, "erro", 0)
    correct(ficha=ficha_de(answer), changes={TURNO: 1}, revisao=1, by="teste")
    assert not of_ficha(ficha_de(answer)).exists()
    correct(ficha=ficha_de(answer), changes={TURNO: None}, revisao=2, by="teste")
    rows = Inconsistencia.objects.order_by("pk")
    assert [r.encerrada_em is None for r in rows] == [False, True]


def test_partly_mended_closes_only_what_is_gone(entidade):
    record = quebrado()
    cidadao(record).pop("desfecho")
    [answer] = receber(entidade, record)
    assert of_ficha(ficha_de(answer)).count() == 2
    left = of_ficha(ficha_de(answer)).exclude(campo=TURNO).get()
    correct(ficha=ficha_de(answer), changes={TURNO: 1}, revisao=1, by="teste")
    assert of_ficha(ficha_de(answer)).get() == left
    assert ficha_de(answer).n_erros == 1


def test_by_cause_the_header_value_counts(entidade):
    entidade.profissionais.create(cns="700000000000005", nome="Única")
    receber(entidade, registro(), registro(), quebrado())
    found = {c.codigo: c for c in causes(entidade, "202609")}
    professional = found["HEADER-U-001-2"]
    assert professional.fichas == 3
    assert professional.causa == f"HEADER-U-001-2|{Ficha.objects.first().profissional_cns}"
    assert "não é de um profissional" in professional.mensagem
    assert fichas_of_cause(entidade, professional.causa).count() == 3
    same = filtered(entidade, Filtro(causa=professional.causa, competencia="202609"))
    assert same.count() == 3
    assert len(page(entidade, Filtro(codigo="HEADER-U-001-2")).fichas) == 3


def test_by_client_with_kinds(entidade):
    receber(entidade, com_cpf(quebrado()), com_cpf(quebrado()), quebrado())
    [row] = clients(entidade, "202609")
    assert (row["fichas"], row["tipos"]) == (2, ["FVD"])
    from saude.clientes.models import Cliente

    [group] = of_client(Cliente.objects.get(), "202609")
    assert (group["n"], len(group["fichas"])) == (2, 2)


def test_unidentified_have_their_own_list(entidade):
    receber(entidade, registro("FP"), com_cpf(registro("FVD")))
    assert [a.ficha.tipo for a in unidentified(entidade, "202609")] == ["FP"]
    assert not unidentified(entidade, "202608").exists()


def test_everything_is_scoped(entidade, outra_entidade):
    receber(outra_entidade, quebrado(ibge=outra_entidade.ibge))
    assert causes(entidade) == []
    assert not clients(entidade).exists()


def test_many_findings_are_bounded(entidade):
    record = registro()
    record["ficha"]["visitasDomiciliares"] = [{"turno": 99, "desconhecido": 1}] * 600
    [answer] = receber(entidade, record)
    assert 0 < of_ficha(ficha_de(answer)).count() <= 301
    assert ficha_de(answer).situacao == "inconsistente"
