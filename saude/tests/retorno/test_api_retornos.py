"""The vendor's side: the report sent in by token, the answers read on from a position."""

import pytest
from producao import exportar, ficha_de, receber, registro
from relatorios_do_pec import linha, relatorio

from saude.contas.tokens import create_token
from saude.retorno import actions
from saude.retorno.queries import answers_since

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chave(entidade, criar_usuario):
    def make(*escopos):
        return create_token(
            entidade=entidade,
            nome="fornecedor",
            by=criar_usuario(username=f"resp{len(escopos)}{escopos[0]}"),
            escopos=escopos,
        )

    return make


@pytest.fixture
def api(client, chave):
    """`api("POST", "retornos", body)`."""
    tokens = {}

    def call(method, path, body=b"", escopos=("enviar", "ler"), **more):
        if escopos not in tokens:
            tokens[escopos] = chave(*escopos)[1]
        headers = {"Authorization": f"Bearer {tokens[escopos]}"}
        return client.generic(
            method, f"/api/v1/{path}", body, content_type="text/csv", headers=headers, **more
        )

    return call


def exportada(entidade):
    [answer] = receber(entidade, registro())
    exportar(entidade)
    return ficha_de(answer)


def test_when_others_are_being_read_it_is_told_when_to_come_again(api, entidade, monkeypatch):
    """Nothing is wrong with the report: 503 and when, not a refusal; sent again it counts."""
    from saude.retorno.leitura import Ocupado

    content = relatorio([linha(exportada(entidade).uuid)])

    def busy(*args, **more):
        raise Ocupado

    with monkeypatch.context() as others:
        others.setattr(actions, "_read", busy)
        answer = api("POST", "retornos", content)
    told = (answer.status_code, answer["Retry-After"], answer.json()["codigo"])
    assert told == (503, "60", "ocupado")
    assert "em um minuto" in answer.json()["detail"]
    assert list(actions.folder().glob("*")) == [], "nothing is kept of it"
    assert api("POST", "retornos", content).json()["estado"] == "vale"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"{}",
        b"PK\x03\x04" + b"0" * 50,
        b"%PDF-1.4 x",
        b"<html>fora</html>",
        b"\0" * 5000,
        b"a;b\n1;2\n",
    ],
)
def test_what_is_no_report_is_told_in_whole_sentences(api, content):
    answer = api("POST", "retornos", content)
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".") and ".." not in answer.json()["detail"]
    assert list(actions.folder().glob("*")) == [], "nothing is kept of it"


def test_a_report_counts_as_soon_as_it_is_read_and_the_answers_are_told_in_order(api, entidade):
    ficha = exportada(entidade)
    content = relatorio([linha(ficha.uuid)])
    sent = api("POST", "retornos", content)
    body = sent.json()
    assert (sent.status_code, body["estado"], body["registradas"], body["ja_enviado"]) == (
        200,
        "vale",
        1,
        False,
    )
    assert api("GET", sent["Location"].removeprefix("/api/v1/")).json()["id"] == body["id"]
    page = api("GET", "retornos?apos=0").json()
    [told] = page["retornos"]
    assert (told["uuid"], told["resultado"], told["fonte"], told["lote"]) == (
        ficha.uuid,
        "recusada",
        "relatorio",
        "118",
    )
    assert told["mensagens"] == [
        {"campo": "profissionalCNS", "mensagem": "ProfissionalCNS possui um valor inválido: [número]"}
    ]
    assert page["fim"] and api("GET", f"retornos?apos={page['posicao']}").json()["retornos"] == []
    again = api("POST", "retornos", content).json()
    assert (again["ja_enviado"], again["id"]) == (True, body["id"])
    actions.undo(relatorio=actions.Relatorio.objects.get(), by=None)
    [undone] = api("GET", f"retornos?apos={page['posicao']}").json()["retornos"]
    assert undone["desfeito"] and undone["uuid"] == ficha.uuid


def test_what_is_no_report_of_ours_is_a_problem_in_words(api, entidade):
    exportada(entidade)
    for content, words in (
        (b"<html>", "página da internet"),
        (relatorio([linha("9900017-9e6f51fd-be30-4442-8bca-0680de4b5980")]), "Nenhum"),
    ):
        answer = api("POST", "retornos", content)
        assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
        assert words in answer.json()["detail"]


def test_a_token_that_only_reads_sends_none_and_the_reverse(api):
    assert api("POST", "retornos", b"x", escopos=("ler",)).status_code == 403
    assert api("GET", "retornos", escopos=("enviar",)).status_code == 403


def test_another_entidade_sees_nothing(api, entidade, outra_entidade):
    ficha = exportada(entidade)
    api("POST", "retornos", relatorio([linha(ficha.uuid)]))
    assert answers_since(outra_entidade, after=0, limit=10) == []


def test_a_large_one_of_a_vendor_is_read_later_and_its_address_tells(api, entidade, monkeypatch):
    """Too large to be read while the program waits: 202, and busy readers do not refuse it."""
    from saude.retorno import tasks
    from saude.retorno.leitura import Ocupado

    monkeypatch.setattr(actions, "SMALL", 10)
    sent = api("POST", "retornos", relatorio([linha(exportada(entidade).uuid)]))
    assert (sent.status_code, sent.json()["estado"]) == (202, "lendo")
    where = sent["Location"].removeprefix("/api/v1/")
    row = actions.Relatorio.objects.get()

    def busy(*args):
        raise Ocupado

    with monkeypatch.context() as others:
        others.setattr(actions, "_read", busy)
        with pytest.raises(Ocupado):
            tasks.ler(row.pk)
    assert api("GET", where).json()["estado"] == "lendo"
    tasks.ler(row.pk)
    assert api("GET", where).json()["estado"] == "vale"


def test_one_over_the_limit_is_413(api, monkeypatch):
    monkeypatch.setattr(actions, "LIMIT", 1000)
    answer = api("POST", "retornos", b"x" * 2000)
    assert answer.status_code == 413 and "período menor" in answer.json()["detail"]
