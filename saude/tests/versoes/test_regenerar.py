"""Fichas not exported yet, in another LEDI version: looked at, confirmed, written, and written back."""

import csv
import io
import json
import zlib
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from producao import (
    FIM,
    INICIO,
    cidadao,
    exportar,
    ficha_de,
    instalacao_digitada,
    quebrado,
    receber,
    registro,
    zip_de,
)

from ledi.envelope import unwrap
from saude.auditoria.models import Evento as Auditoria
from saude.cadastros.actions import update_instalacao
from saude.fichas.models import BlocoReprocessamento, ConteudoAnterior, Entrada, Evento, Ficha
from saude.processamento import em_massa, regenerar, versoes
from saude.processamento.actions import correct
from saude.processamento.models import Regeneracao

OLD, NEW = "7.4.2", "8.7.0"
LOST = "atendimentosIndividuais[0].stNaoPossuiCpf"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path
    settings.EXPORTACOES = tmp_path / "exportacoes"


def trabalhar() -> None:
    for pk in BlocoReprocessamento.objects.filter(feito_em=None).order_by("pk").values_list("pk", flat=True):
        em_massa.reprocess_block(pk)


def pedir(entidade: Any, para: str = OLD, *, inicio: date = INICIO, fim: date = FIM) -> Regeneracao:
    row = regenerar.ask(entidade=entidade, para=para, inicio=inicio, fim=fim, by="teste")
    trabalhar()
    return regenerar.all_of(entidade).get(pk=row.pk)


def fazer(entidade: Any, para: str = OLD) -> Regeneracao:
    row = pedir(entidade, para)
    regenerar.confirm(regeneracao=row, by="teste")
    trabalhar()
    done = regenerar.all_of(entidade).get(pk=row.pk)
    assert done.estado == "concluida"
    return done


def conteudo(ficha: Ficha) -> dict[str, Any]:
    return json.loads(Ficha.objects.get(pk=ficha.pk).conteudo.registro)


def versao_no_fio(ficha: Ficha) -> str | None:
    entry = Entrada.objects.get(ficha=ficha)
    return unwrap(zlib.decompress(bytes(entry.dados), -15)).declared_version


def test_the_preview_says_what_would_be_lost_and_changes_nothing(entidade):
    lossy, plain = (ficha_de(a) for a in receber(entidade, registro("FAI"), registro("FVD")))
    before = {f.pk: f.conteudo.registro for f in (lossy, plain)}
    row = pedir(entidade)
    assert row.estado == "pronta"
    assert row.resumo == {"total": 2, "convertem": 2, "perdem": 1}
    [(why, n)] = row.motivos.items()
    assert (n, "Não possui CPF" in why) == (1, True)
    [told] = regenerar.told(row)
    assert (told["uuid"], [campo for campo, _ in told["perdidos"]]) == (lossy.uuid, [LOST])
    assert "existe a partir da versão 8.4.0" in told["perdidos"][0][1]
    assert {f.pk: f.conteudo.registro for f in Ficha.objects.all()} == before
    assert not ConteudoAnterior.objects.exists()
    assert set(Ficha.objects.values_list("versao", "revisao")) == {(NEW, 1)}


def test_confirmed_they_are_judged_and_serialised_in_it_and_the_history_keeps_what_was(entidade):
    [answer] = receber(entidade, registro("FAI"))
    ficha, original = ficha_de(answer), conteudo(ficha_de(answer))
    done = fazer(entidade)
    after = Ficha.objects.get()
    assert (after.versao, after.situacao, after.revisao) == (OLD, "processada", ficha.revisao + 1)
    assert versao_no_fio(after) == OLD
    assert "stNaoPossuiCpf" not in cidadao(conteudo(after))
    kept = ConteudoAnterior.objects.get()
    assert (kept.revisao, json.loads(kept.registro)) == (ficha.revisao, original)
    event = Evento.objects.get(fato="regenerada")
    assert event.detalhe["perdidos"] == [LOST]
    assert (event.detalhe["de_versao"], event.detalhe["para"]) == (NEW, OLD)
    assert done.feito == {"total": 1, "convertem": 1, "perdem": 1}
    told = Auditoria.objects.filter(tipo__startswith="regeneracao").values_list("tipo", flat=True)
    assert set(told) == {"regeneracao.pedida", "regeneracao.confirmada"}


