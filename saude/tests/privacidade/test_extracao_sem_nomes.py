"""Production without names: nobody told by it, small groups joined or left out, pseudonyms that only the key undoes."""

import csv
import os
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from producao import com_cpf, exportar, receber, registro

from ledi_gerador.documentos import cpf
from saude.auditoria.models import Evento
from saude.clientes.models import Cliente
from saude.cofre.chaves import new_key
from saude.fichas.models import Atendido, Ficha
from saude.fichas.situacoes import Situacao
from saude.privacidade import extracao
from saude.privacidade.extracao import ANY, MINIMO, Contado, age, joined, months

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = {"de": "202609", "ate": "202609"}
WOMEN, MEN = 9, 6


@pytest.fixture
def town(entidade, outra_entidade):
    """Nine women and six men visited in September, a woman twice; the other town has six people of its own."""
    for n in range(WOMEN + MEN):
        receber(entidade, com_cpf(registro(), cpf(300_000_000 + n)))
    receber(entidade, com_cpf(registro(), cpf(300_000_000)))
    for n in range(6):
        receber(outra_entidade, com_cpf(registro(ibge=outra_entidade.ibge), cpf(310_000_000 + n)))
    people = Cliente.objects.filter(entidade=entidade).order_by("pk")
    assert len(people) == WOMEN + MEN
    for n, one in enumerate(people):
        Cliente.objects.filter(pk=one.pk).update(
            nome=f"Zulmira Secreta {n}", sexo=int(n < WOMEN), raca_cor=3 if n % 2 else 1
        )
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {Situacao.PROCESSADA}
    return entidade


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "estudo.chave"
    path.write_text(new_key().text())
    return path


def extracted(tmp_path, town, name="a.csv", **more):
    path = tmp_path / name
    call_command("extrair_sem_nomes", ibge=town.ibge, saida=path, **PERIOD, **more)
    with path.open(encoding="utf-8", newline="") as file:
        return path, list(csv.DictReader(file, delimiter=";"))


def test_nobody_is_in_the_anonymous_one_and_its_groups_are_large(town, tmp_path):
    path, rows = extracted(tmp_path, town)
    text = path.read_text("utf-8")
    for one in Cliente.objects.all():
        assert one.cpf and one.cpf not in text
    assert "Zulmira" not in text and not any(u in text for u in Ficha.objects.values_list("uuid", flat=True))
    # five white women; four others and the six men (three and three) joined, whatever the raça/cor
    told = {(r["sexo"], r["raca_cor"]): (int(r["pessoas"]), int(r["atendimentos"])) for r in rows}
    assert told[("Feminino", "Branca")] == (5, 6), told  # one of them twice
    assert told[("Masculino", ANY)] == (6, 6)
    assert all(int(r["pessoas"]) >= MINIMO for r in rows)
    assert {r["competencia"] for r in rows} == {"202609"} and {r["cnes"] for r in rows} == {
        registro()["cnes"]
    }
    # what was joined and is small still is left out, and said
    event = Evento.objects.get(tipo="producao.extraida")
    assert (
        event.detalhe["omitidos"] == 4 and event.entidade_id == town.pk and not event.detalhe["pseudonimos"]
    )
    assert sum(n for _, n in told.values()) + 4 == Atendido.objects.filter(entidade=town).count()
    assert os.stat(path).st_mode & 0o077 == 0


def test_pseudonyms_are_of_the_key_and_only_it_says_whose_they_are(town, tmp_path, key, capsys):
    _, rows = extracted(tmp_path, town, chave=key)
    seen = Counter(r["pessoa"] for r in rows)
    assert len(seen) == WOMEN + MEN and sorted(seen.values())[-2:] == [1, 2]  # one person, one pseudonym
    assert [r["pessoa"] for r in rows] == sorted(r["pessoa"] for r in rows)  # not as they came
    _, again = extracted(tmp_path, town, "b.csv", chave=key)
    assert again == rows
    other = tmp_path / "outra.chave"
    other.write_text(new_key().text())
    _, elsewhere = extracted(tmp_path, town, "c.csv", chave=other)
    assert not seen.keys() & {r["pessoa"] for r in elsewhere}

    twice = seen.most_common(1)[0][0]
    first = Cliente.objects.filter(entidade=town).order_by("pk")[0]
    capsys.readouterr()
    call_command("extrair_sem_nomes", ibge=town.ibge, chave=key, quem=twice)
    assert f"cadastro {first.pk} " in capsys.readouterr().out
    event = Evento.objects.get(tipo="pseudonimo.aberto")
    assert event.alvo_id == str(first.pk) and event.entidade_id == town.pk
    for place, by in ((town, other), (Cliente.objects.exclude(entidade=town)[0].entidade, key)):
        with pytest.raises(CommandError, match="Ninguém desta entidade"):
            call_command("extrair_sem_nomes", ibge=place.ibge, chave=by, quem=twice)
    for odd in ("pseudônimo", twice.upper(), twice[:-1]):
        with pytest.raises(CommandError, match="Ninguém desta entidade"):
            call_command("extrair_sem_nomes", ibge=town.ibge, chave=key, quem=odd)
    assert Evento.objects.filter(tipo="pseudonimo.aberto").count() == 1


