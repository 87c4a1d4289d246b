"""What the preview of every batch of the URL map tells is what comes true: ficha by ficha, value by value."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve, reverse
from lotes import JOBS, confirmar, desfazer, lote
from mapa import ENDERECOS
from planilhas_feitas import csv_of, tabela_de
from producao import CPF, com_cpf, em, ficha_de, quebrado, receber, registro

from ledi_gerador.documentos import cpf
from saude.arquivos import actions as arquivos
from saude.cadastros.models import Estabelecimento
from saude.clientes.models import Cliente
from saude.correcao.cliente import correct_client
from saude.fichas.models import Ficha, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.models import Inconsistencia

pytestmark = pytest.mark.django_db
PEOPLE = [("ANA LIMA", cpf(111_222_333)), ("BIA COSTA", cpf(222_333_444)), ("CAIO REIS", cpf(333_444_555))]
LABELS = {label: str(value) for value, label in Situacao.choices}
Start = Callable[["Mundo"], Any]


@dataclass
class Mundo:
    entidade: Any
    client: Any
    usuario: Any
    outro: Any


def named(record: dict[str, Any], name: str, document: str) -> dict[str, Any]:
    return com_cpf(record, document) | {"contexto": {"clientes": [{"nome": name}]}}


def by_cause(m: Mundo) -> Any:
    made = receber(m.entidade, *(named(quebrado(), *who) for who in PEOPLE))
    cause = Inconsistencia.objects.filter(ficha=ficha_de(made[0]), severidade="erro")[0].causa
    return m.client.post("/inconsistencias/causa/", {"causa": cause, "f:valor": "2"})


def reprocess(m: Mundo) -> Any:
    made = receber(m.entidade, *(named(quebrado(), *who) for who in PEOPLE))
    return m.client.post(
        reverse("fichas:reprocessar"), {"quais": "escolhidas", "fichas": [ficha_de(a).pk for a in made]}
    )


def _registration(m: Mundo) -> tuple[Cliente, dict[str, Any]]:
    receber(m.entidade, *(com_cpf(registro(), CPF) for _ in range(3)))
    Cliente.objects.filter(cpf=CPF).update(nome="ANA LIMA", nascimento="1985-03-20", sexo=1)
    one = Cliente.objects.get(cpf=CPF)
    return one, {
        "nome": one.nome, "nascimento": "1985-03-20", "sexo": "0", "cpf": CPF, "microarea": one.microarea,
        "revisao": one.revisao,
    }  # fmt: skip


def registration(m: Mundo) -> Any:
    one, form = _registration(m)
    return m.client.post(reverse("clientes:corrigir", args=[one.pk]), form)


def waiting(m: Mundo) -> Any:
    """What another área changed, taken by who works here."""
    for cnes in ("2513838", "2513846"):
        Estabelecimento.objects.create(entidade=m.entidade, cnes=cnes, nome=f"UBS {cnes}")
    receber(m.entidade, em("2513838", registro(), "ANA LIMA", CPF))
    receber(m.entidade, *(em("2513846", registro(), "ANA LIMA", CPF) for _ in range(3)))
    one = Cliente.objects.get(cpf=CPF)
    correct_client(
        cliente=one, changes={"sexo": 0}, revisao=one.revisao, by=m.outro, cnes=frozenset({"2513838"})
    )
    return m.client.post(reverse("clientes:decidir_mudancas", args=[one.pk]), {"resposta": "sim"})


def file(m: Mundo) -> Any:
    text = "\n".join(json.dumps(named(registro(), *who)) for who in PEOPLE).encode()
    row = arquivos.upload(
        entidade=m.entidade, by=m.outro, file=SimpleUploadedFile("a.jsonl", text), name="a.jsonl"
    )
    arquivos.ask_to_take_in(conferencia=row, by=m.outro)
    return m.client.post(reverse("arquivos:desfazer", args=[row.uuid]))


def sheet(m: Mundo) -> Any:
    made = [tabela_de(named(registro(), *who), m.entidade) for who in PEOPLE]
    sent = SimpleUploadedFile("visitas.csv", csv_of(made[0][0], *(cells for _, cells in made)))
    where = m.client.post("/arquivos/planilha/", {"tipo": "FVD", "arquivo": sent}).url
    m.client.post(where, {})
    match = resolve(re.sub(r"\?.*", "", where))
    m.client.post(reverse("arquivos:receber_planilha", args=[match.kwargs["uuid"]]))
    return m.client.post(reverse("arquivos:desfazer_planilha", args=[match.kwargs["uuid"]]))


def undo(m: Mundo) -> Any:
    by_cause(m)
    job = confirmar(m.client)
    return m.client.post(f"{JOBS}{job.pk}/desfazer/")


#: every address whose POST opens a preview
STARTS: dict[str, Start] = {
    "inconsistencias:causa": by_cause,
    "fichas:reprocessar": reprocess,
    "clientes:corrigir": registration,
    "clientes:decidir_mudancas": waiting,
    "arquivos:desfazer": file,
    "arquivos:desfazer_planilha": sheet,
    "mudancas:desfazer": undo,
}
#: do or go on with what a preview showed, or have a page of their own that shows it (tested beside it)
OTHERS = {
    "mudancas:confirmar", "mudancas:continuar", "mudancas:repetir", "arquivos:receber",
    "arquivos:receber_planilha", "clientes:mesclar", "clientes:desfazer",
}  # fmt: skip


def test_every_batch_of_the_map_is_walked_here():
    declared = {
        resolve(a.exemplo).view_name
        for a in ENDERECOS
        if hasattr(a.view, "em_lote") and "versoes" not in resolve(a.exemplo).view_name
    }
    opening = {
        name for name in declared
        if next(a for a in ENDERECOS if resolve(a.exemplo).view_name == name).view.em_lote.previa == "mudancas:previa"
    }  # fmt: skip
    assert opening - set(STARTS) - OTHERS == set() and set(STARTS) <= opening


@pytest.fixture
def mundo(entidade, client, criar_usuario, settings, tmp_path):
    settings.DADOS = tmp_path
    user = criar_usuario("Coordenador")
    client.force_login(user)
    return Mundo(entidade, client, user, criar_usuario("Digitador", "quem-fez-antes"))


def rows_of(page: str) -> dict[int, str]:
    found = re.findall(r'<tr class="r-mudou">(.*?)</tr>', page, re.S)
    return {int(re.search(r'name="mostradas" value="(\d+)"', row)[1]): row for row in found}


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every scalar of a record by its path."""
    if isinstance(value, dict):
        return {k: v for name, inner in value.items() for k, v in leaves(inner, f"{path}.{name}").items()}
    if isinstance(value, list) and any(isinstance(i, dict | list) for i in value):
        return {k: v for i, inner in enumerate(value) for k, v in leaves(inner, f"{path}[{i}]").items()}
    return {} if value is None else {path: value}


