"""What one request may weigh: the attacks of bench/bench_envios_hostis.py performed small, without a clock."""

import copy
import gzip
import json
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from producao import registro

from saude.cofre.chaves import keyring
from saude.cofre.erros import Danificado
from saude.cofre.leitor import open_sealed_file
from saude.cofre.pedacos import FileKey
from saude.comum import isolado
from saude.contas.actions import create_token
from saude.fichas.models import Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import contexto, historico
from saude.processamento.julgar import context
from saude.processamento.tasks import reprocessar_bloco
from saude.recebimento import actions, corpo, entrada, guardados, limits, spool
from saude.recebimento.actions import raw_of
from saude.recebimento.corpo import Corpo
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.tasks import dividir_lote, receber_bloco
from saude.registro.leitura import facts

RECORDS, CHECKS, LOTS = "/api/v1/registros", "/api/v1/conferencias", "/api/v1/lotes"
LIMIT = "REGISTRO-achados-limite"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


@pytest.fixture
def post(client, entidade):
    _, secret = create_token(by="teste", entidade=entidade, nome="Sistema", limite_por_minuto=100_000)

    def send(body, to=RECORDS, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        auth = {"Authorization": f"Bearer {secret}"} | headers
        return client.post(to, data, content_type="application/json", headers=auth)

    return send


def crowd(people):
    made = copy.deepcopy(registro("FVD"))
    made["uuid"] = made["ficha"]["uuidFicha"] = f"{made['cnes']}-{uuid4()}"
    made["ficha"]["visitasDomiciliares"] = people
    return made


def gaps(n):
    """Records each with more findings than are told of one."""
    return [crowd([{}] * 90) for _ in range(n)]


def ndjson(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def work():
    for lote in Lote.objects.filter(estado="recebido").exclude(arquivo=""):
        dividir_lote(lote.pk)
    for bloco in Bloco.objects.filter(feito_em=None):
        receber_bloco(bloco.pk)


def never(*args, **kwargs):
    raise AssertionError("read all the same")


@pytest.mark.parametrize("address", [RECORDS, CHECKS])
def test_a_body_too_heavy_is_refused_before_it_is_read_and_sent_to_the_lots(post, monkeypatch, address):
    for name in ("parse_line", "split_list", "list_start"):
        monkeypatch.setattr(corpo, name, never)
    answer = post(b"[" + b" " * limits.RECORDS_BODY + b"]", address)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert LOTS in answer.json()["detail"]
    assert not Lote.objects.exists()


@pytest.mark.parametrize("address", [RECORDS, CHECKS])
def test_a_list_of_too_many_is_counted_before_any_of_it_is_built(post, monkeypatch, address):
    monkeypatch.setattr(corpo, "parse_line", never)
    answer = post(b"[" + b"[]," * (limits.RECORDS_MAX + 1) + b"1]", address)
    assert (answer.status_code, LOTS in answer.json()["detail"]) == (413, True)
    assert not Lote.objects.exists()


def test_one_record_too_long_is_refused_alone(post, monkeypatch):
    monkeypatch.setattr(limits, "RECORD", 5_000)
    monkeypatch.setattr(spool, "MAX_LINE", 5_000)
    answers = post([registro(), crowd([{"a": "x" * 6_000}]), registro()]).json()
    assert [a["status"] for a in answers] == ["novo", "recusado", "novo"]
    assert answers[1]["mensagem"].startswith("Registro 2: o registro passa de")


def test_no_more_than_a_megabyte_of_text_is_built_at_a_time(post, monkeypatch):
    """However many records 500 are: built as objects, hostile text takes forty times its size."""
    monkeypatch.setattr(actions, "CHUNK_BYTES", 10_000)
    weights = []

    def weighed(lote, ctx, items):
        weights.append(sum(item.peso for item in items))
        return take_in(lote, ctx, items)

    take_in = actions.take_in
    monkeypatch.setattr(actions, "take_in", weighed)
    many = [crowd([{"nome": "x" * 60}] * 40) for _ in range(12)]
    assert [a["status"] for a in post(many).json()] == ["novo"] * 12
    heaviest = max(len(json.dumps(record)) for record in many)
    assert len(weights) > 3 and max(weights) < 10_000 + heaviest
    assert all(weights), "the weight of every item is known"


@pytest.fixture
def few(monkeypatch):
    """Room for the findings of two bad records in a chunk."""
    monkeypatch.setattr(contexto, "TOLD", 400)


def told(answers):
    return [len(a["inconsistencias"]) for a in answers]


def counted_first_then_few(numbers):
    assert numbers[0] == numbers[1] == 251
    assert set(numbers[2:]) == {contexto.FEW + 1}, numbers


def test_findings_do_not_multiply_in_a_request(post, few):
    many = gaps(12)
    checked, stored = post(many, CHECKS).json(), post(many).json()
    for answers in (checked, stored):
        counted_first_then_few(told(answers))
        assert {a["situacao"] for a in answers} == {"inconsistente"}
        last = answers[-1]["inconsistencias"][-1]
        assert (last["codigo"], last["severidade"]) == (LIMIT, "erro") and "mais" in last["mensagem"]
    assert Inconsistencia.objects.count() == sum(told(stored))


def test_nor_in_a_lot_nor_when_the_month_is_judged_again(
    post, few, entidade, django_capture_on_commit_callbacks
):
    from saude.fichas.filtro import Filtro
    from saude.fichas.models import BlocoReprocessamento
    from saude.processamento.em_massa import start_reprocess

    assert post(ndjson(*gaps(12)), LOTS).status_code == 202
    work()
    assert Ficha.objects.filter(situacao="inconsistente").count() == 12
    before = Inconsistencia.objects.filter(encerrada_em=None).count()
    assert before == 2 * 251 + 10 * (contexto.FEW + 1)
    start_reprocess(
        entidade=entidade, filtro=Filtro(competencia=Ficha.objects.first().competencia), by="teste"
    )
    for bloco in BlocoReprocessamento.objects.all():
        reprocessar_bloco(bloco.pk)
    assert Inconsistencia.objects.filter(encerrada_em=None).count() == before


def test_a_small_bad_list_is_told_whole(post):
    answers = post(gaps(3)).json()
    assert told(answers) == [251] * 3


def test_a_thousand_people_without_a_document_are_a_bounded_number_of_avisos(post):
    answer = post(crowd([{"sexo": 1}] * 999)).json()
    codes = [i["codigo"] for i in answer["inconsistencias"]]
    assert len(codes) <= 250 + 250 + 1 and LIMIT in codes


def test_what_only_other_records_can_tell_is_bounded_too(post, entidade, monkeypatch):
    monkeypatch.setattr(historico, "MOST", 20)
    entidade.instalacao.__class__.objects.filter(entidade=entidade).update(conferir_cadastros=True)
    people = [{"uuidOrigemCadastroDomiciliar": f"0019615-{uuid4()}"} for _ in range(99)]
    answer = post(crowd(people)).json()
    assert not [i for i in answer["inconsistencias"] if i["codigo"] == historico.IMOVEL]


def test_items_that_say_nobody_cost_nobody(entidade, monkeypatch):
    from saude.registro import leitura

    monkeypatch.setattr(leitura, "_person", never)
    ctx = context(entidade)
    assert facts(crowd([{}, {"a": 1}, {"turno": 1}] * 300), ctx.zone, today=ctx.today).pessoas == []


def test_what_was_kept_of_a_request_is_taken_up_by_the_same_reader(post, entidade, monkeypatch):
    """The site died after keeping the body: the worker reads it a piece at a time as well."""
    body = json.dumps([registro(), registro()]).encode()
    with monkeypatch.context() as patch, pytest.raises(AssertionError):
        patch.setattr(actions, "take_in", never)
        post(body)
    lote = Lote.objects.get()
    assert raw_of(lote) == body
    actions.resume(lote)
    lote.refresh_from_db()
    assert (lote.estado, lote.novos) == ("concluido", 2)


def test_a_list_that_does_not_end_is_refused_whole(post):
    for body in (b"[{}", b"[{},]", b"[{}] {}", b"[{} {}]", b"[" * 100_000, b'[{"a": 1, "a": 2}]'):
        answer = post(body)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), body[:20]
    assert not Lote.objects.exists()


def test_the_body_says_what_it_is():
    assert Corpo(b' \n {"a": 1}').unico and not Corpo(b"\xef\xbb\xbf [ ]").unico
    assert [item.registro for item in Corpo(b'[{"a": "]"}, [1], 3, "x"]').items()] == [
        {"a": "]"},
        [1],
        3,
        "x",
    ]


# -- gzip, read apart


@pytest.fixture
def apart(monkeypatch):
    """Every gzip is large here; the calls of the process apart are seen."""
    monkeypatch.setattr(spool, "INFLATED_HERE", 0)
    seen, run = [], isolado.run

    def looked(function, *args, **more):
        seen.append(function)
        return run(function, *args, **more)

    monkeypatch.setattr(isolado, "run", looked)
    return seen


GZIP = {"Content-Encoding": "gzip"}


def test_a_large_gzip_is_inflated_apart(post, apart):
    assert post(gzip.compress(ndjson(registro(), registro())), LOTS, **GZIP).status_code == 202
    assert apart == ["saude.recebimento.inflar:inflate"]
    work()
    assert Ficha.objects.count() == 2


def test_the_process_apart_gets_the_keys_of_two_files_and_nothing_is_plain_meanwhile(
    post, monkeypatch, tmp_path
):
    body = ndjson(*(registro() for _ in range(3)))
    asked: list[tuple] = []
    commands: list[list[str]] = []
    run, popen = isolado.run, subprocess.Popen

    def looked(function, *args, **more):
        answer = run(function, *args, **more)
        asked.append(args)
        for path in tmp_path.rglob("*"):  # before it takes its name
            assert not path.is_file() or b"uuidFicha" not in path.read_bytes(), path
        return answer

    def started(command, **more):
        commands.append(command)
        return popen(command, **more)

    monkeypatch.setattr(spool, "INFLATED_HERE", 0)
    monkeypatch.setattr(isolado, "run", looked)
    monkeypatch.setattr(subprocess, "Popen", started)
    assert post(gzip.compress(body), LOTS, **GZIP).status_code == 202

    [(source, source_key, target, target_key, *_)] = asked
    [command] = commands
    assert all(key not in " ".join(command) for key in (source_key, target_key)), "any process may see it"
    master = keyring().atual.material
    assert all(master.hex() not in str(part) for part in (*asked[0], *command))
    lines = Path(target.removesuffix(guardados.SEALING))
    assert Path(source) == guardados.packed_of(lines) and lines.stat().st_mode & 0o777 == 0o600
    with lines.open("rb") as file:
        assert open_sealed_file(file, FileKey.of(target_key)).read() == body
    with lines.open("rb") as file, pytest.raises(Danificado):  # the key of another file
        open_sealed_file(file, FileKey.of(source_key))
    assert [p.name for p in sorted(lines.parent.iterdir())] == [lines.name, f"{lines.name}.gz"]


def test_a_disk_that_gives_back_other_bytes_is_not_the_senders_doing(post, apart, monkeypatch):
    kept = guardados.key_of

    def turned(path):
        key = kept(path)
        raw = bytearray(path.read_bytes())
        raw[-20] ^= 1
        path.write_bytes(raw)
        return key

    monkeypatch.setattr(guardados, "key_of", turned)
    answer = post(gzip.compress(ndjson(registro())), LOTS, **GZIP)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30") and apart
    assert not Lote.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (gzip.compress(b" " * 3_000_000), "expande"),
        (gzip.compress(ndjson(registro()))[:-9], "gzip íntegro"),
        (b"\x1f\x8b" + b"lixo" * 20, "gzip íntegro"),
    ],
)
def test_a_hostile_one_is_refused_there_and_leaves_nothing(post, apart, tmp_path, body, words):
    answer = post(body, LOTS, **GZIP)
    assert (answer.status_code, words in answer.json()["detail"]) == (400, True)
    assert apart and not Lote.objects.exists()
    assert list((tmp_path / "recebidos").iterdir()) == []


def test_one_that_takes_too_long_is_a_refusal_too(post, monkeypatch):
    def too_much(*args, **more):
        raise isolado.Excesso

    monkeypatch.setattr(spool, "INFLATED_HERE", 0)
    monkeypatch.setattr(isolado, "run", too_much)
    answer = post(gzip.compress(ndjson(registro())), LOTS, **GZIP)
    assert (answer.status_code, "mais lotes" in answer.json()["detail"]) == (400, True)


def test_the_limits_at_the_door_are_those_of_the_reader():
    from saude.acesso.corpo import body_of
    from saude.recebimento.api import post_conferencias, post_registros

    assert {body_of(post_registros, "POST"), body_of(post_conferencias, "POST")} == {limits.RECORDS_BODY}
    assert entrada.limits is limits and spool.MAX_LINE == limits.RECORD
