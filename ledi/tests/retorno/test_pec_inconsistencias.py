"""The PEC's report of inconsistencies."""

from __future__ import annotations

import json

import pytest
from reports import PEC_HEADER, UUID, motivo, pec, pec_row, read_text

from ledi.retorno import deepest, ficha_of, fields_named


def one(tmp_path, *args, **cells):
    made = read_text(tmp_path, pec(pec_row(*args, **cells)))
    assert not made["recusar"], made
    (registro,) = made["registros"]
    return registro, made


@pytest.mark.parametrize(
    "name, tipo",
    [
        ("CDS Ficha de Atendimento Individual", "FAI"),
        ("CDS Ficha de Atendimento Odontológico", "FAO"),
        ("CDS Ficha de Atendimento Odontológico Individual", "FAO"),
        ("CDS Ficha de Atendimento Domiciliar", "FAD"),
        ("CDS Ficha de Atividade Coletiva", "FAC"),
        ("CDS Ficha de Cadastro Individual", "FCI"),
        ("CDS Ficha de Cadastro Domiciliar", "FCD"),
        ("CDS Ficha de Procedimentos", "FP"),
        ("CDS Ficha de Visita Domiciliar", "FVD"),
        ("CDS Ficha de Visita Domiciliar e Territorial", "FVD"),
        ("CDS Ficha de Vacinação", "FV"),
        ("CDS Ficha de Avaliação de Elegibilidade", "FAE"),
        ("CDS Marcadores de Consumo Alimentar", "MCA"),
        ("CDS Ficha Complementar - Síndrome Neurológica por Zika/Microcefalia", "FCZM"),
        ("CDS Cuidado Compartilhado", "FCC"),
        ("CDS Modelo de Informação de Atendimento Individual", "FAI"),
        ("PEC Atendimento", None),
        ("PEC Atendimento Individual", None),
        ("Outra coisa", None),
    ],
)
def test_ficha_by_words(name, tipo):
    assert ficha_of(name) == tipo


def test_header_recognised_in_other_words(tmp_path):
    header = (
        "ERROS ESTRUTURAIS;uuid;Validacoes de Regras de Negocio;Tipo do Modelo de Informação;cnes emitente"
    )
    made = read_text(tmp_path, f"{header}\n-;{UUID};Turno inválido;CDS Visita Domiciliar;9900017\n")
    (registro,) = made["registros"]
    assert made["leitura"]["colunas_canonicas"] == ["estruturais", "uuid", "regras", "tipo_ficha", "cnes"]
    assert (registro["ficha"], registro["situacao"], registro["lote"]) == ("FVD", "recusada", None)
    assert registro["mensagens"][0]["campos"] == ["turno"]


def test_header_after_a_preamble(tmp_path):
    made = read_text(tmp_path, "Prontuário\n\n" + pec(pec_row("Turno inválido")))
    assert made["registros"][0]["linha"] == 4


@pytest.mark.parametrize(
    "header", [PEC_HEADER.replace("UUID", "Código"), "UUID;Erros Estruturais;Lote", "", "a;b"]
)
def test_other_headers_are_refused(tmp_path, header):
    assert motivo(tmp_path, f"{header}\n1;2;3\n") == "cabecalho_nao_reconhecido"


def test_several_messages_in_a_cell(tmp_path):
    registro, _ = one(
        tmp_path, '"Turno inválido; valor 9\nPeso inválido | Altura é obrigatória"', "Cns é obrigatório"
    )
    assert [(m["coluna"], m["texto_seguro"], m["campos"]) for m in registro["mensagens"]] == [
        ("regras", "Turno inválido; valor 9", ["turno"]),
        ("regras", "Peso inválido", ["peso"]),
        ("regras", "Altura é obrigatória", ["altura"]),
        ("obrigatorios", "Cns é obrigatório", ["cns"]),
    ]


@pytest.mark.parametrize(
    "cells, situacao, duplicadas, messages",
    [
        (("-", "-", "Duplicadas: 1"), "repetida", 1, 0),
        (("-", "-", "duplicados:12"), "repetida", 12, 0),
        (("Duplicada: 1", "-", "Duplicadas: 2"), "repetida", 3, 0),
        (("Turno inválido", "-", "Duplicadas: 1"), "recusada", 1, 1),
        (("-", "-", "Duplicadas: 1 vez"), "recusada", 0, 1),
        (("-", "-", "Erro"), "recusada", 0, 1),
        (("", "–", " - "), None, 0, 0),
    ],
)
def test_situation(tmp_path, cells, situacao, duplicadas, messages):
    registro, made = one(tmp_path, *cells)
    assert (registro["situacao"], registro["duplicadas"], len(registro["mensagens"])) == (
        situacao, duplicadas, messages,
    )  # fmt: skip
    assert ("linha_sem_motivo" in made["avisos"]) == (situacao is None)


