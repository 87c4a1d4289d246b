"""`ledi versoes`: the contract of its JSON, and the situation of each version on any day."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from ledi.cli import main
from ledi.layouts import CURRENT, VERSIONS, newest_for, releases
from ledi.versions import version_key

DAY = date(2026, 11, 29)
KEYS = ["id", "pec_minimo", "publicada", "valida_ate", "situacao", "mudancas"]


def listed(capsys, *words: str) -> list[dict]:
    assert main(["versoes", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_is_a_list_oldest_first(capsys):
    rows = listed(capsys, "--hoje", DAY.isoformat())
    assert [list(row) for row in rows] == [KEYS] * len(releases())
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), key=version_key)
    assert all(row["mudancas"] and all(isinstance(text, str) for text in row["mudancas"]) for row in rows)
    found = {row["id"]: row for row in rows}
    assert found["7.4.2"] | {"mudancas": []} == {
        "id": "7.4.2", "pec_minimo": "5.4.38", "publicada": "2026-05-14", "valida_ate": "2027-05-14",
        "situacao": "valida", "mudancas": [],
    }  # fmt: skip
    assert found["7.2.2"]["situacao"] == "expirada" and found["7.3.5"]["situacao"] == "expira_em_17_dias"
    assert [row["id"] for row in rows if row["situacao"] == "so_leitura"] == ["6.3.9", "7.2.0", "7.2.1"]
    assert [row["id"] for row in rows if row["situacao"] == "corrente"] == [CURRENT]


def test_without_json_every_version_has_its_line(capsys):
    assert main(["versoes", "--hoje", DAY.isoformat()]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(releases()) and "acaba em 17 dias" in next(
        line for line in lines if line.startswith("7.3.5")
    )


def test_today_is_the_clocks_where_none_is_given(capsys):
    assert len(listed(capsys)) == len(releases())
    with pytest.raises(SystemExit) as stopped:
        main(["versoes", "--hoje", "29/11/2026"])
    assert stopped.value.code == 2


@pytest.mark.parametrize("version", [v for v in VERSIONS if v != CURRENT])
def test_the_last_day_counts_and_sixty_days_before_it_warns(version):
    release = releases()[version]
    last = release.valid_until
    for ahead, situation in (
        (61, "valida"),
        (60, "expira_em_60_dias"),
        (1, "expira_em_1_dias"),
        (0, "expira_em_0_dias"),
    ):
        assert release.situacao(last - timedelta(days=ahead)) == situation
    assert release.situacao(last + timedelta(days=1)) == "expirada"


def test_the_order_of_precedence():
    old, newest = releases()["7.2.1"], releases()[CURRENT]
    assert old.situacao(old.published) == old.situacao(date(2030, 1, 1)) == "so_leitura"
    assert newest.situacao(newest.valid_until) == "corrente"
    assert newest.situacao(newest.valid_until + timedelta(days=1)) == "expirada"


def test_another_table_of_dates_takes_the_place_of_ours():
    release = releases()["7.3.5"]
    assert release.situacao(DAY, {"7.3.5": date(2026, 11, 1)}) == "expirada"
    assert release.situacao(DAY, {"7.3.5": date(2027, 11, 1)}) == "valida"
    assert release.situacao(DAY, {"7.3.4": date(2020, 1, 1)}) == "expira_em_17_dias"


def test_dates_are_twelve_months_after_the_publication():
    for release in releases().values():
        assert release.valid_until == release.published.replace(year=release.published.year + 1)


@pytest.mark.parametrize(
    ("pec", "newest"),
    [
        ("5.4.9", None), ("5.4.10", "7.2.2"), ("5.4.11", "7.2.2"), ("5.4.38", "7.4.2"), ("5.4.99", "7.4.2"),
        ("5.5.17", "8.4.0"), ("5.5.24", "8.5.0"), ("5.5.26", "8.7.0"), ("6.0.0", CURRENT), (" 5.5.26 ", "8.7.0"),
    ],
)  # fmt: skip
def test_the_newest_version_that_a_pec_reads(pec, newest):
    found = newest_for(pec)
    assert (found and found.id) == newest


@pytest.mark.parametrize("text", ["", "5.5", "5.5.26.1", "v5.5.26", "5,5,26", "5.5.x", "٥.٥.٢٦"])
def test_a_pec_of_another_form(text):
    with pytest.raises(ValueError, match=r"^.*$"):
        newest_for(text)
