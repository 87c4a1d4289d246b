"""Instalação, Especialidades and Prazos."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.cadastros import actions
from saude.cadastros.forms import EspecialidadeForm, FeriadoForm, PrazoForm
from saude.cadastros.models import Especialidade, Feriado
from saude.cadastros.prazos import deadline, deadlines, national_holidays
from saude.cadastros.request import PlacedRequest
from saude.cadastros.versoes import of_version, table
from saude.comum.competencia import readable

MONTHS_BACK, MONTHS_AHEAD = 6, 6


@requires("ver")
def especialidades(request: PlacedRequest) -> HttpResponse:
    rows = Especialidade.objects.filter(entidade=request.entidade)
    text = request.GET.get("q", "").strip()
    if text:
        rows = rows.filter(nome__icontains=text)
    return render(request, "cadastros/especialidades.html", {"especialidades": rows, "q": text})


@requires("configurar")
def especialidade(request: PlacedRequest, pk: int | None = None) -> HttpResponse:
    row = get_object_or_404(Especialidade, pk=pk, entidade=request.entidade) if pk else None
    form = EspecialidadeForm(request.POST or None, instance=row or Especialidade(entidade=request.entidade))
    if row:
        form.fields["codigo"].disabled = True
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        taken = Especialidade.objects.filter(entidade=request.entidade, codigo=data["codigo"]).exists()
        if row is None and taken:
            form.add_error("codigo", "Já existe uma especialidade com este código.")
        else:
            actions.save_especialidade(by=request.user, entidade=request.entidade, **data)
            messages.success(
                request, f"Especialidade {data['nome']} salva. Vale para as próximas exportações."
            )
            return redirect("especialidades")
    return render(request, "cadastros/especialidade.html", {"form": form, "especialidade": row})


@requires("ver")
def prazos(request: PlacedRequest) -> HttpResponse:
    today = timezone.localdate()
    competencias = _around(today)
    rows = sorted(deadlines(request.entidade, competencias).values(), key=lambda d: d.competencia)
    holidays = sorted(
        (day, name) for year in (today.year, today.year + 1) for day, name in national_holidays(year).items()
    )
    context = {
        "prazos": rows,
        "hoje": today,
        "feriados": Feriado.objects.filter(entidade=request.entidade),
        "nacionais": holidays,
        "form": FeriadoForm(),
    }
    return render(request, "cadastros/prazos.html", context)


@requires("configurar")
def prazo(request: PlacedRequest, competencia: str) -> HttpResponse:
    _check_competencia(competencia)
    current = deadline(request.entidade, competencia)
    initial = {"data": current.data, "motivo": current.motivo}
    form = PrazoForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.set_prazo(
            by=request.user, entidade=request.entidade, competencia=competencia, **form.cleaned_data
        )
        messages.success(request, f"Prazo de {competencia[4:]}/{competencia[:4]} salvo.")
        return redirect("prazos")
    return render(request, "cadastros/prazo.html", {"form": form, "prazo": current})


@require_POST
@requires("configurar")
def restaurar_prazo(request: PlacedRequest, competencia: str) -> HttpResponse:
    _check_competencia(competencia)
    actions.reset_prazo(by=request.user, entidade=request.entidade, competencia=competencia)
    messages.success(request, f"Prazo de {competencia[4:]}/{competencia[:4]} volta ao calendário publicado.")
    return redirect("prazos")


@require_POST
@requires("configurar")
def incluir_feriado(request: PlacedRequest) -> HttpResponse:
    form = FeriadoForm(request.POST)
    if form.is_valid():
        actions.add_feriado(by=request.user, entidade=request.entidade, **form.cleaned_data)
        messages.success(request, "Feriado incluído. Os prazos pela regra foram recalculados.")
    else:
        messages.error(request, "Informe a data e o nome do feriado.")
    return redirect("prazos")


@require_POST
@requires("configurar")
def remover_feriado(request: PlacedRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Feriado, pk=pk, entidade=request.entidade)
    actions.remove_feriado(by=request.user, feriado=row)
    messages.success(request, "Feriado removido.")
    return redirect("prazos")


def _around(today: date) -> list[str]:
    month = today.year * 12 + today.month - 1
    numbers = range(month - MONTHS_BACK, month + MONTHS_AHEAD + 1)
    return [f"{n // 12}{n % 12 + 1:02d}" for n in numbers]


def _check_competencia(text: str) -> None:
    if not readable(text) or not 2000 < int(text[:4]) < 2100:
        raise Http404


@requires("ver")
def versoes(request: PlacedRequest) -> HttpResponse:
    """Until when each LEDI version counts, and the least PEC that reads it."""
    context = {
        "versoes": [(row, row.release.situacao(timezone.localdate(), {row.release.id: row.data}))
                    for row in table(request.entidade)],
        "hoje": timezone.localdate(),
        "usada": request.entidade.instalacao.versao_ledi,
    }  # fmt: skip
    return render(request, "cadastros/versoes.html", context)


@requires("configurar")
def versao(request: PlacedRequest, versao: str) -> HttpResponse:
    current = of_version(request.entidade, versao)
    if current is None:
        raise Http404
    form = PrazoForm(request.POST or None, initial={"data": current.data, "motivo": current.motivo})
    form.fields["data"].label = "Vale até"
    if request.method == "POST" and form.is_valid():
        actions.set_validade(by=request.user, entidade=request.entidade, versao=versao, **form.cleaned_data)
        messages.success(request, f"Validade do LEDI {versao} salva.")
        return redirect("versoes_ledi")
    return render(request, "cadastros/versao.html", {"form": form, "validade": current})


@require_POST
@requires("configurar")
def restaurar_versao(request: PlacedRequest, versao: str) -> HttpResponse:
    if of_version(request.entidade, versao) is None:
        raise Http404
    actions.reset_validade(by=request.user, entidade=request.entidade, versao=versao)
    messages.success(request, f"O LEDI {versao} volta à data publicada.")
    return redirect("versoes_ledi")
