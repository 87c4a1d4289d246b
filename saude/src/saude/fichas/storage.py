"""Fichas to and from PostgreSQL, many at a time: COPY in, arrays to update. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from saude.banco.cursor import server_cursor
from saude.fichas.models import Entrada
from saude.fichas.processing import Resultado, rules_version
from saude.inconsistencias.achados import clean
from saude.inconsistencias.diff import Julgada, sync
from saude.registro.leitura import Fatos, Pessoa

#: the fichas that the blocks of a re-evaluation name; its id is the parameter
FICHAS_OF_JOB = (
    "SELECT jsonb_array_elements_text(fichas)::bigint "
    "FROM fichas_blocoreprocessamento WHERE reprocessamento_id = %s"
)
FICHA = [
    "id",
    "entidade_id",
    "uuid",
    "tipo",
    "competencia",
    "data",
    "situacao",
    "motivo_pendencia",
    "origem",
    "cnes",
    "ine",
    "profissional_cns",
    "cbo",
    "especialidade",
    "urgencia",
    "versao",
    "regras",
    "n_cidadaos",
    "n_nao_identificados",
    "n_erros",
    "n_avisos",
    "revisao",
    "hash_recebido",
    "motivo_substituicao",
    "substitui_id",
    "ordem",
    "recebida_em",
    "processada_em",
]


def joined(column: str) -> str:
    """For the statement of another room: beside its `column`, the ficha that it names, as `f`."""
    return f"JOIN fichas_ficha f ON f.id = {column}"


UPDATED = {
    "tipo": "text",
    "competencia": "text",
    "data": "date",
    "situacao": "text",
    "motivo_pendencia": "text",
    "cnes": "text",
    "ine": "text",
    "profissional_cns": "text",
    "cbo": "text",
    "especialidade": "text",
    "urgencia": "bool",
    "versao": "text",
    "regras": "text",
    "n_cidadaos": "int4",
    "n_nao_identificados": "int4",
    "n_erros": "int4",
    "n_avisos": "int4",
    "revisao": "int4",
    "hash_recebido": "bytea",
    "ordem": "int8",
    "processada_em": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Anterior:
    """The ficha as it stands, before what is on its way replaces it."""

    revisao: int
    situacao: str
    entrada: tuple[int, int, int] | None  # crc, tamanho, revisao_instalacao

    @property
    def crc(self) -> int | None:
        return self.entrada[0] if self.entrada else None


@dataclass(slots=True)
class Linha:
    """A ficha on its way to the database."""

    fatos: Fatos
    resultado: Resultado
    origem: str
    registro: str  # its new text; "": the content stays as it is stored
    hash: bytes | None
    id: int = 0
    revisao: int = 1
    ordem: int = 0  # when this content was acknowledged (fichas.ordem)
    processada: bool = True  # False: kept for later (pendente from the app)
    substitui_id: int | None = None
    motivo_substituicao: str = ""
    proveniencia: str | None = None
    base: int | None = None  # revision of the content that this one was written from, in another LEDI version
    anterior: Anterior | None = None  # None: a new ficha

    def row(self, entidade_id: int, now: datetime) -> tuple[Any, ...]:
        """In the order of `FICHA`."""
        f, r = self.fatos, self.resultado
        errors = r.erros if r.achados else 0
        return (
            self.id,
            entidade_id,
            f.uuid,
            f.tipo,
            f.competencia,
            f.data,
            str(r.situacao),
            str(r.motivo),
            str(self.origem),
            f.cnes,
            f.ine,
            f.profissional_cns,
            f.cbo,
            f.especialidade,
            f.urgencia,
            clean(r.versao)[:10] or f.versao,
            rules_version() if self.processada else "",
            len(f.pessoas),
            f.nao_identificados,
            errors,
            len(r.achados) - errors,
            self.revisao,
            self.hash,
            self.motivo_substituicao,
            self.substitui_id,
            self.ordem,
            now,
            now if self.processada else None,
        )


def insert(entidade_id: int, linhas: Sequence[Linha], *, revisao_instalacao: int) -> None:
    """New fichas. `Linha.id` must come from `next_ids`, and their people must be resolved."""
    if not linhas:
        return
    now = timezone.now()
    _copy("fichas_ficha", FICHA, [linha.row(entidade_id, now) for linha in linhas])
    _copy(
        "fichas_conteudo",
        ["ficha_id", "registro", "proveniencia"],
        [[x.id, x.registro, x.proveniencia] for x in linhas],
    )
    _copy(
        "fichas_entrada",
        ["ficha_id", "nome", "dados", "crc", "tamanho", "revisao_instalacao"],
        [_entry_row(x, revisao_instalacao) for x in linhas if x.resultado.pacote],
    )
    _copy(
        "fichas_atendido",
        ["entidade_id", "ficha_id", "posicao", "cliente_id", "identificado"],
        [_attended_row(entidade_id, x.id, p) for x in linhas for p in x.fatos.pessoas],
    )
    sync(entidade_id, [_judged(x) for x in linhas if x.resultado.achados], fresh=True)


def update(entidade_id: int, linhas: Sequence[Linha], *, revisao_instalacao: int) -> None:
    """Fichas that are there: judged again, or given the content in `registro`. The caller holds their rows."""
    if not linhas:
        return
    now = timezone.now()
    columns = dict(zip(FICHA, zip(*(x.row(entidade_id, now) for x in linhas), strict=True), strict=True))
    names = list(UPDATED)
    with server_cursor() as cursor:
        cursor.execute(
            f"UPDATE fichas_ficha f SET {', '.join(f'{n} = v.{n}' for n in names)} "
            f"FROM unnest(%s::bigint[], {', '.join(f'%s::{UPDATED[n]}[]' for n in names)}) "
            f"AS v(id, {', '.join(names)}) WHERE f.id = v.id AND f.entidade_id = %s",
            [list(columns["id"]), *(list(columns[name]) for name in names), entidade_id],
        )
    _replace_content([x for x in linhas if x.registro])
    _replace_entries(linhas, revisao_instalacao)
    _replace_attended(entidade_id, linhas)
    sync(entidade_id, [_judged(x) for x in linhas])


# ids come in order: the range keeps the plan at a slice of the primary key whatever the statistics say
MARK = (
    "UPDATE fichas_ficha f SET situacao = 'exportada', exportada_em = %s "
    "FROM unnest(%s::int8[], %s::int4[]) i (id, revisao) WHERE f.id BETWEEN %s AND %s AND f.id = i.id "
    "AND f.situacao = 'processada' AND f.revisao = i.revisao"
)


def mark_exported(ids: Sequence[int], revisoes: Sequence[int], when: datetime) -> int:
    """Those processadas that are still at these revisions; how many they were. `ids` in order."""
    with connection.cursor() as cursor:
        cursor.execute(MARK, [when, list(ids), list(revisoes), ids[0], ids[-1]])
        return int(cursor.rowcount)


def next_ids(n: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence('fichas_ficha', 'id')::regclass"
            " AS name OFFSET 0) s, generate_series(1, %s)",
            [n],
        )
        return [row[0] for row in cursor.fetchall()]


def store_entries(rows: Sequence[tuple[int, str, bytes, int, int, int]]) -> None:
    """(ficha_id, nome, dados, crc, tamanho, revisao_instalacao), new or in place of the old ones."""
    if not rows:
        return
    with server_cursor() as cursor:
        cursor.execute(
            "INSERT INTO fichas_entrada (ficha_id, nome, dados, crc, tamanho, revisao_instalacao) "
            "SELECT * FROM unnest(%s::bigint[], %s::text[], %b::bytea[], %s::bigint[], %s::int[], %s::int[]) "
            "ON CONFLICT (ficha_id) DO UPDATE SET (nome, dados, crc, tamanho, revisao_instalacao) = "
            "(excluded.nome, excluded.dados, excluded.crc, excluded.tamanho, excluded.revisao_instalacao)",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _copy(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _entry_row(linha: Linha, revisao_instalacao: int) -> tuple[int, str, bytes, int, int, int]:
    p = linha.resultado.pacote
    assert p is not None
    return (linha.id, p.nome, p.dados, p.crc, p.tamanho, revisao_instalacao)


def _attended_row(entidade_id: int, ficha_id: int, person: Pessoa) -> tuple[Any, ...]:
    return (entidade_id, ficha_id, person.posicao, person.cliente_id, person.identificado)


def _judged(linha: Linha) -> Julgada:
    f = linha.fatos
    return Julgada(linha.id, f.tipo, f.competencia, linha.resultado.achados, f.pessoas)


def _replace_content(linhas: Sequence[Linha]) -> None:
    if not linhas:
        return
    ids = [x.id for x in linhas]
    with server_cursor() as cursor:
        cursor.execute(
            "INSERT INTO fichas_conteudoanterior (ficha_id, revisao, registro, proveniencia, ate) "
            "SELECT c.ficha_id, v.revisao, c.registro, c.proveniencia, now() FROM fichas_conteudo c "
            "JOIN unnest(%s::bigint[], %s::int[]) AS v(id, revisao) ON v.id = c.ficha_id "
            "ON CONFLICT DO NOTHING",
            [ids, [x.anterior.revisao for x in linhas if x.anterior]],
        )
        cursor.execute(
            "UPDATE fichas_conteudo c SET "
            "(registro, proveniencia, base_revisao) = (v.registro, v.proveniencia::jsonb, v.base) "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[]) AS v(id, registro, proveniencia, base) "
            "WHERE c.ficha_id = v.id",
            [ids, *([getattr(x, name) for x in linhas] for name in ("registro", "proveniencia", "base"))],
        )


def _replace_entries(linhas: Sequence[Linha], revisao_instalacao: int) -> None:
    """With the same content, an entry of the same CRC, size and installation is left alone."""
    gone = [
        x.id for x in linhas if not x.resultado.pacote and (x.registro or (x.anterior and x.anterior.entrada))
    ]
    if gone:
        Entrada.objects.filter(ficha_id__in=gone).delete()
    rows = [(x, _entry_row(x, revisao_instalacao)) for x in linhas if x.resultado.pacote]
    store_entries([r for x, r in rows if x.registro or not x.anterior or x.anterior.entrada != r[3:]])


def _replace_attended(entidade_id: int, linhas: Sequence[Linha]) -> None:
    rows = [_attended_row(entidade_id, x.id, p) for x in linhas for p in x.fatos.pessoas]
    with server_cursor() as cursor:
        cursor.execute(
            "DELETE FROM fichas_atendido a WHERE a.ficha_id = ANY(%s) AND NOT EXISTS ("
            " SELECT 1 FROM unnest(%s::bigint[], %s::int[]) AS v(ficha_id, posicao)"
            " WHERE v.ficha_id = a.ficha_id AND v.posicao = a.posicao)",
            [[x.id for x in linhas], [r[1] for r in rows], [r[2] for r in rows]],
        )
        if rows:
            cursor.execute(
                "INSERT INTO fichas_atendido AS a (entidade_id, ficha_id, posicao, cliente_id, identificado) "
                "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::bool[]) "
                "ON CONFLICT (ficha_id, posicao) DO UPDATE SET "
                "cliente_id = excluded.cliente_id, identificado = excluded.identificado "
                "WHERE (a.cliente_id, a.identificado) "
                "IS DISTINCT FROM (excluded.cliente_id, excluded.identificado)",
                [list(column) for column in zip(*rows, strict=True)],
            )
