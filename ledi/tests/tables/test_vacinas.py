"""Vaccination combinations by the codes the ficha carries."""

from ledi.tables import closed
from ledi.tables.closed import vacinas


def test_strategies_are_those_of_the_ficha() -> None:
    published = closed.combos("vacina_regras", "imunobiologico", "estrategia_esus_aps", "dose")
    assert vacinas.combinations() == published
    assert (9, 15, 1) in published and (9, 14, 1) not in published  # 15 = Vacinação escolar
    assert {strategy for _, strategy, _ in published} <= closed.codes("EstrategiaVacinacao")


def test_questions_a_rule_asks() -> None:
    assert 1 in vacinas.vaccines() and 9999 not in vacinas.vaccines()
    assert 15 in vacinas.strategies(9) and 14 not in vacinas.strategies(9)
    assert vacinas.doses(9, 15) == {1, 2, 3, 8}
    assert vacinas.doses(9, 999) == frozenset()


def test_older_versions() -> None:
    assert 9 in vacinas.doses(107, 1) and 107 not in vacinas.vaccines("7.3.7")
    assert (15, 15, 8) in vacinas.combinations("7.2.2") - vacinas.combinations("7.3.1")
