from datetime import date, timedelta

import pytest

from saude.cadastros.actions import add_feriado, reset_prazo, set_prazo
from saude.cadastros.prazos import by_rule, deadline, national_holidays, published_deadlines

EXCEPTIONS = {"202605"}  # published on 16/06/2026, the rule gives 12/06/2026


def test_the_rule_gives_every_published_deadline_but_the_known_exceptions():
    published = published_deadlines()
    assert len(published) == 13
    different = {c for c, day in published.items() if by_rule(c) != day}
    assert different == EXCEPTIONS


@pytest.mark.parametrize(
    ("year", "easter"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)),
                         (2038, date(2038, 4, 25))],
)  # fmt: skip
def test_easter(year, easter):
    assert national_holidays(year)[easter - timedelta(days=2)] == "Sexta-feira Santa"


def test_the_holidays_are_those_of_the_law_in_portuguese_and_in_order():
    assert list(national_holidays(2026).items()) == [
        (date(2026, 1, 1), "Confraternização Universal"),
        (date(2026, 4, 3), "Sexta-feira Santa"),
        (date(2026, 4, 21), "Tiradentes"),
        (date(2026, 5, 1), "Dia do Trabalhador"),
        (date(2026, 9, 7), "Independência do Brasil"),
        (date(2026, 10, 12), "Nossa Senhora Aparecida"),
        (date(2026, 11, 2), "Finados"),
        (date(2026, 11, 15), "Proclamação da República"),
        (date(2026, 11, 20), "Dia Nacional de Zumbi e da Consciência Negra"),
        (date(2026, 12, 25), "Natal"),
    ]


def test_consciencia_negra_is_national_only_since_2024():
    assert date(2023, 11, 20) not in national_holidays(2023)
    assert date(2024, 11, 20) in national_holidays(2024)


def test_what_the_entidade_set_beats_the_published_date(entidade):
    assert deadline(entidade, "202605").origem == "publicado"
    set_prazo(by="teste", entidade=entidade, competencia="202605", data=date(2026, 6, 20), motivo="Nota")
    assert deadline(entidade, "202605").data == date(2026, 6, 20)
    reset_prazo(by="teste", entidade=entidade, competencia="202605")
    assert deadline(entidade, "202605").data == date(2026, 6, 16)


def test_a_holiday_added_moves_the_deadline_of_the_rule(entidade):
    before = deadline(entidade, "202702").data
    add_feriado(by="teste", entidade=entidade, data=date(2027, 3, 3), nome="Feriado novo")
    assert before == date(2027, 3, 12)
    assert deadline(entidade, "202702").data == date(2027, 3, 15)
