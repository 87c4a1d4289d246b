"""Ajuda: the manual, the glossary and what each rule asks, inside the system; and the tour of the panel."""

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import requires
from saude.ajuda import documentos
from saude.ajuda.do_layout import page_of
from saude.ajuda.passeio import put_away, see_again
from saude.contas.request import UserRequest
from saude.registro.tipos import Tipo

OTHERS = {"COMUM": "Todas as fichas", "TRANSPORTE": "Envelope e instalação"}


@require_safe
@requires()
def indice(request: UserRequest) -> HttpResponse:
    kinds = [*Tipo.choices, *OTHERS.items()]
    shown = [(tipo, name) for tipo, name in kinds if documentos.rules(tipo)]
    return render(
        request, "ajuda/indice.html", {"capitulos": list(documentos.chapters().values()), "fichas": shown}
    )


@require_safe
@requires()
def capitulo(request: UserRequest, chave: str) -> HttpResponse:
    found = documentos.chapters()
    if chave not in found:
        raise Http404
    keys = list(found)
    at = keys.index(chave)
    chapter = found[chave]
    context = {
        "capitulo": chapter,
        "corpo": documentos.html(chapter.texto, "manual/README.md"),
        "anterior": found[keys[at - 1]] if at else None,
        "proximo": found[keys[at + 1]] if at + 1 < len(keys) else None,
    }
    return render(request, "ajuda/capitulo.html", context)


@require_safe
@requires()
def glossario(request: UserRequest) -> HttpResponse:
    return render(request, "ajuda/glossario.html", {"corpo": documentos.glossary()})


@require_safe
@requires()
def regra(request: UserRequest, codigo: str) -> HttpResponse:
    """One rule, as the ficha that `ficha` names has it; without one, as the first that has it."""
    kinds = documentos.kinds_with(codigo)
    if not kinds:
        return _of_the_layout(request, codigo)
    asked = request.GET.get("ficha", "")
    tipo = asked if asked in kinds else next((k for k in kinds if k not in OTHERS), kinds[0])
    context = {
        "codigo": codigo,
        "tipo": tipo,
        "nome": _name(tipo),
        "outras": [(k, _name(k)) for k in kinds if k != tipo],
        "corpo": documentos.html(documentos.rules(tipo)[codigo], f"regras/{tipo}.md"),
    }
    return render(request, "ajuda/regra.html", context)


def _of_the_layout(request: UserRequest, codigo: str) -> HttpResponse:
    text = page_of(codigo)
    if not text:
        raise Http404
    tipo = codigo.partition("-")[0]
    tipo = tipo if tipo in Tipo.values else "COMUM"
    body = documentos.html(text, f"regras/{tipo}.md")
    context = {"codigo": codigo, "tipo": tipo, "nome": _name(tipo), "outras": [], "corpo": body}
    return render(request, "ajuda/regra.html", context)


@require_safe
@requires()
def regras(request: UserRequest, tipo: str) -> HttpResponse:
    found = documentos.rules(tipo)
    if not found:
        raise Http404
    context = {
        "tipo": tipo,
        "nome": _name(tipo),
        "codigos": [(code, _first(text)) for code, text in found.items() if code],
        "minimo": documentos.html(found[""], f"regras/{tipo}.md") if "" in found else "",
    }
    return render(request, "ajuda/regras.html", context)


@require_safe
@requires()
def imagem(request: UserRequest, nome: str) -> HttpResponseBase:
    """A picture of the manual: one of the folder's own list, so no name leads out of it."""
    folder = documentos.DOCS / "imagens"
    if nome not in {path.name for path in folder.glob("*.png")}:
        raise Http404
    response = FileResponse((folder / nome).open("rb"), content_type="image/png")
    response["Cache-Control"] = "private, max-age=3600"  # of the demonstration: nobody's data
    return response


@body(4 * KB)
@require_POST
@requires()
def passeio(request: UserRequest) -> HttpResponse:
    """Put away, or seen again."""
    if request.POST.get("ver"):
        see_again(by=request.user)
    else:
        put_away(by=request.user)
    return redirect("inicio")


def _name(tipo: str) -> str:
    return OTHERS.get(tipo) or str(Tipo(tipo).label)


def _first(text: str) -> str:
    """What it asks, in its first sentence."""
    line = next((line for line in text.splitlines() if line.startswith("**O que pede.**")), "")
    return line.removeprefix("**O que pede.**").strip().replace("`", "")
