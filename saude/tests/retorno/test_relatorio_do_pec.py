"""The PEC's report: every uuid its ficha, what was said of it told, once, and taken back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from producao import em, exportar, ficha_de, receber, registro
from relatorios_do_pec import CNS_INVALIDO, REPETIDA, arquivo, enviar, linha, registrar, relatorio

from saude.cadastros.models import Estabelecimento
from saude.fichas.contagem_mantida import compact, differences
from saude.fichas.contagens import panel
from saude.fichas.desfechos import DesfechoAtual
from saude.fichas.models import Ficha
from saude.processamento.actions import replace_exported
from saude.processamento.descarte import discard
from saude.retorno import actions, tasks
from saude.retorno.leitura import Ocupado, Recusado
from saude.retorno.models import Desfecho, Linha, Relatorio
from saude.retorno.queries import answers_of, answers_since

pytestmark = pytest.mark.django_db(transaction=True)


def exportadas(entidade, n=3, **more):
    fichas = [ficha_de(r) for r in receber(entidade, *(registro(**more) for _ in range(n)))]
    exportar(entidade)
    return [Ficha.objects.get(pk=f.pk) for f in fichas]


def resultado(ficha):
    row = DesfechoAtual.objects.filter(ficha=ficha).first()
    return row.resultado if row else None


def test_each_uuid_finds_its_ficha_and_nothing_counts_before_it_is_confirmed(entidade, criar_usuario):
    by = criar_usuario("Coordenador")
    a, b, c = exportadas(entidade)
    alheia = "9900017-9e6f51fd-be30-4442-8bca-0680de4b5980"
    row = enviar(entidade, relatorio([linha(a.uuid), linha(b.uuid, REPETIDA), linha(alheia)]), by=by)
    assert (row.estado, row.formato) == ("previa", "pec-inconsistencias")
    wanted = {"a_registrar": 2, "nossas_recusadas": 1, "nossas_repetidas": 1, "alheias": 1, "nao_enviadas": 0}
    assert {name: row.totais[name] for name in wanted} == wanted
    assert [resultado(f) for f in (a, b, c)] == [None, None, None]
    assert not Desfecho.objects.exists()
    actions.confirm(relatorio=row, numero=2, by=by)
    assert [resultado(f) for f in (a, b, c)] == ["recusada", "repetida", None]
    assert {f.situacao for f in Ficha.objects.all()} == {"exportada"}, "no fifth situation"
    [line] = panel(entidade)
    assert (line.exportadas, line.retorno.recusadas, line.retorno.repetidas, line.sem_resposta) == (
        3,
        1,
        1,
        1,
    )
    assert line.prazo_bloqueado_por == 1
    assert differences() == []
    compact()
    assert differences() == []


def test_the_message_is_kept_without_the_number_it_brought_and_names_its_field(entidade):
    [a] = exportadas(entidade, 1)
    registrar(entidade, relatorio([linha(a.uuid, f"{CNS_INVALIDO} | Cpf 529.982.247-25 inválido")]))
    [answer] = answers_of(Ficha.objects.get(pk=a.pk))
    texts = [m["texto"] for m in answer.fato.mensagens]
    assert texts == ["ProfissionalCNS possui um valor inválido: [número]", "Cpf [número] inválido"]
    assert answer.fato.mensagens[0]["campo"] == "profissionalCNS"
    kept = str(list(Linha.objects.values())) + str(list(Desfecho.objects.values()))
    assert "898001160660761" not in kept and "529.982" not in kept
    assert list(actions.folder().glob("*")) == [], "the file itself is not kept"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_every_encoding_is_read(entidade, codec):
    [a] = exportadas(entidade, 1)
    row = registrar(entidade, relatorio([linha(a.uuid)], codec=codec))
    assert (row.estado, resultado(a)) == ("vale", "recusada")


def test_the_uuid_is_found_in_any_case_and_without_its_cnes(entidade):
    a, b = exportadas(entidade, 2)
    bare = linha(b.uuid).replace(b.uuid, b.uuid[8:])
    registrar(entidade, relatorio([linha(a.uuid).replace(a.uuid, a.uuid.upper()), bare]))
    assert [resultado(a), resultado(b)] == ["recusada", "recusada"]


def test_the_same_file_twice_changes_nothing(entidade, criar_usuario):
    [a] = exportadas(entidade, 1)
    content = relatorio([linha(a.uuid)])
    first = registrar(entidade, content)
    row, known = actions.upload(
        entidade=entidade,
        file=arquivo(content),
        name="outro.csv",
        by=criar_usuario("Coordenador"),
    )
    assert known and row.pk == first.pk
    assert Relatorio.objects.count() == Desfecho.objects.count() == 1


def test_a_report_that_overlaps_another_tells_the_same_once_and_outlives_it(entidade):
    """The report of the lot, then the general one of the period: other bytes, the same line."""
    a, b = exportadas(entidade, 2)
    lot = registrar(entidade, relatorio([linha(a.uuid)]))
    registrar(entidade, relatorio([linha(a.uuid), linha(b.uuid)]))
    assert len(answers_of(Ficha.objects.get(pk=a.pk))) == 1
    assert [r["uuid"] for r in answers_since(entidade, after=0, limit=10)] == [a.uuid, b.uuid]
    last = answers_since(entidade, after=0, limit=10)[-1]["posicao"]
    actions.undo(relatorio=lot, by=None)
    assert resultado(a) == "recusada", "the other report says so still"
    told = answers_since(entidade, after=last, limit=10)
    assert [(r["uuid"], r["desfeito"]) for r in told] == [(a.uuid, True), (a.uuid, False)]


def test_undone_it_counts_no_more_and_may_be_sent_again(entidade):
    [a] = exportadas(entidade, 1)
    content = relatorio([linha(a.uuid)])
    row = registrar(entidade, content)
    assert actions.undo(relatorio=row, by=None)
    assert not actions.undo(relatorio=row, by=None), "once"
    assert resultado(a) is None and panel(entidade)[0].sem_resposta == 1
    assert differences() == []
    registrar(entidade, content)
    assert resultado(a) == "recusada"


def test_refused_in_two_lots_both_are_told_and_the_newest_counts(entidade):
    [a] = exportadas(entidade, 1)
    registrar(entidade, relatorio([linha(a.uuid, lote="130", dia="12/10/2026")]))
    registrar(entidade, relatorio([linha(a.uuid, "CboCodigo_2002 inválido", lote="118", dia="05/10/2026")]))
    answers = answers_of(Ficha.objects.get(pk=a.pk))
    assert [(x.fato.lote, x.atual) for x in answers] == [("130", True), ("118", False)]
    assert panel(entidade)[0].retorno.recusadas == 1


def test_of_another_municipality_nothing_is_ours_and_nothing_can_be_recorded(entidade, outra_entidade):
    [a] = exportadas(entidade, 1)
    row = enviar(outra_entidade, relatorio([linha(a.uuid)]))
    assert (row.totais["alheias"], row.totais["a_registrar"]) == (1, 0)
    with pytest.raises(actions.RetornoRefused, match="Nenhuma linha"):
        actions.confirm(relatorio=row, numero=0, by=None)
    assert resultado(a) is None


def test_what_was_never_exported_is_told_apart(entidade):
    [waiting] = [ficha_de(r) for r in receber(entidade, registro())]
    row = enviar(entidade, relatorio([linha(waiting.uuid)]))
    assert (row.totais["nao_enviadas"], row.totais["a_registrar"]) == (1, 0)


@pytest.mark.parametrize(
    ("conteudo", "diz"),
    [
        (b"<!DOCTYPE html><html><body>Login</body></html>", "página da internet"),
        (b"a;b;c\r\n1;2;3\r\n", "não é um relatório conhecido"),
        (b"", "vazio"),
        (b"\x00" * 5000, "não é um relatório conhecido"),
    ],
)
def test_what_is_no_report_is_refused_in_words(entidade, conteudo, diz):
    with pytest.raises(Recusado, match=diz):
        enviar(entidade, conteudo)
    assert list(actions.folder().glob("*")) == []
    assert not Relatorio.objects.filter(estado="previa").exists()


def test_a_cut_report_leaves_nothing(entidade):
    a, b = exportadas(entidade, 2)
    whole = relatorio([linha(a.uuid), linha(b.uuid)])
    with pytest.raises(Recusado, match="cortado"):
        enviar(entidade, whole[:-60])
    assert not Linha.objects.exists()


def test_saved_by_a_spreadsheet(entidade):
    """An empty column more, the zeros of a CNES eaten, a date with its hour."""
    cnes = "0990033"
    [a] = [ficha_de(r) for r in receber(entidade, em(cnes, registro()))]
    exportar(entidade)
    text = relatorio([linha(a.uuid, dia="05/10/2026 00:00")]).decode("latin-1").replace("\r\n", ";\r\n")
    registrar(entidade, text.replace(f";{cnes};", ";990033;").encode("cp1252"))
    assert resultado(a) == "recusada"
    assert Desfecho.objects.get().data.isoformat() == "2026-10-05"


def test_every_character_of_a_message_is_kept(entidade):
    [a] = exportadas(entidade, 1)
    said = "um\ttab, uma \\ barra, {chave: 1} e \\N"
    registrar(entidade, relatorio([linha(a.uuid, said)]))
    [answer] = answers_of(Ficha.objects.get(pk=a.pk))
    assert answer.fato.mensagens[0]["texto"] == said


def test_the_number_that_was_shown_is_the_number_that_is_recorded(entidade):
    a, b = exportadas(entidade, 2)
    row = enviar(entidade, relatorio([linha(a.uuid), linha(b.uuid)]))
    with pytest.raises(actions.RetornoRefused, match="agora são 2"):
        actions.confirm(relatorio=row, numero=1, by=None)
    actions.confirm(relatorio=row, numero=2, by=None)
    actions.confirm(relatorio=row, numero=2, by=None)
    assert Desfecho.objects.count() == 2, "the second click finds it done"


def test_the_pages(client, entidade, criar_usuario):
    [a] = exportadas(entidade, 1)
    client.force_login(criar_usuario("Coordenador"))
    content = relatorio([linha(a.uuid)])
    sent = client.post(reverse("retorno:enviar"), {"arquivo": SimpleUploadedFile("inc.csv", content)})
    row = Relatorio.objects.get()
    assert sent.url == reverse("retorno:relatorio", args=[row.pk])
    page = client.get(sent.url).content.decode()
    assert a.uuid in page and "Registrar 1 linha" in page and "898001160660761" not in page
    client.post(reverse("retorno:confirmar", args=[row.pk]), {"numero": "1"})
    assert resultado(a) == "recusada"
    detail = client.get(reverse("fichas:detalhe", args=[a.uuid])).content.decode()
    assert "Recusada pelo PEC no lote 118, em 05/10/2026" in detail
    assert "ProfissionalCNS possui um valor inválido: [número]" in detail
    assert (
        "<b>1</b> resposta deixa" in client.get(reverse("retorno:desfazer", args=[row.pk])).content.decode()
    )
    client.post(reverse("retorno:desfazer", args=[row.pk]), {"numero": "7"})
    assert resultado(a) == "recusada", "another number: nothing done"
    client.post(reverse("retorno:desfazer", args=[row.pk]), {"numero": "1"})
    assert resultado(a) is None
    assert "já não conta" in client.get(sent.url).content.decode()


def test_an_error_of_the_file_is_told_beside_its_field(client, entidade, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    answer = client.post(
        reverse("retorno:enviar"), {"arquivo": SimpleUploadedFile("x.csv", b"<html>oi</html>")}
    )
    assert answer.status_code == 422
    assert "página da internet" in answer.content.decode()
    assert client.post(reverse("retorno:enviar")).status_code == 422


def test_who_works_in_one_area_sees_its_lines_and_sends_none(client, entidade, criar_usuario):
    posts = [
        Estabelecimento.objects.create(entidade=entidade, cnes=c, nome=f"UBS {c}")
        for c in ("2222222", "3333333")
    ]
    answers = receber(entidade, *(em(p.cnes, registro()) for p in posts))
    exportar(entidade)
    here, there = [ficha_de(a) for a in answers]
    alheia = "9900017-9e6f51fd-be30-4442-8bca-0680de4b5980"
    row = registrar(entidade, relatorio([linha(here.uuid), linha(there.uuid), linha(alheia)]))
    user = criar_usuario("Coordenador", username="da_area", estabelecimento=posts[0])
    client.force_login(user)
    page = client.get(reverse("retorno:relatorio", args=[row.pk])).content.decode()
    assert here.uuid in page and there.uuid not in page and alheia not in page
    sent = client.post(reverse("retorno:enviar"), {"arquivo": SimpleUploadedFile("x.csv", b"x")})
    assert sent.status_code == 403
    assert client.post(reverse("retorno:desfazer", args=[row.pk]), {"numero": "3"}).status_code == 403


def test_two_clicks_at_once_make_one_report_and_record_it_once(entidade):
    [a] = exportadas(entidade, 1)
    content = relatorio([linha(a.uuid)])

    def send(_: int) -> int:
        try:
            return registrar(entidade, content).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        found = set(both.map(send, range(2)))
    assert len(found) == 1
    assert Relatorio.objects.get().estado == "vale"
    assert (Desfecho.objects.count(), resultado(a)) == (1, "recusada")


def test_undone_after_the_ficha_went_again_what_was_made_of_it_stays(entidade):
    [a] = exportadas(entidade, 1)
    row = registrar(entidade, relatorio([linha(a.uuid)]))
    new = replace_exported(ficha=a, changes={}, motivo="recusada", by=None)
    exportar(entidade)
    actions.undo(relatorio=row, by=None)
    assert Ficha.objects.get(pk=new.pk).situacao == "exportada"
    [line] = panel(entidade)
    assert (line.exportadas, line.sem_resposta, line.prazo_bloqueado_por) == (2, 2, 0)
    assert differences() == []


def test_a_discarded_replacement_mends_nothing(entidade):
    [a] = exportadas(entidade, 1)
    registrar(entidade, relatorio([linha(a.uuid)]))
    new = replace_exported(ficha=a, changes={}, motivo="recusada", by=None)
    assert panel(entidade)[0].retorno.a_corrigir == 0
    discard(ficha=new, motivo="engano", revisao=new.revisao, by=None)
    assert panel(entidade)[0].retorno.a_corrigir == 1


def test_a_report_over_the_limit_is_refused_in_words(entidade, monkeypatch):
    monkeypatch.setattr(actions, "LIMIT", 1000)
    with pytest.raises(Recusado, match="período menor"):
        enviar(entidade, b"x" * 2000)
    assert list(actions.folder().glob("*")) == []


def test_a_large_report_is_read_and_recorded_by_the_worker(entidade, monkeypatch):
    monkeypatch.setattr(actions, "SMALL", 10)
    monkeypatch.setattr(actions, "FEW", 0)
    [a] = exportadas(entidade, 1)
    row = enviar(entidade, relatorio([linha(a.uuid)]))
    assert row.estado == "lendo"
    tasks.ler(row.pk)
    row.refresh_from_db()
    assert row.estado == "previa"
    actions.confirm(relatorio=row, numero=1, by=None)
    assert resultado(a) is None
    tasks.aplicar(row.pk)
    tasks.aplicar(row.pk)
    assert (resultado(a), Desfecho.objects.count()) == ("recusada", 1)


def test_while_others_are_being_read_it_waits_for_the_worker(client, entidade, criar_usuario, monkeypatch):
    """Small or large, sent by a person it is never refused for that: it is read later, and nothing is lost."""
    [a] = exportadas(entidade, 1)
    client.force_login(criar_usuario("Coordenador"))
    reads = actions._read

    def busy(*args):
        raise Ocupado

    monkeypatch.setattr(actions, "_read", busy)
    file = SimpleUploadedFile("inc.csv", relatorio([linha(a.uuid)]))
    sent = client.post(reverse("retorno:enviar"), {"arquivo": file})
    row = Relatorio.objects.get()
    assert (sent.status_code, row.estado) == (302, "lendo")
    assert "hx-get" in client.get(sent.url).content.decode(), "the page follows it"
    with pytest.raises(Ocupado):
        tasks.ler(row.pk)  # the queue tries it again by itself
    row.refresh_from_db()
    assert (row.estado, (actions.folder() / row.arquivo).exists()) == ("lendo", True)
    assert enviar(entidade, relatorio([linha(a.uuid)])).pk == row.pk, "sent again it is the same one"
    monkeypatch.setattr(actions, "_read", reads)
    tasks.ler(row.pk)
    row.refresh_from_db()
    assert (row.estado, row.totais["a_registrar"]) == ("previa", 1)
