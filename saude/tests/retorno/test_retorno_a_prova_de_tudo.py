"""The way back, by who breaks it: what is not ours, twice at once, marks that lie, a worker killed in the middle."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.urls import reverse
from producao import exportar, ficha_de, receber, registro
from relatorios_do_pec import REPETIDA, enviar, linha, registrar, relatorio
from test_marca_e_reenvio import marcar, resultado

from saude.auditoria.models import Evento
from saude.contas.tokens import create_token
from saude.fichas.contagem_mantida import differences
from saude.fichas.contagens import panel
from saude.fichas.models import Ficha
from saude.retorno import actions, tasks
from saude.retorno.leitura import Recusado
from saude.retorno.models import Desfecho, Linha, Relatorio
from saude.retorno.queries import answers_since
from saude.web import upload

pytestmark = pytest.mark.django_db(transaction=True)


def exportadas(entidade, n=1):
    fichas = [ficha_de(r) for r in receber(entidade, *(registro() for _ in range(n)))]
    export = exportar(entidade)
    return export, [Ficha.objects.get(pk=f.pk) for f in fichas]


def alheia() -> str:
    return f"9900017-{uuid4()}"


# -- what is not ours


def test_thousands_of_unknown_uuids_around_one_of_ours(client, entidade, criar_usuario):
    _, [a] = exportadas(entidade)
    strange = [linha(alheia()) for _ in range(3000)]
    row = enviar(entidade, relatorio([*strange[:1500], linha(a.uuid), *strange[1500:]]))
    assert (row.totais["alheias"], row.totais["a_registrar"]) == (3000, 1)
    client.force_login(criar_usuario("Coordenador"))
    where = reverse("retorno:relatorio", args=[row.pk])
    page = client.get(where).content.decode()
    assert a.uuid in page and "3.000" in page, "what is ours is seen first"
    assert client.get(f"{where}?grupo=alheias&pagina=60").content.decode().count("9900017-") >= 50
    actions.confirm(relatorio=row, numero=1, by=None)
    assert (resultado(a), Desfecho.objects.count()) == ("recusada", 1), "nothing is recorded of the others"


def test_all_unknown_a_person_is_told_and_nothing_is_recorded(client, entidade, criar_usuario):
    exportadas(entidade)
    client.force_login(criar_usuario("Coordenador"))
    file = SimpleUploadedFile("inc.csv", relatorio([linha(alheia()) for _ in range(50)]))
    page = client.get(client.post(reverse("retorno:enviar"), {"arquivo": file}).url).content.decode()
    assert "Nenhum dos uuids deste relatório é de" in page and "disabled" in page
    row = Relatorio.objects.get()
    client.post(reverse("retorno:confirmar", args=[row.pk]), {"numero": "0"})
    row.refresh_from_db()
    assert row.estado == "previa" and not Desfecho.objects.exists()


def test_the_uuid_of_another_entidade_in_our_report_is_as_unknown_and_leads_nowhere(
    client, entidade, outra_entidade, criar_usuario
):
    _, [theirs] = exportadas(entidade)
    row = enviar(outra_entidade, relatorio([linha(theirs.uuid), linha(theirs.uuid.upper())]))
    assert (row.totais["alheias"], row.totais["a_registrar"]) == (2, 0)
    client.force_login(criar_usuario("Coordenador", username="vizinho", entidade=outra_entidade))
    page = client.get(reverse("retorno:relatorio", args=[row.pk])).content.decode()
    assert theirs.uuid in page, "as the file says it"
    assert (
        f"/fichas/{theirs.chave}/" not in page
        and theirs.get_tipo_display() not in page.partition("<main")[2][:0]
    )
    assert resultado(theirs) is None and answers_since(entidade, after=0, limit=9) == []


def test_a_vendor_of_another_entidade_records_nothing_of_ours(
    client, entidade, outra_entidade, criar_usuario
):
    _, [a] = exportadas(entidade)
    who = criar_usuario(username="resp_vizinho", entidade=outra_entidade)
    token = create_token(entidade=outra_entidade, nome="vizinho", by=who, escopos=("enviar", "ler"))[1]
    answer = client.generic(
        "POST", "/api/v1/retornos", relatorio([linha(a.uuid)]), content_type="text/csv",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert answer.status_code == 422 and resultado(a) is None
    mine = registrar(entidade, relatorio([linha(a.uuid)]))
    where = f"/api/v1/retornos/relatorios/{mine.uuid}"
    assert client.get(where, headers={"Authorization": f"Bearer {token}"}).status_code == 404


# -- twice, and at once


def at_once(*what):
    """Each in a thread of its own, all let go together; what they gave."""
    gate = threading.Barrier(len(what))

    def one(do):
        try:
            gate.wait(120)
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(what)) as pool:
        return list(pool.map(one, what))


def test_the_same_report_by_the_page_and_by_the_api_at_once_counts_once(client, entidade, criar_usuario):
    _, [a] = exportadas(entidade)
    content = relatorio([linha(a.uuid)])
    token = create_token(entidade=entidade, nome="f", by=criar_usuario(), escopos=("enviar", "ler"))[1]

    def by_api():
        return client.generic(
            "POST", "/api/v1/retornos", content, content_type="text/csv",
            headers={"Authorization": f"Bearer {token}"},
        ).status_code  # fmt: skip

    status, _ = at_once(by_api, lambda: enviar(entidade, content))
    assert status in (200, 202) and Relatorio.objects.filter(estado__in=Relatorio.ALIVE).count() == 1
    row = Relatorio.objects.get()
    actions.confirm(relatorio=row, numero=actions.to_record(row), by=None)
    assert (resultado(a), Desfecho.objects.count(), differences()) == ("recusada", 1, [])


def test_two_reports_of_the_same_fichas_confirmed_at_once(entidade):
    _, fichas = exportadas(entidade, 5)
    rows = [
        enviar(entidade, relatorio([linha(f.uuid, lote=lot) for f in order]))
        for lot, order in (("118", fichas), ("119", fichas[::-1]))
    ]
    at_once(*(lambda r=r: actions.confirm(relatorio=r, numero=5, by=None) for r in rows))
    assert {resultado(f) for f in fichas} == {"recusada"} and Desfecho.objects.count() == 10
    assert differences() == [] and panel(entidade)[0].retorno.recusadas == 5


def test_marked_twice_at_once_it_is_marked_once(entidade):
    export, fichas = exportadas(entidade, 3)
    one, other = at_once(*(lambda: marcar(export, 3).pk for _ in range(2)))
    assert one == other and Relatorio.objects.filter(estado="vale").count() == 1
    assert {resultado(f) for f in fichas} == {"aceita"} and Desfecho.objects.count() == 3


# -- a mark and a report that contradict each other


def test_a_report_that_contradicts_the_mark_takes_its_acceptances_back(entidade):
    """Marked as all valid; then the report of the same lot names a refused one: the counts were wrong, and nobody's
    absence means anything any more."""
    export, (a, b, c) = exportadas(entidade, 3)
    marcar(export, 3)
    assert {resultado(f) for f in (a, b, c)} == {"aceita"}
    report = registrar(entidade, relatorio([linha(a.uuid)]))
    assert [resultado(f) for f in (a, b, c)] == ["recusada", "desconhecida", "desconhecida"]
    [line] = panel(entidade)
    assert (line.retorno.aceitas, line.retorno.recusadas, line.retorno.desconhecidas) == (0, 1, 2)
    told = {
        r["uuid"]: r["resultado"] for r in answers_since(entidade, after=0, limit=50) if not r["desfeito"]
    }
    assert told == {a.uuid: "recusada", b.uuid: "desconhecida", c.uuid: "desconhecida"}
    marcar(export, 2, 1)  # mended
    assert [resultado(f) for f in (a, b, c)] == ["recusada", "aceita", "aceita"]
    actions.undo(relatorio=report, by=None)
    assert [resultado(f) for f in (a, b, c)] == ["desconhecida"] * 3 and differences() == []


def test_a_report_of_another_lot_does_not_undo_the_mark(entidade):
    export, (a, b) = exportadas(entidade, 2)
    marcar(export, 2)
    registrar(entidade, relatorio([linha(a.uuid, REPETIDA, lote="130", dia="20/10/2026")]))
    assert [resultado(f) for f in (a, b)] == ["aceita", "aceita"], "that it had it already says less"


@pytest.mark.parametrize(
    "contas", [(9, 0, 0, 9), (0, 0, 0, 3), (1, 1, 1, 3), (3, 0, 0, 10_000_000), (10_000_000, 0, 0, 3)]
)
def test_a_mark_with_wrong_totals_accepts_nobody_and_says_what_is_missing(
    client, entidade, criar_usuario, contas
):
    export, fichas = exportadas(entidade, 3)
    client.force_login(criar_usuario("Coordenador"))
    url = reverse("retorno:marcar", args=[export.pk])
    names = ("validas", "invalidas", "repetidas", "total")
    said = {"lote": "118", "dia": "2026-10-05", **dict(zip(names, contas, strict=True))}
    page = " ".join(client.post(url, said).content.decode().split())
    assert "aceita 3" not in page and re.search(r"confira se o lote|não somam|envie o relatório", page)
    client.post(url, said | {"confere": "aceita 3"})
    assert {resultado(f) for f in fichas} == {None}, "what was not shown is not done"
    client.post(url, said | {"confere": "desconhecida 3"})
    assert {resultado(f) for f in fichas} == {"desconhecida"}


# -- in the middle


def read_all(entidade, content):
    row = enviar(entidade, content)
    assert row.estado == "lendo"
    return row


def test_a_worker_killed_while_it_reads_leaves_it_to_be_read_again(entidade, monkeypatch):
    monkeypatch.setattr(actions, "SMALL", 10)
    _, [a, b] = exportadas(entidade, 2)
    row = read_all(entidade, relatorio([linha(a.uuid), linha(b.uuid)]))
    matches = actions.match

    def killed(report):
        matches(report)
        raise SystemExit  # neither its own work nor the transaction is finished

    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(actions, "match", killed)
        tasks.ler(row.pk)
    row.refresh_from_db()
    assert (row.estado, Linha.objects.count()) == ("lendo", 0)
    tasks.ler(row.pk)
    tasks.ler(row.pk)
    row.refresh_from_db()
    assert (row.estado, Linha.objects.count(), row.totais["a_registrar"]) == ("previa", 2, 2)
    assert list(actions.folder().glob("*")) == []


def test_the_database_gone_while_it_is_recorded_leaves_all_or_nothing(entidade, monkeypatch):
    monkeypatch.setattr(actions, "FEW", 0)
    _, fichas = exportadas(entidade, 3)
    row = enviar(entidade, relatorio([linha(f.uuid) for f in fichas]))
    actions.confirm(relatorio=row, numero=3, by=None)
    settles = actions.marcas.settle_beside

    def cut(report):
        other = connection.copy()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (mine,) = cursor.fetchone()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
        other.close()
        return settles(report)

    with monkeypatch.context() as going, pytest.raises(OperationalError):
        going.setattr(actions.marcas, "settle_beside", cut)
        tasks.aplicar(row.pk)
    connection.close()
    row.refresh_from_db()
    assert (row.estado, Desfecho.objects.count()) == ("aplicando", 0)
    tasks.aplicar(row.pk)
    assert {resultado(f) for f in fichas} == {"recusada"} and Desfecho.objects.count() == 3
    assert differences() == []


def test_one_whose_task_was_lost_is_asked_for_again_and_one_that_failed_for_good_says_so(
    entidade, monkeypatch
):
    monkeypatch.setattr(actions, "SMALL", 10)
    _, [a] = exportadas(entidade)
    row = read_all(entidade, relatorio([linha(a.uuid)]))

    def jobs(
        sql="SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'retorno.ler' AND status = 'todo'",
    ):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    jobs("DELETE FROM procrastinate_events")
    jobs("DELETE FROM procrastinate_jobs WHERE task_name = 'retorno.ler'")
    actions.watch()
    actions.watch()
    assert jobs() == 1
    jobs("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'retorno.ler'")
    actions.watch()
    row.refresh_from_db()
    assert row.estado == "recusado" and "envie-o de novo" in row.erro
    assert list(actions.folder().glob("*")) == [], "its file, that may name a CPF, does not stay"


# -- bad input, by the page


def test_a_file_over_the_limit_is_told_by_the_page(client, entidade, criar_usuario, monkeypatch):
    """It is not received to its last byte (a body of 1 GB already stops at the door: saude/tests/porta)."""
    monkeypatch.setattr(upload, "LIMIT", 1000)
    client.force_login(criar_usuario("Coordenador"))
    answer = client.post(reverse("retorno:enviar"), {"arquivo": SimpleUploadedFile("g.csv", b"x" * 200_000)})
    assert answer.status_code == 422 and not Relatorio.objects.exists()
    assert "256 MB" in answer.content.decode() and "período menor" in answer.content.decode()


def test_no_number_of_a_person_stays_anywhere(client, entidade, criar_usuario):
    """In a message, in a cell that is not a message, in a name of a file: not kept, not shown, not in the trail."""
    _, [a] = exportadas(entidade)
    numbers = ("52998224725", "898001160660761", "529.982.247-25")
    said = linha(a.uuid, f"Cpf {numbers[2]} e CNS {numbers[1]} inválidos")
    said = said.replace(";-;118;", f";{numbers[0]}.zip;118;").replace(";8.7.0;-;", f";8.7.0;{numbers[0]};")
    row = registrar(entidade, relatorio([said]))
    client.force_login(criar_usuario("Coordenador"))
    pages = [
        client.get(reverse("retorno:relatorio", args=[row.pk])),
        client.get(reverse("fichas:detalhe", args=[a.uuid])),
        client.get(reverse("fichas:corrigir", args=[a.uuid]) + "?campos=todos"),
    ]
    shown = " ".join(p.content.decode() for p in pages)
    kept = str([list(m.objects.values()) for m in (Linha, Desfecho, Relatorio, Evento)])
    told = str(answers_since(entidade, after=0, limit=9))
    assert "[número]" in shown and resultado(a) == "recusada"
    for number in numbers[1:]:
        assert number not in shown + kept + told
    assert numbers[0] not in kept + told


@pytest.mark.parametrize("order", ["reversed", "middle"])
def test_columns_in_any_order_and_lines_in_any_order(entidade, order):
    _, fichas = exportadas(entidade, 2)
    rows = [
        line.split(";")
        for line in relatorio([linha(f.uuid) for f in fichas]).decode("latin-1").split("\r\n")
        if line
    ]
    turn = (lambda r: r[::-1]) if order == "reversed" else (lambda r: [*r[6:], *r[:6]])
    content = "\r\n".join(";".join(turn(r)) for r in [rows[0], *rows[:0:-1]]) + "\r\n"
    registrar(entidade, content.encode("utf-8-sig"))
    assert [resultado(f) for f in fichas] == ["recusada", "recusada"]


def test_two_files_glued_together_or_an_empty_report(entidade):
    exportadas(entidade)
    row = enviar(entidade, relatorio([]))
    assert (row.estado, row.totais["a_registrar"]) == ("previa", 0)
    with pytest.raises(Recusado):
        enviar(entidade, relatorio([])[:-30])
