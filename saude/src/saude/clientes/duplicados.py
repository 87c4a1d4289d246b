"""Which registrations may be of one person: blocked by index, scored by rapidfuzz, only what changed.

Candidates of a changed client, never all against all:
- who was born on the same day (names and mothers are compared);
- who has exactly the same name (a birth mistyped), at most `SAME_NAME` of them;
- whose CPF or CNS a ficha brought for this client (a divergence nobody settled).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from saude.cadastros.models import Entidade
from saude.clientes.models import Alteracao, Cliente, MarcoDuplicados, ParPossivel
from saude.comum.texto import fold

PAGE = 1_000
SAME_NAME = 100
SAME_BIRTH = 400
THRESHOLD = 70
#: a transaction that began before may still commit a client with an earlier moment
OVERLAP = timedelta(minutes=15)

CANDIDATES = """
SELECT c.id, o.id FROM clientes_cliente c CROSS JOIN LATERAL (
  (SELECT id FROM clientes_cliente o WHERE o.entidade_id = c.entidade_id AND o.nascimento = c.nascimento
    AND o.mesclado_em_id IS NULL AND o.id <> c.id LIMIT %(birth)s)
  UNION
  (SELECT id FROM clientes_cliente o WHERE o.entidade_id = c.entidade_id AND o.busca = c.busca
    AND c.busca <> '' AND o.mesclado_em_id IS NULL AND o.id <> c.id LIMIT %(name)s)
  UNION
  (SELECT o.id FROM clientes_alteracao x JOIN clientes_cliente o ON o.entidade_id = c.entidade_id
    AND ((x.campo = 'cpf' AND o.cpf = x.novo AND o.cpf <> '') OR
         (x.campo = 'cns' AND o.cns = x.novo AND o.cns <> ''))
    WHERE x.cliente_id = c.id AND NOT x.aplicada AND o.mesclado_em_id IS NULL AND o.id <> c.id)
) o WHERE c.id = ANY(%(ids)s) AND c.mesclado_em_id IS NULL
"""


def score(a: Cliente, b: Cliente, shared: Iterable[str] = ()) -> tuple[int, list[str]]:
    """0..100 and the reasons, in words. `shared`: documents a ficha showed to be of both."""
    reasons: list[str] = []
    names = _names(a.busca, b.busca)
    points = 55 * names
    if names >= 0.999:
        reasons.append("mesmo nome")
    elif names >= 0.8:
        reasons.append("nomes parecidos")
    points += _birth(a, b, reasons) + _mother(a, b, reasons)
    for document in shared:
        points += 25
        reasons.append(f"uma ficha trouxe o mesmo {document.upper()} para os dois")
    for document in ("cpf", "cns"):
        x, y = getattr(a, document), getattr(b, document)
        if x and y and x != y and document not in shared:
            near = DamerauLevenshtein.distance(x, y) <= 2
            points -= 3 if near else (20 if document == "cpf" else 6)
            reasons.append(f"{document.upper()} {'quase igual' if near else 'diferente'}")
    if a.sexo is not None and b.sexo is not None and a.sexo != b.sexo:
        points -= 10
        reasons.append("sexo diferente")
    return max(0, min(100, round(points))), reasons


def _names(a: str, b: str) -> float:
    if not a or not b:
        return 0.5
    whole = fuzz.token_sort_ratio(a, b) / 100
    shorter = min(len(a.split()), len(b.split()))
    part = 0.93 * fuzz.token_set_ratio(a, b) / 100 if shorter >= 2 else 0.0
    value = max(whole, part)
    return value if value >= 0.7 else value / 2  # not alike at all: hardly the same


def _birth(a: Cliente, b: Cliente, reasons: list[str]) -> float:
    if not a.nascimento or not b.nascimento:
        return 5
    if a.nascimento == b.nascimento:
        reasons.append("mesmo nascimento")
        return 30
    if DamerauLevenshtein.distance(f"{a.nascimento:%d%m%Y}", f"{b.nascimento:%d%m%Y}") <= 2:
        reasons.append("nascimento parecido")
        return 18
    return 0


def _mother(a: Cliente, b: Cliente, reasons: list[str]) -> float:
    if not a.nome_mae or not b.nome_mae:
        return 6
    ratio = fuzz.token_sort_ratio(fold(a.nome_mae), fold(b.nome_mae)) / 100
    if ratio >= 0.85:
        reasons.append("mesma mãe" if ratio >= 0.999 else "mães de nome parecido")
        return 15 * ratio
    return -10


def compare(entidade: Entidade, ids: Sequence[int]) -> int:
    """The pairs of these clients, anew: what was decided stays, what no longer is alike goes."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {"ids": list(ids), "birth": SAME_BIRTH, "name": SAME_NAME})
        pairs = {(min(p), max(p)) for p in cursor.fetchall()}
    people = Cliente.objects.in_bulk({pk for pair in pairs for pk in pair})
    same_documents = _shared_documents(people)
    found: dict[tuple[int, int], ParPossivel] = {}
    for x, y in pairs:
        points, reasons = score(people[x], people[y], same_documents(people[x], people[y]))
        if points >= THRESHOLD:
            found[x, y] = ParPossivel(entidade=entidade, a_id=x, b_id=y, pontos=points, motivos=reasons)
    with transaction.atomic():
        stale = ParPossivel.objects.filter(Q(a__in=ids) | Q(b__in=ids), decisao=ParPossivel.Decisao.ABERTO)
        gone = [p.pk for p in stale if (p.a_id, p.b_id) not in found]
        ParPossivel.objects.filter(pk__in=gone, decisao=ParPossivel.Decisao.ABERTO).delete()
        ParPossivel.objects.bulk_create(
            [found[key] for key in sorted(found)], update_conflicts=True, unique_fields=["a", "b"],
            update_fields=["pontos", "motivos"], batch_size=1000,
        )  # fmt: skip
    return len(found)


