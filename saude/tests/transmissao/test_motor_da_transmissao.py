"""An export sent to the PEC's simulator over real sockets: every scenario, and what becomes of each ficha."""

import re

import pytest
from pec_de_teste import (
    andar,
    destino,
    exportada,
    logging_in,
    pedir,
    resposta,
    servidor,
    simulador,
    situacoes,
    transmitida,
)
from producao import exportar, ficha_de, receber, registro, zip_de

from ledi.zip import read_package
from saude.auditoria.models import Evento
from saude.exportacao.models import ItemExportacao
from saude.fichas.contagem_mantida import differences
from saude.fichas.desfechos import DesfechoAtual
from saude.fichas.models import Ficha
from saude.processamento.actions import reopen_refused
from saude.retorno.models import Desfecho
from saude.transmissao import actions, remessa
from saude.transmissao.models import Destino, Envio, Reserva, Transmissao

pytestmark = pytest.mark.django_db(transaction=True)

#: scenario, what the transmission is in the end, its cause, the fichas
CENARIOS = [
    ("C01", "concluida", "", {"aceita": 3}),
    ("C02", "pausada", "credencial_invalida", {"a enviar": 3}),
    ("C04", "concluida", "", {"aceita": 3}),
    ("C05", "pausada", "sem_sessao", {"a enviar": 3}),
    ("C06", "concluida", "", {"recusada": 3}),
    ("C08", "concluida", "", {"recusada": 3}),
    ("C09", "concluida", "", {"aceita": 3}),
    ("C10", "concluida", "", {"aceita": 3}),
    ("C11", "concluida", "", {"aceita": 3}),
    ("C12", "pausada", "resposta_estranha", {"a enviar": 3}),
    ("C13", "pausada", "servico_desligado", {"a enviar": 3}),
    ("C14", "pausada", "base_unificada", {"a enviar": 3}),
    ("C15", "pausada", "sem_sessao", {"a enviar": 3}),
    ("C17", "concluida", "", {"recusada": 3}),
]


@pytest.mark.parametrize("cenario, estado, causa, fichas", CENARIOS, ids=[c[0] for c in CENARIOS])
def test_each_scenario_ends_as_the_table_says(entidade, cenario, estado, causa, fichas):
    parametros = {"fichas_por_sessao": "1"} if cenario == "C04" else {}
    t = transmitida(entidade, cenario, parametros=parametros)
    assert (t.estado, t.causa, situacoes(t)) == (estado, causa, fichas)
    told = dict(DesfechoAtual.objects.values_list("ficha_id", "resultado"))
    assert sorted(told.values()) == sorted(s for s, n in fichas.items() if s != "a enviar" for _ in range(n))
    assert not Reserva.objects.exists() and differences() == []


def test_a_defect_of_ours_stops_the_lot_at_the_first(entidade):
    """C07: those that were on their way meet it too, the others do not go."""
    t = transmitida(entidade, "C07", conexoes=1, n=20)
    found = situacoes(t)
    assert (t.estado, t.causa) == ("parada", "nao_e_thrift") and "defeito" in t.motivo
    assert 1 <= found["parada"] <= 4 and found == {
        "parada": found["parada"],
        "a enviar": 20 - found["parada"],
    }
    assert not DesfechoAtual.objects.exists()


def test_the_login_is_never_json(entidade):
    """C03: a log-in in JSON is refused as a wrong password is; both forms that we send are let in."""
    for entrada in ("campos", "partes"):
        with simulador("C03") as pec:
            row = actions.test_destino(destino=destino(entidade, pec.url, entrada=entrada), by="teste")
        assert (row.teste_certo, row.recusa) == (True, ""), row.teste


def test_refused_corrected_and_sent_with_the_same_uuid(entidade):
    """C16, through the switch of Instalação and the declared transition."""
    entidade.instalacao.reenviar_mesmo_uuid = True
    entidade.instalacao.save()
    with simulador("C16") as pec:
        destino(entidade, pec.url)
        first = andar(pedir(exportada(entidade, 1)))
        assert situacoes(first) == {"recusada": 1}
        ficha = Ficha.objects.get()
        reopen_refused(ficha=ficha, by=None)
        second = andar(pedir(exportar(entidade)))
    assert second.pk != first.pk and situacoes(second) == {"aceita": 1}
    assert DesfechoAtual.objects.get().resultado == "aceita"


