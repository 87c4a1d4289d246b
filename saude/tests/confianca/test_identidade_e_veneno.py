"""The careless vendor: keys that no address can say, nesting, NUL, half surrogates. The good records are stored."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from producao import receber, registro

from ledi.lists import MAX_DEPTH, too_deep
from saude.cadastros.models import Entidade
from saude.fichas.filtro import Filtro
from saude.fichas.models import BlocoReprocessamento, Conteudo, Ficha
from saude.processamento.em_massa import reprocess_block, start_reprocess
from saude.recebimento import actions, intake
from saude.recebimento.models import Bloco, Lote, Registro
from saude.registro.texto_json import nested_too_deep

BAD_KEYS = [
    "../../etc/passwd-000000000000000000000000",
    "0019615/39ffaee0-9534-478e-9013-b79166da684f",
    "0019615-39ffaee0?9534-478e-9013-b79166da684f",
    '0019615-"39ffaee-9534-478e-9013-b79166da684f',
    "0019615-39ffaee0-9534-478e-9013-b79166\tda684",
    "0019615-39ffaeeã-9534-478e-9013-b79166da684f",
    "..",
    "curto",
    "x" * 45,
]
PAGES = ("painel:painel", "painel:pendencias", "fichas:descartadas")


def ficha_de(answer):
    return Ficha.objects.get(pk=answer.ficha_id)


def said(answer: Registro) -> str:
    """The reason, as whoever sent it reads it."""
    return json.dumps(json.loads(answer.resposta), ensure_ascii=False)


def nested(depth: int) -> str:
    text = json.dumps(registro("FVD") | {"contexto": {"fundo": "aqui"}})
    return text.replace('"aqui"', "[" * depth + "]" * depth)


@pytest.mark.parametrize("uuid", BAD_KEYS)
def test_a_key_that_no_address_can_say_is_refused_at_the_door_and_nothing_else_is(entidade, uuid):
    bad = registro("FVD", uuid=uuid)
    answers = receber(entidade, bad, registro("FVD"))
    assert [a.status for a in answers] == ["recusado", "novo"]
    assert "36 a 44" in answers[0].mensagem
    assert Ficha.objects.count() == 1


@pytest.mark.parametrize("uuid", BAD_KEYS[:4])
def test_one_stored_by_an_old_release_is_shown_in_every_list_and_can_be_discarded(entidade, cliente_de, uuid):
    [answer] = receber(entidade, registro("FVD"))
    Ficha.objects.filter(pk=answer.ficha_id).update(uuid=uuid)
    ficha = Ficha.objects.get()
    client = cliente_de("coordenador")
    month = ficha.competencia
    for page in (
        *map(reverse, PAGES),
        reverse("painel:detalhe", args=[month, "processados"]) + "?guia=fichas",
    ):
        assert client.get(page).status_code == 200, page
    assert ficha.chave == f"n{ficha.pk}"
    assert client.get(reverse("fichas:detalhe", args=[ficha.chave])).status_code == 200
    sent = {"motivo": "ilegivel", "revisao": ficha.revisao}
    client.post(reverse("fichas:descartar", args=[ficha.chave]), sent)
    ficha.refresh_from_db()
    assert ficha.situacao == "descartada"


def test_the_same_uuid_in_capitals_is_the_same_ficha_and_the_bytes_keep_the_spelling(entidade):
    small = registro("FVD")
    large = json.loads(json.dumps(small))
    large["uuid"] = small["uuid"].upper()
    large["ficha"]["uuidFicha"] = large["uuid"]
    first, second = receber(entidade, small)[0], receber(entidade, large)[0]
    assert (first.status, second.status) == ("novo", "substituida")
    assert second.uuid == large["uuid"], "the sender finds its own spelling"
    assert Ficha.objects.count() == 1
    ficha = ficha_de(second)
    assert ficha.uuid == small["uuid"].lower()
    assert json.loads(ficha.conteudo.registro)["uuid"] == large["uuid"]
    assert ficha.entrada.nome == f"{large['uuid']}.esus"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 975])
def test_a_nested_record_is_refused_alone(entidade, depth, tmp_path):
    lines = [json.dumps(registro("FVD")), nested(depth), json.dumps(registro("FVD"))]
    lote = _lote(entidade, tmp_path, "".join(one + "\n" for one in lines))
    assert [r.status for r in Registro.objects.filter(lote=lote).order_by("posicao")] == [
        "novo",
        "recusado",
        "novo",
    ]
    assert intake.DEEP in said(Registro.objects.get(lote=lote, status="recusado"))
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.CONCLUIDO


@pytest.mark.parametrize("versao", ["8.7.0\x00", "8.7.0\ud800", "\x00" * 9, "\udfff"])
def test_a_version_with_nul_or_half_a_surrogate_kills_nothing(entidade, versao, tmp_path):
    bad = registro("FVD") | {"versao": versao}
    lines = json.dumps(registro("FVD")) + "\n" + json.dumps(bad) + "\n" + json.dumps(registro("FVD")) + "\n"
    lote = _lote(entidade, tmp_path, lines)
    statuses = [r.status for r in Registro.objects.filter(lote=lote).order_by("posicao")]
    assert statuses[0] == statuses[2] == "novo"
    bad = Registro.objects.get(lote=lote, posicao=2)
    assert (bad.status, bad.situacao) == ("novo", "inconsistente")  # kept, with the reason
    assert "A versão do LEDI deve ser um texto de três números" in said(bad)
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.CONCLUIDO


def test_a_record_that_cannot_be_stored_is_refused_with_its_reason_and_the_others_are_stored(
    entidade, monkeypatch
):
    """Whatever the fault is: here one that only this record brings, after the rules said yes."""
    poison = registro("FVD")
    real = intake._process

    def failing(ctx, plans, judged):
        if any(p.registro["uuid"] == poison["uuid"] for p in plans):
            raise ValueError("a fault of ours")
        real(ctx, plans, judged)

    monkeypatch.setattr(intake, "_process", failing)
    records = [registro("FVD") for _ in range(6)]
    records.insert(3, poison)
    answers = receber(entidade, *records)
    assert [a.status for a in answers] == ["novo"] * 3 + ["recusado"] + ["novo"] * 3
    assert "falha do sistema" in answers[3].mensagem
    assert Registro.objects.filter(status="recusado").count() == 1
    assert Ficha.objects.count() == 6


def test_a_ficha_that_cannot_be_judged_again_is_set_aside_and_the_others_are_done(entidade, monkeypatch):
    from saude.processamento import esteira

    ids = [a.ficha_id for a in receber(entidade, *[registro("FVD") for _ in range(5)])]
    real = esteira.run

    def failing(ctx, rows, **more):
        if any(linha.id == ids[2] for linha, _ in rows):
            raise ValueError("a fault of ours")
        real(ctx, rows, **more)

    monkeypatch.setattr(esteira, "run", failing)
    job = start_reprocess(entidade=entidade, filtro=Filtro(ids=tuple(ids)), by="teste")
    for bloco in BlocoReprocessamento.objects.all():
        reprocess_block(bloco.pk)
    job.refresh_from_db()
    assert (job.estado, job.processadas, job.pendentes) == ("concluido", 4, 1)
    stuck = Ficha.objects.get(pk=ids[2])
    assert (stuck.situacao, stuck.motivo_pendencia) == ("pendente", "sistema")


def test_what_came_too_late_does_not_overwrite_and_says_so(entidade):
    """A lot acknowledged first and processed last; then the same against a correction made on a page."""
    from saude.processamento.actions import correct

    old, new = registro("FVD"), None
    new = json.loads(json.dumps(old))
    new["ficha"]["visitasDomiciliares"][0]["turno"] = 3
    waiting = actions.open_lote(entidade=entidade, origem="api", raw=b"[]")
    [answer] = receber(entidade, new)
    [late] = intake.take_in(waiting, actions.context(entidade), [intake.Item(1, old)])
    assert (late.status, answer.ficha_id) == ("tardia", late.ficha_id)
    ficha = Ficha.objects.get()
    assert json.loads(ficha.conteudo.registro)["ficha"]["visitasDomiciliares"][0]["turno"] == 3
    assert ficha.eventos.filter(fato="tardia", detalhe__lote=str(waiting.uuid)).count() == 1
    waiting = actions.open_lote(entidade=entidade, origem="api", raw=b"[]")
    path = "visitasDomiciliares[0].turno"
    correct(ficha=ficha, changes={path: 2}, revisao=ficha.revisao, by="teste")
    [late] = intake.take_in(waiting, actions.context(entidade), [intake.Item(1, old)])
    assert late.status == "tardia"
    [again] = receber(entidade, old)
    assert again.status == "substituida", "what is sent after the correction replaces it"


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, False),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), True),
        ('{"a": "' + "[" * 500 + '"}', False),
        ('{"a": "\\"' + "[" * 500 + '"}', False),
        ("[" + "[]," * 500 + "[]]", False),
        ('["' + "\\\\" + '",' + "[" * 100 + "]" * 100 + "]", True),
        ("[" * 100, True),
    ],
)
def test_depth_is_counted_outside_of_strings(text, deep):
    assert too_deep(text.encode()) is deep
    if not deep:
        assert nested_too_deep(json.loads(text)) is False


def _lote(entidade: Entidade, folder: Path, text: str) -> Lote:
    (folder / "lote.ndjson").write_bytes(text.encode("utf-8", "surrogatepass"))
    size = (folder / "lote.ndjson").stat().st_size
    lote = actions.open_lote(
        entidade=entidade, origem="api", formato=Lote.Formato.NDJSON, arquivo="lote.ndjson", tamanho=size
    )
    actions.divide(lote, folder)
    for bloco in Bloco.objects.filter(lote=lote):
        actions.take_block(bloco, folder)
    return lote


def test_nothing_of_this_is_left_to_look_at(entidade):
    receber(entidade, registro("FVD"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM fichas_ordem")
        assert cursor.fetchone()[0] >= 1
    assert Conteudo.objects.count() == 1
    assert Ficha.objects.filter(recebida_em__lte=timezone.now()).count() == 1
