"""Rules that other records tell: always avisos, never a change of situação."""

import pytest
from producao import CPF, cidadao, com_cpf, exportar, ficha_de, receber, registro

from ledi_gerador.documentos import cns, cpf
from saude.cadastros.models import Instalacao
from saude.processamento.actions import reprocess

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = cpf(987_654_321)


@pytest.fixture(autouse=True)
def completo(entidade):
    """All registrations of the municipality come through here."""
    Instalacao.objects.filter(entidade=entidade).update(conferir_cadastros=True)


def told(answer) -> set[str]:
    assert answer.situacao == "processada", answer.inconsistencias
    found = {i["codigo"]: i["severidade"] for i in answer.inconsistencias if i["codigo"].startswith("CTX-")}
    found.pop("CTX-CLIENTE-NAO-IDENTIFICADO", None)
    assert set(found.values()) <= {"aviso"}
    return set(found)


def fci(document: str = CPF, **person) -> dict:
    record = registro("FCI")
    cidadao(record).update(cpfCidadao=document, **person)
    return record


def fcd(*heads: str) -> dict:
    record = registro("FCD")
    record["ficha"]["familias"] = [
        {"numeroCnsResponsavel": head, "dataNascimentoResponsavel": "1985-03-20"} for head in heads
    ]
    record["ficha"]["uuidFichaOriginadora"] = record["uuid"]
    return record


def first(tipo_or_record) -> dict:
    """A registration that says it is the first of its line."""
    tipo_or_record["ficha"]["uuidFichaOriginadora"] = tipo_or_record["uuid"]
    return tipo_or_record


def test_an_update_of_a_registration_that_nobody_sent(entidade):
    record = first(fci())
    record["ficha"].update(
        fichaAtualizada=True, uuidFichaOriginadora="0019615-aaaaaaaa-0000-4000-8000-000000000001"
    )
    assert told(receber(entidade, record)[0]) == {"CTX-HIST-001"}


def test_an_update_of_a_registration_that_is_here(entidade):
    old = first(fci())
    receber(entidade, old)
    new = first(fci())
    new["ficha"].update(fichaAtualizada=True, uuidFichaOriginadora=old["uuid"])
    assert told(receber(entidade, new)[0]) == set()


def test_an_update_of_a_registration_of_the_same_lot(entidade):
    old, new = first(fci()), first(fci())
    new["ficha"].update(fichaAtualizada=True, uuidFichaOriginadora=old["uuid"])
    assert [told(a) for a in receber(entidade, new, old)] == [set(), set()]


def test_a_head_of_family_without_registration_then_without_household(entidade):
    member = first(fci(cpfResponsavelFamiliar=HEAD, statusEhResponsavel=False))
    assert told(receber(entidade, member)[0]) == {"CTX-HIST-002"}
    receber(entidade, first(fci(HEAD, statusEhResponsavel=True)))
    other = first(fci(cpf(555_666_777), cpfResponsavelFamiliar=HEAD, statusEhResponsavel=False))
    assert told(receber(entidade, other)[0]) == {"CTX-HIST-003"}


def test_the_head_of_a_household_must_be_registered(entidade):
    answer = receber(entidade, fcd(cns(4242)))[0]
    assert told(answer) == {"CTX-HIST-004"}
    assert answer.inconsistencias[0]["campo"] == "familias[0].numeroCnsResponsavel"


def test_a_visit_to_a_household_that_nobody_sent(entidade):
    visit = registro("FVD")
    cidadao(visit)["uuidOrigemCadastroDomiciliar"] = "0019615-aaaaaaaa-0000-4000-8000-000000000002"
    assert told(receber(entidade, visit)[0]) == {"CTX-HIST-005"}
    home = fcd()
    del home["ficha"]["familias"]
    receber(entidade, home)
    good = registro("FVD")
    cidadao(good)["uuidOrigemCadastroDomiciliar"] = home["uuid"]
    assert told(receber(entidade, good)[0]) == set()


def test_the_same_citizen_professional_and_moment_twice(entidade):
    first_answer = receber(entidade, com_cpf(registro("FVD")))[0]
    assert told(first_answer) == set()
    again = receber(entidade, com_cpf(registro("FVD")))[0]
    assert told(again) == {"CTX-HIST-006"}
    assert again.inconsistencias[0]["campo"] == "visitasDomiciliares[0]"


def test_another_shift_or_another_citizen_is_no_duplicate(entidade):
    other = com_cpf(registro("FVD"))
    cidadao(other)["turno"] = 2
    answers = receber(entidade, com_cpf(registro("FVD")), other, com_cpf(registro("FVD"), HEAD))
    assert [told(a) for a in answers] == [set()] * 3


def test_two_of_one_lot_are_told_once(entidade):
    answers = receber(entidade, com_cpf(registro("FVD")), com_cpf(registro("FVD")))
    assert sorted(len(told(a)) for a in answers) == [0, 1]


def test_an_exported_ficha_and_its_correction_are_no_duplicate(entidade, criar_usuario):
    from saude.processamento.actions import replace_exported

    answer = receber(entidade, com_cpf(registro("FVD")))[0]
    exportar(entidade)
    new = replace_exported(
        ficha=ficha_de(answer), changes={"visitasDomiciliares[0].desfecho": 1}, motivo="teste",
        by=criar_usuario(),
    )  # fmt: skip
    assert not new.inconsistencias.filter(codigo="CTX-HIST-006").exists()


def test_birth_and_sex_against_the_registered_client(entidade):
    receber(entidade, first(fci()))
    visit = com_cpf(registro("FVD"))
    cidadao(visit).update(dtNascimento="1985-03-21", sexo=0)
    answer = receber(entidade, visit)[0]
    assert told(answer) == {"CTX-CLI-001", "CTX-CLI-002"}
    assert {i["campo"] for i in answer.inconsistencias} == {
        "visitasDomiciliares[0].dtNascimento", "visitasDomiciliares[0].sexo",
    }  # fmt: skip
    assert told(receber(entidade, com_cpf(registro("FVD"), CPF))[0]) == {"CTX-HIST-006"}


def test_a_client_known_only_by_fichas_proves_nothing(entidade):
    receber(entidade, com_cpf(registro("FVD")))
    visit = com_cpf(registro("FVD"))
    cidadao(visit).update(dtNascimento="1985-03-21", turno=2)
    assert told(receber(entidade, visit)[0]) == set()


def test_reprocessing_looks_again(entidade):
    visit = registro("FVD")
    home = fcd()
    del home["ficha"]["familias"]
    cidadao(visit)["uuidOrigemCadastroDomiciliar"] = home["uuid"]
    answer = receber(entidade, visit)[0]
    assert told(answer) == {"CTX-HIST-005"}
    receber(entidade, home)
    reprocess(entidade=entidade, ids=[answer.ficha_id], by="teste")
    ficha = ficha_de(answer)
    assert ficha.n_avisos == 0 or not ficha.inconsistencias.filter(codigo="CTX-HIST-005", encerrada_em=None)
    assert ficha.situacao == "processada"


def test_where_registrations_live_elsewhere_links_are_not_looked_at(entidade):
    Instalacao.objects.filter(entidade=entidade).update(conferir_cadastros=False)
    member = first(fci(cpfResponsavelFamiliar=HEAD, statusEhResponsavel=False))
    assert told(receber(entidade, member)[0]) == set()
