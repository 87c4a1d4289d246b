"""The PEC's version, the LEDI it reads, and until when a version counts: proposed, warned of, configured."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from producao import instalacao_digitada, receber, registro

from saude.atualizacao.versao import warnings
from saude.auditoria.models import Evento
from saude.cadastros.actions import reset_validade, set_validade, update_instalacao
from saude.cadastros.models import Instalacao, ValidadeLedi
from saude.fichas.models import BlocoReprocessamento
from saude.inconsistencias.models import Inconsistencia
from saude.processamento.em_massa import reprocess_block


def installed(entidade: Any, **values: str) -> None:
    update_instalacao(by="teste", instalacao=entidade.instalacao, values=values)
    entidade.instalacao.refresh_from_db()


def told(entidade: Any, today: date) -> list[tuple[bool, str]]:
    return [(a.grave, a.texto) for a in warnings(entidade, today, administra=True)]


@pytest.fixture
def logado(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    return client


def texto(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("today", "grave", "says"),
    [
        (date(2027, 6, 13), None, ""),  # 61 days before 13/08/2027
        (date(2027, 6, 14), False, "vale só até 13/08/2027 (faltam 60 dias)"),
        (date(2027, 7, 28), False, "faltam 16 dias"),
        (date(2027, 7, 29), True, "faltam 15 dias"),
        (date(2027, 8, 12), True, "falta 1 dia"),
        (date(2027, 8, 13), True, "vence hoje"),
        (date(2027, 8, 14), True, "valeu até 13/08/2027"),
    ],
)
def test_the_end_is_said_60_and_15_days_before(entidade, today, grave, says):
    installed(entidade, versao_pec="5.5.26")
    found = told(entidade, today)
    if grave is None:
        assert found == []
    else:
        [(is_grave, text)] = found
        assert (is_grave, says in text) == (grave, True), text


def test_the_competencias_at_stake_are_named_with_what_waits(entidade):
    installed(entidade, versao_pec="5.5.26")
    receber(entidade, registro("FVD"), registro("FVD"))  # of September 2026
    set_validade(by="t", entidade=entidade, versao="8.7.0", data=date(2026, 10, 10), motivo="nota")
    [(grave, text)] = told(entidade, date(2026, 10, 5))
    assert grave
    assert "Em jogo: setembro de 2026 (prazo 15/10/2026, 2 fichas a exportar); outubro de 2026 (prazo" in text
    [(_, later)] = told(entidade, date(2026, 11, 20))
    assert "valeu até 10/10/2026" in later
    assert "setembro de 2026 (prazo 15/10/2026, 2 fichas a exportar)" in later


def test_with_a_newer_version_within_reach_it_is_proposed(entidade):
    installed(entidade, versao_pec="5.5.23", versao_ledi="7.3.5")
    [(_, text)] = told(entidade, date(2026, 11, 20))
    assert "A versão 7.3.5 do formato do e-SUS, em uso, vale só até 16/12/2026 (faltam 26 dias)" in text
    assert "Passe para a versão 8.5.0, que o PEC do município lê, e regenere" in text
    installed(entidade, versao_pec="5.4.26")
    assert (
        "Atualize o PEC: o de agora não lê uma versão mais nova." in told(entidade, date(2026, 11, 20))[0][1]
    )


@pytest.mark.parametrize(
    ("pec", "ledi", "says"),
    [
        (
            "5.4.38",
            "8.7.0",
            "O PEC 5.4.38 não lê a versão 8.7.0 do formato do e-SUS, em uso: precisa ser o 5.5.26 ou mais novo",
        ),
        ("5.4.38", "8.7.0", "Use a versão 7.4.2, a mais nova que ele lê"),
        ("5.3.32", "8.7.0", "mais antigo que todas as versões do formato que este sistema escreve"),
        ("", "8.7.0", "Não se sabe a versão do PEC"),
    ],
)
def test_a_pec_that_is_too_old_or_unknown_is_said(logado, entidade, pec, ledi, says):
    installed(entidade, versao_pec=pec, versao_ledi=ledi)
    assert any(says in text for _, text in told(entidade, date(2026, 11, 20)))
    for name in ("instalacao", "painel:painel"):
        assert says in texto(logado.get(reverse(name)))


@pytest.mark.parametrize("pec", ["5.5.26", "9.9.9"])
def test_a_pec_that_reads_it_says_nothing(entidade, pec):
    installed(entidade, versao_pec=pec)
    assert told(entidade, date(2026, 11, 20)) == []


def test_who_does_not_administer_reads_the_warning_without_a_link(client, criar_usuario, entidade):
    installed(entidade, versao_pec="5.4.38")
    client.force_login(criar_usuario("Coordenador"))
    page = texto(client.get(reverse("painel:painel")))
    assert "não lê a versão 8.7.0" in page
    assert "Peça a quem administra o sistema." in page
    assert reverse("instalacao") not in page


@pytest.mark.parametrize(
    ("typed", "says", "chosen"),
    [
        (
            "5.5.23",
            "O LEDI mais novo que o PEC 5.5.23 lê é o 8.5.0. O gravado é o 8.7.0: salve para mudar.",
            "8.5.0",
        ),
        ("5.5.30", "O LEDI mais novo que o PEC 5.5.30 lê é o 8.7.0. É o que está gravado.", "8.7.0"),
        ("5.3.1", "mais antigo que todos os LEDI", "8.7.0"),
        ("5.5", "Escreva a versão do PEC como n.n.n", "8.7.0"),
        ("cinco", "Escreva a versão do PEC como n.n.n", "8.7.0"),
        ("", "", "8.7.0"),
    ],
)
def test_the_newest_ledi_that_the_pec_reads_is_proposed_as_it_is_typed(logado, entidade, typed, says, chosen):
    page = texto(logado.get(reverse("versao_proposta"), {"versao_pec": typed, "versao_ledi": "8.7.0"}))
    assert says in page
    assert f'<option value="{chosen}" selected>' in page
    assert Instalacao.objects.get().versao_ledi == "8.7.0"


@pytest.mark.parametrize("typed", ["5.5", "5.5.26.1", "v5.5.26", "5.5.x", "5 5 26"])
def test_what_is_no_pec_version_is_said_and_not_saved(logado, entidade, typed):
    answer = logado.post(reverse("instalacao"), instalacao_digitada(entidade.instalacao, versao_pec=typed))
    assert "Escreva a versão do PEC como n.n.n" in texto(answer)
    assert Instalacao.objects.get().versao_pec == ""


def test_the_pec_version_is_saved_and_is_no_part_of_the_envelope(logado, entidade):
    logado.post(reverse("instalacao"), instalacao_digitada(entidade.instalacao, versao_pec=" 5.5.26 "))
    row = Instalacao.objects.get()
    assert (row.versao_pec, row.revisao) == ("5.5.26", 1)
    page = texto(logado.get(reverse("instalacao")))
    assert '<option value="5.5.26">' in page
    assert Evento.objects.get(tipo="instalacao.alterada").detalhe == {"campos": ["versao_pec"]}


# -- the dates are configuration


def test_the_dates_are_a_table_that_can_be_changed_and_put_back(logado, entidade):
    page = texto(logado.get(reverse("versoes_ledi")))
    assert "13/08/2027" in page
    assert "Publicação mais 12 meses" in page
    where = reverse("versao_ledi", args=["8.7.0"])
    assert "O LEDI" not in texto(logado.post(where, {"data": "", "motivo": ""}))
    logado.post(where, {"data": "2027-12-31", "motivo": "NT 99/2027"})
    page = texto(logado.get(reverse("versoes_ledi")))
    assert "31/12/2027" in page
    assert "NT 99/2027" in page
    assert Evento.objects.get(tipo="validade.alterada").detalhe["depois"] == "2027-12-31"
    logado.post(reverse("versao_ledi_restaurar", args=["8.7.0"]))
    assert not ValidadeLedi.objects.exists()
    assert "13/08/2027" in texto(logado.get(reverse("versoes_ledi")))
    assert logado.get(reverse("versao_ledi", args=["1.0.0"])).status_code == 404
    assert logado.get(reverse("versao_ledi", args=["6.3.9"])).status_code == 404  # never written


def test_who_may_not_configure_sees_the_dates_and_changes_none(client, criar_usuario, entidade):
    client.force_login(criar_usuario("Digitador"))
    assert client.get(reverse("versoes_ledi")).status_code == 200
    assert client.get(reverse("versao_ledi", args=["8.7.0"])).status_code == 403
    assert client.post(reverse("versao_ledi_restaurar", args=["8.7.0"])).status_code == 403


def test_a_date_set_here_is_the_one_that_records_are_judged_by(entidade):
    expired = Inconsistencia.objects.filter(codigo="REGISTRO-versao-expirada", encerrada_em=None)
    receber(entidade, registro("FVD"))
    assert not expired.exists()
    set_validade(by="t", entidade=entidade, versao="8.7.0", data=date(2026, 9, 1), motivo="nota")
    receber(entidade, registro("FVD"))
    assert expired.count() == 1
    for bloco in BlocoReprocessamento.objects.filter(feito_em=None):  # the one that was here is told too
        reprocess_block(bloco.pk)
    assert expired.count() == 2
    reset_validade(by="t", entidade=entidade, versao="8.7.0")
    for bloco in BlocoReprocessamento.objects.filter(feito_em=None):
        reprocess_block(bloco.pk)
    assert not expired.exists()


def test_the_dates_of_another_municipality_are_its_own(entidade, outra_entidade):
    set_validade(by="t", entidade=outra_entidade, versao="8.7.0", data=date(2026, 9, 1), motivo="nota")
    installed(entidade, versao_pec="5.5.26")
    assert told(entidade, date(2026, 11, 20)) == []