def test_a_merged_registration_is_the_person_it_was_merged_into(town, tmp_path, key):
    first, second = Cliente.objects.filter(entidade=town).order_by("pk")[:2]
    Cliente.objects.filter(pk=second.pk).update(mesclado_em=first, cpf="")
    _, rows = extracted(tmp_path, town, chave=key)
    assert len({r["pessoa"] for r in rows}) == WOMEN + MEN - 1


def test_what_was_discarded_or_waits_is_not_production(town, tmp_path, key):
    one = Ficha.objects.filter(entidade=town).order_by("pk")[0]
    Ficha.objects.filter(pk=one.pk).update(situacao=Situacao.DESCARTADA)
    exportar(town)
    _, rows = extracted(tmp_path, town, chave=key)
    assert len(rows) == WOMEN + MEN  # of sixteen attendances


def test_refused_in_words_and_nothing_is_left(town, tmp_path, monkeypatch):
    given = {"ibge": town.ibge, "saida": tmp_path / "x.csv"}
    for wrong, said in (
        ({"de": "202613", "ate": "202612"}, "--de"), ({"de": "202609", "ate": None}, "--ate"),
        ({"de": "202610", "ate": "202609"}, "ao contrário"), ({"de": "202609", "ate": "2026-09"}, "--ate"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=said):
            call_command("extrair_sem_nomes", **given, **wrong)
    with pytest.raises(CommandError, match="--saida"):
        call_command("extrair_sem_nomes", ibge=town.ibge, **PERIOD)
    with pytest.raises(CommandError, match="--chave"):
        call_command("extrair_sem_nomes", ibge=town.ibge, quem="a" * 32)
    (tmp_path / "there.csv").write_text("mine")
    with pytest.raises(CommandError, match="já existe"):
        call_command("extrair_sem_nomes", ibge=town.ibge, saida=tmp_path / "there.csv", **PERIOD)
    assert (tmp_path / "there.csv").read_text() == "mine"

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(extracao, "_write", full)
    with pytest.raises(CommandError, match="Falta espaço"):
        call_command("extrair_sem_nomes", **given, **PERIOD)
    assert [p.name for p in tmp_path.iterdir() if p.name != "there.csv"] == []
    assert not Evento.objects.filter(tipo="producao.extraida").exists()


def test_small_groups_are_joined_step_by_step():
    def of(*people: int) -> Contado:
        return Contado(len(people), set(people))

    groups = {
        ("V", "a"): of(1, 2),
        ("V", "b"): of(2, 3, 4, 5),
        ("V", "c"): of(1, 2, 3, 4, 5),
        ("W", "a"): of(1),
    }
    after = joined(groups, 1)
    assert after == {
        ("V", "c"): of(1, 2, 3, 4, 5),
        ("V", ANY): Contado(6, {1, 2, 3, 4, 5}),
        ("W", ANY): of(1),
    }


def test_ages_and_months():
    born = date(2020, 2, 29)
    assert [age(born, date(2024, 2, 28)), age(born, date(2025, 2, 28)), age(born, date(2025, 3, 1))] == [
        "0 a 4", "0 a 4", "5 a 9",
    ]  # fmt: skip
    assert age(date(1946, 1, 1), date(2026, 1, 1)) == "80 ou mais"
    assert age(None, date(2026, 1, 1)) == age(date(2027, 1, 1), date(2026, 1, 1)) == "não informado"
    assert list(months("202511", "202602")) == ["202511", "202512", "202601", "202602"]
