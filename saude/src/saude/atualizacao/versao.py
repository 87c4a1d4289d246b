"""What the LEDI version in use and the PEC's version ask for: warnings, and what is at stake."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, QuerySet
from django.urls import reverse

from ledi.layouts import CURRENT, releases
from ledi.layouts.releases import NEAR, newest_for
from ledi.versions import version_key
from saude.cadastros.models import Entidade, Instalacao
from saude.cadastros.prazos import deadlines
from saude.cadastros.versoes import validades
from saude.comum.competencia import SEM_DATA, in_words
from saude.comum.texto import days_left, fichas
from saude.fichas.models import AExportar, Ficha
from saude.processamento import regenerar
from saude.web.aviso import Aviso

SOON = 15  # days before the end when it is urgent
SHOWN = 4  # competências named at most


def warnings(entidade: Entidade, today: date, *, administra: bool) -> list[Aviso]:
    """Of the installation's versions: the end that is near, a PEC that does not read what is sent, or is unknown."""
    instalacao = entidade.instalacao
    found = [*_of_the_end(entidade, instalacao, today), *_of_the_pec(instalacao, administra)]
    if not administra:
        return [Aviso(f"{a.texto} Peça a quem administra o sistema.", grave=a.grave) for a in found]
    link = {"acao": "Ver a instalação", "endereco": reverse("instalacao")}
    return [Aviso(a.texto, grave=a.grave, **link) for a in found]


def under_way(entidade: Entidade) -> list[Aviso]:
    """The regeneration that is being done or waits for a confirmation."""
    row = regenerar.all_of(entidade).first()
    if row is None or not (row.ocupada or row.estado == row.Estado.PRONTA):
        return []
    text = f"Regeneração para a versão {row.para} do formato do e-SUS: {row.rotulo.lower()}."
    return [Aviso(text, "Acompanhar", reverse("regenerar:regeneracao", args=[row.pk]))]


def _of_the_end(entidade: Entidade, instalacao: Instalacao, today: date) -> Iterable[Aviso]:
    release = releases().get(instalacao.versao_ledi)
    if release is None:
        return
    dates = validades(entidade)
    left, until = release.days_left(today, dates), release.until(dates)
    if left > NEAR:
        return
    stake = at_stake(entidade, release.id, until, today)
    rule = "O SIAPS invalida a produção feita com uma versão publicada há mais de 12 meses."
    which = f"A versão {release.id} do formato do e-SUS, em uso,"
    if left < 0:
        text = f"{which} valeu até {until:%d/%m/%Y}. {rule} {stake}{_instead(instalacao)}"
    else:
        when = "vence hoje" if left == 0 else f"vale só até {until:%d/%m/%Y} ({days_left(left)})"
        text = f"{which} {when}. {rule} {stake}{_instead(instalacao)}"
    yield Aviso(text, grave=left <= SOON)


def at_stake(entidade: Entidade, versao: str, until: date, today: date) -> str:
    """The competências that may be sent after the version's end: with fichas of it to export, or due later."""
    dated = to_export(entidade, versao).exclude(competencia=SEM_DATA)
    waiting = dict(dated.values_list("competencia").annotate(n=Count("pk")).order_by())
    last = f"{max(until, today):%Y%m}"
    months = sorted({*waiting, _month_before(last), last}, reverse=True)
    due = deadlines(entidade, months)
    named = [m for m in months if waiting.get(m) or (due[m].data > until and due[m].data >= today)]
    if not named:
        return ""
    rows = [
        f"{in_words(m)} (prazo {due[m].data:%d/%m/%Y}{', ' + _fichas(waiting[m]) if waiting.get(m) else ''})"
        for m in sorted(named)[-SHOWN:]
    ]
    return f"Em jogo: {'; '.join(rows)}. "


def to_export(entidade: Entidade, versao: str = "") -> QuerySet[Ficha]:
    """Processadas not exported yet, of one version or of all: found by what is kept of them."""
    waiting = AExportar.objects.filter(entidade=entidade).values("ficha")
    rows = Ficha.objects.filter(entidade=entidade, pk__in=waiting)
    return rows.filter(versao=versao) if versao else rows


def by_version(entidade: Entidade) -> list[tuple[str, int]]:
    """(version, fichas) of what was processed and did not go yet, the most first."""
    rows = to_export(entidade).values_list("versao").annotate(n=Count("pk")).order_by("-n")
    return [(version, n) for version, n in rows]


def _of_the_pec(instalacao: Instalacao, administra: bool) -> Iterable[Aviso]:
    pec, used = instalacao.versao_pec, releases().get(instalacao.versao_ledi)
    if not pec:
        if administra:
            yield Aviso(
                "Não se sabe a versão do PEC do município: sem ela não há como dizer que versão do formato ele lê."
            )
        return
    newest = newest_for(pec)
    if newest is None:
        yield Aviso(
            f"O PEC {pec} é mais antigo que todas as versões do formato que este sistema escreve. Atualize o PEC.",
            grave=True,
        )
    elif used is not None and version_key(used.pec) > version_key(pec):
        yield Aviso(
            f"O PEC {pec} não lê a versão {used.id} do formato do e-SUS, em uso: precisa ser o {used.pec} ou mais "
            f"novo, e perderia campos sem avisar. Use a versão {newest.id}, a mais nova que ele lê, ou atualize o PEC.",
            grave=True,
        )


def _instead(instalacao: Instalacao) -> str:
    try:
        newest = newest_for(instalacao.versao_pec)
    except ValueError:
        newest = releases()[CURRENT]
    if newest is None or newest.id == instalacao.versao_ledi:
        return "Atualize o PEC: o de agora não lê uma versão mais nova."
    reads = f"que o PEC {newest.pec} já lê" if not instalacao.versao_pec else "que o PEC do município lê"
    return f"Passe para a versão {newest.id}, {reads}, e regenere o que não foi exportado."


def _month_before(competencia: str) -> str:
    n = int(competencia[:4]) * 12 + int(competencia[4:]) - 2
    return f"{n // 12}{n % 12 + 1:02d}"


def _fichas(n: int) -> str:
    return f"{fichas(n)} a exportar"
