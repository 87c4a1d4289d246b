"""PostgreSQL goes away in the middle of a request, at every one of its exchanges with it: before the transaction
begins, inside it, in a COPY, at the commit, after it. (In an answer: tests/porta/test_queda_na_resposta.py.)

Each time the answer is the ordinary one (it was tried again, and worked) or 503 in words with Retry-After; what was
acknowledged is there; and the same sent once more enters once.
"""

import gc
import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from corte import Corte, silent, terminated
from django.db import OperationalError, connection, transaction
from django.test import Client
from producao import com_cpf, registro
from telefone import Telefone, codigo, lotar

from saude.contas.actions import create_token
from saude.contas.models import ApiToken
from saude.fichas.contagem_mantida import differences
from saude.fichas.models import Ficha
from saude.processamento.metades import in_halves
from saude.recebimento.models import Lote

pytestmark = [
    pytest.mark.lento,
    pytest.mark.django_db(transaction=True),
    # a cursor of a connection that is gone cannot be closed
    pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def embutido(settings, tmp_path, transactional_db) -> Iterator[None]:
    if connection.settings_dict["HOST"]:
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste encerra ligações como dono do banco")
    settings.DADOS = tmp_path
    yield
    connection.close()
    gc.collect()


@pytest.fixture
def programa(entidade) -> Callable[[str, Any], Any]:
    """`programa(path, records)` sends as a vendor does."""
    _, token = create_token(by="teste", entidade=entidade, nome="fornecedor", limite_por_minuto=100_000)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})

    def send(path: str, records: Any) -> Any:
        return client.post(path, json.dumps(records), content_type="application/json")

    return send


def each_moment(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], Callable[[], Any]], cut: Any, *, stays: bool
) -> Iterator[tuple[Any, Corte]]:
    """`make` prepares a request and gives what sends it. One is sent for every exchange of an undisturbed one."""
    at = 0
    while True:
        at += 1
        send = make()
        with monkeypatch.context() as patch:
            moment = Corte(patch, at, cut, stays=stays)
            answer = send()
        connection.close()
        yield answer, moment
        if moment.n < at:  # it was over before
            assert answer.status_code < 400 and at > 5, (answer.status_code, at)
            return


def in_words(answer: Any, kind: str) -> bool:
    said = "não pôde atender agora" in answer.content.decode()
    return (
        answer.status_code == 503
        and answer["Content-Type"].startswith(kind)
        and said
        and answer["Retry-After"] == "30"
    )


def lots_of(answer: Any) -> list[Any]:
    found = answer.json()
    return found if isinstance(found, list) else [found]


def of_three() -> list[Any]:
    return [com_cpf(registro()), registro("FAI"), registro("FCI")]


@pytest.mark.parametrize(
    ("what", "cut", "stays"),
    [("novos", silent, False), ("novos", silent, True), ("outro_conteudo", terminated, True)],
    ids=["volta", "fica", "encerrada"],
)
def test_records_are_acknowledged_and_there_or_the_sender_is_told_to_come_again(
    programa, monkeypatch, cut, stays, what
):
    sent: list[list[Any]] = []

    def make() -> Callable[[], Any]:
        records = of_three() if what == "novos" else [registro()]
        if what == "outro_conteudo":
            assert programa("/api/v1/registros", records).status_code == 200
            records[0]["ficha"]["visitasDomiciliares"][0]["turno"] = 2
        sent.append(records)
        return lambda: programa("/api/v1/registros", records)

    told = set()
    for answer, moment in each_moment(monkeypatch, make, cut, stays=stays):
        told.add(answer.status_code)
        if answer.status_code == 200:
            assert {a["status"] for a in lots_of(answer)} <= {"novo", "igual", "substituida"}, moment.onde
            assert Ficha.objects.filter(uuid__in=[r["uuid"] for r in sent[-1]]).count() == len(sent[-1])
        else:
            assert in_words(answer, PROBLEM), (answer.status_code, answer.content, moment.onde)
    assert told == {200, 503}
    for records in sent:  # a vendor repeats what was not answered
        again = lots_of(programa("/api/v1/registros", records))
        assert {a["status"] for a in again} <= {"novo", "igual", "substituida"}
    uuids = [r["uuid"] for records in sent for r in records]
    assert sorted(Ficha.objects.values_list("uuid", flat=True)) == sorted(uuids)
    assert differences() == []


@pytest.mark.parametrize("stays", [False, True], ids=["volta", "fica"])
def test_a_lot_is_kept_with_its_body_or_neither_is(programa, monkeypatch, tmp_path, stays):
    def make() -> Callable[[], Any]:
        return lambda: programa("/api/v1/lotes", registro())

    told = []
    for answer, moment in each_moment(monkeypatch, make, silent, stays=stays):
        told.append(answer.status_code)
        if answer.status_code == 202:
            lote = Lote.objects.get(uuid=answer.json()["id"])
            assert (tmp_path / "recebidos" / lote.arquivo).exists(), moment.onde
        else:
            assert in_words(answer, PROBLEM), (answer.status_code, answer.content, moment.onde)
    assert 503 in told and told[-1] == 202
    kept = set(Lote.objects.values_list("arquivo", flat=True))
    assert {p.name for p in (tmp_path / "recebidos").iterdir()} >= kept


