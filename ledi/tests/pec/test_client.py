"""The client over real sockets: the simulator's scenarios, TLS, servers that do what they should not."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time

import pytest
from pec_kit import (
    CERTS,
    CREDENTIAL,
    LOGGED_IN,
    QUICK,
    answer,
    answering,
    bad_entry,
    client,
    entry,
    read_request,
    registro,
    sending,
    server,
    simulator,
)

from ledi.errors import LediError
from ledi.pec.answers import Answer
from ledi.pec.client import Client, Registro
from ledi.pec.connection import AuthorityError, Timeouts
from ledi.pec.login import Credential, LoginRequest, Session
from ledi.pec.outcomes import Action, Before, Cause, Outcome, Situacao
from ledi.zip import Entry

S, A, C = Situacao, Action, Cause


def until_decided(made: Client, one: Registro, most: int = 6) -> list[Outcome]:
    """As an outbox does: the same bytes again while the outcome says so."""
    outcomes: list[Outcome] = []
    before = Before()
    while len(outcomes) < most:
        outcomes.append(made.send(one, before))
        before = before.after(outcomes[-1])
        if outcomes[-1].action is not A.RETRY:
            break
    return outcomes


@pytest.mark.parametrize(
    "scenario, steps",
    [
        ("C01", [(S.ACEITA, A.NEXT, C.ACEITA)]),
        ("C02", [(S.A_ENVIAR, A.PAUSE, C.CREDENCIAL)]),
        ("C05", [(S.A_ENVIAR, A.PAUSE, C.SESSAO)]),
        ("C06", [(S.RECUSADA, A.NEXT, C.RECUSADA)]),
        ("C07", [(S.PARADA, A.STOP, C.DESSERIALIZACAO)]),
        ("C08", [(S.RECUSADA, A.NEXT, C.RECUSADA)]),
        ("C09", [(S.A_ENVIAR, A.RETRY, C.ERRO_500)] * 2 + [(S.ACEITA, A.NEXT, C.ACEITA)]),
        ("C10", [(S.DESCONHECIDA, A.RETRY, C.SEM_RESPOSTA), (S.ACEITA, A.NEXT, C.ERA_NOSSA)]),
        ("C11", [(S.DESCONHECIDA, A.RETRY, C.SEM_RESPOSTA), (S.ACEITA, A.NEXT, C.ACEITA)]),
        ("C12", [(S.A_ENVIAR, A.RETRY, C.ESTRANHA)] * 2 + [(S.A_ENVIAR, A.PAUSE, C.ESTRANHA)]),
        ("C13", [(S.A_ENVIAR, A.PAUSE, C.DESLIGADO)]),
        ("C14", [(S.A_ENVIAR, A.PAUSE, C.UNIFICADA)]),
        ("C15", [(S.A_ENVIAR, A.PAUSE, C.SESSAO)]),
        ("C17", [(S.RECUSADA, A.NEXT, C.RECUSADA)]),
        ("ralo", [(S.ACEITA, A.NEXT, C.ACEITA)]),
    ],
)
def test_scenarios(scenario, steps):
    with sending(scenario) as (_, made):
        found = until_decided(made, registro())
    assert [(one.situacao, one.action, one.cause) for one in found] == steps


def test_a_session_that_ends_in_the_middle_is_renewed_once():
    with sending("C04") as (pec, made):
        assert [made.send(registro(n)).situacao for n in range(8)] == [S.ACEITA] * 8
        assert pec.store.totals() == {"aceita": 8}


def test_refused_then_judged_again():
    with sending("C16") as (_, made):
        assert [made.send(registro()).situacao for _ in range(2)] == [S.RECUSADA, S.ACEITA]


@pytest.mark.parametrize(
    "how, situacao",
    [
        ("400_com_descricaoErro", S.REPETIDA),
        ("409", S.REPETIDA),
        ("200_idempotente", S.ACEITA),
        ("201_idempotente", S.ACEITA),
        ("aceita_e_conta_repetida", S.ACEITA),
    ],
)
def test_the_same_uuid_twice(how, situacao):
    with sending(duplicada_apos_aceite=how, marcador_de_duplicada="já foi recebid") as (_, made):
        assert made.send(registro()).situacao is S.ACEITA
        assert made.send(registro()).situacao is situacao


def test_a_duplicate_without_words_is_strange_not_accepted():
    with sending() as (_, made):
        made.send(registro())
        again = made.send(registro(), Before(incerta=True, desconhecida=True))
    assert (again.situacao, again.cause) == (S.DESCONHECIDA, C.ESTRANHA)


def test_an_inconsistent_ficha_is_refused_with_its_fields():
    with sending(erros_aninhados="objeto") as (_, made):
        outcome = made.send(Registro.of_entry(bad_entry(), "FVD"))
    assert outcome.situacao is S.RECUSADA
    (one,) = outcome.erros
    assert (one.caminho, one.campo("FVD")) == ("visitasDomiciliares[0].turno", "turno")


def test_numbers_of_people_are_masked():
    with sending("C17") as (_, made):
        outcome = made.send(registro())
    assert {one.campo() for one in outcome.erros} == {"profissionalCNS", "cpfCidadao"}
    assert "720464979954494" not in repr(outcome) and "092.340" not in repr(outcome)


def test_bytes_sent_are_the_bytes_stored(tmp_path):
    with simulator(folder=tmp_path) as pec, client(pec.url) as made:
        one = registro(7)
        assert made.send(one).situacao is S.ACEITA
    assert (tmp_path / "recebidas" / one.nome).read_bytes() == one.dados


def test_a_damaged_entry_is_not_sent():
    good = entry()
    with pytest.raises(LediError, match="danificada"):
        Registro.of_entry(Entry(good.name, good.crc ^ 1, good.size, good.data))


# ---- logging in


def test_the_password_is_never_tried_again_by_itself():
    asked: list[bytes] = []
    refused = answer(400, "Usuário ou senha inválidos.".encode())
    with server(answering(b"", refused, asked)) as url, client(url) as made:
        outcomes = [made.send(registro(n)) for n in range(5)]
        assert len(asked) == 1
        assert [one.tentada for one in outcomes] == [False] * 5
        assert {one.action for one in outcomes} == {A.PAUSE} and made.paused is not None
        assert outcomes[1].situacao is S.A_ENVIAR
        assert made.send(registro(), Before(desconhecida=True)).situacao is S.DESCONHECIDA
        made.resume()
        made.send(registro())
        assert len(asked) == 2


def test_connection_test():
    with sending() as (pec, made):
        assert made.test().situacao is S.ACEITA
        with Client(pec.url, Credential("simulado", "errada")) as wrong:
            assert wrong.test().cause is C.CREDENCIAL
        assert pec.store.totals() == {}


def test_many_threads_log_in_once():
    asked: list[bytes] = []

    def slow(connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            asked.append(request[:60])
            if b"/login" in request[:60]:
                time.sleep(0.2)
            connection.sendall(LOGGED_IN if b"/login" in request[:60] else answer(201))

    with server(slow) as url, client(url, connections=8) as made:
        threads = [threading.Thread(target=made.send, args=(registro(n),)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(b"/login" in one for one in asked) == 1 and len(asked) == 9


def test_two_connections_whose_session_ends_together_renew_it_once():
    """The second refusal of an old session is no second refusal of the new one."""
    sessions: list[bytes] = []
    lock = threading.Lock()
    both = threading.Barrier(2, timeout=120)

    def talk(connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            if b"/login" in request[:60]:
                with lock:
                    sessions.append(b"s%d" % len(sessions))
                connection.sendall(LOGGED_IN.replace(b"=x", b"=" + sessions[-1]))
            elif b"JSESSIONID=s0" in request:
                both.wait()
                connection.sendall(answer(401))
            else:
                connection.sendall(answer(201))

    with server(talk) as url, client(url) as made:
        found: list[Outcome] = []
        threads = [
            threading.Thread(target=lambda n=n: found.append(made.send(registro(n)))) for n in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [one.situacao for one in found] == [S.ACEITA] * 2 and len(sessions) == 2


def test_another_log_in_takes_its_place():
    class Token:
        def request(self, credential: Credential) -> LoginRequest:
            return LoginRequest("/api/token", "application/json", b'{"chave": "k"}')

        def read(self, answer: Answer) -> Session | Outcome:
            return Session({"Authorization": f"Bearer {answer.json()['token']}"})

    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while True:
            asked.append(read_request(connection))
            token = answer(200, b'{"token": "T"}')
            connection.sendall(token if b"/api/token" in asked[-1][:60] else answer(201))

    with server(talk) as url, client(url, login=Token()) as made:
        assert made.send(registro()).situacao is S.ACEITA
    assert b"authorization: bearer t" in asked[1].lower()


# ---- TLS


class TlsServer:
    def __init__(self, certificate: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTS / certificate)
        self.context = context
        self.received = 0

    def __call__(self, connection: socket.socket) -> None:
        with self.context.wrap_socket(connection, server_side=True) as secure:
            while True:
                request = read_request(secure)
                self.received += 1
                secure.sendall(LOGGED_IN if b"/login" in request[:60] else answer(201))


def send_tls(certificate: str, ca: str | None) -> tuple[Outcome, int]:
    talk = TlsServer(certificate)
    with server(talk) as url:
        secure = url.replace("http://127.0.0.1", "https://localhost")
        with client(secure, ca=ca) as made:
            return made.send(registro()), talk.received


CA = (CERTS / "ca.pem").read_text()


def test_the_municipalitys_own_authority():
    outcome, received = send_tls("certo.pem", CA)
    assert (outcome.situacao, received) == (S.ACEITA, 2)


@pytest.mark.parametrize(
    "certificate, ca, words",
    [
        ("certo.pem", None, "autoridade"),
        ("vencido.pem", CA, "vencido"),
        ("outro_nome.pem", CA, "outro nome"),
    ],
)
def test_certificates_are_verified_before_anything_is_sent(certificate, ca, words):
    outcome, received = send_tls(certificate, ca)
    assert (outcome.situacao, outcome.action, outcome.cause) == (S.A_ENVIAR, A.RETRY, C.TLS)
    assert words in outcome.mensagem and received == 0


def test_a_server_without_tls():
    def plain(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(answer(400))

    with server(plain) as url, client(url.replace("http:", "https:"), ca=CA) as made:
        assert made.send(registro()).cause is C.TLS


def test_an_authority_that_is_none():
    with pytest.raises(AuthorityError):
        client("https://pec.exemplo", ca="não é um certificado")


# ---- out of reach


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with client(f"http://127.0.0.1:{port}") as made:
        outcome = made.send(registro())
    assert (outcome.situacao, outcome.action, outcome.cause) == (S.A_ENVIAR, A.RETRY, C.SEM_CONEXAO)
    assert outcome.tentada is False and made.paused is None


def test_a_name_that_does_not_exist(monkeypatch):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # a test looks up no name elsewhere
    with Client("https://pec.nao-existe.invalid", CREDENTIAL, timeouts=QUICK) as made:
        outcome = made.send(registro())
    assert outcome.cause is C.SEM_CONEXAO and outcome.situacao is S.A_ENVIAR


def test_a_log_in_without_answer_delivers_nothing():
    with server(lambda connection: (read_request(connection), None)[1]) as url, client(url) as made:
        outcome = made.send(registro())
    assert (outcome.situacao, outcome.cause, outcome.incerta) == (S.A_ENVIAR, C.SEM_CONEXAO, False)


def test_a_kept_connection_that_the_server_closed_is_opened_again():
    count = [0]
    closed = threading.Semaphore(0)

    def talk(connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            count[0] += 1
            if b"/login" not in request[:60]:
                break
            connection.sendall(LOGGED_IN)
        connection.sendall(answer(201))
        connection.shutdown(socket.SHUT_RDWR)
        closed.release()

    with server(talk) as url, client(url, connections=1) as made:
        for n in range(3):
            assert made.send(registro(n)).situacao is S.ACEITA
            assert closed.acquire(timeout=120)
    assert count[0] == 4


# ---- answers that are not what they should be


@pytest.mark.parametrize(
    "raw, situacao, cause",
    [
        (b"", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"lixo\r\n\r\n", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 ABC\r\n\r\n", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 OK\r\nContent-Length: 50\r\n\r\ncurto", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 OK\r\n\r\nsem tamanho", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 Crea", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 Created\r\nContent-Ty", S.DESCONHECIDA, C.SEM_RESPOSTA),
        (b"HTTP/1.1 201 OK\r\nConnection: close\r\n\r\nok", S.ACEITA, C.ACEITA),
        (b"HTTP/1.0 201 OK\r\nServer: x\r\n\r\nok", S.ACEITA, C.ACEITA),
        (b"HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", S.ACEITA, C.ACEITA),
        (answer(200, gzip.compress(b"<html>", mtime=0), "Content-Encoding: gzip"), S.A_ENVIAR, C.ESTRANHA),
        (answer(200, b"x" * 200_000), S.A_ENVIAR, C.ESTRANHA),
        (answer(307, b"", "Location: http://127.0.0.1:1/"), S.A_ENVIAR, C.ESTRANHA),
        (answer(413), S.A_ENVIAR, C.ESTRANHA),
        (answer(204), S.ACEITA, C.ACEITA),
    ],
)
def test_odd_answers(raw, situacao, cause):
    def talk(connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            if b"/login" in request[:60]:
                connection.sendall(LOGGED_IN)
            else:
                connection.sendall(raw)
                if ends:
                    return

    # an answer without an end is ended by closing; any other leaves the closing to the client: a server that
    # closes unannounced may meet the next request on its way, which is rightly *unknown*
    ends = cause is C.SEM_RESPOSTA or raw.startswith(b"HTTP/1.0") or b"Connection: close" in raw
    with server(talk) as url, client(url, connections=1) as made:
        outcome = made.send(registro())
        assert (outcome.situacao, outcome.cause) == (situacao, cause)
        assert made.send(registro(1)).cause is cause  # the connection is left fit for the next


def test_redirects_are_never_followed():
    asked: list[bytes] = []
    with server(answering(answer(201), asked=asked)) as target:
        with server(answering(answer(307, b"", f"Location: {target}/x"))) as url, client(url) as made:
            assert made.send(registro()).cause is C.ESTRANHA
        login = answer(302, b"", f"Location: {target}/x")
        with server(answering(answer(201), login)) as url, client(url) as made:
            assert made.send(registro()).cause is C.ESTRANHA
    assert asked == []


def test_an_endless_body_is_not_read():
    def talk(connection: socket.socket) -> None:
        request = read_request(connection)
        if b"/login" in request[:60]:
            connection.sendall(LOGGED_IN)
            request = read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n")

    with server(talk) as url, client(url) as made:
        started = time.monotonic()
        assert made.send(registro()).cause is C.ESTRANHA
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("where", ["silence", "trickle"])
def test_a_server_that_never_finishes_is_left(where):
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(LOGGED_IN)
        read_request(connection)
        for byte in b"HTTP/1.1 201 " + b"O" * 1000:
            time.sleep(0.2)
            if where == "trickle":
                connection.sendall(bytes((byte,)))

    with server(talk) as url, client(url, timeouts=Timeouts(20.0, 3.0, 6.0)) as made:
        started = time.monotonic()
        outcome = made.send(registro())
        took = time.monotonic() - started
    assert (outcome.situacao, outcome.cause) == (S.DESCONHECIDA, C.SEM_RESPOSTA)
    assert took < 60  # the answer would have taken three minutes


def test_an_answer_before_everything_was_read_counts():
    """A proxy that refuses a big body closes while it is still being sent."""

    def talk(connection: socket.socket) -> None:
        head = connection.recv(2000)
        if b"/login" in head[:60]:
            connection.sendall(LOGGED_IN)
            connection.recv(2000)
        connection.sendall(answer(413, b"", "Connection: close"))
        time.sleep(0.5)

    with server(talk) as url, client(url) as made:
        outcome = made.send(Registro("a.esus", b"x" * 30_000_000))
    assert outcome.status in (413, None) and outcome.situacao in (S.A_ENVIAR, S.DESCONHECIDA)


def test_three_strange_answers_in_a_row_pause_but_not_when_others_come_between():
    answers = [404, 404, 201, 404, 404, 404]

    def talk(connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            connection.sendall(LOGGED_IN if b"/login" in request[:60] else answer(answers.pop(0)))

    with server(talk) as url, client(url, connections=1) as made:
        actions = [made.send(registro(n)).action for n in range(7)]
    assert actions == [A.RETRY, A.RETRY, A.NEXT, A.RETRY, A.RETRY, A.PAUSE, A.PAUSE]


def test_a_file_name_that_would_break_the_form():
    with client("http://127.0.0.1:9") as made:
        outcome = made.send(Registro('a"\r\nX: y.esus', b""))
    assert (outcome.situacao, outcome.action) == (S.PARADA, A.STOP)


def test_what_is_sent_on_the_wire():
    asked: list[bytes] = []
    with server(answering(answer(201), asked=asked)) as url, client(url + "/esus", agent="saude/1") as made:
        made.send(Registro("u.esus", b"\x00\r\n--\xff", "FVD"))
    login, sent = (one.decode("latin-1") for one in asked)
    assert login.startswith("POST /esus/api/recebimento/login HTTP/1.1\r\n")
    assert login.endswith("usuario=simulado&senha=simulado")
    assert sent.startswith("POST /esus/api/v1/recebimento/ficha HTTP/1.1\r\n")
    assert "Cookie: JSESSIONID=x\r\n" in sent and "User-Agent: saude/1\r\n" in sent
    assert (
        'name="ficha"; filename="u.esus"\r\nContent-Type: application/octet-stream\r\n\r\n\x00\r\n--ÿ\r\n--'
        in sent
    )
