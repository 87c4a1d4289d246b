"""Going back to an earlier version of a ficha; the page that compares them is the preview (`arquivos:versoes`)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from saude.acesso.guarda import covers, limit_of, requires
from saude.comum.texto import number
from saude.contas.request import UserRequest
from saude.fichas.pedida import ficha_of
from saude.fichas.situacoes import Situacao, TransitionRefused
from saude.processamento import conteudos
from saude.processamento.actions import StaleForm


@requires("corrigir")
@require_POST
def voltar(request: UserRequest, uuid: str, revisao: int) -> HttpResponse:
    ficha = ficha_of(request, uuid)
    seen = number(request.POST.get("revisao", ""), -1)
    try:
        after = conteudos.go_back(ficha=ficha, para=min(revisao, 2**31 - 1), revisao=seen, by=request.user)
    except StaleForm:
        messages.error(
            request, "A ficha mudou depois que esta página foi aberta. Compare as versões de novo."
        )
        return redirect("arquivos:versoes", uuid=ficha.chave)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return redirect("fichas:detalhe", uuid=ficha.chave)
    text = f"A ficha voltou à revisão {revisao} e foi julgada de novo: está {after.get_situacao_display().lower()}."
    (messages.success if after.situacao == Situacao.PROCESSADA else messages.warning)(request, text)
    if not covers(limit_of(request, "ver"), after.cnes):
        return redirect("painel:painel")
    return redirect("fichas:detalhe", uuid=after.chave)
