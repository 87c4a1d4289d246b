"""A byte that the disk flips never goes into a zip: the ficha is named, set aside, made anew; the others go."""

import zipfile

import pytest
from django.core.management import CommandError, call_command
from producao import exportar, receber, registro, zip_de

from saude.auditoria.models import Evento as Auditado
from saude.cadastros.models import Instalacao
from saude.fichas.models import Entrada, Ficha
from saude.processamento.actions import reprocess


def flip(ficha_id, at=20):
    entry = Entrada.objects.get(ficha_id=ficha_id)
    data = bytearray(bytes(entry.dados))
    data[at] ^= 0xFF
    Entrada.objects.filter(ficha_id=ficha_id).update(dados=bytes(data))


@pytest.fixture
def four(entidade):
    return [a.ficha_id for a in receber(entidade, *[registro("FVD") for _ in range(4)])]


@pytest.mark.parametrize("older_envelope", [False, True])
def test_the_damaged_one_stays_behind_and_the_rest_goes(entidade, four, older_envelope):
    if older_envelope:  # entries are then put into a new envelope on the way
        Instalacao.objects.filter(entidade=entidade).update(revisao=9, telefone="4733330000")
    flip(four[1])
    flip(four[2], at=-3)
    export = exportar(entidade)
    export.refresh_from_db()
    assert (export.estado, export.total) == ("concluida", 2)
    with zipfile.ZipFile(zip_de(export)) as made:
        assert made.testzip() is None
        assert len(made.namelist()) == 2
    states = dict(Ficha.objects.values_list("pk", "situacao"))
    assert [states[pk] for pk in four] == ["exportada", "pendente", "pendente", "exportada"]
    assert set(Ficha.objects.filter(situacao="pendente").values_list("motivo_pendencia", flat=True)) == {
        "entrada"
    }
    assert Auditado.objects.filter(tipo="ficha.entrada_danificada").count() == 2
    reprocess(entidade=entidade, ids=four[1:3], by="teste")
    again = exportar(entidade)
    again.refresh_from_db()
    assert again.total == 2


def test_the_command_finds_and_remakes(entidade, four, capsys):
    call_command("conferir_entradas")
    flip(four[3])
    with pytest.raises(CommandError, match="1 danificados"):
        call_command("conferir_entradas")
    call_command("conferir_entradas", corrigir=True)
    assert "1 refeitos" in capsys.readouterr().out
    call_command("conferir_entradas")
    assert Ficha.objects.get(pk=four[3]).situacao == "processada"


def test_an_exported_one_keeps_its_situation_and_is_named(entidade, four, capsys):
    exportar(entidade)
    flip(four[0])
    call_command("conferir_entradas", corrigir=True)
    assert "já exportadas ficam como estão" in capsys.readouterr().out
    assert Ficha.objects.get(pk=four[0]).situacao == "exportada"