def state(pk: int) -> tuple[dict[str, Any], str]:
    ficha = Ficha.objects.select_related("conteudo").get(pk=pk)
    return leaves(json.loads(ficha.conteudo.registro)["ficha"]), str(ficha.situacao)


def differing(a: dict[str, Any], b: dict[str, Any]) -> set[str]:
    return {path for path in a.keys() | b.keys() if a.get(path) != b.get(path)}


def name_on(pk: int) -> str:
    found = Cliente.objects.filter(atendimentos__ficha=pk).values_list("nome", flat=True)
    return found[0]


@pytest.mark.parametrize("start", [pytest.param(s, id=name) for name, s in STARTS.items()])
def test_the_preview_tells_what_comes_true(mundo, start):
    answer = start(mundo)
    job = lote()
    assert answer.status_code == 302 and answer.url.startswith(f"{JOBS}{job.pk}/previa/"), answer
    before = {pk: state(pk) for pk in job.itens.values_list("ficha_id", flat=True)}
    page = mundo.client.get(answer.url).content.decode()
    rows = rows_of(page)
    assert set(rows) == set(before) and len(rows) == 3
    for pk, row in rows.items():
        assert 'type="checkbox"' in row and name_on(pk) in row
    assert {pk: state(pk) for pk in before} == before, "a preview writes nothing"
    out = max(before)
    done = confirmar(mundo.client, job, fora={out})
    after = {pk: state(pk) for pk in before}
    assert after[out] == before[out], "the one that was not ticked"
    assert done.total == 2 and done.puladas == 0
    for pk in set(before) - {out}:
        changed = differing(before[pk][0], after[pk][0])
        shown = re.findall(r"<del>(.*?)</del>.*?<ins>(.*?)</ins>", rows[pk], re.S)
        assert len(shown) == len(changed), (shown, changed)
        assert all(a.strip() != b.strip() for a, b in shown)
        told = [
            LABELS[text]
            for text in re.findall(r'class="s-selo[^>]*>.*?</i>\s*([^<]+?)\s*</span>', rows[pk], re.S)
        ]
        if len(told) > 1:
            assert told == [before[pk][1], after[pk][1]]
        elif job.acao != Reprocessamento.Acao.DESFAZER:
            assert told == [before[pk][1]] == [after[pk][1]]
    if job.desfaz_id is None:
        back = desfazer(mundo.client, done)
        assert back.puladas == 0
        if job.acao != Reprocessamento.Acao.REPROCESSAR:  # judging is not unlearned (ADR 31)
            assert {pk: state(pk) for pk in before} == before, "byte for byte what it was"
