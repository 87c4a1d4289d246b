"""Rules NOME-001 to NOME-007."""

import pytest

from ledi.documents import InvalidComponent, InvalidFormat, InvalidLength, nome


@pytest.mark.parametrize(
    "name",
    [
        "MARIA DA PAZ",
        "Maria da Paz",
        "JOÃO D'ÁVILA",
        "JOÃO D\u2019ÁVILA",
        "CONCEIÇÃO LUÍS",
        "Cec\u0327a\u0303o Luiz",  # decomposed accents
        "WANDERLEY KÜHN YÊDA",
        "A SILVA",
        "ANA E SILVA",
        "LI WU ZE",
        "Ó DE ALMEIDA",
        " ANA SILVA",
    ],
)
def test_accepted(name: str) -> None:
    assert nome.breaches(name) == ()
    assert nome.is_valid(name)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("", ["NOME-001", "NOME-002"]),
        ("JO", ["NOME-001", "NOME-002"]),
        ("JOAQUIM", ["NOME-002"]),
        ("JOAQUIM ", ["NOME-002"]),
        ("MARIA  DA PAZ", ["NOME-003"]),
        ("MARIA 2 DA PAZ", ["NOME-005"]),
        ("MARIA-JOSÉ SILVA", ["NOME-005"]),
        ("MARIA\tSILVA", ["NOME-005"]),
        ("MARIA SILVA\x00", ["NOME-005"]),
        ("MARIA À SILVA", ["NOME-005"]),
        ("MARIA Ş SILVA", ["NOME-005"]),
        ("МАРИЯ SILVA", ["NOME-005"]),
        ("A A DA SILVA", ["NOME-006"]),
        ("É A DA SILVA", ["NOME-006"]),
        ("A B", ["NOME-006"]),
        ("LI WU", ["NOME-007"]),
        ("ÉA WU", ["NOME-007"]),
    ],
)
def test_each_rule(name: str, rules: list[str]) -> None:
    assert [breach.rule for breach in nome.breaches(name)] == rules
    assert not nome.is_valid(name)


def test_small_letters_are_converted() -> None:
    assert nome.validate("Maria da Paz") == "MARIA DA PAZ"
    assert nome.compact("  joão   d'ávila ") == "JOÃO D'ÁVILA"
    assert nome.normalize("Cec\u0327a") == "CEÇA"


def test_errors_have_their_types_and_no_personal_data() -> None:
    for name, error in (("JO", InvalidLength), ("JOAQUIM", InvalidComponent), ("A1 B2", InvalidFormat)):
        with pytest.raises(error) as caught:
            nome.validate(name)
        assert name not in str(caught.value)
    with pytest.raises(InvalidFormat):
        nome.validate(None)
    assert not nome.is_valid(7)