@pytest.mark.parametrize(
    "number", ["09234073916", "092.340.739-16", "720464979954494", "720 4649 7995 4494", "(61) 99876-5432"]
)
@pytest.mark.parametrize("column", ["regras", "lote", "registro", "nome", "tipo", "ficha"])
def test_no_number_of_a_person_is_given_out(tmp_path, number, column):
    where = {"regras": {"regras": f"CpfCidadao possui um valor inválido: {number}"}}
    registro, made = one(tmp_path, **where.get(column, {column: f"x {number}"}))
    text = json.dumps(made, ensure_ascii=False)
    assert number not in text and "[número]" in text
    assert not registro["mensagens"] or registro["mensagens"][0]["campos"] == ["cpfCidadao"]


def test_what_a_spreadsheet_does(tmp_path):
    """CNES without zeros, version made a date, hour added, one column more, numbers with .0."""
    made = read_text(
        tmp_path,
        f"{PEC_HEADER};\n{pec_row('Turno inválido', cnes='990033', versao='08/07/2000', lote='118')};\n",
    )
    (registro,) = made["registros"]
    assert (registro["cnes"], registro["versao"], registro["lote"]) == ("0990033", None, "118")
    assert len(made["leitura"]["colunas"]) == 12


@pytest.mark.parametrize(
    "text, date",
    [
        ("05/10/2026 00:14", "2026-10-05"),
        ("05/10/2026 00:14:59", "2026-10-05"),
        ("5/1/26", "2026-01-05"),
        ("2026-10-05", "2026-10-05"),
        ("2026-10-05T00:14:00", "2026-10-05"),
        ("31/02/2026", None),
        ("ontem", None),
    ],
)
def test_dates(tmp_path, text, date):
    registro, made = one(tmp_path, "Erro", data=text)
    assert registro["data_recebimento"] == date
    assert ("data_nao_reconhecida" in made["avisos"]) == (date is None)


def test_an_unquoted_separator_in_a_message_is_put_together(tmp_path):
    made = read_text(tmp_path, pec(pec_row("Numero deve conter letras; valor: S]N"), pec_row("Erro")))
    assert [m["texto_seguro"] for m in made["registros"][0]["mensagens"]] == [
        "Numero deve conter letras; valor: S]N"
    ]
    assert made["avisos"] == ["linha_com_mais_colunas"]


def test_an_unquoted_line_end_in_a_message_is_told(tmp_path):
    made = read_text(tmp_path, pec(pec_row("Turno inválido", "-", "Erro\nque segue"), pec_row("Peso")))
    assert [r["linha"] for r in made["registros"]] == [2, 4]
    assert made["avisos"] == ["linha_com_menos_colunas"]


@pytest.mark.parametrize("keep", [1, 3, 7, 11])
def test_a_last_line_with_fewer_columns_is_a_cut_file(tmp_path, keep):
    cut = ";".join(pec_row("Erro").split(";")[:keep])
    assert motivo(tmp_path, pec(pec_row("Erro")) + cut) == "ultima_linha_com_menos_colunas"


def test_a_quote_that_never_closes_is_a_cut_file(tmp_path):
    rows = [pec_row('"nunca fecha')] + [pec_row("Erro")] * 5000
    assert motivo(tmp_path, pec(*rows)) == "ultima_linha_com_menos_colunas"


@pytest.mark.parametrize("uuid", ["", "-", "123", "99000179e6f51fd", f"x{UUID}"])
def test_a_row_without_a_uuid_is_kept_and_told(tmp_path, uuid):
    registro, made = one(tmp_path, "Erro", uuid=uuid)
    assert registro["uuid"] is None and "uuid_invalido" in made["avisos"]
    assert made["totais"] == {"linhas": 1, "repetidas": 0, "recusadas": 1, "uuids_distintos": 0}


def test_the_same_uuid_twice_counts_once(tmp_path):
    made = read_text(tmp_path, pec(pec_row("A"), pec_row("B", uuid=UUID.upper())))
    assert made["totais"]["uuids_distintos"] == 1 and made["totais"]["linhas"] == 2


def test_a_report_without_rows(tmp_path):
    made = read_text(tmp_path, PEC_HEADER + "\r\n")
    assert (made["recusar"], made["registros"]) == (False, [])


@pytest.mark.parametrize(
    "tipo, text, campos, shown",
    [
        ("FCD", "EnderecoLocalPermanencia: Numero deve", ["enderecoLocalPermanencia", "numero"], "numero"),
        ("FAC", "Cpf é obrigatório", ["cpfParticipante"], "cpfParticipante"),
        ("FAI", "OutroCiap1 possui um valor: Y14", ["outroCiap1"], "outroCiap1"),
        ("FVD", "CNESDADOSERIALIZADO inválido", ["cnesDadoSerializado"], "cnesDadoSerializado"),
        ("FVD", "headerTransport.profissionalCNS", ["headerTransport", "profissionalCNS"], "profissionalCNS"),
        ("FVD", "profissionalCNSx e turnos", [], None),
        (None, "DataHoraFinalAtendimento", ["dataHoraFinalAtendimento"], "dataHoraFinalAtendimento"),
        ("XXX", "turno", ["turno"], "turno"),
    ],
)
def test_fields_that_a_message_names(tipo, text, campos, shown):
    assert fields_named(text, tipo) == campos
    assert deepest(campos, tipo) == shown