@pytest.mark.parametrize("stays", [False, True], ids=["volta", "fica"])
def test_a_check_that_stores_nothing_says_the_same(programa, monkeypatch, stays):
    def make() -> Callable[[], Any]:
        return lambda: programa("/api/v1/conferencias", of_three())

    for answer, moment in each_moment(monkeypatch, make, silent, stays=stays):
        assert answer.status_code == 200 or in_words(answer, PROBLEM), (answer.content, moment.onde)


@pytest.mark.parametrize("stays", [False, True], ids=["volta", "fica"])
def test_a_phone_is_told_to_come_again_and_no_visit_is_refused_for_it(entidade, monkeypatch, stays):
    """Its push is one transaction around the intake, which must not take a lost one for a record that cannot be."""
    monkeypatch.setattr("saude.acs.chaves.BITS", 2048)
    phone = Telefone(Client(raise_request_exception=False), "0b0d5f4e-8d5c-4f0e-9d0b-0d5f4e8d5c4f")
    lotacao = lotar(entidade)
    assert phone.registrar(codigo(lotacao)).status_code == 201
    sent: list[Any] = []

    def of_the_agent() -> Any:
        record = registro()
        head = record["ficha"]["headerTransport"]
        head |= {
            "profissionalCNS": lotacao.profissional.cns,
            "cboCodigo_2002": lotacao.cbo,
            "ine": lotacao.equipe.ine,
        }
        head["cnes"] = record["cnes"] = lotacao.equipe.estabelecimento.cnes
        record["ine"] = lotacao.equipe.ine
        return record

    def push(records: list[Any], lote: str) -> Any:
        body = json.dumps({"versao_app": "1.0.0", "registros": records})
        path = f"/api/acs/v1/empurrar?lote={lote}"
        return phone.client.post(path, body, content_type="application/json", headers=phone.headers())

    def make() -> Callable[[], Any]:
        records, lote = [of_the_agent(), of_the_agent()], f"aparelho-{len(sent):04}"
        sent.append((records, lote))
        return lambda: push(records, lote)

    told = set()
    for answer, moment in each_moment(monkeypatch, make, silent, stays=stays):
        told.add(answer.status_code)
        assert answer.status_code == 200 or in_words(answer, PROBLEM), (answer.content, moment.onde)
    assert told == {200, 503}
    for records, lote in sent:
        answer = push(records, lote)
        assert answer.status_code == 200
    uuids = sorted(r["uuid"] for records, _ in sent for r in records)
    assert sorted(Ficha.objects.values_list("uuid", flat=True)) == uuids
    assert differences() == []


# -- people's pages


@pytest.fixture
def pessoa(criar_usuario) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(criar_usuario("Administrador"))
    return client


def our_page(answer: Any) -> bool:
    words = (
        "Indisponível agora" in answer.content.decode()
        and "confira se foi gravado" in answer.content.decode()
    )
    return answer.status_code == 503 and words and answer["Retry-After"] == "30"


def test_a_page_that_writes_says_so_and_whoever_was_told_done_has_it(pessoa, entidade, monkeypatch):
    names: list[str] = []

    def make() -> Callable[[], Any]:
        names.append(f"Fornecedor {len(names)}")
        form = {"nome": names[-1], "limite_por_minuto": 60, "escopos": ["enviar", "ler"]}
        return lambda: pessoa.post("/administrando/acessos/tokens/", form)

    told = set()
    for answer, moment in each_moment(monkeypatch, make, silent, stays=False):
        told.add(answer.status_code)
        kept = ApiToken.objects.filter(nome=names[-1]).count()
        if answer.status_code == 503:
            assert our_page(answer) and kept <= 1, moment.onde
        else:
            assert (answer.status_code < 400, kept) == (True, 1), (answer.status_code, moment.onde)
        ApiToken.objects.all().delete()  # the page of many asks more
    assert 503 in told


# -- what looks like the fault of a record, and is not


@pytest.mark.parametrize("error", [psycopg.InterfaceError("lost"), psycopg.OperationalError("lost")])
def test_a_lost_connection_is_no_fault_of_the_one_it_fell_on(entidade, error):
    blamed: list[object] = []

    def fail(items: Any) -> None:
        raise error

    with pytest.raises(type(error)):
        in_halves([1, 2, 3], fail, lambda item, problem: blamed.append(item))
    assert blamed == []


def test_after_a_lost_transaction_nothing_more_is_tried_in_it(entidade):
    tried: list[int] = []

    def lose(items: Any) -> None:
        tried.append(len(items))
        silent(connection.connection)
        try:
            connection.cursor().execute("SELECT 1")
        except OperationalError as gone:
            raise ValueError from gone

    with pytest.raises(ValueError), transaction.atomic():
        in_halves([1, 2, 3], lose, lambda item, problem: None)
    connection.close()
    assert tried == [3]