def _shared_documents(people: dict[int, Cliente]) -> Callable[[Cliente, Cliente], list[str]]:
    """A function (a, b) -> documents that an unsettled divergence of one shows to be the other's."""
    rows = Alteracao.objects.filter(cliente__in=people, aplicada=False, campo__in=("cpf", "cns"))
    brought = set(rows.values_list("cliente_id", "campo", "novo"))

    def shared(a: Cliente, b: Cliente) -> list[str]:
        return [
            d
            for d in ("cpf", "cns")
            if (a.pk, d, getattr(b, d)) in brought or (b.pk, d, getattr(a, d)) in brought
        ]

    return shared


def update_pairs(entidade: Entidade) -> int:
    """Compare what changed since the last time; how many clients were looked at. Safe to run twice."""
    mark, _ = MarcoDuplicados.objects.get_or_create(entidade=entidade)
    begun, done = timezone.now(), 0
    for ids in _changed(entidade, mark):
        compare(entidade, ids)
        done += len(ids)
        mark.save(update_fields=["alterado_em", "cliente"])  # taken up here when it is interrupted
    done += _divergent(entidade, mark)
    edge = begun - OVERLAP
    if mark.alterado_em is None or mark.alterado_em > edge:
        mark.alterado_em, mark.cliente = edge, 0
    mark.em = begun
    mark.save()
    return done


def _changed(entidade: Entidade, mark: MarcoDuplicados) -> Iterator[list[int]]:
    """Clients by moment of change, in pages; the mark goes along."""
    while True:
        rows = Cliente.objects.filter(entidade=entidade, mesclado_em=None)
        if mark.alterado_em:
            rows = rows.filter(alterado_em__gte=mark.alterado_em).filter(
                Q(alterado_em__gt=mark.alterado_em) | Q(pk__gt=mark.cliente)
            )
        page = list(rows.order_by("alterado_em", "pk").values_list("alterado_em", "pk")[:PAGE])
        if not page:
            return
        mark.alterado_em, mark.cliente = page[-1]
        yield [pk for _, pk in page]


def _divergent(entidade: Entidade, mark: MarcoDuplicados) -> int:
    """Clients for whom a ficha brought another document since."""
    rows = Alteracao.objects.filter(pk__gt=mark.alteracao - 2_000, aplicada=False, campo__in=("cpf", "cns"))
    found = list(rows.filter(cliente__entidade=entidade).values_list("pk", "cliente_id"))
    ids = sorted({cliente for _, cliente in found})
    for start in range(0, len(ids), PAGE):
        compare(entidade, ids[start : start + PAGE])
    mark.alteracao = max((pk for pk, _ in found), default=mark.alteracao)
    return len(ids)


def open_pairs(entidade: Entidade, decisao: str = ParPossivel.Decisao.ABERTO) -> QuerySet[ParPossivel]:
    rows = ParPossivel.objects.filter(entidade=entidade, decisao=decisao)
    return rows.select_related("a", "b", "decidido_por").order_by("-pontos", "pk")
