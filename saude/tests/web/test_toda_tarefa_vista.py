"""Every page that follows a task says why it waits and since when: each kind of task, and each page that asks again."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from producao import FIM, INICIO, receber, registro

from saude.arquivos.models import Conferencia
from saude.banco import espera, fila
from saude.exportacao.actions import create_export
from saude.fichas.models import BlocoReprocessamento, Reprocessamento
from saude.processamento.models import Regeneracao
from saude.referencias.models import Publicacao
from saude.retorno.models import Relatorio
from saude.transmissao.models import Transmissao

TEMPLATES = Path(espera.__file__).parents[1] / "templates"


def file(entidade, by, estado="espera"):
    row = Conferencia.objects.create(
        entidade=entidade, usuario=by, nome="x.zip", arquivo="x", tamanho=9, sha256="0" * 64, estado=estado
    )
    return reverse("arquivos:andamento", args=[row.uuid]), reverse("arquivos:conferencia", args=[row.uuid])


def received(entidade, by):
    return file(entidade, by, "recebendo")


def report(entidade, by):
    row = Relatorio.objects.create(entidade=entidade, por=by, nome="r.csv", sha256="1" * 64)
    return [reverse(f"retorno:{name}", args=[row.pk]) for name in ("andamento", "relatorio")]


def table(entidade, by, tipo="sigtap", **more):
    row = Publicacao.objects.create(
        tipo=tipo, entidade=entidade if tipo == "cnes" else None, situacao="importando", por=by,
        vale_de=date(2026, 10, 1), nome_arquivo="t.zip", sha256="2" * 64, **more,
    )  # fmt: skip
    return [reverse(f"referencias:{name}", args=[row.pk]) for name in ("andamento", "publicacao")]


def compared(entidade, by):
    return table(entidade, by, "cnes")


def put_in_force(entidade, by):
    return table(entidade, by, "cnes", contagens={"profissionais": 9})


def transmission(entidade, by):
    receber(entidade, registro())
    export = create_export(entidade=entidade, escopo="todos", inicio=INICIO, fim=FIM, by=by)
    row = Transmissao.objects.create(entidade=entidade, exportacao=export, por=by)
    return [reverse(f"transmissao:{name}", args=[row.pk]) for name in ("andamento", "transmissao")]


def batch(entidade, by, estado):
    row = Reprocessamento.objects.create(entidade=entidade, estado=estado, total=1, por=by)
    BlocoReprocessamento.objects.create(reprocessamento=row, fichas=[1])
    return row


def preview(entidade, by):
    row = batch(entidade, by, "montando")
    return [reverse(f"mudancas:{name}", args=[row.pk]) for name in ("andamento", "previa")]


def done(entidade, by):
    row = batch(entidade, by, "rodando")
    return [reverse(f"mudancas:{name}", args=[row.pk]) for name in ("andamento", "lote")]


def version(entidade, by):
    row = Regeneracao.objects.create(
        entidade=entidade, para="7.3.7", inicio=INICIO, fim=FIM, por=by,
        previa=batch(entidade, by, "rodando"),
    )  # fmt: skip
    return [reverse(f"regenerar:{name}", args=[row.pk]) for name in ("andamento", "regeneracao")]


KINDS = [file, received, report, table, compared, put_in_force, transmission, preview, done, version]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_waits_says_why_and_since_when(client, criar_usuario, entidade, kind, monkeypatch):
    user = criar_usuario("Administrador")
    client.force_login(user)
    for address in kind(entidade, user):
        page = client.get(address)
        text = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
        assert page.status_code == 200, address
        assert re.search(r"Espera desde \d\d/\d\d/\d{4} \d\d:\d\d\. Nenhum trabalhador está ativo", text), (
            address
        )
    monkeypatch.setattr(fila, "workers", lambda: 1)
    assert "Nenhum trabalhador" not in client.get(address).text


def reached(name: str) -> set[str]:
    """What a template includes, to the end."""
    found = set(re.findall(r'\{% include "([^"]+)"', (TEMPLATES / name).read_text(encoding="utf-8")))
    return found.union(*(reached(other) for other in found))


def test_every_page_that_asks_again_says_why_it_waits():
    asking = [
        p.relative_to(TEMPLATES).as_posix()
        for p in TEMPLATES.rglob("*.html")
        if 'hx-trigger="every' in p.read_text(encoding="utf-8")
    ]
    assert len(asking) > 7
    assert [name for name in asking if "partials/espera.html" not in reached(name)] == []
