"""The left menu: names of the seed, only what exists and the user may open."""

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.urls import NoReverseMatch, reverse

from saude.acesso.guarda import chosen, limit_of
from saude.acesso.permissoes import INSTALACAO
from saude.contas.request import UserRequest
from saude.fichas.contagens import pending


@dataclass(frozen=True)
class Item:
    label: str
    url_name: str
    permissao: str
    icon: str = ""
    entidade_inteira: bool = False  # not for who works in some áreas only
    conta: str = ""  # which count stands beside it
    ajuste: str = ""  # only where this setting of the installation is on


@dataclass(frozen=True)
class Entry:
    label: str
    href: str
    icon: str
    current: bool
    n: int = 0


@dataclass(frozen=True)
class Group:
    label: str
    subgroup: str
    items: tuple[Entry, ...]


MENU: tuple[tuple[str, str, tuple[Item, ...]], ...] = (
    (
        "Executando",
        "Sistema",
        (
            Item("Exportação", "painel:painel", "ver", "chart-column"),
            Item("Produção", "painel:producao", "ver", "chart-pie"),
            Item("Exportações", "exportacao:exportacoes", "ver", "file-zipper"),
            Item("Transmissões", "transmissao:transmissoes", "ver", "paper-plane"),
            Item("Retorno do PEC", "retorno:inicio", "ver", "reply"),
            Item("Conciliação", "retorno:conciliacoes", "ver", "scale-balanced"),
            Item("Minha fila", "fila:minha", "ver", "list-check"),
            Item("Pendências", "painel:pendencias", "ver", "hourglass-half", conta="pendencias"),
            Item("Descartadas", "fichas:descartadas", "ver", "box-archive"),
            Item("Mudanças em lote", "mudancas:lotes", "ver", "layer-group"),
            Item("Conferir arquivo", "arquivos:conferir", "corrigir", "file-circle-check", True),
            Item("Conferidor sem envio", "conferidor", "ver", "shield-halved", ajuste="CONFERIDOR"),
            Item("Importar planilha", "arquivos:planilha", "corrigir", "file-csv", True),
            Item("Sincronizações", "acs:sincronizacoes", "ver", "mobile-screen-button"),
        ),
    ),
    ("Registrar", "", (Item("Nova ficha", "registrar:inicio", "corrigir", "file-circle-plus"),)),
    (
        "Configurando",
        "Cadastros",
        (
            Item("Especialidades", "especialidades", "ver", "stethoscope"),
            Item("Clientes", "clientes:lista", "ver", "users"),
            Item("Clientes duplicados", "clientes:duplicados", "ver", "people-arrows"),
            Item("Profissionais", "profissionais", "ver", "user-doctor"),
            Item("Estabelecimentos", "estabelecimentos", "ver", "house-medical"),
            Item("Equipes", "equipes", "ver", "people-group"),
            Item("Tabelas de referência", "referencias:lista", "ver", "table-list"),
            Item("Prazos", "prazos", "ver", "calendar-days"),
            Item("Versões do formato", "versoes_ledi", "ver", "code-branch"),
        ),
    ),
    (
        "Administrando",
        "",
        (
            Item("Gerenciador de acessos", "administrando_acessos", "administrar", "user-shield"),
            Item("Instalação", "instalacao", "administrar", "gears"),
            Item("Auditoria", "auditoria", "administrar", "clipboard-list"),
            Item("Correio", "correio", INSTALACAO, "envelope"),
            Item("gov.br", "govbr_configurar", INSTALACAO, "id-card"),
            Item("Privacidade", "privacidade", "administrar", "user-lock"),
            Item("Serviço", "servico", INSTALACAO, "server"),
        ),
    ),
)


def menu_for(request: UserRequest, permissoes: frozenset[str]) -> list[Group]:
    groups = []
    counts = _counts(request, permissoes)
    current = _current(request.path)
    for label, subgroup, items in MENU:
        shown = [_entry(item, current, counts) for item in items if _allowed(request, item, permissoes)]
        entries = tuple(entry for entry in shown if entry)
        if entries:
            groups.append(Group(label, subgroup, entries))
    return groups


def _allowed(request: UserRequest, item: Item, permissoes: frozenset[str]) -> bool:
    if item.permissao not in permissoes or (item.ajuste and not getattr(settings, item.ajuste)):
        return False
    return not item.entidade_inteira or limit_of(request, item.permissao) is None


def _current(path: str) -> str:
    """The address of the item the page belongs to: the longest that begins the path."""
    hrefs = [_href(item) for _, _, items in MENU for item in items]
    return max((h for h in hrefs if h and path.startswith(h)), key=len, default="")


def _counts(request: UserRequest, permissoes: frozenset[str]) -> dict[str, int]:
    """What waits, in the áreas that the pages show."""
    if "ver" not in permissoes or request.entidade is None:
        return {}
    try:
        return {"pendencias": pending(request.entidade, cnes=chosen(request, limit_of(request, "ver")))}
    except DatabaseError:  # no error page fails for a number
        return {}


def _entry(item: Item, current: str, counts: dict[str, int]) -> Entry | None:
    href = _href(item)
    n = counts.get(item.conta, 0)
    return Entry(item.label, href, item.icon, href == current, n) if href else None


def _href(item: Item) -> str:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return ""
