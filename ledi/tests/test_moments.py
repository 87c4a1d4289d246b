"""Dates come back the same day in every Brazilian zone, whatever daylight saving did."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledi import moments
from ledi.moments import MomentError
from ledi.tables import closed

ZONES = sorted({row["fuso"] for row in closed.rows("fusos")})
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ACRE = ZoneInfo("America/Rio_Branco")
NORONHA = ZoneInfo("America/Noronha")


def millis(*fields: int) -> int:
    return int(datetime(*fields, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize("name", ZONES)
def test_every_day_reads_back_as_the_same_day(name: str) -> None:
    zone, day, wrong = ZoneInfo(name), date(1965, 1, 1), []
    while day <= date(2026, 12, 31):
        at = datetime.fromtimestamp(moments.to_millis(day.isoformat(), zone) / 1000, zone)
        if at.date() != day or at.hour > 4:
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_there_are_all_the_zones_of_brazil() -> None:
    assert {"America/Noronha", "America/Sao_Paulo", "America/Cuiaba", "America/Eirunepe"} < set(ZONES)
    assert {ZoneInfo(name).utcoffset(datetime(2026, 7, 1)) for name in ZONES} == {
        timedelta(hours=-hours) for hours in (2, 3, 4, 5)
    }


def test_pure_date_is_five_in_the_morning_utc() -> None:
    assert moments.to_millis("2026-05-04", ACRE) == millis(2026, 5, 4, 5)
    assert moments.date_to_millis(date(1969, 12, 31)) == -19 * 3_600_000


def test_epoch_passes_unchanged() -> None:
    assert moments.to_millis(1541302200000, SAO_PAULO) == 1541302200000
    assert moments.to_millis(-1, SAO_PAULO) == -1


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-05-04T10:20:30", SAO_PAULO, (2026, 5, 4, 13, 20, 30)),
        ("2026-05-04 10:20", SAO_PAULO, (2026, 5, 4, 13, 20)),
        ("2026-05-04T10:20:30", ACRE, (2026, 5, 4, 15, 20, 30)),
        ("2026-05-04T10:20:30", NORONHA, (2026, 5, 4, 12, 20, 30)),
        ("2026-05-04T10:20:30Z", ACRE, (2026, 5, 4, 10, 20, 30)),
        ("2026-05-04T10:20:30-05:00", SAO_PAULO, (2026, 5, 4, 15, 20, 30)),
        ("2026-05-04T10:20:30+0130", SAO_PAULO, (2026, 5, 4, 8, 50, 30)),
        ("1985-12-24T22:00:00", SAO_PAULO, (1985, 12, 25, 0)),  # daylight saving: UTC-2
    ],
)
def test_date_times(text: str, zone: ZoneInfo, expected: tuple[int, ...]) -> None:
    assert moments.to_millis(text, zone) == millis(*expected)


def test_fraction_of_a_second_is_cut_to_milliseconds() -> None:
    whole = moments.to_millis("2026-05-04T10:20:30", SAO_PAULO)
    assert moments.to_millis("2026-05-04T10:20:30.1239999", SAO_PAULO) == whole + 123
    assert moments.to_millis("2026-05-04T10:20:30,5", SAO_PAULO) == whole + 500


def test_time_skipped_by_daylight_saving_stays_on_its_day() -> None:
    # On 2018-11-04 the clocks of São Paulo went from 00:00 to 01:00.
    at = moments.to_millis("2018-11-04T00:00:00", SAO_PAULO)
    assert at == millis(2018, 11, 4, 3)
    assert moments.local(at, SAO_PAULO).isoformat() == "2018-11-04T01:00:00-02:00"


def test_time_that_happened_twice_is_the_first() -> None:
    # On 2019-02-17 at 00:00 the clocks of São Paulo went back to 23:00 of the 16th.
    at = moments.to_millis("2019-02-16T23:30:00", SAO_PAULO)
    assert at == millis(2019, 2, 17, 1, 30)
    assert moments.day_of(at, SAO_PAULO) == date(2019, 2, 16)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-5-4", "dois dígitos"),
        ("04/05/2026", "AAAA-MM-DD"),
        ("20260504", "AAAA-MM-DD"),
        ("2026-W19-1", "AAAA-MM-DD"),
        ("2026-05-04T9:00", "dois dígitos"),
        ("2026-05-04T10", "AAAA-MM-DD"),
        ("2026-05-04Z", "AAAA-MM-DD"),
        ("2026-05-04\n", "AAAA-MM-DD"),
        ("２０２６-05-04", "AAAA-MM-DD"),
        ("", "AAAA-MM-DD"),
        ("2026-02-29", "não existe no calendário"),
        ("0000-01-01", "não existe no calendário"),
        ("2026-02-29T10:00", "não existe no calendário"),
        ("2026-05-04T24:00", "a hora não existe"),
        ("2026-05-04T10:60", "a hora não existe"),
        ("2026-05-04T10:00:60", "a hora não existe"),
        ("2026-05-04T10:00+15:00", "diferença de fuso"),
        ("2026-05-04T10:00-03:60", "diferença de fuso"),
    ],
)
def test_what_is_not_a_moment_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(MomentError, match=reason):
        moments.to_millis(text, SAO_PAULO)


@pytest.mark.parametrize("value", [None, True, 1.5, [], b"2026-05-04"])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(MomentError):
        moments.to_millis(value, SAO_PAULO)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [10**18, -(10**18), 2**63 - 1])
def test_moment_outside_the_calendar(value: int) -> None:
    with pytest.raises(MomentError, match="calendário"):
        moments.day_of(value, SAO_PAULO)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "0001-01-01", "9999-12-31"])
def test_ends_of_the_calendar(text: str) -> None:
    assert moments.day_of(moments.to_millis(text, SAO_PAULO), SAO_PAULO).isoformat() == text[:10]


def test_competencia_is_of_the_local_day() -> None:
    first_hour = moments.to_millis("2026-05-01T00:30:00", ACRE)
    assert moments.competencia_of(first_hour, ACRE) == "202605"
    last_hour = moments.to_millis("2026-05-31T23:30:00", ACRE)  # already June in UTC
    assert moments.competencia_of(last_hour, ACRE) == "202605"
    assert moments.competencia_of(last_hour, SAO_PAULO) == "202606"
    assert moments.ordinal_of(first_hour, ACRE) == date(2026, 5, 1).toordinal()


@pytest.mark.parametrize(
    ("ibge", "name"),
    [
        ("3550308", "America/Sao_Paulo"),
        ("2605459", "America/Noronha"),
        ("2611606", "America/Recife"),
        ("1302603", "America/Manaus"),
        ("1304062", "America/Eirunepe"),
        ("1302405", "America/Eirunepe"),
        ("1200401", "America/Rio_Branco"),
        ("1506807", "America/Santarem"),
        ("1501402", "America/Belem"),
        ("5103403", "America/Cuiaba"),
        ("5002704", "America/Campo_Grande"),
        ("1100205", "America/Porto_Velho"),
        ("1400100", "America/Boa_Vista"),
        ("1721000", "America/Araguaina"),
        ("2927408", "America/Bahia"),
        ("42", "America/Sao_Paulo"),
    ],
)
def test_zone_of_a_municipio(ibge: str, name: str) -> None:
    assert moments.zone_of(ibge) == ZoneInfo(name)


def test_every_municipio_has_a_zone() -> None:
    zones = [moments.zone_of(str(ibge)) for ibge in closed.codes("municipios")]
    assert len(zones) == 5571
    assert zones.count(ZoneInfo("America/Eirunepe")) == 13
    assert zones.count(ZoneInfo("America/Noronha")) == 1


@pytest.mark.parametrize("ibge", ["", "9900000", "abc"])
def test_zone_of_no_state(ibge: str) -> None:
    with pytest.raises(MomentError, match="IBGE"):
        moments.zone_of(ibge)


@pytest.mark.parametrize(
    ("birth", "at", "years", "months"),
    [
        ((2000, 2, 29), (2001, 2, 28), 0, 11),
        ((2000, 2, 29), (2001, 3, 1), 1, 12),
        ((2000, 2, 29), (2004, 2, 29), 4, 48),
        ((2026, 1, 31), (2026, 2, 28), 0, 0),
        ((2026, 1, 31), (2026, 3, 1), 0, 1),
        ((2024, 5, 4), (2026, 5, 3), 1, 23),
        ((2024, 5, 4), (2026, 5, 4), 2, 24),
        ((2026, 5, 4), (2026, 5, 3), -1, -1),
    ],
)
def test_ages(birth: tuple[int, int, int], at: tuple[int, int, int], years: int, months: int) -> None:
    assert moments.age_in_years(date(*birth), date(*at)) == years
    assert moments.age_in_months(date(*birth), date(*at)) == months


DAYS = st.dates(date(1850, 1, 1), date(2100, 1, 1))


@given(DAYS, DAYS, st.integers(1, 130))
def test_an_age_is_reached_on_the_day_add_years_says(birth: date, at: date, years: int) -> None:
    reached = moments.age_in_years(birth, at) >= years
    assert (moments.add_years(birth, years) <= at) is reached
    assert (birth <= moments.add_years(at, -years)) is reached


def test_add_years_outside_the_calendar() -> None:
    assert moments.add_years(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert moments.add_years(date(2024, 2, 29), -1) == date(2023, 2, 28)
    with pytest.raises(MomentError):
        moments.add_years(date(2026, 1, 1), -3000)