def test_back_again_is_the_record_as_it_came(entidade):
    [answer] = receber(entidade, registro("FAI"))
    original = conteudo(ficha_de(answer))
    fazer(entidade, OLD)
    done = fazer(entidade, NEW)
    after = Ficha.objects.get()
    assert conteudo(after) == original
    assert (after.versao, after.conteudo.base_revisao, versao_no_fio(after)) == (NEW, None, NEW)
    assert done.feito == {"total": 1, "convertem": 1, "voltam": 1}


def test_through_a_version_between_nothing_is_lost_either(entidade):
    [answer] = receber(entidade, registro("FAI"))
    original = conteudo(ficha_de(answer))
    for para in ("7.2.2", "8.4.2", OLD, NEW):
        fazer(entidade, para)
    assert conteudo(Ficha.objects.get()) == original
    fazer(entidade, "7.2.2")
    fazer(entidade, "8.4.2")  # which has the field that 7.2.2 left out
    assert cidadao(conteudo(Ficha.objects.get()))["stNaoPossuiCpf"] == cidadao(original)["stNaoPossuiCpf"]


def test_what_was_corrected_in_between_stays_and_what_was_left_out_comes_back(entidade):
    [answer] = receber(entidade, registro("FAI"))
    original = conteudo(ficha_de(answer))
    fazer(entidade, OLD)
    ficha = Ficha.objects.get()
    changes = {"atendimentosIndividuais[0].turno": 3}
    correct(ficha=ficha, changes=changes, revisao=ficha.revisao, by="teste")
    fazer(entidade, NEW)
    after = cidadao(conteudo(Ficha.objects.get()))
    assert after["turno"] == 3 != cidadao(original)["turno"]
    assert after["stNaoPossuiCpf"] == cidadao(original)["stNaoPossuiCpf"]
    assert Ficha.objects.get().situacao == "processada"


def test_a_code_of_a_list_comes_back_too(entidade):
    """PublicoAlvo 19 exists since 8.4.2."""
    record = registro("FAC")
    record["ficha"]["publicoAlvo"] = [1, 19]
    [answer] = receber(entidade, record)
    assert answer.situacao == "processada", answer.inconsistencias
    fazer(entidade, OLD)
    ficha = Ficha.objects.get()
    assert conteudo(ficha)["ficha"]["publicoAlvo"] == [1]
    correct(ficha=ficha, changes={"turno": 3}, revisao=ficha.revisao, by="teste")
    fazer(entidade, NEW)
    after = conteudo(Ficha.objects.get())["ficha"]
    assert (after["turno"], after["publicoAlvo"]) == (3, [1, 19])


def test_what_was_emptied_or_moved_by_hand_is_not_filled_again(entidade):
    """A citizen taken out of the ficha since: nobody's answers go to another."""
    record = registro("FAI")
    record["ficha"]["atendimentosIndividuais"].append(json.loads(json.dumps(cidadao(record))))
    receber(entidade, record)
    fazer(entidade, OLD)
    ficha = Ficha.objects.get()
    one = {"atendimentosIndividuais": [conteudo(ficha)["ficha"]["atendimentosIndividuais"][1]]}
    correct(ficha=ficha, changes=one, revisao=ficha.revisao, by="teste")
    fazer(entidade, NEW)
    after = conteudo(Ficha.objects.get())["ficha"]["atendimentosIndividuais"]
    assert len(after) == 1
    assert "stNaoPossuiCpf" not in after[0]


def test_new_content_from_the_vendor_forgets_the_old_origin(entidade):
    record = registro("FAI")
    receber(entidade, record)
    fazer(entidade, OLD)
    cidadao(record)["turno"] = 2
    [again] = receber(entidade, record)
    assert (again.status, ficha_de(again).conteudo.base_revisao) == ("substituida", None)
    assert ficha_de(again).versao == NEW


def test_the_same_content_again_is_still_the_same(entidade):
    record = registro("FAI")
    receber(entidade, record)
    fazer(entidade, OLD)
    [again] = receber(entidade, record)
    assert (again.status, Ficha.objects.get().versao) == ("igual", OLD)


