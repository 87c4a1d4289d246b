"""Reads about users, accesses and tokens."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from saude.acesso.permissoes import ENTIDADE_INTEIRA, INSTALACAO, Limite, Permissao, union
from saude.auditoria.actions import Autor
from saude.cadastros.models import Entidade, Estabelecimento
from saude.contas.models import Acesso, ApiToken, Usuario

#: why a key of the API is worth nothing
REVOKED, EXPIRED, ALONE = "revogado", "expirado", "sem_responsavel"
WARN_DAYS = 30


@dataclass(frozen=True)
class Context:
    """Where a user works now, and what else they may choose."""

    entidade: Entidade | None
    area: Estabelecimento | None
    permissoes: frozenset[str]
    entidades: tuple[Entidade, ...]
    areas: tuple[Estabelecimento, ...]
    todas_as_areas: bool
    limites: Mapping[str, Limite] = field(default_factory=dict)

    @property
    def nome_da_area(self) -> str:
        """What the header and every print say is shown."""
        return str(self.area) if self.area else self.nome_de_todas

    @property
    def chave_da_area(self) -> str:
        """What a page says it was made for."""
        return str(self.area.pk) if self.area else "todas"

    @property
    def tem_todas(self) -> bool:
        """There is more than one área to see at once."""
        return self.todas_as_areas or len(self.areas) > 1

    @property
    def nome_de_todas(self) -> str:
        return "Todas as áreas" if self.todas_as_areas else f"Minhas {len(self.areas)} áreas"

    @classmethod
    def empty(cls) -> "Context":
        return cls(None, None, frozenset(), (), (), False)


def work_context(user: Usuario, entidade_id: int | None = None, area_id: int | None = None) -> Context:
    """The chosen entidade and área when the user has them, else the first one and all its áreas of theirs."""
    acessos = list(user.acessos.select_related("entidade", "estabelecimento"))
    entidades = _entidades(user, acessos)
    if not entidades:
        return Context.empty()
    entidade = next((e for e in entidades if e.pk == entidade_id), entidades[0])
    here = [a for a in acessos if a.entidade_id == entidade.pk]
    everywhere = user.is_superuser or any(a.estabelecimento_id is None for a in here)
    areas = _areas(entidade, here, everywhere)
    area = next((a for a in areas if a.pk == area_id), None)
    if area is None and not everywhere and len(areas) == 1:
        area = areas[0]
    limites = _limites(user, here)
    return Context(entidade, area, frozenset(limites), entidades, areas, everywhere, limites)


def _entidades(user: Usuario, acessos: list[Acesso]) -> tuple[Entidade, ...]:
    if user.is_superuser:
        return tuple(Entidade.objects.all())
    return tuple(sorted({a.entidade for a in acessos}, key=lambda e: (e.nome, e.pk)))


def _areas(entidade: Entidade, here: list[Acesso], everywhere: bool) -> tuple[Estabelecimento, ...]:
    if everywhere:
        return tuple(entidade.estabelecimentos.filter(ativo=True))
    return tuple(sorted((a.estabelecimento for a in here if a.estabelecimento), key=lambda e: (e.nome, e.pk)))


def _limites(user: Usuario, here: list[Acesso]) -> dict[str, Limite]:
    """Each permission with the áreas of all grants that carry it, whatever área is chosen in the header."""
    if user.is_superuser:
        return dict.fromkeys([*Permissao.values, INSTALACAO])
    limites: dict[str, Limite] = {INSTALACAO: None} if user.administra_instalacao else {}
    for acesso in here:
        area = acesso.estabelecimento
        for p in acesso.permissoes:
            if area is None:
                limites[p] = None
            elif p not in ENTIDADE_INTEIRA:
                limites[p] = union([limites.get(p, frozenset()), frozenset({area.cnes})])
    return limites


def users_of(entidade: Entidade) -> QuerySet[Usuario]:
    """Users with an access in the entidade, their accesses there in `acessos_aqui`."""
    here = Acesso.objects.filter(entidade=entidade).select_related("estabelecimento")
    return (
        Usuario.objects.filter(acessos__entidade=entidade)
        .distinct()
        .order_by("nome", "username")
        .prefetch_related(Prefetch("acessos", queryset=here, to_attr="acessos_aqui"))  # type: ignore[no-redef]
    )


def as_user(by: Autor) -> Usuario | None:
    """Who did it, where that was one of our users and not a key or the system."""
    return by if isinstance(by, Usuario) else None


def rules_installation(user: Usuario) -> bool:
    return user.is_superuser or user.administra_instalacao


def administers(by: Usuario, entidade_id: int | None) -> bool:
    """By a grant of its own in the entidade; the power over the installation is another thing."""
    return by.acessos.filter(entidade=entidade_id, permissoes__contains=["administrar"]).exists()


def _out_of_reach(by: Usuario, usuario: Usuario) -> bool:
    """Who rules the installation is managed by those who do too: else a password given is the installation."""
    return rules_installation(usuario) and not rules_installation(by)


def may_manage(by: Usuario, usuario: Usuario) -> bool:
    """The password is of the user, not of an entidade: who gives one could enter as them wherever they work."""
    if _out_of_reach(by, usuario):
        return False
    mine = by.acessos.filter(permissoes__contains=["administrar"]).values("entidade")
    elsewhere = usuario.acessos.exclude(entidade__in=mine).exists()
    return not elsewhere and (usuario.entidade_id is None or administers(by, usuario.entidade_id))


def may_activate(by: Usuario, usuario: Usuario) -> bool:
    """Who is dismissed at home works nowhere: the home entidade decides, whoever else gave them work."""
    if _out_of_reach(by, usuario):
        return False
    return may_manage(by, usuario) or administers(by, usuario.entidade_id)


def token_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str) -> ApiToken | None:
    """The key of this secret, alive or not. A SHA-256 is enough: the secret has 256 random bits."""
    related = ("entidade__instalacao", "responsavel")
    return ApiToken.objects.select_related(*related).filter(hash=token_hash(secret)).first()


def why_dead(token: ApiToken) -> str:
    """Why it is worth nothing; "" while it is good."""
    if token.revogado_em:
        return REVOKED
    if token.expira_em and token.expira_em <= timezone.now():
        return EXPIRED
    if token.responsavel and not answers_for(token.responsavel, token.entidade):
        return ALONE
    return ""


def answers_for(user: Usuario, entidade: Entidade) -> bool:
    """Still works there: active, with some access in the entidade."""
    if not user.is_active:
        return False
    return user.is_superuser or user.acessos.filter(entidade=entidade).exists()


def who_may_answer(entidade: Entidade) -> QuerySet[Usuario]:
    there = Q(acessos__entidade=entidade) | Q(is_superuser=True)
    return Usuario.objects.filter(there, is_active=True).distinct().order_by("nome", "username")


def ends_soon(token: ApiToken) -> bool:
    """Good now, and no longer in a month."""
    return token.expira_em is not None and token.expira_em <= timezone.now() + timedelta(days=WARN_DAYS)


def last_day(token: ApiToken) -> date | None:
    """The last day it is good, there; None: no end."""
    if token.expira_em is None:
        return None
    return (token.expira_em - timedelta(seconds=1)).astimezone(ZoneInfo(token.entidade.fuso)).date()


def tokens_of(entidade: Entidade) -> list[ApiToken]:
    """Keys of the entidade, each with `morto` (why, or ""), `vence_logo` and `ultimo_dia`."""
    rows = list(
        ApiToken.objects.filter(entidade=entidade).select_related("criado_por", "responsavel", "entidade")
    )
    for token in rows:
        token.morto, token.vence_logo, token.ultimo_dia = why_dead(token), ends_soon(token), last_day(token)
    return rows


def token_by_secret(secret: str) -> ApiToken | None:
    """The key of this secret, when it is good."""
    token = token_of(secret)
    return token if token and not why_dead(token) else None
