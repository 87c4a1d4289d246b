"""Reads about fichas: the panel, the totals, the list, the search. All scoped by entidade.

Nothing here counts or sorts a whole competência: counts are kept (`Contagem`), lists go by keyset. `cnes`
narrows any of them to the áreas of a limited user.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade, Estabelecimento
from saude.comum.texto import number
from saude.fichas.exportaveis import exclusions
from saude.fichas.models import Atendido, Ficha
from saude.fichas.retornos import with_outcome
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.models import Inconsistencia

MIN_SEARCH = 8


@dataclass(frozen=True, slots=True)
class Filtro:
    """What the list of fichas can be narrowed by; empty fields do not narrow."""

    competencia: str = ""
    situacao: str = ""
    tipo: str = ""
    cnes: str = ""
    ine: str = ""
    profissional_cns: str = ""
    cliente_id: int | None = None
    inicio: str = ""  # AAAA-MM-DD
    fim: str = ""
    codigo: str = ""  # code of a rule with an open finding
    causa: str = ""
    origem: str = ""
    versao: str = ""  # of the LEDI
    motivo: str = ""  # of a pendência
    exclusao: str = ""  # reason it is not exportable
    retorno: str = ""  # what the PEC said of an exported one (fichas.desfechos.RETORNOS)
    nao_identificados: bool = False
    ids: tuple[int, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items() if v}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Filtro":
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known
        }
        return cls(**values)


def filtered(entidade: Entidade, f: Filtro, *, cnes: Areas = None) -> QuerySet[Ficha]:
    fichas = in_areas(Ficha.objects.filter(entidade=entidade), cnes)
    for name in ("competencia", "tipo", "cnes", "ine", "profissional_cns", "origem", "versao"):
        if value := getattr(f, name):
            fichas = fichas.filter(**{name: value})
    if f.situacao:
        fichas = in_situation(fichas, f.situacao)
    elif not f.ids:  # what was discarded is in no list but its own
        fichas = fichas.exclude(situacao=Situacao.DESCARTADA)
    if f.motivo:
        fichas = fichas.filter(motivo_pendencia=f.motivo)
    if f.inicio:
        fichas = fichas.filter(data__gte=f.inicio)
    if f.fim:
        fichas = fichas.filter(data__lte=f.fim)
    if f.ids:
        fichas = fichas.filter(pk__in=f.ids)
    if f.nao_identificados:
        fichas = fichas.filter(
            pk__in=Atendido.objects.filter(entidade=entidade, identificado=False).values("ficha")
        )
    if f.cliente_id:
        fichas = fichas.filter(pk__in=Atendido.objects.filter(cliente=f.cliente_id).values("ficha"))
    if f.retorno:
        fichas = with_outcome(fichas, entidade, f.retorno, f.competencia)
    if f.exclusao:
        reasons = {str(reason): condition for reason, condition in exclusions(entidade)}
        fichas = fichas.filter(reasons.get(f.exclusao, Q(pk__in=[])))
    return _by_finding(entidade, f, fichas)


def in_situation(fichas: QuerySet[Ficha], situacao: str) -> QuerySet[Ficha]:
    """Only these. No index names `situacao`: what has one, and follows from it, is said too."""
    fichas = fichas.filter(situacao=situacao)
    if situacao == Situacao.PENDENTE:
        return fichas.filter(~Q(motivo_pendencia=""))
    return fichas.filter(parada=True) if situacao == Situacao.INCONSISTENTE else fichas


def _by_finding(entidade: Entidade, f: Filtro, fichas: QuerySet[Ficha]) -> QuerySet[Ficha]:
    if not (f.codigo or f.causa):
        return fichas
    rows = Inconsistencia.objects.filter(entidade=entidade, encerrada_em=None)
    if f.codigo:
        rows = rows.filter(codigo=f.codigo)
    if f.causa:
        rows = rows.filter(causa=f.causa)
    if f.competencia:
        rows = rows.filter(competencia=f.competencia)
    return fichas.filter(pk__in=rows.values("ficha"))


def search_uuid(entidade: Entidade, text: str, *, limit: int = 20, cnes: Areas = None) -> list[Ficha]:
    """Fichas whose uuid starts with the text, with or without the CNES in front; 8 characters or more."""
    text = text.strip()
    if len(text) < MIN_SEARCH or len(text) > 44 or not text.isascii() or not text.isprintable():
        return []
    starts = {text, text.lower()} | {f"{c}-{text.lower()}" for c in _cnes_in_uuids(entidade)}
    found: dict[int, Ficha] = {}
    for start in starts:
        rows = in_areas(Ficha.objects.filter(entidade=entidade, uuid__startswith=start), cnes)
        for ficha in rows.order_by("uuid")[:limit]:
            found[ficha.pk] = ficha
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


MAX_CNES = 300


def _cnes_in_uuids(entidade: Entidade) -> set[str]:
    """Every CNES that stands in front of a uuid, registered here or not: one probe of the index for each."""
    found = set(Estabelecimento.objects.filter(entidade=entidade).values_list("cnes", flat=True))
    fichas, start = (
        Ficha.objects.filter(entidade=entidade).order_by("uuid").values_list("uuid", flat=True),
        "",
    )
    for _ in range(MAX_CNES):
        uuid = fichas.filter(uuid__gte=start).first()
        if uuid is None:
            break
        if uuid[7:8] == "-" and uuid[:7].isdecimal():
            found.add(uuid[:7])
        start = uuid[:8] + "~"  # after every uuid that begins alike
    return found


def by_key(entidade: Entidade, chave: str, *, cnes: Areas = None) -> Ficha | None:
    """The ficha that an address names (`Ficha.chave`): its uuid, in any case, or n and its number."""
    pk = number(chave[1:]) if chave[:1] == "n" else None
    which = {"pk": pk} if pk is not None else {"uuid__in": {chave, chave.lower()}}
    fichas = in_areas(Ficha.objects.filter(entidade=entidade, **which), cnes)
    return fichas.select_related("conteudo").first()


def with_reason(entidade: Entidade, fichas: QuerySet[Ficha]) -> QuerySet[Ficha]:
    """Adds `nao_exportavel`: the reason by configuration, or ""."""
    whens = [When(condition, then=Value(str(reason))) for reason, condition in exclusions(entidade)]
    reason = Case(*whens, default=Value(""), output_field=CharField())
    return fichas.annotate(nao_exportavel=reason)  # type: ignore[no-redef]  # the model names it for its readers


def unidentified(
    entidade: Entidade, competencia: str | None = None, *, cnes: Areas = None
) -> QuerySet[Atendido]:
    """Attended without CPF and without CNS, in fichas that can still be mended."""
    rows = Atendido.objects.filter(entidade=entidade, identificado=False)
    rows = in_areas(rows, cnes, "ficha__cnes")
    rows = rows.filter(ficha__n_nao_identificados__gt=0).exclude(
        ficha__situacao__in=[Situacao.EXPORTADA, Situacao.DESCARTADA]
    )
    if competencia:
        rows = rows.filter(ficha__competencia=competencia)
    return rows.select_related("ficha", "cliente").order_by("-ficha_id", "posicao")