def test_exported_discarded_pending_and_other_days_stay(entidade):
    from saude.processamento.descarte import discard

    [first] = receber(entidade, registro("FAI"))
    exportar(entidade)
    out = registro("FAI")
    out["ficha"]["headerTransport"]["dataAtendimento"] = "2026-08-31"
    gone, other, waits, mine = (
        *(ficha_de(a) for a in receber(entidade, registro("FAI"), out)),
        ficha_de(receber(entidade, registro("FVD"), origem="app")[0]),
        ficha_de(receber(entidade, registro("FAI"))[0]),
    )
    discard(ficha=gone, motivo="teste", revisao=gone.revisao, by=None)
    sent = bytes(Entrada.objects.get(ficha_id=first.ficha_id).dados)
    assert fazer(entidade).feito["convertem"] == 1
    versions = dict(Ficha.objects.values_list("pk", "versao"))
    assert versions.pop(mine.pk) == OLD
    assert set(versions.values()) == {NEW}
    assert bytes(Entrada.objects.get(ficha_id=first.ficha_id).dados) == sent
    assert Ficha.objects.get(pk=first.ficha_id).situacao == "exportada"
    assert Ficha.objects.get(pk=waits.pk).situacao == "pendente"
    assert Ficha.objects.get(pk=other.pk).revisao == 1


def test_exported_between_the_preview_and_the_work_they_go_as_they_were(entidade):
    receber(entidade, registro("FAI"))
    row = pedir(entidade)
    exportar(entidade)
    regenerar.confirm(regeneracao=row, by="teste")
    trabalhar()
    ficha = Ficha.objects.get()
    assert (ficha.situacao, ficha.versao, versao_no_fio(ficha)) == ("exportada", NEW, NEW)
    done = regenerar.all_of(entidade).get()
    assert (done.estado, done.feito) == ("concluida", {})


def test_the_export_takes_them_in_the_new_version(entidade):
    from zipfile import ZipFile

    receber(entidade, registro("FAI"), registro("FVD"))
    fazer(entidade)
    with ZipFile(zip_de(exportar(entidade))) as package:
        found = {unwrap(package.read(name)).declared_version for name in package.namelist()}
        assert (found, len(package.namelist())) == ({OLD}, 2)


def old_record() -> dict[str, Any]:
    """Of 7.4.2, of somebody told by neither CPF nor CNS: 8.7.0 asks why there is no CPF."""
    record = registro("FAI")
    record["versao"] = OLD
    citizen = cidadao(record)
    for name in ("stNaoPossuiCpf", "justificativaNaoPossuiCpf", "cpfCidadao", "cnsCidadao"):
        citizen.pop(name, None)
    return record


def test_what_the_version_asks_for_and_the_ficha_lacks_is_foretold_and_then_so(entidade):
    [answer] = receber(entidade, old_record())
    assert answer.situacao == "processada", answer.inconsistencias
    row = pedir(entidade, NEW)
    assert row.resumo["viram_inconsistentes"] == 1
    [told] = regenerar.told(row, "erros")
    assert told["erros"]
    done = fazer(entidade, NEW)
    assert done.feito["viram_inconsistentes"] == 1
    after = Ficha.objects.get()
    assert (after.versao, after.situacao) == (NEW, "inconsistente")
    fazer(entidade, OLD)
    assert Ficha.objects.get().situacao == "processada"


def test_a_ficha_with_an_error_of_its_own_keeps_it_and_is_no_news(entidade):
    receber(entidade, quebrado("FVD"))
    row = pedir(entidade)
    assert row.resumo == {"total": 1, "convertem": 1}
    fazer(entidade)
    assert Ficha.objects.get().situacao == "inconsistente"
    assert Ficha.objects.get().versao == OLD


@pytest.mark.parametrize("versao", ["1.2.3", None, 7])
def test_a_ficha_of_no_known_version_stays_and_is_told(entidade, versao):
    record = registro("FVD")
    record["versao"] = versao
    [answer] = receber(entidade, record)
    row = pedir(entidade)
    assert row.resumo == {"total": 1, "nao_convertem": 1}
    assert "versão conhecida" in next(regenerar.told(row))["motivo"]
    fazer(entidade)
    assert conteudo(ficha_de(answer)).get("versao") == versao


def test_what_is_in_the_version_already_is_not_touched(entidade):
    receber(entidade, registro("FVD"))
    row = fazer(entidade, NEW)
    assert (row.resumo, row.feito) == ({"total": 1, "ja": 1}, {"total": 1, "ja": 1})
    assert Ficha.objects.get().revisao == 1


