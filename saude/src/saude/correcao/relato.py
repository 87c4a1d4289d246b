"""What became of a saved registration, in words: what was processed, what waits, what is still wrong."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse

from ledi.tables import closed
from saude.acesso.areas import Areas
from saude.clientes.models import Cliente, Sexo
from saude.comum.texto import counted, grouped
from saude.contas.request import UserRequest
from saude.correcao import mudancas
from saude.correcao.cliente import Plano, column, registered
from saude.fichas.models import Ficha, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.inconsistencias import queries as findings
from saude.inconsistencias.models import Inconsistencia
from saude.web.volta import asked_back

LEFT_TOLD = 3  # causes that a message repeats


def causes(cliente: Cliente, areas: Areas) -> list[dict[str, Any]]:
    """Open findings of the client by cause: what is wrong, in how many records, and where it is mended."""
    found = findings.of_client(cliente, cnes=areas)
    first = Inconsistencia.objects.select_related("ficha").in_bulk([g["id"] for g in found])
    for group in found:
        group["achado"] = first[group["id"]]
        group["no_cadastro"] = bool(registered(group["achado"].ficha.tipo, group["achado"].campo))
    return found


def differences(plan: Plano) -> list[dict[str, str]]:
    """The fields of the registration that change: before and after."""
    return [
        {
            "rotulo": str(column(name).verbose_name)[:1].upper() + str(column(name).verbose_name)[1:],
            "antes": shown(name, plan.antes[name]),
            "depois": shown(name, value),
        }
        for name, value in plan.depois.items()
    ]


def shown(name: str, value: Any) -> str:
    """A value of the registration, in words."""
    if value in ("", None):
        return "vazio"
    if name == "sexo":
        return str(dict(Sexo.choices).get(value, value))
    if name == "raca_cor":
        return str(closed.labels("RacaCor").get(value, value))
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    return f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else str(value)


def saved(
    request: UserRequest, cliente: Cliente, touched: list[int], done: Reprocessamento | None, puladas: int = 0
) -> str:
    """Says it, and where to go: the registration while something of it is wrong, the client else."""
    left = _touched(request, cliente, touched)
    _waiting(request, cliente)
    if puladas:
        told = counted(
            puladas, "ficha ficou como estava, porque mudou", "fichas ficaram como estavam, porque mudaram"
        )
        messages.warning(request, f"{told} depois da prévia.")
    query = {"voltar": asked_back(request), "feito": str(done.pk) if done else ""}
    query = {k: v for k, v in query.items() if v}
    where = reverse("clientes:corrigir" if left else "clientes:detalhe", args=[cliente.pk])
    return where + (f"?{urlencode(query)}" if query else "")


def _waiting(request: UserRequest, cliente: Cliente) -> None:
    n = mudancas.waiting(request.entidade, None).filter(cliente=cliente).count()
    if n:
        told = counted(n, "ficha de outra área espera", "fichas de outra área esperam")
        messages.info(request, f"{told} quem trabalha lá para receber a mudança.")


def _touched(request: UserRequest, cliente: Cliente, touched: list[int]) -> bool:
    """What was done, and what is still wrong in what comes from the registration; True when something is."""
    areas = request.cnes_do_acesso
    left = [c for c in causes(cliente, areas) if c["no_cadastro"] and c["severidade"] == "erro"]
    after = Counter(Ficha.objects.filter(pk__in=touched).values_list("situacao", flat=True))
    bad, waits = after[Situacao.INCONSISTENTE], after[Situacao.PENDENTE]
    n = len(touched)
    text = "Cadastro salvo."
    if touched:
        text += f" {counted(n, 'ficha reprocessada', 'fichas reprocessadas')}"
        text += f"; {grouped(bad)} ainda com inconsistência" if bad else ""
        text += f"; {counted(waits, 'pendente', 'pendentes')}: veja o motivo na ficha" if waits else ""
        text += "." if bad or waits else ", todas sem inconsistência."
    if left:
        told = " ".join(c["achado"].mensagem for c in left[:LEFT_TOLD])
        text += f" O que ainda está errado: {told}"
        text += f" E mais {len(left) - LEFT_TOLD}." if len(left) > LEFT_TOLD else ""
    elif not touched:
        text += " Nenhuma ficha a exportar depende dele."
    (messages.warning if bad or waits or left else messages.success)(request, text)
    return bool(left)
