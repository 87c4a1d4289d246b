"""The layouts against the official IDL, as facts of our own: ids, names and types, and no difference.

`idl_722.csv`: every field of the .thrift files of 7.2.2, in the branch 27872 of laboratoriobridge/esusab-integracao
(master plus the IVCF-20 of the FVD). `idl_8x.csv`: what came after, and where each id was read.
"""

from __future__ import annotations

import csv
from pathlib import Path

from ledi.layouts import VERSIONS, Struct, layout
from ledi.layouts.spans import fields_of
from ledi.versions import version_key

HERE = Path(__file__).parent
READ = "8.7.0"  # the newest version whose IDL was read
UNUSED = {"ProblemaCondicaoAvaliacaoAIThrift"}  # in the IDL, in no ficha
DOCUMENTED_ONLY = {  # in the pages, without an id in any IDL published (layouts/known_diffs.toml)
    ("CadastroDomiciliarThrift", "stAtivo"),
    ("FichaAtendimentoDomiciliarChildThrift", "stNaoPossuiCpf"),
    ("FichaAtendimentoDomiciliarChildThrift", "justificativaNaoPossuiCpf"),
    ("FichaAtendimentoOdontologicoChildThrift", "tipoParticipacaoCidadao"),
    ("FichaAtendimentoOdontologicoChildThrift", "tipoParticipacaoProfissionalConvidado"),
}

Facts = set[tuple[str, int | None, str, str]]  # struct, id, name, type


def official(*names: str) -> Facts:
    found: Facts = set()
    for name in names:
        for row in csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()):
            found.add((row["struct"], int(row["id"]), row["nome"], row["tipo"]))
    return found


def ours(version: str) -> Facts:
    made = layout(version)
    found: Facts = set()
    pending: list[Struct] = [*(ficha.root for ficha in made.fichas.values()), *made.structs.values()]
    seen: set[int] = set()
    while pending:
        struct = pending.pop()
        if id(struct) in seen:
            continue
        seen.add(id(struct))
        for field in struct.fields:
            found.add((struct.name, field.id, field.name, str(field.type)))
            inner = (field.type.item or field.type).struct
            pending += [inner] if inner is not None else []
    return found


def test_the_oldest_layout_is_the_official_idl():
    assert len(official("idl_722.csv")) == 578
    theirs = {fact for fact in official("idl_722.csv") if fact[0] not in UNUSED}
    mine = {fact for fact in ours(VERSIONS[0]) if fact[1] is not None}
    assert mine - theirs == set()
    assert theirs - mine == set()


def test_the_newest_layout_read_is_the_idl_and_what_came_after():
    theirs = {fact for fact in official("idl_722.csv", "idl_8x.csv") if fact[0] not in UNUSED}
    mine = {fact for fact in ours(READ) if fact[1] is not None}
    assert theirs - mine == set()
    assert mine - theirs == set()


def test_fields_without_an_id_are_known_differences():
    for version in VERSIONS:
        without = {(struct, name) for struct, number, name, _ in ours(version) if number is None}
        assert without <= DOCUMENTED_ONLY
    assert without == DOCUMENTED_ONLY


def test_an_id_never_changes_its_field():
    by_id: dict[tuple[str, int], tuple[str, str]] = {}
    for version in VERSIONS:
        for struct, number, name, kind in ours(version):
            if number is not None:
                assert by_id.setdefault((struct, number), (name, kind)) == (name, kind), (
                    version,
                    struct,
                    number,
                )


def test_where_each_later_id_was_read_is_beside_it():
    later = {(row[0], row[1]) for row in official("idl_8x.csv")}
    sources = list(csv.DictReader((HERE / "idl_8x.csv").read_text(encoding="utf-8").splitlines()))
    assert all(row["fonte"].startswith("thrift/") for row in sources)
    for tipo in layout().fichas:
        for struct, spans in fields_of(tipo).items():
            for span in spans:
                if span.since and span.id is not None and version_key(span.since) <= version_key(READ):
                    assert (struct, span.id) in later