def test_a_worker_that_dies_in_the_middle_leaves_whole_blocks_and_another_goes_on(entidade, monkeypatch):
    """Blocks of 2: the third dies while it stores; the two before stay done, and each is done once."""
    monkeypatch.setattr(em_massa, "BLOCK", 2)
    receber(entidade, *(registro("FAI") for _ in range(6)))
    row = pedir(entidade)
    regenerar.confirm(regeneracao=row, by="teste")
    blocks = list(
        BlocoReprocessamento.objects.filter(feito_em=None).order_by("pk").values_list("pk", flat=True)
    )
    assert len(blocks) == 3
    for pk in blocks[:2]:
        em_massa.reprocess_block(pk)

    class Killed(BaseException):
        pass

    def dies(*args: Any, **more: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(versoes, "history_row", dies)  # stored, and not yet told
        with pytest.raises(Killed):
            em_massa.reprocess_block(blocks[2])
    versions = list(Ficha.objects.order_by("pk").values_list("versao", flat=True))
    assert versions == [OLD] * 4 + [NEW] * 2
    assert regenerar.all_of(entidade).get().estado == "rodando"
    for pk in (*blocks, *blocks):  # the queue gives a task again that it does not know to be done
        em_massa.reprocess_block(pk)
    done = regenerar.all_of(entidade).get()
    assert (done.estado, done.feito["convertem"], done.trabalho.feitas) == ("concluida", 6, 6)
    assert set(Ficha.objects.values_list("versao", "revisao")) == {(OLD, 2)}
    assert Evento.objects.filter(fato="regenerada").count() == 6


def test_one_that_cannot_be_stored_does_not_stop_the_others(entidade, monkeypatch):
    good, bad = (ficha_de(a) for a in receber(entidade, registro("FAI"), registro("FAI")))
    real = versoes.linha_of

    def fails(kept: Any, record: Any, ctx: Any) -> Any:
        if kept.pk == bad.pk:
            raise RuntimeError("ours")
        return real(kept, record, ctx)

    row = pedir(entidade)
    monkeypatch.setattr(versoes, "linha_of", fails)
    regenerar.confirm(regeneracao=row, by="teste")
    trabalhar()
    assert Ficha.objects.get(pk=good.pk).versao == OLD
    after = Ficha.objects.get(pk=bad.pk)
    assert (after.situacao, after.motivo_pendencia, after.versao) == ("pendente", "sistema", NEW)
    assert regenerar.all_of(entidade).get().estado == "concluida"


# -- asking, twice and at once


def test_clicked_twice_it_is_one_work(entidade):
    receber(entidade, registro("FAI"))
    row = pedir(entidade)
    first = regenerar.confirm(regeneracao=row, by="teste").trabalho_id
    assert regenerar.confirm(regeneracao=row, by="teste").trabalho_id == first
    trabalhar()
    assert Ficha.objects.get().revisao == 2


def test_one_at_work_is_not_run_over_and_one_that_waits_gives_way(entidade):
    receber(entidade, registro("FAI"))
    asked = {"entidade": entidade, "inicio": INICIO, "fim": FIM, "by": "teste"}
    first = regenerar.ask(para=OLD, **asked)
    with pytest.raises(regenerar.Refused, match="em andamento"):
        regenerar.ask(para="8.4.2", **asked)
    trabalhar()
    regenerar.ask(para="8.4.2", **asked)
    assert regenerar.all_of(entidade).get(pk=first.pk).estado == "desistida"
    with pytest.raises(regenerar.Refused):
        regenerar.confirm(regeneracao=first, by="teste")


@pytest.mark.parametrize(
    ("para", "inicio", "fim", "says"),
    [("1.0.0", INICIO, FIM, "versão"), (OLD, FIM, INICIO, "anterior ao início")],
)
def test_what_cannot_be_asked_for_is_said(entidade, para, inicio, fim, says):
    with pytest.raises(regenerar.Refused, match=says):
        regenerar.ask(entidade=entidade, para=para, inicio=inicio, fim=fim, by="teste")
    assert not Regeneracao.objects.exists()


# -- the pages


@pytest.fixture
def logado(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    return client


def texto(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_pages_from_asking_to_done(logado, entidade):
    receber(entidade, registro("FAI"), registro("FVD"))
    begin = texto(logado.get(reverse("regenerar:inicio")))
    assert "LEDI 8.7.0" in begin
    assert 'value="2026-09-15"' in begin  # from the first to the last day with something to export
    sent = {"para": OLD, "inicio": "2026-09-01", "fim": "2026-09-30"}
    where = logado.post(reverse("regenerar:inicio"), sent)["Location"]
    assert "Preparando a prévia" in texto(logado.get(where))
    panel = texto(logado.get(reverse("painel:painel")))
    assert (
        f'Regeneração para a versão 7.4.2 do formato do e-SUS: preparando a prévia. <a href="{where}">Acompanhar</a>'
        in panel
    )
    assert "Reprocessamento em andamento" not in panel
    assert "HX-Refresh" not in logado.get(f"{where}andamento/")
    trabalhar()
    assert logado.get(f"{where}andamento/")["HX-Refresh"] == "true"
    page = texto(logado.get(where))
    assert "Nada mudou ainda" in page
    assert "A versão é mais antiga que a da instalação" in page
    assert "O que fica de fora" in page
    assert LOST in page
    rows = list(csv.reader(io.StringIO(b"".join(logado.get(f"{where}lista/").streaming_content).decode("utf-8-sig")),
                           delimiter=";"))  # fmt: skip
    assert [r[3:5] for r in rows[1:]] == [["fica de fora", LOST]]
    assert logado.post(f"{where}confirmar/")["Location"] == where
    trabalhar()
    page = texto(logado.get(where))
    assert "2 fichas estão no LEDI 7.4.2" in page
    assert "Regeneração para" not in texto(logado.get(reverse("painel:painel")))
    assert logado.post(f"{where}desistir/", follow=True).status_code == 200
    assert regenerar.all_of(entidade).get().estado == "concluida"
    detail = Ficha.objects.get(tipo="FAI")
    assert "Escrita em outra versão do formato do e-SUS" in texto(
        logado.get(reverse("fichas:detalhe", args=[detail.chave]))
    )


def test_not_confirmed_nothing_is_altered(logado, entidade):
    receber(entidade, registro("FAI"))
    row = pedir(entidade)
    page = texto(logado.post(reverse("regenerar:desistir", args=[row.pk]), follow=True))
    assert "Nada foi alterado." in page
    assert regenerar.all_of(entidade).get().estado == "desistida"
    assert Ficha.objects.get().versao == NEW


def test_a_version_that_the_pec_does_not_read_is_said_before_it_is_confirmed(logado, entidade):
    update_instalacao(by="teste", instalacao=entidade.instalacao, values={"versao_pec": "5.4.38"})
    receber(entidade, registro("FVD"))
    for para, says in (("8.6.0", True), (OLD, False)):
        page = texto(logado.get(reverse("regenerar:regeneracao", args=[pedir(entidade, para).pk])))
        assert (f"O PEC do município (5.4.38) não lê o LEDI {para}." in page) is says


def test_bad_dates_and_versions_are_said_on_the_page(logado, entidade):
    sent = {"para": OLD, "inicio": "2026-09-30", "fim": "2026-09-01"}
    answer = logado.post(reverse("regenerar:inicio"), sent)
    assert answer.status_code == 422
    assert "anterior ao início" in texto(answer)
    assert logado.post(reverse("regenerar:inicio"), sent | {"para": "9.9.9"}).status_code == 422


def test_only_who_administers_and_only_the_own(client, criar_usuario, entidade, outra_entidade):
    row = pedir(entidade)
    client.force_login(criar_usuario("Coordenador"))
    for name, args in (("inicio", []), ("regeneracao", [row.pk]), ("lista", [row.pk])):
        assert client.get(reverse(f"regenerar:{name}", args=args)).status_code == 403
    assert client.post(reverse("regenerar:confirmar", args=[row.pk])).status_code == 403
    client.force_login(criar_usuario("Administrador", username="fora", entidade=outra_entidade))
    assert client.get(reverse("regenerar:regeneracao", args=[row.pk])).status_code == 404
    assert client.post(reverse("regenerar:confirmar", args=[row.pk])).status_code == 404


def test_changing_the_version_says_what_happens_to_what_is_here(logado, entidade):
    receber(entidade, registro("FAI"))
    data = instalacao_digitada(entidade.instalacao, versao_ledi=OLD, versao_pec="5.4.38")
    page = texto(logado.post(reverse("instalacao"), data, follow=True))
    assert "ficam na versão em que foram feitas" in page
    assert f'href="{reverse("regenerar:inicio")}"' in page
    assert Ficha.objects.get().versao == NEW
    update_instalacao(by="teste", instalacao=entidade.instalacao, values={"versao_ledi": NEW})
