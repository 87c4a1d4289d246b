"""The table of what a client does, row by row, without a network."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledi.pec.answers import Answer, Marks, NoAnswer, classify, no_answer
from ledi.pec.outcomes import WORDS, Action, Before, Cause, Situacao
from ledi.pec.pacing import Streak, backoff

A, S, C = Action, Situacao, Cause
NEW, UNKNOWN, OVER = Before(), Before(incerta=True, desconhecida=True), Before(esgotado=True)
JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html"}


def said(status: int, body: object = b"", headers: dict[str, str] | None = None, **more: object) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Answer(status, headers or {}, raw, **more)  # type: ignore[arg-type]


def invalid(**errors: object) -> dict[str, object]:
    return {"descricaoErro": "Erro de validação", "errosValidacao": errors}


ROWS = [
    # accepted
    (said(200), NEW, S.ACEITA, A.NEXT, C.ACEITA),
    (said(201), NEW, S.ACEITA, A.NEXT, C.ACEITA),
    (said(201), UNKNOWN, S.ACEITA, A.NEXT, C.ACEITA),
    (said(201, {"uuid": "x"}, JSON), NEW, S.ACEITA, A.NEXT, C.ACEITA),
    (said(200, b"Registro recebido"), NEW, S.ACEITA, A.NEXT, C.ACEITA),
    # a 2xx that is not the API's
    (said(200, b"<!DOCTYPE html><p>proxy"), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(201, b"", HTML), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(200, b"\xef\xbb\xbf  <html>"), UNKNOWN, S.DESCONHECIDA, A.RETRY, C.ESTRANHA),
    (said(200, {"descricaoErro": "x"}, JSON), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(200, b"x" * 10, cut=True), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(200, b"\x1f\x8b\x08", {"content-encoding": "gzip"}), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    # session
    (said(401), NEW, S.A_ENVIAR, A.LOGIN, C.SESSAO),
    (said(302), NEW, S.A_ENVIAR, A.LOGIN, C.SESSAO),
    (said(403, b"<html>", HTML), UNKNOWN, S.DESCONHECIDA, A.LOGIN, C.SESSAO),
    # refused
    (said(400, invalid(turno="Turno"), JSON), NEW, S.RECUSADA, A.NEXT, C.RECUSADA),
    (said(400, invalid(turno="Turno"), JSON), UNKNOWN, S.RECUSADA, A.NEXT, C.RECUSADA),
    (said(400, {"errosValidacao": ["Turno"]}), NEW, S.RECUSADA, A.NEXT, C.RECUSADA),
    (said(400, {"descricaoErro": "Erro de validação"}), NEW, S.RECUSADA, A.NEXT, C.RECUSADA),
    # our defect
    (said(400, {"descricaoErro": "Erro na desserialização: campo"}), NEW, S.PARADA, A.STOP, C.DESSERIALIZACAO),
    (said(400, "Erro na desserialização".encode("iso-8859-1")), NEW, S.PARADA, A.STOP, C.DESSERIALIZACAO),
    (said(400, {"descricaoErro": "Arquivo zip não é aceito"}), NEW, S.PARADA, A.STOP, C.FORMA),
    (said(400, b"Required part 'ficha' is not present."), NEW, S.PARADA, A.STOP, C.FORMA),
    # internal errors
    (said(500, b"Erro ao ler registro"), NEW, S.A_ENVIAR, A.RETRY, C.ERRO_500),
    (said(500, b"<html>nginx", HTML), UNKNOWN, S.DESCONHECIDA, A.RETRY, C.ERRO_500),
    (said(500, b"Erro ao ler registro"), OVER, S.FALHOU, A.NEXT, C.ERRO_500),
    (said(500, b"Erro ao ler registro"), Before(True, True, esgotado=True), S.DESCONHECIDA, A.NEXT, C.ERRO_500),
    (said(500, b"Erro ao desserializar registro"), NEW, S.DESCONHECIDA, A.RETRY, C.DESSERIALIZACAO_500),
    (said(500, b"Erro ao desserializar registro"), Before(True, True, 1), S.FALHOU, A.NEXT, C.DESSERIALIZACAO_500),
    # out of reach
    (said(502, b"<html>"), NEW, S.A_ENVIAR, A.RETRY, C.PROXY),
    (said(503), UNKNOWN, S.DESCONHECIDA, A.RETRY, C.PROXY),
    (said(503), OVER, S.A_ENVIAR, A.RETRY, C.PROXY),
    (said(504), NEW, S.DESCONHECIDA, A.RETRY, C.SEM_RESPOSTA),
    # duplicates
    (said(409), NEW, S.REPETIDA, A.NEXT, C.REPETIDA),
    (said(409), UNKNOWN, S.ACEITA, A.NEXT, C.ERA_NOSSA),
    (said(400, {"descricaoErro": "Registro duplicado"}), NEW, S.REPETIDA, A.NEXT, C.REPETIDA),
    (said(400, {"descricaoErro": "Registro já foi recebido"}), UNKNOWN, S.ACEITA, A.NEXT, C.ERA_NOSSA),
    (said(400, {"descricaoErro": "Já foi recebida"}), Before(incerta=True), S.ACEITA, A.NEXT, C.ERA_NOSSA),
    (said(400, invalid(uuidDadoSerializado="UUID duplicado")), UNKNOWN, S.ACEITA, A.NEXT, C.ERA_NOSSA),
    (said(400, invalid(uuid="duplicado", turno="Turno")), UNKNOWN, S.RECUSADA, A.NEXT, C.RECUSADA),
    # anything else
    (said(400), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(400, b"<html>Bad Request", HTML), UNKNOWN, S.DESCONHECIDA, A.RETRY, C.ESTRANHA),
    (said(400, {"descricaoErro": "Outra coisa"}), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(400, [1, 2]), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(301), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(404), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(413), OVER, S.FALHOU, A.NEXT, C.ESTRANHA),
    (said(429), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(100), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
    (said(599), NEW, S.A_ENVIAR, A.RETRY, C.ESTRANHA),
]  # fmt: skip


@pytest.mark.parametrize("answer, before, situacao, action, cause", ROWS)
def test_the_table(answer, before, situacao, action, cause):
    outcome = classify(answer, before)
    assert (outcome.situacao, outcome.action, outcome.cause) == (situacao, action, cause)
    assert outcome.status == answer.status and outcome.mensagem.startswith(WORDS[cause])


@pytest.mark.parametrize(
    "why, before, situacao, action, uncertain",
    [
        (NoAnswer.SEM_CONEXAO, NEW, S.A_ENVIAR, A.RETRY, False),
        (NoAnswer.SEM_CONEXAO, UNKNOWN, S.DESCONHECIDA, A.RETRY, False),
        (NoAnswer.SEM_CONEXAO, OVER, S.A_ENVIAR, A.RETRY, False),
        (NoAnswer.TLS, NEW, S.A_ENVIAR, A.RETRY, False),
        (NoAnswer.SEM_RESPOSTA, NEW, S.DESCONHECIDA, A.RETRY, True),
        (NoAnswer.SEM_RESPOSTA, OVER, S.DESCONHECIDA, A.NEXT, True),
    ],
)
def test_no_answer(why, before, situacao, action, uncertain):
    outcome = no_answer(why, before)
    assert (outcome.situacao, outcome.action, outcome.incerta) == (situacao, action, uncertain)


def test_what_an_attempt_leaves_to_the_next():
    lost = no_answer(NoAnswer.SEM_RESPOSTA, NEW)
    after = NEW.after(lost)
    assert (after.incerta, after.desconhecida) == (True, True)
    refused = no_answer(NoAnswer.SEM_CONEXAO, after)
    assert refused.situacao is S.DESCONHECIDA and after.after(refused) == after
    behind = NEW.after(classify(said(502), NEW))
    assert (behind.incerta, behind.desconhecida) == (True, False)  # shown as to be sent; a duplicate is ours
    assert classify(said(409), behind).situacao is S.ACEITA
    broken = NEW.after(classify(said(500, b"Erro ao desserializar registro"), NEW))
    assert broken.desserializacoes == 1
    assert classify(said(500, b"Erro ao desserializar registro"), broken).situacao is S.FALHOU


def test_only_a_real_acceptance_is_one():
    """No status but 2xx, 409 and a duplicate in a 400 ever counts as accepted."""
    for status in range(100, 600):
        for before in (NEW, UNKNOWN, OVER):
            outcome = classify(said(status), before)
            assert (outcome.situacao is S.ACEITA) == (
                200 <= status < 300 or (status == 409 and before.incerta)
            ), status


@pytest.mark.parametrize(
    "text, seconds",
    [("5", 5.0), ("99999", 3600.0), ("", None), ("-1", None), ("²", None), ("Wed, 21 Oct", None)],
)
def test_retry_after(text, seconds):
    assert classify(said(429, b"", {"retry-after": text}), NEW).espera == seconds
    assert classify(said(503, b"", {"retry-after": text}), NEW).espera == seconds


def test_the_words_of_a_duplicate_are_configuration():
    answer = said(400, {"descricaoErro": "Protocolo repisado"})
    assert classify(answer, NEW).cause is C.ESTRANHA
    assert classify(answer, NEW, Marks(duplicada=("repisado",))).cause is C.REPETIDA


@pytest.mark.parametrize("number", ["09234073916", "092.340.739-16", "720464979954494", "(61) 99876-5432"])
@pytest.mark.parametrize("status", [200, 400, 401, 500, 503])
def test_numbers_of_people_are_masked(number, status):
    body = json.dumps(
        {
            "descricaoErro": f"CPF {number}",
            "errosValidacao": {f"cpf {number}": f"CpfCidadao inválido: {number}"},
        }
    ).encode()
    for raw in (body, f"<p>texto {number}</p>".encode()):
        assert number not in repr(classify(said(status, raw), NEW))


def test_a_number_cut_by_the_limit_is_not_left():
    outcome = classify(said(400, b"x" * 50 + b" CPF 092340739", cut=True), NEW)
    assert "092340739" not in outcome.texto_seguro


@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=300),
    kind=st.sampled_from(["", "text/html", "application/json", "text/plain; charset=x", "\x00"]),
    cut=st.booleans(),
    before=st.builds(Before, st.booleans(), st.booleans(), st.integers(0, 2), st.booleans()),
)
def test_anything_has_an_outcome(status, body, kind, cut, before):
    outcome = classify(Answer(status, {"content-type": kind}, body, cut), before)
    assert outcome.mensagem and (outcome.situacao is not S.ACEITA or status < 500)


def test_three_strange_in_a_row():
    streak = Streak()
    assert [streak.strange(sent, sent + 1) for sent in (0.0, 2.0, 4.0)] == [False, False, True]
    streak.known()
    assert streak.strange(6.0, 7.0) is False


def test_strange_answers_to_requests_out_together_are_one():
    streak = Streak()
    assert [streak.strange(sent, 10.0) for sent in (0.0, 1.0, 2.0, 3.0)] == [False] * 4
    assert [streak.strange(11.0, 12.0), streak.strange(13.0, 14.0)] == [False, True]


def test_backoff_grows_and_respects_what_was_asked():
    assert [backoff(n) for n in (1, 2, 3, 4)] == [2.0, 4.0, 8.0, 16.0]
    assert backoff(10_000) == 900.0 and backoff(0) == 2.0
    assert backoff(1, asked=60.0) == 60.0 and backoff(9, asked=1.0) == 512.0
