"""Who was attended without CPF and CNS: what the ficha knows beside each candidate, the decision, its undo."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ledi.layouts import nearest
from saude.acesso.areas import in_areas
from saude.acesso.guarda import requires
from saude.auditoria.actions import record_event
from saude.cadastros.tempo import local_today
from saude.clientes import busca
from saude.clientes.models import Cliente, Sexo
from saude.comum.competencia import readable
from saude.comum.texto import fold, number
from saude.contas.request import UserRequest
from saude.correcao import cliente as actions
from saude.correcao import clientes
from saude.correcao.desfazer import just_done
from saude.correcao.forms import ClienteForm
from saude.correcao.views_clientes import cliente_of
from saude.fichas import filtro
from saude.fichas.atendidos import visible
from saude.fichas.models import Atendido
from saude.fichas.situacoes import TransitionRefused
from saude.formularios.diferencas import compare
from saude.painel.apresenta import Nomes
from saude.processamento import lotes
from saude.registro.leitura import Pessoa, facts
from saude.registro.texto_json import legible

PER_PAGE = 50
CANDIDATES = 8
DONE_SHOWN = 15  # lines of what was done
UNKNOWN_SEX = (None, Sexo.IGNORADO)


@dataclass(frozen=True, slots=True)
class Candidato:
    """A registration beside what the ficha knows: each word is "igual", "difere" or "" (one side does not say)."""

    cliente: Cliente
    nome: str
    nascimento: str
    sexo: str

    @property
    def contradiz(self) -> list[str]:
        """What cannot be of one person."""
        found = (("data de nascimento", self.nascimento), ("sexo", self.sexo))
        return [name for name, same in found if same == "difere"]


@requires("ver")
def nao_identificados(request: UserRequest) -> HttpResponse:
    competencia = _competencia(request)
    found = filtro.unidentified(request.entidade, competencia or None, cnes=request.cnes_permitidos)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("pagina"))
    clientes.listed(request, "não identificados", page.object_list)
    context = {
        "page_obj": page,
        "competencia": competencia,
        "bloqueia": request.entidade.instalacao.bloquear_nao_identificados,
        "feito": just_done(request),
    }
    return render(request, "clientes/nao_identificados.html", context)


def _competencia(request: UserRequest) -> str:
    return readable(request.GET.get("competencia", ""))


def attended(request: UserRequest, pk: str) -> Atendido | None:
    row = number(pk)
    if row is None:
        return None
    found = Atendido.objects.filter(entidade=request.entidade, pk=row, identificado=False)
    found = in_areas(found, request.cnes_do_acesso, "ficha__cnes")
    return found.select_related("ficha__conteudo", "cliente").first()


@requires("corrigir")
def identificar(request: UserRequest, pk: int) -> HttpResponse:
    """Who was it? Candidates beside what the ficha knows; or search, or register."""
    row = attended(request, str(pk))
    if row is None:
        raise Http404
    if request.method == "POST" and "q" in request.POST:
        return redirect(clientes.keep_search(request, competencia=_competencia(request)))
    person = known(request, row)
    if request.method == "POST":
        cliente = cliente_of(request, number(request.POST.get("cliente", ""), 10**18))
        beside = against(person, cliente)
        if beside.contradiz and request.POST.get("apesar") != "1":
            return render(
                request, "clientes/identificar.html", _context(request, row, person, asks=beside), status=409
            )
        return settle(request, row, cliente)
    record_event(by=request.user, entidade=request.entidade, tipo="ficha.vista", alvo=row.ficha)
    return render(request, "clientes/identificar.html", _context(request, row, person))


def _context(
    request: UserRequest, row: Atendido, person: Pessoa, *, asks: Candidato | None = None
) -> dict[str, Any]:
    text = clientes.asked(request)
    areas = request.cnes_do_acesso
    found = clientes.search(request.entidade, text, cnes=areas) if text else suggested(request, person)
    beside = [against(person, c) for c in found[:PER_PAGE] if c.identificado]
    clientes.searched(request, text, len(beside), ficha=row.ficha.uuid)
    names = Nomes.of(request.entidade)
    ficha = row.ficha
    return {
        "atendido": row,
        "pessoa": person,
        "sexo": dict(Sexo.choices).get(person.sexo, "") if person.sexo is not None else "",
        "feito": done(request, row),
        "profissional": names.profissionais.get(ficha.profissional_cns, ficha.profissional_cns),
        "estabelecimento": names.estabelecimentos.get(ficha.cnes, ficha.cnes),
        "q": text,
        "candidatos": sorted(beside, key=lambda c: len(c.contradiz)) if text else beside,
        "sem_busca": not text,
        "pergunta": asks,
        "competencia": _competencia(request),
    }


def known(request: UserRequest, row: Atendido) -> Pessoa:
    """The citizen as the ficha tells of them."""
    record = legible(row.ficha.conteudo.registro)
    found = facts(record, ZoneInfo(request.entidade.fuso), today=local_today(request.entidade))
    return next((p for p in found.pessoas if p.posicao == row.posicao), Pessoa(row.posicao))


def done(request: UserRequest, row: Atendido) -> list[tuple[str, str]]:
    """(field, value) of what was done to this citizen, as the layout calls it."""
    record = legible(row.ficha.conteudo.registro)
    block = nearest(row.ficha.versao or "").fichas[row.ficha.tipo].citizen
    own = {block.name(role, row.posicao) for role in actions.EDITABLE}
    empty = {"tipo": record.get("tipo"), "versao": record.get("versao")}
    pairs = compare(empty, record, ZoneInfo(request.entidade.fuso))
    mine_ = [
        p for p in pairs if p.mudou and p.caminho not in own and block.position(p.caminho) == row.posicao
    ]
    return [(p.rotulo, p.b) for p in mine_ if block.path or "." in p.caminho][:DONE_SHOWN]


def suggested(request: UserRequest, person: Pessoa) -> list[Cliente]:
    """Without a search: identified, born on the same day, not of the other sex; the likest name first."""
    if person.nascimento is None:
        return []
    rows = Cliente.objects.filter(
        entidade=request.entidade, mesclado_em=None, nascimento=person.nascimento
    ).exclude(cpf="", cns="")
    if person.sexo not in UNKNOWN_SEX:
        rows = rows.exclude(sexo__in={Sexo.MASCULINO, Sexo.FEMININO} - {person.sexo})
    found = list(visible(rows, request.cnes_do_acesso).order_by("busca", "pk")[:200])
    if person.nome:
        found.sort(key=lambda c: -busca.alike(person.nome, c.nome))
    return found[:CANDIDATES]


def against(person: Pessoa, cliente: Cliente) -> Candidato:
    sexes = [None if s in UNKNOWN_SEX else s for s in (person.sexo, cliente.sexo)]
    return Candidato(
        cliente,
        _same(fold(person.nome), fold(cliente.nome)),
        _same(person.nascimento, cliente.nascimento),
        _same(*sexes),
    )


def _same(a: Any, b: Any) -> str:
    if a in ("", None) or b in ("", None):
        return ""
    return "igual" if a == b else "difere"


def settle(request: UserRequest, row: Atendido, cliente: Cliente) -> HttpResponse:
    if not cliente.identificado:
        messages.error(request, "Este cliente também não tem CPF nem CNS. Complete o cadastro dele primeiro.")
        return redirect("clientes:corrigir", pk=cliente.pk)
    before = row.ficha.revisao
    try:
        ficha = actions.identify(atendido=row, cliente=cliente, by=request.user)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return redirect("clientes:nao_identificados")
    job = lotes.record_done(
        entidade=request.entidade,
        pedido={"identificado": cliente.pk},
        antes={ficha.pk: before},
        by=request.user,
        cnes=request.cnes_do_acesso,
    )
    text = f"Cliente identificado e ficha reprocessada: está {ficha.get_situacao_display().lower()}."
    (messages.warning if ficha.n_erros else messages.success)(request, text)
    back = {"competencia": _competencia(request), "feito": str(job.pk)}
    query = urlencode({k: v for k, v in back.items() if v})
    return redirect(f"{reverse('clientes:nao_identificados')}?{query}")


@requires("corrigir")
def novo(request: UserRequest) -> HttpResponse:
    """Register a client; coming from an unidentified attendance, it is identified at once."""
    row = attended(request, request.GET.get("atendido", ""))
    form = ClienteForm(
        request.POST or None,
        instance=Cliente(entidade=request.entidade),
        initial=_initial(request, row) if row else {},
    )
    if request.method == "POST" and form.is_valid():
        made = actions.create_client(entidade=request.entidade, by=request.user, **form.cleaned_data)
        if row:
            return settle(request, row, made)
        messages.success(request, "Cliente cadastrado.")
        if request.cnes_do_acesso is not None:  # of no área until attended in one
            messages.info(request, "Ele aparecerá na sua lista quando for atendido na sua área.")
            return redirect("clientes:lista")
        return redirect("clientes:detalhe", pk=made.pk)
    if row:
        record_event(by=request.user, entidade=request.entidade, tipo="ficha.vista", alvo=row.ficha)
    status = 422 if request.method == "POST" else 200
    return render(request, "clientes/formulario.html", {"form": form, "atendido": row}, status=status)


def _initial(request: UserRequest, row: Atendido) -> dict[str, Any]:
    """What the ficha tells of who was attended; what it does not tell, from the registration it led to."""
    person = known(request, row)
    told = {name: getattr(person, name) for name in actions.EDITABLE}
    other = {name: getattr(row.cliente, name) for name in actions.EDITABLE} if row.cliente else {}
    return {name: value if value not in ("", None) else other.get(name) for name, value in told.items()}