def test_the_bytes_that_go_are_the_bytes_of_the_file(entidade):
    got: dict[str, bytes] = {}

    def keep(request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        mark = re.search(rb"boundary=(\S+)", head)[1]
        part_head, _, rest = body.partition(b"\r\n\r\n")
        name = re.search(rb'filename="([^"]+)"', part_head)[1].decode()
        got[name] = rest[: rest.rindex(b"\r\n--" + mark)]
        return resposta(201)

    with servidor(logging_in(keep)) as url:
        destino(entidade, url)
        export = exportada(entidade, 5, [registro(t) for t in ("FVD", "FAI", "FCI", "FP", "FV")])
        t = andar(pedir(export))
    assert situacoes(t) == {"aceita": 5}
    assert got == dict(read_package(zip_de(export)))


def test_messages_are_kept_without_numbers_of_people(entidade):
    t = transmitida(entidade, "C17", n=2)
    kept = [
        str(list(Envio.objects.values_list("mensagem", "mensagens"))),
        str(list(Desfecho.objects.values_list("mensagens", flat=True))),
        str(list(Evento.objects.values_list("detalhe", flat=True))),
        str(list(Transmissao.objects.values())),
    ]
    assert "possui" in kept[0] and t.estado == "concluida"
    assert not any(re.search(r"\d{11}", text) for text in kept)


def test_a_wrong_password_is_tried_once_and_by_no_other_transmission(entidade):
    with simulador() as pec:
        tries: list[int] = []
        entering = pec.sessions.login
        pec.sessions.login = lambda *a: tries.append(1) or entering(*a)
        destino(entidade, pec.url, senha="errada", conexoes=4)
        first = andar(pedir(exportada(entidade, 8)))
        assert (first.estado, first.causa, len(tries)) == ("pausada", "credencial_invalida", 1)
        assert "gere outra" in first.motivo
        # another export of the same municipality: refused before it begins, and one that was in the queue pauses
        second = exportada(entidade, 2)
        with pytest.raises(actions.TransmissaoRefused, match="não está deixando entrar"):
            pedir(second)
        queued = Transmissao.objects.create(entidade=entidade, exportacao=second, total=2)
        assert andar(queued).estado == "pausada" and len(tries) == 1
        # mended: the new password, and both go on
        destino(entidade, pec.url)
        for t in (first, queued):
            assert actions.resume(transmissao=t, by=None)
            assert andar(t).estado == "concluida"
        assert pec.store.totals() == {"aceita": 10}


def test_a_pec_that_is_down_is_waited_for_and_nothing_is_lost(entidade):
    with simulador() as pec:
        url = pec.url
        destino(entidade, url)
    t = pedir(exportada(entidade, 3))
    waits = []
    for _ in range(4):
        andar(t, 1)
        waits.append((t.retoma_em - Transmissao.objects.get(pk=t.pk).iniciada_em).total_seconds())
        assert (t.estado, situacoes(t)) == ("aguardando", {"a enviar": 3})
    assert "conectar" in t.motivo and waits == sorted(waits)
    assert Envio.objects.filter(tentativas=0).count() == 3, "a PEC that is down uses up nobody's tries"
    with simulador() as pec:
        Destino.objects.update(endereco=pec.url)
        assert andar(t).estado == "concluida" and situacoes(t) == {"aceita": 3}


@pytest.mark.parametrize("status", [502, 503])
def test_the_server_before_the_pec_answers_in_its_place(entidade, status):
    with servidor(logging_in(resposta(status, b"<html>fora do ar</html>", "Content-Type: text/html"))) as url:
        destino(entidade, url)
        t = andar(pedir(exportada(entidade, 20)), 2)
    assert (t.estado, situacoes(t)) == ("aguardando", {"a enviar": 20})
    assert "fora do ar" in t.motivo and not DesfechoAtual.objects.exists()


def test_a_page_of_a_proxy_is_never_an_acceptance_also_for_one_ficha(entidade):
    page = resposta(
        200, b"<html><body>Bem-vindo, CPF 123.456.789-09</body></html>", "Content-Type: text/html"
    )
    with servidor(logging_in(page)) as url:
        destino(entidade, url)
        t = andar(pedir(exportada(entidade, 1)))
    assert (t.estado, t.causa, situacoes(t)) == ("pausada", "resposta_estranha", {"a enviar": 1})
    assert "123.456" not in str(list(Envio.objects.values())) + t.motivo


def test_a_proxy_page_at_the_log_in(entidade):
    page = resposta(200, b"<html>Entre na rede</html>", "Content-Type: text/html")
    with servidor(lambda _: page) as url:
        row = actions.test_destino(destino=destino(entidade, url), by="teste")
        assert not row.teste_certo and "não é da API" in row.teste
        t = andar(pedir(exportada(entidade, 2)))
    assert (t.estado, situacoes(t)) == ("pausada", {"a enviar": 2})


def test_too_many_requests_are_slowed_down(entidade):
    with servidor(logging_in(resposta(429, b"", "Retry-After: 7"))) as url:
        destino(entidade, url)
        t = andar(pedir(exportada(entidade, 10)), 1)
        assert t.estado == "aguardando" and 5 < (t.retoma_em - t.iniciada_em).total_seconds() < 60
        assert andar(t).causa == "resposta_estranha"  # the third time in a row


def test_errors_of_the_pec_until_the_term_is_over_and_asked_again(entidade):
    with servidor(logging_in(resposta(500, b"Erro ao ler registro"))) as url:
        destino(entidade, url, prazo_horas=1)
        t = andar(pedir(exportada(entidade, 2)), 3)
        assert situacoes(t) == {"a enviar": 2} and t.estado == "aguardando"
        Envio.objects.update(primeira_em="2026-01-01T00:00:00Z")
        assert andar(t).estado == "concluida" and situacoes(t) == {"falhou": 2}
    assert not DesfechoAtual.objects.exists()
    with simulador() as pec:
        Destino.objects.update(endereco=pec.url)
        assert actions.ask_again(transmissao=t, by=None) == 2
        assert andar(t).estado == "concluida" and situacoes(t) == {"aceita": 2}
    assert Evento.objects.filter(tipo="transmissao.repetida").count() == 1
    assert actions.ask_again(transmissao=t, by=None) == 0


def test_no_answer_until_the_term_is_over_stays_unknown_and_the_next_answer_decides(entidade):
    with servidor(logging_in(lambda _: b"")) as url:
        destino(entidade, url)
        t = andar(pedir(exportada(entidade, 2)), 2)
        assert situacoes(t) == {"desconhecida": 2} and t.viva and not DesfechoAtual.objects.exists()
        Envio.objects.update(primeira_em="2026-01-01T00:00:00Z")
        assert andar(t).estado == "concluida"
    assert set(DesfechoAtual.objects.values_list("resultado", flat=True)) == {"desconhecida"}
    twice = resposta(400, b'{"descricaoErro":"Ficha duplicada"}', "Content-Type: application/json")
    with servidor(logging_in(twice)) as url:
        Destino.objects.update(endereco=url)
        actions.ask_again(transmissao=t, by=None)
        andar(t)
    assert situacoes(t) == {"aceita": 2}, "a duplicate after an unknown one is ours"
    assert set(DesfechoAtual.objects.values_list("resultado", flat=True)) == {"aceita"}


@pytest.mark.parametrize("words, situacao", [("", "repetida"), ("registro conhecido", "repetida")])
def test_the_words_of_a_duplicate_are_configuration(entidade, words, situacao):
    said = f'{{"descricaoErro":"{words or "Ficha já foi recebida"}"}}'.encode()
    with servidor(logging_in(resposta(400, said, "Content-Type: application/json"))) as url:
        destino(entidade, url, duplicada=words)
        t = andar(pedir(exportada(entidade, 1)))
    assert situacoes(t) == {situacao: 1}


def test_what_was_corrected_since_does_not_go(entidade):
    with simulador() as pec:
        destino(entidade, pec.url)
        export = exportada(entidade, 3)
        t = pedir(export)
        ItemExportacao.objects.filter(ficha=Ficha.objects.first()).update(
            revisao=9
        )  # as if it were another since
        andar(t)
        assert pec.store.totals() == {"aceita": 2}
    assert situacoes(t) == {"aceita": 2, "parada": 1} and t.estado == "concluida"
    assert actions.ask_again(transmissao=t, by=None) == 0, "it never goes with this content"


def test_paused_by_a_person_in_the_middle_and_resumed(entidade, monkeypatch):
    monkeypatch.setattr(remessa, "FLUSH", 5)
    monkeypatch.setattr(remessa, "CHUNK", 5)
    monkeypatch.setattr(remessa, "AHEAD", 0)
    with simulador() as pec:
        destino(entidade, pec.url)
        t = pedir(exportada(entidade, 40))
        flush = remessa._Envio._flush

        def paused(self, **more):
            actions.pause(transmissao=t, by=None)
            flush(self, **more)

        monkeypatch.setattr(remessa._Envio, "_flush", paused)
        andar(t, 1)
        sent = pec.store.totals()["aceita"]
        assert t.estado == "pausada" and 5 <= sent < 40 and situacoes(t)["aceita"] == sent
        remessa.run(t.pk)
        assert pec.store.totals()["aceita"] == sent, "a task that comes late does nothing"
        monkeypatch.setattr(remessa._Envio, "_flush", flush)
        assert not actions.pause(transmissao=t, by=None)
        assert actions.resume(transmissao=t, by=None) and not actions.resume(transmissao=t, by=None)
        assert andar(t).estado == "concluida"
        assert pec.store.totals() == {"aceita": 40}, "nothing twice"


def test_asked_twice_is_one_transmission_and_another_municipality_sends_nothing(entidade, outra_entidade):
    with simulador() as pec:
        destino(entidade, pec.url)
        export = exportada(entidade, 2)
        assert pedir(export) == pedir(export)
        assert Transmissao.objects.count() == 1
    other = exportada(outra_entidade, records=[registro(ibge="1200401")])
    with pytest.raises(actions.TransmissaoRefused, match="ainda não foram informados"):
        pedir(other)


def test_what_changed_since_the_preview_is_not_what_was_confirmed(entidade):
    from saude.transmissao.previa import preview

    with simulador() as pec:
        destino(entidade, pec.url)
        export = exportada(entidade, 2)
        seen = preview(export).confere
        destino(entidade, "https://outro.example", senha="outra")
        with pytest.raises(actions.TransmissaoRefused, match="mudou"):
            actions.create_transmissao(exportacao=export, confere=seen, by=None)


def test_a_file_that_is_gone_or_damaged_pauses_and_says_so(entidade):
    from saude.exportacao.files import path_of

    with simulador() as pec:
        destino(entidade, pec.url)
        export = exportada(entidade, 3)
        t = pedir(export)
        path = path_of(export)
        whole = path.read_bytes()
        path.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
        assert andar(t).estado == "pausada" and "danificado" in t.motivo
        path.unlink()
        actions.resume(transmissao=t, by=None)
        assert andar(t).estado == "pausada" and "não está inteiro" in t.motivo
        path.write_bytes(whole)
        actions.resume(transmissao=t, by=None)
        assert andar(t).estado == "concluida" and pec.store.totals() == {"aceita": 3}


def test_five_percent_refused_and_the_counts_of_the_panel(entidade):
    from saude.fichas.contagens import panel

    t = transmitida(entidade, "recusa=5%", n=40)
    assert situacoes(t) == {"aceita": 38, "recusada": 2}
    line = panel(entidade)[0].retorno
    assert (line.aceitas, line.recusadas) == (38, 2) and differences() == []
    refused = Envio.objects.filter(situacao="recusada").first()
    assert refused.mensagens and refused.mensagens[0]["texto"]
    ended = Evento.objects.get(tipo="transmissao.concluida").detalhe
    assert ended == {"aceita": 38, "recusada": 2}


def test_a_task_is_asked_for_again_when_it_was_lost(entidade):
    from procrastinate.contrib.django.models import ProcrastinateJob

    with simulador() as pec:
        destino(entidade, pec.url)
        t = pedir(exportada(entidade, 1))
    jobs = ProcrastinateJob.objects.filter(task_name="transmissao.enviar", args__transmissao_id=t.pk)
    assert jobs.count() == 1
    actions.watch()
    assert jobs.count() == 1
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE (args->>'transmissao_id')::int = %s", [t.pk])
    actions.watch()
    assert [j.args for j in jobs.all()] == [{"transmissao_id": t.pk}]


def test_receiving_again_changes_nothing_that_was_sent(entidade):
    """The vendor sends the same record again after it was accepted."""
    record = registro()
    with simulador() as pec:
        destino(entidade, pec.url)
        andar(pedir(exportada(entidade, records=[record])))
    ficha_de(receber(entidade, record)[0])
    assert DesfechoAtual.objects.get().resultado == "aceita"
