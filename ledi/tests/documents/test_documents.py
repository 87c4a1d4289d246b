"""Identifiers: the official algorithms, spelled out again here, against ours."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledi.documents import (
    DocumentError,
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    cnes,
    cnpj,
    cns,
    cpf,
    ibge,
    ine,
    uuid,
)
from ledi.errors import LediError

MODULES = [cnes, cnpj, cns, cpf, ibge, ine, uuid]
RANDOM = random.Random(20260504)
UUID = "1c7f3a4e-9d0b-4f4f-8f6e-0a1b2c3d4e5f"


def definitive(pis: str) -> str:
    """CNS-003 and CNS-004 as published."""
    total = sum(int(digit) * (15 - place) for place, digit in enumerate(pis))
    dv = 11 - total % 11
    if dv == 11:
        dv = 0
    if dv == 10:
        return f"{pis}001{11 - (total + 2) % 11}"
    return f"{pis}000{dv}"


def provisional(base: str) -> str | None:
    """CNS-006 as published: the last digit that makes the sum a multiple of 11, when there is one."""
    for last in "0123456789":
        number = base + last
        if sum(int(digit) * (15 - place) for place, digit in enumerate(number)) % 11 == 0:
            return number
    return None


def digits(length: int) -> str:
    return "".join(RANDOM.choices("0123456789", k=length))


def test_definitive_cns() -> None:
    made = [definitive(RANDOM.choice("12") + digits(10)) for _ in range(3000)]
    assert [number for number in made if not cns.is_valid(number)] == []
    assert {number[11:14] for number in made} == {"000", "001"}
    assert not any(map(cns.is_provisional, made))


def test_definitive_cns_has_one_ending_only() -> None:
    for _ in range(30):
        pis = RANDOM.choice("12") + digits(10)
        accepted = [f"{pis}{tail:04d}" for tail in range(10_000) if cns.is_valid(f"{pis}{tail:04d}")]
        assert accepted == [definitive(pis)]


@pytest.mark.parametrize("prefix", "5789")
def test_provisional_cns(prefix: str) -> None:
    made = [number for _ in range(500) if (number := provisional(prefix + digits(13)))]
    assert len(made) > 400
    assert all(map(cns.is_valid, made)) and all(map(cns.is_provisional, made))
    broken = [number[:14] + str((int(number[14]) + 1) % 10) for number in made]
    assert not any(map(cns.is_valid, broken))


def test_prefix_five_is_accepted_since_7_3_7() -> None:
    number = next(number for _ in range(50) if (number := provisional("5" + digits(13))))
    assert cns.is_valid(number) and cns.is_valid(number, version="7.3.7")
    assert cns.is_valid(number, version="8.7.0") and cns.is_valid(number, version="7.10.0")
    assert not cns.is_valid(number, version="7.2.2")
    with pytest.raises(InvalidComponent):
        cns.validate(number, version="7.3.6")


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("", InvalidFormat),
        ("70000000000000", InvalidLength),
        ("7000000000000055", InvalidLength),
        ("700 0000 0000 0005", InvalidFormat),
        ("７00000000000005", InvalidFormat),
        ("300000000000005", InvalidComponent),
        ("000000000000000", InvalidComponent),
        ("700000000000004", InvalidChecksum),
        ("123456789010004", InvalidChecksum),
        (700000000000005, InvalidFormat),
        (None, InvalidFormat),
    ],
)
def test_cns_refused(value: object, error: type[DocumentError]) -> None:
    assert not cns.is_valid(value)
    with pytest.raises(error):
        cns.validate(value)


def cpf_digits(base: str) -> str:
    for length in (9, 10):
        rest = sum(int(digit) * (length + 1 - place) for place, digit in enumerate(base)) % 11
        base += "0" if rest < 2 else str(11 - rest)
    return base


def test_cpf() -> None:
    made = [cpf_digits(digits(9)) for _ in range(3000)]
    assert all(map(cpf.is_valid, made))
    assert cpf.validate("11144477735") == "11144477735"
    for _ in range(20):
        base = digits(9)
        assert [base + f"{dv:02d}" for dv in range(100) if cpf.is_valid(base + f"{dv:02d}")] == [
            cpf_digits(base)
        ]


@pytest.mark.parametrize("digit", "0123456789")
def test_cpf_of_equal_digits_is_no_cpf(digit: str) -> None:
    with pytest.raises(InvalidComponent):
        cpf.validate(digit * 11)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("111.444.777-35", InvalidFormat),
        ("1114447773", InvalidLength),
        ("111444777350", InvalidLength),
        ("11144477736", InvalidChecksum),
        (11144477735, InvalidFormat),
    ],
)
def test_cpf_refused(value: object, error: type[DocumentError]) -> None:
    assert not cpf.is_valid(value)
    with pytest.raises(error):
        cpf.validate(value)


def test_cnpj() -> None:
    assert cnpj.validate("11222333000181") == "11222333000181"
    assert cnpj.is_valid("00394544000185")
    # The example of the Receita Federal for the alphanumeric form.
    assert cnpj.validate("12ABC34501DE35") == "12ABC34501DE35"
    assert cnpj.is_valid("12ABC34501DE35", version="8.5.0")
    assert not cnpj.is_valid("12ABC34501DE35", version="8.4.2")
    assert cnpj.is_valid("11222333000181", version="7.2.2")


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("11.222.333/0001-81", InvalidFormat),
        ("12abc34501de35", InvalidFormat),
        ("12ABC34501DEA5", InvalidFormat),
        ("1122233300018", InvalidLength),
        ("00000000000000", InvalidComponent),
        ("11222333000182", InvalidChecksum),
        ("12ABC34501DE36", InvalidChecksum),
        (None, InvalidFormat),
    ],
)
def test_cnpj_refused(value: object, error: type[DocumentError]) -> None:
    assert not cnpj.is_valid(value)
    with pytest.raises(error):
        cnpj.validate(value)


@pytest.mark.parametrize(("module", "good"), [(cnes, "0019615"), (ine, "0000471828"), (ibge, "4205407")])
def test_plain_codes(module: object, good: str) -> None:
    assert module.validate(good) == good and module.is_valid(good)
    for bad in (good[1:], good + "0", good[:-1] + "A", " " + good[1:], int(good), None):
        assert not module.is_valid(bad)
        with pytest.raises(DocumentError):
            module.validate(bad)


def test_ibge_check_digit_is_not_verified() -> None:
    assert ibge.is_valid(
        "2201919"
    )  # Bom Princípio do Piauí: official, and its digit does not obey the formula
    with pytest.raises(InvalidComponent):
        ibge.validate("9905407")


@pytest.mark.parametrize("good", [UUID, UUID.upper(), f"0019615-{UUID}"])
def test_uuid(good: str) -> None:
    assert uuid.validate(good) == good


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (UUID[1:], InvalidLength),
        (f"00019615-{UUID}", InvalidLength),
        (UUID.replace("-", ""), InvalidLength),
        (f"{{{UUID}}}", InvalidFormat),
        (f"019615-{UUID}", InvalidFormat),
        (f"001961A-{UUID}", InvalidFormat),
        (f"0019615{UUID}-", InvalidFormat),
        (UUID[:-1] + "g", InvalidFormat),
        (UUID + "\n", InvalidFormat),
        (None, InvalidFormat),
    ],
)
def test_uuid_refused(value: object, error: type[DocumentError]) -> None:
    assert not uuid.is_valid(value)
    with pytest.raises(error):
        uuid.validate(value)


def test_cnes_in_a_uuid() -> None:
    assert uuid.cnes_of(f"0019615-{UUID}") == "0019615"
    assert uuid.cnes_of(UUID) is None
    assert uuid.compact(f" {UUID.upper()} ") == UUID


def test_compact_and_format_undo_each_other() -> None:
    for module, value in ((cpf, "11144477735"), (cnpj, "12ABC34501DE35"), (cns, "700000000000005")):
        assert module.format(value) != value
        assert module.compact(module.format(value)) == value
    assert cnes.compact("19615") == "0019615" and cnes.compact("") == ""
    assert ine.compact("471828") == "0000471828"
    assert cnpj.compact("12.abc.345/01de-35") == "12ABC34501DE35"


@given(st.one_of(st.text(), st.from_regex(r"[0-9A-Z]{7,15}", fullmatch=True), st.integers(), st.none()))
def test_is_valid_says_what_validate_does_and_never_raises(value: object) -> None:
    for module in MODULES:
        try:
            module.validate(value)
        except LediError as error:
            assert not module.is_valid(value)
            assert not str(value) or len(str(value)) < 5 or str(value) not in str(error)
        else:
            assert module.is_valid(value)


def test_hostile_lengths_are_refused() -> None:
    for module in MODULES:
        assert not module.is_valid("1" * 10_000_000)
